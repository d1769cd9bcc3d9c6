"""The readable text of a mail, for one purpose: to find a case id in it, which is ASCII.

So few charsets are converted (``ledger.mail.charsets``). Every size is bounded, and what lies beyond a bound is not
read: a case id there is not found.
"""

from __future__ import annotations

import binascii
import html
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeAlias

from ledger.mail.charsets import decoded, is_converted
from ledger.mail.parameters import Parameters, read_type, read_word
from ledger.mail.raw import RawMail

MAX_SCANNED = 8 * 1024 * 1024
MAX_TEXT = 1024 * 1024
MAX_PARTS = 100
MAX_DEPTH = 8
MAX_BOUNDARIES = 16
"""Lines tried as the boundary of a body whose type is not signed; where there are more, its text names no case."""
_MAX_PART_HEADER = 64 * 1024
_MAX_SUBJECT = 8_192
_MAX_BOUNDARY = 100

_WORD = re.compile(r"=\?([^?*\s]{1,40})(?:\*[^?\s]{0,40})?\?([BbQq])\?([^?\s]{0,8192})\?=")
_BETWEEN_WORDS = re.compile(r"(=\?[^?\s]{1,80}\?[BbQq]\?[^?\s]{0,8192}\?=)[ \t\r\n]{1,80}(?==\?)")
_FIELD = rb"^%s:((?:[^\n]++|\n[ \t])*+)"
_PART_TYPE = re.compile(_FIELD % rb"content-type", re.IGNORECASE | re.MULTILINE)
_PART_ENCODING = re.compile(_FIELD % rb"content-transfer-encoding", re.IGNORECASE | re.MULTILINE)
_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
# What stands at the beginning of a line is looked for with the line end before it: a search for a fixed first byte
# takes a tenth of the time of one for "^", which tries every byte.
_ESCAPE = re.compile(rb"=(?:[0-9A-F]{2}|[ \t]*\r?$)", re.MULTILINE)
_BASE64_LINE = re.compile(rb"\n[A-Za-z0-9+/]{40,}+={0,2}\r?$", re.MULTILINE)
_BOUNDARY_LINE = re.compile(rb"\n--([!-~][^\r\n]{0,99})(?=\r?\n)")
_PART_FIELD = re.compile(rb"\n(?:content-[a-z-]{1,40}|mime-version):", re.IGNORECASE)
# Python's own decoder takes "==" for one sign and, behind "=\r", all up to the next line end away.
_NO_ESCAPE = re.compile(rb"=(?![0-9A-Fa-f]{2}|\r?\n|\Z)")
_TABS = bytes.maketrans(b"\t", b" ")
_EMPTY_LINE = re.compile(rb"\n\r?\n")
_TEXTS = (b"text/plain", b"text/html")

_COMMENT = re.compile(r"<!--(?:[^-]++|-(?!->))*+(?:-->)?")
_HIDDEN = re.compile(r"<(script|style)\b(?:[^<]++|<(?!/\1\b))*+", re.IGNORECASE)
# Names with the same beginning together: each alternative is tried at each tag.
_BLOCK = re.compile(
    r"<(?=[/bdhloptu])(?:/?(?:t(?:[rdh]|able)|p(?:re)?|div|li|[uo]l|h[1-6]|blockquote)|br)\b[^<>]*+>", re.IGNORECASE
)
_TAG = re.compile(r"<[^<>]*+>")
# Python reads no decimal number of more than 4,300 digits: ``html.unescape`` would raise ValueError.
_LONG_NUMBER = re.compile(r"&#0*+([0-9]*+)(?<=[0-9]{100})")


@dataclass(frozen=True, slots=True)
class _Part:
    kind: bytes
    parameters: Parameters
    encoding: bytes
    data: bytes
    depth: int


Read: TypeAlias = dict[tuple[bytes, bytes, bytes, bytes, int], int]
"""The parts whose texts were searched already, and the length of the longest text of each."""


def subject_texts(mail: RawMail, signed: int) -> tuple[str, ...]:
    """The Subjects that are signed, decoded, folded as they are: of several the lowest ``signed`` (RFC 6376, 5.4.2).

    One in whose words the order of bytes is not known is there once for each order.
    """
    fields = mail.named("subject")
    whole = (field.value[:_MAX_SUBJECT].decode("utf-8", "surrogateescape") for field in fields[len(fields) - signed :])
    return tuple(text for value in whole for text in decode_words(value))


