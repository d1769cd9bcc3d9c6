"""The tree of errors, its docstring, and one help page for each class."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from ledger import errors
from ledger.errors import HabeasError

PAGES = Path(__file__).resolve().parents[2] / "docs" / "problems"
BRANCHES = {
    errors.Malformed: "Malformed",
    errors.Verification: "Verification",
    errors.Refused: "Refused",
    errors.RuntimeFault: "Runtime",
}
CLASSES = [
    value
    for value in vars(errors).values()
    if inspect.isclass(value) and issubclass(value, HabeasError) and not value.__name__.startswith("_")
]


def _page(error: type[HabeasError]) -> str:
    return (PAGES / f"{error.type}.md").read_text(encoding="utf-8")


def test_every_class_has_a_type_and_a_title_of_its_own() -> None:
    assert len({error.type for error in CLASSES}) == len(CLASSES)
    assert len({error.title for error in CLASSES}) == len(CLASSES)


def test_the_tree_in_the_docstring_names_every_class_and_no_other() -> None:
    tree = (errors.__doc__ or "").split("Each class carries")[0]
    named = set(re.findall(r"\b(?:HabeasError|Malformed\w*|Verification\w*|Refused\w*|Runtime\w*)", tree))
    assert named == {error.__name__ for error in CLASSES}


@pytest.mark.parametrize("error", CLASSES, ids=lambda error: error.__name__)
def test_place_in_the_tree(error: type[HabeasError]) -> None:
    """A class sits under the branch whose name it begins with, and its type spells its name."""
    if error is HabeasError:
        assert error.type == "error"
        return
    (branch,) = [branch for branch in BRANCHES if issubclass(error, branch)]
    assert error.__name__.startswith(BRANCHES[branch])
    words = re.findall(r"[A-Z][a-z0-9]*", error.__name__.removesuffix("Fault"))
    assert error.type == "-".join(words).lower()


@pytest.mark.parametrize("error", CLASSES, ids=lambda error: error.__name__)
def test_page(error: type[HabeasError]) -> None:
    """Title as heading, then what happened, what to do, and an example; short."""
    page = _page(error)
    assert page.startswith(f"# {error.title}\n")
    assert re.findall(r"^## (.*)$", page, re.MULTILINE) == ["What happened", "What to do", "Example"]
    sections = re.split(r"^## .*$", page, flags=re.MULTILINE)[1:]
    assert all(len(section.strip()) >= 20 for section in sections)
    assert f"`{error.type}`" in page
    assert len(page) < 2500


def test_no_page_without_a_class() -> None:
    pages = {path.stem for path in PAGES.iterdir()}
    assert pages == {error.type for error in CLASSES}
