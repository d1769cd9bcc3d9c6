"""No party's own word helps itself or makes the other's vanish: disputes, withdrawals, and days that are too early or
too late."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from ledger.counts.counts import count, row_of
from ledger.counts.read import summarise
from ledger.finding.case import Finding
from ledger.finding.lateness import Against, read_lateness
from ledger.finding.timeline import Bound, Bounds
from ledger.statement import SignedStatement
from ledger.verification.checks import Value
from tests.cli.matter import Matter, words
from tests.unit.test_finding import NOW, answered, asked
from tools.vectors._bundles import COMPANY

ANSWER = {"mode": "sent", "reasons": []}


def causes(finding: Finding) -> list[str]:
    return [period.cause for period in finding.periods]


def number(matter: Matter, item: SignedStatement) -> int:
    """Its place in the log."""
    return next(index for index, each in matter.maker.statements.items() if each.id == item.id)


def said(item: SignedStatement) -> str:
    return "0x" + item.id.hex()


def posted() -> tuple[Matter, SignedStatement, SignedStatement]:
    """Sent on 20 October; registered post of 22 October, checked by an attester."""
    matter = Matter()
    sent = matter.sent("2026-10-20", "2026-10-20")
    letter = matter.say("2026-10-23", "request.delivered", received_on="2026-10-22", basis="registered_post")
    matter.attest("2026-10-24", letter, "post")
    return matter, sent, letter


class TestDisputes:
    def test_of_the_request_and_of_its_arrival(self) -> None:
        matter, sent, letter = posted()
        matter.company("2026-10-25", "statement.disputed", statement=said(sent), because="wrong_company")
        matter.company("2026-10-26", "statement.disputed", statement=said(letter), because="not_received")
        matter.check_in("2026-12-01")
        finding = matter.finding(NOW)
        assert (finding.outcome.state, finding.outcome.word, finding.silence.said) == ("open", "contested", "none")
        assert finding.periods == () and finding.due.latest == date(2026, 11, 23)
        told = words(finding)
        of_request = f"of entry {number(matter, sent)} shop.example states that it concerns another company."
        assert of_request + " This record does not decide." in told
        assert f"of entry {number(matter, letter)} shop.example states that nothing was received." in told
        assert f"기록 {number(matter, letter)}번에 대해 shop.example은(는) 받은 것이 없다고 말합니다." in words(
            finding, "ko"
        )
        summary = summarise(matter.assessed(NOW))
        assert summary is not None and not summary.overdue and row_of(summary) == "contested"
        counts = count(COMPANY, [summary], datetime(2027, 1, 1, tzinfo=UTC))
        assert [rate.of for rate in counts.rates if rate.numerator] == ["contested"] and not any(counts.grades.values())

    def test_of_the_attesters_check(self) -> None:
        matter, _, _ = posted()
        check = max(matter.maker.statements)
        item = matter.maker.statements[check]
        matter.company("2026-10-26", "statement.disputed", statement=said(item), because="not_received")
        matter.check_in("2026-12-01")
        assert matter.finding(NOW).outcome.word == "contested"

    def test_resolved(self) -> None:
        matter, _, letter = posted()
        matter.company("2026-10-26", "statement.disputed", statement=said(letter), because="not_received")
        matter.company("2026-10-28", "statement.disputed", statement=said(letter), because="resolved")
        matter.check_in("2026-12-01")
        finding = matter.finding(NOW)
        assert finding.disputes == () and finding.outcome.word == "none" and causes(finding) == ["no_answer"]

    def test_the_requester_resolves_nothing_of_the_companys(self) -> None:
        matter, _, letter = posted()
        matter.company("2026-10-26", "statement.disputed", statement=said(letter), because="not_received")
        matter.say("2026-10-28", "statement.disputed", statement=said(letter), because="resolved")
        matter.check_in("2026-12-01")
        assert matter.finding(NOW).outcome.word == "contested"

    def test_nobody_is_late_while_the_company_disputes_the_request(self) -> None:
        matter, _, letter = posted()
        matter.company("2026-11-26", "request.fulfilled", answered_on="2026-11-26", **ANSWER)
        late = matter.finding("2026-11-27").lateness
        assert late is not None and late.said == "late"
        matter.company("2026-11-28", "statement.disputed", statement=said(letter), because="wrong_date")
        finding = matter.finding(NOW)
        assert finding.lateness is not None and finding.lateness.said == "not_decided" and finding.periods == ()
        assert finding.outcome.word == "provided"

    def test_others_change_nothing_else_and_are_told(self) -> None:
        """A lock that the company disputes, a refusal whose reason the requester does not accept, a notice that he did
        not receive, and a statement that does not count."""
        matter = asked()
        lock = matter.say("2026-10-24", "account.suspended", on="2026-10-23", notice="none", stated_reason="technical")
        matter.company("2026-10-25", "statement.disputed", statement=said(lock), because="not_sent")
        notice = matter.company(
            "2026-11-10", "deadline.extended", notified_on="2026-11-10", reason="complexity", until="2027-01-20"
        )
        matter.say("2026-11-11", "statement.disputed", statement=said(notice), because="not_received")
        refusal = matter.company("2026-11-12", "request.refused", answered_on="2026-11-12", **ANSWER)
        matter.say("2026-11-13", "statement.disputed", statement=said(refusal), because="reason_not_accepted")
        matter.say("2026-11-14", "statement.disputed", statement="0x" + "ab" * 32, because="not_sent")
        finding = matter.finding(NOW)
        assert [item.because for item in finding.disputes] == [
            "not_sent", "not_received", "reason_not_accepted", "not_sent",
        ]  # fmt: skip
        assert (finding.outcome.state, finding.outcome.word) == ("closed", "refused")
        assert finding.lateness is not None and finding.lateness.said == "in_time"
        assert "of a statement that does not count here the person states that nothing was sent." in words(finding)
        assert words(finding).count("This record does not decide.") == 4

    def test_an_answer_in_time_that_is_disputed_and_another_one_late(self) -> None:
        matter, first = answered(at="2026-11-05", on="2026-11-05")
        matter.say("2026-11-06", "statement.disputed", statement=first, because="not_received")
        matter.company("2026-12-05", "request.fulfilled", answered_on="2026-12-05", **ANSWER)
        finding = matter.finding(NOW)
        assert finding.lateness is not None and finding.lateness.said == "not_decided"
        assert finding.outcome.word == "provided" and "the person states that nothing was received" in words(finding)

    def test_a_checked_report_that_the_company_disputes_is_not_late(self) -> None:
        matter = asked()
        report = matter.say("2026-11-26", "request.refused", answered_on="2026-11-26", **ANSWER)
        matter.attest("2026-11-27", report, "document")
        late = matter.finding("2026-11-28").lateness
        assert late is not None and late.said == "late"
        matter.company("2026-11-29", "statement.disputed", statement=said(report), because="wrong_date")
        late = matter.finding(NOW).lateness
        assert late is not None and late.said == "not_decided"


class TestWithdrawn:
    def test_before_it_was_due(self) -> None:
        matter = asked()
        entry = number(matter, matter.say("2026-10-25", "request.withdrawn"))
        matter.company("2026-12-05", "request.refused", answered_on="2026-12-05", **ANSWER)
        finding = matter.finding(NOW)
        assert finding.lateness is None and causes(finding) == ["refused"]
        assert f"Entry {entry} withdraws the request" in words(finding) and f"기록 {entry}번에서 요구를" in words(
            finding, "ko"
        )
        summary = summarise(matter.assessed(NOW))
        assert summary is not None and summary.lateness is None
        counts = count(COMPANY, [summary], datetime(2027, 1, 1, tzinfo=UTC))
        assert counts.lateness == () and counts.curve == ()

    def test_after_it_was_due(self) -> None:
        matter = asked()
        matter.say("2026-11-30", "request.withdrawn")
        matter.company("2026-12-05", "request.refused", answered_on="2026-12-05", **ANSWER)
        finding = matter.finding(NOW)
        assert finding.lateness is not None and finding.lateness.said == "late" and finding.withdrawn is None

    def test_after_the_answer(self) -> None:
        matter, _ = answered()
        matter.say("2026-11-12", "request.withdrawn")
        late = matter.finding(NOW).lateness
        assert late is not None and late.said == "in_time"

    def test_a_block_that_nobody_knows_makes_no_withdrawal_late(self) -> None:
        """The requester quotes a block with any time: where it is not known, the withdrawal ends the duty."""
        matter = asked()
        matter.say("2026-11-30", "request.withdrawn")
        matter.company("2026-12-05", "request.refused", answered_on="2026-12-05", **ANSWER)
        finding = matter.assessed(NOW, known=False).finding
        assert finding is not None and finding.lateness is None and finding.withdrawn is not None


class TestArrival:
    def test_a_receipt_dated_after_its_record(self) -> None:
        matter, _, _ = posted()
        matter.company("2026-10-26", "request.acknowledged", received_on="2033-01-01")
        delivery = matter.finding(NOW).delivery
        assert delivery is not None and delivery.proven_by == date(2026, 10, 26)

    def test_a_receipt_dated_after_its_own_question(self) -> None:
        matter, _, _ = posted()
        matter.company("2026-10-22", "request.action_required", what="fee", on="2026-10-22")
        matter.company("2026-11-25", "request.acknowledged", received_on="2026-11-25")
        finding = matter.finding(NOW)
        assert finding.delivery is not None and finding.delivery.proven_by == date(2026, 10, 22)
        assert finding.due.latest == date(2026, 11, 23)

    def test_where_no_block_is_known_the_named_day_counts(self) -> None:
        """Later is in the company's favour."""
        matter, _, _ = posted()
        matter.company("2026-10-26", "request.acknowledged", received_on="2026-11-01")
        finding = matter.assessed(NOW, known=False).finding
        assert finding is not None and finding.delivery is not None
        assert finding.delivery.proven_by == date(2026, 11, 1)

    def test_an_answer_dated_before_the_request(self) -> None:
        matter = Matter()
        matter.sent("2026-10-20", "2026-10-20")
        matter.company("2026-10-26", "request.fulfilled", answered_on="2026-10-01", **ANSWER)
        delivery = matter.finding(NOW).delivery
        assert delivery is not None and (delivery.proven_by, delivery.acknowledged) == (date(2026, 10, 26), True)

    def test_an_answer_names_no_day_of_receipt(self) -> None:
        """Else whoever answers late has received late."""
        matter, _, _ = posted()
        matter.company("2026-12-05", "request.refused", answered_on="2026-12-05", **ANSWER)
        finding = matter.finding(NOW)
        assert finding.delivery is not None and finding.delivery.proven_by == date(2026, 10, 22)
        assert finding.lateness is not None and finding.lateness.said == "late"

    def test_a_receipt_counts_against_the_attesters_day(self) -> None:
        matter, _, _ = posted()
        matter.company("2026-10-26", "request.acknowledged", received_on="2026-10-25")
        delivery = matter.finding(NOW).delivery
        assert delivery is not None and delivery.proven_by == date(2026, 10, 25)

    def test_post_that_arrived_before_it_was_sent(self) -> None:
        matter = Matter()
        matter.sent("2026-10-20", "2026-10-20")
        letter = matter.say("2026-10-23", "request.delivered", received_on="2026-09-01", basis="registered_post")
        matter.attest("2026-10-24", letter, "post")
        matter.check_in("2026-12-01")
        finding = matter.finding(NOW)
        assert finding.delivery is not None and finding.delivery.basis == "claimed" and finding.periods == ()
        assert finding.due.earliest == date(2026, 11, 20)

    def test_a_reminder_by_a_published_way_that_is_claimed(self) -> None:
        matter = Matter()
        matter.sent("2026-10-20", "2026-10-20", published=False)
        letter = matter.say("2026-10-23", "request.delivered", received_on="2026-10-22", basis="registered_post")
        matter.attest("2026-10-24", letter, "post")
        matter.say(
            "2026-10-26", "request.reminded", right="access", sent_on="2026-10-26", channel="web_form",
            published_contact=True,
        )  # fmt: skip
        matter.check_in("2026-12-01")
        finding = matter.finding(NOW)
        assert (finding.due.latest, finding.due.why, finding.periods) == (None, "channel", ())
        assert "Nothing that was sent to a contact that shop.example published is proven to have arrived" in words(
            finding
        )


