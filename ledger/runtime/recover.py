"""A log's anchors and direct submissions, recovered from the chain alone.

Needs no server, no database and no files: chain, contract and the log's address are enough. In order:

1. chain and contract are the expected ones; the newest final block is the end
2. windows of blocks, oldest first: where the contract's counters did not move, nothing happened
3. the events of a window, counted so that none is missing (``event_reader.py``)
4. what a node's index says is only where to look: events are those that the receipts of the block at
   that height hold, proven against its header, so an event of a replaced block is none
5. each event proven as a stranger would prove it (``ledger.anchor``); heads only grow, tickets have no gaps
6. every sink records the window; a later run goes on behind it

What was given to the server alone is not on the chain, and is not recovered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from ledger.anchor import SUBMITTED_TOPIC, Anchored, ReceiptProof, Submitted, verify_anchor, verify_submission
from ledger.errors import RuntimeChainUnavailable, RuntimeFinality, RuntimeWrongContract
from ledger.evm import Header
from ledger.policy import Finality
from ledger.runtime.capture import capture_block
from ledger.runtime.chain import BlockInfo, Chain, Event, RpcRefusal, final_block, read_header, verify_contract
from ledger.runtime.chain_store import Recorded
from ledger.runtime.contract import Head
from ledger.runtime.event_reader import EventReader, Tally

WINDOW = 2_000
"""Blocks between two times that the sinks are on disk."""
_PROGRESS_EVERY = 50
_UNBORN = Head(0, bytes(32), 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Source:
    """Which log of which contract on which chain, and which of its blocks are final."""

    origin: str
    chain_id: int
    genesis: bytes
    contract: bytes
    code_hash: bytes
    log: bytes
    first_block: int
    finality: Finality


@dataclass(frozen=True, slots=True)
class FoundHead:
    """A proven anchor."""

    header: Header
    event: Anchored
    tx_hash: bytes
    proof: ReceiptProof


@dataclass(frozen=True, slots=True)
class FoundSubmission:
    """A proven direct submission."""

    header: Header
    event: Submitted
    tx_hash: bytes
    proof: ReceiptProof


@dataclass(frozen=True, slots=True)
class Reached:
    """How far everything was read: all blocks up to ``number``. ``final`` is one that was final then.

    ``every_anchor``: the contract's state before each anchor was compared, so that none is missing.
    """

    tally: Tally
    number: int
    final: Recorded | None
    every_anchor: bool = True

    @classmethod
    def nothing(cls, first_block: int) -> Reached:
        """Nothing was read yet, and before ``first_block`` there is nothing."""
        return cls(Tally.at(first_block - 1), first_block - 1, None)


@dataclass(frozen=True, slots=True)
class Totals:
    """What a sink holds in all. ``known`` counts the leaves of the newest tree that are known."""

    heads: int
    size: int
    root: bytes
    tickets: int
    included: int
    known: int


class Sink(Protocol):
    """Where found things go. What it holds already may come again and changes nothing."""

    def resume(self, first_block: int) -> Reached:
        """Where an earlier run ended; the block before ``first_block`` if there was none."""

    def record(self, found: Sequence[FoundHead | FoundSubmission], reached: Reached) -> None:
        """Record a window, in order. Raises RuntimeLog where a head contradicts what the sink knows of the log."""

    def finish(self, chain: Chain, final: BlockInfo) -> None:
        """Everything up to ``final`` is recorded."""

    def totals(self) -> Totals:
        """What is held now."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """What is recovered in all, up to which final block, and ``every_anchor`` as in ``Reached``."""

    final: Header
    every_anchor: bool
    totals: Totals


Progress = Callable[[int, int, int, int], None]
"""Called with the block reached, the last block, heads and submissions found in this run."""


def recover(chain: Chain, source: Source, sinks: Sequence[Sink], progress: Progress) -> Recovered:
    """Bring every sink up to the newest final block.

    Raises RuntimeChainUnavailable that names what is missing, RuntimeFinality, RuntimeForeignChain,
    RuntimeWrongContract, RuntimeLog.
    """
    chain.identity()  # step 1
    verify_contract(chain, source.contract, source.code_hash)
    final = final_block(chain, source.finality)
    starts = [sink.resume(source.first_block) for sink in sinks]
    for reached in starts:
        _check_resumed(chain, reached, final)
    start = min(starts, key=lambda reached: reached.number)
    run = _Run(chain, source, final, progress)
    tally, number = start.tally, start.number
    while number < final.number:  # step 2
        last = min(number + WINDOW, final.number)
        found, tally = run.window(tally, number + 1, last)
        number = last
        reached = Reached(tally, last, run.recorded(last), start.every_anchor and run.state_known)
        for sink in sinks:  # step 6
            sink.record(found, reached)
        progress(last, final.number, run.heads, run.submissions)
    for sink in sinks:
        sink.finish(chain, final)
    return Recovered(read_header(final), start.every_anchor and run.state_known, sinks[0].totals())


def _check_resumed(chain: Chain, start: Reached, final: BlockInfo) -> None:
    if start.final is None:
        return
    number = start.final.number
    if number > final.number:
        raise RuntimeChainUnavailable(
            f"the node is behind: an earlier run read block {number} as final, and the newest that it calls final is"
            f" {final.number}"
        )
    there = chain.block(number)
    if there is None or there.hash != start.final.hash:
        raise RuntimeFinality(
            f"finality violated: an earlier run read block {number} as final, and it is another one now; recover into"
            " a new folder or an empty database (docs/operating/chain.md says what it means)"
        )


class _Run:
    """One run: what was found so far, and whether nodes serve the contract's state at old blocks."""

    def __init__(self, chain: Chain, source: Source, final: BlockInfo, progress: Progress) -> None:
        self._chain = chain
        self._source = source
        self._final = final
        self._progress = progress
        self._states: dict[int, Head | None] = {}
        self._blocks: dict[int, list[Event]] = {}
        self._proofs: dict[Event, ReceiptProof] = {}
        self.state_known = True
        self.heads = 0
        self.submissions = 0

    def window(self, tally: Tally, first: int, last: int) -> tuple[list[FoundHead | FoundSubmission], Tally]:
        """Everything found in blocks ``first`` to ``last``, and what it adds up to."""
        for kept in (self._states, self._blocks, self._proofs):
            kept.clear()
        head = self._state(last)
        if head is not None and tally.agrees(head):
            return [], tally.up_to(last)
        if head is None and last == self._final.number:
            self._check_newest(tally, first)
        reader = EventReader(self, self._source.contract, self._source.log, self._state, self._events_of)
        events, _ = reader.read(first, last, tally, head)  # step 3
        found: list[FoundHead | FoundSubmission] = []
        for event in events:
            after = tally.after(event, self._source.contract)
            if after != tally:
                found.append(self._prove(event))  # step 5
            elif event.block_number > tally.block:
                raise RuntimeChainUnavailable(
                    f"block {event.block_number} holds an event that adds nothing to {tally.tickets} tickets and a tree"
                    f" of {tally.size} leaves: the nodes are of different histories"
                )
            tally = after
        # Without a head to compare with, something may still turn out to be missing here.
        return found, tally.up_to(last) if head is not None else tally

    def events(
        self, contract: bytes, log: bytes, topics: Sequence[bytes], first: int, last: int, doubt: int = 0
    ) -> list[Event]:
        """Those of every block that a node named, as the block's own receipts have them (step 4)."""
        # Without old state nothing tells of an anchor between two others, so every node is heard at once.
        asked = doubt if self.state_known else max(doubt, 1)
        named = self._chain.events(contract, log, topics, first, last, asked)
        numbers = sorted({event.block_number for event in named})
        return [event for number in numbers for event in self._events_of(number)]

    def recorded(self, number: int) -> Recorded | None:
        """The final block with this number."""
        block = self._final if number == self._final.number else self._chain.block(number)
        return Recorded(number, block.hash) if block is not None else None

    def _events_of(self, number: int) -> list[Event]:
        if number not in self._blocks:
            block = capture_block(self._chain, number)
            self._blocks[number] = block.events(self._source.contract, self._source.log)
            self._proofs.update({event: block.prove(event) for event in self._blocks[number]})
            self._note_progress(number, self._blocks[number])
        return self._blocks[number]

    def _note_progress(self, number: int, events: Sequence[Event]) -> None:
        before = self.heads + self.submissions
        submissions = sum(event.log.topics[:1] == (SUBMITTED_TOPIC,) for event in events)
        self.heads, self.submissions = self.heads + len(events) - submissions, self.submissions + submissions
        if before // _PROGRESS_EVERY != (self.heads + self.submissions) // _PROGRESS_EVERY:
            self._progress(number, self._final.number, self.heads, self.submissions)

    def _state(self, number: int) -> Head | None:
        """The contract's head after a block, None where no node serves it."""
        if not self.state_known:
            return None
        if number not in self._states:
            try:
                self._states[number] = self._chain.head(self._source.contract, self._source.log, number)
            except RuntimeWrongContract:
                self._states[number] = _UNBORN  # there is no contract yet; step 1 knows the one that came
            except RpcRefusal:
                self.state_known = False  # pruned: older states are gone, too
                return None
        return self._states[number]

    def _check_newest(self, tally: Tally, first: int) -> None:
        """Without state at the final block: count on to the newest block, whose state every node serves."""
        latest = self._chain.block("latest")
        if latest is None:
            raise RuntimeChainUnavailable("the node has no newest block")
        contract, log = self._source.contract, self._source.log
        head = self._chain.head(contract, log, latest.number)
        EventReader(self._chain, contract, log).read(first, latest.number, tally, head)

    def _prove(self, event: Event) -> FoundHead | FoundSubmission:
        proof, contract, log = self._proofs[event], self._source.contract, self._source.log
        if event.log.topics[:1] == (SUBMITTED_TOPIC,):
            header, submitted = verify_submission(proof, contract, log)
            return FoundSubmission(header, submitted, event.tx_hash, proof)
        evidence = verify_anchor(proof, contract, log)
        return FoundHead(evidence.header, evidence.event, event.tx_hash, proof)
