"""Settings for the whole suite: derandomized Hypothesis, and unit tests without a network."""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

settings.register_profile("habeas", derandomize=True, deadline=None, database=None)
settings.load_profile("habeas")

_OUTGOING = {"socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"}
_guarded: list[str] | None = None


class NetworkUsed(RuntimeError):
    """A unit test tried to leave this machine."""


def _is_local(address: object) -> bool:
    """True for a socket path, for loopback, and for a name that is looked up on this machine."""
    if not isinstance(address, tuple):
        return True
    host = address[0]
    if host in (None, "", "localhost", b"localhost"):
        return True
    try:
        return ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host).is_loopback
    except ValueError:
        return False


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if _guarded is None or event not in _OUTGOING:
        return
    address = arguments[:1] if event.startswith("socket.get") else arguments[1]
    if not _is_local(address):
        _guarded.append(f"{event} {address!r}")
        raise NetworkUsed(f"{event} to {address!r}: tests/unit runs without a network")


# An audit hook sees connections made through C code too, where a patched socket class would not.
sys.addaudithook(_watch)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Run tests/unit with networking refused, and fail a test that swallowed the refusal."""
    global _guarded
    if not item.path.is_relative_to(ROOT / "tests" / "unit"):
        return (yield)
    _guarded = []
    try:
        result = yield
        used = list(_guarded)
    finally:
        _guarded = None
    if used:
        raise NetworkUsed(f"tests/unit runs without a network, but the test tried {', '.join(used)}")
    return result
