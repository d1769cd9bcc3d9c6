"""What checks say: each sentence in both languages, told in the language of whoever reads."""

from __future__ import annotations

import json
import re
from pathlib import Path
from string import Formatter

import pytest

from ledger.cli.report import report_json, report_text
from ledger.errors import HabeasError
from ledger.phrases import Phrase
from ledger.verification import step_words, words
from ledger.verification.checks import Value
from tests.vectors_ops.assessment import _assessed

FOLDER = Path(step_words.__file__).parent
VECTORS = Path(__file__).resolve().parents[1] / "vectors" / "assessment"
TABLES = {f"{name}.{entry}": pair for name, table in (("steps", step_words), ("evidence", words))
          for entry, pair in table.DETAILS.items()}  # fmt: skip


@pytest.mark.parametrize("name", sorted(TABLES))
def test_both_languages_have_the_same_values(name: str) -> None:
    english, korean = TABLES[name]
    fields = [{field for _, field, _, _ in Formatter().parse(text) if field} for text in (english, korean)]
    assert fields[0] == fields[1] and english.isascii()
    bad = ("무시", "위반", "묵살", "불법", "잘못", "고의")
    assert not [word for word in bad if word in korean]


def test_every_sentence_is_said_somewhere() -> None:
    """By the sources: an entry that nothing says is left over, one that is said and not there would be a fault."""
    text = "".join(path.read_text("utf-8") for path in FOLDER.glob("*.py") if not path.stem.endswith("words"))
    made = ("bound_", "said_", "case_subject", "case_body")  # put together from a grade, a result, a place
    left = [name for name in TABLES if f'"{name.partition(".")[2]}"' not in text]
    assert not [name for name in left if not name.partition(".")[2].startswith(made)]
    said = set(re.findall(r'\bsay\("([a-z_0-9]+)"', text))
    assert said - {name.partition(".")[2] for name in TABLES} == set()


def test_no_check_of_the_vectors_is_left_in_english() -> None:
    """Words of one language alone are an error's, or an observation's that says otherwise."""
    seen = set()
    for path in sorted(VECTORS.glob("*.json")):
        given = json.loads(path.read_text("utf-8"))["input"]
        if "bundle" not in given or "policy" not in given:
            continue
        try:
            result = _assessed(given)
        except HabeasError:
            continue
        for item in result.checks:
            said = item.check.said
            if isinstance(said, Phrase):
                seen.add(said.pair)
                assert re.search("[가-힣]", said.told("ko")) and said.told("en") == item.check.detail
            else:
                is_observed = said.startswith("the test says otherwise")
                assert item.check.own is Value.FAILED or is_observed, (path.name, item.check.name, said)
    assert len(seen) > 90, "the vectors show nearly every sentence"


def test_a_report_in_korean_has_its_details_in_korean() -> None:
    given = json.loads((VECTORS / "replayed-by-two.json").read_text("utf-8"))["input"]
    result = _assessed(given)
    english, korean = report_text(result, "en"), report_text(result, "ko")
    assert "The file is a canonical bundle of version 1." in english
    assert "파일은 버전 1의 정규 형식 묶음입니다." in korean and "canonical bundle" not in korean
    details = {str(each["detail"]) for each in report_json(result)["checks"]}  # type: ignore[union-attr, index, call-overload]
    assert details == {item.check.detail for item in result.checks}, "programs get the English sentence"
