"""The attester's application: its parts, routes, start and stop."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from fastapi import FastAPI

from api import problems, reference, serving
from api.attester import about, attest, company_keys
from api.attester.context import AttesterContext, Places
from api.build import make_app
from api.middleware import RequestLayer
from api.server import AppServer
from ledger.runtime.attester.attest import MailAttester
from ledger.runtime.attester.company_keys import KeyBinder
from ledger.runtime.attester.figures import AttesterFigures
from ledger.runtime.attester.limits import RateLimit
from ledger.runtime.attester.parts import Parts

DESCRIPTION = (
    "Checks evidence and signs what the check gave: mail of a company's domain, and the keys that a domain publishes. "
    "It stores no message. What it says is the word of whoever runs it. Not legal advice."
)
ROUTERS = (attest.router, company_keys.router, about.router, serving.router, problems.router, reference.router)


def create_attester_app(parts: Parts) -> FastAPI:
    """The service over ``parts``, which stay the caller's to close."""
    context = _context(parts)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        try:
            yield
        finally:
            context.pool.shutdown()

    app = make_app("Habeas attester", "Evidence, checked and signed", DESCRIPTION, ROUTERS, context, lifespan)
    app.add_middleware(RequestLayer, metrics=context.figures)
    return app


class AttesterServer(AppServer):
    """The server of one attester, on host and port of its settings."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(create_attester_app(parts), parts.settings.host, parts.settings.port, "port")


def _context(parts: Parts) -> AttesterContext:
    settings = parts.settings
    return AttesterContext(
        settings=settings,
        key=parts.key,
        ledgers=parts.ledgers,
        memory=parts.memory,
        binder=KeyBinder(parts.key, parts.ledgers, parts.memory, parts.finders),
        mails=MailAttester(parts),
        published=parts.published,
        rate=RateLimit(settings.client_per_minute, settings.all_per_minute, time.monotonic),
        figures=AttesterFigures(),
        pool=ThreadPoolExecutor(settings.concurrency + 4, "attester"),
        places=Places(settings.concurrency, "mails"),
    )
