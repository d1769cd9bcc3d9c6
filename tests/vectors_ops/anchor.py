"""Operations of ``tests/vectors/anchor``; its README lists their members."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.anchor import (
    Anchored,
    ReceiptProof,
    Submitted,
    parse_anchored,
    parse_submitted,
    verify_anchor,
    verify_submission,
)
from ledger.evm import Log

Vector = dict[str, Any]


def proof_of(given: Vector) -> ReceiptProof:
    return ReceiptProof(
        header=bytes.fromhex(given["header"]),
        tx_index=given["tx_index"],
        log_index=given["log_index"],
        nodes=tuple(bytes.fromhex(node) for node in given["nodes"]),
    )


def _log(given: Vector) -> Log:
    topics = tuple(bytes.fromhex(topic) for topic in given["topics"])
    return Log(bytes.fromhex(given["address"]), topics, bytes.fromhex(given["data"]))


def _show_anchored(event: Anchored) -> Vector:
    return {
        "log": event.log.hex(),
        "size": event.size,
        "root": event.root.hex(),
        "included": event.included,
        "submitted": event.submitted,
        "complete_to": event.complete_to,
    }


def _show_submitted(event: Submitted) -> Vector:
    return {
        "log": event.log.hex(),
        "ticket": event.ticket,
        "leaf_hash": event.leaf_hash.hex(),
        "key": event.key.hex(),
        "statement": event.statement.hex(),
    }


def _parse_anchored(given: Vector) -> Vector:
    return _show_anchored(parse_anchored(_log(given["event"]), bytes.fromhex(given["contract"])))


def _parse_submitted(given: Vector) -> Vector:
    return _show_submitted(parse_submitted(_log(given["event"]), bytes.fromhex(given["contract"])))


def _verify_anchor(given: Vector) -> Vector:
    contract, log = bytes.fromhex(given["contract"]), bytes.fromhex(given["log"])
    evidence = verify_anchor(proof_of(given["proof"]), contract, log)
    block = {"block_hash": evidence.header.hash.hex(), "timestamp": evidence.header.timestamp}
    return {**block, **_show_anchored(evidence.event)}


def _verify_submission(given: Vector) -> Vector:
    contract, log = bytes.fromhex(given["contract"]), bytes.fromhex(given["log"])
    header, event = verify_submission(proof_of(given["proof"]), contract, log)
    block = {"block_hash": header.hash.hex(), "timestamp": header.timestamp}
    return {**block, **_show_submitted(event)}


OPERATIONS: dict[str, Callable[[Vector], Vector]] = {
    "anchor.parse_anchored": _parse_anchored,
    "anchor.parse_submitted": _parse_submitted,
    "anchor.verify_anchor": _verify_anchor,
    "anchor.verify_submission": _verify_submission,
}
