"""How a graded message is shown: for people in plain words, for programs as JSON. Grades are never editable."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from ledger.cli.mailing.grading import Examined
from ledger.encoding import Json, JsonObject, encode_hex, encode_instant
from ledger.mail.days import days_in, parse_written
from ledger.mail.raw import RawMail
from ledger.mail.reasons import found_words, reason_words
from ledger.words import Language, pick

GRADES: Mapping[str, tuple[str, str]] = {
    "grade_a": (
        "Grade A. The mail system of {domain} signed it with a strong key that was proven when it was asked for, and "
        "the signature covers all that matters.",
        "A 등급. {domain}의 메일 시스템이 강한 열쇠로 서명했습니다. 조회할 때 열쇠가 확인되었고, "
        "중요한 부분이 모두 서명되어 있습니다.",
    ),
    "grade_b": (
        "Grade B. The mail system of {domain} signed it; one thing is weaker than in grade A.",
        "B 등급. {domain}의 메일 시스템이 서명했으나, A 등급보다 약한 점이 있습니다.",
    ),
    "grade_c": (
        "Grade C. {domain} signed it, but the signature or its key binds the company less.",
        "C 등급. {domain}이(가) 서명했으나, 서명이나 열쇠가 회사를 덜 구속합니다.",
    ),
    "grade_d": (
        "Grade D. There is a signature of {domain}, but it is too weak to prove what you see.",
        "D 등급. {domain}의 서명이 있으나, 보이는 내용을 증명하기에는 너무 약합니다.",
    ),
    "failed": (
        "Failed. The message is not as it was signed, or not signed with this key.",
        "확인 실패. 서명된 그대로가 아니거나 이 열쇠로 서명되지 않았습니다.",
    ),
    "undetermined": (
        "Not graded. Nothing here shows that the company sent it: by itself it is your own word (self_stated).",
        "등급 없음. 회사가 보냈음을 보여 주는 것이 없습니다. 이것만으로는 요구인 자신의 말입니다(self_stated).",
    ),
}
CASES: Mapping[str, tuple[str, str]] = {
    "subject": ("The signed subject names the case {cases}.", "서명된 제목에 있는 사건 번호: {cases}."),
    "body": ("The signed text names the case {cases}.", "서명된 본문에 있는 사건 번호: {cases}."),
    "none": (
        "No case id in what is signed: that the mail answers this request is your own word. It counts for less: "
        "attesters give it no more than grade D.",
        "서명된 부분에 사건 번호가 없습니다. 이 요구에 대한 메일이라는 것은 요구인 자신의 말이며, "
        "확인인은 D 등급까지만 줍니다.",
    ),
    "unread": (
        "Not determined whether it names the case: without a verified signature no case is read.",
        "이 사건 번호가 있는지 판단하지 않았습니다. 확인된 서명이 없으면 사건 번호를 읽지 않습니다.",
    ),
    "several_cases": (
        "The signed part names this case and others: attesters give it no more than grade D.",
        "서명된 부분에 이 사건 번호와 다른 사건 번호가 함께 있습니다. 확인인은 D 등급까지만 줍니다.",
    ),
    "other_case": (
        "The signed part names another case: {cases}. habeas mail add and attesters refuse it for this one.",
        "서명된 부분에 다른 사건 번호가 있습니다: {cases}. 이 사건에는 habeas mail add와 확인인이 받지 않습니다.",
    ),
}
NOT_OWN = (
    "No domain of the company has signed it, so whoever has the signing domain can have written it: attesters give it "
    "no more than grade D, and it proves nothing in an assessment.",
    "회사의 도메인이 서명하지 않았으므로 서명한 도메인을 가진 누구나 쓸 수 있습니다. 확인인은 D 등급까지만 주며,"
    " 확인 결과에서 아무것도 증명하지 못합니다.",
)
ONE_WORD = {
    "single": (
        "One resolver alone gave the key, and whoever answers for it can say anything: attesters give such a mail "
        "grade D, and it proves nothing in an assessment. Ask several of different operators with --resolver.",
        "DNS 서버 하나만 열쇠를 답했고, 그 서버는 무엇이든 답할 수 있습니다. 그런 메일에 확인인은 D 등급을 주며, 확인 "
        "결과에서 아무것도 증명하지 못합니다. --resolver로 운영자가 서로 다른 여러 곳에 물으십시오.",
    ),
    "archive": (
        "The key comes from an archive: attesters give such a mail grade D, and it proves nothing in an assessment.",
        "열쇠가 보관소에서 나온 것입니다. 그런 메일에 확인인은 D 등급을 주며, 확인 결과에서 아무것도 "
        "증명하지 못합니다.",
    ),
}
LOST = frozenset({"body_changed", "signature_mismatch", "unreadable", "unsigned"})
"""Reasons for which a message may be no original; where the key is not found or From is another's, it can be one."""
AT_MOST = (" (at most {cap})", " (최고 {cap} 등급)")
SIGNED_BY = (
    "Signed by {domain}, key {selector}, {algorithm}, {bits} bits, SHA-256 of the key {digest}",
    "서명: {domain}, 열쇠 {selector}, {algorithm}, {bits}비트, 열쇠의 SHA-256 {digest}",
)
SIGNED = ("Signed fields: {names}", "서명된 필드: {names}")
UNSIGNED = (
    "Not signed, anybody on the way can have set them: {names}",
    "서명되지 않아 중간에서 누구든 넣을 수 있는 필드: {names}",
)
KEY = ("Key {selector} of {domain}: {why}", "{domain}의 열쇠 {selector}: {why}")
NO_KEY = (" that there is none", " (그런 열쇠가 없다는 것)")
NO_ORIGINAL = (
    "A forwarded, copied or exported message has lost its signature. How to get the original: habeas mail original",
    "전달하거나 복사하거나 내보낸 메일에는 서명이 없습니다. 원본을 받는 방법: habeas mail original --lang ko",
)
AS_OF = {
    False: ("As of {at}, by this machine's clock.", "기준 시각: {at}(이 컴퓨터의 시계)."),
    True: ("As of {at}, the time of receipt that you named.", "기준 시각: {at}(지정한 받은 때)."),
}
REPUDIATION = (
    "The signature is the domain's, never a person's. Whoever has the private key can sign, also after it was made "
    "public: what counts is that the mail was on record before.",
    "서명은 도메인의 것이며 어느 사람의 것이 아닙니다. 비밀 열쇠를 가진 사람은 누구나, 열쇠가 공개된 뒤에도 "
    "서명할 수 있으므로 그 전에 기록되어 있었다는 것이 중요합니다.",
)


