"""Prometheus figures of one process: what was submitted here, and how far log and anchors are.

Counters and histograms count what this process did. Gauges are read from the database when they are
asked for, so every replica shows the same. Nothing here names a person, a case or a company.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlmodel import Session

from ledger.errors import RuntimeFault
from ledger.runtime.chain_store import current_chain
from ledger.runtime.chain_tables import AnchorRow, FinalBlock, TicketRow
from ledger.runtime.store import Store
from ledger.runtime.tables import CheckpointRow, Leaf, Lease, Published, Waiting, table

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0)
_LEAF, _PUBLISHED, _WAITING = table(Leaf), table(Published), table(Waiting)
_CHECKPOINT, _LEASE = table(CheckpointRow), table(Lease)
_ANCHOR, _BLOCK, _TICKET = table(AnchorRow), table(FinalBlock), table(TicketRow)


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


def read_figures(store: Store, now: float) -> LedgerFigures:
    """The figures at ``now`` (Unix seconds). Raises RuntimeStore."""
    with store.read() as session:
        return _read(session, now)


def _read(session: Session, now: float) -> LedgerFigures:
    home = current_chain(session)
    genesis = home.genesis if home is not None else b""
    last_leaf: int | None = session.execute(select(func.max(_LEAF.c.idx))).scalar()
    oldest: bytes | None = session.execute(select(func.min(_WAITING.c.order_key))).scalar()
    lease: int | None = session.execute(select(func.max(_LEASE.c.until))).scalar()
    stamped = session.execute(select(func.max(_CHECKPOINT.c.created_at))).scalar()
    anchor = session.execute(
        select(_ANCHOR.c.size, _ANCHOR.c.timestamp, _ANCHOR.c.included)
        .where(_ANCHOR.c.genesis == genesis)
        .order_by(_ANCHOR.c.size.desc())
        .limit(1)
    ).first()
    anchored = anchor.size if anchor is not None else 0
    behind = session.execute(select(func.min(_CHECKPOINT.c.created_at)).where(_CHECKPOINT.c.size > anchored)).scalar()
    final = session.execute(
        select(_BLOCK.c.number, _BLOCK.c.timestamp)
        .where(_BLOCK.c.genesis == genesis)
        .order_by(_BLOCK.c.number.desc())
        .limit(1)
    ).first()
    tickets = session.execute(
        select(
            func.count(_TICKET.c.number.distinct()).label("open"), func.min(_TICKET.c.submitted_at).label("since")
        ).where(_TICKET.c.genesis == genesis, _TICKET.c.number >= (anchor.included if anchor is not None else 0))
    ).one()
    return LedgerFigures(
        log_size=0 if last_leaf is None else last_leaf + 1,
        published_size=session.execute(select(func.max(_PUBLISHED.c.size))).scalar() or 0,
        anchored_size=anchored,
        waiting=session.execute(select(func.count()).select_from(_WAITING)).scalar() or 0,
        # The first 48 bits of a UUIDv7 are the milliseconds of acceptance.
        oldest_waiting=None if oldest is None else now - int.from_bytes(oldest[:6]) / 1000,
        checkpoint_age=_age(now, stamped),
        lease_left=None if lease is None else lease / 1000 - now,
        newest_final=None if final is None else final.number,
        newest_final_age=_age(now, None if final is None else final.timestamp),
        last_anchor_age=_age(now, None if anchor is None else anchor.timestamp),
        anchor_lag=_age(now, behind),
        open_tickets=tickets.open,
        oldest_open_ticket=_age(now, tickets.since),
    )


def _age(now: float, since: int | None) -> float | None:
    return None if since is None else max(0.0, now - since)


_GAUGES = {
    "log_size": "Leaves of the log, published or not.",
    "published_size": "Leaves under the newest published checkpoint.",
    "anchored_size": "Leaves under the newest final anchor.",
    "waiting": "Accepted submissions that are not in the log yet.",
    "oldest_waiting": "Age of the oldest of them in seconds.",
    "checkpoint_age": "Seconds since the newest checkpoint was signed.",
    "lease_left": "Seconds for which the worker's lease still holds; negative when it ran out.",
    "newest_final": "Number of the newest final block known.",
    "newest_final_age": "Seconds since the time of that block.",
    "last_anchor_age": "Seconds since the block of the newest final anchor.",
    "anchor_lag": "Age in seconds of the oldest leaves without a final anchor.",
    "open_tickets": "Direct submissions that no final anchor settled.",
    "oldest_open_ticket": "Age of the oldest of them in seconds.",
}
_NAMES = {
    "waiting": "waiting_submissions",
    "oldest_waiting": "oldest_waiting_seconds",
    "checkpoint_age": "checkpoint_age_seconds",
    "lease_left": "lease_left_seconds",
    "newest_final": "newest_final_block",
    "newest_final_age": "newest_final_block_age_seconds",
    "last_anchor_age": "last_anchor_age_seconds",
    "anchor_lag": "anchor_lag_seconds",
    "oldest_open_ticket": "oldest_open_ticket_seconds",
}


class _LedgerCollector(Collector):
    def __init__(self, store: Store) -> None:
        self._store = store

    def collect(self) -> Iterable[Metric]:
        yield from self._gauges()

    def describe(self) -> Iterable[Metric]:
        return []

    def _gauges(self) -> Iterator[Metric]:
        try:
            figures = read_figures(self._store, time.time())
        except RuntimeFault:
            yield GaugeMetricFamily("habeas_database_up", "Whether the database answers.", value=0)
            return
        yield GaugeMetricFamily("habeas_database_up", "Whether the database answers.", value=1)
        unanchored = figures.published_size - figures.anchored_size
        yield GaugeMetricFamily("habeas_unanchored_entries", "Published leaves without a final anchor.", unanchored)
        for name, words in _GAUGES.items():
            value: float | None = getattr(figures, name)
            if value is not None:
                yield GaugeMetricFamily(f"habeas_{_NAMES.get(name, name)}", words, value=value)


class Metrics:
    """The figures of one process in a registry of its own."""

    def __init__(self, store: Store) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_LedgerCollector(store))
        self.submissions = Counter(
            "habeas_submissions",
            "Submissions by result: recorded, duplicate, or the problem type.",
            ["result"],
            registry=self._registry,
        )
        self.submission_seconds = Histogram(
            "habeas_submission_seconds",
            "From the arrival of a submission to its receipt.",
            buckets=_SECONDS,
            registry=self._registry,
        )
        self.commit_seconds = Histogram(
            "habeas_commit_seconds",
            "Commits of groups of submissions to disk.",
            buckets=(0.002, 0.005, 0.01, 0.02, 0.05, *_SECONDS[1:]),
            registry=self._registry,
        )
        self.committed = Counter("habeas_committed", "Submissions in committed groups.", registry=self._registry)
        self.requests = Counter("habeas_http_requests", "Requests by status code.", ["status"], registry=self._registry)

    def observe_commit(self, submissions: int, seconds: float) -> None:
        """One group was committed."""
        self.commit_seconds.observe(seconds)
        self.committed.inc(submissions)

    def render(self) -> bytes:
        """The text format 0.0.4."""
        return generate_latest(self._registry)
