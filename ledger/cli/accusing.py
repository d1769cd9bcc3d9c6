"""What a log's own files show against the bundles that it gave out: the work of ``habeas accuse --log``.

Nothing that the log serves is believed. A tree is taken from its tiles only if it has the root that the log's
key signed, and every accusation is judged by ``ledger.fraud.contradictions.judge`` before anybody sees it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ledger.checkpoint import Checkpoint, verify_checkpoint
from ledger.errors import HabeasError, Malformed, MalformedTile, RuntimeFault, VerificationCheckpoint
from ledger.fraud.contradictions import Evidence, Listed, Root
from ledger.fraud.proof import FraudProof, LeafPart, SignedHead, foreign, fork, omitted
from ledger.index import IndexEntry
from ledger.leaf import StatementLeaf, parse_leaf
from ledger.merkle import hash_leaf, prefix_path, tree_root
from ledger.policy import LedgerTrust
from ledger.tiles import (
    CHECKPOINT_PATH,
    TILE_WIDTH,
    TileTree,
    addendum_path,
    entries_path,
    parse_entries,
    tile_path,
)

ReadFile = Callable[[str], bytes]
"""The file at a path below the log's prefix. Raises a HabeasError where it is not given out."""


def files_in(folder: Path) -> ReadFile:
    """A log that lies in a folder."""

    def read(path: str) -> bytes:
        try:
            return (folder / path).read_bytes()
        except OSError as error:
            raise RuntimeFault(f"{folder / path} cannot be read: {error.strerror}") from None

    return read


@dataclass
class LogAccuser:
    """Compares bundles with the log's newest checkpoint. ``notes`` say what could not be compared, and why."""

    evidence: Evidence
    trust: LedgerTrust
    read: ReadFile
    notes: list[str] = field(default_factory=list)
    _entries: dict[int, tuple[bytes, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        note = self.read(CHECKPOINT_PATH)
        self.newest: Checkpoint = verify_checkpoint(note, self.trust.vkey, self.trust.origin)
        self.head = SignedHead(note)
        self.tree = TileTree(self.newest.size, lambda level, index, width: self.read(tile_path(level, index, width)))
        if self.tree.root() != self.newest.root:
            raise VerificationCheckpoint(
                f"the tiles of the log lead to another root than its checkpoint of {self.newest.size} leaves; "
                "what is not given out cannot be shown to a stranger"
            )

    def accusations(self) -> Iterator[FraudProof]:
        """Forks first; then what the lists of the bundles name wrongly, and what they lack."""
        for root in self.evidence.roots:
            yield from self._fork(root)
        for listed in self.evidence.lists:
            yield from self._foreign(listed)
        yield from self._omitted()

    def _fork(self, root: Root) -> Iterator[FraudProof]:
        size = self.newest.size
        if root.size > size:
            self.notes.append(
                f"The log's checkpoint has {size} leaves and is older than the tree of {root.size} in the files."
            )
        elif 0 < root.size <= size and tree_root(root.size, self.tree.read) != root.root:
            path = tuple(prefix_path(root.size, size, self.tree.read)) if root.size < size else None
            yield fork(self.trust.origin, root.head, self.head, path)

    def _foreign(self, listed: Listed) -> Iterator[FraudProof]:
        for entry in sorted(listed.entries or (), key=lambda item: item.index):
            if entry.index >= min(listed.size - 1, self.newest.size):
                continue
            data = self._leaf(entry.index)
            leaf = _statement_leaf(data)
            raw = None
            if leaf is not None and leaf.hash() == entry.leaf_hash and leaf.key == listed.part.key:
                raw = self._addendum(leaf, entry.index)  # only its bytes can show that it is not indexable
                if raw is None:
                    continue
            part = LeafPart(entry.index, tuple(self.tree.inclusion(entry.index)), data, raw)
            yield foreign(self.trust.origin, listed.head, listed.part, part, self.head, self._path(listed))

    def _omitted(self) -> Iterator[FraudProof]:
        by_key: dict[bytes, list[Listed]] = {}
        for listed in self.evidence.lists:
            by_key.setdefault(listed.part.key, []).append(listed)
        end = min(self.newest.size, max((listed.size - 1 for listed in self.evidence.lists), default=0))
        for index in range(end):
            data = self._leaf(index)
            for listed in by_key.get(data[:32], ()):
                yield from self._left_out(listed, index, data)

    def _left_out(self, listed: Listed, index: int, data: bytes) -> Iterator[FraudProof]:
        leaf = _statement_leaf(data)
        held = listed.entries or frozenset()
        if leaf is None or index >= listed.size - 1 or IndexEntry(index, hash_leaf(data)) in held:
            return
        raw = self._addendum(leaf, index)
        if raw is None:
            self.notes.append(
                f"Leaf {index} is not listed under its key, and its bytes are withheld: nothing is shown."
            )
            return
        part = LeafPart(index, tuple(self.tree.inclusion(index)), None, raw)
        yield omitted(self.trust.origin, listed.head, listed.part, part, self.head, self._path(listed))

    def _path(self, listed: Listed) -> tuple[bytes, ...] | None:
        """The consistency path that relates the list's tree to the log's; None where the log is the shorter one."""
        if listed.size > self.newest.size or self._is_forked(listed.size):
            return None
        return tuple(self.tree.consistency(listed.size))

    def _is_forked(self, size: int) -> bool:
        roots: Mapping[int, bytes] = {root.size: root.root for root in self.evidence.roots}
        return tree_root(size, self.tree.read) != roots.get(size)

    def _leaf(self, index: int) -> bytes:
        number, place = divmod(index, TILE_WIDTH)
        if number not in self._entries:
            width = min(TILE_WIDTH, self.newest.size - number * TILE_WIDTH)
            entries = parse_entries(self.read(entries_path(number, width)), width)
            self._check_entries(number, entries)
            self._entries = {number: entries}  # read in order, so one is kept
        return self._entries[number][place]

    def _check_entries(self, number: int, entries: Sequence[bytes]) -> None:
        for place, data in enumerate(entries):
            if hash_leaf(data) != self.tree.read(0, number * TILE_WIDTH + place):
                raise MalformedTile(f"entry {number * TILE_WIDTH + place} of the log is not the leaf of its tree")

    def _addendum(self, leaf: StatementLeaf, index: int) -> bytes | None:
        try:
            return self.read(addendum_path(leaf.digest))
        except HabeasError as error:
            self.notes.append(f"The bytes of leaf {index} are not given out: {error}")
            return None


def _statement_leaf(data: bytes) -> StatementLeaf | None:
    try:
        leaf = parse_leaf(data)
    except Malformed:
        return None
    return leaf if isinstance(leaf, StatementLeaf) else None
