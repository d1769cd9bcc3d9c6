"""What the attester's handlers work with, and the limits that stand before each of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Annotated

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
    places: asyncio.Semaphore
    outgoing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(OUTGOING))
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

    @asynccontextmanager
    async def place(self, places: asyncio.Semaphore, what: str) -> AsyncIterator[None]:
        """A place among those that work at one time; RefusedBusy at once where none is free."""
        if places.locked():
            raise RefusedBusy(f"too many {what} are being checked already; try again in a few seconds")
        async with places:
            yield


def get_attester(request: Request) -> AttesterContext:
    context = request.app.state.context
    assert isinstance(context, AttesterContext)
    return context


def limit(request: Request) -> None:
    """Count the request of this client. Raises RefusedRate."""
    context = get_attester(request)
    header = context.settings.client_header
    named = request.headers.getlist(header) if header else []
    connected = request.client.host if request.client else ""
    context.rate.take(client_of(connected, named, context.settings.proxy_networks))


AttesterDep = Annotated[AttesterContext, Depends(get_attester)]
Limited = Depends(limit)
