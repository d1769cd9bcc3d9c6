"""/v1/cases: what is recorded of a case, its bundle, its assessment."""

from __future__ import annotations

import json
import time
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from api import views
from api.assessments import FindingView
from api.caching import JSON, NO_STORE, REVALIDATE, respond
from api.deps import After, AsOf, Authors, CaseId, Context, ContextDep, Limit, parse_id
from api.openapi import gives, problems, unchanged
from api.pages import next_link
from api.reads import AnyRow, CasePage, Reads
from ledger.assessment import Assessment, assess
from ledger.bundle import MEDIA_TYPE
from ledger.encoding import encode_hex
from ledger.evm import parse_header
from ledger.finding.law import shipped_law
from ledger.finding.shown import finding_json
from ledger.linked import MEDIA_TYPE as LINKED
from ledger.linked import linked_case
from ledger.policy import parse_policy
from ledger.runtime.evidence import Evidence
from ledger.runtime.trust import own_policy
from ledger.verification.observed import Observed

DISCLAIMER = "Not a finding of a breach. Not legal advice."
router = APIRouter(prefix="/v1/cases", tags=["cases"])


class AnchorBrief(BaseModel):
    """The earliest final anchor whose tree holds an entry: recorded not after its block."""

    size: int
    block_number: int
    block_hash: str
    time: str


class CaseEntry(BaseModel):
    """One statement of the case."""

    index: int
    statement: str
    kind: str
    author: str
    role: Literal["requester", "company", "attester", "operator"] | None = Field(
        description="In which role it counts; null where it is not understood by this version."
    )
    understood: bool
    route: Literal["server", "direct"]
    withheld: bool = Field(description="Its bytes are withheld; the leaf and all proofs stay.")
    anchor: AnchorBrief | None


class Case(BaseModel):
    """A case, and a page of its entries in log order."""

    case: str
    ledger: str
    ledger_class: Literal["public", "test", "practice"]
    company: str
    requester: str
    entries: list[CaseEntry]
    disclaimer: str


@router.get(
    "/{case}",
    summary="Read a case",
    responses={200: {"model": Case, "description": "The case."}, **unchanged(), **problems(404)},
)
async def read(
    request: Request, case: CaseId, context: ContextDep, after: After = None, limit: Limit = 200
) -> Response:
    """What is recorded, not what it means: see the assessment. Public facts only; the statements
    themselves are at /v1/statements."""
    rows = await context.call(Reads(context.services).case, parse_id(case), -1 if after is None else after, limit)
    body = json.dumps(_shown(case, rows, context), separators=(",", ":")).encode("ascii")
    headers = next_link(request, rows.entries[-1].idx) if len(rows.entries) == limit else {}
    return respond(request, body, JSON, REVALIDATE, headers=headers)


def _shown(case: str, rows: CasePage, context: Context) -> dict[str, object]:
    return {
        "case": case,
        "ledger": context.services.origin,
        "ledger_class": context.services.settings.ledger_class,
        "company": rows.opened.company,
        "requester": views.address(rows.opened.author),
        "entries": [_entry(row, rows) for row in rows.entries],
        "disclaimer": DISCLAIMER,
    }


def _entry(row: AnyRow, rows: CasePage) -> dict[str, object]:
    return {
        "index": row.idx,
        "statement": encode_hex(row.statement_id),
        "kind": row.kind,
        "author": encode_hex(row.author),
        "role": row.role,
        "understood": row.understood,
        "route": row.route,
        "withheld": row.digest in rows.withheld,
        "anchor": None if row.anchored is None else views.anchor_brief(rows.anchors[row.anchored]),
    }


@router.get(
    "/{case}/bundle",
    summary="Download the bundle of a case",
    responses={
        **gives(MEDIA_TYPE, "One file that a stranger verifies offline (docs/spec/bundle.md).", type="object"),
        **unchanged(),
        **problems(404, 410),
    },
)
async def bundle(
    request: Request, case: CaseId, context: ContextDep, as_of: AsOf = None, author: Authors = ()
) -> Response:
    """404 until a final anchor holds the opening of the case; statements without a final anchor are left
    out. As of an earlier anchor it shows what the log held then: a later answer changes later bundles only.
    Disclosures are never here: their holder adds them."""
    authors = [bytes.fromhex(item[2:]) for item in author]
    body = await context.call(lambda: _evidence(context).bundle(parse_id(case), as_of=as_of, authors=authors).encode())
    headers = {"Content-Disposition": f'attachment; filename="{case}.habeas.json"'}
    return respond(request, body, MEDIA_TYPE, REVALIDATE, headers=headers)


