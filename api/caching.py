"""ETags and Cache-Control: what never changes says so, what grows says for how long it is fresh."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from fastapi import Request, Response

IMMUTABLE = "public, max-age=31536000, immutable"
SHORT = "public, max-age=1"
WITHHOLDABLE = "public, max-age=60, must-revalidate"
"""Bytes that never change but may be withheld: no cache may show them for longer than a minute after that."""
REVALIDATE = "public, no-cache"
NO_STORE = "no-store"
OCTETS = "application/octet-stream"
TEXT = "text/plain; charset=utf-8"
JSON = "application/json"


def respond(
    request: Request,
    body: bytes,
    media_type: str,
    cache: str,
    etag: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """``body`` with a strong ETag (by default its SHA-256), or 304 where the client holds it already."""
    tag = f'"{etag or hashlib.sha256(body).hexdigest()}"'
    fields = {"ETag": tag, "Cache-Control": cache, **(headers or {})}
    if holds(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=fields)
    return Response(body, headers=fields, media_type=media_type)


def holds(if_none_match: str | None, tag: str) -> bool:
    """Whether an If-None-Match header names ``tag`` (weak comparison, RFC 9110 13.1.2)."""
    if if_none_match is None:
        return False
    named = [part.strip().removeprefix("W/") for part in if_none_match.split(",")]
    return "*" in named or tag in named
