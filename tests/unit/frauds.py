"""What the tests of fraud proofs share: judging a proof when every block is known."""

from __future__ import annotations

import pytest

from ledger.errors import VerificationFraud
from ledger.fraud.procedure import FraudAssessment, assess_fraud, verify_fraud
from ledger.fraud.proof import (
    FraudProof,
    is_fraud_proof,
    parse_fraud,
)
from ledger.verification.checks import Value
from tools.vectors._fraud_stories import (
    POLICY,
    everything_known,
)


def judged(proof: FraudProof) -> FraudAssessment:
    """The assessment after a round through bytes, every block being known."""
    again = parse_fraud(proof.encode())
    assert again == proof and is_fraud_proof(proof.encode())
    return assess_fraud(again, POLICY, everything_known(again))


def proven(proof: FraudProof) -> None:
    result = judged(proof)
    failed = [f"{item.check.name}: {item.check.detail}" for item in result.checks if item.value is Value.FAILED]
    assert result.exit_code == 0, failed
    for check in (item.check for item in result.checks if item.check.step != "1"):
        assert check.detail
    verify_fraud(proof, POLICY, everything_known(proof))
    offline = assess_fraud(proof, POLICY, {})
    has_blocks = any("canonical" in item.check.name for item in offline.checks)
    assert offline.exit_code == (3 if has_blocks else 0)


def not_shown(proof: FraudProof, why: str) -> None:
    assert judged(proof).exit_code == 1
    with pytest.raises(VerificationFraud, match=why):
        verify_fraud(proof, POLICY, everything_known(proof))
