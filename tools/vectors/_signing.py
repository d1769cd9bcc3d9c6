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


@dataclass(frozen=True)
class Cosigner(Key):
    """A cosigning key (type 0x04) from one byte repeated 32 times."""

    @property
    def id(self) -> bytes:
        return self.id_of_type(4)

    @property
    def vkey(self) -> str:
        return self.vkey_of_type(4)

    def id_of_type(self, kind: int, public: bytes | None = None) -> bytes:
        data = bytes([kind]) + (self.public if public is None else public)
        return hashlib.sha256(self.name.encode() + b"\n" + data).digest()[:4]

    def vkey_of_type(self, kind: int, public: bytes | None = None) -> str:
        data = bytes([kind]) + (self.public if public is None else public)
        return f"{self.name}+{self.id_of_type(kind, public).hex()}+{base64_of(data)}"

    def timed(self, text: str, time: int, signed_time: int | None = None) -> bytes:
        """Time and signature; ``signed_time`` where the signature is over another time."""
        message = f"cosignature/v1\ntime {time if signed_time is None else signed_time}\n{text}"
        return time.to_bytes(8, "big") + self._private.sign(message.encode())

    def cosigned(self, text: str, time: int, signed_time: int | None = None) -> str:
        return line(self.name, self.id + self.timed(text, time, signed_time))


def line(name: str, signature: bytes) -> str:
    return f"\N{EM DASH} {name} {base64_of(signature)}\n"


def note(text: str, *keys: Key) -> str:
    return text + "\n" + "".join(key.line(text) for key in keys)


LOG = Key(ORIGIN, 0x33)
OTHER = Key(ORIGIN, 0x44)
WITNESS = Key("witness.example/w1", 0x55)
AUDITOR = Cosigner("auditor.example/habeas", 0x66)
SECOND = Cosigner("watch.example", 0x77)
