"""What the cases of dns_capture are made of: captures as JSON values, answers, texts of anchors."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import dns.rdata

from ledger.encoding import encode_base64
from ledger.mail.dnssec import TrustAnchor
from tools.vectors._dns_zones import DKIM

NAMES = ("one", "two", "three", "four", "five", "six", "seven")
AT = "2026-11-20T09:00:00Z"
KEY_NAME = "s1._domainkey.shop.example"
OTHER = "v=DKIM1; k=ed25519; p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
Value = dict[str, Any]


def txt(*strings: str) -> str:
    """A TXT record of these character-strings."""
    return encode_base64(b"".join(bytes([len(each)]) + each.encode("latin-1") for each in strings))


def mx(text: str) -> str:
    data = dns.rdata.from_text("IN", "MX", text).to_wire()
    assert data is not None
    return encode_base64(data)


def answer(*records: str, cnames: Sequence[str] = ()) -> Value:
    return {"cnames": list(cnames), "records": sorted(records), "status": "answer"}


def empty(status: str, cnames: Sequence[str] = ()) -> Value:
    return {"cnames": list(cnames), "status": status}


def failed(cause: str = "timeout") -> Value:
    return {"cause": cause, "status": "failed"}


FOUND = answer(txt(DKIM))


def resolvers(count: int) -> list[Value]:
    return [{"address": f"192.0.2.{number}:53", "name": name} for number, name in enumerate(NAMES[:count], 1)]


def question(answers: Sequence[Value], name: str = KEY_NAME, kind: str = "TXT", chain: Sequence[bytes] = ()) -> Value:
    value: Value = {"answers": list(answers), "name": name, "type": kind}
    if chain:
        value["chain"] = [encode_base64(each) for each in chain]
    return value


def capture(*questions: Value, **changed: Any) -> str:
    """The text of a capture with these questions; ``...`` takes a member away."""
    count = len(questions[0]["answers"]) if questions else 1
    value: Value = {"at": AT, "habeas_dns": 1, "questions": list(questions), "resolvers": resolvers(count), **changed}
    value = {name: member for name, member in value.items() if member is not ...}
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def anchor_texts(anchors: Sequence[TrustAnchor]) -> list[str]:
    return [f"{each.key_tag} {each.algorithm} {each.digest_type} {each.digest.hex()}" for each in anchors]
