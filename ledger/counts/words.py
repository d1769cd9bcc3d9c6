"""The fixed sentences of counts, English and Korean; nothing free beside them (docs/spec/counts.md, "Sentences")."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.phrases import Phrases

_TEXT: Mapping[str, tuple[str, str]] = {
    "title": ("Counts of the cases with {c}", "{c}에 관한 사건의 집계"),
    "sample": (
        "Cases people chose to record. Not a sample.",
        "사람들이 기록하기로 한 사건이며 표본이 아닙니다.",
    ),
    "heading": ("Statements, not persons.", "사람의 수가 아니라 진술의 수입니다."),
    "one_each": (
        "Each case counts as one statement, however many are recorded in it.",
        "사건마다 그 안에 기록된 진술이 몇 건이든 진술 1건으로 셉니다.",
    ),
    "total": ("{n} statements, {m} with proven arrival.", "진술 {n}건, 그중 도달이 증명된 것은 {m}건."),
    "total_one": ("1 statement, {m} with proven arrival.", "진술 1건, 그중 도달이 증명된 것은 {m}건."),
    "listed": (
        "A case is listed and counted once {c} has spoken in it, or 14 days after the latest due date.",
        "사건은 {c}이(가) 그 사건에서 의견을 밝혔거나 늦은 기한에서 14일이 지난 뒤에 목록과 집계에 들어갑니다.",
    ),
    "nothing": ("No case is listed.", "목록에 들어간 사건이 없습니다."),
    "states": ("By state: {w}.", "상태별: {w}."),
    "outcomes": ("By outcome: {w}.", "결과별: {w}."),
    "grades": ("Answers by grade: {w}.", "답변의 등급별: {w}."),
    "arrival": ("By arrival of the request: {w}.", "요구의 도달별: {w}."),
    "contested": (
        "Contested: {n}. This record does not decide.",
        "양쪽의 말이 다른 사건: {n}건. 이 기록은 판단하지 않습니다.",
    ),
    "undetermined": (
        "Undetermined: {n}. They are counted, and no answer or silence is read into them.",
        "정할 수 없는 사건: {n}건. 집계에는 넣되 답변이나 침묵으로 보지 않습니다.",
    ),
    "no_rate_not_joined": (
        "No rate and no curve: no key of {c} is accepted under this trust policy. An answer sent elsewhere appears "
        "only if the person records it.",
        "비율과 곡선은 내지 않습니다. 이 신뢰 정책에서 인정되는 {c}의 열쇠가 없습니다."
        " 다른 경로의 답변은 요구인이 기록한 경우에만 나타납니다.",
    ),
    "no_rate_no_arrival": (
        "No rate and no curve: of no request is arrival proven.",
        "비율과 곡선은 내지 않습니다. 도달이 증명된 요구가 없습니다.",
    ),
    "rate": ("{a} of {b} with proven arrival: {o}.", "도달이 증명된 {b}건 중 {a}건: {o}."),
    "lateness": ("{a} of {b} answers: {o}.", "답변 {b}건 중 {a}건: {o}."),
    "lateness_one": ("{a} of 1 answer: {o}.", "답변 1건 중 {a}건: {o}."),
    "curve": (
        "Day {d} after arrival: {a} answered, of {b} followed until then.",
        "도달 후 {d}일째: 그때까지 확인된 {b}건 중 답변 {a}건.",
    ),
    "censored": (
        "Each case counts up to its last check-in; nothing is known after it. Days are those that answers name.",
        "사건마다 요구인이 마지막으로 확인한 날까지만 셉니다. 그 뒤는 알 수 없습니다. 날은 답변에 적힌 날입니다.",
    ),
    "unconfirmed": (
        "Without any check-in: {n} of those with proven arrival and no answer recorded.",
        "도달이 증명되었으나 답변 기록이 없는 사건 중 요구인의 확인이 없는 것: {n}건.",
    ),
    "not_replayed": (
        "The operator's index has not been replayed: {n} of {m} cases.",
        "운영자의 색인이 다시 계산해 확인되지 않은 사건: {m}건 중 {n}건.",
    ),
    "conditional": (
        "Only if the blocks that anchor them are on the chain: {n} of {m} cases.",
        "고정한 블록이 해당 체인에 있는 경우에만 맞는 사건: {m}건 중 {n}건.",
    ),
    "operator_is_party": (
        "The operator of this ledger is a party: {n} of {m} cases.",
        "이 기록부의 운영자가 당사자인 사건: {m}건 중 {n}건.",
    ),
}
_WORDS: Mapping[str, tuple[str, str]] = {
    "arrival.no_request": ("no request recorded", "요구 기록 없음"),
    "arrival.claimed": ("claimed", "요구인의 주장"),
    "arrival.operator_vouched": ("vouched for by the operator alone", "운영자만 보증"),
    "arrival.proven": ("proven", "증명됨"),
    "state.open": ("open", "진행 중"),
    "state.closed": ("closed", "종결"),
    "state.undetermined": ("undetermined", "정할 수 없음"),
    "outcome.none": ("no answer is recorded", "답변 기록 없음"),
    "outcome.provided": ("provided", "제공함"),
    "outcome.partly_provided": ("partly provided", "일부 제공함"),
    "outcome.refused": ("refused", "거절함"),
    "outcome.withdrawn": ("withdrawn by the person", "요구인이 거두어들임"),
    "outcome.contested": ("contested", "양쪽의 말이 다름"),
    "outcome.undetermined": ("undetermined", "정할 수 없음"),
    "grade.self_stated": ("self-stated", "본인 진술"),
    "grade.domain_mail": ("domain mail", "도메인 메일"),
    "grade.company_signed": ("company-signed", "회사 서명"),
    "grade.operator_vouched": ("operator-vouched", "운영자 보증"),
    "grade.attested": ("attested", "확인인 보증"),
    "grade.decided": ("decided", "결정됨"),
    "row.provided": ("provided", "제공함"),
    "row.partly_provided": ("partly provided", "일부 제공함"),
    "row.refused": ("refused", "거절함"),
    "row.contested": ("contested", "양쪽의 말이 다름"),
    "row.reported": ("an answer that only the person reports", "요구인만 기록한 답변"),
    "row.operator_vouched": (
        "an answer with a key that the operator alone vouches for",
        "운영자만 보증하는 열쇠로 된 답변",
    ),
    "row.withdrawn": ("withdrawn by the person", "요구인이 거두어들임"),
    "row.overdue": (
        "no answer is recorded, and a check-in after the latest due date says that nothing had come",
        "답변 기록이 없고, 늦은 기한 뒤에 요구인이 받은 것이 없다고 확인함",
    ),
    "row.open": (
        "no answer is recorded up to the last check-in",
        "마지막 확인까지 답변 기록 없음",
    ),
    "row.undetermined": ("undetermined", "정할 수 없음"),
    "lateness.late": ("late", "늦음"),
    "lateness.in_time": ("in time", "기한 안"),
    "lateness.not_decided": ("not decided", "정하지 않음"),
}

word = Phrases(_WORDS).word
"""A word of a closed list, as people read it."""
phrase = Phrases(_TEXT).phrase
"""A fixed sentence with its values."""
