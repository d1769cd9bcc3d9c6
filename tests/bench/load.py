"""The load generator: signs its statements first, then sends them, in a process of its own.

    python -m tests.bench.load single ADDRESS CONNECTIONS WARM_S SECONDS
    python -m tests.bench.load batches ADDRESS STATEMENTS BATCH CONNECTIONS

``single`` keeps CONNECTIONS open TCP connections, each sending its next statement as soon as the
answer to the last one came. Prints one JSON object. Any answer but 201 (a line that is not recorded)
ends it with that answer.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice
from typing import cast
from urllib.parse import urlsplit

import uvloop

from ledger.disclosure import Disclosure
from ledger.encoding import Json
from ledger.runtime.operator import Operator
from ledger.statement import RecentBlock, SignedStatement, Statement, sign

COMPANY = "shop.example"
OPENED: dict[str, Json] = {"acting": "self", "place": "IE", "regime": "eu-gdpr", "related": []}
# More statements than a connection sends in the time, at twice the rate aimed at.
SPARE = 2000


def statements(origin: str, recent: RecentBlock, person: str) -> Iterator[SignedStatement]:
    """One requester's statements without end: a case, then requests in it, each with private fields."""
    author = Operator.of(hashlib.sha256(f"requester {person}".encode()).digest())
    case: bytes | None = None
    for number in count():
        kind = "request.reminded" if case else "case.opened"
        facts = _request(number) if case else OPENED
        held = tuple(sorted(_digest(f"{person}/{number}/{name}") for name in ("letter", "account")))
        said = sign(Statement(origin, kind, case, COMPANY, recent, facts, held, author.address), author.private)
        case = case or said.id
        yield said


def _request(number: int) -> dict[str, Json]:
    day = f"2026-{number // 28 % 12 + 1:02}-{number % 28 + 1:02}"
    return {"right": "access", "sent_on": day, "channel": "email", "published_contact": True}


def _digest(seed: str) -> str:
    return Disclosure.make(hashlib.sha256(seed.encode()).digest()[:16], "letter", seed).digest


@dataclass(frozen=True, slots=True)
class About:
    """The ledger as its server shows it."""

    origin: str
    vkey: str
    recent: RecentBlock


def about(address: str) -> About:
    """Ask the server."""
    with urllib.request.urlopen(f"{address}/v1/ledger", timeout=10) as answer:
        ledger = json.load(answer)
    with urllib.request.urlopen(f"{address}/v1/recent-block", timeout=10) as answer:
        block = json.load(answer)
    recent = RecentBlock(bytes.fromhex(block["hash"][2:]), block["number"])
    return About(ledger["ledger"], ledger["vkey"], recent)


def request(path: str, media_type: str, body: bytes) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode("ascii") + body


class Connection(asyncio.Protocol):
    """Sends its requests one after the other and notes when each answer was complete."""

    def __init__(self, requests: Iterator[bytes]) -> None:
        self._requests, self._until = requests, float("inf")
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._buffer = bytearray()
        self._length = 0
        self._sent = 0.0
        self.times: list[tuple[float, float]] = []
        """When each answer came, and how long it took, in seconds."""
        self.bodies: list[bytes] = []
        self.keep_bodies = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is of another family

    def begin(self, until: float) -> None:
        """Send; nothing new after ``until``."""
        self._until = until
        self._next()

    def _next(self) -> None:
        now = time.perf_counter()
        following = next(self._requests, None) if now < self._until else None
        if following is None:
            if not self.done.done():
                self.done.set_result(None)
            return
        self._sent = now
        self._transport.write(following)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._length:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(self._buffer[:end]).lower()
            place = head.index(b"content-length: ") + 16
            self._length = end + 4 + int(head[place:].split(b"\r\n", 1)[0])
        if len(self._buffer) < self._length:
            return
        if not self._buffer.startswith((b"HTTP/1.1 201", b"HTTP/1.1 200")):
            self._fail(bytes(self._buffer).decode("utf-8", "replace"))
            return
        now = time.perf_counter()
        self.times.append((now, now - self._sent))
        if self.keep_bodies:
            self.bodies.append(bytes(self._buffer).split(b"\r\n\r\n", 1)[1])
        self._buffer.clear()
        self._length = 0
        self._next()

    def connection_lost(self, error: Exception | None) -> None:
        self._fail(f"the server closed the connection: {error}")

    def _fail(self, why: str) -> None:
        if not self.done.done():
            self.done.set_exception(RuntimeError(why))


