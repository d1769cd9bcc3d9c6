"""A mail as the bytes that arrived (docs/spec/mail.md, "Raw mail").

The bytes are hashed before anything is read from them, and nothing is ever written again from what was
read: mail libraries that parse and write a message break its signatures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from ledger.encoding import sha256
from ledger.errors import MalformedMail, MalformedSize

MAX_BYTES = 50 * 1024 * 1024
MAX_HEADER = 1024 * 1024
MAX_FIELDS = 1_000
MAX_FIELD = 128 * 1024

SINGLE_USE = frozenset({
    "date", "from", "sender", "reply-to", "to", "cc", "bcc", "message-id", "in-reply-to", "references", "subject",
    "mime-version", "content-type", "content-transfer-encoding",
})  # fmt: skip
"""RFC 5322, section 3.6: at most one each; the last three by RFC 2045."""
_DECIDING = SINGLE_USE | {"dkim-signature", "arc-seal", "auto-submitted", "x-failed-recipients"}

_NAME = re.compile(rb"([\x21-\x39\x3b-\x7e]{1,100})([ \t]{0,100}):")
_ENVELOPE = re.compile(rb"(?:From [^\n]*+\n)?(?:>From [^\n]*+\n)*+")
# A NUL or a carriage return alone is a line end for some mail programs and none for others: two readers, two headers.
_NOT_IN_HEADER = re.compile(rb"\x00|\r(?!\n)")


@dataclass(frozen=True, slots=True)
class Field:
    """One header field."""

    name: str
    """As written, ASCII; behind it may stand spaces (RFC 5322, section 4.5)."""
    key: str
    """The name in lower case, without these spaces."""
    raw: bytes
    """All its lines with name, colon and line ends, exactly as they stand in the mail."""

    @property
    def value(self) -> bytes:
        """What follows the colon, folded as it is, with its line ends."""
        return self.raw[len(self.name) + 1 :]


@dataclass(frozen=True, slots=True)
class RawMail:
    """One message, untouched."""

    data: bytes
    sha256: bytes
    """SHA-256 of ``data``, 32 bytes."""
    fields: tuple[Field, ...]
    """The header, top to bottom."""
    body_start: int
    """Where in ``data`` the body begins; the length of ``data`` where there is none."""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read the header of one message. Raises MalformedSize or MalformedMail, and no other exception."""
        if len(data) > MAX_BYTES:  # step 1
            raise MalformedSize(f"the mail has {len(data)} bytes; at most {MAX_BYTES} are accepted")
        digest = sha256(data)  # step 2: before anything is read
        start = _skip_envelope(data)  # step 3
        end, body = _header_end(data, start)  # step 4
        header = data[start:end]
        bad = _NOT_IN_HEADER.search(header)  # step 5
        if bad:
            what = "a NUL" if bad[0] == b"\x00" else "a carriage return without a line feed"
            raise MalformedMail(f"byte {start + bad.start()} of the header is {what}; a mail has none there")
        return cls(data, digest, tuple(_read_fields(header)), body)  # step 6

    @property
    def body(self) -> bytes:
        """The bytes after the empty line, as they are."""
        return self.data[self.body_start :]

    def named(self, key: str) -> tuple[Field, ...]:
        """The fields of one lower-case name, top to bottom."""
        return tuple(field for field in self.fields if field.key == key)


def crlf(data: bytes) -> bytes:
    """``data`` with CRLF for every line feed that stands alone: the form in which mail is signed.

    Files saved on Unix have bare line feeds. Only verification reads this copy; the stored bytes stay.
    """
    if data.count(b"\n") == data.count(b"\r\n"):
        return data
    return data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _skip_envelope(data: bytes) -> int:
    """Past the lines ``From …`` and ``>From …`` that mbox files put before a message; they are no part of it."""
    found = _ENVELOPE.match(data, 0, MAX_FIELD)
    return found.end() if found else 0


def _header_end(data: bytes, start: int) -> tuple[int, int]:
    """Where the header ends (with the line end of its last field) and where the body begins."""
    window = data[start : start + MAX_HEADER + 4]
    found = re.search(rb"\n\r?\n", window)
    if found and found.start() < MAX_HEADER:
        return start + found.start() + 1, start + found.end()
    if len(window) > MAX_HEADER:
        raise MalformedSize(f"no empty line in the first {MAX_HEADER} bytes; a header has at most so many")
    return len(data), len(data)


def _read_fields(header: bytes) -> Iterator[Field]:
    starts = _field_starts(header)
    if not starts:
        raise MalformedMail("the mail has no header; take the original message as a file, not its text")
    for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(header)], strict=True)):
        if number >= MAX_FIELDS:
            raise MalformedSize(f"the header has {len(starts)} fields; at most {MAX_FIELDS} are accepted")
        raw = header[start:end]
        if len(raw) > MAX_FIELD:
            raise MalformedSize(f"header field {number} has {len(raw)} bytes; at most {MAX_FIELD} are accepted")
        named = _NAME.match(raw)
        if named is None:
            shown = raw[:40].split(b"\n")[0].rstrip(b"\r")
            raise MalformedMail(f"header line {_shown(shown)} is no field: a name and a colon")
        name, key = named[0][:-1].decode("ascii"), named[1].decode("ascii").lower()
        if named[2] and key in _DECIDING:
            # A space there is obsolete: some mail programs read the field, some do not.
            raise MalformedMail(
                f"header line {_shown(named[0])} has a space before its colon; mail programs differ in it"
            )
        yield Field(name, key, raw)


def _shown(line: bytes) -> str:
    return repr(line.decode("ascii", "backslashreplace"))


def _field_starts(header: bytes) -> list[int]:
    """Where a line begins that continues no field."""
    if header[:1] in (b" ", b"\t"):
        raise MalformedMail("the first line begins with a space, which would continue a field that is not there")
    starts = [0] if header.strip() else []
    # Found one by one, and not by splitting: a header of line ends only would make a million lines.
    for line in re.finditer(rb"\n(?=[^ \t])", header):
        starts.append(line.end())
        if len(starts) > MAX_FIELDS:
            raise MalformedSize(f"the header has more than {MAX_FIELDS} fields")
    return starts
