"""What the parts of one submission cost: the reasons for the short ways in the API."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

import uvloop

from api.app import create_app
from api.shortcut import Shortcut
from api.statements import submit
from ledger.runtime.admission import examine
from tests.bench.figures import Figure, at_most
from tests.bench.load import statements
from tests.bench.processes import new_home
from tests.bench.service import accept
from tests.store.world import open_world

LEAVES = 2000
ROUNDS = 15
CALLS = 200
_Message = MutableMapping[str, Any]
_App = Callable[[_Message, Callable[[], Awaitable[_Message]], Callable[[_Message], Awaitable[None]]], Awaitable[None]]


def parts() -> list[Figure]:
    """Microseconds of CPU, each the least of several rounds."""
    world = open_world(new_home())
    origin, reader = world.services.origin, world.services.reader
    accept(world, LEAVES)
    assert world.services.sequencer is not None
    world.services.sequencer.sequence()
    size = reader.size()
    raws = [one.raw for one in islice(statements(origin, world.recent, "parts"), CALLS)]
    app = create_app(world.services)
    app.user_middleware.clear()  # so that the framework itself is asked
    short = Shortcut(app, owner=app, method="POST", path="/v1/statements", handler=submit)
    figures = {
        "examine_us": ("all that is checked of one statement without the database", _each(raws, examine, origin)),
        "proof_us": (
            f"a tlog-proof in a tree of {size} leaves",
            _each(list(range(CALLS)), reader.proof_for, size),
        ),
        "pool_hop_us": ("a call of nothing in a pool of threads, awaited", _hop()),
        "routed_us": ("one refused submission through the framework: exit stacks, routing, dependencies", _calls(app)),
        "short_us": ("the same submission by the short way (api/shortcut.py)", _calls(short)),
    }
    world.services.close()
    how = f"in one process, CPU time of all its threads, least of {ROUNDS} rounds of {CALLS}"
    return [at_most(name, 1e6 * seconds, "us", None, f"{what}; {how}") for name, (what, seconds) in figures.items()]


def _each(items: list[Any], work: Callable[..., object], *more: object) -> float:
    def round_() -> None:
        for item in items:
            work(item, *more)

    return min(_timed(round_) for _ in range(ROUNDS)) / len(items)


def _timed(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _hop() -> float:
    async def work() -> float:
        loop, times = asyncio.get_running_loop(), []
        with ThreadPoolExecutor(8) as pool:
            for _ in range(ROUNDS):
                start = time.process_time()
                await asyncio.gather(*(loop.run_in_executor(pool, _nothing) for _ in range(CALLS)))
                times.append(time.process_time() - start)
        return min(times) / CALLS

    return _run(work())


def _nothing() -> None:
    return None


def _calls(app: _App) -> float:
    """Sends a statement that its first check refuses, so that only the way there differs."""
    scope = {
        **{"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http"},
        **{"path": "/v1/statements", "raw_path": b"/v1/statements", "query_string": b"", "root_path": ""},
        "headers": [(b"content-type", b"application/json"), (b"content-length", b"2")],
    }

    async def receive() -> _Message:
        return {"type": "http.request", "body": b"{}", "more_body": False}

    async def send(message: _Message) -> None:
        status.update(code=message.get("status", status.get("code", 0)))

    status: dict[str, int] = {}

    async def work() -> float:
        times = []
        for _ in range(ROUNDS):
            start = time.process_time()
            for _ in range(CALLS):
                await app(dict(scope), receive, send)
            times.append(time.process_time() - start)
        return min(times) / CALLS

    seconds = _run(work())
    if status["code"] != 400:
        raise SystemExit(f"the submission of the bench should be refused with 400, not {status['code']}")
    return seconds


def _run(work: Awaitable[float]) -> float:
    async def main() -> float:
        return await work

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main())
