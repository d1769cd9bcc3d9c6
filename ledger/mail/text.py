"""The readable text of a mail, for one purpose: to find a case id in it, which is ASCII.

So charsets are not converted: all that mail uses agree with Latin-1 on ASCII, but for UTF-16 and UTF-32. Every
size is bounded, and what lies beyond a bound is not read: a case id there is not found.
"""

from __future__ import annotations

import binascii
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from ledger.mail.raw import RawMail

MAX_SCANNED = 8 * 1024 * 1024
MAX_TEXT = 1024 * 1024
MAX_PARTS = 100
MAX_DEPTH = 8
MAX_BOUNDARIES = 4
"""Lines tried as the boundary of a body whose type is not signed."""
_MAX_PART_HEADER = 64 * 1024
_MAX_SUBJECT = 8_192

_WORD = re.compile(r"=\?[^?\s]{1,40}\?([BbQq])\?([^?\s]{0,400})\?=")
_BETWEEN_WORDS = re.compile(r"(=\?[^?\s]{1,40}\?[BbQq]\?[^?\s]{0,400}\?=)[ \t\r\n]{1,80}(?==\?)")
_TYPE = re.compile(rb"[ \t\r\n]*+([a-z0-9!#$&^_.+-]{1,63}/[a-z0-9!#$&^_.+-]{1,63})", re.IGNORECASE)
_BOUNDARY = re.compile(
    rb';[ \t\r\n]*+boundary[ \t]{0,9}=[ \t]{0,9}(?:"([^"\r\n]{1,100})"|([^\s;"]{1,100}))', re.IGNORECASE
)
_WIDE = re.compile(rb';[ \t\r\n]*+charset[ \t]{0,9}=[ \t]{0,9}"?(utf-?(?:16|32)(?:[bl]e)?)\b', re.IGNORECASE)
_FIELD = rb"^%s:((?:[^\n]++|\n[ \t])*+)"
_PART_TYPE = re.compile(_FIELD % rb"content-type", re.IGNORECASE | re.MULTILINE)
_PART_ENCODING = re.compile(_FIELD % rb"content-transfer-encoding", re.IGNORECASE | re.MULTILINE)
_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
# What stands at the beginning of a line is looked for with the line end before it: a search for a fixed first byte
# takes a tenth of the time of one for "^", which tries every byte.
_ESCAPE = re.compile(rb"=(?:[0-9A-F]{2}|[ \t]*\r?$)", re.MULTILINE)
_BASE64_LINE = re.compile(rb"\n[A-Za-z0-9+/]{40,}+={0,2}\r?$", re.MULTILINE)
_BEGINS_PART = re.compile(rb"\n--([!-~][^\r\n]{0,99})\r?\n(?:content-[a-z-]{1,40}|mime-version):", re.IGNORECASE)
_EMPTY_LINE = re.compile(rb"\n\r?\n")

