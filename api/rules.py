"""/v1/rules and /v1/deadline: deadline rules as data, and due dates under them. Nothing is asked of the ledger."""

from __future__ import annotations

import json
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field

from api.caching import JSON, REVALIDATE, respond
from api.deps import ContextDep
from api.openapi import problems, unchanged
from ledger.deadlines.as_json import deadline_json, rule_json
from ledger.deadlines.request import MAX_NOTICES, MAX_PAUSES, DeadlineRequest, answer, standing
from ledger.deadlines.rulebook import SHIPPED, load_rule
from ledger.encoding import Json
from ledger.errors import RefusedNotFound
from ledger.nearest import did_you_mean
from ledger.words import Language

router = APIRouter(prefix="/v1", tags=["deadlines"])
_Mark = Literal["C", "S", "R"]
_Holder = Literal["company_duty", "person_window", "waiting_time", "authority_aim"]
_Authority = Literal["supervision", "reports", "mediation"]


class Words(BaseModel):
    """The same in both languages."""

    en: str
    ko: str


class RuleBrief(BaseModel):
    """A rule in the list."""

    regime: str
    version: int
    name: Words
    periods: list[str]


class Rules(BaseModel):
    rules: list[RuleBrief]


class Leg(BaseModel):
    length: int
    unit: Literal["days", "weeks", "months", "working_days"]


class RuleSource(BaseModel):
    id: str
    cite: Words
    mark: _Mark = Field(description="C: primary text read; S: secondary source; R: recalled, not read.")


class Closed(BaseModel):
    """Days of each year that are no working days."""

    first: str
    last: str
    source: str


class RuleExtension(BaseModel):
    kind: Literal["period", "adds", "named_date", "cause_ends"]
    period: str | None
    adds: Leg | None
    source: str
    notice: str = Field(description="Source of the rule that the notice must come within the period.")
    before_last_day: bool = Field(description="The notice must come before the last day of the period.")
    reasons: str | None = Field(description="Source of the rule that the notice must give a reason.")
    later_alone: bool = Field(description="The time after the cause has ended counts for the later date alone.")
    open_for: list[str] = Field(description="Reasons for which it may take longer still, without a number of days.")


class RulePause(BaseModel):
    ground: Literal["identity", "clarification"]
    source: str
    certain: bool = Field(description="False: only the later date reckons with it.")
    restart: bool
    since: str | None


class RulePeriod(BaseModel):
    """One named period; without legs the law names no number of days, and `undated` is its word."""

    name: str
    title: Words
    holder: _Holder
    starts: str
    mark: _Mark
    rights: list[str]
    legs: list[Leg]
    undated: Words | None
    counting: str | None
    roll_over: str | None
    closed: Closed | None
    extends: list[str]
    extension: RuleExtension | None
    pauses: list[RulePause]
    no_finding: Words | None
    at: _Authority | None = Field(description="Kind of authority at which the complaint that starts it is lodged.")
    answered: Literal["in_time", "not_in_time"] | None = Field(
        description="It runs only after an answer in time, or only where none came in time."
    )
    until_refused: bool = Field(description="After a refusal nobody has to wait.")
    binds_company: bool = Field(description="It is the company that must wait.")
    sources: list[str]


class RuleView(BaseModel):
    """A rule as its file has it. `unconfirmed` in the place of a source: no source that was read says it."""

    regime: str
    version: int
    name: Words
    cite: Words
    who: Words
    places: list[str]
    places_unconfirmed: list[str]
    valid_from: str
    valid_until: str | None
    valid_why: Words
    silence: Literal["deemed_refusal", "breach", "opens_court", "none"]
    silence_source: str
    refusal_grounds: list[str]
    refusal: Words
    refusal_source: str
    authority: Words
    authority_source: str
    next_step: Words
    next_step_source: str
    notes: list[Words]
    not_said: list[Words]
    sources: list[RuleSource]
    authority_kinds: list[_Authority] = Field(description="Which authorities of a register are those of this rule.")
    periods: list[RulePeriod]


class DeadlineStep(BaseModel):
    step: int = Field(description="Number of the counting step in the specification.")
    code: str
    text: str
    source: str | None


