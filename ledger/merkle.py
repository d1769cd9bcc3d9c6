"""RFC 9162 section 2.1 Merkle tree over SHA-256: roots, inclusion, consistency (docs/spec/log.md).

Everything here works on *leaf hashes* (32 bytes); what a leaf's bytes are is decided in
``ledger/leaf.py``. A tree is described by its size and, for provers, by a ``HashReader`` that
returns the hash of any *complete* subtree. Verifiers check positions and lengths before they hash
and raise VerificationInclusion or VerificationConsistency; they never return a bool.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeAlias

from ledger.encoding import MAX_INTEGER
from ledger.errors import VerificationConsistency, VerificationInclusion

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()
_LEAF = b"\x00"
_INNER = b"\x01"

HashReader: TypeAlias = Callable[[int, int], bytes]
"""``read(level, index)``: hash of the complete subtree number ``index`` among those of 2**level leaves."""


def hash_leaf(data: bytes) -> bytes:
    """Leaf hash, 32 bytes: SHA-256(0x00 || data)."""
    return sha256(_LEAF + data).digest()


def hash_children(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node, 32 bytes: SHA-256(0x01 || left || right)."""
    return sha256(_INNER + left + right).digest()


def hash_row(row: Sequence[bytes]) -> list[bytes]:
    """The next level up: parents of ``row`` taken in pairs; an odd last hash has no parent yet."""
    pairs = iter(row)
    return [sha256(_INNER + left + right).digest() for left, right in zip(pairs, pairs, strict=False)]


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """Root over ``leaf_hashes``; of none, SHA-256 of the empty string."""
    return EMPTY_FRONTIER.append_many(leaf_hashes).root()


# --- verification ---------------------------------------------------------------------------------


