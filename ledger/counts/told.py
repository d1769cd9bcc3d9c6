"""Counts in fixed sentences, English and Korean, and as JSON (docs/spec/counts.md, "Sentences" and "Output")."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ledger.counts.counts import ANSWERED, Counts, Rate
from ledger.counts.words import phrase, word
from ledger.encoding import Json, JsonObject
from ledger.words import Language, text

_ALWAYS = (*ANSWERED, "overdue")
"""Rows that people read also where no case stands in them; programs get all."""


def told(counts: Counts, lang: Language, *, practice: bool) -> list[str]:
    """What a person reads, the practice ledger first of all."""
    first = [text("practice", lang)] if practice else []
    return [*first, *_plain(counts, lang), *_rated(counts, lang), *_rests(counts, lang), text("everywhere", lang)]


def counts_json(counts: Counts, *, practice: bool) -> JsonObject:
    """Counts for programs; the sentences are in English."""
    return {
        "company": counts.company,
        "practice": practice,
        "heading": phrase("heading", "en"),
        "cases": counts.cases,
        "arrival": dict(counts.arrival),
        "states": dict(counts.states),
        "outcomes": dict(counts.outcomes),
        "grades": dict(counts.grades),
        "no_rate": counts.no_rate or None,
        "rates": _rates(counts.rates),
        "lateness": _rates(counts.lateness),
        "curve": [{"day": item.day, "at_risk": item.at_risk, "answered": item.answered} for item in counts.curve],
        "unconfirmed": counts.unconfirmed,
        "conditional": counts.conditional,
        "not_replayed": counts.not_replayed,
        "operator_is_party": counts.operator_is_party,
        "sentences": [*told(counts, "en", practice=practice)],
    }


def _rates(rates: tuple[Rate, ...]) -> Json:
    return [{"of": item.of, "numerator": item.numerator, "denominator": item.denominator} for item in rates]


def _plain(counts: Counts, lang: Language) -> Iterator[str]:
    number, proven = counts.cases, counts.arrival["proven"]
    yield phrase("sample", lang)
    yield phrase("heading", lang)
    yield phrase("one_each", lang)
    yield phrase("total_one" if number == 1 else "total", lang, n=number, m=proven)
    yield phrase("listed", lang, c=counts.company)
    if not number:
        return
    for name, found in (
        ("arrival", counts.arrival),
        ("state", counts.states),
        ("outcome", counts.outcomes),
        ("grade", counts.grades),
    ):
        if any(found.values()):
            yield phrase(name if name == "arrival" else f"{name}s", lang, w=_used(name, found, lang))
    for name in ("contested", "undetermined"):
        if counts.outcomes[name]:
            yield phrase(name, lang, n=counts.outcomes[name])


def _rated(counts: Counts, lang: Language) -> Iterator[str]:
    if counts.no_rate:
        yield phrase(f"no_rate_{counts.no_rate}", lang, c=counts.company)
        return
    for rate in counts.rates:
        if not rate.numerator and rate.of not in _ALWAYS:
            continue
        yield phrase("rate", lang, a=rate.numerator, b=rate.denominator, o=word(f"row.{rate.of}", lang))
    for rate in counts.lateness:
        name = "lateness_one" if rate.denominator == 1 else "lateness"
        yield phrase(name, lang, a=rate.numerator, b=rate.denominator, o=word(f"lateness.{rate.of}", lang))
    for point in counts.curve:
        yield phrase("curve", lang, d=point.day, a=point.answered, b=point.at_risk)


def _rests(counts: Counts, lang: Language) -> Iterator[str]:
    if not counts.cases:
        return
    yield phrase("censored", lang)
    if counts.unconfirmed:
        yield phrase("unconfirmed", lang, n=counts.unconfirmed)
    for name, number in (
        ("not_replayed", counts.not_replayed),
        ("conditional", counts.conditional),
        ("operator_is_party", counts.operator_is_party),
    ):
        if number:
            yield phrase(name, lang, n=number, m=counts.cases)


def _used(name: str, found: Mapping[str, int], lang: Language) -> str:
    return ", ".join(f"{word(f'{name}.{key}', lang)} {number}" for key, number in found.items() if number)
