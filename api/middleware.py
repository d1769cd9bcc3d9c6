"""One pure ASGI layer around the application: request id, safe headers, HEAD, counting, logs.

No address of a client is read, logged or kept.
"""

from __future__ import annotations

import secrets
import time

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ledger.runtime.metrics import Metrics

_log = structlog.stdlib.get_logger("habeas.api")
_NOSNIFF = (b"x-content-type-options", b"nosniff")


class RequestLayer:
    """Answers HEAD as GET without the body (the server drops it) and gives each request an id."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        inner = {**scope, "request_id": request_id}
        if scope["method"] == "HEAD":
            inner["method"] = "GET"
        started, status = time.perf_counter(), 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message.get("headers", ()), _NOSNIFF, (b"x-request-id", request_id.encode("ascii"))]
                message = {**message, "headers": headers}
            await send(message)

        try:
            await self._app(inner, receive, send_with_headers)
        finally:
            self._metrics.requests.labels(str(status)).inc()
            _log.debug(
                "request",
                request_id=request_id,
                method=scope["method"],
                route=getattr(inner.get("route"), "path", None),
                status=status,
                milliseconds=round((time.perf_counter() - started) * 1000, 1),
            )