class TestDays:
    def test_supplied_as_the_requester_says_later(self) -> None:
        matter = asked()
        matter.company("2026-10-25", "request.action_required", what="identity_document", on="2026-10-25")
        sent = matter.say("2026-11-30", "request.action_supplied", what="identity_document", on="2026-10-26")
        matter.check_in("2026-12-05")
        finding = matter.finding(NOW)
        assert finding.due.latest == date(2026, 12, 29) and finding.periods == ()
        offline = matter.assessed(NOW, known=False).finding
        assert offline is not None and (offline.due.latest, offline.due.why) == (None, "paused")
        matter.attest("2026-12-06", sent, "http")
        assert matter.finding(NOW).due.latest == date(2026, 12, 29)

    def test_supplied_and_checked(self) -> None:
        matter = asked()
        matter.company("2026-10-25", "request.action_required", what="identity_document", on="2026-10-25")
        sent = matter.say("2026-11-30", "request.action_supplied", what="identity_document", on="2026-10-26")
        matter.attest("2026-12-01", sent, "post")
        assert matter.finding(NOW).due.latest == date(2026, 11, 24)

    def test_a_page_confirms_no_answer(self) -> None:
        matter = asked()
        report = matter.say("2026-12-05", "request.refused", answered_on="2026-12-05", **ANSWER)
        matter.attest("2026-12-06", report, "http")
        finding = matter.finding(NOW)
        assert finding.lateness is None and finding.outcome.grade == "self_stated"

    def test_a_page_confirms_no_notice(self) -> None:
        matter = asked()
        notice = matter.say(
            "2026-12-05", "deadline.extended", notified_on="2026-12-05", reason="complexity", until="2027-01-20"
        )
        matter.attest("2026-12-06", notice, "http")
        assert matter.finding(NOW).late_notices == ()
        matter.attest("2026-12-07", notice, "document")
        assert [item.grade for item in matter.finding(NOW).late_notices] == ["attested"]

    def test_a_report_that_is_not_decided_is_not_the_companys_statement(self) -> None:
        matter = asked()
        report = matter.say("2026-11-24", "request.refused", answered_on="2026-11-23", **ANSWER)
        matter.attest("2026-11-25", report, "dkim")
        finding = matter.finding(NOW)
        assert finding.lateness is not None and finding.lateness.said == "not_decided"
        text = (
            "a mail of shop.example's domain dated 2026-11-23 names the case; that it is shop.example's answer is the"
        )
        assert f"{text} person's word. Reported not before" in words(finding)
        assert "shop.example states that it answered" not in words(finding)
        assert "그것이 shop.example의 답변이라는 것은 요구인의 말이며" in words(finding, "ko")

    def test_a_check_in_for_a_day_that_has_not_come(self) -> None:
        matter = asked()
        matter.say("2026-11-25", "case.confirmed", on="2027-06-01", answer="nothing", account="not_concerned")
        finding = matter.finding(NOW)
        assert finding.silence.check_in is not None and finding.silence.check_in.on == "2027-06-01"
        [period] = finding.periods
        assert period.end.last == date(2026, 11, 25) and "Not known since 2026-11-25." in words(finding)

    def test_a_later_check_in_for_an_earlier_day_takes_nothing_back(self) -> None:
        matter = asked()
        matter.check_in("2026-12-01")
        matter.say("2026-12-02", "case.confirmed", on="2026-11-01", answer="nothing", account="not_concerned")
        finding = matter.finding(NOW)
        assert finding.silence.check_in is not None and finding.silence.check_in.on == "2026-12-01"

    def test_a_check_in_for_a_day_before_the_answer_that_names_a_later_one(self) -> None:
        """It says that nothing had come in 2035; it was recorded on the day before the answer is dated."""
        matter, _ = answered(at="2026-11-10", on="2026-11-12")
        matter.say("2026-11-11", "case.confirmed", on="2035-01-01", answer="nothing", account="not_concerned")
        assert matter.finding(NOW).outcome.word == "provided"

    def test_edges_after_their_own_record(self) -> None:
        matter = asked()
        matter.company("2026-10-24", "account.suspended", on="2031-01-01", notice="none", stated_reason="technical")
        matter.company("2026-10-28", "account.restored", on="2035-01-01")
        matter.company("2026-10-29", "service.outage", at="2034-01-01T00:00:00Z", service="login", upstream=[])
        matter.company("2026-11-05", "request.refused", answered_on="2035-01-01", **ANSWER)
        finding = matter.finding(NOW)
        blocked, outage, refused = finding.periods
        assert (blocked.start.last, blocked.end.last) == (date(2026, 10, 24), date(2026, 10, 28))
        assert outage.start.last == datetime(2026, 10, 29, 12, 0, 12, tzinfo=UTC)
        assert (refused.start.first, refused.end.last) == (date(2026, 11, 5), date(2026, 11, 5))

    def test_the_grade_of_a_lock_is_that_of_whoever_dates_its_beginning(self) -> None:
        matter = asked()
        matter.say("2026-10-24", "account.suspended", on="2026-10-23", notice="none", stated_reason="technical")
        matter.company("2026-10-28", "account.restored", on="2026-10-28")
        matter.check_in("2026-12-01")
        finding = matter.finding(NOW)
        assert [period.grade for period in finding.periods] == ["self_stated", "company_signed"]
        assert "(no answer recorded): from between 2026-11-21 and 2026-11-24" in words(finding)
        assert "(arrival: company-signed)" in words(finding) and "(도달: 회사 서명)" in words(finding, "ko")

    def test_the_requesters_own_word_that_it_is_open_is_not_widened_by_his_next_one(self) -> None:
        """Only what the company says of a return is open to his check-in."""
        matter = asked()
        matter.say("2026-10-24", "account.suspended", on="2026-10-23", notice="none", stated_reason="technical")
        matter.say("2026-10-28", "account.restored", on="2026-10-28")
        matter.check_in("2026-10-30", "recorded", "blocked")
        [blocked] = [period for period in matter.finding(NOW).periods if period.cause == "account_blocked"]
        assert (blocked.end.first, blocked.end.last) == (date(2026, 10, 28), date(2026, 10, 28))


