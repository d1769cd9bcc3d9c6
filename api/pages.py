"""Lists in pages: a keyset cursor in ``after``, the next page as ``Link: rel="next"`` (RFC 8288)."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import Request


def next_link(request: Request, after: int | str) -> dict[str, str]:
    """The header that leads to the page behind ``after``."""
    query = {**request.query_params, "after": str(after)}
    return {"Link": f'<{request.url.path}?{urlencode(query)}>; rel="next"'}
