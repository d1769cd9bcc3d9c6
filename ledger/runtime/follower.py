"""Reading the chain: final blocks, direct submissions, final anchors and their proofs.

One call of ``follow`` does everything that is new, in this order:

1. the newest final block, which must extend what was recorded as final before;
2. every event of the log up to it, each proven before it is recorded;
3. the final block itself, so that the next call goes on from there;
4. the contract's head and the queue at the newest block, which may still be reorganised.

A crash between any two steps is repaired by the next call.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from ledger.anchor import ANCHORED_TOPIC, SUBMITTED_TOPIC, parse_submitted, verify_anchor, verify_submission
from ledger.encoding import encode_hex
from ledger.errors import Malformed, RuntimeChainUnavailable, RuntimeFinality, RuntimeLog, Verification
from ledger.runtime.capture import CapturedBlock, capture_block
from ledger.runtime.chain import BlockInfo, Chain, Event, final_block, read_header
from ledger.runtime.chain_store import ChainStore, encode_nodes
from ledger.runtime.chain_tables import AnchorRow, TicketRow
from ledger.runtime.contract import MAX_FORCED, Head

_log = logging.getLogger(__name__)
RECORD_EVERY_S = 10
"""Seconds of chain time between two recorded final blocks: bounds only need to be this fine."""


@dataclass(frozen=True, slots=True)
class FollowRules:
    """Which log on which contract, and from which block on there can be anything of it."""

    contract: bytes
    log: bytes
    finality: str | int
    first_block: int = 0


@dataclass(frozen=True, slots=True)
class View:
    """What the chain says now. ``open_tickets``: the oldest ones not yet settled, at most 64, in order."""

    latest: BlockInfo
    final: BlockInfo
    head: Head
    open_tickets: tuple[TicketRow, ...]


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
        self._scanned = -1
        self._block: CapturedBlock | None = None
        self.failed: dict[bytes, str] = {}
        """Events that could not be proven: transaction hash to reason. Later anchors cover for them."""

    def follow(self) -> View:
        """Do all that is new. Raises RuntimeFinality, RuntimeLog, RuntimeChainUnavailable."""
        final = final_block(self._chain, self._rules.finality)
        self._check_finality(final)  # step 1
        self._record_events(final)  # step 2
        self._step("events recorded")
        self._record_final(final)  # step 3
        self._step("final block recorded")
        return self._look(final)  # step 4

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

    def _record_events(self, final: BlockInfo) -> None:
        newest = self._store.newest_final()
        first = max(self._scanned, newest.number if newest else self._rules.first_block - 1) + 1
        if first > final.number:
            return
        topics = [ANCHORED_TOPIC, SUBMITTED_TOPIC]
        events = self._chain.events(self._rules.contract, self._rules.log, topics, first, final.number)
        self._check_numbers(events, self._store.known_tickets())
        for event in events:
            try:
                self._record_event(event)
            except (Malformed, Verification) as error:
                # One block that cannot be proven must not keep back the others.
                _log.error("event of %s not proven: %s", encode_hex(event.tx_hash), error)
                self.failed[event.tx_hash] = str(error)
        self._scanned = final.number
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
            self._block = capture_block(self._chain, event.block_hash)
        return self._block

    def _record_final(self, final: BlockInfo) -> None:
        newest = self._store.newest_final()
        if newest is not None and (
            final.number <= newest.number or final.timestamp < newest.timestamp + RECORD_EVERY_S
        ):
            return
        self._store.record_final(read_header(final))

    def _look(self, final: BlockInfo) -> View:
        latest = self._chain.block("latest")
        if latest is None:
            raise RuntimeChainUnavailable("the node has no newest block")
        rules = self._rules
        head = self._chain.head(rules.contract, rules.log, latest.number)
        events = self._chain.events(rules.contract, rules.log, [SUBMITTED_TOPIC], final.number + 1, latest.number)
        following = self._check_numbers(events, None)
        if following is not None and following != head.submitted:
            raise RuntimeChainUnavailable(
                f"the node shows tickets up to {following - 1}, but the contract took {head.submitted}; asking again"
            )
        for event in events:
            taken = parse_submitted(event.log, rules.contract)
            block = self._chain.block(event.block_hash)
            if block is not None:
                self._store.record_ticket(event, taken, block.timestamp)
        self._step("queue recorded")
        return View(latest, final, head, self._open_tickets(head))

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

    def _check_numbers(self, events: list[Event], expected: int | None) -> int | None:
        """Tickets are numbered without gaps; a gap means that the node kept events back.

        ``expected``: the first number that was not seen before. Returns the number after the last.
        """
        for event in events:
            if event.log.topics[:1] != (SUBMITTED_TOPIC,):
                continue
            number = parse_submitted(event.log, self._rules.contract).ticket
            if expected is not None and number > expected:
                raise RuntimeChainUnavailable(
                    f"the node shows ticket {number} after {expected - 1}: it keeps events back; asking again"
                )
            expected = number + 1
        return expected
