"""When an answer is due, in two readings, from what the parties said (docs/spec/assessment.md, "Due dates").

The latest date takes every pause and every notice of more time at the company's word. The strictest takes them only
as the record shows them: on the day by which they were recorded, since a day named later can be any day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from ledger.deadlines import LAST_DAY, Deadline, Extended, due
from ledger.deadlines.counting import Pause
from ledger.deadlines.rules import Extension, Ground, Period, Rule
from ledger.errors import MalformedRequest, RefusedExtension, RefusedRule
from ledger.finding.delivery import Delivery
from ledger.finding.law import Law
from ledger.finding.timeline import CONFIRMING, READ, Said, Timeline

NoDue = Literal[
    "", "no_request", "no_rule", "not_covered", "no_answer_period", "undated", "cause_ends", "paused",
    "beyond_calendar", "claimed", "channel",
]  # fmt: skip
By = Literal["company", "attesters", "post", "mail", "person"]
NoticeState = Literal["in_time", "stated", "late", "no_effect"]
ACKNOWLEDGE = "acknowledge"
"""The period of a rule for the bare confirmation of receipt."""
_GROUNDS: dict[str, Ground] = {
    "identity_confirmation": "identity",
    "identity_document": "identity",
    "mandate": "identity",
    "clarification": "clarification",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice of more time. *in_time*: recorded within the time it had; *stated*: in time by the word of whoever
    recorded it; *late*: not even by that; *no_effect*: the rule knows no such extension."""

    entry: int
    notified_on: date
    until: date | None
    state: NoticeState
    by: By
    """Whose word it is: the company's, that of a report which attesters checked or behind which a mail of the
    company's domain is opened, or the requester's alone."""
    had_until: date | None = None
    """Of a late one: the end of the time within which it had to come, in the reading most favourable to the company."""
    source: str = ""
    """Of a late one: the id of the rule's source for that."""


@dataclass(frozen=True, slots=True)
class Due:
    """Both dates, with the results of the engine that carry them; ``why`` says which date is missing and why."""

    rule: Rule | None
    earliest: date | None
    latest: date | None
    why: NoDue
    if_arrived: tuple[date, date] | None = None
    """Arrival is claimed: the stated day, and when an answer was due if that was so."""
    strict: Deadline | None = None
    generous: Deadline | None = None
    notices: tuple[Notice, ...] = ()
    unknown_pauses: tuple[int, ...] = ()
    """Entries that ask for something for which the rule knows no pause."""
    period: Period | None = None
    """The rule's period for the answer."""

    @property
    def postponed_by(self) -> By:
        """Whose word a postponement without a date is; the company's own first."""
        order: tuple[By, ...] = ("company", "attesters", "post", "mail", "person")
        open_ended = [item.by for item in self.notices if item.until is None and item.state in ("in_time", "stated")]
        return min(open_ended, key=order.index, default="company")

    @property
    def finding(self) -> bool:
        """Whether a finding may rest on the rule."""
        return self.strict is not None and self.generous is not None and self.strict.finding and self.generous.finding


