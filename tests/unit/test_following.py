"""What may follow, in words: late notices, complaints, steps with and without a date, authorities."""

from __future__ import annotations

from datetime import date

import pytest

from api.assessments import FindingView
from ledger.assessment import assess
from ledger.deadlines.rulebook import load_register, load_rule
from ledger.finding.case import Finding
from ledger.finding.complaints import read_complaints
from ledger.finding.law import NO_LAW, Law, shipped_law
from ledger.finding.shown import finding_json
from ledger.verification.checks import Value
from tests.cli.broken import everything_of
from tests.cli.matter import Matter, policy, words
from tests.unit.test_finding import asked
from tools.vectors._matter import ATTESTER, OTHER_ATTESTER
from tools.vectors.authorities import MARKED, PLAIN, line

NOW = "2026-12-24"
IRISH = "authority.example"


def named(matter: Matter, *records: str) -> Finding:
    """The finding under the register that ships and ``records`` over it."""
    bundle = matter.bundle(NOW)
    register = load_register().with_file("\n".join(records).encode())
    law = shipped_law(bundle, authorities=register)
    found = assess(bundle, policy(), everything_of(bundle), matter.maker.time + 60, law).finding
    assert found is not None
    return found


class TestLateNotices:
    def test_each_late_one_by_itself(self) -> None:
        """Both had until the end of the first month; after one in time a second has no effect, which is not late."""
        matter = asked()
        for day in ("2026-11-10", "2026-11-26"):
            matter.company(day, "deadline.extended", notified_on=day, reason="complexity", until="2027-01-20")
        finding = matter.finding(NOW)
        assert [notice.state for notice in finding.due.notices] == ["in_time", "no_effect"], "a month is extended once"
        assert finding.late_notices == ()
        matter = asked()
        for day in ("2026-11-25", "2026-11-26"):
            matter.company(day, "deadline.extended", notified_on=day, reason="complexity", until="2027-01-20")
        finding = matter.finding(NOW)
        assert [(late.notified_on.day, late.due) for late in finding.late_notices] == [
            (25, date(2026, 11, 23)),
            (26, date(2026, 11, 23)),
        ]

    def test_where_no_source_says_by_when(self) -> None:
        """Korea's second thirty days for automated decisions: a notice after the time moves the later date alone."""
        matter = asked("kr-pipa-automated", "KR", right="automated_decision")
        for day in ("2026-11-10", "2027-01-25"):
            matter.company(day, "deadline.extended", notified_on=day, reason="complexity", until="2027-02-19")
        finding = matter.finding("2027-02-01")
        assert [notice.state for notice in finding.due.notices] == ["in_time", "stated"]
        assert finding.late_notices == ()

    def test_no_finding_without_proven_arrival(self) -> None:
        """A notice that attesters checked shows nothing of when the request came, where it went nowhere published."""
        matter = Matter()
        matter.sent("2026-10-20", "2026-10-20", published=False)
        matter.say("2026-11-26", "deadline.extended", notified_on="2026-11-26", reason="complexity", until="2027-01-20")
        finding = matter.finding(NOW)
        assert finding.due.latest is None and finding.late_notices == ()

    def test_an_unknown_block_makes_it_conditional(self) -> None:
        matter = asked()
        facts = {"notified_on": "2026-11-26", "reason": "complexity", "until": "2027-01-20"}
        matter.company("2026-11-26", "deadline.extended", **facts)  # type: ignore[arg-type]
        finding = matter.assessed(NOW, known=False).finding
        assert finding is not None and finding.late_notices[0].signed.value is Value.CONDITIONAL
        assert "A notice after that day does not undo the date that had passed. If block 0x" in words(finding)


