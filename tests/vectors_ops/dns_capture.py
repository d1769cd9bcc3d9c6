"""Operations of tests/vectors/dns_capture."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from ledger.mail.capture import DnsCapture
from ledger.mail.dnssec import TrustAnchor, verify_chain


def _time(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _parse(given: dict[str, Any]) -> dict[str, Any]:
    data = given["capture"].encode("ascii")
    capture = DnsCapture.parse(data)
    assert capture.encode() == data
    assert DnsCapture.make(capture.at, capture.resolvers, capture.asked).encode() == data
    return {
        "at": _text(capture.at),
        "asked": [str(each.question) for each in capture.asked],
        "resolvers": [each.name for each in capture.resolvers],
    }


def _key(given: dict[str, Any]) -> dict[str, Any]:
    capture = DnsCapture.parse(given["capture"].encode("ascii"))
    anchors = [TrustAnchor.parse(text) for text in given["anchors"]]
    found = capture.key_finding(given["domain"], given["selector"], _time(given["received"]), anchors)
    key = found.key
    assert (key.domain, key.selector) == (given["domain"], given["selector"])
    assert found.reasons and all(found.reasons)
    return {
        "status": key.status,
        "origin": key.origin,
        "record": None if key.record is None else key.record.decode("latin-1"),
        "first_seen": None if key.first_seen is None else _text(key.first_seen),
        "agreed": list(found.agreed),
    }


def _chain(given: dict[str, Any]) -> dict[str, Any]:
    proven = verify_chain(
        [base64.b64decode(piece) for piece in given["chain"]],
        given["name"],
        given["type"],
        [TrustAnchor.parse(text) for text in given["anchors"]],
        _time(given["at"]),
    )
    return {
        "records": [base64.b64encode(record).decode("ascii") for record in proven.records],
        "cnames": list(proven.cnames),
        "valid_from": _text(proven.valid_from),
        "valid_until": _text(proven.valid_until),
    }


OPERATIONS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "dns_capture.parse": _parse,
    "dns_capture.key": _key,
    "dns_capture.chain": _chain,
}
