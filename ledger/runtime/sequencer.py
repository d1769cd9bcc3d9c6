"""The sequencer: the one place where the log grows.

    0 index            only to close the tree, and before the lock: the case index up to what is committed
    1 lease            another worker may be at it: RuntimeLease
    2 head             newest checkpoint; what is committed but not published is published first
    3 new leaves       direct submissions that the log lacks, accepted statements in order of acceptance,
                       and, to close the tree, the index leaf as last leaf
    4 sign             the checkpoint of the grown tree; it is shown to nobody yet
    5 commit           leaves, checkpoint and projection in one transaction: from here on it is so
    6 files            addenda, entry bundles, tiles; withheld addenda go away
    7 checkpoint file  what the log says now
    8 published row    receipts are given for it

A crash before 5 leaves no trace; after 5 the next call finishes 6 to 8 from the database, whichever
process makes it. A fork would need two rows for one index or size, and both are primary keys.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from ledger.checkpoint import Checkpoint, sign_checkpoint
from ledger.encoding import sha256
from ledger.errors import RuntimeLease, RuntimeLog
from ledger.index import index_leaf, key_to_list
from ledger.leaf import NO_KEY, StatementLeaf
from ledger.note import SigningKey
from ledger.runtime.case_index import PIECE, Advance, CaseIndex, advance, newest_head, store_advance
from ledger.runtime.case_index import Row as ListedRow
from ledger.runtime.index_tables import Listed
from ledger.runtime.lease import Lease
from ledger.runtime.objects import Objects
from ledger.runtime.projection import Projection, Reading, project, read_leaf
from ledger.runtime.publication import Growth, Head, Publisher
from ledger.runtime.roles import FACTS_DECIDE
from ledger.runtime.store import Store, insert_rows, select_in
from ledger.runtime.tables import (
    Addendum,
    Attester,
    CheckpointRow,
    CompanyKey,
    Entry,
    First,
    Leaf,
    Submission,
    Waiting,
    Withheld,
    table,
)
from ledger.runtime.uuid7 import uuid7
from ledger.runtime.view import Overlay, StoreView, withheld_among
from ledger.standing import Claim

_LEAF, _CHECKPOINT, _WAITING = table(Leaf), table(CheckpointRow), table(Waiting)
_SUBMISSION, _ADDENDUM, _FIRST, _WITHHELD = table(Submission), table(Addendum), table(First), table(Withheld)
_ATTEMPTS = 3
_CATCH_UP_ROUNDS = 8
"""Each takes what came during the one before, so the rest shrinks unless the database is too slow for the log."""
_log = logging.getLogger(__name__)


def _no_step(_name: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class DirectLeaf:
    """A submission over the contract: the key its sender stated (32 bytes) and the bytes as sent."""

    key: bytes
    raw: bytes


@dataclass(frozen=True, slots=True)
class SequenceResult:
    """The newest published tree head, and how many leaves this call appended."""

    checkpoint: Checkpoint
    note: bytes
    appended: int


@dataclass(slots=True)
class _Batch:
    """What one call appends (step 3)."""

    leaves: list[bytes] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)
    addenda: list[tuple[bytes, bytes]] = field(default_factory=list)
    last: bytes = b""
    """Order key of the last waiting row that was looked at."""
    direct: list[Reading] = field(default_factory=list)
    rows: Projection = field(default_factory=Projection)
    index: Advance | None = None
    """Root and new nodes of the index that the closing index leaf carries."""


class Sequencer:
    """One per process; calls exclude each other. ``step`` is told each line passed (crash tests)."""

    def __init__(
        self,
        store: Store,
        objects: Objects,
        lease: Lease,
        log_key: SigningKey,
        limit: int = 5000,
        step: Callable[[str], None] = _no_step,
        clock: Callable[[], float] = time.time,
        piece: int = PIECE,
    ) -> None:
        self._store, self._lease, self._log_key = store, lease, log_key
        self._limit, self._step, self._clock = limit, step, clock
        self._publisher = Publisher(store, objects, step)
        self._view = StoreView()
        self._index = CaseIndex(store, piece, step)
        self._lock = threading.Lock()
        self.listeners: list[Callable[[int], None]] = []
        """Called with each newly published size, in the sequencer's thread."""

    def sequence(self, *, close: bool = False, direct: Sequence[DirectLeaf] = ()) -> SequenceResult:
        """Append what waits, sign, commit, publish; see the steps above.

        ``close`` appends an index leaf even where nothing else is new. At most ``limit`` accepted
        statements are taken. Raises RuntimeLease, RuntimeStore or RuntimeLog; whatever it raises,
        calling again is right.
        """
        if close:
            self._prepare_index()
        with self._lock:
            for _ in range(_ATTEMPTS):
                try:
                    return self._sequence(close, direct)
                except IntegrityError:
                    # Accepted over the server's route while we took it from the contract: look again.
                    self._step("collision")
                    _log.info("another process wrote the same rows; sequencing again")
            raise RuntimeLease("another process keeps writing to this log; is a second worker running?")

    def _prepare_index(self) -> None:
        """Bring the index up to the committed leaves, while others sequence: under the lock no more than some batches
        of leaves are left to do, however long the log is."""
        done, rounds = 0, 0
        while rounds < _CATCH_UP_ROUNDS and (size := self._committed()) - done > (self._limit if rounds else 0):
            self._lease.hold()
            self._index.catch_up(size)
            done, rounds = size, rounds + 1
        self._step("index prepared")

    def _committed(self) -> int:
        with self._store.read() as session:
            size: int | None = session.execute(select(func.max(_CHECKPOINT.c.size))).scalar()
        return size or 0

    def repair(self) -> None:
        """Write the files of the log again, after one was missing. Raises RuntimeLease, RuntimeStore."""
        with self._lock:
            self._lease.hold()
            self._publisher.repair()

    def _sequence(self, close: bool, direct: Sequence[DirectLeaf]) -> SequenceResult:
        self._lease.hold()  # step 1
        self._step("lease held")
        now = int(self._clock())
        head = self._publisher.catch_up(now)  # step 2
        self._step("head loaded")
        size = 0 if head is None else head.checkpoint.size
        batch = self._gather(size, direct, close)  # step 3
        self._step("leaves gathered")
        if not batch.leaves:
            if head is None:
                raise RuntimeLog("the log is empty: open the ledger first, leaf 0 is its ledger.opened")
            if batch.last:
                self._store.transact(lambda session: _forget_waiting(session, batch.last))
            return SequenceResult(head.checkpoint, head.note, 0)
        root = self._publisher.frontier_root(batch.hashes)
        checkpoint = Checkpoint(self._log_key.name, size + len(batch.leaves), root)
        grown = Head(checkpoint, sign_checkpoint(checkpoint, self._log_key))  # step 4
        self._step("checkpoint signed")
        self._store.transact(lambda session: _commit(session, size, batch, grown, now))  # step 5
        self._step("committed")
        withheld = [digest for row in batch.rows.withheld if isinstance(digest := row["digest"], bytes)]
        gone = set(withheld)
        addenda = [item for item in batch.addenda if item[0] not in gone]
        self._publisher.publish(Growth(batch.leaves, batch.hashes, addenda, withheld), grown)  # steps 6 to 8
        for listener in self.listeners:
            listener(checkpoint.size)
        return SequenceResult(checkpoint, grown.note, len(batch.leaves))

    def _gather(self, size: int, direct: Sequence[DirectLeaf], close: bool) -> _Batch:
        batch = _Batch()
        with self._store.read() as session:
            readings = [*self._direct(session, direct, batch), *self._accepted(session, batch)]
            claims = [reading.claim for reading in readings if reading.claim is not None]
            self._view.load(session, claims, [reading.leaf.digest for reading in readings])
        overlay, seen = Overlay(self._view), set[bytes]()
        for reading in readings:
            if reading.leaf_hash not in seen:
                seen.add(reading.leaf_hash)
                project(size + len(batch.leaves), reading, overlay, batch.rows)
                batch.leaves.append(reading.leaf.encode())
                batch.hashes.append(reading.leaf_hash)
        if close:
            self._close(size + len(batch.leaves), batch)
        return batch

    def _close(self, size: int, batch: _Batch) -> None:
        """The index leaf over all ``size`` leaves before it."""
        fresh = [ListedRow(**row) for row in batch.rows.listed]  # type: ignore[arg-type]
        with self._store.read() as session:
            batch.index = advance(session, newest_head(session, size), size, fresh)
        leaf = index_leaf(size, batch.index.root)
        batch.leaves.append(leaf.encode())
        batch.hashes.append(leaf.hash())

    def _accepted(self, session: Session, batch: _Batch) -> Iterable[Reading]:
        waiting = (
            select(_WAITING.c.order_key, _LEAF.c.idx, _SUBMISSION, _ADDENDUM.c.raw)
            .join(_SUBMISSION, _SUBMISSION.c.leaf_hash == _WAITING.c.leaf_hash)
            .outerjoin(_ADDENDUM, _ADDENDUM.c.digest == _SUBMISSION.c.digest)
            .outerjoin(_LEAF, _LEAF.c.leaf_hash == _WAITING.c.leaf_hash)
            .order_by(_WAITING.c.order_key)
            .limit(self._limit)
        )
        for row in session.execute(waiting):
            batch.last = row.order_key
            if row.idx is not None:
                continue  # it came in over the contract meanwhile
            leaf = StatementLeaf(row.key, row.digest)
            if row.raw is not None:
                batch.addenda.append((row.digest, row.raw))
            if row.kind is None or row.kind in FACTS_DECIDE:
                yield read_leaf(leaf, row.leaf_hash, row.raw, self._log_key.name, row.route)
            else:
                # Examined when it was accepted; reading it again would be most of this step's time.
                claim = Claim(row.statement_id, row.kind, row.case_id, row.company, row.author, {})
                yield Reading(leaf, row.leaf_hash, row.route, claim, valid=True, listed=row.key != NO_KEY)

    def _direct(self, session: Session, direct: Sequence[DirectLeaf], batch: _Batch) -> Iterable[Reading]:
        leaves = {
            leaf.hash(): (leaf, item.raw) for item in direct for leaf in [StatementLeaf(item.key, sha256(item.raw))]
        }
        known = {row.leaf_hash for row in select_in(session, [_LEAF.c.leaf_hash], _LEAF.c.leaf_hash, leaves)}
        accepted = select_in(session, [_SUBMISSION.c.leaf_hash, _SUBMISSION.c.route], _SUBMISSION.c.leaf_hash, leaves)
        routes = {row.leaf_hash: row.route for row in accepted}
        digests = [leaf.digest for leaf, _ in leaves.values()]
        gone = withheld_among(session, digests)
        for leaf_hash, (leaf, raw) in leaves.items():
            if leaf_hash in known:
                continue
            shown = None if leaf.digest in gone else raw
            route = routes.get(leaf_hash, "direct")
            reading = read_leaf(leaf, leaf_hash, shown, self._log_key.name, route)
            if shown is None:  # the bytes stand in the event for ever, so they decide, although we do not show them
                listed = key_to_list(leaf, raw, self._log_key.name) is not None
                reading = replace(reading, listed=listed)
            else:
                batch.addenda.append((leaf.digest, raw))
            batch.direct.append(reading)
            yield reading


