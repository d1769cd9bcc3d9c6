"""Step 20 of docs/spec/mail.md written down plainly and slowly: what ``ledger.mail.text`` must find as well.

Every reading is made in full and every place is tried; nothing is left out because something else was not seen.
"""

from __future__ import annotations

import binascii
import html
import re
from collections.abc import Iterator
from itertools import accumulate, repeat

from ledger.mail.charsets import as_seen, decoded
from ledger.mail.parameters import Parameters, read_type, read_word
from ledger.mail.text import MAX_DEPTH, MAX_PARTS, MAX_SCANNED, MAX_TEXT

_I, _M = re.IGNORECASE, re.MULTILINE
_BASE64 = set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
_BOUNDARY_LINE = re.compile(rb"--([!-~][^\r\n]{0,99})\r?")
_PART_FIELD = re.compile(rb"(?:content-[a-z-]{1,40}|mime-version):", _I)
_ENCODED = re.compile(rb"=(?:[0-9A-F]{2}|[ \t]*\r?$)|^[A-Za-z0-9+/]{40,}={0,2}\r?$", _M)
_REPORT = {
    b"message/delivery-status", b"message/disposition-notification", b"message/feedback-report",
    b"message/global-delivery-status", b"message/global-disposition-notification", b"message/global-headers",
    b"text/rfc822-headers",
}  # fmt: skip
_ID = re.compile(r"(?<![0-9A-Za-z])0[xX]((?:(?:[ \t]{0,4}\r?\n[ \t>|]{0,16})?[0-9a-fA-F]){64})(?![0-9A-Za-z])")
_BLOCK = re.compile(r"<(?:/?(?:p|div|tr|td|th|li|ul|ol|table|h[1-6]|pre|blockquote)|br)\b[^<>]*>", _I)


def declared(content_type: bytes, encoding: bytes, body: bytes) -> list[str]:
    """The texts of a body as its header says."""
    return list(_texts(*read_type(content_type), read_word(encoding), body[:MAX_SCANNED]))


def others(body: bytes) -> Iterator[str]:
    """The texts of a body as any header could say."""
    body = body[:MAX_SCANNED]
    for kind in (b"text/plain", b"text/html"):
        yield from encoded(kind, {}, body)
    for boundary in boundaries(body):
        yield from _texts(b"multipart/mixed", {"boundary": boundary}, b"", body)


def encoded(kind: bytes, parameters: Parameters, body: bytes) -> Iterator[str]:
    """The texts of a body as any encoding could say."""
    for encoding in (b"", b"quoted-printable", b"base64"):
        yield from _read(kind, parameters, encoding, body[:MAX_SCANNED], MAX_TEXT)


def boundaries(body: bytes) -> list[bytes]:
    """Of each line that begins a part its boundary, each once: no empty line up to a field that parts have."""
    found = []
    lines = body[:MAX_SCANNED].split(b"\n")
    starts = [*accumulate((len(line) + 1 for line in lines), initial=0)]
    for number, line in enumerate(lines[:-1]):
        begun = _BOUNDARY_LINE.fullmatch(line)
        for later in range(number + 1, len(lines)) if begun else ():
            if lines[later] in (b"", b"\r"):
                break
            if _PART_FIELD.match(lines[later]) and starts[later] - starts[number] <= 64 * 1024:
                found.append(begun[1].rstrip(b" \t") if begun else b"")
                break
    return list(dict.fromkeys(found))


def has_parts(body: bytes) -> bool:
    """Whether a line begins a part."""
    return bool(boundaries(body))


def ids(text: str) -> set[bytes]:
    """The ids of a text, as a reader sees it or in its ASCII alone, each place tried."""
    found = (match for reading in as_seen(text) for match in map(_ID.match, repeat(reading), range(len(reading))))
    return {bytes.fromhex(re.sub("[^0-9a-fA-F]", "", match[1])) for match in found if match}


def is_encoded(body: bytes) -> bool:
    """Whether the body is another text under another encoding."""
    return _ENCODED.search(body) is not None


