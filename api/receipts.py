"""Proofs for receipts, built for all requests that get theirs at the same moment.

One publication answers hundreds of requests at once. A hop into the pool for each of them costs as
much as the proof itself (docs/performance.md), so those of one turn of the event loop share a hop.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from ledger.errors import HabeasError


class Prover(Protocol):
    def proof_for(self, index: int, size: int | None = None) -> bytes: ...


class ProofQueue:
    """Collects requests for proofs; all calls on one event loop."""

    def __init__(self, prover: Prover, pool: ThreadPoolExecutor) -> None:
        self._prover, self._pool = prover, pool
        self._waiting: list[tuple[int, int, asyncio.Future[bytes]]] = []

    async def proof(self, index: int, size: int) -> bytes:
        """The tlog-proof of leaf ``index`` at ``size``. Raises what the prover raises."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[bytes] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._flush)
        self._waiting.append((index, size, future))
        return await future

    def _flush(self) -> None:
        batch, self._waiting = self._waiting, []
        work = asyncio.get_running_loop().run_in_executor(
            self._pool, self._prove, [(index, size) for index, size, _ in batch]
        )
        work.add_done_callback(lambda done: _settle(batch, done))

    def _prove(self, places: list[tuple[int, int]]) -> list[bytes | HabeasError]:
        answers: list[bytes | HabeasError] = []
        for index, size in places:
            try:
                answers.append(self._prover.proof_for(index, size))
            except HabeasError as error:
                answers.append(error)
        return answers


def _settle(
    batch: list[tuple[int, int, asyncio.Future[bytes]]], done: asyncio.Future[list[bytes | HabeasError]]
) -> None:
    failure = asyncio.CancelledError() if done.cancelled() else done.exception()
    answers = [failure] * len(batch) if failure is not None else done.result()
    for (_, _, future), answer in zip(batch, answers, strict=True):
        if future.done():
            continue  # the client went away
        if isinstance(answer, bytes):
            future.set_result(answer)
        else:
            future.set_exception(answer)
