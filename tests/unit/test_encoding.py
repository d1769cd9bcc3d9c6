"""Canonical JSON, hexadecimal, base64, dates: one spelling each, and no other accepted."""

from __future__ import annotations

import base64
import json
import re
import string
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from ledger import encoding
from ledger.errors import Malformed, MalformedJson, MalformedRequest, MalformedSize

PRINTABLE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=12)
SCALARS = st.none() | st.booleans() | st.integers(0, 2**53 - 1) | PRINTABLE
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(PRINTABLE, inner, max_size=4), max_leaves=12
)
DEPTH = 40


def parse(data: bytes, depth: int = DEPTH) -> object:
    return encoding.parse_json(data, limit=8192, depth=depth)


@given(VALUES)
def test_json_equals_rfc_8785(value: object) -> None:
    assert encoding.encode_json(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


@given(VALUES)
def test_json_round_trip(value: object) -> None:
    assert parse(encoding.encode_json(value)) == value


@given(VALUES, st.data())
def test_one_changed_byte_is_other_json_or_refused(value: object, data: st.DataObject) -> None:
    raw = bytearray(encoding.encode_json(value))
    position = data.draw(st.integers(0, len(raw) - 1))
    raw[position] ^= 1 << data.draw(st.integers(0, 7))
    try:
        other = parse(bytes(raw))
    except Malformed:
        return
    assert encoding.encode_json(other) == bytes(raw)


@given(st.binary(max_size=40) | st.text('{}[]",:\\0123u4 tfnaeE.-', max_size=40).map(str.encode))
@example(b"")
@example(b"\xff")
@example(b'"')
def test_whatever_is_accepted_is_canonical_and_nothing_else_is_raised(raw: bytes) -> None:
    try:
        value = parse(raw)
    except (MalformedJson, MalformedSize):
        return
    assert rfc8785.dumps(value) == raw  # type: ignore[arg-type]


@given(VALUES, st.data())
def test_accepted_is_exactly_what_encodes_to_the_same_bytes(value: object, data: st.DataObject) -> None:
    """Spellings of one value with spaces, other orders and repeated members: ``parse`` looks for these, and the
    reference parses and encodes again."""
    members = list(value.items()) if isinstance(value, dict) else []
    if members:
        members = data.draw(st.permutations([*members, *data.draw(st.sampled_from([[], members[:1]]))]))
        spelled = "{" + ",".join(f"{spell(name)}:{spell(item)}" for name, item in members) + "}"
    else:
        spelled = spell(value)
    for _ in range(data.draw(st.integers(0, 2))):
        place = data.draw(st.integers(0, len(spelled)))
        spelled = spelled[:place] + " " + spelled[place:]
    try:
        again = spell(json.loads(spelled)) == spelled
    except ValueError:
        again = False
    try:
        parse(spelled.encode())
        accepted = True
    except MalformedJson:
        accepted = False
    assert accepted == again


def spell(value: object) -> str:
    return encoding.encode_json(value).decode()


@pytest.mark.parametrize(
    "raw", [b"0", b"1", b"9007199254740991", b"true", b"null", b'""', b"[]", b"{}", b'"\\""', b'"\\\\"']
)
def test_smallest_documents(raw: bytes) -> None:
    assert parse(raw) == json.loads(raw)


@pytest.mark.parametrize(
    "raw",
    [
        *(b"-0", b"-1", b"01", b"1.0", b"1e3", b"1E3", b"9007199254740992", b"9" * 5000, b"1e400", b"NaN", b"Infinity"),
        *(b"-Infinity", b'"\\n"', b'"\\/"', b'"\\u0041"', b'"\\ud800"', b'{"b":1,"a":2}', b'{"a":1,"a":1}', b"[1, 2]"),
        *(
            b" 1",
            b"1 ",
            b'{ "a":1}',
            b'["a" ,1]',
            b'{"a":" " }',
            b'{"\\"":1 }',
            b'{"a":{"b":1,"b":1}}',
            b'[{"b":1,"a":2}]',
        ),
        *(b"[1,]", b"{,}", b"'a'", b"tru", b'"a', b"]", b"\xef\xbb\xbf1", b"1\n", b"\x7f", b'"\x1f"', "é".encode()),
    ],
)
def test_refused_json(raw: bytes) -> None:
    with pytest.raises(MalformedJson):
        parse(raw)


def test_limit_and_depth_come_before_the_parser() -> None:
    with pytest.raises(MalformedSize, match="8193 bytes; at most 8192"):
        parse(b"x" * 8193)
    with pytest.raises(MalformedSize, match="byte 4 opens level 5; at most 4"):
        parse(b"[" * 5000, depth=4)
    assert parse(b'["[[[[[[[[[[\\"[[[["]', depth=1) == ['[[[[[[[[[["[[[[']


def _depth_by_hand(raw: bytes) -> int:
    """The most brackets open at once, by a plain walk over the characters."""
    opened = most = 0
    inside = escaped = False
    for character in raw.decode():
        if escaped:
            escaped = False
        elif inside:
            inside, escaped = character != '"', character == "\\"
        elif character == '"':
            inside = True
        elif character in "{[":
            opened += 1
            most = max(most, opened)
        elif character in "}]":
            opened -= 1
    return most


@given(VALUES)
def test_depth_is_counted_outside_strings(value: object) -> None:
    raw = encoding.encode_json(value)
    depth = _depth_by_hand(raw)
    assert parse(raw, depth=depth) == value
    if depth:
        with pytest.raises(MalformedSize):
            parse(raw, depth=depth - 1)


@pytest.mark.parametrize("text", ["é", "\ud800", "한", "e\u0301"])
def test_text_outside_ascii_is_not_encoded(text: str) -> None:
    with pytest.raises(MalformedJson, match="is not printable ASCII"):
        encoding.encode_json({"a": text})


@given(st.binary(max_size=70))
def test_hexadecimal_and_base64_round_trip(data: bytes) -> None:
    text = encoding.encode_hex(data)
    assert encoding.parse_hex(text, len(data), Malformed, "x") == data
    assert encoding.parse_base64(encoding.encode_base64(data), Malformed, "x") == data
    assert encoding.parse_base64url(encoding.encode_base64url(data), Malformed, "x") == data


@pytest.mark.parametrize(
    "text",
    ["", "0x", "ab", "0xab ", "0xAB", "0Xab", "0xa", "0xabc", "0xabcd", "0xa\n", "0xg0", 171, None, b"0xab", ["0xab"]],
)
def test_other_spellings_of_hexadecimal(text: object) -> None:
    with pytest.raises(MalformedRequest, match="key must be 0x and 2 lower-case hexadecimal digits"):
        encoding.parse_hex(text, 1, MalformedRequest, "key")


def _accepted(parse_text: Callable[..., bytes], start: str, alphabet: str, end: str = "") -> list[str]:
    found = []
    for character in alphabet:
        try:
            parse_text(start + character + end, Malformed, "x")
        except Malformed:
            continue
        found.append(character)
    return found


def test_last_character_of_base64_has_one_spelling() -> None:
    standard = string.ascii_letters + string.digits + "+/"
    assert len(_accepted(encoding.parse_base64, "A", standard, "==")) == 4
    assert len(_accepted(encoding.parse_base64, "AA", standard, "=")) == 16
    url = string.ascii_letters + string.digits + "-_"
    assert sorted(_accepted(encoding.parse_base64url, "A" * 42, url)) == sorted("AEIMQUYcgkosw048")
    assert sorted(_accepted(encoding.parse_base64url, "A", url)) == sorted("AQgw")


@pytest.mark.parametrize(
    "text", ["A", "AA=", "AA==\n", "AA\n==", " AA==", "AA", "AAA", "A-==", "====", "é", 1, None, b"AA=="]
)
def test_refused_base64(text: object) -> None:
    with pytest.raises(Malformed, match="salt must be canonical base64"):
        encoding.parse_base64(text, Malformed, "salt")


@pytest.mark.parametrize("text", ["A", "AA==", "AA\n", " AA", "A+", "A/", "AB", "é", 1, None])
def test_refused_base64url(text: object) -> None:
    with pytest.raises(Malformed, match="digest must be canonical unpadded base64url"):
        encoding.parse_base64url(text, Malformed, "digest")


@given(st.binary(max_size=50))
def test_base64_agrees_with_the_standard_library(data: bytes) -> None:
    assert encoding.encode_base64(data) == base64.b64encode(data).decode()
    assert encoding.encode_base64url(data) == base64.urlsafe_b64encode(data).decode().rstrip("=")


@given(st.dates())
def test_dates_round_trip(day: date) -> None:
    assert encoding.parse_date(day.isoformat(), Malformed, "x") == day


@given(st.integers(0, 253402300799))
def test_instants_round_trip(seconds: int) -> None:
    text = encoding.encode_instant(seconds)
    assert encoding.parse_instant(text, Malformed, "x") == datetime.fromtimestamp(seconds, UTC)
    assert encoding.encode_instant(int(encoding.parse_instant(text, Malformed, "x").timestamp())) == text


@pytest.mark.parametrize(
    "text",
    [
        *("2026-02-30", "2026-02-29", "2100-02-29", "0000-01-01", "2026-13-01", "2026-00-10", "2026-1-1", "20261120"),
        *(
            "2026-W47-5",
            "2026-11-20 ",
            "2026-11-20\n",
            "2026-11-20T00:00:00Z",
            "２０２６-11-20",
            "-2026-11-20",
            "",
            20261120,
            None,
        ),
    ],
)
def test_refused_dates(text: object) -> None:
    with pytest.raises(Malformed, match="on must be a date like 2026-11-20"):
        encoding.parse_date(text, Malformed, "on")


@pytest.mark.parametrize(
    "text",
    [
        *("2026-11-20T09:00:00", "2026-11-20T09:00:00z", "2026-11-20t09:00:00Z", "2026-11-20 09:00:00Z"),
        *("2026-11-20T24:00:00Z", "2016-12-31T23:59:60Z", "2026-11-20T09:00Z", "2026-11-20T09:00:00.0Z"),
        *("2026-11-20T09:00:00+00:00", "2026-02-30T09:00:00Z", "2026-11-20T09:60:00Z", "2026-11-20", "", 0, None),
        *("2026-11-20T09:00:00ZZ", "2026-11-20T09:00:00Z\n", "0000-01-01T00:00:00Z"),
    ],
)
def test_refused_instants(text: object) -> None:
    with pytest.raises(Malformed, match="at must be an instant like"):
        encoding.parse_instant(text, Malformed, "at")


def test_a_second_spelling_of_an_instant_is_refused_whatever_the_library_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    """A library that reads 24:00:00 as the next day makes no difference."""

    class Generous(datetime):
        @classmethod
        def fromisoformat(cls, text: str) -> Generous:
            return cls(2026, 11, 21)

    monkeypatch.setattr(encoding, "datetime", Generous)
    with pytest.raises(Malformed):
        encoding.parse_instant("2026-11-20T24:00:00Z", Malformed, "at")


def test_members_are_exact() -> None:
    required, optional = frozenset({"a", "b"}), frozenset({"c"})

    def check(value: object) -> object:
        return encoding.require_members(value, required, optional, Malformed, "the thing")

    assert check({"a": 1, "b": 2}) == {"a": 1, "b": 2}
    assert check({"a": 1, "b": 2, "c": 3}) == {"a": 1, "b": 2, "c": 3}
    with pytest.raises(Malformed, match="the thing lacks a, b"):
        check({"c": 1})
    with pytest.raises(Malformed, match="the thing has the unknown member d; allowed: a, b, c"):
        check({"a": 1, "b": 2, "d": 3})
    others: list[object] = [[], None, "a", 1]
    for value in others:
        with pytest.raises(Malformed, match="the thing must be an object"):
            check(value)


def test_integers_are_no_booleans() -> None:
    assert encoding.is_int(0)
    assert encoding.is_int(2**70)
    assert not encoding.is_int(True)
    assert not encoding.is_int(1.0)
    assert not encoding.is_int("1")


@given(st.binary(max_size=40), st.integers(1, 9))
def test_chunks_are_the_whole(data: bytes, size: int) -> None:
    pieces = list(encoding.chunks(data, size))
    assert b"".join(pieces) == data
    assert all(len(piece) == size for piece in pieces[:-1])


def test_long_values_are_cut_in_messages() -> None:
    with pytest.raises(Malformed) as caught:
        encoding.parse_hex("z" * 100_000, 32, Malformed, "key")
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("text", ["]", "}[[[[[", "][[[[[[", "[]]" + "[" * 9, "{}" + "]" + "[" * 5000])
def test_a_closing_bracket_with_none_open_ends_the_count(text: str) -> None:
    with pytest.raises(MalformedJson, match="closes a bracket that is not open"):
        parse(text.encode(), depth=4)


def test_white_space_is_that_of_unicode_without_the_information_separators() -> None:
    found = {chr(code) for code in range(0x110000) if re.fullmatch(f"[{encoding.WHITE_SPACE}]", chr(code))}
    assert found == {chr(code) for code in range(0x110000) if chr(code).isspace()} - set("\x1c\x1d\x1e\x1f")
    assert len(found) == 25
