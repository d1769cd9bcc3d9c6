"""The way of single submissions around the framework.

Routing, dependencies and exit stacks cost more than half as much as checking a statement with its
signature (docs/performance.md). The route is declared as every other, with the same function; here it is only
reached sooner.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import habeas_error, http_error
from ledger.errors import HabeasError

Handler = Callable[[Request], Awaitable[Response]]


class Shortcut:
    """Calls ``handler`` for one method and exact path, and ``app`` for everything else."""

    def __init__(self, app: ASGIApp, owner: FastAPI, method: str, path: str, handler: Handler) -> None:
        self._app, self._owner = app, owner
        self._method, self._path, self._handler = method, path, handler

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != self._path or scope["method"] != self._method:
            await self._app(scope, receive, send)
            return
        scope["app"] = self._owner
        request = Request(scope, receive, send)
        try:
            response = await self._handler(request)
        except HabeasError as error:
            response = await habeas_error(request, error)
        except HTTPException as error:
            response = await http_error(request, error)
        except ClientDisconnect:
            return
        await response(scope, receive, send)
