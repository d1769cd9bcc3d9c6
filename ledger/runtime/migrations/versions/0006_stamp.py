"""Time-stamp tokens over anchored checkpoints."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stamp",
        sa.Column("size", sa.BigInteger, primary_key=True, nullable=False, autoincrement=False),
        sa.Column("authority", sa.String, primary_key=True, nullable=False),
        sa.Column("note", sa.LargeBinary, nullable=False),
        sa.Column("token", sa.LargeBinary, nullable=False),
        sa.Column("not_after", sa.BigInteger, nullable=False),
        sa.Column("taken_at", sa.BigInteger, nullable=False),
    )
