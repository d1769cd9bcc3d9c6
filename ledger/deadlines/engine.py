"""Due dates under a rule, in two readings and with the reasons (docs/spec/deadlines.md, "Counting").

``due_earliest`` is the strictest reading: no roll-over, no disputed holiday, no step that no source
carries. ``due_latest`` is the reading most favourable to the company. A date is a day in the place's
time zone and ends at 24:00 there. Nothing here judges, and an unconfirmed rule carries no finding.

    from datetime import date

    from ledger.deadlines import due, load_rule

    due(load_rule("eu-gdpr"), "answer", "IE", date(2025, 10, 20)).due_latest    # 2025-11-20
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from ledger.deadlines.calendars import LAST_DAY, LAST_YEAR, STANDARD, Calendar, check_place, has_region
from ledger.deadlines.counting import Pause, check_pauses
from ledger.deadlines.extensions import Extended, NoDate, extend
from ledger.deadlines.periods import Asked, both_ends
from ledger.deadlines.places import end_of_day, local_days, split_place
from ledger.deadlines.rules import Holder, Mark, Period, Rule
from ledger.deadlines.steps import Step, start_name
from ledger.errors import MalformedRequest, RefusedRule
from ledger.nearest import did_you_mean

__all__ = ["LAST_DAY", "Deadline", "Extended", "Pause", "due", "ends", "find_period"]

_DETAILS = (Pause, Extended, Calendar, type(None))


@dataclass(frozen=True, slots=True)
class Deadline:
    """A result. A reading without a date is None, and ``no_date`` says why."""

    rule: str
    rule_version: int
    period: str
    place: str
    holder: Holder
    mark: Mark
    finding: bool
    """Whether a finding may rest on it."""
    calendar: str
    due_earliest: date | None
    due_latest: date | None
    no_date: NoDate
    steps: tuple[Step, ...]


def due(
    rule: Rule,
    period: str,
    place: str,
    start: date | datetime,
    *,
    pauses: Sequence[Pause] = (),
    extended: Extended | None = None,
    calendar: Calendar = STANDARD,
) -> Deadline:
    """When ``period`` of ``rule`` ends in ``place`` if it started on a date or at an instant (with time zone).

    Raises MalformedRequest for what the rule does not have, RefusedRule for what it does not cover, and
    RefusedExtension for a notice that came too late.
    """
    _check_types(rule, period, place, start, [*pauses, extended, calendar])
    named = find_period(rule, period)  # step 1
    confirmed = check_covered(rule, place)
    first, last, steps = _start(rule, named, place, start)  # step 2
    _check_days(last, pauses, extended)
    if named.legs:
        asked = Asked(rule, place, first, last, check_pauses(pauses, first), calendar)
        made = both_ends(asked, named)  # steps 3 to 6
        earliest, latest, no_date, more = extend(asked, named, made, extended)  # step 7
        steps += made.steps + more
    else:
        _refuse_details(named, pauses, extended)
        assert named.undated is not None, "a period has legs or a word in their place"
        earliest, latest, no_date = None, None, "undated"
        steps += (Step(3, "undated", (named.undated,), named.sources[0]),)
    return Deadline(
        rule=rule.regime,
        rule_version=rule.version,
        period=named.name,
        place=place,
        holder=named.holder,
        mark=named.mark if confirmed else "R",
        finding=confirmed and named.mark != "R" and named.no_finding is None and bool(named.legs),
        calendar=calendar.version,
        due_earliest=earliest,
        due_latest=latest,
        no_date=no_date,
        steps=steps + _remarks(named, place, confirmed),  # step 8
    )


def ends(deadline: Deadline) -> tuple[datetime | None, datetime | None]:
    """The instants (UTC) at which the two readings end: 24:00, in the first and in the last zone of the place."""
    earliest, latest = deadline.due_earliest, deadline.due_latest
    return (
        None if earliest is None else end_of_day(earliest, deadline.place)[0],
        None if latest is None else end_of_day(latest, deadline.place)[1],
    )


def find_period(rule: Rule, period: str) -> Period:
    """The period of that name. Raises MalformedRequest naming those that there are."""
    found = rule.periods.get(period)
    if found is None:
        meant, names = did_you_mean(period, rule.periods), ", ".join(rule.periods)
        raise MalformedRequest(f"{rule.regime} has no period {period[:40]!r}{meant}; it has {names}")
    return found


def _check_types(rule: object, period: object, place: object, start: object, more: Sequence[object]) -> None:
    """Where no type checker runs: a sentence that says what to give. Raises MalformedRequest."""
    if not isinstance(rule, Rule):
        shown = repr(rule[:40]) if isinstance(rule, str) else '"eu-gdpr"'
        raise MalformedRequest(
            f"the rule must be a Rule, not {type(rule).__name__}: load_rule({shown}) of ledger.deadlines gives one"
        )
    for what, value in (("period", period), ("place", place)):
        if not isinstance(value, str):
            raise MalformedRequest(f"the {what} must be a str, not {type(value).__name__}")
    if not isinstance(start, date):
        raise MalformedRequest(
            f"the start must be a datetime.date, or a datetime.datetime with a time zone, not {type(start).__name__}"
        )
    for value in more:
        if not isinstance(value, _DETAILS):
            raise MalformedRequest(
                "pauses are a list of Pause, extended is an Extended or None, calendar a Calendar, "
                f"not {type(value).__name__}"
            )


def check_covered(rule: Rule, place: str) -> bool:
    """Whether the sources say that the rule holds in ``place``. Raises MalformedRequest."""
    try:
        country, region = split_place(place)
        if region:
            check_place(place)
    except MalformedRequest as error:
        where = ", ".join((*rule.places, *rule.places_unconfirmed))
        raise MalformedRequest(f"{error}; {rule.regime} holds in {where}") from None
    for allowed, confirmed in ((rule.places, True), (rule.places_unconfirmed, False)):
        if place in allowed or country in allowed:
            return confirmed
    every = (*rule.places, *rule.places_unconfirmed)
    inside = next((known for known in every if known.startswith(f"{country}-")), "")
    meant = f" (did you mean {inside}?)" if inside else ""
    raise MalformedRequest(
        f"{rule.regime} does not hold in {place}{meant}; it holds in {', '.join(every)}, where the company must act"
    )


def _start(rule: Rule, period: Period, place: str, start: date | datetime) -> tuple[date, date, tuple[Step, ...]]:
    first = last = start if not isinstance(start, datetime) else date.min
    values = (rule.name, period.title, rule.regime, rule.version, period.name, _holder(period))
    steps: tuple[Step, ...] = (Step(1, "rule", values, period.sources[0]),)
    if isinstance(start, datetime):
        if start.tzinfo is None:
            raise MalformedRequest("an instant needs a time zone, like 2026-11-20T09:00:00Z")
        first, last = local_days(start, place)
        shown = start.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        at = (
            Step(2, "instant", (shown, first, place))
            if first == last
            else Step(2, "instants", (shown, first, last, place))
        )
        steps += (at,)
    if first < rule.valid_from or (rule.valid_until is not None and last > rule.valid_until):
        until = "" if rule.valid_until is None else f" to {rule.valid_until}"
        raise RefusedRule(
            f"{rule.regime} version {rule.version} covers periods that start from {rule.valid_from}{until}, "
            f"not {first}: {rule.valid_why.en}"
        )
    event, source = start_name(period), period.sources[0]
    if first == last:
        return first, last, (*steps, Step(2, "start", (event, first), source))
    return first, last, (*steps, Step(2, "starts", (event, first, last), source))


def _holder(period: Period) -> str:
    return "holder.company_waits" if period.binds_company else f"holder.{period.holder}"


def _check_days(start: date, pauses: Sequence[Pause], extended: Extended | None) -> None:
    days = [start, *(day for pause in pauses for day in (pause.start, pause.end) if day is not None)]
    if extended is not None:
        # The day that a company names for its answer may be any: nothing is counted from it.
        days += [day for day in (*extended.notified, extended.cause_ended) if day is not None]
    if max(days) > LAST_DAY:
        raise MalformedRequest(f"the calendar ends with {LAST_YEAR}: give days up to {LAST_DAY}, not {max(days)}")


def _refuse_details(period: Period, pauses: Sequence[Pause], extended: Extended | None) -> None:
    if pauses or extended is not None:
        raise RefusedRule(f"period {period.name} has no number of days, so nothing can pause or extend it")


def _remarks(period: Period, place: str, confirmed: bool) -> tuple[Step, ...]:
    steps: tuple[Step, ...] = ()
    if not has_region(place):
        steps += (Step(8, "region_unknown", (place,)),)
    if not confirmed:
        steps += (Step(8, "place_unconfirmed", (place,)),)
    if period.mark == "R":
        steps += (Step(8, "recalled", (), period.sources[0]),)
    if period.answered is not None:
        code = "answered_in_time" if period.answered == "in_time" else "answered_not_in_time"
        steps += (Step(8, code, (), period.sources[0]),)
    if period.until_refused:
        steps += (Step(8, "until_refused", (), period.sources[0]),)
    if period.no_finding is not None:
        steps += (Step(8, "no_finding", (period.no_finding,)),)
    return steps
