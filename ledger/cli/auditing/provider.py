"""One provider of the home chain, asked for everything that a log's contract ever said of the log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ledger.anchor import (
    ANCHORED_TOPIC,
    ReceiptProof,
    verify_anchor,
    verify_submission,
)
from ledger.audit.anchoring import AnchorSeen, TicketSeen
from ledger.encoding import encode_hex
from ledger.errors import RuntimeChainUnavailable, RuntimeFinality, RuntimeForeignChain, RuntimeWrongContract
from ledger.policy import LedgerTrust
from ledger.runtime.capture import CapturedBlock, capture_block
from ledger.runtime.chain import BlockInfo, Chain, Event, RpcRefusal, final_block, verify_contract
from ledger.runtime.contract import Head
from ledger.runtime.event_reader import TOPICS, EventReader, Tally

_TELL_EVERY = 200


@dataclass(slots=True)
class ChainRecord:
    """All events up to the final block ``block`` (its hash and time); ``size`` is what the contract holds there."""

    block: int = -1
    block_hash: bytes = b""
    timestamp: int = 0
    size: int = 0
    anchors: list[AnchorSeen] = field(default_factory=list)
    tickets: list[TicketSeen] = field(default_factory=list)


class Provider:
    """One node, which proved the chain of the trust policy. Raises RuntimeForeignChain and the like."""

    def __init__(self, chain: Chain, trust: LedgerTrust, record: ChainRecord) -> None:
        self._trust, self._record, self._chain = trust, record, chain
        found = chain.identity()
        if (found.chain_id, found.genesis) != (trust.chain.id, trust.chain.genesis):
            raise RuntimeForeignChain(
                f"it serves the chain {found.chain_id} with genesis {encode_hex(found.genesis)}; {trust.chain.name} has"
                f" id {trust.chain.id} and genesis {encode_hex(trust.chain.genesis)}"
            )
        verify_contract(self._chain, trust.contract, trust.code_hash)
        self.final: BlockInfo = final_block(self._chain, trust.finality)
        self._last: BlockInfo = self.final
        self._events: list[Event] = []
        self._head: Head | None = None
        self._captured: CapturedBlock | None = None
        self._forgets = False
        self._check_finality()

    def _check_finality(self) -> None:
        if self._record.block < 0:
            return
        there = self._chain.block(self._record.block)
        if there is None or self.final.number < self._record.block:
            raise RuntimeChainUnavailable(f"the node is behind: block {self._record.block} was final before")
        if there.hash != self._record.block_hash:
            raise RuntimeFinality(
                f"finality violated: block {self._record.block} was final with the hash"
                f" {encode_hex(self._record.block_hash)} and is now {encode_hex(there.hash)}"
            )

    def read(self, last: int) -> None:
        """The events since the record, up to block ``last``, compared with the contract's own counters."""
        trust = self._trust
        found = self.final if last == self.final.number else self._chain.block(last)
        if found is None:
            raise RuntimeChainUnavailable(f"the node does not know block {last}")
        self._last = found
        self._head = self._chain.head(trust.contract, trust.log, last)
        record = self._record
        included = record.anchors[-1].event.included if record.anchors else 0
        first = max(trust.first_block, record.block + 1)
        start = Tally.at(max(0, first - 1), len(record.tickets), record.size, included)
        reader = EventReader(self._chain, trust.contract, trust.log, self._state)
        self._events, _ = reader.read(first, last, start, self._head)

    def _state(self, block: int) -> Head | None:
        """The contract's head after a block, None where the node has forgotten it: it shows anchors kept back."""
        if self._forgets:
            return None
        try:
            return self._chain.head(self._trust.contract, self._trust.log, block)
        except RuntimeWrongContract:
            return Head(0, bytes(32), 0, 0, 0)  # the contract came later
        except RpcRefusal:
            self._forgets = True
            return None

    def view(self) -> tuple[object, ...]:
        """What two providers must agree on."""
        events = tuple((event.block_hash, event.tx_index, event.log) for event in self._events)
        return self._last.hash, self._head, events

    def proven(self, record: ChainRecord, say: Callable[[str], None]) -> ChainRecord:
        """``record`` and everything new, each event proven by its receipt."""
        assert self._head is not None, "read before"
        done = ChainRecord(
            self._last.number, self._last.hash, self._last.timestamp, self._head.size,
            list(record.anchors), list(record.tickets),
        )  # fmt: skip
        for count, event in enumerate(self._events, 1):
            seen = check_proof(self._proof(event), self._trust, event.log.topics[0], event.block_hash)
            if isinstance(seen, AnchorSeen):
                done.anchors.append(seen)
            else:
                done.tickets.append(seen)
            if count % _TELL_EVERY == 0:
                say(f"{count} of {len(self._events)} events proven ...")
        return done

    def prove(self, seen: AnchorSeen | TicketSeen) -> ReceiptProof:
        """The proof of an event that was seen before, from the node."""
        events = self._chain.events(self._trust.contract, self._trust.log, TOPICS, seen.block, seen.block)
        for event in events:
            proof = self._proof(event)
            if check_proof(proof, self._trust, event.log.topics[0], event.block_hash) == seen:
                return proof
        raise RuntimeChainUnavailable(f"the node does not show the event of block {seen.block} any more")

    def _proof(self, event: Event) -> ReceiptProof:
        if self._captured is None or self._captured.header.hash != event.block_hash:
            self._captured = capture_block(self._chain, event.block_number, event.block_hash)
        return self._captured.prove(event)


__all__ = ["Provider", "TicketSeen"]


def check_proof(proof: ReceiptProof, trust: LedgerTrust, topic: bytes, block_hash: bytes) -> AnchorSeen | TicketSeen:
    """The event that ``proof`` shows. Raises as ``ledger.anchor``."""
    if topic == ANCHORED_TOPIC:
        evidence = verify_anchor(proof, trust.contract, trust.log)
        return AnchorSeen(evidence.header.number, block_hash, evidence.header.timestamp, evidence.event)
    header, event = verify_submission(proof, trust.contract, trust.log)
    return TicketSeen(header.number, block_hash, header.timestamp, event)
