"""The tables of the log (rows are inserted, never updated; the log is the truth).

Exceptions: ``lease`` is one changing row; ``waiting`` is the list of work of the sequencer, a row of
which goes away when its leaf is written; a withheld ``addendum`` is deleted. Tables of the chain
are in ``chain_tables.py``. These classes describe storage only and are never request bodies.

Written at acceptance: addendum, submission, first, waiting. Written with each checkpoint: leaf,
checkpoint, and the projection (entry, company_key, attester, withheld), which ``rebuild`` makes anew.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Dialect, Index, LargeBinary, Table, text
from sqlmodel import Field, SQLModel


class Bytes(LargeBinary):
    """Bytes that go to the driver and come back as they are: both drivers speak ``bytes``, and a
    conversion of each value would be a third of an insert's time."""

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> None:
        return None

    def result_processor(self, dialect: Dialect, coltype: object) -> None:
        return None


def _bytes(primary_key: bool = False, nullable: bool = False) -> Column[bytes]:
    return Column(Bytes, primary_key=primary_key, nullable=nullable)


def _int(primary_key: bool = False, nullable: bool = False) -> Column[int]:
    return Column(BigInteger, primary_key=primary_key, nullable=nullable, autoincrement=False)


_COMPANY_SPOKE = text("role = 'company'")


class Ledger(SQLModel, table=True):
    """One row: what this ledger is. Compared with the settings at every start."""

    __tablename__ = "ledger"
    origin: str = Field(primary_key=True)
    chain_id: int = Field(sa_column=_int())
    genesis_hash: bytes = Field(sa_column=_bytes())
    contract: bytes = Field(sa_column=_bytes())
    log_address: bytes = Field(sa_column=_bytes())
    vkey: str
    created_at: int = Field(sa_column=_int())


class Addendum(SQLModel, table=True):
    """Bytes beside the tree, by their SHA-256. No row for withheld bytes."""

    __tablename__ = "addendum"
    digest: bytes = Field(sa_column=_bytes(primary_key=True))
    raw: bytes = Field(sa_column=_bytes())


class Submission(SQLModel, table=True):
    """What was accepted, with the parsed members that the projection needs.

    ``statement_id`` and the members after it are null for bytes that are no statement of this
    ledger under this key (direct route only).
    """

    __tablename__ = "submission"
    __table_args__ = (Index("submission_digest", "digest"),)
    leaf_hash: bytes = Field(sa_column=_bytes(primary_key=True))
    digest: bytes = Field(sa_column=_bytes())
    key: bytes = Field(sa_column=_bytes())
    statement_id: bytes | None = Field(sa_column=_bytes(nullable=True))
    route: str
    order_key: bytes = Field(sa_column=_bytes())
    kind: str | None
    case_id: bytes | None = Field(sa_column=_bytes(nullable=True))
    company: str | None
    author: bytes | None = Field(sa_column=_bytes(nullable=True))


class Waiting(SQLModel, table=True):
    """Accepted and durable, not yet in the log; UUIDv7 order is the order of acceptance."""

    __tablename__ = "waiting"
    order_key: bytes = Field(sa_column=_bytes(primary_key=True))
    leaf_hash: bytes = Field(sa_column=_bytes())


class First(SQLModel, table=True):
    """The first leaf of a statement id; another signature of the same words is refused."""

    __tablename__ = "first"
    statement_id: bytes = Field(sa_column=_bytes(primary_key=True))
    leaf_hash: bytes = Field(sa_column=_bytes())


class Leaf(SQLModel, table=True):
    """The log itself: 69 or 65 bytes at each index."""

    __tablename__ = "leaf"
    idx: int = Field(sa_column=_int(primary_key=True))
    leaf_hash: bytes = Field(sa_column=Column(Bytes, nullable=False, unique=True))
    data: bytes = Field(sa_column=_bytes())


class CheckpointRow(SQLModel, table=True):
    """A signed tree head. Its commit together with its leaves is what forbids a fork."""

    __tablename__ = "checkpoint"
    size: int = Field(sa_column=_int(primary_key=True))
    root: bytes = Field(sa_column=_bytes())
    note: bytes = Field(sa_column=_bytes())
    created_at: int = Field(sa_column=_int())


class Published(SQLModel, table=True):
    """Tiles, addenda and checkpoint file of this size are in the object store."""

    __tablename__ = "published"
    size: int = Field(sa_column=_int(primary_key=True))


class Withheld(SQLModel, table=True):
    """The statement at ``statement_idx`` (an entry.withheld) took these bytes out of sight."""

    __tablename__ = "withheld"
    digest: bytes = Field(sa_column=_bytes(primary_key=True))
    statement_idx: int = Field(sa_column=_int())
    reason: str


class Entry(SQLModel, table=True):
    """One statement leaf as it reads. ``statement_id`` is null for opaque bytes: no statement of
    this ledger whose signature and key are right. ``role`` is null where not understood."""

    __tablename__ = "entry"
    __table_args__ = (
        Index("entry_statement_id", "statement_id"),
        Index("entry_case_id", "case_id", "idx"),
        Index("entry_company", "company", "idx"),
        Index("entry_kind", "kind", "idx"),
        Index("entry_spoken", "company", "role", sqlite_where=_COMPANY_SPOKE, postgresql_where=_COMPANY_SPOKE),
    )
    idx: int = Field(sa_column=_int(primary_key=True))
    key: bytes = Field(sa_column=_bytes())
    digest: bytes = Field(sa_column=_bytes())
    statement_id: bytes | None = Field(sa_column=_bytes(nullable=True))
    kind: str | None
    case_id: bytes | None = Field(sa_column=_bytes(nullable=True))
    company: str | None
    author: bytes | None = Field(sa_column=_bytes(nullable=True))
    understood: bool
    role: str | None
    route: str


class CompanyKey(SQLModel, table=True):
    """A binding or revocation of a company key, as recorded at ``idx``."""

    __tablename__ = "company_key"
    __table_args__ = (Index("company_key_company", "company", "idx"),)
    idx: int = Field(sa_column=_int(primary_key=True))
    company: str
    key: bytes = Field(sa_column=_bytes())
    method: str
    attester: bytes = Field(sa_column=_bytes())
    checked_at: int = Field(sa_column=_int())
    revoked: bool


class Attester(SQLModel, table=True):
    """An attester that the operator bound at ``idx``; ``scope`` is separated by spaces."""

    __tablename__ = "attester"
    idx: int = Field(sa_column=_int(primary_key=True))
    key: bytes = Field(sa_column=_bytes())
    scope: str


class Lease(SQLModel, table=True):
    """Who may sequence, until when (milliseconds since 1970)."""

    __tablename__ = "lease"
    name: str = Field(primary_key=True)
    holder: str
    until: int = Field(sa_column=_int())


def table(model: type[SQLModel]) -> Table:
    """The SQLAlchemy table of a model: bulk statements skip the ORM."""
    return SQLModel.metadata.tables[str(model.__tablename__)]


PROJECTION = (Entry, CompanyKey, Attester, Withheld)
