"""AccessLedger's rules in Python: the same checks in the same order, with the same errors.

``tests/chain`` runs the anchorer against the real contract; here it only has to be exact and fast.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from eth_abi.abi import encode

from ledger.anchor import ANCHORED_TOPIC, SUBMITTED_TOPIC
from ledger.encoding import sha256
from ledger.errors import Verification
from ledger.evm import Log, keccak256
from ledger.leaf import StatementLeaf
from ledger.merkle import verify_consistency, verify_inclusion
from ledger.runtime.contract import (
    ANCHOR_SELECTOR,
    MAX_ANCHORED_SIZE,
    MAX_FORCED,
    SUBMIT_SELECTOR,
    Head,
    Inclusion,
    Ticket,
    parse_anchor_call,
    parse_submit_call,
)

GRACE_S = 3600
MAX_STATEMENT = 8192
UNBORN = Head(0, bytes(32), 0, 0, 0)
_TYPES = {
    "UnknownLog": ("address",),
    "StatementLength": ("uint256",),
    "Fork": ("uint64", "bytes32", "bytes32"),
    "SizeInvalid": ("uint64", "uint64"),
    "Inconsistent": ("uint64", "uint64"),
    "TooManyForced": ("uint256", "uint256"),
    "TicketMismatch": ("uint64", "bytes32"),
    "NotIncluded": ("uint64", "uint64"),
    "Overdue": ("uint64", "uint64"),
}


class Revert(Exception):
    """The call reverts with one of the contract's errors; ``data`` as a node gives it."""

    def __init__(self, name: str, *values: object) -> None:
        super().__init__(name)
        self.name = name
        types = _TYPES[name]
        self.data = keccak256(f"{name}({','.join(types)})".encode())[:4] + encode(types, values)


@dataclass
class Contract:
    """Storage of the contract, and its two functions. ``copy`` before a call that may revert."""

    address: bytes
    heads: dict[bytes, Head] = field(default_factory=dict)
    tickets: dict[tuple[bytes, int], Ticket] = field(default_factory=dict)

    def copy(self) -> Contract:
        return Contract(self.address, dict(self.heads), dict(self.tickets))

    def call(self, sender: bytes, data: bytes, now: int) -> list[Log]:
        """Run calldata; the events. Raises Revert."""
        if data[:4] == ANCHOR_SELECTOR:
            size, root, consistency, forced = parse_anchor_call(data)
            return self.anchor(sender, size, root, consistency, forced, now)
        assert data[:4] == SUBMIT_SELECTOR, "no other call changes anything"
        log, key, statement = parse_submit_call(data)
        return self.submit(log, key, statement, now)

    def anchor(
        self, log: bytes, size: int, root: bytes, path: tuple[bytes, ...], forced: tuple[Inclusion, ...], now: int
    ) -> list[Log]:
        held = self.heads.get(log, UNBORN)
        if size == held.size and size != 0:  # 1
            if root != held.root:
                raise Revert("Fork", size, held.root, root)
            return []
        if size <= held.size or size > MAX_ANCHORED_SIZE:  # 2
            raise Revert("SizeInvalid", held.size, size)
        if not _is_consistent(held, size, root, path):  # 3
            raise Revert("Inconsistent", held.size, size)
        allowed = min(held.submitted - held.included, MAX_FORCED)
        if len(forced) > allowed:  # 4
            raise Revert("TooManyForced", len(forced), allowed)
        included = held.included
        for shown in forced:  # 5
            self._settle(log, included, shown, size, root)
            included += 1
        complete_to = now
        if included != held.submitted:  # 6
            complete_to = self.tickets[log, included].submitted_at
            if now - complete_to > GRACE_S and len(forced) != MAX_FORCED:
                raise Revert("Overdue", included, complete_to)
        self.heads[log] = Head(size, root, now, held.submitted, included)  # 7
        values = (size, root, included, held.submitted, complete_to)
        data = encode(("uint64", "bytes32", "uint64", "uint64", "uint64"), values)
        return [Log(self.address, (ANCHORED_TOPIC, bytes(12) + log), data)]

    def _settle(self, log: bytes, number: int, shown: Inclusion, size: int, root: bytes) -> None:
        if self.tickets[log, number].leaf_hash27 != shown.leaf_hash[:27]:
            raise Revert("TicketMismatch", number, shown.leaf_hash)
        try:
            verify_inclusion(shown.leaf_hash, shown.index, size, shown.path, root)
        except Verification:
            raise Revert("NotIncluded", number, shown.index) from None

    def submit(self, log: bytes, key: bytes, statement: bytes, now: int) -> list[Log]:
        held = self.heads.get(log)
        if held is None:
            raise Revert("UnknownLog", "0x" + log.hex())
        if not 1 <= len(statement) <= MAX_STATEMENT:
            raise Revert("StatementLength", len(statement))
        leaf_hash = StatementLeaf(key, sha256(statement)).hash()
        number = held.submitted
        self.heads[log] = replace(held, submitted=number + 1)
        self.tickets[log, number] = Ticket(leaf_hash[:27], now)
        data = encode(("bytes32", "bytes32", "bytes"), (leaf_hash, key, statement))
        return [Log(self.address, (SUBMITTED_TOPIC, bytes(12) + log, number.to_bytes(32)), data)]


def _is_consistent(held: Head, size: int, root: bytes, path: tuple[bytes, ...]) -> bool:
    if held.size == 0:
        return not path
    try:
        verify_consistency(held.size, held.root, size, root, path)
    except Verification:
        return False
    return True
