"""A company's mails: signed bytes, and what a command printed of them."""

from __future__ import annotations

import json
from typing import Any

from ledger.cli.demo.mail import MailKey, write_mail
from tests.cli.a_server import (
    COMPANY,
)

DATE = "Fri, 20 Nov 2026 09:00:00 +0900"


def a_mail(key: MailKey, case: str | None, number: int = 1, text: str = "We received your request.") -> bytes:
    subject = "Your request" + (f" [{case}]" if case else "")
    return key.sign(write_mail(f"privacy@{COMPANY}", subject, text, DATE, number))


def read(text: str) -> dict[str, Any]:
    """The JSON that a command printed first; notes may follow."""
    value: dict[str, Any] = json.JSONDecoder().raw_decode(text)[0]
    return value
