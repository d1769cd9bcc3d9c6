"""Who stands behind a statement (docs/spec/assessment.md, step 3.2; DESIGN 3 and 8).

The standing follows from the statements shown and the policy: the requester opened the case, the
operator opened the ledger, a company key is pinned by the policy or bound by someone. Who speaks
for whom at an index is the rule of ``ledger.standing``, the same that a server applies; the policy
may know more keys. As long as no complete list is shown, a revocation could be missing; such a
standing is not proven, only shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ledger.bundle import Bundle, ShownStatement
from ledger.errors import VerificationSignature
from ledger.kinds import KINDS, Role
from ledger.phrases import Phrase
from ledger.policy import TrustPolicy
from ledger.standing import BINDING_KINDS, EMPTY_RING, Claim, KeyRing, Replay, claim_of, key_event
from ledger.statement import SignedStatement, verify_signature
from ledger.verification.step_words import say

Grade = Literal["self_stated", "company_signed", "operator_vouched", "attested", "none"]


@dataclass(frozen=True, slots=True)
class Standing:
    """``role`` of an author in a case, the ``grade`` of what he says, and a sentence about both."""

    role: Role | Literal["unknown"]
    grade: Grade
    proven: bool
    said: Phrase

    @property
    def sentence(self) -> str:
        """The sentence in English."""
        return self.said.told("en")


# What only a company does; said by a requester it is a report. A dispute or an outage is his own word.
_REPORTS = frozenset(
    {
        *("request.acknowledged", "deadline.extended"),
        *("request.fulfilled", "request.partially_fulfilled", "request.refused"),
    }
)
_UNKNOWN = Standing("unknown", "none", False, say("by_unknown"))


# These hang on other statements, which may be missing: shown, never proven.
_HANGING = frozenset({"company.key_revoked", "entry.withheld"})
_GRADES: tuple[Grade, ...] = ("company_signed", "attested", "operator_vouched")


@dataclass(frozen=True, slots=True)
class Parties:
    """The standing of each author of a bundle, by index."""

    standings: Mapping[int, Standing]
    by_company: frozenset[int]
    """Statements whose author was an accepted key of the case's company there, understood or not."""
    company_keys: tuple[bytes, ...]
    """Every key that was ever accepted for the case's company."""
    has_joined: bool = False
    """Whether the policy itself accepted one: by a pin or its attesters, and not by the operator's word alone."""

    @classmethod
    def of(cls, bundle: Bundle, policy: TrustPolicy) -> Parties:
        """Replay the statements in the order of their indexes; those whose signature does not hold say nothing."""
        genuine = {index: item.signed for index, item in sorted(bundle.statements.items()) if _is_genuine(item, bundle)}
        opened = [item.statement for item in genuine.values() if item.id == bundle.case and is_understood(item)]
        readers = _Reader(operator_of(bundle, policy), opened[0].company if opened else None, policy)
        by_company, standings = set[int](), dict[int, Standing]()
        for index, item in genuine.items():
            if readers.accepts(item.statement.author):
                by_company.add(index)
            if is_understood(item):
                standings[index] = readers.read(index, item)
        return cls(standings, frozenset(by_company), tuple(readers.accepted), readers.has_joined)

    def standing(self, shown: ShownStatement) -> Standing:
        """The standing of the author of ``shown`` for its kind."""
        return self.standings.get(shown.index, _UNKNOWN)


