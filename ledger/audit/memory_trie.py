"""The index trie in memory, to change and to hash again often (docs/spec/index.md; the hashes of ``ledger.trie``).

For whoever replays a log: ``root()`` hashes only what changed since the last call. Nodes live in flat
arrays, about 140 bytes for each key, because objects would take six times as much and keep the
garbage collector busy. A reference to a node is its number, or ``~number`` for a leaf.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from hashlib import sha256

from ledger.errors import MalformedIndex
from ledger.trie import EMPTY_TRIE, KEY_SIZE, TrieProof, first_difference, hash_entry

_NO_HASH = bytes(KEY_SIZE)
_LEAF_TAG = b"\x02"
_INNER = tuple(b"\x03" + bytes([bit]) for bit in range(256))
"""How the bytes of an inner node begin: tag and bit."""


class MemoryTrie:
    """A trie that grows. Each key gets a number when it is first set, from 0, which it keeps."""

    def __init__(self) -> None:
        self._keys = bytearray()
        self._values = bytearray()
        self._leaf_hashes = bytearray()
        self._hashes = bytearray()
        self._bits = bytearray()
        self._changed = bytearray()
        self._children = array("i")
        self._top: int | None = None
        self._way: tuple[bytes, list[int], int] = (b"", [], 0)
        """The last search: key, inner nodes met, leaf where it ended. ``set`` mostly follows ``number``."""

    def __len__(self) -> int:
        """How many keys it has."""
        return len(self._keys) // KEY_SIZE

    def number(self, key: bytes) -> int | None:
        """The number of ``key``; None where the trie does not have it."""
        if self._top is None:
            return None
        _, leaf = self._search(key)
        return leaf if self._keys[KEY_SIZE * leaf : KEY_SIZE * leaf + KEY_SIZE] == key else None

    def key(self, number: int) -> bytes:
        """The key with this number."""
        return bytes(self._keys[KEY_SIZE * number : KEY_SIZE * number + KEY_SIZE])

    def set(self, key: bytes, value: bytes) -> int:
        """Give ``key`` its value, 32 bytes each; the key's number."""
        if len(key) != KEY_SIZE or len(value) != KEY_SIZE:
            raise MalformedIndex(f"key and value have 32 bytes each, not {len(key)} and {len(value)}")
        if self._top is None:
            self._top = ~self._new_leaf(key, value)
            return ~self._top
        path, leaf = self._search(key)
        at = KEY_SIZE * leaf
        nearest = self._keys[at : at + KEY_SIZE]
        if nearest == key:
            self._values[at : at + KEY_SIZE] = value
            self._leaf_hashes[at : at + KEY_SIZE] = hash_entry(key, value)
            self._mark(path)
            return leaf
        return self._insert(key, value, path, first_difference(bytes(nearest), key))

    def _insert(self, key: bytes, value: bytes, path: list[int], bit: int) -> int:
        """A new leaf where ``key`` leaves the way ``path``: above the first node that tests a later bit."""
        bits = self._bits
        while path and bits[path[-1]] > bit:
            path.pop()
        leaf = self._new_leaf(key, value)
        inner = len(bits)
        if path:
            at = bits[path[-1]]
            place = 2 * path[-1] + (key[at >> 3] >> (7 - (at & 7)) & 1)
            below, self._children[place] = self._children[place], inner
        else:
            assert self._top is not None, "an empty trie has no way to leave"
            below, self._top = self._top, inner
        bits.append(bit)
        self._changed.append(0)
        self._hashes += _NO_HASH
        goes_right = key[bit >> 3] >> (7 - (bit & 7)) & 1
        self._children.extend((below, ~leaf) if goes_right else (~leaf, below))
        path.append(inner)
        self._way = (key, path, leaf)
        self._mark(path)
        return leaf

    def root(self) -> bytes:
        """The root as ``ledger.trie.build_trie`` gives it; hashes what changed since the last call."""
        if self._top is None:
            return EMPTY_TRIE
        children, changed, bits, hashes, leaves = (
            self._children, self._changed, self._bits, self._hashes, self._leaf_hashes,
        )  # fmt: skip
        order: list[int] = []
        waiting = [self._top]
        while waiting:
            node = waiting.pop()
            if node >= 0 and changed[node]:
                order.append(node)
                waiting += children[2 * node : 2 * node + 2]
        for node in reversed(order):  # children before their parents
            left, right = children[2 * node], children[2 * node + 1]
            one = hashes[32 * left : 32 * left + 32] if left >= 0 else leaves[32 * ~left : 32 * ~left + 32]
            other = hashes[32 * right : 32 * right + 32] if right >= 0 else leaves[32 * ~right : 32 * ~right + 32]
            hashes[32 * node : 32 * node + 32] = sha256(_INNER[bits[node]] + one + other).digest()
            changed[node] = 0
        return self._hash(self._top)

    def prove(self, key: bytes) -> TrieProof:
        """The search path of ``key``, as it is or would be."""
        self.root()
        if self._top is None:
            return TrieProof((), None)
        steps: list[tuple[int, bytes]] = []
        node = self._top
        while node >= 0:
            bit = self._bits[node]
            side = key[bit >> 3] >> (7 - (bit & 7)) & 1
            steps.append((bit, self._hash(self._children[2 * node + 1 - side])))
            node = self._children[2 * node + side]
        return TrieProof(tuple(steps), (self.key(~node), self._value(~node)))

    def nodes_on_path(self, key: bytes) -> Mapping[bytes, bytes]:
        """Hash and bytes of each node that a search for ``key`` meets: what a NodeReader needs."""
        self.root()
        found: dict[bytes, bytes] = {}
        node = self._top
        while node is not None and node >= 0:
            bit = self._bits[node]
            left, right = self._children[2 * node : 2 * node + 2]
            found[self._hash(node)] = _INNER[bit] + self._hash(left) + self._hash(right)
            node = self._children[2 * node + (key[bit >> 3] >> (7 - (bit & 7)) & 1)]
        if node is not None:
            found[self._hash(node)] = _LEAF_TAG + self.key(~node) + self._value(~node)
        return found

    def _search(self, key: bytes) -> tuple[list[int], int]:
        """The inner nodes on the way of ``key`` in a trie that is not empty, and the leaf where it ends."""
        assert self._top is not None, "an empty trie is not searched"
        last, path, leaf = self._way
        if last == key:
            return path, leaf
        node, children, bits = self._top, self._children, self._bits
        if last:
            # Both keys go the same way down to the first node that tests a bit behind their difference.
            bit, kept = first_difference(last, key), len(path)
            while kept and bits[path[kept - 1]] >= bit:
                kept -= 1
            node = path[kept] if kept < len(path) else ~leaf
            del path[kept:]
        while node >= 0:
            path.append(node)
            bit = bits[node]
            node = children[2 * node + (key[bit >> 3] >> (7 - (bit & 7)) & 1)]
        self._way = (key, path, ~node)
        return path, ~node

    def _new_leaf(self, key: bytes, value: bytes) -> int:
        self._keys += key
        self._values += value
        self._leaf_hashes += hash_entry(key, value)
        return len(self) - 1

    def _mark(self, path: list[int]) -> None:
        changed = self._changed
        for node in reversed(path):
            if changed[node]:
                break  # and so is all above it
            changed[node] = 1

    def _hash(self, node: int) -> bytes:
        hashes, number = (self._hashes, node) if node >= 0 else (self._leaf_hashes, ~node)
        return bytes(hashes[KEY_SIZE * number : KEY_SIZE * number + KEY_SIZE])

    def _value(self, number: int) -> bytes:
        return bytes(self._values[KEY_SIZE * number : KEY_SIZE * number + KEY_SIZE])
