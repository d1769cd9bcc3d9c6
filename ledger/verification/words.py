"""What the checks of opened mail and of time stamps say (steps 10 and 11), in English and Korean.

Errors have their own sentence, in English alone, and stand as it is.
"""

from __future__ import annotations

from collections.abc import Mapping

from ledger.phrases import Pair, Phrases, told
from ledger.words import Language

DETAILS: Mapping[str, Pair] = {
    "file_other": (
        "The bytes have the SHA-256 {digest}: they are not those of this file.",
        "바이트의 SHA-256은 {digest}이며, 이 파일의 것이 아닙니다.",
    ),
    "file_unnamed": (
        "No opened private field of a statement shown names this file: whose it is, nobody says.",
        "제시된 진술의 공개된 비공개 항목 가운데 이 파일을 가리키는 것이 없어 누구의 것인지 알 수 없습니다.",
    ),
    "file_length": (
        "The file has {count} bytes; its author committed to {stated}.",
        "파일은 {count}바이트이나 작성자가 가리킨 것은 {stated}바이트입니다.",
    ),
    "file_fits": (
        "The {count} bytes are those that statement {entries} commits to.",
        "{count}바이트는 기록 {entries}번이 가리킨 그대로입니다.",
    ),
    "file_fits_all": (
        "The {count} bytes are those that the statements {entries} commit to.",
        "{count}바이트는 기록 {entries}번이 가리킨 그대로입니다.",
    ),
    "file_missing": (
        "{name}: {count} bytes are not in the bundle; hand them over with --file.",
        "{name}: {count}바이트가 묶음에 없습니다. --file로 함께 주십시오.",
    ),
    "mail_not_placed": (
        "When the mail existed is not shown: the statement that commits to it is not proven in an anchor.",
        "메일이 언제 있었는지 제시되지 않았습니다. 메일을 가리키는 진술이 체인에 고정되었음이 증명되지 않았습니다.",
    ),
    "mail_of_whom": (
        "Whose mail it should be is not shown: the statement that opened the case is not in the bundle.",
        "사건을 연 진술이 묶음에 없어 누구의 메일이어야 하는지 제시되지 않았습니다.",
    ),
    "mail_unreadable": ("The mail cannot be read: {error}.", "메일을 읽을 수 없습니다({error})."),
    "mail_work": (
        "Not read: the mails of this bundle take more work than one assessment does.",
        "읽지 않았습니다. 이 묶음의 메일을 확인하는 데 한 번의 확인으로 할 수 있는 것보다 많은 일이 듭니다.",
    ),
    "mail_unsigned": (
        "The mail has no signature that can be read; nothing shows whose it is.",
        "메일에 읽을 수 있는 서명이 없어 누구의 것인지 보여 주는 것이 없습니다.",
    ),
    "key_proven": (
        "The key is proven: {word}. It rests on nobody's word. Within that time the zone may have withdrawn it: chains"
        " do not say so.",
        "열쇠가 증명됩니다: {word}. 누구의 말에도 달려 있지 않습니다. 그 기간 안에 도메인이 열쇠를 거두었더라도"
        " 사슬에는 나타나지 않습니다.",
    ),
    "key_proven_digest": (
        "The key (SHA-256 {digest}) is proven: {word}. It rests on nobody's word. Within that time the zone may have"
        " withdrawn it: chains do not say so.",
        "열쇠(SHA-256 {digest})가 증명됩니다: {word}. 누구의 말에도 달려 있지 않습니다. 그 기간 안에 도메인이 열쇠를"
        " 거두었더라도 사슬에는 나타나지 않습니다.",
    ),
    "key_unproven": (
        "No DNSSEC chain proves the key at {at}; {rests}.",
        "{at}의 열쇠를 증명하는 DNSSEC 사슬이 없습니다. {rests}.",
    ),
    "rests_on": ("it stays on {words}", "다음에 달려 있습니다: {words}"),
    "rests_on_nothing": ("no answer of DNS about it is opened", "그 열쇠에 관한 DNS 답이 공개되지 않았습니다"),
    "rests_on_no_key": (
        "nothing that is opened says that this was the key ({words})",
        "공개된 것 가운데 이 열쇠였다고 하는 것이 없습니다({words})",
    ),
    "answers_say": ("{whose}: {word}", "{whose}: {word}"),
    "answers_own": ("the requester's own answers of DNS", "요구인이 받은 DNS 답"),
    "answers_seen": ("the answers of DNS that {name} saw", "{name}이(가) 본 DNS 답"),
    "word_of": ("the word of {names}", "{names}의 말"),
    "signed": (
        "Recomputed here, received not after {at}: signed by {domain}, grade {letter}.{because}",
        "여기서 다시 계산함({at} 이전에 받음): {domain}이(가) 서명, {letter} 등급.{because}",
    ),
    "signed_no_finding": (
        " The trust policy does not say how {company} sends mail: without the word of attesters no finding rests on"
        " this.",
        " 신뢰 정책에 {company}의 메일에 관한 내용이 없어, 확인인의 확인 없이는 이것으로 결론을 내리지 않습니다.",
    ),
    "not_signed": ("Recomputed here: {said}.{because}", "여기서 다시 계산함: {said}.{because}"),
    "said_grade_d": ("grade D, which proves nothing", "D 등급이며 아무것도 증명하지 못함"),
    "said_failed": ("the signature does not verify", "서명이 맞지 않음"),
    "said_undetermined": ("undetermined", "정할 수 없음"),
    "said_not_own": (
        "grade C, signed by {domain} and not by the company, which proves nothing",
        "C 등급이나 회사가 아니라 {domain}이(가) 서명하여 아무것도 증명하지 못함",
    ),
    "case_subject": (
        "The signed subject names this case, and the day fits what the statement says.",
        "서명된 제목에 이 사건 번호가 있고, 날짜가 진술과 맞습니다.",
    ),
    "case_body": (
        "The signed body names this case, and the day fits what the statement says.",
        "서명된 본문에 이 사건 번호가 있고, 날짜가 진술과 맞습니다.",
    ),
    "case_other": (
        "The signed text names another case: the mail is no evidence in this one.",
        "서명된 글에 다른 사건 번호가 있어 이 사건의 증거가 되지 않습니다.",
    ),
    "case_unread": (
        "Not determined: without a verified signature no case is read.",
        "판단하지 않았습니다. 확인된 서명이 없으면 사건 번호를 읽지 않습니다.",
    ),
    "case_several": (
        "The signed text names this case and another: it may be about either.",
        "서명된 글에 이 사건 번호와 다른 사건 번호가 함께 있어 어느 쪽에 관한 것인지 알 수 없습니다.",
    ),
    "case_none": (
        "The signed text does not name this case: that the mail is about it is the requester's word.",
        "서명된 글에 이 사건 번호가 없습니다. 이 사건에 관한 메일이라는 것은 요구인의 말입니다.",
    ),
    "case_no_day": (
        "The signed text names this case; nothing signed says when the mail was written.",
        "서명된 글에 이 사건 번호가 있으나, 서명된 부분에 메일을 쓴 날이 없습니다.",
    ),
    "case_day_to_come": (
        "The signed text names this case; the statement names a day that had not come when it was recorded.",
        "서명된 글에 이 사건 번호가 있으나, 진술에 적힌 날은 그 진술이 기록될 때 아직 오지 않은 날이었습니다.",
    ),
    "case_other_day": (
        "The signed text names this case; it was written on another day than the statement names.",
        "서명된 글에 이 사건 번호가 있으나, 메일을 쓴 날이 진술에 적힌 날과 다릅니다.",
    ),
    "attested_closed": (
        "The answers of DNS that {who} saw are not opened; the result stays on its word.",
        "{who}이(가) 본 DNS 답이 공개되지 않아 결과는 그의 말에 달려 있습니다.",
    ),
    "attested_part": (
        "Some of the answers of DNS that {who} saw are not opened; the result stays on its word.",
        "{who}이(가) 본 DNS 답의 일부가 공개되지 않아 결과는 그의 말에 달려 있습니다.",
    ),
    "attested_early": (
        "{who} says that it checked the mail at {at}; the statement that it names quotes a block of {quoted}.",
        "{who}은(는) {at}에 메일을 확인했다고 하나, 그가 가리킨 진술은 {quoted}의 블록을 인용합니다.",
    ),
    "attested_unreadable": (
        "What {who} saw cannot be read: {error}.",
        "{who}이(가) 본 것을 읽을 수 없습니다({error}).",
    ),
    "attested_other_root": (
        "What {who} saw has a DNSSEC chain that ends in no root of the trust policy.",
        "{who}이(가) 본 것의 DNSSEC 사슬은 신뢰 정책에 없는 루트에서 끝납니다.",
    ),
    "attested_false": (
        "{who} states {stated}; by the mail and the answers of DNS that it signed: {result}.",
        "{who}은(는) {stated}(이)라고 밝혔으나, 메일과 그가 서명한 DNS 답으로는 {result}입니다.",
    ),
    "attested_terms": (
        "{who} states {stated} of the mail of statement {index}; by the domains and the published keys that the trust"
        " policy names it is {result}.",
        "{who}은(는) 기록 {index}번의 메일이 {stated}(이)라고 밝혔으나, 신뢰 정책에 적힌 도메인과 공개된 열쇠로는"
        " {result}입니다.",
    ),
    "attested_fits": (
        "{who} states {stated}; by the mail and the answers of DNS that it signed: {result}.",
        "{who}은(는) {stated}(이)라고 밝혔고, 메일과 그가 서명한 DNS 답으로도 {result}입니다.",
    ),
    "stamps_of_whom": (
        "Whose checkpoint was stamped is for a trust policy to say.",
        "누구의 체크포인트에 시점확인이 붙었는지는 신뢰 정책이 정합니다.",
    ),
    "stamps_signed": (
        "The log signed the checkpoint of size {size} that is stamped.",
        "시점확인이 붙은 크기 {size}의 체크포인트에 기록부가 서명했습니다.",
    ),
    "stamp_by": (
        "{name} had seen the checkpoint by {at}.",
        "{name}은(는) 늦어도 {at}에 체크포인트를 보았습니다.",
    ),
    "stamp_ahead": (
        "The token is of {at}, after the time of this assessment.",
        "토큰의 시각 {at}이(가) 이 확인의 시각보다 늦습니다.",
    ),
    "stamp_policy": (
        "The token was made under policy {policy}, which does not count here.",
        "토큰이 따른 정책 {policy}은(는) 여기서 인정하지 않습니다.",
    ),
    "stamp_of_nobody": (
        "The token leads to no time authority of the trust policy.",
        "토큰이 신뢰 정책의 시점확인기관으로 이어지지 않습니다.",
    ),
    "clock_too_few": (
        "{count} time authorities of the trust policy stamped size {size}; {quorum} are asked for.",
        "신뢰 정책의 시점확인기관 {count}곳이 크기 {size}에 시점확인을 했습니다. {quorum}곳이 필요합니다.",
    ),
    "clock": (
        "The tree of size {size} existed not after {at}, say {names}.",
        "{names}에 따르면 크기 {size}의 트리는 {at} 이전에 있었습니다.",
    ),
    "stamped_no_path": ("The inclusion path is not in the bundle.", "포함 경로가 묶음에 없습니다."),
    "stamped": ("Leaf {index} of the stamped tree.", "시점확인이 붙은 트리의 {index}번 항목입니다."),
}
NOTES: Mapping[str, Pair] = {
    "few_attesters": (
        "The trust policy names {count} attesters of mail and asks for {quorum}: one of them who lies is enough to put"
        " one mail behind two statements. Ask for {least} or more (attester_quorum).",
        "신뢰 정책에는 메일 확인인이 {count}곳 있고 그중 {quorum}곳의 확인이면 됩니다. 한 곳만 거짓말해도 메일 하나가"
        " 진술 두 개에 붙을 수 있으므로 {least}곳 이상을 요구하십시오(attester_quorum).",
    ),
    "mail_again": (
        "Statement {index} names the mail that statement {earlier} names: a mail stands behind one statement, the"
        " first.",
        "기록 {index}번은 기록 {earlier}번의 메일을 가리킵니다. 메일 하나는 처음 가리킨 진술 하나에만 붙습니다.",
    ),
}
_NOTES = Phrases(NOTES)


def note_text(entry: str, /, **values: object) -> str:
    """A note of a summary, in English."""
    return _NOTES.phrase(entry, "en", **values)


def note_told(note: str, lang: Language) -> str:
    """A note in a language; as it stands where it has one alone."""
    return told(_NOTES.read(note, NOTES) or note, lang)


say = Phrases(DETAILS).say
"""The detail of a check, to be told in either language."""
