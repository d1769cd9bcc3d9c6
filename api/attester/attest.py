"""POST /v1/attest: one mail, checked and attested. The body is the mail itself; everything else is in headers."""

from __future__ import annotations

import json
import time
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel, Field

from api import body as body_limits
from api.attester.company_keys import Recorded
from api.attester.context import AttesterDep, ClientName, Limited
from api.body import read_body, require_type
from api.caching import JSON, NO_STORE
from api.openapi import body, problems
from ledger.disclosure import Disclosure
from ledger.encoding import encode_hex
from ledger.errors import HabeasError
from ledger.mail.key import Origin
from ledger.runtime.attester.answer import Answer
from ledger.runtime.attester.attest import MEDIA_TYPE, Question

START_S, BYTES_PER_S = 5.0, 100_000
router = APIRouter(prefix="/v1/attest", tags=["mail"])
LedgerName = Annotated[
    str,
    Header(
        alias="Habeas-Ledger", pattern="^[!-~]{1,100}$", description="Origin of the ledger; /v1/attester lists them."
    ),
]
StatementName = Annotated[
    str,
    Header(
        alias="Habeas-Statement", pattern="^0x[0-9a-f]{64}$", description="The statement that the mail is evidence of."
    ),
]
Opened = Annotated[
    str,
    Header(
        alias="Habeas-Disclosure",
        pattern="^[A-Za-z0-9_-]{1,8192}$",
        description="The disclosure of the mail's file, as encoded; its digest stands in the statement.",
    ),
]


class Reason(BaseModel):
    code: str
    text: str


class Checked(BaseModel):
    """The signature on which the result rests."""

    domain: str
    selector: str
    algorithm: str
    bits: int
    key: str = Field(description="SHA-256 of the public key.", pattern="^0x[0-9a-f]{64}$")
    origin: Origin = Field(description="How the key is known.")
    signed: list[str] = Field(description="Names of the header fields that are signed.")
    aligned: bool = Field(description="From is of the company's domains, and so is the signature.")


class Attested(Recorded):
    check: Literal["dkim", "dns"]
    result: str


class AttestedMail(BaseModel):
    """What the check gave, and what was recorded. The capture is handed out once and is yours to keep."""

    attester: str
    ledger: str
    statement: str
    digest: str = Field(description="SHA-256 of the mail's disclosure, as the attestation names it.")
    at: str = Field(description="When the attester checked: the time of receipt by its clock.")
    result: Literal["grade_a", "grade_b", "grade_c", "grade_d", "failed", "undetermined"]
    reasons: list[Reason]
    case_in: Literal["subject", "body", "none", "several_cases"] = Field(
        description="Where the signed text names the case."
    )
    mail: Checked | None
    attested: list[Attested] = Field(description="Empty where the result is undetermined: nothing was recorded.")
    capture: str | None = Field(description="The attester's DNS capture: canonical JSON, ASCII.")
    capture_disclosure: str | None = Field(description="Its disclosure, whose digest the dns attestation names.")


@router.post(
    "",
    summary="Have a mail attested",
    dependencies=[Limited],
    responses={
        200: {"model": AttestedMail, "description": "Checked; what was recorded stands in `attested`."},
        **problems(403, 404, 408, 409, 410, 413, 415, 422, 429),
    },
    openapi_extra=body(MEDIA_TYPE, "The original message, byte for byte.", "From: support@shop.example\r\n\r\n..."),
)
async def attest(
    request: Request,
    context: AttesterDep,
    client: ClientName,
    ledger: LedgerName,
    statement: StatementName,
    disclosure: Opened,
) -> Response:
    """The mail is checked and not stored. The same question again gives the same statements."""
    try:
        require_type(request, MEDIA_TYPE)
        question = Question(ledger, bytes.fromhex(statement[2:]), Disclosure.parse(disclosure))
        with context.places.take(client):
            # Before the body is read: only who holds a disclosure of a recorded statement may send a large one.
            prepared = await context.call(context.mails.prepare, question)
            message = await read_body(request, prepared.file.length, read_seconds(prepared.file.length))
            started = time.perf_counter()
            async with context.alone(question.name):
                answer = await context.call(context.mails.attest, prepared, message)
    except HabeasError as error:
        context.figures.attested.labels(error.type).inc()
        raise
    context.figures.attested.labels(answer.result).inc()
    context.figures.attest_seconds.observe(time.perf_counter() - started)
    value = json.dumps(_shown(answer, encode_hex(context.key.address), question), separators=(",", ":"), sort_keys=True)
    return Response(value, headers={"Cache-Control": NO_STORE}, media_type=JSON)


def read_seconds(length: int) -> float:
    """How long a mail of this length may take: who sends more slowly than 100 kB a second holds a place of others."""
    return min(body_limits.READ_S, START_S + length / BYTES_PER_S)


def _shown(answer: Answer, attester: str, question: Question) -> dict[str, Any]:
    attested = [
        {
            "check": item.check,
            "result": item.result,
            "statement": encode_hex(item.signed.id),
            "signed": item.signed.raw.decode("ascii"),
            "index": item.receipt.index,
            "proof": item.receipt.proof.decode("utf-8"),
        }
        for item in answer.recorded
    ]
    return {
        "attester": attester,
        "ledger": question.ledger,
        "statement": encode_hex(question.statement),
        "digest": encode_hex(question.digest),
        **answer.found,
        "attested": attested,
    }
