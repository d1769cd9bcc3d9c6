"""Reading the published log: sizes, leaves, bytes, proofs. Works in every process, with no key.

Hashes come from the stored tiles, the database says which sizes are published. Answers about a
published size never change.
"""

from __future__ import annotations

from collections import OrderedDict

from sqlalchemy import func, select

from ledger.checkpoint import Checkpoint
from ledger.errors import RefusedNotFound, RuntimeStore
from ledger.merkle import consistency_path, inclusion_path, tree_root
from ledger.note import Note
from ledger.proof import LogProof
from ledger.runtime.objects import Objects
from ledger.runtime.store import Store
from ledger.runtime.tables import Addendum, CheckpointRow, Leaf, Published, table
from ledger.tiles import TILE_WIDTH, TileTree, tile_path

_LEAF, _CHECKPOINT, _PUBLISHED, _ADDENDUM = table(Leaf), table(CheckpointRow), table(Published), table(Addendum)
_TILES = 2048
_NOTES = 256


class LogReader:
    """The log up to its newest published size. Safe for many threads.

    Sizes, indexes and hashes that the published log does not have are RefusedNotFound.
    """

    def __init__(self, store: Store, objects: Objects) -> None:
        self._store, self._objects = store, objects
        self._tiles: OrderedDict[tuple[int, int], bytes] = OrderedDict()
        self._notes: OrderedDict[int, bytes] = OrderedDict()
        self._tree = TileTree(0, self._read_tile)
        self._loaded = 0
        self.missing: str | None = None
        """A tile that was asked for in vain; the worker repairs the files and sets None."""

    def size(self) -> int:
        """The newest published size; 0 before leaf 0."""
        with self._store.read() as session:
            newest: int | None = session.execute(select(func.max(_PUBLISHED.c.size))).scalar()
        return newest or 0

    def note(self, size: int) -> bytes:
        """The signed checkpoint of ``size``; only sizes that got one."""
        note = self._notes.get(size)
        if note is None:
            with self._store.read() as session:
                note = session.execute(select(_CHECKPOINT.c.note).where(_CHECKPOINT.c.size == size)).scalar()
            if note is None:
                raise RefusedNotFound(f"this log has no checkpoint of size {size}")
            self._notes[size] = note
            if len(self._notes) > _NOTES:
                self._notes.popitem(last=False)
        return note

    def checkpoint(self, size: int) -> Checkpoint:
        """The checkpoint of ``size``; only sizes that got one."""
        return Checkpoint.parse(Note.parse(self.note(size)).text)

    def root(self, size: int) -> bytes:
        """The root of the first ``size`` leaves, whether or not they got a checkpoint."""
        return tree_root(size, self._tree_for(size).read)

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Inclusion path of leaf ``index`` in the first ``size`` leaves."""
        if not 0 <= index < size:
            raise RefusedNotFound(f"leaf {index} is not among the first {size} leaves")
        return inclusion_path(index, size, self._tree_for(size).read)

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Consistency path from the first ``old`` to the first ``new`` leaves."""
        return consistency_path(old, new, self._tree_for(new).read)

    def proof_for(self, index: int, size: int | None = None) -> bytes:
        """A tlog-proof of leaf ``index`` at ``size``, by default the newest published one."""
        at = self.size() if size is None else size
        return LogProof(index, tuple(self.inclusion(index, at)), self.note(at)).encode()

    def index_of(self, leaf_hash: bytes) -> int | None:
        """Where the leaf stands, or None; also leaves that are not yet published."""
        with self._store.read() as session:
            index: int | None = session.execute(select(_LEAF.c.idx).where(_LEAF.c.leaf_hash == leaf_hash)).scalar()
        return index

    def leaf(self, index: int) -> bytes:
        """The 69 or 65 bytes of the leaf at ``index``."""
        with self._store.read() as session:
            data: bytes | None = session.execute(select(_LEAF.c.data).where(_LEAF.c.idx == index)).scalar()
        if data is None:
            raise RefusedNotFound(f"this log has no leaf {index}")
        return data

    def raw(self, digest: bytes) -> bytes | None:
        """The bytes with this SHA-256, or None where there are none or they are withheld."""
        with self._store.read() as session:
            raw: bytes | None = session.execute(select(_ADDENDUM.c.raw).where(_ADDENDUM.c.digest == digest)).scalar()
        return raw

    def _tree_for(self, size: int) -> TileTree:
        tree = self._tree
        if size > tree.size or self._loaded > _TILES:
            published = self.size()
            if size > published:
                raise RefusedNotFound(f"the log has {published} published leaves, not {size}")
            # A new tree forgets the tiles parsed for the last one; that keeps memory bounded.
            self._tree = tree = TileTree(published, self._read_tile)
            self._loaded = 0
        return tree

    def _read_tile(self, level: int, index: int, width: int) -> bytes:
        self._loaded += 1
        kept = self._tiles.get((level, index))
        if kept is not None:
            return kept
        data = self._objects.get(tile_path(level, index, width))
        if data is None:
            self.missing = tile_path(level, index, width)
            self._tree = TileTree(0, self._read_tile)  # the repair writes the tiles of the newest size
            raise RuntimeStore(f"{self.missing} is missing; the worker writes it again from the database")
        if width == TILE_WIDTH:
            self._tiles[level, index] = data
            if len(self._tiles) > _TILES:
                self._tiles.popitem(last=False)
        return data
