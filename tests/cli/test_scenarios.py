"""The scenarios that an assessment must pass, end to end: signed, anchored, bundled, read back, assessed."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from ledger.cli.report import report_text
from ledger.encoding import Json, sha256
from ledger.errors import MalformedFacts
from ledger.finding.periods import Edge
from ledger.index import IndexEntry, value_of
from ledger.kinds import check_facts
from ledger.leaf import statement_leaf
from ledger.statement import Statement, sign
from tests.cli.matter import Matter, policy, words
from tools.vectors._bundles import COMPANY, ORIGIN, REFUSED, SENT, address


def test_arrival_unproven() -> None:
    """A web form, nothing else: a date under a condition, no period, and never late."""
    matter = Matter()
    matter.sent("2026-10-20", "2026-10-20")
    matter.check_in("2026-12-01")
    finding = matter.finding("2026-12-01T18:00Z")
    assert finding.due.if_arrived == (date(2026, 10, 20), date(2026, 11, 20))
    assert (finding.due.earliest, finding.due.latest, finding.due.why) == (date(2026, 11, 20), None, "claimed")
    assert (finding.outcome.state, finding.outcome.word, finding.lateness) == ("open", "none", None)
    assert finding.periods == ()
    assert finding.delivery is not None and finding.delivery.basis == "claimed"
    said = "If it arrived on 2026-10-20, an answer was due by 2026-11-20. Arrival is not proven."
    assert said in words(finding)
    assert "2026-10-20에 도달했다면 2026-11-20까지 답변해야 합니다. 도달 여부는 증명되지 않았습니다." in words(
        finding, "ko"
    )


def test_arrival_proven_by_a_mail_of_the_company() -> None:
    """The same, and a company mail of 22 October whose signature an attester checked."""
    matter = Matter()
    matter.sent("2026-10-20", "2026-10-20")
    receipt = matter.say("2026-10-23", "request.acknowledged", received_on="2026-10-22")
    matter.attest("2026-10-24", receipt, "dkim")
    matter.check_in("2026-12-01")
    finding = matter.finding("2026-12-01T18:00Z")
    delivery = finding.delivery
    assert delivery is not None
    assert (delivery.basis, delivery.grade) == ("acknowledged", "domain_mail")
    assert (delivery.stated_on, delivery.proven_by) == (date(2026, 10, 20), date(2026, 10, 22))
    assert (finding.due.earliest, finding.due.latest) == (date(2026, 11, 20), date(2026, 11, 23))
    assert "By 2026-10-22 a mail of shop.example's domain" in words(finding)
    [period] = finding.periods
    assert period.cause == "no_answer" and period.lasting
    assert period.start == Edge(date(2026, 11, 21), date(2026, 11, 24))
    assert period.end == Edge(date(2026, 12, 1), date(2026, 12, 1)), "never up to now"
    # Nobody who was named vouches for the mail: the same words prove nothing.
    alone = matter.finding("2026-12-02", policy(attesters=0))
    assert alone.delivery is not None and alone.delivery.basis == "claimed" and alone.periods == ()


def test_behind_the_locked_door() -> None:
    """A lock, a request from a new address, an answer that lies in the locked account: one time line."""
    matter = Matter("kr-pipa", "KR", "2026-11-03T01:00Z")
    matter.say("2026-11-03", "account.suspended", on="2026-11-03", stated_reason="security", notice="none")
    matter.sent("2026-11-05", "2026-11-05")
    matter.company("2026-11-06", "request.acknowledged", received_on="2026-11-05")
    answer = matter.company(
        "2026-11-12", "request.fulfilled", answered_on="2026-11-12", mode="in_account_only", reasons=[]
    )
    matter.say("2026-11-13", "statement.disputed", statement="0x" + answer.id.hex(), because="behind_locked_account")
    matter.check_in("2026-11-20", "recorded", "blocked")
    finding = matter.finding("2026-12-01")
    assert (finding.outcome.state, finding.outcome.word) == ("open", "contested")
    [period] = finding.periods
    assert (period.cause, period.lasting, period.grade) == ("account_blocked", True, "self_stated")
    assert period.start == Edge(date(2026, 11, 3), date(2026, 11, 3))
    assert period.end == Edge(date(2026, 11, 20), date(2026, 11, 20))
    assert finding.due.latest == date(2026, 11, 16), "the tenth day is a Sunday"
    assert finding.lateness is not None and finding.lateness.said == "not_decided"
    text = words(finding)
    assert (
        "shop.example states that it provided what was asked. The person states that it lies behind the locked account."
        " This record does not decide." in text
    )
    assert "Ask for mediation" in text and "분쟁조정을 신청할 수 있습니다" in words(finding, "ko")
    korean = words(finding, "ko")
    assert "요구한 것을 제공했다고, 요구인은 잠긴 계정 안에 있어 볼 수 없다고 말합니다" in korean
    whole = report_text(matter.assessed("2026-12-02"), "en")
    assert "Whether a block was malicious is not something this record can show." in whole
    assert "Not a finding of a breach. Not legal advice." in whole


def test_the_outage_on_the_last_day() -> None:
    """No rule that was read extends for an outage; the answer was signed after the later date had ended."""
    matter = Matter(opened_at="2025-09-19T08:00Z")
    matter.sent("2025-09-19T09:00Z", "2025-09-19")
    matter.company("2025-09-20", "request.acknowledged", received_on="2025-09-19")
    cloud = ["cloud.example"]
    matter.say("2025-10-20T07:00Z", "service.outage", at="2025-10-20T06:48:00Z", service="all", upstream=cloud)
    matter.say("2025-10-20T21:30Z", "service.restored", at="2025-10-20T21:20:00Z", service="all", upstream=cloud)
    matter.company("2025-10-21T09:00Z", "request.fulfilled", answered_on="2025-10-21", mode="sent", reasons=[])
    finding = matter.finding("2025-10-22")
    assert (finding.due.earliest, finding.due.latest) == (date(2025, 10, 19), date(2025, 10, 20))
    assert finding.lateness is not None and finding.lateness.said == "late"
    assert finding.lateness.answer.lower is not None
    assert finding.lateness.answer.lower.instant == datetime(2025, 10, 21, 9, tzinfo=UTC)
    outage = next(period for period in finding.periods if period.cause == "service_outage")
    assert outage.start.first == datetime(2025, 10, 20, 6, 48, tzinfo=UTC) and not outage.lasting
    text = words(finding)
    assert "The answer is late by this record: signed not before 2025-10-21 09:00:00 UTC" in text
    assert "No source that was read lets it extend the time" in text
    korean = words(finding, "ko")
    assert "한국 시각 2025-10-20 15:48" in korean and "한국 시각 2025-10-21 06:20" in korean


def test_the_outage_and_an_answer_that_names_the_last_day() -> None:
    """The same answer, saying that it was given on the last day: not decided."""
    matter = Matter(opened_at="2025-09-19T08:00Z")
    matter.sent("2025-09-19T09:00Z", "2025-09-19")
    matter.company("2025-09-20", "request.acknowledged", received_on="2025-09-19")
    matter.company("2025-10-21T09:00Z", "request.fulfilled", answered_on="2025-10-20", mode="sent", reasons=[])
    finding = matter.finding("2025-10-22")
    assert finding.lateness is not None and finding.lateness.said == "not_decided"
    assert finding.periods == ()
    said = "shop.example states that it answered on 2025-10-20; recorded not before 2025-10-21 09:00:00 UTC."
    assert said in words(finding)
    assert [item.day for item in finding.back_dated] == [date(2025, 10, 20)]


@pytest.mark.parametrize(("kind", "fact"), [("request.refused", "reasons"), ("request.sent", "channel")])
def test_a_name_in_the_facts(kind: str, fact: str) -> None:
    """Prose in public facts, by either side, is refused before it is stored; the sentence says where it belongs."""
    facts: dict[str, Json] = {**(REFUSED if kind == "request.refused" else SENT)}
    facts[fact] = ["Kim Haneul is not our customer"] if fact == "reasons" else "I am Kim Haneul"
    with pytest.raises(MalformedFacts, match="other words belong in a disclosure"):
        check_facts(kind, facts)


def test_five_hundred_strangers() -> None:
    """500 fresh keys open cases about the company in ten minutes: the one real receipt is what it was."""
    matter = Matter()
    matter.sent("2026-10-20", "2026-10-20")
    recent = matter.maker.recent()
    facts: dict[str, Json] = {"acting": "self", "place": "IE", "regime": "eu-gdpr", "related": []}
    for number in range(500):
        key = sha256(b"stranger %d" % number)
        opened = sign(Statement(ORIGIN, "case.opened", None, COMPANY, recent, facts, (), address(key)), key)
        leaf = statement_leaf(opened, ORIGIN)
        index = matter.maker.tree.append(leaf.hash())
        matter.maker.others[leaf.key] = value_of([IndexEntry(index, leaf.hash())])
    receipt = matter.say("2026-10-23", "request.acknowledged", received_on="2026-10-22")
    matter.attest("2026-10-24", receipt, "dkim")
    matter.check_in("2026-12-01")
    finding = matter.finding("2026-12-02")
    assert finding.silence.size > 500
    assert finding.delivery is not None and finding.delivery.proven_by == date(2026, 10, 22)
    assert [period.cause for period in finding.periods] == ["no_answer"]
    # And each of the strangers has what the first scenario has: a sending that nobody else saw.
    alone = Matter()
    alone.sent("2026-10-20", "2026-10-20")
    assert alone.finding("2026-12-02").periods == ()
