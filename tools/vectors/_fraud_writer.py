"""Writes the cases of fraud proofs: what is known of each block, and the values of all checks."""

from __future__ import annotations

from typing import Any

from ledger.evm import keccak256
from ledger.fraud.proof import FraudProof, SignedHead
from tools.vectors._fraud_stories import CODE, POLICY_BYTES, headers_of
from tools.vectors.writing import Cases

PARSE, VERIFY = "fraud.parse", "fraud.verify"
PASSED, CONDITIONAL, NOT_CHECKED = "passed", "conditional", "not checked"
Value = dict[str, Any]
CASES = Cases("fraud")
FRAUD = "VerificationFraud"
INDEXED = ("index/leaf", "index/list")


def observed(proof: FraudProof, *, code: bool = True) -> Value:
    """Every block of the proof is known to be on its chain."""
    found: Value = {}
    for genesis, header in headers_of(proof):
        item = found.setdefault(genesis.hex(), {"canonical": []})
        item["canonical"].append(keccak256(header).hex())
        if code:
            item["code_hash"] = CODE.hex()
    return found


def given_for(proof: FraudProof, policy: bytes = POLICY_BYTES, **more: object) -> Value:
    """The input of ``fraud.verify``, every block being known."""
    return {"fraud": proof.encode().decode(), "policy": policy.decode(), "observed": observed(proof), **more}


def checks(proof: FraudProof, *names: str) -> dict[str, str]:
    """Every check of a proof passed: those of its heads, and ``names``."""
    heads = {"head": proof.head, "other_head": proof.other_head}
    found = ["fraud-proof", "ledger", "claim", *names]
    for name, head in heads.items():
        if isinstance(head, SignedHead):
            found.append(f"{name}/signed")
        elif head is not None:
            found += [f"{name}/canonical", f"{name}/receipt"]
            found += [f"{name}/contract"] if head.genesis is not None else []
    if proof.submitted is not None:
        found += ["submitted/canonical", "submitted/receipt"]
    return dict.fromkeys(sorted(found), PASSED)


def good(name: str, proof: FraudProof, why: str, *names: str, **changed: str) -> None:
    """A proof of a true accusation, all blocks known; ``changed`` gives other values, ``_`` for ``-``."""
    values = checks(proof, *names) | {key.replace("_", "-"): value for key, value in changed.items()}
    CASES.good(name, VERIFY, given_for(proof), {"exit": 0, "checks": dict(sorted(values.items()))}, why)


def bad(name: str, proof: FraudProof, why: str, **more: Any) -> None:
    """A file that does not show what it claims."""
    CASES.bad(name, VERIFY, given_for(proof, **more), FRAUD, why)
