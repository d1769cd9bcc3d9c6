"""Operations of tests/vectors/proof."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.note import VerifierKey
from ledger.proof import LogProof, verify_proof


def parse(given: dict[str, Any]) -> dict[str, Any]:
    data = given["proof"].encode("utf-8")
    proof = LogProof.parse(data)
    assert proof.encode() == data
    return {
        "index": proof.index,
        "path": [item.hex() for item in proof.path],
        "extra": None if proof.extra is None else proof.extra.hex(),
        "checkpoint": proof.checkpoint.decode("utf-8"),
    }


def verify(given: dict[str, Any]) -> dict[str, Any]:
    proof = LogProof.parse(given["proof"].encode("utf-8"))
    leaf_hash = bytes.fromhex(given["leaf_hash"])
    checkpoint = verify_proof(proof, leaf_hash, VerifierKey.parse(given["vkey"]), given["origin"])
    return {"origin": checkpoint.origin, "size": checkpoint.size, "root": checkpoint.root.hex()}


OPERATIONS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "proof.parse": parse,
    "proof.verify": verify,
}
