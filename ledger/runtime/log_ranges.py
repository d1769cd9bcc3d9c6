"""Reading events from nodes that answer only for narrow ranges of blocks.

Providers refuse wide ranges by number of blocks or of results, with many codes and statuses, or just
do not answer in time. So each node has a width: halved when it refuses, remembered, and grown again
slowly. A piece that one node does not give is asked of the others. Whether all events were given is
not known here: ``event_reader.py`` counts them.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from ledger.encoding import encode_hex
from ledger.errors import RuntimeChainUnavailable
from ledger.evm import Log
from ledger.runtime.chain import Event, RpcRefusal
from ledger.runtime.rpc import Endpoint, Rpc, RpcBusy, RpcStatus, read_bytes, read_integer

WIDEST = 10_000
"""Blocks in one question, for a node that nothing is known about."""
_METHOD_MISSING = -32601
_GIVEN_UP_S = 30.0
_FIRST_STREAK, _LONGEST_STREAK = 8, 512


class Width:
    """For how many blocks one node answers at a time."""

    def __init__(self) -> None:
        self.blocks = WIDEST
        self._refused = 0
        self._streak = 0
        self._wanted = _FIRST_STREAK

    def refused(self, asked: int, divisor: int = 2) -> None:
        """The node did not answer for ``asked`` blocks."""
        self.blocks, self._refused, self._streak = max(1, asked // divisor), asked, 0

    def answered(self, asked: int) -> None:
        """The node answered for ``asked`` blocks; after some such answers a little more is tried."""
        if asked < self.blocks or self.blocks >= WIDEST:
            return
        self._streak += 1
        if self._streak < self._wanted:
            return
        self._streak = 0
        step = (self._refused - self.blocks) // 2 if self._refused > self.blocks else self.blocks
        if step <= self.blocks // 8 and self._refused > self.blocks:
            # As near to the limit as matters. Limits change, so it is tried anew, ever more rarely.
            self._refused, self._wanted = 0, min(2 * self._wanted, _LONGEST_STREAK)
            return
        self.blocks = min(WIDEST, self.blocks + max(1, step))

    def set(self, blocks: int) -> None:
        """Go back to ``blocks``: what was refused even for one block had another reason."""
        self.blocks, self._streak = blocks, 0


class LogRanges:
    """Asks the nodes of ``rpc`` for events, in pieces as wide as each allows."""

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc
        self._widths: dict[Endpoint, Width] = {}
        self._given_up: dict[Endpoint, float] = {}

    def width(self, endpoint: Endpoint) -> Width:
        """What is known of this node."""
        return self._widths.setdefault(endpoint, Width())

    def read(self, wanted: Mapping[str, object], first: int, last: int) -> list[Event]:
        """The events that ``wanted`` (a filter of eth_getLogs) selects in blocks ``first`` to ``last``.

        Each piece comes from whichever node gives it. Raises RpcRefusal, RuntimeChainUnavailable.
        """
        return self._read(self._rpc.endpoints(), wanted, first, last, WIDEST)

    def read_all(self, wanted: Mapping[str, object], first: int, last: int, widest: int) -> list[Event]:
        """The same by every node, joined: what one keeps back, another may show. One answer is enough."""
        found: list[Event] = []
        faults: list[RuntimeChainUnavailable] = []
        endpoints = self._rpc.endpoints()
        for endpoint in endpoints:
            try:
                found += self._read([endpoint], wanted, first, last, widest)
            except RuntimeChainUnavailable as fault:
                faults.append(fault)
        if len(faults) == len(endpoints):
            raise _joined(faults)
        return found

    def _read(
        self, nodes: Sequence[Endpoint], wanted: Mapping[str, object], first: int, last: int, widest: int
    ) -> list[Event]:
        found: list[Event] = []
        while first <= last:
            piece, end = self._piece(nodes, wanted, first, last, widest)
            found += piece
            first = end + 1
        return found

    def _piece(
        self, nodes: Sequence[Endpoint], wanted: Mapping[str, object], first: int, last: int, widest: int
    ) -> tuple[list[Event], int]:
        """Events of the first blocks of a range, and the last of these blocks."""
        left, faults = list(nodes), list[RuntimeChainUnavailable]()
        before = {node: self.width(node).blocks for node in nodes}
        until = time.monotonic() + self._rpc.patience_s
        while left:
            node = min(left, key=self._preference)
            width = self.width(node)
            end = min(last, first + min(widest, width.blocks) - 1)
            try:
                time.sleep(self._pause(node, until))
                found = self._ask(node, wanted, first, end)
            except RuntimeChainUnavailable as fault:
                if isinstance(fault, RpcBusy) and node.busy_until <= until:
                    continue
                if self._narrowed(node, fault, end - first + 1):
                    continue
                if end == first and not isinstance(fault, RpcBusy):
                    width.set(before[node])
                self._given_up[node] = time.monotonic() + _GIVEN_UP_S
                left.remove(node)
                faults.append(fault)
                continue
            width.answered(end - first + 1)
            return found, end
        raise _joined(faults)

    def _preference(self, node: Endpoint) -> tuple[bool, bool, int]:
        """Nodes that answer come first, among them those that answer for more blocks."""
        now = time.monotonic()
        return node.busy_until > now, self._given_up.get(node, 0.0) > now, -self.width(node).blocks

    @staticmethod
    def _pause(node: Endpoint, until: float) -> float:
        if node.busy_until > until:
            pause = node.busy_until - time.monotonic()
            raise RpcBusy(f"{node.name} wants to be asked again after {pause:.0f} s", pause)
        return max(0.0, node.busy_until - time.monotonic())

    def _ask(self, node: Endpoint, wanted: Mapping[str, object], first: int, end: int) -> list[Event]:
        asked = {**wanted, "fromBlock": hex(first), "toBlock": hex(end)}
        found = self._rpc.ask_one(node, "eth_getLogs", asked)
        if not isinstance(found, list):
            raise RuntimeChainUnavailable(f"{node.name} answered eth_getLogs with something that is no list")
        events = [_event(item) for item in found]
        if any(not first <= event.block_number <= end or not _is_wanted(event.log, wanted) for event in events):
            raise RuntimeChainUnavailable(f"{node.name} answered eth_getLogs with events that were not asked for")
        return events

    def _narrowed(self, node: Endpoint, fault: RuntimeChainUnavailable, asked: int) -> bool:
        """True if the same node may answer for fewer blocks, which it is asked for next."""
        if asked == 1 or isinstance(fault, RpcBusy):
            return False
        if isinstance(fault, RpcRefusal):
            if fault.code == _METHOD_MISSING:
                return False
            self.width(node).refused(asked)
            return True
        if isinstance(fault, RpcStatus) and fault.status in (401, 402, 403, 404, 405):
            return False
        try:
            # Too long a range, or a dead node? One that still tells its chain is alive.
            self._rpc.ask_one(node, "eth_chainId")
        except RuntimeChainUnavailable:
            return False
        # Each failure may have cost the whole time-out: narrow faster.
        self.width(node).refused(asked, 4)
        return True


def joined(events: Sequence[Event]) -> list[Event]:
    """Each event once, in the order of the chain. Nodes differ about the place in a block, not about the event."""
    single = {(event.block_hash, event.tx_index, event.log): event for event in events}
    return sorted(single.values(), key=lambda event: (event.block_number, event.tx_index, event.log_index))


def _joined(faults: Sequence[RuntimeChainUnavailable]) -> RuntimeChainUnavailable:
    if len(faults) == 1:
        return faults[0]
    return RuntimeChainUnavailable("; ".join(str(fault) for fault in faults))


def _is_wanted(log: Log, wanted: Mapping[str, object]) -> bool:
    topics = wanted["topics"]
    assert isinstance(topics, list), "written by Web3Chain.events"
    return (
        encode_hex(log.address) == wanted["address"]
        and len(log.topics) >= 2
        and encode_hex(log.topics[0]) in topics[0]
        and encode_hex(log.topics[1]) == topics[1]
    )


def _event(fields: object) -> Event:
    if not isinstance(fields, dict):
        raise RuntimeChainUnavailable("the node answered eth_getLogs with something that is no object")
    topics = fields.get("topics")
    return Event(
        block_number=read_integer(fields.get("blockNumber"), "log field blockNumber"),
        block_hash=read_bytes(fields.get("blockHash"), "log field blockHash", 32),
        tx_hash=read_bytes(fields.get("transactionHash"), "log field transactionHash", 32),
        tx_index=read_integer(fields.get("transactionIndex"), "log field transactionIndex"),
        log=Log(
            address=read_bytes(fields.get("address"), "log field address", 20),
            topics=tuple(read_bytes(topic, "log topic", 32) for topic in (topics if isinstance(topics, list) else ())),
            data=read_bytes(fields.get("data"), "log field data"),
        ),
        log_index=read_integer(fields.get("logIndex", 0), "log field logIndex"),
    )
