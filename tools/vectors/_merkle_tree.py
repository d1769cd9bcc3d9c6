"""RFC 9162 section 2.1 as the recursive definitions read, over plain lists: the oracle of the Merkle vectors.

It shares no idea with the iterative code under test, and must not import it.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

Hashes = Sequence[bytes]


class Impossible(Exception):
    """The recursive definition has no value for these arguments."""


def leaf(number: int) -> bytes:
    return sha256(b"\x00" + b"leaf %d" % number).digest()


def leaves(count: int) -> list[bytes]:
    return [leaf(number) for number in range(count)]


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def split(size: int) -> int:
    power = 1
    while power * 2 < size:
        power *= 2
    return power


def root(tree: Hashes) -> bytes:
    if not tree:
        return sha256(b"").digest()
    if len(tree) == 1:
        return tree[0]
    k = split(len(tree))
    return node(root(tree[:k]), root(tree[k:]))


def inclusion_path(index: int, tree: Hashes) -> list[bytes]:
    if len(tree) == 1:
        return []
    k = split(len(tree))
    if index < k:
        return [*inclusion_path(index, tree[:k]), root(tree[k:])]
    return [*inclusion_path(index - k, tree[k:]), root(tree[:k])]


def consistency_path(old: int, tree: Hashes, whole: bool = True) -> list[bytes]:
    if old == len(tree):
        return [] if whole else [root(tree)]
    k = split(len(tree))
    if old <= k:
        return [*consistency_path(old, tree[:k], whole), root(tree[k:])]
    return [*consistency_path(old - k, tree[k:], False), root(tree[:k])]


def root_by_inclusion(leaf_hash: bytes, index: int, size: int, path: Hashes) -> bytes:
    """The root that the definition of the path leads to."""
    if not 0 <= index < size:
        raise Impossible
    if size == 1:
        if path:
            raise Impossible
        return leaf_hash
    if not path:
        raise Impossible
    k = split(size)
    if index < k:
        return node(root_by_inclusion(leaf_hash, index, k, path[:-1]), path[-1])
    return node(path[-1], root_by_inclusion(leaf_hash, index - k, size - k, path[:-1]))


def roots_by_consistency(old: int, new: int, path: Hashes, old_root: bytes | None) -> tuple[bytes, bytes]:
    """Both roots that the path leads to; `old_root` is given while both trees start where this range does."""
    if not 0 < old <= new:
        raise Impossible
    if old == new:
        known = list(path) if old_root is None else [old_root, *path]
        if len(known) != 1:
            raise Impossible
        return known[0], known[0]
    if not path:
        raise Impossible
    k = split(new)
    if old <= k:
        below = roots_by_consistency(old, k, path[:-1], old_root)
        return below[0], node(below[1], path[-1])
    below = roots_by_consistency(old - k, new - k, path[:-1], None)
    return node(path[-1], below[0]), node(path[-1], below[1])
