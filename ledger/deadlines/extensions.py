"""More time: notices of a longer period, or the extension that a period knows (docs/spec/deadlines.md, step 7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from ledger.deadlines.calendars import LAST_DAY
from ledger.deadlines.periods import Asked, Ends, both_ends
from ledger.deadlines.rules import Extension, Period
from ledger.deadlines.steps import Step
from ledger.errors import MalformedRequest, RefusedExtension, RefusedRule

NoDate = Literal["", "undated", "cause_ends", "paused", "beyond_calendar"]


@dataclass(frozen=True, slots=True)
class Extended:
    """What the company said of more time: the days of its notices, in order, and the day it named."""

    notified: tuple[date, ...]
    until: date | None = None
    cause_ended: date | None = None
    reason: str = ""
    """The reason that the last notice gives, as a statement names it; "" where it is not asked."""


_Extended: TypeAlias = tuple[date | None, date | None, NoDate, tuple[Step, ...]]


def extend(asked: Asked, period: Period, made: Ends, extended: Extended | None) -> _Extended:
    """Step 7: the notices of a longer period, or the extension that the period itself knows."""
    if period.extends:
        return _extended_period(asked, period, made, extended)
    if extended is None:
        return made.earliest, made.latest, _paused(made), ()
    extension = period.extension
    if extension is None:
        raise RefusedRule(f"{asked.rule.regime} {period.name} knows no extension in the sources that were read")
    if extension.kind == "period":
        raise MalformedRequest(
            f"the extension of {asked.rule.regime} {period.name} is a period of its own: ask for {extension.period}"
        )
    if len(extended.notified) != 1:
        raise MalformedRequest(f"{asked.rule.regime} {period.name} is extended once: give the day of one notice")
    if extended.cause_ended is not None and extension.kind != "cause_ends":
        raise MalformedRequest(f"{asked.rule.regime} {period.name} is not postponed for a cause: leave its end out")
    bound, steps = _notice(asked, made, extended.notified[0], extension)
    bound, unconfirmed = _confirmed(asked, extension, extended, bound)
    steps += unconfirmed
    if extension.kind == "adds":
        return _added(asked, period, made, extended, bound, steps)
    return _named(asked, period, made, extended, bound, steps)


def _added(
    asked: Asked, period: Period, made: Ends, extended: Extended, bound: bool, steps: tuple[Step, ...]
) -> _Extended:
    """So much more time; ``bound``: the strictest reading does not reckon with it."""
    assert period.extension is not None and period.extension.adds is not None, "the parser asks for it"
    adds, earliest, latest = period.extension.adds, made.earliest, made.latest
    steps += (Step(7, "adds", ((adds,),), period.extension.source),)
    if latest is not None:
        generous = asked.generous(period)
        latest = generous.roll(generous.add(latest, adds))
    if earliest is not None and not bound:
        earliest = asked.strict(period).add(earliest, adds)
    earliest, more = _keep_word(extended.until, earliest, latest, made.earliest)
    return earliest, latest, _paused(made), steps + more


def _named(
    asked: Asked, period: Period, made: Ends, extended: Extended, bound: bool, steps: tuple[Step, ...]
) -> _Extended:
    """Until a day that the company names, or until the cause of a postponement ends."""
    extension = period.extension
    assert extension is not None, "the caller has looked"
    if extended.until is not None:
        day = extended.until
        steps += (Step(7, "named_date", (day,), extension.source),)
        if day > LAST_DAY:
            steps += (Step(7, "beyond_calendar", (LAST_DAY,)),)
            return made.earliest if bound else None, None, "beyond_calendar", steps
    elif extension.kind == "named_date":
        raise MalformedRequest(f"{asked.rule.regime} is extended to a day that the company names: give that day")
    elif extended.cause_ended is None:
        steps += (Step(7, "cause_open", (), extension.source),)
        return made.earliest if bound else None, None, "cause_ends", steps
    elif extended.cause_ended < asked.first:
        raise MalformedRequest(f"the cause cannot have ended on {extended.cause_ended}, before the period began")
    elif extension.adds is None:
        steps += (Step(7, "cause_ended_undated", (extended.cause_ended,), extension.source),)
        return made.earliest if bound else None, None, "cause_ends", steps
    else:
        day = asked.strict(period).add(extended.cause_ended, extension.adds)
        steps += (Step(7, "cause_ended", (extended.cause_ended, (extension.adds,)), extension.source),)
    first = day
    if extension.later_alone and extended.until is None and extended.cause_ended is not None:
        first = extended.cause_ended
        steps += (Step(7, "cause_ended_at_once", (first,), extension.notice),)
    earliest = made.earliest if bound or made.earliest is None else max(made.earliest, first)
    latest = None if made.latest is None else max(made.latest, asked.generous(period).roll(day))
    return earliest, latest, _paused(made), steps


def _extended_period(asked: Asked, period: Period, made: Ends, extended: Extended | None) -> _Extended:
    given = extended or Extended(())
    if len(given.notified) > len(period.extends):
        raise MalformedRequest(
            f"{asked.rule.regime} {period.name} needs {len(period.extends)} notice(s), not {len(given.notified)}"
        )
    if given.cause_ended is not None:
        raise MalformedRequest(f"{asked.rule.regime} {period.name} is not postponed for a cause: leave its end out")
    earliest, steps, floor = made.earliest, tuple[Step, ...](), made.earliest
    for number, name in enumerate(period.extends):
        base = asked.rule.periods[name]
        assert base.extension is not None, "the parser asks for it"
        within = both_ends(asked, base)
        if number < len(given.notified):
            bound, more = _notice(asked, within, given.notified[number], base.extension)
        else:
            bound, more = False, (_notice_missing(asked, period, within, number),)
        bound, unconfirmed = _confirmed(asked, base.extension, given, bound)
        steps += more + unconfirmed
        floor = within.earliest
        if bound and within.earliest is not None:
            earliest = within.earliest if earliest is None else min(earliest, within.earliest)
    if open_for := _open_for(asked, period, given.reason):
        return _open(asked, period, (earliest, floor), made, given.until, (*steps, Step(7, "open_for", (), open_for)))
    earliest, more = _keep_word(given.until, earliest, made.latest, floor)
    return earliest, made.latest, _paused(made), steps + more


def _open_for(asked: Asked, period: Period, reason: str) -> str:
    """The source that lets the period take longer still for this reason, "" where none does."""
    known = (asked.rule.periods[name].extension for name in period.extends)
    return next((item.source for item in known if item is not None and reason in item.open_for), "")


def _open(
    asked: Asked, period: Period, early: tuple[date | None, date | None], made: Ends, until: date | None,
    steps: tuple[Step, ...],
) -> _Extended:  # fmt: skip
    """A reason for which the law sets no number of days: the later date is the day that the company names."""
    earliest, more = _keep_word(until, early[0], None, early[1])
    if made.latest is None:
        return earliest, None, "paused", steps + more
    if until is None:
        return earliest, None, "cause_ends", steps
    if until > LAST_DAY:
        return earliest, None, "beyond_calendar", (*steps, Step(7, "beyond_calendar", (LAST_DAY,)))
    return earliest, max(made.latest, asked.generous(period).roll(until)), "", steps + more


def _keep_word(
    until: date | None, earliest: date | None, latest: date | None, floor: date | None
) -> tuple[date | None, tuple[Step, ...]]:
    """The earlier date, moved to a day that the company named within the time it has, but not before ``floor``."""
    if until is None:
        return earliest, ()
    if latest is not None and until > latest:
        return earliest, (Step(7, "named_late", (until,)),)
    if earliest is None or until >= earliest:
        return earliest, ()
    return (until if floor is None else min(earliest, max(until, floor))), (Step(7, "named", (until,)),)


def _confirmed(asked: Asked, extension: Extension, said: Extended, bound: bool) -> tuple[bool, tuple[Step, ...]]:
    """What leaves the strictest reading where it was: a notice without the reason that the law asks for, and an
    extension that no source confirms."""
    if extension.reasons and said.reason == "reason_not_stated":
        return True, (Step(7, "notice_without_reason", (), extension.reasons),)
    if asked.rule.mark_of(extension.source) == "R":
        return True, (Step(7, "extension_unconfirmed", (), extension.source),)
    return bound, ()


def _notice_missing(asked: Asked, period: Period, within: Ends, number: int) -> Step:
    extension = asked.rule.periods[period.extends[number]].extension
    assert extension is not None, "the parser asks for it"
    source = extension.notice
    if len(period.extends) > 1:
        return Step(7, "notice_of_several", (len(period.extends), period.extends[number]), source)
    if within.latest is None or asked.rule.mark_of(source) == "R":
        return Step(7, "notice_undated", (), source)
    return Step(7, "notice_needed", (within.latest,), source)


def _notice(asked: Asked, within: Ends, notified: date, extension: Extension) -> tuple[bool, tuple[Step, ...]]:
    """Whether the strictest reading leaves the extension out, and why. Raises RefusedExtension."""
    if notified < asked.first:
        raise MalformedRequest(f"a notice of {notified} lies before the period, which starts on {asked.first}")
    source = extension.notice
    if within.latest is not None and notified > within.latest:
        if asked.rule.mark_of(source) == "R":
            return True, (Step(7, "notice_unconfirmed", (notified,), source),)
        raise RefusedExtension(
            f"the notice of {notified} came after the period had ended: it had to come by {within.latest} "
            f"({asked.rule.sources[source].cite.en}); without an extension that is the last day"
        )
    if within.earliest is not None and notified > within.earliest:
        return True, (Step(7, "notice_between", (notified,), source),)
    if extension.before_last_day and notified == within.earliest:
        return True, (Step(7, "notice_on_last_day", (notified,), source),)
    last = within.latest or within.earliest
    return False, () if last is None else (Step(7, "notice_in_time", (notified, last), source),)


def _paused(made: Ends) -> NoDate:
    return "paused" if made.latest is None else ""