class TestComplaints:
    def test_words(self) -> None:
        """Who decided and when, by whose word; the name is that of a register."""
        matter = asked()
        matter.say("2026-11-25", "complaint.lodged", authority=IRISH, on="2026-11-25")
        matter.say("2026-12-01", "complaint.decided", ATTESTER, authority=IRISH, on="2026-11-30")
        finding = named(matter, line(PLAIN))
        assert (finding.outcome.word, finding.outcome.grade) == ("none", None), "a decision is no answer"
        english, korean = words(finding), words(finding, "ko")
        assert (
            "A complaint of 2026-11-25 to Example Authority (authority.example) is recorded (self-stated)." in english
        )
        assert (
            "Attesters saw that Example Authority (authority.example) decided on 2026-11-30 (decided). "
            "What was decided is not in this record." in english
        )
        assert "2026-11-30에 Example Authority(authority.example)의 결정이 있었음을 확인인이 확인했습니다" in korean
        assert "무엇을 결정했는지는 이 기록에 없습니다." in korean

    def test_a_repeated_word_is_one(self) -> None:
        """One attester twice is no quorum of two; two of them are one decision with two entries."""
        matter = asked()
        for key in (ATTESTER, ATTESTER):
            matter.say("2026-12-01", "complaint.decided", key, authority=IRISH, on="2026-11-30")
        assert matter.finding("2026-12-02", policy(quorum=2)).complaints == ()
        matter.say("2026-12-03", "complaint.decided", OTHER_ATTESTER, authority=IRISH, on="2026-11-30")
        [found] = matter.finding(NOW, policy(quorum=2)).complaints
        assert found.grade == "decided" and len(found.entries) == 2 and found.name is None

    def test_no_attester_of_the_policy(self) -> None:
        """Whom the policy does not name has seen nothing, whoever bound him."""
        matter = asked()
        matter.say("2026-12-01", "complaint.decided", ATTESTER, authority=IRISH, on="2026-11-30")
        finding = matter.finding(NOW, policy(attesters=0))
        assert finding.complaints == read_complaints(finding.timeline, NO_LAW.authorities) == ()


class TestSteps:
    def test_every_period_of_every_asked_rule_stands_there(self) -> None:
        """Companies' duties, persons' windows, waiting times: what has no date has words."""
        for regime, place in (
            ("kr-pipa", "KR"),
            ("eu-gdpr", "IE"),
            ("us-ca-ccpa", "US-CA"),
            ("us-va", "US-VA"),
            ("tr-kvkk", "TR"),
            ("jp-appi", "JP"),
        ):
            finding = asked(regime, place).finding(NOW)
            assert finding.next is not None
            listed = {step.period.name for step in finding.next.steps}
            assert listed == {period.name for period in load_rule(regime).periods.values() if not period.extends}
            for step in finding.next.steps:
                assert (step.earliest is None) == bool(step.no_date)

    def test_what_is_settled_offers_nothing_without_a_date(self) -> None:
        matter = asked("us-va", "US-VA")
        matter.company("2026-11-10", "request.fulfilled", answered_on="2026-11-10", mode="sent", reasons=[])
        finding = matter.finding(NOW)
        assert finding.next is not None and finding.next.steps == ()

    def test_mediation_in_words(self) -> None:
        matter = asked("kr-pipa", "KR")
        text, korean = words(matter.finding("2026-11-01")), words(matter.finding("2026-11-02"), "ko")
        assert "The authority, decision in the mediation: 60 days from the receipt of the application for med" in text
        assert "담당 기관, 조정안 마련: 조정 신청을 받은 날부터 60일. 그 날은 여기에 기록되어 있지 않습니다." in korean
        assert (
            "본인, 조정안에 대한 답(답하지 않은 당사자는 받아들인 것으로 봄): 조정안을 제시받은 날부터 15일." in korean
        )
        matter.say("2026-11-20", "complaint.lodged", authority="kopico.go.kr", on="2026-11-20")
        text = words(matter.finding("2026-11-21"))
        assert (
            "if the application was made on 2026-11-20, as the person states, aimed at by the end of 2027-01-19."
            in text
        )
        assert "The company must respond to an application for mediation (Act art. 43(3))" in text
        assert "Start by the record: 2026-11-20." in text
        matter.say("2026-11-22", "complaint.lodged", ATTESTER, authority="kopico.go.kr", on="2026-11-20")
        text, korean = words(matter.finding(NOW)), words(matter.finding("2026-12-25"), "ko")
        assert "The authority, decision in the mediation: aimed at by the end of 2027-01-19." in text
        assert "담당 기관, 조정안 마련: 2027-01-19까지를 목표로 합니다." in korean

    def test_no_mediation_starts_without_a_register(self) -> None:
        """Whether an authority mediates only a register says."""
        matter = asked("kr-pipa", "KR")
        matter.say("2026-11-20", "complaint.lodged", authority="kopico.go.kr", on="2026-11-20")
        bundle = matter.bundle(NOW)
        law = Law({"kr-pipa": load_rule("kr-pipa")})
        finding = assess(bundle, policy(), everything_of(bundle), matter.maker.time + 60, law).finding
        assert finding is not None and finding.next is not None
        steps = {step.period.name: step for step in finding.next.steps}
        assert steps["mediation_decision"].no_date == "not_started" and finding.next.note == "place"

    def test_a_confirmation_of_receipt(self) -> None:
        """The company's own, a report, or none; and nobody is late by it."""
        own = words(asked("us-ca-ccpa", "US-CA").finding(NOW))
        assert "confirmation of receipt: by the end of 2026-11-05. Recorded: entry 5 confirms the receipt" in own
        matter = Matter("us-ca-ccpa", "US-CA")
        matter.sent("2026-10-20", "2026-10-20")
        finding = matter.finding("2026-12-01")
        told = "confirmation of receipt: if the request arrived on 2026-10-20, which is not proven, by the end of "
        assert told + "2026-11-03. No confirmation of the receipt is" in words(finding)
        assert "접수를 확인했다는 기록은 없습니다." in words(finding, "ko")
        matter.say("2026-12-02", "request.acknowledged", received_on="2026-10-21")
        finding = matter.finding(NOW)
        assert "the person reports a confirmation of the receipt, on 2026-10-21." in words(finding)
        assert finding.lateness is None and finding.late_notices == () and finding.periods == ()

    def test_an_outage_starts_its_periods(self) -> None:
        """By anybody's word, and proven by the company's own."""
        matter = asked("kr-telecom-outage", "KR", right="compensation")
        matter.say("2026-10-25", "service.outage", at="2026-10-25T06:00:00Z", service="all", upstream=[])
        matter.company("2026-10-26", "service.restored", at="2026-10-25T20:00:00Z", service="all", upstream=[])
        found = matter.finding(NOW).next
        assert found is not None
        steps = {step.period.name: step for step in found.steps}
        assert steps["notice"].no_date == "undated" and steps["notice"].since == date(2026, 10, 25)
        information = steps["compensation_information"]
        assert information.since == date(2026, 10, 26), "five in the morning of the next day in Korea"
        assert information.earliest == date(2026, 11, 25) and information.latest == date(2026, 11, 25)
        # Another service of the same came back two days later: what is latest is latest of all.
        matter.company("2026-10-28", "service.restored", at="2026-10-27T20:00:00Z", service="login", upstream=[])
        found = matter.finding("2026-12-11").next
        assert found is not None
        information = {step.period.name: step for step in found.steps}["compensation_information"]
        assert (information.earliest, information.latest) == (date(2026, 11, 25), date(2026, 11, 27))


