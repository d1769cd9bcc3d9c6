"""The finding of a complete case: all rooms together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from ledger.finding.complaints import Complaint, read_complaints
from ledger.finding.delivery import Delivery, read_delivery
from ledger.finding.disputes import Dispute, against_request, read_disputes
from ledger.finding.due import Due, read_due
from ledger.finding.lateness import (
    Against,
    Delay,
    Lateness,
    first_answer,
    read_delay,
    read_lateness,
    read_withdrawal,
)
from ledger.finding.law import Law
from ledger.finding.letters import Letter
from ledger.finding.notices import LateNotice, read_late_notices
from ledger.finding.outcome import Outcome, read_outcome
from ledger.finding.periods import Facts, PeriodWithoutAccess, read_periods
from ledger.finding.steps import Next, Told, read_next
from ledger.finding.timeline import ANSWERS, Bound, Bounds, Said, Timeline, read_timeline
from ledger.policy import TrustPolicy
from ledger.verification.completeness import Complete
from ledger.verification.silence import CheckIn, Silence

# What a due date hangs on and the company dates itself, by the fact that names the day.
_DATED: Mapping[str, str] = {
    "request.action_required": "on",
    "deadline.extended": "notified_on",
    **dict.fromkeys(ANSWERS, "answered_on"),
}


@dataclass(frozen=True, slots=True)
class BackDated:
    """The company's statement at ``entry`` names ``day``, and was signed after it had ended."""

    entry: int
    day: date
    signed: Bound


@dataclass(frozen=True, slots=True)
class Finding:
    """State, outcome, due dates, lateness, periods without access; as of the anchor that ``silence`` names."""

    silence: Silence
    timeline: Timeline
    delivery: Delivery | None
    due: Due
    outcome: Outcome
    lateness: Lateness | None
    delay: Delay | None
    periods: tuple[PeriodWithoutAccess, ...]
    back_dated: tuple[BackDated, ...]
    revoked: tuple[int, ...]
    """Entries that revoked a key of the company; what it signed before stands."""
    next: Next | None
    late_notices: tuple[LateNotice, ...] = ()
    complaints: tuple[Complaint, ...] = ()
    doubted: Mapping[int, str] = field(default_factory=dict)
    """Entries whose mail attesters graded and that, opened, proves nothing under this policy: ``public``, ``weak``."""
    has_joined: bool = False
    """Whether a key of the company is accepted by the policy itself, and not by the operator's word alone."""
    disputes: tuple[Dispute, ...] = ()
    withdrawn: Said | None = None
    """What withdraws the request, where nothing shows that its time had ended by then."""


def find(
    case: bytes, complete: Complete, silence: Silence, policy: TrustPolicy, bounds: Mapping[int, Bounds], law: Law,
    mails: Mapping[int, Letter], contradicted: Collection[tuple[bytes, str]] = (),
) -> Finding:  # fmt: skip
    """The finding of ``case``; ``bounds`` are those that the checks of each statement carry, ``mails`` the grades of
    mails that are opened and need nobody's word, ``contradicted`` attesters whose word about a statement is false."""
    timeline = read_timeline(case, complete, policy, bounds, silence.as_of, mails, contradicted)
    silence = replace(silence, check_in=_check_in(timeline))
    delivery = read_delivery(timeline)
    due = read_due(timeline, delivery, law)
    disputes = read_disputes(timeline)
    contested_by = against_request(disputes, delivery)
    outcome = read_outcome(timeline, silence, disputes, contested_by)
    answer = first_answer(timeline)
    withdrawn = read_withdrawal(timeline, due)
    lateness = read_lateness(timeline, due, answer, Against(disputes, contested_by, withdrawn))
    complaints = read_complaints(timeline, law.authorities)
    return Finding(
        silence=silence,
        timeline=timeline,
        delivery=delivery,
        due=due,
        outcome=outcome,
        lateness=lateness,
        delay=read_delay(None if delivery is None else delivery.sent, answer),
        periods=read_periods(timeline, Facts(silence, delivery, due, lateness, outcome)),
        back_dated=tuple(_back_dated(timeline)),
        revoked=tuple(_revoked(complete)),
        next=read_next(timeline, Told(delivery, due, outcome, lateness, complaints), law),
        late_notices=read_late_notices(timeline, delivery, due) if contested_by is None else (),
        complaints=complaints,
        has_joined=complete.parties.has_joined,
        disputes=disputes,
        withdrawn=withdrawn,
    )


def _check_in(timeline: Timeline) -> CheckIn | None:
    """The one for the latest day, and of several the newest: whoever adds one for an earlier day takes nothing back."""
    found: tuple[date, CheckIn] | None = None
    for item in timeline.of(["case.confirmed"], "requester"):
        day = timeline.said_day(item, "on")
        if found is None or day >= found[0]:
            found = day, CheckIn(item.index, item.text("on"), item.text("answer"))
    return None if found is None else found[1]


def _back_dated(timeline: Timeline) -> Iterator[BackDated]:
    for item in timeline.of(_DATED, "company"):
        day = item.day(_DATED[item.kind])
        if item.lower is not None and timeline.is_after(item.lower, day):
            yield BackDated(item.index, day, item.lower)


def _revoked(complete: Complete) -> Iterator[int]:
    """Each revocation once, by whoever could revoke: the key itself or whoever bound it."""
    keys, seen = {"0x" + key.hex() for key in complete.parties.company_keys}, set[bytes]()
    for index, item in sorted(complete.statements.items()):
        statement = item.signed.statement
        if statement.kind != "company.key_revoked" or statement.facts.get("key") not in keys or item.signed.id in seen:
            continue
        if complete.parties.standing(item).role != "unknown":
            seen.add(item.signed.id)
            yield index
