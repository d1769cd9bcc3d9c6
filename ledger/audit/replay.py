"""Replaying a log: what its tree and its index must be, leaf by leaf (docs/spec/audit.md).

``IndexReplay`` is fed with all leaves in order and with the key of the bytes beside each, and believes
nobody: it computes the root of the tree wherever somebody claimed one, and the root of the
index at every index leaf. What differs is a finding. Its memory grows with keys and statements, 40
bytes for each statement and some 250 for each key, and not with the bytes of the statements.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeAlias

from ledger.audit.findings import Finding, ListFault, RootClaim, Seen, Tally, WrongRoot
from ledger.audit.memory_trie import MemoryTrie
from ledger.encoding import parse_hex
from ledger.errors import Malformed, MalformedLeaf, MalformedStatement, VerificationSignature
from ledger.index import IndexEntry, encode_list, value_of_bytes
from ledger.leaf import (
    INDEX_V1,
    NO_INDEX,
    NO_KEY,
    STATEMENT_LEAF_BYTES,
    IndexLeaf,
    StatementLeaf,
    index_key,
    parse_leaf,
)
from ledger.merkle import EMPTY_FRONTIER, Frontier, HashReader, hash_leaf, hash_row
from ledger.statement import Statement, parse, verify_signature
from ledger.trie import update_trie

TILE_HEIGHT = 8
_SUFFIX = StatementLeaf(NO_KEY, NO_KEY).encode()[64:]
MAX_DOUBTFUL = 10
"""Withheld leaves between two index leaves of which every choice is tried."""
MAX_OPENED = 8
"""Wrong index roots whose lists are asked for; the others are counted."""

_Doubtful: TypeAlias = tuple[int, bytes, bytes]


Explain: TypeAlias = "Callable[[IndexReplay, IndexLeaf], Sequence[ListFault]]"
"""Asked at the moment when an index leaf's root is wrong, to open the lists that differ."""


# --- reading the bytes beside the tree ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reading:
    """What the bytes beside a leaf say: their index key, and what of them is not only one's own.

    ``withholds`` is the digest in an ``entry.withheld`` and ``author`` who signed it.
    """

    key: bytes
    withholds: bytes | None = None
    author: bytes | None = None


_NOT_INDEXABLE = Reading(NO_KEY)


def read_addendum(raw: bytes, origin: str) -> Reading:
    """The reading of any bytes at all, in the ledger ``origin``."""
    try:
        signed = parse(raw)
    except Malformed:
        return _NOT_INDEXABLE
    if signed.statement.kind != "entry.withheld":
        return Reading(index_key(signed, origin))
    try:
        verify_signature(signed)
        return Reading(NO_KEY, _withheld_digest(signed.statement), signed.statement.author)
    except (Malformed, VerificationSignature):
        return _NOT_INDEXABLE


def _withheld_digest(statement: Statement) -> bytes:
    return parse_hex(statement.facts.get("digest"), 32, MalformedStatement, "digest")


# --- the replay -----------------------------------------------------------------------------------


