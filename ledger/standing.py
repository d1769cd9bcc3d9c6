"""Who may write what at an index of a log: the one rule for servers and verifiers.

Admission asks it before a leaf, projection after it, and a verifier for each statement of a bundle
(docs/spec/admission.md, "Roles"). Pure: the state comes through ``RoleView`` and follows from
the statements at lower indexes alone. A statement in a wrong role is refused by a server and, forced
in over the contract, shown as not understood.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from ledger.encoding import Json, encode_hex
from ledger.errors import Refused, RefusedCase, RefusedCompany, RefusedNotFound, RefusedRole
from ledger.kinds import KINDS, Kind, Role
from ledger.statement import Statement

BINDING_KINDS = frozenset({"company.key_bound", "company.key_revoked"})
# Roles hang on these: taken out of sight, nobody could replay who was who.
NEVER_WITHHELD = frozenset({*BINDING_KINDS, "attester.bound", "entry.withheld", "ledger.opened"})
_ORDER: tuple[Role, ...] = ("requester", "operator", "company", "attester")
_SCOPE_OF_KIND: Mapping[str, str] = {
    **dict.fromkeys(BINDING_KINDS, "company_key"),
    **dict.fromkeys(("service.outage", "service.restored"), "outage"),
}


@dataclass(frozen=True, slots=True)
class CaseInfo:
    """What later statements of a case are checked against."""

    company: str
    requester: bytes


@dataclass(frozen=True, slots=True)
class KeyEvent:
    """``by`` bound or revoked the company key ``key`` (20 bytes each)."""

    key: bytes
    by: bytes
    revoked: bool


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys of one company: for each accepted key, whose binding still stands."""

    binders: Mapping[bytes, frozenset[bytes]]

    def accepts(self, key: bytes) -> bool:
        """Whether a statement signed by ``key`` now is the company's."""
        return bool(self.binders.get(key))

    def after(self, event: KeyEvent) -> KeyRing:
        """The ring after one more event. A key that revokes itself loses every binding."""
        held = self.binders.get(event.key, frozenset())
        if not event.revoked:
            held = held | {event.by}
        else:
            held = frozenset() if event.by == event.key else held - {event.by}
        return KeyRing({**self.binders, event.key: held})


EMPTY_RING = KeyRing({})


class RoleView(Protocol):
    """What the rule asks of the ledger's state at one index."""

    def operator(self) -> bytes | None: ...
    def case(self, case_id: bytes) -> CaseInfo | None: ...
    def company_keys(self, company: str) -> KeyRing: ...
    def attester(self, address: bytes) -> frozenset[str] | None:
        """The attester's scopes; None for anybody else."""

    def recorded_kind(self, digest: bytes) -> str | None:
        """Kind of the statement with these bytes in the log, "" for opaque bytes, None if not there."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The members of a statement that roles depend on. ``facts`` may be empty outside FACTS_DECIDE."""

    statement_id: bytes
    kind: str
    case_id: bytes | None
    company: str | None
    author: bytes
    facts: Mapping[str, Json]


def claim_of(statement: Statement) -> Claim:
    return Claim(statement.id, statement.kind, statement.case_id, statement.company, statement.author, statement.facts)


def role_of(claim: Claim, view: RoleView, *, opening: bool = False) -> Role | None:
    """The role in which the author may write this here and now; None for an unknown kind.

    ``opening`` is true for leaf 0 only. Raises RefusedCase, RefusedCompany, RefusedRole, and
    RefusedNotFound for an entry.withheld that names nothing recorded.
    """
    case = _check_case(claim, view)
    kind = KINDS.get(claim.kind)
    if kind is None:
        return None
    if claim.kind == "ledger.opened":
        if opening:
            return "operator"
        raise RefusedRole("ledger.opened is leaf 0 and nothing else; this ledger is open already")
    if claim.kind == "company.key_revoked":
        return _role_of_revoker(claim, view)
    if claim.kind == "entry.withheld":
        _check_withholding(claim, view)
    for role in _ORDER:
        if role in kind.writers and _has_role(role, claim, case, view):
            return role
    raise RefusedRole(_wrong_role(claim, kind))


def check_party(claim: Claim, view: RoleView) -> None:
    """Raise RefusedRole unless the author of an unknown kind is a party: a server cannot tell who may write it,
    but it can tell who has anything to do with the case or the company at all."""
    case = _check_case(claim, view)
    if not any(_has_role(role, claim, case, view) for role in _ORDER):
        raise RefusedRole(
            f"{claim.kind} is not known here, and such statements are taken from a party only; "
            f"{encode_hex(claim.author)} is neither requester, accepted company key, attester nor operator"
        )


def _check_case(claim: Claim, view: RoleView) -> CaseInfo | None:
    if claim.kind == "case.opened":
        return CaseInfo(claim.company or "", claim.author)
    if claim.case_id is None:
        return None
    case = view.case(claim.case_id)
    if case is None:
        raise RefusedCase(f"case {encode_hex(claim.case_id)} is not in this ledger; record its case.opened first")
    if claim.company is not None and claim.company != case.company:
        raise RefusedCompany(f"the company is {claim.company}, but the case is with {case.company}")
    return case


