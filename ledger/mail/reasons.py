"""Why a mail has its grade, and why a key is what it is: each code's sentences, English and Korean, in one table.

Codes are stable (docs/spec/mail.md); a code with several sentences has them under ``code/variant``. An attester gives
code and English sentence; ``reason_words`` tells either in Korean.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ledger.phrases import Pair, Phrases, Said, told
from ledger.words import Language

REASONS: Mapping[str, Pair] = {
    "arc": (
        "{count} forwarders left ARC fields; they are read, and carry no weight",
        "전달한 쪽 {count}곳이 ARC 필드를 남겼습니다. 읽기만 하고 등급에는 반영하지 않습니다.",
    ),
    "body_changed": (
        "the body has the hash {found}; {domain} signed one with {signed}",
        "본문의 해시는 {found}이고, {domain}이(가) 서명한 본문의 해시는 {signed}입니다. 본문이 서명된 것과 다릅니다.",
    ),
    "content_type_unsigned": (
        "Content-Type is not signed; it decides how the body is read",
        "Content-Type이 서명되지 않았습니다. 본문을 읽는 방법을 정하는 필드입니다.",
    ),
    "content_type_unsigned_parts": (
        "Content-Type is not signed; it decides how the body is read, and which parts it has",
        "Content-Type이 서명되지 않았습니다. 본문을 읽는 방법과 나눈 부분을 정하는 필드입니다.",
    ),
    "duplicate_header": (
        "{names} stands more than once; mail programs differ in which one they show",
        "한 번만 있어야 할 필드가 여러 번 있습니다({names}). 메일 프로그램마다 보여 주는 것이 다릅니다.",
    ),
    "early": (
        "the signature says it was made (t=) more than ten hours after the mail was received",
        "서명했다는 시각(t=)이 메일을 받은 때보다 열 시간 넘게 늦습니다.",
    ),
    "expired": (
        "the signature had expired (x=) when the mail was received",
        "메일을 받았을 때 서명 기한(x=)이 지나 있었습니다.",
    ),
    "from_count": (
        "the mail has {count} From fields; it must have one",
        "메일에 From 필드가 {count}개 있습니다. 하나여야 합니다.",
    ),
    "from_other": ("From is no address of the company", "보낸 사람(From)이 회사의 주소가 아닙니다."),
    "from_other/signed": (
        "{domain} has signed it, but From is no address of the company",
        "{domain}이(가) 서명했으나 보낸 사람(From)이 회사의 주소가 아닙니다.",
    ),
    "from_unclear": (
        "From does not hold exactly one address that every mail program reads alike",
        "보낸 사람(From)에 모든 메일 프로그램이 똑같이 읽는 주소 하나가 있지 않습니다.",
    ),
    "header_unsigned": (
        "{names} not signed; anybody can have set it",
        "서명되지 않은 필드: {names}. 누구든 넣을 수 있습니다.",
    ),
    "key_1024": (
        "the RSA key has {bits} bits; a state could compute the private key",
        "RSA 열쇠가 {bits}비트입니다. 국가라면 비밀 열쇠를 계산해 낼 수 있습니다.",
    ),
    "key_archive": (
        "the key comes from an archive, not from the time of receipt",
        "열쇠가 받을 때의 것이 아니라 보관소에서 나온 것입니다.",
    ),
    "key_hash": (
        "the key {name} may not be used with {hash}",
        "열쇠 {name}의 기록이 {hash} 해시를 허용하지 않습니다.",
    ),
    "key_identity": (
        "the key {name} signs for no subdomain such as {identity}",
        "열쇠 {name}은(는) {identity} 같은 하위 도메인의 서명에 쓸 수 없습니다.",
    ),
    "key_malformed": ("{error}", "열쇠 기록을 읽을 수 없습니다({error})."),
    "key_missing": (
        "there was no key {name} when it was asked for",
        "조회했을 때 열쇠 {name}이(가) 없었습니다.",
    ),
    "key_part_quorum": (
        "not all resolvers that were asked agreed on the key",
        "물어본 DNS 서버가 모두 같은 열쇠를 답하지는 않았습니다.",
    ),
    "key_published": (
        "the private key was public when the mail was received; anybody could have signed",
        "메일을 받았을 때 비밀 열쇠가 이미 공개되어 있어 누구나 서명할 수 있었습니다.",
    ),
    "key_recovered": (
        "the key was computed from signatures; anybody can make such a pair of mails",
        "열쇠를 서명에서 계산해 냈습니다. 그런 메일 두 통은 누구나 만들 수 있습니다.",
    ),
    "key_revoked": (
        "the key {name} was revoked when it was asked for",
        "조회했을 때 열쇠 {name}은(는) 폐기되어 있었습니다.",
    ),
    "key_revoked/empty": (
        "the key {name} is revoked: its p= is empty",
        "열쇠 {name}은(는) 폐기되었습니다(p=가 비어 있음).",
    ),
    "key_service": ("the key {name} is not for mail", "열쇠 {name}은(는) 메일에 쓰는 것이 아닙니다."),
    "key_short": (
        "the key {name} has {bits} bits; with fewer than {least} anybody can compute the private key",
        "열쇠 {name}은(는) {bits}비트입니다. {least}비트보다 짧으면 누구나 비밀 열쇠를 계산해 낼 수 있습니다.",
    ),
    "key_single": ("one resolver alone gave the key", "DNS 서버 하나만 열쇠를 답했습니다."),
    "key_testing": (
        "the domain says that it only tries this key (t=y)",
        "도메인이 이 열쇠를 시험 중이라고 밝히고 있습니다(t=y).",
    ),
    "key_testing/failed": (
        "the domain says that it only tries this key (t=y); RFC 6376 lets it fail",
        "도메인이 이 열쇠를 시험 중이라고 밝히고 있습니다(t=y). RFC 6376에 따르면 맞지 않을 수 있습니다.",
    ),
    "key_type": (
        "the key {name} is of type {type}, the signature is {algorithm}",
        "열쇠 {name}의 종류는 {type}인데 서명은 {algorithm}입니다.",
    ),
    "key_uncertain/archive": (
        "the key comes from an archive: it may not be the one that was in use at receipt",
        "열쇠가 보관소에서 나온 것이어서 받을 때 쓰던 열쇠가 아닐 수 있습니다.",
    ),
    "key_uncertain/recovered": (
        "the key was computed from signatures: it may not be the one that was in use at receipt",
        "서명에서 계산해 낸 열쇠이므로 받을 때 쓰던 열쇠가 아닐 수 있습니다.",
    ),
    "key_unknown": (
        "the key {name} is not known for the time of receipt",
        "받을 때의 열쇠 {name}을(를) 알 수 없습니다.",
    ),
    "length": (
        "only the first {count} bytes of the body are signed (l=); anybody can have added the rest",
        "본문의 처음 {count}바이트만 서명되었습니다(l=). 나머지는 누구든 덧붙일 수 있습니다.",
    ),
    "no_case": (
        "The signed text does not name the case, so the mail may be about anything; it is no more than grade D.",
        "서명된 글에 사건 번호가 없어 무엇에 관한 메일인지 알 수 없습니다. D 등급까지만 줍니다.",
    ),
    "no_day": (
        "Nothing signed says when the mail was written, so it shows no day; it is no more than grade D.",
        "서명된 부분에 메일을 쓴 날이 없어 날짜를 보여 주지 못합니다. D 등급까지만 줍니다.",
    ),
    "not_aligned": (
        "{domain} has signed it, which is no domain of the company; whoever has that domain can have written it",
        "서명한 {domain}은(는) 회사의 도메인이 아닙니다. 그 도메인을 가진 누구나 쓸 수 있습니다.",
    ),
    "not_examined": (
        "only the first {count} signatures are examined",
        "처음 {count}개의 서명만 확인합니다.",
    ),
    "not_own": (
        "No domain of the company has signed it, so whoever has the signing domain can have written it; it is no more"
        " than grade D.",
        "회사의 도메인이 서명하지 않았으므로 서명한 도메인을 가진 누구나 쓸 수 있습니다. D 등급까지만 줍니다.",
    ),
    "over_signed": (
        "signed once more than there: {names}; none can be added",
        "있는 것보다 한 번 더 서명된 필드: {names}. 덧붙일 수 없습니다.",
    ),
    "report": (
        "it is a mail system's report on a delivery, which may say that nothing arrived; nobody answers in it",
        "배달 결과를 알리는 자동 메일입니다. 도달하지 않았다는 내용일 수 있고, 누가 답한 것이 아닙니다.",
    ),
    "sender_unlisted": (
        "From is none of the addresses from which the company writes to people",
        "보낸 사람(From)이 회사가 사람들에게 메일을 보내는 주소가 아닙니다.",
    ),
    "several_cases": (
        "The signed text names several cases, so it may be about another of them; it is no more than grade D.",
        "서명된 글에 사건 번호가 여럿 있어 다른 사건에 관한 것일 수 있습니다. D 등급까지만 줍니다.",
    ),
    "sha1": (
        "the signature uses SHA-1, which RFC 8301 forbids",
        "서명이 SHA-1을 씁니다. RFC 8301이 금지합니다.",
    ),
    "shared_domain": (
        "others than the company have mailboxes at its domain; each of them can have sent it",
        "회사가 아닌 사람들도 이 도메인에 메일함이 있어 그중 누구나 보낼 수 있습니다.",
    ),
    "signature_mismatch": (
        "the signature of {domain} does not fit its header fields and the key {selector}",
        "{domain}의 서명이 헤더 필드와 열쇠 {selector}에 맞지 않습니다.",
    ),
    "to_sender": (
        "the mail goes to its own sender: whoever has that mailbox wrote it to himself",
        "보낸 사람에게 가는 메일입니다. 그 메일함을 가진 사람이 자신에게 쓴 것입니다.",
    ),
    "transfer_encoding_unsigned": (
        "Content-Transfer-Encoding is not signed, and the body is another text with another one",
        "Content-Transfer-Encoding이 서명되지 않았고, 다른 값이면 본문이 달라집니다.",
    ),
    "unreadable": ("{error}", "서명을 읽을 수 없습니다({error})."),
    "unsigned": ("the mail has no DKIM signature", "DKIM 서명이 없습니다."),
}
KEY_FOUND: Mapping[str, Pair] = {
    "agree": ("{count} of {asked} resolvers agree", "물어본 DNS 서버 {asked}곳 중 {count}곳이 같은 답을 했습니다"),
    "agree_alone": (
        "{count} of {asked} resolvers agree, the others did not answer",
        "물어본 DNS 서버 {asked}곳 중 {count}곳이 같은 답을 했고 나머지는 답하지 않았습니다",
    ),
    "agree_none": (
        "{count} of {asked} resolvers agree that there is none",
        "물어본 DNS 서버 {asked}곳 중 {count}곳이 그런 열쇠가 없다고 답했습니다",
    ),
    "agree_none_alone": (
        "{count} of {asked} resolvers agree that there is none, the others did not answer",
        "물어본 DNS 서버 {asked}곳 중 {count}곳이 그런 열쇠가 없다고 답했고 나머지는 답하지 않았습니다",
    ),
    "one": ("one resolver was asked, and it says so", "DNS 서버 한 곳에만 물어 얻은 답입니다"),
    "one_none": (
        "one resolver was asked, and it says that there is none",
        "DNS 서버 한 곳에만 물었고, 그런 열쇠가 없다고 답했습니다",
    ),
    "disagree": (
        "the resolvers disagree: at most {count} of {asked} say the same",
        "DNS 서버의 답이 서로 다릅니다. 같은 답은 {asked}곳 중 많아야 {count}곳입니다",
    ),
    "no_answer": ("no resolver answered", "어느 DNS 서버도 답하지 않았습니다"),
    "not_asked": ("the capture has no answers for this key", "DNS 기록에 이 열쇠에 대한 답이 없습니다"),
    "withdrawn": (
        "most resolvers that answered say something else: the zone had signed this key and may have replaced it since",
        "답한 DNS 서버 대부분의 답이 다릅니다. 도메인이 서명해 둔 이 열쇠를 그 뒤에 거두거나 바꾸었을 수 있습니다",
    ),
    "several_records": (
        "{name} has several key records; none of them counts",
        "{name}에 열쇠 기록이 여럿이어서 어느 것도 인정하지 않습니다",
    ),
    "after_receipt": (
        "the answers are of {at} UTC, after the receipt",
        "답은 메일을 받은 뒤인 {at} UTC의 것입니다",
    ),
    "long_before": ("the answers are of {at} UTC, long before", "답은 한참 전인 {at} UTC의 것입니다"),
    "proven": (
        "the DNSSEC chain proves the record from {start} to {end} UTC; {count} of {asked} resolvers say the same",
        "DNSSEC 사슬이 {start}부터 {end}까지(UTC)의 기록을 증명하며, DNS 서버 {asked}곳 중 {count}곳이 같은 답을"
        " 했습니다",
    ),
    "no_chain": (
        "the DNSSEC chain proves nothing: {error}",
        "DNSSEC 사슬이 아무것도 증명하지 못합니다({error})",
    ),
}
_REASONS, _KEY_FOUND = Phrases(REASONS), Phrases(KEY_FOUND)


def code_of(entry: str) -> str:
    """The stable code of an entry of ``REASONS``."""
    return entry.partition("/")[0]


CODES = frozenset(map(code_of, REASONS))


def reason_text(entry: str, /, **values: object) -> str:
    """The English sentence of an entry of ``REASONS``."""
    return _REASONS.phrase(entry, "en", **values)


def reason_said(code: str, text: str) -> Said:
    """A reason that was given with its English sentence; that alone where the code has no such sentence here."""
    return _REASONS.read(text, [name for name in REASONS if code_of(name) == code]) or text


def reason_words(code: str, text: str, lang: Language) -> str:
    """The same in a language."""
    return told(reason_said(code, text), lang)


def found_text(entry: str, /, **values: object) -> str:
    """The English words of an entry of ``KEY_FOUND``."""
    return _KEY_FOUND.phrase(entry, "en", **values)


def found_said(text: str) -> Said:
    """Words of ``KEY_FOUND`` that were given in English."""
    return _KEY_FOUND.read(text, KEY_FOUND) or text


def found_words(texts: Sequence[str], lang: Language) -> str:
    """What resolvers and a chain say of a key, as ``KeyFinding.reasons`` has it, in a language."""
    return "; ".join(told(found_said(text), lang) for text in texts)
