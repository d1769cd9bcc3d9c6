"""The shared Merkle cases: through the deployed contract, and written by their generator exactly as checked in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from web3.contract import Contract
from web3.exceptions import ContractCustomError

from tests.contract.chain import ROOT, Chain, fresh_log
from tools.vectors.merkle import cases

VECTORS = ROOT / "tests" / "vectors" / "merkle"
FILES = sorted(VECTORS.glob("*.json"))


def hashes(texts: list[str]) -> list[bytes]:
    return [bytes.fromhex(text) for text in texts]


def anchors(chain: Chain, contract: Contract, log: str, size: int, root: str, path: list[bytes]) -> bool:
    """True when the contract then holds this head."""
    try:
        call = contract.functions.anchor(size, bytes.fromhex(root), path, [])
        call.call({"from": log})
    except ContractCustomError:
        return False
    chain.send(call, log)
    held, held_root, *_ = contract.functions.head(log).call()
    return (held, held_root) == (size, bytes.fromhex(root))


def accepts(chain: Chain, contract: Contract, log: str, case: dict[str, Any]) -> bool:
    path = hashes(case["path"])
    if case["kind"] == "inclusion":
        if not anchors(chain, contract, log, case["size"], case["root"], []):
            return False  # a tree without leaves is no head
        leaf_hash = bytes.fromhex(case["leaf_hash"])
        return bool(contract.functions.verifyInclusion(log, leaf_hash, case["index"], path).call())
    if not anchors(chain, contract, log, case["old_size"], case["old_root"], []):
        return False
    if case["old_size"] == case["new_size"] and path:
        return False  # an equal head is a no-op, whatever path comes with it: nothing is claimed then
    return anchors(chain, contract, log, case["new_size"], case["new_root"], path)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_contract_agrees(chain: Chain, contract: Contract, path: Path) -> None:
    case = json.loads(path.read_text())
    assert accepts(chain, contract, fresh_log(chain), case) == (case["expect"] == "ok"), case["description"]


def test_two_thirds_are_broken_on_purpose() -> None:
    expectations = [json.loads(path.read_text())["expect"] for path in FILES]
    assert len(expectations) >= 60
    assert set(expectations) == {"ok", "VerificationInclusion", "VerificationConsistency"}
    assert sum(expectation != "ok" for expectation in expectations) * 3 >= 2 * len(expectations)


def test_the_generator_writes_what_is_checked_in() -> None:
    assert {path.stem: json.loads(path.read_text()) for path in FILES} == cases()
