"""The reasons for a due date as fixed sentences, English and Korean; nothing free stands beside them.

A step holds values only; the sentence is made when somebody reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from ledger.deadlines.rules import Leg, Period, Rule, Text
from ledger.phrases import Phrases
from ledger.words import Language, pick

Value: TypeAlias = "str | int | date | Text | tuple[Leg, ...]"

_WEEKDAYS = ("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(), "월화수목금토일")
_WORDS: Mapping[str, tuple[str, str]] = {
    "holder.company_duty": ("It binds the company.", "회사가 지켜야 하는 기간입니다."),
    "holder.person_window": (
        "It is the person's time to act: act by the earlier date.",
        "본인이 권리를 행사할 수 있는 기간입니다. 이른 날짜까지 하십시오.",
    ),
    "holder.waiting_time": (
        "It is a waiting time: do not act before the later date has passed.",
        "기다려야 하는 기간입니다. 늦은 날짜가 지난 뒤에 하십시오.",
    ),
    "holder.company_waits": (
        "It is a time that the company must let pass before it acts.",
        "회사가 조치하기 전에 두어야 하는 기간입니다.",
    ),
    "holder.authority_aim": (
        "It is what the authority aims at: nothing is concluded here from its end.",
        "기관이 목표로 삼는 기간입니다. 지났다고 해서 여기서 결론을 내리지 않습니다.",
    ),
    "start.receipt": ("the receipt of the request", "요구를 받은"),
    "start.appeal": ("the receipt of the appeal", "이의신청을 받은"),
    "start.answer": ("the answer", "답변을 받은"),
    "start.notice": ("the notice", "통지를 받은"),
    "start.complaint": ("the receipt of the complaint", "분쟁 해결 신청을 받은"),
    "start.mediation": ("the receipt of the application for mediation", "조정 신청을 받은"),
    "start.proposal": ("the mediation proposal", "조정안을 제시받은"),
    "start.outage": ("the outage", "서비스가 중단된"),
    "start.restored": ("the return of the service", "서비스가 재개되거나 장애 원인이 해소된"),
    "start.notice_end": ("the end of the notice period", "통지 기간이 끝난"),
    "start.transition_end": ("the end of the transition", "전환 기간이 끝난"),
    "day.saturday": ("a Saturday", "토요일"),
    "day.sunday": ("a Sunday", "일요일"),
    "day.holiday": ("a public holiday", "공휴일"),
    "day.disputed": ("a day that is a holiday for some only", "일부에만 휴일인 날"),
    "ground.identity": ("to confirm the identity", "본인 확인"),
    "ground.clarification": ("for clarification", "요구 내용의 보완"),
    "ground.unknown": ("ground not known", "사유를 알 수 없음"),
}
_SENTENCES: Mapping[str, tuple[str, str]] = {
    "rule": (
        "{0}, {1} (rule {2}, version {3}, period {4}). {5}",
        "{0}, {1}(규칙 {2} 제{3}판, 기간 {4}). {5}",
    ),
    "start": (
        "The period starts with {0} on {1}; that day is not counted.",
        "{0} 날은 {1}입니다. 그 첫날은 세지 않습니다.",
    ),
    "starts": (
        "The period starts with {0} on {1} or {2}; that day is not counted.",
        "{0} 날은 {1} 또는 {2}입니다. 그 첫날은 세지 않습니다.",
    ),
    "instant": ("{0} is {1} in {2}.", "{0} – {2} 현지 시각으로 {1}입니다."),
    "instants": (
        "{0} is {1} or {2} in {3}, which has several time zones: each reading takes the day that suits it.",
        "{0} – {3}에는 시간대가 여럿이어서 {1} 또는 {2}입니다. 두 날짜 가운데 각각 맞는 쪽을 씁니다.",
    ),
    "length": ("{0} from there: until {1}.", "거기서부터 {0} 뒤는 {1}입니다."),
    "lengths": (
        "{0} from there: until {1} in the strictest reading, until {2} in the one most favourable to the company.",
        "거기서부터 {0} 뒤는, 가장 엄격하게 보면 {1}, 회사에 가장 유리하게 보면 {2}입니다.",
    ),
    "legs": (
        "It is counted leg after leg and as one length from the start. The strictest reading takes the earlier result; "
        "the other lets each leg go on to a working day and takes the later one.",
        "한 구간씩 이어서도 세고 처음부터 한꺼번에도 셉니다. 가장 엄격하게 볼 때는 이른 쪽을 씁니다."
        " 회사에 가장 유리하게 볼 때는 구간마다 다음 근무일까지 늘려 세고 늦은 쪽을 씁니다.",
    ),
    "last_of_month": (
        "That month has no day {0}, so its last day counts.",
        "그 달에는 {0}일이 없으므로 그 달의 마지막 날까지입니다.",
    ),
    "working_days": (
        "Saturdays, Sundays and public holidays are left out; days that are a holiday for some only are left out for "
        "the later date alone.",
        "토요일, 일요일, 공휴일은 세지 않습니다. 일부에만 휴일인 날은 늦은 날짜를 셀 때에만 뺍니다.",
    ),
    "closed": (
        "The days from {0} to {1} are left out for the later date alone, because it is not confirmed that the law in "
        "force leaves them out.",
        "{0}부터 {1}까지는 지금 시행되는 법에서도 빠지는지 확인되지 않아 늦은 날짜를 셀 때에만 뺍니다.",
    ),
    "pause": (
        "By what is stated the clock stands still from {0} to {1} ({2}): {3} day(s) in the strictest reading, {4} in "
        "the other.",
        "밝힌 대로라면 {0}부터 {1}까지는 기간이 흐르지 않습니다({2}). 가장 엄격하게 보면 {3}일,"
        " 회사에 가장 유리하게 보면 {4}일입니다.",
    ),
    "pause_latest": (
        "By what is stated the clock may stand still from {0} to {1} ({2}): {3} day(s), for the later date alone.",
        "밝힌 대로라면 {0}부터 {1}까지는 기간이 흐르지 않는다고 볼 수도 있습니다({2})."
        " {3}일이며, 늦은 날짜에만 반영합니다.",
    ),
    "pause_restart": (
        "For the later date the whole period is also counted again from {0}, and the later result holds.",
        "늦은 날짜는 {0}부터 기간 전체를 다시 세어 보고 더 늦은 쪽을 씁니다.",
    ),
    "pause_open": (
        "By what is stated the clock stands still since {0} ({1}); there is no date until it runs again.",
        "밝힌 대로라면 {0}부터 기간이 멈추어 있습니다({1}). 다시 흐를 때까지는 날짜를 정할 수 없습니다.",
    ),
    "pause_open_latest": (
        "By what is stated the clock may stand still since {0} ({1}); there is no later date until it runs again.",
        "밝힌 대로라면 {0}부터 기간이 멈추어 있다고 볼 수도 있습니다({1})."
        " 다시 흐를 때까지는 늦은 날짜를 정할 수 없습니다.",
    ),
    "pause_after": (
        "The pause from {0} began after the period had ended and changes nothing.",
        "{0}에 시작된 중단은 기간이 이미 끝난 뒤이므로 아무것도 바꾸지 않습니다.",
    ),
    "works": (
        "{0} is a working day: the period ends with it.",
        "{0} – 근무일이므로 그날이 끝날 때까지입니다.",
    ),
    "rolls": (
        "{0} is {1}. The reading most favourable to the company goes on to the end of {2}, the next working day.",
        "{0} – {1}입니다. 회사에 가장 유리하게 보면 다음 근무일인 {2}까지입니다.",
    ),
    "roll_unconfirmed": (
        "No source that was read says that the period goes on after a weekend or holiday; only the later date reckons "
        "with it.",
        "휴일이면 다음 근무일까지로 본다는 점은 살펴본 출처에서 확인되지 않아 늦은 날짜에만 반영했습니다.",
    ),
    "notice_needed": (
        "The longer period needs a notice to the person by {0}. None is given here: the dates hold only if there was "
        "one.",
        "기간을 늘리려면 {0}까지 본인에게 알려야 합니다. 여기에는 통지한 날이 없으므로,"
        " 통지가 있었을 때에만 맞는 날짜입니다.",
    ),
    "notice_undated": (
        "The longer period needs a notice to the person; by when is not said by any source that was read. None is "
        "given here: the dates hold only if there was one.",
        "기간을 늘리려면 본인에게 알려야 하며, 언제까지인지는 살펴본 출처에 없습니다. 여기에는 통지한 날이 없으므로,"
        " 통지가 있었을 때에만 맞는 날짜입니다.",
    ),
    "notice_of_several": (
        "Of {0} notices that this period needs, that within the period {1} is missing; by when it must come is said by "
        "no source that was read, or hangs on what is missing before it. The dates hold only if there was one.",
        "이 기간에는 통지가 {0}번 필요한데, 기간 {1} 안의 통지가 빠져 있습니다. 언제까지인지는 살펴본 출처에 없거나"
        " 앞의 통지에 달려 있습니다. 통지가 있었을 때에만 맞는 날짜입니다.",
    ),
    "notice_in_time": (
        "The notice names {0}, within the time for it, which ends on {1}.",
        "통지에 적힌 날은 {0}입니다. 통지할 수 있는 마지막 날인 {1} 안입니다.",
    ),
    "notice_between": (
        "The notice names {0}: within the time for it only in the reading most favourable to the company. In the "
        "strictest one nothing was extended.",
        "통지에 적힌 날은 {0}입니다. 회사에 가장 유리하게 볼 때에만 제때이고,"
        " 가장 엄격하게 보면 기간은 늘어나지 않았습니다.",
    ),
    "notice_on_last_day": (
        "The notice names {0}, the last day; the law asks for one before it. In the strictest reading nothing was "
        "extended.",
        "통지한 날은 마지막 날인 {0}이며, 법은 그 전에 알리도록 합니다. 가장 엄격하게 보면 기간은 늘어나지 않았습니다.",
    ),
    "notice_unconfirmed": (
        "The notice names {0}, after the period had ended. No source that was read says by when the notice must "
        "come, so the later date still reckons with it.",
        "통지에 적힌 날은 기간이 끝난 뒤인 {0}입니다. 언제까지 통지해야 하는지는 살펴본 출처에서 확인되지 않아"
        " 늦은 날짜에는 반영합니다.",
    ),
    "notice_without_reason": (
        "The notice gives no reason, and the law asks for one. In the strictest reading nothing was extended.",
        "통지에 사유가 없으나 법은 사유를 알리도록 합니다. 가장 엄격하게 보면 기간은 늘어나지 않았습니다.",
    ),
    "open_for": (
        "For the reason that the company gives the law lets it take longer and names no number of days: the later date "
        "is the day that the company names.",
        "회사가 든 사유에 대해서는 법이 더 긴 기간을 허용하고 며칠 안이라고 정하지 않았습니다."
        " 늦은 날짜는 회사가 밝힌 날입니다.",
    ),
    "named": (
        "The date named for the answer is {0}. The earlier date keeps to it.",
        "답변하겠다고 한 날짜는 {0}입니다. 이른 날짜는 그 날짜를 따릅니다.",
    ),
    "named_late": (
        "The date named for the answer is {0}, later than the rule allows; the rule's own date holds.",
        "답변하겠다고 한 날짜는 {0}입니다. 규칙이 허용하는 날보다 늦으므로 규칙에 따른 날짜를 씁니다.",
    ),
    "named_date": (
        "The notice names the day by which the answer comes: {0}.",
        "통지에 적힌, 답변이 올 날은 {0}입니다.",
    ),
    "beyond_calendar": (
        "No calendar that is used here goes that far: holidays are known for days up to {0}, so there is no date.",
        "여기서 쓰는 달력은 그때까지 나와 있지 않습니다. {0}까지만 셀 수 있어 날짜를 정하지 않습니다.",
    ),
    "extension_unconfirmed": (
        "No source that was read confirms this extension; only the later date reckons with it.",
        "이 연장은 살펴본 출처에서 확인되지 않아 늦은 날짜에만 반영했습니다.",
    ),
    "adds": ("The extension adds {0}.", "연장 기간은 {0}입니다."),
    "cause_open": (
        "The duty rests until the cause of the postponement ends; there is no date until then.",
        "연기 사유가 없어질 때까지 미룰 수 있으므로 그때까지는 날짜를 정할 수 없습니다.",
    ),
    "cause_ended": (
        "By what is stated the cause ended on {0}: {1} from then on.",
        "연기 사유가 {0}에 없어졌으므로 그날부터 {1} 안입니다.",
    ),
    "cause_ended_at_once": (
        "The law itself says without delay, so the strictest reading ends on {0}.",
        "법 자체는 지체 없이 하도록 하므로, 가장 엄격하게 보면 {0}까지입니다.",
    ),
    "cause_ended_undated": (
        "The cause ended on {0}. From then on no source that was read names a number of days.",
        "연기 사유가 {0}에 없어졌습니다. 그때부터 며칠 안인지는 살펴본 출처에 없습니다.",
    ),
    "undated": ("The law names no number of days: {0}", "법은 며칠 안이라고 정하지 않았습니다. {0}"),
    "recalled": (
        "This period rests on something that was recalled and not read (R); no finding may rest on it.",
        "이 기간은 원문을 읽지 못하고 기억에 따른 내용(R)에 기대고 있어, 이것으로 결론을 내리지 않습니다.",
    ),
    "place_unconfirmed": (
        "That this rule holds in {0} was recalled and not read (R); no finding may rest on it.",
        "이 규칙이 {0}에도 적용되는지는 원문에서 확인하지 못했으므로(R), 이것으로 결론을 내리지 않습니다.",
    ),
    "region_unknown": (
        "The calendar knows no region {0}: check the code. For the later date a holiday of any region that it knows "
        "there counts.",
        "달력에 {0} 지역이 없습니다. 기호를 확인하십시오."
        " 늦은 날짜에는 달력에 있는 그 나라 모든 지역의 휴일을 반영합니다.",
    ),
    "answered_in_time": (
        "This period runs only after an answer that came in time; where it came late, or none came, it does not run.",
        "이 기간은 제때 온 답변이 있을 때에만 흐릅니다. 답변이 늦었거나 없으면 해당하지 않습니다.",
    ),
    "answered_not_in_time": (
        "This period runs where no answer came in time; an answer that comes late changes nothing of it.",
        "이 기간은 제때 온 답변이 없을 때 흐릅니다. 답변이 늦게 오더라도 달라지지 않습니다.",
    ),
    "until_refused": (
        "After a refusal nobody has to wait.",
        "거절된 뒤에는 기다리지 않아도 됩니다.",
    ),
    "no_finding": ("No finding may rest on this period: {0}", "이 기간으로는 결론을 내리지 않습니다. {0}"),
}
_WEEKEND = (
    "{0} is no working day. The reading most favourable to the company goes on to the end of {1}, the next working "
    "day.",
    "{0} – 근무일이 아닙니다. 회사에 가장 유리하게 보면 다음 근무일인 {1}까지입니다.",
)
"""Of ``rolls``, where the date itself says which day of the week it is."""
# A company's time is up by the later date, a person's by the earlier one, and a wait is over after the later one.
_READINGS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "company_duty": {
        "earliest": ("strictest reading: by the end of {0}", "가장 엄격하게 보면 {0}까지"),
        "latest": ("most favourable to the company: by the end of {0}", "회사에 가장 유리하게 보면 {0}까지"),
        "both": ("by the end of {0} in both readings", "어느 쪽으로 보아도 {0}까지"),
    },
    "person_window": {
        "earliest": ("strictest reading: act by the end of {0}", "가장 엄격하게 보면 {0}까지 하십시오"),
        "latest": (
            "the other reading: the end of {0}; do not rely on it",
            "다르게 보면 {0}까지. 믿고 기다리지 마십시오",
        ),
        "both": ("act by the end of {0} in both readings", "어느 쪽으로 보아도 {0}까지 하십시오"),
    },
    "waiting_time": {
        "earliest": (
            "strictest reading: over with {0}; do not rely on it",
            "가장 엄격하게 보면 {0}에 끝남. 믿지 마십시오",
        ),
        "latest": ("not before the end of {0}, in the later reading", "늦게 보면 {0}이 지난 뒤에"),
        "both": ("not before the end of {0} in both readings", "어느 쪽으로 보아도 {0}이 지난 뒤에"),
    },
    "authority_aim": {
        "earliest": ("strictest reading: aimed at by the end of {0}", "가장 엄격하게 보면 {0}까지가 목표"),
        "latest": ("later reading: aimed at by the end of {0}", "늦게 보면 {0}까지가 목표"),
        "both": ("aimed at by the end of {0} in both readings", "어느 쪽으로 보아도 {0}까지가 목표"),
    },
}
_UNITS = {
    "days": ("day", "일"),
    "weeks": ("week", "주"),
    "months": ("month", "개월"),
    "working_days": ("working day", "근무일"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One reason: ``number`` is the counting step of the specification, ``source`` an id of the rule or ""."""

    number: int
    code: str
    values: tuple[Value, ...]
    source: str = ""


