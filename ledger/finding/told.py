"""A finding in fixed sentences, English and Korean (docs/spec/assessment.md, "Finding")."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone

from ledger.deadlines.rules import Text
from ledger.deadlines.steps import cited, sentence
from ledger.finding.case import Finding
from ledger.finding.disputes import Dispute
from ledger.finding.due import Due
from ledger.finding.notices import LateNotice
from ledger.finding.outcome import Outcome, grade_of
from ledger.finding.periods import Edge, PeriodWithoutAccess
from ledger.finding.timeline import ANSWERS, Bound, Moment, Said
from ledger.finding.told_next import told_complaint, told_next
from ledger.finding.words import phrase, word
from ledger.sentences import sentences
from ledger.verification.checks import Value
from ledger.words import Language, pick

_NO_DATE = (
    *("no_request", "no_rule", "not_covered", "no_answer_period", "paused"),
    "beyond_calendar",
)
_MAIL_DAYS = {
    **dict.fromkeys(ANSWERS, "answered_on"),
    "deadline.extended": "notified_on",
    "request.acknowledged": "received_on",
}
"""The fact that names the day of a mail."""
_KST = timezone(timedelta(hours=9))


def told(finding: Finding, lang: Language) -> list[str]:
    """What the record says: of an answer first, then how the case stands, dates, periods and who may do what."""
    company = finding.silence.company
    return [
        *sentences(finding.silence, lang, _confirmed(finding)),
        *_outcome(finding, lang),
        *(_dispute(finding, item, lang) for item in finding.disputes if not _is_told(finding.outcome, item)),
        *_delivery(finding, lang),
        *(phrase(f"mail_{why}", lang, n=entry) for entry, why in sorted(finding.doubted.items())),
        *_before_the_case(finding, lang),
        *(phrase("mail_apart", lang, n=entry, m=other) for entry, other in finding.timeline.apart),
        *told_due(finding.due, company, lang),
        *_notices(finding, lang),
        *_lateness(finding, lang),
        *(_period(finding, item, lang) for item in finding.periods),
        *_outage(finding, lang),
        *(phrase("revoked", lang, c=company, n=entry) for entry in finding.revoked),
        *(told_complaint(item, lang) for item in finding.complaints),
        *told_next(finding.next, lang),
    ]


def _confirmed(finding: Finding) -> date | None:
    """The day up to which the newest check-in counts."""
    check_in = finding.silence.check_in
    said = finding.timeline.of(["case.confirmed"], "requester")
    return next(
        (finding.timeline.confirmed_day(item) for item in said if check_in and item.index == check_in.index), None
    )


def reasons(due: Due, lang: Language) -> list[str]:
    """The steps of the engine that carry the dates, each with its source; those of both readings where they differ."""
    if due.rule is None or due.generous is None or due.strict is None:
        return []
    steps = list(due.generous.steps)
    steps += [step for step in due.strict.steps if step not in steps]
    lines = []
    for step in steps:
        source = cited(step, due.rule, lang)
        lines.append(sentence(step, lang) + (f" [{source}]" if source else ""))
    return lines


def _outcome(finding: Finding, lang: Language) -> Iterator[str]:
    outcome, company = finding.outcome, finding.silence.company
    state = word(f"state.{outcome.state or 'unknown'}", lang)
    yield phrase("stands", lang, s=state, o=word(f"outcome.{outcome.word or 'unknown'}", lang))
    if outcome.grade == "domain_mail" and outcome.answer is not None and outcome.answer.mail is not None:
        found = outcome.answer.mail
        yield phrase("answer_by_mail", lang, c=company, x=found.letter) + " " + phrase(f"mail_{found.by}", lang)
    yield from _earlier_mails(finding, lang)
    if outcome.answer is not None and outcome.against is not None:
        by = "person" if outcome.answer.role == "company" else "company"
        first = "said" if outcome.answer.role == "company" else "told"
        answer = word(f"{first}.{outcome.answer.kind}", lang)
        yield phrase(f"contested_by_{by}", lang, c=company, x=answer, y=_against(finding, outcome.against, lang))


def _earlier_mails(finding: Finding, lang: Language) -> Iterator[str]:
    """Of other reported answers on which a sentence rests with the mail behind them: what is nobody's but the person's
    word stays that, whatever is reported later."""
    resting = {entry for period in finding.periods if period.cause == "refused" for entry in period.entries}
    if finding.lateness is not None and finding.lateness.said != "not_decided":  # which says so itself
        resting.add(finding.lateness.answer.index)
    newest, company = finding.outcome.answer, finding.silence.company
    for item in finding.timeline.of(ANSWERS, "requester"):
        if item.index not in resting or grade_of(item) != "domain_mail" or item.mail is None:
            continue
        if newest is None or newest.id != item.id:
            said = phrase("answer_by_earlier_mail", lang, n=item.index, c=company, x=item.mail.letter)
            yield said + " " + phrase(f"mail_{item.mail.by}", lang)


def _before_the_case(finding: Finding, lang: Language) -> Iterator[str]:
    """Mails that name the case and are dated before its id can have been known."""
    opened, timeline = finding.timeline.opened, finding.timeline
    for item in timeline.of(_MAIL_DAYS, "requester"):
        day = item.day(_MAIL_DAYS[item.kind])
        if item.mail is not None and opened is not None and timeline.is_after(opened, day):
            said = phrase("mail_before_case", lang, n=item.index, d=day, t=_time(opened.instant))
            yield said + _condition(opened, lang)


def _is_told(outcome: Outcome, item: Dispute) -> bool:
    """Whether the sentences about the outcome say so already."""
    return outcome.answer is not None and outcome.against is not None and outcome.against.id == item.said.id


def _dispute(finding: Finding, item: Dispute, lang: Language) -> str:
    company, by = finding.silence.company, "person" if item.said.role == "requester" else "company"
    of = phrase("disputed_none", lang) if item.of is None else phrase("disputed_entry", lang, m=item.of.index)
    return phrase(f"disputed_by_{by}", lang, c=company, n=item.said.index, m=of, y=_against(finding, item.said, lang))


def _against(finding: Finding, item: Said, lang: Language) -> str:
    if item.kind == "statement.disputed":
        return word(f"against.{item.text('because')}", lang)
    if item.kind == "case.confirmed":
        return word("against.nothing", lang).format(d=finding.timeline.confirmed_day(item))
    return word(f"told.{item.kind}", lang)


def _delivery(finding: Finding, lang: Language) -> Iterator[str]:
    delivery, due, company = finding.delivery, finding.due, finding.silence.company
    if delivery is None:
        return
    if delivery.proven_by is not None:
        grade, mail = word(f"grade.{delivery.grade}", lang), delivery.mail
        if mail is None:
            basis = word(f"basis.{delivery.basis}", lang)
            yield phrase("delivery_proven", lang, d=delivery.proven_by, b=basis, g=grade)
        else:
            yield phrase("delivery_mail", lang, c=company, d=delivery.proven_by, g=grade, x=mail.letter)
            yield phrase(f"mail_{mail.by}", lang)
    elif due.if_arrived is None:
        yield phrase("not_arrival", lang)
    if not delivery.published and not delivery.acknowledged:
        yield phrase("channel" if delivery.unpublished else "channel_reminded", lang, c=company)


def told_due(due: Due, company: str, lang: Language) -> Iterator[str]:
    """The dates, the condition that they have, and why one is missing."""
    rule = due.rule
    values: dict[str, object] = {"c": company, "x": due.earliest, "y": due.latest}
    if rule is not None:
        values |= {"r": _text(rule.name, lang), "v": rule.version}
    if due.if_arrived is not None:
        yield phrase("if_arrived", lang, d=due.if_arrived[0], x=due.if_arrived[1])
    if due.earliest is not None:
        name = "due_earliest" if due.latest is None else "due_both" if due.earliest == due.latest else "due_two"
        yield phrase(name, lang, **values)
    if due.why in _NO_DATE:
        yield phrase(due.why, lang, **values)
    if due.why == "cause_ends":
        yield phrase(f"cause_ends_{due.postponed_by}", lang, **values)
    if due.why == "undated" and rule is not None:
        undated = None if due.period is None else due.period.undated
        yield phrase("undated", lang, **values, u="" if undated is None else _text(undated, lang))
    if due.strict is not None and due.earliest is not None:
        if not due.finding:
            yield phrase("no_finding", lang)
        yield phrase("due_calendar", lang, k=due.strict.calendar)


def _notices(finding: Finding, lang: Language) -> Iterator[str]:
    late = {item.entry: item for item in finding.late_notices}
    for notice in finding.due.notices:
        if notice.entry in late:
            yield _late_notice(finding.due, late[notice.entry], lang)
            continue
        is_open = notice.state == "stated" and _is_recorded_if(finding, notice.entry)
        name = "notice_stated_if" if is_open else f"notice_{notice.state}"
        line = phrase(name, lang, n=notice.entry, d=notice.notified_on)
        yield line if notice.by == "company" else line + phrase(f"notice_by_{notice.by}", lang)
    for entry in finding.due.unknown_pauses:
        yield phrase("pause_unknown", lang, n=entry)
    for item in finding.back_dated:
        line = phrase("back_dated", lang, n=item.entry, d=item.day, t=_time(item.signed.instant))
        yield line + _condition(item.signed, lang)


def _is_recorded_if(finding: Finding, entry: int) -> bool:
    """Whether blocks are shown by which the entry was recorded, none of them known to be on the chain."""
    uppers = [bound for item in finding.timeline.said if item.index == entry for bound in item.bounds.uppers]
    return bool(uppers) and all(bound.value is not Value.PASSED for bound in uppers)


def _late_notice(due: Due, notice: LateNotice, lang: Language) -> str:
    """A notice after the day by which it had to come, generalised by the rule and the source that say so."""
    assert due.rule is not None, "a notice is late by a rule"
    source = due.rule.source(notice.source)
    values: dict[str, object] = {"n": notice.entry, "d": notice.notified_on, "x": notice.due}
    values |= {"t": _time(notice.signed.instant), "r": _text((source or due.rule).cite, lang)}
    return phrase("late_notice", lang, **values) + _condition(notice.signed, lang)


def _lateness(finding: Finding, lang: Language) -> Iterator[str]:
    found, company, due = finding.lateness, finding.silence.company, finding.due
    if found is None:
        if finding.withdrawn is not None and finding.silence.said in ("recorded", "reported"):
            yield phrase("not_late_withdrawn", lang, n=finding.withdrawn.index)
        elif finding.silence.said == "reported":
            yield phrase("not_late_reported", lang)
        return
    answer, values = found.answer, {"c": company, "d": found.answered_on}
    if found.said == "in_time" and found.upper is not None:
        line = phrase("in_time", lang, **values, t=_time(found.upper.instant), x=due.earliest)
        yield line + _condition(found.upper, lang)
    elif found.said == "late" and answer.lower is not None:
        name = "late" if answer.role == "company" else "late_attested"
        line = phrase(name, lang, **values, t=_time(answer.lower.instant), x=due.latest)
        yield line + _condition(answer.lower, lang)
    elif answer.lower is not None:
        line = phrase(f"not_decided{_checked(answer)}", lang, **values, t=_time(answer.lower.instant))
        yield line + _condition(answer.lower, lang)
    else:
        yield phrase(f"not_decided_open{_checked(answer)}", lang, **values)
    if (delay := finding.delay) is not None:
        least = phrase("delay_unknown", lang) if delay.least is None else _length(delay.least.seconds // 60, lang)
        most = phrase("delay_unknown", lang) if delay.most is None else _length(-(-delay.most.seconds // 60), lang)
        yield phrase("delay", lang, a=least, b=most)


def _checked(answer: Said) -> str:
    """What attesters checked of a reported answer, as the names of the sentences end."""
    if answer.role == "company":
        return ""
    return next(f"_{check}" for check in ("document", "post", "mail") if check in {*answer.checks, "mail"})


def _period(finding: Finding, period: PeriodWithoutAccess, lang: Language) -> str:
    korean = lang == "ko" or finding.timeline.place.startswith("KR")
    cause, grade = word(f"cause.{period.cause}", lang), word(f"grade.{period.grade}", lang)
    if period.cause == "no_answer":
        grade = phrase("grade_of_arrival", lang, g=grade)
    start, end = _edge(period.start, lang, korean), _edge(period.end, lang, korean)
    return phrase("period_lasting" if period.lasting else "period", lang, k=cause, a=start, b=end, g=grade)


def _outage(finding: Finding, lang: Language) -> Iterator[str]:
    """Beside a due date; a rule that extends for an outage would be one that knows an extension for it."""
    rule = finding.due.rule
    is_due = finding.due.earliest is not None or finding.due.latest is not None
    if rule is not None and is_due and any(period.cause == "service_outage" for period in finding.periods):
        yield phrase("outage_no_extension", lang, r=_text(rule.name, lang))


def _edge(edge: Edge, lang: Language, korean: bool) -> str:
    first, last = _moment(edge.first, lang, korean), _moment(edge.last, lang, korean)
    return first if edge.first == edge.last else phrase("between", lang, a=first, b=last)


def _moment(moment: Moment, lang: Language, korean: bool) -> str:
    if not isinstance(moment, datetime):
        return str(moment)
    shown = _time(moment)
    if not korean or moment.year > 9000:
        return shown
    return phrase("korean_time", lang, t=shown, k=moment.astimezone(_KST).strftime("%Y-%m-%d %H:%M"))


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC")


def _length(minutes: int, lang: Language) -> str:
    days, hours, left = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = ((days, "d", "일"), (hours, "h", "시간"), (left, "min", "분"))
    shown = [f"{number}{ko}" if lang == "ko" else f"{number} {en}" for number, en, ko in parts if number]
    return " ".join(shown) or pick(("0 min", "0분"), lang)


def _condition(bound: Bound, lang: Language) -> str:
    return "" if bound.value is Value.PASSED else phrase("if_block", lang, b=f"0x{bound.block.hex()[:10]}…")


def _text(words: Text, lang: Language) -> str:
    return pick((words.en, words.ko), lang)
