"""Operations of tests/vectors/merkle, by the member ``kind``; the case itself holds the input."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.merkle import verify_consistency, verify_inclusion


def _path(case: dict[str, Any]) -> list[bytes]:
    return [bytes.fromhex(item) for item in case["path"]]


def inclusion(case: dict[str, Any]) -> dict[str, Any]:
    leaf_hash, root = bytes.fromhex(case["leaf_hash"]), bytes.fromhex(case["root"])
    verify_inclusion(leaf_hash, case["index"], case["size"], _path(case), root)
    return {}


def consistency(case: dict[str, Any]) -> dict[str, Any]:
    old_root, new_root = bytes.fromhex(case["old_root"]), bytes.fromhex(case["new_root"])
    verify_consistency(case["old_size"], old_root, case["new_size"], new_root, _path(case))
    return {}


OPERATIONS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "inclusion": inclusion,
    "consistency": consistency,
}
