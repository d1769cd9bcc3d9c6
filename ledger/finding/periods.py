"""Periods without access: causes, and edges with two sides (docs/spec/assessment.md, "Periods without access").

A period that lasts is known up to the earlier of the anchor's ``completeTo`` and the requester's last check-in,
and never up to now: after it nobody has said anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from ledger.finding.delivery import Delivery
from ledger.finding.due import Due
from ledger.finding.lateness import Lateness
from ledger.finding.outcome import OF_KIND, Outcome, grade_of
from ledger.finding.timeline import ANSWERS, PARTIES, FindingGrade, Moment, Said, Timeline, days_of
from ledger.verification.silence import Silence

Cause = Literal["no_answer", "refused", "account_blocked", "service_outage"]
_DAY = timedelta(days=1)
_LOCKS = ("account.suspended", "account.terminated")


@dataclass(frozen=True, slots=True)
class Edge:
    """A day counts from its beginning in ``first`` and to its end in ``last``; an instant is what it is."""

    first: Moment
    last: Moment


@dataclass(frozen=True, slots=True)
class PeriodWithoutAccess:
    """``lasting``: no end is recorded, and nothing is known after ``end``. ``entries`` are what it rests on.

    ``grade`` is that of the beginning: of *no answer* it is that of the arrival from which the time runs.
    """

    cause: Cause
    start: Edge
    end: Edge
    lasting: bool
    entries: tuple[int, ...]
    grade: FindingGrade


@dataclass(frozen=True, slots=True)
class Facts:
    """What has been read already."""

    silence: Silence
    delivery: Delivery | None
    due: Due
    lateness: Lateness | None
    outcome: Outcome


def read_periods(timeline: Timeline, facts: Facts) -> tuple[PeriodWithoutAccess, ...]:
    """All periods without access, by their beginning."""
    found = [*_no_answer(timeline, facts), *_refused(timeline, facts), *_blocked(timeline), *_outages(timeline)]
    return tuple(sorted(found, key=lambda period: (_day(period.start.first), period.cause, period.entries)))


def known_until(timeline: Timeline, at_least: Moment, *, account: bool = False, nothing: bool = False) -> Edge:
    """Up to when a lasting state is known: by the last check-in that says so, as of the anchor at most.

    A check-in says nothing about days after its own record. Without one, nothing is known after ``at_least``.
    """
    days = []
    for item in timeline.of(["case.confirmed"], "requester"):
        if (account and item.text("account") != "blocked") or (nothing and item.text("answer") != "nothing"):
            continue
        days.append(timeline.confirmed_day(item))
    newest: Moment = max(days, default=date.min)
    if _day(newest) > days_of(timeline.as_of, timeline.place)[1]:
        newest = timeline.as_of
    until = newest if _day(newest) > _day(at_least) else at_least
    return Edge(until, until)


def _no_answer(timeline: Timeline, facts: Facts) -> Iterator[PeriodWithoutAccess]:
    """Only where arrival is proven and a finding may rest on the rule, and never on a report."""
    due, delivery = facts.due, facts.delivery
    if delivery is None or due.earliest is None or due.latest is None or not due.finding:
        return
    start = Edge(due.earliest + _DAY, due.latest + _DAY)
    entries = (delivery.sent.index, *delivery.entries)
    late = facts.lateness
    if late is not None and late.said == "late" and late.answer.lower is not None:
        upper = late.answer.upper or late.answer.lower
        end = Edge(late.answer.lower.instant, upper.instant)
        yield PeriodWithoutAccess("no_answer", start, end, False, _each(*entries, late.answer.index), delivery.grade)
    elif facts.silence.said == "none" and facts.outcome.word == "none":
        until = known_until(timeline, date.min, nothing=True)
        if _first_day(timeline, until.first) > due.latest:
            yield PeriodWithoutAccess("no_answer", start, until, True, _each(*entries), delivery.grade)


def _first_day(timeline: Timeline, moment: Moment) -> date:
    return days_of(moment, timeline.place)[0] if isinstance(moment, datetime) else moment


def _refused(timeline: Timeline, facts: Facts) -> Iterator[PeriodWithoutAccess]:
    answers = timeline.of(ANSWERS, "company") or timeline.of(ANSWERS, "requester")
    current: Said | None = None
    for item in answers:
        if OF_KIND[item.kind] == "refused":
            current = current or item
        elif current is not None:
            entries = (current.index, item.index)
            yield PeriodWithoutAccess(
                "refused", _told(timeline, current), _told(timeline, item), False, entries, grade_of(current)
            )
            current = None
    if current is not None:
        start = _told(timeline, current)
        until = known_until(timeline, start.last)
        yield PeriodWithoutAccess("refused", start, until, True, (current.index,), grade_of(current))


def _told(timeline: Timeline, answer: Said) -> Edge:
    """From the day that an answer names to its record; a day after its record is none on which it was given, nor is
    one before the case of a mail that names it."""
    day = timeline.first_day(answer, timeline.said_day(answer, "answered_on"))
    recorded = None if answer.upper is None else answer.upper.instant
    is_later = recorded is not None and days_of(recorded, timeline.place)[0] > day
    return Edge(day, recorded if recorded is not None and is_later else day)


@dataclass
class _Block:
    kind: str
    start: Edge
    said: list[Said]
    seen: date
    """The last day on which it is said to last."""
    end: Edge | None = None


def _blocked(timeline: Timeline) -> Iterator[PeriodWithoutAccess]:
    """Suspensions and terminations by the day that they name; what both sides say of one widens its edges."""
    kinds = (*_LOCKS, "account.restored", "case.confirmed")
    events = sorted(
        timeline.of(kinds, "requester", "company"), key=lambda item: (timeline.said_day(item, "on"), item.index)
    )
    blocks: list[_Block] = []
    for item in events:
        block = blocks[-1] if blocks else None
        if item.kind in _LOCKS:
            _suspended(blocks, block, item, timeline.said_day(item, "on"))
        elif block is not None and item.kind == "account.restored":
            _restored(block, item, timeline.said_day(item, "on"))
        elif block is not None:
            _checked(block, item, timeline.confirmed_day(item))
    for block in blocks:
        # Of whoever dates the beginning: that the company says when it ended says nothing of when it began.
        locks = [item for item in block.said if item.kind in _LOCKS]
        grade = grade_of(max(locks, key=lambda item: item.role == "company"))
        end = block.end or known_until(timeline, block.start.last, account=True)
        entries = _each(*(item.index for item in block.said))
        yield PeriodWithoutAccess("account_blocked", block.start, end, block.end is None, entries, grade)


def _suspended(blocks: list[_Block], block: _Block | None, item: Said, day: date) -> None:
    if block is None or block.end is not None:
        blocks.append(_Block(item.kind, Edge(day, day), [item], day))
        return
    block.said.append(item)
    block.seen = day
    if block.kind == item.kind and all(other.role != item.role for other in block.said[:-1]):
        block.start = Edge(block.start.first, day)


def _restored(block: _Block, item: Said, day: date) -> None:
    first = block.end.first if block.end is not None else day
    block.said.append(item)
    block.end = Edge(first, day)


def _checked(block: _Block, item: Said, day: date) -> None:
    """A check-in: the account is open, or still blocked although the company says that it restored it."""
    account = item.text("account")
    if account == "open" and block.end is None:
        block.said.append(item)
        block.end = Edge(block.seen, day)
    elif account == "blocked" and block.end is None:
        block.seen = day
    elif account == "blocked" and block.end is not None and block.said[-1].role == "company":
        block.end = Edge(block.end.first, day)


def _outages(timeline: Timeline) -> Iterator[PeriodWithoutAccess]:
    """Outages by service; what several say of one widens its edges."""
    said = timeline.of(("service.outage", "service.restored"))
    for service in sorted({item.text("service") for item in said}):
        events = [item for item in said if item.text("service") == service]
        started: list[Said] = []
        ended: list[Said] = []
        for item in sorted(events, key=lambda item: (timeline.said_instant(item, "at"), item.index)):
            if item.kind == "service.outage" and ended:
                yield _outage(timeline, started, ended)
                started, ended = [item], []
            elif item.kind == "service.outage":
                started.append(item)
            elif started:
                ended.append(item)
        if started:
            yield _outage(timeline, started, ended)


def _outage(timeline: Timeline, started: Sequence[Said], ended: Sequence[Said]) -> PeriodWithoutAccess:
    start = Edge(*(timeline.said_instant(item, "at") for item in (started[0], started[-1])))
    end = known_until(timeline, start.last)
    if ended:
        end = Edge(*(timeline.said_instant(item, "at") for item in (ended[0], ended[-1])))
    strongest = max(started, key=lambda item: PARTIES.index(item.role))
    entries = _each(*(item.index for item in (*started, *ended)))
    return PeriodWithoutAccess("service_outage", start, end, not ended, entries, grade_of(strongest))


def _each(*entries: int) -> tuple[int, ...]:
    return tuple(sorted(set(entries)))


def _day(moment: Moment) -> date:
    return moment.astimezone(UTC).date() if isinstance(moment, datetime) else moment