def decode_words(text: str) -> tuple[str, ...]:
    """The texts that encoded words (RFC 2047) can be, most often one; the space between two of them is no text."""
    joined = _BETWEEN_WORDS.sub(r"\1", text)
    words = [tuple(decoded(_word(found), found[1])) for found in _WORD.finditer(joined)]
    found = []
    for number in range(max(map(len, words), default=1)):
        each = iter(words)
        found.append(_WORD.sub(lambda _: (own := next(each))[min(number, len(own) - 1)], joined))  # noqa: B023
    return tuple(dict.fromkeys(found))


def body_texts(mail: RawMail, body: bytes, read: Read | None = None) -> Iterator[str]:
    """The text of each text/plain and text/html part of ``body``, in order, decoded; ``read`` is told of each."""
    yield from _texts(_declared(mail, body[:MAX_SCANNED]), {} if read is None else read, is_first=True)


def _declared(mail: RawMail, body: bytes) -> _Part:
    types, encodings = mail.named("content-type"), mail.named("content-transfer-encoding")
    # Of a field that stands twice the lowest is the one that a signature covers first.
    content_type = types[-1].value if types else b""
    return _part(content_type, encodings[-1].value if encodings else b"", body, 0)


def _texts(whole: _Part, read: Read, is_first: bool = False) -> Iterator[str]:
    """The texts of the parts; unless ``is_first``, without those that ``read`` has."""
    stack = [whole]
    left, parts = MAX_TEXT, 0
    while stack and left > 0 and parts < MAX_PARTS:
        part = stack.pop()
        parts += 1
        if part.kind.startswith(b"multipart/"):
            stack.extend(reversed(list(_split(part, MAX_PARTS - parts))))
        elif part.kind in _TEXTS:
            name = _name(part, left)
            if is_first or name not in read:
                texts = list(_read(part, left))
                read[name] = max(map(len, texts))
                yield from texts
            left -= read[name]


def _name(part: _Part, most: int) -> tuple[bytes, bytes, bytes, bytes, int]:
    """Parts with the same name have the same texts."""
    data = part.data[: 3 * most]  # of more nothing is read, in any encoding
    return part.kind, part.parameters.get("charset", b""), part.encoding, data, min(most, len(data))


def other_texts(
    mail: RawMail, body: bytes, fixed: Collection[str], boundaries: Iterable[bytes], read: Read | None = None
) -> Iterator[str]:
    """The text of ``body`` under the types and encodings that an unsigned header field could name.

    ``fixed`` are the names of the fields that nobody can set. Texts that are ``body_texts`` as well may be left out,
    and parts that ``read`` has: two boundaries of a mail mostly show the same ones.
    """
    read = {} if read is None else read
    body = body[:MAX_SCANNED]
    declared = _declared(mail, body)
    encodings = (b"", b"quoted-printable", b"base64")
    if "content-type" in fixed:
        if declared.kind in _TEXTS:
            done = _decode(declared, MAX_TEXT)
            parts = (part for part in _encoded(declared, encodings) if part.data != done)
            yield from (text for part in parts for text in _read(part, MAX_TEXT))
        return
    plain = replace(declared, kind=b"text/plain", parameters={})
    charset = declared.parameters.get("charset", b"").decode("latin-1")
    done = b"" if is_converted(charset) else _decode(declared, MAX_TEXT)
    for part in _encoded(plain, (declared.encoding,) if "content-transfer-encoding" in fixed else encodings):
        # Without marks it is one text, whichever type it has.
        has_marks = b"<" in part.data or b"&" in part.data
        kinds = set(_TEXTS if has_marks else _TEXTS[:1])
        if part.data == done and declared.kind in _TEXTS:
            kinds = kinds - {declared.kind} if has_marks else set()
        yield from (text for kind in kinds for text in _read(replace(part, kind=kind), MAX_TEXT))
    for boundary in boundaries:
        if not declared.kind.startswith(b"multipart/") or declared.parameters.get("boundary") != boundary:
            yield from _texts(_Part(b"multipart/mixed", {"boundary": boundary}, b"", body, 0), read)


def _encoded(part: _Part, encodings: Iterable[bytes]) -> Iterator[_Part]:
    """``part`` decoded by each of the encodings; readings that are the same are one."""
    datas = (_decode(replace(part, encoding=encoding), MAX_TEXT) for encoding in encodings)
    return (replace(part, encoding=b"", data=data) for data in dict.fromkeys(datas))


