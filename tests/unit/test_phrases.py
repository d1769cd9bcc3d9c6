"""Fixed sentences: told in either language, put together late, and read back from their English."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.phrases import MAX_READ, Phrase, Phrases, joined, told

TABLE = Phrases({"late": ("{n} days late ({why})", "{n}일 늦음({why})"), "plain": ("a (b) [c]", "가")})
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="()"), min_size=1, max_size=20)


def test_a_phrase_is_told_in_either_language() -> None:
    """A value that is a phrase is told in the language of the whole; words of one language stay what they are."""
    inner = Phrase.of(("the mail", "메일"))
    said = TABLE.say("late", n=3, why=inner)
    assert (said.told("en"), said.told("ko")) == ("3 days late (the mail)", "3일 늦음(메일)")
    assert told("an error", "ko") == "an error"
    both = joined([inner, "x"], (" and ", ", "))
    assert (both.told("en"), both.told("ko")) == ("the mail and x", "메일, x")
    assert joined([]).told("ko") == ""


def test_braces_in_a_value_are_no_values() -> None:
    assert TABLE.phrase("late", "ko", n="{why}", why="{0}") == "{why}일 늦음({0})"
    assert joined(["{a}", "}"]).told("en") == "{a}, }"


@given(st.integers(0, 10**6), WORDS)
def test_read_is_the_other_way_of_phrase(number: int, why: str) -> None:
    text = TABLE.phrase("late", "en", n=number, why=why)
    found = TABLE.read(text, ["plain", "late"])
    assert found is not None and found.told("en") == text
    assert found.told("ko") == TABLE.phrase("late", "ko", n=number, why=why)


@pytest.mark.parametrize(
    "text", ["", "3 days late", "3 days late (x) ", "a b c", "3 days late (" + "x" * MAX_READ + ")"]
)
def test_what_is_no_sentence_of_the_table(text: str) -> None:
    assert TABLE.read(text, TABLE.pairs) is None
