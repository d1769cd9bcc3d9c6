"""The guard of tests/conftest.py: a unit test reaches this machine only."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

# RFC 5737 and RFC 3849: addresses that belong to nobody.
OUTSIDE = ("192.0.2.1", 80)
OUTSIDE_6 = ("2001:db8::1", 80)


@pytest.fixture
def guard(request: pytest.FixtureRequest) -> Any:
    """The conftest that pytest runs, not a second copy of it."""
    plugins = (plugin for _, plugin in request.config.pluginmanager.list_name_plugin())
    return next(plugin for plugin in plugins if hasattr(plugin, "NetworkUsed"))


def _datagram() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"x", OUTSIDE)


def _stream_6() -> None:
    with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as sender:
        sender.connect(OUTSIDE_6)


@pytest.mark.parametrize(
    "attempt",
    [
        lambda: socket.create_connection(OUTSIDE, timeout=0.1),
        lambda: socket.getaddrinfo("shop.example", 443),
        lambda: socket.gethostbyname("shop.example"),
        _datagram,
        _stream_6,
    ],
    ids=["connect", "getaddrinfo", "gethostbyname", "sendto", "connect-6"],
)
def test_outside_is_refused_and_remembered(guard: Any, attempt: Callable[[], object]) -> None:
    with pytest.raises(guard.NetworkUsed, match="runs without a network"):
        attempt()
    assert guard._guarded, "a test that swallows the refusal must fail all the same"
    guard._guarded.clear()


def test_this_machine_is_reached(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()
        socket.create_connection(("localhost", server.getsockname()[1]), timeout=5).close()
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(str(tmp_path / "s"))
        server.listen()
        client.connect(str(tmp_path / "s"))
