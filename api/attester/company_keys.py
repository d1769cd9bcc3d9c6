"""POST /v1/company-keys: look at what a domain publishes, and say so in the log."""

from __future__ import annotations

import time
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.attester.context import AttesterDep, ClientName, Limited
from api.body import read_body, require_type
from api.caching import JSON, NO_STORE
from api.deps import parse_domain
from api.openapi import body, problems
from ledger.attest_answer import BindingAnswer
from ledger.encoding import parse_hex, parse_json, require_members, sha256
from ledger.errors import HabeasError, MalformedRequest, RefusedRole
from ledger.proof import LogProof
from ledger.runtime.attester.company_keys import Bound, KeyQuestion

MAX_REQUEST_BYTES = 1024
_MEMBERS = frozenset({"ledger", "company", "key", "method"})
_EXAMPLE = {
    "company": "shop.example",
    "key": "0x19e7e376e7c213b7e7e7e46cc70a5dd086daff2a",
    "ledger": "habeas.example/main",
    "method": "dns",
}
router = APIRouter(prefix="/v1/company-keys", tags=["company keys"])


class KeyRequest(BaseModel):
    """Which key to look for, where, and for which ledger. Canonical JSON, like statements."""

    model_config = ConfigDict(extra="forbid")
    ledger: str
    company: str
    key: str = Field(pattern="^0x[0-9a-f]{40}$")
    method: Literal["dns", "well_known"]


class Recorded(BaseModel):
    """A statement that the attester signed, and where it stands."""

    statement: str = Field(description="Statement id.", pattern="^0x[0-9a-f]{64}$")
    signed: str = Field(description="The exact signed bytes, which are ASCII.")
    index: int = Field(ge=0, description="Index of the leaf.")
    proof: str = Field(description="C2SP tlog-proof of the ledger.")


@router.post(
    "",
    status_code=201,
    summary="Ask the attester to look for a company key",
    dependencies=[Limited],
    responses={
        201: {"model": Recorded, "description": "Found and recorded as company.key_bound by this attester."},
        200: {"model": Recorded, "description": "This attester's binding of the key stands already."},
        **problems(403, 404, 408, 409, 413, 415, 429),
    },
    openapi_extra=body(
        JSON,
        "Canonical JSON: ledger, company, key, and the place to look in.",
        _EXAMPLE,
        KeyRequest.model_json_schema(),
    ),
)
async def ask(request: Request, context: AttesterDep, client: ClientName) -> Response:
    """Anybody may ask; only the domain can answer. The same question again gives the same statement."""
    try:
        require_type(request, JSON)
        question = _parse(await read_body(request, MAX_REQUEST_BYTES))
        if "company_key" not in context.settings.scopes:
            raise RefusedRole("this attester does not check company keys; /v1/attester says what it checks")
        name = sha256("\n".join((question.ledger, question.company)).encode() + question.key)
        async with context.alone(name):
            standing = await context.call(context.binder.standing, question)
            bound = standing.bound
            if bound is None:
                with context.outgoing.take(client):
                    await context.binder.look(question)
                bound = await context.call(context.binder.bind, question, standing.lapsed, int(time.time()))
    except HabeasError as error:
        context.figures.keys.labels(error.type).inc()
        raise
    context.figures.keys.labels("bound" if bound.created else "standing").inc()
    return _answer(bound)


def _answer(bound: Bound) -> Response:
    receipt = LogProof.parse(bound.receipt.proof)
    data = BindingAnswer(bound.signed, receipt.index, receipt).encode()
    return Response(data, 201 if bound.created else 200, {"Cache-Control": NO_STORE}, JSON)


def _parse(data: bytes) -> KeyQuestion:
    value = parse_json(data, limit=MAX_REQUEST_BYTES, depth=1)
    members = require_members(value, _MEMBERS, frozenset(), MalformedRequest, "the request")
    method, ledger = members["method"], members["ledger"]
    if method not in ("dns", "well_known"):
        raise MalformedRequest("method must be dns or well_known")
    key = parse_hex(members["key"], 20, MalformedRequest, "key")
    return KeyQuestion(str(ledger), parse_domain(str(members["company"])), key, str(method))
