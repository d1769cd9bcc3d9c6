"""The tables of the log (rows are inserted, never updated; the log is the truth).

Exceptions: ``lease`` is one changing row; ``waiting`` is the list of work of the sequencer, a row of
which goes away when its leaf is written; a withheld ``addendum`` is deleted. Tables of the chain
are in ``chain_tables.py``. These classes describe storage only and are never request bodies.

Written at acceptance: addendum, submission, first, waiting. Written with each checkpoint: leaf,
checkpoint, and the projection (entry, company_key, attester, withheld), which ``rebuild`` makes anew.
"""

from __future__ import annotations

from sqlalchemy import Index, Table, text
from sqlmodel import Field, SQLModel

from ledger.runtime.columns import binary, integer

_COMPANY_SPOKE = text("role = 'company'")


class Ledger(SQLModel, table=True):
    """One row: what this ledger is. Compared with the settings at every start."""

    __tablename__ = "ledger"
    origin: str = Field(primary_key=True)
    chain_id: int = Field(sa_column=integer())
    genesis_hash: bytes = Field(sa_column=binary())
    contract: bytes = Field(sa_column=binary())
    log_address: bytes = Field(sa_column=binary())
    vkey: str
    created_at: int = Field(sa_column=integer())


class Addendum(SQLModel, table=True):
    """Bytes beside the tree, by their SHA-256. No row for withheld bytes."""

    __tablename__ = "addendum"
    digest: bytes = Field(sa_column=binary(primary_key=True))
    raw: bytes = Field(sa_column=binary())


class Submission(SQLModel, table=True):
    """What was accepted, with the parsed members that the projection needs.

    ``statement_id`` and the members after it are null for bytes that are no statement of this
    ledger under this key (direct route only).
    """

    __tablename__ = "submission"
    __table_args__ = (Index("submission_digest", "digest"),)
    leaf_hash: bytes = Field(sa_column=binary(primary_key=True))
    digest: bytes = Field(sa_column=binary())
    key: bytes = Field(sa_column=binary())
    statement_id: bytes | None = Field(sa_column=binary(nullable=True))
    route: str
    order_key: bytes = Field(sa_column=binary())
    kind: str | None
    case_id: bytes | None = Field(sa_column=binary(nullable=True))
    company: str | None
    author: bytes | None = Field(sa_column=binary(nullable=True))


class Waiting(SQLModel, table=True):
    """Accepted and durable, not yet in the log; UUIDv7 order is the order of acceptance."""

    __tablename__ = "waiting"
    order_key: bytes = Field(sa_column=binary(primary_key=True))
    leaf_hash: bytes = Field(sa_column=binary())


class First(SQLModel, table=True):
    """The first leaf of a statement id; another signature of the same words is refused."""

    __tablename__ = "first"
    statement_id: bytes = Field(sa_column=binary(primary_key=True))
    leaf_hash: bytes = Field(sa_column=binary())


class Leaf(SQLModel, table=True):
    """The log itself: 69 or 65 bytes at each index."""

    __tablename__ = "leaf"
    idx: int = Field(sa_column=integer(primary_key=True))
    leaf_hash: bytes = Field(sa_column=binary(unique=True))
    data: bytes = Field(sa_column=binary())


class CheckpointRow(SQLModel, table=True):
    """A signed tree head. Its commit together with its leaves is what forbids a fork."""

    __tablename__ = "checkpoint"
    size: int = Field(sa_column=integer(primary_key=True))
    root: bytes = Field(sa_column=binary())
    note: bytes = Field(sa_column=binary())
    created_at: int = Field(sa_column=integer())


class Published(SQLModel, table=True):
    """Tiles, addenda and checkpoint file of this size are in the object store."""

    __tablename__ = "published"
    size: int = Field(sa_column=integer(primary_key=True))


class Withheld(SQLModel, table=True):
    """The statement at ``statement_idx`` (an entry.withheld) took these bytes out of sight."""

    __tablename__ = "withheld"
    digest: bytes = Field(sa_column=binary(primary_key=True))
    statement_idx: int = Field(sa_column=integer())
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
    idx: int = Field(sa_column=integer(primary_key=True))
    key: bytes = Field(sa_column=binary())
    digest: bytes = Field(sa_column=binary())
    statement_id: bytes | None = Field(sa_column=binary(nullable=True))
    kind: str | None
    case_id: bytes | None = Field(sa_column=binary(nullable=True))
    company: str | None
    author: bytes | None = Field(sa_column=binary(nullable=True))
    understood: bool
    role: str | None
    route: str


class CompanyKey(SQLModel, table=True):
    """A binding or revocation of a company key, as recorded at ``idx``."""

    __tablename__ = "company_key"
    __table_args__ = (Index("company_key_company", "company", "idx"),)
    idx: int = Field(sa_column=integer(primary_key=True))
    company: str
    key: bytes = Field(sa_column=binary())
    method: str
    attester: bytes = Field(sa_column=binary())
    checked_at: int = Field(sa_column=integer())
    revoked: bool


class Attester(SQLModel, table=True):
    """An attester that the operator bound at ``idx``; ``scope`` is separated by spaces."""

    __tablename__ = "attester"
    idx: int = Field(sa_column=integer(primary_key=True))
    key: bytes = Field(sa_column=binary())
    scope: str


class Lease(SQLModel, table=True):
    """Who may sequence, until when (milliseconds since 1970)."""

    __tablename__ = "lease"
    name: str = Field(primary_key=True)
    holder: str
    until: int = Field(sa_column=integer())


def table(model: type[SQLModel]) -> Table:
    """The SQLAlchemy table of a model: bulk statements skip the ORM."""
    return SQLModel.metadata.tables[str(model.__tablename__)]


PROJECTION = (Entry, CompanyKey, Attester, Withheld)
