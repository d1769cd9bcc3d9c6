"""What the tests of the index trie share: strategies, a store of nodes, what a path proves."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from hypothesis import strategies as st

from ledger.errors import HabeasError
from ledger.trie import (
    Nodes,
    TrieProof,
    verify_lookup,
)
from tools.vectors import _trie as oracle
from tools.vectors._trie_samples import TRIE

ROOT = oracle.root_of(TRIE)
ZERO = bytes(32)


def _sparse(places: set[int]) -> bytes:
    return sum(1 << 255 >> place for place in places).to_bytes(32)


# Random keys hardly share bits; sparse ones share many, and join and split everywhere.
SPARSE = st.sets(st.integers(0, 255), max_size=3).map(_sparse)
CROWDED = st.sets(st.sampled_from([0, 1, 2, 7, 8, 254, 255]), max_size=7).map(_sparse)
KEYS = st.one_of(st.binary(min_size=32, max_size=32), SPARSE, CROWDED)
HASHES = st.binary(min_size=32, max_size=32)
ENTRIES = st.dictionaries(KEYS, HASHES, max_size=12)


class Store:
    """Nodes by hash, insert-only, as a database holds them; remembers what was asked of it."""

    def __init__(self, nodes: Nodes | None = None) -> None:
        self.nodes: dict[bytes, bytes] = {}
        self.calls: list[list[bytes]] = []
        self.add(nodes or [])

    def add(self, nodes: Nodes) -> None:
        for digest, data in nodes:
            assert hashlib.sha256(data).digest() == digest
            assert self.nodes.setdefault(digest, data) == data

    def read(self, hashes: Sequence[bytes]) -> Mapping[bytes, bytes]:
        self.calls.append(list(hashes))
        return {item: self.nodes[item] for item in hashes if item in self.nodes}


def store_of(trie: oracle.Trie) -> Store:
    return Store([(oracle.sha256(data), data) for data in oracle.nodes_of(trie)])


def answer(root: bytes, key: bytes, path: bytes) -> bytes | None | type[HabeasError]:
    """What a path proves of ``key``: its value, None, or the class of the error."""
    try:
        return verify_lookup(root, key, TrieProof.parse(path))
    except HabeasError as error:
        return type(error)
