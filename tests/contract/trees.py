"""Large Merkle trees in little memory: one hash stands for every leaf that a test does not care about.

RFC 9162 section 2.1, written as the recursive definitions read. A complete range without special leaves depends
on its height alone, so 2^20 leaves cost a few hundred hashes.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

FILLER = sha256(b"\x00filler").digest()


def leaf_hash(leaf: bytes) -> bytes:
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def statement_leaf_hash(key: bytes, statement: bytes) -> bytes:
    """The 69-byte statement leaf of the log format, hashed."""
    return leaf_hash(key + sha256(statement).digest() + bytes.fromhex("0000002001"))


def split(size: int) -> int:
    """Largest power of two below size."""
    return 1 << (size - 1).bit_length() - 1


class SparseTree:
    """Leaves given by index; every other leaf has the hash FILLER."""

    def __init__(self, leaves: Mapping[int, bytes] | None = None) -> None:
        self._leaves = dict(leaves or {})
        self._full = [FILLER]

    def leaf(self, index: int) -> bytes:
        return self._leaves.get(index, FILLER)

    def root(self, size: int) -> bytes:
        return self._range(0, size)

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """PATH(m, D_n), sibling of the leaf first."""
        return self._path(index, 0, size)

    def consistency(self, old: int, new: int) -> list[bytes]:
        """PROOF(m, D_n) for 0 < old < new."""
        return self._subproof(old, 0, new, True)

    def _range(self, start: int, end: int) -> bytes:
        size = end - start
        if size == 1:
            return self.leaf(start)
        if size & (size - 1) == 0 and not any(start <= i < end for i in self._leaves):
            return self._filled(size.bit_length() - 1)
        middle = start + split(size)
        return node_hash(self._range(start, middle), self._range(middle, end))

    def _filled(self, height: int) -> bytes:
        while len(self._full) <= height:
            self._full.append(node_hash(self._full[-1], self._full[-1]))
        return self._full[height]

    def _path(self, index: int, start: int, end: int) -> list[bytes]:
        if end - start == 1:
            return []
        middle = start + split(end - start)
        if index < middle:
            return [*self._path(index, start, middle), self._range(middle, end)]
        return [*self._path(index, middle, end), self._range(start, middle)]

    def _subproof(self, old: int, start: int, end: int, whole: bool) -> list[bytes]:
        if old == end:
            return [] if whole else [self._range(start, end)]
        middle = start + split(end - start)
        if old <= middle:
            return [*self._subproof(old, start, middle, whole), self._range(middle, end)]
        return [*self._subproof(old, middle, end, False), self._range(start, middle)]
