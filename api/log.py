"""/log: the log's own files, as C2SP tlog-tiles and tlog-addenda name them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from api.caching import IMMUTABLE, JSON, OCTETS, SHORT, TEXT, WITHHOLDABLE, respond
from api.deps import Context, ContextDep
from api.openapi import gives, problems, unchanged
from api.reads import Reads
from ledger.encoding import encode_hex
from ledger.errors import RefusedNotFound, RefusedWithheld
from ledger.tiles import ADDENDA_MARKER, CHECKPOINT_PATH, parse_addendum_path, parse_path

router = APIRouter(prefix="/log", tags=["log"])
FilePath = Annotated[str, Path(max_length=100, description="The rest of the path, as the specification names it.")]


@router.get(
    "/checkpoint",
    summary="The newest checkpoint",
    responses={**gives(TEXT, "A C2SP tlog-checkpoint."), **unchanged(), **problems(404)},
)
async def checkpoint(request: Request, context: ContextDep) -> Response:
    """Signed by the log key. Fresh for a second."""
    return respond(request, await _get(context, CHECKPOINT_PATH), TEXT, SHORT)


@router.get(
    "/tile/{path:path}",
    summary="A tile or an entry bundle",
    responses={**gives(OCTETS, "The file.", format="binary"), **unchanged(), **problems(404)},
)
async def tile(request: Request, path: FilePath, context: ContextDep) -> Response:
    """`/log/tile/<level>/<index>[.p/<width>]` and `/log/tile/entries/<index>[.p/<width>]`: docs/spec/log.md.
    A file never changes."""
    name = parse_path(f"tile/{path}").encode()
    return respond(request, await _get(context, name), OCTETS, IMMUTABLE)


@router.get(
    "/addenda/{path:path}",
    summary="The bytes beside the tree",
    responses={**gives(JSON, "The bytes with this SHA-256.", type="object"), **unchanged(), **problems(404, 410)},
)
async def addendum(request: Request, path: FilePath, context: ContextDep) -> Response:
    """`/log/addenda/<aa>/<bb>/<64 hex>`: a signed statement. 410 with the digest where it is withheld."""
    digest = parse_addendum_path(f"addenda/{path}")
    if await context.call(Reads(context.services).is_withheld, digest):
        raise RefusedWithheld(f"the bytes {encode_hex(digest)} are withheld")
    data = await _get(context, f"addenda/{path}")
    # Bytes of the direct route can be anything at all; nosniff keeps a browser from guessing.
    return respond(request, data, JSON if data[:1] == b"{" else OCTETS, WITHHOLDABLE, digest.hex())


@router.get(
    "/addenda.v1",
    summary="The marker of tlog-addenda",
    responses={**gives(OCTETS, "An empty file."), **unchanged(), **problems(404)},
)
async def marker(request: Request, context: ContextDep) -> Response:
    """Says that every entry ends in an addenda suffix."""
    return respond(request, await _get(context, ADDENDA_MARKER), OCTETS, IMMUTABLE)


async def _get(context: Context, path: str) -> bytes:
    data = await context.call(context.services.objects.get, path)
    if data is None:
        raise RefusedNotFound(f"{path} is not in this log")
    return data
