"""Answers of attesters: the page shows the very bytes, and every change of a byte is refused or read as it stands."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from ledger.attest_answer import MAX_BYTES, AttestAnswer
from ledger.errors import HabeasError, MalformedAnswer, MalformedSize

ROOT = Path(__file__).resolve().parents[2]
VECTORS = ROOT / "tests" / "vectors" / "attest_answer"


def vector(name: str) -> bytes:
    return base64.b64decode(json.loads((VECTORS / f"{name}.json").read_text("utf-8"))["input"]["answer"])


def test_the_page_shows_the_vector() -> None:
    page = (ROOT / "docs" / "spec" / "attester.md").read_text("utf-8")
    assert f"```\n{vector('grade-a').decode('ascii')}\n```" in page


def test_every_byte_counts() -> None:
    """Another byte is another answer or none: never the same one."""
    data = vector("grade-a")
    first = AttestAnswer.parse(data)
    for place in range(0, len(data), 7):
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        try:
            assert AttestAnswer.parse(changed) != first
        except HabeasError as error:
            assert str(error)


def test_too_large() -> None:
    with pytest.raises(MalformedSize):
        AttestAnswer.parse(b" " * (MAX_BYTES + 1))
    with pytest.raises(MalformedAnswer, match="not JSON"):
        AttestAnswer.parse(b" " * MAX_BYTES)
