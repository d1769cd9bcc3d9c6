"""/v1/ledger and /v1/trust-policy: what this ledger is, and what has to be believed of it."""

from __future__ import annotations

import json
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from api.caching import JSON, REVALIDATE, respond
from api.deps import Context, ContextDep
from api.openapi import gives, problems, unchanged
from ledger.encoding import encode_hex, encode_instant
from ledger.runtime.records import Records
from ledger.runtime.trust import own_policy, own_trust
from ledger.statement import MAX_SIGNED_BYTES

TOML = "application/toml"
router = APIRouter(prefix="/v1", tags=["ledger"])


class BoundAttester(BaseModel):
    address: str = Field(description="Address of its key.", pattern="^0x[0-9a-f]{40}$")
    scopes: list[str]


class LedgerView(BaseModel):
    """What this ledger says of itself. Believe it only as far as your own trust policy does."""

    ledger: str = Field(description="The origin: the name in every statement and checkpoint.")
    ledger_class: Literal["public", "test", "practice"] = Field(
        description="practice: a local chain, proves nothing to a stranger."
    )
    vkey: str = Field(description="The log key, in the C2SP form.")
    chain_id: int
    genesis: str
    contract: str
    code_hash: str = Field(description="keccak-256 of the contract's code.")
    log: str = Field(description="The log's address at the contract, and the operator's key.")
    opened_at: str
    size: int = Field(description="Leaves under the newest published checkpoint.")
    max_statement_bytes: int
    attesters: list[BoundAttester] = Field(
        description="Attesters that the operator has bound: what they say within their scopes is recorded."
    )


@router.get(
    "/ledger",
    summary="What this ledger is",
    responses={200: {"model": LedgerView, "description": "The ledger."}, **unchanged(), **problems()},
)
async def ledger(request: Request, context: ContextDep) -> Response:
    """Origin, keys, home chain and size."""
    value = await context.call(_ledger, context)
    return respond(request, json.dumps(value).encode("ascii"), JSON, REVALIDATE)


def _ledger(context: Context) -> dict[str, object]:
    services = context.services
    trust = own_trust(services.store, services.settings)
    return {
        "ledger": trust.origin,
        "ledger_class": trust.ledger_class,
        "vkey": trust.vkey.encode(),
        "chain_id": trust.chain.id,
        "genesis": encode_hex(trust.chain.genesis),
        "contract": encode_hex(trust.contract),
        "code_hash": encode_hex(trust.code_hash),
        "log": encode_hex(trust.log),
        "opened_at": encode_instant(services.require_ledger().created_at),
        "size": services.reader.size(),
        "max_statement_bytes": MAX_SIGNED_BYTES,
        "attesters": [
            {"address": encode_hex(address), "scopes": [*scopes]}
            for address, scopes in sorted(Records(services.store).attesters().items())
        ],
    }


@router.get(
    "/trust-policy",
    summary="A trust policy that lists this ledger",
    responses={**gives(TOML, "A trust.toml (docs/spec/policy.md)."), **unchanged(), **problems()},
)
async def trust_policy(request: Request, context: ContextDep) -> Response:
    """What a verifier would have to believe, as this ledger itself says. A policy that comes from the
    one to be checked proves nothing: compare it with another source."""
    services = context.services
    data = await context.call(own_policy, services.store, services.settings)
    return respond(request, data, TOML, REVALIDATE)
