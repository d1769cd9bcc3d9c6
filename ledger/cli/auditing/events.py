"""Events of the contract as an audit keeps them between two runs (``events.json`` in its state)."""

from __future__ import annotations

from pathlib import Path

from ledger.anchor import Anchored, Submitted
from ledger.audit.anchoring import AnchorSeen, TicketSeen
from ledger.cli.auditing.provider import ChainRecord
from ledger.cli.files import read_file, replace_file
from ledger.cli.plainjson import load_json
from ledger.encoding import Json, JsonObject, encode_base64, encode_hex, encode_json, parse_base64, parse_hex, sha256
from ledger.errors import Malformed, MalformedReceipt, RuntimeSetting
from ledger.policy import LedgerTrust

_NAME = "events.json"
_LIMIT = 1_073_741_824


def load_record(folder: Path, trust: LedgerTrust) -> ChainRecord:
    """What was kept; an empty record where nothing was. Raises RuntimeSetting for what was changed or is of others."""
    try:
        whole = load_json(read_file(folder / _NAME, _LIMIT))
        assert isinstance(whole, dict)
        value = whole["events"]
        assert isinstance(value, dict) and whole["check"] == sha256(encode_json(value)).hex()
        if value["of"] != _of(trust):
            raise RuntimeSetting(f"{folder} holds events of another contract or chain; take another --state folder")
        return _parse(value, trust)
    except FileNotFoundError:
        return ChainRecord()
    except (AssertionError, KeyError, ValueError, TypeError, Malformed):
        raise RuntimeSetting(f"{folder / _NAME} is damaged or was changed; take an empty --state folder") from None


def save_record(folder: Path, trust: LedgerTrust, record: ChainRecord) -> None:
    """Keep ``record``."""
    anchors: list[Json] = [_anchor(item) for item in record.anchors]
    tickets: list[Json] = [_ticket(item) for item in record.tickets]
    value: JsonObject = {
        "of": _of(trust),
        "block": record.block,
        "hash": encode_hex(record.block_hash),
        "time": record.timestamp,
        "size": record.size,
        "anchors": anchors,
        "tickets": tickets,
    }
    body = encode_json({"events": value, "check": sha256(encode_json(value)).hex()})
    replace_file(folder / _NAME, body + b"\n")


def _of(trust: LedgerTrust) -> str:
    return " ".join(map(encode_hex, (trust.chain.genesis, trust.contract, trust.log)))


def _anchor(item: AnchorSeen) -> JsonObject:
    event = item.event
    return {
        "block": item.block,
        "hash": encode_hex(item.block_hash),
        "time": item.timestamp,
        "size": event.size,
        "root": encode_hex(event.root),
        "included": event.included,
        "submitted": event.submitted,
        "complete_to": event.complete_to,
    }


def _ticket(item: TicketSeen) -> JsonObject:
    event = item.event
    return {
        "block": item.block,
        "hash": encode_hex(item.block_hash),
        "time": item.timestamp,
        "ticket": event.ticket,
        "leaf": encode_hex(event.leaf_hash),
        "key": encode_hex(event.key),
        "bytes": encode_base64(event.statement),
    }


def _parse(value: JsonObject, trust: LedgerTrust) -> ChainRecord:
    anchors, tickets = value["anchors"], value["tickets"]
    assert isinstance(anchors, list) and isinstance(tickets, list)
    return ChainRecord(
        _int(value, "block"),
        _hash(value, "hash"),
        _int(value, "time"),
        _int(value, "size"),
        [_read_anchor(item, trust) for item in anchors],
        [_read_ticket(item, trust) for item in tickets],
    )


def _read_anchor(item: Json, trust: LedgerTrust) -> AnchorSeen:
    assert isinstance(item, dict)
    event = Anchored(
        trust.log,
        _int(item, "size"),
        _hash(item, "root"),
        _int(item, "included"),
        _int(item, "submitted"),
        _int(item, "complete_to"),
    )
    return AnchorSeen(_int(item, "block"), _hash(item, "hash"), _int(item, "time"), event)


def _read_ticket(item: Json, trust: LedgerTrust) -> TicketSeen:
    assert isinstance(item, dict)
    raw = parse_base64(item["bytes"], MalformedReceipt, "bytes")
    event = Submitted(trust.log, _int(item, "ticket"), _hash(item, "leaf"), _hash(item, "key"), raw)
    return TicketSeen(_int(item, "block"), _hash(item, "hash"), _int(item, "time"), event)


def _int(value: JsonObject, name: str) -> int:
    found = value[name]
    assert isinstance(found, int)
    return found


def _hash(value: JsonObject, name: str) -> bytes:
    return parse_hex(value[name], 32, MalformedReceipt, name)
