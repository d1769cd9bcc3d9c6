"""Write tests/vectors/merkle: RFC 9162 inclusion and consistency, most cases broken on purpose.

    python -m tools.vectors.merkle

Each case states what it expects; the recursive verifier of _merkle_tree.py must agree before it is written.

A case: {"kind": "inclusion", "description", "leaf_hash", "index", "size", "path", "root", "expect"} or
{"kind": "consistency", "description", "old_size", "old_root", "new_size", "new_root", "path", "expect"}.
Hashes are 64 lower-case hex digits; "expect" is "ok" or the name of the error class.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from tools.vectors._merkle_tree import (
    Hashes,
    Impossible,
    consistency_path,
    inclusion_path,
    leaf,
    leaves,
    node,
    root,
    root_by_inclusion,
    roots_by_consistency,
)

TARGET = Path(__file__).resolve().parents[2] / "tests" / "vectors" / "merkle"

OK = "ok"
MAX_SIZE = 2**53 - 1
INCLUSION = "VerificationInclusion"
CONSISTENCY = "VerificationConsistency"

# The four leaf hashes and the root of the worked example in the statement format.
WORKED_LEAVES = (
    "a4faa90be63f767e8088e35cced49f22bfca0fc093652e35ac3053c3b970d6f6",
    "867ca4e74b1f7f287eecdfcf13d4f7f8897dee0377134f0812dfed00c8c7b324",
    "560c15f3261c1312a9dd8c1d6b3daea9b82dd731da98dfd50e6dda3fa117c6cd",
    "250a10fb507f245f67f0cb0647cf9c30a4c2aca2781d9225d2f2472b08b24bd3",
)
WORKED_ROOT = "8973d6b40294e3998fc40ea23d314295369c90dba19548d5d573f9b367781e6c"


@dataclass(frozen=True)
class Inclusion:
    leaf_hash: bytes
    index: int
    size: int
    path: tuple[bytes, ...]
    root: bytes

    kind = "inclusion"
    error = INCLUSION

    def holds(self) -> bool:
        if self.size > MAX_SIZE:
            return False
        try:
            return root_by_inclusion(self.leaf_hash, self.index, self.size, self.path) == self.root
        except Impossible:
            return False


@dataclass(frozen=True)
class Consistency:
    old_size: int
    old_root: bytes
    new_size: int
    new_root: bytes
    path: tuple[bytes, ...]

    kind = "consistency"
    error = CONSISTENCY

    def holds(self) -> bool:
        if self.new_size > MAX_SIZE:
            return False
        try:
            found = roots_by_consistency(self.old_size, self.new_size, self.path, self.old_root)
        except Impossible:
            return False
        return found == (self.old_root, self.new_root)


SIZE = 27  # leaves of the tree that most broken cases come from: every path in use has at least three hashes

Proof = Inclusion | Consistency
Case = tuple[str, str, Proof, bool]  # file name, description, proof, whether it must verify


def inclusion(index: int, tree: Hashes) -> Inclusion:
    return Inclusion(tree[index], index, len(tree), tuple(inclusion_path(index, tree)), root(tree))


def consistency(old: int, tree: Hashes) -> Consistency:
    return Consistency(old, root(tree[:old]), len(tree), root(tree), tuple(consistency_path(old, tree)))


def flip(digest: bytes, bit: int) -> bytes:
    """Change one bit, counted from the most significant one of the first byte."""
    flipped = int.from_bytes(digest, "big") ^ (1 << (8 * len(digest) - 1 - bit))
    return flipped.to_bytes(len(digest), "big")


def flip_in_path(path: tuple[bytes, ...], place: int, bit: int) -> tuple[bytes, ...]:
    return (*path[:place], flip(path[place], bit), *path[place + 1 :])


# Ways to break the path alone; each fits inclusion and consistency.
PATH_MUTATIONS: list[tuple[str, str, Callable[[tuple[bytes, ...]], tuple[bytes, ...]]]] = [
    ("path-first-bit-flipped", "First bit of the first hash flipped.", lambda p: flip_in_path(p, 0, 0)),
    (
        "path-middle-bit-flipped",
        "Bit 100 of a middle hash flipped.",
        lambda p: flip_in_path(p, len(p) // 2, 100),
    ),
    (
        "path-last-bit-flipped",
        "Last bit of the last hash flipped.",
        lambda p: flip_in_path(p, len(p) - 1, 255),
    ),
    ("path-first-removed", "The path lacks its first hash.", lambda p: p[1:]),
    ("path-last-removed", "The path lacks its last hash.", lambda p: p[:-1]),
    ("path-empty", "The path is empty.", lambda p: ()),
    ("path-last-repeated", "The last hash stands twice: the path is too long.", lambda p: (*p, p[-1])),
    ("path-zero-appended", "32 zero bytes behind the path: it is too long.", lambda p: (*p, bytes(32))),
    ("path-zero-prepended", "32 zero bytes before the path: it is too long.", lambda p: (bytes(32), *p)),
    ("path-reversed", "The path runs from the root to the leaf.", lambda p: p[::-1]),
    ("path-first-two-swapped", "The first two hashes change places.", lambda p: (p[1], p[0], *p[2:])),
]


def good_inclusions() -> Iterator[Case]:
    places = [(0, 1), (0, 2), (1, 2), (2, 3), (4, 5), (6, 7), (5, 8), (7, 8), (3, 13), (12, 13), (33, 70)]
    for index, size in places:
        yield f"inclusion-{index}-of-{size}", f"Leaf {index} of {size}.", inclusion(index, leaves(size)), True
    worked = [bytes.fromhex(digest) for digest in WORKED_LEAVES]
    case = inclusion(2, worked)
    assert case.root.hex() == WORKED_ROOT, "the worked example changed"
    yield "inclusion-worked-example", "The refusal in the worked example of the statement format.", case, True
    yield (
        "inclusion-size-not-authenticated",
        "Leaf 2 of 7 under a claimed size of 8: the same path. The index leaf authenticates the size.",
        replace(inclusion(2, leaves(7)), size=8),
        True,
    )


def inner_node_cases() -> Iterator[Case]:
    """Why a leaf hash must be computed from bytes: a node verifies under a size that nobody authenticated."""
    good = inclusion(5, leaves(SIZE))
    parent = replace(good, leaf_hash=node(leaf(4), leaf(5)))
    yield (
        "inclusion-inner-node-as-leaf",
        "The parent of leaves 4 and 5 under the index and path of leaf 5.",
        parent,
        False,
    )
    above = replace(parent, index=2, path=good.path[1:])
    yield (
        "inclusion-inner-node-one-level-up",
        "The parent of leaves 4 and 5 at half the index, with the path above it: too short for 27 leaves.",
        above,
        False,
    )
    yield (
        "inclusion-inner-node-under-half-the-size",
        "The same under a claimed size of 14 verifies: neither leaf hash nor size may come from a stranger.",
        replace(above, size=14),
        True,
    )


def bad_inclusions() -> Iterator[Case]:
    tree = leaves(SIZE)
    for index in (5, 26):  # inside, and on the right edge, where levels are skipped
        good = inclusion(index, tree)
        for name, description, change in PATH_MUTATIONS:
            broken = replace(good, path=change(good.path))
            yield f"inclusion-{index}-of-{SIZE}-{name}", description, broken, False
        for name, broken in _other_inclusions(good):
            words = name.replace("-", " ")
            yield f"inclusion-{index}-of-{SIZE}-{name}", f"Leaf {index} of {SIZE}, {words}.", broken, False
    yield from _inclusions_of_other_trees(tree)


def _other_inclusions(good: Inclusion) -> Iterator[tuple[str, Inclusion]]:
    yield "leaf-bit-flipped", replace(good, leaf_hash=flip(good.leaf_hash, 7))
    yield "root-bit-flipped", replace(good, root=flip(good.root, 248))
    yield "index-plus-1", replace(good, index=good.index + 1)
    yield "index-minus-1", replace(good, index=good.index - 1)
    yield "index-plus-16", replace(good, index=good.index + 16)
    yield "size-0", replace(good, size=0)
    yield "size-1", replace(good, size=1)
    yield "size-doubled", replace(good, size=2 * SIZE)
    yield "size-2-to-the-53-minus-1", replace(good, size=2**53 - 1)
    yield "root-of-26", replace(good, root=root(leaves(26)))
    yield "leaf-of-its-neighbour", replace(good, leaf_hash=leaf(good.index - 1))


def _inclusions_of_other_trees(tree: Hashes) -> Iterator[Case]:
    good = inclusion(5, tree)
    untagged = sha256(b"leaf 5").digest()
    single = inclusion(0, leaves(1))
    duplicated = root([*leaves(3), leaf(2)])
    yield (
        "inclusion-leaf-without-tag",
        "The leaf hashed without 00.",
        replace(good, leaf_hash=untagged),
        False,
    )
    yield "inclusion-1-of-1-with-path", "One leaf has no path.", replace(single, path=(leaf(0),)), False
    yield (
        "inclusion-1-of-1-other-root",
        "One leaf, and the root of none.",
        replace(single, root=root([])),
        False,
    )
    yield "inclusion-of-nothing", "The empty tree has no leaf.", replace(single, size=0, root=root([])), False
    yield (
        "inclusion-last-leaf-duplicated",
        "The root of three leaves is not that of four with the last one twice.",
        replace(inclusion(2, leaves(3)), path=(leaf(2), *inclusion(2, leaves(3)).path), root=duplicated),
        False,
    )
    yield (
        "inclusion-pairs-sorted",
        "A node over its children in numeric order, as sorted-pair trees hash them.",
        Inclusion(leaf(1), 1, 2, (leaf(0),), node(*sorted([leaf(0), leaf(1)], reverse=leaf(0) < leaf(1)))),
        False,
    )
    yield (
        "inclusion-node-with-leaf-tag",
        "An inner node hashed with 00 instead of 01.",
        Inclusion(leaf(1), 1, 2, (leaf(0),), sha256(b"\x00" + leaf(0) + leaf(1)).digest()),
        False,
    )


def good_consistencies() -> Iterator[Case]:
    steps = [(1, 2), (1, 8), (2, 3), (3, 4), (4, 8), (6, 7), (7, 8), (6, 13), (8, 13), (33, 70), (64, 70)]
    for old, new in steps:
        proof = consistency(old, leaves(new))
        yield f"consistency-{old}-to-{new}", f"From {old} to {new} leaves.", proof, True
    yield "consistency-5-to-5", "Equal sizes, equal roots, empty path.", consistency(5, leaves(5)), True
    worked = [bytes.fromhex(digest) for digest in WORKED_LEAVES]
    yield "consistency-worked-example", "Leaf 3 of the worked example.", consistency(3, worked), True
    yield (
        "consistency-size-not-authenticated",
        "From 15 to 17 leaves, claimed to be 32: the path fits. The index leaf authenticates the size.",
        replace(consistency(15, leaves(17)), new_size=32),
        True,
    )


def bad_consistencies() -> Iterator[Case]:
    tree = leaves(SIZE)
    for old in (4, 6):  # 4: a complete old tree, whose root is not repeated in the path
        good = consistency(old, tree)
        for name, description, change in PATH_MUTATIONS:
            broken = replace(good, path=change(good.path))
            yield f"consistency-{old}-to-{SIZE}-{name}", description, broken, False
        for name, broken in _other_consistencies(good):
            words = name.replace("-", " ")
            yield f"consistency-{old}-to-{SIZE}-{name}", f"From {old} to {SIZE}, {words}.", broken, False
    yield from _special_consistencies(tree)


def _other_consistencies(good: Consistency) -> Iterator[tuple[str, Consistency]]:
    yield "old-root-bit-flipped", replace(good, old_root=flip(good.old_root, 0))
    yield "new-root-bit-flipped", replace(good, new_root=flip(good.new_root, 255))
    yield "roots-swapped", replace(good, old_root=good.new_root, new_root=good.old_root)
    yield "sizes-swapped", replace(good, old_size=good.new_size, new_size=good.old_size)
    yield "old-size-minus-1", replace(good, old_size=good.old_size - 1)
    yield "old-size-plus-1", replace(good, old_size=good.old_size + 1)
    yield "new-size-16-levels-up", replace(good, new_size=SIZE << 16)
    yield "old-size-0", replace(good, old_size=0, old_root=root([]))


def _special_consistencies(tree: Hashes) -> Iterator[Case]:
    rewritten = [*tree[:2], leaf(99), *tree[3:]]
    dropped = [*tree[:2], *tree[3:], leaf(99)]
    honest = consistency(6, tree)
    equal = consistency(5, leaves(5))
    yield (
        "consistency-0-to-0",
        "Size 0 is refused, also with equal roots.",
        Consistency(0, root([]), 0, root([]), ()),
        False,
    )
    yield "consistency-0-to-27", "From nothing.", Consistency(0, root([]), SIZE, root(tree), ()), False
    yield (
        "consistency-5-to-5-other-root",
        "One size, two roots.",
        replace(equal, new_root=root(leaves(6))),
        False,
    )
    yield "consistency-5-to-5-with-path", "Equal sizes with a path.", replace(equal, path=(leaf(0),)), False
    yield (
        "consistency-old-leaf-rewritten",
        "Leaf 2 was changed; the path is the honest path of the new tree.",
        replace(consistency(6, rewritten), old_root=honest.old_root),
        False,
    )
    yield (
        "consistency-old-leaf-dropped",
        "Leaf 2 was removed and the later ones moved up.",
        replace(consistency(6, dropped), old_root=honest.old_root),
        False,
    )
    yield (
        "consistency-complete-old-tree-with-root",
        "4 is a power of two: its root, put before the path, makes it too long.",
        replace(consistency(4, tree), path=(root(tree[:4]), *consistency(4, tree).path)),
        False,
    )
    yield (
        "consistency-incomplete-old-tree-without-start",
        "6 is no power of two: the path must start with a node, not with the old root.",
        replace(honest, path=(honest.old_root, *honest.path[1:])),
        False,
    )


def huge() -> Iterator[Case]:
    """Zero hashes folded to the right root: in the largest tree, and in those that no log can have."""
    zero = bytes(32)
    for size, name in ((MAX_SIZE, "2-53-minus-1"), (2**53, "2-53"), (2**53 + 1, "2-53-plus-1")):
        path = (zero,) * (54 if size > 2**53 else 53)
        proof = Inclusion(zero, 0, size, path, root_by_inclusion(zero, 0, size, path))
        yield f"inclusion-right-root-of-{name}", f"A right path in a tree of {size} leaves.", proof, size <= MAX_SIZE
    last = Inclusion(zero, 2**53, 2**53 + 1, (zero,), node(zero, zero))
    yield "inclusion-index-2-53", "The right path of leaf 2^53.", last, False
    for old, new, name in ((2**52, MAX_SIZE, "2-53-minus-1"), (2**53, 2**53 + 1, "2-53-plus-1")):
        proof = Consistency(old, zero, new, node(zero, zero), (zero,))
        yield f"consistency-right-roots-to-{name}", f"A right path to {new} leaves.", proof, new <= MAX_SIZE
    equal = Consistency(2**53, zero, 2**53, zero, ())
    yield "consistency-2-53-to-2-53", "Equal roots of a size that no log has.", equal, False


def plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return [plain(item) for item in value] if isinstance(value, tuple) else value


def cases() -> dict[str, dict[str, Any]]:
    """Every case by file name. Stops when the recursive verifier does not agree with a case."""
    found: dict[str, dict[str, Any]] = {}
    seen: set[Proof] = set()
    for source in (good_inclusions, inner_node_cases, bad_inclusions, good_consistencies, bad_consistencies, huge):
        for name, description, proof, expected in source():
            if name in found or proof in seen or proof.holds() != expected:
                raise AssertionError(f"{name}: written twice, or the definition does not agree")
            seen.add(proof)
            fields = {field: plain(value) for field, value in asdict(proof).items()}
            expect = OK if expected else proof.error
            found[name] = {"kind": proof.kind, "description": description, **fields, "expect": expect}
    return found


def main() -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    made = cases()
    for path in TARGET.glob("*.json"):
        if path.stem not in made:
            path.unlink()
    for name, case in made.items():
        (TARGET / f"{name}.json").write_text(json.dumps(case, indent=2) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
