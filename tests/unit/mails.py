"""Signed mails for the tests: the same test keys and the same signer as the vectors."""

from __future__ import annotations

from datetime import UTC, datetime

from ledger.mail.grade import MailCheck, PublishedKey, grade_mail
from ledger.mail.key import KeyAtReceipt, Origin
from ledger.mail.raw import RawMail
from tools.vectors._mail_keys import Key, ed25519, record, rsa
from tools.vectors._mail_signing import ALL, CASE, By, mail, sign

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
SHOP = frozenset({"shop.example"})
RSA = rsa("shop", 2048)
GOOD = By(RSA, "s2048")
ED = By(ed25519("shop"), "ed")
SERVICE = By(rsa("service", 2048), "m1", "service.example")

__all__ = ["ALL", "AT", "CASE", "ED", "GOOD", "RSA", "SERVICE", "SHOP", "By", "Key", "grade", "held", "mail", "sign"]


def held(by: By, origin: Origin = "quorum", text: str | None = None) -> KeyAtReceipt:
    """The key of a signer, as known at receipt."""
    return KeyAtReceipt(by.domain, by.selector, "found", (text or record(by.key)).encode(), origin, AT)


def grade(
    data: str | bytes, *keys: KeyAtReceipt, at: datetime = AT, published: tuple[PublishedKey, ...] = ()
) -> MailCheck:
    """The check of a mail of the shop; the key of ``GOOD`` where none is given."""
    raw = RawMail.parse(data.encode("latin-1") if isinstance(data, str) else data)
    known = {(key.domain, key.selector): key for key in keys or (held(GOOD),)}
    return grade_mail(raw, SHOP, known, at, published)