class _Reader:
    """The rule of the ledger, and beside it what the policy knows of one company's keys."""

    def __init__(self, operator: bytes | None, company: str | None, policy: TrustPolicy) -> None:
        self._operator, self._company = operator, company
        self._replay = Replay(operator)
        self._trusted = frozenset(item.key for item in policy.attesters if "company_key" in item.scope)
        self._quorum = policy.attester_quorum
        self._pinned = {pin.key: pin.source for pin in reversed(policy.company_keys) if pin.company == company}
        self._by_policy: KeyRing = EMPTY_RING
        self._vouched: dict[tuple[bytes, bytes], Grade] = {}
        self._firsts: dict[bytes, Standing] = {}
        self.accepted = dict.fromkeys(self._pinned)
        self.has_joined = bool(self._pinned)

    def accepts(self, author: bytes) -> bool:
        """Whether ``author`` is a key of the case's company now."""
        return self._grade(author) is not None

    def read(self, index: int, signed: SignedStatement) -> Standing:
        """The standing of the author at ``index``; then what the statement changes counts."""
        claim = claim_of(signed.statement)
        # Before the statement is noted: it does not speak for itself.
        company = self._company_standing(claim)
        if claim.statement_id in self._firsts:
            # The same words once more, signed again or by whoever keeps the log: that binds and revokes nothing again.
            return self._firsts[claim.statement_id]
        role = self._replay.read(index, claim, signed.digest)
        standing = self._standing(claim, role, company)
        if standing.role != "unknown" or claim.kind in BINDING_KINDS:
            self._firsts[claim.statement_id] = standing
        if claim.kind in BINDING_KINDS and claim.company == self._company:
            self._note_binding(claim, standing)
        return standing

    def _standing(self, claim: Claim, role: Role | None, company: Standing | None) -> Standing:
        if role == "requester":
            entry = "by_requester_reports" if claim.kind in _REPORTS else "by_requester"
            return Standing("requester", "self_stated", True, say(entry))
        if role == "operator" and claim.author == self._operator:
            proven = claim.kind not in _HANGING
            return Standing("operator", "none", proven, say("by_operator"))
        if company is not None and (role == "company" or self._may_speak(claim)):
            return company
        if role == "company":  # of another company than the case's
            return Standing("company", "operator_vouched", False, say("by_other_company", company=claim.company))
        if role == "attester":
            return Standing("attester", "attested", False, say("by_attester"))
        return _UNKNOWN

    def _may_speak(self, claim: Claim) -> bool:
        """Whether a key that the policy alone accepts may write this: in a case that is shown, or a binding."""
        kind = KINDS.get(claim.kind)
        if kind is None or "company" not in kind.writers:
            return False
        case = None if claim.case_id is None else self._replay.case(claim.case_id)
        return claim.case_id is None or (case is not None and case.company == claim.company)

    def _company_standing(self, claim: Claim) -> Standing | None:
        if self._company is None or claim.company != self._company:
            return None
        name, author = self._company, claim.author
        if author in self._pinned:
            found = say("by_pinned", company=name, source=self._pinned[author])
            return Standing("company", "company_signed", True, found)
        grade = self._grade(author)
        if grade is None:
            return None
        return Standing("company", grade, False, say(f"bound_{grade}", company=name))

    def _grade(self, author: bytes) -> Grade | None:
        if self._company is None:
            return None
        if author in self._pinned:
            return "company_signed"
        by_policy = self._by_policy.binders.get(author, frozenset())
        binders = by_policy | self._replay.company_keys(self._company).binders.get(author, frozenset())
        grades = {self._vouched[author, by] for by in binders if (author, by) in self._vouched}
        if len(by_policy & self._trusted) >= self._quorum:
            grades.add("attested")
        return next((grade for grade in _GRADES if grade in grades), None)

    def _note_binding(self, claim: Claim, standing: Standing) -> None:
        event = key_event(claim)
        if event.revoked:
            if event.by == event.key or event.by in self._by_policy.binders.get(event.key, frozenset()):
                self._by_policy = self._by_policy.after(event)
            return
        if event.by in self._trusted or standing.role == "company":
            self._by_policy = self._by_policy.after(event)
        if standing.role == "company":
            self._vouched[event.key, event.by] = standing.grade
        elif standing.role != "unknown":
            self._vouched[event.key, event.by] = "operator_vouched"
        if (grade := self._grade(event.key)) is not None:
            self.accepted[event.key] = None
            self.has_joined = self.has_joined or grade != "operator_vouched"


def operator_of(bundle: Bundle, policy: TrustPolicy) -> bytes | None:
    """The operator's address: by the policy, or else the author of leaf 0."""
    trust, first = policy.ledgers.get(bundle.ledger), bundle.statements.get(0)
    if trust is not None:
        return trust.log
    if first is None or first.signed.statement.kind != "ledger.opened" or not is_understood(first.signed):
        return None
    return first.signed.statement.author if _is_genuine(first, bundle) else None


def is_understood(signed: SignedStatement) -> bool:
    """Whether this version knows the kind and its facts fit the closed schema."""
    return signed.statement.is_understood


def _is_genuine(shown: ShownStatement, bundle: Bundle) -> bool:
    if shown.signed.statement.ledger != bundle.ledger:
        return False
    try:
        verify_signature(shown.signed)
    except VerificationSignature:
        return False
    return True
