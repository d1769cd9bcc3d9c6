"""Operations of tests/vectors/index (its README names their members)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.index import empty_index_leaf, verify_index_leaf

Values = dict[str, Any]


def _verify(given: Values) -> Values:
    path = [bytes.fromhex(item) for item in given["path"]]
    root = bytes.fromhex(given["root"])
    leaf = verify_index_leaf(bytes.fromhex(given["leaf"]), given["size"], path, root)
    return {"size": leaf.size, "rule": leaf.rule, "root": leaf.root.hex()}


def _empty(given: Values) -> Values:
    return {"leaf": empty_index_leaf(given["size"]).encode().hex()}


OPERATIONS: dict[str, Callable[[Values], Values]] = {"index.verify": _verify, "index.empty": _empty}
