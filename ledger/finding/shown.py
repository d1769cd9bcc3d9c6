"""A finding as JSON (docs/spec/assessment.md, "Output"); each sentence in both languages."""

from __future__ import annotations

from datetime import date, datetime

from ledger.deadlines.authorities import authority_json
from ledger.deadlines.rules import Text
from ledger.deadlines.steps import cited, sentence
from ledger.encoding import Json, JsonObject, encode_instant
from ledger.finding.case import Finding
from ledger.finding.complaints import Complaint
from ledger.finding.delivery import Delivery
from ledger.finding.due import Due, Notice
from ledger.finding.lateness import Lateness, Span
from ledger.finding.notices import LateNotice
from ledger.finding.periods import Edge, PeriodWithoutAccess
from ledger.finding.steps import Next, Step
from ledger.finding.timeline import Bound, MailGrade, Moment
from ledger.finding.told import told
from ledger.sentences import silence_json
from ledger.verification.checks import Value
from ledger.words import Language

_LANGUAGES: tuple[Language, ...] = ("en", "ko")


def finding_json(finding: Finding, value: Value) -> JsonObject:
    """The whole finding; ``value`` is what its index is worth."""
    outcome = finding.outcome
    return {
        **silence_json(finding.silence, value),
        "state": outcome.state,
        "outcome": outcome.word,
        "grade": outcome.grade,
        "mail": None if outcome.answer is None else _mail(outcome.answer.mail),
        "outcome_entry": None if outcome.answer is None else outcome.answer.index,
        "contested_by": None if outcome.against is None else outcome.against.index,
        "delivery": None if finding.delivery is None else _delivery(finding.delivery),
        "due": _due(finding.due),
        "lateness": None if finding.lateness is None else _lateness(finding.lateness),
        "delay": None
        if finding.delay is None
        else {"least": _span(finding.delay.least), "most": _span(finding.delay.most)},
        "periods": [_period(period) for period in finding.periods],
        "back_dated": [
            {"entry": item.entry, "day": str(item.day), "signed_not_before": bound_json(item.signed)}
            for item in finding.back_dated
        ],
        "late_notices": [_late_notice(item) for item in finding.late_notices],
        "disputes": [
            {
                "entry": item.said.index,
                "of": None if item.of is None else item.of.index,
                "by": item.said.role,
                "because": item.because,
            }
            for item in finding.disputes
        ],
        "withdrawn": None if finding.withdrawn is None else finding.withdrawn.index,
        "complaints": [_complaint(item) for item in finding.complaints],
        "revoked_keys": list(finding.revoked),
        "next": None if finding.next is None else _next(finding.next),
        "sentences": _sentences(finding),
    }


def _sentences(finding: Finding) -> Json:
    """What is told, sentence by sentence: which there are never depends on the language."""
    english, korean = (told(finding, lang) for lang in _LANGUAGES)
    return [_both(Text(en, ko)) for en, ko in zip(english, korean, strict=True)]


def bound_json(bound: Bound | None) -> Json:
    """A bound, or null."""
    if bound is None:
        return None
    return {"time": encode_instant(bound.seconds), "block": "0x" + bound.block.hex(), "value": bound.value.word}


def _delivery(found: Delivery) -> JsonObject:
    return {
        "basis": found.basis,
        "grade": found.grade,
        "stated_on": str(found.stated_on),
        "proven_by": _day(found.proven_by),
        "published_contact": found.published,
        "acknowledged": found.acknowledged,
        "mail": _mail(found.mail),
        "entries": list(found.entries),
    }


def _mail(found: MailGrade | None) -> Json:
    return None if found is None else {"letter": found.letter, "by": found.by}


