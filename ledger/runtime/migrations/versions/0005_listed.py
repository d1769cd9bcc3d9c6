"""A ledger of before the index: what its projection read as a statement under its own key is listed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    copy = sa.text(
        "INSERT INTO listed (idx, key, leaf_hash) SELECT e.idx, e.key, l.leaf_hash FROM entry e"
        " JOIN leaf l ON l.idx = e.idx WHERE e.statement_id IS NOT NULL AND e.key <> :none"
    )
    op.get_bind().execute(copy, {"none": bytes(32)})
