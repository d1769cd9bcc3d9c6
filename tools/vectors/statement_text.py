"""Texts that are no canonical JSON: one good signed statement, changed as a text."""

from __future__ import annotations

import unicodedata
from typing import Any

from tools.vectors.statements import OPENED, REFUSED, jcs, sign, signed
from tools.vectors.writing import Cases

GOOD = signed(OPENED)
FIRST, SECOND = '"habeas":1', '"number":7'


def _swap(old: str, new: str) -> str:
    if GOOD.count(old) != 1:
        raise ValueError(f"{old} occurs {GOOD.count(old)} times")
    return GOOD.replace(old, new)


def _number(text: str) -> str:
    return _swap(SECOND, f'"number":{text}')


def _place(text: str) -> str:
    return _swap('"place":"IE"', f'"place":"{text}"')


def _unsorted(value: dict[str, Any]) -> str:
    return jcs({"signature": sign(value), "statement": 0}).replace("0}", _backwards(value) + "}")


def _backwards(value: dict[str, Any]) -> str:
    return "{" + ",".join(f"{jcs(name)}:{jcs(value[name])}" for name in sorted(value, reverse=True)) + "}"


TEXTS: dict[str, tuple[str, str]] = {
    "empty": ("no bytes at all", ""),
    "byte-order-mark": ("a byte order mark first", "\ufeff" + GOOD),
    "newline-last": ("a newline at the end", GOOD + "\n"),
    "newline-inside": ("a newline between tokens", _swap(FIRST, '"habeas":\n1')),
    "space-first": ("a space before the text", " " + GOOD),
    "space-last": ("a space after the text", GOOD + " "),
    "space-after-colon": ("a space between tokens", _swap(FIRST, '"habeas": 1')),
    "space-after-comma": ("a space between tokens", _swap(',"habeas"', ', "habeas"')),
    "members-unsorted": ("members of the statement the other way round", _unsorted(REFUSED)),
    "envelope-unsorted": (
        "statement before signature",
        f'{{"statement":{jcs(OPENED)},"signature":"{sign(OPENED)}"}}',
    ),
    "member-twice": ("the same member with the same value twice", _swap(FIRST, f"{FIRST},{FIRST}")),
    "member-twice-other-value": ("a member twice with two values", _swap(FIRST, f'"habeas":2,{FIRST}')),
    "signature-twice": ("a member of the envelope twice", GOOD.replace("{", '{"signature":"",', 1)),
    "escaped-letter": ("\\u0041 where A would do", _place("I\\u0045")),
    "escaped-slash": ("\\/ where / would do", _swap("habeas.example/main", "habeas.example\\/main")),
    "escaped-newline": ("a control character as escape", _place("I\\n")),
    "escaped-quote-as-number": ('\\u0022 where \\" would do', _place("\\u0022")),
    "escaped-delete": ("U+007F as escape", _place("\\u007f")),
    "escaped-hangul": ("text outside ASCII as escape", _place("\\ud55c")),
    "escape-unknown": ("no JSON escape", _place("\\x41")),
    "lone-surrogate": ("half of a surrogate pair as escape", _place("\\ud800")),
    "surrogates-exchanged": ("a surrogate pair the wrong way round", _place("\\udc00\\ud800")),
    "composed-text": ("e with acute accent, composed (NFC)", _place(unicodedata.normalize("NFC", "\u00e9"))),
    "decomposed-text": (
        "e with acute accent, decomposed (NFD)",
        _place(unicodedata.normalize("NFD", "\u00e9")),
    ),
    "hangul-company": ("a domain that is no A-label", _swap("shop.example", "\uc0c1\uc810.example")),
    "homograph-company": ("a Cyrillic letter in the domain", _swap("shop.example", "sh\u043ep.example")),
    "delete-character": ("U+007F in a text", _place("I\x7fE")),
    "control-character": ("U+0001 in a text", _place("I\x01E")),
    "tab-in-text": ("a tab in a text", _place("I\tE")),
    "zero-character": ("U+0000 in a text", _place("I\x00E")),
    "number-not-a-number": ("NaN is no JSON", _number("NaN")),
    "number-infinity": ("Infinity is no JSON", _number("Infinity")),
    "number-minus-infinity": ("-Infinity is no JSON", _number("-Infinity")),
    "number-1e400": ("a number over every float", _number("1e400")),
    "number-exponent": ("7e0 is a second spelling of 7", _number("7e0")),
    "number-fraction": ("7.0 is a second spelling of 7", _number("7.0")),
    "habeas-fraction": ("1.0 equals 1 in some languages", _swap(FIRST, '"habeas":1.0')),
    "number-2-53": ("one over the greatest integer", _number(str(2**53))),
    "number-2-64": ("an integer over 64 bits", _number(str(2**64))),
    "number-5000-digits": ("more digits than some parsers take", _number("9" * 5000)),
    "number-negative": ("integers are 0 or more", _number("-1")),
    "number-minus-zero": ("-0 is a second spelling of 0", _number("-0")),
    "number-leading-zero": ("07 is no JSON", _number("07")),
    "number-plus": ("+7 is no JSON", _number("+7")),
    "number-hexadecimal": ("0x7 is no JSON", _number("0x7")),
    "number-underscore": ("1_0 is no JSON", _number("1_0")),
    "number-fullwidth": ("a digit outside ASCII", _number("\uff17")),
    "single-quotes": ("texts have double quotes", GOOD.replace('"', "'")),
    "comma-last": ("a comma after the last member", GOOD[:-1] + ",}"),
    "comment": ("JSON has no comments", GOOD[:-1] + "/**/}"),
    "truncated": ("the last byte is missing", GOOD[:-1]),
    "closing-brace-extra": ("a brace too many at the end", GOOD + "}"),
    "twice": ("two documents", GOOD + GOOD),
    "unterminated-text": ("a text without end", GOOD[: GOOD.index("habeas")] + "{[" * 9),
    "brace-closed-first": ("a closing bracket with none open ends the count", "}" + "[" * 5),
    "bracket-closed-first": ("a closing bracket with none open ends the count", "]" + "[" * 6),
    "brackets-closed-too-often": ("the same after a balanced part", "[]]" + "[" * 9),
    "brackets-closed-first": ("closing brackets cannot pay for later ones", "]" * 9 + "[" * 9),
}
BYTES: dict[str, tuple[str, bytes]] = {
    "byte-ff": ("a byte that is never UTF-8", GOOD.encode().replace(b'"IE"', b'"\xff\xfe"')),
    "surrogate-in-utf-8": (
        "a lone surrogate as three bytes",
        GOOD.encode().replace(b'"IE"', b'"\xed\xa0\x80"'),
    ),
    "overlong-utf-8": (
        "a slash as two bytes",
        GOOD.encode().replace(b"example/main", b"example\xc0\xafmain"),
    ),
    "latin-1": ("another character set", GOOD.encode().replace(b'"IE"', b'"\xe9"')),
    "utf-16": ("another encoding", GOOD.encode("utf-16-be")),
}
DEEP: dict[str, tuple[str, str]] = {
    "brackets-5000": ("nesting that exhausts a recursive parser", "[" * 5000),
    "braces-1000": ("nested objects", '{"a":' * 1000 + "1" + "}" * 1000),
    "brackets-after-quoted-quote": ("a quoted quote does not end a text", '{"a":"\\"","b":' + "[" * 5),
    "brackets-before-a-closing-one": ("the fifth comes before any closing one", "[" * 5 + "]" * 9),
    "brackets-after-backslash": ("a quoted backslash does", '{"a":"\\\\","b":' + "[" * 5),
    "size-before-json": ("8,193 bytes of anything", "x" * 8193),
}


def add_to(cases: Cases) -> None:
    """Add every case of this module."""
    for name, (description, text) in TEXTS.items():
        cases.bad(f"json-{name}", "statement.verify", {"signed": text}, "MalformedJson", description)
    for name, (description, data) in BYTES.items():
        cases.bad(f"json-{name}", "statement.verify", {"signed_hex": data.hex()}, "MalformedJson", description)
    for name, (description, text) in DEEP.items():
        cases.bad(f"json-{name}", "statement.verify", {"signed": text}, "MalformedSize", description)
