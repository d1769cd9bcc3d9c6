"""Step 20 of docs/spec/mail.md written down plainly and slowly: what ``ledger.mail.text`` must find as well.

Every reading is made in full and every place is tried; nothing is left out because something else was not seen.
"""

from __future__ import annotations

import binascii
import html
import re
from collections.abc import Iterator

from ledger.mail.text import MAX_BOUNDARIES, MAX_DEPTH, MAX_PARTS, MAX_SCANNED, MAX_TEXT

_I, _M = re.IGNORECASE, re.MULTILINE
_BASE64 = set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
_TOKEN = rb"[a-z0-9!#$&^_.+-]{1,63}"
_TYPE = re.compile(rb"[ \t\r\n]*(" + _TOKEN + rb"/" + _TOKEN + rb")", _I)
_BOUNDARY = re.compile(
    rb';[ \t\r\n]*boundary[ \t]{0,9}=[ \t]{0,9}(?:"([^"\r\n]{1,100})"|([^\s;"]{1,100}))', _I
)  # fmt: skip
_WIDE = re.compile(rb';[ \t\r\n]*charset[ \t]{0,9}=[ \t]{0,9}"?(utf-?(?:16|32)(?:[bl]e)?)\b', _I)
_BEGINS_PART = re.compile(rb"^--([!-~][^\r\n]{0,99})\r?\n(?:content-[a-z-]{1,40}|mime-version):", _I | _M)
_ENCODED = re.compile(rb"=(?:[0-9A-F]{2}|[ \t]*\r?$)|^[A-Za-z0-9+/]{40,}={0,2}\r?$", _M)
_REPORT = re.compile(
    rb"^content-type:[ \t\r\n]{0,80}message/(?:(?:global-)?(?:delivery-status|disposition-notification)"
    rb"|feedback-report)",
    _I | _M,
)
_INVISIBLE = re.compile("\xc2\xad|\xe2\x80[\x8b\x8c\x8d]|\xef\xbb\xbf|[\u00ad\u200b\u200c\u200d\ufeff]")
_BLOCK = re.compile(r"<(?:/?(?:p|div|tr|td|th|li|ul|ol|table|h[1-6]|pre|blockquote)|br)\b[^<>]*>", _I)


def declared(content_type: bytes, encoding: bytes, body: bytes) -> list[str]:
    """The texts of a body as its header says."""
    return list(_texts(content_type, encoding, body[:MAX_SCANNED]))


def others(body: bytes) -> Iterator[str]:
    """The texts of a body as any header could say."""
    body = body[:MAX_SCANNED]
    for encoding in (b"", b"quoted-printable", b"base64"):
        for kind in (b"text/plain", b"text/html"):
            yield _text(kind, encoding, body, MAX_TEXT)
    found = [begun[1] for begun in _BEGINS_PART.finditer(body)][:MAX_PARTS]
    for boundary in list(dict.fromkeys(found))[:MAX_BOUNDARIES]:
        yield from _texts(b'multipart/mixed; boundary="' + boundary.rstrip() + b'"', b"", body)


def has_parts(body: bytes) -> bool:
    """Whether a line begins a part."""
    return _BEGINS_PART.search(body) is not None


def is_encoded(body: bytes) -> bool:
    """Whether the body is another text under another encoding."""
    return _ENCODED.search(body) is not None


def is_report(body: bytes) -> bool:
    """Whether a part is a report on a delivery."""
    return _REPORT.search(body) is not None


def _texts(content_type: bytes, encoding: bytes, body: bytes) -> Iterator[str]:
    stack, left, parts = [(content_type, encoding, body, 0)], MAX_TEXT, 0
    while stack and left > 0 and parts < MAX_PARTS:
        content_type, encoding, data, depth = stack.pop()
        parts += 1
        named = _TYPE.match(content_type)
        kind = named[1].lower() if named else b"text/plain"
        if kind.startswith(b"multipart/"):
            inner = _split(content_type, data, MAX_PARTS - parts) if depth < MAX_DEPTH else []
            stack += [(*_read_part(part), depth + 1) for part in reversed(inner)]
        elif kind in (b"text/plain", b"text/html"):
            text = _text(kind, encoding, data, left, _WIDE.search(content_type))
            left -= len(text)
            yield text


def _split(content_type: bytes, data: bytes, most: int) -> list[bytes]:
    named = _BOUNDARY.search(content_type)
    if named is None:
        return []
    parts: list[bytes] = []
    start = None
    for line in re.finditer(rb"^--%s(--)?[ \t]*\r?$" % re.escape(named[1] or named[2]), data, _M):
        if start is not None:
            parts.append(data[start : line.start()])
        start = line.end() + 1
        if line[1] or len(parts) >= most:
            return parts
    return parts if start is None else [*parts, data[start:]]


def _read_part(data: bytes) -> tuple[bytes, bytes, bytes]:
    end = re.compile(rb"^\r?\n", _M).search(data, 0, 64 * 1024)
    if end is None:
        return b"", b"", data
    fields = [
        re.search(rb"^%s:((?:[^\n]|\n[ \t])*)" % name, data[: end.start()], _I | _M)
        for name in (b"content-type", b"content-transfer-encoding")
    ]
    kind, encoding = (field[1] if field else b"" for field in fields)
    return kind, encoding, data[end.end() :]


def _text(kind: bytes, encoding: bytes, data: bytes, most: int, wide: re.Match[bytes] | None = None) -> str:
    text = _decode(encoding.strip().lower(), data, most).decode(wide[1].decode() if wide else "latin-1", "replace")
    if kind == b"text/html":
        text = re.sub(r"<!--(?:[^-]|-(?!->))*(?:-->)?", "", text)
        text = re.sub(r"<(script|style)\b(?:[^<]|<(?!/\1\b))*", " ", text, flags=_I)
        text = html.unescape(re.sub(r"<[^<>]*>", "", _BLOCK.sub("\n", text)))
    return _INVISIBLE.sub("", text)


def _decode(encoding: bytes, data: bytes, most: int) -> bytes:
    if encoding == b"quoted-printable":
        return binascii.a2b_qp(data[: 3 * most])[:most]
    if encoding == b"base64":
        plain = bytes(byte for byte in data[: 2 * most].partition(b"=")[0] if byte in _BASE64)
        return binascii.a2b_base64(plain + b"A" * (-len(plain) % 4))[: len(plain) * 3 // 4][:most]
    return data[:most]
