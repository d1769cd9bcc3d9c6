"""Acceptance over the server's route: many requests, one commit to disk, then a receipt each.

``submit`` examines the bytes at once (steps 1 to 4 of admission) and joins a group. A committing
thread takes the group every ``commit_period_ms``, or as soon as ``commit_limit`` wait, decides
with one set of queries and writes all of it in one transaction. From then on the statement cannot be
lost. A watching thread, one for all requests, sees what the sequencer published and hands out receipts.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select

from ledger.errors import HabeasError, RefusedBusy, RuntimeLog, RuntimeStore
from ledger.runtime.acceptor import Acceptor
from ledger.runtime.admission import Admitted, Examined, examine
from ledger.runtime.settings import Settings
from ledger.runtime.store import Store, select_in
from ledger.runtime.tables import Leaf, Published, table

_LEAF, _PUBLISHED = table(Leaf), table(Published)
_POLL_S = 0.02
_SWEEP_S = 0.25
_MANY = 5000
_EXAMINERS = 2
_PIECE = 64
_FAULT = "the statement could not be accepted because of a fault here; send the same bytes again"
_LATE = "accepted and safe, but not in the log yet; send the same bytes again for the receipt"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where a statement stands. ``created`` is false where it was accepted before.

    ``size`` is the newest published size, so that ``LogReader.proof_for(index, size)`` needs no query.
    """

    statement_id: bytes
    leaf_hash: bytes
    index: int
    created: bool
    size: int


@dataclass(slots=True)
class _Request:
    """One submission on its way: examined, then committed, then published."""

    examined: Examined
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Receipt]
    deadline: float
    created: bool = True


_Answer = tuple["asyncio.Future[Receipt]", Receipt | HabeasError]


