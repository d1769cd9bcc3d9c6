"""Operations of ``tests/vectors/evm``; its README lists their members."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger import evm
from ledger.evm import Log, Rlp

Vector = dict[str, Any]
ZERO_BLOOM = "0x" + "00" * 256


def show_header(header: evm.Header) -> Vector:
    return {
        "hash": header.hash.hex(),
        "parent_hash": header.parent_hash.hex(),
        "number": header.number,
        "timestamp": header.timestamp,
        "receipts_root": header.receipts_root.hex(),
    }


def show_log(log: Log) -> Vector:
    return {
        "address": log.address.hex(),
        "topics": [topic.hex() for topic in log.topics],
        "data": log.data.hex(),
    }


def nodes_of(given: Vector) -> tuple[bytes, ...]:
    return tuple(bytes.fromhex(node) for node in given["nodes"])


def show_rlp(item: Rlp) -> object:
    return item.hex() if isinstance(item, bytes) else [show_rlp(member) for member in item]


def _keccak256(given: Vector) -> Vector:
    return {"hash": evm.keccak256(bytes.fromhex(given["data"])).hex()}


def _rlp_decode(given: Vector) -> Vector:
    data = bytes.fromhex(given["data"])
    item = evm.rlp_decode(data)
    assert evm.rlp_encode(item) == data
    return {"item": show_rlp(item)}


def _parse_header(given: Vector) -> Vector:
    return show_header(evm.parse_header(bytes.fromhex(given["header"])))


def _verify_header(given: Vector) -> Vector:
    raw, block_hash = bytes.fromhex(given["header"]), bytes.fromhex(given["block_hash"])
    return show_header(evm.verify_header(raw, block_hash))


def _encode_header(given: Vector) -> Vector:
    raw = evm.encode_header(given["block"])
    return {"header": raw.hex(), "hash": evm.keccak256(raw).hex()}


def _parse_receipt(given: Vector) -> Vector:
    receipt = evm.parse_receipt(bytes.fromhex(given["receipt"]))
    return {"status": receipt.status, "logs": [show_log(log) for log in receipt.logs]}


def _encode_receipt(given: Vector) -> Vector:
    return {"receipt": evm.encode_receipt(given["receipt"]).hex()}


def _verify_receipt(given: Vector) -> Vector:
    receipt = evm.verify_receipt(bytes.fromhex(given["root"]), given["tx_index"], nodes_of(given))
    return {"receipt": receipt.hex()}


def receipts_of(block: Vector) -> list[bytes]:
    """The encoded receipts of a captured block, which leaves zero blooms out."""
    return [evm.encode_receipt({"logsBloom": ZERO_BLOOM, **receipt}) for receipt in block["receipts"]]


def captured_blocks(given: Vector) -> Vector:
    """``evm.captured_blocks``, the operation of ``captured/blocks.json`` alone."""
    hashes, roots = [], []
    for captured in given["blocks"]:
        receipts = receipts_of(captured)
        root = evm.build_receipt_proof(receipts, 0)[0] if receipts else evm.EMPTY_ROOT
        hashes.append(evm.parse_header(evm.encode_header(captured["block"])).hash.hex())
        roots.append(root.hex())
    return {"hashes": hashes, "receipts_roots": roots}


OPERATIONS: dict[str, Callable[[Vector], Vector]] = {
    "evm.keccak256": _keccak256,
    "evm.rlp_decode": _rlp_decode,
    "evm.parse_header": _parse_header,
    "evm.verify_header": _verify_header,
    "evm.encode_header": _encode_header,
    "evm.parse_receipt": _parse_receipt,
    "evm.encode_receipt": _encode_receipt,
    "evm.verify_receipt": _verify_receipt,
}
