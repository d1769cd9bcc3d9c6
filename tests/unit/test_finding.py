"""The rooms of a finding one by one: outcome, delivery, dates, periods, next step, and the words for all of it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from string import Formatter

import pytest

from ledger.cli.report import report_json, report_text
from ledger.finding import words as fixed
from ledger.finding.case import Finding
from ledger.finding.periods import Edge
from ledger.finding.shown import finding_json
from ledger.finding.timeline import days_of
from ledger.kinds import BASES, DISPUTES
from ledger.words import Language
from tests.cli.matter import Matter, policy, words
from tools.vectors._bundles import COMPANY_KEY, OPERATOR, address
from tools.vectors._matter import OTHER_ATTESTER

NOW = "2026-12-10"
LANGUAGES: tuple[Language, ...] = ("en", "ko")


def asked(regime: str = "eu-gdpr", place: str = "IE", *, published: bool = True, right: str = "access") -> Matter:
    """Sent on 20 October and acknowledged on 22 October."""
    matter = Matter(regime, place)
    matter.sent("2026-10-20", "2026-10-20", published=published, right=right)
    matter.company("2026-10-22", "request.acknowledged", received_on="2026-10-22")
    return matter


def answered(kind: str = "request.fulfilled", at: str = "2026-11-10", on: str = "2026-11-10") -> tuple[Matter, str]:
    matter = asked()
    said = matter.company(at, kind, answered_on=on, mode="sent", reasons=[])
    return matter, "0x" + said.id.hex()


def stands(finding: Finding) -> tuple[str | None, str | None]:
    return finding.outcome.state, finding.outcome.word


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


def test_another_period_for_another_right() -> None:
    """Taiwan: 15 days for access, 30 for erasure, each with as many more; nothing of the one is said of the other."""
    for right, period, last in (("access", "answer", "2026-11-06"), ("erasure", "correction", "2026-11-23")):
        finding = asked("tw-pdpa", "TW", right=right).finding(NOW)
        assert finding.due.generous is not None and finding.due.generous.period == period
        assert str(finding.due.latest) == last and finding.next is not None
        assert [step.period.name for step in finding.next.steps if step.who == "company"] == [period]
    assert asked("tw-pdpa", "TW", right="portability").finding(NOW).due.why == "not_covered"


class TestMoreTime:
    def test_a_postponement_without_a_date(self) -> None:
        """Korea: until its cause ends; the date in the strictest reading stays the tenth day, or there is none."""
        matter = asked("kr-pipa", "KR")
        facts = {"notified_on": "2026-10-26", "reason": "system_failure", "until": "cause_ends"}
        matter.company("2026-10-26", "deadline.extended", **facts)  # type: ignore[arg-type]
        matter.check_in("2026-12-01")
        finding = matter.finding(NOW)
        assert (finding.due.latest, finding.due.why) == (None, "cause_ends") and finding.periods == ()
        assert "there is no latest due date until its cause ends" in words(finding)
        assert finding.due.notices[0].until is None and finding.due.notices[0].state == "in_time"

    @pytest.mark.parametrize(
        ("by", "english", "korean"),
        [
            (
                "company",
                "shop.example states a postponement without a date:",
                "shop.example은(는) 날짜 없이 연기한다고",
            ),
            ("person", "The person reports a postponement by shop.example without a date:", "연기했다고 적었습니다"),
            ("attesters", "Attesters checked that shop.example stated a postponement", "확인인이 확인했습니다"),
        ],
    )
    def test_whose_word_a_postponement_is(self, by: str, english: str, korean: str) -> None:
        """Words that only the requester recorded are never put into the company's mouth."""
        matter = asked("kr-pipa", "KR")
        facts = {"notified_on": "2026-10-26", "reason": "legal_cause", "until": "cause_ends"}
        say = matter.company if by == "company" else matter.say
        said = say("2026-10-26", "deadline.extended", **facts)  # type: ignore[arg-type]
        if by == "attesters":
            matter.attest("2026-10-27", said, "document")
        finding = matter.finding(NOW)
        assert [notice.by for notice in finding.due.notices] == [by] and finding.due.why == "cause_ends"
        assert english in words(finding) and korean in words(finding, "ko")
        assert ("shop.example states a postponement" in words(finding)) is (by == "company")
        assert ("reported by the person" in words(finding)) is (by != "company")
        mailed = tuple(replace(notice, by="mail") for notice in finding.due.notices)
        text = words(replace(finding, due=replace(finding.due, notices=mailed)))
        assert "a postponement by shop.example without a date, which stands in a mail of shop.example's domain:" in text

    def test_a_notice_after_the_tenth_day(self) -> None:
        matter = asked("kr-pipa", "KR")
        facts = {"notified_on": "2026-11-05", "reason": "system_failure", "until": "cause_ends"}
        matter.company("2026-11-05", "deadline.extended", **facts)  # type: ignore[arg-type]
        finding = matter.finding(NOW)
        assert finding.due.latest == date(2026, 11, 2), "1 November is a Sunday"
        [notice] = finding.late_notices
        assert (notice.notified_on, notice.due) == (date(2026, 11, 5), date(2026, 11, 2))
        assert notice.grade == "company_signed"
        english, korean = words(finding), words(finding, "ko")
        assert (
            "by PIPA art. 35(3); Decree art. 42(2) it had to be given by the end of 2026-11-02. It names 2026-11-05"
            in english
        )
        assert "A notice after that day does not undo the date that had passed." in english
        assert "그날이 지난 뒤의 통지는 이미 지난 기한을 되돌리지 않습니다." in korean

    def test_a_rule_without_an_extension(self) -> None:
        matter = asked("br-lgpd", "BR")
        facts = {"notified_on": "2026-10-26", "reason": "complexity", "until": "2026-12-30"}
        matter.company("2026-10-26", "deadline.extended", **facts)  # type: ignore[arg-type]
        finding = matter.finding(NOW)
        assert [notice.state for notice in finding.due.notices] == ["no_effect"]

    @pytest.mark.parametrize(
        ("regime", "place", "until", "latest", "why"),
        [
            ("eu-gdpr", "IE", "2036-01-01", date(2027, 1, 25), ""),
            ("kr-pipa", "KR", "2036-12-31", None, "beyond_calendar"),
        ],
    )
    def test_a_day_beyond_the_calendar(
        self, regime: str, place: str, until: str, latest: date | None, why: str
    ) -> None:
        """A notice in time stays one: the rule's own date holds, or there is none."""
        matter = asked(regime, place)
        matter.company("2026-10-28", "deadline.extended", notified_on="2026-10-28", reason="legal_cause", until=until)
        matter.check_in("2026-12-08")
        finding = matter.finding(NOW)
        assert (finding.due.latest, finding.due.why) == (latest, why) and finding.periods == ()
        assert [notice.state for notice in finding.due.notices] == ["in_time"]
        assert ("lies beyond the calendar" in words(finding)) == bool(why)

    @pytest.mark.parametrize(("reason", "said"), [("format_conversion", "not_decided"), ("complexity", "late")])
    def test_time_to_convert_the_format(self, reason: str, said: str) -> None:
        """Canada: for this reason the law names no number of days, and the company's own day counts."""
        matter = asked("ca-pipeda", "CA")
        matter.company("2026-11-10", "deadline.extended", notified_on="2026-11-10", reason=reason, until="2027-02-28")
        matter.company("2027-01-20", "request.fulfilled", answered_on="2027-01-20", mode="sent", reasons=[])
        finding = matter.finding("2027-02-01")
        assert finding.lateness is not None and finding.lateness.said == said
        assert finding.due.earliest == date(2026, 12, 19), "thirty days and thirty more"

    @pytest.mark.parametrize(("regime", "place", "state"), [("eu-gdpr", "IE", "stated"), ("uk-gdpr", "GB", "in_time")])
    def test_a_notice_without_a_reason(self, regime: str, place: str, state: str) -> None:
        """Where the law asks for one it moves the later date alone."""
        matter = asked(regime, place)
        facts = {"notified_on": "2026-11-10", "reason": "reason_not_stated", "until": "2027-01-15"}
        matter.company("2026-11-10", "deadline.extended", **facts)  # type: ignore[arg-type]
        finding = matter.finding(NOW)
        assert [notice.state for notice in finding.due.notices] == [state]
        assert (finding.due.earliest == date(2026, 11, 20)) == (state == "stated")
        assert finding.due.latest is not None and finding.due.latest > date(2027, 1, 15)

    def test_a_question_that_was_answered(self) -> None:
        """Known pauses move the later date by the days that they lasted."""
        plain = asked().finding(NOW).due.latest
        matter = asked()
        matter.company("2026-10-25", "request.action_required", what="identity_document", on="2026-10-25")
        matter.say("2026-10-30", "request.action_supplied", what="identity_document", on="2026-10-30")
        finding = matter.finding(NOW)
        assert plain == date(2026, 11, 23) and finding.due.latest == date(2026, 11, 30)
        assert finding.due.earliest == date(2026, 11, 20), "the source leaves open whether the clock stands still"

    def test_days_that_no_calendar_has(self) -> None:
        """Whatever days parties write, there is a finding."""
        matter = asked()
        matter.company("2026-10-25", "request.action_required", what="clarification", on="9999-12-31")
        facts = {"notified_on": "0001-01-01", "reason": "complexity", "until": "9999-12-31"}
        matter.company("2026-10-26", "deadline.extended", **facts)  # type: ignore[arg-type]
        matter.say("2026-10-27", "request.action_supplied", what="clarification", on="0001-01-01")
        matter.say("2026-10-28", "account.suspended", on="9999-12-31", stated_reason="age", notice="none")
        matter.say("2026-10-28", "service.outage", at="9999-12-31T23:59:59Z", service="all", upstream=[])
        matter.say("2026-10-28", "service.outage", at="0001-01-01T00:00:00Z", service="app", upstream=[])
        matter.say("2026-10-29", "case.confirmed", on="9999-12-31", answer="nothing", account="blocked")
        finding = matter.finding(NOW)
        assert finding.due.latest is not None
        for lang in LANGUAGES:
            assert words(finding, lang)
        assert finding_json(finding, matter.assessed(NOW).finding_value)["periods"]

    @pytest.mark.parametrize("place", ["BV", "AQ", "US"])
    def test_places_of_many_zones_or_none(self, place: str) -> None:
        matter = Matter("eu-gdpr", place)
        matter.sent("2026-10-20", "2026-10-20")
        matter.company("2026-10-22", "request.fulfilled", answered_on="2026-10-22", mode="sent", reasons=[])
        finding = matter.finding(NOW)
        assert finding.due.why == "not_covered" and finding.lateness is not None
        assert finding.lateness.said == "not_decided"
        first, last = days_of(datetime(2026, 10, 20, 12, tzinfo=UTC), place)
        assert first <= date(2026, 10, 20) <= last


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


