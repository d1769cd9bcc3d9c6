"""/v1/anchors: final anchors, each with the receipt that proves it."""

from __future__ import annotations

import json

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from api.caching import IMMUTABLE, JSON, REVALIDATE, respond
from api.deps import After, ContextDep, Limit, Size
from api.openapi import problems, unchanged
from api.pages import next_link
from api.reads import AnyRow, Reads
from ledger.encoding import encode_base64, encode_hex, encode_instant

router = APIRouter(prefix="/v1/anchors", tags=["anchors"])


class Anchor(BaseModel):
    """An `Anchored` event in a final block of the home chain."""

    size: int
    root: str
    genesis: str
    block_number: int
    block_hash: str
    time: str
    transaction: str
    included: int = Field(description="Direct submissions settled up to here.")
    submitted: int = Field(description="Direct submissions taken up to here.")
    complete_to: str = Field(description="Every direct submission before this time is in the tree.")


class ProvenAnchor(Anchor):
    """The anchor with its evidence, binary members in base64."""

    header: str = Field(description="RLP of the block header.")
    transaction_index: int
    log_index: int = Field(description="Place of the event within the receipt.")
    nodes: list[str] = Field(description="Merkle-Patricia proof of the receipt, root first.")
    checkpoint: str | None = Field(description="The signed checkpoint of this size.")


class Anchors(BaseModel):
    anchors: list[Anchor]


@router.get(
    "",
    summary="List final anchors",
    responses={200: {"model": Anchors, "description": "Ascending by size."}, **unchanged(), **problems()},
)
async def listing(request: Request, context: ContextDep, after: After = None, limit: Limit = 100) -> Response:
    """Only final ones, each verified before it was recorded."""
    rows = await context.call(Reads(context.services).anchors, after or 0, limit)
    value = {"anchors": [_shown(row) for row in rows]}
    headers = next_link(request, rows[-1].size) if len(rows) == limit else {}
    return respond(request, json.dumps(value).encode("ascii"), JSON, REVALIDATE, headers=headers)


@router.get(
    "/{size}",
    summary="Read an anchor with its proof",
    responses={200: {"model": ProvenAnchor, "description": "The anchor."}, **unchanged(), **problems(404)},
)
async def read(request: Request, size: Size, context: ContextDep) -> Response:
    """A final anchor never changes."""
    row = await context.call(Reads(context.services).anchor, size)
    note = await context.call(context.services.reader.note, size)
    value = {
        **_shown(row),
        "header": encode_base64(row.header),
        "transaction_index": row.tx_index,
        "log_index": row.log_index,
        "nodes": [encode_base64(bytes.fromhex(node[2:])) for node in json.loads(row.nodes)],
        "checkpoint": note.decode("utf-8"),
    }
    # A practice chain that lost its state starts over, and then an anchor of this size is another one.
    practice = context.services.settings.ledger_class == "practice"
    return respond(request, json.dumps(value).encode("ascii"), JSON, REVALIDATE if practice else IMMUTABLE)


def _shown(row: AnyRow) -> dict[str, object]:
    return {
        "size": row.size,
        "root": encode_hex(row.root),
        "genesis": encode_hex(row.genesis),
        "block_number": row.block_number,
        "block_hash": encode_hex(row.block_hash),
        "time": encode_instant(row.timestamp),
        "transaction": encode_hex(row.tx_hash),
        "included": row.included,
        "submitted": row.submitted,
        "complete_to": encode_instant(row.complete_to),
    }
