"""What anchoring said of itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "anchoring_state",
        sa.Column("order_key", sa.LargeBinary, primary_key=True, nullable=False),
        sa.Column("word", sa.String, nullable=False),
        sa.Column("detail", sa.String, nullable=False),
    )
