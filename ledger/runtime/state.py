"""What anchoring last said of itself: read by other processes for /readyz and /metrics.

A row is inserted when the word changes, so the table is the history of stops and waits.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlmodel import Session

from ledger.runtime.chain_tables import AnchoringState
from ledger.runtime.store import Store
from ledger.runtime.tables import table
from ledger.runtime.uuid7 import uuid7

_STATE = table(AnchoringState)
_DETAIL = 2000


@dataclass(frozen=True, slots=True)
class State:
    """``word`` is anchoring, waiting or stopped; ``since`` Unix milliseconds."""

    word: str
    detail: str
    since: int


def read_state(session: Session) -> State | None:
    """The newest state, None before the first."""
    row = session.execute(select(_STATE).order_by(_STATE.c.order_key.desc()).limit(1)).first()
    # The first 48 bits of a UUIDv7 are milliseconds.
    return None if row is None else State(row.word, row.detail, int.from_bytes(row.order_key[:6]))


def record_state(store: Store, word: str, detail: str) -> None:
    """Note a new word, or a new reason for a wait or a stop. Raises RuntimeStore."""
    with store.read() as session:
        newest = read_state(session)
    text = detail[:_DETAIL] if word != "anchoring" else ""
    if newest is not None and (newest.word, newest.detail) == (word, text):
        return
    row = {"order_key": uuid7(), "word": word, "detail": text}
    store.transact(lambda session: session.execute(insert(_STATE).values(row)))