async def connect(address: str, lanes: list[Iterator[bytes]]) -> list[Connection]:
    """One open connection for each lane."""
    loop, place = asyncio.get_running_loop(), urlsplit(address)
    connections = []
    for lane in lanes:
        _, connection = await loop.create_connection(
            lambda lane=lane: Connection(lane),  # type: ignore[misc]
            place.hostname,
            place.port,
        )
        connections.append(connection)
    return connections


async def send(connections: list[Connection], seconds: float) -> float:
    """Send for ``seconds``, or all there is; when the first request went out."""
    started = time.perf_counter()
    for connection in connections:
        connection.begin(started + seconds)
    await asyncio.gather(*(connection.done for connection in connections))
    return started


def single(address: str, connections: int, warm: float, seconds: float) -> dict[str, float]:
    """Answers per second and latencies within the measured time."""
    to = about(address)
    each = max(4, int(SPARE * (warm + seconds)) // connections)
    signed = [list(islice(statements(to.origin, to.recent, f"single {n}"), each)) for n in range(connections)]
    lanes = [iter([request("/v1/statements", "application/json", one.raw) for one in lane]) for lane in signed]

    async def work() -> tuple[list[Connection], float]:
        opened = await connect(address, lanes)
        return opened, await send(opened, warm + seconds)

    before = time.process_time()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        opened, started = runner.run(work())
    used = time.process_time() - before
    begin = started + warm
    took = sorted(spent for one in opened for when, spent in one.times if begin <= when <= begin + seconds)
    if any(len(one.times) >= each for one in opened):
        raise SystemExit("a connection ran out of statements: sign more (SPARE)")
    return {
        "rps": len(took) / seconds,
        "p50_ms": 1000 * took[len(took) // 2],
        "p99_ms": 1000 * took[int(len(took) * 0.99)],
        "max_ms": 1000 * took[-1],
        "answers": len(took),
        "sent": sum(len(one.times) for one in opened),
        "cpu_seconds": used,
        "bytes": len(signed[0][-1].raw),
    }


def batches(address: str, total: int, batch: int, connections: int) -> dict[str, float]:
    """Statements per second over the JSON Lines route, from the first byte sent to the last answer."""
    to = about(address)
    lines = [
        b"".join(one.raw + b"\n" for one in islice(statements(to.origin, to.recent, f"batch {number}"), batch))
        for number in range(total // batch)
    ]
    bodies = [request("/v1/statements:batch", "application/jsonl", body) for body in lines]
    lanes = [iter(bodies[number::connections]) for number in range(connections)]

    async def work() -> tuple[list[Connection], float]:
        opened = await connect(address, lanes)
        for connection in opened:
            connection.keep_bodies = True
        return opened, await send(opened, float("inf"))

    before = time.process_time()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        opened, started = runner.run(work())
    used = time.process_time() - before
    seconds = max(when for one in opened for when, _ in one.times) - started
    answers = [line for one in opened for body in one.bodies for line in body.splitlines()]
    wrong = [line for line in answers if b'"status":"recorded"' not in line]
    if wrong or len(answers) != total:
        raise SystemExit(f"{len(answers)} answers to {total} statements; not recorded: {wrong[:1]!r}")
    return {
        "rps": total / seconds,
        "seconds": seconds,
        "sent": total,
        "cpu_seconds": used,
        "bytes": len(bodies[0]) / batch,
    }


def main(arguments: list[str]) -> None:
    what, address, *numbers = arguments
    if what == "single":
        connections, warm, seconds = numbers
        found = single(address, int(connections), float(warm), float(seconds))
    else:
        total, batch, lanes = map(int, numbers)
        found = batches(address, total, batch, lanes)
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
