"""What holds for every regime, place and day: monotone, earliest before latest, pauses never shorten, same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ledger.deadlines import LAST_DAY, Deadline, Extended, due, ends
from ledger.deadlines.as_json import deadline_json
from ledger.deadlines.calendars import STANDARD
from ledger.deadlines.counting import Pause, Reading, add_months
from ledger.deadlines.places import end_of_day, local_days, zones
from ledger.deadlines.rulebook import SHIPPED, load_rule
from ledger.deadlines.rules import Leg
from ledger.deadlines.steps import sentence
from ledger.encoding import encode_json
from ledger.errors import MalformedRequest, RefusedExtension, RefusedRule

EVERY = [(name, period) for name in SHIPPED for period in load_rule(name).periods]
DATED = [(name, period) for name, period in EVERY if load_rule(name).periods[period].legs]
PAUSED = [(name, period) for name, period in DATED if load_rule(name).periods[period].pauses]
ZONED = ("IE", "DE-BY", "GB", "US-CA", "US-TX", "AU", "NZ", "KR", "BR", "PT", "ES", "CL", "IR", "EG")
DST_DAYS = [
    date(2026, 3, 8),
    date(2026, 3, 29),
    date(2026, 4, 5),
    date(2026, 10, 25),
    date(2026, 11, 1),
    date(2027, 3, 14),
]


class Asked(NamedTuple):
    """A question that the rule answers."""

    regime: str
    period: str
    place: str
    start: date

    def due(self, start: date | None = None, **more: object) -> Deadline:
        return due(load_rule(self.regime), self.period, self.place, start or self.start, **more)  # type: ignore[arg-type]


@st.composite
def questions(draw: st.DrawFn, periods: Sequence[tuple[str, str]] = DATED) -> Asked:
    """Any dated period, in any of its places, on any day up to 2033; year ends and leap days are frequent."""
    regime, period = draw(st.sampled_from(periods))
    rule = load_rule(regime)
    place = draw(st.sampled_from((*rule.places, *rule.places_unconfirmed)))
    first = rule.valid_from
    any_day = st.dates(first, date(2033, 12, 31))
    edges = [
        date(year, month, number)
        for year in range(2027, 2033)
        for month, number in ((1, 31), (2, 28), (8, 31), (12, 25), (12, 31))
    ]
    edges += [date(2028, 2, 29), date(2032, 2, 29), *DST_DAYS]
    start = draw(st.one_of(any_day, st.sampled_from([day for day in edges if day >= first])))
    return Asked(regime, period, place, start)


@given(questions())
def test_the_earlier_date_is_never_the_later_one(asked: Asked) -> None:
    found = asked.due()
    assert found.due_earliest is not None and found.due_latest is not None
    assert asked.start < found.due_earliest <= found.due_latest
    first, last = ends(found)
    assert first is not None and last is not None and first <= last


@given(questions(), st.integers(1, 70))
def test_a_later_start_never_gives_an_earlier_date(asked: Asked, days: int) -> None:
    one, other = asked.due(), asked.due(asked.start + timedelta(days=days))
    assert one.due_earliest is not None and other.due_earliest is not None and one.due_earliest <= other.due_earliest
    assert one.due_latest is not None and other.due_latest is not None and one.due_latest <= other.due_latest


@given(
    st.one_of(questions(), questions(PAUSED)),
    st.integers(0, 120),
    st.integers(0, 60),
    st.sampled_from([None, "identity", "clarification"]),
)
def test_a_pause_never_shortens(asked: Asked, after: int, length: int, ground: str | None) -> None:
    begins = asked.start + timedelta(days=after)
    pause = Pause(begins, begins + timedelta(days=length), ground)  # type: ignore[arg-type]
    plain = asked.due()
    try:
        paused = asked.due(pauses=[pause])
        longer = asked.due(pauses=[Pause(begins, begins + timedelta(days=length + 1), pause.ground)])
        still = asked.due(pauses=[Pause(begins, None, pause.ground)])
    except RefusedRule:
        assert not load_rule(asked.regime).periods[asked.period].pauses or ground is not None
        return
    assert _order(plain.due_earliest) <= _order(paused.due_earliest) <= _order(longer.due_earliest)
    assert _order(plain.due_latest) <= _order(paused.due_latest) <= _order(longer.due_latest)
    assert _order(longer.due_latest) <= _order(still.due_latest)
    assert _order(paused.due_earliest) <= _order(paused.due_latest)


@given(questions(PAUSED), st.integers(0, 30), st.integers(1, 40))
def test_pauses_do_not_turn_the_order_of_starts(asked: Asked, after: int, days: int) -> None:
    """With one pause, the same for both, a later start never gives an earlier date."""
    later = asked.start + timedelta(days=days)
    pause = Pause(later + timedelta(days=after), later + timedelta(days=after + 9))
    one, other = asked.due(pauses=[pause]), asked.due(later, pauses=[pause])
    assert _order(one.due_earliest) <= _order(other.due_earliest)
    assert _order(one.due_latest) <= _order(other.due_latest)


@given(questions(), st.integers(0, 100))
def test_an_extension_never_shortens(asked: Asked, after: int) -> None:
    rule = load_rule(asked.regime)
    period = rule.periods[asked.period]
    notified = asked.start + timedelta(days=after)
    plain = asked.due()
    try:
        found = asked.due(extended=Extended((notified,), notified + timedelta(days=90)))
    except (RefusedExtension, RefusedRule, MalformedRequest):
        return
    if period.extends:
        base = due(rule, period.extends[0], asked.place, asked.start)
        assert _order(base.due_earliest) <= _order(found.due_earliest) <= _order(plain.due_earliest)
        assert found.due_latest == plain.due_latest
    else:
        assert _order(plain.due_earliest) <= _order(found.due_earliest)
        assert _order(plain.due_latest) <= _order(found.due_latest)
    assert _order(found.due_earliest) <= _order(found.due_latest)


@given(questions())
def test_the_same_question_gives_the_same_bytes(asked: Asked) -> None:
    rule = load_rule(asked.regime)
    one, other = (deadline_json(asked.due(), rule, "en") for _ in range(2))
    assert repr(one) == repr(other)
    dates = {name: one[name] for name in ("due_earliest", "due_latest", "calendar", "rule", "rule_version")}
    assert encode_json(dates) == encode_json({name: other[name] for name in dates})


@given(questions(), st.sampled_from(["holiday", "disputed", "working"]), st.integers(-3, 3))
def test_a_calendar_file_changes_only_dates_that_it_touches(asked: Asked, status: str, shift: int) -> None:
    """A changed day that lies outside the span looked at changes nothing."""
    plain = asked.due()
    assert plain.due_latest is not None and plain.due_earliest is not None
    changed = plain.due_latest + timedelta(days=shift)
    country = asked.place[:2]
    text = (
        f'habeas_calendar = 1\nid = "t"\nversion = 1\n[[day]]\ndate = {changed}\nplace = "{country}"\n'
        f'status = "{status}"\nname = "n"\nsource = "s"\n'
    )
    found = asked.due(calendar=STANDARD.with_file(text.encode()))
    units = {leg.unit for leg in load_rule(asked.regime).periods[asked.period].legs}
    if units == {"working_days"} or shift <= 0:
        assert found.due_earliest is not None and found.due_latest is not None
        return
    # A day after the last one: nothing looked at it.
    assert (found.due_earliest, found.due_latest) == (plain.due_earliest, plain.due_latest)
    assert found.calendar != plain.calendar


@pytest.mark.parametrize("place", ZONED)
@given(data=st.data())
def test_days_begin_and_end_with_their_zone(place: str, data: st.DataObject) -> None:
    """Over clock changes too: an instant before the end of a day is that day or an earlier one, one at it is later."""
    day = data.draw(st.one_of(st.sampled_from(DST_DAYS), st.dates(date(2020, 1, 1), date(2040, 12, 31))))
    first, last = end_of_day(day, place)
    assert first <= last and last - first <= timedelta(hours=14)
    second = timedelta(seconds=1)
    assert local_days(first - second, place)[1] <= day < local_days(first, place)[1]
    assert local_days(last - second, place)[0] <= day < local_days(last, place)[0]
    assert len(zones(place)) == 1 or local_days(first, place) != local_days(last, place) or first == last


@given(questions(), st.integers(0, 24 * 3600 - 1))
def test_an_instant_is_the_day_of_the_place(asked: Asked, seconds: int) -> None:
    assume(load_rule(asked.regime).valid_from < asked.start)
    instant = datetime(asked.start.year, asked.start.month, asked.start.day, tzinfo=UTC) + timedelta(seconds=seconds)
    first, last = local_days(instant, asked.place)
    found = due(load_rule(asked.regime), asked.period, asked.place, instant)
    assert found.due_earliest == asked.due(first).due_earliest
    assert found.due_latest == asked.due(last).due_latest


@given(st.dates(date(1900, 1, 1), date(2090, 1, 1)), st.integers(1, 60))
def test_months_keep_the_number_or_end_the_month(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


@given(st.dates(date(2025, 1, 1), date(2034, 1, 1)), st.integers(1, 40), st.sampled_from(["US-CA", "NZ", "KR", "DE"]))
def test_working_days_are_counted_one_by_one(day: date, number: int, place: str) -> None:
    """Against a plain count: so many working days lie after the start and up to the end, which is one of them."""
    for generous in (False, True):
        reading = Reading(STANDARD, place, generous, any_region=True)
        end = reading.add(day, Leg(number, "working_days"))
        span = [day + timedelta(days=step) for step in range(1, (end - day).days + 1)]
        assert sum(not reading.is_free(other) for other in span) == number and not reading.is_free(end)


EU_DATED = [(name, period) for name, period in DATED if load_rule(name).periods[period].counting == "EU-1182"]


@given(questions(EU_DATED))
def test_two_working_days_lie_in_every_period_of_eu_law(asked: Asked) -> None:
    """Regulation 1182/71 art. 3(5) asks for them in any period of two days or more; none here is so short."""
    found = asked.due()
    assert found.due_earliest is not None
    reading = Reading(STANDARD, asked.place, generous=True, any_region=False)
    days = [asked.start + timedelta(days=step) for step in range(1, (found.due_earliest - asked.start).days + 1)]
    assert sum(not reading.is_free(day) for day in days) >= 2


@pytest.mark.parametrize(("regime", "period"), EVERY)
def test_every_period_is_computed_in_every_place(regime: str, period: str) -> None:
    """And says why, in both languages, without a gap in a sentence."""
    rule = load_rule(regime)
    for place in (*rule.places, *rule.places_unconfirmed):
        found = due(rule, period, place, max(rule.valid_from, date(2026, 12, 30)))
        assert (found.due_latest is None) == (found.no_date == "undated") == (not rule.periods[period].legs)
        assert found.finding == (found.mark != "R" and place in rule.places and bool(rule.periods[period].legs)
                                 and rule.periods[period].no_finding is None)  # fmt: skip
        for step in found.steps:
            for lang in ("en", "ko"):
                words = sentence(step, lang)  # type: ignore[arg-type]
                assert words == " ".join(words.split()) and "{" not in words


def test_a_recalled_step_never_narrows() -> None:
    """Roll-over that no source confirms moves the later date alone; what is recalled altogether carries no finding."""
    found = due(load_rule("us-va"), "answer", "US-VA", date(2026, 1, 7))
    assert (found.due_earliest, found.due_latest) == (date(2026, 2, 21), date(2026, 2, 23))
    norway = due(load_rule("eu-gdpr"), "answer", "NO", date(2026, 8, 31))
    assert norway.mark == "R" and not norway.finding


def test_the_whole_calendar_is_there() -> None:
    """The last day that is accepted can be computed everywhere."""
    for regime, period in DATED:
        rule = load_rule(regime)
        assert due(rule, period, rule.places[0], LAST_DAY).due_latest is not None


def _order(day: date | None) -> date:
    return date.max if day is None else day
