"""The examples in the specifications of bundle, policy and assessment are the vectors' own bytes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from ledger.assessment import assess
from ledger.bundle import parse_bundle
from ledger.fraud.procedure import assess_fraud
from ledger.fraud.proof import parse_fraud
from ledger.policy import parse_policy
from ledger.verification.observed import Observed

ROOT = Path(__file__).resolve().parents[2]
SPEC = ROOT / "docs" / "spec"


def blocks(page: str) -> list[str]:
    return re.findall(r"^```\n(.*?)\n```$", (SPEC / page).read_text("utf-8"), re.DOTALL | re.MULTILINE)


def vector(name: str) -> dict[str, Any]:
    given: dict[str, Any] = json.loads((ROOT / "tests" / "vectors" / f"{name}.json").read_bytes())["input"]
    return given


def test_bundle() -> None:
    """The smallest bundle byte for byte, and the size of the whole one."""
    assert blocks("bundle.md")[0] == vector("bundle/nothing-shown")["bundle"]
    whole = vector("bundle/whole")["bundle"]
    assert f"{len(whole):,} bytes" in (SPEC / "bundle.md").read_text("utf-8")
    for line in blocks("bundle.md")[1].splitlines():
        text = line.strip().rstrip(",").rpartition(": ")[2].strip('"').removesuffix("…")
        assert text in whole or text in "{}[]", line


def test_policy() -> None:
    """The policy parses and is the vector's."""
    example = blocks("policy.md")[0] + "\n"
    assert example == vector("policy/one-ledger")["policy"]
    assert list(parse_policy(example.encode()).ledgers) == ["habeas.example/main"]


def test_assessment() -> None:
    """Each line of the example is a check with that step and value; every step has its paragraph."""
    given = vector("assessment/anchor-vouched")
    bundle, policy = parse_bundle(given["bundle"].encode()), parse_policy(given["policy"].encode())
    observed = Observed({bytes.fromhex(block): "a test" for block in given["canonical"]})
    result = assess(bundle, policy, observed, given["now"])
    found = {(item.value.word, item.check.step, _shortened(item.check.name)) for item in result.checks}
    for line in blocks("assessment.md")[0].splitlines():
        match = re.fullmatch(r"(passed|conditional|not checked|failed) +([0-9.]+) +(\S+)", line)
        assert match is not None and match.groups() in found, line
    text = (SPEC / "assessment.md").read_text("utf-8")
    assert all(f"**{item.check.step}" in text for item in result.checks)


def test_fraud() -> None:
    """The smallest fraud proof byte for byte, the checks of one that was not asked about, and every step."""
    assert blocks("fraud.md")[0] == vector("fraud/fork-two-checkpoints")["fraud"]
    given = vector("fraud/offline")
    result = assess_fraud(parse_fraud(given["fraud"].encode()), parse_policy(given["policy"].encode()), {})
    lines = [f"{item.value.word} {item.check.step} {item.check.name}" for item in result.checks]
    assert [" ".join(line.split()) for line in blocks("fraud.md")[1].splitlines()] == lines
    text = (SPEC / "fraud.md").read_text("utf-8")
    steps = "1 2 3.1 3.2 3.3 3.4 4.1 4.2 5 6.1 6.2 7.1 7.2 8 8.1 8.2 8.3 8.4 8.5"
    assert all(f"**{step}" in text for step in steps.split())


def _shortened(name: str) -> str:
    return re.sub("(?<=block/)([0-9a-f]{4})[0-9a-f]{60}", "\\1…", name)
