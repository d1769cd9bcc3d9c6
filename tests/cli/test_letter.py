"""Letters: the case id in subject and body, no law, no threat, no hole left in the text."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from ledger.cli.letter import REQUEST, TITLE, write_letter
from ledger.cli.main import main
from ledger.cli.output import Language
from ledger.encoding import encode_hex
from ledger.errors import MalformedRequest
from ledger.kinds import RIGHTS
from tests.unit.a_case import a_case

# No statute, no article, no threat: what the law says stands in rules with their source, not here.
LAW = re.compile(
    r"\b(art|article|section|act|gdpr|pipa|court|sue|fine)\b|법|조항|제\d+조|소송|고소|과태료", re.IGNORECASE
)


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("right", RIGHTS)
def test_every_right_in_both_languages(language: Language, right: str) -> None:
    case = a_case()
    text = write_letter(case, right, language, date(2026, 11, 20))
    subject = text.splitlines()[0]
    assert encode_hex(case.case) in subject
    assert text.count(encode_hex(case.case)) == 3
    assert "2026-11-20" in text and case.company in text and case.ledger in text
    assert not LAW.search(text.replace(case.ledger, ""))
    assert "{" not in text and "}" not in text


def test_every_right_has_words() -> None:
    assert set(TITLE) == set(REQUEST) == set(RIGHTS)


def test_an_unknown_right() -> None:
    with pytest.raises(MalformedRequest, match="--right must be one of access"):
        write_letter(a_case(), "revenge", Language.en, date(2026, 11, 20))


@pytest.mark.parametrize("command", ["letter", "prove"])
def test_a_place_where_no_file_can_be_made(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Said before a letter is kept or a bundle is fetched."""
    out = tmp_path / "none" / "file"
    assert main([command, "--folder", str(tmp_path / "mine"), "--out", str(out)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and f"there is no folder {out.parent}; make it first" in said
    assert not (tmp_path / "mine").exists()
