"""The index leaf as last leaf: what RFC 9162 consistency cannot say, it says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.encoding import sha256
from ledger.errors import (
    HabeasError,
    MalformedLeaf,
    VerificationConsistency,
    VerificationIndexLeaf,
)
from ledger.index import empty_index_leaf, verify_index_leaf
from ledger.leaf import INDEX_V1, NO_INDEX, IndexLeaf, StatementLeaf
from ledger.merkle import MemoryTree, verify_consistency


def closed_tree(size: int, rule: int = NO_INDEX) -> tuple[MemoryTree, IndexLeaf]:
    """A tree of ``size`` leaves whose last one is its index leaf."""
    leaves = [StatementLeaf(sha256(b"k%d" % number), sha256(b"d%d" % number)) for number in range(size - 1)]
    leaf = IndexLeaf(size - 1, rule, sha256(b"root") if rule else bytes(32))
    return MemoryTree([*(item.hash() for item in leaves), leaf.hash()]), leaf


@pytest.mark.parametrize("rule", [NO_INDEX, INDEX_V1])
def test_every_small_tree(rule: int) -> None:
    for size in range(1, 70):
        tree, leaf = closed_tree(size, rule)
        found = verify_index_leaf(leaf.encode(), size, tree.inclusion(size - 1), tree.root())
        assert found == leaf


def test_the_empty_claim() -> None:
    leaf = empty_index_leaf(5)
    assert (leaf.size, leaf.rule, leaf.root) == (5, NO_INDEX, bytes(32))


@given(st.integers(1, 40), st.integers(0, 60))
def test_no_other_size_passes(size: int, claimed: int) -> None:
    """Neither with its own path nor with the path of any leaf does the tree pass for another size."""
    tree, leaf = closed_tree(size)
    if claimed == size:
        return
    for index in range(size):
        with pytest.raises(VerificationIndexLeaf):
            verify_index_leaf(leaf.encode(), claimed, tree.inclusion(index), tree.root())


def test_a_wrong_size_that_consistency_accepts_is_caught() -> None:
    """17 leaves claimed as 32: the consistency path from 15 passes, the index leaf does not."""
    tree, leaf = closed_tree(17)
    path = tree.consistency(15, 17)
    verify_consistency(15, tree.root(15), 17, tree.root(), path)
    claimed = 32
    accepted = True
    try:
        verify_consistency(15, tree.root(15), claimed, tree.root(), path)
    except VerificationConsistency:
        accepted = False
    assert accepted, "if this path is refused, choose sizes that RFC 9162 confuses"
    with pytest.raises(VerificationIndexLeaf, match="names size 16; a tree of 32 leaves needs 31"):
        verify_index_leaf(leaf.encode(), claimed, tree.inclusion(16), tree.root())


def test_an_index_leaf_further_left_is_not_the_last() -> None:
    leaf = IndexLeaf(3, NO_INDEX, bytes(32))
    tree = MemoryTree([sha256(b"a"), sha256(b"b"), leaf.hash(), sha256(b"c")])
    for index in range(4):
        with pytest.raises(VerificationIndexLeaf, match="not the last leaf"):
            verify_index_leaf(leaf.encode(), 4, tree.inclusion(index), tree.root())


def test_a_statement_leaf_is_no_index_leaf() -> None:
    leaf = StatementLeaf(sha256(b"k"), sha256(b"d"))
    tree = MemoryTree([leaf.hash()])
    with pytest.raises(MalformedLeaf, match="must end in an index leaf"):
        verify_index_leaf(leaf.encode(), 1, [], tree.root())


def test_every_flipped_bit_is_refused() -> None:
    tree, leaf = closed_tree(7, INDEX_V1)
    path = tree.inclusion(6)
    parts = [leaf.encode(), *path, tree.root()]
    for number, part in enumerate(parts):
        for position in range(8 * len(part)):
            changed = bytearray(part)
            changed[position // 8] ^= 1 << position % 8
            given_parts = [*parts[:number], bytes(changed), *parts[number + 1 :]]
            with pytest.raises(HabeasError):
                verify_index_leaf(given_parts[0], 7, given_parts[1:-1], given_parts[-1])
