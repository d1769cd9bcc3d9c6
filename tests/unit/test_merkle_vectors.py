"""The Merkle vectors that the contract's tests read too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ledger.errors import HabeasError
from tests.vectors_ops.merkle import OPERATIONS

FOLDER = Path(__file__).resolve().parents[1] / "vectors" / "merkle"
CASES = sorted(path for path in FOLDER.glob("*.json"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_merkle_vector(path: Path) -> None:
    case = json.loads(path.read_text(encoding="utf-8"))
    try:
        OPERATIONS[case["kind"]](case)
    except HabeasError as error:
        assert type(error).__name__ == case["expect"], str(error)
    else:
        assert case["expect"] == "ok"


def test_both_kinds_and_both_answers_are_there() -> None:
    shown = {
        (case["kind"], case["expect"]) for case in (json.loads(path.read_text(encoding="utf-8")) for path in CASES)
    }
    assert shown == {
        ("inclusion", "ok"),
        ("inclusion", "VerificationInclusion"),
        ("consistency", "ok"),
        ("consistency", "VerificationConsistency"),
    }
