"""How bytes of a mail can be read as text, so that a case id in them is found (docs/spec/mail.md, "Case").

An id is ASCII. All charsets that mail uses agree with UTF-8 on that, but for UTF-16, UTF-32, UTF-7 and HZ, which are
decoded. Between its digits may stand what nobody sees.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
_SEVEN = {"utf-7": "utf-7", "utf7": "utf-7", "unicode-1-1-utf-7": "utf-7", "hz-gb-2312": "hz", "hz": "hz"}
_DIGITS = 64
_NAME = re.compile(r"(?:cs)?utf-?(16|32)[-_]?(?:[bl]e)?")

# Format characters (general category Cf) and those that Unicode calls default-ignorable: shown as nothing.
_INVISIBLE_RANGES = (
    (0x00AD, 0x00AD), (0x034F, 0x034F), (0x0600, 0x0605), (0x061C, 0x061C), (0x06DD, 0x06DD), (0x070F, 0x070F),
    (0x0890, 0x0891), (0x08E2, 0x08E2), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F),
    (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFB), (0x110BD, 0x110BD), (0x110CD, 0x110CD), (0x13430, 0x1343F), (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
    (0xDCAD, 0xDCAD),  # the byte 0xAD, a soft hyphen of Latin-1, where it is no UTF-8
)  # fmt: skip
_INVISIBLE = re.compile("[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in _INVISIBLE_RANGES) + "]")
_ESCAPE = re.compile("\x1b[ -/]{0,4}[0-~]")
"""A change of the set (ISO 2022): shown as nothing."""
_CONTROLS = bytes(set(range(32)) - set(b"\t\r\n")) + b"\x7f"


def decoded(data: bytes, charset: str) -> Iterator[str]:
    """Every text that ``data`` can be: by the charset that is named where ASCII is not ASCII in it, and as it stands.

    Without a byte order mark nobody knows the order of the bytes, so both are read. At most five texts, none longer
    than ``data``.
    """
    codecs = _codecs(data, charset.strip().lower())
    for codec in codecs:
        yield data.decode(codec, "replace")
    plain = data.decode("utf-8", "surrogateescape")
    # The halves of wide characters are no text: without the zeros between them they could look like another id.
    yield plain.replace("\0", " ") if codecs else plain


def is_converted(charset: str) -> bool:
    """Whether ASCII is not ASCII in it."""
    return bool(_codecs(b"", charset.strip().lower()))


def _codecs(data: bytes, charset: str) -> tuple[str, ...]:
    named = _NAME.fullmatch(charset)
    if named:
        return tuple(codec for codec in _WIDE if named[1] in codec)
    if charset in _SEVEN:
        return (_SEVEN[charset],)
    # Whatever the charset is called: a text so wide that names a case has a zero beside each digit.
    return _WIDE if data.count(0) >= _DIGITS else ()


def visible(text: str) -> str:
    """``text`` without the characters that nobody sees."""
    return text if text.isascii() else _INVISIBLE.sub("", text)


def ascii_alone(text: str) -> str:
    """The ASCII of ``text`` without control characters: whatever is between two digits of an id is not there."""
    plain = _ESCAPE.sub("", text) if "\x1b" in text else text
    return plain.encode("ascii", "ignore").translate(None, _CONTROLS).decode("ascii")


def as_seen(text: str) -> tuple[str, ...]:
    """``text`` as a reader sees it, and its ASCII alone, where that is not the same.

    The second finds an id between whose digits stands what a charset unknown here shows as nothing.
    """
    alone = ascii_alone(text)
    if len(alone) == len(text):
        return (text,)
    return visible(_ESCAPE.sub("", text) if "\x1b" in text else text), alone
