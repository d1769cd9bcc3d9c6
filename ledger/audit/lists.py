"""Opening an operator's lists to show in which one its index differs from the replay (docs/spec/audit.md).

A root alone says that something is wrong, not what. Where the operator opens the lists of keys, each
with its search path, a few questions lead to one that differs: the two tries are walked down
together, and the search goes where their hashes part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from ledger.audit.findings import ListFault, ListKind, Seen
from ledger.audit.memory_trie import MemoryTrie
from ledger.encoding import encode_hex
from ledger.errors import HabeasError, MalformedIndex
from ledger.index import IndexEntry, check_list, parse_list, value_of_bytes
from ledger.leaf import NO_KEY, IndexLeaf, StatementLeaf, parse_leaf
from ledger.trie import TrieProof, verify_lookup

MAX_QUESTIONS = 64
MAX_FAULTS = 4


@dataclass(frozen=True, slots=True)
class Opening:
    """What the operator says of one key at one index leaf; ``entries`` None claims that it has no list."""

    proof: TrieProof
    entries: bytes | None


Ask: TypeAlias = Callable[[bytes], Opening | None]
"""Opens one key at the index leaf in question; None where the operator does not."""
LeafAt: TypeAlias = Callable[[int], "tuple[bytes, Seen] | None"]
"""The leaf at an index below the index leaf, and what was seen of it."""


def find_faults(claim: IndexLeaf, ours: MemoryTrie, list_of: Callable[[bytes], bytes | None], ask: Ask,
                leaf_at: LeafAt) -> tuple[ListFault, ...]:  # fmt: skip
    """Lists of the index ``claim`` that differ from the replay's, at most four, with up to 64 questions."""
    faults: list[ListFault] = []
    waiting = [ours.key(0) if len(ours) else bytes(32)]
    asked: set[bytes] = set()
    while waiting and len(asked) < MAX_QUESTIONS and len(faults) < MAX_FAULTS:
        key = waiting.pop()
        if key in asked:
            continue
        asked.add(key)
        opening = ask(key)
        if opening is None:
            continue
        try:
            value = verify_lookup(claim.root, key, opening.proof)
            if (opening.entries is None) != (value is None):
                continue
            if opening.entries is not None and value_of_bytes(opening.entries) != value:
                continue
        except HabeasError:
            continue  # not of this root: it shows nothing
        faults += _compare(claim, key, list_of(key) or b"", opening, leaf_at)
        waiting += _further(key, opening.proof, ours.prove(key))
    return tuple(faults[:MAX_FAULTS])


def _further(key: bytes, theirs: TrieProof, mine: TrieProof) -> Iterator[bytes]:
    """Keys to ask next: below each hash in which the two search paths differ, and where they end."""
    one, other = dict(theirs.steps), dict(mine.steps)
    for bit in one.keys() | other.keys():
        if one.get(bit) != other.get(bit):
            flipped = bytearray(key)
            flipped[bit >> 3] ^= 0x80 >> (bit & 7)
            yield bytes(flipped)
    if theirs.leaf != mine.leaf:
        for leaf in (mine.leaf, theirs.leaf):
            if leaf is not None and leaf[0] != key:
                yield leaf[0]


def _compare(claim: IndexLeaf, key: bytes, mine: bytes, opening: Opening, leaf_at: LeafAt) -> Iterator[ListFault]:
    """The first difference of a list, if there is one."""
    if mine == (opening.entries or b"") and (mine or opening.entries is None):
        return
    if key == NO_KEY:
        yield _fault("malformed", claim, key, opening, None, "no list stands under the zero key", provable=True)
        return
    theirs: tuple[IndexEntry, ...] = ()
    if opening.entries is not None:
        try:
            theirs = parse_list(opening.entries)
            check_list(theirs, claim.size)
        except MalformedIndex as error:
            yield _fault("malformed", claim, key, opening, None, str(error), provable=True)
            return
    held, shown = set(parse_list(mine)), set(theirs)
    for entry in sorted(shown - held, key=lambda item: item.index):
        yield _foreign(claim, key, opening, entry, leaf_at(entry.index))
        return
    for entry in sorted(held - shown, key=lambda item: item.index):
        found = leaf_at(entry.index)
        provable = found is not None and found[1] is Seen.LISTED
        detail = f"the leaf at {entry.index} belongs to it and is left out"
        yield _fault("omitted", claim, key, opening, entry.index, detail, provable=provable)
        return


def _foreign(claim: IndexLeaf, key: bytes, opening: Opening, entry: IndexEntry,
             found: tuple[bytes, Seen] | None) -> ListFault:  # fmt: skip
    if found is None:
        return _fault("foreign", claim, key, opening, entry.index, "an entry that no leaf stands for", provable=False)
    data, seen = found
    try:
        leaf = parse_leaf(data)
    except HabeasError:
        return _fault("foreign", claim, key, opening, entry.index, "an entry of what is no leaf", provable=True)
    if leaf.hash() != entry.leaf_hash:
        detail = f"it has an entry for {entry.index}, where another leaf stands"
    elif isinstance(leaf, StatementLeaf) and leaf.key == key and seen is Seen.WRONG_KEY:
        detail = f"the leaf at {entry.index} has this key, but its bytes have not, so it is not indexable"
        return _fault("wrong_key", claim, key, opening, entry.index, detail, provable=True)
    else:
        detail = f"the leaf at {entry.index} does not belong to it"
    return _fault("foreign", claim, key, opening, entry.index, detail, provable=True)


def _fault(kind: ListKind, claim: IndexLeaf, key: bytes, opening: Opening, index: int | None, detail: str,
           *, provable: bool) -> ListFault:  # fmt: skip
    words = f"in the index at size {claim.size}, the list of {encode_hex(key)}: {detail}"
    return ListFault(kind, claim.size, key, words, index, provable, opening.proof, opening.entries)
