"""Errors as RFC 9457 problems; the only place that knows HTTP status codes.

``type`` is ``/problems/<type>``, a path that opens a help page on this server. ``detail`` is the
error's own sentence, except for faults on our side, whose details are logged and not sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from ledger import errors

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 1

STATUS: Mapping[type[errors.HabeasError], int] = {
    errors.HabeasError: 500,
    errors.Malformed: 400,
    errors.MalformedSize: 413,
    errors.MalformedWellKnown: 409,  # not the caller's bytes: what the domain publishes
    errors.Verification: 422,
    errors.Refused: 409,
    errors.RefusedLedger: 403,
    errors.RefusedRole: 403,
    errors.RefusedCase: 404,
    errors.RefusedNotFound: 404,
    errors.RefusedWithheld: 410,
    errors.RefusedBusy: 503,
    errors.RefusedRate: 429,
    errors.RefusedRule: 422,
    errors.RefusedExtension: 422,
    errors.RuntimeFault: 500,
    errors.RuntimeStore: 503,
    errors.RuntimeChainUnavailable: 503,
    errors.RuntimeLease: 503,
    errors.RuntimeLog: 503,
    errors.RuntimeLedger: 503,
}
_log = structlog.stdlib.get_logger("habeas.api")


def every_error() -> Iterator[type[errors.HabeasError]]:
    """All public classes of the error tree."""
    waiting: list[type[errors.HabeasError]] = [errors.HabeasError]
    while waiting:
        found = waiting.pop()
        waiting.extend(found.__subclasses__())
        if found.__module__ == errors.__name__ and not found.__name__.startswith("_"):
            yield found


def status_of(error: type[errors.HabeasError]) -> int:
    """The status of the nearest class that has one."""
    return next(STATUS[base] for base in error.__mro__ if base in STATUS)


def problem(error: errors.HabeasError, instance: str, request_id: str = "") -> dict[str, Any]:
    """The problem object of ``error`` at the path ``instance``."""
    status = status_of(type(error))
    detail = str(error)
    if isinstance(error, errors.RuntimeFault) or type(error) is errors.HabeasError:
        name = request_id or "unknown"
        detail = f"{error.title}. What was acknowledged is not lost; send the same again shortly. Request {name}."
    value: dict[str, Any] = {
        "type": f"/problems/{error.type}",
        "title": error.title,
        "status": status,
        "detail": detail,
        "instance": instance,
    }
    index = getattr(error, "index", None)
    if index is not None:
        value["index"] = index
    return value


def problem_response(
    error: errors.HabeasError, request: Request, status: int | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """``error`` as a response; ``status`` replaces the class's own for what HTTP itself refuses."""
    value = problem(error, request.url.path, request.scope.get("request_id", ""))
    if status is not None:
        value["status"] = status
    return Response(
        # ASCII, because a message may quote a lone surrogate out of somebody's JSON.
        json.dumps(value, separators=(",", ":")).encode("ascii"),
        status_code=value["status"],
        headers={"Cache-Control": "no-store", **_retry_after(error, value["status"]), **(headers or {})},
        media_type=MEDIA_TYPE,
    )


def install(app: FastAPI) -> None:
    """Turn every error that can leave a handler into a problem."""
    app.add_exception_handler(errors.HabeasError, habeas_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(Exception, _bug)


async def habeas_error(request: Request, error: Exception) -> Response:
    """Exception handler for our own errors; faults on our side are logged."""
    assert isinstance(error, errors.HabeasError)
    if status_of(type(error)) == 500 or isinstance(error, errors.RuntimeFault):
        _log.error("fault", type=error.type, detail=str(error), request_id=request.scope.get("request_id"))
    return problem_response(error, request)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return problem_response(errors.MalformedRequest(f"{where}: {first['msg']}"), request)


async def http_error(request: Request, error: Exception) -> Response:
    """Exception handler for what HTTP itself refuses: unknown path, method, content type."""
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.NOT_FOUND:
        said = f"{request.url.path} is no address of this API; /docs lists them"
        return problem_response(errors.RefusedNotFound(said), request)
    refused = errors.MalformedRequest(f"{request.method} {request.url.path}: {error.detail}")
    return problem_response(refused, request, error.status_code, error.headers)


async def _bug(request: Request, error: Exception) -> Response:
    # The server logs the traceback; here only what connects it with the answer.
    _log.error("bug", error=type(error).__name__, request_id=request.scope.get("request_id"))
    return problem_response(errors.RuntimeFault(type(error).__name__), request)


def _retry_after(error: errors.HabeasError, status: int) -> dict[str, str]:
    if isinstance(error, errors.RefusedRate):
        return {"Retry-After": str(error.retry_after)}
    return {"Retry-After": str(RETRY_AFTER_S)} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
