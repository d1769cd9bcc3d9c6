"""The index trie by its recursive definition (docs/spec/index.md), for generators and tests; without ``ledger``.

A trie is None, a leaf ``(key, value)`` or an inner node ``(bit, left, right)``, so that malformed ones can
be written down as well. Slow on purpose: keys are strings of 256 characters 0 and 1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import TypeAlias

Trie: TypeAlias = "tuple[bytes, bytes] | tuple[int, Trie, Trie] | None"
Step: TypeAlias = tuple[int, bytes]


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def bits(key: bytes) -> str:
    """The bits of a key, most significant first."""
    return "".join(f"{byte:08b}" for byte in key)


def trie_of(entries: Mapping[bytes, bytes]) -> Trie:
    """The one trie of these entries."""
    if not entries:
        return None
    if len(entries) == 1:
        return next(iter(entries.items()))
    keys = {bits(key): key for key in entries}
    bit = next(place for place in range(256) if len({text[place] for text in keys}) == 2)
    halves = [{key: entries[key] for text, key in keys.items() if text[bit] == side} for side in "01"]
    return bit, trie_of(halves[0]), trie_of(halves[1])


def node_bytes(trie: Trie) -> bytes:
    """The bytes whose SHA-256 is the root of ``trie``, which is not empty."""
    assert trie is not None
    if len(trie) == 2:
        return b"\x02" + trie[0] + trie[1]
    return b"\x03" + bytes([trie[0]]) + root_of(trie[1]) + root_of(trie[2])


def root_of(trie: Trie) -> bytes:
    return bytes(32) if trie is None else sha256(node_bytes(trie))


def nodes_of(trie: Trie) -> Iterator[bytes]:
    """The bytes of every node, the root's first."""
    if trie is None:
        return
    yield node_bytes(trie)
    if len(trie) == 3:
        yield from nodes_of(trie[1])
        yield from nodes_of(trie[2])


def path_to(trie: Trie, key: bytes) -> tuple[list[Step], bytes]:
    """Steps (bit, sibling) from the root down, and the leaf's bytes, of a search for ``key`` by its own bits."""
    steps: list[Step] = []
    while trie is not None and len(trie) == 3:
        bit, left, right = trie
        other, trie = (left, right) if bits(key)[bit] == "1" else (right, left)
        steps.append((bit, root_of(other)))
    return steps, b"" if trie is None else trie[0] + trie[1]


def path_bytes(steps: list[Step], leaf: bytes) -> bytes:
    return b"".join(bytes([bit]) + sibling for bit, sibling in steps) + leaf


def proof_of(trie: Trie, key: bytes) -> bytes:
    """The search path of ``key``, as bytes."""
    return path_bytes(*path_to(trie, key))
