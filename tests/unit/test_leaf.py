"""Leaves and index keys."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.encoding import sha256
from ledger.errors import MalformedLeaf
from ledger.leaf import (
    INDEX_V1,
    NO_INDEX,
    NO_KEY,
    IndexLeaf,
    StatementLeaf,
    case_key,
    company_key,
    index_key,
    index_key_of_bytes,
    parse_leaf,
    statement_leaf,
)
from ledger.merkle import root_of
from ledger.statement import SignedStatement, encode, parse, sign

VECTORS = Path(__file__).resolve().parents[1] / "vectors" / "statement"
ORIGIN = "habeas.example/main"
REQUESTER = bytes.fromhex("19e7e376e7c213b7e7e7e46cc70a5dd086daff2a")
COMPANY = bytes.fromhex("1563915e194d8cfba1943570603f7606a3115508")
HASHES = st.binary(min_size=32, max_size=32)
STATEMENT_LEAVES = st.builds(StatementLeaf, HASHES, HASHES)
INDEX_LEAVES = st.one_of(
    st.builds(IndexLeaf, st.integers(0, 2**53 - 1), st.just(INDEX_V1), HASHES),
    st.builds(IndexLeaf, st.integers(0, 2**53 - 1), st.just(NO_INDEX), st.just(bytes(32))),
)


def _signed(name: str) -> SignedStatement:
    case = json.loads((VECTORS / f"first-sign-{name}.json").read_bytes())
    return parse(case["expect"]["ok"]["signed"].encode())


OPENED, REFUSED, BARE = (_signed(name) for name in ("case-opened", "request-refused", "bare-ledger-opened"))


def test_first_worked_vectors() -> None:
    key = "86a3bbc211f57bfc14cfd7f335b8cda0ce75f66adb6ca9618e2e6900540d873d"
    digest = "66355ce23a978172ee8fca2da0a3774b1a24978154c285ed2f73a8f950068715"
    leaf = statement_leaf(OPENED, ORIGIN)
    assert leaf.encode().hex() == key + digest + "0000002001"
    assert leaf.hash().hex() == "867ca4e74b1f7f287eecdfcf13d4f7f8897dee0377134f0812dfed00c8c7b324"
    leaf = statement_leaf(REFUSED, ORIGIN)
    assert leaf.key.hex() == "e323d753bddb039bab088dd1cd666b0d828e5638f2a74ab999c6a1fcf601a0b0"
    assert leaf.hash().hex() == "560c15f3261c1312a9dd8c1d6b3daea9b82dd731da98dfd50e6dda3fa117c6cd"
    leaf = statement_leaf(BARE, ORIGIN)
    assert leaf.key == NO_KEY
    assert leaf.hash().hex() == "a4faa90be63f767e8088e35cced49f22bfca0fc093652e35ac3053c3b970d6f6"
    key = "70345c860149ccc35c15602a349738f6e01fd8434bb32c0aa3f4b8b41e8cf3b7"
    assert company_key(COMPANY, "shop.example").hex() == key


def test_first_tree_of_four_leaves() -> None:
    trie_root = bytes.fromhex("bdcb9d3c0f44fb0237641848633261a6bf68edb1640322ae6b9150c45ff3efb8")
    index = IndexLeaf(3, INDEX_V1, trie_root)
    assert index.encode().hex() == (
        "6861626561732f696e6465782f76310a00000000000000030000000000000001"
        "bdcb9d3c0f44fb0237641848633261a6bf68edb1640322ae6b9150c45ff3efb800"
    )
    assert index.hash().hex() == "250a10fb507f245f67f0cb0647cf9c30a4c2aca2781d9225d2f2472b08b24bd3"
    leaves = [statement_leaf(signed, ORIGIN).hash() for signed in (BARE, OPENED, REFUSED)]
    root = root_of([*leaves, index.hash()])
    assert root.hex() == "8973d6b40294e3998fc40ea23d314295369c90dba19548d5d573f9b367781e6c"


def test_first_index_leaf_of_an_empty_trie() -> None:
    leaf = IndexLeaf(1, INDEX_V1, bytes(32))
    assert leaf.encode().hex() == ("6861626561732f696e6465782f76310a" + "0000000000000001" * 2 + "00" * 32 + "00")
    assert leaf.hash().hex() == "6bd86e5e23b72ddbc2cba5493aee619d29979367a266063e11f0eb0073e9dcd3"


@given(STATEMENT_LEAVES | INDEX_LEAVES)
def test_parse_is_the_inverse_of_encode(leaf: StatementLeaf | IndexLeaf) -> None:
    assert parse_leaf(leaf.encode()) == leaf
    assert leaf.hash() == sha256(b"\x00" + leaf.encode())


@given(STATEMENT_LEAVES | INDEX_LEAVES)
def test_a_flipped_bit_is_another_leaf_or_none(leaf: StatementLeaf | IndexLeaf) -> None:
    """Bits of the constant parts are refused; bits of a value give exactly that other value."""
    raw = leaf.encode()
    values = range(8 * 64) if isinstance(leaf, StatementLeaf) else range(8 * 16, 8 * 64)
    for position in range(8 * len(raw)):
        changed = bytearray(raw)
        changed[position // 8] ^= 1 << position % 8
        try:
            other = parse_leaf(bytes(changed))
        except MalformedLeaf:
            assert isinstance(leaf, IndexLeaf) or position not in values
            continue
        assert position in values
        assert other != leaf
        assert other.encode() == bytes(changed)


@given(st.binary(max_size=80) | st.binary(min_size=69, max_size=69) | st.binary(min_size=65, max_size=65))
def test_other_bytes_are_no_leaf(data: bytes) -> None:
    with pytest.raises(MalformedLeaf):
        parse_leaf(data)


def test_lists_of_authors_cases_and_companies_are_apart() -> None:
    case, other = bytes([1]) * 32, bytes([2]) * 32
    keys = [
        *(case_key(case, REQUESTER), case_key(case, COMPANY), case_key(other, REQUESTER)),
        *(company_key(REQUESTER, "a.example"), company_key(COMPANY, "a.example"), company_key(COMPANY, "b.example")),
    ]
    assert len(set(keys)) == len(keys)
    assert case_key(case, REQUESTER) == sha256(b"\x05" + case + REQUESTER)
    assert company_key(COMPANY, "a.example") == sha256(b"\x04" + COMPANY + b"a.example")


def test_index_key_depends_on_bytes_and_origin_alone() -> None:
    assert index_key(OPENED, ORIGIN) == case_key(OPENED.id, REQUESTER)
    assert index_key(REFUSED, ORIGIN) == case_key(OPENED.id, COMPANY)
    assert index_key(BARE, ORIGIN) == NO_KEY
    assert index_key(OPENED, "habeas.example/other") == NO_KEY
    forged = parse(encode(OPENED.statement, REFUSED.signature))
    assert index_key(forged, ORIGIN) == NO_KEY


def test_facts_and_roles_take_no_part() -> None:
    """Wrong facts in a known kind, or a company's words by the requester, are listed all the same."""
    wrong = dataclasses.replace(REFUSED.statement, facts={"any": "thing"}, author=REQUESTER)
    signed = sign(wrong, bytes([0x11]) * 32)
    assert index_key(signed, ORIGIN) == case_key(OPENED.id, REQUESTER)