def _commit(session: Session, size: int, batch: _Batch, head: Head, now: int) -> None:
    leaves = [
        {"idx": size + place, "leaf_hash": batch.hashes[place], "data": data} for place, data in enumerate(batch.leaves)
    ]
    insert_rows(session, _LEAF, leaves)
    session.execute(
        insert(_CHECKPOINT),
        {"size": head.checkpoint.size, "root": head.checkpoint.root, "note": head.note, "created_at": now},
    )
    _insert_direct(session, batch)
    insert_projection(session, batch.rows)
    if batch.index is not None:
        store_advance(session, batch.index)
    _forget_waiting(session, batch.last)


def _forget_waiting(session: Session, last: bytes) -> None:
    """Drop what was looked at and is in the log; a row that came later, with an older key, stays."""
    recorded = select(_LEAF.c.idx).where(_LEAF.c.leaf_hash == _WAITING.c.leaf_hash).exists()
    session.execute(delete(_WAITING).where(_WAITING.c.order_key <= last, recorded))


def insert_projection(session: Session, rows: Projection) -> None:
    """Insert projected rows; bytes that an entry.withheld names are deleted with the same commit."""
    for model, values in (
        (Entry, rows.entry),
        (CompanyKey, rows.company_key),
        (Attester, rows.attester),
        (Withheld, rows.withheld),
        (Listed, rows.listed),
    ):
        insert_rows(session, table(model), values)
    for row in rows.withheld:
        session.execute(delete(_ADDENDUM).where(_ADDENDUM.c.digest == row["digest"]))


