"""Every reason of a grade has its sentence in both languages, by its code."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from ledger.mail.reasons import CODES, KEY_FOUND, REASONS, code_of, found_words, reason_text, reason_words

ROOT = Path(__file__).resolve().parents[2] / "ledger"
ORIGINS = ("archive", "recovered", "single", "part_quorum")
TABLES = {**REASONS, **{f"found.{name}": pair for name, pair in KEY_FOUND.items()}}


def values_of(name: str) -> dict[str, str]:
    """Made-up values for a sentence."""
    return {field: f"<{field}>" for _, field, _, _ in Formatter().parse(TABLES[name][0]) if field}


@pytest.mark.parametrize("name", sorted(TABLES))
def test_both_languages_have_the_same_values(name: str) -> None:
    english, korean = TABLES[name]
    fields = [{field for _, field, _, _ in Formatter().parse(text) if field} for text in (english, korean)]
    assert fields[0] == fields[1]
    assert english.isascii() and re.search("[가-힣]", korean)


@pytest.mark.parametrize("name", sorted(REASONS))
def test_a_reason_that_came_in_english_is_told_in_korean(name: str) -> None:
    text = reason_text(name, **values_of(name))
    assert reason_words(code_of(name), text, "en") == text
    assert reason_words(code_of(name), text, "ko") == REASONS[name][1].format(**values_of(name))


def test_what_another_program_words_otherwise_stays_as_it_is() -> None:
    assert reason_words("key_1024", "something else", "ko") == "something else"
    assert reason_words("new_code", "something else", "ko") == "something else"


def test_what_is_said_of_a_key() -> None:
    """Each sentence is read back as itself, however alike they are."""
    for name, (english, korean) in KEY_FOUND.items():
        values = values_of(f"found.{name}")
        assert found_words([english.format(**values)], "ko") == korean.format(**values)


def test_the_table_holds_what_the_code_says_and_no_more() -> None:
    """By the sources: a code without a sentence would be a fault, a sentence without a code is never told."""
    files = ("mail/grade.py", "mail/hold_down.py", "mail/dkim.py", "mail/capture.py", "mail/quorum.py",
             "runtime/attester/attest.py")  # fmt: skip
    text = "".join((ROOT / name).read_text("utf-8") for name in files)
    used = set(re.findall(r'(?:Reason\.of|_broken)\(\s*f?"([a-z_0-9/{}]+)"', text))
    by_origin = {name for name in used if "{origin}" in name}
    used = (used - by_origin) | {name.format(origin=origin) for name in by_origin for origin in ORIGINS}
    used |= set(re.findall(r'"(no_case|several_cases|no_day|not_own)"', text))
    assert set(REASONS) - used == set()
    assert {name for name in used - set(REASONS) if "/" not in name} == set(), "these have no sentence"
    assert set(KEY_FOUND) == set(re.findall(r'found_text\(\s*"([a-z_]+)"', text))
    assert len(CODES) > 40