def begun_boundaries(body: bytes) -> tuple[bytes, ...]:
    """The different boundaries that begin a part with a header in ``body``, as ``has_parts``; the first 17."""
    found = dict.fromkeys(_boundaries(b"\n" + body[:MAX_SCANNED]))
    return tuple(islice(found, MAX_BOUNDARIES + 1))


def reads_differently(mail: RawMail) -> bool:
    """Whether the body is another text with another Content-Transfer-Encoding, or with none."""
    encodings = {read_word(field.value) for field in mail.named("content-transfer-encoding")}
    if encodings & {b"quoted-printable", b"base64"}:
        return True
    end = mail.body_start + MAX_SCANNED
    if _ESCAPE.search(mail.data, mail.body_start, end):
        return True
    return _BASE64_LINE.search(mail.data, mail.body_start - 1, end) is not None


def has_parts(mail: RawMail) -> bool:
    """Whether the body, whatever the header says of it, has a line that begins a part with a header of its own."""
    data = mail.data[mail.body_start - 1 : mail.body_start + MAX_SCANNED]
    return next(_boundaries(data), None) is not None


def _boundaries(data: bytes) -> Iterator[bytes]:
    """Of each line that begins a part its boundary: no empty line is between it and a field that parts have.

    ``data`` begins with a line end. Fields are looked for first: there are few, and so every byte is read once.
    """
    done = 0
    for field in _PART_FIELD.finditer(data) if b"\n--" in data else ():
        end = field.start() + 1
        start = max(done, field.start() - _MAX_PART_HEADER)
        for empty in (b"\n\n", b"\n\r\n"):
            start = max(start, data.rfind(empty, start, end) + 1)
        for found in _BOUNDARY_LINE.finditer(data, start, end):
            yield found[1].rstrip(b" \t")
        done = field.start()


def _part(content_type: bytes, encoding: bytes, data: bytes, depth: int) -> _Part:
    kind, parameters = read_type(content_type)
    return _Part(kind or b"text/plain", parameters, read_word(encoding), data, depth)


def _split(part: _Part, most: int) -> Iterator[_Part]:
    """The parts between the boundary lines of a multipart (RFC 2046, section 5.1.1)."""
    boundary = part.parameters.get("boundary", b"")
    if not 0 < len(boundary) <= _MAX_BOUNDARY or part.depth >= MAX_DEPTH:
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


def _read(part: _Part, most: int) -> Iterator[str]:
    charset = part.parameters.get("charset", b"").decode("latin-1")
    for text in decoded(_decode(part, most), charset):
        yield _shown(text) if part.kind == b"text/html" else text


def _shown(text: str) -> str:
    """The text that a page shows."""
    if "<" in text:
        text = _TAG.sub("", _BLOCK.sub("\n", _HIDDEN.sub(" ", _COMMENT.sub("", text))))
    return html.unescape(_LONG_NUMBER.sub(_shorten, text)) if "&" in text else text


def _shorten(number: re.Match[str]) -> str:
    # Eight digits are more than any character has, as all of them are.
    return f"&#{number[1][:8] or 0}"


def _decode(part: _Part, most: int) -> bytes:
    if part.encoding == b"quoted-printable":
        return _quoted_printable(part.data[: 3 * most])[:most]
    if part.encoding == b"base64":
        return _base64(part.data[: 2 * most])[:most]
    return part.data[:most]


def _quoted_printable(data: bytes) -> bytes:
    """RFC 2045, section 6.7. An ``=`` before anything else than a line end or two hexadecimal digits stays."""
    # One search for the four ends that a line with spaces can have; what else it finds does no harm.
    if b" \n" in data.translate(_TABS, b"\r"):
        for end in (b"\r\n", b"\n"):
            data = end.join([line.rstrip(b" \t") for line in data.split(end)])
    data = data.rstrip(b" \t")
    if b"=" not in data:
        return data
    return binascii.a2b_qp(_NO_ESCAPE.sub(b"=3D", data))


def _word(word: re.Match[str]) -> bytes:
    data = word[3].encode("ascii", "replace")
    if word[2] not in "qQ":
        return _base64(data)
    return binascii.a2b_qp(_NO_ESCAPE.sub(b"=3D", data), header=True)


def _base64(data: bytes) -> bytes:
    """Whatever whole groups of four there are; damage ends the text, it is no error."""
    plain = data.partition(b"=")[0].translate(None, _NOT_BASE64)
    return binascii.a2b_base64(plain + b"A" * (-len(plain) % 4))[: len(plain) * 3 // 4]