class Acceptance:
    """The asynchronous front: ``start``, any number of ``submit``, ``stop``."""

    def __init__(self, store: Store, origin: str, settings: Settings) -> None:
        self._store, self._origin, self._settings = store, origin, settings
        self._acceptor = Acceptor(store)
        self._wake = threading.Condition()
        self._queue: list[_Request] = []
        self._since = 0.0
        self._published = threading.Event()
        self._waiting: dict[bytes, list[_Request]] = {}
        self._fresh: list[bytes] = []
        self._seen_size = -1
        """The published size at the last look; -1: not known."""
        self._stopping = False
        self._threads: list[threading.Thread] = []
        self.listeners: list[Callable[[int, float], None]] = []
        """Called after each group with its length and the seconds that deciding and committing took."""
        self._examiners = ThreadPoolExecutor(_EXAMINERS, "examine")

    def start(self) -> None:
        """Start the two threads; before the first ``submit``."""
        for run in (self._commit_loop, self._watch_loop):
            thread = threading.Thread(target=run, name=run.__name__.strip("_"), daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """End the threads. Requests still waiting are answered RuntimeStore: to be sent again."""
        with self._wake:
            self._stopping = True
            self._wake.notify_all()
        self._published.set()
        for thread in self._threads:
            thread.join()
        self._examiners.shutdown()
        left = [*self._queue, *(request for requests in self._waiting.values() for request in requests)]
        self._queue, self._waiting = [], {}
        stopped = RuntimeStore("this server is stopping; send the same bytes again")
        _answer((request, stopped) for request in left)

    def notify_published(self, _size: int) -> None:
        """For a sequencer in the same process: look now, not at the next poll."""
        self._published.set()

    @property
    def waiting(self) -> int:
        """Submissions not yet committed."""
        return len(self._queue)

    async def submit(self, raw: bytes) -> Receipt:
        """Accept one signed statement and wait until it is published.

        Raises the errors of admission, RefusedBusy, RuntimeStore, RuntimeLog.
        """
        examined = examine(raw, self._origin)
        return await self._join([examined])[0]

    async def submit_many(self, raws: Sequence[bytes]) -> list[Receipt | HabeasError]:
        """Like ``submit`` for each, in order: a statement may depend on an earlier one of the list."""
        loop = asyncio.get_running_loop()
        pieces = [raws[start : start + _PIECE] for start in range(0, len(raws), _PIECE)]
        work = [loop.run_in_executor(self._examiners, _examine_all, piece, self._origin) for piece in pieces]
        answers: list[Receipt | HabeasError | asyncio.Future[Receipt]] = []
        for piece in work:
            looked = await piece
            good = [item for item in looked if isinstance(item, Examined)]
            while len(self._queue) + len(good) > self._settings.queue_limit:
                await asyncio.sleep(self._settings.commit_period_ms / 1000)
            futures = iter(self._join(good))
            answers += [next(futures) if isinstance(item, Examined) else item for item in looked]
        return [await _answer_of(item) if isinstance(item, asyncio.Future) else item for item in answers]

    def _join(self, group: Sequence[Examined]) -> list[asyncio.Future[Receipt]]:
        loop, now = asyncio.get_running_loop(), time.monotonic()
        deadline = now + self._settings.receipt_timeout_s
        requests = [_Request(examined, loop, loop.create_future(), deadline) for examined in group]
        with self._wake:
            if self._stopping:
                raise RuntimeStore("this server is stopping; send the same bytes again")
            if len(self._queue) + len(requests) > self._settings.queue_limit:
                raise RefusedBusy(f"{len(self._queue)} submissions wait already; try again in a second")
            if not self._queue:
                self._since = now
            self._queue += requests
            if len(self._queue) == len(requests) or len(self._queue) >= self._settings.commit_limit:
                self._wake.notify()
        return [request.future for request in requests]

    def _commit_loop(self) -> None:
        while (group := self._next_group()) is not None:
            started, seen = time.monotonic(), self._seen_size
            try:
                answers = self._acceptor.accept([request.examined for request in group])
            except HabeasError as error:
                _log.warning("a group of %d was not accepted: %s", len(group), error)
                _answer((request, error) for request in group)
                continue
            except Exception:  # noqa: BLE001  a fault costs one group, not the thread on which all others wait
                _log.exception("a group of %d was not accepted", len(group))
                _answer((request, RuntimeStore(_FAULT)) for request in group)
                continue
            for listener in self.listeners:
                listener(len(group), time.monotonic() - started)
            refused: list[tuple[_Request, Receipt | HabeasError]] = []
            with self._wake:
                for request, answer in zip(group, answers, strict=True):
                    if isinstance(answer, Admitted):
                        request.created = not answer.repeated
                        self._waiting.setdefault(request.examined.leaf_hash, []).append(request)
                        if answer.repeated or seen != self._seen_size:
                            self._fresh.append(request.examined.leaf_hash)
                    else:
                        refused.append((request, answer))
            _answer(refused)
            self._published.set()

    def _next_group(self) -> list[_Request] | None:
        period, limit = self._settings.commit_period_ms / 1000, self._settings.commit_limit
        with self._wake:
            while not self._stopping:
                if not self._queue:
                    self._wake.wait()
                    continue
                left = self._since + period - time.monotonic()
                if left > 0 and len(self._queue) < limit:
                    self._wake.wait(left)
                    continue
                group, self._queue = self._queue[:limit], self._queue[limit:]
                self._since = time.monotonic()
                return group
        return None

    def _watch_loop(self) -> None:
        sweep = time.monotonic()
        while not self._stopping:
            self._published.wait(_POLL_S if self._waiting else None)
            self._published.clear()
            try:
                self._hand_out()
            except Exception:  # noqa: BLE001  as above; the next look may go well
                _log.exception("published leaves could not be read")
                self._seen_size = -1
                time.sleep(_POLL_S * 10)
            if time.monotonic() - sweep > _SWEEP_S:
                sweep = time.monotonic()
                self._give_up_late(sweep)

    def _hand_out(self) -> None:
        with self._wake:
            if not self._waiting:
                return
            known, fresh, count = self._seen_size, self._fresh, len(self._waiting)
            self._fresh = []
        size, rows = self._look(known, fresh, count)
        answers: list[tuple[_Request, Receipt | HabeasError]] = []
        with self._wake:
            # With the size, under one lock: who joins from now on sees that a look has passed.
            self._seen_size = size
            for row in rows:
                if row.idx < size:
                    requests = self._waiting.pop(row.leaf_hash, ())
                    answers += [(request, _receipt(request, row.idx, size)) for request in requests]
        _answer(answers)

    def _look(self, known: int, fresh: Sequence[bytes], count: int) -> tuple[int, Sequence[Row[Any]]]:
        """The published size, and the leaves that may be waited for, with their places.

        What is committed after a look stands behind the size it saw: so new leaves are read in one go.
        ``fresh`` ones may stand before it and are looked up, as are all after a long pause.
        """
        columns = [_LEAF.c.leaf_hash, _LEAF.c.idx]
        with self._store.read() as session:
            size: int = session.execute(select(func.max(_PUBLISHED.c.size))).scalar() or 0
            if known < 0 or size - known > _MANY + 4 * count:
                with self._wake:
                    fresh = list(self._waiting)
            rows = list(select_in(session, columns, _LEAF.c.leaf_hash, fresh))
            if known < size <= known + _MANY + 4 * count and known >= 0:
                new = select(*columns).where(_LEAF.c.idx >= known, _LEAF.c.idx < size)
                rows += session.execute(new).all()
        return size, rows

    def _give_up_late(self, now: float) -> None:
        late: list[_Request] = []
        with self._wake:
            for leaf_hash, requests in list(self._waiting.items()):
                if min(request.deadline for request in requests) < now:
                    late += [request for request in requests if request.deadline < now]
                    self._waiting[leaf_hash] = [request for request in requests if request.deadline >= now]
                    if not self._waiting[leaf_hash]:
                        del self._waiting[leaf_hash]
        _answer((request, RuntimeLog(_LATE)) for request in late)


async def _answer_of(future: asyncio.Future[Receipt]) -> Receipt | HabeasError:
    try:
        return await future
    except HabeasError as error:
        return error


def _examine_all(raws: Iterable[bytes], origin: str) -> list[Examined | HabeasError]:
    answers: list[Examined | HabeasError] = []
    for raw in raws:
        try:
            answers.append(examine(raw, origin))
        except HabeasError as error:
            answers.append(error)
    return answers


def _receipt(request: _Request, index: int, size: int) -> Receipt:
    examined = request.examined
    return Receipt(examined.signed.id, examined.leaf_hash, index, request.created, size)


def _answer(answers: Iterable[tuple[_Request, Receipt | HabeasError]]) -> None:
    """Settle futures from any thread: one call into each event loop, however many requests."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Answer]] = defaultdict(list)
    for request, answer in answers:
        by_loop[request.loop].append((request.future, answer))
    for loop, settled in by_loop.items():
        try:
            loop.call_soon_threadsafe(_settle, settled)
        except RuntimeError:
            _log.info("an event loop ended before %d answers", len(settled))


def _settle(answers: Iterable[_Answer]) -> None:
    for future, answer in answers:
        if future.done():
            continue  # the client went away
        if isinstance(answer, HabeasError):
            future.set_exception(answer)
        else:
            future.set_result(answer)
