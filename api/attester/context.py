"""What the attester's handlers work with, and the limits that stand before each of them."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Request

from api.build import Pooled
from ledger.errors import RefusedBusy
from ledger.runtime.attester.attest import MailAttester
from ledger.runtime.attester.company_keys import KeyBinder
from ledger.runtime.attester.figures import AttesterFigures
from ledger.runtime.attester.keys import AttesterKey
from ledger.runtime.attester.ledgers import LedgerApi
from ledger.runtime.attester.limits import RateLimit, client_of
from ledger.runtime.attester.memory import Memory
from ledger.runtime.attester.published import PublishedList
from ledger.runtime.attester.settings import AttesterSettings

OUTGOING = 8
READY_S = 3.0
"""For so long ``/readyz`` says of the ledgers what was found last: anybody may ask, and it asks every one of them."""
_T = TypeVar("_T")


class Places:
    """Places of those that work at one time. Of one client all but one: another finds a place whatever he does.

    For the event loop alone; a client stands here under the digest of ``RateLimit``, and while he works.
    """

    def __init__(self, most: int, what: str) -> None:
        self._most, self._what = most, what
        self._of: Counter[bytes] = Counter()

    @contextmanager
    def take(self, client: bytes) -> Iterator[None]:
        """A place; RefusedBusy at once where none is free."""
        if self._of.total() >= self._most:
            raise RefusedBusy(f"too many {self._what} are being checked already; try again in a few seconds")
        if self._of[client] >= max(1, self._most - 1):
            raise RefusedBusy(f"too many {self._what} of yours are being checked already; try again in a few seconds")
        self._of[client] += 1
        try:
            yield
        finally:
            self._of[client] -= 1
            self._of += Counter()  # forgets who has no place any more


class Recent(Generic[_T]):
    """What was found at most ``READY_S`` ago; looked for by one at a time, while the others wait for what he finds."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._held: tuple[float, _T] | None = None

    async def get(self, find: Callable[[], Awaitable[_T]]) -> _T:
        async with self._lock:
            if self._held is None or time.monotonic() - self._held[0] >= READY_S:
                found = await find()
                self._held = (time.monotonic(), found)
            return self._held[1]


@dataclass(frozen=True)
class AttesterContext(Pooled):
    """Everything of one running attester. ``places`` bounds the mails in memory, ``outgoing`` the domains asked."""

    settings: AttesterSettings
    key: AttesterKey
    ledgers: Mapping[str, LedgerApi]
    memory: Memory
    binder: KeyBinder
    mails: MailAttester
    published: PublishedList
    rate: RateLimit
    figures: AttesterFigures
    pool: ThreadPoolExecutor
    places: Places
    outgoing: Places = field(default_factory=lambda: Places(OUTGOING, "domains"))
    readiness: Recent[list[dict[str, object]]] = field(default_factory=Recent)
    asked: dict[bytes, tuple[asyncio.Lock, int]] = field(default_factory=dict)

    @asynccontextmanager
    async def alone(self, question: bytes) -> AsyncIterator[None]:
        """One at a time for the same question, so that it is answered once; the others find the answer kept."""
        lock, waiting = self.asked.get(question, (asyncio.Lock(), 0))
        self.asked[question] = (lock, waiting + 1)
        try:
            async with lock:
                yield
        finally:
            lock, waiting = self.asked[question]
            if waiting == 1:
                del self.asked[question]
            else:
                self.asked[question] = (lock, waiting - 1)


def get_attester(request: Request) -> AttesterContext:
    context = request.app.state.context
    assert isinstance(context, AttesterContext)
    return context


def limit(request: Request) -> None:
    """Count the request of this client. Raises RefusedRate."""
    get_attester(request).rate.take(_address(request))


def client(request: Request) -> bytes:
    """The digest under which this client has places."""
    return get_attester(request).rate.name(_address(request))


def _address(request: Request) -> str:
    settings = get_attester(request).settings
    named = request.headers.getlist(settings.client_header) if settings.client_header else []
    connected = request.client.host if request.client else ""
    return client_of(connected, named, settings.proxy_networks)


AttesterDep = Annotated[AttesterContext, Depends(get_attester)]
ClientName = Annotated[bytes, Depends(client)]
Limited = Depends(limit)
