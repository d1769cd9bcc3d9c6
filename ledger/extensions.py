"""More time: notices of a longer period, or the extension that a period knows (docs/spec/deadlines.md, step 7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from ledger.errors import MalformedRequest, RefusedExtension, RefusedRule
from ledger.periods import Asked, Ends, both_ends
from ledger.rules import Extension, Period
from ledger.steps import Step

NoDate = Literal["", "undated", "cause_ends", "paused"]


@dataclass(frozen=True, slots=True)
class Extended:
    """What the company said of more time: the days of its notices, in order, and the day it named."""

    notified: tuple[date, ...]
    until: date | None = None
    cause_ended: date | None = None


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
    bound, steps = _notice(asked, made, extended.notified[0], extension)
    if asked.rule.mark_of(extension.source) == "R":
        bound, steps = True, (*steps, Step(7, "extension_unconfirmed", (), extension.source))
    return _lengthened(asked, period, made, extended, bound, steps)


def _lengthened(
    asked: Asked, period: Period, made: Ends, extended: Extended, bound: bool, steps: tuple[Step, ...]
) -> _Extended:
    """An extension of the period itself; ``bound``: the strictest reading does not reckon with it."""
    extension = period.extension
    assert extension is not None, "the caller has looked"
    strict, generous = asked.strict(period), asked.generous(period)
    if extension.kind == "adds":
        assert extension.adds is not None, "the parser asks for it"
        early = None if made.earliest is None else strict.add(made.earliest, extension.adds)
        late = None if made.latest is None else generous.roll(generous.add(made.latest, extension.adds))
        steps += (Step(7, "adds", ((extension.adds,),), extension.source),)
        return made.earliest if bound else early, late, _paused(made), steps
    if extension.kind == "named_date":
        if extended.until is None:
            raise MalformedRequest(f"{asked.rule.regime} is extended to a day that the company names: give that day")
        day: date = extended.until
        steps += (Step(7, "named_date", (day,), extension.source),)
    elif extended.cause_ended is None:
        steps += (Step(7, "cause_open", (), extension.source),)
        return made.earliest if bound else None, None, "cause_ends", steps
    else:
        assert extension.adds is not None, "the parser asks for it"
        if extended.cause_ended < asked.first:
            raise MalformedRequest(f"the cause cannot have ended on {extended.cause_ended}, before the period began")
        day = strict.add(extended.cause_ended, extension.adds)
        steps += (Step(7, "cause_ended", (extended.cause_ended, (extension.adds,)), extension.source),)
    early = made.earliest if bound or made.earliest is None else max(made.earliest, day)
    late = None if made.latest is None else max(made.latest, generous.roll(day))
    return early, late, _paused(made), steps


def _extended_period(asked: Asked, period: Period, made: Ends, extended: Extended | None) -> _Extended:
    notified = () if extended is None else extended.notified
    if len(notified) > len(period.extends):
        raise MalformedRequest(
            f"{asked.rule.regime} {period.name} needs {len(period.extends)} notice(s), not {len(notified)}"
        )
    earliest, steps, floor = made.earliest, list[Step](), asked.first
    for number, name in enumerate(period.extends):
        base = asked.rule.periods[name]
        assert base.extension is not None, "the parser asks for it"
        within = both_ends(asked, base)
        if number >= len(notified):
            steps.append(_notice_missing(asked, within, base.extension.notice))
            continue
        bound, more = _notice(asked, within, notified[number], base.extension)
        steps += more
        if bound and within.earliest is not None:
            earliest = within.earliest if earliest is None else min(earliest, within.earliest)
        floor = within.earliest or floor
    until = None if extended is None else extended.until
    if until is not None and made.latest is not None and until > made.latest:
        steps.append(Step(7, "named_late", (until,)))
    elif until is not None and earliest is not None and until < earliest:
        earliest = max(until, floor)
        steps.append(Step(7, "named", (until,)))
    return earliest, made.latest, _paused(made), tuple(steps)


def _notice_missing(asked: Asked, within: Ends, source: str) -> Step:
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
    last = within.latest or within.earliest
    return False, () if last is None else (Step(7, "notice_in_time", (notified, last), source),)


def _paused(made: Ends) -> NoDate:
    return "paused" if made.latest is None else ""
