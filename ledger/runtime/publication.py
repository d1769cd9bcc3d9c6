"""Steps 6 to 8 of the sequencer: from committed rows to files that everybody can read.

``Publisher`` can do its work again at any time and from the database alone: files are named by what
they hold, so writing twice writes the same. After power loss a folder can lack files that were
written; the database cannot, so ``load`` compares and repairs.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from ledger.checkpoint import Checkpoint
from ledger.errors import MalformedTile, RuntimeLog, RuntimeStore
from ledger.merkle import hash_leaf, root_of
from ledger.note import Note
from ledger.runtime.objects import Objects
from ledger.runtime.store import Store
from ledger.runtime.tables import Addendum, CheckpointRow, Leaf, Published, Withheld, table
from ledger.tiles import (
    CHECKPOINT_PATH,
    TILE_HEIGHT,
    TILE_WIDTH,
    TileEdge,
    TileTree,
    addendum_path,
    encode_entries,
    entries_path,
    entry_bundles_between,
    parse_tile,
    tile_path,
    tiles_between,
)

_LEAF, _CHECKPOINT, _PUBLISHED = table(Leaf), table(CheckpointRow), table(Published)
_ADDENDUM, _WITHHELD = table(Addendum), table(Withheld)
_CHUNK = 16_384
_SETTLED_S = 60
"""After so long an operating system has written a file to disk (Linux: about 30 s)."""
_log = logging.getLogger(__name__)
Step = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Head:
    """A committed tree head: its checkpoint and the signed note of it."""

    checkpoint: Checkpoint
    note: bytes


@dataclass(frozen=True, slots=True)
class Growth:
    """New leaves behind a published size: their bytes, hashes, and (digest, bytes) beside them."""

    leaves: Sequence[bytes]
    hashes: Sequence[bytes]
    addenda: Sequence[tuple[bytes, bytes]]
    withheld: Sequence[bytes]
    """Digests whose files go away."""


class Publisher:
    """The right edge of the published log, and the writing of what comes after it."""

    def __init__(self, store: Store, objects: Objects, step: Step) -> None:
        self._store, self._objects, self._step = store, objects, step
        self._edge = TileEdge()
        self._tail: tuple[bytes, ...] = ()
        self._loaded = False

    @property
    def size(self) -> int:
        return self._edge.size

    def frontier_root(self, hashes: Sequence[bytes]) -> bytes:
        """The root after appending ``hashes`` to the published leaves."""
        return self._edge.frontier().append_many(hashes).root()

    def catch_up(self, now: int) -> Head | None:
        """Publish what is committed and not published; returns the head, None for an empty log."""
        with self._store.read() as session:
            published: int = session.execute(select(func.max(_PUBLISHED.c.size))).scalar() or 0
            row = session.execute(select(_CHECKPOINT).order_by(_CHECKPOINT.c.size.desc()).limit(1)).first()
        self.scrub()
        if row is None:
            self._loaded = True
            return None
        head = Head(Checkpoint.parse(Note.parse(row.note).text), row.note)
        if (head.checkpoint.size, head.checkpoint.root) != (row.size, row.root):
            raise RuntimeLog(f"the checkpoint row of size {row.size} holds a note of size {head.checkpoint.size}")
        if not self._loaded or published != self.size:
            self._load(published, now)
            if head.checkpoint.size == published and self._objects.get(CHECKPOINT_PATH) != head.note:
                self._objects.put(CHECKPOINT_PATH, head.note)
        if head.checkpoint.size > published:
            self.publish(self._growth(published, head.checkpoint.size), head)
        return head

    def publish(self, growth: Growth, head: Head) -> None:
        """Steps 6, 7 and 8 for leaves that are committed. Raises RuntimeLog if they are not ``head``'s."""
        edge, tiles = self._edge.grow(growth.hashes)
        size, root = head.checkpoint.size, edge.frontier().root()
        if edge.size != size or root != head.checkpoint.root:
            raise RuntimeLog(
                f"the leaves in the database give size {edge.size} root {root.hex()}, "
                f"the checkpoint says {size} {head.checkpoint.root.hex()}: nothing is published"
            )
        tail = (*self._tail, *growth.leaves)
        bundles = list(_bundles(self.size, size, tail))
        self._objects.put_many((addendum_path(digest), raw) for digest, raw in growth.addenda)  # step 6
        self._step("addenda written")
        self._objects.put_many(bundles)
        self._step("entries written")
        self._objects.put_many((tile.path.encode(), tile.data) for tile in tiles)
        for digest in growth.withheld:
            self._objects.delete(addendum_path(digest))
        self._step("tiles written")
        self._objects.put(CHECKPOINT_PATH, head.note)  # step 7
        self._step("checkpoint written")
        self._mark(size)  # step 8
        self._edge, self._tail = edge, tail[len(tail) - size % TILE_WIDTH :]
        self._store.scrub_due |= bool(growth.withheld)
        self.scrub()
        self._step("published")

    def scrub(self) -> None:
        """Remove the last traces of withheld bytes from the database's files, now or at a later call."""
        if self._store.scrub_due:
            try:
                self._store.scrub()
            except RuntimeStore as error:
                _log.warning("%s; trying again", error)

    def _mark(self, size: int) -> None:
        try:
            self._store.transact(lambda session: session.execute(_PUBLISHED.insert().values(size=size)))
        except IntegrityError:
            _log.info("size %d was published by another process", size)

    def _growth(self, start: int, end: int) -> Growth:
        leaves = [data for _, data in self._leaves(start, end)]
        with self._store.read() as session:
            digests = [data[32:64] for data in leaves if len(data) == 69]
            addenda: list[tuple[bytes, bytes]] = []
            for first in range(0, len(digests), 5000):
                chosen = select(_ADDENDUM.c.digest, _ADDENDUM.c.raw).where(
                    _ADDENDUM.c.digest.in_(digests[first : first + 5000])
                )
                addenda += [(row.digest, row.raw) for row in session.execute(chosen)]
            gone = select(_WITHHELD.c.digest).where(_WITHHELD.c.statement_idx.between(start, end - 1))
            withheld = list(session.execute(gone).scalars())
        return Growth(leaves, [hash_leaf(data) for data in leaves], addenda, withheld)

    def repair(self) -> None:
        """Write every file of the published log again, from the database."""
        with self._store.read() as session:
            published: int = session.execute(select(func.max(_PUBLISHED.c.size))).scalar() or 0
        self._rewrite(0, TileEdge(), published)

    def _load(self, size: int, now: int) -> None:
        """Take up the edge at the published ``size``; repair what the folder lacks."""
        self._edge, self._tail = TileEdge(), ()
        if size:
            root = self._root_of(size)
            try:
                edge = TileEdge.load(size, self._read_tile)
                intact = edge.frontier().root() == root
            except MalformedTile:
                intact = False
            if not intact:
                _log.warning("tiles of size %d are missing or damaged; all are written again", size)
                edge = self._rewrite(0, TileEdge(), size)
            elif self._objects.is_local:
                self._repair(size, now)
            self._edge = edge
            self._tail = tuple(data for _, data in self._leaves(size - size % TILE_WIDTH, size))
            if edge.frontier().root() != root:
                raise RuntimeLog(f"the leaves in the database do not give the root of the checkpoint of size {size}")
        self._loaded = True

    def _repair(self, size: int, now: int) -> None:
        """Write again the files that the operating system may not have had on disk at power loss."""
        with self._store.read() as session:
            settled = select(func.max(_CHECKPOINT.c.size)).where(_CHECKPOINT.c.created_at < now - _SETTLED_S)
            start: int = session.execute(settled).scalar() or 0
        full = start // TILE_WIDTH * TILE_WIDTH
        if not self._are_upper_intact(full, size):
            _log.warning("upper tiles behind leaf %d are missing or damaged; all are written again", full)
            self._rewrite(0, TileEdge(), size)
        if not all(self._is_intact(path, data) for path, data in self._files(full, size)):
            _log.warning("files behind leaf %d are missing or damaged; they are written again", full)
            self._objects.put_many(self._files(full, size))

    def _are_upper_intact(self, start: int, size: int) -> bool:
        # The partial tiles of this size were proven by the root; a full one is proven by its parent.
        tree = TileTree(size, self._read_tile)
        try:
            for level, index, width in tiles_between(start, size):
                if level and width == TILE_WIDTH:
                    row = parse_tile(self._read_tile(level, index, width), width)
                    if root_of(row) != tree.read(TILE_HEIGHT * (level + 1), index):
                        return False
        except MalformedTile:
            return False
        return True

    def _is_intact(self, path: str, data: bytes) -> bool:
        return self._objects.get(path) == data

    def _files(self, start: int, end: int) -> Iterator[tuple[str, bytes]]:
        """Addenda, bundles and level-0 tiles of the leaves from ``start``, a multiple of 256."""
        for first in range(start, end, _CHUNK):
            growth = self._growth(first, min(end, first + _CHUNK))
            yield from ((addendum_path(digest), raw) for digest, raw in growth.addenda)
            yield from _bundles(first, first + len(growth.leaves), growth.leaves)
            for place in range(0, len(growth.hashes), TILE_WIDTH):
                group = growth.hashes[place : place + TILE_WIDTH]
                yield tile_path(0, (first + place) // TILE_WIDTH, len(group)), b"".join(group)

    def _rewrite(self, start: int, edge: TileEdge, size: int) -> TileEdge:
        """Write all files from leaf ``start`` on; the edge at ``size``."""
        for first in range(start, size, _CHUNK):
            growth = self._growth(first, min(size, first + _CHUNK))
            edge, tiles = edge.grow(growth.hashes)
            self._objects.put_many((tile.path.encode(), tile.data) for tile in tiles)
            self._objects.put_many((addendum_path(digest), raw) for digest, raw in growth.addenda)
            self._objects.put_many(_bundles(first, edge.size, growth.leaves))
        return edge

    def _leaves(self, start: int, end: int) -> Iterator[tuple[int, bytes]]:
        with self._store.read() as session:
            chosen = select(_LEAF.c.idx, _LEAF.c.data).where(_LEAF.c.idx >= start, _LEAF.c.idx < end)
            for expected, row in enumerate(session.execute(chosen.order_by(_LEAF.c.idx)), start):
                if row.idx != expected:
                    raise RuntimeLog(f"leaf {expected} is missing in the database")
                yield row.idx, row.data

    def _root_of(self, size: int) -> bytes:
        return Checkpoint.parse(Note.parse(self._note_of(size)).text).root

    def _note_of(self, size: int) -> bytes:
        with self._store.read() as session:
            note: bytes | None = session.execute(select(_CHECKPOINT.c.note).where(_CHECKPOINT.c.size == size)).scalar()
        if note is None:
            raise RuntimeLog(f"size {size} is marked as published, but has no checkpoint in the database")
        return note

    def _read_tile(self, level: int, index: int, width: int) -> bytes:
        data = self._objects.get(tile_path(level, index, width))
        if data is None:
            raise MalformedTile(f"{tile_path(level, index, width)} is missing")
        return data


def _bundles(old: int, new: int, tail: Sequence[bytes]) -> Iterable[tuple[str, bytes]]:
    """Entry bundles to write; ``tail`` are the leaves from the last full bundle of ``old`` on."""
    base = old // TILE_WIDTH * TILE_WIDTH
    for index, width in entry_bundles_between(old, new):
        start = index * TILE_WIDTH - base
        yield entries_path(index, width), encode_entries(tail[start : start + width])
