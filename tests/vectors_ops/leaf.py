"""Operations of tests/vectors/leaf (its README names their members)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.encoding import sha256
from ledger.leaf import (
    IndexLeaf,
    StatementLeaf,
    case_key,
    company_key,
    index_key_of_bytes,
    parse_leaf,
)

Values = dict[str, Any]


def _case_key(given: Values) -> Values:
    return {"key": case_key(bytes.fromhex(given["case_id"]), bytes.fromhex(given["author"])).hex()}


def _company_key(given: Values) -> Values:
    return {"key": company_key(bytes.fromhex(given["author"]), given["company"]).hex()}


def _of_statement(given: Values) -> Values:
    raw = bytes.fromhex(given["signed_hex"]) if "signed_hex" in given else given["signed"].encode()
    leaf = StatementLeaf(index_key_of_bytes(raw, given["origin"]), sha256(raw))
    return {
        "index_key": leaf.key.hex(),
        "digest": leaf.digest.hex(),
        "leaf": leaf.encode().hex(),
        "leaf_hash": leaf.hash().hex(),
    }


def _index(given: Values) -> Values:
    leaf = IndexLeaf(given["size"], given["rule"], bytes.fromhex(given["root"]))
    return {"leaf": leaf.encode().hex(), "leaf_hash": leaf.hash().hex()}


def _parse(given: Values) -> Values:
    data = bytes.fromhex(given["leaf"])
    leaf = parse_leaf(data)
    assert leaf.encode() == data
    if isinstance(leaf, StatementLeaf):
        values: Values = {"type": "statement", "key": leaf.key.hex(), "digest": leaf.digest.hex()}
    else:
        values = {"type": "index", "size": leaf.size, "rule": leaf.rule, "root": leaf.root.hex()}
    return {**values, "leaf_hash": leaf.hash().hex()}


OPERATIONS: dict[str, Callable[[Values], Values]] = {
    "leaf.case_key": _case_key,
    "leaf.company_key": _company_key,
    "leaf.of_statement": _of_statement,
    "leaf.index": _index,
    "leaf.parse": _parse,
}
