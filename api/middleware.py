"""One pure ASGI layer around the application: request id, safe headers, HEAD, counting, logs.

No address of a client is read, logged or kept.
"""

from __future__ import annotations

import logging
import re
import secrets
import time
from typing import Protocol
from urllib.parse import unquote_plus

import structlog
from prometheus_client import Counter
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import problem_response
from ledger.errors import MalformedRequest

_NAME = "habeas.api"
_log = structlog.stdlib.get_logger(_NAME)
_level = logging.getLogger(_NAME)
# NUL is a fault to PostgreSQL and a character to SQLite; no address of this API needs any of these.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_ONCE = {
    name.lower().encode("ascii"): name
    for name in ("Host", "Content-Type", "Content-Length", "Habeas-Ledger", "Habeas-Statement", "Habeas-Disclosure")
}
"""Request headers of which two could be read by one party in the first, by the next in the second."""
_NOSNIFF = (b"x-content-type-options", b"nosniff")


class Counts(Protocol):
    """The figures of a process, as far as this layer writes them: requests by status code."""

    @property
    def requests(self) -> Counter: ...


class RequestLayer:
    """Answers HEAD as GET without the body (the server drops it) and gives each request an id."""

    def __init__(self, app: ASGIApp, metrics: Counts) -> None:
        self._app, self._metrics = app, metrics
        self._process, self._count = secrets.token_hex(6), 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._count += 1
        request_id = f"{self._process}-{self._count:x}"
        inner = {**scope, "request_id": request_id}
        if scope["method"] == "HEAD":
            inner["method"] = "GET"
        started, status = time.perf_counter(), 500
        app = self._app if (wrong := _wrong(scope)) is None else _refusing(wrong)

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message.get("headers", ()), _NOSNIFF, (b"x-request-id", request_id.encode("ascii"))]
                message = {**message, "headers": headers}
            await send(message)

        try:
            await app(inner, receive, send_with_headers)
        finally:
            self._metrics.requests.labels(str(status)).inc()
            if _level.isEnabledFor(logging.DEBUG):
                self._log(inner, status, time.perf_counter() - started)

    def _log(self, scope: Scope, status: int, seconds: float) -> None:
        _log.debug(
            "request",
            request_id=scope["request_id"],
            method=scope["method"],
            route=getattr(scope.get("route"), "path", None),
            status=status,
            milliseconds=round(seconds * 1000, 1),
        )


def _wrong(scope: Scope) -> str | None:
    """What is wrong with a request whatever it asks for; None where nothing is."""
    query = scope["query_string"].decode("latin-1")
    if _CONTROL.search(scope["path"]) or (query and _CONTROL.search(unquote_plus(query))):
        return "the path and the query must hold no control characters"
    seen = [name for name, _ in scope["headers"] if name in _ONCE]
    for name in seen:
        if seen.count(name) > 1:
            return f"the header {_ONCE[name]} stands {seen.count(name)} times in the request; send it once"
    return None


def _refusing(wrong: str) -> ASGIApp:
    async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
        await problem_response(MalformedRequest(wrong), Request(scope))(scope, receive, send)

    return refuse
