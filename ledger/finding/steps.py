"""Who may do what until when, by the rule of the case; nothing here says that anybody should."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from ledger.deadlines import Deadline, due
from ledger.deadlines.authorities import Authority
from ledger.deadlines.rules import Holder, Period, Rule
from ledger.errors import MalformedRequest, RefusedRule
from ledger.finding.complaints import Complaint
from ledger.finding.delivery import Delivery
from ledger.finding.due import ACKNOWLEDGE, Due, NoDue, answer_period
from ledger.finding.lateness import Lateness, first_answer
from ledger.finding.law import Law
from ledger.finding.outcome import Outcome
from ledger.finding.timeline import Said, Timeline, days_of

Who = Literal["company", "person", "authority"]
NoDate = Literal["", "undated", "not_started", "at_once"]
AuthoritiesNote = Literal["", "kind", "place", "outside"]
_WHO: Mapping[Holder, Who] = {
    "company_duty": "company",
    "person_window": "person",
    "waiting_time": "person",
    "authority_aim": "authority",
}
NO_WHY: NoDue = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A period of the rule that runs, ran or may run. A person acts by the earliest of a window, and not before the
    latest of a waiting time; ``latest`` is None where nothing proves when it began."""

    who: Who
    period: Period
    earliest: date | None
    latest: date | None
    no_date: NoDate = ""
    """*undated*: the law names no number of days; *not_started*: no day with which it starts is recorded;
    *at_once*: nobody has to wait any more."""
    since: date | None = None
    """The earliest day, by anybody's word, with which it started."""
    if_since: tuple[date, date] | None = None
    """Of a company's duty whose start is not proven: the day that is stated, and the latest date if that is so."""
    why: NoDue = ""
    """Of a company's duty without a latest date, and without ``if_since``: why there is none."""
    done: Said | None = None
    """Of a confirmation of receipt: the statement that is one, the company's own before a report."""


