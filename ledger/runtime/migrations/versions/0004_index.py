"""The case index: what is listed, the roots computed, the nodes of the trie; and auditors' cosignatures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _bytes(name: str, *, key: bool = False) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, primary_key=key, nullable=False)


def _int(name: str, *, key: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, primary_key=key, nullable=False, autoincrement=False)


def upgrade() -> None:
    op.create_table("listed", _int("idx", key=True), _bytes("key"), _bytes("leaf_hash"))
    op.create_index("listed_key", "listed", ["key", "idx"])
    op.create_table("index_head", _int("size", key=True), _bytes("root"))
    op.create_table("index_node", _bytes("hash", key=True), _bytes("data"))
    op.create_table(
        "cosignature",
        _int("size", key=True),
        sa.Column("name", sa.String, primary_key=True, nullable=False),
        _bytes("key_id", key=True),
        _int("time"),
        sa.Column("line", sa.String, nullable=False),
    )
