"""The assessment of a bundle: a pure function (docs/spec/assessment.md).

``assess(bundle, policy, observed, now, law)`` gives the tree of checks of ``ledger.verification.procedure``, the
statements shown with the bounds that the checks carry, and a finding. There is one only where all
lists are complete at one index root; otherwise the statements shown are all that is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ledger.bundle import Bundle, ShownStatement
from ledger.evm import Header
from ledger.finding.case import Finding, find
from ledger.finding.law import NO_LAW, Law
from ledger.finding.timeline import Bound, Bounds
from ledger.leaf import statement_leaf
from ledger.policy import LedgerTrust, TrustPolicy
from ledger.verification.checks import Check, ResolvedCheck, Value, exit_code
from ledger.verification.observed import Observed
from ledger.verification.parties import Standing, operator_of
from ledger.verification.procedure import Procedure
from ledger.verification.silence import find_silence
from ledger.verification.stamps import StampBound, contradiction
from ledger.verification.words import note_text

__all__ = ["NO_FINDING", "NO_FINDING_FAILED", "Assessment", "Bound", "StatementView", "assess"]

NO_FINDING = "Statements shown, completeness not checked, no finding."
NO_FINDING_FAILED = "A check failed, no finding."


@dataclass(frozen=True, slots=True)
class StatementView:
    """One statement as it may be shown: who, what, and between which times."""

    shown: ShownStatement
    standing: Standing
    understood: bool
    signature: Value
    bounds: Bounds
    stamped_not_after: StampBound | None
    """A second clock, beside the chain's: no finding rests on it."""

    @property
    def signed_not_before(self) -> Bound | None:
        """The block that it quotes."""
        return self.bounds.lower

    @property
    def recorded_not_after(self) -> Bound | None:
        """The block of its anchor, or an earlier one in which it was submitted straight to the contract."""
        return self.bounds.recorded


@dataclass(frozen=True, slots=True)
class Assessment:
    """Checks, statements and finding of one bundle under one policy at ``now`` (Unix seconds)."""

    bundle: Bundle
    ledger: LedgerTrust | None
    policy_hash: bytes
    now: int
    root: Check
    checks: tuple[ResolvedCheck, ...]
    statements: tuple[StatementView, ...]
    finding: Finding | None
    """None where completeness is not shown, which ``note`` then says."""
    finding_value: Value
    """What the finding is worth if the index is right: conditional or passed, as its anchor's block is."""
    notes: tuple[str, ...]

    @property
    def note(self) -> str | None:
        """Why there is no finding."""
        if self.finding is not None:
            return None
        return NO_FINDING_FAILED if self.is_broken else NO_FINDING

    @property
    def is_broken(self) -> bool:
        """Whether a check failed that a finding rests on: then there is none."""
        return _is_broken(self.checks)

    @property
    def exit_code(self) -> int:
        """0 all required checks passed, 1 some failed, 3 some required check was not made."""
        return exit_code(self.checks)


def assess(bundle: Bundle, policy: TrustPolicy, observed: Observed, now: int, law: Law = NO_LAW) -> Assessment:
    """Assess ``bundle``; due dates come from ``law``. Raises MalformedRequest where ``now`` lies before the newest
    anchor."""
    work = Procedure(bundle, policy, observed, now)
    root = work.check()
    checks = tuple(root.resolved())
    values = {item.check.name: item.value for item in checks}
    statements = tuple(_view(work, bundle.statements[index], values) for index in sorted(bundle.statements))
    finding = None if _is_broken(checks) else _finding(work, values, statements, law)
    worth = values.get("index", Value.NOT_CHECKED)
    notes = (*observed.notes, *(note for view in statements for note in _clocks_apart(view)), *work.mails.all_notes())
    notes += tuple(_quorum_note(policy, finding))
    return Assessment(bundle, work.ledger, policy.hash, now, root, checks, statements, finding, worth, notes)


