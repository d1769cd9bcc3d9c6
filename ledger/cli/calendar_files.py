"""Calendar files that a person names: holidays of his own over those that ship (docs/spec/deadlines.md, "Calendar")."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ledger.cli.files import read_file
from ledger.deadlines.calendars import MAX_BYTES, STANDARD, Calendar
from ledger.errors import MalformedRequest


def read_calendar(paths: Sequence[Path]) -> Calendar:
    """The calendar that ships with these files over it, the later one above. Raises MalformedRequest, MalformedSize,
    MalformedCalendar."""
    calendar = STANDARD
    for path in paths:
        try:
            data = read_file(path, MAX_BYTES)
        except OSError as error:
            raise MalformedRequest(f"the calendar file {path} cannot be read: {error.strerror}") from None
        calendar = calendar.with_file(data)
    return calendar
