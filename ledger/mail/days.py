"""Whether a mail was written on the day that a statement names (docs/spec/attester.md, step 8; assessment.md, 10.4).

A mail shows that the request was there when it was written, and that an answer was given on the day on which it was
written. A statement that names another day says more than the mail does, and a due date would hang on it. A day is
a day in the place of the case, as everywhere in deadlines.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

from ledger.deadlines.places import local_days
from ledger.encoding import Json, encode_instant
from ledger.errors import MalformedRequest, RefusedMail
from ledger.mail.grade import MailCheck
from ledger.mail.raw import RawMail

DAY = timedelta(days=1)
"""So far apart may two clocks show the date of one moment, where the zones of a place are not known."""
EXACT: Mapping[str, str] = {
    "deadline.extended": "notified_on",
    "request.fulfilled": "answered_on",
    "request.partially_fulfilled": "answered_on",
    "request.refused": "answered_on",
}
NOT_BEFORE: Mapping[str, str] = {"request.acknowledged": "received_on"}
MAX_DATE = 200
# RFC 5322, section 3.3, the names of universal time that mail still has, and an hour of one digit: one date, read alike
# by everybody. Other names of zones are left out: one name is used in several countries, as CST and IST are.
_DATE = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ?, ?)?[0-9]{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [0-9]{4}"
    r" [0-9]{1,2}:[0-9]{2}(?::[0-9]{2})? (?:[+-](?:(?:0[0-9]|1[0-3])[0-5][0-9]|1400)|UTC?|GMT)",
    re.IGNORECASE,
)
# Innermost: a backslash takes the next character as it is.
_COMMENT = re.compile(r"\((?:[^()\\]|\\.)*+\)")


def days_in(written: datetime, place: str) -> tuple[date, date]:
    """The first and the last date that ``written`` is in ``place``."""
    try:
        return local_days(written, place)
    except MalformedRequest:
        day = written.astimezone(UTC).date()
        return max(day, date.min + DAY) - DAY, min(day, date.max - DAY) + DAY


def stated_day(kind: str, facts: Mapping[str, Json]) -> date | None:
    """The day of a mail that a statement names; None for kinds that name none."""
    name = EXACT.get(kind) or NOT_BEFORE.get(kind)
    return None if name is None else date.fromisoformat(str(facts[name]))


def is_to_come(stated: date, at: datetime) -> bool:
    """Whether ``stated`` had not begun anywhere at ``at``: places ahead have the next date of UTC."""
    day = at.astimezone(UTC).date()
    return day < date.max - DAY and stated > day + DAY


def fits_day(
    kind: str, facts: Mapping[str, Json], written: datetime | None, place: str, at: datetime
) -> bool | None:  # fmt: skip
    """Whether the mail was written on the day in ``place`` that the statement names; None without a signed time.

    An arrival may be said of a later day than that on which the mail was written; without a signed time, of the day of
    ``at``, when the mail was there, and of later ones. Never where that day had not come at ``at``. Statements of
    other kinds name no such day, so every mail fits them.
    """
    stated = stated_day(kind, facts)
    if stated is None:
        return True
    if is_to_come(stated, at):
        return False
    if written is None:
        # It was there at `at`, and not later: from that day on an arrival can be said, in doubt for the company.
        return True if kind in NOT_BEFORE and days_in(at, place)[1] <= stated else None
    first, last = days_in(written, place)
    # Where a moment has two dates in the place, an arrival counts from the later one: in doubt for the company.
    return last <= stated if kind in NOT_BEFORE else first <= stated <= last


def check_day(kind: str, facts: Mapping[str, Json], written: datetime | None, place: str, at: datetime) -> bool:
    """Whether the mail supports the day that the statement names; False where it has no signed time, and must be of
    that day.

    Raises RefusedMail for a day that the mail contradicts, for one that had not come at ``at``, and for an arrival
    before ``at`` where the mail has no signed time: another statement can name the right day.
    """
    fits, stated = fits_day(kind, facts, written, place, at), stated_day(kind, facts)
    if fits is False and stated is not None:
        name = EXACT.get(kind) or NOT_BEFORE.get(kind)
        if is_to_come(stated, at):
            raise RefusedMail(
                f"the statement names {stated} ({name}), a day that had not come anywhere when the mail was checked,"
                f" {encode_instant(int(at.timestamp()))}; nothing can have come on it"
            )
        dated = "" if written is None else days_in(written, place)[0]
        raise RefusedMail(
            f"the mail is dated {dated} in {place}, but the statement names {stated} ({name});"
            " it shows no other day than its own"
        )
    if fits is None and stated is not None and kind in NOT_BEFORE:
        raise RefusedMail(
            f"nothing signed says when the mail was written, and the statement names {stated} ({NOT_BEFORE[kind]});"
            f" such a mail shows an arrival from the day on which it is checked, {days_in(at, place)[1]} in {place}"
        )
    return fits is not None


def written_at(mail: RawMail, check: MailCheck) -> datetime | None:
    """When the mail was written, by the sender's own signed word: Date, or else ``t=`` of the signature that counts."""
    fields = mail.named("date")
    if "date" in check.signed_headers and len(fields) == 1:
        found = parse_written(fields[0].value)
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


def parse_written(value: bytes) -> datetime | None:
    """The time (UTC) of a Date field, None where it cannot be read."""
    text = re.sub(rb"\s+", b" ", value).decode("latin-1").strip()
    while len(text) <= MAX_DATE and not _DATE.fullmatch(text):
        # The comments that hold no other become a space: as many rounds as they are deep.
        text, before = re.sub(" +", " ", _COMMENT.sub(" ", text)).strip(), text
        if text == before:
            return None
    if len(text) > MAX_DATE:
        return None
    try:
        found = parsedate_to_datetime(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
