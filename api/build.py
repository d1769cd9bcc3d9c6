"""What every application of this project is made of, but for its routes and what they work with."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from importlib.metadata import version
from typing import ParamSpec, TypeVar

from fastapi import APIRouter, FastAPI, Response
from fastapi.params import Depends
from starlette.requests import ClientDisconnect, Request

from api import errors, openapi

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
_P = ParamSpec("_P")
_T = TypeVar("_T")


class Pooled:
    """What handlers work with. They are async; whatever blocks (database, files, proofs) runs in one small pool of
    threads, so that a slow query never holds up the event loop."""

    pool: ThreadPoolExecutor

    async def call(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Run ``work`` in the pool."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.pool, lambda: work(*args, **kwargs))


def make_app(
    title: str,
    summary: str,
    description: str,
    routers: Sequence[APIRouter],
    context: Pooled,
    lifespan: Lifespan,
    dependencies: Sequence[Depends] = (),
) -> FastAPI:
    """Routes, errors and document; ``context`` is what the handlers work with. Middleware is the caller's to add."""
    app = FastAPI(
        title=title,
        version=version("habeas"),
        summary=summary,
        description=description,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.context = context
    errors.install(app)
    app.add_exception_handler(ClientDisconnect, _gone)
    for router in routers:
        app.include_router(router, dependencies=dependencies)
    openapi.install(app)
    return app


async def _gone(_: Request, __: Exception) -> Response:
    return Response(status_code=400)  # nobody reads it: the client hung up while sending