class TestAuthorities:
    def test_of_korea(self) -> None:
        finding = asked("kr-pipa", "KR").finding(NOW)
        assert finding.next is not None
        assert [item.slug for item in finding.next.authorities] == ["pipc", "kisa-privacy-call-centre", "kopico"]
        assert "Register, KR, dispute mediation: Personal Information Dispute Mediation Committee." in words(finding)

    @pytest.mark.parametrize(
        ("regime", "place", "note", "said"),
        [
            ("eu-gdpr", "IE", "place", "No register that was given names an authority for IE; only the kind is known."),
            ("us-va", "US-VA", "kind", "The registers hold no authorities of this kind."),
            ("eu-gdpr", "KR", "outside", "The rule does not hold in KR, so no authority is named."),
        ],
    )
    def test_why_there_is_none(self, regime: str, place: str, note: str, said: str) -> None:
        finding = asked(regime, place).finding(NOW)
        assert finding.next is not None and (finding.next.authorities, finding.next.note) == ((), note)
        assert said in words(finding)

    def test_many_are_counted(self) -> None:
        many = [line(PLAIN, slug=f"a{number}") for number in range(5)]
        text = words(named(asked(), *many))
        assert "The registers name 5 authorities for IE; which of them is competent they do not say." in text
        assert "Example Authority" not in text
        assert words(named(asked(), *many[:4])).count("Register, IE, supervision: Example Authority.") == 4

    def test_an_unconfirmed_contact_is_shown_as_one(self) -> None:
        record = line(MARKED, slug="board", kind="supervision", relevant_countries=["ie"], quality="unconfirmed")
        finding = named(asked(), record)
        assert "(unconfirmed, check before you write, 2024-12-16)" in words(finding)
        assert "(확인되지 않음, 보내기 전에 확인하십시오, 2024-12-16)" in words(finding, "ko")


def test_the_api_documents_all_of_it() -> None:
    """A finding with every new member has the form that the API describes."""
    matter = asked("kr-pipa", "KR")
    matter.company(
        "2026-11-05", "deadline.extended", notified_on="2026-11-05", reason="legal_cause", until="cause_ends"
    )
    matter.say("2026-11-10", "complaint.lodged", authority="kopico.go.kr", on="2026-11-10")
    matter.say("2026-12-10", "complaint.decided", ATTESTER, authority="kopico.go.kr", on="2026-12-09")
    for finding in (matter.finding(NOW), asked("us-ca-ccpa", "US-CA").finding(NOW), named(asked(), line(PLAIN))):
        value = finding_json(finding, Value.PASSED)
        assert FindingView.model_validate(value, strict=True).model_dump() == value
