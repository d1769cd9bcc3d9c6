"""The rooms of a finding one by one: outcome, delivery, periods, next step. More time and the words have their own."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from ledger.finding.periods import Edge
from tests.cli.matter import Matter, policy, words
from tests.unit.findings import LANGUAGES, NOW, answered, asked, stands
from tools.vectors._bundles import COMPANY_KEY, OPERATOR, address
from tools.vectors._matter import OTHER_ATTESTER


class TestOutcome:
    @pytest.mark.parametrize(
        ("kind", "word"),
        [
            ("request.fulfilled", "provided"),
            ("request.partially_fulfilled", "partly_provided"),
            ("request.refused", "refused"),
        ],
    )
    def test_what_the_company_says(self, kind: str, word: str) -> None:
        matter, _ = answered(kind)
        finding = matter.finding(NOW)
        assert stands(finding) == ("closed", word) and finding.outcome.grade == "company_signed"

    def test_the_newest_answer_counts(self) -> None:
        matter, _ = answered("request.refused")
        matter.company("2026-11-20", "request.fulfilled", answered_on="2026-11-20", mode="sent", reasons=[])
        finding = matter.finding(NOW)
        assert stands(finding) == ("closed", "provided")
        [refused] = [period for period in finding.periods if period.cause == "refused"]
        assert not refused.lasting and refused.start.first == date(2026, 11, 10)
        assert refused.end.first == date(2026, 11, 20)

    def test_disputed_and_resolved(self) -> None:
        matter, answer = answered()
        matter.say("2026-11-12", "statement.disputed", statement=answer, because="incomplete")
        assert stands(matter.finding("2026-11-13")) == ("open", "contested")
        matter.say("2026-11-14", "statement.disputed", statement=answer, because="resolved")
        assert stands(matter.finding(NOW)) == ("closed", "provided")

    def test_a_refusal_stays_one(self) -> None:
        """Whether its reason holds is not for this record."""
        matter, answer = answered("request.refused")
        matter.say("2026-11-12", "statement.disputed", statement=answer, because="reason_not_accepted")
        assert stands(matter.finding(NOW)) == ("closed", "refused")

    def test_the_companys_own_dispute_of_its_answer_contests_nothing(self) -> None:
        matter, answer = answered()
        matter.company("2026-11-12", "statement.disputed", statement=answer, because="wrong_date")
        assert stands(matter.finding(NOW)) == ("closed", "provided")

    def test_a_later_check_in_by_which_nothing_had_come(self) -> None:
        matter, _ = answered()
        matter.check_in("2026-11-30")
        finding = matter.finding(NOW)
        assert stands(finding) == ("open", "contested")
        assert "The person states that nothing had come by 2026-11-30." in words(finding)
        assert "요구인은 2026-11-30까지 받은 것이 없다고 말합니다." in words(finding, "ko")

    def test_a_check_in_knows_no_day_after_its_own_record(self) -> None:
        """Dated ahead, it neither contests an answer of a day on which it had not come yet, nor is it believed."""
        matter = asked()
        matter.say("2026-11-09", "case.confirmed", on="2026-11-27", answer="nothing", account="not_concerned")
        text, korean = (words(matter.finding("2026-11-12"), lang) for lang in LANGUAGES)
        assert "The person confirmed on 2026-11-09 that nothing had reached them.\nNot known since 2026-11-09." in text
        assert "names 2026-11-27 and was recorded by 2026-11-09: of no day after its own record does it count." in text
        assert "2026-11-09 이후는 알 수 없습니다." in korean and "2026-11-27을(를) 적었으나" in korean
        matter, _ = answered()
        matter.say("2026-11-10", "case.confirmed", on="2026-11-27", answer="nothing", account="not_concerned")
        assert stands(matter.finding(NOW)) == ("closed", "provided")

    def test_a_check_in_before_the_answer_contests_nothing(self) -> None:
        matter, _ = answered(at="2026-11-30", on="2026-11-30")
        matter.say("2026-12-01", "case.confirmed", on="2026-11-29", answer="nothing", account="not_concerned")
        assert stands(matter.finding(NOW)) == ("closed", "provided")

    def test_a_report_that_the_company_disputes(self) -> None:
        """The other way round: the requester says that it refused."""
        matter = asked()
        said = matter.say("2026-11-10", "request.refused", answered_on="2026-11-10", mode="sent", reasons=[])
        matter.company("2026-11-11", "statement.disputed", statement="0x" + said.id.hex(), because="not_sent")
        finding = matter.finding(NOW)
        assert stands(finding) == ("open", "contested") and finding.outcome.grade == "self_stated"
        assert (
            "The person states that the company refused. shop.example states that nothing was sent. "
            "This record does not decide." in words(finding)
        )
        assert "An answer that only the person reports is neither late nor in time." in words(finding)
        assert finding.lateness is None and not [item for item in finding.periods if item.cause == "no_answer"]

    def test_withdrawn(self) -> None:
        matter = asked()
        matter.say("2026-11-10", "request.withdrawn")
        matter.check_in("2026-12-01")
        finding = matter.finding(NOW)
        assert stands(finding) == ("closed", "withdrawn") and finding.periods == ()

    def test_undetermined(self) -> None:
        """What the company said is not understood: nothing is said about how the case stands."""
        matter = asked()
        matter.company("2026-11-10", "request.shouted", volume=11)
        matter.check_in("2026-12-01")
        finding = matter.finding(NOW)
        assert finding.silence.said == "undetermined" and stands(finding) == (None, None)
        assert finding.periods == () and "State: not known. Outcome: undetermined." in words(finding)


class TestDelivery:
    def test_a_way_that_was_not_published(self) -> None:
        """No latest date until the company takes the request up; then there is one."""
        matter = Matter()
        matter.sent("2026-10-20", "2026-10-20", published=False)
        post = matter.say("2026-10-23", "request.delivered", received_on="2026-10-22", basis="registered_post")
        matter.attest("2026-10-24", post, "post")
        matter.check_in("2026-12-01")
        finding = matter.finding("2026-12-02")
        assert (finding.due.why, finding.due.latest, finding.due.if_arrived) == ("channel", None, None)
        assert finding.due.earliest == date(2026, 11, 22) and finding.periods == ()
        assert "did not go to a contact that shop.example published" in words(finding)
        assert "By what the person states, the request did" in words(finding)
        matter.company("2026-12-03", "request.acknowledged", received_on="2026-10-25")
        finding = matter.finding(NOW)
        assert finding.due.latest == date(2026, 11, 25) and finding.due.why == ""

    def test_an_unpublished_way_and_nothing_else(self) -> None:
        matter = Matter()
        matter.sent("2026-10-20", "2026-10-20", published=False)
        finding = matter.finding(NOW)
        assert finding.due.why == "channel" and finding.due.if_arrived is None
        assert "Arrival of the request is not proven." in words(finding)

    @pytest.mark.parametrize(
        ("place", "regime", "basis"), [("KR", "kr-pipa", "presumed"), ("IE", "eu-gdpr", "claimed")]
    )
    def test_presumed_by_a_rule_of_law_in_korea_alone(self, place: str, regime: str, basis: str) -> None:
        matter = Matter(regime, place)
        matter.sent("2026-10-20", "2026-10-20")
        said = matter.say("2026-10-21", "request.delivered", received_on="2026-10-20", basis="presumed")
        matter.attest("2026-10-22", said, "http")
        finding = matter.finding(NOW)
        assert finding.delivery is not None and finding.delivery.basis == basis

    def test_nobody_attests_his_own_case(self) -> None:
        """The company's key is an attester of the policy as well: its check of a report is worth nothing."""
        matter = Matter()
        matter.sent("2026-10-20", "2026-10-20")
        said = matter.say("2026-10-21", "request.delivered", received_on="2026-10-20", basis="registered_post")
        matter.attest("2026-10-22", said, "post", key=COMPANY_KEY)
        trust = policy()
        attesters = tuple(
            item if item.key != address(OTHER_ATTESTER) else type(item)("a", address(COMPANY_KEY), item.scope)
            for item in trust.attesters
        )
        finding = matter.finding(NOW, replace(trust, attesters=attesters))
        assert finding.delivery is not None and finding.delivery.basis == "claimed"

    def test_no_request(self) -> None:
        matter = Matter()
        finding = matter.finding(NOW)
        assert finding.delivery is None and finding.due.why == "no_request" and finding.next is None
        assert "No request is recorded, so nothing is due." in words(finding)


