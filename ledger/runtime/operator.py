"""The operator's two keys, and the statements that the operator signs.

The *log key* (Ed25519) signs checkpoints. The *anchoring key* (secp256k1) sends anchors; its address is
the log's address at the contract and the author of leaf 0, so it is the operator of the ledger.
Key files are made once with mode 0600 and never overwritten.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from coincurve import PrivateKey

from ledger.encoding import Json, encode_base64, parse_base64, parse_hex
from ledger.errors import MalformedKey, RefusedOverwrite, RuntimeSetting
from ledger.note import ED25519, SigningKey
from ledger.statement import RecentBlock, SignedStatement, Statement, address_of, sign

_SKEY = "PRIVATE+KEY"


@dataclass(frozen=True, slots=True)
class Operator:
    """The anchoring key: ``private`` 32 bytes, ``address`` 20 bytes."""

    private: bytes = field(repr=False)
    address: bytes

    @classmethod
    def of(cls, private: bytes) -> Operator:
        try:
            return cls(private, address_of(PrivateKey(private).public_key))
        except ValueError as error:
            raise MalformedKey(f"the anchoring key is no secp256k1 key: {error}") from None

    def say(
        self, origin: str, kind: str, facts: Mapping[str, Json], recent: RecentBlock, company: str | None = None
    ) -> SignedStatement:
        """A statement of the operator outside any case."""
        return sign(Statement(origin, kind, None, company, recent, facts, (), self.address), self.private)


def create_keys(origin: str, log_key_path: Path, anchor_key_path: Path) -> tuple[SigningKey, Operator]:
    """Make both key files. Raises RefusedOverwrite if either is there."""
    for path in (log_key_path, anchor_key_path):
        if path.exists():
            raise RefusedOverwrite(f"{path} exists; a ledger's keys are made once and never overwritten")
    log_key, operator = SigningKey(origin, secrets.token_bytes(32)), Operator.of(secrets.token_bytes(32))
    _write_secret(log_key_path, encode_log_key(log_key))
    _write_secret(anchor_key_path, "0x" + operator.private.hex())
    return log_key, operator


def encode_log_key(key: SigningKey) -> str:
    """The signer key as golang.org/x/mod's note package writes it, so that its tools read it too."""
    return f"{_SKEY}+{key.name}+{key.verifier.key_id.hex()}+{encode_base64(bytes([ED25519]) + key.seed)}"


def parse_log_key(text: str) -> SigningKey:
    """Parse what ``encode_log_key`` writes. Raises MalformedKey; the key is not in the message."""
    parts = text.strip().split("+", 4)
    if len(parts) != 5 or "+".join(parts[:2]) != _SKEY:
        raise MalformedKey("a log key is PRIVATE+KEY+<name>+<key id>+<base64>")
    try:
        data = parse_base64(parts[4], MalformedKey, "the log key")
    except MalformedKey:
        raise MalformedKey("the last part of the log key is not canonical base64") from None
    if len(data) != 33 or data[0] != ED25519:
        raise MalformedKey("the log key must be of type 0x01 (Ed25519) with 32 bytes")
    key = SigningKey(parts[2], data[1:])
    if key.verifier.key_id.hex() != parts[3]:
        raise MalformedKey("the key id of the log key does not belong to it")
    return key


def load_log_key(path: Path) -> SigningKey | None:
    """The log key, or None if there is no file. Raises RuntimeSetting."""
    text = _read_secret(path)
    if text is None:
        return None
    try:
        return parse_log_key(text)
    except MalformedKey as error:
        raise RuntimeSetting(f"{path}: {error}") from None


def load_operator(path: Path) -> Operator | None:
    """The anchoring key, or None if there is no file. Raises RuntimeSetting."""
    text = _read_secret(path)
    if text is None:
        return None
    try:
        return Operator.of(parse_hex(text.strip(), 32, MalformedKey, "the anchoring key"))
    except MalformedKey:
        raise RuntimeSetting(f"{path}: the anchoring key must be 0x and 64 lower-case hexadecimal digits") from None


def _write_secret(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())


def _read_secret(path: Path) -> str | None:
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise RuntimeSetting(f"{path} cannot be read: {error}") from None
