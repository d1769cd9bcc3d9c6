"""/v1/index: what the case index says of a key, at any anchored size."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, Field

from api.caching import IMMUTABLE, JSON, REVALIDATE, respond
from api.deps import AsOf, Context, ContextDep, parse_id
from api.openapi import problems, unchanged
from api.reads import Reads
from ledger.encoding import encode_base64, encode_hex
from ledger.runtime.index_reader import IndexReader

router = APIRouter(prefix="/v1/index", tags=["index"])
Key = Annotated[str, Path(pattern="^0x[0-9a-f]{64}$", description="Index key (docs/spec/log.md, Leaves).")]


class Lookup(BaseModel):
    """What the operator claims of one key, with the search path that binds it to the index leaf's root."""

    size: int = Field(description="Size of the anchored tree.")
    index_leaf: str = Field(description="The tree's last leaf, in base64.")
    rule: int
    root: str = Field(description="Root of the index trie, as the index leaf carries it.")
    key: str
    present: bool
    proof: str = Field(description="Search path in base64 (docs/spec/index.md).")
    entries: str | None = Field(description="The list in base64, 40 bytes an entry; null where there is none.")


@router.get(
    "/{key}",
    summary="Look a key up in the index",
    responses={200: {"model": Lookup, "description": "The claim and its proof."}, **unchanged(), **problems(404)},
)
async def look_up(request: Request, key: Key, context: ContextDep, as_of: AsOf = None) -> Response:
    """Presence and absence are both proven, under a root that only a replay shows to be right."""
    value = await context.call(lambda: _lookup(context, parse_id(key), as_of))
    practice = context.services.settings.ledger_class == "practice"
    caching = REVALIDATE if practice or as_of is None else IMMUTABLE
    return respond(request, json.dumps(value).encode("ascii"), JSON, caching)


def _lookup(context: Context, key: bytes, as_of: int | None) -> dict[str, object]:
    services = context.services
    size = Reads(services).newest_anchor() if as_of is None else as_of
    leaf, shown = IndexReader(services.store, services.reader).look_up(key, size)
    return {
        "size": size,
        "index_leaf": encode_base64(leaf.encode()),
        "rule": leaf.rule,
        "root": encode_hex(leaf.root),
        "key": encode_hex(key),
        "present": shown.entries is not None,
        "proof": encode_base64(shown.proof),
        "entries": None if shown.entries is None else encode_base64(shown.entries),
    }
