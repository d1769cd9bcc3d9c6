"""/v1/statements: submit one or many, read the exact bytes, read the proof."""

from __future__ import annotations

import json
import time
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from api import examples
from api.body import MAX_BATCH_BYTES, MAX_LINES, read_body, read_lines, require_type
from api.caching import JSON, NO_STORE, SHORT, TEXT, WITHHOLDABLE, respond
from api.deps import Context, ContextDep, StatementId, get_context, parse_id
from api.errors import problem
from api.openapi import body, gives, problems, unchanged
from api.reads import Reads
from ledger.errors import HabeasError, RefusedBusy
from ledger.runtime.acceptance import Receipt
from ledger.statement import MAX_SIGNED_BYTES

JSON_LINES = "application/jsonl"
router = APIRouter(prefix="/v1", tags=["statements"])


class StatementReceipt(BaseModel):
    """Where a statement stands in the log, and the proof of it."""

    statement: str = Field(description="Statement id.", pattern="^0x[0-9a-f]{64}$")
    index: int = Field(description="Index of the leaf.", ge=0)
    leaf_hash: str = Field(description="RFC 9162 leaf hash.", pattern="^0x[0-9a-f]{64}$")
    checkpoint_size: int = Field(description="Size of the tree in which the proof holds.", ge=1)
    proof: str = Field(description="C2SP tlog-proof, to be kept as a file.")


class BatchLine(BaseModel):
    """The answer to one line: what was recorded, or the problem."""

    line: int = Field(ge=1)
    statement: str | None = None
    index: int | None = None
    status: Literal["recorded", "duplicate"] | None = None
    problem: dict[str, Any] | None = None


async def receipt_response(context: Context, receipt: Receipt) -> Response:
    """201 for a new statement, 200 with the same body for the same bytes again."""
    proof = await context.proofs.proof(receipt.index, receipt.size)
    name = "0x" + receipt.statement_id.hex()
    value = {
        "statement": name,
        "index": receipt.index,
        "leaf_hash": "0x" + receipt.leaf_hash.hex(),
        "checkpoint_size": receipt.size,
        "proof": proof.decode("utf-8"),
    }
    headers = {"Location": f"/v1/statements/{name}", "Cache-Control": NO_STORE}
    status = 201 if receipt.created else 200
    return Response(json.dumps(value, separators=(",", ":")), status, headers, JSON)


@router.post(
    "/statements",
    status_code=201,
    summary="Record one signed statement",
    responses={
        201: {"model": StatementReceipt, "description": "Recorded. Durable, in the log, with its proof."},
        200: {"model": StatementReceipt, "description": "The very same bytes were recorded before."},
        **problems(403, 404, 408, 409, 410, 413, 415, 422),
    },
    openapi_extra=body(
        JSON,
        f"The exact bytes of one signed statement: canonical JSON, at most {MAX_SIGNED_BYTES} bytes.",
        examples.SIGNED,
    ),
)
async def submit(request: Request) -> Response:
    """The bytes are recorded exactly as sent. The answer comes when they are in a published checkpoint,
    normally within a second; if it is lost, send the same bytes again."""
    context, started = get_context(request), time.perf_counter()
    metrics = context.metrics
    try:
        require_type(request, JSON)
        receipt = await context.acceptance.submit(await read_body(request, MAX_SIGNED_BYTES))
    except HabeasError as error:
        metrics.submissions.labels(error.type).inc()
        raise
    metrics.submissions.labels("recorded" if receipt.created else "duplicate").inc()
    metrics.submission_seconds.observe(time.perf_counter() - started)
    return await receipt_response(context, receipt)


@router.post(
    "/statements:batch",
    summary="Record many signed statements",
    responses={
        **gives(JSON_LINES, "One line for each line sent, in order.", example=examples.BATCH_ANSWER),
        **problems(408, 413, 415),
    },
    openapi_extra=body(
        JSON_LINES,
        f"JSON Lines: one signed statement on each line, at most {MAX_SIGNED_BYTES} bytes a line, "
        f"{MAX_LINES} lines and {MAX_BATCH_BYTES} bytes in all.",
        json.dumps(examples.SIGNED, sort_keys=True, separators=(",", ":")) + "\n",
    ),
)
async def submit_batch(request: Request, context: ContextDep) -> Response:
    """Every line is accepted or refused by itself; a line may build on an earlier one. The limits of the
    whole batch are checked before the first line is looked at."""
    require_type(request, JSON_LINES)
    if context.batches.locked():
        raise RefusedBusy("several batches are being read already; try again in a second")
    async with context.batches:
        lines = await read_lines(request)
        answers = iter(await context.acceptance.submit_many([line for line in lines if isinstance(line, bytes)]))
        results = [next(answers) if isinstance(line, bytes) else line for line in lines]
    text = b"".join(_batch_line(number, result, context) for number, result in enumerate(results, 1))
    return Response(text, headers={"Cache-Control": NO_STORE}, media_type=JSON_LINES)


def _batch_line(number: int, result: Receipt | HabeasError, context: Context) -> bytes:
    value: dict[str, Any] = {"line": number}
    if isinstance(result, HabeasError):
        value["problem"] = problem(result, "/v1/statements:batch")
        context.metrics.submissions.labels(result.type).inc()
    else:
        status = "recorded" if result.created else "duplicate"
        value |= {"statement": "0x" + result.statement_id.hex(), "index": result.index, "status": status}
        context.metrics.submissions.labels(status).inc()
    return json.dumps(value, separators=(",", ":")).encode("ascii") + b"\n"


@router.get(
    "/statements/{statement}",
    summary="Read a statement",
    responses={
        **gives(JSON, "The exact signed bytes.", example=examples.SIGNED, type="object"),
        **unchanged(),
        **problems(404, 410),
    },
)
async def read(request: Request, statement: StatementId, context: ContextDep) -> Response:
    """Never changes, unless the bytes are withheld; the ETag is their SHA-256, the digest in the leaf."""
    found = await context.call(Reads(context.services).statement, parse_id(statement))
    headers = {"X-Habeas-Index": str(found.index), "Link": f'</v1/statements/{statement}/proof>; rel="describedby"'}
    return respond(request, found.raw, JSON, WITHHOLDABLE, found.digest.hex(), headers)


@router.get(
    "/statements/{statement}/proof",
    summary="Read the proof of a statement",
    responses={
        **gives(TEXT, "A C2SP tlog-proof at the newest published size.", example=examples.PROOF),
        **unchanged(),
        **problems(404),
    },
)
async def proof(request: Request, statement: StatementId, context: ContextDep) -> Response:
    """Also for withheld statements: the leaf stays, and with it every proof."""
    entry = await context.call(Reads(context.services).entry, parse_id(statement))
    text = await context.call(context.services.reader.proof_for, entry.idx)
    return respond(request, text, TEXT, SHORT)
