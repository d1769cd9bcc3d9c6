"""The tables of the chain."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _bytes(name: str, *, key: bool = False) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, primary_key=key, nullable=False)


def _int(name: str, *, key: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, primary_key=key, nullable=False, autoincrement=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String, nullable=False)


def upgrade() -> None:
    op.create_table("home_chain", _bytes("genesis", key=True), _int("chain_id"), _bytes("contract"), _int("seen_at"))
    op.create_table(
        "final_block",
        _bytes("hash", key=True),
        _bytes("genesis"),
        _int("number"),
        _int("timestamp"),
        _bytes("header"),
    )
    op.create_index("final_block_timestamp", "final_block", ["timestamp"])
    op.create_index("final_block_number", "final_block", ["genesis", "number"])
    _create_tickets()
    _create_anchors()


def _create_tickets() -> None:
    op.create_table(
        "ticket",
        _bytes("genesis", key=True),
        _bytes("block_hash", key=True),
        _int("number", key=True),
        _bytes("tx_hash"),
        _int("block_number"),
        _bytes("leaf_hash"),
        _bytes("key"),
        _bytes("raw"),
        _int("submitted_at"),
    )
    op.create_table(
        "ticket_proof",
        _bytes("genesis", key=True),
        _int("number", key=True),
        _bytes("block_hash"),
        _bytes("header"),
        _int("tx_index"),
        _int("log_index"),
        _text("nodes"),
    )


def _create_anchors() -> None:
    op.create_table(
        "anchor_attempt",
        _bytes("tx_hash", key=True),
        _bytes("genesis"),
        _int("nonce"),
        _int("size"),
        _bytes("root"),
        _int("held"),
        _int("forced"),
        _int("max_fee"),
        _int("priority_fee"),
        _bytes("raw"),
        _int("sent_at"),
    )
    op.create_index("anchor_attempt_nonce", "anchor_attempt", ["genesis", "nonce"])
    op.create_table(
        "anchor",
        _bytes("genesis", key=True),
        _int("size", key=True),
        _bytes("root"),
        _int("block_number"),
        _bytes("block_hash"),
        _int("timestamp"),
        _bytes("header"),
        _bytes("tx_hash"),
        _int("tx_index"),
        _int("log_index"),
        _text("nodes"),
        _int("included"),
        _int("submitted"),
        _int("complete_to"),
    )
    op.create_index("anchor_block_number", "anchor", ["genesis", "block_number"])
