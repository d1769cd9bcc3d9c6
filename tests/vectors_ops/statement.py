"""Operations of tests/vectors/statement (its README names their members)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ledger.kinds import check_facts
from ledger.statement import DOMAIN_HASH, TYPE_HASH, parse, parse_statement, sign, verify_signature

Values = dict[str, Any]


def given_bytes(given: Values) -> bytes:
    """The bytes of ``signed`` (text, UTF-8) or of ``signed_hex``."""
    return bytes.fromhex(given["signed_hex"]) if "signed_hex" in given else given["signed"].encode()


def _parse(given: Values) -> Values:
    signed = parse(given_bytes(given))
    case = signed.statement.case_id
    return {
        "id": signed.id.hex(),
        "case_id": None if case is None else case.hex(),
        "digest": signed.digest.hex(),
        "size": len(signed.raw),
    }


def _verify(given: Values) -> Values:
    signed = parse(given_bytes(given))
    check_facts(signed.statement.kind, signed.statement.facts)
    author = verify_signature(signed)
    return {
        "id": signed.id.hex(),
        "digest": signed.digest.hex(),
        "signing_hash": signed.statement.signing_hash().hex(),
        "author": author.hex(),
    }


def _sign(given: Values) -> Values:
    signed = sign(parse_statement(json.loads(given["statement"])), bytes.fromhex(given["key"]))
    return {
        "id": signed.id.hex(),
        "struct_hash": signed.statement.struct_hash().hex(),
        "signing_hash": signed.statement.signing_hash().hex(),
        "signature": "0x" + signed.signature.hex(),
        "digest": signed.digest.hex(),
        "signed": signed.raw.decode(),
    }


def _constants(given: Values) -> Values:
    return {"type_hash": TYPE_HASH.hex(), "domain_hash": DOMAIN_HASH.hex()}


OPERATIONS: dict[str, Callable[[Values], Values]] = {
    "statement.parse": _parse,
    "statement.verify": _verify,
    "statement.sign": _sign,
    "statement.constants": _constants,
}
