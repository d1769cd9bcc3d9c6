"""Rows and results as plain JSON values; no queries, no decisions."""

from __future__ import annotations

from api.reads import AnyRow
from ledger.assessment import Bound, StatementView
from ledger.encoding import encode_hex, encode_instant
from ledger.verification.checks import ResolvedCheck
from ledger.verification.stamps import stamped_json

instant = encode_instant


def address(value: bytes | None) -> str:
    """An address or hash that an understood entry always has."""
    assert value is not None
    return encode_hex(value)


def anchor_brief(row: AnyRow) -> dict[str, object]:
    return {
        "size": row.size,
        "block_number": row.block_number,
        "block_hash": encode_hex(row.block_hash),
        "time": encode_instant(row.timestamp),
    }


def check(item: ResolvedCheck) -> dict[str, object]:
    return {
        "name": item.check.name,
        "step": item.check.step,
        "value": item.value.word,
        "required": item.check.required,
        "detail": item.check.detail,
    }


def statement(item: StatementView) -> dict[str, object]:
    said = item.shown.signed.statement
    return {
        "index": item.shown.index,
        "statement": encode_hex(said.id),
        "kind": said.kind,
        "author": encode_hex(said.author),
        "role": item.standing.role,
        "grade": item.standing.grade,
        "proven": item.standing.proven,
        "standing": item.standing.sentence,
        "understood": item.understood,
        "signature": item.signature.word,
        "signed_not_before": _bound(item.signed_not_before),
        "recorded_not_after": _bound(item.recorded_not_after),
        "stamped_not_after": stamped_json(item.stamped_not_after),
    }


def _bound(item: Bound | None) -> dict[str, object] | None:
    if item is None:
        return None
    return {"time": encode_instant(item.seconds), "block": encode_hex(item.block), "value": item.value.word}
