"""docs/mail.md and its Korean page say what the program says and does."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any, get_args

import pytest
from typer.main import get_command

from ledger.cli.commands import app
from ledger.cli.mailing.originals import SERVICES, how_to
from ledger.cli.mailing.words import CASES, GRADES
from ledger.mail.binding import Where
from ledger.mail.grade import GRADES as KNOWN

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = [DOCS / "mail.md", DOCS / "mail.ko.md"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s#]+)", page.read_text("utf-8")):
        assert (DOCS / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_shown_exists_with_its_options(page: Path) -> None:
    root: Any = get_command(app)
    text = page.read_text("utf-8")
    blocks = "\n".join(text.split("```")[1::2]).replace("\\\n", " ")
    shown = [line for line in blocks.splitlines() if line.startswith("habeas")]
    shown += re.findall(r"`(habeas (?:mail|post|page|case|say|prove)[^`]*)`", text)
    assert len(shown) > 8
    for line in shown:
        words = shlex.split(line, comments=True)[1:]
        command, rest = root.get_command(None, words[0]), words[1:]
        if words[0] == "verify":  # it has a parser of its own, see ledger/cli/verify_command.py
            continue
        if getattr(command, "commands", None) and rest and rest[0] in command.commands:
            command, rest = command.commands[rest[0]], rest[1:]
        elif getattr(command, "commands", None):
            assert rest[:1] in ([], ["KIND"], ["…"]), line
            continue
        known = {option for param in command.params for option in param.opts}
        assert {word for word in rest if word.startswith("--")} <= known, line


def test_services_are_listed_as_the_program_lists_them() -> None:
    """What was not confirmed says so in the program and on both pages."""
    sections = zip(PAGES, ("## How to get the original", "## 원본을 받는 방법"), strict=True)
    english, korean = (page.read_text("utf-8").split(heading)[1].split("\n###")[0] for page, heading in sections)
    for name, _, _, confirmed in SERVICES:
        word = name.split(",")[0].split(" ")[0]
        here = {"Daum": "다음", "Naver": "네이버", "Any": "IMAP"}.get(word, word)
        [row] = [line for line in english.splitlines() if line.startswith("| ") and word.lower() in line.lower()[:40]]
        [second] = [line for line in korean.splitlines() if line.startswith("| ") and here in line[:40]]
        assert confirmed != ("not confirmed" in row) and confirmed != ("확인되지 않음" in second)
    assert how_to("en").count("(not confirmed)") == sum(not item[3] for item in SERVICES)
    assert "원본" in how_to("ko") and "original" in how_to("en")


def test_every_grade_has_words() -> None:
    assert {*KNOWN, "failed", "undetermined"} == GRADES.keys()
    assert {*get_args(Where), "unread"} == CASES.keys()
    for english, korean in (*GRADES.values(), *CASES.values()):
        assert english.isascii() and re.search("[가-힣]", korean)
