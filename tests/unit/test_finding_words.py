"""The words of a finding: in both languages, neutral, each sentence once."""

from __future__ import annotations

from string import Formatter

import pytest

from ledger.cli.report import report_json, report_text
from ledger.finding import words as fixed
from ledger.kinds import BASES, DISPUTES
from ledger.words import Language
from tests.unit.findings import LANGUAGES, NOW, asked


def test_the_report_gives_the_reasons_once_in_each_language() -> None:
    """The steps of both readings, each with its source and mark; and the two sentences that always stand there."""
    matter = asked()
    matter.check_in("2026-12-01")
    result = matter.assessed(NOW)
    english, korean = report_text(result, "en", checks=False), report_text(result, "ko", checks=False)
    assert english.count("Why these dates") == 1 and "[Regulation 1182/71 arts 2 and 3 (C)]" in english
    assert korean.count("기한의 근거") == 1
    assert "Not a finding of a breach. Not legal advice." in english
    assert "위법 여부의 판단이 아니며 법률 자문이 아닙니다." in korean
    shown = report_json(result)["finding"]
    assert isinstance(shown, dict) and isinstance(shown["due"], dict)
    assert shown["due"]["due_latest"] == "2026-11-23"
    # The same in JSON: every sentence in both languages, at the place where the report has it.
    assert isinstance(shown["sentences"], list) and isinstance(shown["due"]["steps"], list)
    for lang, report in (("en", english), ("ko", korean)):
        told = [line[lang] for line in shown["sentences"] if isinstance(line, dict)]
        steps = [step["text"][lang] for step in shown["due"]["steps"] if isinstance(step["text"], dict)]
        assert told and steps and all(str(line) in report for line in (*told, *steps))


@pytest.mark.parametrize("name", sorted(fixed._TEXT))
def test_both_languages_name_the_same_values(name: str) -> None:
    english, korean = fixed._TEXT[name]
    fields = [{field for _, field, _, _ in Formatter().parse(text) if field} for text in (english, korean)]
    assert fields[0] == fields[1] and english != korean


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_closed_list_has_its_words(lang: Language) -> None:
    names = [f"against.{item}" for item in DISPUTES if item != "resolved"] + [f"basis.{item}" for item in BASES]
    assert all(fixed.word(name, lang) for name in names)


def test_no_word_judges() -> None:
    """Neutral in both languages: who states what, and never why."""
    every = [text for pair in (*fixed._TEXT.values(), *fixed._WORDS.values()) for text in pair]
    text = "\n".join(every).lower()
    bad = ("ignored", "breach", "unlawful", "violat", "fault", "guilt", "무시", "위반", "묵살", "불법", "잘못", "고의")
    assert not [word for word in bad if word in text]