def report(item: Examined, language: Language = "en") -> Iterator[str]:
    """The grade with its reasons, line by line."""
    check = item.check
    domain = check.chosen.domain if check.chosen else check.from_domain or "?"
    yield pick(GRADES[check.result], language).format(domain=domain)
    for reason in check.reasons:
        cap = pick(AT_MOST, language).format(cap=reason.cap[-1].upper()) if reason.cap else ""
        yield f"  - {reason_words(reason.code, reason.text, language)}{cap}"
    if check.chosen:
        signer = check.chosen
        yield "  " + pick(SIGNED_BY, language).format(
            domain=signer.domain, selector=signer.selector, algorithm=signer.algorithm, bits=signer.bits,
            digest=signer.key_digest.hex(),
        )  # fmt: skip
        yield "  " + pick(SIGNED, language).format(names=", ".join(check.signed_headers))
        if check.unsigned_headers:
            yield "  " + pick(UNSIGNED, language).format(names=", ".join(check.unsigned_headers))
    if check.chosen and not check.aligned:
        yield "  " + pick(NOT_OWN, language)
    if check.chosen and check.chosen.origin in ONE_WORD:
        yield "  " + pick(ONE_WORD[check.chosen.origin], language)
    for finding in item.known.findings:
        yield "  " + pick(KEY, language).format(
            selector=finding.key.selector,
            domain=finding.key.domain,
            why=found_words(finding.reasons, language)
            + (pick(NO_KEY, language) if finding.key.status == "missing" and finding.key.origin == "dnssec" else ""),
        )
    others = ", ".join(encode_hex(found) for found in item.binding.cases[:3])
    yield "  " + pick(CASES[item.binding.where if check.chosen else "unread"], language).format(cases=others)
    if check.chosen:
        yield "  " + pick(REPUDIATION, language)
    if any(reason.code in LOST for reason in check.reasons):
        yield "  " + pick(NO_ORIGINAL, language)
    yield "  " + pick(AS_OF[item.is_time_given], language).format(at=encode_instant(int(item.at.timestamp())))


def examined_json(item: Examined) -> JsonObject:
    """The same for programs."""
    check, signer = item.check, item.check.chosen
    return {
        "sha256": item.mail.sha256.hex(),
        "bytes": len(item.mail.data),
        "result": check.result,
        "reasons": [{"code": reason.code, "text": reason.text, "cap": reason.cap} for reason in check.reasons],
        "signed_by": None
        if signer is None
        else {
            "domain": signer.domain,
            "selector": signer.selector,
            "algorithm": signer.algorithm,
            "bits": signer.bits,
            "key_sha256": signer.key_digest.hex(),
            "key_origin": signer.origin,
        },
        "aligned": check.aligned,
        "from_domain": check.from_domain,
        "signed_headers": [*check.signed_headers],
        "unsigned_headers": [*check.unsigned_headers],
        "signed_length": check.signed_length,
        "signatures": [
            {
                "number": each.number,
                "domain": each.domain,
                "selector": each.selector,
                "result": each.result,
                "aligned": each.aligned,
                "reasons": [reason.code for reason in each.reasons],
            }
            for each in check.signatures
        ],
        "case_in": item.binding.where,
        "cases": [encode_hex(case) for case in item.binding.cases],
        "at": encode_instant(int(item.at.timestamp())),
        "dns": _dns_json(item),
    }


def _dns_json(item: Examined) -> Json:
    capture = item.known.capture
    if capture is None:
        return None
    return {
        "at": encode_instant(int(capture.at.timestamp())),
        "resolvers": [each.name for each in capture.resolvers],
        "keys": [
            {
                "domain": finding.key.domain,
                "selector": finding.key.selector,
                "status": finding.key.status,
                "origin": finding.key.origin,
                "agreed": [*finding.agreed],
                "asked": finding.asked,
                "reasons": [*finding.reasons],
            }
            for finding in item.known.findings
        ],
    }


def stated_days(mail: RawMail, place: str) -> tuple[date, date] | None:
    """The first and the last date in ``place`` of the only Date field; None where not exactly one can be read."""
    fields = mail.named("date")
    written = parse_written(fields[0].value) if len(fields) == 1 else None
    return None if written is None else days_in(written, place)


def message_id(mail: RawMail) -> str | None:
    """The Message-ID between its angle brackets; None where there is not exactly one."""
    fields = mail.named("message-id")
    found = re.search(rb"<([^<>\s]{1,998})>", fields[0].value) if len(fields) == 1 else None
    return None if found is None else found[1].decode("latin-1")
