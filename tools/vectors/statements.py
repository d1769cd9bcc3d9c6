"""Signed statements for the generators, built without ``ledger``: json, hashlib and eth_account only."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from eth_account import Account
from eth_account.messages import SignableMessage, encode_typed_data

# Test keys: one byte repeated 32 times, as in the first worked vectors.
REQUESTER, COMPANY, ATTESTER, OPERATOR = (bytes([fill]) * 32 for fill in (0x11, 0x22, 0x33, 0x44))
ORIGIN = "habeas.example/main"
SHOP = "shop.example"
BLOCK: dict[str, Any] = {"hash": "0x" + "ab" * 32, "number": 7}
TYPES = {
    "Statement": [
        {"name": "ledger", "type": "string"},
        {"name": "kind", "type": "string"},
        {"name": "company", "type": "string"},
        {"name": "caseId", "type": "bytes32"},
        {"name": "recentBlock", "type": "bytes32"},
        {"name": "content", "type": "bytes32"},
    ]
}
DOMAIN = {"name": "Habeas", "version": "1"}

Object = dict[str, Any]


def jcs(value: object) -> str:
    """Sorted compact JSON, which is RFC 8785 for printable ASCII and integers."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha256(data: str | bytes) -> bytes:
    """SHA-256 of bytes, or of a text in UTF-8."""
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).digest()


def address(key: bytes) -> str:
    """The lower-case address of a private key."""
    return str(Account.from_key(key).address).lower()


def statement(kind: str, facts: object, key: bytes = REQUESTER, **members: object) -> Object:
    """A statement; a member given as ``...`` is left out."""
    value: Object = {
        "author": address(key),
        "company": SHOP,
        "digests": [],
        "facts": facts,
        "habeas": 1,
        "kind": kind,
        "ledger": ORIGIN,
        "recent_block": BLOCK,
    }
    value.update(members)
    return {name: member for name, member in value.items() if member is not ...}


OPENED = statement("case.opened", {"acting": "self", "place": "IE", "regime": "eu-gdpr", "related": []})
CASE = "0x" + sha256(jcs(OPENED)).hex()
REFUSED = statement(
    "request.refused",
    {"answered_on": "2026-11-20", "mode": "sent", "reasons": ["identity_unverified"]},
    COMPANY,
    case=CASE,
)
BARE_LEDGER = statement("ledger.opened", {}, company=...)


def in_case(kind: str, facts: object, key: bytes = REQUESTER, **members: object) -> Object:
    """A statement in the case of the first worked vector."""
    return statement(kind, facts, key, **{"case": CASE, **members})


def typed(value: Object, domain: Object | None = None) -> SignableMessage:
    """The EIP-712 message of a statement, also of one that no verifier accepts."""
    message = {
        "ledger": str(value.get("ledger", "")),
        "kind": str(value.get("kind", "")),
        "company": str(value.get("company", "")),
        "caseId": _bytes32(value.get("case")),
        "recentBlock": _bytes32(_hash_of(value.get("recent_block"))),
        "content": sha256(jcs(value)),
    }
    return encode_typed_data(domain_data=domain or DOMAIN, message_types=TYPES, message_data=message)


def sign(value: Object, key: bytes = REQUESTER, domain: Object | None = None) -> str:
    """The signature of a statement, 0x and 130 hexadecimal digits."""
    return "0x" + bytes(Account.sign_message(typed(value, domain), key).signature).hex()


def signed(value: Object, key: bytes = REQUESTER, signature: object = None) -> str:
    """The signed statement as text."""
    return jcs({"signature": sign(value, key) if signature is None else signature, "statement": value})


def _hash_of(block: object) -> object:
    return block.get("hash") if isinstance(block, dict) else None


def _bytes32(text: object) -> bytes:
    try:
        data = bytes.fromhex(str(text).removeprefix("0x"))
    except ValueError:
        data = b""
    return data if len(data) == 32 else bytes(32)
