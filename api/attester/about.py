"""/v1/attester, /readyz, /metrics: who it is, what it checks, and how it stands."""

from __future__ import annotations

import json
from importlib.metadata import version

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from api.attester.context import AttesterContext, AttesterDep
from api.caching import JSON, REVALIDATE, respond
from api.openapi import problems, unchanged
from api.serving import METRICS, readiness, show_figures, show_parts
from ledger.encoding import encode_hex
from ledger.runtime.attester.ledgers import is_ready

router = APIRouter(tags=["attester"])


class ServedLedger(BaseModel):
    ledger: str = Field(description="The origin.")
    url: str = Field(description="The server where it reads and records.")


class AttesterView(BaseModel):
    """What an attester says of itself. Believe it only as far as your own trust policy does."""

    name: str
    address: str = Field(description="Address of the key that it signs with.", pattern="^0x[0-9a-f]{40}$")
    scopes: list[str] = Field(description="What it checks: company_key, dkim, dns. It leaves out what it cannot check.")
    ledgers: list[ServedLedger]
    resolvers: list[str] = Field(description="The DNS resolvers that it asks; empty: its machine's own alone.")
    max_message_bytes: int
    version: str


class AttesterPart(BaseModel):
    """One part. Attesting needs the parts that are `required`; without the others it goes on."""

    name: str
    ready: bool
    required: bool
    detail: str


class AttesterReadiness(BaseModel):
    ready: bool
    parts: list[AttesterPart]


@router.get(
    "/v1/attester",
    summary="Who this attester is",
    responses={200: {"model": AttesterView, "description": "The attester."}, **unchanged(), **problems()},
)
async def attester(request: Request, context: AttesterDep) -> Response:
    """Name, address, scopes, ledgers, resolvers, version."""
    settings = context.settings
    value = {
        "name": settings.name,
        "address": encode_hex(context.key.address),
        "scopes": settings.scopes,
        "ledgers": [{"ledger": origin, "url": url} for origin, url in sorted(settings.ledgers.items())],
        "resolvers": settings.resolvers,
        "max_message_bytes": settings.max_message_bytes,
        "version": version("habeas"),
    }
    return respond(request, json.dumps(value).encode("ascii"), JSON, REVALIDATE)


@router.get("/readyz", summary="Mails can be attested", responses=readiness(AttesterReadiness))
async def readyz(context: AttesterDep) -> Response:
    """The memory answers, and every ledger that it works for, asked anew every few seconds at most; the list of
    published keys is as its file says."""
    ledgers = await context.readiness.get(lambda: context.call(_ledgers, context))
    memory, *lists = await context.call(_own, context)
    parts = [memory, *ledgers, *lists]
    return show_parts(parts, all(part["ready"] for part in parts if part["required"]))


def _ledgers(context: AttesterContext) -> list[dict[str, object]]:
    return [_part(f"ledger {origin}", is_ready(ledger, origin)) for origin, ledger in sorted(context.ledgers.items())]


def _own(context: AttesterContext) -> list[dict[str, object]]:
    parts = [_part("memory", None if context.memory.is_open() else "It does not answer.")]
    if context.settings.published_keys is None:
        return parts
    said = f"{len(context.published.in_force())} keys."
    return [*parts, _part("published_keys", context.published.problem, said, required=False)]


def _part(name: str, wrong: str | None, said: str = "It answers.", *, required: bool = True) -> dict[str, object]:
    return {"name": name, "ready": wrong is None, "required": required, "detail": wrong or said}


@router.get("/metrics", summary="Prometheus figures", responses=METRICS)
async def metrics(context: AttesterDep) -> Response:
    """Requests, results, seconds. Nothing about persons."""
    return show_figures(context.figures.render())
