"""Operations of tests/vectors/admission (its README names their members)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ledger.runtime.admission import admit
from ledger.runtime.roles import Block, First
from ledger.standing import EMPTY_RING, CaseInfo, KeyRing

Values = dict[str, Any]


@dataclass(frozen=True)
class StatedLedger:
    """A ``LedgerView`` that says what the case says."""

    state: Values

    def operator(self) -> bytes:
        return bytes.fromhex(self.state["operator"])

    def case(self, case_id: bytes) -> CaseInfo | None:
        held = self.state["cases"].get(case_id.hex())
        return CaseInfo(held["company"], bytes.fromhex(held["requester"])) if held else None

    def company_keys(self, company: str) -> KeyRing:
        held = self.state["company_keys"].get(company)
        if held is None:
            return EMPTY_RING
        return KeyRing({bytes.fromhex(key): frozenset(map(bytes.fromhex, by)) for key, by in held.items()})

    def attester(self, address: bytes) -> frozenset[str] | None:
        held = self.state["attesters"].get(address.hex())
        return None if held is None else frozenset(held)

    def newest_final(self) -> Block | None:
        return max(self._blocks(), key=lambda block: block.timestamp, default=None)

    def final_block(self, block_hash: bytes) -> Block | None:
        return next((block for block in self._blocks() if block.hash == block_hash), None)

    def _blocks(self) -> list[Block]:
        return [Block(bytes.fromhex(b["hash"][2:]), b["number"], b["timestamp"]) for b in self.state["final_blocks"]]

    def first(self, statement_id: bytes) -> First | None:
        held = self.state["first"].get(statement_id.hex())
        if held is None:
            return None
        return First(bytes.fromhex(held["leaf_hash"]), bytes.fromhex(held["digest"]), held["index"])

    def withheld(self, digest: bytes) -> bool:
        return digest.hex() in self.state["withheld"]

    def recorded_kind(self, digest: bytes) -> str | None:
        kind: str | None = self.state["recorded_kinds"].get(digest.hex())
        return kind


def _admit(given: Values) -> Values:
    ledger = given["ledger"]
    admitted = admit(given["signed"].encode(), ledger["origin"], StatedLedger(ledger))
    return {
        "role": admitted.role,
        "repeated": admitted.repeated,
        "leaf": admitted.examined.leaf.encode().hex(),
        "leaf_hash": admitted.examined.leaf_hash.hex(),
    }


OPERATIONS: dict[str, Callable[[Values], Values]] = {"admission.admit": _admit}
