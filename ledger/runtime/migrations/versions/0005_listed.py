"""A ledger of before the index: what its projection read as a statement under its own key is listed.

Of withheld bytes that were never read, those in a ``Submitted`` event decide, or else the key in the leaf.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.index import key_to_list
from ledger.leaf import StatementLeaf

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_READ = sa.text(
    "INSERT INTO listed (idx, key, leaf_hash) SELECT e.idx, e.key, l.leaf_hash FROM entry e"
    " JOIN leaf l ON l.idx = e.idx WHERE e.statement_id IS NOT NULL AND e.key <> :none"
)
_WITHHELD = sa.text(
    "SELECT DISTINCT e.idx, e.key, e.digest, l.leaf_hash, t.raw FROM entry e JOIN leaf l ON l.idx = e.idx"
    " JOIN withheld w ON w.digest = e.digest LEFT JOIN ticket t ON t.leaf_hash = l.leaf_hash"
    " WHERE e.statement_id IS NULL AND e.key <> :none"
)
_LIST = sa.text("INSERT INTO listed (idx, key, leaf_hash) VALUES (:idx, :key, :leaf_hash)")


def upgrade() -> None:
    connection, none = op.get_bind(), {"none": bytes(32)}
    connection.execute(_READ, none)
    origin = connection.execute(sa.text("SELECT origin FROM ledger")).scalar()
    for row in connection.execute(_WITHHELD, none).all():
        leaf = StatementLeaf(bytes(row.key), bytes(row.digest))
        raw = None if row.raw is None else bytes(row.raw)
        if origin is not None and key_to_list(leaf, raw, origin) is not None:
            connection.execute(_LIST, {"idx": row.idx, "key": leaf.key, "leaf_hash": bytes(row.leaf_hash)})
