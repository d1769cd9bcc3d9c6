"""What a mail never proves by itself: that it is the answer, or that what it names had been sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ledger.assessment import NO_FINDING_FAILED, Assessment, assess
from ledger.cli.report import report_text
from ledger.encoding import Json, encode_hex, sha256
from ledger.finding.law import shipped_law
from ledger.finding.timeline import Bounds
from ledger.policy import parse_policy
from tests.cli.broken import everything_of
from tests.cli.matter import Matter, policy, words
from tests.unit.findings import NOW, asked
from tools.vectors._mail_matter import MailMatter, mail_policy, seen
from tools.vectors._matter import ATTESTER, OTHER_ATTESTER

ANSWER = {"mode": "sent", "reasons": []}


def early(mail_on: str = "2026-10-02", sent_on: str = "2026-10-20") -> Matter:
    """A mail of the company that an attester checked, reported as a receipt; the request was sent on another day."""
    matter = Matter(opened_at="2026-10-01")
    receipt = matter.say("2026-10-03", "request.acknowledged", received_on=mail_on)
    matter.attest("2026-10-03", receipt, "dkim", "grade_a")
    matter.sent("2026-10-20", sent_on)
    return matter


class TestBeforeTheRequest:
    def test_a_mail_of_a_day_before_it_was_sent_proves_no_arrival(self) -> None:
        matter = early()
        finding = matter.finding("2026-11-01")
        assert finding.delivery is not None and finding.delivery.proven_by is None
        assert finding.delivery.basis == "claimed" and finding.due.latest is None

    def test_and_makes_an_honest_answer_of_the_company_not_late(self) -> None:
        matter = early()
        matter.company("2026-11-15", "request.fulfilled", answered_on="2026-11-15", **ANSWER)
        finding = matter.finding(NOW)
        assert finding.delivery is not None and finding.delivery.proven_by == date(2026, 11, 15)
        assert finding.lateness is not None and finding.lateness.said == "in_time"

    def test_a_mail_of_the_day_of_the_sending_does(self) -> None:
        finding = early("2026-10-02", "2026-10-02").finding("2026-11-01")
        assert finding.delivery is not None and finding.delivery.proven_by == date(2026, 10, 2)


class TestNobodyReadIt:
    @pytest.mark.parametrize(
        ("check", "said", "grade", "english", "korean"),
        [
            ("dkim", "not_decided", "domain_mail", "dated 2026-11-30 names the case", "도메인의 메일에 이 사건이"),
            ("post", "not_decided", "self_stated", "attesters checked the post of the letter", "우편 기록을 확인인이"),
            ("document", "late", "attested", "attesters checked the document", "문서를 확인인이 확인했습니다"),
        ],
    )
    def test_only_a_document_that_was_read_makes_an_answer_late(
        self, check: str, said: str, grade: str, english: str, korean: str
    ) -> None:
        """Answered by mail within the time, which nobody recorded; a routine mail of later is reported instead."""
        matter = asked()
        report = matter.say("2026-12-01", "request.refused", answered_on="2026-11-30", **ANSWER)
        matter.attest("2026-12-01", report, check)
        finding = matter.finding(NOW)
        assert finding.lateness is not None and finding.lateness.said == said and finding.outcome.grade == grade
        assert english in words(finding) and korean in words(finding, "ko")
        assert "checked that shop.example" not in words(finding)

    @pytest.mark.parametrize(
        ("check", "english", "korean"),
        [
            ("dkim", "that it is shop.example's answer is the person's word. No lower", "요구인의 말이며, 언제 이후에"),
            ("post", "what it says is the person's word. No lower", "그 내용은 요구인의 말이며, 언제 이후에"),
            ("document", "answer of 2026-11-30. No lower bound of the report", "문서를 확인인이 확인했고, 언제 이후에"),
        ],
    )
    def test_without_a_lower_bound(self, check: str, english: str, korean: str) -> None:
        matter = asked()
        report = matter.say("2026-12-01", "request.refused", answered_on="2026-11-30", **ANSWER)
        matter.attest("2026-12-01", report, check)
        finding = matter.finding(NOW)
        late = finding.lateness
        assert late is not None
        open_ended = replace(late, said="not_decided", answer=replace(late.answer, bounds=Bounds()))
        told = replace(finding, lateness=open_ended)
        assert english in words(told) and korean in words(told, "ko")

    @pytest.mark.parametrize("check", ["dkim", "post"])
    def test_nor_a_notice(self, check: str) -> None:
        matter = asked()
        notice = matter.say(
            "2026-12-01", "deadline.extended", notified_on="2026-11-30", reason="complexity", until="2027-01-22"
        )
        matter.attest("2026-12-01", notice, check)
        finding = matter.finding(NOW)
        assert finding.late_notices == () and "is the person's word" in words(finding)

    def test_arrival_by_a_mail_says_whose_word_it_is(self) -> None:
        matter = Matter()
        matter.sent("2026-10-20", "2026-10-20")
        receipt = matter.say("2026-10-23", "request.acknowledged", received_on="2026-10-22")
        matter.attest("2026-10-24", receipt, "dkim", "grade_a")
        finding = matter.finding(NOW)
        english, korean = words(finding), words(finding, "ko")
        assert "By 2026-10-22 a mail of shop.example's domain (domain mail, grade A) names the case:" in english
        assert "That the mail is about the request is the person's word." in english
        assert "acknowledged by the company" not in english and "요구인의 말입니다" in korean


def mailed(first: tuple[bytes, ...], second: tuple[bytes, ...]) -> Matter:
    """A receipt and a refusal, each with a mail of its own digest, and who checked which."""
    matter = Matter()
    matter.sent("2026-10-20", "2026-10-20")
    receipt = matter.say("2026-10-22", "request.acknowledged", received_on="2026-10-22")
    refusal = matter.say("2026-10-23", "request.refused", answered_on="2026-10-23", **ANSWER)
    for of, keys in ((receipt, first), (refusal, second)):
        for key in keys:
            facts: dict[str, Json] = {"check": "dkim", "result": "grade_a", "at": "2026-10-24T09:00:00Z"}
            facts |= {"digest": encode_hex(sha256(of.id)), "statement": encode_hex(of.id)}
            matter.say("2026-10-24", "evidence.attested", key, **facts)
    return matter


class TestComparedByNobody:
    def test_the_second_stays_the_persons_word_and_a_sentence_says_why(self) -> None:
        finding = mailed((ATTESTER,), (OTHER_ATTESTER,)).finding(NOW)
        assert finding.delivery is not None and finding.delivery.grade == "domain_mail"
        assert finding.outcome.grade == "self_stated" and finding.lateness is None
        [(entry, other)] = finding.timeline.apart
        assert f"Entry {entry}: attesters checked the mail, and none of them the mail of entry {other}." in words(
            finding
        )
        assert f"기록 {other}번의 메일을 확인한 사람이 없습니다" in words(finding, "ko")

    def test_an_attester_who_has_seen_both_is_enough(self) -> None:
        finding = mailed((ATTESTER, OTHER_ATTESTER), (OTHER_ATTESTER,)).finding(NOW)
        assert finding.outcome.grade == "domain_mail" and finding.timeline.apart == ()
        assert "none of them the mail" not in words(finding)

    def test_later_it_may_be_compared(self) -> None:
        matter = mailed((ATTESTER,), (OTHER_ATTESTER,))
        refusal = next(item for item in matter.maker.statements.values() if item.statement.kind == "request.refused")
        facts: dict[str, Json] = {"check": "dkim", "result": "grade_b", "at": "2026-10-25T09:00:00Z"}
        facts |= {"digest": encode_hex(sha256(refusal.id)), "statement": encode_hex(refusal.id)}
        matter.say("2026-10-25", "evidence.attested", ATTESTER, **facts)
        finding = matter.finding(NOW)
        assert finding.outcome.grade == "domain_mail" and finding.timeline.apart == ()

    def test_a_second_digest_that_was_compared_lends_nothing_to_one_that_was_not(self) -> None:
        """The letter is that of the digest that somebody compared."""
        matter = mailed((ATTESTER,), (OTHER_ATTESTER,))
        refusal = next(item for item in matter.maker.statements.values() if item.statement.kind == "request.refused")
        facts: dict[str, Json] = {"check": "dkim", "result": "grade_c", "at": "2026-10-25T09:00:00Z"}
        facts |= {"digest": encode_hex(sha256(b"another")), "statement": encode_hex(refusal.id)}
        matter.say("2026-10-25", "evidence.attested", ATTESTER, **facts)
        finding = matter.finding(NOW)
        assert finding.outcome.answer is not None and finding.outcome.answer.mail is not None
        assert finding.outcome.answer.mail.letter == "C" and finding.timeline.apart == ()

    @pytest.mark.parametrize(("attesters", "quorum", "is_noted"), [(1, 1, False), (2, 1, True), (2, 2, False)])
    def test_a_note_on_a_quorum_of_at_most_half(self, attesters: int, quorum: int, is_noted: bool) -> None:
        both = (ATTESTER, OTHER_ATTESTER)
        result = mailed(both, both).assessed(NOW, policy(attesters=attesters, quorum=quorum))
        noted = [note for note in result.notes if "one of them who lies is enough" in note]
        assert len(noted) == is_noted and all("Ask for 2 or more" in note for note in noted)
        assert ("신뢰 정책에는 메일 확인인이 2곳 있고" in report_text(result, "ko", checks=False)) == is_noted

    def test_no_note_where_no_mail_counts(self) -> None:
        assert asked().assessed(NOW).notes == ()


class TestContradicted:
    """An attester whose word is contradicted by the mail that is opened, or by the answers of DNS that he signed."""

    @staticmethod
    def assessed(*said: tuple[str, bytes], opened: bool = True) -> Assessment:
        matter = MailMatter()
        matter.sent("2026-10-20", "2026-10-20")
        of = matter.report("2026-10-22T12:00Z", matter.write())
        for minute, (result, key) in enumerate(said):
            matter.attest_mail(f"2026-10-23T12:{minute:02}Z", of, result, seen("2026-10-23T12:00Z", tree=None), key)
        bundle = matter.bundle("2026-12-02")
        bundle = bundle if opened else replace(bundle, files={})
        trust = parse_policy(mail_policy().encode())
        return assess(bundle, trust, everything_of(bundle), matter.maker.time + 60, shipped_law(bundle))

    def test_a_liar_does_not_take_the_finding_away(self) -> None:
        result = self.assessed(("grade_a", ATTESTER), ("failed", OTHER_ATTESTER))
        assert result.exit_code == 1 and result.note is None and not result.is_broken
        assert result.finding is not None and result.finding.delivery is not None
        assert result.finding.delivery.grade == "domain_mail"
        [note] = [note for note in result.notes if "is contradicted by" in note]
        assert "nothing that it attests of statement" in note
        assert "it rests on none of the checks that failed" in report_text(result, "en", checks=False)
        assert "실패한 확인에 근거하지 않습니다" in report_text(result, "ko", checks=False)

    def test_nor_does_an_older_word_of_his_count(self) -> None:
        """Without the files his newest result counts; with them none of his does: less, and never more."""
        result = self.assessed(("grade_a", ATTESTER), ("failed", ATTESTER))
        assert result.finding is not None and result.finding.delivery is not None
        assert result.finding.delivery.basis == "claimed"
        closed = self.assessed(("grade_a", ATTESTER), ("failed", ATTESTER), opened=False)
        assert closed.finding is not None and closed.finding.delivery is not None
        assert closed.finding.delivery.basis == "claimed"

    def test_a_check_that_failed_is_the_reason_and_not_completeness(self) -> None:
        result = self.assessed(("grade_a", ATTESTER))
        other = replace(result.bundle, files=dict.fromkeys(result.bundle.files, b"other"))
        broken = assess(other, parse_policy(mail_policy().encode()), everything_of(other), result.now)
        assert broken.finding is None and broken.note == NO_FINDING_FAILED and broken.exit_code == 1
        assert "a check failed, no finding" in report_text(broken, "en", checks=False)
        assert "실패한 검사가 있으므로 결론은 없습니다" in report_text(broken, "ko", checks=False)
        assert "completeness not checked" not in report_text(broken, "en", checks=False)


class TestAWeakerAnswerFollows:
    """A refusal by mail that attesters checked, and a later report behind which nobody stands."""

    @staticmethod
    def refused(*later: str) -> Matter:
        matter = asked()
        report = matter.say("2026-11-02", "request.refused", answered_on="2026-11-02", **ANSWER)
        matter.attest("2026-11-02", report, "dkim", "grade_a")
        for kind in later:
            matter.say("2026-11-05", kind, answered_on="2026-11-05", **ANSWER)
        return matter

    @pytest.mark.parametrize("later", ["request.refused", "request.fulfilled"])
    def test_what_is_the_persons_word_stays_that(self, later: str) -> None:
        finding = self.refused(later).finding(NOW)
        assert finding.outcome.grade == "self_stated"
        [period] = finding.periods
        assert period.grade == "domain_mail" and finding.lateness is not None and finding.lateness.said == "in_time"
        said = f"Entry {period.entries[0]}: a mail of shop.example's domain, grade A, names the case; that it is an"
        assert said in words(finding) and f"기록 {period.entries[0]}번: shop.example 도메인의" in words(finding, "ko")

    def test_it_is_said_once_of_the_newest(self) -> None:
        finding = self.refused().finding(NOW)
        assert words(finding).count("that it is an answer is the person's word") == 1


class TestOlderThanItsCase:
    """A mail that names the case, dated before the block that the opening quotes."""

    @staticmethod
    def refused(check: str) -> Matter:
        matter = Matter(opened_at="2026-11-10")
        matter.sent("2026-11-10", "2026-10-20")
        report = matter.say("2026-11-12", "request.refused", answered_on="2026-11-02", **ANSWER)
        matter.attest("2026-11-12", report, check, "grade_a" if check == "dkim" else "passed")
        return matter

    def test_the_period_begins_no_earlier_and_a_sentence_says_why(self) -> None:
        finding = self.refused("dkim").finding(NOW)
        [period] = finding.periods
        assert period.start.first == date(2026, 11, 10)
        assert "names the day 2026-11-02, and its mail names a case that did not exist before 2026-11-10" in words(
            finding
        )
        assert "적힌 날은 2026-11-02인데" in words(finding, "ko")

    def test_a_document_can_be_older(self) -> None:
        finding = self.refused("document").finding(NOW)
        [period] = finding.periods
        assert period.start.first == date(2026, 11, 2) and "did not exist before" not in words(finding)

    def test_an_unknown_block_moves_nothing_and_is_a_condition(self) -> None:
        finding = self.refused("dkim").assessed(NOW, known=False).finding
        assert finding is not None
        assert finding.periods[0].start.first == date(2026, 11, 2)
        [said] = [line for line in words(finding).splitlines() if "did not exist before" in line]
        assert "block" in said.split("did not exist before")[1]
