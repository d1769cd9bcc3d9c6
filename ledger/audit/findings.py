"""What an audit finds, and what it counts (docs/spec/audit.md). Types only; ``ledger.audit.replay`` fills them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal

from ledger.trie import TrieProof

Kind = Literal[
    "omitted", "foreign", "malformed", "wrong_key", "index_root", "fork", "last_leaf", "rule", "leaf", "opening",
    "bytes", "ticket", "anchor",
]  # fmt: skip
ListKind = Literal["omitted", "foreign", "malformed", "wrong_key"]
Source = Literal["checkpoint", "seen", "anchor", "audited", "cosigned"]


class Seen(IntEnum):
    """What was seen of a leaf."""

    INDEX = 0
    """An index leaf."""
    LISTED = 1
    """A statement whose bytes have the key in the leaf."""
    UNLISTED = 2
    """Bytes that are not indexable, and a leaf that says so."""
    WRONG_KEY = 3
    """A leaf with another key than its bytes: not indexable."""
    WITHHELD = 4
    """Nobody has the bytes: the key in the leaf counts."""
    NO_LEAF = 5
    """Bytes that are neither kind of leaf."""


@dataclass(frozen=True, slots=True)
class RootClaim:
    """Somebody said that the tree of ``size`` leaves has ``root``; ``where`` says who, for a person."""

    source: Source
    size: int
    root: bytes
    where: str
    note: bytes = b""
    """The signed checkpoint that says so, if it is one."""


@dataclass(frozen=True, slots=True)
class ListFault:
    """A list of the operator's index that is not the one of the replay, opened at the index leaf of ``size``."""

    kind: ListKind
    size: int
    key: bytes
    detail: str
    index: int | None
    provable: bool
    proof: TrieProof
    entries: bytes | None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that an honest operator never does.

    ``size`` is a tree size, ``index`` a leaf, ``key`` an index key, where they apply; ``provable``: a
    fraud proof can show it to a stranger.
    """

    kind: Kind
    detail: str
    size: int | None = None
    index: int | None = None
    key: bytes | None = None
    provable: bool = False
    fault: ListFault | None = field(default=None, compare=False, repr=False)
    claims: tuple[RootClaim, ...] = field(default=(), compare=False, repr=False)
    prefix: tuple[bytes, ...] | None = field(default=None, compare=False, repr=False)
    """For a proof: the list that differs, or the two trees, the smaller first, and the larger one's prefix path."""


@dataclass(frozen=True, slots=True)
class WrongRoot:
    """An index leaf at place ``size`` whose root is not that of the replay."""

    size: int
    claimed: bytes
    replayed: bytes
    faults: tuple[ListFault, ...]


@dataclass(slots=True)
class Tally:
    """Counts of what was replayed."""

    seen: dict[Seen, int] = field(default_factory=lambda: dict.fromkeys(Seen, 0))
    rule_0: int = 0
    rule_1: int = 0

    @property
    def statements(self) -> int:
        """Statement leaves of all sorts."""
        return sum(self.seen.values()) - self.seen[Seen.INDEX] - self.seen[Seen.NO_LEAF]
