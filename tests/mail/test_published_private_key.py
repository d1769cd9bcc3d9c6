"""Time that outlives keys: a domain's private key becomes public, and anybody can sign as the domain.

What was recorded before keeps its grade. Whatever is made with the key afterwards, however it is dated, is refused or
worth nothing: to whoever takes mail in, and to whoever verifies a bundle.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from ledger.assessment import Assessment, assess
from ledger.bundle import parse_bundle
from ledger.disclosure import Disclosure
from ledger.encoding import Json, encode_hex, encode_instant, sha256
from ledger.finding.law import shipped_law
from ledger.mail.grade import grade_mail
from ledger.mail.key import KeyAtReceipt
from ledger.mail.published import PublishedKey
from ledger.mail.raw import RawMail
from ledger.policy import parse_policy
from ledger.verification.checks import Value
from tests.cli.broken import everything_of
from tools.vectors._bundles import REQUESTER
from tools.vectors._dns_files import anchor_texts, answer, capture, question, txt
from tools.vectors._dns_zones import ZoneTree
from tools.vectors._mail_keys import record, rsa
from tools.vectors._mail_matter import MailMatter
from tools.vectors._mail_signing import By, sign
from tools.vectors._matter import policy_text, seconds

SHOP, SELECTOR = "shop.example", "s1"
NAME = f"{SELECTOR}._domainkey.{SHOP}"
PUBLISHED = datetime(2026, 10, 24, tzinfo=UTC)
FORGED = 100


class Shop:
    """A domain, its key and its zone."""

    def __init__(self) -> None:
        self.key = rsa("outlived", 2_048)
        self.record = record(self.key)
        self.tree = ZoneTree(start=datetime(2026, 10, 15, tzinfo=UTC), end=datetime(2026, 11, 5, tzinfo=UTC))
        self.tree.add("example.")
        strings = " ".join(f'"{self.record[start : start + 200]}"' for start in range(0, len(self.record), 200))
        self.tree.add(f"{SHOP}.").put(f"{NAME}.", "TXT", strings)

    def sign(self, subject: str, when: datetime, number: int, body: str, *, extra: str = "") -> bytes:
        """A mail that says it is of ``when``."""
        text = (
            f"{extra}From: Shop privacy <privacy@{SHOP}>\r\nTo: kim@mail.example\r\nSubject: {subject}\r\n"
            f"Date: {format_datetime(when)}\r\nMessage-ID: <{number}@{SHOP}>\r\nMIME-Version: 1.0\r\n"
            f"Content-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n"
        )
        return sign(text, By(self.key, SELECTOR, SHOP, tags=f"t={int(when.timestamp())}; ")).encode("ascii")

    def forge(self, case: str) -> Iterator[bytes]:
        """Dated weeks before to days after, by Date and t= alike; other subjects and bodies; old headers put on top."""
        made = random.Random(2026)
        for number in range(FORGED):
            when = PUBLISHED + timedelta(days=made.randint(-60, 2), minutes=made.randint(0, 1_439))
            subject = made.choice([f"Re: access request {case}", f"{case} closed", f"[{case}]", f"We refuse ({case})"])
            body = made.choice(["We received your request.", "We cannot help you.", f"About {case}: done."])
            extra = made.choice(["", f"Received: from mx.{SHOP}; {format_datetime(when)}\r\n", "X-Spam: no\r\n"])
            yield self.sign(subject, when, number, body, extra=extra)

    def capture(self, at: str) -> bytes:
        strings = [self.record[start : start + 200] for start in range(0, len(self.record), 200)]
        asked = question([answer(txt(*strings))] * 3, NAME, chain=self.tree.chain((NAME, "TXT")))
        return capture(asked, at=encode_instant(seconds(at))).encode("ascii")

    def policy(self, *, warned: bool) -> bytes:
        roots = ", ".join(f'"{text}"' for text in anchor_texts(self.tree.anchors))
        text = policy_text(attesters=0).replace(
            "habeas_trust = 1\n", f"habeas_trust = 1\nroot_anchors = [{roots}]\n", 1
        )
        digest, at = encode_hex(sha256(self.key.public)), encode_instant(int(PUBLISHED.timestamp()))
        text += f'\n[[company_mail]]\ncompany = "{SHOP}"\ndomains = ["{SHOP}"]\n'
        return (text + warned * f'\n[[published_key]]\ndigest = "{digest}"\npublished_at = "{at}"\n').encode()


@pytest.fixture(scope="module")
def shop() -> Shop:
    return Shop()


def test_whoever_takes_mail_in_refuses_or_grades_down_all_that_is_forged(shop: Shop) -> None:
    """The clock of receipt decides, and never what a mail says of its own date."""
    known = {(SHOP, SELECTOR): KeyAtReceipt(SHOP, SELECTOR, "found", shop.record.encode(), "dnssec", PUBLISHED)}
    published = (PublishedKey(sha256(shop.key.public), PUBLISHED),)
    forged = [RawMail.parse(data) for data in shop.forge("0x" + "ab" * 32)]
    assert len({mail.sha256 for mail in forged}) == FORGED
    before, received = PUBLISHED - timedelta(seconds=1), PUBLISHED + timedelta(days=4)
    for mail in forged:
        check = grade_mail(mail, frozenset({SHOP}), known, received, published)
        assert check.result == "grade_d" and "key_published" in {reason.code for reason in check.reasons}
        assert grade_mail(mail, frozenset({SHOP}), known, received).result == "grade_a", "the signature itself is right"
    early = RawMail.parse(shop.sign("Re: access request", PUBLISHED - timedelta(days=2), 1_000, "We received it."))
    assert grade_mail(early, frozenset({SHOP}), known, before, published).result == "grade_a"


def assessed(shop: Shop, *, warned: bool) -> Assessment:
    """One mail that was recorded two days before the publication, and a hundred afterwards."""
    matter = MailMatter()
    matter.sent("2026-10-20", "2026-10-20")
    case = encode_hex(matter.maker.case)
    real = shop.sign(f"Re: {case}", datetime(2026, 10, 22, 9, tzinfo=UTC), 1, "We received your request.")
    matter.report("2026-10-22T12:00Z", real, shop.capture("2026-10-22T11:55Z"))
    matter.maker.wait_until(seconds("2026-10-27T12:00Z"))
    seen = matter.disclose(shop.capture("2026-10-27T11:55Z"), "application/vnd.habeas.dns-capture+json")
    for data in shop.forge(case):
        held: Disclosure = matter.disclose(data)
        facts: dict[str, Json] = {"received_on": "2026-10-27"}
        digests = tuple(sorted((held.digest, seen.digest)))
        matter.maker.say("request.acknowledged", facts, REQUESTER, digests=digests)
    bundle = parse_bundle(matter.bundle("2026-10-28").encode())
    policy = parse_policy(shop.policy(warned=warned))
    return assess(bundle, policy, everything_of(bundle), matter.maker.time + 60, shipped_law(bundle))


def test_a_bundle_with_all_of_them_shows_only_the_mail_that_was_recorded_before(shop: Shop) -> None:
    result = assessed(shop, warned=True)
    signatures = {item.check.name: item.value for item in result.checks if item.check.step == "10.3"}
    files = [item.value for item in result.checks if item.check.step == "10.1"]
    assert len(files) == FORGED + 3 and set(files) == {Value.PASSED}
    assert len(signatures) == FORGED + 1
    assert [name for name, value in signatures.items() if value is Value.PASSED] == [min(signatures, key=_entry)]
    assert set(signatures.values()) == {Value.PASSED, Value.NOT_CHECKED}
    found = result.finding
    assert found is not None and found.delivery is not None and found.delivery.mail is not None
    assert (found.delivery.mail.letter, found.delivery.mail.by) == ("A", "recomputed")
    graded = [item.index for item in found.timeline.said if item.mail is not None]
    assert graded == [_entry(min(signatures, key=_entry))]


def test_who_does_not_know_that_the_key_is_public_is_deceived(shop: Shop) -> None:
    """Otherwise the test above would prove nothing: the forged mails are as good as real ones."""
    result = assessed(shop, warned=False)
    signatures = [item.value for item in result.checks if item.check.step == "10.3"]
    assert signatures == [Value.PASSED] * (FORGED + 1)


def _entry(name: str) -> int:
    return int(name.split("/")[1])
