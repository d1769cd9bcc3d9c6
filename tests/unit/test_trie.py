"""The index trie: its definition, every past root, every changed bit."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import MalformedIndex, VerificationIndex
from ledger.trie import (
    EMPTY_TRIE,
    MAX_STEPS,
    Nodes,
    TrieProof,
    bit_of,
    build_trie,
    first_difference,
    hash_entry,
    hash_inner,
    prove_many,
    update_trie,
    verify_lookup,
)
from tests.unit.tries import ENTRIES, HASHES, KEYS, ROOT, ZERO, Store, answer, store_of
from tools.vectors import _trie as oracle
from tools.vectors._trie_samples import DEEP, FIVE, FIVE_KEYS, LAST, MANY, TRIE, flip, key_of

# --- definition -----------------------------------------------------------------------------------


def test_hashes_have_their_domain_tags() -> None:
    one, other = b"k" * 32, b"v" * 32
    assert hash_entry(one, other) == hashlib.sha256(b"\x02" + one + other).digest()
    assert hash_inner(255, one, other) == hashlib.sha256(b"\x03\xff" + one + other).digest()
    assert bytes(32) == EMPTY_TRIE == build_trie([])


def test_bits_count_from_the_most_significant() -> None:
    assert [bit_of(key_of("80"), bit) for bit in (0, 1, 255)] == [1, 0, 0]
    assert [bit_of(key_of("", "01"), bit) for bit in (0, 254, 255)] == [0, 0, 1]
    assert first_difference(key_of("80"), ZERO) == 0
    assert first_difference(key_of("", "01"), ZERO) == 255
    assert first_difference(key_of("0080"), ZERO) == 8


@given(KEYS, KEYS)
def test_the_first_difference_is_the_first(one: bytes, other: bytes) -> None:
    if one == other:
        return
    bit = first_difference(one, other)
    assert oracle.bits(one)[:bit] == oracle.bits(other)[:bit]
    assert bit_of(one, bit) != bit_of(other, bit)


def test_first_worked_vectors() -> None:
    roots = {
        1: "d67f40e1688920726e5180cada4b30f5d404785fa309f085e4ae4660f543832f",
        2: "d7d3df5f38c2ca746c645369377d2b28a0edd7a9ebd3387a92e7084264091291",
        5: "343b509c48ade7ed408bc9012dfe0fe6bb23f5a8776c628ffd7ad84c2b8e4e6f",
    }
    root, store = EMPTY_TRIE, Store()
    for count, key in enumerate(FIVE_KEYS, 1):
        root, nodes = update_trie(root, {key: FIVE[key]}, store.read)
        store.add(nodes)
        if count in roots:
            assert root.hex() == roots[count] == build_trie(sorted(list(FIVE.items())[:count])).hex()


@given(ENTRIES)
def test_building_is_the_definition(entries: dict[bytes, bytes]) -> None:
    nodes: Nodes = []
    trie = oracle.trie_of(entries)
    assert build_trie(sorted(entries.items()), nodes) == build_trie(sorted(entries.items())) == oracle.root_of(trie)
    assert sorted(data for _, data in nodes) == sorted(oracle.nodes_of(trie)), "each node once, and no other"


@given(st.lists(st.tuples(KEYS, HASHES), min_size=2, max_size=6))
def test_building_wants_ascending_keys(entries: list[tuple[bytes, bytes]]) -> None:
    keys = [key for key, _ in entries]
    if keys == sorted(set(keys)):
        build_trie(entries)
        return
    with pytest.raises(MalformedIndex, match="ascending"):
        build_trie(entries)


# --- changing, and every past root ----------------------------------------------------------------


@given(st.lists(ENTRIES, max_size=6), st.lists(KEYS, max_size=6))
def test_any_batches_give_the_built_trie_and_every_past_root_stays_provable(
    batches: list[dict[bytes, bytes]], others: list[bytes]
) -> None:
    root, store, held = EMPTY_TRIE, Store(), dict[bytes, bytes]()
    past = [(root, held)]
    for batch in batches:
        before = set(oracle.nodes_of(oracle.trie_of(held)))
        held = {**held, **batch}
        root, nodes = update_trie(root, batch, store.read)
        after = oracle.trie_of(held)
        assert root == build_trie(sorted(held.items())) == oracle.root_of(after)
        assert sorted(data for _, data in nodes) == sorted(set(oracle.nodes_of(after)) - before)
        store.add(nodes)
        past.append((root, held))
    asked = [*held, *others]
    for root, known in past:
        proofs = prove_many(root, asked, store.read)
        assert proofs.keys() == set(asked)
        for key, proof in proofs.items():
            assert proof.encode() == oracle.proof_of(oracle.trie_of(known), key)
            assert TrieProof.parse(proof.encode()) == proof
            assert verify_lookup(root, key, proof) == known.get(key)


@given(ENTRIES)
def test_the_order_of_single_changes_does_not_matter(entries: dict[bytes, bytes]) -> None:
    roots = set()
    for order in (list(entries.items()), list(entries.items())[::-1]):
        root, store = EMPTY_TRIE, Store()
        for key, value in order:
            root, nodes = update_trie(root, {key: value}, store.read)
            store.add(nodes)
        roots.add(root)
    assert roots == {oracle.root_of(oracle.trie_of(entries))}


def test_children_come_before_their_parent() -> None:
    """So that a store that stops half-way never holds a node whose children it lacks."""
    _, nodes = update_trie(EMPTY_TRIE, MANY, Store().read)
    seen = {EMPTY_TRIE}
    for digest, data in nodes:
        assert data[0] == 2 or {data[2:34], data[34:]} <= seen
        seen.add(digest)


def test_a_search_reads_its_own_path_only_and_each_level_once() -> None:
    store = store_of(oracle.trie_of(MANY))
    root = oracle.root_of(oracle.trie_of(MANY))
    keys = sorted(MANY)[:3]
    proofs = prove_many(root, keys, store.read)
    assert len(store.calls) == 1 + max(len(proof.steps) for proof in proofs.values())
    asked = [digest for call in store.calls for digest in call]
    assert len(asked) == len(set(asked))
    siblings = {sibling for proof in proofs.values() for _, sibling in proof.steps}
    assert len(set(asked) - siblings) <= 1 + sum(len(proof.steps) for proof in proofs.values())


def test_one_proof_reads_nothing_beside_its_path() -> None:
    store = store_of(TRIE)
    proof = prove_many(ROOT, [LAST], store.read)[LAST]
    asked = {digest for call in store.calls for digest in call}
    assert len(asked) == 4 and not asked & {sibling for _, sibling in proof.steps}


def test_nothing_to_change_reads_nothing() -> None:
    store = Store()
    assert update_trie(ROOT, {}, store.read) == (ROOT, [])
    assert update_trie(EMPTY_TRIE, {}, store.read) == (EMPTY_TRIE, [])
    assert prove_many(ROOT, [], store.read) == {}
    assert prove_many(EMPTY_TRIE, [LAST], store.read) == {LAST: TrieProof((), None)}
    assert store.calls == []


def test_the_value_that_is_there_already_changes_nothing() -> None:
    assert update_trie(ROOT, {LAST: FIVE[LAST]}, store_of(TRIE).read) == (ROOT, [])
    root, nodes = update_trie(ROOT, {LAST: FIVE[LAST], ZERO: ROOT}, store_of(TRIE).read)
    assert root == oracle.root_of(oracle.trie_of({**FIVE, ZERO: ROOT}))
    assert len(nodes) == 4, "one leaf and the three nodes above it"


def test_a_key_asked_for_twice_is_proven_once() -> None:
    assert list(prove_many(ROOT, [LAST, LAST], store_of(TRIE).read)) == [LAST]


def test_every_bit_may_be_tested() -> None:
    """257 keys, one of them 256 levels down: built, updated at once and one by one, and proven."""
    trie = oracle.trie_of(DEEP)
    root, nodes = update_trie(EMPTY_TRIE, DEEP, Store().read)
    assert root == build_trie(sorted(DEEP.items())) == oracle.root_of(trie)
    store = Store(nodes)
    proof = prove_many(root, [ZERO], store.read)[ZERO]
    assert [bit for bit, _ in proof.steps] == list(range(MAX_STEPS))
    assert len(proof.encode()) == 256 * 33 + 64
    assert verify_lookup(root, ZERO, proof) == DEEP[ZERO]
    changed, _ = update_trie(root, {ZERO: ROOT}, store.read)
    assert changed == oracle.root_of(oracle.trie_of({**DEEP, ZERO: ROOT}))


# --- paths ----------------------------------------------------------------------------------------


@given(ENTRIES, KEYS, KEYS)
def test_a_path_shows_one_thing_of_each_key(entries: dict[bytes, bytes], shown: bytes, asked: bytes) -> None:
    """The path of one key, read for another: an error, or what is true of that one."""
    trie = oracle.trie_of(entries)
    found = answer(oracle.root_of(trie), asked, oracle.proof_of(trie, shown))
    assert found == entries.get(asked) or found is VerificationIndex


@pytest.mark.parametrize("key", [LAST, ZERO, key_of("80"), key_of("60"), key_of("01"), key_of("c0")])
def test_every_changed_bit_of_path_root_and_key(key: bytes) -> None:
    path = oracle.proof_of(TRIE, key)
    assert answer(ROOT, key, path) == FIVE.get(key)
    for bit in range(8 * len(path)):
        assert answer(ROOT, key, flip(path, bit)) in (MalformedIndex, VerificationIndex)
    for bit in range(256):
        assert answer(flip(ROOT, bit), key, path) is VerificationIndex
        found = answer(ROOT, flip(key, bit), path)
        assert found is VerificationIndex or found == FIVE.get(flip(key, bit))


@given(ENTRIES, KEYS, st.data())
def test_a_changed_path_never_verifies(entries: dict[bytes, bytes], key: bytes, data: st.DataObject) -> None:
    trie = oracle.trie_of(entries)
    root, path = oracle.root_of(trie), oracle.proof_of(trie, key)
    at, length = data.draw(st.integers(0, len(path))), data.draw(st.sampled_from([0, 1, 31, 32, 33, 64, 66]))
    other = path[:at] + data.draw(st.binary(max_size=66)) + path[at + length :]
    if other != path:
        assert answer(root, key, other) in (MalformedIndex, VerificationIndex)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_or_read_exactly(data: bytes) -> None:
    try:
        proof = TrieProof.parse(data)
    except MalformedIndex:
        return
    assert proof.encode() == data


@pytest.mark.parametrize("length", sorted({*range(1, 131)} - {64, 97, 130} | {64 + 33 * 257, 64 + 33 * 1000}))
def test_other_lengths_are_no_path(length: int) -> None:
    data = b"".join(bytes([step % 256]) + ZERO for step in range(length // 33 + 1))[:length]
    with pytest.raises(MalformedIndex, match="no search path"):
        TrieProof.parse(data)


@pytest.mark.parametrize(
    ("steps", "leaf", "message"),
    [
        (((0, ZERO),), None, "no leaf"),
        (((0, ZERO[1:]),), (ZERO, ZERO), "32 bytes, not 31"),
        (((0, ZERO + ZERO),), (ZERO, ZERO), "32 bytes, not 64"),
        ((), (ZERO[1:], ZERO), "32 bytes, not 31"),
        ((), (ZERO, b""), "32 bytes, not 0"),
        (((-1, ZERO),), (ZERO, ZERO), "bit -1"),
        (((256, ZERO),), (ZERO, ZERO), "bit 256"),
        (((3, ZERO), (3, ZERO)), (ZERO, ZERO), "bit 3 follows 3"),
        (((3, ZERO), (2, ZERO)), (ZERO, ZERO), "bit 2 follows 3"),
    ],
)
def test_a_path_that_no_bytes_say_cannot_be_made(
    steps: tuple[tuple[int, bytes], ...], leaf: tuple[bytes, bytes] | None, message: str
) -> None:
    """Else lengths could be shifted: a key of 31 bytes and a value of 33 hash like one of 32 each."""
    with pytest.raises(MalformedIndex, match=message):
        TrieProof(steps, leaf)


@pytest.mark.parametrize("size", [0, 1, 31, 33, 64])
def test_keys_values_and_roots_have_32_bytes(size: int) -> None:
    other, store = bytes(size), store_of(TRIE)
    proof = TrieProof.parse(oracle.proof_of(TRIE, LAST))
    for run in (
        lambda: hash_entry(other, ZERO),
        lambda: hash_entry(ZERO, other),
        lambda: build_trie([(other, ZERO)]),
        lambda: build_trie([(ZERO, other)]),
        lambda: verify_lookup(other, LAST, proof),
        lambda: verify_lookup(ROOT, other, proof),
        lambda: verify_lookup(other, LAST, TrieProof((), None)),
        lambda: update_trie(ROOT, {LAST: ZERO, other: ZERO}, store.read),
        lambda: update_trie(ROOT, {LAST: other}, store.read),
        lambda: update_trie(other, {LAST: ZERO}, store.read),
        lambda: prove_many(ROOT, [LAST, other], store.read),
        lambda: prove_many(other, [LAST], store.read),
    ):
        with pytest.raises(MalformedIndex, match=f"32 bytes, not {size}"):
            run()
    assert store.calls == [], "refused before anything is read"


def test_messages_name_both_sides() -> None:
    with pytest.raises(VerificationIndex, match=f"leads to root {ROOT.hex()}, not {ZERO.hex()}"):
        verify_lookup(ZERO, LAST, TrieProof.parse(oracle.proof_of(TRIE, LAST)))
    with pytest.raises(VerificationIndex, match=f"ends at {ZERO.hex()}, where a search for {LAST.hex()}"):
        verify_lookup(ROOT, LAST, TrieProof.parse(oracle.proof_of(TRIE, ZERO)))
    with pytest.raises(VerificationIndex, match=f"empty trie, but the root is {ROOT.hex()}"):
        verify_lookup(ROOT, LAST, TrieProof((), None))
