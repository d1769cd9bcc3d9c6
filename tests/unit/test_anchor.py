"""Anchors and submissions: the constants, and proofs damaged in any one place."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.anchor import (
    ANCHORED_TOPIC,
    SUBMITTED_TOPIC,
    Anchored,
    ReceiptProof,
    Submitted,
    parse_anchored,
    parse_submitted,
    verify_anchor,
    verify_submission,
)
from ledger.errors import HabeasError, MalformedReceipt, VerificationAnchor
from ledger.evm import Log, keccak256
from tests.vectors_ops.anchor import proof_of

ROOT = Path(__file__).resolve().parents[2]
CONTRACT, LOG = b"\xc0" * 20, b"\x10" * 20


def vector(name: str) -> dict[str, Any]:
    path = ROOT / "tests" / "vectors" / "anchor" / f"{name}.json"
    given: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["input"]
    return given


REAL = vector("anchor-captured-200-transactions")
SUBMISSION = vector("submission-captured-1")


def addresses(given: dict[str, Any]) -> tuple[bytes, bytes]:
    return bytes.fromhex(given["contract"]), bytes.fromhex(given["log"])


@pytest.mark.parametrize(("name", "topic"), [("Anchored", ANCHORED_TOPIC), ("Submitted", SUBMITTED_TOPIC)])
def test_topics_are_those_of_the_deployed_contract(name: str, topic: bytes) -> None:
    deployment = json.loads((ROOT / "ledger" / "data" / "deployments" / "access_ledger.json").read_text())
    event = next(part for part in deployment["abi"] if part["type"] == "event" and part["name"] == name)
    signature = f"{name}({','.join(member['type'] for member in event['inputs'])})"
    assert topic == keccak256(signature.encode())


@pytest.mark.parametrize("part", ["header", "nodes"])
def test_no_flipped_bit_of_an_anchor_survives(part: str) -> None:
    """A bit of the header may change the block, never the event: the block's hash is then another."""
    proof = proof_of(REAL["proof"])
    good = verify_anchor(proof, *addresses(REAL))
    for damaged in flipped(proof, part):
        try:
            evidence = verify_anchor(damaged, *addresses(REAL))
        except HabeasError:
            continue
        assert part == "header"
        assert evidence.event == good.event
        assert evidence.header.hash != good.header.hash


def test_no_flipped_bit_of_a_submission_survives() -> None:
    proof = proof_of(SUBMISSION["proof"])
    verify_submission(proof, *addresses(SUBMISSION))
    for damaged in flipped(proof, "nodes"):
        with pytest.raises(HabeasError):
            verify_submission(damaged, *addresses(SUBMISSION))


def flipped(proof: ReceiptProof, part: str) -> list[ReceiptProof]:
    """The proof with one bit changed in each byte of that part."""
    if part == "header":
        return [dataclasses.replace(proof, header=flip(proof.header, place)) for place in range(len(proof.header))]
    return [
        dataclasses.replace(proof, nodes=(*proof.nodes[:number], flip(node, place), *proof.nodes[number + 1 :]))
        for number, node in enumerate(proof.nodes)
        for place in range(len(node))
    ]


def flip(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1 << place % 8]) + data[place + 1 :]


@pytest.mark.parametrize("tx_index", [0, 1, 130, 132, 199, 200, 2**24 - 1])
def test_the_transaction_index_is_proven(tx_index: int) -> None:
    with pytest.raises(HabeasError):
        verify_anchor(dataclasses.replace(proof_of(REAL["proof"]), tx_index=tx_index), *addresses(REAL))


@pytest.mark.parametrize("place", range(20))
def test_contract_and_log_are_compared_in_every_byte(place: int) -> None:
    contract, log = addresses(REAL)
    proof = proof_of(REAL["proof"])
    for wrong in ((flip(contract, place), log), (contract, flip(log, place))):
        with pytest.raises(VerificationAnchor):
            verify_anchor(proof, *wrong)


def test_an_error_names_both_values() -> None:
    contract, log = addresses(REAL)
    with pytest.raises(VerificationAnchor, match=f"belongs to log 0x{log.hex()}, not 0x{LOG.hex()}"):
        verify_anchor(proof_of(REAL["proof"]), contract, LOG)


uint64 = st.integers(0, 2**64 - 1)
words = st.binary(min_size=32, max_size=32)