class DeadlineView(BaseModel):
    """Due dates in two readings, with the reasons. Not a finding of a breach. Not legal advice."""

    rule: str
    rule_version: int
    period: str
    place: str
    holder: _Holder
    mark: _Mark
    finding: bool = Field(description="Whether a finding may rest on it; never on what was recalled and not read.")
    calendar: str = Field(description="Versions of the holidays and of the time zones.")
    due_earliest: str | None = Field(description="The strictest reading.")
    due_latest: str | None = Field(description="The reading most favourable to the company.")
    no_date: Literal["undated", "cause_ends", "paused", "beyond_calendar"] | None = Field(
        description="Why a reading has no date."
    )
    standing: Literal["running", "between", "over"] | None = Field(
        default=None, description="Only where `now` is given: before both dates, between them, or after both."
    )
    steps: list[DeadlineStep]
    not_: str = Field(alias="not", description="What this is not.")


@router.get(
    "/rules",
    summary="List deadline rules",
    responses={200: {"model": Rules, "description": "Ascending by regime."}, **unchanged(), **problems()},
)
async def listing(request: Request) -> Response:
    """One rule for each regime: which named periods it has."""
    rules: list[Json] = []
    for regime in SHIPPED:
        rule = load_rule(regime)
        name: Json = {"en": rule.name.en, "ko": rule.name.ko}
        rules.append({"regime": regime, "version": rule.version, "name": name, "periods": list(rule.periods)})
    return _json(request, {"rules": rules})


@router.get(
    "/rules/{regime}",
    summary="Read a deadline rule",
    responses={200: {"model": RuleView, "description": "The rule."}, **unchanged(), **problems(404)},
)
async def read(
    request: Request,
    regime: Annotated[str, Path(pattern="^[a-z0-9-]{1,40}$", description="The regime, like eu-gdpr.")],
) -> Response:
    """Periods, extensions, pauses, sources with their marks, authority and next step, in both languages."""
    if regime not in SHIPPED:
        meant = did_you_mean(regime, SHIPPED)
        raise RefusedNotFound(f"there is no rule {regime}{meant}; there are {', '.join(SHIPPED)}")
    return _json(request, rule_json(load_rule(regime)))


_Moments = Annotated[
    tuple[Annotated[str, Query(max_length=60)], ...], Query(max_length=MAX_PAUSES, description="FROM..TO[=GROUND]")
]


@router.get(
    "/deadline",
    summary="Compute a due date",
    responses={200: {"model": DeadlineView, "description": "Both dates."}, **unchanged(), **problems(422)},
)
async def deadline(
    request: Request,
    context: ContextDep,
    regime: Annotated[str, Query(max_length=40, description="The rule, like eu-gdpr.")],
    period: Annotated[str, Query(max_length=40, description="Its period, like answer.")],
    place: Annotated[str, Query(max_length=6, description="Where the company must act, like IE or US-CA.")],
    start: Annotated[str, Query(alias="from", max_length=20, description="Date or instant (UTC) of the start.")],
    pause: _Moments = (),
    extended_on: Annotated[
        tuple[Annotated[str, Query(max_length=20)], ...],
        Query(max_length=MAX_NOTICES, description="Days on which the person was told of more time."),
    ] = (),
    until: Annotated[str | None, Query(max_length=20, description="The day that the company named.")] = None,
    cause_ended: Annotated[
        str | None, Query(max_length=20, description="When the cause of a postponement ended.")
    ] = None,
    now: Annotated[str | None, Query(max_length=20, description="Say too how the period stands at that time.")] = None,
    lang: Annotated[Language, Query(description="Language of the reasons.")] = "en",
) -> Response:
    """The strictest reading and the one most favourable to the company, each step with its source."""
    asked = DeadlineRequest(regime, period, place, start, pause, extended_on, until, cause_ended)
    rule, found = await context.call(answer, asked)  # the first question about a place reads its holidays
    value = deadline_json(found, rule, lang)
    return _json(request, value if now is None else {**value, "standing": standing(found, now, "now")})


def _json(request: Request, value: Json) -> Response:
    return respond(request, json.dumps(value, ensure_ascii=False).encode("utf-8"), JSON, REVALIDATE)
