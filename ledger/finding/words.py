"""The fixed words of a finding, English and Korean; nothing free stands beside them.

Neutral and true: who states what, between which times. Nothing here judges, and nothing urges.
"""

from __future__ import annotations

from collections.abc import Mapping

from ledger.finding.mail_words import MAIL
from ledger.phrases import Phrases

_WORDS: Mapping[str, tuple[str, str]] = {
    "state.open": ("open", "진행 중"),
    "state.closed": ("closed", "종결"),
    "state.unknown": ("not known", "알 수 없음"),
    "outcome.none": ("no answer is recorded", "답변 기록 없음"),
    "outcome.provided": ("provided", "제공함"),
    "outcome.partly_provided": ("partly provided", "일부 제공함"),
    "outcome.refused": ("refused", "거절함"),
    "outcome.withdrawn": ("withdrawn by the person", "요구인이 거두어들임"),
    "outcome.contested": ("contested", "양쪽의 말이 다름"),
    "outcome.unknown": ("undetermined", "정할 수 없음"),
    "grade.self_stated": ("self-stated", "본인 진술"),
    "grade.domain_mail": ("domain mail", "도메인 메일"),
    "grade.company_signed": ("company-signed", "회사 서명"),
    "grade.operator_vouched": ("operator-vouched", "운영자 보증"),
    "grade.attested": ("attested", "확인인 보증"),
    "grade.decided": ("decided", "결정됨"),
    "grade.none": ("no grade", "등급 없음"),
    "basis.acknowledged": ("acknowledged by the company", "회사의 접수 확인"),
    "basis.registered_post": ("registered post", "등기우편"),
    "basis.relay": ("two independent relays", "독립된 두 중계 기록"),
    "basis.presumed": (
        "presumed under the Korean Framework Act on Electronic Documents, art. 6",
        "전자문서 및 전자거래 기본법 제6조에 따른 추정",
    ),
    "basis.claimed": ("claimed", "요구인의 주장"),
    "cause.no_answer": ("no answer recorded", "답변 기록 없음"),
    "cause.refused": ("refused", "거절"),
    "cause.account_blocked": ("account blocked", "계정 차단"),
    "cause.service_outage": ("service outage", "서비스 장애"),
    "said.request.fulfilled": ("that it provided what was asked", "요구한 것을 제공했다"),
    "said.request.partially_fulfilled": ("that it provided a part", "일부를 제공했다"),
    "said.request.refused": ("that it refused", "요구를 거절했다"),
    "told.request.fulfilled": ("that the company provided what was asked", "회사가 요구한 것을 제공했다"),
    "told.request.partially_fulfilled": ("that the company provided a part", "회사가 일부를 제공했다"),
    "told.request.refused": ("that the company refused", "회사가 요구를 거절했다"),
    "against.not_received": ("that nothing was received", "받은 것이 없다"),
    "against.not_sent": ("that nothing was sent", "보낸 것이 없다"),
    "against.incomplete": ("that it is incomplete", "빠진 것이 있다"),
    "against.unreadable": ("that it cannot be read", "읽을 수 없다"),
    "against.behind_locked_account": (
        "that it lies behind the locked account",
        "잠긴 계정 안에 있어 볼 수 없다",
    ),
    "against.wrong_person": ("that it concerns another person", "다른 사람과 관련된다"),
    "against.wrong_company": ("that it concerns another company", "다른 회사와 관련된다"),
    "against.wrong_date": ("that the date is another", "날짜가 다르다"),
    "against.reason_not_accepted": ("that the reason is not accepted", "사유를 받아들이지 않는다"),
    "against.already_answered": ("that it was answered already", "이미 답변이 있었다"),
    "against.not_authorised": ("that nobody was authorised", "권한을 준 적이 없다"),
    "against.nothing": ("that nothing had come by {d}", "{d}까지 받은 것이 없다"),
    "who.company": ("The company", "회사"),
    "who.person": ("The person", "본인"),
    "who.authority": ("The authority", "담당 기관"),
    "kind.supervision": ("supervision", "감독"),
    "kind.reports": ("reports of infringement", "침해 신고"),
    "kind.mediation": ("dispute mediation", "분쟁 조정"),
    "quality.read": ("read at the source", "출처를 직접 읽음"),
    "quality.secondary": ("from a secondary source", "2차 출처에서 옮김"),
    "quality.unconfirmed": ("unconfirmed, check before you write", "확인되지 않음, 보내기 전에 확인하십시오"),
    "quality.imported": ("from an imported register, not checked here", "가져온 명부의 내용으로 여기서 확인하지 않음"),
}
_TEXT: Mapping[str, tuple[str, str]] = {
    "stands": ("State: {s}. Outcome: {o}.", "상태: {s}. 결과: {o}."),
    "contested_by_person": (
        "{c} states {x}. The person states {y}. This record does not decide.",
        "{c}은(는) {x}고, 요구인은 {y}고 말합니다. 이 기록은 판단하지 않습니다.",
    ),
    "contested_by_company": (
        "The person states {x}. {c} states {y}. This record does not decide.",
        "요구인은 {x}고, {c}은(는) {y}고 말합니다. 이 기록은 판단하지 않습니다.",
    ),
    "disputed_by_person": (
        "Contested (entry {n}): of {m} the person states {y}. This record does not decide.",
        "다툼(기록 {n}번): {m}에 대해 요구인은 {y}고 말합니다. 이 기록은 판단하지 않습니다.",
    ),
    "disputed_by_company": (
        "Contested (entry {n}): of {m} {c} states {y}. This record does not decide.",
        "다툼(기록 {n}번): {m}에 대해 {c}은(는) {y}고 말합니다. 이 기록은 판단하지 않습니다.",
    ),
    "disputed_entry": ("entry {m}", "기록 {m}번"),
    "disputed_none": ("a statement that does not count here", "여기에 포함되지 않은 진술"),
    "delivery_proven": (
        "Arrival of the request is proven by {d} ({b}; {g}).",
        "요구는 늦어도 {d}에는 도달했음이 확인됩니다({b}, {g}).",
    ),
    **MAIL,
    "not_arrival": ("Arrival of the request is not proven.", "요구가 도달했는지는 증명되지 않았습니다."),
    "if_arrived": (
        "If it arrived on {d}, an answer was due by {x}. Arrival is not proven.",
        "{d}에 도달했다면 {x}까지 답변해야 합니다. 도달 여부는 증명되지 않았습니다.",
    ),
    "channel_reminded": (
        "Nothing that was sent to a contact that {c} published is proven to have arrived, and {c} has not acknowledged "
        "the request: there is no latest due date until it does.",
        "{c}이(가) 공개한 연락처로 보낸 것이 도달했다는 증명이 없고 {c}의 접수 확인도 없습니다."
        " 접수를 확인할 때까지 늦은 기한은 정하지 않습니다.",
    ),
    "channel": (
        "By what the person states, the request did not go to a contact that {c} published. No acknowledgement that "
        "{c} signed, or that attesters checked, is recorded: there is no latest due date until there is one.",
        "요구인의 기록에 따르면 요구는 {c}이(가) 공개한 연락처로 보낸 것이 아닙니다. {c}이(가) 서명했거나 확인인이"
        " 확인한 접수 확인도 기록되지 않았습니다. 그런 확인이 있을 때까지 늦은 기한은 정하지 않습니다.",
    ),
    "due_both": (
        "Due date under {r}, version {v}: the end of {x}.",
        "{r}(제{v}판)에 따른 답변 기한: {x}까지.",
    ),
    "due_two": (
        "Due dates under {r}, version {v}: the end of {x} in the strictest reading, of {y} in the one most favourable "
        "to {c}.",
        "{r}(제{v}판)에 따른 답변 기한: 가장 엄격하게 보면 {x}까지, {c}에 가장 유리하게 보면 {y}까지.",
    ),
    "due_earliest": (
        "Due date under {r}, version {v}, in the strictest reading: the end of {x}.",
        "{r}(제{v}판)에 따른 답변 기한: 가장 엄격하게 보면 {x}까지.",
    ),
    "due_calendar": ("Holidays and time zones: {k}.", "공휴일과 시간대: {k}."),
    "no_finding": ("No finding may rest on this rule.", "이 규칙으로는 결론을 내리지 않습니다."),
    "no_request": ("No request is recorded, so nothing is due.", "요구를 보냈다는 기록이 없으므로 기한도 없습니다."),
    "no_rule": (
        "There is no rule for this case's regime, so no due date.",
        "이 사건에 적용할 규칙이 없으므로 기한을 정하지 않습니다.",
    ),
    "not_covered": (
        "The rule {r} does not cover this right, place or time, so there is no due date.",
        "규칙 {r}은(는) 이 권리나 장소, 시기를 다루지 않으므로 기한을 정하지 않습니다.",
    ),
    "no_answer_period": (
        "The rule {r} covers this right and names no time for an answer, so there is no due date.",
        "규칙 {r}은(는) 이 권리를 다루지만 답변 기간은 정하지 않으므로 기한이 없습니다.",
    ),
    "undated": ("{r}: the law names no number of days: {u}", "{r}: 법은 며칠 안이라고 정하지 않았습니다. {u}"),
    "cause_ends_company": (
        "{c} states a postponement without a date: there is no latest due date until its cause ends.",
        "{c}은(는) 날짜 없이 연기한다고 밝혔습니다. 그 사유가 없어질 때까지 늦은 기한은 정하지 않습니다.",
    ),
    "cause_ends_person": (
        "The person reports a postponement by {c} without a date: there is no latest due date until its cause ends.",
        "요구인은 {c}이(가) 날짜 없이 연기했다고 적었습니다. 그 사유가 없어질 때까지 늦은 기한은 정하지 않습니다.",
    ),
    "paused": (
        "{c} asked for something that is not recorded as supplied: there is no latest due date until it is.",
        "{c}이(가) 요청한 것이 아직 제출된 것으로 기록되지 않았습니다. 그때까지 늦은 기한은 정하지 않습니다.",
    ),
    "beyond_calendar": (
        "{c} names a day for its answer that lies beyond the calendar of holidays: there is no latest due date.",
        "{c}이(가) 답하겠다고 한 날은 공휴일 달력이 나와 있는 기간을 넘으므로 늦은 기한은 정하지 않습니다.",
    ),
    "notice_in_time": (
        "Notice of more time, entry {n}: recorded within the time.",
        "연장 통지(기록 {n}번): 기한 안에 기록되었습니다.",
    ),
    "notice_stated": (
        "Notice of more time, entry {n}: given on {d} by what is stated, not recorded within the time. It moves the "
        "later date alone.",
        "연장 통지(기록 {n}번): {d}에 알렸다고 하나 기한 안에 기록되지 않았습니다. 늦은 날짜에만 반영합니다.",
    ),
    "notice_stated_if": (
        "Notice of more time, entry {n}: given on {d} by what is stated; whether it was recorded within the time "
        "depends on blocks that were not asked about. It moves the later date alone.",
        "연장 통지(기록 {n}번): {d}에 알렸다고 합니다. 기한 안에 기록되었는지는 조회하지 않은 블록에 달려 있습니다."
        " 늦은 날짜에만 반영합니다.",
    ),
    "notice_late": (
        "Notice of more time, entry {n}: given on {d}, after the time had ended. It does not undo the date that had "
        "passed.",
        "연장 통지(기록 {n}번): 기한이 지난 {d}에 알렸습니다. 이미 지난 기한을 되돌리지 않습니다.",
    ),
    "notice_by_person": (
        " The notice is reported by the person alone.",
        " 이 통지는 요구인만 기록했습니다.",
    ),
    "late_notice": (
        "Notice of more time, entry {n}: by {r} it had to be given by the end of {x}. It names {d} and was signed not "
        "before {t}. A notice after that day does not undo the date that had passed.",
        "연장 통지(기록 {n}번): {r}에 따라 {x}까지 알려야 했습니다. 이 통지에는 {d}에 알렸다고 적혀 있고,"
        " {t} 이후에 서명되었습니다. 그날이 지난 뒤의 통지는 이미 지난 기한을 되돌리지 않습니다.",
    ),
    "notice_no_effect": (
        "Notice of more time, entry {n}: the rule knows no such extension. It moves no date.",
        "연장 통지(기록 {n}번): 규칙에 그런 연장이 없습니다. 날짜에 반영하지 않습니다.",
    ),
    "pause_unknown": (
        "Entry {n} asks the person for something; under this rule that stops no time.",
        "기록 {n}번은 요구인에게 무엇인가를 요청했으나, 이 규칙에서는 그것으로 기간이 멈추지 않습니다.",
    ),
    "back_dated": (
        "Entry {n} names {d}; it was signed not before {t}.",
        "기록 {n}번은 {d}을(를) 적었으나 {t} 이후에 서명되었습니다.",
    ),
    "late": (
        "The answer is late by this record: signed not before {t}, after the end of {x}; {c} states that it answered "
        "on {d}.",
        "이 기록으로는 답변이 늦었습니다. {x}이(가) 끝난 뒤인 {t} 이후에 서명되었고,"
        " {c}은(는) {d}에 답변했다고 밝혔습니다.",
    ),
    "in_time": (
        "The answer is in time by this record: recorded not after {t}, before the end of {x}.",
        "이 기록으로는 답변이 기한 안에 있었습니다. {x}이(가) 끝나기 전인 {t} 이전에 기록되었습니다.",
    ),
    "not_decided": (
        "Not decided whether the answer was in time: {c} states that it answered on {d}; recorded not before {t}.",
        "기한 안의 답변인지 정하지 않습니다. {c}은(는) {d}에 답변했다고 밝혔고, {t} 이후에 기록되었습니다.",
    ),
    "not_decided_open": (
        "Not decided whether the answer was in time: {c} states that it answered on {d}; no lower bound of its record "
        "is shown.",
        "기한 안의 답변인지 정하지 않습니다. {c}은(는) {d}에 답변했다고 밝혔고,"
        " 언제 이후에 기록되었는지는 제시되지 않았습니다.",
    ),
    "not_late_reported": (
        "An answer that only the person reports is neither late nor in time.",
        "요구인만 기록한 답변은 늦었다고도 기한 안이라고도 하지 않습니다.",
    ),
    "not_late_withdrawn": (
        "Entry {n} withdraws the request, and nothing shows that its time had ended by then: an answer after that is "
        "neither late nor in time.",
        "기록 {n}번에서 요구를 거두어들였고, 그때 이미 기한이 지났다는 증명은 없습니다."
        " 그 뒤의 답변은 늦었다고도 기한 안이라고도 하지 않습니다.",
    ),
    "if_block": (" If block {b} is on the chain.", " 이 블록이 해당 체인에 있는 경우입니다({b})."),
    "delay": (
        "Between the record of the request and that of the answer: at least {a}, at most {b}.",
        "요구의 기록과 답변의 기록 사이: 적어도 {a}, 많아야 {b}.",
    ),
    "delay_unknown": ("not known", "알 수 없음"),
    "grade_of_arrival": ("arrival: {g}", "도달: {g}"),
    "period": ("Period without access ({k}): from {a} to {b} ({g}).", "접근이 막힌 기간({k}): {a}부터 {b}까지({g})."),
    "period_lasting": (
        "Period without access ({k}): from {a}, known up to {b} ({g}). Not known since {b}.",
        "접근이 막힌 기간({k}): {a}부터이며 {b}까지 확인됩니다({g}). {b} 이후는 알 수 없습니다.",
    ),
    "between": ("between {a} and {b}", "{a}에서 {b} 사이"),
    "korean_time": ("{t} ({k} KST)", "{t}(한국 시각 {k})"),
    "outage_no_extension": (
        "An outage is stated. No source that was read lets it extend the time under {r}.",
        "서비스 장애가 있었다고 기록되었습니다. {r}에서 장애로 기간이 늘어난다는 출처는 없었습니다.",
    ),
    "revoked": (
        "A key of {c} was revoked in entry {n}; what it had signed before stands.",
        "{c}의 열쇠가 기록 {n}번에서 폐기되었습니다. 그 전에 서명한 것은 그대로입니다.",
    ),
    "authority": ("Authority: {a}.", "담당 기관: {a}."),
    "unread": (" No source that was read confirms this.", " 살펴본 출처에서 확인되지 않았습니다."),
    "next_step": ("Next step: {s}", "다음 단계: {s}"),
    "register_name": ("Register, {p}, {k}: {a}.", "기관 명부({p}, {k}): {a}."),
    "register_form": ("Web form: <{v}>.", "신고 양식: <{v}>."),
    "register_web": ("Web: <{v}>.", "누리집: <{v}>."),
    "register_mail": ("Mail: {v}.", "전자우편: {v}."),
    "register_address": ("Address: {v}.", "주소: {v}."),
    "register_phone": ("Phone: {v}.", "전화: {v}."),
    "register_language": ("It asks for complaints in the language {v}.", "신고는 {v} 언어로 받습니다."),
    "register_source": ("Source: <{s}> ({q}).", "출처: <{s}>({q})."),
    "register_many": (
        "The registers name {n} authorities for {p}; which of them is competent they do not say.",
        "기관 명부에 {p}의 기관이 {n}곳 있습니다. 그중 어디가 담당하는지는 명부에 없습니다.",
    ),
    "register_place": (
        "No register that was given names an authority for {p}; only the kind is known.",
        "주어진 기관 명부에 {p}의 기관이 없어, 어떤 종류의 기관인지만 알 수 있습니다.",
    ),
    "register_outside": (
        "The rule does not hold in {p}, so no authority is named.",
        "이 규칙은 {p}에 적용되지 않으므로 기관을 적지 않습니다.",
    ),
    "register_kind": (
        "The registers hold no authorities of this kind.",
        "기관 명부는 이런 종류의 기관을 다루지 않습니다.",
    ),
    "complaint_lodged": (
        "A complaint of {d} to {a} is recorded ({g}).",
        "{d}에 {a}에 신청하거나 신고했다고 기록되어 있습니다({g}).",
    ),
    "complaint_decided": (
        "Attesters saw that {a} decided on {d} ({g}). What was decided is not in this record.",
        "{d}에 {a}의 결정이 있었음을 확인인이 확인했습니다({g}). 무엇을 결정했는지는 이 기록에 없습니다.",
    ),
    "act_undated": ("{w}, {p}: {u}", "{w}, {p} – {u}"),
    "act_undated_since": (
        "{w}, {p}: {u} Start by the record: {d}.",
        "{w}, {p} – {u} 기록에 따르면 {d}에 시작되었습니다.",
    ),
    "act_not_started": (
        "{w}, {p}: {l} from {s}. No such day is recorded here.",
        "{w}, {p}: {s} 날부터 {l}. 그 날은 여기에 기록되어 있지 않습니다.",
    ),
    "act_aim": ("{w}, {p}: aimed at by the end of {x}.", "{w}, {p}: {x}까지를 목표로 합니다."),
    "act_aim_stated": (
        "{w}, {p}: if the application was made on {d}, as the person states, aimed at by the end of {x}.",
        "{w}, {p}: 요구인의 말대로 {d}에 신청했다면 {x}까지를 목표로 합니다.",
    ),
    "acknowledged": (
        " Recorded: entry {n} confirms the receipt, on {d}.",
        " 기록 {n}번에서 {d}에 받았다고 확인했습니다.",
    ),
    "acknowledged_reported": (
        " Entry {n}: the person reports a confirmation of the receipt, on {d}.",
        " 기록 {n}번: 요구인은 {d}에 받았다는 확인이 있었다고 적었습니다.",
    ),
    "acknowledged_not": (" No confirmation of the receipt is recorded.", " 접수를 확인했다는 기록은 없습니다."),
    "act_company": ("{w}, {p}: by the end of {x}.", "{w}, {p}: {x}까지."),
    "act_company_if": ("{w}, {p}: {y}, by the end of {x}.", "{w}, {p}: {y} {x}까지."),
    "act_company_strict": (
        "{w}, {p}: in the strictest reading by the end of {x}; {y}.",
        "{w}, {p}: 가장 엄격하게 보면 {x}까지. {y}.",
    ),
    "act_strict": (" In the strictest reading by the end of {x}.", " 가장 엄격하게 보면 {x}까지."),
    "if_since_arrived": (
        "if the request arrived on {d}, which is not proven",
        "증명되지 않았으나 요구가 {d}에 도달했다면",
    ),
    "if_since_began": ("if it began on {d}, which is stated and not proven", "증명되지 않았으나 {d}에 시작되었다면"),
    "no_latest_channel": (
        "there is no latest date until the company acknowledges the request",
        "회사가 접수를 확인할 때까지 늦은 기한은 없음",
    ),
    "no_latest_cause_ends": (
        "there is no latest date until the cause of the postponement ends",
        "연기 사유가 없어질 때까지 늦은 기한은 없음",
    ),
    "no_latest_paused": (
        "there is no latest date until what was asked for is supplied",
        "요청한 것이 제출될 때까지 늦은 기한은 없음",
    ),
    "act_window": ("{w}, {p}: by the end of {x}.", "{w}, {p}: {x}까지."),
    "act_at_once": (
        "{w}, {p}: after a refusal nobody has to wait.",
        "{w}, {p}: 거절된 뒤에는 기다리지 않아도 됩니다.",
    ),
    "act_waiting": ("{w}, {p}: not before {x} has ended.", "{w}, {p}: {x}이(가) 지난 뒤부터 할 수 있습니다."),
    "act_waiting_open": (
        "{w}, {p}: when it may begin is not known, because arrival is not proven.",
        "{w}, {p}: 도달이 증명되지 않아 언제부터 할 수 있는지 알 수 없습니다.",
    ),
}

word = Phrases(_WORDS).word
"""A word of a closed list, as people read it."""
phrase = Phrases(_TEXT).phrase
"""A fixed sentence with its values."""
