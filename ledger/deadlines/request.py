"""What a person or a program asks for in words: the same strict reading on the command line and in the API."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from ledger.deadlines.calendars import STANDARD, Calendar
from ledger.deadlines.counting import Pause
from ledger.deadlines.engine import Deadline, check_covered, due, ends
from ledger.deadlines.extensions import Extended
from ledger.deadlines.places import local_days
from ledger.deadlines.rulebook import load_rule
from ledger.deadlines.rules import Ground, Rule
from ledger.encoding import parse_date, parse_instant
from ledger.errors import MalformedRequest
from ledger.nearest import did_you_mean

Standing = Literal["running", "between", "over"]
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
    option: str = ""
    """What stands before the name of each of these where the asker writes it: ``--`` on the command line."""

    def named(self, name: str) -> str:
        """A member as whoever asks spells it."""
        return f"{self.option}{name.replace('_', '-')}" if self.option else name


def answer(asked: DeadlineRequest, calendar: Calendar = STANDARD) -> tuple[Rule, Deadline]:
    """The rule and its due dates. Raises MalformedRequest, RefusedRule or RefusedExtension."""
    rule = load_rule(asked.regime)
    check_covered(rule, asked.place)
    if len(asked.pauses) > MAX_PAUSES or len(asked.extended_on) > MAX_NOTICES:
        raise MalformedRequest(f"at most {MAX_PAUSES} pauses and {MAX_NOTICES} notices can be given")
    pauses = [parse_pause(text, asked.place) for text in asked.pauses]
    found = due(
        rule,
        asked.period,
        asked.place,
        parse_moment(asked.start, asked.named("from")),
        pauses=pauses,
        extended=_extended(asked),
        calendar=calendar,
    )
    return rule, found


def parse_moment(text: str, what: str) -> date | datetime:
    """A date like 2026-11-20 or an instant like 2026-11-20T09:00:00Z. Raises MalformedRequest."""
    try:
        if "T" in text:
            return parse_instant(text, MalformedRequest, what)
        return parse_date(text, MalformedRequest, what)
    except MalformedRequest:
        raise MalformedRequest(
            f"{what} must be a date like 2026-11-20, or an instant in UTC like 2026-11-20T09:00:00Z, "
            f"not {text[:40]!r}{_in_utc(text)}"
        ) from None


def _in_utc(text: str) -> str:
    """What an instant of another zone is in UTC, in the place of a riddle."""
    with suppress(ValueError, OverflowError):
        moment = datetime.fromisoformat(text[:40])
        if moment.tzinfo is not None:
            return f" (in UTC that is {moment.astimezone(UTC).replace(microsecond=0).isoformat()[:19]}Z)"
    return ""


def standing(found: Deadline, now: str, what: str) -> Standing:
    """How the period stands at ``now``, a date or an instant; a date is that whole day. Raises MalformedRequest."""
    moment = parse_moment(now, what)
    if isinstance(moment, datetime):
        first, last = ends(found)
        return _between(first is None or moment < first, last is None or moment < last)
    earliest, latest = found.due_earliest, found.due_latest
    return _between(earliest is None or moment <= earliest, latest is None or moment <= latest)


def _between(before_earliest: bool, before_latest: bool) -> Standing:
    return "running" if before_earliest else "between" if before_latest else "over"


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
            raise MalformedRequest(f"an extension needs the day of the notice: give {asked.named('extended_on')} too")
        return None
    notified = tuple(sorted(parse_day(text, asked.place, asked.named("extended_on")) for text in asked.extended_on))
    until = None if asked.until is None else parse_day(asked.until, asked.place, asked.named("until"))
    ended = None if asked.cause_ended is None else parse_day(asked.cause_ended, asked.place, asked.named("cause_ended"))
    return Extended(notified, until, ended)