_COMMENT = re.compile(r"<!--(?:[^-]++|-(?!->))*+(?:-->)?")
_HIDDEN = re.compile(r"<(script|style)\b(?:[^<]++|<(?!/\1\b))*+", re.IGNORECASE)
_BLOCK = re.compile(r"<(?:/?(?:p|div|tr|td|th|li|ul|ol|table|h[1-6]|pre|blockquote)|br)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
# Python reads no decimal number of more than 4,300 digits: ``html.unescape`` would raise ValueError.
_LONG_NUMBER = re.compile(r"&#0*+([0-9]*+)(?<=[0-9]{100})")
# Soft hyphen, zero-width space and byte order mark as Latin-1 shows their UTF-8: programs set them to allow a break.
# Each begins with a character of its own and not with a set: so a search skips to the next of these characters.
_INVISIBLE = re.compile("\xc2\xad|\xe2\x80[\x8b\x8c\x8d]|\xef\xbb\xbf|\u00ad|\u200b|\u200c|\u200d|\ufeff")
_MARKS = "\xad\x8b\x8c\x8d\xbf\u200b\u200c\u200d\ufeff"
_BEGINS_CASE = re.compile("0[\xc2\xad\xe2\x80\x8b\x8c\x8d\xef\xbb\xbf\u200b\u200c\u200d\ufeff]*+[xX]")
"""Where a case id can begin once what is invisible is left out."""


@dataclass(frozen=True, slots=True)
class _Part:
    kind: bytes
    content_type: bytes
    encoding: bytes
    data: bytes
    depth: int


def subject_texts(mail: RawMail, signed: int) -> tuple[str, ...]:
    """The Subjects that are signed, decoded, folded as they are: of several the lowest ``signed`` (RFC 6376, 5.4.2)."""
    fields = mail.named("subject")
    return tuple(decode_words(field.value[:_MAX_SUBJECT].decode("latin-1")) for field in fields[len(fields) - signed :])


def decode_words(text: str) -> str:
    """Encoded words (RFC 2047) as text; the space between two of them is no text."""
    return _WORD.sub(_decode_word, _BETWEEN_WORDS.sub(r"\1", text))


def body_texts(mail: RawMail, body: bytes) -> Iterator[str]:
    """The text of each text/plain and text/html part of ``body``, in order, decoded."""
    yield from _texts(_declared(mail, body[:MAX_SCANNED]))


def _declared(mail: RawMail, body: bytes) -> _Part:
    types, encodings = mail.named("content-type"), mail.named("content-transfer-encoding")
    # Of a field that stands twice the lowest is the one that a signature covers first.
    content_type = types[-1].value if types else b""
    return _part(content_type, encodings[-1].value if encodings else b"", body, 0)


def _texts(whole: _Part) -> Iterator[str]:
    stack = [whole]
    left, parts = MAX_TEXT, 0
    while stack and left > 0 and parts < MAX_PARTS:
        part = stack.pop()
        parts += 1
        if part.kind.startswith(b"multipart/"):
            stack.extend(reversed(list(_split(part, MAX_PARTS - parts))))
        elif part.kind in (b"text/plain", b"text/html"):
            text = _text(part, left)
            left -= len(text)
            yield text


def other_texts(mail: RawMail, body: bytes) -> Iterator[str]:
    """The text of ``body`` under the types and encodings that an unsigned header field could name.

    Texts in which no case id can begin are left out, and those that are ``body_texts`` as well.
    """
    body = body[:MAX_SCANNED]
    declared = _declared(mail, body)
    yield from _other_single(declared, body)
    own = _boundary(declared) if declared.kind.startswith(b"multipart/") else None
    found = islice(_BEGINS_PART.finditer(b"\n" + body), MAX_PARTS)
    for boundary in islice(dict.fromkeys(begun[1] for begun in found), MAX_BOUNDARIES):
        part = _part(b'multipart/mixed; boundary="' + boundary.rstrip() + b'"', b"", body, 0)
        if _boundary(part) != own:
            yield from _texts(part)


def _other_single(declared: _Part, body: bytes) -> Iterator[str]:
    # Without "=" nothing is quoted; and what is not quoted reads the same both ways.
    encodings = (b"", b"quoted-printable", b"base64") if b"=" in body else (b"", b"base64")
    datas = {encoding: _decode(_part(b"", encoding, body, 0), MAX_TEXT) for encoding in encodings}
    done = datas.get(declared.encoding, datas[b""])
    done_kind = None if _WIDE.search(declared.content_type) else declared.kind
    for data in dict.fromkeys(datas.values()):
        text = data.decode("latin-1")
        kinds = (b"text/plain", b"text/html") if "<" in text or "&" in text else (b"text/plain",)
        for kind in kinds:
            if data == done and kind == done_kind:
                continue
            reading = _without_tags(text) if kind == b"text/html" else text
            if _BEGINS_CASE.search(reading):
                yield _visible(reading)


def reads_differently(mail: RawMail) -> bool:
    """Whether the body is another text with another Content-Transfer-Encoding, or with none."""
    encodings = {field.value.strip().lower() for field in mail.named("content-transfer-encoding")}
    if encodings & {b"quoted-printable", b"base64"}:
        return True
    end = mail.body_start + MAX_SCANNED
    if _ESCAPE.search(mail.data, mail.body_start, end):
        return True
    return _BASE64_LINE.search(mail.data, mail.body_start - 1, end) is not None


def has_parts(mail: RawMail) -> bool:
    """Whether the body, whatever the header says of it, has a line that begins a part with a header of its own."""
    return _BEGINS_PART.search(mail.data, mail.body_start - 1, mail.body_start + MAX_SCANNED) is not None


def _part(content_type: bytes, encoding: bytes, data: bytes, depth: int) -> _Part:
    kind = _TYPE.match(content_type)
    return _Part(kind[1].lower() if kind else b"text/plain", content_type, encoding.strip().lower(), data, depth)


def _boundary(part: _Part) -> bytes | None:
    named = _BOUNDARY.search(part.content_type)
    return (named[1] or named[2]) if named else None


def _split(part: _Part, most: int) -> Iterator[_Part]:
    """The parts between the boundary lines of a multipart (RFC 2046, section 5.1.1)."""
    boundary = _boundary(part)
    if boundary is None or part.depth >= MAX_DEPTH:
        return
    line = re.compile(rb"\n--%s(--)?[ \t]*+\r?$" % re.escape(boundary), re.MULTILINE)
    data = b"\n" + part.data
    start: int | None = None
    for found in line.finditer(data):
        if start is not None:
            yield _read_part(data[start : found.start() + 1], part.depth + 1)
            most -= 1
        start = found.end() + 1
        if found[1] or most <= 0:
            return
    if start is not None:
        yield _read_part(data[start:], part.depth + 1)


def _read_part(data: bytes, depth: int) -> _Part:
    end = _EMPTY_LINE.search(b"\n" + data[:_MAX_PART_HEADER])
    header = data[: end.start()] if end else b""
    kind, encoding = _PART_TYPE.search(header), _PART_ENCODING.search(header)
    rest = data[end.end() - 1 :] if end else data
    return _part(kind[1] if kind else b"", encoding[1] if encoding else b"", rest, depth)


def _text(part: _Part, most: int) -> str:
    data = _decode(part, most)
    wide = _WIDE.search(part.content_type)
    text = data.decode(wide[1].decode("ascii") if wide else "latin-1", "replace")
    return _visible(_without_tags(text) if part.kind == b"text/html" else text)


def _without_tags(text: str) -> str:
    if "<" in text:
        text = _TAG.sub("", _BLOCK.sub("\n", _HIDDEN.sub(" ", _COMMENT.sub("", text))))
    return html.unescape(_LONG_NUMBER.sub(_shorten, text))


def _shorten(number: re.Match[str]) -> str:
    # Eight digits are more than any character has, as all of them are.
    return f"&#{number[1][:8] or 0}"


def _visible(text: str) -> str:
    # Single characters are looked for first, which is quicker by far: each mark has one of these.
    return _INVISIBLE.sub("", text) if any(mark in text for mark in _MARKS) else text


def _decode(part: _Part, most: int) -> bytes:
    if part.encoding == b"quoted-printable":
        return binascii.a2b_qp(part.data[: 3 * most])[:most]
    if part.encoding == b"base64":
        return _base64(part.data[: 2 * most])[:most]
    return part.data[:most]


def _decode_word(word: re.Match[str]) -> str:
    data = word[2].encode("latin-1", "replace")
    if word[1] in "qQ":
        return binascii.a2b_qp(data, header=True).decode("latin-1")
    return _base64(data).decode("latin-1")


def _base64(data: bytes) -> bytes:
    """Whatever whole groups of four there are; damage ends the text, it is no error."""
    plain = data.partition(b"=")[0].translate(None, _NOT_BASE64)
    return binascii.a2b_base64(plain + b"A" * (-len(plain) % 4))[: len(plain) * 3 // 4]
