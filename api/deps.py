"""What a request handler works with, and the types of its parameters."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Path, Query, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from api.build import Pooled
from api.receipts import ProofQueue
from ledger.bundle import MAX_AUTHORS
from ledger.deadlines.authorities import Register
from ledger.encoding import MAX_INTEGER
from ledger.errors import MalformedRequest
from ledger.kinds import is_domain
from ledger.nearest import did_you_mean
from ledger.runtime.acceptance import Acceptance
from ledger.runtime.metrics import Metrics
from ledger.runtime.wellknown import KeyFinder
from ledger.runtime.wiring import Services

MAX_PAGE = 1000


@dataclass(frozen=True)
class Context(Pooled):
    """Everything of one running API. ``outgoing`` bounds the domains asked for keys at one time."""

    services: Services
    acceptance: Acceptance
    finders: Mapping[str, KeyFinder]
    metrics: Metrics
    pool: ThreadPoolExecutor
    proofs: ProofQueue
    authorities: Register
    outgoing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(8))
    batches: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(4))


async def known_query(request: Request) -> None:
    """Refuse what no parameter of the route is called: an answer to another question looks like the one that was meant.

    Only under /v1/: files of the log are static, and may be asked for with anything behind them.
    """
    route = request.scope.get("route")
    if not request.scope["query_string"] or not isinstance(route, APIRoute) or not route.path.startswith("/v1/"):
        return
    known = set(_aliases(route.dependant))
    for name in request.query_params:
        if name not in known:
            there = f"it has {', '.join(sorted(known))}" if known else "it has none"
            meant = did_you_mean(name.replace("-", "_"), known)
            raise MalformedRequest(f"{route.path} has no query parameter {name[:40]!r}{meant}; {there}")


def _aliases(dependant: Dependant) -> Iterator[str]:
    yield from (field.alias for field in dependant.query_params)
    for other in dependant.dependencies:
        yield from _aliases(other)


def get_context(request: Request) -> Context:
    context = request.app.state.context
    assert isinstance(context, Context)
    return context


def parse_id(text: str) -> bytes:
    """The 32 bytes of a path parameter that its pattern let through."""
    return bytes.fromhex(text[2:])


def parse_domain(text: str) -> str:
    """A domain in a path. Raises MalformedRequest."""
    if is_domain(text):
        return text
    raise MalformedRequest("the company must be a lower-case DNS name of two labels or more, IDN as A-labels")


ContextDep = Annotated[Context, Depends(get_context)]
StatementId = Annotated[
    str, Path(pattern="^0x[0-9a-f]{64}$", description="Statement id: SHA-256 of the statement, 0x and 64 digits.")
]
CaseId = Annotated[
    str, Path(pattern="^0x[0-9a-f]{64}$", description="Case id: the id of the statement that opened the case.")
]
Domain = Annotated[
    str, Path(min_length=3, max_length=253, pattern=r"^[a-z0-9.-]+$", description="The company's domain.")
]
Size = Annotated[int, Path(ge=1, le=MAX_INTEGER, description="Number of leaves.")]
After = Annotated[int | None, Query(ge=0, le=MAX_INTEGER, description="Cursor: where the last page ended.")]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE, description="Most items on a page.")]
AsOf = Annotated[
    int | None,
    Query(ge=1, le=MAX_INTEGER, description="Size of an anchored tree; without it, of the newest one."),
]
Authors = Annotated[
    tuple[Annotated[str, Query(pattern="^0x[0-9a-f]{40}$")], ...],
    Query(
        max_length=MAX_AUTHORS,
        description="Addresses whose statements and lists are shown too: keys and attesters of your own policy.",
    ),
]