def verify_inclusion(leaf_hash: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Check that ``leaf_hash`` stands at ``index`` in the tree of ``size`` leaves with ``root``.

    Raises VerificationInclusion; after a full computation its message holds both roots.
    """
    computed = root_from_inclusion(leaf_hash, index, size, path)
    # 3. Compare.
    if computed != root:
        raise VerificationInclusion(
            f"leaf {leaf_hash.hex()} at index {index} of {size} leads to root {computed.hex()}, not to {root.hex()}"
        )


def root_from_inclusion(leaf_hash: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """Root that an inclusion path leads to (RFC 9162 section 2.1.3.2). Raises VerificationInclusion."""
    # 1. Position and length first: a path of another length would prove another position.
    if not 0 <= index < size:
        raise VerificationInclusion(f"index {index} is not in a tree of {size} leaves")
    if size > MAX_INTEGER:
        raise VerificationInclusion(f"a tree has at most 2^53-1 leaves, not {size}")
    expected = _path_length(0, index, size)
    if len(path) != expected:
        raise VerificationInclusion(
            f"the path for index {index} of {size} leaves has {expected} hashes, this one has {len(path)}"
        )
    _check_hashes((leaf_hash, *path), VerificationInclusion)
    # 2. Fold upwards: left or right by the index below the right edge, then only left siblings are left.
    inner, digest, node = (index ^ (size - 1)).bit_length(), leaf_hash, index
    for sibling in path[:inner]:
        pair = sibling + digest if node & 1 else digest + sibling
        digest, node = sha256(_INNER + pair).digest(), node >> 1
    for sibling in path[inner:]:
        digest = sha256(_INNER + sibling + digest).digest()
    return digest


def verify_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, path: Sequence[bytes]) -> None:
    """Check that the tree (new_size, new_root) extends (old_size, old_root), RFC 9162 section 2.1.4.2.

    ``old_size`` 0 is refused: every tree extends the empty one and nothing would be proven. Sizes
    are not authenticated by the path: some wrong ``new_size`` of the same shape passes too, which is
    why the last leaf of an anchored tree names its size. Raises VerificationConsistency.
    """
    # 1. Sizes and length first.
    if not 0 < old_size <= new_size:
        raise VerificationConsistency(f"sizes must be 0 < old <= new, not {old_size} and {new_size}")
    if new_size > MAX_INTEGER:
        raise VerificationConsistency(f"a tree has at most 2^53-1 leaves, not {new_size}")
    expected = _consistency_length(old_size, new_size)
    if len(path) != expected:
        raise VerificationConsistency(
            f"the path from {old_size} to {new_size} leaves has {expected} hashes, this one has {len(path)}"
        )
    _check_hashes((old_root, new_root, *path), VerificationConsistency)
    # 2. One size has one root.
    if old_size == new_size:
        _compare_roots(old_size, old_root, new_root)
        return
    # 3. Rebuild both roots from the same hashes. A complete old tree is itself the first of them.
    old, new = _fold_prefix(old_size, new_size, path if old_size & (old_size - 1) else [old_root, *path])
    # 4. Compare.
    _compare_roots(old_size, old, old_root)
    _compare_roots(new_size, new, new_root)


def roots_from_prefix(old_size: int, new_size: int, path: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Roots of the first ``old_size`` and of all ``new_size`` leaves that a prefix path leads to.

    A prefix path is a consistency path that always begins with the subtree that ends the older tree: RFC 9162
    leaves it out where it is the old root, which is what a proof of a fork cannot presuppose. Under the root of
    a tree of ``new_size`` leaves there is only one such path. Raises VerificationConsistency.
    """
    if not 0 < old_size < new_size <= MAX_INTEGER:
        raise VerificationConsistency(f"sizes must be 0 < old < new <= 2^53-1, not {old_size} and {new_size}")
    level = (old_size & -old_size).bit_length() - 1
    expected = 1 + _path_length(level, (old_size - 1) >> level, new_size)
    if len(path) != expected:
        raise VerificationConsistency(
            f"the prefix path from {old_size} to {new_size} leaves has {expected} hashes, this one has {len(path)}"
        )
    _check_hashes(path, VerificationConsistency)
    return _fold_prefix(old_size, new_size, path)


def _fold_prefix(old_size: int, new_size: int, hashes: Sequence[bytes]) -> tuple[bytes, bytes]:
    node, last = old_size - 1, new_size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = hashes[0]
    for sibling in hashes[1:]:
        while node == last and not node & 1:
            node, last = node >> 1, last >> 1
        if node & 1:
            old, new = hash_children(sibling, old), hash_children(sibling, new)
        else:
            new = hash_children(new, sibling)
        node, last = node >> 1, last >> 1
    return old, new


def _compare_roots(size: int, computed: bytes, given: bytes) -> None:
    if computed != given:
        raise VerificationConsistency(
            f"the tree of {size} leaves has root {computed.hex()} by the path, not {given.hex()}"
        )


def _check_hashes(hashes: Sequence[bytes], error: type[VerificationInclusion | VerificationConsistency]) -> None:
    # Hashes of another length would move the border between left and right inside a node.
    if set(map(len, hashes)) == {HASH_SIZE}:
        return
    for position, item in enumerate(hashes):
        if len(item) != HASH_SIZE:
            raise error(f"hash {position} has {len(item)} bytes, not {HASH_SIZE}")


def _path_length(level: int, index: int, size: int) -> int:
    """Siblings from the subtree (level, index) up to the root of ``size`` leaves."""
    inner = (index ^ ((size - 1) >> level)).bit_length()
    return inner + (index >> inner).bit_count()


def _consistency_length(old_size: int, new_size: int) -> int:
    if old_size == new_size:
        return 0
    level = (old_size & -old_size).bit_length() - 1
    complete = old_size == 1 << level
    return _path_length(level, (old_size - 1) >> level, new_size) + (0 if complete else 1)


# --- proving --------------------------------------------------------------------------------------


def tree_root(size: int, read: HashReader) -> bytes:
    """Root of the first ``size`` leaves, from at most log2(size) complete subtrees."""
    return _edge_root(0, size, read) if size else EMPTY_ROOT


def inclusion_path(index: int, size: int, read: HashReader) -> list[bytes]:
    """Inclusion path of leaf ``index`` in the first ``size`` leaves, leaf sibling first."""
    if not 0 <= index < size:
        raise VerificationInclusion(f"index {index} is not in a tree of {size} leaves")
    return _node_path(0, index, size, read)


def consistency_path(old: int, new: int, read: HashReader) -> list[bytes]:
    """Consistency path from the first ``old`` to the first ``new`` leaves; empty for equal sizes."""
    if not 0 < old <= new:
        raise VerificationConsistency(f"sizes must be 0 < old <= new, not {old} and {new}")
    if old == new:
        return []
    path = prefix_path(old, new, read)
    return path if old & (old - 1) else path[1:]


def prefix_path(old: int, new: int, read: HashReader) -> list[bytes]:
    """The path that ``roots_from_prefix`` reads: of the first ``old`` leaves in the first ``new``."""
    if not 0 < old < new:
        raise VerificationConsistency(f"sizes must be 0 < old < new, not {old} and {new}")
    level = (old & -old).bit_length() - 1
    index = (old - 1) >> level
    return [read(level, index), *_node_path(level, index, new, read)]


def _node_path(level: int, index: int, size: int, read: HashReader) -> list[bytes]:
    """Siblings of the complete subtree (level, index) up to the root of ``size`` leaves.

    Below the level where its way leaves the way of the last leaf every sibling is complete; there
    the sibling is the whole right edge; above it only left siblings exist.
    """
    inner = (index ^ ((size - 1) >> level)).bit_length()
    path = [read(level + step, (index >> step) ^ 1) for step in range(inner - 1)]
    if inner:
        top = level + inner - 1
        path.append(_edge_root((index >> (inner - 1) | 1) << top, size, read))
    rest = index >> inner
    for step in range(rest.bit_length()):
        if rest >> step & 1:
            path.append(read(level + inner + step, (rest >> step) ^ 1))
    return path


def _edge_root(start: int, size: int, read: HashReader) -> bytes:
    """Root over leaves ``start`` to ``size`` - 1, where ``start`` begins a subtree on the right edge."""
    digest, end = b"", size
    while end > start:
        level = (end & -end).bit_length() - 1
        while 1 << level > end - start:
            level -= 1
        end -= 1 << level
        piece = read(level, end >> level)
        digest = hash_children(piece, digest) if digest else piece
    return digest


@dataclass(frozen=True, slots=True)
class Frontier:
    """The right edge of a tree: enough to append and to know the root (a compact range).

    ``hashes`` are the roots of its complete subtrees, largest (leftmost) first, one for each 1 bit
    of ``size``.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def append_many(self, leaf_hashes: Sequence[bytes]) -> Frontier:
        """The frontier after appending ``leaf_hashes``: about one hash each, level by level."""
        return self.grow(leaf_hashes)[0]

    def grow(self, leaf_hashes: Sequence[bytes]) -> tuple[Frontier, list[list[bytes]]]:
        """Like append_many, and the hashes that became complete: ``rows[level][k]`` is the subtree
        number (old size >> level) + k of 2**level leaves."""
        edge = self._by_level()
        rows, row, level = [], list(leaf_hashes), 0
        while row:
            rows.append(row)
            if level in edge:
                row = [edge.pop(level), *row]
            if len(row) & 1:
                edge[level] = row[-1]
            row, level = hash_row(row), level + 1
        kept = tuple(edge[level] for level in sorted(edge, reverse=True))
        return Frontier(self.size + len(leaf_hashes), kept), rows

    def root(self) -> bytes:
        """Root of the tree; of the empty tree, SHA-256 of the empty string."""
        if not self.hashes:
            return EMPTY_ROOT
        digest = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            digest = hash_children(left, digest)
        return digest

    def _by_level(self) -> dict[int, bytes]:
        levels = [level for level in reversed(range(self.size.bit_length())) if self.size >> level & 1]
        return dict(zip(levels, self.hashes, strict=True))


EMPTY_FRONTIER = Frontier()


class MemoryTree:
    """A whole tree in memory, for tests and small work; all levels are stored, so each proof is O(log n)."""

    def __init__(self, leaf_hashes: Sequence[bytes] = ()) -> None:
        self._levels: list[list[bytes]] = [[]]
        for leaf_hash in leaf_hashes:
            self.append(leaf_hash)

    @property
    def size(self) -> int:
        return len(self._levels[0])

    def append(self, leaf_hash: bytes) -> int:
        """Append one leaf hash; returns its index."""
        index, level, digest = self.size, 0, leaf_hash
        self._levels[0].append(digest)
        while len(self._levels[level]) % 2 == 0:
            digest = hash_children(*self._levels[level][-2:])
            level += 1
            if level == len(self._levels):
                self._levels.append([])
            self._levels[level].append(digest)
        return index

    def read(self, level: int, index: int) -> bytes:
        """The HashReader of this tree."""
        return self._levels[level][index]

    def root(self, size: int | None = None) -> bytes:
        return tree_root(self._within(size), self.read)

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        return inclusion_path(index, self._within(size), self.read)

    def consistency(self, old: int, new: int | None = None) -> list[bytes]:
        return consistency_path(old, self._within(new), self.read)

    def prefix(self, old: int, new: int | None = None) -> list[bytes]:
        return prefix_path(old, self._within(new), self.read)

    def _within(self, size: int | None) -> int:
        if size is None:
            return self.size
        if not 0 <= size <= self.size:
            raise VerificationInclusion(f"the tree has {self.size} leaves, not {size}")
        return size
