"""Vectors of the replay: ``python -m tools.vectors.audit`` writes ``tests/vectors/audit/``.

Nothing here uses ``ledger``: trees and tries are their recursive definitions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tools.vectors._trie import root_of, trie_of
from tools.vectors.index import tree_root
from tools.vectors.leaf import SUFFIX, ZERO, index_leaf
from tools.vectors.statements import Object, sha256
from tools.vectors.writing import Cases

CASES = Cases("audit")
ONE, TWO, OTHER = (sha256(b"index key %d" % number) for number in range(3))


def _leaf(key: bytes, number: int) -> bytes:
    return key + sha256(b"bytes %d" % number) + SUFFIX


def _hash(leaf: bytes) -> bytes:
    return sha256(b"\x00" + leaf)


def _index(lists: Mapping[bytes, Sequence[int]], leaves: Sequence[bytes]) -> bytes:
    """The root of an index that lists, under each key, the leaves at these places."""
    values = {
        key: sha256(b"\x06" + b"".join(place.to_bytes(8) + _hash(leaves[place]) for place in places))
        for key, places in lists.items()
    }
    return root_of(trie_of(values))


# Leaf 2 belongs under ONE by its bytes, leaf 3 bears a key that its bytes have not, leaf 4 is not indexable.
LEAVES = [_leaf(ONE, 0), _leaf(TWO, 1), _leaf(ONE, 2), _leaf(TWO, 3), _leaf(ZERO, 4)]
KEYS: list[bytes | None] = [ONE, TWO, ONE, OTHER, ZERO]
HONEST = {ONE: [0, 2], TWO: [1]}
GOOD = [*LEAVES, index_leaf(5, 1, _index(HONEST, LEAVES))]


def _given(
    leaves: Sequence[bytes], keys: Sequence[bytes | None], claims: Sequence[tuple[str, int, bytes]] = ()
) -> Object:
    keys = [*keys, *[None] * (len(leaves) - len(keys))]
    return {
        "leaves": [leaf.hex() for leaf in leaves],
        "keys": [None if key is None else key.hex() for key in keys],
        "claims": [{"source": source, "size": size, "root": root.hex()} for source, size, root in claims],
    }


def _found(leaves: Sequence[bytes], **changes: object) -> Object:
    return {
        "root": tree_root(list(leaves)).hex(),
        "findings": [],
        "wrong_roots": [],
        "undecided": [],
        "unlisted_withheld": [],
        "broken": [],
        **changes,
    }


def _good(name: str, words: str, leaves: Sequence[bytes], keys: Sequence[bytes | None] = KEYS) -> None:
    claims = [("checkpoint", size, tree_root(list(leaves[:size]))) for size in range(1, len(leaves) + 1)]
    CASES.good(name, "audit.replay", _given(leaves, keys, claims), _found(leaves), words)


def _bad(
    name: str,
    words: str,
    leaves: Sequence[bytes],
    changes: Mapping[str, object],
    keys: Sequence[bytes | None] = KEYS,
    claims: Sequence[tuple[str, int, bytes]] = (),
) -> None:
    CASES.good(name, "audit.replay", _given(leaves, keys, claims), _found(leaves, **changes), words)


def _honest() -> None:
    _good("good", "Five statements and their index leaf; every prefix is the tree that was claimed.", GOOD)
    _good("good-empty", "No leaf at all.", [], [])
    _good("good-nothing-listed", "An index of no keys has the zero root.", [LEAVES[4], index_leaf(1, 1, ZERO)], [ZERO])
    _good(
        "good-rule-0", "An index leaf that claims nothing is compared with nothing.", [*LEAVES, index_leaf(5, 0, ZERO)]
    )
    twice = [*GOOD, _leaf(TWO, 6)]
    twice.append(index_leaf(7, 1, _index({ONE: [0, 2], TWO: [1, 6]}, twice)))
    _good("good-two-index-leaves", "The second covers the first one too, which is listed nowhere.", twice,
          [*KEYS, None, TWO])  # fmt: skip
    by_rule = [*LEAVES, index_leaf(5, 1, _index({ONE: [0, 2], TWO: [1, 3]}, LEAVES))]
    _good("good-withheld-is-listed", "Bytes that nobody has: the key in the leaf counts.", by_rule,
          [ONE, TWO, ONE, None, ZERO])  # fmt: skip


def _false_index() -> None:
    lies: dict[str, tuple[str, Mapping[bytes, Sequence[int]]]] = {
        "list-omitted": ("a whole list is left out", {TWO: [1]}),
        "entry-omitted": ("the first statement of a list is left out", {ONE: [2], TWO: [1]}),
        "newest-omitted": ("the newest statement of a list is left out", {ONE: [0], TWO: [1]}),
        "foreign": ("a leaf stands under another key", {ONE: [0, 1, 2], TWO: [1]}),
        "wrong-key-listed": (
            "a leaf is listed under the key in it, which its bytes have not",
            {ONE: [0, 2], TWO: [1, 3]},
        ),
        "not-indexable-listed": ("a leaf with the zero key is listed", {**HONEST, ZERO: [4]}),
        "reordered": ("a list stands in another order", {ONE: [2, 0], TWO: [1]}),
        "twice": ("an entry stands twice", {ONE: [0, 2, 2], TWO: [1]}),
        "nobody": ("a key that nobody has is listed", {**HONEST, OTHER: [1]}),
    }
    for name, (words, lists) in lies.items():
        leaves = [*LEAVES, index_leaf(5, 1, _index(lists, LEAVES))]
        _bad(f"index-{name}", f"False index: {words}.", leaves, {"wrong_roots": [5]})
    _bad("index-random", "The root of no trie.", [*LEAVES, index_leaf(5, 1, sha256(b"random"))], {"wrong_roots": [5]})
    repaired = [*LEAVES, index_leaf(5, 1, sha256(b"random"))]
    repaired.append(index_leaf(6, 1, _index(HONEST, LEAVES)))
    _bad("index-false-then-right", "An older index leaf is judged too.", repaired, {"wrong_roots": [5]})


def _withheld() -> None:
    keys: list[bytes | None] = [ONE, TWO, ONE, None, ZERO]
    unlisted = [*LEAVES, index_leaf(5, 1, _index(HONEST, LEAVES))]
    _bad("withheld-unlisted", "Nobody can say whether a withheld leaf is left out rightly: no lie.", unlisted,
         {"unlisted_withheld": [3]}, keys)  # fmt: skip
    lying = [*LEAVES, index_leaf(5, 1, _index({ONE: [0], TWO: [1]}, LEAVES))]
    _bad("withheld-and-another-omitted", "A withheld leaf excuses no other one.", lying, {"wrong_roots": [5]}, keys)
    many = [_leaf(ONE, number) for number in range(11)]
    many.append(index_leaf(11, 1, _index({ONE: list(range(10))}, many)))
    _bad("withheld-too-many", "More withheld leaves than every choice is tried of: undecided.", many,
         {"undecided": [11]}, [None] * 11)  # fmt: skip


def _trees() -> None:
    root = sha256(b"another tree")
    for source in ("checkpoint", "anchor", "audited"):
        _bad(
            f"root-{source}", f"Another root was claimed ({source}).", GOOD, {"broken": [6]}, KEYS, [(source, 6, root)]
        )
    _bad("root-of-a-prefix", "A smaller tree had another root.", GOOD, {"broken": [3]}, KEYS, [("seen", 3, root)])
    _bad("last-leaf-is-a-statement", "An anchored tree must end in an index leaf.", GOOD,
         {"findings": [["last_leaf", 3]]}, KEYS, [("anchor", 4, tree_root(GOOD[:4]))])  # fmt: skip
    other_size = [*LEAVES, index_leaf(4, 1, _index(HONEST, LEAVES))]
    _bad("last-leaf-names-another-size", "An index leaf names its own place.", other_size,
         {"findings": [["last_leaf", 5]]})  # fmt: skip
    back = [*GOOD, index_leaf(6, 0, ZERO)]
    anchors = [("anchor", 6, tree_root(GOOD)), ("anchor", 7, tree_root(back))]
    _bad("rule-0-after-rule-1", "Rule 0 never comes back once rule 1 was anchored.", back, {"findings": [["rule", 6]]},
         KEYS, anchors)  # fmt: skip
    _bad("rule-0-not-anchored", "Without an anchor nobody was promised anything.", back, {})
    _bad("no-leaf", "Bytes that are neither kind of leaf.", [*LEAVES, b"no leaf"], {"findings": [["leaf", 5]]})


def main() -> None:
    for part in (_honest, _false_index, _withheld, _trees):
        part()
    CASES.write()


if __name__ == "__main__":
    main()
