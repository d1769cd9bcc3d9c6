"""Prometheus figures of one process: what was submitted here, and how far log and anchors are.

Counters and histograms count what this process did. Gauges are read from the database when they are
asked for, so every replica shows the same. Nothing here names a person, a case or a company.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from ledger.errors import RuntimeFault
from ledger.runtime.figures import read_figures
from ledger.runtime.state import read_state
from ledger.runtime.store import Store

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0)

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
    "stamped_size": "Leaves under the newest checkpoint that a time-stamp authority stamped.",
    "last_stamp_age": "Seconds since the newest time stamp was taken.",
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
    "last_stamp_age": "last_stamp_age_seconds",
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
            with self._store.read() as session:
                state = read_state(session)
        except RuntimeFault:
            yield GaugeMetricFamily("habeas_database_up", "Whether the database answers.", value=0)
            return
        yield GaugeMetricFamily("habeas_database_up", "Whether the database answers.", value=1)
        stopped = state is not None and state.word == "stopped"
        yield GaugeMetricFamily("habeas_anchoring_stopped", "1: anchoring stopped for good; /readyz says why.", stopped)
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
