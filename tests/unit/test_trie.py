"""The index trie: its definition, every past root, every changed bit, malformed tries, stores that lie."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import HabeasError, MalformedIndex, VerificationIndex
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
from tools.vectors import _trie as oracle
from tools.vectors._trie_samples import DEEP, FIVE, FIVE_KEYS, LAST, MANY, TRIE, flip, key_of

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
