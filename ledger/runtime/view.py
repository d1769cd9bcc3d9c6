"""``LedgerView`` over the database, in bulk: one group of submissions costs a handful of queries.

``StoreView`` is loaded for a group and then answers from memory; ``Overlay`` lays on top what was
accepted or sequenced after that state. Positive answers about the log are stable, so cases and
blocks are kept; keys and attesters are read anew when a row was added to their tables.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import islice
from typing import TypeVar

from sqlalchemy import Table, func, select
from sqlmodel import Session

from ledger.runtime.chain_tables import FinalBlock
from ledger.runtime.roles import Block, First, LedgerView
from ledger.runtime.store import IN_LIMIT, select_in
from ledger.runtime.tables import Attester, CompanyKey, Entry, Leaf, Submission, Withheld, table
from ledger.runtime.tables import First as FirstRow
from ledger.standing import (
    BINDING_KINDS,
    EMPTY_RING,
    CaseInfo,
    Claim,
    KeyEvent,
    KeyRing,
    key_event,
    key_of,
    ring_of,
    scopes_of,
)

_BLOCK, _ENTRY, _FIRST = table(FinalBlock), table(Entry), table(FirstRow)
_KEY, _ATTESTER, _LEAF = table(CompanyKey), table(Attester), table(Leaf)
_SUBMISSION, _WITHHELD = table(Submission), table(Withheld)
_CACHE = 200_000
_K = TypeVar("_K")
_V = TypeVar("_V")


class StoreView:
    """The state of the log in the database. One thread at a time."""

    def __init__(self) -> None:
        self._operator: bytes | None = None
        self._newest: Block | None = None
        self._blocks: dict[bytes, Block] = {}
        self._cases: dict[bytes, CaseInfo] = {}
        self._rings: dict[str, KeyRing] = {}
        self._attesters: dict[bytes, frozenset[str]] = {}
        self._key_head = self._attester_head = -1
        self._firsts: dict[bytes, First] = {}
        self._withheld: set[bytes] = set()
        self._kinds: dict[bytes, str] = {}

    def load(self, session: Session, claims: Collection[Claim], digests: Collection[bytes]) -> None:
        """Read all that roles of ``claims`` can depend on. ``digests`` are of their bytes."""
        if self._operator is None:
            self._operator = session.execute(select(_ENTRY.c.author).where(_ENTRY.c.idx == 0)).scalar()
        self._load_cases(session, {claim.case_id for claim in claims if claim.kind != "case.opened"} - {None})
        self._load_keys(session, {claim.company for claim in claims if claim.company is not None})
        targets = [bytes.fromhex(str(claim.facts["digest"])[2:]) for claim in claims if claim.kind == "entry.withheld"]
        self._kinds = _kinds_of(session, targets)
        self._withheld = withheld_among(session, [*digests, *targets])

    def load_firsts(self, session: Session, statement_ids: Iterable[bytes]) -> None:
        """Read the first leaves of these ids."""
        joined = select(_FIRST.c.statement_id, _FIRST.c.leaf_hash, _SUBMISSION.c.digest, _LEAF.c.idx).select_from(
            _FIRST.join(_SUBMISSION, _SUBMISSION.c.leaf_hash == _FIRST.c.leaf_hash).outerjoin(
                _LEAF, _LEAF.c.leaf_hash == _FIRST.c.leaf_hash
            )
        )
        # Nearly always there are none: so first the short question.
        columns = [_FIRST.c.statement_id]
        known = [row.statement_id for row in select_in(session, columns, _FIRST.c.statement_id, statement_ids)]
        self._firsts = {}
        for start in range(0, len(known), IN_LIMIT):
            chosen = joined.where(_FIRST.c.statement_id.in_(known[start : start + IN_LIMIT]))
            for row in session.execute(chosen):
                self._firsts[row.statement_id] = First(row.leaf_hash, row.digest, row.idx)
        self._withheld |= withheld_among(session, [first.digest for first in self._firsts.values()])

    def load_blocks(self, session: Session, hashes: Iterable[bytes]) -> None:
        """Read the newest final block and the quoted ones."""
        columns = [_BLOCK.c.hash, _BLOCK.c.number, _BLOCK.c.timestamp]
        newest = session.execute(select(*columns).order_by(_BLOCK.c.timestamp.desc()).limit(1)).first()
        self._newest = None if newest is None else Block(newest.hash, newest.number, newest.timestamp)
        missing = {block for block in hashes if block not in self._blocks}
        for row in select_in(session, columns, _BLOCK.c.hash, missing):
            _keep(self._blocks, row.hash, Block(row.hash, row.number, row.timestamp))

    def remember_case(self, case_id: bytes, case: CaseInfo) -> None:
        """Keep a case that is accepted and durable, though perhaps not sequenced yet."""
        _keep(self._cases, case_id, case)

    def _load_cases(self, session: Session, case_ids: Collection[bytes | None]) -> None:
        missing = [case_id for case_id in case_ids if case_id not in self._cases]
        columns = [_ENTRY.c.statement_id, _ENTRY.c.company, _ENTRY.c.author, _ENTRY.c.kind, _ENTRY.c.understood]
        for row in select_in(session, columns, _ENTRY.c.statement_id, missing):
            if row.kind == "case.opened" and row.understood:
                _keep(self._cases, row.statement_id, CaseInfo(row.company, row.author))

    def _load_keys(self, session: Session, companies: Collection[str]) -> None:
        head = _newest_row(session, _KEY)
        if head != self._key_head:
            self._rings, self._key_head = {}, head
        missing = [company for company in companies if company not in self._rings]
        if head >= 0 and missing:
            events: dict[str, list[tuple[int, KeyEvent]]] = {company: [] for company in missing}
            columns = [_KEY.c.idx, _KEY.c.company, _KEY.c.key, _KEY.c.attester, _KEY.c.revoked]
            for row in select_in(session, columns, _KEY.c.company, missing):
                events[row.company].append((row.idx, KeyEvent(row.key, row.attester, row.revoked)))
            for company, found in events.items():
                _keep(self._rings, company, ring_of(event for _, event in sorted(found, key=lambda item: item[0])))
        newest = _newest_row(session, _ATTESTER)
        if newest != self._attester_head:
            rows = session.execute(select(_ATTESTER.c.key, _ATTESTER.c.scope).order_by(_ATTESTER.c.idx))
            self._attesters = {row.key: frozenset(row.scope.split()) for row in rows}
            self._attester_head = newest

    def operator(self) -> bytes | None:
        return self._operator

    def case(self, case_id: bytes) -> CaseInfo | None:
        return self._cases.get(case_id)

    def company_keys(self, company: str) -> KeyRing:
        return self._rings.get(company, EMPTY_RING)

    def attester(self, address: bytes) -> frozenset[str] | None:
        return self._attesters.get(address)

    def newest_final(self) -> Block | None:
        return self._newest

    def final_block(self, block_hash: bytes) -> Block | None:
        return self._blocks.get(block_hash)

    def first(self, statement_id: bytes) -> First | None:
        return self._firsts.get(statement_id)

    def withheld(self, digest: bytes) -> bool:
        return digest in self._withheld

    def recorded_kind(self, digest: bytes) -> str | None:
        return self._kinds.get(digest)


class Overlay:
    """A view plus statements that come after it, noted one by one."""

    def __init__(self, base: LedgerView) -> None:
        self._base = base
        self._operator: bytes | None = None
        self.cases: dict[bytes, CaseInfo] = {}
        self._rings: dict[str, KeyRing] = {}
        self._attesters: dict[bytes, frozenset[str]] = {}
        self._firsts: dict[bytes, First] = {}
        self._kinds: dict[bytes, str] = {}
        self._withheld: set[bytes] = set()

    def note(self, claim: Claim, first: First) -> None:
        """An understood statement: accepted (``first.index`` None) or at its index."""
        self._firsts.setdefault(claim.statement_id, first)
        if first.index is not None:
            self._kinds[first.digest] = claim.kind
        if claim.kind == "case.opened":
            self.cases.setdefault(claim.statement_id, CaseInfo(claim.company or "", claim.author))
        elif claim.kind in BINDING_KINDS:
            company = claim.company or ""
            self._rings[company] = self.company_keys(company).after(key_event(claim))
        elif claim.kind == "attester.bound":
            self._attesters[key_of(claim)] = scopes_of(claim)
        elif claim.kind == "entry.withheld":
            self._withheld.add(bytes.fromhex(str(claim.facts["digest"])[2:]))
        elif claim.kind == "ledger.opened":
            self._operator = claim.author

    def note_opaque(self, digest: bytes) -> None:
        """Bytes at an index that are no understood statement."""
        self._kinds.setdefault(digest, "")

    def operator(self) -> bytes | None:
        return self._operator or self._base.operator()

    def case(self, case_id: bytes) -> CaseInfo | None:
        return self.cases.get(case_id) or self._base.case(case_id)

    def company_keys(self, company: str) -> KeyRing:
        return self._rings.get(company) or self._base.company_keys(company)

    def attester(self, address: bytes) -> frozenset[str] | None:
        found = self._attesters.get(address)
        return self._base.attester(address) if found is None else found

    def newest_final(self) -> Block | None:
        return self._base.newest_final()

    def final_block(self, block_hash: bytes) -> Block | None:
        return self._base.final_block(block_hash)

    def first(self, statement_id: bytes) -> First | None:
        return self._base.first(statement_id) or self._firsts.get(statement_id)

    def withheld(self, digest: bytes) -> bool:
        return digest in self._withheld or self._base.withheld(digest)

    def recorded_kind(self, digest: bytes) -> str | None:
        found = self._kinds.get(digest)
        return self._base.recorded_kind(digest) if found is None else found


def withheld_among(session: Session, digests: Collection[bytes]) -> set[bytes]:
    """Those of ``digests`` that are withheld."""
    if session.execute(select(_WITHHELD.c.statement_idx).limit(1)).first() is None:
        return set()
    return {row.digest for row in select_in(session, [_WITHHELD.c.digest], _WITHHELD.c.digest, digests)}


def _kinds_of(session: Session, digests: Collection[bytes]) -> dict[bytes, str]:
    # Several leaves can carry the same bytes (under wrong keys); the understood one decides.
    kinds: dict[bytes, str] = {}
    hashes = select_in(session, [_SUBMISSION.c.leaf_hash], _SUBMISSION.c.digest, digests)
    places = select_in(session, [_LEAF.c.idx], _LEAF.c.leaf_hash, [row.leaf_hash for row in hashes])
    columns = [_ENTRY.c.digest, _ENTRY.c.kind, _ENTRY.c.understood]
    for row in select_in(session, columns, _ENTRY.c.idx, [row.idx for row in places]):
        if row.understood:
            kinds[row.digest] = row.kind
        else:
            kinds.setdefault(row.digest, "")
    return kinds


def _newest_row(session: Session, rows: Table) -> int:
    newest: int | None = session.execute(select(func.max(rows.c.idx))).scalar()
    return -1 if newest is None else newest


def _keep(cache: dict[_K, _V], key: _K, value: _V) -> None:
    cache[key] = value
    if len(cache) > _CACHE:
        for oldest in list(islice(cache, _CACHE // 10)):
            del cache[oldest]
