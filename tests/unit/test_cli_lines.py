"""The lines of ``habeas mail``, ``post`` and ``page``: each in both languages, with the same values."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from ledger.cli.mailing import lines
from ledger.mail.grade import GRADES


@pytest.mark.parametrize("name", sorted(lines._LINES))
def test_both_languages_have_the_same_values(name: str) -> None:
    english, korean = lines._LINES[name]
    fields = [{field for _, field, _, _ in Formatter().parse(text) if field} for text in (english, korean)]
    assert fields[0] == fields[1] and english.isascii()


def test_every_line_is_printed_somewhere() -> None:
    folder = Path(lines.__file__).parents[1]
    text = "".join(path.read_text("utf-8") for path in folder.rglob("*.py") if path.name != "lines.py")
    named = {name for name in lines._LINES if not re.match("(result|case)_", name)}
    assert not [name for name in named if f'"{name}"' not in text]


def test_every_result_has_a_word() -> None:
    for result in (*GRADES, "failed", "undetermined", "unreadable"):
        assert lines.result_words(result, "en") == result and lines.result_words(result, "ko") != result
    assert lines.result_words("grade_z", "ko") == "grade_z", "another program's word stays as it is"
