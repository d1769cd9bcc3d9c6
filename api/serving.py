"""What every service says to whoever runs it: that it lives, whether it is ready, its figures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from api.caching import JSON, NO_STORE
from api.openapi import Responses, gives, problems
from ledger.runtime.metrics import CONTENT_TYPE

router = APIRouter(tags=["health"])
METRICS: Responses = {**gives(CONTENT_TYPE, "Text format 0.0.4."), **problems()}


class Health(BaseModel):
    status: Literal["ok"]


@router.get("/healthz", summary="The process lives", responses={200: {"model": Health, "description": "It does."}})
async def healthz() -> Response:
    """Asks nothing of any other part."""
    return Response(b'{"status":"ok"}', headers={"Cache-Control": NO_STORE}, media_type=JSON)


def readiness(model: type[BaseModel]) -> Responses:
    """The responses of a route ``/readyz`` that shows ``model``."""
    return {
        200: {"model": model, "description": "Ready."},
        **problems(),
        503: {"model": model, "description": "Not ready: the parts say why."},
    }


def show_parts(parts: Sequence[Mapping[str, Any]], ready: bool) -> Response:
    """The answer of a route ``/readyz``."""
    value = {"ready": ready, "parts": parts}
    return Response(json.dumps(value), 200 if ready else 503, {"Cache-Control": NO_STORE}, JSON)


def show_figures(text: bytes) -> Response:
    """The answer of a route ``/metrics``."""
    return Response(text, headers={"Cache-Control": NO_STORE, "Content-Type": CONTENT_TYPE})
