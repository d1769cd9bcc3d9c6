"""/readyz, /metrics: for whoever runs it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from api.deps import Context, ContextDep
from api.serving import METRICS, readiness, show_figures, show_parts
from ledger.errors import RuntimeFault
from ledger.runtime.figures import LedgerFigures, read_figures
from ledger.runtime.stamps import Stamps
from ledger.runtime.state import State, read_state

STUCK_S = 10.0
FINAL_BLOCK_OLD_S = 3600.0
STAMP_LATE_S = 7200.0
router = APIRouter(tags=["health"])


class Part(BaseModel):
    """One part. Recording needs the parts that are `required`; without the others it goes on."""

    name: Literal["database", "ledger", "sequencer", "queue", "chain", "anchoring", "stamps"]
    ready: bool
    required: bool
    detail: str


class Readiness(BaseModel):
    ready: bool
    parts: list[Part]


@router.get("/readyz", summary="Statements can be recorded", responses=readiness(Readiness))
async def readyz(context: ContextDep) -> Response:
    """Trouble with the chain is reported, but recording goes on without it and anchors catch up."""
    parts = await context.call(_parts, context)
    ready = all(part.ready for part in parts if part.required)
    return show_parts([part.model_dump() for part in parts], ready)


def _parts(context: Context) -> list[Part]:
    store = context.services.store
    try:
        figures = read_figures(store, time.time())
        with store.read() as session:
            state = read_state(session)
        stamped = Stamps(store).newest()
    except RuntimeFault:
        return [Part(name="database", ready=False, required=True, detail="The database does not answer.")]
    database = Part(name="database", ready=True, required=True, detail="The database answers.")
    anchoring = _anchoring(figures, state)
    parts = [database, _ledger(figures), _sequencer(figures), _queue(figures), _chain(figures), anchoring]
    names = sorted(context.services.settings.time_authorities)
    return [*parts, _stamps(figures, names, stamped)] if names else parts


def _ledger(figures: LedgerFigures) -> Part:
    size = figures.published_size
    detail = f"{size} leaves are published." if size else "The ledger is not opened yet; the worker opens it."
    return Part(name="ledger", ready=size > 0, required=True, detail=detail)


def _sequencer(figures: LedgerFigures) -> Part:
    left = figures.lease_left
    if left is None or left < 0:
        ago = "never held" if left is None else f"ran out {-left:.0f} s ago"
        return Part(name="sequencer", ready=False, required=True, detail=f"The worker's lease {ago}; start a worker.")
    return Part(name="sequencer", ready=True, required=True, detail="A worker holds the lease.")


def _queue(figures: LedgerFigures) -> Part:
    age = figures.oldest_waiting
    stamped = figures.checkpoint_age
    newest = "no checkpoint yet" if stamped is None else f"the newest checkpoint is {stamped:.0f} s old"
    if age is None:
        return Part(name="queue", ready=True, required=True, detail=f"Nothing waits; {newest}.")
    detail = f"{figures.waiting} accepted submissions wait, the oldest for {age:.1f} s; {newest}."
    return Part(name="queue", ready=age < STUCK_S, required=True, detail=detail)


def _chain(figures: LedgerFigures) -> Part:
    age = figures.newest_final_age
    if age is None:
        detail = "No final block of the home chain is known yet; statements cannot quote one."
        return Part(name="chain", ready=False, required=True, detail=detail)
    fresh = age < FINAL_BLOCK_OLD_S
    detail = f"The newest final block {figures.newest_final} is {age:.0f} s old."
    return Part(name="chain", ready=fresh, required=False, detail=detail)


def _anchoring(figures: LedgerFigures, state: State | None) -> Part:
    if state is not None and state.word == "stopped":
        return Part(name="anchoring", ready=False, required=False, detail=f"Stopped: {state.detail}")
    lag = figures.anchor_lag
    behind = figures.published_size - figures.anchored_size
    if lag is None:
        return Part(name="anchoring", ready=True, required=False, detail="Every leaf has a final anchor.")
    detail = f"{behind} leaves have no final anchor yet, the oldest for {lag:.0f} s."
    if state is not None and state.word == "waiting":
        detail += f" Waiting: {state.detail}"
    return Part(name="anchoring", ready=lag < FINAL_BLOCK_OLD_S, required=False, detail=detail)


def _stamps(figures: LedgerFigures, names: Sequence[str], stamped: Mapping[str, int]) -> Part:
    """Ready while each authority stamped the newest final anchor, or that is young."""
    behind = [name for name in names if stamped.get(name, 0) < figures.anchored_size]
    if not behind:
        detail = f"Size {figures.anchored_size}, the newest final anchor, is stamped by {', '.join(names)}."
        return Part(name="stamps", ready=True, required=False, detail=detail)
    each = ", ".join(f"{name} (newest stamp: {stamped.get(name, 'none')})" for name in behind)
    detail = f"Size {figures.anchored_size}, the newest final anchor, is not stamped by {each}."
    young = figures.last_anchor_age is None or figures.last_anchor_age < STAMP_LATE_S
    return Part(name="stamps", ready=young, required=False, detail=detail)


@router.get("/metrics", summary="Prometheus figures", responses=METRICS)
async def metrics(context: ContextDep) -> Response:
    """Log, published and anchored size, lags, submissions by result, latencies. Nothing about persons."""
    return show_figures(await context.call(context.metrics.render))
