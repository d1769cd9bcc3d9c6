"""Who may sequence: one row, renewed by its holder, taken over when it runs out.

The lease only keeps two workers from wasting effort. Forks are impossible without it: leaf and
checkpoint rows have the index and size as primary keys, so the second writer of a place fails.
"""

from __future__ import annotations

import os
import secrets
import socket
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy import insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from ledger.errors import RuntimeLease
from ledger.runtime.store import Store
from ledger.runtime.tables import Lease as LeaseRow
from ledger.runtime.tables import table

_ROW = table(LeaseRow)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


class Lease:
    """A named lease of ``seconds``; ``clock`` gives milliseconds and is an argument for tests."""

    def __init__(self, store: Store, name: str, seconds: int, clock: Callable[[], int] = _now_ms) -> None:
        self._store, self._name, self._clock = store, name, clock
        self._length = seconds * 1000
        self.holder = f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(8)}"
        self._until = 0

    def hold(self) -> None:
        """Have the lease for at least a third of its length from now. Raises RuntimeLease."""
        now = self._clock()
        if self._until - now > self._length // 3:
            return
        until = now + self._length
        try:
            holder = self._store.transact(lambda session: self._take(session, now, until))
        except IntegrityError:
            holder = "another process, just now"
        if holder is not None:
            self._until = 0
            raise RuntimeLease(
                f"{self._name} is done by {holder}; "
                f"this process takes over {self._length // 1000} s after that one falls silent"
            )
        self._until = until

    def release(self) -> None:
        """Give the lease back, so that a successor need not wait."""
        mine = (_ROW.c.name == self._name) & (_ROW.c.holder == self.holder)
        self._store.transact(lambda session: session.execute(update(_ROW).where(mine).values(until=0)))
        self._until = 0

    def _take(self, session: Session, now: int, until: int) -> str | None:
        held = session.execute(select(_ROW.c.holder, _ROW.c.until).where(_ROW.c.name == self._name)).first()
        if held is None:
            session.execute(insert(_ROW).values(name=self._name, holder=self.holder, until=until))
            return None
        free = or_(
            _ROW.c.holder == held.holder if _is_dead(held.holder) else _ROW.c.holder == self.holder, _ROW.c.until < now
        )
        taken = session.execute(
            update(_ROW).where(_ROW.c.name == self._name, free).values(holder=self.holder, until=until)
        )
        return None if taken.rowcount == 1 else str(held.holder)  # type: ignore[attr-defined]


def is_held(database: Path) -> bool:
    """Whether somebody who may be alive holds a lease in a SQLite file, which is not changed by the look.

    A file that is no database of ours, or has no leases, is held by nobody.
    """
    if not database.is_file():
        return False
    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            rows = connection.execute("SELECT holder FROM lease WHERE until > ?", (_now_ms(),)).fetchall()
    except sqlite3.Error as error:
        return error.sqlite_errorcode == sqlite3.SQLITE_BUSY
    return any(not _is_dead(str(holder)) for (holder,) in rows)


def _is_dead(holder: str) -> bool:
    """Whether the holder was a process of this machine that has ended: nobody need wait for it."""
    host, pid, _ = holder.rsplit("/", 2)
    if host != socket.gethostname():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, ValueError):
        return False
    return False
