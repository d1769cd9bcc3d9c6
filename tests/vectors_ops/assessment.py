"""Operations of tests/vectors/assessment (its README names their members)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.assessment import assess
from ledger.bundle import parse_bundle
from ledger.observed import Observed
from ledger.policy import parse_policy
from ledger.sentences import silence_json

Values = dict[str, Any]


def _assess(given: Values) -> Values:
    observed = Observed(
        canonical={bytes.fromhex(block): "the test" for block in given.get("canonical", [])},
        contradicted={bytes.fromhex(block): "the test says otherwise" for block in given.get("contradicted", [])},
        head_size=given.get("head_size"),
        code_hash=bytes.fromhex(given["code_hash"]) if "code_hash" in given else None,
    )
    bundle, policy = parse_bundle(given["bundle"].encode()), parse_policy(given["policy"].encode())
    result = assess(bundle, policy, observed, given["now"])
    checks = {item.check.name: item.value.word for item in result.checks}
    assert len(checks) == len(result.checks), "the name of a check is its own"
    finding = None if result.finding is None else silence_json(result.finding.silence, result.finding_value)
    return {
        "exit": result.exit_code,
        "checks": dict(sorted(checks.items())),
        "grades": {str(view.shown.index): view.standing.grade for view in result.statements},
        "finding": finding,
    }


OPERATIONS: dict[str, Callable[[Values], Values]] = {"assessment.assess": _assess}
