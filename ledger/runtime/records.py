"""Queries for reading the record: the only place where the API and commands ask the projection.

Lists go by keyset (``after`` is the last key of the page before), never by offset. Rows can be some
milliseconds ahead of the newest published size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Row, Select, func, select

from ledger.runtime.store import Store
from ledger.runtime.tables import Addendum, Attester, CompanyKey, Entry, Withheld, table
from ledger.standing import KeyEvent, KeyRing, ring_of

_ENTRY, _KEY, _ADDENDUM, _WITHHELD = table(Entry), table(CompanyKey), table(Addendum), table(Withheld)
_ATTESTER = table(Attester)


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """One statement leaf; ``statement_id`` and the members after it are None for opaque bytes."""

    idx: int
    key: bytes
    digest: bytes
    statement_id: bytes | None
    kind: str | None
    case_id: bytes | None
    company: str | None
    author: bytes | None
    understood: bool
    role: str | None
    route: str


@dataclass(frozen=True, slots=True)
class WithheldRecord:
    """Bytes taken out of sight by the entry.withheld at ``statement_idx``."""

    digest: bytes
    statement_idx: int
    reason: str


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A binding or revocation of a company key at log index ``idx``."""

    idx: int
    company: str
    key: bytes
    method: str
    attester: bytes
    checked_at: int
    revoked: bool


@dataclass(frozen=True, slots=True)
class CompanyRecord:
    """A company that has spoken. ``statements`` are its own, ``cases`` those in which it has spoken: others may be in
    their quiet period, and are in no count."""

    company: str
    cases: int
    statements: int


class Records:
    """Reads the projection of one ledger."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def statement(self, statement_id: bytes) -> EntryRecord | None:
        """The first leaf of a statement (the lowest index counts)."""
        chosen = select(_ENTRY).where(_ENTRY.c.statement_id == statement_id).order_by(_ENTRY.c.idx).limit(1)
        return next(iter(self._entries(chosen)), None)

    def entry(self, index: int) -> EntryRecord | None:
        """The statement leaf at ``index``; None for index leaves and beyond the end."""
        return next(iter(self._entries(select(_ENTRY).where(_ENTRY.c.idx == index))), None)

    def entries(self, after: int = -1, limit: int = 100) -> list[EntryRecord]:
        """Statement leaves in log order."""
        return self._entries(select(_ENTRY).where(_ENTRY.c.idx > after).order_by(_ENTRY.c.idx).limit(limit))

    def of_case(self, case_id: bytes, after: int = -1, limit: int = 1000) -> list[EntryRecord]:
        """Statements of a case in log order, its opening among them."""
        chosen = select(_ENTRY).where(_ENTRY.c.case_id == case_id, _ENTRY.c.idx > after)
        return self._entries(chosen.order_by(_ENTRY.c.idx).limit(limit))

    def of_company(self, company: str, after: int = -1, limit: int = 100, kind: str | None = None) -> list[EntryRecord]:
        """Understood statements with or by a company, in log order."""
        chosen = select(_ENTRY).where(_ENTRY.c.company == company, _ENTRY.c.idx > after, _ENTRY.c.understood)
        if kind is not None:
            chosen = chosen.where(_ENTRY.c.kind == kind)
        return self._entries(chosen.order_by(_ENTRY.c.idx).limit(limit))

    def of_kind(self, kind: str, after: int = -1, limit: int = 100) -> list[EntryRecord]:
        """Understood statements of one kind, in log order."""
        chosen = select(_ENTRY).where(_ENTRY.c.kind == kind, _ENTRY.c.idx > after, _ENTRY.c.understood)
        return self._entries(chosen.order_by(_ENTRY.c.idx).limit(limit))

    def companies(self, after: str = "", limit: int = 100) -> list[str]:
        """Domains of companies that have spoken themselves (DESIGN 2: nobody is listed before), sorted."""
        spoken = select(_ENTRY.c.company).distinct().where(_ENTRY.c.role == "company", _ENTRY.c.company > after)
        with self._store.read() as session:
            return [str(name) for name in session.execute(spoken.order_by(_ENTRY.c.company).limit(limit)).scalars()]

    def company(self, company: str) -> CompanyRecord | None:
        """Counts of a company that has spoken; None for any other."""
        mine = _ENTRY.c.company == company
        counted = select(
            func.count(_ENTRY.c.case_id.distinct()).filter(_ENTRY.c.role == "company").label("cases"),
            func.count().filter(_ENTRY.c.role == "company").label("statements"),
        ).where(mine)
        with self._store.read() as session:
            row = session.execute(counted).one()
        return CompanyRecord(company, row.cases, row.statements) if row.statements else None

    def key_events(self, company: str) -> list[KeyRecord]:
        """Bindings and revocations of a company's keys in log order."""
        chosen = select(_KEY).where(_KEY.c.company == company).order_by(_KEY.c.idx)
        with self._store.read() as session:
            return [KeyRecord(*row) for row in session.execute(chosen)]

    def key_ring(self, company: str) -> KeyRing:
        """The keys that count as the company's now."""
        return ring_of(KeyEvent(event.key, event.attester, event.revoked) for event in self.key_events(company))

    def attesters(self) -> dict[bytes, tuple[str, ...]]:
        """The scopes of every attester that the operator bound, by address; the newest binding counts."""
        with self._store.read() as session:
            rows = session.execute(select(_ATTESTER.c.key, _ATTESTER.c.scope).order_by(_ATTESTER.c.idx))
            return {row.key: tuple(row.scope.split()) for row in rows}

    def raw(self, digest: bytes) -> bytes | None:
        """The signed bytes; None where there are none or they are withheld."""
        with self._store.read() as session:
            raw: bytes | None = session.execute(select(_ADDENDUM.c.raw).where(_ADDENDUM.c.digest == digest)).scalar()
        return raw

    def raws(self, digests: Sequence[bytes]) -> dict[bytes, bytes]:
        """Signed bytes by digest; withheld ones are left out. At most some thousands at once."""
        with self._store.read() as session:
            chosen = select(_ADDENDUM.c.digest, _ADDENDUM.c.raw).where(_ADDENDUM.c.digest.in_(digests))
            return {row.digest: row.raw for row in session.execute(chosen)}

    def withheld(self, digest: bytes) -> WithheldRecord | None:
        """Why and by which statement these bytes are withheld; None if they are not."""
        chosen = select(_WITHHELD.c.digest, _WITHHELD.c.statement_idx, _WITHHELD.c.reason)
        with self._store.read() as session:
            row = session.execute(chosen.where(_WITHHELD.c.digest == digest)).first()
        return None if row is None else WithheldRecord(*row)

    def _entries(self, chosen: Select[tuple[object, ...]]) -> list[EntryRecord]:
        with self._store.read() as session:
            return [_entry(row) for row in session.execute(chosen)]


def _entry(row: Row[tuple[object, ...]]) -> EntryRecord:
    return EntryRecord(
        row.idx,
        row.key,
        row.digest,
        row.statement_id,
        row.kind,
        row.case_id,
        row.company,
        row.author,
        row.understood,
        row.role,
        row.route,
    )
