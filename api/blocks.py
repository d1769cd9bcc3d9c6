"""/v1/recent-block: the block that a statement signed now should quote."""

from __future__ import annotations

import json

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from api.caching import JSON, SHORT, respond
from api.deps import ContextDep
from api.openapi import problems, unchanged
from api.reads import Reads
from ledger.encoding import encode_base64, encode_hex, encode_instant

router = APIRouter(prefix="/v1", tags=["blocks"])


class RecentBlock(BaseModel):
    """The newest final block known. `hash` and `number` go into a statement's `recent_block`."""

    hash: str
    number: int
    time: str
    header: str = Field(description="RLP of the header in base64: its hash can be recomputed.")


@router.get(
    "/recent-block",
    summary="The block to quote now",
    responses={200: {"model": RecentBlock, "description": "The block."}, **unchanged(), **problems(404)},
)
async def recent_block(request: Request, context: ContextDep) -> Response:
    """Whoever signs should compare it with a chain that he trusts: it bounds from below when he signed."""
    row = await context.call(Reads(context.services).recent_block)
    value = {
        "hash": encode_hex(row.hash),
        "number": row.number,
        "time": encode_instant(row.timestamp),
        "header": encode_base64(row.header),
    }
    return respond(request, json.dumps(value).encode("ascii"), JSON, SHORT)
