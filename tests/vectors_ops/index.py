"""Operations of tests/vectors/index (its README names their members)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.errors import MalformedLeaf
from ledger.index import (
    IndexEntry,
    empty_index_leaf,
    encode_list,
    key_to_list,
    parse_list,
    value_of,
    verify_index_leaf,
    verify_list,
)
from ledger.leaf import IndexLeaf, StatementLeaf, parse_leaf
from ledger.trie import TrieProof

Values = dict[str, Any]


def _verify(given: Values) -> Values:
    path = [bytes.fromhex(item) for item in given["path"]]
    root = bytes.fromhex(given["root"])
    leaf = verify_index_leaf(bytes.fromhex(given["leaf"]), given["size"], path, root)
    return {"size": leaf.size, "rule": leaf.rule, "root": leaf.root.hex()}


def _empty(given: Values) -> Values:
    return {"leaf": empty_index_leaf(given["size"]).encode().hex()}


def _value(given: Values) -> Values:
    entries = [IndexEntry(index, bytes.fromhex(leaf_hash)) for index, leaf_hash in given["entries"]]
    data = encode_list(entries)
    assert list(parse_list(data)) == entries, "a list that is written is read again"
    return {"list": data.hex(), "value": value_of(entries).hex()}


def _verify_list(given: Values) -> Values:
    claim = parse_leaf(bytes.fromhex(given["leaf"]))
    assert isinstance(claim, IndexLeaf), "a case of this operation has an index leaf"
    proof = TrieProof.parse(bytes.fromhex(given["path"]))
    shown = None if given["list"] is None else parse_list(bytes.fromhex(given["list"]))
    entries = verify_list(claim, bytes.fromhex(given["key"]), proof, shown)
    return {"entries": [[entry.index, entry.leaf_hash.hex()] for entry in entries]}


def _listed(given: Values) -> Values:
    leaf = parse_leaf(bytes.fromhex(given["leaf"]))
    if not isinstance(leaf, StatementLeaf):
        raise MalformedLeaf("only statement leaves are listed")
    raw = None if given["signed"] is None else given["signed"].encode()
    key = key_to_list(leaf, raw, given["origin"])
    return {"key": None if key is None else key.hex()}


OPERATIONS: dict[str, Callable[[Values], Values]] = {
    "index.verify": _verify,
    "index.empty": _empty,
    "index.value": _value,
    "index.verify_list": _verify_list,
    "index.listed": _listed,
}