class TestPeriods:
    def test_both_sides_state_a_lock(self) -> None:
        """Between the two days; until the company says that it ended, and the requester that it had not."""
        matter = asked()
        matter.say("2026-11-05", "account.suspended", on="2026-11-03", stated_reason="security", notice="none")
        matter.company("2026-11-06", "account.suspended", on="2026-11-04", stated_reason="security", notice="at")
        matter.company("2026-11-20", "account.restored", on="2026-11-20")
        matter.check_in("2026-11-22", account="blocked")
        [period] = matter.finding("2026-11-23").periods
        assert period.start == Edge(date(2026, 11, 3), date(2026, 11, 4)) and period.grade == "company_signed"
        assert period.end == Edge(date(2026, 11, 20), date(2026, 11, 22)) and not period.lasting

    def test_a_lock_that_a_check_in_ends(self) -> None:
        matter = asked()
        matter.say("2026-11-05", "account.terminated", on="2026-11-03", stated_reason="security", notice="none")
        matter.check_in("2026-11-10", account="blocked")
        matter.check_in("2026-11-15", account="open")
        [period] = matter.finding("2026-11-16").periods
        assert period.end == Edge(date(2026, 11, 10), date(2026, 11, 15)) and not period.lasting

    def test_a_lock_without_a_check_in(self) -> None:
        """Nothing is known after the day that was stated, and never up to now."""
        matter = asked()
        matter.say("2026-11-05", "account.suspended", on="2026-11-03", stated_reason="security", notice="none")
        [period] = matter.finding("2026-11-16").periods
        assert period.lasting and period.end == Edge(date(2026, 11, 3), date(2026, 11, 3))

    def test_a_check_in_for_a_day_to_come(self) -> None:
        """What is said of days after its own record is not known."""
        matter = asked()
        matter.say("2026-11-25", "case.confirmed", on="2027-06-01", answer="nothing", account="not_concerned")
        [period] = matter.finding(NOW).periods
        assert period.cause == "no_answer" and period.end.last == date(2026, 11, 25)

    def test_no_period_before_the_check_in_reaches_past_the_date(self) -> None:
        matter = asked()
        matter.check_in("2026-11-23")
        assert matter.finding(NOW).periods == ()
        matter.check_in("2026-12-11")
        assert [period.cause for period in matter.finding("2026-12-12").periods] == ["no_answer"]

    def test_outages_of_two_services(self) -> None:
        matter = asked()
        for service, hour in (("mail", "06"), ("login", "07")):
            at = f"2026-10-25T{hour}:00:00Z"
            matter.say("2026-10-25", "service.outage", at=at, service=service, upstream=[])
        matter.company("2026-10-26", "service.outage", at="2026-10-25T06:30:00Z", service="mail", upstream=[])
        matter.company("2026-10-26", "service.restored", at="2026-10-25T09:00:00Z", service="mail", upstream=[])
        mail, login = matter.finding(NOW).periods
        assert mail.start == Edge(datetime(2026, 10, 25, 6, tzinfo=UTC), datetime(2026, 10, 25, 6, 30, tzinfo=UTC))
        assert not mail.lasting and mail.grade == "company_signed" and len(mail.entries) == 3
        assert login.lasting and login.end == login.start and login.grade == "self_stated"


