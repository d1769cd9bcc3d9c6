"""The case index: who wrote what in a case, as lists under one root (docs/spec/index.md; frozen v1).

Each author has a list of his own in each case, so that nobody can flood another's. A list's digest is the
value of its key in the trie (``ledger.trie``), and the index leaf that ends an anchored tree carries
the trie's root. RFC 9162 consistency does not authenticate the tree size; the index leaf does.

What a root says is what the operator *claims*. That the claim is right is known only by replay.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ledger.encoding import chunks, sha256
from ledger.errors import MalformedIndex, MalformedLeaf, VerificationInclusion, VerificationIndex, VerificationIndexLeaf
from ledger.leaf import INDEX_V1, NO_INDEX, NO_KEY, IndexLeaf, StatementLeaf, index_key_of_bytes, parse_leaf
from ledger.merkle import verify_inclusion
from ledger.trie import TrieProof, verify_lookup

ENTRY_BYTES = 40


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """One statement of a list: where its leaf stands, and the leaf's RFC 9162 hash (32 bytes)."""

    index: int
    leaf_hash: bytes

    def encode(self) -> bytes:
        """index (8, big-endian) || leaf hash. Raises MalformedIndex for what ``parse_list`` cannot give."""
        if not 0 <= self.index < 2**64 or len(self.leaf_hash) != 32:
            raise MalformedIndex(
                f"an entry is an index of 8 bytes and a hash of 32, not {self.index} and {len(self.leaf_hash)} bytes"
            )
        return self.index.to_bytes(8) + self.leaf_hash


def encode_list(entries: Iterable[IndexEntry]) -> bytes:
    """The entries one after the other."""
    return b"".join(entry.encode() for entry in entries)


def parse_list(data: bytes) -> tuple[IndexEntry, ...]:
    """Entries as they stand, in any order: whether they can be a list is ``check_list``. Raises MalformedIndex."""
    if len(data) % ENTRY_BYTES:
        raise MalformedIndex(f"{len(data)} bytes are no list; each entry has {ENTRY_BYTES}")
    return tuple(IndexEntry(int.from_bytes(item[:8]), item[8:]) for item in chunks(data, ENTRY_BYTES))


def check_list(entries: Sequence[IndexEntry], size: int) -> None:
    """Raise MalformedIndex unless a list of the first ``size`` leaves can have these entries.

    A list has at least one entry, its indexes are strictly ascending, and each is below ``size``.
    """
    if not entries:
        raise MalformedIndex("a list in the index has at least one entry")
    for earlier, later in zip(entries, entries[1:], strict=False):
        if later.index <= earlier.index:
            raise MalformedIndex(f"entry {later.index} follows {earlier.index}; a list is strictly ascending")
    if entries[-1].index >= size:
        raise MalformedIndex(f"entry {entries[-1].index} is not among the first {size} leaves")


def value_of(entries: Iterable[IndexEntry]) -> bytes:
    """The value of a list in the trie: SHA-256(06 || entries)."""
    return value_of_bytes(encode_list(entries))


def value_of_bytes(entries: bytes) -> bytes:
    """As ``value_of``, for bytes that may be no list: an operator can put any value into his trie."""
    return sha256(b"\x06" + entries)


def verify_list(
    claim: IndexLeaf, key: bytes, proof: TrieProof, entries: Sequence[IndexEntry] | None
) -> tuple[IndexEntry, ...]:
    """Prove what the index leaf ``claim`` says of ``key``: its list, or () where it says that there is none.

    ``entries`` None claims absence. Steps of docs/spec/index.md, "Verifying a list". Raises MalformedIndex or
    VerificationIndex.
    """
    if claim.rule != INDEX_V1:  # step 1
        raise VerificationIndex(f"the index leaf of size {claim.size} has rule {claim.rule}, which claims no index")
    value = verify_lookup(claim.root, key, proof)  # step 2
    if entries is None or value is None:  # step 3
        if entries is None and value is None:
            return ()
        says, shown = ("no list", "one") if value is None else ("a list", "none")
        raise VerificationIndex(f"the index has {says} under {key.hex()}, but {shown} is shown")
    if value_of(entries) != value:  # step 4
        raise VerificationIndex(f"the list shown under {key.hex()} is not the one of the index")
    check_list(entries, claim.size)  # step 5
    return tuple(entries)


def key_to_list(leaf: StatementLeaf, raw: bytes | None, origin: str) -> bytes | None:
    """The key under which ``leaf`` is listed, None where it is not indexable.

    ``raw`` are the bytes beside it; where nobody has them any more (None) the key in the leaf counts,
    because an operator may withhold bytes but not unlist them. Steps of docs/spec/index.md, "Which leaves
    are listed". Raises VerificationIndex for bytes of another leaf, which could unlist this one.
    """
    if raw is not None and sha256(raw) != leaf.digest:  # step 1
        raise VerificationIndex(f"the bytes shown are not those of the leaf, which commits to {leaf.digest.hex()}")
    if leaf.key == NO_KEY:  # step 2
        return None
    if raw is not None and index_key_of_bytes(raw, origin) != leaf.key:  # step 3
        return None
    return leaf.key  # step 4


def verify_index_leaf(data: bytes, size: int, path: Sequence[bytes], root: bytes) -> IndexLeaf:
    """Prove that the tree (``size``, ``root``) ends in the index leaf ``data``.

    Steps: (1) the bytes are an index leaf; (2) it names ``size - 1``; (3) it stands at index
    ``size - 1``. Raises MalformedLeaf or VerificationIndexLeaf.
    """
    leaf = parse_leaf(data)  # step 1
    if not isinstance(leaf, IndexLeaf):
        raise MalformedLeaf("the last leaf is a statement leaf; an anchored tree must end in an index leaf")
    if leaf.size != size - 1:  # step 2
        raise VerificationIndexLeaf(f"the index leaf names size {leaf.size}; a tree of {size} leaves needs {size - 1}")
    try:
        verify_inclusion(leaf.hash(), size - 1, size, path, root)  # step 3
    except VerificationInclusion as error:
        raise VerificationIndexLeaf(f"the index leaf is not the last leaf: {error}") from None
    return leaf


def index_leaf(size: int, root: bytes) -> IndexLeaf:
    """The index leaf that closes a tree of ``size`` leaves whose index has ``root``; it stands at index ``size``.

    Raises MalformedLeaf for values outside the format.
    """
    leaf = IndexLeaf(size, INDEX_V1, root)
    leaf.encode()
    return leaf


def empty_index_leaf(size: int) -> IndexLeaf:
    """The rule-0 index leaf, which claims no index; never used again once rule 1 was anchored."""
    return IndexLeaf(size, NO_INDEX, bytes(32))
