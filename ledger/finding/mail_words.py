"""What a finding says of the mail that it rests on, in English and Korean."""

from __future__ import annotations

from collections.abc import Mapping

MAIL: Mapping[str, tuple[str, str]] = {
    "mail_grade": ("{g}, grade {x}", "{g}, {x}등급"),
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
}
