"""Tries that the vectors and the tests of the index are about; built without ``ledger``."""

from __future__ import annotations

from collections.abc import Iterable

from tools.vectors._trie import sha256, trie_of
from tools.vectors.leaf import ZERO, case_key
from tools.vectors.statements import CASE, COMPANY, OPENED, address

Entries = dict[bytes, bytes]


def key_of(first: str, last: str = "") -> bytes:
    """32 bytes that begin and end in these hexadecimal digits; zeros between."""
    return bytes.fromhex(first + "0" * (64 - len(first) - len(last)) + last)


FIVE_KEYS = [key_of("00"), key_of("80"), key_of("40"), key_of("60"), key_of("", "01")]
FIVE: Entries = {key: sha256(b"\x06" + (i + 1).to_bytes(8) + bytes([i + 1]) * 32) for i, key in enumerate(FIVE_KEYS)}
FIRST: Entries = {
    case_key(CASE, str(OPENED["author"])): bytes.fromhex(
        "2abb0203d6fb268e9f7c480970b4daec02eb03496cf85f0a3fe0babe0722b771"
    ),
    case_key(CASE, address(COMPANY)): bytes.fromhex("8dc4f3bda8be5416946f59bfe0f2d91487fd1c3ada68c41ce65610f525daa3d3"),
}
REQUESTER_KEY, COMPANY_KEY = FIRST
MANY: Entries = {sha256(f"key {number}".encode()): sha256(f"value {number}".encode()) for number in range(200)}
# Keys with one bit set, and zero: the path of zero tests every bit there is.
DEEP: Entries = {(1 << 255 >> number).to_bytes(32): sha256(f"deep {number}".encode()) for number in range(256)}
DEEP[ZERO] = sha256(b"deep end")
TRIE = trie_of(FIVE)
LAST = FIVE_KEYS[4]


def flip(data: bytes, bit: int) -> bytes:
    """``data`` with one bit changed, counted from the most significant one."""
    return (int.from_bytes(data) ^ 1 << 8 * len(data) - 1 - bit).to_bytes(len(data))


def pairs(entries: Iterable[tuple[bytes, bytes]]) -> list[list[str]]:
    return [[key.hex(), value.hex()] for key, value in entries]
