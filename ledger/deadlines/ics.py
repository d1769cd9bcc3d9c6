"""Calendar files (RFC 5545) with due dates as all-day events: the few lines of the format that they need.

The same entries and ``now`` give the same bytes, so a calendar program replaces an event instead of adding one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from ledger.encoding import sha256

MEDIA_TYPE = "text/calendar; charset=utf-8"
_LINE_BYTES = 75


@dataclass(frozen=True, slots=True)
class Entry:
    """One all-day event. ``key`` says which one it is: a later file with the same key replaces it."""

    key: str
    day: date
    summary: str
    description: str


def encode_ics(entries: Sequence[Entry], now: datetime) -> bytes:
    """The file of these events; ``now`` is when they were computed."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Habeas//Due dates//EN", "CALSCALE:GREGORIAN"]
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    for entry in entries:
        lines += _event(entry, stamp)
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line)).encode("utf-8")


def _event(entry: Entry, stamp: str) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{sha256(entry.key.encode('utf-8')).hex()[:32]}@habeas.invalid"
    yield f"DTSTAMP:{stamp}"
    yield f"DTSTART;VALUE=DATE:{entry.day:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{entry.day + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{_escaped(entry.summary)}"
    yield f"DESCRIPTION:{_escaped(entry.description)}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _escaped(text: str) -> str:
    text = "".join(letter for letter in text if letter == "\n" or letter.isprintable())
    for plain, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, written)
    return text


def _folded(line: str) -> Iterator[str]:
    """Lines of at most 75 bytes, the later ones with a space before them; no character is cut in two."""
    part = ""
    for letter in line:
        if len((part + letter).encode("utf-8")) > _LINE_BYTES:
            yield part
            part = " "
        part += letter
    yield part
