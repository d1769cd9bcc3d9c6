"""The tables of the log."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _bytes(name: str, *, key: bool = False, null: bool = False) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, primary_key=key, nullable=null)


def _int(name: str, *, key: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, primary_key=key, nullable=False, autoincrement=False)


def _text(name: str, *, key: bool = False, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String, primary_key=key, nullable=null)


def upgrade() -> None:
    op.create_table(
        "ledger",
        _text("origin", key=True),
        _int("chain_id"),
        _bytes("genesis_hash"),
        _bytes("contract"),
        _bytes("log_address"),
        _text("vkey"),
        _int("created_at"),
    )
    op.create_table("addendum", _bytes("digest", key=True), _bytes("raw"))
    op.create_table(
        "submission",
        _bytes("leaf_hash", key=True),
        _bytes("digest"),
        _bytes("key"),
        _bytes("statement_id", null=True),
        _text("route"),
        _bytes("order_key"),
        _text("kind", null=True),
        _bytes("case_id", null=True),
        _text("company", null=True),
        _bytes("author", null=True),
    )
    op.create_index("submission_digest", "submission", ["digest"])
    op.create_table("waiting", _bytes("order_key", key=True), _bytes("leaf_hash"))
    op.create_table("first", _bytes("statement_id", key=True), _bytes("leaf_hash"))
    op.create_table(
        "leaf",
        _int("idx", key=True),
        sa.Column("leaf_hash", sa.LargeBinary, nullable=False, unique=True),
        _bytes("data"),
    )
    op.create_table("checkpoint", _int("size", key=True), _bytes("root"), _bytes("note"), _int("created_at"))
    op.create_table("published", _int("size", key=True))
    op.create_table("lease", _text("name", key=True), _text("holder"), _int("until"))
    _create_projection()


def _create_projection() -> None:
    op.create_table("withheld", _bytes("digest", key=True), _int("statement_idx"), _text("reason"))
    op.create_table(
        "entry",
        _int("idx", key=True),
        _bytes("key"),
        _bytes("digest"),
        _bytes("statement_id", null=True),
        _text("kind", null=True),
        _bytes("case_id", null=True),
        _text("company", null=True),
        _bytes("author", null=True),
        sa.Column("understood", sa.Boolean, nullable=False),
        _text("role", null=True),
        _text("route"),
    )
    op.create_index("entry_statement_id", "entry", ["statement_id"])
    op.create_index("entry_case_id", "entry", ["case_id", "idx"])
    op.create_index("entry_company", "entry", ["company", "idx"])
    op.create_index("entry_kind", "entry", ["kind", "idx"])
    spoke = sa.text("role = 'company'")
    op.create_index("entry_spoken", "entry", ["company", "role"], sqlite_where=spoke, postgresql_where=spoke)
    op.create_table(
        "company_key",
        _int("idx", key=True),
        _text("company"),
        _bytes("key"),
        _text("method"),
        _bytes("attester"),
        _int("checked_at"),
        sa.Column("revoked", sa.Boolean, nullable=False),
    )
    op.create_index("company_key_company", "company_key", ["company", "idx"])
    op.create_table("attester", _int("idx", key=True), _bytes("key"), _text("scope"))


def downgrade() -> None:
    raise NotImplementedError("a ledger is never taken back; restore a copy of the database instead")
