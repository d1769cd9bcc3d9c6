"""The one harness for ``tests/vectors``: every case of every folder, and what a folder must have.

A folder holds one JSON file per case and a README; ``tests/vectors_ops/<folder>.py`` maps operations
to functions, ``tools/vectors/<folder>.py`` writes the cases. The folder ``merkle`` is shared with the
contract and has a shape and a test of its own; here it is only counted.
"""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger import errors
from tools.vectors.__main__ import differences, generators

ROOT = Path(__file__).resolve().parents[2]
VECTORS = ROOT / "tests" / "vectors"
OTHER_SHAPES = {"merkle", "deadlines"}
Case = dict[str, Any]
Operation = Callable[[dict[str, Any]], dict[str, Any]]


def _folders() -> list[str]:
    return sorted(path.name for path in VECTORS.iterdir() if path.is_dir() and path.name not in OTHER_SHAPES)


def _files() -> list[Path]:
    return [path for folder in _folders() for path in sorted((VECTORS / folder).glob("*.json"))]


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def _load(path: Path) -> Case:
    case: Case = json.loads(path.read_bytes())
    return case


def _operations(folder: str) -> dict[str, Operation]:
    operations: dict[str, Operation] = importlib.import_module(f"tests.vectors_ops.{folder}").OPERATIONS
    return operations


def _outcome(operation: Operation, given: dict[str, Any]) -> Case:
    """What an operation gives, in the shape of ``expect``. Only errors of the tree count as errors."""
    try:
        return {"ok": operation(given)}
    except errors.HabeasError as error:
        assert len(str(error)) >= 10, f"{type(error).__name__} says too little: {error}"
        return {"error": type(error).__name__}


@pytest.mark.parametrize("path", _files(), ids=_name)
def test_case(path: Path) -> None:
    """The operation gives exactly the values, or raises exactly the class, that the case names."""
    case = _load(path)
    operation = _operations(path.parent.name)[case["operation"]]
    assert _outcome(operation, case["input"]) == case["expect"], case["description"]


@pytest.mark.parametrize("path", _files(), ids=_name)
def test_shape(path: Path) -> None:
    """A case has the four members, one outcome, a known class and a name that is a word for a file."""
    case = _load(path)
    assert set(case) == {"description", "operation", "input", "expect"}
    assert isinstance(case["description"], str) and len(case["description"]) >= 3
    assert isinstance(case["input"], dict)
    assert list(case["expect"]) in (["ok"], ["error"])
    assert re.fullmatch(r"[A-Za-z0-9._-]{1,100}", path.stem)
    if "error" in case["expect"]:
        known = getattr(errors, case["expect"]["error"], None)
        assert isinstance(known, type) and issubclass(known, errors.HabeasError)


@pytest.mark.parametrize("folder", _folders())
def test_folder_is_complete(folder: str) -> None:
    """A README that names every operation, operations that are all used, a generator, and cases."""
    readme = (VECTORS / folder / "README.md").read_text(encoding="utf-8")
    used = {_load(path)["operation"] for path in (VECTORS / folder).glob("*.json")}
    assert used, f"tests/vectors/{folder} has no case"
    assert used == set(_operations(folder)), "operations used by cases and operations defined differ"
    unnamed = sorted(operation for operation in used if operation not in readme)
    assert not unnamed, f"the README does not name {unnamed}"
    assert folder in generators()


def test_every_operation_belongs_to_a_folder() -> None:
    """No module of operations without its folder."""
    modules = {path.stem for path in (ROOT / "tests" / "vectors_ops").glob("*.py") if path.stem != "__init__"}
    assert modules - OTHER_SHAPES <= set(_folders())


def test_the_index_names_every_folder_and_its_operations() -> None:
    """tests/vectors/README.md has one row for each folder, in order, with exactly the operations of its cases."""
    text = (VECTORS / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[(\w+)\]\((\w+)/README\.md\) \| (.+) \| (.+) \|$", text, re.MULTILINE)
    folders = sorted(path.name for path in VECTORS.iterdir() if path.is_dir())
    assert [name for name, *_ in rows] == [target for _, target, *_ in rows] == folders
    for folder, _, what, operations in rows:
        cases = [_load(path) for path in sorted((VECTORS / folder).rglob("*.json"))]
        used = sorted({case.get("operation", case.get("kind")) for case in cases})
        assert re.findall(r"`([a-z0-9_.]+)`", operations) == used, f"the row of {folder}"
        assert len(what) >= 10


def test_checked_in_cases_are_what_the_generators_write() -> None:
    """Run every generator in a copy and compare its bytes."""
    assert differences() == []


def test_there_are_enough_cases_and_most_are_broken() -> None:
    """At least 250 cases over all folders, two thirds of them broken on purpose."""
    outcomes = [_broken(_load(path)) for path in VECTORS.glob("*/*.json")]
    assert len(outcomes) >= 250
    assert 3 * sum(outcomes) >= 2 * len(outcomes), f"{sum(outcomes)} of {len(outcomes)} are broken"


def _broken(case: Case) -> bool:
    expect = case["expect"]
    if isinstance(expect, str):
        return expect != "ok"
    # A mail that was spoiled, a bundle that is false, a log that breaks a rule: no errors, they have the result of one.
    spoiled = {"grade_d", "failed", "undetermined", "none", "other_case"}
    ok = expect.get("ok", {})
    found = ok.get("exit") == 1 or bool(ok.get("findings")) or bool(ok.get("wrong_roots"))
    return "error" in expect or found or ok.get("result") in spoiled or ok.get("where") in spoiled
