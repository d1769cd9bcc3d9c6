"""What the checks of steps 1 to 9 say, in English and Korean; those of steps 10 and 11 have their own page of words.

Errors have their own sentence, in English alone, and stand as it is.
"""

from __future__ import annotations

from collections.abc import Mapping

from ledger.phrases import Pair, Phrases

DETAILS: Mapping[str, Pair] = {
    "version": (
        "The trust policy does not accept bundles of version {version}; nothing is more than conditional.",
        "신뢰 정책이 버전 {version}의 묶음을 받아들이지 않으므로 모든 결과는 조건부를 넘지 못합니다.",
    ),
    "bundle": (
        "The file is a canonical bundle of version 1.",
        "파일은 버전 1의 정규 형식 묶음입니다.",
    ),
    "case_not_opened": (
        "The statement that opened the case is not in the bundle.",
        "사건을 연 진술이 묶음에 없습니다.",
    ),
    "case": (
        "Every statement belongs to the case or to no case.",
        "모든 진술이 이 사건에 속하거나 어느 사건에도 속하지 않습니다.",
    ),
    "opened_none": ("No private field was opened.", "공개된 비공개 항목이 없습니다."),
    "opened": (
        "{count} opened private field(s) belong to statements shown.",
        "공개된 비공개 항목 {count}개는 제시된 진술의 것입니다.",
    ),
    "signed_by": ("Signed by {author}.", "{author}이(가) 서명했습니다."),
    "unlisted": (
        "The ledger {origin} is not listed in the trust policy; nothing below is more than conditional.",
        "기록부 {origin}이(가) 신뢰 정책에 없으므로 아래의 결과는 모두 조건부를 넘지 못합니다.",
    ),
    "listed": ("{origin} is listed as class {kind}.", "{origin}은(는) {kind} 등급으로 올라 있습니다."),
    "listed_practice": (
        "{origin} is listed as class {kind}. Practice ledger: proves nothing to a stranger.",
        "{origin}은(는) {kind} 등급으로 올라 있습니다. 연습용 기록부입니다. 제3자에게는 아무것도 증명하지 못합니다.",
    ),
    "ledger_not_opened": (
        "The statement that opened the ledger is not in the bundle.",
        "기록부를 연 진술이 묶음에 없습니다.",
    ),
    "ledger_not_proven": (
        "The statement that opened the ledger is not proven to be its leaf 0.",
        "기록부를 연 진술이 0번 항목이라는 것이 증명되지 않았습니다.",
    ),
    "ledger": (
        "Leaf 0 names the chain, contract, log and key of the policy.",
        "0번 항목에 적힌 체인, 컨트랙트, 로그, 열쇠가 신뢰 정책과 같습니다.",
    ),
    "checkpoint_none": ("No checkpoint was checked.", "확인한 체크포인트가 없습니다."),
    "checkpoint_not_anchored": (
        "The checkpoint names size {size}; the anchor of that size is not proven in the bundle.",
        "체크포인트(크기 {size})가 체인에 고정되었음이 묶음에서 증명되지 않았습니다.",
    ),
    "checkpoint": (
        "The log's signed checkpoint has the anchored size and root.",
        "기록부가 서명한 체크포인트의 크기와 루트가 체인에 고정된 것과 같습니다.",
    ),
    "not_fresh": (
        "No anchor of the last {days} days is known to be on the chain.",
        "최근 {days}일 안에 체인에 고정된 것이 있는지 알려지지 않았습니다.",
    ),
    "fresh": (
        "The newest anchor known to be on the chain is of {at}.",
        "체인에 있다고 알려진 가장 새로운 고정은 {at}의 것입니다.",
    ),
    "anchor": (
        "The block holds the anchoring of size {size}.",
        "블록에 고정 기록(크기 {size})이 있습니다.",
    ),
    "anchor_not_proven": ("The anchoring is not proven.", "체인에 고정되었음이 증명되지 않았습니다."),
    "no_addresses": (
        "Which contract and log address the ledger has is not shown.",
        "기록부의 컨트랙트와 로그 주소가 제시되지 않았습니다.",
    ),
    "index_leaf_missing": (
        "The index leaf that names the size is not in the bundle.",
        "그 크기를 적은 색인 항목이 묶음에 없습니다.",
    ),
    "index_leaf": (
        "The tree ends in the index leaf of size {size}.",
        "트리가 크기 {size}의 색인 항목으로 끝납니다.",
    ),
    "no_path": ("The inclusion path is not in the bundle.", "포함 경로가 묶음에 없습니다."),
    "recorded": (
        "Leaf {index} of {size}: recorded not after {at}.",
        "{size}개 중 {index}번 항목: {at} 이전에 기록되었습니다.",
    ),
    "recorded_nowhere": (
        "The anchor that holds this statement is not proven in the bundle.",
        "이 진술이 든 트리가 체인에 고정되었음이 묶음에서 증명되지 않았습니다.",
    ),
    "block_header": (
        "The header has the hash that statements quote.",
        "헤더의 해시가 진술이 인용한 것과 같습니다.",
    ),
    "block_no_header": (
        "The quoted block is no block header: {error}.",
        "인용된 블록이 블록 헤더가 아닙니다({error}).",
    ),
    "block_unquoted": (
        "No statement shown quotes this block.",
        "이 블록을 인용한 진술이 제시되지 않았습니다.",
    ),
    "block_number": (
        "Statement {index} calls block {number} number {stated}.",
        "기록 {index}번은 블록 {number}을(를) {stated}번이라고 적었습니다.",
    ),
    "signed": ("Signed not before {at}.", "{at} 이후에 서명되었습니다."),
    "block_missing": (
        "The quoted block is not in the bundle; no lower bound.",
        "인용된 블록이 묶음에 없어 언제 이후인지 알 수 없습니다.",
    ),
    "ticket": (
        "Ticket {ticket} submitted a statement shown.",
        "접수 {ticket}번은 제시된 진술을 컨트랙트에 직접 낸 것입니다.",
    ),
    "ticket_not_proven": ("Not proven.", "증명되지 않았습니다."),
    "ticket_unshown": (
        "Ticket {ticket} submitted a statement that is not in the bundle.",
        "접수 {ticket}번으로 낸 진술이 묶음에 없습니다.",
    ),
    "no_index": (
        "No list of the index is shown: whether more statements exist is not checked.",
        "색인의 목록이 제시되지 않아 다른 진술이 있는지 확인하지 않았습니다.",
    ),
    "index_not_anchored": (
        "The anchor of size {size}, whose index is shown, is not proven in the bundle.",
        "색인이 제시된 고정(크기 {size})이 체인에 있음이 묶음에서 증명되지 않았습니다.",
    ),
    "block_if": (
        "If block {number} ({hash}) is on {where} and final. Ask with --rpc URL or vouch with --block HASH.",
        "블록 {number}({hash})이(가) {where}에 있고 확정된 경우입니다. --rpc URL로 조회하거나 --block HASH로 직접"
        " 보증하십시오.",
    ),
    "block_on": (
        "block {number} ({hash}) is on {where} and final, says {by}.",
        "블록 {number}({hash})이(가) {where}에 있고 확정되었습니다. 확인한 쪽: {by}.",
    ),
    "chain": ("chain {name}", "체인 {name}"),
    "home_chain": ("the ledger's home chain", "기록부의 체인"),
    "code_unread": (
        "The contract's code was not read from the chain.",
        "컨트랙트의 코드를 체인에서 읽지 않았습니다.",
    ),
    "code_other": (
        "the contract's code hash is {found}, the policy's {stated}",
        "컨트랙트 코드의 해시는 {found}이고 신뢰 정책의 것은 {stated}입니다",
    ),
    "code": (
        "The contract has the code that the policy names.",
        "컨트랙트의 코드가 신뢰 정책에 적힌 것과 같습니다.",
    ),
    "head_unasked": (
        "Only an RPC can say whether newer anchors exist.",
        "더 새로운 고정이 있는지는 RPC로만 알 수 있습니다.",
    ),
    "head_newer": (
        "The chain holds size {size}; the newest shown and known to be on it is {newest}.",
        "체인에 있는 크기는 {size}이고, 제시된 것 중 체인에 있다고 알려진 가장 새로운 크기는 {newest}입니다.",
    ),
    "head": ("Size {size} is the newest anchored head.", "체인에 고정된 가장 새로운 크기입니다({size})."),
    "index_leaf_unproven": (
        "The index leaf of size {size} is not proven in the bundle.",
        "크기 {size}의 색인 항목이 묶음에서 증명되지 않았습니다.",
    ),
    "index_rule_0": (
        "The index leaf claims no index (rule 0): whether more statements exist is not checked.",
        "색인 항목이 색인을 주장하지 않아(규칙 0) 다른 진술이 있는지 확인하지 않았습니다.",
    ),
    "index": (
        "The tree carries the root of the index of the first {count} leaves.",
        "트리에 처음 {count}개 항목에 대한 색인의 루트가 있습니다.",
    ),
    "list": ("The index lists {count} statement(s) here.", "색인의 이 목록에 진술 {count}건이 있습니다."),
    "list_none": ("The index has no list here.", "색인의 이 자리에 목록이 없습니다."),
    "index_agrees": (
        "The lists shown agree with the statements shown.",
        "제시된 목록이 제시된 진술과 맞습니다.",
    ),
    "not_replayed": (
        "The operator's index has not been replayed.",
        "운영자의 색인은 다시 계산해 확인되지 않았습니다.",
    ),
    "replayed_by_few": (
        "The operator's index has not been replayed. Replayed by {count} of the {quorum} auditors that the policy asks"
        " for.",
        "운영자의 색인은 다시 계산해 확인되지 않았습니다. 신뢰 정책이 요구하는 감사인 {quorum}곳 중 {count}곳이 다시"
        " 계산했습니다.",
    ),
    "replayed_up_to": ("{name} (up to leaf {last}, {at})", "{name}({last}번 항목까지, {at})"),
    "replayed": ("Index replayed by {names}.", "색인은 {names}이(가) 다시 계산해 확인했습니다."),
    "whose_lists": (
        "Whose lists are needed is not known: the opening of the case is not shown, or not understood.",
        "사건을 연 진술이 제시되지 않았거나 이해되지 않아 누구의 목록이 필요한지 알 수 없습니다.",
    ),
    "too_many_keys": (
        "{count} keys were bound for {company}; at most {most} are followed.",
        "{company}의 열쇠로 {count}개가 등록되었습니다. {most}개까지만 살펴봅니다.",
    ),
    "lists_missing": ("Not shown: {lists}.", "제시되지 않음: {lists}."),
    "list_of_requester": ("the requester's list", "요구인의 목록"),
    "list_of_company": ("the list of {company}'s key {key}", "{company}의 열쇠 {key}의 목록"),
    "list_of_attester": ("the list of the attester {name}", "확인인 {name}의 목록"),
    "list_of_bindings": (
        "the bindings for {company} by {key}",
        "{key}이(가) {company}의 열쇠를 등록한 목록",
    ),
    "some": ("{first} and {count} more", "{first} 외 {count}개"),
    "not_opened_below": (
        "The case was not opened below leaf {size}.",
        "{size}번 항목 앞에서 사건이 열리지 않았습니다.",
    ),
    "complete": (
        "Nothing is missing below leaf {size}: {count} statement(s) in {lists} lists.",
        "{size}번 항목 앞까지 빠진 것이 없습니다. 목록 {lists}개에 진술 {count}건입니다.",
    ),
    "no_revocation": ("{standing} No revocation is missing.", "{standing} 빠진 폐기 기록은 없습니다."),
    "listed_hidden": (
        "Listed, but not shown (withheld, or left out of this file): leaf {leaves}.",
        "목록에 있으나 제시되지 않음(공개가 중단되었거나 이 파일에서 빠짐): {leaves}번 항목.",
    ),
    "listed_unproven": (
        "Listed and shown, but not proven to be in the log: leaf {leaves}.",
        "목록에 있고 제시되었으나 기록부에 있다는 것이 증명되지 않음: {leaves}번 항목.",
    ),
    "by_requester": ("Stated by the requester.", "요구인의 진술입니다."),
    "by_requester_reports": (
        "Stated by the requester and reports what the company did.",
        "요구인의 진술이며, 회사가 한 일을 알리는 것입니다.",
    ),
    "by_operator": ("Written by the operator of the ledger.", "기록부의 운영자가 썼습니다."),
    "by_other_company": (
        "Signed with a key bound for {company}.",
        "{company}의 것으로 등록된 열쇠로 서명되었습니다.",
    ),
    "by_attester": (
        "Stated by an attester that the operator bound.",
        "운영자가 등록한 확인인의 진술입니다.",
    ),
    "by_unknown": (
        "By a key whose part in this case is not shown; not understood by this version.",
        "이 사건에서 무슨 역할인지 제시되지 않은 열쇠로 서명되었고, 이 버전이 이해하지 못합니다.",
    ),
    "by_pinned": ("Signed with a key of {company} {source}.", "{company}의 열쇠로 서명되었습니다({source})."),
    "bound_company_signed": (
        "Signed with a key of {company}, bound with a key that the policy pins.",
        "{company}의 열쇠로 서명되었고, 그 열쇠는 신뢰 정책이 정한 열쇠로 등록되었습니다.",
    ),
    "bound_attested": (
        "Signed with a key of {company}, bound by attesters of the policy.",
        "{company}의 열쇠로 서명되었고, 그 열쇠는 신뢰 정책의 확인인들이 등록했습니다.",
    ),
    "bound_operator_vouched": (
        "Signed with a key of {company}, vouched for by the operator.",
        "{company}의 열쇠로 서명되었고, 그 열쇠는 운영자가 보증합니다.",
    ),
    "attester_unnamed": (
        "{standing} The trust policy does not name it: what it says does not count.",
        "{standing} 신뢰 정책에 없으므로 그의 말은 인정되지 않습니다.",
    ),
    "attester_beyond": (
        "{standing} The trust policy names it {name}, without {check} in its scope: this does not count.",
        "{standing} 신뢰 정책의 이름은 {name}이나 {check}은(는) 그의 범위에 없으므로 인정되지 않습니다.",
    ),
    "attester_within": (
        "{standing} The trust policy names it {name}, with {check} in its scope.",
        "{standing} 신뢰 정책의 이름은 {name}이고 {check}이(가) 그의 범위에 있습니다.",
    ),
    "attester_named": (
        "{standing} The trust policy names it {name}.",
        "{standing} 신뢰 정책의 이름은 {name}입니다.",
    ),
}
say = Phrases(DETAILS).say
"""The detail of a check, to be told in either language."""
