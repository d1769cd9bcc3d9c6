"""From an assessment to the summary of its case (docs/spec/counts.md, "From a finding")."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from ledger.assessment import Assessment
from ledger.counts.summary import Arrival, CaseSummary, Grade
from ledger.finding.case import Finding
from ledger.finding.periods import known_until
from ledger.finding.timeline import FindingGrade, days_of
from ledger.verification.checks import Value

QUIET = timedelta(days=14)
_GRADES: dict[str, Grade] = {
    "self_stated": "self_stated",
    "domain_mail": "domain_mail",
    "company_signed": "company_signed",
    "operator_vouched": "operator_vouched",
    "attested": "attested",
    "decided": "decided",
}


def summarise(assessment: Assessment) -> CaseSummary | None:
    """What is counted of the case; None where there is no finding, because then nothing is known to count."""
    finding = assessment.finding
    if finding is None:
        return None
    delivery, outcome, late, silence = finding.delivery, finding.outcome, finding.lateness, finding.silence
    return CaseSummary(
        case=assessment.bundle.case,
        company=silence.company,
        place=finding.timeline.place,
        quiet_until=quiet_until(finding),
        # What is not understood, or by a key that was not accepted there, is a word of the company all the same.
        spoken=any(item.role == "company" for item in finding.timeline.said) or silence.why is not None,
        joined=finding.has_joined,
        arrival=_arrival(finding),
        arrived_on=None if delivery is None else delivery.proven_by,
        answer=silence.said,
        state=outcome.state,
        outcome=outcome.word,
        grade=_grade(outcome.grade),
        answered_on=None if late is None else late.answered_on,
        lateness=None if late is None else late.said,
        overdue=any(period.cause == "no_answer" and period.lasting for period in finding.periods)
        and outcome.word == "none",
        known_until=_known_until(finding),
        conditional=assessment.finding_value is not Value.PASSED,
        replayed=bool(silence.replayed_by),
        operator_is_party=silence.operator_is_party,
    )


def quiet_until(finding: Finding) -> date | None:
    """The last day of the quiet period: 14 days after the latest due date.

    Of an arrival that is only claimed the day is anybody's choice, so that the period is not over before 14 days
    after the request was recorded either. Where there is no date, only the company's own word ends it.
    """
    due, delivery = finding.due, finding.delivery
    if due.latest is not None:
        return _plus(due.latest)
    if due.if_arrived is None or delivery is None or delivery.sent.upper is None:
        return None
    recorded = days_of(delivery.sent.upper.instant, finding.timeline.place)[1]
    return _plus(max(due.if_arrived[1], recorded))


def _plus(day: date) -> date:
    return day + QUIET if day <= date.max - QUIET else date.max


def _arrival(finding: Finding) -> Arrival:
    delivery = finding.delivery
    if delivery is None:
        return "no_request"
    if delivery.proven_by is None:
        return "claimed"
    return "operator_vouched" if delivery.grade == "operator_vouched" else "proven"


def _grade(grade: FindingGrade | None) -> Grade | None:
    return None if grade is None else _GRADES.get(grade)


def _known_until(finding: Finding) -> date | None:
    """The last check-in, of whatever it says; no day after its own record counts, nor after the anchor."""
    last = known_until(finding.timeline, date.min).last
    day = days_of(last, finding.timeline.place)[0] if isinstance(last, datetime) else last
    return None if day == date.min else day
