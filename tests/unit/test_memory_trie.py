"""The trie in memory gives the roots and paths of the one that is built by sorting."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.audit.memory_trie import MemoryTrie
from ledger.encoding import sha256
from ledger.errors import MalformedIndex
from ledger.trie import EMPTY_TRIE, TrieProof, build_trie, hash_entry, prove_many, update_trie, verify_lookup

# Few first bytes and far bits: neighbours that share much, and forks at every depth.
KEYS = st.builds(
    lambda start, middle, bit: (start + bytes(29) + middle)[:31] + bytes([1 << bit]),
    st.sampled_from([b"\x00", b"\x01", b"\x80", b"\xff"]),
    st.sampled_from([b"\x00", b"\x01"]),
    st.integers(0, 7),
) | st.binary(min_size=32, max_size=32)
STEPS = st.lists(st.tuples(KEYS, st.integers(0, 3), st.booleans()), max_size=40)


def values(changes: dict[bytes, int]) -> list[tuple[bytes, bytes]]:
    return [(key, sha256(b"%d" % number)) for key, number in sorted(changes.items())]


@given(STEPS)
def test_any_history_gives_the_built_root(steps: list[tuple[bytes, int, bool]]) -> None:
    """Whatever is set in whatever order, and wherever the root is asked for in between."""
    trie, held, numbers = MemoryTrie(), dict[bytes, int](), dict[bytes, int]()
    assert trie.root() == EMPTY_TRIE
    for key, number, ask in steps:
        assert trie.number(key) == numbers.get(key)
        given_number = trie.set(key, sha256(b"%d" % number))
        assert numbers.setdefault(key, len(numbers)) == given_number
        held[key] = number
        assert trie.key(given_number) == key
        if ask:
            assert trie.root() == build_trie(values(held))
    assert trie.root() == build_trie(values(held)) and len(trie) == len(held)


@given(STEPS, st.lists(KEYS, max_size=5))
def test_paths_and_nodes(steps: list[tuple[bytes, int, bool]], asked: list[bytes]) -> None:
    """Search paths are those of the stored trie, and the nodes on them are enough to change it."""
    trie, nodes = MemoryTrie(), list[tuple[bytes, bytes]]()
    held = {key: number for key, number, _ in steps}
    for key, number in held.items():
        trie.set(key, sha256(b"%d" % number))
    root = build_trie(values(held), nodes)
    stored = dict(nodes)
    wanted = [*asked, *held]
    proofs = prove_many(root, wanted, lambda hashes: {item: stored[item] for item in hashes})
    for key in wanted:
        assert trie.prove(key) == proofs[key]
        found = verify_lookup(root, key, trie.prove(key))
        assert found == (sha256(b"%d" % held[key]) if key in held else None)
        on_path = trie.nodes_on_path(key)
        assert on_path.items() <= stored.items()
        changed = update_trie(root, {key: bytes(32)}, lambda hashes, got=on_path: got)[0]  # type: ignore[misc]
        other = dict(values(held)) | {key: bytes(32)}
        assert changed == build_trie(sorted(other.items()))


def test_one_key_and_none() -> None:
    trie = MemoryTrie()
    assert trie.prove(bytes(32)) == TrieProof((), None) and trie.nodes_on_path(bytes(32)) == {}
    assert trie.number(bytes(32)) is None
    assert trie.set(bytes(32), b"\x01" * 32) == 0
    assert trie.root() == hash_entry(bytes(32), b"\x01" * 32)


@pytest.mark.parametrize(("key", "value"), [(bytes(31), bytes(32)), (bytes(32), bytes(33))])
def test_other_lengths(key: bytes, value: bytes) -> None:
    with pytest.raises(MalformedIndex):
        MemoryTrie().set(key, value)