def sentence(step: Step, lang: Language) -> str:
    """The step as a sentence."""
    values = [shown(value, lang) for value in step.values]
    if step.code == "rolls" and step.values[1] in ("day.saturday", "day.sunday"):
        return pick(_WEEKEND, lang).format(values[0], values[2])
    return pick(_SENTENCES[step.code], lang).format(*values)


def cited(step: Step, rule: Rule, lang: Language) -> str:
    """The step's source with its mark, "" where it has none."""
    source = rule.source(step.source)
    return "" if source is None else f"{source.cite.ko if lang == 'ko' else source.cite.en} ({source.mark})"


word = Phrases(_WORDS).word
"""A fixed word: of a holder, of an event, of a kind of day."""


def reading(holder: str, name: str, day: date, lang: Language) -> str:
    """One date by whose time it is: ``name`` is its reading, ``earliest``, ``latest``, or ``both`` where they agree."""
    return pick(_READINGS[holder][name], lang).format(shown_date(day, lang))


def readings(holder: str, earliest: date | None, latest: date | None, lang: Language) -> list[tuple[str, date, str]]:
    """Each date once, with its reading (``earliest`` or ``latest``) and its words."""
    if earliest is not None and earliest == latest:
        return [("earliest", earliest, reading(holder, "both", earliest, lang))]
    dates = (("earliest", earliest), ("latest", latest))
    return [(name, day, reading(holder, name, day, lang)) for name, day in dates if day is not None]


