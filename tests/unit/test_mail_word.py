"""What a mail never proves by itself: that it is the answer, or that what it names had been sent."""

from __future__ import annotations

from datetime import date

from tests.cli.matter import Matter
from tests.unit.findings import NOW

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
