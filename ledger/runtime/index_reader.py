"""The case index as evidence: lists at an anchored size, and who replayed them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from ledger.bundle import ShownIndex, ShownList, ShownReplay
from ledger.errors import RefusedNotFound
from ledger.index import ENTRY_BYTES
from ledger.leaf import NO_INDEX, IndexLeaf, case_key, company_key, parse_leaf
from ledger.note import MAX_SIGNATURES, add_cosignatures
from ledger.runtime.case_index import CaseIndex
from ledger.runtime.index_tables import CosignatureRow
from ledger.runtime.log_reader import LogReader
from ledger.runtime.store import Store
from ledger.runtime.tables import table

_COSIGNATURE = table(CosignatureRow)
_MAX_ENTRIES = 4096
"""Longest list that a bundle shows; of a longer one nothing is claimed."""


@dataclass(frozen=True, slots=True)
class Parties:
    """The parties of a case as this ledger knows them; addresses of 20 bytes."""

    requester: bytes
    company: str
    operator: bytes
    company_keys: tuple[bytes, ...]
    attesters: tuple[bytes, ...]


class IndexReader:
    """Reads lists and cosignatures of one log. Safe for many threads."""

    def __init__(self, store: Store, log: LogReader) -> None:
        self._store, self._log = store, log
        self._index = CaseIndex(store)

    def leaf(self, size: int) -> IndexLeaf:
        """The index leaf that ends the tree of ``size`` leaves. Raises RefusedNotFound where none does."""
        if size < 1 or size > self._log.size():
            raise RefusedNotFound(f"the log has no published tree of {size} leaves")
        leaf = parse_leaf(self._log.leaf(size - 1))
        if not isinstance(leaf, IndexLeaf):
            raise RefusedNotFound(f"the tree of {size} leaves does not end in an index leaf; anchored trees do")
        return leaf

    def look_up(self, key: bytes, size: int) -> tuple[IndexLeaf, ShownList]:
        """What the index that ends the tree of ``size`` leaves says of ``key``. Raises RefusedNotFound."""
        leaf = self.leaf(size)
        if leaf.rule == NO_INDEX:
            raise RefusedNotFound(f"the index leaf of size {size} claims no index (rule 0)")
        return leaf, self._index.prove([key], leaf.size, leaf.root)[key]

    def shown(
        self, size: int, case: bytes, parties: Parties, authors: Sequence[bytes]
    ) -> tuple[ShownIndex | None, ShownReplay | None]:
        """The lists of a case at the anchored ``size``, and the replay that auditors state; None without an index."""
        leaf = self.leaf(size)
        if leaf.rule == NO_INDEX:
            return None, None
        keys = dict.fromkeys(_keys(case, parties, authors))
        lists = self._index.prove(keys, leaf.size, leaf.root)
        short = {key: item for key, item in lists.items() if len(item.entries or b"") <= _MAX_ENTRIES * ENTRY_BYTES}
        return ShownIndex(size, short), self.replay(size)

    def replay(self, size: int) -> ShownReplay | None:
        """The checkpoint of at least ``size`` leaves that the most auditors cosigned, the smallest of several."""
        most = (
            select(_COSIGNATURE.c.size)
            .where(_COSIGNATURE.c.size >= size)
            .group_by(_COSIGNATURE.c.size)
            .order_by(func.count().desc(), _COSIGNATURE.c.size)
            .limit(1)
        )
        with self._store.read() as session:
            best: int | None = session.execute(most).scalar()
            if best is None:
                return None
            chosen = select(_COSIGNATURE.c.line).where(_COSIGNATURE.c.size == best)
            lines = sorted(f"{line}\n".encode() for line in session.execute(chosen).scalars())
        note = add_cosignatures(self._log.note(best), lines[: MAX_SIGNATURES - 1])
        return ShownReplay(note, tuple(self._log.inclusion(size - 1, best)))


def _keys(case: bytes, parties: Parties, authors: Sequence[bytes]) -> Iterator[bytes]:
    yield case_key(case, parties.requester)
    for author in (*parties.company_keys, *parties.attesters, *authors):
        yield case_key(case, author)
        yield company_key(author, parties.company)
    yield company_key(parties.operator, parties.company)