class TestBounds:
    def test_a_made_up_block_makes_no_late_answer_in_time(self) -> None:
        """An upper bound under a block that nobody knows, against a lower bound under a known one."""
        matter = asked()
        matter.company("2026-11-26", "request.refused", answered_on="2026-11-26", **ANSWER)
        finding = matter.finding(NOW)
        assert finding.lateness is not None and finding.lateness.said == "late"
        answer = finding.lateness.answer
        early = Bound(int(datetime(2026, 11, 1, tzinfo=UTC).timestamp()), bytes(32), Value.CONDITIONAL)
        for value, word in ((Value.CONDITIONAL, "late"), (Value.PASSED, "in_time")):
            upper = replace(early, value=value)
            made = replace(answer, bounds=Bounds(answer.lower, answer.upper, (upper,)))
            found = read_lateness(finding.timeline, finding.due, made, Against())
            assert found is not None and found.said == word

    def test_no_late_notice_under_a_rule_that_carries_no_finding(self) -> None:
        matter = asked("eu-gdpr", "NO")
        matter.company("2027-06-01", "deadline.extended", notified_on="2027-06-01", reason="complexity",
                       until="2027-08-01")  # fmt: skip
        finding = matter.finding("2027-07-01")
        assert [item.state for item in finding.due.notices] == ["late"]
        assert not finding.due.finding and finding.late_notices == ()
