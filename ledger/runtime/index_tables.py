"""The tables of the case index (docs/spec/index.md). Rows are inserted, never updated.

``listed`` and ``index_head`` follow from the log and are made anew by ``rebuild``; nodes stand under their
own hash, so that every root that was ever anchored stays provable.
"""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from ledger.runtime.columns import binary, integer


class Listed(SQLModel, table=True):
    """The leaf at ``idx`` stands in the list of ``key``."""

    __tablename__ = "listed"
    __table_args__ = (Index("listed_key", "key", "idx"),)
    idx: int = Field(sa_column=integer(primary_key=True))
    key: bytes = Field(sa_column=binary())
    leaf_hash: bytes = Field(sa_column=binary())


class IndexHead(SQLModel, table=True):
    """The trie root over the lists of the first ``size`` leaves."""

    __tablename__ = "index_head"
    size: int = Field(sa_column=integer(primary_key=True))
    root: bytes = Field(sa_column=binary())


class IndexNode(SQLModel, table=True):
    """A node of the trie under its hash."""

    __tablename__ = "index_node"
    hash: bytes = Field(sa_column=binary(primary_key=True))
    data: bytes = Field(sa_column=binary())


class CosignatureRow(SQLModel, table=True):
    """The first cosignature line that an auditor gave for the checkpoint of ``size``."""

    __tablename__ = "cosignature"
    size: int = Field(sa_column=integer(primary_key=True))
    name: str = Field(primary_key=True)
    key_id: bytes = Field(sa_column=binary(primary_key=True))
    time: int = Field(sa_column=integer())
    line: str