def _due(due: Due) -> JsonObject:
    made = due.generous
    return {
        "rule": None if due.rule is None else due.rule.regime,
        "rule_version": None if due.rule is None else due.rule.version,
        "period": None if made is None else made.period,
        "place": None if made is None else made.place,
        "mark": None if made is None else made.mark,
        "finding": due.finding,
        "calendar": None if made is None else made.calendar,
        "due_earliest": _day(due.earliest),
        "due_latest": _day(due.latest),
        "no_date": due.why or None,
        "if_arrived": None if due.if_arrived is None else {"on": str(due.if_arrived[0]), "due": str(due.if_arrived[1])},
        "notices": [_notice(notice) for notice in due.notices],
        "unknown_pauses": list(due.unknown_pauses),
        "steps": _steps(due),
    }


def _steps(due: Due) -> Json:
    """The steps of both readings, each once; ``reading`` says whose it is."""
    if due.rule is None or due.generous is None or due.strict is None:
        return []
    shown: list[Json] = []
    for step in [*due.generous.steps, *(step for step in due.strict.steps if step not in due.generous.steps)]:
        in_both = step in due.generous.steps and step in due.strict.steps
        reading = "both" if in_both else "latest" if step in due.generous.steps else "earliest"
        en, ko = (cited(step, due.rule, lang) for lang in _LANGUAGES)
        text, source = Text(sentence(step, "en"), sentence(step, "ko")), Text(en, ko)
        shown.append(
            {
                "reading": reading,
                "step": step.number,
                "code": step.code,
                "text": _both(text),
                "source": _both(source) if en else None,
            }
        )
    return shown


def _notice(notice: Notice) -> JsonObject:
    return {
        "entry": notice.entry,
        "notified_on": str(notice.notified_on),
        "until": _day(notice.until) or "cause_ends",
        "state": notice.state,
    }


def _late_notice(item: LateNotice) -> JsonObject:
    return {
        "entry": item.entry,
        "notified_on": str(item.notified_on),
        "due": str(item.due),
        "grade": item.grade,
        "signed_not_before": bound_json(item.signed),
    }


def _complaint(item: Complaint) -> JsonObject:
    return {
        "said": item.word,
        "authority": item.authority,
        "name": None if item.name is None else _both(item.name),
        "on": str(item.on),
        "grade": item.grade,
        "entries": list(item.entries),
    }


def _lateness(found: Lateness) -> JsonObject:
    answer = found.answer
    return {
        "said": found.said,
        "value": None if found.said == "not_decided" else found.value.word,
        "entry": answer.index,
        "answered_on": str(found.answered_on),
        "signed_not_before": bound_json(answer.lower),
        "recorded_not_after": bound_json(found.upper),
    }


def _span(span: Span | None) -> Json:
    return None if span is None else {"seconds": span.seconds, "value": span.value.word}


def _period(period: PeriodWithoutAccess) -> JsonObject:
    return {
        "cause": period.cause,
        "start": _edge(period.start),
        "end": _edge(period.end),
        "lasting": period.lasting,
        "grade": period.grade,
        "entries": list(period.entries),
    }


def _edge(edge: Edge) -> JsonObject:
    return {"not_before": _moment(edge.first), "not_after": _moment(edge.last)}


def _moment(moment: Moment) -> str:
    return encode_instant(int(moment.timestamp())) if isinstance(moment, datetime) else str(moment)


def _next(found: Next) -> JsonObject:
    return {
        "authority": _both(found.rule.authority),
        "next_step": _both(found.rule.next_step),
        "steps": [_step(step) for step in found.steps],
        "authorities": [authority_json(item) for item in found.authorities],
        "no_authorities": found.note or None,
    }


def _step(step: Step) -> JsonObject:
    return {
        "who": step.who,
        "period": step.period.name,
        "holder": step.period.holder,
        "earliest": _day(step.earliest),
        "latest": _day(step.latest),
        "starts": step.period.starts,
        "since": _day(step.since),
        "no_date": step.no_date or None,
        "acknowledged": None
        if step.done is None
        else {"entry": step.done.index, "by": step.done.role, "received_on": step.done.text("received_on")},
    }


def _both(words: Text) -> JsonObject:
    return {"en": words.en, "ko": words.ko}


def _day(day: date | None) -> str | None:
    return None if day is None else str(day)
