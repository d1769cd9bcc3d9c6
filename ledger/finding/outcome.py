"""How a case stands: state and outcome in two fields, and what the parties say against each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ledger.finding.disputes import Dispute, against
from ledger.finding.timeline import ANSWERS, READ, FindingGrade, Said, Timeline
from ledger.verification.silence import Silence

State = Literal["open", "closed"]
OutcomeWord = Literal["none", "provided", "partly_provided", "refused", "withdrawn", "contested"]
OF_KIND: dict[str, OutcomeWord] = {
    "request.fulfilled": "provided",
    "request.partially_fulfilled": "partly_provided",
    "request.refused": "refused",
}


_WRITTEN = ANSWERS | {"deadline.extended"}
"""What a company writes to the requester."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """``state`` and ``word`` are None where it cannot be said whether the company answered.

    ``answer`` is the statement that the outcome rests on; of what is contested, ``against`` says otherwise. Where no
    answer is recorded and the company disputes the request or its arrival there is ``against`` alone.
    """

    state: State | None
    word: OutcomeWord | None
    grade: FindingGrade | None
    answer: Said | None = None
    against: Said | None = None


def read_outcome(
    timeline: Timeline, silence: Silence, disputes: Sequence[Dispute], contested_by: Said | None
) -> Outcome:
    """By the company's newest answer, or else the newest that the requester reports, or else a withdrawal; without
    any of these ``contested_by`` is what the company says against the request."""
    signed, reported = timeline.of(ANSWERS, "company"), timeline.of(ANSWERS, "requester")
    answer = next(reversed(signed or reported), None)
    withdrawn = next(iter(timeline.of(["request.withdrawn"], "requester")), None)
    if answer is not None:
        against = _against(timeline, answer, reported if signed else (), disputes)
        if against is not None:
            return Outcome("open", "contested", grade_of(answer), answer, against)
        return Outcome("closed", OF_KIND[answer.kind], grade_of(answer), answer)
    if silence.why is not None:
        return Outcome(None, None, None)
    if withdrawn is not None:
        return Outcome("closed", "withdrawn", withdrawn.grade, withdrawn)
    if contested_by is not None:
        return Outcome("open", "contested", contested_by.grade, None, contested_by)
    return Outcome("open", "none", None)


def grade_of(said: Said) -> FindingGrade:
    """Who stands behind a statement; behind a report that was checked, attesters or the company's mail domain.

    Of what is written ``attested`` is the grade of what an attester read.
    """
    checks = said.checks & READ if said.kind in _WRITTEN else said.checks
    if said.role == "requester" and checks - {"dkim"}:
        return "attested"
    return said.grade if said.mail is None else "domain_mail"


def _against(timeline: Timeline, answer: Said, reported: tuple[Said, ...], disputes: Sequence[Dispute]) -> Said | None:
    """What the other side says against ``answer``: a dispute that is not resolved, another report, a check-in."""
    disputed = against(disputes, answer)
    if answer.role == "company" and answer.kind == "request.refused":
        return _other_report(answer, reported)  # a reason that is not accepted leaves it a refusal
    if disputed is not None:
        return disputed
    if answer.role != "company":
        return None
    return _other_report(answer, reported) or _nothing_came(timeline, answer)


def _other_report(answer: Said, reported: tuple[Said, ...]) -> Said | None:
    later = [item for item in reported if item.index > answer.index]
    return later[-1] if later and later[-1].kind != answer.kind else None


def _nothing_came(timeline: Timeline, answer: Said) -> Said | None:
    """A check-in after the answer, for a day after it, by which nothing had come."""
    check_ins = [item for item in timeline.of(["case.confirmed"], "requester") if item.index > answer.index]
    newest = next(reversed(check_ins), None)
    if (
        newest is None
        or newest.text("answer") != "nothing"
        or timeline.confirmed_day(newest) <= answer.day("answered_on")
    ):
        return None
    return newest
