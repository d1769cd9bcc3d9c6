"""Rooms of a finding: more time, by notices and questions, and the periods of a right."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from ledger.finding.shown import finding_json
from ledger.finding.timeline import days_of
from tests.cli.matter import Matter, words
from tests.unit.findings import LANGUAGES, NOW, asked


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
            ("attesters", "without a date; attesters checked the document:", "확인인이 그 문서를 확인했습니다"),
            ("post", "attesters checked the post of the letter, and what it says is the person's word", "우편 기록은"),
            ("mail", "A mail of shop.example's domain names the case; that it says so is the", "메일에 이 사건이"),
        ],
    )
    def test_whose_word_a_postponement_is(self, by: str, english: str, korean: str) -> None:
        """Words that only the requester recorded are never put into the company's mouth."""
        matter = asked("kr-pipa", "KR")
        facts = {"notified_on": "2026-10-26", "reason": "legal_cause", "until": "cause_ends"}
        checks = {"attesters": "document", "post": "post", "mail": "dkim"}
        say = matter.company if by == "company" else matter.say
        said = say("2026-10-26", "deadline.extended", **facts)  # type: ignore[arg-type]
        if by in checks:
            matter.attest("2026-10-27", said, checks[by])
        finding = matter.finding(NOW)
        assert [notice.by for notice in finding.due.notices] == [by] and finding.due.why == "cause_ends"
        assert english in words(finding) and korean in words(finding, "ko")
        assert ("shop.example states a postponement" in words(finding)) is (by == "company")
        assert ("reported by the person" in words(finding)) is (by != "company")

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
