"""The table of time stamps (docs/spec/stamp.md). Rows are inserted, never updated.

Tokens follow from nothing else and are extra evidence: the log is true without them. ``rebuild`` leaves them;
what ``restore`` makes of the files alone has none.
"""

from __future__ import annotations

from sqlmodel import Field, SQLModel

from ledger.runtime.columns import binary, integer


class StampRow(SQLModel, table=True):
    """The first verified token that ``authority`` gave over the log's checkpoint of ``size``.

    ``note`` is the checkpoint as it was stamped, ``not_after`` what the token bounds (Unix seconds).
    """

    __tablename__ = "stamp"
    size: int = Field(sa_column=integer(primary_key=True))
    authority: str = Field(primary_key=True)
    note: bytes = Field(sa_column=binary())
    token: bytes = Field(sa_column=binary())
    not_after: int = Field(sa_column=integer())
    taken_at: int = Field(sa_column=integer())
