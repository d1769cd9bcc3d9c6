"""What is computed of a mail more than once in one assessment, and what is not computed at all."""

from __future__ import annotations

import pytest

from ledger.errors import MalformedSize
from ledger.mail.readings import CHAIN_COST, SEARCH_COST, Readings
from ledger.mail.recompute import recompute
from ledger.policy import parse_policy
from ledger.verification.mail_case import MailCase
from ledger.verification.observed import Observed
from ledger.verification.procedure import Procedure
from tools.vectors._mail_matter import MailMatter, mail_policy, seen

SEEN = "2026-10-22T11:50Z"
AT = 1_792_670_400


def matter(*statements: str) -> MailMatter:
    """One mail, named by so many statements, each with a capture of its own."""
    told = MailMatter()
    told.sent("2026-10-20", "2026-10-20")
    data, capture = told.write(), seen(SEEN)
    for at in statements:
        told.report(at, data, capture)
    return told


def spent(told: MailMatter) -> int:
    """The work of an assessment of its mails."""
    work = Procedure(told.bundle("2026-10-30"), parse_policy(mail_policy().encode()), Observed(), 2_000_000_000)
    before = work.mails.case.readings().left
    work.check()
    assert not work.mails.case.readings().is_spent
    return before - work.mails.case.readings().left


def test_the_same_mail_at_the_same_time_is_read_once() -> None:
    """Statements under one anchor: the second, third and fourth take no work."""
    told = matter()
    data, capture = told.write(), seen(SEEN)
    case = MailCase(told.bundle("2026-10-30"), parse_policy(mail_policy().encode()))
    claim, terms, readings = case.claim(list(told.maker.statements.values())[-1].statement), case.terms(), Readings()
    first = recompute(data, [capture], claim, terms, AT, readings)
    once = readings.left
    assert [recompute(data, [capture] * 3, claim, terms, AT, readings) for _ in range(3)] == [first] * 3
    assert readings.left == once and Readings().left - once == len(data) * (2 + SEARCH_COST) + len(capture) * (
        1 + CHAIN_COST
    )


def test_the_case_is_looked_for_once_whenever_the_mail_was_recorded() -> None:
    one, six = spent(matter("2026-10-22T12:00Z")), spent(matter(*(f"2026-10-22T{hour}:00Z" for hour in range(12, 18))))
    data = len(matter().write())
    assert six - one < one * 5 - 4 * data * SEARCH_COST


def test_beyond_the_work_nothing_more_is_read() -> None:
    told = matter("2026-10-22T12:00Z", "2026-10-22T13:00Z")
    work = Procedure(told.bundle("2026-10-30"), parse_policy(mail_policy().encode()), Observed(), 2_000_000_000)
    readings = work.mails.case.readings()
    readings.left = len(told.write()) * (2 + SEARCH_COST) + len(seen(SEEN)) * (1 + CHAIN_COST) + 10
    checks = [item.check for item in work.check().resolved() if item.check.step == "10.2"]
    assert [item.own.word for item in checks] == ["passed", "not checked"] and readings.is_spent
    assert "take more work than one assessment does" in checks[1].told("en") and "읽지 않았습니다" in checks[1].told(
        "ko"
    )
    with pytest.raises(MalformedSize, match="more work"):
        readings.mail(b"From: a@shop.example\r\n\r\n")


def test_a_mail_that_cannot_be_read_says_so() -> None:
    told = MailMatter()
    told.sent("2026-10-20", "2026-10-20")
    told.report("2026-10-22T12:00Z", b"no mail, but a text\n", seen(SEEN))
    work = Procedure(told.bundle("2026-10-30"), parse_policy(mail_policy().encode()), Observed(), 2_000_000_000)
    [check] = [item.check for item in work.check().resolved() if item.check.step == "10.2"]
    assert check.own.word == "not checked" and "more work" not in check.told("en")


@pytest.mark.parametrize(("written", "told"), [("19", True), ("20", False)])
def test_a_receipt_older_than_the_request_says_so(written: str, told: bool) -> None:
    """The request was sent on the 20th. A mail that names the case may be of before, and its report of a later day."""
    one = MailMatter()
    one.sent("2026-10-20", "2026-10-20")
    one.report("2026-10-22T12:00Z", one.write(Date=f"{written} Oct 2026 09:00:00 +0000"), seen(SEEN))
    work = Procedure(one.bundle("2026-10-30"), parse_policy(mail_policy().encode()), Observed(), 2_000_000_000)
    work.check()
    notes = [note for note in work.mails.all_notes() if "before the request was sent, 2026-10-20" in note]
    assert len(notes) == told and bool(work.mails.letters()) != told


def test_a_mail_that_another_case_names_stands_behind_its_first_statement_here() -> None:
    """``ledger.verification.mails``: only an earlier statement of the same case takes a mail."""
    one = MailMatter()
    one.sent("2026-10-20", "2026-10-20")
    own, data = one.maker.case, one.write()
    one.maker.case = bytes(range(32))
    one.report("2026-10-22T11:00Z", data, seen(SEEN))
    one.maker.case = own
    one.report("2026-10-22T12:00Z", data, seen(SEEN))
    work = Procedure(one.bundle("2026-10-30"), parse_policy(mail_policy().encode()), Observed(), 2_000_000_000)
    work.check()
    assert list(work.mails.all_notes()) == [] and list(work.mails.letters().values()) == ["A"]