@dataclass
class _Reading:
    """One computation: from ``start``, at the company's word or as recorded."""

    timeline: Timeline
    rule: Rule
    law: Law
    start: date
    generous: bool
    states: dict[int, NoticeState] = field(default_factory=dict)
    passed: dict[int, tuple[date | None, str]] = field(default_factory=dict)
    unknown: dict[int, None] = field(default_factory=dict)
    unreasoned: dict[int, None] = field(default_factory=dict)
    """Notices without the reason that the law asks for: they move the later date alone."""

    def day(self, item: Said, named: date) -> date:
        """The day that counts of what the company dates itself; of what is not known to be recorded there is none."""
        if self.generous:
            return named
        recorded = self.timeline.recorded_day(item, directly=True)
        return date.max if recorded is None else max(named, recorded)

    def tried(self, period: Period) -> Deadline | None:
        """None where the rule covers neither place nor day."""
        try:
            return self.find(period)
        except (RefusedRule, MalformedRequest):
            return None

    def find(self, period: Period) -> Deadline:
        pauses = self.pauses(period)
        notices = self.timeline.of(["deadline.extended"], "company", "requester")
        plain = self.due(period.name, pauses, None)
        if period.extension is None:
            self.states.update({item.index: "no_effect" for item in notices})
            return plain
        if period.extension.kind == "period":
            return self.chained(period, pauses, notices, plain)
        best = plain
        for item in notices:
            made = self.attempt(period.name, pauses, [item], item)
            self.passed[item.index] = (plain.due_latest, period.extension.notice)
            self.lacks_reason(item, period.extension)
            if made is not None and _is_later(made, best):
                best = made
        return best

    def chained(self, period: Period, pauses: Sequence[Pause], notices: Sequence[Said], plain: Deadline) -> Deadline:
        """Each notice leads to the next longer period."""
        best, accepted, name = plain, list[Said](), period.name
        for item in sorted(notices, key=lambda item: (item.day("notified_on"), item.index)):
            extension = self.rule.periods[name].extension
            if extension is None or extension.kind != "period":
                self.states[item.index] = "no_effect"
                continue
            self.passed[item.index] = (best.due_latest, extension.notice)
            self.lacks_reason(item, extension)
            made = self.attempt(extension.period, pauses, [*accepted, item], item)
            if made is not None:
                best, name = made, extension.period
                accepted.append(item)
        return best

    def attempt(self, period: str, pauses: Sequence[Pause], notices: Sequence[Said], last: Said) -> Deadline | None:
        days = tuple(max(self.start, self.day(item, item.day("notified_on"))) for item in notices)
        until = None if last.text("until") == "cause_ends" else last.day("until")
        said = [item.text("reason") for item in notices]
        reason = "reason_not_stated" if "reason_not_stated" in said else last.text("reason")
        if max(days) == date.max:
            return None
        try:
            made = self.due(period, pauses, Extended(days, until, reason=reason))
        except RefusedExtension:
            self.states[last.index] = "late"
        except (RefusedRule, MalformedRequest):
            self.states[last.index] = "no_effect"
        else:
            self.states[last.index] = "in_time"
            return made
        return None

    def lacks_reason(self, item: Said, extension: Extension) -> None:
        if extension.reasons and item.text("reason") == "reason_not_stated":
            self.unreasoned[item.index] = None

    def due(self, period: str, pauses: Sequence[Pause], extended: Extended | None) -> Deadline:
        return due(
            self.rule, period, self.timeline.place, self.start, pauses=pauses, extended=extended,
            calendar=self.law.calendar,
        )  # fmt: skip

    def pauses(self, period: Period) -> tuple[Pause, ...]:
        """What the company asked for, until the requester supplied it; in order, each day once."""
        asked = []
        for item in self.timeline.of(["request.action_required"], "company"):
            ground, start = _GROUNDS.get(item.text("what")), max(self.start, self.day(item, item.day("on")))
            known = [rule for rule in period.pauses if rule.ground == ground]
            if start == date.max and not self.generous:
                continue
            if start > LAST_DAY or not any(rule.since is None or start >= rule.since for rule in known):
                self.unknown[item.index] = None
                continue
            asked.append(Pause(start, self.supplied(item, start), ground))
        return tuple(_apart(sorted(asked, key=lambda pause: (pause.start, pause.end or date.max))))

    def supplied(self, asked: Said, start: date) -> date | None:
        days = [
            max(start, day)
            for item in self.timeline.of(["request.action_supplied"], "requester")
            if item.text("what") == asked.text("what") and item.index > asked.index
            if (day := self.came(item)) is not None
        ]
        return min((day for day in days if day <= LAST_DAY), default=None)

    def came(self, item: Said) -> date | None:
        """The day by which what the requester sent counts as come. His own word does not prove that his message
        arrived: at the company's word it came no earlier than its record, which attesters alone can shorten."""
        named = item.day("on")
        if not self.generous or item.checks & (CONFIRMING - {"dkim"}):
            return named
        recorded = self.timeline.recorded_day(item)
        return None if recorded is None else max(named, recorded)


