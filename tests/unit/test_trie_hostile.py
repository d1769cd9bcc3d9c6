"""The index trie against others: malformed tries, stores that lie."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import MalformedIndex, VerificationIndex
from ledger.trie import (
    EMPTY_TRIE,
    hash_entry,
    prove_many,
    update_trie,
    verify_lookup,
)
from tests.unit.tries import CROWDED, ENTRIES, HASHES, KEYS, ROOT, ZERO, answer, store_of
from tools.vectors import _trie as oracle
from tools.vectors._trie_samples import LAST, TRIE, flip, key_of

# --- malformed tries ------------------------------------------------------------------------------

LEAVES = st.tuples(st.one_of(CROWDED, KEYS), HASHES)
BITS = st.one_of(st.sampled_from([0, 1, 2, 7, 8, 254, 255]), st.integers(0, 255))
ANY_TRIE: st.SearchStrategy[oracle.Trie] = st.recursive(
    LEAVES, lambda below: st.tuples(BITS, below, below), max_leaves=12
)


def every_path(trie: oracle.Trie) -> Iterator[tuple[list[oracle.Step], bytes]]:
    """Each way from the root to a leaf, whether or not a search takes it."""
    assert trie is not None
    if len(trie) == 2:
        yield [], trie[0] + trie[1]
        return
    bit, left, right = trie
    for child, other in ((left, right), (right, left)):
        for steps, leaf in every_path(child):
            yield [(bit, oracle.root_of(other)), *steps], leaf


@given(ANY_TRIE, KEYS)
def test_presence_and_absence_never_both_verify(trie: oracle.Trie, stranger: bytes) -> None:
    """Also in a trie whose bits do not ascend, whose children are swapped, which has a key twice."""
    root = oracle.root_of(trie)
    paths = [oracle.path_bytes(*path) for path in every_path(trie)]
    for key in {stranger, *(path[-64:-32] for path in paths)}:
        verified = {path for path in paths if not isinstance(answer(root, key, path), type)}
        assert verified <= {oracle.proof_of(trie, key)}, "a path verifies that is not the search itself"


@given(ANY_TRIE, KEYS, HASHES)
def test_malformed_tries_are_refused_or_searched_as_they_are(trie: oracle.Trie, key: bytes, value: bytes) -> None:
    root, store = oracle.root_of(trie), store_of(trie)
    truth = answer(root, key, oracle.proof_of(trie, key))
    try:
        proof = prove_many(root, [key], store.read)[key]
    except MalformedIndex:
        assert isinstance(truth, type), "a trie was refused in which the search verifies"
        with pytest.raises(MalformedIndex):
            update_trie(root, {key: value}, store.read)
        return
    assert verify_lookup(root, key, proof) == truth
    changed, nodes = update_trie(root, {key: value}, store.read)
    store.add(nodes)
    assert verify_lookup(changed, key, prove_many(changed, [key], store.read)[key]) == value


@pytest.mark.parametrize(
    "trie",
    [
        (0, (key_of("80"), ROOT), (ZERO, ROOT)),
        (1, (0, (ZERO, ROOT), (key_of("80"), ROOT)), (key_of("40"), ROOT)),
        (0, (0, (ZERO, ROOT), (ZERO, ROOT)), (key_of("80"), ROOT)),
        (0, (1, (key_of("80"), ROOT), (key_of("40"), ROOT)), (key_of("c0"), ROOT)),
    ],
    ids=["swapped", "bits-inverted", "bit-twice", "leaf-astray"],
)
def test_malformed_by_hand(trie: oracle.Trie) -> None:
    root, store = oracle.root_of(trie), store_of(trie)
    assert answer(root, ZERO, oracle.proof_of(trie, ZERO)) in (MalformedIndex, VerificationIndex)
    for steps, leaf in every_path(trie):
        assert isinstance(answer(root, ZERO, oracle.path_bytes(steps, leaf)), type)
    with pytest.raises(MalformedIndex):
        prove_many(root, [ZERO], store.read)
    with pytest.raises(MalformedIndex):
        update_trie(root, {ZERO: ZERO}, store.read)


# --- stores that lie ------------------------------------------------------------------------------


@given(ENTRIES, KEYS, st.data())
def test_a_store_that_lies_is_found_out(entries: dict[bytes, bytes], key: bytes, data: st.DataObject) -> None:
    """One node missing, changed or exchanged: a typed error, or the true answer where the search did not need it."""
    trie = oracle.trie_of(entries)
    root, store = oracle.root_of(trie), store_of(trie)
    if not store.nodes:
        return
    victim = data.draw(st.sampled_from(sorted(store.nodes)))
    held = store.nodes.pop(victim)
    lie = data.draw(
        st.one_of(
            st.none(),
            st.sampled_from(sorted(store.nodes.values()) or [b""]),
            st.integers(0, 8 * len(held) - 1).map(lambda bit: flip(held, bit)),
            st.sampled_from([held[:-1], held + b"\x00", b"\x00" + held[1:], b""]),
        )
    )
    if lie is not None:
        store.nodes[victim] = lie
    needed = any(victim == oracle.sha256(node) for node in _searched(trie, key))
    if needed:
        for run in (lambda: prove_many(root, [key], store.read), lambda: update_trie(root, {key: ZERO}, store.read)):
            with pytest.raises(VerificationIndex, match=victim.hex()):
                run()
    else:
        assert prove_many(root, [key], store.read)[key].encode() == oracle.proof_of(trie, key)
        changed, _ = update_trie(root, {key: ZERO}, store.read)
        assert changed == oracle.root_of(oracle.trie_of({**entries, key: ZERO}))


def _searched(trie: oracle.Trie, key: bytes) -> Iterator[bytes]:
    while trie is not None:
        yield oracle.node_bytes(trie)
        if len(trie) == 2:
            return
        trie = trie[2] if oracle.bits(key)[trie[0]] == "1" else trie[1]


def test_a_store_may_give_more_than_it_was_asked_for() -> None:
    nodes = store_of(TRIE).nodes
    assert prove_many(ROOT, [LAST], lambda hashes: nodes)[LAST].encode() == oracle.proof_of(TRIE, LAST)


@pytest.mark.parametrize(
    "node",
    [
        b"",
        b"\x02" + ZERO,
        b"\x02" + ZERO + ZERO + b"\x00",
        b"\x00" + ZERO + ZERO,
        b"\x03" + ZERO + ZERO,
        b"\x02\x00" + ZERO + ZERO,
        b"\x03\x00" + ZERO + ZERO + b"\x00",
        b"\x01" + ZERO + ZERO,
    ],
    ids=lambda node: f"{node[:1].hex() or 'none'}-{len(node)}",
)
def test_a_root_of_something_else_is_malformed(node: bytes) -> None:
    """Bytes with the right hash that are no node: an operator may anchor the hash of anything."""
    root = oracle.sha256(node)
    for run in (
        lambda: prove_many(root, [LAST], lambda hashes: {root: node}),
        lambda: update_trie(root, {LAST: ZERO}, lambda hashes: {root: node}),
    ):
        with pytest.raises(MalformedIndex, match="neither a leaf nor an inner node"):
            run()


def test_32_zero_bytes_are_no_child() -> None:
    """The empty trie is the root only: a search that comes to it inside a trie finds no node."""
    trie = b"\x03\x00" + EMPTY_TRIE + hash_entry(key_of("80"), ROOT)
    root = oracle.sha256(trie)
    with pytest.raises(VerificationIndex, match="missing"):
        prove_many(root, [LAST], lambda hashes: {root: trie})
