"""The anchorer: brings the log's tree to the contract, again and again.

One round:

1. prove that the chain and the contract are the expected ones
2. follow the chain (``follower.py``)
3. the contract's head must be one of this log's own trees
4. an anchor on its way is waited for, sent again or replaced (``sender.py``)
5. choose a tree: close the log with an index leaf if tickets are open, statements have waited
   for the period, or the heartbeat is due; or take a closed tree that the chain lacks
6. send it with its consistency path and the inclusion of the oldest open tickets

A round keeps nothing that the next one needs: head, nonce and queue are asked of the chain, attempts
are rows, trees are the log. So a crash, a lost node or a reorganised block needs no repair.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from ledger.encoding import encode_hex
from ledger.errors import RefusedNotFound, RuntimeLog
from ledger.leaf import IndexLeaf, parse_leaf
from ledger.policy import Finality
from ledger.runtime.chain import Chain, verify_contract
from ledger.runtime.chain_store import ChainStore
from ledger.runtime.chain_tables import TicketRow
from ledger.runtime.contract import Inclusion, anchor_call
from ledger.runtime.follower import RECORD_EVERY_S, Follower, FollowRules, View
from ledger.runtime.sender import Flight, Sender, Target
from ledger.runtime.sequencer import DirectLeaf, SequenceResult
from ledger.runtime.transactions import FeeRules, address_of_key

Word: TypeAlias = Literal["idle", "sent", "waiting", "fee at its limit"]


class Tree(Protocol):
    """What the anchorer reads of the log (``LogReader``)."""

    def size(self) -> int: ...
    def root(self, size: int) -> bytes: ...
    def leaf(self, index: int) -> bytes: ...
    def index_of(self, leaf_hash: bytes) -> int | None: ...
    def inclusion(self, index: int, size: int) -> Sequence[bytes]: ...
    def consistency(self, old: int, new: int) -> Sequence[bytes]: ...


class Closer(Protocol):
    """What closes the log (``Sequencer``)."""

    def sequence(self, *, close: bool = False, direct: Sequence[DirectLeaf] = ()) -> SequenceResult: ...


@dataclass(frozen=True, slots=True)
class AnchorRules:
    """Periods in seconds. ``period_s``: longest wait of new statements; ``heartbeat_s``: of nothing at all."""

    contract: bytes
    code_hash: bytes
    finality: Finality = "finalized"
    first_block: int = 0
    record_every_s: int = RECORD_EVERY_S
    period_s: int = 300
    heartbeat_s: int = 86_400
    replace_after_s: int = 60
    fees: FeeRules = FeeRules()


@dataclass(frozen=True, slots=True)
class Round:
    """What a round found and did. ``anchored`` and ``final`` are sizes of trees; ages in seconds."""

    word: Word
    size: int
    anchored: int
    final: int
    final_block: int
    open_tickets: int
    waiting_s: float
    """How long the oldest statement that is in no anchored tree has waited, as seen by this process."""

    @property
    def busy(self) -> bool:
        """True if the next round should come soon."""
        return self.word != "idle" or self.open_tickets > 0


class Anchorer:
    """Anchors one log. Made for one process at a time: who runs it holds the lease."""

    def __init__(
        self, chain: Chain, store: ChainStore, tree: Tree, closer: Closer, key: bytes, rules: AnchorRules,
        clock: Callable[[], float] = time.time, step: Callable[[str], None] = lambda name: None,
    ) -> None:  # fmt: skip
        self._chain = chain
        self._store = store
        self._tree = tree
        self._closer = closer
        self._rules = rules
        self._clock = clock
        self._step = step
        self._log = address_of_key(key)
        follow = FollowRules(rules.contract, self._log, rules.finality, rules.first_block, rules.record_every_s)
        self.follower = Follower(chain, store, follow, self._root_at, step)
        self._sender = Sender(
            chain, store, key, self._log, rules.contract, rules.fees, rules.replace_after_s, clock, step
        )
        # How long statements waited before this process started is not known: long enough.
        self._since: float | None = clock() - rules.period_s
        self._covered = 0

    def round(self) -> Round:
        """One round. Raises RuntimeForeignChain, RuntimeWrongContract, RuntimeFinality or RuntimeLog, after
        which anchoring must stop, and RuntimeChainUnavailable or RuntimeSetting, after which it may go on."""
        self._chain.identity()  # step 1
        verify_contract(self._chain, self._rules.contract, self._rules.code_hash)
        view = self.follower.follow()  # step 2
        self._check_head(view)  # step 3
        self._note_waiting(view)
        word = self._act(view)
        return self._report(word, view)

    def _act(self, view: View) -> Word:
        flight = self._sender.flight()  # step 4
        if flight is not None and self._still_right(flight, view) and not flight.overdue:
            self._sender.resend(flight.attempt)
            return "waiting"
        size = self._choose(view, flight)  # step 5
        if size is None:
            return "idle"
        target = self._target(view, size)  # step 6
        sent = self._sender.send(target, flight.attempt if flight else None)
        return "sent" if sent else "fee at its limit"

    def _check_head(self, view: View) -> None:
        """The contract only ever grows, so a head that is not ours means that the log itself is wrong."""
        head = view.head
        if head.size and self._root_at(head.size) != head.root:
            raise RuntimeLog(
                f"the contract holds a head of {head.size} leaves with root {encode_hex(head.root)} that this log"
                f" never had (it has {self._tree.size()} leaves); anchoring stops, recording goes on"
                " (docs/operating/chain.md says what to do)"
            )

    def _root_at(self, size: int) -> bytes | None:
        if not 0 < size <= self._tree.size():
            return None
        try:
            return self._tree.root(size)
        except RefusedNotFound:
            return None

    def _note_waiting(self, view: View) -> None:
        covered = max(view.head.size, self._covered)
        if self._tree.size() <= covered:
            self._since = None
        elif self._since is None:
            self._since = self._clock()

    @staticmethod
    def _still_right(flight: Flight, view: View) -> bool:
        """False for an attempt that the contract would refuse now, or that leaves new tickets out for long."""
        return flight.attempt.held == view.head.size and flight.attempt.size > view.head.size

    def _choose(self, view: View, flight: Flight | None) -> int | None:
        """The size to anchor next, closing the log if need be; None if nothing is due."""
        size, head = self._tree.size(), view.head
        closed = size > head.size and isinstance(parse_leaf(self._tree.leaf(size - 1)), IndexLeaf)
        missing = [ticket for ticket in view.open_tickets if not self._place(ticket, size)]
        if view.open_tickets:
            return size if closed and not missing else self._close(missing)
        if closed:
            return size
        vanished = max(self._store.largest_attempt(), flight.attempt.size if flight else 0)
        if head.size < vanished <= size:
            return vanished
        waited = self._since is not None and self._clock() - self._since >= self._rules.period_s
        if (waited and size > head.size) or view.latest.timestamp - head.anchored_at >= self._rules.heartbeat_s:
            return self._close(())
        return None

    def _place(self, ticket: TicketRow, size: int) -> bool:
        index = self._tree.index_of(ticket.leaf_hash)
        return index is not None and index < size

    def _close(self, tickets: Sequence[TicketRow]) -> int:
        direct = [DirectLeaf(ticket.key, ticket.raw) for ticket in tickets]
        self._step("before close")
        size = self._closer.sequence(close=True, direct=direct).checkpoint.size
        self._step("closed")
        self._covered, self._since = size, None
        return size

    def _target(self, view: View, size: int) -> Target:
        held, tree = view.head.size, self._tree
        consistency = tree.consistency(held, size) if held else ()
        forced = []
        for ticket in view.open_tickets:
            index = tree.index_of(ticket.leaf_hash)
            if index is None or index >= size:
                break  # tickets are settled in order, so what follows must wait too
            forced.append(Inclusion(ticket.leaf_hash, index, tuple(tree.inclusion(index, size))))
        root = tree.root(size)
        return Target(size, root, held, len(forced), anchor_call(size, root, consistency, forced))

    def _report(self, word: Word, view: View) -> Round:
        newest = self._store.newest_anchor()
        return Round(
            word=word,
            size=self._tree.size(),
            anchored=view.head.size,
            final=newest.size if newest else 0,
            final_block=view.final.number,
            open_tickets=view.head.submitted - view.head.included,
            waiting_s=max(0.0, self._clock() - self._since) if self._since is not None else 0.0,
        )