def _insert_direct(session: Session, batch: _Batch) -> None:
    """Rows that the server's route writes at acceptance, where they are not there yet."""
    if not batch.direct:
        return
    readings = batch.direct
    hashes = [reading.leaf_hash for reading in readings]
    known = {row.leaf_hash for row in select_in(session, [_SUBMISSION.c.leaf_hash], _SUBMISSION.c.leaf_hash, hashes)}
    fresh = [submission_row(reading, uuid7()) for reading in readings if reading.leaf_hash not in known]
    insert_rows(session, _SUBMISSION, fresh)
    raws = dict(batch.addenda)
    digests = [reading.leaf.digest for reading in readings if reading.leaf.digest in raws]
    held = {row.digest for row in select_in(session, [_ADDENDUM.c.digest], _ADDENDUM.c.digest, digests)}
    missing = sorted(set(digests) - held)
    insert_rows(session, _ADDENDUM, [{"digest": digest, "raw": raws[digest]} for digest in missing])
    firsts: dict[bytes, bytes] = {}
    for reading in readings:
        if reading.claim is not None:
            firsts.setdefault(reading.claim.statement_id, reading.leaf_hash)
    taken = {row.statement_id for row in select_in(session, [_FIRST.c.statement_id], _FIRST.c.statement_id, firsts)}
    new = [{"statement_id": key, "leaf_hash": value} for key, value in firsts.items() if key not in taken]
    insert_rows(session, _FIRST, new)


def submission_row(reading: Reading, order_key: bytes) -> dict[str, object]:
    """The row of ``submission`` for a leaf of either route."""
    claim = reading.claim
    return {
        "leaf_hash": reading.leaf_hash,
        "digest": reading.leaf.digest,
        "key": reading.leaf.key,
        "statement_id": None if claim is None else claim.statement_id,
        "route": reading.route,
        "order_key": order_key,
        "kind": None if claim is None else claim.kind,
        "case_id": None if claim is None else claim.case_id,
        "company": None if claim is None else claim.company,
        "author": None if claim is None else claim.author,
    }
