"""What a person or a program asks for in words: the same strict reading on the command line and in the API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ledger.calendars import STANDARD, Calendar
from ledger.counting import Pause
from ledger.deadlines import Deadline, due
from ledger.encoding import parse_date, parse_instant
from ledger.errors import MalformedRequest
from ledger.extensions import Extended
from ledger.nearest import did_you_mean
from ledger.places import local_days, split_place
from ledger.rulebook import load_rule
from ledger.rules import Ground, Rule

MAX_PAUSES = 16
MAX_NOTICES = 4
_GROUNDS: tuple[Ground, ...] = ("identity", "clarification")


@dataclass(frozen=True, slots=True)
class DeadlineRequest:
    """One question, as texts. A day may be given as an instant, which is a day in ``place``."""

    regime: str
    period: str
    place: str
    start: str
    pauses: Sequence[str] = ()
    """``FROM..TO``, ``FROM..`` while it lasts, and ``=identity`` or ``=clarification`` behind where it is known."""
    extended_on: Sequence[str] = ()
    until: str | None = None
    cause_ended: str | None = None


def answer(asked: DeadlineRequest, calendar: Calendar = STANDARD) -> tuple[Rule, Deadline]:
    """The rule and its due dates. Raises MalformedRequest, RefusedRule or RefusedExtension."""
    rule = load_rule(asked.regime)
    split_place(asked.place)
    if len(asked.pauses) > MAX_PAUSES or len(asked.extended_on) > MAX_NOTICES:
        raise MalformedRequest(f"at most {MAX_PAUSES} pauses and {MAX_NOTICES} notices can be given")
    pauses = [parse_pause(text, asked.place) for text in asked.pauses]
    found = due(
        rule,
        asked.period,
        asked.place,
        parse_moment(asked.start, "from"),
        pauses=pauses,
        extended=_extended(asked),
        calendar=calendar,
    )
    return rule, found


def parse_moment(text: str, what: str) -> date | datetime:
    """A date like 2026-11-20 or an instant like 2026-11-20T09:00:00Z. Raises MalformedRequest."""
    if "T" in text:
        return parse_instant(text, MalformedRequest, what)
    return parse_date(text, MalformedRequest, f"{what} (or an instant like 2026-11-20T09:00:00Z)")


def parse_day(text: str, place: str, what: str) -> date:
    """A date, or the day that an instant is in ``place``. Raises MalformedRequest where it is two."""
    moment = parse_moment(text, what)
    if not isinstance(moment, datetime):
        return moment
    first, last = local_days(moment, place)
    if first != last:
        raise MalformedRequest(
            f"{what} {text} is {first} and {last} in {place}, which has several time zones: "
            "give a date, or name the region"
        )
    return first


def parse_pause(text: str, place: str) -> Pause:
    """A pause in words. Raises MalformedRequest."""
    span, _, named = text.partition("=")
    first, separator, last = span.partition("..")
    if not separator:
        raise MalformedRequest(f"a pause must be FROM..TO, like 2026-03-05..2026-03-10, not {text[:60]!r}")
    ground = next((known for known in _GROUNDS if known == named), None)
    if named and ground is None:
        meant = did_you_mean(named, _GROUNDS)
        raise MalformedRequest(f"the ground of a pause must be one of {', '.join(_GROUNDS)}, not {named[:40]!r}{meant}")
    end = parse_day(last, place, "the end of a pause") if last else None
    return Pause(parse_day(first, place, "the start of a pause"), end, ground)


def _extended(asked: DeadlineRequest) -> Extended | None:
    if not asked.extended_on:
        if asked.until is not None or asked.cause_ended is not None:
            raise MalformedRequest("an extension needs the day of the notice: give extended-on too")
        return None
    notified = tuple(sorted(parse_day(text, asked.place, "extended-on") for text in asked.extended_on))
    until = None if asked.until is None else parse_day(asked.until, asked.place, "until")
    ended = None if asked.cause_ended is None else parse_day(asked.cause_ended, asked.place, "cause-ended")
    return Extended(notified, until, ended)