def anchored_data(event: Anchored) -> bytes:
    numbers = (event.included, event.submitted, event.complete_to)
    return event.size.to_bytes(32) + event.root + b"".join(number.to_bytes(32) for number in numbers)


def submitted_data(event: Submitted) -> bytes:
    padded = event.statement + bytes(-len(event.statement) % 32)
    return event.leaf_hash + event.key + (96).to_bytes(32) + len(event.statement).to_bytes(32) + padded


anchored = st.builds(Anchored, st.just(LOG), uint64, words, uint64, uint64, uint64)
submitted = st.builds(Submitted, st.just(LOG), uint64, words, words, st.binary(min_size=1, max_size=200))


@given(anchored)
def test_anchored_round_trip(event: Anchored) -> None:
    log = Log(CONTRACT, (ANCHORED_TOPIC, LOG.rjust(32, b"\0")), anchored_data(event))
    assert parse_anchored(log, CONTRACT) == event


@given(submitted)
def test_submitted_round_trip(event: Submitted) -> None:
    topics = (SUBMITTED_TOPIC, LOG.rjust(32, b"\0"), event.ticket.to_bytes(32))
    assert parse_submitted(Log(CONTRACT, topics, submitted_data(event)), CONTRACT) == event


@given(anchored, st.integers(0, 160), st.integers(0, 255))
def test_changed_anchored_data_have_one_reading_or_none(event: Anchored, place: int, value: int) -> None:
    data = (anchored_data(event) + b"\0")[:place] + bytes([value]) + anchored_data(event)[place + 1 :]
    try:
        read = parse_anchored(Log(CONTRACT, (ANCHORED_TOPIC, LOG.rjust(32, b"\0")), data), CONTRACT)
    except MalformedReceipt:
        return
    assert anchored_data(read) == data


@given(submitted, st.integers(0, 255), st.integers(0, 255))
def test_changed_submitted_data_have_one_reading_or_none(event: Submitted, place: int, value: int) -> None:
    data = submitted_data(event)
    data = data[:place] + bytes([value]) + data[place + 1 :]
    topics = (SUBMITTED_TOPIC, LOG.rjust(32, b"\0"), bytes(32))
    try:
        read = parse_submitted(Log(CONTRACT, topics, data), CONTRACT)
    except MalformedReceipt:
        return
    assert submitted_data(read) == data


def test_one_receipt_may_hold_several_logs_and_each_is_read_at_its_index() -> None:
    given = vector("anchor-third-log-21-fields")
    proof = proof_of(given["proof"])
    assert verify_anchor(proof, *addresses(given)).event.size == 1000
    for log_index in (0, 1, 3):
        with pytest.raises(VerificationAnchor):
            verify_anchor(dataclasses.replace(proof, log_index=log_index), *addresses(given))


def test_the_specification_shows_the_bytes_of_its_vector() -> None:
    text = (ROOT / "docs" / "spec" / "anchor.md").read_text(encoding="utf-8")
    proof = vector("anchor-captured-1-transaction")["proof"]
    joined = "".join(text.split())
    assert proof["header"] in joined
    assert proof["nodes"][0] in joined
    assert verify_anchor(proof_of(proof), *addresses(REAL)).header.hash.hex() in joined
    assert ANCHORED_TOPIC.hex() in joined
    assert SUBMITTED_TOPIC.hex() in joined


@pytest.mark.parametrize("length", [0, 12, 20, 31, 33, 64])
@pytest.mark.parametrize("place", [1, 2])
def test_a_topic_has_32_bytes(place: int, length: int) -> None:
    topics = [SUBMITTED_TOPIC, LOG.rjust(32, b"\0"), bytes(32)]
    topics[place] = bytes(length)
    data = submitted_data(Submitted(LOG, 0, bytes(32), bytes(32), b"x"))
    with pytest.raises(MalformedReceipt, match=f"topic {place} .* has {length} bytes"):
        parse_submitted(Log(CONTRACT, tuple(topics), data), CONTRACT)
    if place == 1:
        with pytest.raises(MalformedReceipt, match=f"topic 1 .* has {length} bytes"):
            parse_anchored(Log(CONTRACT, (ANCHORED_TOPIC, topics[1]), bytes(160)), CONTRACT)
