"""Texts of strangers on a terminal: none may move the cursor, hide a line or turn the reading direction around."""

from __future__ import annotations

import json
import re
import unicodedata

_REPLACED = "\N{REPLACEMENT CHARACTER}"
_OTHERS = "\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff"
_IN_LINE = re.compile(f"[\x00-\x1f{_OTHERS}]")
_IN_LINES = re.compile(f"[\x00-\x08\x0b-\x1f{_OTHERS}]")
_IN_JSON = re.compile(f"[{_OTHERS}]")


def clean_line(text: str) -> str:
    """``text`` as one line: control characters and changes of direction become U+FFFD; any script stays."""
    return _IN_LINE.sub(_REPLACED, text)


def clean_lines(text: str) -> str:
    """As ``clean_line``, but line ends and tabs stay: for a text of ours with a stranger's words in it."""
    return _IN_LINES.sub(_REPLACED, text)


def dump_json(value: object, indent: int | None = 1) -> str:
    """JSON whose texts are readable in any script; what a terminal would obey is escaped, the value is the same."""
    made = json.dumps(value, indent=indent, ensure_ascii=False)
    return _IN_JSON.sub(lambda match: f"\\u{ord(match.group()):04x}", made)


def pad(text: str, columns: int) -> str:
    """``text`` and spaces up to ``columns`` of a terminal, where a Korean letter takes two."""
    return text + " " * (columns - sum(1 + (unicodedata.east_asian_width(letter) in "WF") for letter in text))
