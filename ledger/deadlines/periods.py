"""Both ends of one period, with the reasons (docs/spec/deadlines.md, "Counting", steps 3 to 6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ledger.deadlines.calendars import Calendar
from ledger.deadlines.counting import Pause, Reading, add_pauses
from ledger.deadlines.rules import PauseRule, Period, Rule
from ledger.deadlines.steps import Step
from ledger.errors import RefusedRule


@dataclass(frozen=True, slots=True)
class Asked:
    rule: Rule
    place: str
    first: date
    last: date
    pauses: tuple[Pause, ...]
    calendar: Calendar

    def strict(self, period: Period) -> Reading:
        """The strictest reading."""
        return Reading.of(period, self.calendar, self.place, generous=False)

    def generous(self, period: Period) -> Reading:
        """The reading most favourable to the company."""
        return Reading.of(period, self.calendar, self.place, generous=True)


@dataclass(frozen=True, slots=True)
class Ends:
    """The two ends, None while a pause is open, before and after roll-over."""

    unrolled: tuple[date | None, date | None]
    earliest: date | None
    latest: date | None
    steps: tuple[Step, ...]


def both_ends(asked: Asked, period: Period) -> Ends:
    """Steps 3 to 6 in both readings."""
    strict, generous = asked.strict(period), asked.generous(period)
    counted = strict.end(period, asked.first), generous.end(period, asked.last)
    steps = _length_steps(period, asked, counted)
    pauses = [(pause, _pause_rule(asked.rule, period, pause)) for pause in asked.pauses]
    early = add_pauses(strict, period, counted[0], pauses)
    late = add_pauses(generous, period, counted[1], pauses)
    rolled = None if late is None else generous.roll(late)
    if pauses:
        steps += _pause_steps(asked, period, counted[1], pauses)
    if late is not None and rolled is not None:
        steps += _roll_steps(asked, period, late, rolled)
    return Ends((early, late), early, rolled, steps)


def _length_steps(period: Period, asked: Asked, counted: tuple[date, date]) -> tuple[Step, ...]:
    source, (early, late) = period.sources[0], counted
    if early == late:
        steps = [Step(4, "length", (period.legs, early), source)]
    else:
        steps = [Step(4, "lengths", (period.legs, early, late), source)]
    if len(period.legs) > 1:
        steps.append(Step(4, "legs", (), source))
    unit = period.legs[0].unit
    if unit == "months" and late.day != asked.last.day and early.day != asked.first.day:
        steps.append(Step(4, "last_of_month", (asked.last.day,), period.roll_over))
    if unit == "working_days":
        steps.append(Step(4, "working_days", (), source))
        if (closed := period.closed) is not None:
            shown = (f"{closed.first[0]:02}-{closed.first[1]:02}", f"{closed.last[0]:02}-{closed.last[1]:02}")
            steps.append(Step(4, "closed", shown, closed.source))
    return tuple(steps)


def _pause_rule(rule: Rule, period: Period, pause: Pause) -> PauseRule:
    """The rule for a pause; for an unknown ground the widest, which no known one goes beyond."""
    fitting = [known for known in period.pauses if pause.ground in (None, known.ground)]
    if not fitting:
        known = ", ".join(sorted({known.ground for known in period.pauses}))
        there = f"it knows {known}" if known else "the sources that were read name none; leave the pause out"
        what = f"pause for {pause.ground}" if pause.ground else "pause"
        raise RefusedRule(f"{rule.regime} {period.name} knows no {what}: {there}")
    since = min((known.since or date.min for known in fitting), default=date.min)
    if pause.start < since:
        raise RefusedRule(
            f"{rule.regime} {period.name} knows pauses that begin on {since} or later, not on {pause.start}"
        )
    # Of one ground that is named twice the newest rule holds that was in force.
    in_force = sorted((known.since or date.min, number) for number, known in enumerate(fitting))
    newest = {fitting[number].ground: number for day, number in in_force if day <= pause.start}
    fitting = [fitting[number] for number in sorted(newest.values())]
    if len(fitting) == 1:
        return fitting[0]
    return PauseRule(
        ground=fitting[0].ground,
        source=fitting[0].source,
        certain=all(known.certain for known in fitting),
        restart=any(known.restart for known in fitting),
        since=None,
    )


def _pause_steps(
    asked: Asked, period: Period, end: date, pauses: Sequence[tuple[Pause, PauseRule]]
) -> tuple[Step, ...]:
    steps, reading = list[Step](), asked.generous(period)
    reached: date | None = end
    for number, (pause, rule) in enumerate(pauses):
        ground = f"ground.{pause.ground or 'unknown'}"
        if reached is None or pause.start > reading.roll(reached):
            steps.append(Step(5, "pause_after", (pause.start,), rule.source))
        elif pause.end is None:
            code = "pause_open" if rule.certain else "pause_open_latest"
            steps.append(Step(5, code, (pause.start, ground), rule.source))
        else:
            days = (pause.end - pause.start).days
            if rule.certain:
                steps.append(Step(5, "pause", (pause.start, pause.end, ground, days, days + 1), rule.source))
            else:
                steps.append(Step(5, "pause_latest", (pause.start, pause.end, ground, days + 1), rule.source))
            if rule.restart:
                steps.append(Step(5, "pause_restart", (pause.end,), rule.source))
        reached = add_pauses(reading, period, end, pauses[: number + 1])
    return tuple(steps)


def _roll_steps(asked: Asked, period: Period, late: date, rolled: date) -> tuple[Step, ...]:
    if late == rolled:
        return (Step(6, "works", (late,), period.roll_over),)
    why = "day.saturday" if late.weekday() == 5 else "day.sunday" if late.weekday() == 6 else "day.disputed"
    if why == "day.disputed" and asked.strict(period).is_free(late):
        why = "day.holiday"
    steps: tuple[Step, ...] = (Step(6, "rolls", (late, why, rolled), period.roll_over),)
    if asked.rule.mark_of(period.roll_over) == "R":
        steps += (Step(6, "roll_unconfirmed", (), period.roll_over),)
    return steps