class TestNext:
    def test_windows_and_waiting_times(self) -> None:
        """Turkey: 30 days after an answer, 60 after the request; Japan: two weeks before a suit."""
        matter, _ = answered()
        turkey = asked("tr-kvkk", "TR")
        turkey.company("2026-11-10", "request.refused", answered_on="2026-11-10", mode="sent", reasons=[])
        found = turkey.finding(NOW).next
        assert found is not None
        assert {step.period.name: step.earliest for step in found.steps} == {
            "complain": date(2026, 12, 10),
        }
        silent = asked("tr-kvkk", "TR").finding(NOW).next
        assert silent is not None
        assert {step.period.name: step.earliest for step in silent.steps} == {
            "answer": date(2026, 11, 19),
            "complain": None,
            "complain_silent": date(2026, 12, 19),
        }
        japan = Matter("jp-appi", "JP")
        japan.sent("2026-10-20", "2026-10-20")
        text = words(japan.finding(NOW))
        assert "when it may begin is not known, because arrival is not proven" in text
        assert "the law names no number of days" in text
        matter = asked("jp-appi", "JP")
        assert re.search(r"The person, .*: not before 2026-11-0\d has ended\.", words(matter.finding(NOW)))
        matter.company("2026-10-30", "request.refused", answered_on="2026-10-30", mode="sent", reasons=["excessive"])
        text = words(matter.finding("2026-12-11"))
        assert "before a lawsuit: after a refusal nobody has to wait." in text

    @pytest.mark.parametrize("regime", ["eu-dsa", "eu-p2b"])
    def test_a_rule_without_a_time_for_an_answer(self, regime: str) -> None:
        """It covers the right all the same; and the end of a service binds the platform."""
        finding = asked(regime, "IE", right="account_restoration").finding(NOW)
        assert finding.due.why == "no_answer_period" and finding.lateness is None
        assert "covers this right and names no time for an answer" in words(finding)
        assert finding.next is not None
        assert ("company" in {step.who for step in finding.next.steps}) == (regime == "eu-p2b")

    def test_an_answer_under_another_name(self) -> None:
        finding = asked("tw-pdpa", "TW", right="erasure").finding(NOW)
        assert finding.due.strict is not None and finding.due.strict.period == "correction"
        assert finding.due.earliest == date(2026, 11, 19)

    def test_a_right_that_the_rule_does_not_cover(self) -> None:
        finding = asked("kr-pipa", "KR", right="erasure").finding(NOW)
        assert finding.due.why == "not_covered" and finding.lateness is None
        assert "does not cover this right, place or time" in words(finding)


def test_a_revoked_key_and_what_it_said_before() -> None:
    """The answer stands, the revocation is named, and what the key says after it is nobody's."""
    matter, _ = answered()
    facts = {"key": "0x" + address(COMPANY_KEY).hex(), "method": "dns", "checked_at": "2026-11-20T09:00:00Z"}
    matter.maker.wait_until(matter.maker.time + 86_400)
    matter.maker.say("company.key_revoked", facts, OPERATOR, in_case=False)  # type: ignore[arg-type]
    matter.company("2026-11-25", "request.refused", answered_on="2026-11-25", mode="sent", reasons=[])
    finding = matter.finding(NOW, policy(pinned=False))
    assert stands(finding) == ("closed", "provided") and len(finding.revoked) == 1
    assert "A key of shop.example was revoked in entry" in words(finding)


def test_the_delay_between_two_records() -> None:
    matter, _ = answered()
    finding = matter.finding(NOW)
    assert finding.delay is not None and finding.delay.least is not None and finding.delay.most is not None
    assert finding.delay.most.seconds - finding.delay.least.seconds == 24, "two blocks of twelve seconds"
    assert "at least 20 d 23 h 59 min, at most 21 d" in words(finding)
