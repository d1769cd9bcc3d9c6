"""Whether a mail was written on the day that a statement names (docs/spec/attester.md, step 8; assessment.md, 10.4).

A mail shows that the request was there when it was written, and that an answer was given on the day on which it was
written. A statement that names another day says more than the mail does, and a due date would hang on it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

from ledger.encoding import Json
from ledger.errors import RefusedMail
from ledger.mail.grade import MailCheck
from ledger.mail.raw import RawMail

DAY = timedelta(days=1)
"""So far apart may two clocks show the date of one moment."""
EXACT: Mapping[str, str] = {
    "deadline.extended": "notified_on",
    "request.fulfilled": "answered_on",
    "request.partially_fulfilled": "answered_on",
    "request.refused": "answered_on",
}
NOT_BEFORE: Mapping[str, str] = {"request.acknowledged": "received_on"}
MAX_DATE = 200


def fits_day(kind: str, facts: Mapping[str, Json], written: datetime | None) -> bool | None:
    """Whether the mail was written on the day that the statement names; None where it has no signed time.

    Statements of other kinds name no such day, so every mail fits them.
    """
    name = EXACT.get(kind) or NOT_BEFORE.get(kind)
    if name is None:
        return True
    if written is None:
        return None
    stated, day = date.fromisoformat(str(facts[name])), written.astimezone(UTC).date()
    return day - DAY <= stated and (kind in NOT_BEFORE or stated <= day + DAY)


def check_day(kind: str, facts: Mapping[str, Json], written: datetime | None) -> bool:
    """Whether the mail supports the day that the statement names; False where it has no signed time.

    Raises RefusedMail for a day that the mail contradicts.
    """
    fits = fits_day(kind, facts, written)
    if fits is False and written is not None:
        name = EXACT.get(kind) or NOT_BEFORE.get(kind)
        raise RefusedMail(
            f"the mail is dated {written.astimezone(UTC).date()}, but the statement names {facts[str(name)]} ({name});"
            " it shows no other day than its own"
        )
    return fits is not None


def written_at(mail: RawMail, check: MailCheck) -> datetime | None:
    """When the mail was written, by the sender's own signed word: Date, or else ``t=`` of the signature that counts."""
    fields = mail.named("date")
    if "date" in check.signed_headers and len(fields) == 1:
        found = _parse_date(fields[0].value)
        if found is not None:
            return found
    if check.chosen_number is None:
        return None
    verified = check.signatures[check.chosen_number].verified
    seconds = None if verified is None else verified.signature.signed_at
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _parse_date(value: bytes) -> datetime | None:
    text = re.sub(rb"\s+", b" ", value).strip().decode("latin-1")
    if len(text) > MAX_DATE:
        return None
    try:
        found = parsedate_to_datetime(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
