"""Who stands behind a statement (docs/spec/assessment.md, step 3.2; DESIGN 3 and 8).

The standing follows from the statements shown and the policy: the requester opened the case, the
operator opened the ledger, a company key is pinned by the policy or bound by someone. As long as
no complete list is shown, a revocation could be missing; such a standing is not proven, only shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from ledger.bundle import Bundle, ShownStatement
from ledger.errors import VerificationSignature
from ledger.kinds import KINDS, Role
from ledger.policy import TrustPolicy
from ledger.statement import SignedStatement, verify_signature

Grade = Literal["self_stated", "company_signed", "operator_vouched", "attested", "none"]


@dataclass(frozen=True, slots=True)
class Standing:
    """``role`` of an author in a case, the ``grade`` of what he says, and a sentence about both."""

    role: Role | Literal["unknown"]
    grade: Grade
    proven: bool
    sentence: str


# What only a company does; said by a requester it is a report. A dispute or an outage is his own word.
_REPORTS = frozenset(
    {
        *("request.acknowledged", "deadline.extended"),
        *("request.fulfilled", "request.partially_fulfilled", "request.refused"),
    }
)
_UNKNOWN = Standing(
    "unknown", "none", False, "By a key whose part in this case is not shown; not understood by this version."
)


@dataclass(frozen=True, slots=True)
class _Binding:
    index: int
    key: str
    by: bytes
    revoked: bool


@dataclass(frozen=True, slots=True)
class Parties:
    """The parties of one case as far as the bundle and the policy show them."""

    requester: bytes | None
    operator: bytes | None
    company: str | None
    attesters: frozenset[bytes]
    trusted: frozenset[bytes]
    quorum: int
    """How many of ``trusted`` must have bound a company key."""
    pinned: frozenset[bytes]
    bindings: tuple[_Binding, ...]

    @classmethod
    def of(cls, bundle: Bundle, policy: TrustPolicy) -> Parties:
        """Read the parties from the statements whose signatures hold."""
        signed = {index: item for index, item in sorted(bundle.statements.items()) if _holds(item)}
        opened = [item.signed.statement for item in signed.values() if item.signed.id == bundle.case]
        company = opened[0].company if opened else None
        trust = policy.ledgers.get(bundle.ledger)
        first = signed.get(0)
        operator = first.signed.statement.author if first and first.signed.statement.kind == "ledger.opened" else None
        return cls(
            requester=opened[0].author if opened else None,
            operator=trust.log if trust else operator,
            company=company,
            attesters=frozenset(_bound_attesters(signed.values(), trust.log if trust else operator)),
            trusted=frozenset(item.key for item in policy.attesters if "company_key" in item.scope),
            quorum=policy.attester_quorum,
            pinned=frozenset(pin.key for pin in policy.company_keys if pin.company == company),
            bindings=tuple(_bindings(signed.values(), company)),
        )

    def standing(self, shown: ShownStatement) -> Standing:
        """The standing of the author of ``shown`` for its kind."""
        statement = shown.signed.statement
        kind, author = KINDS.get(statement.kind), statement.author
        if kind is None or not is_understood(shown.signed):
            return _UNKNOWN
        if author == self.operator and "operator" in kind.writers:
            return Standing("operator", "none", True, "Written by the operator of the ledger.")
        if author == self.requester and "requester" in kind.writers:
            reported = " and reports what the company did" if statement.kind in _REPORTS else ""
            return Standing("requester", "self_stated", True, f"Stated by the requester{reported}.")
        if "company" in kind.writers and statement.company == self.company:
            company = self._company(author, shown.index)
            if company is not None:
                return company
        if author in self.attesters and "attester" in kind.writers:
            return Standing("attester", "attested", False, "Stated by an attester that the operator bound.")
        return _UNKNOWN

    def _company(self, author: bytes, index: int) -> Standing | None:
        name = self.company or "the company"
        if author in self.pinned:
            return Standing("company", "company_signed", True, f"Signed with a key of {name} that the policy pins.")
        mine = [item for item in self.bindings if item.key == "0x" + author.hex() and item.index < index]
        binders = {item.by for item in mine if not item.revoked}
        revokers = {item.by for item in mine if item.revoked}
        if author in revokers:
            binders.clear()
        left = binders - revokers
        if len(left & self.trusted) >= self.quorum:
            return Standing(
                "company",
                "attested",
                False,
                f"Signed with a key of {name} that attesters of the policy bound.",
            )
        if left & {self.operator}:
            return Standing(
                "company",
                "operator_vouched",
                False,
                f"Signed with a key of {name}, vouched for by the operator.",
            )
        return None


def is_understood(signed: SignedStatement) -> bool:
    """Whether this version knows the kind and its facts fit the closed schema."""
    return signed.statement.is_understood


def _holds(shown: ShownStatement) -> bool:
    try:
        verify_signature(shown.signed)
    except VerificationSignature:
        return False
    return is_understood(shown.signed)


def _bound_attesters(items: Iterable[ShownStatement], operator: bytes | None) -> Iterator[bytes]:
    for item in items:
        statement = item.signed.statement
        if statement.kind == "attester.bound" and statement.author == operator:
            yield bytes.fromhex(str(statement.facts["key"])[2:])


def _bindings(items: Iterable[ShownStatement], company: str | None) -> Iterator[_Binding]:
    for item in items:
        statement = item.signed.statement
        if statement.kind in ("company.key_bound", "company.key_revoked") and statement.company == company:
            revoked = statement.kind == "company.key_revoked"
            yield _Binding(item.index, str(statement.facts["key"]), statement.author, revoked)
