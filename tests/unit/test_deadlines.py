"""Due dates: the reasons, the ends of days, and what only a caller in Python can get wrong."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.deadlines import Extended, due, ends, steps
from ledger.deadlines.as_json import deadline_json
from ledger.deadlines.calendars import STANDARD, is_free
from ledger.deadlines.counting import Pause
from ledger.deadlines.request import DeadlineRequest, answer
from ledger.deadlines.rulebook import SHIPPED, load_rule
from ledger.deadlines.steps import sentence
from ledger.errors import HabeasError, MalformedRequest, RefusedExtension

LEDGER = Path(steps.__file__).parent
EU, UK, KR = (load_rule(name) for name in ("eu-gdpr", "uk-gdpr", "kr-pipa"))
DAYS = st.dates(date(2024, 1, 1), date(2034, 12, 31))


@pytest.mark.parametrize("code", sorted(steps._SENTENCES))
def test_sentence(code: str) -> None:
    """Both languages name the same values, and some step is written with it."""
    english, korean = steps._SENTENCES[code]
    fields = [{name for _, name, _, _ in Formatter().parse(words) if name is not None} for words in (english, korean)]
    assert fields[0] == fields[1] == {str(number) for number in range(len(fields[0]))}
    assert re.search("[가-힣]", korean) and english.endswith((".", "}")) and korean.endswith((".", "}"))
    written = "".join((LEDGER / f"{name}.py").read_text() for name in ("engine", "periods", "extensions"))
    assert f'"{code}"' in written


def test_the_steps_of_a_result_are_in_order() -> None:
    found = due(UK, "extended", "GB", date(2026, 3, 2), pauses=[Pause(date(2026, 3, 5), date(2026, 3, 10))])
    assert [step.number for step in found.steps] == sorted(step.number for step in found.steps)
    assert {step.number for step in found.steps} == {1, 2, 4, 5, 6, 7}


def test_when_the_days_end() -> None:
    """24:00 in the place: in summer time, in winter time, and in the last of several zones."""
    found = due(EU, "answer", "IE", date(2025, 9, 19))
    assert ends(found) == (datetime(2025, 10, 19, 23, tzinfo=UTC), datetime(2025, 10, 20, 23, tzinfo=UTC))
    winter = due(EU, "answer", "IE", date(2025, 10, 20))
    assert ends(winter) == (datetime(2025, 11, 21, tzinfo=UTC), datetime(2025, 11, 21, tzinfo=UTC))
    spain = due(EU, "answer", "ES", date(2026, 1, 7))
    assert ends(spain) == (datetime(2026, 2, 7, 23, tzinfo=UTC), datetime(2026, 2, 10, 0, tzinfo=UTC))
    assert ends(due(load_rule("cn-pipl"), "answer", "CN", date(2026, 1, 7))) == (None, None)


def test_an_instant_has_a_zone() -> None:
    with pytest.raises(MalformedRequest, match="time zone"):
        due(EU, "answer", "IE", datetime(2026, 1, 7, 12))
    seoul = datetime(2026, 7, 1, 0, 30, tzinfo=UTC) - timedelta(hours=9)
    assert due(KR, "answer", "KR", seoul).due_earliest == date(2026, 7, 11)


@pytest.mark.parametrize(
    "given",
    [
        {"pauses": [Pause(date(2026, 2, 2), date.max)]},
        {"extended": Extended((date.max,))},
        {"extended": Extended((date(2026, 2, 2),), cause_ended=date.max)},
    ],
)
def test_days_without_end_are_refused(given: dict[str, object]) -> None:
    with pytest.raises(MalformedRequest, match="the calendar ends with 2035"):
        due(EU, "extended", "IE", date(2026, 2, 2), **given)  # type: ignore[arg-type]


MOMENTS = (
    *("9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "0001-01-01", "9999-12-31", "2035-12-31", "2036-01-01"),
    *("2026-02-29", "2028-02-29", "2026-03-29T01:30:00Z", "2026-10-25T00:59:59Z", "2026-06-15", "2034-12-31"),
    *("", "T", "2026-1-1", "20260101", "2026-W01-1", "2026-01-01T00:00:00+00:00"),
)
PLACES = ("IE", "KR", "US-CA", "US", "GB", "GB-ENG", "NZ", "FR-974", "TW", "DE-ZZ", "AQ", "ie", "", "A" * 500)
"""Also where it is year 0 or 10000 already."""


@given(
    st.tuples(st.sampled_from([*SHIPPED, "xx"]), st.sampled_from(["answer", "extended", "acknowledge", "x"])),
    st.sampled_from(PLACES),
    st.sampled_from(MOMENTS),
    st.lists(st.tuples(st.sampled_from(MOMENTS), st.sampled_from([*MOMENTS, ""])), max_size=2),
    st.lists(st.sampled_from(MOMENTS), max_size=2),
    st.sampled_from([None, *MOMENTS]),
)
@settings(max_examples=600)
def test_whatever_is_asked_in_words(
    named: tuple[str, str], place: str, start: str, pauses: list[tuple[str, str]], notices: list[str], until: str | None
) -> None:
    """Two dates, or an error of the tree: never a fault of ours."""
    spans = [f"{first}..{last}" for first, last in pauses]
    try:
        _, found = answer(DeadlineRequest(*named, place, start, spans, notices, until))
    except HabeasError as error:
        assert len(str(error)) > 20
    else:
        assert (found.due_earliest or date.max) <= (found.due_latest or date.max)


def test_the_calendar_ends() -> None:
    """Some places are known no further, and a holiday must not be missed in silence."""
    assert is_free(STANDARD, "KR", date(2035, 10, 3), generous=False, any_region=False)
    with pytest.raises(MalformedRequest, match="nothing can be counted in 2036"):
        is_free(STANDARD, "KR", date(2036, 10, 3), generous=False, any_region=False)


def test_an_extension_counts_with_the_pauses_before_it() -> None:
    """The notice may come as late as the paused month ends, and not a day later."""
    pauses = [Pause(date(2026, 3, 5), date(2026, 3, 10), "clarification")]
    found = due(UK, "extended", "GB", date(2026, 3, 2), pauses=pauses, extended=Extended((date(2026, 4, 8),)))
    assert (found.due_earliest, found.due_latest) == (date(2026, 4, 7), date(2026, 6, 8))
    with pytest.raises(RefusedExtension, match="2026-04-08"):
        due(UK, "extended", "GB", date(2026, 3, 2), pauses=pauses, extended=Extended((date(2026, 4, 9),)))


@st.composite
def _questions(draw: st.DrawFn) -> tuple[str, str, str, date, list[Pause], Extended | None]:
    regime = draw(st.sampled_from(SHIPPED))
    rule = load_rule(regime)
    period = draw(st.sampled_from(list(rule.periods)))
    place = draw(st.sampled_from((*rule.places, *rule.places_unconfirmed)))
    start = draw(DAYS)
    near = st.integers(-3, 200).map(lambda days: start + timedelta(days=days))
    grounds = st.sampled_from([None, "identity", "clarification"])
    pauses = draw(st.lists(st.builds(Pause, near, st.one_of(st.none(), near), grounds), max_size=3))
    maybe = st.one_of(st.none(), near)
    extended = draw(
        st.one_of(st.none(), st.builds(Extended, st.lists(near, max_size=3).map(tuple), maybe, maybe)),
    )
    return regime, period, place, start, pauses, extended


@given(_questions())
@settings(max_examples=400)
def test_whatever_is_asked(question: tuple[str, str, str, date, list[Pause], Extended | None]) -> None:
    """Either an error of the tree that says what is wrong, or two dates in order with whole sentences."""
    regime, period, place, start, pauses, extended = question
    try:
        found = due(load_rule(regime), period, place, start, pauses=pauses, extended=extended)
    except HabeasError as error:
        assert len(str(error)) > 20
        return
    earliest, latest = found.due_earliest or date.max, found.due_latest or date.max
    assert start < earliest <= latest
    assert (found.due_latest is None) == bool(found.no_date)
    assert all(sentence(step, lang) for step in found.steps for lang in ("en", "ko"))  # type: ignore[arg-type]
    assert deadline_json(found, load_rule(regime), "ko")["calendar"] == STANDARD.version


@pytest.mark.parametrize(("place", "known"), [("KR-99", False), ("IE-ZZ", False), ("IE", True), ("ES-IB", True)])
def test_a_region_that_the_calendar_does_not_know(place: str, known: bool) -> None:
    """Nobody can say that it is none, so a step says that it is not known."""
    rule = load_rule("kr-pipa") if place.startswith("KR") else EU
    found = due(rule, "answer", place, date(2026, 3, 2))
    assert ("region_unknown" in {step.code for step in found.steps}) != known


def test_a_day_named_on_the_very_last_day_is_not_too_late() -> None:
    """Nothing is said of a day that the rule allows; a day later is."""
    given = {day: due(EU, "extended", "IE", date(2025, 10, 20), extended=Extended((date(2025, 11, 10),), day))
             for day in (date(2026, 1, 20), date(2026, 1, 21))}  # fmt: skip
    late = [("named_late" in {step.code for step in found.steps}) for found in given.values()]
    assert late == [False, True] and {found.due_latest for found in given.values()} == {date(2026, 1, 20)}


def test_nothing_is_stated_as_known_that_the_company_alone_says() -> None:
    """Of a notice the day that it names, of a pause what is stated."""
    pause = [Pause(date(2026, 3, 5), date(2026, 3, 10))]
    found = due(UK, "extended", "GB", date(2026, 3, 2), pauses=pause, extended=Extended((date(2026, 3, 20),)))
    text = " ".join(sentence(step, "en") for step in found.steps)
    assert "The notice names 2026-03-20" in text and "By what is stated the clock" in text
    assert "was told" not in text
