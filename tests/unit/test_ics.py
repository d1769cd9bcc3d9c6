"""Calendar files: RFC 5545 as other programs read it, and the same bytes for the same dates."""

from __future__ import annotations

from datetime import UTC, date, datetime

from ledger.deadlines.ics import Entry, encode_ics

NOW = datetime(2026, 11, 25, 9, 0, 1, tzinfo=UTC)
ENTRY = Entry("a", date(2026, 12, 31), "답변, 기한; \\", "one\ntwo " + "가나다라 " * 40)


def test_the_bytes() -> None:
    data = encode_ics([Entry("a", date(2026, 12, 31), "Answer", "Why")], NOW)
    assert data.decode("ascii").split("\r\n") == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Habeas//Due dates//EN",
        "CALSCALE:GREGORIAN",
        "BEGIN:VEVENT",
        "UID:ca978112ca1bbdcafac231b39a23dc4d@habeas.invalid",
        "DTSTAMP:20261125T090001Z",
        "DTSTART;VALUE=DATE:20261231",
        "DTEND;VALUE=DATE:20270101",
        "SUMMARY:Answer",
        "DESCRIPTION:Why",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


def test_lines_are_folded_between_characters() -> None:
    """At most 75 bytes a line; unfolded and unescaped it is the text again."""
    data = encode_ics([ENTRY], NOW)
    lines = data.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    whole = data.replace(b"\r\n ", b"").decode("utf-8")
    described = next(line for line in whole.split("\r\n") if line.startswith("DESCRIPTION:"))
    assert described.removeprefix("DESCRIPTION:").replace("\\n", "\n") == ENTRY.description
    assert "SUMMARY:답변\\, 기한\\; \\\\" in whole


def test_no_text_breaks_out_of_its_line() -> None:
    entry = Entry("a", date(2026, 12, 31), "x\r\nEND:VEVENT\x00", "y\rBEGIN:VALARM")
    whole = encode_ics([entry], NOW).decode("utf-8")
    assert whole.count("\r\nEND:VEVENT\r\n") == 1 and "\r\nBEGIN:VALARM" not in whole and "\x00" not in whole


def test_events_keep_their_identity() -> None:
    """Computed again later, an event has the same UID, so that it is replaced and not doubled."""
    one, other = (encode_ics([ENTRY], at) for at in (NOW, datetime(2027, 1, 1, tzinfo=UTC)))
    uid = [line for line in one.split(b"\r\n") if line.startswith(b"UID:")]
    assert uid == [line for line in other.split(b"\r\n") if line.startswith(b"UID:")] and one != other
    assert encode_ics([ENTRY], NOW) == one
