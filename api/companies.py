"""/v1/companies: who has joined, with which keys; and asking the operator to look for a key."""

from __future__ import annotations

import json
import time
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.body import read_body, require_type
from api.caching import JSON, REVALIDATE, respond
from api.deps import Context, ContextDep, Domain, Limit, parse_domain
from api.openapi import body, problems, unchanged
from api.pages import next_link
from api.reads import CompanyPage, Reads
from api.statements import StatementReceipt, receipt_response
from ledger.encoding import encode_hex, encode_instant, parse_hex, parse_json, require_members
from ledger.errors import (
    MalformedRequest,
    RefusedBusy,
    RefusedWellKnown,
    RuntimeSetting,
)
from ledger.runtime.acceptance import Receipt
from ledger.runtime.records import KeyRecord, Records
from ledger.statement import RecentBlock

MAX_REQUEST_BYTES = 1024
_EXAMPLE = {"key": "0x19e7e376e7c213b7e7e7e46cc70a5dd086daff2a", "method": "dns"}
router = APIRouter(prefix="/v1/companies", tags=["companies"])


class CompanyBrief(BaseModel):
    """A company that signed something here with an accepted key."""

    company: str
    statements: int = Field(ge=1, description="Statements signed with its keys; its counts count cases.")


class Companies(BaseModel):
    companies: list[CompanyBrief]


class KeyEvent(BaseModel):
    """A binding or a revocation, as recorded."""

    index: int
    key: str
    by: str = Field(description="Who looked and says so.")
    by_operator: bool = Field(description="The operator's own word: statements are graded operator_vouched.")
    method: str
    checked_at: str
    revoked: bool = Field(description="True for company.key_revoked.")


class Company(BaseModel):
    """The keys of a company in log order. Counts are null until it has spoken in this ledger."""

    company: str
    keys: list[KeyEvent]
    statements: int | None
    cases: int | None = Field(
        description="Cases in which it has spoken. Cases people chose to record. Not a sample; see its counts."
    )


@router.get(
    "",
    summary="List companies that have spoken",
    responses={200: {"model": Companies, "description": "Ascending by name."}, **unchanged(), **problems()},
)
async def listing(
    request: Request,
    context: ContextDep,
    after: Annotated[str, Query(max_length=253, description="Cursor: the last name of the page before.")] = "",
    limit: Limit = 100,
) -> Response:
    """A company is listed only after it has spoken here with an accepted key."""
    rows = await context.call(Reads(context.services).companies, after, limit)
    value = {"companies": [{"company": row.company, "statements": row.statements} for row in rows]}
    headers = next_link(request, rows[-1].company) if len(rows) == limit else {}
    return respond(request, json.dumps(value).encode("ascii"), JSON, REVALIDATE, headers=headers)


@router.get(
    "/{company}",
    summary="Read a company's keys",
    responses={200: {"model": Company, "description": "The company."}, **unchanged(), **problems(404)},
)
async def read(request: Request, company: Domain, context: ContextDep) -> Response:
    """The history of its keys: a key counts from its binding on and until its revocation."""
    page = await context.call(Reads(context.services).company, parse_domain(company))
    value = await context.call(_shown, company, page, context)
    return respond(request, json.dumps(value).encode("ascii"), JSON, REVALIDATE)


def _shown(company: str, page: CompanyPage, context: Context) -> dict[str, object]:
    operator = context.services.require_ledger().log_address
    return {
        "company": company,
        "keys": [_event(row, operator) for row in page.keys],
        "statements": page.counts.statements if page.counts else None,
        "cases": page.counts.cases if page.counts else None,
    }


def _event(row: KeyRecord, operator: bytes) -> dict[str, object]:
    return {
        "index": row.idx,
        "key": encode_hex(row.key),
        "by": encode_hex(row.attester),
        "by_operator": row.attester == operator,
        "method": row.method,
        "checked_at": encode_instant(row.checked_at),
        "revoked": row.revoked,
    }


