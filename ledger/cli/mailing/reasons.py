"""The reasons of a grade in Korean, by their codes (docs/spec/mail.md); their English stands where they are made."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ledger.mail.grade import Reason
from ledger.words import Language

# Code to the sentence; {} is what ``_VALUES`` finds in the English one.
_KOREAN: Mapping[str, str] = {
    "arc": "전달한 쪽이 남긴 ARC 필드가 있습니다. 읽기만 하고 등급에는 반영하지 않습니다.",
    "body_changed": "본문이 서명된 것과 다릅니다.",
    "content_type_unsigned": "Content-Type이 서명되지 않았습니다. 본문을 읽는 방법을 정하는 필드입니다.",
    "content_type_unsigned_parts": "Content-Type이 서명되지 않았습니다. 본문을 읽는 방법과 나눈 부분을 정합니다.",
    "duplicate_header": "한 번만 있어야 할 필드가 여러 번 있습니다({}). 메일 프로그램마다 보여 주는 것이 다릅니다.",
    "early": "서명했다는 시각(t=)이 메일을 받은 때보다 열 시간 넘게 늦습니다.",
    "expired": "메일을 받았을 때 서명 기한(x=)이 지나 있었습니다.",
    "from_count": "From 필드가 정확히 하나가 아닙니다.",
    "from_other": "보낸 사람(From)이 회사의 주소가 아닙니다.",
    "from_unclear": "보낸 사람(From)에 모든 메일 프로그램이 똑같이 읽는 주소 하나가 있지 않습니다.",
    "header_unsigned": "서명되지 않은 필드: {}. 누구든 넣을 수 있습니다.",
    "key_1024": "RSA 열쇠가 {}비트입니다. 국가라면 비밀 열쇠를 계산해 낼 수 있습니다.",
    "key_archive": "열쇠가 받을 때의 것이 아니라 보관소에서 나온 것입니다.",
    "key_hash": "열쇠 기록이 이 서명의 해시 방식을 허용하지 않습니다.",
    "key_identity": "서명의 i=가 열쇠 기록이 허용하는 도메인이 아닙니다.",
    "key_malformed": "열쇠 기록을 읽을 수 없습니다.",
    "key_missing": "조회했을 때 이 열쇠가 없었습니다.",
    "key_part_quorum": "물어본 DNS 서버가 모두 같은 열쇠를 답하지는 않았습니다.",
    "key_published": "메일을 받았을 때 비밀 열쇠가 이미 공개되어 있어 누구나 서명할 수 있었습니다.",
    "key_recovered": "열쇠를 서명에서 계산해 냈습니다. 그런 메일 두 통은 누구나 만들 수 있습니다.",
    "key_revoked": "조회했을 때 이 열쇠는 폐기되어 있었습니다.",
    "key_service": "열쇠가 메일에 쓰는 것이 아닙니다.",
    "key_short": "열쇠가 너무 짧아 누구나 비밀 열쇠를 계산해 낼 수 있습니다.",
    "key_single": "DNS 서버 하나만 열쇠를 답했습니다.",
    "key_testing": "도메인이 이 열쇠를 시험 중이라고 밝히고 있습니다(t=y).",
    "key_type": "열쇠의 종류가 서명의 것과 다릅니다.",
    "key_uncertain": "받을 때 쓰던 열쇠가 아닐 수 있습니다.",
    "key_unknown": "받을 때의 열쇠를 알 수 없습니다.",
    "length": "본문의 처음 {}바이트만 서명되었습니다(l=). 나머지는 누구든 덧붙일 수 있습니다.",
    "not_aligned": "서명한 도메인이 회사의 도메인이 아닙니다. 그 도메인을 가진 누구나 쓸 수 있습니다.",
    "not_examined": "처음 몇 개의 서명만 확인합니다.",
    "over_signed": "있는 것보다 한 번 더 서명된 필드: {}. 덧붙일 수 없습니다.",
    "report": "배달 결과를 알리는 자동 메일입니다. 요구가 도달했다는 뜻이 아닙니다.",
    "sha1": "서명이 SHA-1을 씁니다. RFC 8301이 금지합니다.",
    "signature_mismatch": "이 열쇠로는 서명이 맞지 않습니다.",
    "transfer_encoding_unsigned": "Content-Transfer-Encoding이 서명되지 않았고, 다른 값이면 본문이 달라집니다.",
    "unreadable": "서명을 읽을 수 없습니다.",
    "unsigned": "DKIM 서명이 없습니다.",
}
_VALUES: Mapping[str, re.Pattern[str]] = {
    "duplicate_header": re.compile(r"^(.+) stands more than once"),
    "header_unsigned": re.compile(r"^(.+) not signed"),
    "key_1024": re.compile(r"has (\d+) bits"),
    "length": re.compile(r"first (\d+) bytes"),
    "over_signed": re.compile(r"than there: (.+); none"),
}


def reason_words(reason: Reason, language: Language) -> str:
    """The sentence of a reason; in English where there is none in ``language``."""
    korean = _KOREAN.get(reason.code) if language == "ko" else None
    if korean is None:
        return reason.text
    found = _VALUES[reason.code].search(reason.text) if reason.code in _VALUES else None
    if reason.code in _VALUES and found is None:
        return reason.text
    return korean.format(found[1] if found else "")