def test_any_bytes_have_a_key() -> None:
    assert index_key_of_bytes(OPENED.raw, ORIGIN) == case_key(OPENED.id, REQUESTER)
    for raw in (b"", b"\xff", OPENED.raw + b" ", b"[" * 5000, b"x" * 9000):
        assert index_key_of_bytes(raw, ORIGIN) == NO_KEY


def test_no_single_bit_flip_keeps_an_index_key() -> None:
    raw = OPENED.raw
    key = index_key(OPENED, ORIGIN)
    for position in range(0, 8 * len(raw), 3):
        changed = bytearray(raw)
        changed[position // 8] ^= 1 << position % 8
        assert index_key_of_bytes(bytes(changed), ORIGIN) != key


@given(st.integers(-2, 3) | st.integers(2**53 - 2, 2**64), st.integers(-1, 3), st.binary(max_size=40) | HASHES)
def test_an_index_leaf_that_no_parser_takes_is_not_written(size: int, rule: int, root: bytes) -> None:
    leaf = IndexLeaf(size, rule, root)
    good = 0 <= size < 2**53 and len(root) == 32 and (rule == INDEX_V1 or (rule == NO_INDEX and not any(root)))
    if good:
        assert parse_leaf(leaf.encode()) == leaf
    else:
        with pytest.raises(MalformedLeaf):
            leaf.encode()


@pytest.mark.parametrize(("key", "digest"), [(31, 32), (32, 33), (31, 33)])
def test_a_statement_leaf_has_two_hashes(key: int, digest: int) -> None:
    with pytest.raises(MalformedLeaf, match="each must have 32"):
        StatementLeaf(bytes(key), bytes(digest)).encode()