def _is_broken(checks: Iterable[ResolvedCheck]) -> bool:
    """No finding rests on a second clock (11), nor on what an attester states where he is contradicted (10.5): that
    does not count then."""
    failed = (item.check.step for item in checks if item.value is Value.FAILED)
    return any(step != "10.5" and not step.startswith("11.") for step in failed)


def _quorum_note(policy: TrustPolicy, finding: Finding | None) -> Iterator[str]:
    """What a quorum of at most half of the attesters is worth, where a mail rests on it."""
    count, quorum = sum("dkim" in item.scope for item in policy.attesters), policy.attester_quorum
    mails = () if finding is None else (item.mail for item in finding.timeline.said if item.mail is not None)
    if 2 * quorum <= count and any(mail.by == "attesters" for mail in mails):
        yield note_text("few_attesters", count=count, quorum=quorum, least=count // 2 + 1)


def _clocks_apart(view: StatementView) -> Sequence[str]:
    """Only a block known to be on the chain says anything against a time stamp: others can be made up."""
    lower = view.signed_not_before
    known = lower.seconds if lower is not None and lower.value is Value.PASSED else None
    return contradiction(view.shown.index, view.stamped_not_after, known)


def _finding(
    work: Procedure, values: Mapping[str, Value], statements: Iterable[StatementView], law: Law
) -> Finding | None:
    """The finding where completeness is shown, in a ledger and a format that the policy lists. Who says that the
    index is right is part of what it says, so it stands, with those words, also where nobody replayed the index."""
    complete, bundle = work.index.complete, work.bundle
    if complete is None or values["ledger"] is not Value.PASSED:
        return None
    as_of = work.anchors[complete.size + 1].event.complete_to
    operator = operator_of(bundle, work.policy)
    silence = find_silence(bundle.case, bundle.statements, work.parties, complete, as_of, operator)
    bounds = {view.shown.index: view.bounds for view in statements}
    mails, false = work.mails.letters(), work.mails.attested.contradicted
    found = find(bundle.case, complete, silence, work.policy, bounds, law, mails, false)
    on_a_word = {item.index for item in found.timeline.said if item.mail is not None and item.mail.by == "attesters"}
    return replace(found, doubted={index: why for index, why in work.mails.doubted().items() if index in on_a_word})


def _view(work: Procedure, shown: ShownStatement, values: Mapping[str, Value]) -> StatementView:
    name, statement = f"statement/{shown.index}", shown.signed.statement
    evidence = work.anchors.get(shown.size or 0)
    header = work.headers.get(statement.recent_block.hash)
    standing = work.parties.standing(shown)
    return StatementView(
        shown=shown,
        standing=standing,
        understood=standing.role != "unknown",
        signature=values[f"{name}/signature"],
        bounds=Bounds(
            lower := _bound(header, values[f"{name}/signed"]),
            _bound(evidence.header if evidence else None, values[f"{name}/recorded"]),
            tuple(_submitted(work, shown, values, lower)),
        ),
        stamped_not_after=work.stamps.bound(shown, values),
    )


def _submitted(
    work: Procedure, shown: ShownStatement, values: Mapping[str, Value], lower: Bound | None
) -> Iterator[Bound]:
    """Direct submissions of the same leaf (7.2); under another index key nobody would find the statement.

    One before the block that the statement quotes, or without that block, does not count: of two that cannot both
    be, leaving one out would turn one finding into another.
    """
    if not work.submitted:
        return
    leaf = statement_leaf(shown.signed, work.bundle.ledger).hash()
    for ticket, header in work.submitted.get(leaf, ()):
        bound = _bound(header, values[f"submitted/{ticket}/receipt"])
        if bound is not None and lower is not None and lower.seconds <= bound.seconds:
            yield bound


def _bound(header: Header | None, value: Value) -> Bound | None:
    if header is None or value < Value.CONDITIONAL:
        return None
    return Bound(header.timestamp, header.hash, value)
