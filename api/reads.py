"""Queries of the API over the projection. Synchronous; handlers run them in the pool of threads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Row, func, select
from sqlmodel import Session

from ledger.encoding import encode_hex
from ledger.errors import RefusedCase, RefusedNotFound, RefusedWithheld
from ledger.runtime.chain_store import current_chain
from ledger.runtime.chain_tables import AnchorRow, FinalBlock, TicketProof, TicketRow
from ledger.runtime.tables import Addendum, CompanyKey, Entry, Leaf, Ledger, Published, Withheld, table
from ledger.runtime.wiring import Services

_ENTRY, _ADDENDUM, _WITHHELD, _LEAF = table(Entry), table(Addendum), table(Withheld), table(Leaf)
_KEY, _PUBLISHED, _LEDGER = table(CompanyKey), table(Published), table(Ledger)
_ANCHOR, _BLOCK, _TICKET, _PROOF = table(AnchorRow), table(FinalBlock), table(TicketRow), table(TicketProof)
MAX_KEY_EVENTS = 1000
AnyRow = Row[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class StatementBytes:
    """A statement that may be shown: the index of its first leaf, its digest and exact bytes."""

    index: int
    digest: bytes
    raw: bytes


@dataclass(frozen=True, slots=True)
class CaseRows:
    """A page of a case: entries ascending by index, each with ``anchored``, the size of its earliest final
    anchor or None; digests of withheld bytes; the anchors named, by size."""

    opened: AnyRow
    entries: Sequence[AnyRow]
    withheld: frozenset[bytes]
    anchors: Mapping[int, AnyRow]


@dataclass(frozen=True, slots=True)
class CompanyRows:
    """Events of a company's keys in log order, and counts; counts are None until it has spoken."""

    keys: Sequence[AnyRow]
    statements: int | None
    cases: int | None


