"""The counts and rates over summaries of one company's cases: a pure function (docs/spec/counts.md).

What people state is a plain count. A rate has a numerator and a denominator and stands on cases alone in which
arrival is proven, and only where a key of the company is accepted by the policy: of a company that has not joined
nobody knows what it answered elsewhere.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import Literal, get_args

from ledger.counts.summary import Arrival, CaseSummary, Grade, Lateness
from ledger.deadlines.places import zones
from ledger.errors import MalformedRequest, MalformedSummary

MAX_CASES = 1_000_000
Row = Literal[
    "provided", "partly_provided", "refused", "contested", "reported", "operator_vouched", "withdrawn", "overdue",
    "open", "undetermined",
]  # fmt: skip
NoRate = Literal["", "not_joined", "no_arrival"]
ROWS: tuple[Row, ...] = get_args(Row)
OUTCOMES = ("none", "provided", "partly_provided", "refused", "withdrawn", "contested", "undetermined")
STATES = ("open", "closed", "undetermined")
ANSWERED: tuple[Row, ...] = ("provided", "partly_provided", "refused")
"""Rows of answers by the company itself, or of reports that attesters checked, that nobody contests."""


@dataclass(frozen=True, slots=True)
class Rate:
    """``numerator`` of ``denominator`` cases; never one without the other."""

    of: str
    numerator: int
    denominator: int


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """On the ``day`` after arrival ``answered`` of the ``at_risk`` cases, those followed until then, had an answer."""

    day: int
    at_risk: int
    answered: int


@dataclass(frozen=True, slots=True)
class Counts:
    """Every mapping names all its words, those that nobody used with 0."""

    company: str
    cases: int
    """Cases that are listed. Statements, not persons."""
    arrival: Mapping[str, int]
    states: Mapping[str, int]
    outcomes: Mapping[str, int]
    grades: Mapping[str, int]
    """Of the answers."""
    no_rate: NoRate
    """Why there is neither rate nor curve; "" where there are."""
    rates: tuple[Rate, ...]
    """One for each row; together they are all cases with proven arrival."""
    lateness: tuple[Rate, ...]
    """Late, in time, not decided, of the answers in the rows of ``ANSWERED`` and *contested* with proven arrival."""
    curve: tuple[CurvePoint, ...]
    unconfirmed: int
    """Cases with proven arrival and no answer in which no check-in is recorded: nothing is known after arrival."""
    conditional: int
    not_replayed: int
    operator_is_party: int


def count(company: str, summaries: Iterable[CaseSummary], now: datetime) -> Counts:
    """Counts as of ``now``. Raises MalformedSummary for a case of another company or one that is there twice."""
    every = _distinct(company, summaries)
    listed = [item for item in every if is_listed(item, now)]
    proven = [item for item in listed if item.arrival == "proven"]
    no_rate = _no_rate(listed, proven)
    rated = [] if no_rate else proven
    return Counts(
        company=company,
        cases=len(listed),
        arrival=_by((item.arrival for item in listed), get_args(Arrival)),
        states=_by((item.state or "undetermined" for item in listed), STATES),
        outcomes=_by((item.outcome or "undetermined" for item in listed), OUTCOMES),
        grades=_by((item.grade for item in listed if item.grade and _is_answered(item)), get_args(Grade)),
        no_rate=no_rate,
        rates=_rates([row_of(item) for item in rated], ROWS),
        lateness=_rates([word for item in rated if (word := _lateness(item)) is not None], get_args(Lateness)),
        curve=tuple(_curve(rated)),
        unconfirmed=sum(row_of(item) == "open" and item.known_until is None for item in proven),
        conditional=sum(item.conditional for item in listed),
        not_replayed=sum(not item.replayed for item in listed),
        operator_is_party=sum(item.operator_is_party for item in listed),
    )


def is_listed(summary: CaseSummary, now: datetime) -> bool:
    """Whether the company has spoken in the case, or its quiet period has ended wherever in the place (DESIGN 2)."""
    if summary.spoken:
        return True
    return summary.quiet_until is not None and _first_day(now, summary.place) > summary.quiet_until


def row_of(summary: CaseSummary) -> Row:
    """The one row of a rate in which the case stands."""
    outcome = summary.outcome
    if outcome is None:
        return "undetermined"
    if outcome == "withdrawn":
        return "withdrawn"
    if outcome == "none":
        return "overdue" if summary.overdue else "open"
    if summary.grade == "operator_vouched":
        return "operator_vouched"  # an operator that binds a key of its own can speak for nobody
    if outcome == "contested":
        return "contested"
    return "reported" if summary.grade == "self_stated" else outcome


def _distinct(company: str, summaries: Iterable[CaseSummary]) -> Sequence[CaseSummary]:
    found: dict[bytes, CaseSummary] = {}
    for item in summaries:
        if item.company != company:
            raise MalformedSummary(f"a case with {item.company} stands among those with {company}")
        if item.case in found:
            raise MalformedSummary(f"the case 0x{item.case.hex()} is there twice; give its newest summary alone")
        if len(found) == MAX_CASES:
            raise MalformedSummary(f"at most {MAX_CASES:,} cases are counted at once")
        found[item.case] = item
    return list(found.values())


def _no_rate(listed: Sequence[CaseSummary], proven: Sequence[CaseSummary]) -> NoRate:
    """Where there are rates is said by the cases with proven arrival alone: no other case may open or close them."""
    if any(item.joined for item in proven):
        return ""
    return "not_joined" if proven or not any(item.joined for item in listed) else "no_arrival"


def _by(words: Iterable[str], every: Sequence[str]) -> Mapping[str, int]:
    found = Counter(words)
    return {word: found[word] for word in every}


def _rates(words: Sequence[str], every: Sequence[str]) -> tuple[Rate, ...]:
    found = Counter(words)
    return tuple(Rate(word, found[word], len(words)) for word in every) if words else ()


def _is_answered(summary: CaseSummary) -> bool:
    return summary.answer in ("recorded", "reported")


def _lateness(summary: CaseSummary) -> Lateness | None:
    return summary.lateness if row_of(summary) in (*ANSWERED, "contested") else None


def _curve(rated: Sequence[CaseSummary]) -> Iterator[CurvePoint]:
    """A life table: a case leaves it with its answer, or with its last check-in, after which nothing is known."""
    lives = [_life(item) for item in rated]
    followed = sorted(days for days, _ in lives)
    answers = Counter(days for days, is_answer in lives if is_answer)
    for day in sorted(answers):
        yield CurvePoint(day, len(followed) - bisect_left(followed, day), answers[day])


def _life(summary: CaseSummary) -> tuple[int, bool]:
    """Days from arrival to the answer (True), or for which nothing else is known."""
    arrived = summary.arrived_on
    assert arrived is not None, "arrival is proven"
    if row_of(summary) in ANSWERED and summary.answered_on is not None:
        return _days(arrived, summary.answered_on), True
    return _days(arrived, summary.known_until or arrived), False


def _days(first: date, last: date) -> int:
    return max(0, (last - first).days)


def _first_day(now: datetime, place: str) -> date:
    """The date that ``now`` is where in ``place`` it is earliest; a place without a time zone may have any."""
    try:
        return min(_date_in(now, zone) for zone in zones(place))
    except MalformedRequest:
        return date.fromordinal(max(now.astimezone(UTC).date().toordinal() - 1, 1))


def _date_in(now: datetime, zone: tzinfo) -> date:
    """At the edges of the calendar its first or last day: a refusal would take cases back that were listed."""
    try:
        return now.astimezone(zone).date()
    except OverflowError:
        return date.min if now.year == date.min.year else date.max
