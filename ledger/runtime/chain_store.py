"""Reading and writing the tables of the chain, for one genesis hash.

Writers insert what is not there yet and never change a row, so every step may be repeated after a
crash.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, SQLModel, col, select

from ledger.anchor import ReceiptProof, Submitted
from ledger.encoding import encode_hex
from ledger.evm import Header
from ledger.runtime.chain import ChainIdentity, Event
from ledger.runtime.chain_tables import AnchorAttempt, AnchorRow, FinalBlock, HomeChain, TicketProof, TicketRow
from ledger.runtime.store import Store


@dataclass(frozen=True, slots=True)
class Recorded:
    """A block that was recorded as final."""

    number: int
    hash: bytes


def encode_nodes(nodes: Sequence[bytes]) -> str:
    """A JSON array of 0x hexadecimal."""
    return json.dumps([encode_hex(node) for node in nodes], separators=(",", ":"))


def anchor_proof(row: AnchorRow | TicketProof) -> ReceiptProof:
    """The receipt proof that a row holds."""
    nodes = tuple(bytes.fromhex(node[2:]) for node in json.loads(row.nodes))
    return ReceiptProof(row.header, row.tx_index, row.log_index, nodes)


def current_chain(session: Session) -> HomeChain | None:
    """The chain in use: the newest one that the ledger anchored on. None before the first."""
    return session.exec(select(HomeChain).order_by(col(HomeChain.seen_at).desc()).limit(1)).first()


class ChainStore:
    """The rows of one chain. ``identity`` is proven by the caller."""

    def __init__(self, store: Store, identity: ChainIdentity) -> None:
        self._store = store
        self.identity = identity
        self.genesis = identity.genesis

    # --- what was seen ----------------------------------------------------------------------------

    def record_home(self, contract: bytes, now: int) -> None:
        """Note that this chain is in use since ``now``, unless it was noted before."""

        def work(session: Session) -> None:
            newest = current_chain(session)
            # Later than any other, also within the same second or after a clock was set back.
            seen_at = now if newest is None else max(now, newest.seen_at + 1)
            if session.get(HomeChain, self.genesis) is None:
                session.add(HomeChain(
                    genesis=self.genesis, chain_id=self.identity.chain_id, contract=contract, seen_at=seen_at
                ))  # fmt: skip

        self._store.transact(work)

    def newest_final(self) -> FinalBlock | None:
        """The newest final block recorded."""
        newest = col(FinalBlock.number).desc()
        with self._store.read() as session:
            return session.exec(select(FinalBlock).where(FinalBlock.genesis == self.genesis).order_by(newest)).first()

    def newest_recorded(self) -> Recorded | None:
        """The highest block that anything final was recorded of; those below are its ancestors."""
        with self._store.read() as session:
            rows = [
                session.exec(
                    select(col(FinalBlock.number), col(FinalBlock.hash))
                    .where(FinalBlock.genesis == self.genesis)
                    .order_by(col(FinalBlock.number).desc())
                ).first(),
                session.exec(
                    select(col(AnchorRow.block_number), col(AnchorRow.block_hash))
                    .where(AnchorRow.genesis == self.genesis)
                    .order_by(col(AnchorRow.block_number).desc())
                ).first(),
            ]
        found = [Recorded(number, block_hash) for number, block_hash in filter(None, rows)]
        return max(found, key=lambda recorded: recorded.number, default=None)

    def record_final(self, header: Header) -> None:
        """Record a final block. Everything in the blocks up to it must have been recorded before."""
        self._insert([FinalBlock(
            hash=header.hash, genesis=self.genesis, number=header.number,
            timestamp=header.timestamp, header=header.raw,
        )])  # fmt: skip

    # --- direct submissions -----------------------------------------------------------------------

    def record_ticket(self, event: Event, taken: Submitted, submitted_at: int) -> None:
        """Record a direct submission as an event of any block named it."""
        self._insert([TicketRow(
            genesis=self.genesis, block_hash=event.block_hash, number=taken.ticket, tx_hash=event.tx_hash,
            block_number=event.block_number, leaf_hash=taken.leaf_hash, key=taken.key, raw=taken.statement,
            submitted_at=submitted_at,
        )])  # fmt: skip

    def record_ticket_proof(self, number: int, block_hash: bytes, proof: ReceiptProof) -> None:
        """Record the verified proof of a ticket in a final block."""
        self._insert([TicketProof(
            genesis=self.genesis, number=number, block_hash=block_hash, header=proof.header,
            tx_index=proof.tx_index, log_index=proof.log_index, nodes=encode_nodes(proof.nodes),
        )])  # fmt: skip

    def tickets(self, first: int, last: int) -> list[TicketRow]:
        """Rows of tickets ``first`` to ``last``; several of one number after a reorganisation."""
        with self._store.read() as session:
            return list(session.exec(
                select(TicketRow)
                .where(TicketRow.genesis == self.genesis, TicketRow.number >= first, TicketRow.number <= last)
                .order_by(col(TicketRow.number))
            ))  # fmt: skip

    def proven_tickets(self) -> int:
        """How many tickets of final blocks have a proof."""
        with self._store.read() as session:
            count = session.exec(
                select(func.count()).select_from(TicketProof).where(TicketProof.genesis == self.genesis)
            ).one()
        return int(count)

    # --- anchors ----------------------------------------------------------------------------------

    def record_attempt(self, attempt: AnchorAttempt) -> None:
        """Record a signed transaction, before it is sent."""
        self._insert([attempt])

    def attempts(self, nonce: int) -> list[AnchorAttempt]:
        """What was signed with this nonce, the dearest last: at most one of them can be mined."""
        with self._store.read() as session:
            return list(session.exec(
                select(AnchorAttempt)
                .where(AnchorAttempt.genesis == self.genesis, AnchorAttempt.nonce == nonce)
                .order_by(col(AnchorAttempt.max_fee), col(AnchorAttempt.sent_at))
            ))  # fmt: skip

    def largest_attempt(self) -> int:
        """The largest size that an anchor was ever signed for; 0 if none."""
        with self._store.read() as session:
            largest = session.exec(
                select(func.max(AnchorAttempt.size)).where(AnchorAttempt.genesis == self.genesis)
            ).one()
        return int(largest or 0)

    def record_anchor(self, row: AnchorRow) -> None:
        """Record a final anchor whose proof was verified."""
        self._insert([row])

    def newest_anchor(self) -> AnchorRow | None:
        """The largest final anchor."""
        newest = col(AnchorRow.size).desc()
        with self._store.read() as session:
            return session.exec(select(AnchorRow).where(AnchorRow.genesis == self.genesis).order_by(newest)).first()

    def has_anchor(self, size: int) -> bool:
        """True if a final anchor of this size is recorded."""
        with self._store.read() as session:
            return session.get(AnchorRow, (self.genesis, size)) is not None

    def _insert(self, rows: Sequence[SQLModel]) -> None:
        def work(session: Session) -> None:
            for row in rows:
                key = tuple(getattr(row, column.name) for column in type(row).__table__.primary_key)  # type: ignore[attr-defined]
                if session.get(type(row), key) is None:
                    session.add(type(row)(**row.model_dump()))

        self._store.transact(work)
