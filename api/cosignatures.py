"""/v1/cosignatures: auditors who replayed the log say so."""

from __future__ import annotations

import json

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from api.body import read_body, require_type
from api.caching import JSON, NO_STORE, REVALIDATE, respond
from api.deps import After, Context, ContextDep, Limit
from api.openapi import body, problems, unchanged
from api.pages import next_link
from ledger.encoding import encode_stated_time
from ledger.note import NOTE_LIMIT
from ledger.runtime.cosignatures import Cosignatures, Taken

TEXT = "text/plain"
_CHECKPOINT = "habeas.example/main\n4\niXPWtAKU45mPxA6iPTFClTackNuhlUjV1XP5s2d4Hmw=\n"
_EXAMPLE = f"{_CHECKPOINT}\n— habeas.example/main …\n— auditor.example …\n"
router = APIRouter(prefix="/v1/cosignatures", tags=["index"])


class Cosignature(BaseModel):
    """An auditor's statement that he replayed the log up to this size."""

    size: int
    auditor: str = Field(description="Name of the auditor's key.")
    time: str = Field(description="When, as the auditor says.")
    line: str = Field(description="The signature line, to be put under the checkpoint of this size.")


class CosignatureList(BaseModel):
    cosignatures: list[Cosignature]


@router.get(
    "",
    summary="List cosignatures",
    responses={200: {"model": CosignatureList, "description": "Ascending by size."}, **unchanged(), **problems()},
)
async def listing(request: Request, context: ContextDep, after: After = None, limit: Limit = 100) -> Response:
    """Only of auditors that this ledger's policy lists. Whom to believe is the verifier's own policy's business."""
    taken = await context.call(lambda: _cosignatures(context).listing(after or 0, limit))
    headers = next_link(request, taken[-1].size) if len({item.size for item in taken}) == limit else {}
    return respond(request, _encoded(taken), JSON, REVALIDATE, headers=headers)


@router.post(
    "",
    summary="Give a cosignature",
    responses={
        200: {"model": CosignatureList, "description": "What was taken."},
        **problems(408, 409, 413, 415, 422),
    },
    openapi_extra=body(TEXT, "A checkpoint of this log with cosignatures of type 0x04 under it.", _EXAMPLE),
)
async def take(request: Request, context: ContextDep) -> Response:
    """Giving the same again changes nothing."""
    require_type(request, TEXT)
    data = await read_body(request, NOTE_LIMIT)
    taken = await context.call(lambda: _cosignatures(context).take(data))
    return Response(_encoded(taken), headers={"Cache-Control": NO_STORE}, media_type=JSON)


def _cosignatures(context: Context) -> Cosignatures:
    services = context.services
    vkey = services.require_ledger().vkey
    return Cosignatures(services.store, services.reader, vkey, services.settings.auditor_keys)


def _encoded(taken: list[Taken]) -> bytes:
    shown = [
        {"size": item.size, "auditor": item.name, "time": encode_stated_time(item.time), "line": item.line}
        for item in taken
    ]
    return json.dumps({"cosignatures": shown}, ensure_ascii=False).encode("utf-8")
