"""The tables of the chain: what was seen, sent and proven. Rows are inserted, never updated.

Every row names the ``genesis`` hash it belongs to: a practice chain that lost its state starts over
under another one, and its old rows stay as history without being used for new evidence.
Hashes have 32 bytes, addresses 20; times are Unix seconds.
"""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from ledger.runtime.columns import binary, integer


class HomeChain(SQLModel, table=True):
    """A chain that this ledger anchored on, since ``seen_at``. The newest row is the one in use."""

    __tablename__ = "home_chain"
    genesis: bytes = Field(sa_column=binary(primary_key=True))
    chain_id: int = Field(sa_column=integer())
    contract: bytes = Field(sa_column=binary())
    seen_at: int = Field(sa_column=integer())


class FinalBlock(SQLModel, table=True):
    """A final block, at most one per 10 s. The newest is served as the recent block to quote."""

    __tablename__ = "final_block"
    __table_args__ = (
        Index("final_block_timestamp", "timestamp"),
        Index("final_block_number", "genesis", "number"),
    )
    hash: bytes = Field(sa_column=binary(primary_key=True))
    genesis: bytes = Field(sa_column=binary())
    number: int = Field(sa_column=integer())
    timestamp: int = Field(sa_column=integer())
    header: bytes = Field(sa_column=binary())


class TicketRow(SQLModel, table=True):
    """A direct submission as an event named it. A reorganisation can leave rows of blocks that are
    no longer part of the chain; the final ones have a ``ticket_proof`` of the same block."""

    __tablename__ = "ticket"
    genesis: bytes = Field(sa_column=binary(primary_key=True))
    block_hash: bytes = Field(sa_column=binary(primary_key=True))
    number: int = Field(sa_column=integer(primary_key=True))
    tx_hash: bytes = Field(sa_column=binary())
    block_number: int = Field(sa_column=integer())
    leaf_hash: bytes = Field(sa_column=binary())
    key: bytes = Field(sa_column=binary())
    raw: bytes = Field(sa_column=binary())
    submitted_at: int = Field(sa_column=integer())


class TicketProof(SQLModel, table=True):
    """The Submitted event of a ticket in a final block, proven up to its header.

    ``nodes`` is a JSON array of 0x hexadecimal, root first; ``log_index`` counts within the receipt.
    """

    __tablename__ = "ticket_proof"
    genesis: bytes = Field(sa_column=binary(primary_key=True))
    number: int = Field(sa_column=integer(primary_key=True))
    block_hash: bytes = Field(sa_column=binary())
    header: bytes = Field(sa_column=binary())
    tx_index: int = Field(sa_column=integer())
    log_index: int = Field(sa_column=integer())
    nodes: str


class AnchorAttempt(SQLModel, table=True):
    """A signed anchor transaction, written before it is sent: after a crash it may be on its way.

    ``held`` is the size it extends and ``forced`` the number of tickets it settles. Fees are in wei per gas;
    ``raw`` is what is sent.
    """

    __tablename__ = "anchor_attempt"
    __table_args__ = (Index("anchor_attempt_nonce", "genesis", "nonce"),)
    tx_hash: bytes = Field(sa_column=binary(primary_key=True))
    genesis: bytes = Field(sa_column=binary())
    nonce: int = Field(sa_column=integer())
    size: int = Field(sa_column=integer())
    root: bytes = Field(sa_column=binary())
    held: int = Field(sa_column=integer())
    forced: int = Field(sa_column=integer())
    max_fee: int = Field(sa_column=integer())
    priority_fee: int = Field(sa_column=integer())
    raw: bytes = Field(sa_column=binary())
    sent_at: int = Field(sa_column=integer())


class AnchorRow(SQLModel, table=True):
    """A final anchor, proven by ``ledger.anchor.verify_anchor`` before it was written."""

    __tablename__ = "anchor"
    __table_args__ = (Index("anchor_block_number", "genesis", "block_number"),)
    genesis: bytes = Field(sa_column=binary(primary_key=True))
    size: int = Field(sa_column=integer(primary_key=True))
    root: bytes = Field(sa_column=binary())
    block_number: int = Field(sa_column=integer())
    block_hash: bytes = Field(sa_column=binary())
    timestamp: int = Field(sa_column=integer())
    header: bytes = Field(sa_column=binary())
    tx_hash: bytes = Field(sa_column=binary())
    tx_index: int = Field(sa_column=integer())
    log_index: int = Field(sa_column=integer())
    nodes: str
    included: int = Field(sa_column=integer())
    submitted: int = Field(sa_column=integer())
    complete_to: int = Field(sa_column=integer())


class AnchoringState(SQLModel, table=True):
    """What anchoring said of itself, a row per change; ``order_key`` is a UUIDv7."""

    __tablename__ = "anchoring_state"

    order_key: bytes = Field(sa_column=binary(primary_key=True))
    word: str
    detail: str


CHAIN_TABLES = (AnchoringState, HomeChain, FinalBlock, TicketRow, TicketProof, AnchorAttempt, AnchorRow)
