"""Operations of ``tests/vectors/mail``; its README lists their members."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, get_args

from ledger.mail.binding import find_case, message_id
from ledger.mail.dkim import verify
from ledger.mail.grade import MailCheck, PublishedKey, grade_mail
from ledger.mail.hold_down import hold_down
from ledger.mail.key import KeyAtReceipt, KeyRecord, Origin
from ledger.mail.raw import RawMail
from ledger.mail.senders import Senders

Values = dict[str, Any]


def _mail(given: Values) -> RawMail:
    return RawMail.parse(given["mail"].encode("latin-1"))


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _parse(given: Values) -> Values:
    mail = _mail(given)
    names = [field.name for field in mail.fields]
    return {"sha256": mail.sha256.hex(), "fields": names, "body": mail.body.decode("latin-1")}


def _key(given: Values) -> Values:
    record = KeyRecord.parse(given["record"].encode("latin-1"))
    return {
        "type": record.type,
        "bits": record.bits,
        "revoked": record.revoked,
        "testing": record.testing,
        "digest": record.digest.hex(),
    }


def _verify(given: Values) -> Values:
    verified = verify(_mail(given), given["number"], given["record"].encode("latin-1"), _at(given["at"]))
    signature = verified.signature
    return {
        "domain": signature.domain,
        "selector": signature.selector,
        "algorithm": signature.algorithm,
        "expired": verified.expired,
        "early": verified.early,
    }


def _key_at(given: Values) -> KeyAtReceipt:
    record = given["record"].encode("latin-1") if given["record"] is not None else None
    assert given["origin"] in get_args(Origin)
    return KeyAtReceipt(given["domain"], given["selector"], given["status"], record, given["origin"], None)


def check(given: Values) -> MailCheck:
    """The check of a case's mail, keys and time."""
    keys = {(key["domain"], key["selector"]): _key_at(key) for key in given["keys"]}
    published = [PublishedKey(bytes.fromhex(key["digest"]), _at(key["at"])) for key in given.get("published", [])]
    return grade_mail(_mail(given), frozenset(given["domains"]), keys, _at(given["at"]), published)


def _grade(given: Values) -> Values:
    found = check(given)
    chosen = found.chosen
    return {
        "result": found.result,
        "reasons": [reason.code for reason in found.reasons],
        "signatures": [[one.result, *(reason.code for reason in one.reasons)] for one in found.signatures],
        "aligned": found.aligned,
        "signed_length": found.signed_length,
        "unsigned_headers": list(found.unsigned_headers),
        "key": chosen and f"{chosen.selector}._domainkey.{chosen.domain} {chosen.algorithm} {chosen.bits}",
        "arc": [f"{one.instance} {one.domain} {one.chain}" for one in found.arc],
    }


def _hold_down(given: Values) -> Values:
    senders = Senders(frozenset(given["senders"]), given["shared"])
    found = hold_down(_mail(given), check(given), senders)
    return {"result": found.result, "reasons": [reason.code for reason in found.reasons]}


def _bind(given: Values) -> Values:
    found = find_case(_mail(given), check(given), bytes.fromhex(given["case"][2:]))
    return {"where": found.where, "cases": ["0x" + case.hex() for case in found.cases]}


def _message_id(given: Values) -> Values:
    found = message_id(_mail(given), check(given))
    return {"message_id": found and found.decode("ascii")}


OPERATIONS: dict[str, Callable[[Values], Values]] = {
    "mail.parse": _parse,
    "mail.key": _key,
    "mail.verify": _verify,
    "mail.grade": _grade,
    "mail.hold_down": _hold_down,
    "mail.bind": _bind,
    "mail.message_id": _message_id,
}