def start_name(period: Period) -> str:
    """The word for what starts a period."""
    return "start.mediation" if period.at == "mediation" else f"start.{period.starts}"


def shown(value: Value, lang: Language) -> str:
    """A value as people read it: dates with their weekday, lengths in words."""
    if isinstance(value, date):
        return shown_date(value, lang)
    if isinstance(value, Text):
        return value.ko if lang == "ko" else value.en
    if isinstance(value, tuple):
        return shown_length(value, lang)
    if isinstance(value, str) and value in _WORDS:
        return word(value, lang)
    return str(value)


def shown_date(day: date, lang: Language) -> str:
    """``2026-07-11 (Saturday)``."""
    english, korean = _WEEKDAYS
    return f"{day}({korean[day.weekday()]})" if lang == "ko" else f"{day} ({english[day.weekday()]})"


def shown_length(legs: tuple[Leg, ...], lang: Language) -> str:
    """``1 month and 2 months more``."""
    if lang == "ko":
        return ", 이어서 ".join(f"{leg.length}{_UNITS[leg.unit][1]}" for leg in legs)
    words = [f"{leg.length} {_UNITS[leg.unit][0]}{'s' if leg.length > 1 else ''}" for leg in legs]
    return " and ".join([words[0], *(f"{more} more" for more in words[1:])])
