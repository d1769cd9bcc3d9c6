"""RLP and Keccak-256, against the rlp package and known values."""

from __future__ import annotations

from typing import Any

import pytest
import rlp  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import MalformedHeader, MalformedReceipt
from ledger.evm import keccak256, rlp_decode, rlp_encode
from ledger.evm.rlp import MAX_DEPTH, encode_integer

strings = st.one_of(st.binary(max_size=4), st.binary(min_size=50, max_size=60), st.binary(min_size=250, max_size=260))
items = st.recursive(strings, lambda inner: st.lists(inner, max_size=5), max_leaves=20)


def depth(item: object) -> int:
    return 1 + max(map(depth, item), default=0) if isinstance(item, list) else 0


@given(items)
def test_encodes_as_the_rlp_package_does(item: Any) -> None:
    assert rlp_encode(item) == rlp.encode(item)


@given(items.filter(lambda item: depth(item) <= MAX_DEPTH))
def test_round_trip(item: Any) -> None:
    assert rlp_decode(rlp_encode(item)) == item


@given(
    st.one_of(
        st.binary(max_size=80), st.tuples(items, st.integers(0, 300), st.integers(0, 255)).map(lambda t: mutated(*t))
    )
)
def test_accepts_what_the_rlp_package_accepts(data: bytes) -> None:
    try:
        expected = rlp.decode(data, strict=True)
    except rlp.DecodingError:
        expected = None
    if expected is None or depth(expected) > MAX_DEPTH:
        with pytest.raises(MalformedReceipt):
            rlp_decode(data)
    else:
        assert rlp_decode(data) == expected


def mutated(item: Any, place: int, value: int) -> bytes:
    data = bytearray(rlp_encode(item))
    data[place % len(data)] = value
    return bytes(data)


def test_the_caller_names_the_error_and_the_place() -> None:
    with pytest.raises(MalformedHeader, match="byte 0 of the header announces 3 bytes, 1 are left"):
        rlp_decode(b"\x83a", MalformedHeader, "the header")


@pytest.mark.parametrize(("value", "encoded"), [(0, ""), (1, "01"), (127, "7f"), (256, "0100"), (2**64 - 1, "ff" * 8)])
def test_integers_are_minimal(value: int, encoded: str) -> None:
    assert encode_integer(value).hex() == encoded


@pytest.mark.parametrize(
    ("data", "digest"),
    [
        # The Keccak team's known answers and the two hashes that every Ethereum client has as constants.
        (b"", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
        (b"abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
        (b"\x80", "56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"),
        (b"\xc0", "1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347"),
    ],
)
def test_keccak_known_answers(data: bytes, digest: str) -> None:
    assert keccak256(data).hex() == digest
