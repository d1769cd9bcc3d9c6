"""The arithmetic of days in one reading (docs/spec/deadlines.md, "Counting", steps 3 to 6).

A reading is the strictest or the one most favourable to the company. Each function is monotone in its
start: a later start never gives an earlier end, and a pause never shortens.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from ledger.deadlines.calendars import Calendar, is_free
from ledger.deadlines.rules import Closed, Counting, Ground, Leg, PauseRule, Period
from ledger.errors import MalformedRequest

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pause:
    """The clock stands still from ``start``, the day of the question, to ``end``, the day of the answer.

    ``end`` None: nothing has come yet. ``ground`` None: not known; the widest one of the rule holds.
    """

    start: date
    end: date | None
    ground: Ground | None = None


# Their law speaks of the holidays of the Member State, and of national holidays: those of a region that nobody named
# are none. Elsewhere the reading most favourable to the company takes any region's.
_COUNTRY_ONLY: frozenset[Counting] = frozenset({"EU-1182", "NZ-WD"})


@dataclass(frozen=True, slots=True)
class Reading:
    """One of the two readings, in one place and calendar."""

    calendar: Calendar
    place: str
    generous: bool
    any_region: bool

    @staticmethod
    def of(period: Period, calendar: Calendar, place: str, *, generous: bool) -> Reading:
        """The strictest reading of a period, or the one most favourable to the company."""
        return _reading(calendar, place, generous, period.counting not in _COUNTRY_ONLY)

    def is_free(self, day: date) -> bool:
        """Whether ``day`` is no working day."""
        return is_free(self.calendar, self.place, day, generous=self.generous, any_region=self.any_region)

    def roll(self, day: date) -> date:
        """The next working day from ``day`` on; the strictest reading stays where it is (step 6)."""
        if self.generous:
            while self.is_free(day):
                day += _DAY
        return day

    def wider(self, one: date, other: date) -> date:
        """Of two ways to count, the one that this reading takes."""
        return max(one, other) if self.generous else min(one, other)

    def end(self, period: Period, start: date) -> date:
        """The last day before pauses and roll-over (steps 3 and 4); the day of ``start`` is not counted.

        Where a period has several legs it may be one length or one after the other, and the legs in
        between may roll: 31 January plus a month plus two is 28 or 30 April.
        """
        day = start
        for leg in period.legs[:-1]:
            day = self.roll(self.add(day, leg, period.closed))
        day = self.add(day, period.legs[-1], period.closed)
        if len(period.legs) == 1:
            return day
        whole = Leg(sum(leg.length for leg in period.legs), period.legs[0].unit)
        return self.wider(day, self.add(start, whole, period.closed))

    def add(self, day: date, leg: Leg, closed: Closed | None = None) -> date:
        """``leg`` after ``day``. Months end on the same number, or on the month's last day."""
        if leg.unit == "months":
            return add_months(day, leg.length)
        if leg.unit == "working_days":
            return self._add_working_days(day, leg.length, closed)
        return day + timedelta(days=leg.length * (7 if leg.unit == "weeks" else 1))

    def _add_working_days(self, day: date, number: int, closed: Closed | None) -> date:
        while number:
            day += _DAY
            if (
                day.weekday() < 5
                and not self.is_free(day)
                and not (self.generous and closed is not None and is_closed(day, closed))
            ):
                number -= 1
        return day


@lru_cache(maxsize=1024)
def _reading(calendar: Calendar, place: str, generous: bool, any_region: bool) -> Reading:
    return Reading(calendar, place, generous, any_region)


def add_months(day: date, months: int) -> date:
    """The same-numbered day ``months`` later, or the last day of that month where it has none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    # Every month has 28 days; only beyond them its length must be known.
    return date(year, month + 1, day.day if day.day <= 28 else min(day.day, monthrange(year, month + 1)[1]))


def is_closed(day: date, closed: Closed) -> bool:
    """Whether ``day`` lies in a span of the year, which may run over New Year."""
    at = (day.month, day.day)
    if closed.first <= closed.last:
        return closed.first <= at <= closed.last
    return at >= closed.first or at <= closed.last


def check_pauses(pauses: Sequence[Pause], start: date) -> tuple[Pause, ...]:
    """The pauses in order. Raises MalformedRequest: one ends before it begins, begins too early, or two overlap."""
    ordered = tuple(sorted(pauses, key=lambda pause: pause.start))
    for pause in ordered:
        if pause.end is not None and pause.end < pause.start:
            raise MalformedRequest(f"the pause {pause.start}..{pause.end} ends before it begins; give FROM..TO")
        if pause.start < start:
            raise MalformedRequest(f"the pause from {pause.start} begins before the period, which starts on {start}")
    for one, following in zip(ordered, ordered[1:], strict=False):
        if one.end is None or following.start < one.end:
            end = "" if one.end is None else str(one.end)
            raise MalformedRequest(
                f"the pauses {one.start}..{end} and {following.start}..{following.end or ''} overlap; "
                f"the clock can stand still only once: the second may begin on the day on which the first ends"
            )
    return ordered


def add_pauses(reading: Reading, period: Period, end: date, pauses: Sequence[tuple[Pause, PauseRule]]) -> date | None:
    """``end`` moved by the pauses that this reading reckons with (step 5); None while one is open.

    The strictest reading lets the clock run on the day of the answer again; the other counts neither
    that day nor the day of the question, and where the rule says so may begin anew on that day.
    """
    before = date.min
    for pause, rule in pauses:
        if not (reading.generous or rule.certain) or pause.start > reading.roll(end):
            continue
        if pause.end is None:
            return None
        if reading.generous:
            first = pause.start if pause.start > before else before + _DAY
            moved = end + (pause.end - first) + _DAY
            end = max(moved, reading.end(period, pause.end)) if rule.restart else moved
        else:
            end += pause.end - pause.start
        before = pause.end
    return end
