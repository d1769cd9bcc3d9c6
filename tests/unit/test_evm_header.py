"""Block headers: real ones, by any route, and damaged ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
import rlp  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st
from web3 import Web3

from ledger.errors import HabeasError, MalformedHeader, VerificationHeader
from ledger.evm import FIELD_COUNTS, Header, encode_header, parse_header, verify_header
from tests.unit.evm_blocks import BLOCKS, CAPTURED, NAMES, VECTORS, OneBlock
from tests.vectors_ops.evm import captured_blocks

AMSTERDAM: dict[str, Any] = json.loads((VECTORS / "encode-header-amsterdam-192.json").read_text(encoding="utf-8"))


def by_web3(block: Mapping[str, object]) -> Mapping[str, object]:
    answer: Mapping[str, object] = Web3(OneBlock(dict(block))).eth.get_block(1)
    return answer


def test_the_captured_blocks_have_the_hashes_and_roots_of_the_node() -> None:
    assert captured_blocks(CAPTURED["input"]) == CAPTURED["expect"]["ok"]


def test_the_captured_blocks_cover_the_sizes_where_the_trie_changes_shape() -> None:
    assert {len(block["receipts"]) for block in BLOCKS} >= {0, 1, 2, 16, 17, 128, 129, 200, 300}


@pytest.mark.parametrize("block", BLOCKS, ids=NAMES)
def test_web3_blocks_encode_like_raw_ones(block: dict[str, Any]) -> None:
    assert encode_header(by_web3(block["block"])) == encode_header(block["block"])


def test_web3_leaves_the_new_fields_as_strings_and_they_are_read() -> None:
    block = by_web3(AMSTERDAM["input"]["block"])
    assert isinstance(block["slotNumber"], str)
    assert isinstance(block["number"], int)
    assert encode_header(block).hex() == AMSTERDAM["expect"]["ok"]["header"]


@pytest.mark.parametrize("block", BLOCKS, ids=NAMES)
def test_parsed_fields_are_those_of_the_node(block: dict[str, Any]) -> None:
    rpc = block["block"]
    raw = encode_header(rpc)
    header = verify_header(raw, bytes.fromhex(rpc["hash"][2:]))
    assert header == Header(
        raw=raw,
        hash=bytes.fromhex(rpc["hash"][2:]),
        parent_hash=bytes.fromhex(rpc["parentHash"][2:]),
        number=int(rpc["number"], 16),
        timestamp=int(rpc["timestamp"], 16),
        receipts_root=bytes.fromhex(rpc["receiptsRoot"][2:]),
    )


@pytest.mark.parametrize("count", range(30))
def test_exactly_the_known_numbers_of_fields(count: int) -> None:
    fields = rlp.decode(bytes.fromhex(AMSTERDAM["expect"]["ok"]["header"]))
    raw = rlp.encode((fields * 2)[:count])
    if count in FIELD_COUNTS:
        assert parse_header(raw).number == 192
    else:
        with pytest.raises(MalformedHeader, match=f"has {count} fields"):
            parse_header(raw)


@pytest.mark.parametrize("header", [BLOCKS[-1]["block"], AMSTERDAM["input"]["block"]], ids=["op-stack", "amsterdam"])
def test_no_flipped_bit_survives(header: dict[str, Any]) -> None:
    raw = encode_header(header)
    block_hash = parse_header(raw).hash
    for place in range(len(raw)):
        damaged = bytearray(raw)
        damaged[place] ^= 1 << place % 8
        with pytest.raises((MalformedHeader, VerificationHeader)):
            verify_header(bytes(damaged), block_hash)


@given(st.binary(max_size=700))
def test_any_bytes_are_parsed_or_malformed(raw: bytes) -> None:
    with pytest.raises(MalformedHeader):
        parse_header(raw)


values = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.binary(max_size=8))


@given(st.dictionaries(st.sampled_from(sorted(AMSTERDAM["input"]["block"])), values, min_size=1))
def test_any_block_is_encoded_or_malformed(changed: dict[str, object]) -> None:
    try:
        raw = encode_header(AMSTERDAM["input"]["block"] | changed)
    except HabeasError as error:
        assert isinstance(error, MalformedHeader)
    else:
        assert rlp.encode(rlp.decode(raw)) == raw == parse_header(raw).raw
