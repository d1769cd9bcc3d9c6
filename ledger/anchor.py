"""Anchors and direct submissions, read from a block header and a receipt proof.

A proof shows that a block with this header holds this event of this contract. Whether the block
is canonical and final is a separate question that these bytes cannot answer. The format and the
numbered steps are those of docs/spec/anchor.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from ledger.encoding import MAX_INTEGER, encode_hex, sha256
from ledger.errors import MalformedReceipt, VerificationAnchor
from ledger.evm import Header, Log, parse_header, parse_receipt, verify_receipt
from ledger.leaf import StatementLeaf

# Keccak-256 of the event signatures; the tests compute them again.
# Anchored(address,uint64,bytes32,uint64,uint64,uint64)
ANCHORED_TOPIC = bytes.fromhex("46b68eb581a868a7faf6998e0327d9e4ad62e10f341efe4642f18dae2a1934aa")
# Submitted(address,uint64,bytes32,bytes32,bytes)
SUBMITTED_TOPIC = bytes.fromhex("8f4b57a7eed2ee9bd288154b18ebdffe1ea733fd68eec907225c2fac24b0a37c")

MAX_STATEMENT = 8192
_WORD = 32
_UINT64_PADDING = bytes(24)
_ADDRESS_PADDING = bytes(12)
# Position of the statement's length word, counted from the start of the data.
_STATEMENT_OFFSET = 3 * _WORD


@dataclass(frozen=True, slots=True)
class Anchored:
    """The contract's ``Anchored`` event: ``log`` (20 bytes) anchored the tree of ``size`` and ``root``."""

    log: bytes
    size: int
    root: bytes
    included: int
    """Tickets settled so far."""
    submitted: int
    """Tickets taken so far."""
    complete_to: int
    """Unix seconds; direct submissions in blocks before it are in the tree."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """The contract's ``Submitted`` event: a statement sent straight to the contract for ``log``."""

    log: bytes
    ticket: int
    leaf_hash: bytes
    key: bytes
    """Index key that the sender stated, 32 bytes; possibly wrong."""
    statement: bytes
    """The bytes as sent, 1 to 8,192; possibly no statement at all."""


@dataclass(frozen=True, slots=True)
class ReceiptProof:
    """Where an event stands: in log ``log_index`` of the receipt of transaction ``tx_index``.

    ``log_index`` counts within the receipt, not within the block. ``nodes`` go from the root of the
    receipt trie to the leaf with the receipt.
    """

    header: bytes
    tx_index: int
    log_index: int
    nodes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class AnchorEvidence:
    """``event`` was emitted in the block of ``header``, if that block is one of the chain."""

    header: Header
    event: Anchored


def parse_anchored(log: Log, contract: bytes) -> Anchored:
    """The ``Anchored`` event in ``log``, emitted by ``contract`` (20 bytes).

    Raises VerificationAnchor for another emitter or event, MalformedReceipt for wrong ABI bytes.
    """
    _check_event(log, contract, ANCHORED_TOPIC, "Anchored")
    if len(log.topics) != 2 or len(log.data) != 5 * _WORD:
        raise MalformedReceipt(
            f"the Anchored event has {len(log.topics)} topics and {len(log.data)} bytes of data; it must have 2 and 160"
        )
    size, root, included, submitted, complete_to = _words(log.data)
    return Anchored(
        log=_address(log.topics[1]),
        size=_uint64(size, "size"),
        root=root,
        included=_uint64(included, "included"),
        submitted=_uint64(submitted, "submitted"),
        complete_to=_uint64(complete_to, "completeTo"),
    )


def parse_submitted(log: Log, contract: bytes) -> Submitted:
    """The ``Submitted`` event in ``log``, emitted by ``contract`` (20 bytes).

    Raises VerificationAnchor for another emitter or event, MalformedReceipt for wrong ABI bytes.
    """
    _check_event(log, contract, SUBMITTED_TOPIC, "Submitted")
    head = _STATEMENT_OFFSET + _WORD
    if len(log.topics) != 3 or len(log.data) < head:
        raise MalformedReceipt(
            f"the Submitted event has {len(log.topics)} topics and {len(log.data)} bytes of data;"
            f" it must have 3 and more than {head}"
        )
    leaf_hash, key, offset, length_word = _words(log.data[:head])
    if _uint64(offset, "the statement's offset") != _STATEMENT_OFFSET:
        raise MalformedReceipt(f"the statement must stand at offset {_STATEMENT_OFFSET} of the event's data")
    length = _uint64(length_word, "the statement's length")
    if not 1 <= length <= MAX_STATEMENT:
        raise MalformedReceipt(f"the statement has {length} bytes; the contract takes 1 to {MAX_STATEMENT}")
    tail = log.data[head:]
    if len(tail) != length + -length % _WORD or any(tail[length:]):
        raise MalformedReceipt(
            f"the statement of {length} bytes must be padded with zeros to whole words and be the last"
        )
    return Submitted(
        log=_address(log.topics[1]),
        ticket=_uint64(log.topics[2], "ticket"),
        leaf_hash=leaf_hash,
        key=key,
        statement=tail[:length],
    )


