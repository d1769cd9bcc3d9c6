"""Operations of tests/vectors/fraud (its README names their members)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.fraud.procedure import verify_fraud
from ledger.fraud.proof import is_fraud_proof, parse_fraud
from ledger.policy import parse_policy
from ledger.verification.observed import Observed

Values = dict[str, Any]


def _parse(given: Values) -> Values:
    data = given["fraud"].encode()
    proof = parse_fraud(data)
    assert proof.encode() == data and is_fraud_proof(data)
    return {"ledger": proof.ledger, "claim": proof.claim}


def _verify(given: Values) -> Values:
    observed = {bytes.fromhex(genesis): _observed(item) for genesis, item in given.get("observed", {}).items()}
    result = verify_fraud(parse_fraud(given["fraud"].encode()), parse_policy(given["policy"].encode()), observed)
    checks = {item.check.name: item.value.word for item in result.checks}
    assert len(checks) == len(result.checks), "the name of a check is its own"
    return {"exit": result.exit_code, "checks": dict(sorted(checks.items()))}


def _observed(item: Values) -> Observed:
    return Observed(
        canonical={bytes.fromhex(block): "the test" for block in item.get("canonical", [])},
        contradicted={bytes.fromhex(block): "the test says otherwise" for block in item.get("contradicted", [])},
        code_hash=bytes.fromhex(item["code_hash"]) if "code_hash" in item else None,
    )


OPERATIONS: dict[str, Callable[[Values], Values]] = {"fraud.parse": _parse, "fraud.verify": _verify}
