"""Reading all events of a log, and noticing when a node keeps some back.

A node may cut an answer short or leave events out without saying so. Four counts give it away: tickets
have numbers without gaps; each anchor says how many tickets were taken and settled before it; it settles
at most 64; and the contract itself holds the newest size and both counters. Where nodes still serve the
contract's state at older blocks, the state just before each anchor is compared too, so that not even an
anchor between two others can be left out unnoticed.

What is missing is asked for again: narrower, of every node, and at last by searching the contract's
state for the block and reading the event from its receipts. Then it is named in the error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from ledger.anchor import ANCHORED_TOPIC, SUBMITTED_TOPIC, parse_anchored, parse_submitted
from ledger.errors import RuntimeChainUnavailable
from ledger.runtime.chain import Event
from ledger.runtime.contract import MAX_FORCED, Head
from ledger.runtime.log_ranges import WIDEST, joined

TOPICS = (ANCHORED_TOPIC, SUBMITTED_TOPIC)
MAX_DOUBT = 3
_WORTH_ASKING = 2_000
"""Most questions to one node about one gap."""


class EventsMissing(RuntimeChainUnavailable):
    """Events that must be there were not shown; they stand in blocks ``first`` to ``last``."""

    def __init__(self, what: str, tally: Tally, first: int, last: int) -> None:
        # From the block of the last event on: there may be more of them in it.
        first = min(first, last)
        where = f"block {first}" if first == last else f"blocks {first} to {last}"
        super().__init__(f"{what}: events of {where} are kept back, or a block was replaced")
        self.tally = tally
        self.first = first
        self.last = last


@dataclass(frozen=True, slots=True)
class Tally:
    """What events add up to: tickets taken and settled, the newest anchored size.

    All tickets are counted up to ``ticket_block``, all anchors up to ``anchor_block``.
    """

    tickets: int
    size: int
    included: int
    ticket_block: int
    anchor_block: int

    @classmethod
    def at(cls, block: int, tickets: int = 0, size: int = 0, included: int = 0) -> Tally:
        """Everything up to ``block`` is counted."""
        return cls(tickets, size, included, block, block)

    @property
    def block(self) -> int:
        """The newest block of which something is counted."""
        return max(self.ticket_block, self.anchor_block)

    def up_to(self, block: int) -> Tally:
        """The same, once it is sure that up to ``block`` there was nothing more."""
        return Tally.at(block, self.tickets, self.size, self.included)

    def after(self, event: Event, contract: bytes) -> Tally:
        """With ``event`` counted. One that was counted before changes nothing. Raises EventsMissing."""
        if event.log.topics[:1] == (ANCHORED_TOPIC,):
            return self._after_anchor(event, contract)
        number, block = parse_submitted(event.log, contract).ticket, event.block_number
        if number > self.tickets:
            what = f"the node shows ticket {number} and not {self.tickets}"
            raise EventsMissing(what, self, self.ticket_block, block)
        return self if number < self.tickets else replace(self, tickets=number + 1, ticket_block=block)

    def _after_anchor(self, event: Event, contract: bytes) -> Tally:
        anchored, block = parse_anchored(event.log, contract), event.block_number
        if anchored.size <= self.size:
            return self
        if anchored.submitted > self.tickets:
            what = (
                f"the node shows {self.tickets} tickets, but {anchored.submitted} were taken before the anchor of"
                f" {anchored.size} leaves"
            )
            raise EventsMissing(what, self, self.ticket_block, block)
        if anchored.included > self.included + MAX_FORCED:
            what = (
                f"the node shows {self.included} tickets settled at {self.size} leaves and {anchored.included} at"
                f" {anchored.size}, but an anchor settles at most {MAX_FORCED}"
            )
            raise EventsMissing(what, self, self.anchor_block, block)
        return replace(self, size=anchored.size, included=anchored.included, anchor_block=block)

    def agrees(self, head: Head) -> bool:
        """True if the contract counts the same."""
        return (head.submitted, head.size, head.included) == (self.tickets, self.size, self.included)

    def check(self, head: Head, last: int) -> None:
        """Raises EventsMissing unless the contract's ``head`` after block ``last`` says the same."""
        if self.agrees(head):
            return
        what = (
            f"the node shows events of {self.tickets} tickets and an anchor of {self.size} leaves that settles up to"
            f" {self.included}, but the contract took {head.submitted}, holds {head.size} and settled {head.included}"
            f" after block {last}"
        )
        first = self.ticket_block if head.size == self.size else self.anchor_block
        if head.submitted != self.tickets:
            first = min(first, self.ticket_block)
        raise EventsMissing(what, self, first, last)


