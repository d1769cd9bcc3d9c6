"""The application: middleware, routes, start and stop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI
from fastapi.routing import APIRouter

from api import (
    anchors,
    blocks,
    cases,
    companies,
    cosignatures,
    counts,
    health,
    index,
    log,
    policy,
    problems,
    reference,
    rules,
    serving,
    statements,
    tickets,
)
from api.build import make_app
from api.deps import Context, known_query
from api.middleware import RequestLayer
from api.receipts import ProofQueue
from api.shortcut import Shortcut
from ledger.deadlines.authorities import Register
from ledger.deadlines.rulebook import load_register
from ledger.errors import MalformedAuthorities, RuntimeSetting
from ledger.runtime.company_counts import CompanyCounts
from ledger.runtime.metrics import Metrics
from ledger.runtime.settings import Settings
from ledger.runtime.wellknown import DnsKeyFinder, KeyFinder, WellKnownKeyFinder, open_resolver
from ledger.runtime.wiring import Services

DESCRIPTION = (
    "A public record of requests for one's own data and of the answers. What is recorded can be proven "
    "offline, without believing this server. Not a finding of a breach. Not legal advice."
)
POOL_THREADS = 8
ROUTERS: tuple[APIRouter, ...] = (
    statements.router,
    cases.router,
    companies.router,
    counts.router,
    anchors.router,
    tickets.router,
    index.router,
    cosignatures.router,
    blocks.router,
    policy.router,
    rules.router,
    log.router,
    serving.router,
    health.router,
    problems.router,
    reference.router,
)


def create_app(services: Services, finders: Mapping[str, KeyFinder] | None = None) -> FastAPI:
    """The API over ``services``, which stay the caller's to close.

    ``finders`` are by default the real ones for DNS and for the well-known file.
    """
    context = open_context(services, finders or open_finders(services))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # The server has finished all requests in flight before the second half runs.
        services.acceptance.start()
        try:
            yield
        finally:
            services.acceptance.stop()
            context.pool.shutdown()

    summary = "Access requests and answers, on the record"
    app = make_app("Habeas", summary, DESCRIPTION, ROUTERS, context, lifespan, [Depends(known_query)])
    app.state.counts = counts.CountsDesk(CompanyCounts(services))
    # The last one added is the outermost.
    app.add_middleware(Shortcut, owner=app, method="POST", path="/v1/statements", handler=statements.submit)
    app.add_middleware(RequestLayer, metrics=context.metrics)
    return app


def open_context(services: Services, finders: Mapping[str, KeyFinder]) -> Context:
    """What the handlers work with."""
    pool = ThreadPoolExecutor(POOL_THREADS, "api")
    metrics = Metrics(services.store)
    services.acceptance.listeners.append(metrics.observe_commit)
    register = open_register(services.settings)
    return Context(services, services.acceptance, finders, metrics, pool, ProofQueue(services.reader, pool), register)


def open_register(settings: Settings) -> Register:
    """The authorities that ship, and those of the settings over them. Raises RuntimeSetting."""
    if settings.authorities is None:
        return load_register()
    try:
        return load_register().with_file(settings.authorities.read_bytes())
    except OSError as error:
        raise RuntimeSetting(f"authorities: {settings.authorities} cannot be read: {error.strerror}") from None
    except MalformedAuthorities as error:
        raise RuntimeSetting(f"authorities: {settings.authorities}: {error}") from None


def open_finders(services: Services) -> dict[str, KeyFinder]:
    """The real finders, as the settings want them. Raises RuntimeSetting."""
    settings = services.settings
    resolver = open_resolver(settings.dns_servers)
    return {
        "dns": DnsKeyFinder(resolver),
        "well_known": WellKnownKeyFinder(resolver, overrides=settings.well_known_overrides),
    }