class Reads:
    """Reads what is published. Everything unknown is RefusedNotFound or RefusedCase."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._store = services.store

    def index_of(self, statement_id: bytes) -> int:
        """The index of the first leaf of a statement."""
        with self._store.read() as session:
            return int(str(_first(session, statement_id).idx))

    def statement(self, statement_id: bytes) -> StatementBytes:
        """The bytes. Raises RefusedNotFound or RefusedWithheld."""
        with self._store.read() as session:
            row = _first(session, statement_id)
            raw = session.execute(select(_ADDENDUM.c.raw).where(_ADDENDUM.c.digest == row.digest)).scalar()
            if raw is None or _is_withheld(session, row.digest):
                raise RefusedWithheld(f"the bytes {encode_hex(row.digest)} are withheld", row.idx)
        return StatementBytes(row.idx, row.digest, raw)

    def leaf_at(self, index: int) -> tuple[bytes, bytes]:
        """Statement id and leaf hash of the entry at ``index``."""
        with self._store.read() as session:
            row = session.execute(
                select(_ENTRY.c.statement_id, _LEAF.c.leaf_hash)
                .select_from(_ENTRY.join(_LEAF, _LEAF.c.idx == _ENTRY.c.idx))
                .where(_ENTRY.c.idx == index)
            ).first()
        if row is None:
            raise RefusedNotFound(f"this log has no statement at {index}")
        return row.statement_id, row.leaf_hash

    def withheld(self, digest: bytes) -> bool:
        """Whether bytes with this SHA-256 are withheld."""
        with self._store.read() as session:
            return _is_withheld(session, digest)

    def case(self, case_id: bytes, after: int, limit: int) -> CaseRows:
        """Entries behind index ``after``. Raises RefusedCase."""
        with self._store.read() as session:
            size, genesis = _published(session), _genesis(session)
            opened = session.execute(
                select(_ENTRY)
                .where(_ENTRY.c.statement_id == case_id, _ENTRY.c.kind == "case.opened", _ENTRY.c.idx < size)
                .order_by(_ENTRY.c.idx)
                .limit(1)
            ).first()
            if opened is None:
                raise RefusedCase(f"case {encode_hex(case_id)} is not in this ledger")
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
            return CaseRows(opened, entries, frozenset(withheld), {row.size: row for row in anchors})

    def companies(self, after: str, limit: int) -> Sequence[AnyRow]:
        """Companies that have spoken here: signed something with an accepted key. Ascending by name."""
        with self._store.read() as session:
            spoken = (
                select(_ENTRY.c.company, func.count().label("statements"))
                .where(_ENTRY.c.role == "company", _ENTRY.c.understood, _ENTRY.c.company > after)
                .where(_ENTRY.c.idx < _published(session))
                .group_by(_ENTRY.c.company)
                .order_by(_ENTRY.c.company)
                .limit(limit)
            )
            return session.execute(spoken).all()

    def company(self, domain: str) -> CompanyRows:
        """Raises RefusedNotFound for a company without a key in this ledger."""
        with self._store.read() as session:
            size = _published(session)
            keys = session.execute(
                select(_KEY)
                .where(_KEY.c.company == domain, _KEY.c.idx < size)
                .order_by(_KEY.c.idx)
                .limit(MAX_KEY_EVENTS)
            ).all()
            mine = (_ENTRY.c.company == domain) & _ENTRY.c.understood & (_ENTRY.c.idx < size)
            statements: int = session.execute(
                select(func.count()).select_from(_ENTRY).where(mine, _ENTRY.c.role == "company")
            ).scalar_one()
            if not keys:
                raise RefusedNotFound(f"no key of {domain} is recorded in this ledger")
            if not statements:
                return CompanyRows(keys, None, None)
            cases: int = session.execute(
                select(func.count(_ENTRY.c.case_id.distinct())).where(mine, _ENTRY.c.kind == "case.opened")
            ).scalar_one()
        return CompanyRows(keys, statements, cases)

    def anchors(self, after: int, limit: int) -> Sequence[AnyRow]:
        """Final anchors on the chain in use, ascending by size."""
        with self._store.read() as session:
            chosen = select(_ANCHOR).where(_ANCHOR.c.genesis == _genesis(session), _ANCHOR.c.size > after)
            return session.execute(chosen.order_by(_ANCHOR.c.size).limit(limit)).all()

    def anchor(self, size: int) -> AnyRow:
        """Raises RefusedNotFound."""
        with self._store.read() as session:
            chosen = select(_ANCHOR).where(_ANCHOR.c.genesis == _genesis(session), _ANCHOR.c.size == size)
            row = session.execute(chosen).first()
        if row is None:
            raise RefusedNotFound(f"no final anchor of size {size} is recorded")
        return row

    def tickets(self, after: int, limit: int) -> tuple[Sequence[AnyRow], int]:
        """Direct submissions ascending by ticket, with the index of their leaf; and how many are settled.

        Where a reorganisation left several rows of one ticket, the final one is shown.
        """
        with self._store.read() as session:
            genesis = _genesis(session)
            settled = session.execute(select(func.max(_ANCHOR.c.included)).where(_ANCHOR.c.genesis == genesis)).scalar()
            same = (_PROOF.c.genesis == _TICKET.c.genesis) & (_PROOF.c.number == _TICKET.c.number)
            rows = session.execute(
                select(_TICKET, _PROOF.c.block_hash.label("final_block"), _LEAF.c.idx)
                .select_from(_TICKET.outerjoin(_PROOF, same).outerjoin(_LEAF, _LEAF.c.leaf_hash == _TICKET.c.leaf_hash))
                .where(_TICKET.c.genesis == genesis, _TICKET.c.number > after)
                .order_by(_TICKET.c.number, _TICKET.c.block_number)
                .limit(limit * 2)
            ).all()
        shown: dict[int, AnyRow] = {}
        for row in rows:
            if row.final_block in (None, row.block_hash):
                shown[row.number] = row
        return list(shown.values())[:limit], settled or 0

    def recent_block(self) -> AnyRow:
        """The newest final block. Raises RefusedNotFound."""
        with self._store.read() as session:
            row = session.execute(
                select(_BLOCK).where(_BLOCK.c.genesis == _genesis(session)).order_by(_BLOCK.c.number.desc()).limit(1)
            ).first()
        if row is None:
            raise RefusedNotFound("no final block of the home chain is known yet; try again shortly")
        return row


def _first(session: Session, statement_id: bytes) -> AnyRow:
    row = session.execute(
        select(_ENTRY)
        .where(_ENTRY.c.statement_id == statement_id, _ENTRY.c.idx < _published(session))
        .order_by(_ENTRY.c.idx)
        .limit(1)
    ).first()
    if row is None:
        raise RefusedNotFound(f"statement {encode_hex(statement_id)} is not in this ledger")
    return row


def _published(session: Session) -> int:
    size: int | None = session.execute(select(func.max(_PUBLISHED.c.size))).scalar()
    return size or 0


def _is_withheld(session: Session, digest: bytes) -> bool:
    return session.execute(select(_WITHHELD.c.digest).where(_WITHHELD.c.digest == digest)).first() is not None


def _genesis(session: Session) -> bytes:
    home = current_chain(session)
    if home is not None:
        return home.genesis
    opened: bytes | None = session.execute(select(_LEDGER.c.genesis_hash)).scalar()
    return opened or b""
