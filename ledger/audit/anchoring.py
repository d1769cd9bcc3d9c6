"""What the events of a log's contract must be like, beside the log itself (docs/spec/audit.md).

The contract keeps these rules, so an event that breaks one was not emitted by it, or the node that
showed it keeps others back.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledger.anchor import Anchored, Submitted
from ledger.audit.findings import Finding

OVERDUE_S = 3600


@dataclass(frozen=True, slots=True)
class AnchorSeen:
    """An ``Anchored`` event, proven in the final block ``block`` of time ``timestamp``."""

    block: int
    block_hash: bytes
    timestamp: int
    event: Anchored

    @property
    def where(self) -> str:
        """The block, for a person."""
        return f"block {self.block}"


@dataclass(frozen=True, slots=True)
class TicketSeen:
    """A ``Submitted`` event, proven in the final block ``block`` of time ``timestamp``."""

    block: int
    block_hash: bytes
    timestamp: int
    event: Submitted


@dataclass(frozen=True, slots=True)
class Tickets:
    """Tickets in all, settled by an anchor, still open, and open for more than an hour."""

    taken: int
    settled: int
    open: int
    overdue: int


def check_anchors(anchors: Sequence[AnchorSeen], tickets: Sequence[TicketSeen]) -> list[Finding]:
    """Sizes grow, tickets are settled in order, and ``completeTo`` is the time of the oldest open one."""
    found: list[Finding] = []
    size = included = 0
    blocks = [ticket.block for ticket in tickets]
    for anchor in anchors:
        event = anchor.event
        if event.size <= size or event.included < included:
            detail = f"the anchor of {event.size} leaves in {anchor.where} follows one of {size}"
            found.append(Finding("anchor", detail, event.size))
        size, included = event.size, event.included
        taken = bisect_right(blocks, anchor.block)
        if event.submitted > taken:
            detail = f"the anchor in {anchor.where} counts {event.submitted} tickets; {taken} events are shown"
            found.append(Finding("anchor", detail, event.size))
            continue
        oldest = tickets[event.included].timestamp if event.included < event.submitted else anchor.timestamp
        if event.complete_to != oldest:
            detail = (
                f"the anchor in {anchor.where} says that it is complete to {event.complete_to}, but that is {oldest}"
            )
            found.append(Finding("anchor", detail, event.size))
    return found


def check_tickets(
    anchors: Sequence[AnchorSeen], tickets: Sequence[TicketSeen], positions: Mapping[bytes, int], replayed: int
) -> list[Finding]:
    """Every settled ticket's leaf stands in the tree at or before the anchor that settled it.

    ``positions`` says where each ticket's leaf was found among the ``replayed`` leaves; anchors of larger
    trees are not looked at.
    """
    found: list[Finding] = []
    settled = 0
    for anchor in anchors:
        if anchor.event.size > replayed:
            break
        for ticket in tickets[settled : anchor.event.included]:
            place = positions.get(ticket.event.leaf_hash)
            if place is None or place >= anchor.event.size:
                detail = (
                    f"ticket {ticket.event.ticket} was settled with the anchor of {anchor.event.size} leaves"
                    f" ({anchor.where}), and its leaf is not among them"
                )
                found.append(Finding("ticket", detail, anchor.event.size))
        settled = max(settled, anchor.event.included)
    return found


def count_tickets(anchors: Sequence[AnchorSeen], tickets: Sequence[TicketSeen], now: int) -> Tickets:
    """How many there are; ``now`` is the time of the newest final block."""
    settled = anchors[-1].event.included if anchors else 0
    waiting = tickets[settled:]
    overdue = sum(ticket.timestamp + OVERDUE_S < now for ticket in waiting)
    return Tickets(len(tickets), settled, len(waiting), overdue)
