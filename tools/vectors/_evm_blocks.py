"""Captured and made-up blocks for the vectors of ``evm`` and ``anchor``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ledger.evm import encode_header, encode_receipt, keccak256, rlp_encode
from ledger.evm.rlp import RlpItem, encode_integer
from tools.vectors.writing import VECTORS, Cases

Json = dict[str, Any]
CAPTURED = VECTORS / "evm" / "captured" / "blocks.json"
ZERO_BLOOM = "0x" + "00" * 256
EMPTY_LIST_HASH = "0x" + keccak256(b"\xc0").hex()
EMPTY_TRIE = "0x" + keccak256(b"\x80").hex()


@dataclass(frozen=True, slots=True)
class Case:
    """One vector; ``error`` is the class expected, or empty where ``ok`` holds the values expected."""

    operation: str
    description: str
    given: Mapping[str, object]
    ok: Mapping[str, object]
    error: str


def case(
    operation: str,
    description: str,
    given: Mapping[str, object],
    ok: Mapping[str, object] | None = None,
    error: str = "",
) -> Case:
    assert (ok is None) == bool(error), "a case expects either values or an error"
    return Case(operation, description, given, ok or {}, error)


def write_cases(folder: str, cases: Mapping[str, Case]) -> None:
    writer = Cases(folder)
    for name, one in cases.items():
        if one.error:
            writer.bad(name, one.operation, one.given, one.error, one.description)
        else:
            writer.good(name, one.operation, one.given, one.ok, one.description)
    writer.write()


def captured() -> Json:
    """The captured blocks as checked in."""
    inputs: Json = json.loads(CAPTURED.read_text(encoding="utf-8"))["input"]
    return inputs


def captured_named(name: str) -> Json:
    """Block and receipts of that name, as the node gave them."""
    found: Json = next(block for block in captured()["blocks"] if block["name"] == name)
    return found


def block_named(name: str) -> tuple[bytes, list[bytes]]:
    """Header and encoded receipts of a captured block."""
    found = captured_named(name)
    receipts = [encode_receipt({"logsBloom": ZERO_BLOOM, **receipt}) for receipt in found["receipts"]]
    return encode_header(found["block"]), receipts


def header_fields(count: int = 21) -> list[bytes]:
    """The first ``count`` fields of a made-up header, in order, as their bytes."""
    filled = [bytes([number]) * 32 for number in range(1, 33)]
    fields = [filled[0], filled[1], filled[2][:20], filled[3], filled[4], bytes.fromhex(EMPTY_TRIE[2:])]
    fields += [bytes(256), b"", encode_integer(9_000_000), encode_integer(60_000_000), encode_integer(21_000)]
    fields += [
        encode_integer(1_792_000_000),
        b"habeas",
        filled[5],
        bytes(8),
        encode_integer(7),
        filled[6],
        b"",
        b"",
    ]
    fields += [filled[7], filled[8], filled[9], encode_integer(12_345_678), encode_integer(1)]
    return fields[:count]


def made_header(receipts_root: bytes, count: int = 21, timestamp: int = 1_792_000_000) -> bytes:
    """A made-up header over real or made-up receipts."""
    fields = header_fields(count)
    fields[5], fields[11] = receipts_root, encode_integer(timestamp)
    return rlp_encode(fields)


def made_receipt(logs: list[RlpItem], status: bytes = b"\1", kind: bytes = b"\2") -> bytes:
    return kind + rlp_encode([status, encode_integer(55_000), bytes(256), logs])
