"""The state of a ledger that admission judges against. The rule about roles is ``ledger.standing``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ledger.standing import NEVER_WITHHELD, RoleView

FACTS_DECIDE = frozenset({*NEVER_WITHHELD, "evidence.attested"})
"""Kinds whose role or effect depends on their facts; for all others the envelope is enough."""


@dataclass(frozen=True, slots=True)
class Block:
    """A final block of the home chain: hash (32 bytes), number, Unix seconds."""

    hash: bytes
    number: int
    timestamp: int


@dataclass(frozen=True, slots=True)
class First:
    """The first leaf of a statement id; ``index`` is None until it is sequenced."""

    leaf_hash: bytes
    digest: bytes
    index: int | None


class LedgerView(RoleView, Protocol):
    """The ledger's state at one moment, as admission and projection see it."""

    def newest_final(self) -> Block | None: ...
    def final_block(self, block_hash: bytes) -> Block | None: ...
    def first(self, statement_id: bytes) -> First | None: ...
    def withheld(self, digest: bytes) -> bool: ...
