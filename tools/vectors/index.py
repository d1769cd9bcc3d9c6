"""Vectors of the index leaf and of lists: ``python -m tools.vectors.index`` writes ``tests/vectors/index/``.

Nothing here uses ``ledger``: the tree is the recursive definition of RFC 9162 section 2.1.
"""

from __future__ import annotations

from collections.abc import Sequence

from tools.vectors import _index_lists
from tools.vectors.leaf import ROOT, SUFFIX, ZERO, case_key, index_leaf
from tools.vectors.statements import (
    BARE_LEDGER,
    CASE,
    COMPANY,
    OPENED,
    REFUSED,
    Object,
    address,
    sha256,
    signed,
)
from tools.vectors.writing import Cases

CASES = Cases("index")


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 9162 section 2.1.1 over leaf bytes."""
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0])
    split = _split(len(leaves))
    return sha256(b"\x01" + tree_root(leaves[:split]) + tree_root(leaves[split:]))


def path_of(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH of RFC 9162 section 2.1.3.1."""
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*path_of(index, leaves[:split]), tree_root(leaves[split:])]
    return [*path_of(index - split, leaves[split:]), tree_root(leaves[:split])]


def _split(size: int) -> int:
    return 1 << (size - 1).bit_length() - 1


def _statement_leaf(key: bytes, text: str) -> bytes:
    return key + sha256(text) + SUFFIX


FIRST = [
    _statement_leaf(ZERO, signed(BARE_LEDGER)),
    _statement_leaf(case_key(CASE, str(OPENED["author"])), signed(OPENED)),
    _statement_leaf(case_key(CASE, address(COMPANY)), signed(REFUSED, COMPANY)),
    index_leaf(3, 1, ROOT),
]


def _given(leaves: Sequence[bytes], **changes: object) -> Object:
    last = len(leaves) - 1
    given: Object = {"leaf": leaves[-1].hex(), "size": len(leaves), "path": path_of(last, leaves)}
    given = {**given, "root": tree_root(leaves).hex(), **changes}
    return {**given, "path": [item.hex() for item in given["path"]]}


def main() -> None:
    ok: Object = {"size": 3, "rule": 1, "root": ROOT.hex()}
    CASES.good("first-four-leaves", "index.verify", _given(FIRST), ok, "first worked vector 4")
    for count in (0, 1, 2, 4, 6, 7, 8, 100):
        leaves = [sha256(str(number)) + ZERO + SUFFIX for number in range(count)]
        leaf = index_leaf(count, 0, ZERO)
        description = f"a tree of {count + 1} leaves closed by rule 0"
        ok = {"size": count, "rule": 0, "root": ZERO.hex()}
        CASES.good(f"rule-0-after-{count}", "index.verify", _given([*leaves, leaf]), ok, description)
    for size in (0, 3, 2**53 - 1):
        values = {"leaf": index_leaf(size, 0, ZERO).hex()}
        CASES.good(f"empty-{size}", "index.empty", {"size": size}, values, "the rule-0 leaf that closes a tree")
    for name, size in (("negative", -1), ("2-53", 2**53)):
        CASES.bad(f"empty-{name}", "index.empty", {"size": size}, "MalformedLeaf", "no tree has this size")
    _false_claims()
    _index_lists.add(CASES)
    CASES.write()


def _false_claims() -> None:
    path = path_of(3, FIRST)
    shorter = [*FIRST[:3], index_leaf(2, 1, ROOT)]
    longer = [*FIRST[:3], index_leaf(4, 1, ROOT)]
    early = [*FIRST[:2], index_leaf(3, 1, ROOT), FIRST[2]]
    statement_last = FIRST[:3]
    claims: dict[str, tuple[str, Object]] = {
        "names-one-less": ("the leaf names size n-2", _given(shorter)),
        "names-tree-size": ("the leaf names size n, not n-1", _given(longer)),
        "size-too-great": ("a wrong size of the same shape", _given(FIRST, size=5)),
        "size-too-small": ("a smaller size", _given(FIRST, size=3)),
        "size-0": ("an empty tree has no last leaf", _given(FIRST, size=0)),
        "not-last": ("the index leaf stands before the last leaf", {**_given(early), "leaf": FIRST[3].hex()}),
        "path-of-other-leaf": ("the path of leaf 2", _given(FIRST, path=path_of(2, FIRST))),
        "path-short": ("a hash is missing", _given(FIRST, path=path[:-1])),
        "path-long": ("a hash too many", _given(FIRST, path=[*path, ZERO])),
        "path-empty": ("no path", _given(FIRST, path=[])),
        "path-reversed": ("the path from the root down", _given(FIRST, path=path[::-1])),
        "path-one-bit": ("one bit of the path", _given(FIRST, path=[_flip(path[0]), path[1]])),
        "path-31-bytes": ("a hash of 31 bytes", _given(FIRST, path=[path[0][1:], path[1]])),
        "root-one-bit": ("one bit of the root", _given(FIRST, root=_flip(tree_root(FIRST)).hex())),
        "root-of-three": ("the root without the index leaf", _given(FIRST, root=tree_root(FIRST[:3]).hex())),
        "root-31-bytes": ("a root of 31 bytes", _given(FIRST, root=tree_root(FIRST)[1:].hex())),
        "other-trie-root": ("another trie root than the tree holds", _given(FIRST, leaf=_other().hex())),
        "other-rule": (
            "rule 0 where the tree holds rule 1",
            _given(FIRST, leaf=index_leaf(3, 0, ZERO).hex()),
        ),
    }
    huge, node = index_leaf(2**53 - 1, 0, ZERO), sha256(b"\x00" + index_leaf(2**53 - 1, 0, ZERO))
    for _ in range(53):
        node = sha256(b"\x01" + ZERO + node)
    given = {"leaf": huge.hex(), "size": 2**53, "path": [ZERO.hex()] * 53, "root": node.hex()}
    claims["tree-of-2-53"] = ("the right path of a leaf at index 2^53-1, but in no tree that a log can have", given)
    for name, (description, given) in claims.items():
        CASES.bad(name, "index.verify", given, "VerificationIndexLeaf", description)
    malformed: dict[str, tuple[str, Object]] = {
        "statement-leaf-last": ("the last leaf is a statement leaf", _given(statement_last)),
        "leaf-truncated": ("a byte of the leaf is missing", _given(FIRST, leaf=FIRST[3][:-1].hex())),
        "leaf-hash-given": ("the hash of the leaf for the leaf", _given(FIRST, leaf=sha256(FIRST[3]).hex())),
        "rule-unknown": ("a rule that does not exist", _given([*FIRST[:3], index_leaf(3, 2, ROOT)])),
        "rule-0-with-root": ("no index claimed, but a root", _given([*FIRST[:3], index_leaf(3, 0, ROOT)])),
    }
    for name, (description, given) in malformed.items():
        CASES.bad(name, "index.verify", given, "MalformedLeaf", description)


def _other() -> bytes:
    return index_leaf(3, 1, _flip(ROOT))


def _flip(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


if __name__ == "__main__":
    main()
