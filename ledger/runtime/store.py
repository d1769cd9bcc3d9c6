"""The database: engine, transactions, retries. SQLite by default, PostgreSQL by URL.

Whoever commits is durable: SQLite runs with WAL and ``synchronous=FULL``, PostgreSQL with its
default ``synchronous_commit=on``. Nothing here needs advisory locks, LISTEN/NOTIFY, sequences or
row locks, so that distributed engines that speak PostgreSQL will do.
"""

from __future__ import annotations

import logging
import random
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine, Row, Table, create_engine, event, make_url, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

from ledger.errors import RuntimeSetting, RuntimeStore

_T = TypeVar("_T")
_log = logging.getLogger(__name__)
_WRITE = "habeas_write"
_ATTEMPTS = 12
_BUSY_MS, _SCRUB_WAIT_MS = 20_000, 1_000
# serialization failure, deadlock, connection trouble, start-up and shut-down (PostgreSQL error codes)
_RETRYABLE_STATES = ("40001", "40P01", "08", "57P")
IN_LIMIT = 5000
"""Most values in one ``IN`` list: under SQLite's 32,766 and PostgreSQL's 65,535 parameters."""


class Store:
    """One database. Safe for many threads: each unit of work has its own connection."""

    def __init__(self, url: str) -> None:
        self.engine = _open_engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self.scrub_due = False
        """Whether withheld bytes may still stand in the write-ahead log."""

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for reading; its snapshot ends with the block. Raises RuntimeStore."""
        try:
            with Session(self.engine) as session:
                yield session
        except SQLAlchemyError as error:
            raise RuntimeStore(f"the database could not be read: {_cause(error)}") from error

    def transact(self, work: Callable[[Session], _T]) -> _T:
        """Run ``work`` in one transaction and commit; see ``retry_transaction``."""
        return retry_transaction(self.engine, work)

    def scrub(self) -> None:
        """After bytes were withheld: empty SQLite's write-ahead log, which still holds pages of before.

        Where a reader is in the way ``scrub_due`` stays true, and it is to be called again. Other
        databases remove old rows themselves. Raises RuntimeStore.
        """
        self.scrub_due = False
        if not self.is_sqlite:
            return
        try:
            connection = self.engine.raw_connection()
            try:
                cursor = connection.cursor()
                cursor.execute(f"PRAGMA busy_timeout={_SCRUB_WAIT_MS}")
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                [busy, *_] = cursor.fetchone() or [1]
                cursor.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
                cursor.close()
            finally:
                connection.close()
        except (SQLAlchemyError, sqlite3.Error) as error:
            self.scrub_due = True
            raise RuntimeStore(f"the write-ahead log could not be emptied: {error}") from error
        self.scrub_due = bool(busy)

    def close(self) -> None:
        self.engine.dispose()


def retry_transaction(engine: Engine, work: Callable[[Session], _T]) -> _T:
    """The one way to write: ``work`` in a transaction, again after a conflict with another writer.

    ``work`` may run several times and must have no effect outside its session. IntegrityError
    passes through: a taken primary key is an answer, not an accident. All else is RuntimeStore.
    """
    for attempt in range(_ATTEMPTS):
        try:
            with Session(engine) as session:
                session.connection(execution_options={_WRITE: True})
                result = work(session)
                session.commit()
                return result
        except IntegrityError:
            raise
        except DBAPIError as error:
            if not _is_retryable(error) or attempt + 1 == _ATTEMPTS:
                raise RuntimeStore(f"the database refused a change: {_cause(error)}") from error
            _log.info("transaction repeated: %s", _cause(error))
            time.sleep(min(1.0, 0.01 * 2**attempt) * (0.5 + random.random()))
        except SQLAlchemyError as error:
            raise RuntimeStore(f"the database refused a change: {_cause(error)}") from error
    raise AssertionError("unreachable: the last attempt returns or raises")


def insert_rows(session: Session, into: Table, rows: Sequence[Mapping[str, object]], *, if_new: bool = False) -> None:
    """Insert many rows of the same columns; nothing for none. ``if_new`` leaves rows that are there as they are.

    Straight to the driver: compiling and converting each row would cost more than the insert itself.
    """
    if not rows:
        return
    connection, names = session.connection(), list(rows[0])
    quote = connection.dialect.identifier_preparer.quote
    marks = ", ".join([_mark(connection)] * len(names))
    columns = ", ".join(quote(name) for name in names)
    values = [tuple(row[name] for name in names) for row in rows]
    otherwise = " ON CONFLICT DO NOTHING" if if_new else ""
    connection.exec_driver_sql(f"INSERT INTO {quote(into.name)} ({columns}) VALUES ({marks}){otherwise}", values)


def select_in(
    session: Session, columns: Sequence[ColumnElement[Any]], column: ColumnElement[Any], values: Iterable[object]
) -> list[Row[Any]]:
    """``SELECT columns WHERE column IN values``, in pieces that every database takes."""
    wanted = list(dict.fromkeys(values))
    if not wanted:
        return []
    connection = session.connection()
    head = f"{select(*columns).compile(dialect=connection.dialect)} WHERE {column.compile(dialect=connection.dialect)}"
    rows: list[Row[Any]] = []
    for start in range(0, len(wanted), IN_LIMIT):
        piece = wanted[start : start + IN_LIMIT]
        marks = ", ".join([_mark(connection)] * len(piece))
        rows += connection.exec_driver_sql(f"{head} IN ({marks})", tuple(piece)).all()
    return rows


def _mark(connection: Connection) -> str:
    return "?" if connection.dialect.paramstyle == "qmark" else "%s"


def _is_retryable(error: DBAPIError) -> bool:
    state = getattr(error.orig, "sqlstate", None)
    if isinstance(state, str):
        return state.startswith(_RETRYABLE_STATES)
    if state is None and error.connection_invalidated:
        return True
    text = str(error.orig)
    return "database is locked" in text or "database table is locked" in text


def _cause(error: SQLAlchemyError) -> str:
    cause = getattr(error, "orig", None) or error
    return str(cause).split("\n")[0][:300]


def _open_engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            return _open_sqlite(url, parsed.database)
        if parsed.get_backend_name() == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
            return create_engine(parsed, pool_size=10, max_overflow=10, pool_pre_ping=True)
    except SQLAlchemyError as error:
        raise RuntimeSetting(f"database_url: {_cause(error)}") from None
    raise RuntimeSetting(f"database_url must start with sqlite:/// or postgresql://, not {parsed.drivername}")


def _open_sqlite(url: str, path: str | None) -> Engine:
    if not path or path == ":memory:":
        raise RuntimeSetting("database_url: a ledger needs a file; sqlite in memory would lose it")
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, pool_size=10, max_overflow=10, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver would open transactions late and without IMMEDIATE
    cursor = connection.cursor()
    # secure_delete: withheld bytes are overwritten, not just unlinked from their page.
    pragmas = (f"busy_timeout={_BUSY_MS}", "journal_mode=WAL", "synchronous=FULL", "cache_size=-65536")
    for pragma in (*pragmas, "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A reader that turns writer fails at once where another wrote meanwhile, whatever the timeout:
    # so whoever will write says so at the start.
    write = connection.get_execution_options().get(_WRITE)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
