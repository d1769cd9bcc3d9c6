"""What the API reads beyond ``ledger.runtime.records``: pages of a case with its anchors, and the chain's rows.

Synchronous; handlers run it in the pool of threads. Only what is published is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Row, func, select

from ledger.encoding import encode_hex
from ledger.errors import RefusedCase, RefusedNotFound, RefusedWithheld
from ledger.leaf import parse_leaf
from ledger.runtime.chain_tables import AnchorRow, FinalBlock, TicketProof, TicketRow
from ledger.runtime.figures import genesis_in_use
from ledger.runtime.records import CompanyRecord, EntryRecord, KeyRecord, Records
from ledger.runtime.tables import Entry, Leaf, Withheld, table
from ledger.runtime.wiring import Services

_ENTRY, _WITHHELD, _LEAF = table(Entry), table(Withheld), table(Leaf)
_ANCHOR, _BLOCK, _TICKET, _PROOF = table(AnchorRow), table(FinalBlock), table(TicketRow), table(TicketProof)
AnyRow = Row[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class StatementBytes:
    """A statement that may be shown: the index of its first leaf, its digest and exact bytes."""

    index: int
    digest: bytes
    raw: bytes


@dataclass(frozen=True, slots=True)
class CasePage:
    """A page of a case: entries ascending by index, each with ``anchored``, the size of its earliest final
    anchor or None; digests of withheld bytes; the anchors named, by size."""

    opened: EntryRecord
    entries: Sequence[AnyRow]
    withheld: frozenset[bytes]
    anchors: Mapping[int, AnyRow]


@dataclass(frozen=True, slots=True)
class CompanyPage:
    """Events of a company's keys in log order; counts are None until it has spoken."""

    keys: Sequence[KeyRecord]
    counts: CompanyRecord | None


