"""Lists of the index: what they are, what an index leaf claims of them, and which leaves they hold."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.encoding import MAX_INTEGER, sha256
from ledger.errors import HabeasError, MalformedIndex, VerificationIndex
from ledger.index import (
    ENTRY_BYTES,
    IndexEntry,
    check_list,
    empty_index_leaf,
    encode_list,
    index_leaf,
    key_to_list,
    parse_list,
    value_of,
    verify_list,
)
from ledger.leaf import NO_KEY, IndexLeaf, StatementLeaf, case_key, statement_leaf
from ledger.statement import parse
from ledger.trie import EMPTY_TRIE, Nodes, TrieProof, build_trie, prove_many

VECTORS = Path(__file__).resolve().parents[1] / "vectors" / "statement"
ORIGIN = "habeas.example/main"
HASHES = st.binary(min_size=32, max_size=32)
ENTRIES = st.lists(st.builds(IndexEntry, st.integers(0, 2**64 - 1), HASHES), max_size=8)
KEYS = HASHES


def _list(indexes: set[int]) -> tuple[IndexEntry, ...]:
    return tuple(IndexEntry(index, sha256(b"leaf %d" % index)) for index in sorted(indexes))


LISTS = st.sets(st.integers(0, 99), min_size=1, max_size=6).map(_list)
INDEXES = st.dictionaries(KEYS, LISTS, max_size=6)
Shown = tuple[IndexLeaf, dict[bytes, TrieProof]]


def claimed(lists: dict[bytes, tuple[IndexEntry, ...]], asked: list[bytes], size: int = 100) -> Shown:
    """The index leaf over ``lists``, and the search path of each key that is asked for."""
    nodes: Nodes = []
    root = build_trie(sorted((key, value_of(entries)) for key, entries in lists.items()), nodes)
    store = dict(nodes)
    proofs = prove_many(root, asked, lambda hashes: {item: store[item] for item in hashes})
    return index_leaf(size, root), proofs


# --- bytes ----------------------------------------------------------------------------------------


@given(ENTRIES)
def test_lists_round_trip(entries: list[IndexEntry]) -> None:
    data = encode_list(entries)
    assert len(data) == ENTRY_BYTES * len(entries)
    assert parse_list(data) == tuple(entries)
    assert value_of(entries) == sha256(b"\x06" + data)


@given(st.binary(max_size=130))
def test_any_bytes_are_refused_or_read_exactly(data: bytes) -> None:
    if len(data) % ENTRY_BYTES:
        with pytest.raises(MalformedIndex, match=f"{len(data)} bytes are no list"):
            parse_list(data)
    else:
        assert encode_list(parse_list(data)) == data


@pytest.mark.parametrize("entry", [IndexEntry(-1, bytes(32)), IndexEntry(2**64, bytes(32)), IndexEntry(0, bytes(31))])
def test_what_no_bytes_say_is_not_written(entry: IndexEntry) -> None:
    with pytest.raises(MalformedIndex, match="an entry is an index of 8 bytes"):
        encode_list([entry])
    claim, proofs = claimed({NO_KEY: _list({1})}, [NO_KEY])
    with pytest.raises(MalformedIndex, match="an entry is an index of 8 bytes"):
        verify_list(claim, NO_KEY, proofs[NO_KEY], [entry])


# --- rules of a list ------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 12), max_size=6), st.integers(0, 12))
def test_a_list_is_ascending_below_the_size_and_not_empty(indexes: list[int], size: int) -> None:
    entries = [IndexEntry(index, bytes(32)) for index in indexes]
    if indexes and indexes == sorted(set(indexes)) and indexes[-1] < size:
        check_list(entries, size)
        return
    with pytest.raises(MalformedIndex):
        check_list(entries, size)


def test_messages_say_which_entry() -> None:
    with pytest.raises(MalformedIndex, match="at least one entry"):
        check_list([], 100)
    with pytest.raises(MalformedIndex, match="entry 7 follows 9"):
        check_list([*_list({9}), *_list({7})], 100)
    with pytest.raises(MalformedIndex, match="entry 7 follows 7"):
        check_list([*_list({7}), *_list({7})], 100)
    with pytest.raises(MalformedIndex, match="entry 100 is not among the first 100"):
        check_list(_list({1, 100}), 100)


# --- what an index leaf claims --------------------------------------------------------------------


@given(INDEXES, st.lists(KEYS, max_size=3))
def test_every_list_and_every_absence_is_proven(
    lists: dict[bytes, tuple[IndexEntry, ...]], others: list[bytes]
) -> None:
    claim, proofs = claimed(lists, [*lists, *others])
    for key, proof in proofs.items():
        assert verify_list(claim, key, proof, lists.get(key)) == lists.get(key, ())


@given(INDEXES, KEYS, LISTS)
def test_nothing_else_is_proven(
    lists: dict[bytes, tuple[IndexEntry, ...]], other: bytes, wrong: tuple[IndexEntry, ...]
) -> None:
    """Neither absence of a list that is there, nor any other list than the one that is there."""
    claim, proofs = claimed(lists, [*lists, other])
    for key, proof in proofs.items():
        truth = lists.get(key)
        for shown in (None, (), wrong, (truth or ())[:-1], (truth or ())[1:], (*(truth or ()), *wrong)):
            if shown != truth:
                with pytest.raises(VerificationIndex, match=key.hex()):
                    verify_list(claim, key, proof, shown)


@given(INDEXES, st.data())
def test_a_list_that_the_operator_broke_is_its_own(
    lists: dict[bytes, tuple[IndexEntry, ...]], data: st.DataObject
) -> None:
    """It hangs under the root and is refused all the same: MalformedIndex, evidence, and not VerificationIndex."""
    good = data.draw(LISTS)
    last = good[-1]
    broken = data.draw(
        st.sampled_from(
            [
                (),
                (*good, last),
                (*good, IndexEntry(0, bytes(32))),
                (*good, IndexEntry(100, bytes(32))),
                (*good, IndexEntry(2**64 - 1, bytes(32))),
            ]
        )
    )
    key = data.draw(KEYS)
    claim, proofs = claimed({**lists, key: broken}, [key])
    with pytest.raises(MalformedIndex):
        verify_list(claim, key, proofs[key], broken)
    with pytest.raises(VerificationIndex):
        verify_list(claim, key, proofs[key], None)


def test_rule_0_claims_nothing() -> None:
    """Least of all an absence: the empty trie's root is the root of rule 0."""
    key = sha256(b"key")
    for entries in (None, _list({1})):
        with pytest.raises(VerificationIndex, match="rule 0, which claims no index"):
            verify_list(empty_index_leaf(5), key, TrieProof((), None), entries)
    assert verify_list(index_leaf(5, EMPTY_TRIE), key, TrieProof((), None), None) == ()