class KeyRequest(BaseModel):
    """Which key to look for, and where. Canonical JSON, like statements."""

    model_config = ConfigDict(extra="forbid")
    key: str = Field(pattern="^0x[0-9a-f]{40}$")
    method: Literal["dns", "well_known"]


@router.post(
    "/{company}/keys",
    status_code=201,
    summary="Ask the operator to look for a company key",
    responses={
        201: {"model": StatementReceipt, "description": "Found and recorded as company.key_bound by the operator."},
        200: {"model": StatementReceipt, "description": "The operator's binding of this key stands already."},
        **problems(403, 404, 408, 409, 413, 415),
    },
    openapi_extra=body(
        JSON, "Canonical JSON: the key, and the place to look in.", _EXAMPLE, KeyRequest.model_json_schema()
    ),
)
async def ask_for_key(request: Request, company: Domain, context: ContextDep) -> Response:
    """The operator reads `_habeas.<domain>` (dns) or `https://<domain>/.well-known/habeas.json`
    (well_known) and records what it saw. Anybody may ask; only the domain can answer."""
    require_type(request, JSON)
    key, method = _parse(await read_body(request, MAX_REQUEST_BYTES))
    domain = parse_domain(company)
    standing = await context.call(_standing, context, domain, key)
    if standing is not None:
        return await receipt_response(context, standing)
    if context.outgoing.locked():
        raise RefusedBusy("too many domains are being asked already; try again in a few seconds")
    async with context.outgoing:
        found = await context.finders[method].find(domain)
    if key not in found:
        raise RefusedWellKnown(f"{domain} publishes {len(found)} keys by {method}, but not {encode_hex(key)}")
    raw = await context.call(_bind, context, domain, key, method)
    return await receipt_response(context, await context.acceptance.submit(raw))


def _parse(data: bytes) -> tuple[bytes, str]:
    value = parse_json(data, limit=MAX_REQUEST_BYTES, depth=1)
    members = require_members(value, frozenset({"key", "method"}), frozenset(), MalformedRequest, "the request")
    method = members["method"]
    if method not in ("dns", "well_known"):
        raise MalformedRequest("method must be dns or well_known")
    return parse_hex(members["key"], 20, MalformedRequest, "key"), str(method)


def _standing(context: Context, company: str, key: bytes) -> Receipt | None:
    """The receipt of the operator's own binding of this key, None where there is none.

    Raises RefusedWellKnown for a revoked key: domains are slow to forget, and whoever stole the key
    could otherwise have it bound again by merely asking.
    """
    services = context.services
    records, operator = Records(services.store), services.require_ledger().log_address
    for row in records.key_events(company):
        if row.revoked and row.key == key and row.attester in (operator, key):
            raise RefusedWellKnown(f"{encode_hex(key)} was revoked at index {row.idx}; publish a new key")
    if operator not in records.key_ring(company).binders.get(key, ()):
        return None
    bound = [
        row for row in records.key_events(company) if (row.key, row.attester, row.revoked) == (key, operator, False)
    ]
    entry, size = records.entry(bound[-1].idx), services.reader.size()
    if entry is None or entry.statement_id is None or entry.idx >= size:
        return None  # not published yet: asking the domain again does no harm
    leaf_hash = Reads(services).leaf_hash(entry.idx)
    return Receipt(entry.statement_id, leaf_hash, entry.idx, created=False, size=size)


def _bind(context: Context, company: str, key: bytes, method: str) -> bytes:
    services = context.services
    if services.operator is None:
        raise RuntimeSetting(f"{services.settings.anchor_key_path} is needed to record company keys; it is not here")
    block = Reads(services).recent_block()
    facts = {"key": encode_hex(key), "method": method, "checked_at": encode_instant(int(time.time()))}
    recent = RecentBlock(block.hash, block.number)
    return services.operator.say(services.origin, "company.key_bound", facts, recent, company).raw
