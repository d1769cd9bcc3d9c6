"""Type and parameters of a Content-Type field, strictly (RFC 2045, section 5.1; RFC 2231, sections 3 and 4).

What stands inside a quoted string or a comment is no parameter. Mail programs read a doubtful field in different
ways, so from the first doubt on nothing is read, and a parameter that stands twice is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TypeAlias

Parameters: TypeAlias = Mapping[str, bytes]
"""By lower-case name, without quotation."""

MAX_FIELD = 16_384
MAX_PARAMETERS = 64
MAX_COMMENTS = 16
"""How deep comments may lie in each other."""
_TOKEN = rb"[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]"
_TYPE = re.compile(rb"(%s{1,63})/(%s{1,63})" % (_TOKEN, _TOKEN))
_NAME = re.compile(rb"(%s{1,80})" % _TOKEN)
# Unquoted values are read a little wider than tokens: programs leave the quotation out around "/", "=" and ":".
_VALUE = re.compile(rb'"((?:[^"\\\r\n]|\\[^\r\n]|\r?\n(?=[ \t]))*+)"|([^\s;"()\\,\x00-\x20\x7f]{1,1000})')
_ESCAPE = re.compile(rb"\\(.)|\r?\n", re.DOTALL)
_SPACE = re.compile(rb"[ \t\r\n]*+")
_IN_COMMENT = re.compile(rb"[^()\\]*+")
_PART = re.compile(r"([^*]+)(?:\*(0|[1-9][0-9]?))?(\*)?")
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")


def read_type(value: bytes) -> tuple[bytes | None, Parameters]:
    """The lower-case ``type/subtype``, None where there is none, and the parameters that everybody reads alike."""
    value = value[:MAX_FIELD]
    named = _TYPE.match(value, _skip(value, 0) or 0)
    if named is None:
        return None, {}
    found: dict[str, bytes] = {}
    twice: set[str] = set()
    for name, text in _pairs(value, named.end()):
        twice |= {name} & found.keys()
        found[name] = text
    return named[0].lower(), _joined({name: text for name, text in found.items() if name not in twice})


def read_word(value: bytes) -> bytes:
    """A field of one word, as Content-Transfer-Encoding, in lower case; empty where it is something else."""
    value = value[:MAX_FIELD]
    named = _NAME.match(value, _skip(value, 0) or 0)
    return named[1].lower() if named and _skip(value, named.end()) == len(value) else b""


def _pairs(value: bytes, place: int) -> Iterator[tuple[str, bytes]]:
    for _ in range(MAX_PARAMETERS):
        after = _skip(value, place)
        if after is None or value[after : after + 1] != b";":
            return
        start = _skip(value, after + 1)
        if start is not None and value[start : start + 1] == b";":
            place = start  # two in a row: no parameter, and no doubt
            continue
        name = None if start is None else _NAME.match(value, start)
        equals = None if name is None else _skip(value, name.end())
        if name is None or equals is None or value[equals : equals + 1] != b"=":
            return
        begin = _skip(value, equals + 1)
        text = None if begin is None else _VALUE.match(value, begin)
        if text is None:
            return
        place = text.end()
        ends = _skip(value, place)
        if ends is None or value[ends : ends + 1] not in (b"", b";"):
            return  # something behind the value: some read it as a part of it
        yield name[1].decode("ascii").lower(), text[2] or _ESCAPE.sub(lambda one: one[1] or b"", text[1] or b"")


def _skip(value: bytes, place: int) -> int | None:
    """Where space and comments from ``place`` on end; None where a comment is left open, or lies too deep."""
    depth = 0
    while True:
        match = (_IN_COMMENT if depth else _SPACE).match(value, place)
        place = match.end() if match else place
        sign = value[place : place + 1]
        if sign == b"(":
            depth += 1
        elif depth and sign == b")":
            depth -= 1
        elif depth and sign == b"\\":
            place += 1
        else:
            return None if depth else place
        place += 1
        if depth > MAX_COMMENTS:
            return None


def _joined(found: Mapping[str, bytes]) -> Parameters:
    """The parts of a parameter put together, and the escapes of extended ones read (RFC 2231)."""
    plain = {name: text for name, text in found.items() if "*" not in name}
    parts: dict[str, dict[int, bytes]] = {}
    for name, text in found.items():
        read = _PART.fullmatch(name) if "*" in name else None
        if read is not None:
            number = int(read[2] or 0)
            if read[3] and not number:  # charset'language'text
                text = text.split(b"'", 2)[-1]
            text = _PERCENT.sub(lambda one: bytes([int(one[1], 16)]), text) if read[3] else text
            own = parts.setdefault(read[1], {})
            # name*, name*0 and name*0* at once: nobody knows which of them counts.
            parts[read[1]] = {} if number in own else {**own, number: text}
    for name, numbered in parts.items():
        if name in plain or sorted(numbered) != list(range(len(numbered))) or not numbered:
            plain.pop(name, None)
        else:
            plain[name] = b"".join(numbered[number] for number in range(len(numbered)))
    return plain
