"""The day that ``habeas mail add`` takes for a receipt, by what is signed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ledger.cli.mailing.adding import Said, facts_of
from ledger.cli.mailing.grading import Examined, Known
from ledger.mail.binding import Binding
from ledger.mail.days import days_in
from ledger.mail.grade import grade_mail
from ledger.mail.raw import RawMail
from tests.unit.mails import ALL, AT, GOOD, held, mail, sign


@pytest.mark.parametrize(
    ("headers", "told"), [(ALL, "taken from the mail's Date"), (("from", "to", "subject"), "had arrived today")]
)
def test_the_day_of_a_receipt_that_nothing_signed_dates(
    headers: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Attesters support the day on which they look, and no earlier one."""
    by = replace(GOOD, headers=headers)
    raw = RawMail.parse(sign(mail(), by).encode("latin-1"))
    check = grade_mail(raw, frozenset({"shop.example"}), {(by.domain, by.selector): held(by)}, AT)
    examined = Examined(raw, check, Binding("subject", ()), AT, Known(None, ()))
    before = days_in(datetime.now(UTC), "IE")[1]
    day = facts_of(Said("acknowledged", None), examined, "IE")["received_on"]
    after = days_in(datetime.now(UTC), "IE")[1]
    assert told in capsys.readouterr().err
    assert day == "2026-11-25" if headers == ALL else str(before) <= str(day) <= str(after)
    assert facts_of(Said("acknowledged", "2026-11-24"), examined, "IE")["received_on"] == "2026-11-24"
    assert "Attesters refuse" in (said := capsys.readouterr().err) or "attesters refuse an earlier day" in said
