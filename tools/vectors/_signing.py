"""Signed notes built by hand for the generators, apart from the code that the vectors judge."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ORIGIN = "habeas.example/main"
GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


@dataclass(frozen=True)
class Key:
    """An Ed25519 note key from one byte repeated 32 times."""

    name: str
    fill: int

    @property
    def seed(self) -> bytes:
        return bytes([self.fill]) * 32

    @property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @property
    def public(self) -> bytes:
        return self._private.public_key().public_bytes_raw()

    @property
    def id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n\x01" + self.public).digest()[:4]

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64_of(bytes([1]) + self.public)}"

    def blob(self, text: str) -> bytes:
        return self._private.sign(text.encode())

    def line(self, text: str) -> str:
        return line(self.name, self.id + self.blob(text))


def line(name: str, signature: bytes) -> str:
    return f"\N{EM DASH} {name} {base64_of(signature)}\n"


def note(text: str, *keys: Key) -> str:
    return text + "\n" + "".join(key.line(text) for key in keys)


LOG = Key(ORIGIN, 0x33)
OTHER = Key(ORIGIN, 0x44)
WITNESS = Key("witness.example/w1", 0x55)
