"""The lines that ``habeas mail``, ``post`` and ``page`` print for people, in English and Korean."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.phrases import Pair, Phrases
from ledger.words import Language

_LINES: Mapping[str, Pair] = {
    "recorded": ("Recorded as entry {index}: {statement}", "기록 {index}번으로 기록했습니다: {statement}"),
    "own_word": (
        "Until attesters have checked it: your own word. To have it checked: {command}",
        "확인인이 확인하기 전에는 요구인 자신의 말입니다. 확인을 받으려면: {command}",
    ),
    "again": (
        "It is on record, and can be handed over any time later: {command}",
        "기록은 되었으므로 나중에 언제든 다시 확인을 받을 수 있습니다: {command}",
    ),
    "not_attested": ("{url}: not attested. {problem}", "{url}: 확인받지 못했습니다. {problem}"),
    "attested": ("{url}: {result}, as of {at}", "{url}: {result}, 기준 시각 {at}"),
    "attested_nothing": (
        "{url}: {result}, as of {at}; nothing is attested",
        "{url}: {result}, 기준 시각 {at}. 확인해 준 것은 없습니다",
    ),
    "day_signed": (
        "The day {day} in {place} is taken from the mail's Date, the sender's own statement; another one: --on DATE",
        "날짜: {day}({place}). 메일의 Date에 보낸 쪽이 적은 날입니다. 다른 날이면 --on 날짜",
    ),
    "day_unsigned": (
        "The day {day} in {place} is taken from the mail's Date, and Date is not signed; another one: --on DATE",
        "날짜: {day}({place}). 메일의 Date에서 가져왔으나 Date가 서명되지 않았습니다. 다른 날이면 --on 날짜",
    ),
    "day_of_check": (
        "Nothing signed says when the mail was written; it shows that the request had arrived today, {day} in {place}."
        " Have it attested today; another day: --on DATE",
        "서명된 부분에 메일을 쓴 날이 없습니다. 이 메일은 오늘 {day}({place})까지 요구가 도착했음을 보여 줍니다."
        " 확인도 오늘 받으십시오. 다른 날이면 --on 날짜",
    ),
    "no_day_of_receipt": (
        "Remark: nothing signed says when the mail was written; attesters refuse an earlier day than today, {day} in"
        " {place}.",
        "참고: 서명된 부분에 메일을 쓴 날이 없어 확인인은 오늘 {day}({place})보다 이른 날을 거절합니다.",
    ),
    "no_day": (
        "Remark: nothing signed says when the mail was written; attesters give it no more than grade D.",
        "참고: 서명된 부분에 메일을 쓴 날이 없어 확인인은 D 등급까지만 줍니다.",
    ),
    "other_day": (
        "Remark: the mail is dated {day} in {place}. Attesters refuse a statement that names another day. Is it right?",
        "참고: 메일의 날짜는 {day}({place})입니다. 다른 날을 적은 진술은 확인인이 거절합니다. 맞습니까?",
    ),
    "messages": ("{total} message(s): {words}", "메일 {total}통: {words}"),
    "no_message": ("no message", "없음"),
    "count": ("{count} {result}", "{result} {count}"),
    "line": ("{result} {file}: {by}, {case}", "{result} {file}: {by}, {case}"),
    "line_unreadable": ("{result} {file}: {detail}", "{result} {file}: {detail}"),
    "by": ("{domain} {bits} bits", "{domain} {bits}비트"),
    "by_nobody": ("nobody that counts", "인정되는 서명 없음"),
    "case_subject": ("case in subject", "제목에 사건 번호"),
    "case_body": ("case in text", "본문에 사건 번호"),
    "case_other_case": ("ANOTHER case", "다른 사건 번호"),
    "case_several_cases": ("several cases", "여러 사건 번호"),
    "case_none": ("no case id", "사건 번호 없음"),
    "result_grade_a": ("grade_a", "A 등급"),
    "result_grade_b": ("grade_b", "B 등급"),
    "result_grade_c": ("grade_c", "C 등급"),
    "result_grade_d": ("grade_d", "D 등급"),
    "result_failed": ("failed", "확인 실패"),
    "result_undetermined": ("undetermined", "등급 없음"),
    "result_unreadable": ("unreadable", "읽을 수 없음"),
    "asking": (
        "Asking {resolvers} DNS resolver(s) for {keys} key(s) ...",
        "DNS 서버 {resolvers}곳에 열쇠 {keys}개를 묻습니다 ...",
    ),
    "messages_read": ("{count} message(s) read", "메일 {count}통을 읽음"),
    "too_long": (
        "{name} has more than 50 MiB and is passed over",
        "{name}은(는) 50 MiB를 넘어 건너뜁니다",
    ),
    "passed_over": (
        "{count} file(s) .msg or .emlx in {path} are passed over: they are no originals (habeas mail original)",
        "{path}의 .msg, .emlx 파일 {count}개는 원본이 아니어서 건너뜁니다(habeas mail original --lang ko)",
    ),
    "no_mail": ("{name} is no message: {error}", "{name}은(는) 메일이 아닙니다({error})"),
    "used_here": (
        "Remark: this very mail stands behind {kind} {statement} of {where} already. No attester has graded it there, "
        "so it may stand behind another statement; the first one stays on record as your own word.",
        "참고: 이 메일은 {where}의 {kind} {statement}에 이미 붙어 있습니다. 거기서 등급을 준 확인인이 없으므로 다른"
        " 진술에 쓸 수 있습니다. 처음 것은 요구인 자신의 말로 남습니다.",
    ),
    "used_id": (
        "Remark: a mail with the same Message-ID stands behind {kind} {statement} of {where} already. No attester has "
        "graded it there, so it may stand behind another statement; the first one stays on record as your own word.",
        "참고: Message-ID가 같은 메일이 {where}의 {kind} {statement}에 이미 붙어 있습니다. 거기서 등급을 준 확인인이"
        " 없으므로 다른 진술에 쓸 수 있습니다. 처음 것은 요구인 자신의 말로 남습니다.",
    ),
    "this_case": ("this case", "이 사건"),
    "your_case": ("your case {case}", "사건 {case}"),
    "post_grade": (
        "Grade: self_stated. The tracking record is kept and committed to, and nobody but you has looked at it: in an "
        "assessment arrival is not proven by it. Where a person whom the trust policy names as an attester has looked "
        "at it and attested it (check: post; no program offers that), the basis is registered_post. The private field "
        "opens it: habeas prove --open {name}",
        "등급: 본인 진술(self_stated). 배달 기록을 보관하고 진술이 그것을 가리키지만, 요구인 말고는 아무도 보지"
        " 않았으므로 확인 결과에서 도달이 증명되지 않습니다. 신뢰 정책이 확인인으로 정한 사람이 보고 확인해 주면"
        "(check: post, 해 주는 프로그램은 없음) 근거가 registered_post가 됩니다. 비공개 항목을 여는 방법:"
        " habeas prove --open {name}",
    ),
    "page_kept": (
        "{name}: {records} records, {count} bytes, SHA-256 {digest}",
        "{name}: 레코드 {records}개, {count}바이트, SHA-256 {digest}",
    ),
    "page_worth": (
        "A capture shows that these bytes have not changed since a statement committed to them. It does not show who "
        "sent them: until an attester has fetched the page itself (check: http), it is self_stated.",
        "캡처는 진술이 가리킨 뒤로 바이트가 바뀌지 않았음을 보여 줍니다. 누가 보냈는지는 보여 주지 않으므로, 확인인이"
        " 같은 페이지를 직접 받아 확인하기 전에는(check: http) 본인 진술(self_stated)입니다.",
    ),
    "page_next": (
        "No statement commits to it yet, so nothing shows when it was made. Next: habeas say KIND --kept {name}",
        "아직 이것을 가리키는 진술이 없어 언제 만들었는지 보여 주지 못합니다. 다음: habeas say KIND --kept {name}",
    ),
    "page_look": (
        "Cookies and secrets in header fields and addresses were replaced before hashing. The text of the page is as "
        "it was sent: look through it before you open it to anybody, it may name you or others.",
        "헤더와 주소에 있는 쿠키와 비밀 값은 해시를 계산하기 전에 바꾸었습니다. 페이지의 글은 받은 그대로이고 이용자나"
        " 다른 사람의 이름이 있을 수 있으므로, 남에게 열기 전에 살펴보십시오.",
    ),
    "page_without_digest": (
        "{count} of {records} records state no digest of their own.",
        "레코드 {records}개 중 {count}개에 해시가 적혀 있지 않습니다.",
    ),
    "page_weak_digest": (
        "{count} of {records} records state a digest weaker than SHA-256; that of the whole file, which a statement "
        "commits to, is SHA-256.",
        "레코드 {records}개 중 {count}개에 SHA-256보다 약한 해시가 적혀 있습니다. 진술이 가리키는 파일 전체의 해시는"
        " SHA-256입니다.",
    ),
    "page_secrets": (
        "It holds {names}: end those sessions before you show it to anybody.",
        "{names}이(가) 들어 있습니다. 남에게 보여 주기 전에 그 세션에서 로그아웃하십시오.",
    ),
    "page_drop": ("Remove {name} and its bytes?", "{name}과(와) 그 바이트를 지울까요?"),
    "page_dropped": ("{name} is removed.", "{name}을(를) 지웠습니다."),
}
line = Phrases(_LINES).phrase
"""A line with its values."""


def result_words(result: str, language: Language) -> str:
    """A result in a language; as it came where no result of that name is known here."""
    name = f"result_{result}"
    return line(name, language) if name in _LINES else result