def is_report(body: bytes) -> bool:
    """Whether a part is a report on a delivery."""
    fields = (body[found.end() :] for found in re.finditer(rb"^content-type:", body, _I | _M))
    return any(read_type(field.lstrip(b" \t\r\n"))[0] in _REPORT for field in fields)


def _texts(kind: bytes | None, parameters: Parameters, encoding: bytes, body: bytes) -> Iterator[str]:
    stack, left, parts = [(kind or b"text/plain", parameters, encoding, body, 0)], MAX_TEXT, 0
    while stack and left > 0 and parts < MAX_PARTS:
        named, parameters, encoding, data, depth = stack.pop()
        parts += 1
        if named.startswith(b"multipart/"):
            inner = _split(parameters.get("boundary", b""), data, MAX_PARTS - parts) if depth < MAX_DEPTH else []
            stack += [(*_read_part(part), depth + 1) for part in reversed(inner)]
        elif named in (b"text/plain", b"text/html"):
            texts = list(_read(named, parameters, encoding, data, left))
            left -= max(map(len, texts))
            yield from texts


def _split(boundary: bytes, data: bytes, most: int) -> list[bytes]:
    if not 1 <= len(boundary) <= 100:
        return []
    parts: list[bytes] = []
    start = None
    for line in re.finditer(rb"^--%s(--)?[ \t]*\r?$" % re.escape(boundary), data, _M):
        if start is not None:
            parts.append(data[start : line.start()])
        start = line.end() + 1
        if line[1] or len(parts) >= most:
            return parts
    return parts if start is None else [*parts, data[start:]]


def _read_part(data: bytes) -> tuple[bytes, Parameters, bytes, bytes]:
    end = re.compile(rb"^\r?\n", _M).search(data, 0, 64 * 1024)
    if end is None:
        return b"text/plain", {}, b"", data
    fields = [
        re.search(rb"^%s:((?:[^\n]|\n[ \t])*)" % name, data[: end.start()], _I | _M)
        for name in (b"content-type", b"content-transfer-encoding")
    ]
    content_type, encoding = (field[1] if field else b"" for field in fields)
    kind, parameters = read_type(content_type)
    return kind or b"text/plain", parameters, read_word(encoding), data[end.end() :]


def _read(kind: bytes, parameters: Parameters, encoding: bytes, data: bytes, most: int) -> Iterator[str]:
    for text in decoded(_decode(encoding, data, most), parameters.get("charset", b"").decode("latin-1")):
        yield _shown(text) if kind == b"text/html" else text


def _shown(text: str) -> str:
    text = re.sub(r"<!--(?:[^-]|-(?!->))*(?:-->)?", "", text)
    text = re.sub(r"<(script|style)\b(?:[^<]|<(?!/\1\b))*", " ", text, flags=_I)
    return html.unescape(re.sub(r"<[^<>]*>", "", _BLOCK.sub("\n", text)))


def _decode(encoding: bytes, data: bytes, most: int) -> bytes:
    if encoding == b"quoted-printable":
        return _quoted(data[: 3 * most])[:most]
    if encoding == b"base64":
        plain = bytes(byte for byte in data[: 2 * most].partition(b"=")[0] if byte in _BASE64)
        return binascii.a2b_base64(plain + b"A" * (-len(plain) % 4))[: len(plain) * 3 // 4][:most]
    return data[:most]


def _quoted(data: bytes) -> bytes:
    """RFC 2045, section 6.7, line by line."""
    out = b""
    for line in data.split(b"\n"):
        end = b"\r\n" if line.endswith(b"\r") else b"\n"
        line = line.removesuffix(b"\r").rstrip(b" \t")
        if line.endswith(b"="):
            line, end = line[:-1], b""
        out += re.sub(rb"=([0-9A-Fa-f]{2})", lambda found: bytes.fromhex(found[1].decode()), line) + end
    return out.removesuffix(b"\n")