class Reads:
    """Reads for the API. Everything unknown is RefusedNotFound or RefusedCase."""

    def __init__(self, services: Services) -> None:
        self._reader, self._store = services.reader, services.store
        self._records = Records(services.store)

    def entry(self, statement_id: bytes) -> EntryRecord:
        """The first leaf of a statement."""
        entry = self._records.statement(statement_id)
        if entry is None or entry.idx >= self._reader.size():
            raise RefusedNotFound(f"statement {encode_hex(statement_id)} is not in this ledger")
        return entry

    def statement(self, statement_id: bytes) -> StatementBytes:
        """The bytes. Raises RefusedNotFound or RefusedWithheld."""
        entry = self.entry(statement_id)
        raw = self._records.raw(entry.digest)
        if raw is None or self._records.withheld(entry.digest) is not None:
            raise RefusedWithheld(f"the bytes {encode_hex(entry.digest)} are withheld", entry.idx)
        return StatementBytes(entry.idx, entry.digest, raw)

    def leaf_hash(self, index: int) -> bytes:
        """The leaf hash at ``index``."""
        return parse_leaf(self._reader.leaf(index)).hash()

    def case(self, case_id: bytes, after: int, limit: int) -> CasePage:
        """Entries behind index ``after``. Raises RefusedCase."""
        opened, size = self._records.statement(case_id), self._reader.size()
        if opened is None or opened.kind != "case.opened" or opened.idx >= size:
            raise RefusedCase(f"case {encode_hex(case_id)} is not in this ledger")
        with self._store.read() as session:
            genesis = genesis_in_use(session)
            over = select(func.min(_ANCHOR.c.size)).where(_ANCHOR.c.genesis == genesis, _ANCHOR.c.size > _ENTRY.c.idx)
            entries = session.execute(
                select(_ENTRY, over.scalar_subquery().label("anchored"))
                .where(_ENTRY.c.case_id == case_id, _ENTRY.c.idx > after, _ENTRY.c.idx < size)
                .order_by(_ENTRY.c.idx)
                .limit(limit)
            ).all()
            digests = {entry.digest for entry in entries}
            withheld = session.execute(select(_WITHHELD.c.digest).where(_WITHHELD.c.digest.in_(digests))).scalars()
            sizes = {entry.anchored for entry in entries if entry.anchored is not None}
            anchors = session.execute(select(_ANCHOR).where(_ANCHOR.c.genesis == genesis, _ANCHOR.c.size.in_(sizes)))
            return CasePage(opened, entries, frozenset(withheld), {row.size: row for row in anchors})

    def companies(self, after: str, limit: int) -> Sequence[CompanyRecord]:
        """Companies that have spoken here: signed something with an accepted key. Ascending by name."""
        found = (self._records.company(name) for name in self._records.companies(after, limit))
        return [company for company in found if company is not None]

    def company(self, domain: str) -> CompanyPage:
        """Raises RefusedNotFound for a company without a key in this ledger."""
        keys = self._records.key_events(domain)
        if not keys:
            raise RefusedNotFound(f"no key of {domain} is recorded in this ledger")
        return CompanyPage(keys, self._records.company(domain))

    def anchors(self, after: int, limit: int) -> Sequence[AnyRow]:
        """Final anchors on the chain in use, ascending by size."""
        with self._store.read() as session:
            chosen = select(_ANCHOR).where(_ANCHOR.c.genesis == genesis_in_use(session), _ANCHOR.c.size > after)
            return session.execute(chosen.order_by(_ANCHOR.c.size).limit(limit)).all()

    def anchor(self, size: int) -> AnyRow:
        """Raises RefusedNotFound."""
        with self._store.read() as session:
            chosen = select(_ANCHOR).where(_ANCHOR.c.genesis == genesis_in_use(session), _ANCHOR.c.size == size)
            row = session.execute(chosen).first()
        if row is None:
            raise RefusedNotFound(f"no final anchor of size {size} is recorded")
        return row

    def newest_anchor(self) -> int:
        """Size of the newest final anchor. Raises RefusedNotFound."""
        with self._store.read() as session:
            chosen = select(func.max(_ANCHOR.c.size)).where(_ANCHOR.c.genesis == genesis_in_use(session))
            size: int | None = session.execute(chosen).scalar()
        if size is None:
            raise RefusedNotFound("no final anchor is recorded yet; ask again shortly")
        return size

    def tickets(self, after: int, limit: int) -> tuple[Sequence[AnyRow], int]:
        """Direct submissions ascending by ticket, with the index of their leaf; and how many are settled.

        A reorganisation can leave several rows of one ticket; the final one is shown, or else the newest.
        """
        with self._store.read() as session:
            genesis = genesis_in_use(session)
            settled = session.execute(select(func.max(_ANCHOR.c.included)).where(_ANCHOR.c.genesis == genesis)).scalar()
            numbers = (
                select(_TICKET.c.number)
                .where(_TICKET.c.genesis == genesis, _TICKET.c.number > after)
                .distinct()
                .order_by(_TICKET.c.number)
                .limit(limit)
            ).subquery()
            same = (_PROOF.c.genesis == _TICKET.c.genesis) & (_PROOF.c.number == _TICKET.c.number)
            joined = (
                _TICKET.join(numbers, numbers.c.number == _TICKET.c.number)
                .outerjoin(_PROOF, same)
                .outerjoin(_LEAF, _LEAF.c.leaf_hash == _TICKET.c.leaf_hash)
            )
            rows = session.execute(
                select(_TICKET, _PROOF.c.block_hash.label("final_block"), _LEAF.c.idx)
                .select_from(joined)
                .where(_TICKET.c.genesis == genesis)
                .order_by(_TICKET.c.number, _TICKET.c.block_number)
            ).all()
        shown = {row.number: row for row in rows if row.final_block in (None, row.block_hash)}
        return list(shown.values()), settled or 0

    def recent_block(self) -> AnyRow:
        """The newest final block. Raises RefusedNotFound."""
        with self._store.read() as session:
            mine = select(_BLOCK).where(_BLOCK.c.genesis == genesis_in_use(session))
            row = session.execute(mine.order_by(_BLOCK.c.number.desc()).limit(1)).first()
        if row is None:
            raise RefusedNotFound("no final block of the home chain is known yet; try again shortly")
        return row

    def is_withheld(self, digest: bytes) -> bool:
        """Whether bytes with this SHA-256 are withheld."""
        return self._records.withheld(digest) is not None