def verify_anchor(proof: ReceiptProof, contract: bytes, log: bytes) -> AnchorEvidence:
    """What ``log`` anchored at ``contract`` (20 bytes each), proven up to the block's header.

    Raises MalformedHeader, MalformedReceipt, VerificationReceipt or VerificationAnchor.
    """
    return _verify_anchor(proof, contract, log)


@lru_cache(maxsize=4096)
def _verify_anchor(proof: ReceiptProof, contract: bytes, log: bytes) -> AnchorEvidence:
    """Remembered, because an anchor holds the statements of many cases, and the bundle of each shows it."""
    header, event_log = _prove_log(proof)  # steps 1 to 4
    event = parse_anchored(event_log, contract)  # steps 5 and 6
    _check_log(event.log, log)  # step 7
    # Step 8: bounds that the contract keeps. A forged block must not carry values beyond them.
    if not 1 <= event.size <= MAX_INTEGER:
        raise VerificationAnchor(f"the anchored size is {event.size}; it must be 1 to 2^53-1")
    if event.included > event.submitted:
        raise VerificationAnchor(f"{event.included} tickets are settled, but {event.submitted} were taken")
    if event.complete_to > header.timestamp:
        raise VerificationAnchor(
            f"the anchor claims to be complete to {event.complete_to}, later than its block {header.timestamp}"
        )
    return AnchorEvidence(header, event)


def verify_submission(proof: ReceiptProof, contract: bytes, log: bytes) -> tuple[Header, Submitted]:
    """What was submitted for ``log`` straight to ``contract``, proven up to the block's header.

    Raises MalformedHeader, MalformedReceipt, VerificationReceipt or VerificationAnchor.
    """
    header, event_log = _prove_log(proof)  # steps 1 to 4
    event = parse_submitted(event_log, contract)  # steps 5 and 6
    _check_log(event.log, log)  # step 7
    # Step 8: the contract computes the leaf hash from the bytes, so it is computed again here.
    leaf_hash = StatementLeaf(event.key, sha256(event.statement)).hash()
    if event.leaf_hash != leaf_hash:
        raise VerificationAnchor(
            f"the event states the leaf hash {encode_hex(event.leaf_hash)};"
            f" its key and statement give {encode_hex(leaf_hash)}"
        )
    return header, event


def _prove_log(proof: ReceiptProof) -> tuple[Header, Log]:
    header = parse_header(proof.header)  # step 1
    data = verify_receipt(header.receipts_root, proof.tx_index, proof.nodes)  # step 2
    receipt = parse_receipt(data)  # step 3
    if receipt.status != 1:
        raise VerificationAnchor(f"transaction {proof.tx_index} of block {header.number} failed (status 0)")
    if not 0 <= proof.log_index < len(receipt.logs):  # step 4
        raise VerificationAnchor(
            f"log {proof.log_index} was named, but the receipt of transaction {proof.tx_index}"
            f" in block {header.number} has {len(receipt.logs)}"
        )
    return header, receipt.logs[proof.log_index]


def _check_event(log: Log, contract: bytes, topic: bytes, name: str) -> None:
    # The emitter counts as much as the topic: anybody can deploy a contract with the same event.
    if log.address != contract:
        raise VerificationAnchor(
            f"the event was emitted by {encode_hex(log.address)}, not by the contract {encode_hex(contract)}"
        )
    if log.topics[:1] != (topic,):
        raise VerificationAnchor(f"this is no {name} event: its first topic must be {encode_hex(topic)}")
    for place, item in enumerate(log.topics):
        if len(item) != _WORD:
            raise MalformedReceipt(f"topic {place} of the {name} event has {len(item)} bytes, not {_WORD}")


def _check_log(found: bytes, wanted: bytes) -> None:
    if found != wanted:
        raise VerificationAnchor(f"the event belongs to log {encode_hex(found)}, not {encode_hex(wanted)}")


def _words(data: bytes) -> list[bytes]:
    return [data[start : start + _WORD] for start in range(0, len(data), _WORD)]


def _uint64(word: bytes, where: str) -> int:
    if word[:24] != _UINT64_PADDING:
        raise MalformedReceipt(f"{where} of the event does not fit in 64 bits")
    return int.from_bytes(word[24:], "big")


def _address(word: bytes) -> bytes:
    if word[:12] != _ADDRESS_PADDING:
        raise MalformedReceipt("the log's address in topic 1 must be padded with 12 zero bytes")
    return word[12:]
