"""The index of specifications is complete, and links of its pages and of the problem pages lead somewhere."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = [*sorted((DOCS / "spec").glob("*.md")), *sorted((DOCS / "problems").glob("*.md")), DOCS / "glossary.md"]


def _anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_index_names_every_page() -> None:
    index = (DOCS / "spec" / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\]\(([a-z0-9-]+\.md)\)", index))
    assert named == {path.name for path in (DOCS / "spec").glob("*.md")} - {"README.md"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}/{page.stem}")
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("http://", "https://")):
            continue
        name, _, anchor = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        assert path.exists(), f"{page.name} links to {target}"
        assert not anchor or anchor in _anchors(path), f"{page.name} links to {target}"


def test_the_admission_page_shows_its_vector() -> None:
    """Role, leaf and leaf hash, and every class that a case expects."""
    text = (DOCS / "spec" / "admission.md").read_text(encoding="utf-8")
    folder = DOCS.parent / "tests" / "vectors" / "admission"
    cases = {path.stem: json.loads(path.read_bytes())["expect"] for path in folder.glob("*.json")}
    shown = cases["good-case-opened"]["ok"]
    assert f"role       {shown['role']}\nleaf       {shown['leaf']}\nleaf hash  {shown['leaf_hash']}\n" in text
    for expect in cases.values():
        assert "error" not in expect or f"`{expect['error']}`" in text
