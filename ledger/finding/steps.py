"""Who may do what until when, by the rule of the case; nothing here says that anybody should."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from ledger.deadlines import Deadline, due
from ledger.errors import MalformedRequest, RefusedRule
from ledger.finding.delivery import Delivery
from ledger.finding.due import Due
from ledger.finding.lateness import first_answer
from ledger.finding.law import Law
from ledger.finding.outcome import Outcome
from ledger.finding.timeline import Timeline
from ledger.rules import Period, Rule

Who = Literal["company", "person"]


@dataclass(frozen=True, slots=True)
class Step:
    """A period of the rule that runs or ran. A person acts by the earliest of a window, and not before the latest
    of a waiting time; ``latest`` is None where nothing proves when it began."""

    who: Who
    period: Period
    earliest: date | None
    latest: date | None


@dataclass(frozen=True, slots=True)
class Next:
    """The rule's authority and next step, and the periods of whoever may act."""

    rule: Rule
    steps: tuple[Step, ...]


def read_next(timeline: Timeline, delivery: Delivery | None, due: Due, outcome: Outcome, law: Law) -> Next | None:
    """What may follow; None without a rule."""
    if due.rule is None or delivery is None:
        return None
    return Next(due.rule, tuple(_steps(timeline, delivery, due, outcome, due.rule, law)))


def _steps(
    timeline: Timeline, delivery: Delivery, found: Due, outcome: Outcome, rule: Rule, law: Law
) -> Iterator[Step]:
    right, answer = delivery.sent.text("right"), first_answer(timeline)
    for period in rule.periods.values():
        if period.extends or (period.rights and right not in period.rights):
            continue
        who: Who = "company" if period.holder == "company_duty" else "person"
        if period.name == "answer" and who == "company":
            if outcome.word in ("none", "contested", None) and (found.earliest or found.latest):
                yield Step(who, period, found.earliest, found.latest)
        elif period.starts == "receipt" and who == "person":
            first, last = delivery.stated_on, delivery.proven_by
            yield from _step(timeline, rule, period, law, first, last if delivery.has_latest else None)
        elif period.starts == "answer" and answer is not None:
            day = answer.day("answered_on")
            yield from _step(timeline, rule, period, law, day, day)


def _step(timeline: Timeline, rule: Rule, period: Period, law: Law, first: date, last: date | None) -> Iterator[Step]:
    early = _due(timeline, rule, period, law, first)
    late = None if last is None else _due(timeline, rule, period, law, last)
    if early is not None and early.due_earliest is not None:
        yield Step("person", period, early.due_earliest, None if late is None else late.due_latest)


def _due(timeline: Timeline, rule: Rule, period: Period, law: Law, start: date) -> Deadline | None:
    try:
        return due(rule, period.name, timeline.place, start, calendar=law.calendar)
    except (RefusedRule, MalformedRequest):
        return None
