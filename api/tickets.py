"""/v1/tickets: direct submissions that the contract took."""

from __future__ import annotations

import json

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from api.caching import JSON, REVALIDATE, respond
from api.deps import After, ContextDep, Limit
from api.openapi import problems, unchanged
from api.pages import next_link
from api.reads import AnyRow, Reads
from ledger.encoding import encode_hex, encode_instant

router = APIRouter(prefix="/v1/tickets", tags=["tickets"])


class Ticket(BaseModel):
    """One direct submission. Its bytes are on the chain; here stands only where it is."""

    ticket: int
    leaf_hash: str
    key: str = Field(description="The index key that its sender gave.")
    submitted_at: str
    block_number: int
    block_hash: str
    transaction: str
    final: bool = Field(description="Its block is final and its receipt is proven.")
    index: int | None = Field(description="Index of its leaf; null until it is in the log.")
    settled: bool = Field(description="A final anchor proved to the contract that the leaf is in the tree.")


class Tickets(BaseModel):
    tickets: list[Ticket]


@router.get(
    "",
    summary="List direct submissions",
    responses={200: {"model": Tickets, "description": "Ascending by ticket."}, **unchanged(), **problems()},
)
async def listing(request: Request, context: ContextDep, after: After = None, limit: Limit = 100) -> Response:
    """An anchor that leaves a ticket out for more than an hour is refused by the contract."""
    first = -1 if after is None else after
    rows, settled = await context.call(Reads(context.services).tickets, first, limit)
    value = {"tickets": [_shown(row, settled) for row in rows]}
    headers = next_link(request, rows[-1].number) if len(rows) == limit else {}
    return respond(request, json.dumps(value).encode("ascii"), JSON, REVALIDATE, headers=headers)


def _shown(row: AnyRow, settled: int) -> dict[str, object]:
    return {
        "ticket": row.number,
        "leaf_hash": encode_hex(row.leaf_hash),
        "key": encode_hex(row.key),
        "submitted_at": encode_instant(row.submitted_at),
        "block_number": row.block_number,
        "block_hash": encode_hex(row.block_hash),
        "transaction": encode_hex(row.tx_hash),
        "final": row.final_block is not None,
        "index": row.idx,
        "settled": row.number < settled,
    }
