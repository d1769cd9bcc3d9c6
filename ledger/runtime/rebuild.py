"""Tables made anew from the log: the projection by replay, the log's own tables from its files.

``rebuild`` needs the leaves and the bytes beside them. Withheld bytes are gone on purpose, so the rows
that were read from them before are kept as they are; nothing else is taken over. ``restore``
fills an empty database from the object store and believes nothing but the signed checkpoint.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import delete, func, insert, select
from sqlmodel import Session

from ledger.checkpoint import Checkpoint, verify_checkpoint
from ledger.encoding import sha256
from ledger.errors import RuntimeLog, VerificationCheckpoint
from ledger.index import key_to_list
from ledger.leaf import StatementLeaf, parse_leaf
from ledger.merkle import hash_leaf
from ledger.runtime.anchored import check_anchored
from ledger.runtime.case_index import replay_index
from ledger.runtime.chain_tables import TicketRow
from ledger.runtime.index_tables import Listed
from ledger.runtime.objects import Objects
from ledger.runtime.projection import Projection, Reading, Row, note_listed, project, read_leaf
from ledger.runtime.roles import First as FirstLeaf
from ledger.runtime.sequencer import insert_projection, submission_row
from ledger.runtime.store import Store, insert_rows, select_in
from ledger.runtime.tables import (
    PROJECTION,
    Addendum,
    CheckpointRow,
    Entry,
    First,
    Leaf,
    Published,
    Submission,
    Withheld,
    table,
)
from ledger.runtime.uuid7 import uuid7
from ledger.runtime.view import Overlay, StoreView
from ledger.runtime.wiring import LedgerFacts, insert_ledger, opening_facts
from ledger.standing import Claim
from ledger.statement import parse
from ledger.tiles import (
    CHECKPOINT_PATH,
    TILE_WIDTH,
    TileEdge,
    addendum_path,
    entries_path,
    entry_bundles_between,
    parse_entries,
)

_LEAF, _ENTRY, _ADDENDUM, _SUBMISSION = table(Leaf), table(Entry), table(Addendum), table(Submission)
_TICKET = table(TicketRow)
_FIRST, _CHECKPOINT, _PUBLISHED, _WITHHELD = table(First), table(CheckpointRow), table(Published), table(Withheld)
_CHUNK = 5120
assert _CHUNK % TILE_WIDTH == 0


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What was done: leaves replayed, and how many of them had no bytes to read any more."""

    leaves: int
    without_bytes: int


def rebuild(store: Store, origin: str) -> Rebuilt:
    """Drop the projection and replay every leaf, in one transaction: readers never see a part of it.

    The same leaves give the same rows. Raises RuntimeStore, RuntimeLog.
    """
    return store.transact(lambda session: _replay(session, origin))


def restore(store: Store, objects: Objects, facts: LedgerFacts) -> Rebuilt:
    """Fill an empty database from tiles, addenda and checkpoint; ``facts`` is the ledger row to write.

    The leaves must give the root that the log's key signed, each addendum must have its digest, and
    leaf 0 must say the same as ``facts``. Anchors that were recovered from the chain before must be
    roots of these leaves. Not in the files, and so not restored: older checkpoints,
    which statements came over the contract, the id of a withheld statement, time stamps, and what is of the
    chain, which the follower reads again. Raises RuntimeLog, VerificationCheckpoint, VerificationNote.
    """
    note = objects.get(CHECKPOINT_PATH)
    if note is None:
        raise RuntimeLog(f"there is no checkpoint in {objects.url}; nothing can be restored from there")
    checkpoint = verify_checkpoint(note, facts.vkey, facts.origin)
    return store.transact(lambda session: _refill(session, objects, facts, checkpoint, note))


def _refill(session: Session, objects: Objects, facts: LedgerFacts, checkpoint: Checkpoint, note: bytes) -> Rebuilt:
    if session.execute(select(func.count()).select_from(_LEAF)).scalar():
        raise RuntimeLog("the database holds leaves already; restore only fills an empty one")
    edge, firsts = TileEdge(), dict[bytes, bytes]()
    for start in range(0, checkpoint.size, _CHUNK):
        leaves = list(_stored_leaves(objects, start, min(checkpoint.size, start + _CHUNK)))
        edge, _ = edge.grow([hash_leaf(data) for data in leaves])
        _refill_leaves(session, objects, start, leaves, facts.origin, firsts)
    root = edge.frontier().root()
    if root != checkpoint.root:
        raise VerificationCheckpoint(
            f"the entries in {objects.url} give root {root.hex()}, the checkpoint says {checkpoint.root.hex()}"
        )
    rows = [{"statement_id": key, "leaf_hash": value} for key, value in firsts.items()]
    insert_rows(session, _FIRST, rows)
    head = {"size": checkpoint.size, "root": checkpoint.root, "note": note, "created_at": int(time.time())}
    session.execute(insert(_CHECKPOINT), head)
    session.execute(insert(_PUBLISHED), {"size": checkpoint.size})
    insert_ledger(session, facts)
    _check_opening(session, facts)
    check_anchored(session, facts.genesis_hash)
    return _replay(session, facts.origin)


def _stored_leaves(objects: Objects, start: int, end: int) -> Iterator[bytes]:
    for index, width in entry_bundles_between(start, end):
        path = entries_path(index, width)
        data = objects.get(path)
        if data is None:
            raise RuntimeLog(f"{path} is missing in {objects.url}; nothing was restored")
        yield from parse_entries(data, width)


