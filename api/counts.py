"""/v1/companies/{company}/counts: what the cases with a company say together (docs/spec/counts.md)."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from api.caching import JSON, REVALIDATE, respond
from api.deps import Context, ContextDep, Domain, parse_domain
from api.openapi import problems, unchanged
from ledger.counts.told import counts_json
from ledger.encoding import encode_hex, encode_instant
from ledger.errors import RefusedBusy
from ledger.runtime.company_counts import CompanyCounts, LedgerCounts

MAX_WAITING = 16
router = APIRouter(prefix="/v1/companies", tags=["companies"])


class RateView(BaseModel):
    """`numerator` of `denominator` cases; never one without the other."""

    of: str
    numerator: int = Field(ge=0)
    denominator: int = Field(ge=1)


class PointView(BaseModel):
    """On a day after arrival, how many had an answer of those followed until then."""

    day: int = Field(ge=0)
    at_risk: int = Field(ge=1)
    answered: int = Field(ge=1)


class CountsView(BaseModel):
    """Counts of the listed cases. Cases people chose to record. Not a sample. Statements, not persons."""

    ledger: str
    ledger_class: Literal["public", "test", "practice"]
    policy: str = Field(description="SHA-256 of the trust policy: this ledger's own, see /v1/trust-policy.")
    size: int = Field(description="Anchored size that was counted; 0 before the first anchor.")
    now: str = Field(description="The quarter of an hour as of which cases are listed.")
    company: str
    practice: bool = Field(description="A practice ledger: proves nothing to a stranger.")
    heading: str
    cases: int = Field(ge=0, description="Listed cases, each as one statement. Statements, not persons.")
    arrival: dict[str, int]
    states: dict[str, int]
    outcomes: dict[str, int]
    grades: dict[str, int]
    no_rate: Literal["not_joined", "no_arrival"] | None = Field(description="Why there is neither rate nor curve.")
    rates: list[RateView] = Field(description="Over the cases with proven arrival alone.")
    lateness: list[RateView]
    curve: list[PointView]
    unconfirmed: int
    conditional: int
    not_replayed: int
    operator_is_party: int
    no_finding: int = Field(
        ge=0, description="Cases in which the company has spoken and of which there is no finding; in no other number."
    )
    sentences: list[str]


@dataclass
class CountsDesk:
    """Lets one call read cases at a time, and a few wait; others are asked to come again."""

    counts: CompanyCounts
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0

    async def of(self, company: str, context: Context) -> LedgerCounts:
        """What is made already is given at once. Raises RefusedBusy."""
        made = await context.call(self.counts.made, company)
        if made is not None:
            return made
        if self.waiting >= MAX_WAITING:
            raise RefusedBusy("too many counts are being made; try again in a few seconds")
        self.waiting += 1
        try:
            async with self.turn:
                made = await context.call(self.counts.made, company)  # by whoever had the turn before
                return await context.call(self.counts.make, company) if made is None else made
        finally:
            self.waiting -= 1


@router.get(
    "/{company}/counts",
    summary="Count the cases with a company",
    responses={200: {"model": CountsView, "description": "The counts."}, **unchanged(), **problems()},
)
async def counts(request: Request, company: Domain, context: ContextDep) -> Response:
    """Only cases in which the company has spoken or whose quiet period has ended; 0 of any other company. After a start
    and where many cases are new it is 503 for some seconds: ask again. Whoever does not believe this server counts the
    bundles with `habeas count`, under a policy of his own."""
    desk = request.app.state.counts
    assert isinstance(desk, CountsDesk)
    found = await desk.of(parse_domain(company), context)
    return respond(request, json.dumps(_shown(found, context)).encode("ascii"), JSON, REVALIDATE)


def _shown(found: LedgerCounts, context: Context) -> dict[str, object]:
    ledger_class = context.services.settings.ledger_class
    shown = counts_json(found.counts, practice=ledger_class == "practice")
    sentences = shown.pop("sentences")
    return {
        "ledger": context.services.origin,
        "ledger_class": ledger_class,
        "policy": encode_hex(found.policy),
        "size": found.size,
        "now": encode_instant(found.now),
        **shown,
        "no_finding": found.no_finding,
        "sentences": sentences,
    }
