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
# An escape of quoted-printable, or a line that can be base64.
_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
_ENCODED = re.compile(rb"=(?:[0-9A-F]{2}|[ \t]*\r?$)|^[A-Za-z0-9+/]{40,}+={0,2}\r?$", re.MULTILINE)
_BEGINS_PART = re.compile(
    rb"^--([!-~][^\r\n]{0,99})\r?\n(?:content-[a-z-]{1,40}|mime-version):", re.IGNORECASE | re.MULTILINE
)

_COMMENT = re.compile(r"<!--(?:[^-]++|-(?!->))*+(?:-->)?")
_HIDDEN = re.compile(r"<(script|style)\b(?:[^<]++|<(?!/\1\b))*+", re.IGNORECASE)
_BLOCK = re.compile(r"<(?:/?(?:p|div|tr|td|th|li|ul|ol|table|h[1-6]|pre|blockquote)|br)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
# Soft hyphen, zero-width space and byte order mark as Latin-1 shows their UTF-8: programs set them to allow a break.
_INVISIBLE = re.compile("\xc2\xad|\xe2\x80[\x8b\x8c\x8d]|\xef\xbb\xbf|[\u00ad\u200b\u200c\u200d\ufeff]")


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
    types, encodings = mail.named("content-type"), mail.named("content-transfer-encoding")
    # Of a field that stands twice the lowest is the one that a signature covers first.
    content_type = types[-1].value if types else b""
    encoding = encodings[-1].value if encodings else b""
    yield from _texts(_part(content_type, encoding, body[:MAX_SCANNED], 0))


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
    """The text of ``body`` under the types and encodings that an unsigned header field could name."""
    boundaries = dict.fromkeys(found[1] for found in islice(_BEGINS_PART.finditer(body, 0, MAX_SCANNED), MAX_PARTS))
    # Of readings that give the same text one is enough: without "=" nothing is quoted.
    encodings = (b"", b"quoted-printable", b"base64") if b"=" in body else (b"", b"base64")
    for encoding in encodings:
        for kind in (b"text/plain", b"text/html"):
            if kind == b"text/html" and encoding != b"base64" and not re.search(rb"[<&=]", body):
                continue
            yield _text(_part(kind, encoding, body[:MAX_SCANNED], 0), MAX_TEXT)
    for boundary in islice(boundaries, MAX_BOUNDARIES):
        kind = b'multipart/mixed; boundary="' + boundary.rstrip() + b'"'
        yield from _texts(_part(kind, b"", body[:MAX_SCANNED], 0))


def reads_differently(mail: RawMail) -> bool:
    """Whether the body is another text with another Content-Transfer-Encoding, or with none."""
    encodings = {field.value.strip().lower() for field in mail.named("content-transfer-encoding")}
    if encodings & {b"quoted-printable", b"base64"}:
        return True
    return _ENCODED.search(mail.data, mail.body_start, mail.body_start + MAX_SCANNED) is not None


def has_parts(mail: RawMail) -> bool:
    """Whether the body, whatever the header says of it, has a line that begins a part with a header of its own."""
    return _BEGINS_PART.search(mail.data, mail.body_start, mail.body_start + MAX_SCANNED) is not None


def _part(content_type: bytes, encoding: bytes, data: bytes, depth: int) -> _Part:
    kind = _TYPE.match(content_type)
    return _Part(kind[1].lower() if kind else b"text/plain", content_type, encoding.strip().lower(), data, depth)


def _split(part: _Part, most: int) -> Iterator[_Part]:
    """The parts between the boundary lines of a multipart (RFC 2046, section 5.1.1)."""
    named = _BOUNDARY.search(part.content_type)
    if named is None or part.depth >= MAX_DEPTH:
        return
    boundary = re.escape(named[1] or named[2])
    line = re.compile(rb"^--%s(--)?[ \t]*+\r?$" % boundary, re.MULTILINE)
    start: int | None = None
    for found in line.finditer(part.data):
        if start is not None:
            yield _read_part(part.data[start : found.start()], part.depth + 1)
            most -= 1
        start = found.end() + 1
        if found[1] or most <= 0:
            return
    if start is not None:
        yield _read_part(part.data[start:], part.depth + 1)


def _read_part(data: bytes, depth: int) -> _Part:
    end = re.compile(rb"^\r?\n", re.MULTILINE).search(data, 0, _MAX_PART_HEADER)
    header = data[: end.start()] if end else b""
    kind, encoding = _PART_TYPE.search(header), _PART_ENCODING.search(header)
    return _part(kind[1] if kind else b"", encoding[1] if encoding else b"", data[end.end() :] if end else data, depth)


def _text(part: _Part, most: int) -> str:
    data = _decode(part, most)
    wide = _WIDE.search(part.content_type)
    text = data.decode(wide[1].decode("ascii") if wide else "latin-1", "replace")
    if part.kind == b"text/html":
        if "<" in text:
            text = _TAG.sub("", _BLOCK.sub("\n", _HIDDEN.sub(" ", _COMMENT.sub("", text))))
        text = html.unescape(text)
    return text if text.isascii() else _INVISIBLE.sub("", text)


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