def _refill_leaves(
    session: Session, objects: Objects, start: int, leaves: Sequence[bytes], origin: str, firsts: dict[bytes, bytes]
) -> None:
    rows: list[Row] = []
    submissions: list[Row] = []
    addenda: dict[bytes, bytes] = {}
    for index, data in enumerate(leaves, start):
        leaf_hash, leaf = hash_leaf(data), parse_leaf(data)
        rows.append({"idx": index, "leaf_hash": leaf_hash, "data": data})
        if not isinstance(leaf, StatementLeaf):
            continue
        raw = objects.get(addendum_path(leaf.digest))
        if raw is not None:
            if sha256(raw) != leaf.digest:
                raise RuntimeLog(f"{addendum_path(leaf.digest)} has other bytes than its name says")
            addenda[leaf.digest] = raw
        reading = read_leaf(leaf, leaf_hash, raw, origin, "server")
        if reading.claim is None:
            reading = replace(reading, route="direct")
        else:
            firsts.setdefault(reading.claim.statement_id, leaf_hash)
        submissions.append(submission_row(reading, uuid7()))
    insert_rows(session, _LEAF, rows)
    insert_rows(session, _SUBMISSION, submissions)
    held = {row.digest for row in select_in(session, [_ADDENDUM.c.digest], _ADDENDUM.c.digest, addenda)}
    fresh = [{"digest": digest, "raw": raw} for digest, raw in addenda.items() if digest not in held]
    insert_rows(session, _ADDENDUM, fresh)


def _check_opening(session: Session, facts: LedgerFacts) -> None:
    raw = session.execute(
        select(_ADDENDUM.c.raw)
        .join(_SUBMISSION, _SUBMISSION.c.digest == _ADDENDUM.c.digest)
        .join(_LEAF, _LEAF.c.leaf_hash == _SUBMISSION.c.leaf_hash)
        .where(_LEAF.c.idx == 0)
    ).scalar()
    opened = {} if raw is None else parse(raw).statement.facts
    if {name: opened.get(name) for name in ("chain", "contract", "log", "vkey")} != opening_facts(facts):
        raise RuntimeLog("leaf 0 opens another ledger than the one to be restored (chain, contract, log or key)")


def _replay(session: Session, origin: str) -> Rebuilt:
    kept = _rows_of_withheld(session)
    for model in (*PROJECTION, Listed):
        session.execute(delete(table(model)))
    last: int | None = session.execute(select(func.max(_LEAF.c.idx))).scalar()
    size = 0 if last is None else last + 1
    view = StoreView()
    absent: set[bytes] = set()
    for start in range(0, size, _CHUNK):
        readings = _readings(session, start, start + _CHUNK, origin, absent)
        claims = [reading.claim for _, reading in readings if reading.claim is not None]
        view.load(session, claims, [reading.leaf.digest for _, reading in readings])
        overlay, rows = Overlay(view), Projection()
        for index, reading in readings:
            if index in kept:
                _keep_row(kept[index], reading, overlay, rows)
            else:
                project(index, reading, overlay, rows)
        insert_projection(session, rows)
    withheld = set(session.execute(select(_WITHHELD.c.digest)).scalars())
    if missing := absent - withheld:
        raise RuntimeLog(
            f"the bytes of {len(missing)} leaves are missing, first {min(missing).hex()}, "
            "and no entry.withheld says why"
        )
    replay_index(session)
    return Rebuilt(size, len(absent))


def _rows_of_withheld(session: Session) -> dict[int, Row]:
    chosen = select(_ENTRY).join(_WITHHELD, _WITHHELD.c.digest == _ENTRY.c.digest)
    return {row.idx: dict(row._mapping) for row in session.execute(chosen)}


def _keep_row(row: Row, reading: Reading, view: Overlay, rows: Projection) -> None:
    rows.entry.append(row)
    note_listed(int(str(row["idx"])), reading, rows)
    if not row["understood"]:
        view.note_opaque(reading.leaf.digest)
        return
    members = (row["statement_id"], row["kind"], row["case_id"], row["company"], row["author"])
    claim = Claim(*members, {})  # type: ignore[arg-type]
    view.note(claim, FirstLeaf(reading.leaf_hash, reading.leaf.digest, int(str(row["idx"]))))


def _readings(session: Session, start: int, end: int, origin: str, absent: set[bytes]) -> list[tuple[int, Reading]]:
    """Statement leaves from ``start`` to ``end``; digests without bytes are added to ``absent``."""
    chosen = (
        select(_LEAF.c.idx, _LEAF.c.leaf_hash, _LEAF.c.data, _SUBMISSION.c.route, _ADDENDUM.c.raw)
        .outerjoin(_SUBMISSION, _SUBMISSION.c.leaf_hash == _LEAF.c.leaf_hash)
        .outerjoin(_ADDENDUM, _ADDENDUM.c.digest == _SUBMISSION.c.digest)
        .where(_LEAF.c.idx >= start, _LEAF.c.idx < end)
        .order_by(_LEAF.c.idx)
    )
    rows = session.execute(chosen).all()
    sent = _sent_over_chain(session, [row.leaf_hash for row in rows if row.raw is None])
    readings: list[tuple[int, Reading]] = []
    for row in rows:
        leaf = parse_leaf(row.data)
        if isinstance(leaf, StatementLeaf):
            reading = read_leaf(leaf, row.leaf_hash, row.raw, origin, row.route or "direct")
            if row.raw is None:
                absent.add(leaf.digest)
                if row.leaf_hash in sent:  # withheld here, and in an event for ever: those bytes decide
                    listed = key_to_list(leaf, sent[row.leaf_hash], origin) is not None
                    reading = replace(reading, listed=listed)
            readings.append((row.idx, reading))
    return readings


def _sent_over_chain(session: Session, hashes: Sequence[bytes]) -> dict[bytes, bytes]:
    rows = select_in(session, [_TICKET.c.leaf_hash, _TICKET.c.raw], _TICKET.c.leaf_hash, hashes)
    return {row.leaf_hash: row.raw for row in rows}
