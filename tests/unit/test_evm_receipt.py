"""Receipts and the receipt trie: real blocks, invented ones, damaged ones."""

from __future__ import annotations

from typing import Any

import pytest
import rlp  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st
from web3 import Web3

from ledger.errors import HabeasError, MalformedReceipt, VerificationReceipt
from ledger.evm import (
    EMPTY_ROOT,
    MAX_TX_INDEX,
    build_receipt_proof,
    encode_receipt,
    keccak256,
    parse_receipt,
    rlp_encode,
    verify_receipt,
)
from tests.unit.evm_blocks import BLOCKS, NAMES, OneBlock
from tests.vectors_ops.evm import ZERO_BLOOM, receipts_of

MAIN = next(block for block in BLOCKS if block["name"] == "200-transactions")


@pytest.mark.parametrize("block", BLOCKS, ids=NAMES)
def test_every_receipt_of_the_captured_blocks_is_proven_under_the_header(block: dict[str, Any]) -> None:
    receipts = receipts_of(block)
    root = bytes.fromhex(block["block"]["receiptsRoot"][2:])
    assert receipts or root == EMPTY_ROOT
    for index in {0, 1, len(receipts) // 2, 127, 128, len(receipts) - 1} & set(range(len(receipts))):
        built, nodes = build_receipt_proof(receipts, index)
        assert built == root
        assert verify_receipt(root, index, nodes) == receipts[index]


@pytest.mark.parametrize("block", BLOCKS, ids=NAMES)
def test_web3_receipts_encode_like_raw_ones(block: dict[str, Any]) -> None:
    raw = [{"logsBloom": ZERO_BLOOM, **receipt} for receipt in block["receipts"]]
    formatted = Web3(OneBlock(raw)).eth.get_block_receipts(1)
    assert [encode_receipt(receipt) for receipt in formatted] == receipts_of(block)


@pytest.mark.parametrize("block", BLOCKS, ids=NAMES)
def test_parsed_receipts_are_those_of_the_node(block: dict[str, Any]) -> None:
    for rpc, data in zip(block["receipts"], receipts_of(block), strict=True):
        receipt = parse_receipt(data)
        assert receipt.status == int(rpc["status"], 16)
        assert [log.address.hex() for log in receipt.logs] == [log["address"][2:].lower() for log in rpc["logs"]]
        assert [log.data.hex() for log in receipt.logs] == [log["data"][2:] for log in rpc["logs"]]
        assert [[topic.hex() for topic in log.topics] for log in receipt.logs] == [
            [topic[2:] for topic in log["topics"]] for log in rpc["logs"]
        ]


def test_the_captured_blocks_hold_every_type_of_receipt() -> None:
    assert {int(receipt["type"], 16) for block in BLOCKS for receipt in block["receipts"]} == {0, 1, 2, 3, 4, 0x7E}


receipts = st.lists(
    st.one_of(st.binary(min_size=1, max_size=3), st.binary(min_size=28, max_size=40)), min_size=1, max_size=300
)


@given(receipts, st.data())
def test_any_receipt_of_any_block_is_proven_and_no_other(values: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(values) - 1))
    root, nodes = build_receipt_proof(values, index)
    assert verify_receipt(root, index, nodes) == values[index]
    other = data.draw(st.integers(0, 400).filter(lambda other: other != index))
    # A branch holds short neighbours in person, so a proof may show them too, truly.
    try:
        shown = verify_receipt(root, other, nodes)
    except (VerificationReceipt, MalformedReceipt):
        return
    assert shown == values[other]


@given(receipts, st.data())
def test_the_root_depends_on_every_receipt_and_on_no_index(values: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(values) - 1))
    root, _ = build_receipt_proof(values, 0)
    assert build_receipt_proof(values, index)[0] == root
    changed = [*values[:index], values[index] + b"x", *values[index + 1 :]]
    assert build_receipt_proof(changed, 0)[0] != root


def test_a_long_block_of_short_receipts_is_proven_throughout() -> None:
    values = [bytes([1 + index % 255]) * (1 + index % 40) for index in range(700)]
    for index in range(0, 700, 7):
        root, nodes = build_receipt_proof(values, index)
        assert verify_receipt(root, index, nodes) == values[index]


def test_no_flipped_bit_survives() -> None:
    values = receipts_of(MAIN)
    root, nodes = build_receipt_proof(values, 131)
    for number, node in enumerate(nodes):
        for place in range(len(node)):
            damaged = bytearray(node)
            damaged[place] ^= 1 << place % 8
            with pytest.raises((VerificationReceipt, MalformedReceipt)):
                verify_receipt(root, 131, [*nodes[:number], bytes(damaged), *nodes[number + 1 :]])


@pytest.mark.parametrize("index", [-1, 200, MAX_TX_INDEX])
def test_there_is_no_proof_for_a_receipt_that_is_not_there(index: int) -> None:
    with pytest.raises(MalformedReceipt, match=f"no transaction {index} among 200"):
        build_receipt_proof(receipts_of(MAIN), index)


items = st.recursive(st.binary(max_size=40), lambda inner: st.lists(inner, max_size=3), max_leaves=6)
nodes_like = st.one_of(
    st.tuples(st.binary(max_size=4), items).map(list),
    st.lists(items, min_size=17, max_size=17),
    items,
)


@given(nodes_like, st.lists(st.binary(max_size=40), max_size=3), st.integers(0, 300))
def test_any_node_leads_to_a_typed_error_or_to_its_own_value(item: Any, more: list[bytes], index: int) -> None:
    node = rlp_encode(item)
    try:
        value = verify_receipt(keccak256(node), index, [node, *more])
    except HabeasError as error:
        assert isinstance(error, (VerificationReceipt, MalformedReceipt))
    else:
        assert value in node


@given(
    st.one_of(
        st.binary(max_size=400), st.builds(lambda kind, item: kind + rlp.encode(item), st.binary(max_size=1), items)
    )
)
def test_any_bytes_are_a_receipt_or_malformed(data: bytes) -> None:
    with pytest.raises(MalformedReceipt):
        parse_receipt(data)