@dataclass(frozen=True, slots=True)
class Next:
    """The rule's authority and next step, and the periods of whoever may act.

    ``authorities`` are those that the registers know in ``place``; ``note`` says why there is none: the registers hold
    no authorities of that *kind*, none for the *place*, or the place lies *outside* of where the rule holds.
    """

    rule: Rule
    place: str
    steps: tuple[Step, ...]
    authorities: tuple[Authority, ...] = ()
    note: AuthoritiesNote = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What has been read of the case already."""

    delivery: Delivery | None
    due: Due
    outcome: Outcome
    lateness: Lateness | None
    complaints: Sequence[Complaint]


def read_next(timeline: Timeline, told: Told, law: Law) -> Next | None:
    """What may follow; None without a rule."""
    rule = told.due.rule
    if rule is None or told.delivery is None:
        return None
    found, note = _authorities(timeline.place, rule, law)
    steps = _Steps(timeline, told, told.delivery, rule, law, found)
    return Next(rule, timeline.place, tuple(steps.all()), found, note)


def _authorities(place: str, rule: Rule, law: Law) -> tuple[tuple[Authority, ...], AuthoritiesNote]:
    """The authorities of the registers for ``place``. Nobody is sent to one that the rule knows nothing of."""
    if not rule.authority_kinds:
        return (), "kind"
    if not {place, place.partition("-")[0]} & {*rule.places, *rule.places_unconfirmed}:
        return (), "outside"
    found = law.authorities.at(place, rule.authority_kinds)
    return found, "" if found else "place"


@dataclass(frozen=True, slots=True)
class _Steps:
    timeline: Timeline
    told: Told
    delivery: Delivery
    rule: Rule
    law: Law
    authorities: Sequence[Authority]

    def all(self) -> Iterator[Step]:
        right = self.delivery.sent.text("right")
        answer = answer_period(self.rule, right)
        for period in self.rule.periods.values():
            if period.extends or (period.rights and right not in period.rights) or not self.runs(period):
                continue
            if period is answer:
                yield from self.answer(period)
            else:
                yield from self.other(period)

    def answer(self, period: Period) -> Iterator[Step]:
        found = self.told.due
        if self.told.outcome.word not in ("none", "contested", None):
            return
        if found.earliest or found.latest:
            why: NoDue = "" if found.latest or found.if_arrived else found.why
            yield Step("company", period, found.earliest, found.latest, "", None, found.if_arrived, why)
        elif found.why == "undated":
            yield Step("company", period, None, None, "undated", self.delivery.stated_on)

    def other(self, period: Period) -> Iterator[Step]:
        who: Who = "company" if period.binds_company else _WHO[period.holder]
        if period.until_refused and self.told.outcome.word == "refused":
            yield Step(who, period, None, None, "at_once")
            return
        done = self.acknowledged() if period.name == ACKNOWLEDGE else None
        started = self.started(period)
        if started is None:
            # Of a matter that is settled nobody is told what else there might be.
            if self.told.outcome.word not in ("provided", "withdrawn"):
                yield Step(who, period, None, None, "not_started")
            return
        first, last = started
        if not period.legs:
            yield Step(who, period, None, None, "undated", first)
            return
        early, late = self.due(period, first), None if last is None else self.due(period, last)
        if early is not None and early.due_earliest is not None:
            latest, if_since, why = None if late is None else late.due_latest, None, NO_WHY
            if latest is None and who == "company":
                if period.starts == "receipt" and not self.delivery.published:
                    why = "channel"
                elif early.due_latest is not None:
                    if_since = (first, early.due_latest)
            yield self.capped(Step(who, period, early.due_earliest, latest, "", first, if_since, why, done))

    def runs(self, period: Period) -> bool:
        """Whether an answer in time, or one that came late, leaves the period out."""
        said = None if self.told.lateness is None else self.told.lateness.said
        return period.answered is None or said != ("late" if period.answered == "in_time" else "in_time")

    def capped(self, step: Step) -> Step:
        """Where it is not decided whether the answer was in time, a person goes by the shorter of both windows."""
        if step.period.answered != "in_time" or self.told.lateness is None or self.told.lateness.said == "in_time":
            return step
        for period in self.rule.periods.values():
            started = self.started(period) if period.answered == "not_in_time" else None
            other = None if started is None else self.due(period, started[0])
            if other is not None and other.due_earliest is not None and step.earliest is not None:
                step = replace(step, earliest=min(step.earliest, other.due_earliest))
        return step

    def started(self, period: Period) -> tuple[date, date | None] | None:
        """The first day with which it may have started, and the last where that is proven; None where none is shown."""
        if period.starts == "receipt":
            return self.delivery.stated_on, self.delivery.proven_by if self.delivery.has_latest else None
        if period.starts == "answer":
            answer = first_answer(self.timeline)
            return None if answer is None else (answer.day("answered_on"), answer.day("answered_on"))
        if period.starts == "complaint":
            return self.lodged(period)
        if period.starts in ("outage", "restored"):
            return self.outage("service.outage" if period.starts == "outage" else "service.restored")
        return None

    def lodged(self, period: Period) -> tuple[date, date | None] | None:
        """A complaint to an authority of the kind that the period asks for, as the registers know it."""
        there = [item for item in self.authorities if item.kind == period.at]
        lodged = [
            item
            for item in self.told.complaints
            if item.word == "lodged" and any(authority.is_named(item.authority) for authority in there)
        ]
        if not lodged:
            return None
        return min(item.on for item in lodged), min((item.on for item in lodged if item.is_proven), default=None)

    def outage(self, kind: str) -> tuple[date, date | None] | None:
        """By anybody's word, and by the company's own."""
        said = self.timeline.of([kind])
        if not said:
            return None
        days = [(item.role, days_of(item.instant("at"), self.timeline.place)) for item in said]
        own = max((last for role, (_, last) in days if role == "company"), default=None)
        return min(first for _, (first, _) in days), own

    def acknowledged(self) -> Said | None:
        """The company's own confirmation of receipt, or else one that the requester reports."""
        own = self.timeline.of(["request.acknowledged"], "company")
        return next(iter(own or self.timeline.of(["request.acknowledged"], "requester")), None)

    def due(self, period: Period, start: date) -> Deadline | None:
        try:
            return due(self.rule, period.name, self.timeline.place, start, calendar=self.law.calendar)
        except (RefusedRule, MalformedRequest):
            return None