class CheckView(BaseModel):
    """One check of docs/spec/assessment.md, and what it is worth where it hangs."""

    name: str
    step: str
    value: Literal["passed", "conditional", "not checked", "failed"]
    required: bool
    detail: str


class BoundView(BaseModel):
    """The time of a block, and what that bound is worth."""

    time: str
    block: str
    value: Literal["passed", "conditional"]


class StampedView(BaseModel):
    """A second clock: the time by which time-stamp authorities had seen the log's signed tree."""

    time: str
    authorities: list[str]
    value: Literal["passed", "conditional"]


class StatementView(BaseModel):
    """A statement as it may be shown."""

    index: int
    statement: str
    kind: str
    author: str
    role: str
    grade: str
    proven: bool
    standing: str
    understood: bool
    signature: Literal["passed", "conditional", "not checked", "failed"]
    signed_not_before: BoundView | None
    recorded_not_after: BoundView | None
    stamped_not_after: StampedView | None


class AssessmentView(BaseModel):
    """What the bundle shows, under this server's own trust policy and without asking a chain."""

    case: str
    ledger: str
    ledger_class: Literal["public", "test", "practice"]
    policy: str = Field(description="SHA-256 of the trust policy.")
    now: str
    exit: Literal[0, 1, 3] = Field(description="0 all required checks passed, 1 some failed, 3 some were not made.")
    checks: list[CheckView]
    statements: list[StatementView]
    finding: FindingView | None = Field(description="Null where completeness is not shown; `note` says so then.")
    note: str | None
    disclaimer: str


@router.get(
    "/{case}/assessment",
    summary="Assess a case",
    responses={200: {"model": AssessmentView, "description": "The assessment."}, **problems(404, 410)},
)
async def assessment(case: CaseId, context: ContextDep, as_of: AsOf = None) -> Response:
    """What this server would tell itself. Whoever does not believe it downloads the bundle and runs
    `habeas verify`: that needs neither this server nor its policy."""
    value = await context.call(lambda: _assessed(_assess(context, parse_id(case), as_of), context))
    body = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
    return Response(body, headers={"Cache-Control": NO_STORE}, media_type=JSON)


@router.get(
    "/{case}/jsonld",
    summary="Read a case as JSON-LD",
    responses={
        **gives(LINKED, "The case in the terms of the W3C Data Privacy Vocabulary 2.3.", type="object"),
        **problems(404, 410),
    },
)
async def jsonld(case: CaseId, context: ContextDep, as_of: AsOf = None) -> Response:
    """Each statement in DPV terms, with our own name and all its facts beside them (docs/spec/deadlines.md,
    "Vocabulary"). Nothing in it says that anybody complied or did not."""
    value = await context.call(lambda: linked_case(_assess(context, parse_id(case), as_of)))
    body = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
    return Response(body, headers={"Cache-Control": NO_STORE}, media_type=LINKED)


def _evidence(context: Context) -> Evidence:
    services = context.services
    return Evidence(services.store, services.reader, services.origin)


def _assess(context: Context, case_id: bytes, as_of: int | None) -> Assessment:
    bundle = _evidence(context).bundle(case_id, as_of=as_of)
    settings = context.services.settings
    policy = parse_policy(own_policy(context.services.store, settings))
    # Chain time may run ahead of this machine's clock; an assessment before its newest anchor is an error.
    newest = max(parse_header(shown.proof.header).timestamp for shown in bundle.anchors.values())
    now = max(int(time.time()), newest)
    return assess(bundle, policy, Observed(), now, shipped_law(bundle, authorities=context.authorities))


def _assessed(value: Assessment, context: Context) -> dict[str, object]:
    return {
        "case": encode_hex(value.bundle.case),
        "ledger": value.bundle.ledger,
        "ledger_class": context.services.settings.ledger_class,
        "policy": encode_hex(value.policy_hash),
        "now": views.instant(value.now),
        "exit": value.exit_code,
        "checks": [views.check(item) for item in value.checks],
        "statements": [views.statement(item) for item in value.statements],
        "finding": None if value.finding is None else finding_json(value.finding, value.finding_value),
        "note": value.note,
        "disclaimer": DISCLAIMER,
    }
