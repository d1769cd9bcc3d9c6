"""How many due dates one core computes, with their reasons."""

from __future__ import annotations

import time
from datetime import date, timedelta

from ledger.deadlines import Extended, due
from ledger.deadlines.as_json import deadline_json
from ledger.deadlines.counting import Pause
from ledger.deadlines.rulebook import load_rule
from tests.bench.figures import Figure, at_least

ROUNDS = 7
DAYS = 400
START = date(2026, 2, 2)
_MARCH = (Pause(date(2027, 4, 5), date(2027, 4, 9)),)
_ASKED = (
    ("eu-gdpr", "answer", "IE", (), None),
    ("uk-gdpr", "answer", "GB", _MARCH, None),
    ("kr-pipa", "answer", "KR", (), None),
    ("us-ca-ccpa", "answer", "US-CA", (), None),
    ("us-ca-ccpa", "acknowledge", "US-CA", (), None),
    ("eu-gdpr", "extended", "DE", (), Extended(())),
)


def deadlines() -> list[Figure]:
    """Computations a second and microseconds of one result as JSON with all its sentences."""
    rules = {name: load_rule(name) for name, *_ in _ASKED}
    days = [START + timedelta(days=number) for number in range(DAYS)]

    def compute() -> int:
        for name, period, place, pauses, extended in _ASKED:
            rule = rules[name]
            for day in days:
                due(rule, period, place, day, pauses=pauses, extended=extended)
        return len(_ASKED) * len(days)

    compute()  # the calendars of the years are read once
    best = min(_timed(compute) for _ in range(ROUNDS))
    found = due(rules["eu-gdpr"], "answer", "IE", START)
    shown = min(_shown(found, rules["eu-gdpr"]) for _ in range(ROUNDS))
    how = (
        "one process, CPU time, least of several rounds; EU month, UK month with a pause, Korea, California with 45 "
        "days and 10 business days, EU extended; 400 days each, both readings with their steps"
    )
    return [
        at_least("deadlines_per_s", 1 / best, "/s", 20_000, how),
        at_least("deadline_json_per_s", 1 / shown, "/s", None, "one result as JSON, with its sentences and sources"),
    ]


def _timed(compute: object) -> float:
    assert callable(compute)
    start = time.process_time()
    number = compute()
    return (time.process_time() - start) / number


def _shown(found: object, rule: object) -> float:
    start = time.process_time()
    for _ in range(DAYS):
        deadline_json(found, rule, "en")  # type: ignore[arg-type]
    return (time.process_time() - start) / DAYS
