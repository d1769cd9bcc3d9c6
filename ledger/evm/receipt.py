"""Transaction receipts: the bytes that stand in the receipt trie.

A receipt is RLP of [status, cumulative gas, bloom, logs]; typed transactions put their type byte
before it (EIP-2718). A deposit of an OP Stack chain (type 0x7e) appends its nonce and a version
since the Canyon fork.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledger.errors import MalformedReceipt
from ledger.evm.rlp import Rlp, RlpItem, encode_integer, rlp_decode, rlp_encode
from ledger.evm.rpc import present, rpc_bytes, rpc_integer

DEPOSIT_TYPE = 0x7E
KNOWN_TYPES = frozenset({1, 2, 3, 4, DEPOSIT_TYPE})
_MAX_TYPE = 0x7F
_BLOOM = 256
_MAX_TOPICS = 4
_UINT64 = 8
_MAX_UINT64 = 2**64 - 1


@dataclass(frozen=True, slots=True)
class Log:
    """One event: ``address`` of its emitter (20 bytes), 0 to 4 ``topics`` (32 bytes each), ``data``."""

    address: bytes
    topics: tuple[bytes, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """``status`` 1 for a transaction that succeeded, 0 for one that was reverted."""

    status: int
    logs: tuple[Log, ...]


def encode_receipt(rpc_receipt: Mapping[str, object]) -> bytes:
    """The trie value of a receipt as JSON-RPC gives it, either raw or as web3 formats it.

    Types not known here are encoded like the known ones: the proof builder needs every receipt of
    a block, and its caller must compare the root with the header's, which settles whether it was
    right. Raises MalformedReceipt where a field is missing or of a wrong form.
    """
    kind = rpc_integer(rpc_receipt.get("type", 0), MalformedReceipt, "receipt field type")
    if kind > _MAX_TYPE:
        raise MalformedReceipt(f"receipt field type is {kind}; it must be at most 127 (EIP-2718)")
    fields: list[RlpItem] = [_integer_from_rpc(rpc_receipt, "status", 1)]
    fields.append(_integer_from_rpc(rpc_receipt, "cumulativeGasUsed", _MAX_UINT64))
    bloom = rpc_bytes(rpc_receipt.get("logsBloom"), MalformedReceipt, "receipt field logsBloom", _BLOOM)
    fields.append(bloom)
    fields.append([_log_from_rpc(log, place) for place, log in enumerate(_sequence(rpc_receipt, "logs"))])
    # Before Canyon the nonce was in the JSON but not in the trie; the version says which rule holds.
    if kind == DEPOSIT_TYPE and present(rpc_receipt, "depositReceiptVersion"):
        for name in ("depositNonce", "depositReceiptVersion"):
            fields.append(_integer_from_rpc(rpc_receipt, name, _MAX_UINT64))
    encoded = rlp_encode(fields)
    return bytes((kind,)) + encoded if kind else encoded


def parse_receipt(data: bytes) -> Receipt:
    """Status and logs of canonical receipt bytes. Raises MalformedReceipt."""
    kind, body = _split_type(data)
    items = rlp_decode(body, MalformedReceipt, "the receipt")
    counts = (4, 6) if kind == DEPOSIT_TYPE else (4,)
    if not isinstance(items, list) or len(items) not in counts:
        wanted = " or ".join(map(str, counts))
        raise MalformedReceipt(f"a receipt of type {kind} must be a list of {wanted} fields")
    status, gas, bloom, logs = items[:4]
    if status not in (b"", b"\1"):
        raise MalformedReceipt("the receipt's status must be 0 or 1; receipts with a state root are too old")
    for item in (gas, *items[4:]):
        if not isinstance(item, bytes) or len(item) > _UINT64 or item[:1] == b"\0":
            raise MalformedReceipt(
                "the receipt's gas, deposit nonce and deposit version must be integers of at most 8 bytes"
                " without a leading zero"
            )
    if not isinstance(bloom, bytes) or len(bloom) != _BLOOM:
        raise MalformedReceipt("the receipt's bloom must have 256 bytes")
    if not isinstance(logs, list):
        raise MalformedReceipt("the receipt's logs must be a list")
    return Receipt(len(status), tuple([_parse_log(log, place) for place, log in enumerate(logs)]))


def _split_type(data: bytes) -> tuple[int, bytes]:
    """Type byte (0 for a legacy receipt) and the RLP after it; RLP lists start at 0xc0."""
    if not data:
        raise MalformedReceipt("the receipt is empty")
    if data[0] >= 0xC0:
        return 0, data
    if data[0] not in KNOWN_TYPES:
        raise MalformedReceipt(
            f"the receipt starts with 0x{data[0]:02x}; it must be type 1, 2, 3, 4, 0x7e or an RLP list"
        )
    return data[0], data[1:]


def _parse_log(item: Rlp, place: int) -> Log:
    where = f"log {place} of the receipt"
    if not isinstance(item, list) or len(item) != 3:
        raise MalformedReceipt(f"{where} must be a list of address, topics and data")
    address, topics, data = item
    if not isinstance(address, bytes) or len(address) != 20:
        raise MalformedReceipt(f"{where} must have an address of 20 bytes")
    if not isinstance(topics, list) or len(topics) > _MAX_TOPICS:
        raise MalformedReceipt(f"{where} must have a list of at most {_MAX_TOPICS} topics")
    if not isinstance(data, bytes):
        raise MalformedReceipt(f"{where} must have data of bytes, not a list")
    checked: list[bytes] = []
    for topic in topics:
        if not isinstance(topic, bytes) or len(topic) != 32:
            raise MalformedReceipt(f"{where} must have topics of 32 bytes each")
        checked.append(topic)
    return Log(address, tuple(checked), data)


def _integer_from_rpc(values: Mapping[str, object], name: str, largest: int) -> bytes:
    value = rpc_integer(values.get(name), MalformedReceipt, f"receipt field {name}")
    if value > largest:
        raise MalformedReceipt(f"receipt field {name} is {value}; it must be at most {largest}")
    return encode_integer(value)


def _sequence(values: Mapping[str, object], name: str) -> Sequence[object]:
    value = values.get(name)
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return value
    raise MalformedReceipt(f"receipt field {name} must be a list, not {str(value)[:80]!r}")


def _log_from_rpc(log: object, place: int) -> RlpItem:
    where = f"log {place} of the receipt: "
    if not isinstance(log, Mapping):
        raise MalformedReceipt(f"{where}an object is needed, not {str(log)[:80]!r}")
    address = rpc_bytes(log.get("address"), MalformedReceipt, where + "address", 20)
    topics = [rpc_bytes(topic, MalformedReceipt, where + "topic", 32) for topic in _sequence(log, "topics")]
    return [address, topics, rpc_bytes(log.get("data"), MalformedReceipt, where + "data")]
