"""How far log, anchors and direct submissions are: read from the database for /readyz and /metrics."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import Session

from ledger.runtime.chain_store import current_chain
from ledger.runtime.chain_tables import AnchorRow, FinalBlock, TicketRow
from ledger.runtime.stamp_tables import StampRow
from ledger.runtime.store import Store
from ledger.runtime.tables import CheckpointRow, Leaf, Lease, Ledger, Published, Waiting, table

_LEAF, _PUBLISHED, _WAITING, _LEDGER = table(Leaf), table(Published), table(Waiting), table(Ledger)
_CHECKPOINT, _LEASE = table(CheckpointRow), table(Lease)
_ANCHOR, _BLOCK, _TICKET = table(AnchorRow), table(FinalBlock), table(TicketRow)
_STAMP = table(StampRow)


@dataclass(frozen=True, slots=True)
class LedgerFigures:
    """How far everything is. Ages are seconds, None where there is nothing to be old.

    ``anchor_lag`` is the age of the oldest checkpoint with leaves that no final anchor holds;
    ``oldest_open_ticket`` counts direct submissions that no final anchor settled.
    """

    log_size: int
    published_size: int
    anchored_size: int
    waiting: int
    oldest_waiting: float | None
    checkpoint_age: float | None
    lease_left: float | None
    newest_final: int | None
    newest_final_age: float | None
    last_anchor_age: float | None
    anchor_lag: float | None
    open_tickets: int
    oldest_open_ticket: float | None
    stamped_size: int | None
    last_stamp_age: float | None
    """Largest tree that a time-stamp authority stamped, and since when its newest token is there."""


def genesis_in_use(session: Session) -> bytes:
    """Genesis hash of the chain in use: the newest one anchored on, else the one the ledger was opened with."""
    home = current_chain(session)
    if home is not None:
        return home.genesis
    opened: bytes | None = session.execute(select(_LEDGER.c.genesis_hash)).scalar()
    return opened or b""


def read_figures(store: Store, now: float) -> LedgerFigures:
    """The figures at ``now`` (Unix seconds). Raises RuntimeStore."""
    with store.read() as session:
        return _read(session, now)


def _read(session: Session, now: float) -> LedgerFigures:
    genesis = genesis_in_use(session)
    last_leaf: int | None = session.execute(select(func.max(_LEAF.c.idx))).scalar()
    oldest: bytes | None = session.execute(select(func.min(_WAITING.c.order_key))).scalar()
    lease: int | None = session.execute(select(func.max(_LEASE.c.until))).scalar()
    stamped: int | None = session.execute(select(func.max(_CHECKPOINT.c.created_at))).scalar()
    anchor = session.execute(
        select(_ANCHOR.c.size, _ANCHOR.c.timestamp, _ANCHOR.c.included)
        .where(_ANCHOR.c.genesis == genesis)
        .order_by(_ANCHOR.c.size.desc())
        .limit(1)
    ).first()
    anchored, settled = (0, 0) if anchor is None else (anchor.size, anchor.included)
    behind: int | None = session.execute(
        select(func.min(_CHECKPOINT.c.created_at)).where(_CHECKPOINT.c.size > anchored)
    ).scalar()
    final = session.execute(
        select(_BLOCK.c.number, _BLOCK.c.timestamp)
        .where(_BLOCK.c.genesis == genesis)
        .order_by(_BLOCK.c.number.desc())
        .limit(1)
    ).first()
    tickets = session.execute(
        select(
            func.count(_TICKET.c.number.distinct()).label("open"), func.min(_TICKET.c.submitted_at).label("since")
        ).where(_TICKET.c.genesis == genesis, _TICKET.c.number >= settled)
    ).one()
    stamp = session.execute(
        select(func.max(_STAMP.c.size).label("size"), func.max(_STAMP.c.taken_at).label("at"))
    ).one()
    return LedgerFigures(
        log_size=0 if last_leaf is None else last_leaf + 1,
        published_size=session.execute(select(func.max(_PUBLISHED.c.size))).scalar() or 0,
        anchored_size=anchored,
        waiting=session.execute(select(func.count()).select_from(_WAITING)).scalar() or 0,
        # The first 48 bits of a UUIDv7 are the milliseconds of acceptance.
        oldest_waiting=None if oldest is None else max(0.0, now - int.from_bytes(oldest[:6]) / 1000),
        checkpoint_age=_age(now, stamped),
        lease_left=None if lease is None else lease / 1000 - now,
        newest_final=None if final is None else final.number,
        newest_final_age=_age(now, None if final is None else final.timestamp),
        last_anchor_age=_age(now, None if anchor is None else anchor.timestamp),
        anchor_lag=_age(now, behind),
        open_tickets=tickets.open,
        oldest_open_ticket=_age(now, tickets.since),
        stamped_size=stamp.size,
        last_stamp_age=_age(now, stamp.at),
    )


def _age(now: float, since: int | None) -> float | None:
    return None if since is None else max(0.0, now - since)
