"""Reading the chain: final blocks, direct submissions, final anchors and their proofs.

One call of ``follow`` does everything that is new, in this order:

1. the newest final block, which must extend what was recorded as final before
2. every event of the log since the last call, compared with the contract's own counters: a node that
   keeps events back is noticed before anything is recorded (``event_reader.py``)
3. the final ones, each proven before it is recorded
4. the final block itself, which people may then quote
5. the queue at the newest block, which may still be reorganised

A crash between any two steps is repaired by the next call.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from ledger.anchor import SUBMITTED_TOPIC, parse_submitted, verify_anchor, verify_submission
from ledger.encoding import encode_hex
from ledger.errors import Malformed, RuntimeChainUnavailable, RuntimeFinality, RuntimeLog, Verification
from ledger.policy import Finality
from ledger.runtime.capture import CapturedBlock, capture_block
from ledger.runtime.chain import BlockInfo, Chain, Event, final_block, read_header
from ledger.runtime.chain_store import ChainStore, encode_nodes
from ledger.runtime.chain_tables import AnchorRow, TicketRow
from ledger.runtime.contract import MAX_FORCED, Head
from ledger.runtime.event_reader import EventReader, Tally

_log = logging.getLogger(__name__)
RECORD_EVERY_S = 10
"""Seconds of chain time between two recorded final blocks: bounds only need to be this fine."""
RECORD_EVERY_PRACTICE_S = 1
"""On the practice chain, where all of a demo happens within seconds, and a row costs nobody anything."""


@dataclass(frozen=True, slots=True)
class FollowRules:
    """Which log on which contract, and from which block on there can be anything of it."""

    contract: bytes
    log: bytes
    finality: Finality
    first_block: int = 0
    record_every_s: int = RECORD_EVERY_S


@dataclass(frozen=True, slots=True)
class View:
    """What the chain says now. ``open_tickets``: the oldest ones not yet settled, at most 64, in order."""

    latest: BlockInfo
    final: BlockInfo
    head: Head
    open_tickets: tuple[TicketRow, ...]


@dataclass(frozen=True, slots=True)
class _News:
    """Events since the mark: those up to the final block and those after it, and the mark to be.

    A mark is the tally of final events that were recorded; its block is the last one read.
    """

    latest: BlockInfo
    head: Head
    final: tuple[Event, ...]
    open: tuple[Event, ...]
    mark: Tally


class Follower:
    """Follows one log on one chain. ``root_at`` gives the log's own root of a size, None beyond its end."""

    def __init__(
        self, chain: Chain, store: ChainStore, rules: FollowRules, root_at: Callable[[int], bytes | None],
        step: Callable[[str], None] = lambda name: None,
    ) -> None:  # fmt: skip
        self._chain = chain
        self._store = store
        self._rules = rules
        self._root_at = root_at
        self._step = step
        self._mark: Tally | None = None
        self._block: CapturedBlock | None = None
        self.failed: dict[bytes, str] = {}
        """Events that could not be proven: transaction hash to reason. Later anchors cover for them."""

    def follow(self) -> View:
        """Do all that is new. Raises RuntimeFinality, RuntimeLog, RuntimeChainUnavailable."""
        final = final_block(self._chain, self._rules.finality)
        self._check_finality(final)  # step 1
        news = self._read(final)  # step 2
        self._record_events(news)  # step 3
        self._step("events recorded")
        self._record_final(final)  # step 4
        self._step("final block recorded")
        self._record_queue(news)  # step 5
        self._step("queue recorded")
        return View(news.latest, final, news.head, self._open_tickets(news.head))

    def _check_finality(self, final: BlockInfo) -> None:
        """The chain must still hold what it called final."""
        recorded = self._store.newest_recorded()
        if recorded is None:
            return
        there = final if final.number == recorded.number else self._chain.block(recorded.number)
        if there is None:
            raise RuntimeChainUnavailable(
                f"the node is behind: block {recorded.number} was final, and it does not have that yet"
            )
        if there.hash != recorded.hash:
            raise RuntimeFinality(
                f"finality violated: block {recorded.number} was final with the hash {encode_hex(recorded.hash)}"
                f" and is now {encode_hex(there.hash)}; anchoring stops, recording goes on"
                " (docs/operating/chain.md says what to do)"
            )

    def _read(self, final: BlockInfo) -> _News:
        latest = self._chain.block("latest")
        if latest is None:
            raise RuntimeChainUnavailable("the node has no newest block")
        mark, rules = self._mark or self._resume(), self._rules
        end = max(mark.block, final.number)
        head = self._chain.head(rules.contract, rules.log, latest.number)
        reader = EventReader(self._chain, rules.contract, rules.log)
        events, _ = reader.read(mark.block + 1, latest.number, mark, head)
        settled = [event for event in events if event.block_number <= end]
        for event in settled:
            mark = mark.after(event, rules.contract)
        return _News(latest, head, tuple(settled), tuple(events[len(settled) :]), mark.up_to(end))

    def _resume(self) -> Tally:
        """Where a new process goes on: at the newest final anchor, if every ticket before it is proven."""
        newest = self._store.newest_anchor()
        if newest is None or self._store.proven_tickets() < newest.submitted:
            return Tally.at(self._rules.first_block - 1)
        # The rest of that anchor's own block is read once more.
        return Tally.at(newest.block_number - 1, newest.submitted, newest.size, newest.included)

    def _record_events(self, news: _News) -> None:
        for event in news.final:
            try:
                self._record_event(event)
            except (Malformed, Verification) as error:
                # One block that cannot be proven must not keep back the others.
                _log.error("event of %s not proven: %s", encode_hex(event.tx_hash), error)
                self.failed[event.tx_hash] = str(error)
        self._mark = news.mark
        self._block = None

    def _record_event(self, event: Event) -> None:
        if event.log.topics[:1] == (SUBMITTED_TOPIC,):
            taken = parse_submitted(event.log, self._rules.contract)
            block = self._captured(event)
            self._store.record_ticket(event, taken, block.header.timestamp)
            proof = block.prove(event)
            verify_submission(proof, self._rules.contract, self._rules.log)
            self._store.record_ticket_proof(taken.ticket, event.block_hash, proof)
            self._step("ticket recorded")
        else:
            self._record_anchor(event)
            self._step("anchor recorded")

    def _record_anchor(self, event: Event) -> None:
        block = self._captured(event)
        proof = block.prove(event)
        evidence = verify_anchor(proof, self._rules.contract, self._rules.log)
        anchored, header = evidence.event, evidence.header
        if self._root_at(anchored.size) != anchored.root:
            raise RuntimeLog(
                f"block {header.number} anchors a tree of {anchored.size} leaves with root {encode_hex(anchored.root)}"
                " that this log never had: another log anchors with the same key, or the database is older than the log"
            )
        self._store.record_anchor(AnchorRow(
            genesis=self._store.genesis, size=anchored.size, root=anchored.root, block_number=header.number,
            block_hash=header.hash, timestamp=header.timestamp, header=header.raw, tx_hash=event.tx_hash,
            tx_index=proof.tx_index, log_index=proof.log_index, nodes=encode_nodes(proof.nodes),
            included=anchored.included, submitted=anchored.submitted, complete_to=anchored.complete_to,
        ))  # fmt: skip

    def _captured(self, event: Event) -> CapturedBlock:
        if self._block is None or self._block.header.hash != event.block_hash:
            self._block = capture_block(self._chain, event.block_number, event.block_hash)
        return self._block

    def _record_final(self, final: BlockInfo) -> None:
        newest = self._store.newest_final()
        if newest is not None and (
            final.number <= newest.number or final.timestamp < newest.timestamp + self._rules.record_every_s
        ):
            return
        self._store.record_final(read_header(final))

    def _record_queue(self, news: _News) -> None:
        for event in news.open:
            if event.log.topics[:1] == (SUBMITTED_TOPIC,):
                block = self._chain.block(event.block_hash)
                if block is not None:
                    taken = parse_submitted(event.log, self._rules.contract)
                    self._store.record_ticket(event, taken, block.timestamp)

    def _open_tickets(self, head: Head) -> tuple[TicketRow, ...]:
        last = min(head.submitted, head.included + MAX_FORCED) - 1
        if last < head.included:
            return ()
        rows = self._store.tickets(head.included, last)
        found = []
        for number in range(head.included, last + 1):
            # The contract says which of several rows of a reorganised number counts.
            held = self._chain.ticket(self._rules.contract, self._rules.log, number).leaf_hash27
            row = next((row for row in rows if row.number == number and row.leaf_hash[:27] == held), None)
            if row is None:
                raise RuntimeChainUnavailable(f"the node shows no event of ticket {number}, which the contract holds")
            found.append(row)
        return tuple(found)
