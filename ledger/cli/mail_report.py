"""The section on opened mail in a summary: what was recomputed here, and what stays on somebody's word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ledger.finding.case import Finding
from ledger.finding.timeline import MailGrade
from ledger.phrases import Phrase
from ledger.verification.checks import Check, ResolvedCheck, Value
from ledger.verification.words import DETAILS
from ledger.words import Language, pick

TITLE = ("Mail that was opened", "공개한 메일")
_MAIL = ("Entry {index}, mail {mail}…, key {key}:", "기록 {index}번, 메일 {mail}…, 열쇠 {key}:")
_UNREAD = (
    "Entry {index}, mail {mail}…: not looked at. {detail}",
    "기록 {index}번, 메일 {mail}…: 확인하지 않음. {detail}",
)
# By step: what the check says where it holds by itself, and where it does not.
_SAID = {
    "10.2": (
        ("recomputed here: a DNSSEC chain proves the key, on nobody's word", "여기서 계산함: 열쇠가 DNSSEC로 증명됨"),
        ("on somebody's word: that this was the key (check 10.2)", "남의 말에 달림: 이 열쇠였다는 것(검사 10.2)"),
    ),
    "10.3": (
        ("recomputed here: under this key the domain of the company signed it, grade {letter}",
         "여기서 계산함: 이 열쇠로 회사 도메인이 서명함, {letter} 등급"),
        ("recomputed here: by this key it proves nothing (check 10.3 says why)",
         "여기서 계산함: 이 열쇠로는 아무것도 증명하지 못함(검사 10.3)"),
    ),
    "10.4": (
        ("recomputed here: what is signed names this case, and the day fits",
         "여기서 계산함: 서명된 부분에 이 사건 번호가 있고 날짜가 맞음"),
        ("on the requester's word: that it is about this case and this day (check 10.4 says what is missing)",
         "요구인의 말에 달림: 이 사건과 이 날짜에 관한 것이라는 점(검사 10.4)"),
    ),
}  # fmt: skip
_NO_KEY = ("nobody says that this was the key (check 10.2)", "이 열쇠였다고 말하는 사람이 없음(검사 10.2)")
_DATE = (
    "on the sender's word: the date in the mail. Proven is only that the mail was on record by the block of its anchor",
    "보낸 쪽의 말에 달림: 메일에 적힌 날짜. 증명되는 것은 그 블록까지는 기록되어 있었다는 것뿐임",
)
_COUNTS = {
    "attesters": ("it counts below as domain mail, grade {letter}, on the word of attesters of the trust policy",
                  "아래에서 도메인 메일 {letter} 등급으로 인정됨: 신뢰 정책에 있는 확인인들의 확인에 따름"),
    "recomputed": ("it counts below as domain mail, grade {letter}, on nobody's word",
                   "아래에서 도메인 메일 {letter} 등급으로 인정됨: 누구의 말에도 달려 있지 않음"),
}  # fmt: skip
# Why a mail with a grade does not count: of a key that is not proven, and of one that is.
_COUNTS_NOT = (
    ("it does not count below: that this was the key is on somebody's word, and not enough attesters whom the trust "
     "policy names have checked the mail ([[attester]], attester_quorum; checks 3.2 and 10.2)",
     "아래에서 인정되지 않음: 이 열쇠였다는 것이 남의 말에 달려 있고, 신뢰 정책이 정한 확인인이 충분히 확인하지"
     " 않았음([[attester]], attester_quorum, 검사 3.2와 10.2)"),
    ("it does not count below: the trust policy does not say how the company sends mail ([[company_mail]]), or it is "
     "not shown for this case and this day, or stands behind an earlier statement (checks 10.3 and 10.4)",
     "아래에서 인정되지 않음: 신뢰 정책에 회사의 메일([[company_mail]])이 없거나, 이 사건과 이 날짜의 것임이 보이지"
     " 않거나, 먼저 한 진술의 메일임(검사 10.3과 10.4)"),
)  # fmt: skip
_MISSING = (
    "{count} opened file(s) are not here and were not looked at; check 10.1 names them (--file)",
    "공개했으나 여기에 없는 파일 {count}개는 확인하지 못함(검사 10.1, --file)",
)


def mail_lines(checks: Sequence[ResolvedCheck], finding: Finding | None, lang: Language) -> Iterator[str]:
    """The section; nothing where no mail and no file was opened. ``finding`` says whether a mail counts in it."""
    every = [item.check for item in checks]
    counted = None if finding is None else {said.index: said.mail for said in finding.timeline.said}
    lines = [line for check in every if check.step == "10.2" for line in _of_mail(check, counted, lang)]
    missing = sum(check.step == "10.1" and "are not in the bundle" in check.detail for check in every)
    if missing:
        lines.append(f"  {pick(_MISSING, lang).format(count=missing)}")
    if lines:
        yield from ("", pick(TITLE, lang), *lines)


def _of_mail(check: Check, counted: Mapping[int, MailGrade | None] | None, lang: Language) -> Iterator[str]:
    _, index, mail, *key = check.name.split("/", 3)
    if not key:
        yield f"  {pick(_UNREAD, lang).format(index=index, mail=mail[:10], detail=check.told(lang))}"
        return
    yield f"  {pick(_MAIL, lang).format(index=index, mail=mail[:10], key=key[0])}"
    at: Check | None = check
    is_graded = False
    while at is not None:
        holds, fails = _SAID[at.step]
        if at.step == "10.2" and _is_keyless(at):
            fails = _NO_KEY
        is_graded = is_graded or (at.step == "10.3" and at.own is Value.PASSED)
        yield f"    - {pick(holds if at.own is Value.PASSED else fails, lang).format(letter=_letter(at))}"
        at = next((below for below in at.below if below.step in _SAID), None)
    yield f"    - {pick(_DATE, lang)}"
    if counted is not None and is_graded:
        grade = counted.get(int(index))
        words = _COUNTS_NOT[check.own is Value.PASSED] if grade is None else _COUNTS[grade.by]
        yield f"    - {pick(words, lang).format(letter='' if grade is None else grade.letter)}"


def _is_keyless(check: Check) -> bool:
    """Whether nobody says which key it was: no answer of DNS with one, and no attester."""
    pairs = dict(check.said.values) if isinstance(check.said, Phrase) else {}
    rests = pairs.get("rests")
    return isinstance(rests, Phrase) and rests.pair in (DETAILS["rests_on_nothing"], DETAILS["rests_on_no_key"])


def _letter(check: Check) -> str:
    """The letter of a signature that was computed again."""
    pairs = check.said.values if isinstance(check.said, Phrase) else ()
    return next((str(value) for name, value in pairs if name == "letter"), "")
