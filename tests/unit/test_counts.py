"""Counts over cases: what may change them and what never, by properties; and their fixed sentences."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from string import Formatter

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ledger.counts import words as fixed
from ledger.counts.counts import Counts, count, is_listed, row_of
from ledger.counts.summary import CaseSummary, encode_summary, parse_summary
from ledger.counts.told import counts_json, told
from ledger.errors import MalformedSummary
from ledger.words import Language, text

COMPANY = "shop.example"
NOW = datetime(2026, 12, 10, 12, tzinfo=UTC)
LANGUAGES: tuple[Language, ...] = ("en", "ko")
DAYS = st.dates(date(2026, 10, 1), date(2027, 1, 31))
MAYBE = st.none() | DAYS


@st.composite
def summaries(draw: st.DrawFn) -> CaseSummary:
    """Any summary that a finding can give; its case is filled in by ``distinct``."""
    arrival = draw(st.sampled_from(["no_request", "claimed", "operator_vouched", "proven"]))
    is_shown = arrival in ("operator_vouched", "proven")
    outcome = draw(
        st.sampled_from(["none", "provided", "partly_provided", "refused", "withdrawn", "contested", None]),
    )
    answer = "none"
    if outcome is None:
        answer = "undetermined"
    elif outcome not in ("none", "withdrawn"):
        answer = draw(st.sampled_from(["recorded", "reported", *(["none"] if outcome == "contested" else [])]))
    is_answer, is_contested = answer in ("recorded", "reported"), outcome == "contested"
    known = draw(MAYBE)
    lateness = draw(st.sampled_from([None, "late", "in_time", "not_decided"])) if is_answer else None
    made = {
        "case": "0x" + bytes(32).hex(),
        "company": COMPANY,
        "place": draw(st.sampled_from(["IE", "KR", "US", "AQ", "DE-BY"])),
        "quiet_until": draw(MAYBE.map(_text)),
        "spoken": answer == "recorded" or (is_contested and answer == "none") or draw(st.booleans()),
        "joined": draw(st.booleans()),
        "arrival": arrival,
        "arrived_on": _text(draw(DAYS)) if is_shown else None,
        "answer": answer,
        "state": None if outcome is None else "open" if outcome in ("none", "contested") else "closed",
        "outcome": outcome,
        "grade": draw(st.sampled_from(["self_stated", "domain_mail", "company_signed", "operator_vouched", "attested"]))
        if is_answer or is_contested
        else None,
        "answered_on": None if lateness is None else _text(draw(DAYS)),
        "lateness": lateness,
        "overdue": is_shown and outcome == "none" and known is not None and draw(st.booleans()),
        "known_until": _text(known),
        "conditional": draw(st.booleans()),
        "replayed": draw(st.booleans()),
        "operator_is_party": draw(st.booleans()),
    }
    return parse_summary(made)


def _text(day: date | None) -> str | None:
    return None if day is None else str(day)


def distinct(found: list[CaseSummary]) -> list[CaseSummary]:
    return [replace(item, case=number.to_bytes(32)) for number, item in enumerate(found)]


MANY = st.lists(summaries(), max_size=12).map(distinct)


def made(found: list[CaseSummary], now: datetime = NOW) -> Counts:
    return count(COMPANY, found, now)


def rated(counts: Counts) -> tuple[object, ...]:
    return counts.rates, counts.lateness, counts.curve


def plain(counts: Counts) -> dict[str, int]:
    tables = {"arrival": counts.arrival, "states": counts.states, "outcomes": counts.outcomes, "grades": counts.grades}
    found = {f"{name}.{word}": number for name, table in tables.items() for word, number in table.items()}
    single = ("cases", "unconfirmed", "conditional", "not_replayed", "operator_is_party")
    return found | {name: getattr(counts, name) for name in single}


@given(MANY, st.randoms(use_true_random=False))
def test_order_is_irrelevant(found: list[CaseSummary], random: object) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert made(found) == made(shuffled)


@given(MANY, summaries())
def test_a_case_without_proven_arrival_changes_no_rate(found: list[CaseSummary], one: CaseSummary) -> None:
    """Whatever else it says: five hundred strangers change nothing that is a rate."""
    assume(one.arrival != "proven")
    strangers = [replace(one, case=number.to_bytes(32)) for number in range(500, 505)]
    assert rated(made(found)) == rated(made([*found, *strangers]))


@given(MANY)
def test_taking_a_case_out_raises_no_plain_count_and_opens_no_rate(found: list[CaseSummary]) -> None:
    whole = made(found)
    for number in range(len(found)):
        less = made(found[:number] + found[number + 1 :])
        assert all(value <= plain(whole)[name] for name, value in plain(less).items())
        assert not (less.rates and not whole.rates)


@given(MANY, st.integers(0, 400))
def test_time_only_adds_cases(found: list[CaseSummary], days: int) -> None:
    later = made(found, NOW + timedelta(days=days))
    assert later.cases >= made(found).cases


@given(MANY)
def test_nothing_is_dropped(found: list[CaseSummary]) -> None:
    """Every listed case is in each table once; the rows of the rates are all cases with proven arrival."""
    counts = made(found)
    assert counts.cases == sum(is_listed(item, NOW) for item in found)
    for table in (counts.arrival, counts.states, counts.outcomes):
        assert sum(table.values()) == counts.cases
    if not counts.no_rate:
        assert sum(rate.numerator for rate in counts.rates) == counts.arrival["proven"]
        assert {rate.denominator for rate in counts.rates} == {counts.arrival["proven"]}
        assert all(rate.denominator == sum(item.numerator for item in counts.lateness) for rate in counts.lateness)
        assert all(0 < point.answered <= point.at_risk for point in counts.curve)
        assert [point.day for point in counts.curve] == sorted({point.day for point in counts.curve})
    else:
        assert rated(counts) == ((), (), ())


@given(MANY)
def test_a_quiet_case_takes_part_in_nothing(found: list[CaseSummary]) -> None:
    listed = [item for item in found if is_listed(item, NOW)]
    assert made(found) == made(listed)


@given(summaries())
def test_round_trip(one: CaseSummary) -> None:
    assert parse_summary(encode_summary(one)) == one


@given(summaries(), st.sampled_from(["spoken", "joined", "overdue", "conditional", "replayed", "operator_is_party"]))
def test_a_flag_is_no_number(one: CaseSummary, name: str) -> None:
    value = encode_summary(one)
    with pytest.raises(MalformedSummary):
        parse_summary({**value, name: int(bool(value[name]))})


@settings(max_examples=50)
@given(MANY, st.booleans(), st.sampled_from(LANGUAGES))
def test_what_is_always_said(found: list[CaseSummary], practice: bool, lang: Language) -> None:
    counts = made(found)
    lines = told(counts, lang, practice=practice)
    assert (lines[0] == text("practice", lang)) is practice, "first of all, and only there"
    assert lines[-1] == text("everywhere", lang)
    for name in ("sample", "heading"):
        assert fixed.phrase(name, lang) in lines
    assert not any("%" in line for line in lines), "a share is never without its numbers"
    shown = counts_json(counts, practice=practice)
    assert shown["sentences"] == told(counts, "en", practice=practice)


def test_the_sentence_about_strangers() -> None:
    base = parse_summary(
        {
            "case": "0x" + bytes(32).hex(), "company": COMPANY, "place": "IE", "quiet_until": "2026-12-04",
            "spoken": False, "joined": False, "arrival": "claimed", "arrived_on": None, "answer": "none",
            "state": "open", "outcome": "none", "grade": None, "answered_on": None, "lateness": None,
            "overdue": False, "known_until": None, "conditional": False, "replayed": True, "operator_is_party": False,
        }
    )  # fmt: skip
    strangers = distinct([base] * 500)
    real = replace(base, case=b"\xff" * 32, arrival="proven", arrived_on=date(2026, 10, 22))
    lines = told(made([*strangers, real]), "en", practice=False)
    assert "501 statements, 1 with proven arrival." in lines
    assert any(line.startswith("No rate and no curve: no key of shop.example is accepted") for line in lines)
    assert "진술 501건, 그중 도달이 증명된 것은 1건." in told(made([*strangers, real]), "ko", practice=False)
    assert made(strangers, datetime(2026, 12, 4, 12, tzinfo=UTC)).cases == 0


def test_a_vouched_answer_is_no_answer_of_the_company() -> None:
    value = {
        "case": "0x" + bytes(32).hex(), "company": COMPANY, "place": "IE", "quiet_until": None, "spoken": True,
        "joined": True, "arrival": "proven", "arrived_on": "2026-10-22", "answer": "recorded", "state": "closed",
        "outcome": "provided", "grade": "operator_vouched", "answered_on": "2026-10-30", "lateness": "in_time",
        "overdue": False, "known_until": None, "conditional": False, "replayed": True, "operator_is_party": False,
    }  # fmt: skip
    one = parse_summary(value)
    assert row_of(one) == "operator_vouched"
    counts = made([one])
    assert (counts.lateness, counts.curve) == ((), ())
    assert [rate.of for rate in counts.rates if rate.numerator] == ["operator_vouched"]


def test_both_languages_say_the_same() -> None:
    """The same values in both; no sentence of one language alone."""
    for name, (english, korean) in {**fixed._TEXT, **fixed._WORDS}.items():
        fields = [{part[1] for part in Formatter().parse(text) if part[1]} for text in (english, korean)]
        assert fields[0] == fields[1], name
        assert any("가" <= sign <= "힣" for sign in korean), name
