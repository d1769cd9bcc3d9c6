"""Test keys for signed mails, each computed from its name: published, worth nothing, and never to be used.

RSA keys of 512 to 2048 bits and Ed25519 keys, with plain integer arithmetic: libraries refuse to make
or to use the short ones, which the vectors need.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_SMALL = [n for n in range(3, 2000, 2) if all(n % d for d in range(3, int(n**0.5) + 1, 2))]
_PREFIX = {
    "sha1": bytes.fromhex("3021300906052b0e03021a05000414"),
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
}


@dataclass(frozen=True)
class Rsa:
    modulus: int
    private: int
    exponent: int = 65_537
    kind: str = "rsa"
    primes: tuple[int, int] | None = None

    @property
    def bits(self) -> int:
        return self.modulus.bit_length()

    @property
    def bare(self) -> bytes:
        """RSAPublicKey of RFC 8017."""
        return _der(0x30, _integer(self.modulus) + _integer(self.exponent))

    @property
    def public(self) -> bytes:
        """SubjectPublicKeyInfo, as DKIM records have it."""
        algorithm = bytes.fromhex("300d06092a864886f70d0101010500")
        return _der(0x30, algorithm + _der(0x03, b"\0" + self.bare))

    @property
    def pem(self) -> str:
        """RSAPrivateKey of RFC 8017."""
        assert self.primes is not None
        p, q = self.primes
        parts = (0, self.modulus, self.exponent, self.private, p, q, self.private % (p - 1), self.private % (q - 1))
        data = b"".join(map(_integer, (*parts, pow(q, -1, p))))
        return _pem("RSA PRIVATE KEY", _der(0x30, data))

    def sign(self, digest: bytes, hash_name: str) -> bytes:
        size = (self.bits + 7) // 8
        tail = b"\0" + _PREFIX[hash_name] + digest
        padded = b"\0\1" + b"\xff" * (size - 2 - len(tail)) + tail
        return pow(int.from_bytes(padded, "big"), self.private, self.modulus).to_bytes(size, "big")


@dataclass(frozen=True)
class Ed25519:
    seed: bytes
    kind: str = "ed25519"
    bits: int = 256

    @property
    def public(self) -> bytes:
        return self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def pem(self) -> str:
        """PrivateKeyInfo of RFC 8410."""
        return _pem("PRIVATE KEY", bytes.fromhex("302e020100300506032b657004220420") + self.seed)

    def sign(self, digest: bytes, hash_name: str) -> bytes:
        return self._key.sign(digest)

    @property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


Key = Rsa | Ed25519


@cache
def rsa(name: str, bits: int, exponent: int = 65_537) -> Rsa:
    p = _prime(f"{name} {bits} p", (bits + 1) // 2, exponent)
    q = _prime(f"{name} {bits} q", bits // 2, exponent)
    return Rsa(p * q, pow(exponent, -1, (p - 1) * (q - 1)), exponent, primes=(p, q))


@cache
def ed25519(name: str) -> Ed25519:
    return Ed25519(hashlib.sha256(f"habeas test key {name}".encode()).digest())


def record(key: Key, before: str = "v=DKIM1; ", after: str = "") -> str:
    """The TXT record of a key."""
    return f"{before}k={key.kind}; p={base64.b64encode(key.public).decode()}{after}"


def _pem(label: str, data: bytes) -> str:
    text = base64.b64encode(data).decode("ascii")
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""])


def _prime(name: str, bits: int, exponent: int) -> int:
    stream = b"".join(hashlib.sha256(f"habeas test key {name} {n}".encode()).digest() for n in range(bits // 256))
    # Both top bits set, so that the product of two has exactly as many bits as both together.
    value = int.from_bytes(stream, "big") | 3 << (bits - 2) | 1
    while any(value % small == 0 for small in _SMALL) or (value - 1) % exponent == 0 or pow(2, value - 1, value) != 1:
        value += 2
    return value


def _integer(value: int) -> bytes:
    return _der(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([0x82]) + size.to_bytes(2, "big")
    if 128 <= size < 256:
        length = bytes([0x81, size])
    return bytes([tag]) + length + content
