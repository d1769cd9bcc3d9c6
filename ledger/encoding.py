"""Strict encodings shared by every stage: canonical JSON, hexadecimal, base64, dates.

One rule holds for all: canonical or rejected. A value has one spelling, and ``parse`` accepts
no other (docs/spec/statement.md, "Canonical JSON").
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import TypeAlias

from ledger.errors import Malformed, MalformedJson, MalformedSize

Json: TypeAlias = "str | int | bool | None | list[Json] | dict[str, Json]"
JsonObject: TypeAlias = "dict[str, Json]"

MAX_INTEGER = 2**53 - 1
LAST_INSTANT = 253_402_300_799
"""The last second of the year 9999, in Unix seconds: later ones have no RFC 3339 form."""
_MAX_DIGITS = len(str(MAX_INTEGER))
_STRUCTURE = b'{}[]"\\'
_PLAIN = bytes(sorted(set(range(0x20, 0x7F)) - set(_STRUCTURE)))
_OUTSIDE_ASCII = re.compile(rb"[^ -~]")
_AS_BRACES = bytes.maketrans(b"[]", b"{}")
_ESCAPE = re.compile(rb'\\(["\\]?)')
# Possessive, because backtracking state costs 130 bytes of memory for each byte of a long string.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[{}\[\]]')
_TEXT = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"')
_NOT_CANONICAL = "not canonical: members must be sorted and unique, with no space between tokens"
WHITE_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
"""Unicode's White_Space property, for a character class of a pattern; in every version since 6.3."""
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


def sha256(data: bytes) -> bytes:
    """SHA-256 of ``data``, 32 bytes. Domain tags are added by the callers, one function each."""
    return hashlib.sha256(data).digest()


def encode_json(value: object) -> bytes:
    """RFC 8785 JSON of a value whose strings are printable ASCII.

    For such values JCS equals sorted compact JSON, and that is three times as fast; the
    equality is tested against the rfc8785 package. Raises MalformedJson for any other text.
    """
    try:
        return _ENCODER.encode(value).encode("ascii")
    except UnicodeEncodeError as error:
        raise MalformedJson(f"character U+{ord(error.object[error.start]):04X} is not printable ASCII") from None


def parse_json(data: bytes, *, limit: int, depth: int) -> Json:
    """Parse canonical JSON: printable ASCII, no floats, integers 0 to 2^53-1.

    ``limit`` is in bytes and ``depth`` counts ``{`` and ``[`` open at once outside strings; both are
    checked before parsing, so hostile nesting never reaches the parser. The steps are those of
    docs/spec/statement.md. Raises MalformedSize or MalformedJson; no other exception leaves this
    function.
    """
    check_limits(data, limit=limit, depth=depth)  # steps 1 to 3
    try:
        value: Json = _DECODER.decode(data.decode("ascii"))  # step 4 in _parse_integer
    except (ValueError, RecursionError) as error:
        raise MalformedJson(f"not JSON: {str(error)[:200]}") from None
    # Texts have one spelling since step 2, integers since step 4 and members by _parse_members: spaces are all that is
    # left. So the value encodes to the same bytes; the tests encode it, because here it would take twice the parsing.
    if b" " in data and b" " in _TEXT.sub(b"", data):
        raise MalformedJson(_NOT_CANONICAL)
    return value


def check_limits(data: bytes, *, limit: int, depth: int) -> None:
    """Steps 1 to 3 of parse_json: what can be said of the bytes before they are parsed."""
    if len(data) > limit:  # step 1
        raise MalformedSize(f"{len(data)} bytes; at most {limit} are accepted")
    rest = data.translate(None, _PLAIN)
    if rest.translate(None, _STRUCTURE):  # step 2
        bad = _OUTSIDE_ASCII.search(data)
        assert bad is not None, "some byte is left that is not printable"
        raise MalformedJson(
            f"byte {bad.start()} is 0x{bad.group()[0]:02x}; only printable ASCII (0x20 to 0x7e) is accepted"
        )
    for escape in _ESCAPE.finditer(data) if b"\\" in rest else ():
        if not escape.group(1):
            raise MalformedJson(f'byte {escape.start()} starts an escape other than \\" and \\\\')
    if not _is_shallow(rest, depth):  # step 3
        check_depth(data, depth)


def _is_shallow(rest: bytes, depth: int) -> bool:
    """Whether brackets are balanced and at most ``depth`` deep; False also where that is not clear at once.

    ``rest`` is the JSON without its plain characters. Each round takes the innermost pairs away: far faster than
    looking at every bracket. Kinds of brackets that do not match are the parser's business.
    """
    if b"\\" in rest:
        return False
    brackets = b"".join(rest.split(b'"')[::2]).translate(_AS_BRACES)
    for _ in range(depth):
        brackets = brackets.replace(b"{}", b"")
    return not brackets


def check_depth(data: bytes, depth: int) -> None:
    """Refuse JSON that opens more than ``depth`` brackets at once, before a parser's stack is at stake.

    Raises MalformedSize, or MalformedJson for a bracket that closes when none is open.
    """
    opened = 0
    for token in _TOKEN.finditer(data):
        first = token.group()[0]
        if first in b"{[":
            opened += 1
            if opened > depth:
                raise MalformedSize(f"byte {token.start()} opens level {opened}; at most {depth} are accepted")
        elif first in b"}]":
            opened -= 1
            if opened < 0:
                raise MalformedJson(f"byte {token.start()} closes a bracket that is not open")


