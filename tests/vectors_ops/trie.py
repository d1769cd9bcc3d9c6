"""Operations of tests/vectors/trie (its README names their members)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ledger.trie import TrieProof, build_trie, prove_many, update_trie, verify_lookup

Values = dict[str, Any]


def _pairs(given: Values, name: str) -> list[tuple[bytes, bytes]]:
    return [(bytes.fromhex(key), bytes.fromhex(value)) for key, value in given[name]]


def _reader(given: Values) -> Callable[[Sequence[bytes]], Mapping[bytes, bytes]]:
    nodes = {bytes.fromhex(name): bytes.fromhex(data) for name, data in given["nodes"].items()}
    return lambda hashes: {item: nodes[item] for item in hashes if item in nodes}


def _build(given: Values) -> Values:
    return {"root": build_trie(_pairs(given, "entries")).hex()}


def _verify(given: Values) -> Values:
    proof = TrieProof.parse(bytes.fromhex(given["path"]))
    assert proof.encode().hex() == given["path"], "a path that parses has these bytes only"
    value = verify_lookup(bytes.fromhex(given["root"]), bytes.fromhex(given["key"]), proof)
    return {"value": None if value is None else value.hex()}


def _update(given: Values) -> Values:
    changes = dict(_pairs(given, "changes"))
    root, nodes = update_trie(bytes.fromhex(given["root"]), changes, _reader(given))
    return {"root": root.hex(), "new": sorted(digest.hex() for digest, _ in nodes)}


def _prove(given: Values) -> Values:
    key = bytes.fromhex(given["key"])
    return {"path": prove_many(bytes.fromhex(given["root"]), [key], _reader(given))[key].encode().hex()}


OPERATIONS: dict[str, Callable[[Values], Values]] = {
    "trie.build": _build,
    "trie.verify": _verify,
    "trie.update": _update,
    "trie.prove": _prove,
}
