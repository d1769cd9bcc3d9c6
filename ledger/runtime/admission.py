"""Whether a statement may enter the log over the server's route (docs/spec/admission.md).

Pure and in a fixed order, cheap and absolute steps first, so that a given input always meets the
same error. ``examine`` needs nothing but the bytes and the origin; ``decide`` asks the ledger.

    1 size, JSON, envelope, signature bytes      Malformed…
    2 facts: closed schema, or single words      MalformedFacts
    3 ledger                                     RefusedLedger
    4 signature                                  VerificationSignature
    5 the same bytes again: answered as before   (or RefusedWithheld)
    6 recent block                               RefusedRecentBlock, RefusedRecentBlockAge
    7 case, company of the case                  RefusedCase, RefusedCompany
    8 role of the author, or being a party       RefusedRole
    9 another signature of recorded words        RefusedDuplicate, RefusedWithheld
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ledger.encoding import Json, encode_hex
from ledger.errors import (
    MalformedFacts,
    RefusedDuplicate,
    RefusedLedger,
    RefusedRecentBlock,
    RefusedRecentBlockAge,
    RefusedWithheld,
)
from ledger.kinds import KINDS, Role, check_facts
from ledger.leaf import StatementLeaf, statement_leaf
from ledger.runtime.roles import LedgerView
from ledger.standing import Claim, check_party, claim_of, role_of
from ledger.statement import SignedStatement, Statement, parse, verify_signature

RECENT_BLOCK_AGE = 86_400
"""Seconds by which a recent block may lie before the newest final block known."""
_WORD = re.compile(r"[!-~]{0,100}")


@dataclass(frozen=True, slots=True)
class Examined:
    """A statement of this ledger that is well formed and signed by its author."""

    signed: SignedStatement
    leaf: StatementLeaf
    leaf_hash: bytes
    claim: Claim


@dataclass(frozen=True, slots=True)
class Admitted:
    """``repeated``: the very same bytes are accepted already, so there is nothing to write."""

    examined: Examined
    role: Role | None
    repeated: bool


def admit(raw: bytes, origin: str, view: LedgerView) -> Admitted:
    """The whole decision. No clock takes part: age is measured against the newest final block."""
    return decide(examine(raw, origin), view)


def examine(raw: bytes, origin: str) -> Examined:
    """Steps 1 to 4. Nearly all of the time goes into the signature."""
    signed = parse(raw)  # step 1
    statement = signed.statement
    check_facts(statement.kind, statement.facts)  # step 2
    if statement.kind not in KINDS:
        _check_words(dict(statement.facts), "facts")
    if statement.ledger != origin:  # step 3
        raise RefusedLedger(f"the statement is for ledger {statement.ledger}, but this is {origin}")
    verify_signature(signed)  # step 4
    leaf = statement_leaf(signed, origin)
    return Examined(signed, leaf, leaf.hash(), claim_of(statement))


def decide(examined: Examined, view: LedgerView) -> Admitted:
    """Steps 5 to 9."""
    statement = examined.signed.statement
    first = view.first(statement.id)
    if view.withheld(examined.leaf.digest):  # step 5
        raise RefusedWithheld(f"the bytes {encode_hex(examined.leaf.digest)} are withheld and not recorded again")
    if first is not None and first.leaf_hash == examined.leaf_hash:
        # A lost answer must be repeatable for ever, so later steps do not judge it again.
        return Admitted(examined, None, repeated=True)
    _check_recent_block(statement, view)  # step 6
    role = role_of(examined.claim, view)  # steps 7 and 8
    if role is None:
        check_party(examined.claim, view)
    if first is not None:  # step 9
        if view.withheld(first.digest):
            raise RefusedWithheld(f"statement {encode_hex(statement.id)} is recorded and withheld", first.index)
        raise RefusedDuplicate(
            f"statement {encode_hex(statement.id)} is recorded already with another signature", first.index
        )
    return Admitted(examined, role, repeated=False)


def _check_words(value: Json, where: str) -> None:
    """Refuse prose in facts without a schema. The depth is bounded by the parser of statements."""
    if isinstance(value, str):
        if not _WORD.fullmatch(value):
            raise MalformedFacts(
                f"{where}: of a kind not known here a text is one word of at most 100 characters without spaces; "
                "prose belongs in a disclosure"
            )
    elif isinstance(value, list):
        for number, item in enumerate(value):
            _check_words(item, f"{where}[{number}]")
    elif isinstance(value, dict):
        for name, item in value.items():
            _check_words(name, f"{where}: the name of a member")
            _check_words(item, f"{where}.{name}")


def _check_recent_block(statement: Statement, view: LedgerView) -> None:
    quoted, newest = statement.recent_block, view.newest_final()
    if newest is None:
        raise RefusedRecentBlock("no final block of the home chain is known here yet; try again shortly")
    known = view.final_block(quoted.hash)
    if known is None or known.number != quoted.number:
        raise RefusedRecentBlock(
            f"block {quoted.number} {encode_hex(quoted.hash)} is not known here as final; "
            f"quote the recent block that this server shows, now {newest.number}"
        )
    age = newest.timestamp - known.timestamp
    if age > RECENT_BLOCK_AGE:
        raise RefusedRecentBlockAge(
            f"block {quoted.number} lies {age} s before the newest final block {newest.number}; "
            f"at most {RECENT_BLOCK_AGE} s: sign again with the recent block that this server shows"
        )
