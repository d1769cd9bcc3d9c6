"""The index trie: a path-compressed binary Merkle trie over 256-bit keys (docs/spec/index.md; frozen v1).

    leaf   SHA-256(02 || key || value)
    inner  SHA-256(03 || bit, one byte || left || right)    at the first bit in which its keys differ
    root   of no keys: 32 zero bytes; of one key: its leaf

Bits count from 0, most significant first. Nodes are stored by their hash and only ever inserted, so
that every root that was claimed stays provable. A search path in a committed trie is unique even if
the trie is malformed: presence and absence of one key cannot both verify.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ledger.encoding import sha256
from ledger.errors import MalformedIndex, VerificationIndex

EMPTY_TRIE = bytes(32)
KEY_SIZE = 32
MAX_STEPS = 256
_STEP = 33
_LEAF = 64
_LEAF_TAG, _INNER_TAG = b"\x02", b"\x03"
_SPLIT = KEY_SIZE + 1

NodeReader: TypeAlias = Callable[[Sequence[bytes]], Mapping[bytes, bytes]]
"""Gives for each hash the bytes that it is the SHA-256 of; a hash that it lacks is left out."""
Nodes: TypeAlias = "list[tuple[bytes, bytes]]"
"""Hash and bytes of each node that is new, children before their parent."""


def hash_entry(key: bytes, value: bytes) -> bytes:
    """Hash of the trie leaf of ``key`` and ``value``, 32 bytes each. Raises MalformedIndex."""
    return sha256(_entry_bytes(key, value))


def _entry_bytes(key: bytes, value: bytes) -> bytes:
    _check_sizes(key, value)
    return _LEAF_TAG + key + value


def _check_sizes(*items: bytes) -> None:
    """Other lengths would shift the parts of a node against each other."""
    for item in items:
        if len(item) != KEY_SIZE:
            raise MalformedIndex(f"a key, value or hash of the trie has {KEY_SIZE} bytes, not {len(item)}")


def hash_inner(bit: int, left: bytes, right: bytes) -> bytes:
    """Hash of an inner node whose keys differ first in ``bit``, 0 to 255; ``left`` has that bit 0."""
    return sha256(_INNER_TAG + bytes([bit]) + left + right)


def bit_of(key: bytes, bit: int) -> int:
    """Bit number ``bit`` of ``key``, most significant first."""
    return key[bit >> 3] >> (7 - (bit & 7)) & 1


def first_difference(one: bytes, other: bytes) -> int:
    """The first bit in which two different keys differ."""
    return 256 - (int.from_bytes(one) ^ int.from_bytes(other)).bit_length()


@dataclass(frozen=True, slots=True)
class TrieProof:
    """The search path of one key.

    ``steps`` go from the root down: the bit that the inner node tests, and the child that the search
    does not take. ``leaf`` is where it ends, (key, value); None in the empty trie. Raises MalformedIndex
    for what no bytes could say, so that a path built from other than bytes proves no more than one.
    """

    steps: tuple[tuple[int, bytes], ...]
    leaf: tuple[bytes, bytes] | None

    def __post_init__(self) -> None:
        if self.leaf is None and self.steps:
            raise MalformedIndex("only the path of the empty trie has no leaf, and it has no steps")
        _check_sizes(*(self.leaf or ()), *(sibling for _, sibling in self.steps))
        above = -1
        for bit, _ in self.steps:
            if not above < bit < MAX_STEPS:
                raise MalformedIndex(f"bit {bit} follows {above}; a search path tests 0 to 255, strictly ascending")
            above = bit

    @classmethod
    def parse(cls, data: bytes) -> TrieProof:
        """33 bytes for each step, bit || sibling, then 64 for the leaf; no bytes in the empty trie.

        Raises MalformedIndex.
        """
        if not data:
            return cls((), None)
        count, rest = divmod(len(data) - _LEAF, _STEP)
        if rest or not 0 <= count <= MAX_STEPS:
            raise MalformedIndex(f"{len(data)} bytes are no search path: 33 for each of 0 to 256 steps, then 64")
        steps = tuple((data[at], data[at + 1 : at + _STEP]) for at in range(0, count * _STEP, _STEP))
        return cls(steps, (data[-_LEAF:-KEY_SIZE], data[-KEY_SIZE:]))

    def encode(self) -> bytes:
        """The bytes that ``parse`` reads."""
        return b"".join(bytes([bit]) + sibling for bit, sibling in self.steps) + b"".join(self.leaf or ())


def verify_lookup(root: bytes, key: bytes, proof: TrieProof) -> bytes | None:
    """The value of ``key`` under ``root``; None where the trie does not have the key.

    Raises MalformedIndex for a key or root that is not 32 bytes, VerificationIndex for a path of another trie
    or key.
    """
    _check_sizes(key, root)  # step 1
    if proof.leaf is None:  # step 2
        if root != EMPTY_TRIE:
            raise VerificationIndex(f"the path is that of the empty trie, but the root is {root.hex()}")
        return None
    found, value = proof.leaf
    node = hash_entry(found, value)
    for bit, sibling in reversed(proof.steps):
        side = bit_of(key, bit)
        if bit_of(found, bit) != side:  # step 3
            raise VerificationIndex(f"the path ends at {found.hex()}, where a search for {key.hex()} does not go")
        node = hash_inner(bit, sibling, node) if side else hash_inner(bit, node, sibling)  # step 4
    if node != root:  # step 5
        raise VerificationIndex(f"the path of {key.hex()} leads to root {node.hex()}, not {root.hex()}")
    return value if found == key else None  # step 6


# --- building -------------------------------------------------------------------------------------


def build_trie(entries: Iterable[tuple[bytes, bytes]], nodes: Nodes | None = None) -> bytes:
    """Root of the trie of ``entries``, (key, value) strictly ascending by key; adds its nodes to ``nodes``.

    One pass and one hash for each node: what joins at a later bit than the next key needs is complete.
    Raises MalformedIndex for keys that are not ascending, and for other lengths than 32 bytes.
    """
    waiting: list[tuple[int, bytes]] = []
    previous, subtree = b"", EMPTY_TRIE
    for key, value in entries:
        node = _keep(_entry_bytes(key, value), nodes)
        if previous:
            if key <= previous:
                raise MalformedIndex(f"keys must be strictly ascending: {key.hex()} follows {previous.hex()}")
            bit = first_difference(previous, key)
            subtree = _join(waiting, subtree, bit, nodes)
            waiting.append((bit, subtree))
        previous, subtree = key, node
    return _join(waiting, subtree, -1, nodes)


def _join(waiting: list[tuple[int, bytes]], subtree: bytes, bit: int, nodes: Nodes | None) -> bytes:
    while waiting and waiting[-1][0] > bit:
        at, left = waiting.pop()
        subtree = _keep(_INNER_TAG + bytes([at]) + left + subtree, nodes)
    return subtree


def _keep(data: bytes, nodes: Nodes | None) -> bytes:
    digest = sha256(data)
    if nodes is not None:
        nodes.append((digest, data))
    return digest


# --- reading and changing -------------------------------------------------------------------------


class _Inner:
    """An inner node in memory; a child is a node, or the hash of one that no search reaches.

    ``digest`` is its hash as it was read; None from when something below it changes, or where it is new.
    """

    __slots__ = ("bit", "children", "digest")

    def __init__(self, bit: int, children: list[_Child], digest: bytes | None = None) -> None:
        self.bit, self.children, self.digest = bit, children, digest


class _Leaf:
    __slots__ = ("digest", "key", "value")

    def __init__(self, key: bytes, value: bytes, digest: bytes | None = None) -> None:
        self.key, self.value, self.digest = key, value, digest


_Child: TypeAlias = "_Inner | _Leaf | bytes"


def update_trie(root: bytes, changes: Mapping[bytes, bytes], read: NodeReader) -> tuple[bytes, Nodes]:
    """The root after setting each key of ``changes`` to its value, and the nodes that this trie lacked.

    A key is never taken out. Nodes are read level by level, in one call each. Raises MalformedIndex for other
    lengths than 32 bytes, and MalformedIndex or VerificationIndex where the nodes read are not those of a trie
    with this root.
    """
    for key, value in changes.items():
        _check_sizes(key, value)
    top = _load(root, sorted(changes), read)
    for key, value in sorted(changes.items()):
        top = _insert(top, key, value)
    nodes: Nodes = []
    return (EMPTY_TRIE if top is None else _store(top, nodes)), nodes


def prove_many(root: bytes, keys: Sequence[bytes], read: NodeReader) -> dict[bytes, TrieProof]:
    """The search path of each key under ``root``. Raises as ``update_trie``."""
    _check_sizes(*keys)
    top = _load(root, sorted(set(keys)), read)
    return {key: _path(top, key) for key in keys}


def _load(root: bytes, keys: Sequence[bytes], read: NodeReader) -> _Child | None:
    """The trie in memory as far as a search for ``keys`` goes."""
    _check_sizes(root)
    if root == EMPTY_TRIE:
        return None
    holder = _Inner(0, [root])
    wanted: list[tuple[_Inner, int, Sequence[bytes], int]] = [(holder, 0, keys, -1)] if keys else []
    while wanted:
        hashes = [item for parent, side, _, _ in wanted if isinstance(item := parent.children[side], bytes)]
        found = read(hashes)
        below: list[tuple[_Inner, int, Sequence[bytes], int]] = []
        for (parent, side, searched, above), digest in zip(wanted, hashes, strict=True):
            node = _parse_node(digest, found.get(digest), above)
            parent.children[side] = node
            if isinstance(node, _Inner):
                sides: tuple[list[bytes], list[bytes]] = ([], [])
                for key in searched:
                    sides[bit_of(key, node.bit)].append(key)
                below += [(node, place, part, node.bit) for place, part in enumerate(sides) if part]
        wanted = below
    return holder.children[0]


def _parse_node(digest: bytes, data: bytes | None, above: int) -> _Inner | _Leaf:
    if data is None:
        raise VerificationIndex(f"the node {digest.hex()} of the trie is missing")
    if sha256(data) != digest:
        raise VerificationIndex(f"the bytes given for the node {digest.hex()} of the trie are of another")
    if len(data) == 1 + _LEAF and data[:1] == _LEAF_TAG:
        return _Leaf(data[1:_SPLIT], data[_SPLIT:], digest)
    if len(data) == 2 + _LEAF and data[:1] == _INNER_TAG and data[1] > above:
        return _Inner(data[1], [data[2 : 1 + _SPLIT], data[1 + _SPLIT :]], digest)
    raise MalformedIndex(f"the node {digest.hex()} is neither a leaf nor an inner node below bit {above}")


def _search(top: _Child, key: bytes) -> tuple[list[_Inner], _Leaf]:
    """The inner nodes that a search for ``key`` passes, and the leaf where it ends."""
    passed: list[_Inner] = []
    node = top
    while isinstance(node, _Inner):
        passed.append(node)
        node = node.children[bit_of(key, node.bit)]
    assert isinstance(node, _Leaf), "every path that is searched was loaded"
    if any(bit_of(node.key, inner.bit) != bit_of(key, inner.bit) for inner in passed):
        raise MalformedIndex(f"the trie has {node.key.hex()} where a search for it does not go")
    return passed, node


def _insert(top: _Child | None, key: bytes, value: bytes) -> _Child:
    if top is None:
        return _Leaf(key, value)
    passed, nearest = _search(top, key)
    if nearest.key == key:
        if nearest.value != value:
            nearest.value = value
            nearest.digest = None
            _forget(passed)
        return top
    bit = first_difference(nearest.key, key)
    above = [inner for inner in passed if inner.bit < bit]
    _forget(above)
    below = passed[len(above)] if len(above) < len(passed) else nearest
    pair: list[_Child] = [below, _Leaf(key, value)]
    joined = _Inner(bit, pair if bit_of(key, bit) else pair[::-1])
    if not above:
        return joined
    above[-1].children[bit_of(key, above[-1].bit)] = joined
    return top


def _forget(changed: Iterable[_Inner]) -> None:
    for inner in changed:
        inner.digest = None


def _store(node: _Child, nodes: Nodes) -> bytes:
    if isinstance(node, bytes):
        return node
    if node.digest is not None:
        return node.digest
    if isinstance(node, _Leaf):
        data = _entry_bytes(node.key, node.value)
    else:
        left, right = (_store(child, nodes) for child in node.children)
        data = _INNER_TAG + bytes([node.bit]) + left + right
    node.digest = _keep(data, nodes)
    return node.digest


def _path(top: _Child | None, key: bytes) -> TrieProof:
    if top is None:
        return TrieProof((), None)
    passed, leaf = _search(top, key)
    steps = tuple((inner.bit, _store(inner.children[1 - bit_of(key, inner.bit)], [])) for inner in passed)
    return TrieProof(steps, (leaf.key, leaf.value))
