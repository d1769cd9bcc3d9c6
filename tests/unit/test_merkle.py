"""Merkle tree: against the recursive definition, every changed bit, and the largest sizes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.encoding import MAX_INTEGER
from ledger.errors import VerificationConsistency, VerificationInclusion
from ledger.merkle import (
    EMPTY_ROOT,
    Frontier,
    MemoryTree,
    consistency_path,
    hash_children,
    hash_leaf,
    hash_row,
    inclusion_path,
    root_from_inclusion,
    root_of,
    roots_from_prefix,
    tree_root,
    verify_consistency,
    verify_inclusion,
)
from tools.vectors import _merkle_tree as oracle

LEAVES = oracle.leaves(70)
TREE = MemoryTree(LEAVES)

sizes = st.integers(1, MAX_INTEGER)


@pytest.mark.parametrize("size", [MAX_INTEGER + 1, MAX_INTEGER + 2, 2**64, 2**200])
def test_no_tree_is_larger_than_2_53_minus_1(size: int) -> None:
    zero = bytes(32)
    path = [zero] * (size - 1).bit_length()
    with pytest.raises(VerificationInclusion, match="at most 2"):
        verify_inclusion(zero, 0, size, path, zero)
    for old, steps in ((size, []), (1, path)):
        with pytest.raises(VerificationConsistency, match="at most 2"):
            verify_consistency(old, zero, size, zero, steps)


def flips(data: bytes) -> Iterator[bytes]:
    """``data`` with each of its bits changed, one at a time."""
    for bit in range(8 * len(data)):
        yield (int.from_bytes(data, "big") ^ 1 << bit).to_bytes(len(data), "big")


def uniform(level: int, index: int) -> bytes:
    """The HashReader of a tree of any size whose leaves are all alike."""
    return UNIFORM[level]


UNIFORM = [hash_leaf(b"")]
while len(UNIFORM) < 54:
    UNIFORM.append(hash_children(UNIFORM[-1], UNIFORM[-1]))


def test_hashes_have_their_domain_tags() -> None:
    assert hash_leaf(b"data") == hashlib.sha256(b"\x00data").digest()
    assert hash_children(b"l" * 32, b"r" * 32) == hashlib.sha256(b"\x01" + b"l" * 32 + b"r" * 32).digest()
    assert hash_row(LEAVES[:3]) == [hash_children(LEAVES[0], LEAVES[1])]
    assert EMPTY_ROOT == hashlib.sha256(b"").digest() == root_of([])


@pytest.mark.parametrize("size", range(71))
def test_roots_and_paths_are_those_of_the_recursive_definition(size: int) -> None:
    tree = LEAVES[:size]
    root = oracle.root(tree)
    assert TREE.root(size) == root_of(tree) == tree_root(size, TREE.read) == root
    for index in range(size):
        path = TREE.inclusion(index, size)
        assert path == oracle.inclusion_path(index, tree)
        verify_inclusion(LEAVES[index], index, size, path, root)
    for old in range(1, size + 1):
        path = TREE.consistency(old, size)
        assert path == oracle.consistency_path(old, tree)
        verify_consistency(old, TREE.root(old), size, root, path)


@pytest.mark.parametrize(("index", "size"), [(0, 1), (0, 2), (2, 3), (4, 7), (6, 7), (5, 8), (69, 70)])
def test_every_changed_bit_breaks_inclusion(index: int, size: int) -> None:
    leaf, path, root = LEAVES[index], TREE.inclusion(index, size), TREE.root(size)
    for changed in flips(leaf):
        with pytest.raises(VerificationInclusion):
            verify_inclusion(changed, index, size, path, root)
    for changed in flips(root):
        with pytest.raises(VerificationInclusion):
            verify_inclusion(leaf, index, size, path, changed)
    for place, item in enumerate(path):
        for changed in flips(item):
            with pytest.raises(VerificationInclusion):
                verify_inclusion(leaf, index, size, [*path[:place], changed, *path[place + 1 :]], root)


@pytest.mark.parametrize(("old", "new"), [(1, 2), (2, 3), (3, 4), (4, 8), (5, 5), (6, 7), (33, 70), (64, 70)])
def test_every_changed_bit_breaks_consistency(old: int, new: int) -> None:
    path, old_root, new_root = TREE.consistency(old, new), TREE.root(old), TREE.root(new)
    for changed in flips(old_root):
        with pytest.raises(VerificationConsistency):
            verify_consistency(old, changed, new, new_root, path)
    for changed in flips(new_root):
        with pytest.raises(VerificationConsistency):
            verify_consistency(old, old_root, new, changed, path)
    for place, item in enumerate(path):
        for changed in flips(item):
            with pytest.raises(VerificationConsistency):
                verify_consistency(old, old_root, new, new_root, [*path[:place], changed, *path[place + 1 :]])


@pytest.mark.parametrize("size", range(1, 21))
def test_a_path_proves_one_index_and_no_inner_node(size: int) -> None:
    root = TREE.root(size)
    for index in range(size):
        path = TREE.inclusion(index, size)
        for other in (*range(-1, index), *range(index + 1, 2 * size + 2)):
            with pytest.raises(VerificationInclusion):
                verify_inclusion(LEAVES[index], other, size, path, root)
        for height in range(1, len(path) + 1):
            inner = _node_above(index, size, height)
            for other in range(size):
                with pytest.raises(VerificationInclusion):
                    verify_inclusion(inner, other, size, path[height:], root)


def _node_above(index: int, size: int, height: int) -> bytes:
    """The node that is reached from leaf ``index`` after ``height`` hashes of its path."""
    path = TREE.inclusion(index, size)
    node, last, digest = index, size - 1, LEAVES[index]
    for sibling in path[:height]:
        while node == last and node % 2 == 0:
            node, last = node // 2, last // 2
        digest = oracle.node(sibling, digest) if node % 2 else oracle.node(digest, sibling)
        node, last = node // 2, last // 2
    return digest


@given(sizes, st.data())
def test_trees_of_any_size_prove_inclusion(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    path, root = inclusion_path(index, size, uniform), tree_root(size, uniform)
    assert len(path) <= 53
    verify_inclusion(UNIFORM[0], index, size, path, root)
    for wrong in (path[1:], path[:-1]) if path else ():
        with pytest.raises(VerificationInclusion, match="hashes"):
            verify_inclusion(UNIFORM[0], index, size, wrong, root)
    with pytest.raises(VerificationInclusion, match="hashes"):
        verify_inclusion(UNIFORM[0], index, size, [*path, root], root)


@given(sizes, st.data())
def test_trees_of_any_size_prove_consistency(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new))
    path = consistency_path(old, new, uniform)
    old_root, new_root = tree_root(old, uniform), tree_root(new, uniform)
    verify_consistency(old, old_root, new, new_root, path)
    for wrong in (path[1:], path[:-1]) if path else ():
        with pytest.raises(VerificationConsistency, match="hashes"):
            verify_consistency(old, old_root, new, new_root, wrong)
    with pytest.raises(VerificationConsistency, match="hashes"):
        verify_consistency(old, old_root, new, new_root, [*path, new_root])


@given(st.lists(st.integers(0, 40), max_size=8))
def test_a_frontier_grows_in_any_pieces(pieces: list[int]) -> None:
    tree, frontier = MemoryTree(), Frontier()
    for piece in pieces:
        new = [hash_leaf(b"%d" % (tree.size + step)) for step in range(piece)]
        grown, rows = frontier.grow(new)
        for leaf in new:
            tree.append(leaf)
        for level, row in enumerate(rows):
            first = frontier.size >> level
            assert row == [tree.read(level, first + step) for step in range(len(row))]
            assert first + len(row) == tree.size >> level
        assert frontier.append_many(new) == grown
        assert len(grown.hashes) == tree.size.bit_count()
        frontier = grown
    assert (frontier.size, frontier.root()) == (tree.size, tree.root())


@pytest.mark.parametrize(("old", "new"), [(0, 5), (0, 0), (-1, 5), (5, 4)])
def test_consistency_needs_sizes_that_grow_from_one(old: int, new: int) -> None:
    with pytest.raises(VerificationConsistency, match="0 < old <= new"):
        verify_consistency(old, TREE.root(max(old, 0)), new, TREE.root(new), [])
    with pytest.raises(VerificationConsistency, match="0 < old <= new"):
        consistency_path(old, new, TREE.read)


def test_equal_sizes_need_equal_roots_and_no_path() -> None:
    verify_consistency(5, TREE.root(5), 5, TREE.root(5), [])
    with pytest.raises(VerificationConsistency, match=TREE.root(6).hex()):
        verify_consistency(5, TREE.root(5), 5, TREE.root(6), [])
    with pytest.raises(VerificationConsistency, match="0 hashes"):
        verify_consistency(5, TREE.root(5), 5, TREE.root(5), [LEAVES[0]])


def test_hashes_of_another_length_are_refused() -> None:
    path, root = TREE.inclusion(2, 4), TREE.root(4)
    moved = [path[0][:-1], path[0][-1:] + path[1]]  # same bytes in a row, another border
    for wrong in (moved, [path[0] + b"\0", path[1]]):
        with pytest.raises(VerificationInclusion, match="bytes"):
            verify_inclusion(LEAVES[2], 2, 4, wrong, root)
    with pytest.raises(VerificationInclusion, match="bytes"):
        root_from_inclusion(b"", 0, 1, [])
    with pytest.raises(VerificationConsistency, match="bytes"):
        verify_consistency(2, TREE.root(2)[:-1], 4, root, TREE.consistency(2, 4))


def test_a_failing_proof_shows_both_roots() -> None:
    with pytest.raises(VerificationInclusion) as inclusion:
        verify_inclusion(LEAVES[0], 0, 4, TREE.inclusion(0, 4), TREE.root(5))
    assert TREE.root(4).hex() in str(inclusion.value)
    assert TREE.root(5).hex() in str(inclusion.value)
    with pytest.raises(VerificationConsistency) as consistency:
        verify_consistency(3, TREE.root(3), 4, TREE.root(5), TREE.consistency(3, 4))
    assert TREE.root(4).hex() in str(consistency.value)
    assert TREE.root(5).hex() in str(consistency.value)


@pytest.mark.parametrize(("index", "size"), [(4, 4), (-1, 4), (0, 0)])
def test_no_path_outside_the_tree(index: int, size: int) -> None:
    with pytest.raises(VerificationInclusion, match="is not in a tree"):
        inclusion_path(index, size, TREE.read)
    with pytest.raises(VerificationInclusion, match="is not in a tree"):
        verify_inclusion(LEAVES[0], index, size, [], EMPTY_ROOT)


def test_a_memory_tree_knows_only_its_own_sizes() -> None:
    assert TREE.size == 70
    assert TREE.root() == TREE.root(70)
    assert TREE.inclusion(3) == TREE.inclusion(3, 70)
    assert TREE.consistency(3) == TREE.consistency(3, 70)
    for size in (-1, 71):
        with pytest.raises(VerificationInclusion, match="70 leaves"):
            TREE.root(size)


def test_prefix_paths_lead_to_both_roots_and_are_consistency_paths() -> None:
    """For every pair of sizes; without its first hash where that is the old root, it is RFC 9162's path."""
    tree = MemoryTree([hash_leaf(b"%d" % number) for number in range(40)])
    for new in range(2, 41):
        for old in range(1, new):
            path = tree.prefix(old, new)
            assert roots_from_prefix(old, new, path) == (tree.root(old), tree.root(new))
            complete = old & (old - 1) == 0
            assert (path[1:] if complete else path) == tree.consistency(old, new)
            for wrong in (path[1:], [*path, bytes(32)], [path[0][1:], *path[1:]]):
                with pytest.raises(VerificationConsistency):
                    roots_from_prefix(old, new, wrong)
    for old, new in ((0, 4), (4, 4), (5, 4), (4, 2**53)):
        with pytest.raises(VerificationConsistency):
            roots_from_prefix(old, new, [bytes(32)])