def test_the_report_gives_the_reasons_once_in_each_language() -> None:
    """The steps of both readings, each with its source and mark; and the two sentences that always stand there."""
    matter = asked()
    matter.check_in("2026-12-01")
    result = matter.assessed(NOW)
    english, korean = report_text(result, "en", checks=False), report_text(result, "ko", checks=False)
    assert english.count("Why these dates") == 1 and "[Regulation 1182/71 arts 2 and 3 (C)]" in english
    assert korean.count("기한의 근거") == 1
    assert "Not a finding of a breach. Not legal advice." in english
    assert "위법 여부의 판단이 아니며 법률 자문이 아닙니다." in korean
    shown = report_json(result)["finding"]
    assert isinstance(shown, dict) and isinstance(shown["due"], dict)
    assert shown["due"]["due_latest"] == "2026-11-23"
    # The same in JSON: every sentence in both languages, at the place where the report has it.
    assert isinstance(shown["sentences"], list) and isinstance(shown["due"]["steps"], list)
    for lang, report in (("en", english), ("ko", korean)):
        told = [line[lang] for line in shown["sentences"] if isinstance(line, dict)]
        steps = [step["text"][lang] for step in shown["due"]["steps"] if isinstance(step["text"], dict)]
        assert told and steps and all(str(line) in report for line in (*told, *steps))


@pytest.mark.parametrize("name", sorted(fixed._TEXT))
def test_both_languages_name_the_same_values(name: str) -> None:
    english, korean = fixed._TEXT[name]
    fields = [{field for _, field, _, _ in Formatter().parse(text) if field} for text in (english, korean)]
    assert fields[0] == fields[1] and english != korean


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_closed_list_has_its_words(lang: Language) -> None:
    names = [f"against.{item}" for item in DISPUTES if item != "resolved"] + [f"basis.{item}" for item in BASES]
    assert all(fixed.word(name, lang) for name in names)


def test_no_word_judges() -> None:
    """Neutral in both languages: who states what, and never why."""
    every = [text for pair in (*fixed._TEXT.values(), *fixed._WORDS.values()) for text in pair]
    text = "\n".join(every).lower()
    bad = ("ignored", "breach", "unlawful", "violat", "fault", "guilt", "무시", "위반", "묵살", "불법", "잘못", "고의")
    assert not [word for word in bad if word in text]