def read_due(timeline: Timeline, delivery: Delivery | None, law: Law) -> Due:
    """The due dates of an answer under the case's regime. Never raises: what has no date says why."""
    rule = law.rules.get(timeline.regime)
    if delivery is None or rule is None:
        return Due(rule, None, None, "no_request" if delivery is None else "no_rule")
    right = delivery.sent.text("right")
    period = answer_period(rule, right)
    if period is None:
        is_covered = any(right in other.rights for other in rule.periods.values())
        return Due(rule, None, None, "no_answer_period" if is_covered else "not_covered")
    strict = _Reading(timeline, rule, law, delivery.stated_on, generous=False)
    generous = _Reading(timeline, rule, law, delivery.proven_by or delivery.stated_on, generous=True)
    late = generous.tried(period)
    early = None if late is None else strict.tried(period)
    if late is not None and early is None and delivery.proven_by is not None:
        # A day that the rule does not cover, as one slip of the pen makes it, takes no date from what is proven.
        strict = _Reading(timeline, rule, law, delivery.proven_by, generous=False)
        early = strict.tried(period)
    if early is None or late is None:
        return Due(rule, None, None, "not_covered")
    why: NoDue = late.no_date
    latest, if_arrived = late.due_latest, None
    if latest is not None and not delivery.has_latest:
        if_arrived = (delivery.stated_on, latest) if delivery.published else None
        why, latest = ("claimed" if delivery.published else "channel"), None
    earliest = early.due_earliest
    if earliest is not None and latest is not None:
        earliest = min(earliest, latest)
    notices = tuple(_notices(timeline, strict, generous, is_proven=delivery.proven_by is not None))
    return Due(rule, earliest, latest, why, if_arrived, early, late, notices, tuple(generous.unknown), period)


def answer_period(rule: Rule, right: str) -> Period | None:
    """The company's period for an answer to a request for ``right``: the first of the rule that starts with its
    receipt, is no mere confirmation of it, and no longer form of another."""
    for period in rule.periods.values():
        is_duty = period.holder == "company_duty" and period.starts == "receipt" and period.name != ACKNOWLEDGE
        if is_duty and not period.extends and (not period.rights or right in period.rights):
            return period
    return None


def _notices(timeline: Timeline, strict: _Reading, generous: _Reading, *, is_proven: bool) -> Iterator[Notice]:
    for item in timeline.of(["deadline.extended"], "company", "requester"):
        state = generous.states.get(item.index, "no_effect")
        had_until, source = generous.passed.get(item.index, (None, ""))
        # Where no source says by when a notice must come, one after the time had ended moves the later date alone.
        is_after = had_until is not None and strict.day(item, item.day("notified_on")) > had_until
        is_bound = is_after or item.index in generous.unreasoned
        if state == "in_time" and (strict.states.get(item.index) != "in_time" or is_bound):
            state = "stated"
        if state == "late" and not is_proven:
            state = "stated"  # since when the time ran is claimed alone
        until = None if item.text("until") == "cause_ends" else item.day("until")
        passed = (had_until, source) if state == "late" else (None, "")
        yield Notice(item.index, item.day("notified_on"), until, state, _by(item), *passed)


def _by(item: Said) -> By:
    if item.role == "company":
        return "company"
    if item.checks & READ:
        return "attesters"
    return "post" if "post" in item.checks else "person" if item.mail is None else "mail"


def _is_later(made: Deadline, best: Deadline) -> bool:
    if best.due_latest is None:
        return False
    return made.due_latest is None or made.due_latest > best.due_latest


def _apart(pauses: Sequence[Pause]) -> Iterator[Pause]:
    """The pauses without what lies within an earlier one."""
    end = date.min
    for pause in pauses:
        if pause.end is not None and pause.end <= end and pause.start < end:
            continue
        yield Pause(max(pause.start, end), pause.end, pause.ground)
        if pause.end is None:
            return
        end = pause.end
