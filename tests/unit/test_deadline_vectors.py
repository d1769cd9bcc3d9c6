"""The cases of ``tests/vectors/deadlines``: published due dates, derived ones, and what is refused."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ledger import errors
from tests.vectors_ops.deadlines import OPERATIONS
from tools.vectors.__main__ import generators
from tools.vectors._deadline_rows import AUTHORITY, DERIVED

FOLDER = Path(__file__).resolve().parents[1] / "vectors" / "deadlines"
CASES = sorted(FOLDER.glob("*.json"))


def _load(path: Path) -> dict[str, Any]:
    case: dict[str, Any] = json.loads(path.read_bytes())
    return case


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    """The operation gives exactly the values, or raises exactly the class, that the case names."""
    case = _load(path)
    try:
        outcome: dict[str, Any] = {"ok": OPERATIONS[case["operation"]](case["input"])}
    except errors.HabeasError as error:
        assert len(str(error)) >= 20, f"{type(error).__name__} says too little: {error}"
        outcome = {"error": type(error).__name__}
    assert outcome == case["expect"], case["description"]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_shape(path: Path) -> None:
    """The four members of every folder, and two more: the kind and the source of the date."""
    case = _load(path)
    assert set(case) == {"description", "operation", "input", "expect", "kind", "source"}
    assert case["kind"] in ("authority", "derived", "format") and len(case["source"]) >= 3
    assert list(case["expect"]) in (["ok"], ["error"])
    assert re.fullmatch(r"[A-Za-z0-9._-]{1,100}", path.stem)


def test_the_folder_is_complete() -> None:
    """A README that names every operation and every further member, a licence, a generator."""
    readme = (FOLDER / "README.md").read_text("utf-8")
    used = {_load(path)["operation"] for path in CASES}
    assert used == set(OPERATIONS) and all(f"`{name}`" in readme for name in used)
    assert all(f"`{name}`" in readme for name in ("kind", "source", "authority", "derived", "format"))
    assert "CC0 1.0 Universal" in (FOLDER / "LICENSE").read_text("utf-8")
    assert "deadlines" in generators()


def test_every_row_has_its_cases() -> None:
    """By number, so that no row can get lost."""
    kinds = Counter(_load(path)["kind"] for path in CASES)
    assert kinds["authority"] == len(AUTHORITY)
    assert kinds["derived"] > len(DERIVED)
    numbers = {row[0].partition("-")[0] for row in (*AUTHORITY, *DERIVED)}
    wanted = "A1 A2 A3 A4 A6 A8 A9 A10 A11 A12 A13 A14 A15 A16 D1 D3 D4 D5 D7 D8 D10 D12 D13 D14 D15 D18 D19 D20 D23"
    wanted += " D25 D27 D29 D31 D32 D33 D34 D35 D36 D37 D40 D41 D42 D43 D44 D46 D47 D48 D49 D50 D51 D52 D54"
    assert numbers == set(wanted.split())
