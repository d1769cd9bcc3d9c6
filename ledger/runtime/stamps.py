"""Time stamps of one log: which anchored trees lack one, what was taken, what a bundle shows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import exists, func, select
from sqlmodel import Session

from ledger.bundle import MAX_TOKENS, ShownStamps
from ledger.encoding import sha256
from ledger.runtime.chain_store import current_chain
from ledger.runtime.chain_tables import AnchorRow
from ledger.runtime.stamp_tables import StampRow
from ledger.runtime.store import Store, insert_rows, select_in
from ledger.runtime.tables import table

_STAMP, _ANCHOR = table(StampRow), table(AnchorRow)
BACK_S = 7 * 86_400
"""Anchors older than this are let be: who adds an authority late does not ask it for years of trees."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A verified token: ``note`` is what was stamped."""

    size: int
    authority: str
    note: bytes
    token: bytes
    not_after: int


class Stamps:
    """Reads and writes the stamps of one log. Safe for several threads."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def lacking(self, authority: str, now: int, limit: int) -> list[int]:
        """Sizes of final anchors that ``authority`` has not stamped, the newest first. Raises RuntimeStore."""
        with self._store.read() as session:
            home = current_chain(session)
            if home is None:
                return []
            stamped = exists().where(_STAMP.c.size == _ANCHOR.c.size, _STAMP.c.authority == authority)
            rows = (
                select(_ANCHOR.c.size)
                .where(_ANCHOR.c.genesis == home.genesis, _ANCHOR.c.timestamp >= now - BACK_S, ~stamped)
                .order_by(_ANCHOR.c.size.desc())
                .limit(limit)
            )
            return list(session.execute(rows).scalars())

    def keep(self, taken: Taken, now: int) -> None:
        """Insert a token; one that is there already stays as it is. Raises RuntimeStore."""
        row = {
            "size": taken.size,
            "authority": taken.authority,
            "note": taken.note,
            "token": taken.token,
            "not_after": taken.not_after,
            "taken_at": now,
        }
        self._store.transact(lambda session: insert_rows(session, _STAMP, [row], if_new=True))

    def newest(self) -> Mapping[str, int]:
        """The largest tree that each authority stamped. Raises RuntimeStore."""
        with self._store.read() as session:
            rows = session.execute(select(_STAMP.c.authority, func.max(_STAMP.c.size)).group_by(_STAMP.c.authority))
            return {row[0]: row[1] for row in rows}


def shown_stamps(session: Session, sizes: Collection[int]) -> dict[int, ShownStamps]:
    """What a bundle shows of these sizes."""
    found: dict[int, list[tuple[bytes, bytes]]] = {}
    for row in select_in(session, (_STAMP.c.size, _STAMP.c.note, _STAMP.c.token), _STAMP.c.size, sizes):
        found.setdefault(row.size, []).append((row.note, row.token))
    return {size: _shown(rows) for size, rows in sorted(found.items())}


def _shown(rows: Sequence[tuple[bytes, bytes]]) -> ShownStamps:
    tokens = sorted({token for _, token in rows}, key=sha256)[:MAX_TOKENS]
    return ShownStamps(rows[0][0], tuple(tokens))
