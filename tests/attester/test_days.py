"""The day that a mail shows, and statements that name another one."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta

import pytest

from ledger.cli.demo.mail import MailKey, write_mail
from ledger.encoding import Json, encode_hex
from ledger.errors import RefusedMail
from ledger.mail.days import DAY, EXACT, NOT_BEFORE, check_day, days_in, fits_day, written_at
from ledger.mail.grade import MailCheck, grade_mail
from ledger.mail.key import KeyAtReceipt
from ledger.mail.raw import RawMail
from tests.attester.conftest import SHOP, Matter, disclosed
from tests.store.world import REQUESTER
from tools.vectors._mail_keys import record, rsa
from tools.vectors._mail_signing import By, sign
from tools.vectors._mail_signing import mail as signable

RSA = rsa("shop", 2048)
AT = datetime(2026, 11, 26, 12, tzinfo=UTC)
WRITTEN = datetime(2026, 11, 26, 9, tzinfo=UTC)


def graded(key: MailKey, message: bytes) -> tuple[RawMail, MailCheck]:
    mail = RawMail.parse(message)
    at_receipt = KeyAtReceipt(SHOP, key.selector, "found", key.record.encode(), "quorum", AT)
    return mail, grade_mail(mail, frozenset({SHOP}), {(SHOP, key.selector): at_receipt}, AT)


STATED = ("2026-10-01", "2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27", "2026-11-28", "2026-12-24")
LATER = datetime(2027, 1, 1, tzinfo=UTC)
LATE = datetime(2026, 11, 26, 23, 30, tzinfo=UTC)
"""The 26th in Dublin, the 27th in Seoul; the 26th in every zone of the mainland of the United States."""


@pytest.mark.parametrize(
    ("place", "written", "days"),
    [
        ("IE", WRITTEN, ("2026-11-26", "2026-11-26")),
        ("KR", WRITTEN, ("2026-11-26", "2026-11-26")),
        ("IE", LATE, ("2026-11-26", "2026-11-26")),
        ("KR", LATE, ("2026-11-27", "2026-11-27")),
        ("US-CA", datetime(2026, 11, 26, 7, tzinfo=UTC), ("2026-11-25", "2026-11-25")),
        ("AU", LATE, ("2026-11-27", "2026-11-27")),
        ("RU", datetime(2026, 11, 26, 15, tzinfo=UTC), ("2026-11-26", "2026-11-27")),
        ("", WRITTEN, ("2026-11-25", "2026-11-27")),
    ],
)
@pytest.mark.parametrize(("kind", "fact"), [*EXACT.items(), *NOT_BEFORE.items()])
def test_days(kind: str, fact: str, place: str, written: datetime, days: tuple[str, str]) -> None:
    """In the place of the case. An arrival has the later of two dates or a later one, an answer one of the two."""
    for stated in STATED:
        fits = days[1] <= stated if kind in NOT_BEFORE else days[0] <= stated <= days[1]
        if fits:
            assert check_day(kind, {fact: stated}, written, place, LATER)
        else:
            with pytest.raises(RefusedMail, match=f"dated {days[0]} in {place}, but the statement names {stated}"):
                check_day(kind, {fact: stated}, written, place, LATER)
    if kind in EXACT:
        assert not check_day(kind, {fact: "2026-11-26"}, None, place, LATER)
    assert check_day("account.suspended", {"on": "2020-01-01"}, None, place, LATER), "it names no day of a mail"


@pytest.mark.parametrize(("kind", "fact"), [*EXACT.items(), *NOT_BEFORE.items()])
def test_a_day_that_has_not_come(kind: str, fact: str) -> None:
    """At 23:59:59 UTC of the 26th it is the 27th somewhere, and the 28th nowhere."""
    at = datetime(2026, 11, 26, 23, 59, 59, tzinfo=UTC)
    written = datetime(2026, 11, 27, 12, tzinfo=UTC)  # by the company's clock, which runs ahead
    assert check_day(kind, {fact: "2026-11-27"}, written, "IE", at)
    for day, stated in ((written, "2026-11-28"), (None, "2026-11-28"), (written + timedelta(days=1), "2026-11-28")):
        with pytest.raises(RefusedMail, match=f"names {stated} .{fact}., a day that had not come"):
            check_day(kind, {fact: stated}, day, "IE", at)
    assert check_day(kind, {fact: "2026-11-28"}, written + timedelta(days=1), "IE", at + timedelta(seconds=1))
    last = datetime(9999, 12, 31, tzinfo=UTC)
    assert fits_day(kind, {fact: "9999-12-31"}, last, "IE", last)


def test_an_arrival_that_is_still_to_come(matter: Matter) -> None:
    """The mail is of an earlier day, so it would fit; but what comes in ten years has not come."""
    matter.start()
    case = matter.opened()
    disclosure = disclosed(message := matter.mail(case))
    statement = matter.world.statement("request.acknowledged", REQUESTER, {"received_on": "2036-11-26"}, case,
                                       digests=(disclosure.digest,))  # fmt: skip
    matter.world.record(statement)
    [answer] = matter.ask(message, disclosure, statement)
    assert type(answer.error).__name__ == "RefusedMail" and "had not come" in str(answer.error)
    assert answer.attested == ()


@pytest.mark.parametrize(
    ("place", "at", "first"),
    [
        ("IE", WRITTEN, "2026-11-26"),
        ("KR", LATE, "2026-11-27"),
        ("US-CA", datetime(2026, 11, 27, 7, tzinfo=UTC), "2026-11-26"),
        ("RU", datetime(2026, 11, 26, 15, tzinfo=UTC), "2026-11-27"),
        ("", WRITTEN, "2026-11-27"),
    ],
)
def test_an_arrival_without_a_signed_time(place: str, at: datetime, first: str) -> None:
    """The mail was there when it was checked: from the last date of that moment in the place on."""
    kind, day = "request.acknowledged", date.fromisoformat(first)
    assert check_day(kind, {"received_on": first}, None, place, at)
    assert fits_day(kind, {"received_on": f"{day - DAY}"}, None, place, at) is None
    with pytest.raises(RefusedMail, match=f"an arrival from the day on which it is checked, {first} in {place}"):
        check_day(kind, {"received_on": f"{day - DAY}"}, None, place, at)
    with pytest.raises(RefusedMail, match="a day that had not come"):
        check_day(kind, {"received_on": f"{at.date() + 2 * DAY}"}, None, place, at)


SERVICE = By(RSA, "service", headers=("from", "to", "subject", "cc", "mime-version", "content-type"))
"""What a large mail service signs: no Date, no Message-ID, no time of its own."""


def undated(matter: Matter, case: bytes) -> bytes:
    for server in matter.names:
        text = record(RSA)
        server.records["service._domainkey.shop.example", "TXT"] = [f'"{text[:250]}" "{text[250:]}"']
    return sign(signable(Subject=f"Your request [{encode_hex(case)}]"), SERVICE).encode("latin-1")


def test_a_mail_service_that_signs_no_date(matter: Matter) -> None:
    """Its honest receipt shows that the request was there when the attester looked; what it does not show is refused,
    and takes nothing away."""
    one = matter.start()
    case = matter.opened()
    message = undated(matter, case)
    last = days_in(datetime.fromtimestamp(one.parts.clock(), UTC), "IE")[1]
    for day in (last - DAY, last):
        disclosure = disclosed(message)
        statement = matter.world.statement("request.acknowledged", REQUESTER, {"received_on": f"{day}"}, case,
                                           digests=(disclosure.digest,))  # fmt: skip
        matter.world.record(statement)
        [answer] = matter.ask(message, disclosure, statement)
        if day < last:
            assert type(answer.error).__name__ == "RefusedMail" and f"{last} in IE" in str(answer.error)
        else:
            assert (answer.problem, answer.result) == (None, "grade_c")
            assert {code for code, _ in answer.reasons} == {"header_unsigned", "over_signed"}


def test_an_answer_without_a_signed_date(matter: Matter) -> None:
    """The day of an answer decides whether it was late: by a mail that shows none it is grade D."""
    matter.start()
    case = matter.opened()
    matter.world.record(matter.world.sent(case))
    disclosure = disclosed(message := undated(matter, case))
    facts: dict[str, Json] = {"answered_on": "2026-11-20", "mode": "sent", "reasons": ["reason_not_stated"]}
    refusal = matter.world.statement("request.refused", REQUESTER, facts, case, digests=(disclosure.digest,))
    matter.world.record(refusal)
    [answer] = matter.ask(message, disclosure, refusal)
    assert (answer.result, answer.reasons[0][0]) == ("grade_d", "no_day")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Thu, 26 Nov 2026 09:00:00 +0000", WRITTEN),
        ("26 Nov 2026 18:00:00 +0900", WRITTEN),
        ("Thu, 26 Nov 2026 09:00:00 -0000", WRITTEN),
        ("Thu, 26 Nov 2026 09:00:00 +0000 (UTC)", WRITTEN),
        ("Thu, 26 Nov 2026 9:00:00 +0000", WRITTEN),
        ("26 Nov 2026 9:00 GMT", WRITTEN),
        ("Thu, 26 Nov 2026 23:00:00 +1400", WRITTEN),
        ("Wed, 25 Nov 2026 19:00:00 -1400", WRITTEN),
        ("Thu, 26 Nov 2026 22:59:00 +1359", WRITTEN),
        ("Thu, 26 Nov 2026 09:00:00 +0000 (Coordinated (Universal (all of it)) Time)", WRITTEN),
        (r"Thu, 26 Nov 2026 09:00:00 +0000 (a \) sign and \\)", WRITTEN),
        ("(on) Thu, 26 Nov 2026 (at) 09:00:00 +0000 () (x)", WRITTEN),
    ],
)
def test_signed_date(mail_key: MailKey, text: str, found: datetime) -> None:
    mail, check = graded(mail_key, mail_key.sign(write_mail(f"support@{SHOP}", "Yes", "Text", text)))
    assert check.result == "grade_a" and written_at(mail, check) == found


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "Thu, 99 Nov 2026 09:00:00 +0000",
        "x" * 300,
        "1 Jan 99999 00:00 +0000",
        "Thu, 26 Nov 2026 09:00:00 +0000, Fri, 27 Nov 2026 09:00:00 +0000",
        "2026-11-26T09:00:00Z",
        "2026-11-26 09:00:00 +0000",
        "Thu, 26 Nov 2026 09:00:00 +9999",
        "Thu, 26 Nov 2026 09:00:00 EST",
        "26 Nov 26 09:00:00 +0000",
        "Thu, 26 Nov 2026 09:00:00",
        "Thu, 26 Nov 2026 09:00:00 +0000 27 Nov 2026",
        "Thu, 26 Nov 2026 23:01:00 +1401",
        "Thu, 26 Nov 2026 23:59:00 +1459",
        "Thu, 26 Nov 2026 23:59:00 +1500",
        "Fri, 27 Nov 2026 04:59:00 +1959",
        "Thu, 26 Nov 2026 09:00:00 +0060",
        "Thu, 26 Nov 2026 18:00:00 KST",
        "Thu, 26 Nov 2026 009:00:00 +0000",
        "Thu, 26 Nov 2026 :00:00 +0000",
        "Thu, 26 Nov 2026 9:0:00 +0000",
        "Thu, 26 Nov 2026 24:00:00 +0000",
        "Thu, 26 Nov 2026 09:00:00 +0000 (UTC",
        "Thu, 26 Nov 2026 09:00:00 +0000 (UTC))",
        r"Thu, 26 Nov 2026 09:00:00 +0000 (UTC\)",
        "Thu, 26 Nov 2026 0(9)9:00:00 +0000",
        "Thu, 26 Nov 2026 09:00:00 +0000 (" + "x" * 200 + ")",
    ],
)
def test_a_date_that_nobody_can_read(mail_key: MailKey, text: str) -> None:
    """Then the signature's own time counts."""
    mail, check = graded(mail_key, mail_key.sign(write_mail(f"support@{SHOP}", "Yes", "Text", text)))
    number = check.chosen_number
    verified = None if number is None else check.signatures[number].verified
    seconds = None if verified is None else verified.signature.signed_at
    assert written_at(mail, check) == (None if seconds is None else datetime.fromtimestamp(seconds, UTC))


def test_a_date_that_nobody_signed() -> None:
    """Whoever hands the mail on wrote it, or wrote over it: it counts for nothing."""
    by = By(RSA, "s", headers=("from", "to", "subject"))
    at_receipt = KeyAtReceipt(SHOP, "s", "found", record(RSA).encode(), "quorum", AT)
    for tags, found in (("", None), (f"t={int(WRITTEN.timestamp())}; ", WRITTEN)):
        text = sign(signable(Date="Mon, 2 Nov 2026 09:00:00 +0000"), dataclasses.replace(by, tags=tags))
        mail = RawMail.parse(text.encode("latin-1"))
        check = grade_mail(mail, frozenset({SHOP}), {(SHOP, "s"): at_receipt}, AT)
        assert check.result == "grade_c" and written_at(mail, check) == found


def test_a_day_that_the_mail_does_not_show(matter: Matter) -> None:
    """Else the requester could let a deadline begin, or an answer come, on whatever day he likes."""
    matter.start()
    case = matter.opened()
    [answer] = matter.attested(case, matter.mail(case), day=1)
    assert type(answer.error).__name__ == "RefusedMail" and "2026-11-01 (received_on)" in str(answer.error)
    assert answer.attested == ()
