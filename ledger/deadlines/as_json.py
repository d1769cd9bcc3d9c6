"""Rules and due dates as JSON (docs/spec/deadlines.md, "Output")."""

from __future__ import annotations

from datetime import date

from ledger.deadlines.engine import Deadline
from ledger.deadlines.rules import Leg, Period, Rule, Text
from ledger.deadlines.steps import cited, sentence
from ledger.encoding import Json, JsonObject
from ledger.words import Language, text


def deadline_json(found: Deadline, rule: Rule, lang: Language) -> JsonObject:
    """One result; only ``steps[].text``, ``steps[].source`` and ``not`` depend on the language."""
    return {
        "rule": found.rule,
        "rule_version": found.rule_version,
        "period": found.period,
        "place": found.place,
        "holder": found.holder,
        "mark": found.mark,
        "finding": found.finding,
        "calendar": found.calendar,
        "due_earliest": _day(found.due_earliest),
        "due_latest": _day(found.due_latest),
        "no_date": found.no_date or None,
        "steps": [
            {
                "step": step.number,
                "code": step.code,
                "text": sentence(step, lang),
                "source": cited(step, rule, lang) or None,
            }
            for step in found.steps
        ],
        "not": text("everywhere", lang),
    }


def rule_json(rule: Rule) -> JsonObject:
    """A rule with both languages: what its file says, less the grammar of TOML."""
    return {
        "regime": rule.regime,
        "version": rule.version,
        "name": _both(rule.name),
        "cite": _both(rule.cite),
        "who": _both(rule.who),
        "places": list(rule.places),
        "places_unconfirmed": list(rule.places_unconfirmed),
        "valid_from": str(rule.valid_from),
        "valid_until": _day(rule.valid_until),
        "valid_why": _both(rule.valid_why),
        "silence": rule.silence,
        "silence_source": rule.silence_source,
        "refusal_grounds": list(rule.refusal_grounds),
        "refusal": _both(rule.refusal),
        "refusal_source": rule.refusal_source,
        "authority": _both(rule.authority),
        "authority_source": rule.authority_source,
        "next_step": _both(rule.next_step),
        "next_step_source": rule.next_step_source,
        "notes": [_both(note) for note in rule.notes],
        "not_said": [_both(note) for note in rule.not_said],
        "sources": [
            {"id": source.id, "cite": _both(source.cite), "mark": source.mark} for source in rule.sources.values()
        ],
        "authority_kinds": list(rule.authority_kinds),
        "periods": [_period(period) for period in rule.periods.values()],
    }


def _period(period: Period) -> JsonObject:
    extension = period.extension
    return {
        "name": period.name,
        "title": _both(period.title),
        "holder": period.holder,
        "starts": period.starts,
        "mark": period.mark,
        "rights": list(period.rights),
        "legs": [_leg(leg) for leg in period.legs],
        "undated": None if period.undated is None else _both(period.undated),
        "counting": period.counting,
        "roll_over": period.roll_over if period.legs else None,
        "closed": None
        if period.closed is None
        else {
            "first": "{:02}-{:02}".format(*period.closed.first),
            "last": "{:02}-{:02}".format(*period.closed.last),
            "source": period.closed.source,
        },
        "extends": list(period.extends),
        "extension": None
        if extension is None
        else {
            "kind": extension.kind,
            "period": extension.period or None,
            "adds": None if extension.adds is None else _leg(extension.adds),
            "source": extension.source,
            "notice": extension.notice,
            "before_last_day": extension.before_last_day,
            "reasons": extension.reasons or None,
            "later_alone": extension.later_alone,
            "open_for": list(extension.open_for),
        },
        "pauses": [
            {
                "ground": pause.ground,
                "source": pause.source,
                "certain": pause.certain,
                "restart": pause.restart,
                "since": _day(pause.since),
            }
            for pause in period.pauses
        ],
        "no_finding": None if period.no_finding is None else _both(period.no_finding),
        "at": period.at,
        "answered": period.answered,
        "until_refused": period.until_refused,
        "binds_company": period.binds_company,
        "sources": list(period.sources),
    }


def _leg(leg: Leg) -> JsonObject:
    return {"length": leg.length, "unit": leg.unit}


def _both(words: Text) -> Json:
    return {"en": words.en, "ko": words.ko}


def _day(day: date | None) -> Json:
    return None if day is None else str(day)