def _parse_integer(text: str) -> int:
    # By digits first: Python refuses to convert more than 4,300 of them with an error of its own.
    if text[0] != "-" and len(text) <= _MAX_DIGITS and (value := int(text)) <= MAX_INTEGER:
        return value
    raise MalformedJson("an integer is outside 0 to 2^53-1")


def _parse_members(members: list[tuple[str, Json]]) -> JsonObject:
    value = dict(members)
    if len(value) == len(members) and list(value) == sorted(value):
        return value
    raise MalformedJson(_NOT_CANONICAL)


def _refuse_number(text: str) -> Json:
    raise ValueError(f"{text[:40]} is not an integer from 0 to 2^53-1")


# Made once: json.dumps and json.loads would make them again for each call.
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
_DECODER = json.JSONDecoder(
    object_pairs_hook=_parse_members,
    parse_int=_parse_integer,
    parse_float=_refuse_number,
    parse_constant=_refuse_number,
)


def is_int(value: object) -> bool:
    """True for integers that are no booleans (``True == 1`` in Python)."""
    return isinstance(value, int) and not isinstance(value, bool)


def encode_hex(data: bytes) -> str:
    """``0x`` and lower-case hexadecimal."""
    return "0x" + data.hex()


def parse_hex(text: object, length: int, error: type[Malformed], where: str) -> bytes:
    """Bytes of ``0x`` and exactly ``2 * length`` lower-case hexadecimal digits."""
    if isinstance(text, str) and len(text) == 2 + 2 * length:
        try:
            data = bytes.fromhex(text[2:])
        except ValueError:
            data = b""
        if encode_hex(data) == text:  # upper case and spaces, which fromhex takes, end here
            return data
    raise error(f"{where} must be 0x and {2 * length} lower-case hexadecimal digits, not {_show(text)}")


def encode_base64(data: bytes) -> str:
    """Standard base64 with padding (RFC 4648 section 4)."""
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def parse_base64(text: object, error: type[Malformed], where: str) -> bytes:
    """Bytes of canonical padded base64: the one spelling, unused bits zero."""
    if isinstance(text, str):
        try:
            data = binascii.a2b_base64(text)
        except ValueError:
            data = b""
        if encode_base64(data) == text:  # what the lenient decoder skips is missing here
            return data
    raise error(f"{where} must be canonical base64, not {_show(text)}")


def encode_base64url(data: bytes) -> str:
    """Unpadded base64url (RFC 4648 section 5)."""
    return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")


def parse_base64url(text: object, error: type[Malformed], where: str) -> bytes:
    """Bytes of canonical unpadded base64url: the one spelling, unused bits zero."""
    if isinstance(text, str) and re.fullmatch(r"[A-Za-z0-9_-]*", text) and len(text) % 4 != 1:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        if encode_base64url(data) == text:
            return data
    raise error(f"{where} must be canonical unpadded base64url, not {_show(text)}")


def parse_date(text: object, error: type[Malformed], where: str) -> date:
    """A calendar date ``YYYY-MM-DD``."""
    if isinstance(text, str) and _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise error(f"{where} must be a date like 2026-11-20, not {_show(text)}")


def parse_instant(text: object, error: type[Malformed], where: str) -> datetime:
    """An instant ``YYYY-MM-DDTHH:MM:SSZ`` (UTC, whole seconds)."""
    if isinstance(text, str) and _INSTANT.fullmatch(text):
        try:
            value = datetime.fromisoformat(text[:-1])
        except ValueError:
            value = datetime.min
        # Newer Pythons read 24:00:00 as the next day: a second spelling of one instant.
        if value.isoformat() + "Z" == text:
            return value.replace(tzinfo=UTC)
    raise error(f"{where} must be an instant like 2026-11-20T09:00:00Z, not {_show(text)}")


def encode_instant(seconds: int) -> str:
    """Unix seconds as ``YYYY-MM-DDTHH:MM:SSZ``."""
    return datetime.fromtimestamp(seconds, UTC).isoformat().removesuffix("+00:00") + "Z"


def encode_stated_time(seconds: int) -> str:
    """As ``encode_instant``; the number of seconds where somebody states a time after the year 9999."""
    return encode_instant(seconds) if seconds <= LAST_INSTANT else f"{seconds} seconds after 1970"


def require_members(
    value: object, required: frozenset[str], optional: frozenset[str], error: type[Malformed], where: str
) -> Mapping[str, Json]:
    """``value`` as an object with exactly the named members."""
    if not isinstance(value, dict):
        raise error(f"{where} must be an object, not {_show(value)}")
    if value.keys() == required:
        return value
    missing = required.difference(value)
    if missing:
        raise error(f"{where} lacks {', '.join(sorted(missing))}")
    if extra := sorted(value.keys() - required - optional):
        raise error(f"{where} has the unknown member {', '.join(extra[:4])}; allowed: {_names(required | optional)}")
    return value


def _names(names: frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _show(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def chunks(data: bytes, size: int) -> list[bytes]:
    """``data`` in pieces of ``size`` bytes, the last one possibly shorter."""
    return [data[start : start + size] for start in range(0, len(data), size)]


def unique_members(pairs: list[tuple[str, Json]]) -> JsonObject:
    """For ``object_pairs_hook``: which of two members of one name counts, nobody could say. Raises ValueError."""
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("an object has one member twice")
    return value


def refuse_number(text: str) -> Json:
    """For ``parse_float`` and ``parse_constant``: only integers are read. Raises ValueError."""
    raise ValueError(f"{text[:40]} is no integer")


def show_value(value: object) -> str:
    """A value for an error message, at most 80 characters long."""
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
