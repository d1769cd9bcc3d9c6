"""Recovered anchors and submissions as rows of the home's database, for a server that goes on.

An empty database takes everything. Where the log's own leaves are there (restored from the files),
each anchored head must be one of their roots: a log that does not contain what was anchored is not the
log that people hold proofs of. Then also its checkpoints of anchored sizes are signed again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from sqlalchemy import FromClause, func, insert, select
from sqlmodel import Session

from ledger.checkpoint import Checkpoint, sign_checkpoint
from ledger.encoding import encode_hex
from ledger.errors import Malformed, RuntimeSetting
from ledger.evm import Log
from ledger.note import SigningKey
from ledger.runtime.anchored import LeafRoots, check_anchored
from ledger.runtime.chain import BlockInfo, Chain, ChainIdentity, Event, read_header
from ledger.runtime.chain_store import ChainStore, encode_nodes
from ledger.runtime.chain_tables import AnchorRow, FinalBlock, TicketProof, TicketRow
from ledger.runtime.event_reader import Tally
from ledger.runtime.recover import FoundHead, FoundSubmission, Reached, Source, Totals
from ledger.runtime.store import Store
from ledger.runtime.tables import Addendum, CheckpointRow, table
from ledger.runtime.wiring import read_ledger
from ledger.statement import RecentBlock, parse

_ANCHOR, _TICKET, _PROOF = table(AnchorRow), table(TicketRow), table(TicketProof)
_ADDENDUM, _CHECKPOINT, _FINAL = table(Addendum), table(CheckpointRow), table(FinalBlock)
_NO_LOG = Log(b"", (), b"")


class Tables:
    """A sink (``recover.Sink``). ``log_key`` signs checkpoints of anchored sizes, if it is there."""

    def __init__(
        self, store: Store, source: Source, log_key: SigningKey | None,
        note: Callable[[str], None] = lambda words: None,
    ) -> None:  # fmt: skip
        self._store = store
        self._chain = ChainStore(store, ChainIdentity(source.chain_id, source.genesis))
        self._source = source
        self._log_key = log_key
        self._note = note
        with store.read() as session:
            self._roots = LeafRoots(session)
        _check_ledger(store, source)

    def resume(self, first_block: int) -> Reached:
        """Before the newest block that anything was recorded of: that block may be half recorded."""
        with self._store.read() as session:
            newest = [session.execute(statement).scalar() for statement in (
                select(func.max(_ANCHOR.c.block_number)).where(_ANCHOR.c.genesis == self._source.genesis),
                select(func.max(_TICKET.c.block_number)).select_from(_proven(self._source.genesis)),
            )]  # fmt: skip
            block = max((number for number in newest if number is not None), default=0)
            tally = _tally(session, self._source.genesis, block)
        recorded = self._chain.newest_recorded()
        if tally is None:
            return replace(Reached.nothing(first_block), final=recorded)
        return Reached(tally, block - 1, recorded)

    def record(self, found: Sequence[FoundHead | FoundSubmission], reached: Reached) -> None:
        """See ``Sink``."""
        with self._store.read() as session:
            for item in found:
                if isinstance(item, FoundHead):
                    self._roots.check(session, item.event.size, item.event.root)
        for item in found:
            if isinstance(item, FoundHead):
                self._chain.record_anchor(_anchor_row(self._source.genesis, item))
            else:
                self._record_submission(item)

    def finish(self, chain: Chain, final: BlockInfo) -> None:
        """The chain in use, the final block, the blocks that statements quote, and checkpoints."""
        self._chain.record_home(self._source.contract, int(time.time()))
        self._record_quoted(chain, final)
        self._chain.record_final(read_header(final))
        if self._roots.size:
            with self._store.read() as session:
                check_anchored(session, self._source.genesis)
            if self._log_key is not None:
                self._sign_checkpoints(self._log_key)

    def totals(self) -> Totals:
        """See ``Sink``."""
        genesis = self._source.genesis
        newest = self._chain.newest_anchor()
        included = newest.included if newest is not None else 0
        settled = select(func.count(func.distinct(_TICKET.c.leaf_hash))).select_from(_proven(genesis))
        with self._store.read() as session:
            heads = session.execute(select(func.count()).select_from(_ANCHOR).where(_ANCHOR.c.genesis == genesis))
            known = int(heads.scalar() or 0)
            direct = session.execute(settled.where(_PROOF.c.number < included)).scalar() or 0
        if newest is None:
            return Totals(known, 0, bytes(32), self._chain.proven_tickets(), included, 0)
        leaves = newest.size if self._roots.size >= newest.size else known + int(direct)
        return Totals(known, newest.size, newest.root, self._chain.proven_tickets(), included, leaves)

    def _record_submission(self, found: FoundSubmission) -> None:
        taken, header = found.event, found.header
        event = Event(header.number, header.hash, found.tx_hash, found.proof.tx_index, _NO_LOG)
        self._chain.record_ticket(event, taken, header.timestamp)
        self._chain.record_ticket_proof(taken.ticket, header.hash, found.proof)

    def _record_quoted(self, chain: Chain, final: BlockInfo) -> None:
        """Headers of the blocks that statements quote: they are the lower bounds of bundles."""
        with self._store.read() as session:
            held = set(session.execute(select(_FINAL.c.hash)).scalars())
            wanted = {block for block in _quoted(session, self._source.genesis) if block.hash not in held}
        for place, block in enumerate(sorted(wanted, key=lambda block: block.number)):
            if place % 500 == 499:
                self._note(f"quoted block {place + 1} of {len(wanted)}")
            there = chain.block(block.number) if block.number <= final.number else None
            if there is not None and there.hash == block.hash:
                self._chain.record_final(read_header(there))

    def _sign_checkpoints(self, key: SigningKey) -> None:
        missing = (
            select(_ANCHOR.c.size, _ANCHOR.c.root, _ANCHOR.c.timestamp)
            .outerjoin(_CHECKPOINT, _CHECKPOINT.c.size == _ANCHOR.c.size)
            .where(_ANCHOR.c.genesis == self._source.genesis, _CHECKPOINT.c.size.is_(None))
        )
        with self._store.read() as session:
            rows = session.execute(missing.where(_ANCHOR.c.size <= self._roots.size)).all()
        signed = [
            {"size": row.size, "root": row.root, "created_at": row.timestamp,
             "note": sign_checkpoint(Checkpoint(self._source.origin, row.size, row.root), key)}
            for row in rows
        ]  # fmt: skip
        if signed:
            self._store.transact(lambda session: session.execute(insert(_CHECKPOINT), signed))


def _check_ledger(store: Store, source: Source) -> None:
    facts = read_ledger(store)
    if facts is None:
        return
    held = (facts.origin, facts.chain_id, facts.contract, facts.log_address)
    if held != (source.origin, source.chain_id, source.contract, source.log):
        raise RuntimeSetting(
            f"the database holds the ledger {facts.origin} of log {encode_hex(facts.log_address)} on chain"
            f" {facts.chain_id}, contract {encode_hex(facts.contract)}; to be recovered is {source.origin} of log"
            f" {encode_hex(source.log)} on chain {source.chain_id}, contract {encode_hex(source.contract)}"
        )


def _proven(genesis: bytes) -> FromClause:
    """Tickets with their proofs: those of final blocks."""
    same = (_PROOF.c.genesis == _TICKET.c.genesis) & (_PROOF.c.number == _TICKET.c.number)
    return _TICKET.join(_PROOF, same & (_PROOF.c.block_hash == _TICKET.c.block_hash) & (_TICKET.c.genesis == genesis))


def _tally(session: Session, genesis: bytes, block: int) -> Tally | None:
    """What is recorded of the blocks before ``block``; None where that has gaps, or is nothing."""
    anchors = select(_ANCHOR).where(_ANCHOR.c.genesis == genesis, _ANCHOR.c.block_number < block)
    newest = session.execute(anchors.order_by(_ANCHOR.c.size.desc()).limit(1)).first()
    figures = (func.count(_PROOF.c.number), func.max(_PROOF.c.number), func.max(_TICKET.c.block_number))
    tickets = select(*figures).select_from(_proven(genesis)).where(_TICKET.c.block_number < block)
    count, last, of_tickets = session.execute(tickets).one()
    if newest is None or count != (last + 1 if count else 0) or count < newest.submitted:
        return None
    return Tally(count, newest.size, newest.included, of_tickets if count else 0, newest.block_number)


def _quoted(session: Session, genesis: bytes) -> Iterator[RecentBlock]:
    """The blocks quoted by the statements in the database and in its tickets."""
    for raws in (select(_ADDENDUM.c.raw), select(_TICKET.c.raw).select_from(_proven(genesis))):
        for raw in session.execute(raws).scalars():
            try:
                yield parse(raw).statement.recent_block
            except Malformed:
                continue  # bytes that are no statement quote nothing


def _anchor_row(genesis: bytes, found: FoundHead) -> AnchorRow:
    header, anchored, proof = found.header, found.event, found.proof
    return AnchorRow(
        genesis=genesis, size=anchored.size, root=anchored.root, block_number=header.number, block_hash=header.hash,
        timestamp=header.timestamp, header=header.raw, tx_hash=found.tx_hash, tx_index=proof.tx_index,
        log_index=proof.log_index, nodes=encode_nodes(proof.nodes), included=anchored.included,
        submitted=anchored.submitted, complete_to=anchored.complete_to,
    )  # fmt: skip
