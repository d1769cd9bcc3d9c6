"""What may follow in fixed sentences: who may do what until when, and which authority there is."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.deadlines.authorities import Authority
from ledger.deadlines.rules import Rule, Text
from ledger.deadlines.steps import shown_length, start_name
from ledger.deadlines.steps import word as step_word
from ledger.finding.complaints import Complaint
from ledger.finding.due import ACKNOWLEDGE
from ledger.finding.steps import Next, Step
from ledger.finding.words import phrase, word
from ledger.words import Language, pick

SHOWN = 4
"""More authorities than these are counted and not listed; nobody reads them in one go."""


def told_next(found: Next | None, lang: Language) -> Iterator[str]:
    """Steps, authority and next step of the rule."""
    if found is None:
        return
    for step in found.steps:
        yield step_sentence(step, lang)
    rule = found.rule
    yield phrase("authority", lang, a=_text(rule.authority, lang)) + _unread(rule, rule.authority_source, lang)
    yield from _authorities(found, lang)
    yield phrase("next_step", lang, s=_text(rule.next_step, lang).rstrip(".") + ".") + _unread(
        rule, rule.next_step_source, lang
    )


def _unread(rule: Rule, source: str, lang: Language) -> str:
    return phrase("unread", lang) if rule.mark_of(source) == "R" else ""


def told_complaint(item: Complaint, lang: Language) -> str:
    """A complaint or a decision, and who stands behind it."""
    space = "" if lang == "ko" else " "
    name = item.authority if item.name is None else f"{_text(item.name, lang)}{space}({item.authority})"
    return phrase(f"complaint_{item.word}", lang, a=name, d=item.on, g=word(f"grade.{item.grade}", lang))


def step_sentence(step: Step, lang: Language) -> str:
    """Who may do what until when."""
    period = step.period
    values: dict[str, object] = {"w": word(f"who.{step.who}", lang), "p": _text(period.title, lang)}
    if step.no_date == "at_once":
        return phrase("act_at_once", lang, **values)
    if step.no_date:
        return _without_date(step, values, lang)
    if period.holder == "waiting_time":
        name = "act_waiting_open" if step.latest is None else "act_waiting"
        return phrase(name, lang, **values, x=step.latest)
    if period.holder == "authority_aim":
        name = "act_aim_stated" if step.latest is None else "act_aim"
        return phrase(name, lang, **values, x=step.latest or step.earliest, d=step.since)
    if step.who == "person":
        return phrase("act_window", lang, **values, x=step.earliest)
    line = _company(step, values, lang)
    return line + _acknowledged(step, lang) if period.name == ACKNOWLEDGE else line


def _company(step: Step, values: dict[str, object], lang: Language) -> str:
    """A company goes by the later date; where there is none, the sentence says which reading or condition it names."""
    if step.latest is not None:
        return phrase("act_company", lang, **values, x=step.latest)
    if step.if_since is None:
        return phrase("act_company_strict", lang, **values, x=step.earliest, y=condition(step, lang))
    latest = step.if_since[1]
    line = phrase("act_company_if", lang, **values, x=latest, y=condition(step, lang))
    return line if step.earliest in (None, latest) else line + phrase("act_strict", lang, x=step.earliest)


def actor(step: Step, lang: Language) -> str:
    """Whose step it is, and what it is about."""
    return f"{word(f'who.{step.who}', lang)}, {_text(step.period.title, lang)}"


def condition(step: Step, lang: Language) -> str:
    """What the dates of a company's duty hang on, or why there is no latest; "" where nothing is open."""
    if step.if_since is not None:
        name = "arrived" if step.period.starts == "receipt" else "began"
        return phrase(f"if_since_{name}", lang, d=step.if_since[0])
    return phrase(f"no_latest_{step.why}", lang) if step.why in ("channel", "cause_ends", "paused") else ""


def _without_date(step: Step, values: dict[str, object], lang: Language) -> str:
    period = step.period
    start = step_word(start_name(period), lang)
    if period.legs:
        return phrase("act_not_started", lang, **values, l=shown_length(period.legs, lang), s=start)
    undated = "" if period.undated is None else _text(period.undated, lang)
    if step.no_date == "undated" and period.starts != "receipt":
        return phrase("act_undated_since", lang, **values, u=undated, d=step.since)
    return phrase("act_undated", lang, **values, u=undated)


def _acknowledged(step: Step, lang: Language) -> str:
    if step.done is None:
        return phrase("acknowledged_not", lang)
    name = "acknowledged" if step.done.role == "company" else "acknowledged_reported"
    return phrase(name, lang, n=step.done.index, d=step.done.day("received_on"))


def _authorities(found: Next, lang: Language) -> Iterator[str]:
    if found.note:
        yield phrase(f"register_{found.note}", lang, p=found.place)
    elif len(found.authorities) > SHOWN:
        yield phrase("register_many", lang, p=found.place, n=len(found.authorities))
    else:
        for item in found.authorities:
            yield authority_sentence(item, found.place, lang)


def authority_sentence(item: Authority, place: str, lang: Language) -> str:
    """One authority with its contacts, and how good the record is."""
    shown = phrase("register_name", lang, p=place, k=word(f"kind.{item.kind}", lang), a=_text(item.name, lang))
    address = None if item.address is None else ", ".join(item.address.splitlines())
    parts = (("form", item.webform), ("web", item.web), ("mail", item.email), ("address", address))
    contacts = [
        phrase(f"register_{name}", lang, v=value)
        for name, value in (*parts, ("phone", item.phone), ("language", item.language))
        if value is not None
    ]
    quality = word(f"quality.{item.quality or 'imported'}", lang)
    day = item.source_date or item.read_on
    dated = quality if day is None else f"{quality}, {day}"
    source = phrase("register_source", lang, q=dated, s=item.sources[0])
    return " ".join([shown, *contacts, source, *(_text(text, lang) for text in item.comments)])


def _text(words: Text, lang: Language) -> str:
    return pick((words.en, words.ko), lang)
