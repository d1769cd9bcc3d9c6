"""The index leaf as last leaf of an anchored tree (docs/spec/log.md, "Index leaf"; DESIGN 6).

RFC 9162 consistency does not authenticate the tree size; the index leaf does. Until the case
index exists every index leaf carries rule 0, which claims nothing about completeness.
"""

from __future__ import annotations

from collections.abc import Sequence

from ledger.errors import MalformedLeaf, VerificationInclusion, VerificationIndexLeaf
from ledger.leaf import NO_INDEX, IndexLeaf, parse_leaf
from ledger.merkle import verify_inclusion


def empty_index_leaf(size: int) -> IndexLeaf:
    """The rule-0 index leaf that closes a tree of ``size`` leaves: it stands at index ``size``."""
    return IndexLeaf(size, NO_INDEX, bytes(32))


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
