"""Keccak-256 against pycryptodome's own interface, at each length around its block of 136 bytes."""

from __future__ import annotations

import threading

from Crypto.Hash import keccak
from hypothesis import given
from hypothesis import strategies as st

from ledger.evm import keccak256


def reference(data: bytes) -> bytes:
    return keccak.new(data=data, digest_bits=256).digest()


def test_known_values() -> None:
    assert keccak256(b"").hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    assert keccak256(b"abc").hex() == "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"


def test_each_length_to_two_blocks() -> None:
    data = bytes(range(256)) * 2
    for length in range(280):
        assert keccak256(data[:length]) == reference(data[:length]), length


@given(st.binary(max_size=2000))
def test_any_bytes(data: bytes) -> None:
    assert keccak256(data) == reference(data)


def test_threads_do_not_share_a_state() -> None:
    wrong: list[int] = []

    def work(number: int) -> None:
        data = bytes([number]) * (number * 40)
        expected = reference(data)
        wrong.extend(number for _ in range(3000) if keccak256(data) != expected)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
