"""The fixed words of every summary, in English and Korean; nothing free stands beside them.

Neutral and true: what is recorded, by whom, between which times. Nothing here judges.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Language = Literal["en", "ko"]

KIND: Mapping[str, tuple[str, str]] = {
    "case.opened": ("Case opened", "사건을 열었음"),
    "request.sent": ("Request sent", "요구를 보냄"),
    "request.reminded": ("Reminder sent", "독촉을 보냄"),
    "request.delivered": ("Request delivered", "요구가 도달함"),
    "request.acknowledged": ("Receipt acknowledged", "접수를 확인함"),
    "request.action_required": ("Action required", "추가 조치를 요청함"),
    "request.action_supplied": ("Action supplied", "추가 조치를 마침"),
    "deadline.extended": ("Deadline extended", "기한을 연장함"),
    "request.fulfilled": ("Request fulfilled", "요구에 응함"),
    "request.partially_fulfilled": ("Request partly fulfilled", "요구에 일부 응함"),
    "request.refused": ("Request refused", "요구를 거절함"),
    "request.withdrawn": ("Request withdrawn", "요구를 거두어들임"),
    "case.confirmed": ("Check-in", "상황을 다시 확인함"),
    "account.suspended": ("Account suspended", "계정이 정지됨"),
    "account.terminated": ("Account terminated", "계정이 해지됨"),
    "account.restored": ("Account restored", "계정이 복구됨"),
    "loss.stated": ("Loss stated", "손해를 밝힘"),
    "service.outage": ("Service outage", "서비스 장애"),
    "service.restored": ("Service restored", "서비스 복구"),
    "statement.disputed": ("Statement disputed", "기록된 진술에 이의를 제기함"),
    "complaint.lodged": ("Complaint lodged", "기관에 신고하거나 신청함"),
    "complaint.decided": ("Complaint decided", "기관이 결정함"),
    "evidence.attested": ("Evidence attested", "증거를 확인해 줌"),
    "company.key_bound": ("Company key bound", "회사 열쇠를 등록함"),
    "company.key_revoked": ("Company key revoked", "회사 열쇠를 폐기함"),
    "attester.bound": ("Attester bound", "확인인을 등록함"),
    "citation.recorded": ("Published case cited", "공개된 사례를 인용함"),
    "entry.withheld": ("Entry withheld", "기록 내용의 공개를 중단함"),
    "ledger.opened": ("Ledger opened", "기록부를 열었음"),
}
ROLE: Mapping[str, tuple[str, str]] = {
    "requester": ("the requester", "요구인"),
    "company": ("the company", "회사"),
    "attester": ("the attester", "확인인"),
    "operator": ("the operator", "운영자"),
    "unknown": ("an unknown key", "알 수 없는 열쇠"),
}
GRADE: Mapping[str, tuple[str, str]] = {
    "self_stated": ("self-stated", "본인 진술"),
    "company_signed": ("company-signed", "회사 서명"),
    "operator_vouched": ("operator-vouched", "운영자 보증"),
    "attested": ("attested", "확인인 보증"),
    "none": ("", ""),
}
VALUE: Mapping[str, tuple[str, str]] = {
    "passed": ("passed", "통과"),
    "conditional": ("conditional", "조건부"),
    "not checked": ("not checked", "확인 안 함"),
    "failed": ("failed", "실패"),
}
TEXT: Mapping[str, tuple[str, str]] = {
    "title": ("Habeas record check", "하베아스 기록 확인"),
    "practice": (
        "Practice ledger: proves nothing to a stranger.",
        "연습용 기록부입니다. 제3자에게는 아무것도 증명하지 못합니다.",
    ),
    "unlisted": (
        "This ledger is not listed in the trust policy used. Give the right policy with --trust FILE.",
        "이 기록부는 사용한 신뢰 정책에 없습니다. --trust FILE로 알맞은 정책을 지정하십시오.",
    ),
    "case": ("Case", "사건"),
    "company": ("Company", "회사"),
    "ledger": ("Ledger", "기록부"),
    "policy": ("Trust policy", "신뢰 정책"),
    "now": ("Assessed at", "확인 시각"),
    "result": ("Result", "결과"),
    "result_0": ("every required check passed", "필요한 확인을 모두 통과했습니다"),
    "result_1": (
        "at least one check failed; do not rely on this file",
        "실패한 확인이 있습니다. 이 파일에 의존하지 마십시오",
    ),
    "result_3": (
        "nothing failed, but some required check was not made; read every 'if' below",
        "실패한 확인은 없으나 아직 하지 않은 필수 확인이 있습니다. 아래의 조건을 읽으십시오",
    ),
    "line_0": ("every required check passed", "필요한 확인을 모두 통과했습니다"),
    "line_1": ("at least one check failed", "실패한 확인이 있습니다"),
    "line_3": (
        "nothing failed, but some required check was not made",
        "실패한 확인은 없으나 아직 하지 않은 필수 확인이 있습니다",
    ),
    "many": ("{total} files; {counts}", "파일 {total}개. {counts}"),
    "failures": ("What failed", "실패한 확인"),
    "statements": ("Statements shown", "제시된 진술"),
    "checks": ("Checks", "확인 항목"),
    "details": (
        "Details that have no Korean sentence, such as errors, are in English.",
        "오류처럼 한국어 문장이 없는 설명은 영어로 적습니다.",
    ),
    "entry": ("entry {index}", "기록 {index}번"),
    "notes": ("Notes", "참고"),
    "by": ("by {role}", "작성자: {role}"),
    "signed": ("signed not before {time}", "{time} 이후에 서명됨"),
    "recorded": ("recorded not after {time}", "{time} 이전에 기록됨"),
    "no_lower": ("no lower bound of the signature is shown", "언제 이후에 서명했는지는 제시되지 않음"),
    "no_upper": ("no anchor of the record is shown", "언제 이전에 기록했는지는 제시되지 않음"),
    "stamped": (
        "existed not after {time}, by the time stamps of {names}",
        "{time} 이전에 존재함(시점확인: {names})",
    ),
    "if": (", if block {block} is on the chain", " (블록 {block}이(가) 해당 체인에 있는 경우)"),
    "bad_signature": ("THE SIGNATURE DOES NOT HOLD", "서명이 맞지 않습니다"),
    "not_understood": ("not understood by this version", "이 버전이 이해하지 못하는 진술"),
    "disclosed": ("Private fields opened by their holder", "보유자가 공개한 비공개 항목"),
    "proven": ("What is proven", "증명되는 것"),
    "proven_who": (
        "Which key signed each statement, and exactly which words.",
        "각 진술이 어느 열쇠로 서명되었는지, 그리고 그 정확한 내용.",
    ),
    "proven_when": (
        "Between which two blocks each statement was signed and recorded.",
        "각 진술이 어느 두 블록 사이에 서명되고 기록되었는지.",
    ),
    "proven_upper": (
        "The latest block by which each was recorded and the earliest it was signed after, where one is named above.",
        "각 진술이 늦어도 어느 블록까지 기록되었고 어느 블록 이후에 서명되었는지. 위에 그 블록이 적힌 경우에 한합니다.",
    ),
    "proven_order": (
        "That nothing anchored can be changed, reordered or removed.",
        "체인에 고정된 기록은 고치거나 순서를 바꾸거나 지울 수 없다는 것.",
    ),
    "proven_stamped": (
        "That each statement with time stamps stood in a tree that the log had signed by the time named there, if"
        " {names} are believed. No chain is needed for that.",
        "시점확인이 붙은 진술은 늦어도 그 시각까지 기록부가 서명한 트리에 들어 있었다는 것."
        " {names}을(를) 믿는 경우에 한하며, 체인은 필요하지 않습니다.",
    ),
    "chain_not_checked": (
        "Chain: not checked (nobody was asked for it, or it is no longer served). What is said below of blocks holds"
        " under that condition; the time stamps hold without it.",
        "체인: 확인 안 함(조회하지 않았거나 더는 제공되지 않음). 아래에서 블록에 관한 내용은 그 조건에서만 맞고,"
        " 시점확인은 그 조건 없이도 유효합니다.",
    ),
    "proven_if": ("All of it only under the conditions named above.", "다만 위에 적힌 조건이 맞을 때에만 그렇습니다."),
    "proven_none": (
        "Nothing: at least one check failed.",
        "없습니다. 실패한 확인이 있습니다.",
    ),
    "proven_beside": (
        "What the record says of an answer: it rests on none of the checks that failed.",
        "답변에 관한 기록. 실패한 확인에 근거하지 않습니다.",
    ),
    "finding": ("What the record says of an answer", "답변에 관한 기록"),
    "due_reasons": ("Why these dates", "기한의 근거"),
    "finding_if": (
        "Only if the block that anchors the first {size} entries is on the chain:",
        "처음 {size}개 기록을 고정한 블록이 해당 체인에 있는 경우에만 다음과 같습니다.",
    ),
    "answer_none": (
        "No answer signed with a key of {c} is recorded in this ledger up to {t}.",
        "{t}까지 이 기록부에는 {c}의 열쇠로 서명된 답변이 기록되어 있지 않습니다.",
    ),
    "answer_recorded": (
        "An answer signed with a key of {c} is recorded in this ledger: entry {entries}.",
        "이 기록부에는 {c}의 열쇠로 서명된 답변이 기록되어 있습니다(기록 {entries}번).",
    ),
    "answer_reported": (
        "The person recorded that {c} answered: entry {entries}.",
        "요구인은 {c}의 답변이 있었다고 기록했습니다(기록 {entries}번).",
    ),
    "answer_undetermined": (
        "Whether an answer signed with a key of {c} is recorded in this ledger is undetermined: {why}.",
        "{c}의 열쇠로 서명된 답변이 이 기록부에 기록되어 있는지는 정할 수 없습니다. {why}.",
    ),
    "doubt_too_many": (
        "{c} recorded {n} statements in this case",
        "{c}이(가) 이 사건에 진술 {n}건을 기록했습니다",
    ),
    "doubt_not_understood": (
        "entry {n}, signed with a key of {c}, is not understood by this version",
        "{c}의 열쇠로 서명된 기록 {n}번을 이 버전이 이해하지 못합니다",
    ),
    "doubt_not_accepted": (
        "entry {n} is signed with a key of {c} that was not accepted there",
        "기록 {n}번은 {c}의 열쇠로 서명되었으나 그 열쇠가 인정되지 않던 때의 것입니다",
    ),
    "not_joined": (
        "{c} has not joined this ledger. An answer sent elsewhere appears only if the person records it.",
        "{c}은(는) 이 기록부에 참여하지 않았습니다. 다른 경로의 답변은 요구인이 기록한 경우에만 나타납니다.",
    ),
    "check_in_nothing": (
        "The person confirmed on {d} that nothing had reached them.",
        "요구인은 {d}에 받은 답변이 없다고 확인했습니다.",
    ),
    "not_known_since": ("Not known since {d}.", "{d} 이후는 알 수 없습니다."),
    "check_in_ahead": (
        "The check-in, entry {n}, names {d} and was recorded by {t}: of no day after its own record does it count.",
        "상황을 다시 확인한 기록 {n}번은 {d}을(를) 적었으나 {t}까지 기록되었습니다. 기록된 뒤의 날에 대해서는"
        " 치지 않습니다.",
    ),
    "no_check_in": (
        "No check-in of the person is recorded.",
        "요구인이 상황을 다시 확인한 기록은 없습니다.",
    ),
    "finding_keys": ("Keys of {c} in this ledger: {keys}.", "이 기록부에 있는 {c}의 열쇠: {keys}."),
    "index_replayed": ("Index replayed by {names}.", "색인은 {names}이(가) 다시 계산해 확인했습니다."),
    "operator_is_party": (
        "The operator of this ledger is a party of this case: the keys coincide.",
        "이 기록부의 운영자가 이 사건의 당사자입니다. 열쇠가 같습니다.",
    ),
    "not_counted": (
        "Shown, but not counted: entry {entries}, by a key for which nobody named in the trust policy vouched then.",
        "제시되었으나 셈에 넣지 않음: 기록 {entries}번. 그때 신뢰 정책의 누구도 보증하지 않은 열쇠로 서명되었습니다.",
    ),
    "not_elsewhere": (
        "That no answer was sent in another way, or given to the server and not taken into the log.",
        "다른 경로로 보낸 답변이나 서버에 냈지만 기록부에 실리지 않은 답변이 없다는 것.",
    ),
    "not_proven": ("What is not proven", "증명되지 않는 것"),
    "not_true": ("That a statement is true.", "진술이 사실이라는 것."),
    "not_complete": (
        "That no other statement exists: statements shown, completeness not checked, no finding.",
        "다른 진술이 없다는 것. 제시된 진술만 보여 줍니다. 빠진 것이 있는지 확인하지 않았으므로 결론은 없습니다.",
    ),
    "not_whole": (
        "Anything about an answer: a check failed, no finding.",
        "답변에 관한 것. 실패한 검사가 있으므로 결론은 없습니다.",
    ),
    "not_index": (
        "The operator's index has not been replayed.",
        "운영자의 색인은 다시 계산해 확인되지 않았습니다.",
    ),
    "not_arrival": ("Arrival of the request is not proven.", "요구가 도달했는지는 증명되지 않았습니다."),
    "not_malicious": (
        "Whether a block was malicious is not something this record can show.",
        "차단이 악의적이었는지는 이 기록으로 알 수 없습니다.",
    ),
    "everywhere": (
        "Not a finding of a breach. Not legal advice.",
        "위법 여부의 판단이 아니며 법률 자문이 아닙니다.",
    ),
    "fraud_title": ("Habeas fraud proof check", "하베아스 모순 증명 확인"),
    "claim": ("Claim", "주장"),
    "fraud_omitted": (
        "The operator's index leaves out a statement that it must list.",
        "운영자의 색인에 반드시 실려야 할 진술이 빠져 있습니다.",
    ),
    "fraud_foreign": (
        "The operator's index lists what does not belong there.",
        "운영자의 색인에 그 자리에 속하지 않는 항목이 실려 있습니다.",
    ),
    "fraud_malformed": (
        "The operator's index holds what can be no list.",
        "운영자의 색인에 목록이 될 수 없는 내용이 들어 있습니다.",
    ),
    "fraud_fork": (
        "The operator is bound to two trees that are not of one log.",
        "운영자가 하나의 기록부에서 함께 나올 수 없는 두 트리에 책임을 지고 있습니다.",
    ),
    "fraud_last_leaf": (
        "A tree that the operator anchored does not end as it must.",
        "운영자가 체인에 고정한 트리의 끝이 규칙과 다릅니다.",
    ),
    "fraud_result_0": (
        "proven: the records of this ledger contradict its own rules",
        "증명됨: 이 기록부의 기록이 스스로의 규칙과 어긋납니다",
    ),
    "fraud_result_1": (
        "not shown; do not accuse anybody with this file",
        "보여 주지 못합니다. 이 파일로 누구도 지목하지 마십시오",
    ),
    "fraud_result_3": (
        "proven only if what was not checked below holds",
        "아래에서 확인하지 않은 조건이 맞을 때에만 증명됩니다",
    ),
    "fraud_nothing": (
        "Nothing: the file does not show what it claims.",
        "없습니다. 이 파일은 주장하는 바를 보여 주지 못합니다.",
    ),
    "fraud_unlisted": (
        "Nothing: the trust policy does not say who is bound by these records.",
        "없습니다. 신뢰 정책에 이 기록의 책임자가 적혀 있지 않습니다.",
    ),
    "fraud_either": (
        "Either that, or the operator gave out two logs under one name: which of the two is not shown.",
        "그렇지 않다면 운영자가 한 이름으로 두 기록부를 내놓은 것입니다. 둘 중 어느 쪽인지는 보여 주지 않습니다.",
    ),
    "fraud_bound": (
        "Who holds the keys of this ledger is bound to it, by signature or on the chain.",
        "이 기록부의 열쇠를 가진 쪽이 서명 또는 체인 기록으로 이에 책임을 집니다.",
    ),
    "fraud_not_why": (
        "Why: a fault of a program, a stolen key and an intention look the same.",
        "그 이유. 프로그램의 오류, 열쇠의 도난, 고의는 구별되지 않습니다.",
    ),
    "fraud_not_rest": (
        "Anything about other statements or other ledgers.",
        "다른 진술이나 다른 기록부에 관한 것.",
    ),
    "fraud_statement": ("Statement left out", "빠진 진술"),
    "fraud_size": ("Index of", "색인 범위"),
    "fraud_leaves": ("the first {size} leaves", "처음 {size}개 항목"),
    "fraud_key": ("List", "목록"),
    "accuse_none": (
        "Nothing was found that an honest operator cannot have done, and nothing is written. That shows nothing about"
        " what was not compared.",
        "정직한 운영자가 할 수 없는 일은 찾지 못했으며 파일을 쓰지 않았습니다."
        " 비교하지 않은 것에 대해서는 아무것도 보여 주지 않습니다.",
    ),
    "fraud_written": ("written: {file}", "저장됨: {file}"),
    "against": ("Contradictions with {file}", "{file} 파일과의 모순"),
    "against_result": ("Both files together: exit {code}", "두 파일을 함께 본 결과: exit {code}"),
    "against_none": (
        "None was found. That shows nothing about what neither file holds.",
        "찾지 못했습니다. 두 파일에 없는 것에 대해서는 아무것도 보여 주지 않습니다.",
    ),
    "against_unlisted": (
        "Not compared: the ledger is not listed in the trust policy.",
        "비교하지 않았습니다. 이 기록부가 신뢰 정책에 없습니다.",
    ),
}


def pick(pair: tuple[str, str], lang: Language) -> str:
    """The English or the Korean text of a pair."""
    return pair[1] if lang == "ko" else pair[0]


def text(name: str, lang: Language) -> str:
    """The fixed text ``name``."""
    return pick(TEXT[name], lang)
