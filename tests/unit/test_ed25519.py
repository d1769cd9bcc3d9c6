"""Which bytes are an Ed25519 public key; plain curve arithmetic is the judge."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from ledger.ed25519 import check_public_key, is_small_order
from ledger.errors import MalformedKey
from tools.vectors._note_points import IDENTITY, TORSION, P, encode, times, x_of
from tools.vectors._signing import GROUP_ORDER

SMALL = [encode(times(factor, TORSION)) for factor in range(8)]


def encoded(y: int, sign: int) -> bytes:
    return (y | sign << 255).to_bytes(32, "little")


def test_the_points_of_small_order_are_the_eight_multiples_of_one_of_order_8() -> None:
    assert len(set(SMALL)) == 8 and times(8, TORSION) == IDENTITY
    for point in SMALL:
        assert is_small_order(point)
        with pytest.raises(MalformedKey, match="small order"):
            check_public_key(point, "k.example")


@pytest.mark.parametrize("sign", [0, 1])
def test_each_second_spelling_is_refused(sign: int) -> None:
    for y in range(P, 2**255):
        with pytest.raises(MalformedKey, match="canonical"):
            check_public_key(encoded(y, sign), "k.example")
    assert is_small_order(encoded(P, sign)) and is_small_order(encoded(P + 1, sign))
    assert not is_small_order(encoded(P + 3, sign))


@given(st.binary(min_size=32, max_size=32))
def test_keys_that_are_made_are_keys(seed: bytes) -> None:
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    check_public_key(public, "k.example")
    assert not is_small_order(public)


@given(st.integers(2, P - 2), st.integers(0, 1))
def test_a_key_is_a_point_of_the_curve(y: int, sign: int) -> None:
    x = x_of(y)
    if x is None:
        with pytest.raises(MalformedKey, match="no x belongs"):
            check_public_key(encoded(y, sign), "k.example")
    elif encoded(y, sign) not in SMALL:
        check_public_key(encoded(y, sign), "k.example")
        assert times(8 * GROUP_ORDER, (x, y)) == IDENTITY != times(8, (x, y))
