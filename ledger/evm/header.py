"""Block headers, read and written by the presence of fields and not by the name of a fork.

A header is an RLP list. Forks only ever appended fields, so the number of fields tells which are
there: 15 before London, 16 with a base fee (EIP-1559), 17 with withdrawals (EIP-4895), 20 with
blobs and the beacon root (EIP-4844, EIP-4788), 21 with requests (EIP-7685), 23 with the block
access list and the slot number (EIP-7928, EIP-7843).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from ledger.encoding import LAST_INSTANT, MAX_INTEGER, encode_hex
from ledger.errors import MalformedHeader, VerificationHeader
from ledger.evm.keccak import keccak256
from ledger.evm.rlp import encode_integer, rlp_decode, rlp_encode
from ledger.evm.rpc import present, rpc_bytes, rpc_integer

MAX_HEADER = 2048
# The end of the year 9999: above it no calendar date can be written, and no real block lies there.
MAX_TIMESTAMP = LAST_INSTANT
FIELD_COUNTS = (15, 16, 17, 20, 21, 23)


class _Field(NamedTuple):
    """``length``: fixed bytes; 0 for an integer, None for bytes of any length."""

    name: str
    length: int | None


_INTEGER = 0
_FIELDS = (
    _Field("parentHash", 32),
    _Field("sha3Uncles", 32),
    _Field("miner", 20),
    _Field("stateRoot", 32),
    _Field("transactionsRoot", 32),
    _Field("receiptsRoot", 32),
    _Field("logsBloom", 256),
    _Field("difficulty", _INTEGER),
    _Field("number", _INTEGER),
    _Field("gasLimit", _INTEGER),
    _Field("gasUsed", _INTEGER),
    _Field("timestamp", _INTEGER),
    _Field("extraData", None),
    _Field("mixHash", 32),
    _Field("nonce", 8),
    _Field("baseFeePerGas", _INTEGER),
    _Field("withdrawalsRoot", 32),
    _Field("blobGasUsed", _INTEGER),
    _Field("excessBlobGas", _INTEGER),
    _Field("parentBeaconBlockRoot", 32),
    _Field("requestsHash", 32),
    _Field("blockAccessListHash", 32),
    _Field("slotNumber", _INTEGER),
)
_LENGTHS = tuple(field.length or None for field in _FIELDS)
"""Of the fields with one allowed length; None where ``_check_field`` has to look."""
_MAX_INTEGER_BYTES = 32
_PARENT, _RECEIPTS, _NUMBER, _TIMESTAMP = 0, 5, 8, 11


@dataclass(frozen=True, slots=True)
class Header:
    """A parsed block header. ``raw`` is its RLP and ``hash`` the Keccak-256 of that."""

    raw: bytes
    hash: bytes
    parent_hash: bytes
    number: int
    timestamp: int
    """Unix seconds, at most ``MAX_TIMESTAMP``."""
    receipts_root: bytes


def parse_header(raw: bytes) -> Header:
    """The header of which ``raw`` is the canonical RLP. Raises MalformedHeader.

    Nothing is said about the chain: anybody can write a well-formed header.
    """
    return _parse_header(raw)


@lru_cache(maxsize=4096)
def _parse_header(raw: bytes) -> Header:
    """Remembered, because many bundles of one ledger rest on the same blocks."""
    if len(raw) > MAX_HEADER:
        raise MalformedHeader(f"the header has {len(raw)} bytes; at most {MAX_HEADER} are accepted")
    items = rlp_decode(raw, MalformedHeader, "the header")
    if not isinstance(items, list) or len(items) not in FIELD_COUNTS:
        found = f"has {len(items)} fields" if isinstance(items, list) else "is a byte string"
        raise MalformedHeader(f"the header {found}; it must be a list of 15, 16, 17, 20, 21 or 23 fields")
    values: list[bytes] = []
    for item, field, length in zip(items, _FIELDS, _LENGTHS, strict=False):
        if not isinstance(item, bytes):
            raise MalformedHeader(f"header field {field.name} is a list; it must be a byte string")
        if len(item) != length:
            _check_field(field, item)
        values.append(item)
    number, timestamp = int.from_bytes(values[_NUMBER], "big"), int.from_bytes(values[_TIMESTAMP], "big")
    if number > MAX_INTEGER:
        raise MalformedHeader(f"header field number is {number}; at most 2^53-1 is accepted")
    if timestamp > MAX_TIMESTAMP:
        raise MalformedHeader(f"header field timestamp is {timestamp}; it must lie before the year 10000")
    return Header(raw, keccak256(raw), values[_PARENT], number, timestamp, values[_RECEIPTS])


def encode_header(rpc_block: Mapping[str, object]) -> bytes:
    """RLP of a block as JSON-RPC gives it, either raw or as web3 formats it.

    The caller must compare the Keccak-256 with the node's own ``hash``: a chain may have fields
    that are not known here. Raises MalformedHeader where a field is missing or of a wrong form, and for
    everything else that ``parse_header`` refuses.
    """
    places = [place for place, field in enumerate(_FIELDS, 1) if present(rpc_block, field.name)]
    count = max(places, default=0)
    missing = [field.name for place, field in enumerate(_FIELDS[:count], 1) if place not in places]
    if missing:
        last = _FIELDS[count - 1].name
        raise MalformedHeader(f"the block has the header field {last} but lacks {', '.join(missing)}")
    if count not in FIELD_COUNTS:
        raise MalformedHeader(f"the block has {count} header fields; it must have 15, 16, 17, 20, 21 or 23")
    raw = rlp_encode([_from_rpc(field, rpc_block[field.name]) for field in _FIELDS[:count]])
    parse_header(raw)
    return raw


def verify_header(raw: bytes, block_hash: bytes) -> Header:
    """The header ``raw``, proven to be the one with ``block_hash`` (32 bytes).

    Raises MalformedHeader, or VerificationHeader with both hashes.
    """
    header = parse_header(raw)
    if header.hash != block_hash:
        raise VerificationHeader(
            f"the header of block {header.number} has the hash {encode_hex(header.hash)}, not {encode_hex(block_hash)}"
        )
    return header


def _from_rpc(field: _Field, value: object) -> bytes:
    where = f"block field {field.name}"
    if field.length == _INTEGER:
        return encode_integer(rpc_integer(value, MalformedHeader, where))
    return rpc_bytes(value, MalformedHeader, where, field.length)


def _check_field(field: _Field, value: bytes) -> None:
    if field.length is None:
        return
    if field.length != _INTEGER:
        if len(value) != field.length:
            raise MalformedHeader(f"header field {field.name} has {len(value)} bytes, not {field.length}")
    elif len(value) > _MAX_INTEGER_BYTES or value[:1] == b"\0":
        raise MalformedHeader(f"header field {field.name} is not an integer of at most 32 bytes without a leading zero")
