"""From leaves to rows: what the log says, made ready for reading.

The same function runs when leaves are sequenced and when everything is replayed (``rebuild``), so
both give the same rows. A statement is *understood* if its kind is known, its facts are valid and
its author had the right role at that index; any other statement is kept and shown as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from ledger.encoding import parse_instant
from ledger.errors import Malformed, MalformedFacts, Refused, VerificationSignature
from ledger.kinds import check_facts
from ledger.leaf import NO_KEY, StatementLeaf, index_key
from ledger.runtime.roles import First
from ledger.runtime.view import Overlay
from ledger.standing import BINDING_KINDS, Claim, claim_of, role_of, scopes_of
from ledger.statement import SignedStatement, parse, verify_signature

Row: TypeAlias = "dict[str, object]"


@dataclass(frozen=True, slots=True)
class Reading:
    """The bytes of one statement leaf, read. ``claim`` is None for opaque bytes, ``valid`` says
    whether the facts of a known kind fit it, and ``listed`` whether it stands in the case index."""

    leaf: StatementLeaf
    leaf_hash: bytes
    route: str
    claim: Claim | None
    valid: bool
    listed: bool


def read_leaf(leaf: StatementLeaf, leaf_hash: bytes, raw: bytes | None, origin: str, route: str) -> Reading:
    """Read bytes of either route. Opaque are: withheld bytes (None), bytes that are no statement, one of
    another ledger, with a wrong signature, or under a key that is not theirs."""
    if raw is None:
        return Reading(leaf, leaf_hash, route, None, valid=False, listed=leaf.key != NO_KEY)
    try:
        signed = parse(raw)
    except Malformed:
        return Reading(leaf, leaf_hash, route, None, valid=False, listed=False)
    if signed.statement.ledger != origin or not _is_genuine(signed) or index_key(signed, origin) != leaf.key:
        return Reading(leaf, leaf_hash, route, None, valid=False, listed=False)
    valid = True
    try:
        check_facts(signed.statement.kind, signed.statement.facts)
    except MalformedFacts:
        valid = False
    return Reading(leaf, leaf_hash, route, claim_of(signed.statement), valid, leaf.key != NO_KEY)


@dataclass(frozen=True, slots=True)
class Projection:
    """Rows to insert, by table."""

    entry: list[Row] = field(default_factory=list)
    company_key: list[Row] = field(default_factory=list)
    attester: list[Row] = field(default_factory=list)
    withheld: list[Row] = field(default_factory=list)
    listed: list[Row] = field(default_factory=list)


def project(index: int, reading: Reading, view: Overlay, rows: Projection) -> None:
    """Add the rows of the leaf at ``index`` and note in ``view`` what it changes."""
    claim, role, understood = reading.claim, None, False
    if claim is not None and reading.valid:
        try:
            role = role_of(claim, view, opening=index == 0)
            understood = role is not None
        except Refused:
            pass
    rows.entry.append(_entry(index, reading, role, understood))
    note_listed(index, reading, rows)
    if claim is None or not understood:
        view.note_opaque(reading.leaf.digest)
        return
    if claim.kind in BINDING_KINDS:
        rows.company_key.append(_company_key(index, claim))
    elif claim.kind == "attester.bound":
        key = bytes.fromhex(str(claim.facts["key"])[2:])
        rows.attester.append({"idx": index, "key": key, "scope": " ".join(sorted(scopes_of(claim)))})
    elif claim.kind == "entry.withheld":
        digest = bytes.fromhex(str(claim.facts["digest"])[2:])
        if not view.withheld(digest):
            rows.withheld.append({"digest": digest, "statement_idx": index, "reason": str(claim.facts["reason"])})
    view.note(claim, First(reading.leaf_hash, reading.leaf.digest, index))


def note_listed(index: int, reading: Reading, rows: Projection) -> None:
    """Add the row of the case index, where the leaf is indexable."""
    if reading.listed:
        rows.listed.append({"idx": index, "key": reading.leaf.key, "leaf_hash": reading.leaf_hash})


def _is_genuine(signed: SignedStatement) -> bool:
    try:
        verify_signature(signed)
    except VerificationSignature:
        return False
    return True


def _entry(index: int, reading: Reading, role: str | None, understood: bool) -> Row:
    claim = reading.claim
    return {
        "idx": index,
        "key": reading.leaf.key,
        "digest": reading.leaf.digest,
        "statement_id": None if claim is None else claim.statement_id,
        "kind": None if claim is None else claim.kind,
        "case_id": None if claim is None else claim.case_id,
        "company": None if claim is None else claim.company,
        "author": None if claim is None else claim.author,
        "understood": understood,
        "role": role,
        "route": reading.route,
    }


def _company_key(index: int, claim: Claim) -> Row:
    checked = parse_instant(claim.facts["checked_at"], MalformedFacts, "checked_at")
    return {
        "idx": index,
        "company": claim.company,
        "key": bytes.fromhex(str(claim.facts["key"])[2:]),
        "method": str(claim.facts["method"]),
        "attester": claim.author,
        "checked_at": int(checked.timestamp()),
        "revoked": claim.kind == "company.key_revoked",
    }
