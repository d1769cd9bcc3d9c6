"""What a finding says of mails, and of reports that attesters checked, in English and Korean.

A signature says who sent a mail, and the case in it what it is about. What it says nobody computes: that is the
person's word, unless an attester read the document.
"""

from __future__ import annotations

from collections.abc import Mapping

_DOCUMENT = "attesters checked the document that the person reports as {c}'s answer of {d}"
_DOCUMENT_KO = "요구인이 {d}에 온 {c}의 답변이라고 알린 문서를 확인인이 확인했고"
_LETTER = (
    "attesters checked the post of the letter that the person reports as {c}'s answer of {d}; what it says is the "
    "person's word"
)
_LETTER_KO = "요구인이 {d}에 온 {c}의 답변이라고 알린 편지의 우편 기록을 확인인이 확인했으나 그 내용은 요구인의 말이며"
_SENT = "a mail of {c}'s domain dated {d} names the case; that it is {c}'s answer is the person's word"
_SENT_KO = "{d}에 쓴 {c} 도메인의 메일에 이 사건이 적혀 있으나 그것이 {c}의 답변이라는 것은 요구인의 말이며"
_UNDECIDED, _UNDECIDED_KO = "Not decided whether the answer was in time: ", "기한 안의 답변인지 정하지 않습니다. "
_REPORTED, _REPORTED_KO = ". Reported not before {t}.", ", {t} 이후에 기록되었습니다."
_OPEN, _OPEN_KO = ". No lower bound of the report is shown.", ", 언제 이후에 기록되었는지는 제시되지 않았습니다."