def _has_role(role: Role, claim: Claim, case: CaseInfo | None, view: RoleView) -> bool:
    if role == "requester":
        return case is not None and claim.author == case.requester
    if role == "company":
        return claim.company is not None and view.company_keys(claim.company).accepts(claim.author)
    if role == "attester":
        scopes = view.attester(claim.author)
        return scopes is not None and _in_scope(claim, scopes)
    return claim.author == view.operator()


def _in_scope(claim: Claim, scopes: frozenset[str]) -> bool:
    needed = claim.facts.get("check") if claim.kind == "evidence.attested" else _SCOPE_OF_KIND.get(claim.kind)
    return needed is None or needed in scopes


def _role_of_revoker(claim: Claim, view: RoleView) -> Role:
    key = bytes.fromhex(str(claim.facts["key"])[2:])
    ring = view.company_keys(claim.company or "")
    binders = ring.binders.get(key, frozenset())
    if not binders:
        raise RefusedRole(f"{encode_hex(key)} is no accepted key of {claim.company}; there is nothing to revoke")
    if claim.author == key:
        return "company"
    if claim.author in binders:
        if claim.author == view.operator():
            return "operator"
        if view.attester(claim.author) is not None:
            return "attester"
        if ring.accepts(claim.author):
            return "company"
    raise RefusedRole("a company key is revoked only by itself or by the one that bound it")


def _check_withholding(claim: Claim, view: RoleView) -> None:
    kind = view.recorded_kind(bytes.fromhex(str(claim.facts["digest"])[2:]))
    if kind is None:
        raise RefusedNotFound(f"no leaf of this ledger has the digest {claim.facts['digest']}")
    if kind in NEVER_WITHHELD:
        raise RefusedRole(f"{kind} cannot be withheld: it says who may write what in this ledger")


# Who meets this refusal by mistake has most often not been bound yet.
_HOW = {
    "evidence.attested": " (the operator binds an attester: habeas attester bind)",
    "company.key_bound": " (the operator binds an attester: habeas attester bind --scope company_key)",
}


def _wrong_role(claim: Claim, kind: Kind) -> str:
    writers = " or ".join(sorted(kind.writers))
    how = _HOW.get(claim.kind, "")
    return f"{claim.kind} is written by the {writers}; {encode_hex(claim.author)} is not known as such here{how}"


def ring_of(events: Iterable[KeyEvent]) -> KeyRing:
    """The ring after ``events`` in log order."""
    ring = EMPTY_RING
    for event in events:
        ring = ring.after(event)
    return ring


def key_event(claim: Claim) -> KeyEvent:
    """The event in a company.key_bound or company.key_revoked."""
    return KeyEvent(key_of(claim), claim.author, claim.kind == "company.key_revoked")


def scopes_of(claim: Claim) -> frozenset[str]:
    """The scopes in an attester.bound."""
    scope = claim.facts["scope"]
    return frozenset(str(item) for item in scope) if isinstance(scope, list) else frozenset()


def key_of(claim: Claim) -> bytes:
    """The key that a binding, a revocation or an attester.bound names."""
    return bytes.fromhex(str(claim.facts["key"])[2:])


class Replay:
    """A ``RoleView`` of the statements read so far, in the order of their indexes."""

    def __init__(self, operator: bytes | None) -> None:
        self._operator = operator
        self._cases: dict[bytes, CaseInfo] = {}
        self._rings: dict[str, KeyRing] = {}
        self._attesters: dict[bytes, frozenset[str]] = {}
        self._kinds: dict[bytes, str] = {}

    def read(self, index: int, claim: Claim, digest: bytes) -> Role | None:
        """The role of the author at ``index``, None where he has none; notes what the statement changes."""
        try:
            role = role_of(claim, self, opening=index == 0)
        except Refused:
            role = None
        if role is None:
            self._kinds.setdefault(digest, "")
            return None
        self._kinds[digest] = claim.kind
        if claim.kind == "case.opened":
            self._cases.setdefault(claim.statement_id, CaseInfo(claim.company or "", claim.author))
        elif claim.kind in BINDING_KINDS:
            company = claim.company or ""
            self._rings[company] = self.company_keys(company).after(key_event(claim))
        elif claim.kind == "attester.bound":
            self._attesters[key_of(claim)] = scopes_of(claim)
        return role

    def operator(self) -> bytes | None:
        return self._operator

    def case(self, case_id: bytes) -> CaseInfo | None:
        return self._cases.get(case_id)

    def company_keys(self, company: str) -> KeyRing:
        return self._rings.get(company, EMPTY_RING)

    def attester(self, address: bytes) -> frozenset[str] | None:
        return self._attesters.get(address)

    def recorded_kind(self, digest: bytes) -> str | None:
        return self._kinds.get(digest)
