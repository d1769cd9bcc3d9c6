"""Canonical or rejected, for bundles: whatever parses encodes to the same bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.bundle import MAX_BYTES, Bundle, parse_bundle
from ledger.encoding import encode_base64, encode_json
from ledger.errors import Malformed, MalformedBundle, MalformedJson, MalformedSize, MalformedStatement
from tools.vectors._bundles import small_case

BUNDLE = small_case().bundle()
RAW = BUNDLE.encode()
VALUE = json.loads(RAW)


def changed(**parts: object) -> bytes:
    return encode_json({**VALUE, **parts})


def test_round_trip() -> None:
    assert parse_bundle(RAW) == BUNDLE
    assert parse_bundle(RAW).encode() == RAW


@pytest.mark.parametrize("part", ["statements", "anchors", "blocks", "disclosures", "submitted"])
def test_an_empty_part_is_a_second_spelling(part: str) -> None:
    empty: object = [] if part in ("blocks", "disclosures") else {}
    with pytest.raises(MalformedBundle, match=f"not canonical: {part} is empty"):
        parse_bundle(changed(**{part: empty}))


def test_blocks_in_another_order_or_twice() -> None:
    blocks = VALUE["blocks"]
    assert len(blocks) > 2
    for wrong in (blocks[::-1], [*blocks, blocks[-1]], [blocks[0], *blocks]):
        with pytest.raises(MalformedBundle, match="ascending by hash, each once"):
            parse_bundle(changed(blocks=wrong))


def test_a_statement_inside_keeps_the_limits_of_a_statement() -> None:
    index, item = next(iter(VALUE["statements"].items()))
    statement = item["signed"]["statement"]

    def with_facts(facts: object) -> bytes:
        signed = {**item["signed"], "statement": {**statement, "kind": "unknown.kind", "facts": facts}}
        return changed(statements={index: {**item, "signed": signed}})

    assert parse_bundle(with_facts({"deep": []})).encode()
    with pytest.raises(MalformedSize, match="level 5"):
        parse_bundle(with_facts({"deep": {"x": []}}))
    with pytest.raises(MalformedSize, match="at most 8192"):
        parse_bundle(with_facts({"long": "x" * 8000}))
    with pytest.raises(MalformedStatement, match="null"):
        parse_bundle(with_facts({"nothing": None}))


def test_size_and_spaces() -> None:
    with pytest.raises(MalformedSize):
        parse_bundle(b" " * (MAX_BYTES + 1))
    with pytest.raises(MalformedJson):
        parse_bundle(RAW.replace(b":", b": ", 1))


def members(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of every value in plain JSON."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in items:
        yield from members(member, (*path, key))


PATHS = [path for path in members(VALUE) if path]
SPELLINGS: tuple[object, ...] = ("", "0x", encode_base64(b"\0" * 32), 0, 1, -1, 2**53, True, None, [], {}, [[]], "A===")


@settings(max_examples=400)
@given(st.sampled_from(PATHS), st.sampled_from(SPELLINGS))
def test_what_parses_encodes_to_the_same_bytes(path: tuple[str | int, ...], spelling: object) -> None:
    value = json.loads(RAW)
    place = value
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = spelling
    data = encode_json(value)
    try:
        bundle: Bundle = parse_bundle(data)
    except Malformed:
        return
    assert bundle.encode() == data


@settings(max_examples=400)
@given(st.integers(0, 8 * len(RAW) - 1))
def test_one_bit(bit: int) -> None:
    data = bytearray(RAW)
    data[bit // 8] ^= 1 << bit % 8
    try:
        bundle = parse_bundle(bytes(data))
    except Malformed:
        return
    assert bundle.encode() == bytes(data)