MAIL: Mapping[str, tuple[str, str]] = {
    "delivery_mail": (
        "By {d} a mail of {c}'s domain ({g}, grade {x}) names the case: the request counts as arrived by then. That "
        "the mail is about the request is the person's word.",
        "늦어도 {d}에는 {c} 도메인의 메일({g}, {x}등급)에 이 사건이 적혀 있으므로 요구는 그때까지 도달한 것으로"
        " 봅니다. 그 메일이 요구에 관한 것이라는 것은 요구인의 말입니다.",
    ),
    "cause_ends_attesters": (
        "The person reports a postponement by {c} without a date; attesters checked the document: there is no latest "
        "due date until its cause ends.",
        "요구인은 {c}이(가) 날짜 없이 연기했다고 적었고 확인인이 그 문서를 확인했습니다. 그 사유가 없어질 때까지 늦은"
        " 기한은 정하지 않습니다.",
    ),
    "cause_ends_post": (
        "The person reports a postponement by {c} without a date; attesters checked the post of the letter, and what "
        "it says is the person's word: there is no latest due date until its cause ends.",
        "요구인은 {c}이(가) 날짜 없이 연기했다고 적었습니다. 편지의 우편 기록은 확인인이 확인했으나 그 내용은 요구인의"
        " 말입니다. 그 사유가 없어질 때까지 늦은 기한은 정하지 않습니다.",
    ),
    "cause_ends_mail": (
        "The person reports a postponement by {c} without a date. A mail of {c}'s domain names the case; that it says "
        "so is the person's word: there is no latest due date until its cause ends.",
        "요구인은 {c}이(가) 날짜 없이 연기했다고 적었습니다. {c} 도메인의 메일에 이 사건이 적혀 있으나 그런 내용이라는"
        " 것은 요구인의 말입니다. 그 사유가 없어질 때까지 늦은 기한은 정하지 않습니다.",
    ),
    "notice_by_attesters": (
        " The notice is reported by the person; attesters checked the document.",
        " 이 통지는 요구인이 기록했고 확인인이 그 문서를 확인했습니다.",
    ),
    "notice_by_post": (
        " The notice is reported by the person; attesters checked the post of the letter, and what it says is the "
        "person's word.",
        " 이 통지는 요구인이 기록했습니다. 편지의 우편 기록은 확인인이 확인했으나 그 내용은 요구인의 말입니다.",
    ),
    "notice_by_mail": (
        " The notice is reported by the person. A mail of the company's domain names the case; that it is the notice "
        "is the person's word.",
        " 이 통지는 요구인이 기록했습니다. 회사 도메인의 메일에 이 사건이 적혀 있으나 그것이 통지라는 것은 요구인의"
        " 말입니다.",
    ),
    "late_attested": (
        "The answer is late by this record: reported not before {t}, after the end of {x}; attesters checked the "
        "document that the person reports as the answer of {d}.",
        "이 기록으로는 답변이 늦었습니다. {x}이(가) 끝난 뒤인 {t} 이후에 기록되었고, 요구인이 {d}의 답변이라고 알린"
        " 문서를 확인인이 확인했습니다.",
    ),
    "not_decided_document": (f"{_UNDECIDED}{_DOCUMENT}{_REPORTED}", f"{_UNDECIDED_KO}{_DOCUMENT_KO}{_REPORTED_KO}"),
    "not_decided_open_document": (f"{_UNDECIDED}{_DOCUMENT}{_OPEN}", f"{_UNDECIDED_KO}{_DOCUMENT_KO}{_OPEN_KO}"),
    "not_decided_post": (f"{_UNDECIDED}{_LETTER}{_REPORTED}", f"{_UNDECIDED_KO}{_LETTER_KO}{_REPORTED_KO}"),
    "not_decided_open_post": (f"{_UNDECIDED}{_LETTER}{_OPEN}", f"{_UNDECIDED_KO}{_LETTER_KO}{_OPEN_KO}"),
    "not_decided_mail": (f"{_UNDECIDED}{_SENT}{_REPORTED}", f"{_UNDECIDED_KO}{_SENT_KO}{_REPORTED_KO}"),
    "not_decided_open_mail": (f"{_UNDECIDED}{_SENT}{_OPEN}", f"{_UNDECIDED_KO}{_SENT_KO}{_OPEN_KO}"),
    "mail_attesters": (
        "That the mail carries the signature of the company's domain is the word of attesters of the trust policy.",
        "메일에 회사 도메인의 서명이 있다는 것은 신뢰 정책이 정한 확인인들이 확인한 내용입니다.",
    ),
    "mail_recomputed": (
        "The signature of the company's domain was recomputed here from the mail itself; its key is proven by DNSSEC.",
        "회사 도메인의 서명은 메일 원본에서 여기서 다시 계산해 확인했고, 그 키는 DNSSEC로 증명됩니다.",
    ),
    "mail_public": (
        "Contradiction: entry {n} rests on the word of attesters. By the list of published keys in the trust policy "
        "anybody could have the mail's private key when it was recorded; recomputed here the mail is grade D, which "
        "proves nothing. The list does not lessen the word of the attesters: weigh it yourself.",
        "모순: 기록 {n}번은 확인인들의 확인에 근거합니다. 그러나 신뢰 정책의 공개된 키 목록에 따르면 기록될 때"
        " 누구나 그 메일의 비밀 키를 가질 수 있었고, 여기서 다시 계산하면 아무것도 증명하지 못하는 D등급입니다."
        " 이 목록은 확인인들의 확인을 낮추지 않으므로 직접 판단하십시오.",
    ),
    "mail_before_case": (
        "Entry {n} names the day {d}, and its mail names a case that did not exist before {t}: the mail is not of that "
        "day, and a period by it begins no earlier than the case.",
        "기록 {n}번에 적힌 날은 {d}인데, 그 메일에 적힌 사건은 {t} 이전에는 없었습니다. 그날의 메일일 수 없으므로 이에"
        " 따른 기간은 사건보다 먼저 시작하지 않습니다.",
    ),
    "mail_apart": (
        "Entry {n}: attesters checked the mail, and none of them the mail of entry {m}. Whether the two are one mail "
        "nobody compared, so entry {n} stays the person's word.",
        "기록 {n}번의 메일은 확인인들이 확인했으나 그 가운데 기록 {m}번의 메일을 확인한 사람이 없습니다. 두 메일이 같은"
        " 메일인지 아무도 비교하지 않았으므로 기록 {n}번은 요구인의 말로 남습니다.",
    ),
    "mail_weak": (
        "Contradiction: entry {n} rests on the word of attesters; recomputed here from the mail itself, under this "
        "trust policy, it proves nothing (check 10.3 says why). The word of the attesters stands: weigh it yourself.",
        "모순: 기록 {n}번은 확인인들의 확인에 근거하지만, 이 신뢰 정책에 따라 메일 원본에서 다시 계산하면 아무것도"
        " 증명하지 못합니다(이유는 검사 10.3). 확인인들의 확인은 그대로이므로 직접 판단하십시오.",
    ),
    "answer_by_mail": (
        "A mail of {c}'s domain, grade {x}, names the case; that it is an answer is the person's word.",
        "{c} 도메인의 메일({x}등급)에 이 사건이 적혀 있습니다. 그것이 답변이라는 것은 요구인의 말입니다.",
    ),
    "answer_by_earlier_mail": (
        "Entry {n}: a mail of {c}'s domain, grade {x}, names the case; that it is an answer is the person's word.",
        "기록 {n}번: {c} 도메인의 메일({x}등급)에 이 사건이 적혀 있습니다. 그것이 답변이라는 것은 요구인의 말입니다.",
    ),
}