def test_the_size_is_that_of_the_index_leaf() -> None:
    key = sha256(b"key")
    for size, entries in ((6, _list({1, 5})), (MAX_INTEGER, _list({1, MAX_INTEGER - 1}))):
        claim, proofs = claimed({key: entries}, [key], size)
        assert verify_list(claim, key, proofs[key], entries) == entries
        with pytest.raises(MalformedIndex, match="not among the first"):
            verify_list(replace(claim, size=size - 1), key, proofs[key], entries)


def test_every_changed_bit_of_list_and_root_is_refused() -> None:
    lists = {sha256(b"%d" % number): _list({number, number + 50}) for number in range(5)}
    key = sha256(b"3")
    claim, proofs = claimed(lists, [key])
    data = encode_list(lists[key])
    for bit in range(8 * len(data)):
        changed = (int.from_bytes(data) ^ 1 << bit).to_bytes(len(data))
        with pytest.raises(VerificationIndex):
            verify_list(claim, key, proofs[key], parse_list(changed))
    for bit in range(256):
        changed = (int.from_bytes(claim.root) ^ 1 << bit).to_bytes(32)
        with pytest.raises(HabeasError):
            verify_list(replace(claim, root=changed), key, proofs[key], lists[key])


def test_a_list_proven_once_stays_proven_at_its_size() -> None:
    """Two sizes of one log: each list verifies at its own size only."""
    key = sha256(b"key")
    older, newer = _list({1}), _list({1, 7})
    early, first = claimed({key: older}, [key], 5)
    late, second = claimed({key: newer, sha256(b"other"): _list({6})}, [key], 8)
    assert verify_list(early, key, first[key], older) == older
    assert verify_list(late, key, second[key], newer) == newer
    for claim, proof, entries in (
        (early, second, newer),
        (late, first, older),
        (late, second, older),
        (early, first, newer),
    ):
        with pytest.raises(VerificationIndex):
            verify_list(claim, key, proof[key], entries)


# --- which leaves are listed ----------------------------------------------------------------------


def _raw(name: str) -> bytes:
    case = json.loads((VECTORS / f"first-sign-{name}.json").read_bytes())
    return str(case["expect"]["ok"]["signed"]).encode()


OPENED, REFUSED, BARE = (_raw(name) for name in ("case-opened", "request-refused", "bare-ledger-opened"))


@pytest.mark.parametrize("raw", [OPENED, REFUSED])
def test_a_statement_in_a_case_is_listed_also_when_withheld(raw: bytes) -> None:
    signed = parse(raw)
    leaf = statement_leaf(signed, ORIGIN)
    case_id = signed.statement.case_id
    assert case_id is not None
    key = case_key(case_id, signed.statement.author)
    assert key_to_list(leaf, raw, ORIGIN) == key_to_list(leaf, None, ORIGIN) == key


def test_a_zero_key_is_never_listed() -> None:
    for raw in (OPENED, BARE):
        leaf = StatementLeaf(NO_KEY, sha256(raw))
        assert key_to_list(leaf, raw, ORIGIN) is None
        assert key_to_list(leaf, None, ORIGIN) is None


@given(KEYS)
def test_a_wrong_key_is_not_listed_unless_the_bytes_are_gone(key: bytes) -> None:
    """A stranger who submits under somebody's key fills no list; an operator who withholds empties none."""
    leaf = StatementLeaf(key, sha256(OPENED))
    right = key == statement_leaf(parse(OPENED), ORIGIN).key
    assert key_to_list(leaf, OPENED, ORIGIN) == (key if right else None)
    assert key_to_list(leaf, None, ORIGIN) == (None if key == NO_KEY else key)


def test_another_ledger_lists_nothing_of_this_one() -> None:
    leaf = statement_leaf(parse(OPENED), ORIGIN)
    assert key_to_list(leaf, OPENED, "habeas.example/test") is None


@given(st.binary(max_size=40))
def test_bytes_that_are_no_statement_are_not_listed(raw: bytes) -> None:
    assert key_to_list(StatementLeaf(sha256(b"key"), sha256(raw)), raw, ORIGIN) is None


@pytest.mark.parametrize("raw", [b"", b"hello", REFUSED, OPENED + b" "])
def test_bytes_of_another_leaf_unlist_nothing(raw: bytes) -> None:
    leaf = statement_leaf(parse(OPENED), ORIGIN)
    with pytest.raises(VerificationIndex, match=leaf.digest.hex()):
        key_to_list(leaf, raw, ORIGIN)
