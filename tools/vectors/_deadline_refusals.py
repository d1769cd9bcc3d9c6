"""What is asked wrongly: name, input, error, in words."""

from __future__ import annotations

from typing import Any

_BASE: dict[str, Any] = {"regime": "eu-gdpr", "period": "answer", "places": ["IE"], "from": "2026-03-02"}
_UK = {**_BASE, "regime": "uk-gdpr", "places": ["GB"]}
_KR = {**_BASE, "regime": "kr-pipa", "places": ["KR"]}
_PAUSE = {"from": "2026-03-05", "to": "2026-03-10"}
_REQUEST, _RULE, _EXTENSION = "MalformedRequest", "RefusedRule", "RefusedExtension"

REFUSED: tuple[tuple[str, dict[str, Any], str, str], ...] = (
    ("regime-unknown", {**_BASE, "regime": "xx-law"}, _REQUEST, "a regime that no file describes"),
    ("regime-none", {**_BASE, "regime": "none"}, _REQUEST, "the regime none has no deadlines"),
    ("period-unknown", {**_BASE, "period": "acknowledge"}, _REQUEST, "a period of another regime"),
    ("place-outside", {**_BASE, "places": ["US"]}, _REQUEST, "a place where the rule does not hold"),
    ("place-no-code", {**_BASE, "places": ["ie"]}, _REQUEST, "lower case is no ISO 3166 code"),
    ("place-no-country", {**_BASE, "places": ["XX"]}, _REQUEST, "no such country"),
    ("place-no-region", {**_BASE, "places": ["DE-XX"]}, _REQUEST, "no such region of Germany"),
    ("place-country-too-wide", {**_BASE, "regime": "us-ca-ccpa", "places": ["US"]}, _REQUEST, "one state's law"),
    ("from-no-date", {**_BASE, "from": "2026-02-30"}, _REQUEST, "no such day"),
    ("from-day-first", {**_BASE, "from": "02.03.2026"}, _REQUEST, "another way to write a day"),
    ("from-instant-without-zone", {**_BASE, "from": "2026-03-02T10:00:00"}, _REQUEST, "an instant needs its zone"),
    ("from-before-the-rule", {**_BASE, "from": "2018-05-24"}, _RULE, "the day before the rule was valid"),
    ("from-before-the-rule-in", {**_BASE, "regime": "in-dpdp", "places": ["IN"]}, _RULE, "not in force yet"),
    (
        "regime-misspelt",
        {**_BASE, "regime": "eu-gpdr"},
        _REQUEST,
        "two letters changed about; the message names the one that was meant",
    ),
    ("period-misspelt", {**_BASE, "period": "anwser"}, _REQUEST, "the same of a period"),
    ("place-uk-for-gb", {**_UK, "places": ["UK"]}, _REQUEST, "ISO 3166 calls it GB"),
    ("from-instant-hour-25", {**_BASE, "from": "2026-03-02T25:00:00Z"}, _REQUEST, "no such hour"),
    ("from-instant-hour-24", {**_BASE, "from": "2026-03-02T24:00:00Z"}, _REQUEST, "another spelling of the next day"),
    (
        "from-instant-leap-second",
        {**_BASE, "from": "2026-06-30T23:59:60Z"},
        _REQUEST,
        "a second that Unix time has not",
    ),
    ("from-instant-no-day", {**_BASE, "from": "2026-02-29T10:00:00Z"}, _REQUEST, "2026 is no leap year"),
    (
        "from-instant-before-all-days",
        {**_BASE, "regime": "us-ca-ccpa", "places": ["US-CA"], "from": "0001-01-01T00:00:00Z"},
        _REQUEST,
        "in California it is still year 0, which no calendar here has",
    ),
    (
        "from-instant-after-all-days",
        {**_KR, "from": "9999-12-31T23:59:59Z"},
        _REQUEST,
        "in Korea it is year 10000 already",
    ),
    ("from-instant-fraction", {**_BASE, "from": "2026-03-02T10:00:00.5Z"}, _REQUEST, "whole seconds only"),
    ("from-instant-offset", {**_BASE, "from": "2026-03-02T10:00:00+09:00"}, _REQUEST, "UTC only, written Z"),
    ("from-past-the-calendar", {**_BASE, "from": "2087-01-01"}, _REQUEST, "the calendar ends"),
    (
        "pause-before-the-period",
        {**_UK, "pauses": [{"from": "2026-03-01", "to": "2026-03-10"}]},
        _REQUEST,
        "a day early",
    ),
    (
        "pause-backwards",
        {**_UK, "pauses": [{"from": "2026-03-10", "to": "2026-03-05"}]},
        _REQUEST,
        "ends before it begins",
    ),
    ("pauses-overlap", {**_UK, "pauses": [_PAUSE, {"from": "2026-03-09", "to": "2026-03-12"}]}, _REQUEST, "by a day"),
    (
        "pauses-overlap-open",
        {**_UK, "pauses": [{"from": "2026-03-05"}, {"from": "2026-03-09"}]},
        _REQUEST,
        "the first is open",
    ),
    (
        "pauses-overlap-within",
        {**_UK, "pauses": [{"from": "2026-03-05", "to": "2026-03-20"}, {"from": "2026-03-09", "to": "2026-03-12"}]},
        _REQUEST,
        "one lies within the other",
    ),
    ("pauses-twice-the-same", {**_UK, "pauses": [_PAUSE, _PAUSE]}, _REQUEST, "one pause, given twice"),
    (
        "pause-of-another-ground",
        {**_UK, "pauses": [{**_PAUSE, "ground": "holiday"}]},
        _RULE,
        "a ground that the rule does not have",
    ),
    ("pause-not-known", {**_KR, "pauses": [_PAUSE]}, _RULE, "no source names a pause"),
    (
        "pause-verification-california",
        {**_BASE, "regime": "us-ca-ccpa", "places": ["US-CA"], "pauses": [_PAUSE]},
        _RULE,
        "verification stops nothing",
    ),
    (
        "pause-before-its-law",
        {
            **_UK,
            "from": "2025-03-03",
            "pauses": [{"from": "2025-03-05", "to": "2025-03-10", "ground": "clarification"}],
        },
        _RULE,
        "the pause for clarification is of 2026",
    ),
    (
        "pause-without-days",
        {**_BASE, "regime": "cn-pipl", "places": ["CN"], "pauses": [_PAUSE]},
        _RULE,
        "nothing to pause",
    ),
    (
        "extension-too-late",
        {**_BASE, "period": "extended", "notified": ["2026-04-03"]},
        _EXTENSION,
        "the day after the month",
    ),
    (
        "extension-too-late-uk",
        {**_UK, "period": "extended", "notified": ["2026-04-03"]},
        _EXTENSION,
        "the day after the month",
    ),
    ("extension-too-late-kr", {**_KR, "notified": ["2026-03-13"]}, _EXTENSION, "the day after the tenth"),
    (
        "extension-too-late-sg",
        {**_BASE, "regime": "sg-pdpa", "places": ["SG"], "notified": ["2026-04-02"], "until": "2026-05-01"},
        _EXTENSION,
        "after 30 days",
    ),
    (
        "extension-too-late-za",
        {**_BASE, "regime": "za-popia", "places": ["ZA"], "period": "extended", "notified": ["2026-04-02"]},
        _EXTENSION,
        "after 30 days",
    ),
    (
        "extension-too-late-ca",
        {**_BASE, "regime": "ca-pipeda", "places": ["CA"], "period": "extended", "notified": ["2026-04-02"]},
        _EXTENSION,
        "the day after 30 days",
    ),
    (
        "extension-too-late-va",
        {**_BASE, "regime": "us-va", "places": ["US-VA"], "period": "extended", "notified": ["2026-04-17"]},
        _EXTENSION,
        "the day after 45 days",
    ),
    (
        "extension-too-late-nz",
        {**_BASE, "regime": "nz-privacy", "places": ["NZ"], "notified": ["2026-03-31"], "until": "2026-04-20"},
        _EXTENSION,
        "the day after 20 working days",
    ),
    ("extension-is-a-period", {**_BASE, "notified": ["2026-03-20"]}, _REQUEST, "ask for the period extended"),
    (
        "extension-not-known",
        {**_BASE, "regime": "br-lgpd", "places": ["BR"], "notified": ["2026-03-10"]},
        _RULE,
        "article 19 knows none",
    ),
    (
        "extension-before-the-period",
        {**_BASE, "period": "extended", "notified": ["2026-03-01"]},
        _REQUEST,
        "a notice a day early",
    ),
    (
        "extension-twice",
        {**_BASE, "period": "extended", "notified": ["2026-03-10", "2026-03-20"]},
        _REQUEST,
        "one notice is enough",
    ),
    (
        "extension-without-day",
        {**_BASE, "regime": "sg-pdpa", "places": ["SG"], "notified": ["2026-03-10"]},
        _REQUEST,
        "the day that was named is missing",
    ),
    (
        "extension-without-days",
        {**_BASE, "regime": "eu-dma", "places": ["DE"], "notified": ["2026-03-10"]},
        _RULE,
        "nothing to extend",
    ),
    (
        "cause-ended-too-early",
        {**_KR, "notified": ["2026-03-10"], "cause_ended": "2026-03-01"},
        _REQUEST,
        "before the period",
    ),
    (
        "cause-of-a-period",
        {**_BASE, "period": "extended", "notified": ["2026-03-10"], "cause_ended": "2026-03-20"},
        _REQUEST,
        "no postponement for a cause",
    ),
    (
        "cause-of-a-named-day",
        {
            **_BASE,
            "regime": "sg-pdpa",
            "places": ["SG"],
            "notified": ["2026-03-10"],
            "until": "2026-05-01",
            "cause_ended": "2026-03-20",
        },
        _REQUEST,
        "no postponement for a cause",
    ),
)
