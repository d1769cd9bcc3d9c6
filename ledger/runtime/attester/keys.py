"""An attester's two secrets: the key that signs, and the one under which it remembers.

Files with mode 0600, made once and never overwritten. Losing the second loses the memory of replays and nothing
else; whoever steals it can test whether a mail that he holds was shown.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from coincurve import PrivateKey

from ledger.encoding import Json, parse_hex
from ledger.errors import MalformedKey, RefusedOverwrite, RuntimeSetting
from ledger.statement import RecentBlock, SignedStatement, Statement, address_of, sign


@dataclass(frozen=True, slots=True)
class AttesterKey:
    """The signing key: ``private`` 32 bytes, ``address`` 20 bytes."""

    private: bytes = field(repr=False)
    address: bytes

    @classmethod
    def of(cls, private: bytes) -> AttesterKey:
        """Raises MalformedKey."""
        try:
            return cls(private, address_of(PrivateKey(private).public_key))
        except ValueError as error:
            raise MalformedKey(f"the attester's key is no secp256k1 key: {error}") from None

    def say(
        self,
        origin: str,
        kind: str,
        facts: Mapping[str, Json],
        recent: RecentBlock,
        *,
        company: str,
        case: bytes | None = None,
        digests: tuple[str, ...] = (),
    ) -> SignedStatement:
        """A signed statement of the attester."""
        return sign(Statement(origin, kind, case, company, recent, facts, digests, self.address), self.private)


def create_keys(key_path: Path, secret_path: Path) -> AttesterKey:
    """Make both files. Raises RefusedOverwrite if either is there."""
    for path in (key_path, secret_path):
        if path.exists():
            raise RefusedOverwrite(f"{path} exists; an attester's keys are made once and never overwritten")
    key = AttesterKey.of(secrets.token_bytes(32))
    _write(key_path, key.private)
    _write(secret_path, secrets.token_bytes(32))
    return key


def load_keys(key_path: Path, secret_path: Path) -> tuple[AttesterKey, bytes]:
    """Key and secret. Raises RuntimeSetting."""
    return AttesterKey.of(_read(key_path)), _read(secret_path)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(f"0x{data.hex()}\n")
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode & 0o077
        text = path.read_text(encoding="ascii").strip()
        if mode:
            raise RuntimeSetting(f"{path} can be read by other users of this machine; run: chmod 600 {path}")
        return parse_hex(text, 32, MalformedKey, "it")
    except (OSError, UnicodeDecodeError, MalformedKey) as error:
        raise RuntimeSetting(f"{path} cannot be read: {error}; make the keys with: habeas attester init") from None