class IndexReplay:
    """All leaves in order. ``findings``, ``wrong_roots`` and ``broken`` say what is not as it must be.

    ``claims`` are compared when the tree has their size; ``watched`` are leaf hashes whose first place is
    kept in ``positions``; ``explain`` opens the operator's lists where an index root is wrong.
    """

    def __init__(
        self, claims: Iterable[RootClaim] = (), watched: Collection[bytes] = (), explain: Explain | None = None
    ) -> None:
        self.frontier: Frontier = EMPTY_FRONTIER
        self.trie = MemoryTrie()
        self.tally = Tally()
        self.findings: list[Finding] = []
        self.wrong_roots: list[WrongRoot] = []
        self.undecided: list[int] = []
        """Sizes of index leaves that withheld leaves leave open."""
        self.unlisted_withheld: list[int] = []
        """Withheld leaves that the operator's index does not list; no bytes show whether that is right."""
        self.misplaced: list[tuple[int, bytes]] = []
        """Places and hashes of leaves under another key than that of their bytes."""
        self.kept: list[RootClaim] = []
        self.broken: list[tuple[RootClaim, bytes]] = []
        """Claims with another root than the replay, and its root."""
        self.positions: dict[bytes, int] = {}
        self.last: StatementLeaf | IndexLeaf | None = None
        self._lists: list[bytes] = []
        self._pending: dict[bytes, bytes] = {}
        self._doubtful: list[_Doubtful] = []
        self._claims: dict[int, list[RootClaim]] = {}
        self._watched = frozenset(watched)
        self._explain = explain
        self._subtrees: list[bytes] = []
        self._first_rule_1: RootClaim | None = None
        self._unclear = False
        for claim in claims:
            self.expect(claim)

    @property
    def size(self) -> int:
        """Leaves replayed so far."""
        return self.frontier.size

    def expect(self, claim: RootClaim) -> None:
        """Compare with ``claim`` when its size is reached, now if it is."""
        if claim.size == self.size:
            self._compare(claim)
        else:
            self._claims.setdefault(claim.size, []).append(claim)

    def unreached(self) -> list[RootClaim]:
        """Claims about sizes that were not replayed."""
        return [claim for size in sorted(self._claims) for claim in self._claims[size]]

    def feed(self, leaves: Sequence[bytes], keys: Sequence[bytes | None]) -> list[Seen]:
        """The next leaves, and the key of the bytes beside each: None where nobody has them, anything for an
        index leaf. Gives what each leaf was seen to be."""
        seen: list[Seen] = []
        start = 0
        while start < len(leaves):
            stops = [size - self.size for size in self._claims if self.size < size < self.size + len(leaves) - start]
            end = start + min(stops) if stops else len(leaves)
            seen += self._feed(leaves[start:end], keys[start:end])
            start = end
            for claim in self._claims.pop(self.size, ()):
                self._compare(claim)
        return seen

    def _feed(self, leaves: Sequence[bytes], keys: Sequence[bytes | None]) -> list[Seen]:
        hashes = [hash_leaf(data) for data in leaves]
        first = self.size
        seen = [self._leaf(first + place, data, hashes[place], keys[place]) for place, data in enumerate(leaves)]
        if seen:
            self.last = None if seen[-1] is Seen.NO_LEAF else parse_leaf(leaves[-1])
        counts = self.tally.seen
        for each in seen:
            counts[each] += 1
        if self._watched:
            for place, leaf_hash in enumerate(hashes):
                if leaf_hash in self._watched:
                    self.positions.setdefault(leaf_hash, first + place)
        self.frontier, rows = self.frontier.grow(hashes)
        if len(rows) > TILE_HEIGHT:
            self._subtrees += rows[TILE_HEIGHT]
        return seen

    def _leaf(self, index: int, data: bytes, leaf_hash: bytes, key: bytes | None) -> Seen:
        # Nearly every leaf: a statement with the key of its bytes. ``parse_leaf`` reads it the same way.
        if len(data) == STATEMENT_LEAF_BYTES and key == data[:32] != NO_KEY and data.endswith(_SUFFIX):
            self._list(index, key, leaf_hash)
            return Seen.LISTED
        try:
            leaf = parse_leaf(data)
        except MalformedLeaf as error:
            self.findings.append(Finding("leaf", f"leaf {index} is none: {error}", index=index))
            return Seen.NO_LEAF
        if isinstance(leaf, IndexLeaf):
            self._index_leaf(index, leaf)
            return Seen.INDEX
        if key is None:
            if leaf.key != NO_KEY:
                self._doubtful.append((index, leaf.key, leaf_hash))
            return Seen.WITHHELD
        if key == leaf.key:
            return Seen.UNLISTED
        self.misplaced.append((index, leaf_hash))
        return Seen.WRONG_KEY

    def _list(self, index: int, key: bytes, leaf_hash: bytes) -> None:
        entry = index.to_bytes(8) + leaf_hash
        held = self._pending.get(key)
        self._pending[key] = entry if held is None else held + entry

    # --- the index ---

    def _index_leaf(self, index: int, leaf: IndexLeaf) -> None:
        """Step 6 of docs/spec/audit.md."""
        if leaf.size != index:
            detail = f"the index leaf at place {index} names the size {leaf.size}"
            self.findings.append(Finding("last_leaf", detail, size=index + 1, index=index))
            return
        if leaf.rule == NO_INDEX:
            self.tally.rule_0 += 1
            return
        self.tally.rule_1 += 1
        clear = self._settle(leaf.root)
        replayed = self.trie.root()
        if replayed == leaf.root:
            self._unclear = False
        elif self._unclear or not clear:
            # More withheld leaves than choices can be tried: nobody can say whether this root is right.
            self._unclear = True
            self.undecided.append(index)
        else:
            opened = self._explain is not None and len(self.wrong_roots) < MAX_OPENED
            faults = tuple(self._explain(self, leaf)) if opened and self._explain is not None else ()
            self.wrong_roots.append(WrongRoot(index, leaf.root, replayed, faults))

    def _settle(self, claimed: bytes) -> bool:
        """Bring the trie up to date; where bytes are withheld, with the choice that gives ``claimed``, if any.
        False: not every choice was tried.

        By rule a withheld leaf is listed under the key in it. One that was recorded with a wrong key
        is not, but who does not have its bytes cannot know that; such an index is not called false.
        """
        self._flush()
        if not self._doubtful:
            return True
        every = tuple(self._doubtful)
        searched = len(every) <= MAX_DOUBTFUL and not self._unclear and not self.wrong_roots
        chosen = self._choose(every, claimed) if searched else every
        for index, key, leaf_hash in chosen:
            self._insert(index, key, leaf_hash)
        self._flush()
        self.unlisted_withheld += sorted({index for index, _, _ in every} - {index for index, _, _ in chosen})
        self._doubtful.clear()
        return searched or bool(self.wrong_roots)

    def _choose(self, every: tuple[_Doubtful, ...], claimed: bytes) -> tuple[_Doubtful, ...]:
        nodes: dict[bytes, bytes] = {}
        for _, key, _ in every:
            nodes.update(self.trie.nodes_on_path(key))
        base = self.trie.root()
        for count in range(len(every), -1, -1):
            for chosen in combinations(every, count):
                changes = self._values_with(chosen)
                if update_trie(base, changes, lambda hashes: nodes)[0] == claimed:
                    return chosen
        return every

    def _values_with(self, chosen: Iterable[_Doubtful]) -> dict[bytes, bytes]:
        lists: dict[bytes, list[IndexEntry]] = {}
        for index, key, leaf_hash in chosen:
            lists.setdefault(key, []).append(IndexEntry(index, leaf_hash))
        return {key: value_of_bytes(_merge(self.list_of(key) or b"", encode_list(more))) for key, more in lists.items()}

    def _insert(self, index: int, key: bytes, leaf_hash: bytes) -> None:
        # A leaf that was left open is older than what was listed meanwhile: it has its place in between.
        number = self.trie.number(key)
        entry = index.to_bytes(8) + leaf_hash
        if number is None:
            self._pending[key] = _merge(self._pending.get(key, b""), entry)
            return
        self._lists[number] = _merge(self._lists[number], entry)
        self.trie.set(key, value_of_bytes(self._lists[number]))

    def _flush(self) -> None:
        lists, trie = self._lists, self.trie
        # Ascending, because neighbours share most of their way through the trie.
        for key in sorted(self._pending):
            more = self._pending[key]
            number = trie.number(key)
            held = more if number is None else lists[number] + more
            number = trie.set(key, value_of_bytes(held))
            if number == len(lists):
                lists.append(held)
            else:
                lists[number] = held
        self._pending.clear()

    def list_of(self, key: bytes) -> bytes | None:
        """The encoded list of ``key`` at the last index leaf; None where it has none."""
        number = self.trie.number(key)
        return None if number is None else self._lists[number]

    # --- the tree ---

    def _compare(self, claim: RootClaim) -> None:
        """Step 5."""
        root = self.frontier.root()
        if root != claim.root:
            self.broken.append((claim, root))
            return  # what ends another tree is not seen here
        self.kept.append(claim)
        if claim.source == "anchor":
            self._check_last(claim)

    def _check_last(self, claim: RootClaim) -> None:
        """Step 7: an anchored tree ends in the index leaf that names its size; rule 0 never comes back."""
        leaf = self.last
        if not isinstance(leaf, IndexLeaf):
            detail = f"the tree of {claim.size} leaves was anchored ({claim.where}) and ends in no index leaf"
            self.findings.append(
                Finding("last_leaf", detail, claim.size, claim.size - 1, provable=True, claims=(claim,))
            )
        elif leaf.size != claim.size - 1:
            detail = f"the tree of {claim.size} leaves was anchored ({claim.where}); its last leaf names {leaf.size}"
            self.findings.append(
                Finding("last_leaf", detail, claim.size, claim.size - 1, provable=True, claims=(claim,))
            )
        elif leaf.rule == INDEX_V1:
            self._first_rule_1 = self._first_rule_1 or claim
        elif self._first_rule_1 is not None:
            detail = (
                f"the anchored tree of {claim.size} leaves ({claim.where}) claims no index (rule 0),"
                f" but the one of {self._first_rule_1.size} had rule 1"
            )
            both = (self._first_rule_1, claim)
            self.findings.append(Finding("rule", detail, claim.size, claim.size - 1, provable=True, claims=both))

    def reader(self, leaf_hashes: Callable[[int], Sequence[bytes]]) -> HashReader:
        """Hashes of the replayed tree, for proofs; ``leaf_hashes(n)`` gives those of leaves 256n onwards."""
        rows: dict[int, list[Sequence[bytes]]] = {}

        def read(level: int, index: int) -> bytes:
            if level >= TILE_HEIGHT:
                row = self._subtrees[index << level - TILE_HEIGHT : index + 1 << level - TILE_HEIGHT]
                for _ in range(level - TILE_HEIGHT):
                    row = hash_row(row)
                return row[0]
            tile, place = divmod(index, 1 << TILE_HEIGHT - level)
            if tile not in rows:
                rows[tile] = [leaf_hashes(tile)]
                for _ in range(TILE_HEIGHT - 1):
                    rows[tile].append(hash_row(rows[tile][-1]))
            return rows[tile][level][place]

        return read


def _merge(one: bytes, other: bytes) -> bytes:
    """Two encoded lists as one, ascending by index."""
    both = one + other
    return b"".join(sorted(both[at : at + 40] for at in range(0, len(both), 40)))
