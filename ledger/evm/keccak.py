"""Keccak-256, the hash of the EVM (the submission to SHA-3, not FIPS 202)."""

from __future__ import annotations

from Crypto.Hash import keccak


def keccak256(data: bytes) -> bytes:
    """Keccak-256 of ``data``, 32 bytes."""
    return keccak.new(data=data, digest_bits=256).digest()