class EventSource(Protocol):
    """What gives events: a ``Chain``, or something between it and the reader."""

    def events(
        self, contract: bytes, log: bytes, topics: Sequence[bytes], first: int, last: int, doubt: int = 0
    ) -> list[Event]: ...


@dataclass(frozen=True, slots=True)
class EventReader:
    """Reads the events of ``log``. ``state`` gives the contract's head after a block, None where no node
    serves it; without ``state`` only the events themselves and the head at the end are compared."""

    chain: EventSource
    contract: bytes
    log: bytes
    state: Callable[[int], Head | None] | None = None
    receipts: Callable[[int], Sequence[Event]] | None = None
    """The events of a block as its receipts have them: the last resort."""

    def read(self, first: int, last: int, start: Tally, head: Head | None) -> tuple[list[Event], Tally]:
        """All events in blocks ``first`` to ``last``, and what they add up to.

        ``start`` is what the events before add up to. Where one of those turns out to be missing, it is among
        the result, and so may be some that ``start`` counted. ``head`` is what the contract holds after
        ``last``. Raises EventsMissing (or any RuntimeChainUnavailable)
        when events are missing and no node shows them.
        """
        events = self.chain.events(self.contract, self.log, TOPICS, first, last)
        doubt, seen = 0, ""
        while True:
            try:
                return events, self._counted(events, start, last, head)
            except EventsMissing as gap:
                doubt = doubt + 1 if str(gap) == seen else 1
                seen = str(gap)
                more = self._ask_again(gap, doubt)
            events = joined([*events, *more])

    def _counted(self, events: Iterable[Event], start: Tally, last: int, head: Head | None) -> Tally:
        tally, block = start, -1
        for event in events:
            if event.block_number != block and event.block_number > start.block:
                block = event.block_number
                before = self.state(block - 1) if self.state is not None and block > 0 else None
                if before is not None:
                    tally.check(before, block - 1)
            tally = tally.after(event, self.contract)
        if head is not None:
            tally.check(head, last)
        return tally

    def _ask_again(self, gap: EventsMissing, doubt: int) -> Sequence[Event]:
        """Perhaps more events of the gap. Raises ``gap`` when every way was tried."""
        first = max(0, gap.first)
        pieces = (gap.last - first + 1) // max(1, WIDEST // 10**doubt)
        if doubt <= MAX_DOUBT and pieces <= _WORTH_ASKING:
            try:
                return self.chain.events(self.contract, self.log, TOPICS, first, gap.last, doubt)
            except RuntimeChainUnavailable:
                return ()
        block = self._search(gap.tally, first, gap.last) if doubt <= MAX_DOUBT + 1 else None
        if block is None or self.receipts is None:
            raise gap
        return self.receipts(block)

    def _search(self, tally: Tally, first: int, last: int) -> int | None:
        """The first block from ``first`` on after which the contract holds more than ``tally``; by halving."""
        # Where state is served it was compared before each event, so nothing is missing before the last one.
        low, high = max(first, tally.block) - 1, last
        while high - low > 1:
            middle = (low + high) // 2
            held = self.state(middle) if self.state is not None else None
            if held is None:
                return None
            low, high = (middle, high) if tally.agrees(held) else (low, middle)
        return high
