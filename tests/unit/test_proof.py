"""tlog-proof: round trip, every changed bit, and what the extra data can change (nothing)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.checkpoint import Checkpoint, sign_checkpoint
from ledger.encoding import MAX_INTEGER
from ledger.errors import (
    HabeasError,
    MalformedProof,
    MalformedSize,
    VerificationCheckpoint,
    VerificationInclusion,
    VerificationNote,
)
from ledger.merkle import MemoryTree, hash_leaf
from ledger.note import NOTE_LIMIT, SigningKey, sign_note
from ledger.proof import EXTRA_LIMIT, MAX_PATH, PROOF_LIMIT, LogProof, verify_proof

ORIGIN = "habeas.example/main"
KEY = SigningKey(ORIGIN, b"\x33" * 32)
LEAVES = [hash_leaf(bytes([number])) for number in range(21)]
TREE = MemoryTree(LEAVES)

hashes = st.binary(min_size=32, max_size=32)
proofs = st.builds(
    LogProof,
    st.integers(0, MAX_INTEGER),
    st.lists(hashes, max_size=MAX_PATH).map(tuple),
    st.binary(min_size=1, max_size=200),
    st.none() | st.binary(min_size=1, max_size=100),
)


def make(index: int, size: int, extra: bytes | None = None) -> LogProof:
    checkpoint = sign_checkpoint(Checkpoint(ORIGIN, size, TREE.root(size)), KEY)
    return LogProof(index, tuple(TREE.inclusion(index, size)), checkpoint, extra)


@given(proofs)
def test_proofs_are_read_back(proof: LogProof) -> None:
    assert LogProof.parse(proof.encode()) == proof


@given(st.binary(max_size=200))
def test_bytes_are_a_proof_in_one_spelling_or_malformed(data: bytes) -> None:
    for candidate in (data, b"c2sp.org/tlog-proof@v1\n" + data, b"c2sp.org/tlog-proof@v1\nindex 1\n" + data):
        try:
            proof = LogProof.parse(candidate)
        except MalformedProof:
            continue
        assert proof.encode() == candidate


@pytest.mark.parametrize("size", [1, 2, 3, 8, 13, 21])
def test_every_leaf_is_proven_and_no_other(size: int) -> None:
    for index in range(size):
        proof = LogProof.parse(make(index, size).encode())
        head = verify_proof(proof, LEAVES[index], KEY.verifier, ORIGIN)
        assert head == Checkpoint(ORIGIN, size, TREE.root(size))
        with pytest.raises(VerificationInclusion):
            verify_proof(proof, LEAVES[(index + 1) % 21], KEY.verifier, ORIGIN)


def test_every_changed_bit_is_noticed() -> None:
    data, key = make(9, 21).encode(), KEY.verifier
    for bit in range(8 * len(data)):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(HabeasError):
            verify_proof(LogProof.parse(bytes(changed)), LEAVES[9], key, ORIGIN)


def test_every_cut_is_noticed() -> None:
    data, key = make(9, 21).encode(), KEY.verifier
    for end in range(len(data)):
        with pytest.raises(HabeasError):
            verify_proof(LogProof.parse(data[:end]), LEAVES[9], key, ORIGIN)


def test_extra_data_change_nothing_but_themselves() -> None:
    proof, key = make(9, 21, b"opening"), KEY.verifier
    data = proof.encode()
    for bit in range(8 * len(data)):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        try:
            read = LogProof.parse(bytes(changed))
            verify_proof(read, LEAVES[9], key, ORIGIN)
        except HabeasError:
            continue
        assert (read.index, read.path, read.checkpoint) == (proof.index, proof.path, proof.checkpoint)
        assert read.extra != proof.extra


def test_the_checkpoint_must_be_this_logs() -> None:
    proof = make(9, 21)
    other = SigningKey(ORIGIN, b"\x44" * 32)
    with pytest.raises(VerificationNote):
        verify_proof(proof, LEAVES[9], other.verifier, ORIGIN)
    foreign = Checkpoint("habeas.example/other", 21, TREE.root())
    moved = LogProof(9, proof.path, sign_note(foreign.encode(), [KEY]).encode())
    with pytest.raises(VerificationCheckpoint):
        verify_proof(moved, LEAVES[9], KEY.verifier, ORIGIN)


def test_limits_are_exact() -> None:
    largest = LogProof(MAX_INTEGER, (bytes(32),) * MAX_PATH, b"x" * NOTE_LIMIT, bytes(EXTRA_LIMIT))
    assert LogProof.parse(largest.encode()) == largest
    assert len(largest.encode()) <= PROOF_LIMIT
    with pytest.raises(MalformedSize, match="extra data"):
        LogProof.parse(LogProof(0, (), b"x", bytes(EXTRA_LIMIT + 1)).encode())
    with pytest.raises(MalformedSize, match="54 hashes"):
        LogProof.parse(LogProof(0, (bytes(32),) * (MAX_PATH + 1), b"x").encode())
    with pytest.raises(MalformedSize, match="at most"):
        LogProof.parse(bytes(PROOF_LIMIT + 1))


def test_what_is_wrong_is_said() -> None:
    with pytest.raises(MalformedProof, match="an empty line and a checkpoint"):
        LogProof.parse(b"c2sp.org/tlog-proof@v1\nindex 1\n")
    with pytest.raises(MalformedProof, match="first line"):
        LogProof.parse(b"c2sp.org/tlog-proof@v2\nindex 1\n\nx")
    with pytest.raises(MalformedProof, match="hash 0"):
        LogProof.parse(b"c2sp.org/tlog-proof@v1\nindex 1\nx\n\nx")
