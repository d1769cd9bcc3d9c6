"""What a person should hear before signing, and nobody is refused for: dates that have not come yet, and a right
for whose answer the rule of the case has no time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ledger.cli.casefile import CaseFile
from ledger.cli.kept import file_of
from ledger.deadlines.rulebook import SHIPPED, load_rule
from ledger.disclosure import Disclosure
from ledger.encoding import Json, encode_hex, encode_instant
from ledger.finding.due import answer_period
from ledger.kinds import Kind
from ledger.mail import MAIL_TYPE
from ledger.mail.capture import MEDIA_TYPE as CAPTURE_TYPE
from ledger.phrases import Pair, Phrase, Phrases
from ledger.statement import SignedStatement

_REMARKS: Mapping[str, Pair] = {
    "before_the_request": (
        "{name} is {day}: that lies before {sent}, when the request was sent by your own word. Is it right?",
        "{name}: {day}. 요구를 보냈다고 직접 적은 날({sent})보다 앞섭니다. 맞습니까?",
    ),
    "file_again": (
        "this very file ({name}) stands behind {kind} {statement} already.",
        "같은 파일({name})이 {kind} {statement}에 이미 붙어 있습니다.",
    ),
    "is_a_mail": (
        "{name} is a mail: as a file it is your own word alone. habeas mail add grades it and has it checked.",
        "{name} 파일은 메일입니다. 파일로만 붙이면 본인의 말일 뿐입니다. habeas mail add로 하면 등급을 매기고 확인을"
        " 받을 수 있습니다.",
    ),
    "no_time": (
        "right is {right}: the rule {regime} has no time for an answer to that, so nothing will be due.",
        "right 값이 {right}인데, 규칙 {regime}에는 이에 답할 기한이 없어 기한이 생기지 않습니다.",
    ),
    "no_time_here": (
        "right is {right}: the rule {regime} has no time for an answer to that, so nothing will be due; in {place} "
        "there is {others}, for a case of its own.",
        "right 값이 {right}인데, 규칙 {regime}에는 이에 답할 기한이 없어 기한이 생기지 않습니다. {place}에는 이를"
        " 다루는 규칙 {others}도 있으며, 그 규칙으로 사건을 따로 열 수 있습니다.",
    ),
    "to_come": (
        "{name} is {value}: that lies after {today}, the day (UTC) of the newest block known. Is it right?",
        "{name}: {value}. 알려진 가장 최근 블록의 날({today}, UTC)보다 뒤입니다. 맞습니까?",
    ),
}
_say = Phrases(_REMARKS).say
_DATED = ("date", "instant", "date, or one of")
# A deadline and the end of a loss may well lie ahead; everything else is told after it happened.
_MAY_LIE_AHEAD = frozenset({"until"})


_AFTER_THE_REQUEST = ("answered_on", "notified_on", "received_on")
# Of a mail that was used before more is known than its bytes: ``habeas mail add`` says it, and refuses it if it counts.
_SAID_ELSEWHERE = frozenset({MAIL_TYPE, CAPTURE_TYPE})


def case_remarks(case: CaseFile, facts: Mapping[str, Json], held: Sequence[Disclosure]) -> list[Phrase]:
    """What does not fit what the case holds already: an answer before the request, and a file a second time."""
    sent = [str(entry.signed.statement.facts.get("sent_on")) for entry in case.entries if _is_request(entry.signed)]
    found = [
        _say("before_the_request", name=name, day=facts[name], sent=min(sent))
        for name in _AFTER_THE_REQUEST
        if sent and name in facts and str(facts[name]) < min(sent)
    ]
    known = {
        value.sha256: entry
        for entry in case.entries
        for item in entry.disclosures
        if (value := file_of(item)) is not None and value.media_type not in _SAID_ELSEWHERE
    }
    for item in held:
        value = file_of(item)
        if value is not None and value.sha256 in known:
            signed = known[value.sha256].signed
            kind, statement = signed.statement.kind, encode_hex(signed.id)
            found.append(_say("file_again", name=value.name, kind=kind, statement=statement))
    return found


def mail_remarks(held: Sequence[Disclosure]) -> list[Phrase]:
    """For a mail that does not go the way of mails."""
    names = [value.name for item in held if (value := file_of(item)) is not None and value.media_type == MAIL_TYPE]
    return [_say("is_a_mail", name=name) for name in names]


def _is_request(signed: SignedStatement) -> bool:
    return signed.statement.kind == "request.sent"


def right_remarks(kind: Kind, facts: Mapping[str, Json], regime: str, place: str) -> list[Phrase]:
    """A sentence where a request is for a right that the rule of the case does not cover, and which rules do."""
    if kind.name != "request.sent" or regime not in SHIPPED:
        return []
    right = str(facts.get("right"))
    if answer_period(load_rule(regime), right) is not None:
        return []
    others = [name for name in SHIPPED if name != regime and _covers(name, right, place)]
    name = "no_time_here" if others else "no_time"
    return [_say(name, right=right, regime=regime, place=place, others=", ".join(others))]


def _covers(regime: str, right: str, place: str) -> bool:
    rule = load_rule(regime)
    held = {*rule.places, *rule.places_unconfirmed}
    return bool({place, place.partition("-")[0]} & held) and answer_period(rule, right) is not None


def date_remarks(kind: Kind, facts: Mapping[str, Json], newest: int) -> list[Phrase]:
    """A sentence for each date after the day (UTC) of the newest block known, which is of ``newest`` seconds.

    The block's clock and not this machine's: a record's bounds are times of blocks, too.
    """
    today = encode_instant(newest)[:10]
    checks = {**kind.required, **kind.optional}
    return [
        _say("to_come", name=name, value=value, today=today)
        for name, value in sorted(facts.items())
        if name in checks and checks[name].words in _DATED and name not in _MAY_LIE_AHEAD
        # Facts were checked: a date is ten digits and dashes, an instant begins with one, a word has no digit.
        if isinstance(value, str) and value[:1].isdigit() and value[:10] > today
    ]
