"""Counts over the cases of a company, as this ledger's own trust policy sees them (docs/spec/counts.md).

A summary is a pure function of what concerns its case. It is kept until something of that comes: a statement in the
case, a binding for its company or of an attester, something withheld, another policy. What is kept is lost with the
process and made again, some cases at a time, so that nobody can keep a thread busy by asking.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from threading import Lock

from sqlalchemy import func, select

from ledger.assessment import assess
from ledger.counts.counts import Counts, count
from ledger.counts.read import QUIET, summarise
from ledger.counts.summary import CaseSummary
from ledger.errors import RefusedBusy, RefusedNotFound, RefusedWithheld
from ledger.evm import parse_header
from ledger.finding.law import shipped_law
from ledger.policy import TrustPolicy, parse_policy
from ledger.runtime.chain_tables import AnchorRow
from ledger.runtime.evidence import Evidence
from ledger.runtime.figures import genesis_in_use
from ledger.runtime.index_tables import CosignatureRow
from ledger.runtime.settings import Settings
from ledger.runtime.store import Store
from ledger.runtime.tables import Entry, table
from ledger.runtime.trust import own_policy
from ledger.runtime.wiring import Services
from ledger.verification.observed import Observed

SLICE = 50
"""Most cases that one call reads anew."""
MAX_CASES = 50_000
"""Most cases of one company, and most summaries that are kept."""
QUARTER_S = 900
"""Days end at quarters of an hour everywhere, so between two of them time alone changes no count."""
_ENTRY, _ANCHOR, _COSIGNATURE = table(Entry), table(AnchorRow), table(CosignatureRow)
_KEY_KINDS = ("company.key_bound", "company.key_revoked")


@dataclass(frozen=True, slots=True)
class State:
    """What all counts hang on: the anchored size, whether it is replayed, what is withheld, the policy, the time."""

    size: int
    replayed: int
    """The largest size that enough auditors cosigned: who replayed it replayed all smaller ones."""
    withheld: int
    policy: bytes
    now: int


@dataclass(frozen=True, slots=True)
class LedgerCounts:
    """``no_finding``: cases in which the company has spoken and of which there is no finding, as where a text is
    withheld: they are in no other number. ``size`` is the anchored size, 0 before the first anchor."""

    counts: Counts
    no_finding: int
    size: int
    policy: bytes
    now: int


@dataclass(frozen=True, slots=True)
class _Case:
    id: bytes
    mark: tuple[object, ...]
    """Changes with everything that its summary hangs on."""
    spoken: bool
    quiet: bool
    """Surely in its quiet period: nobody but the requester spoke, so that arrival is claimed, and it was recorded less
    than 14 days ago. Such a case is not even read: a flood of strangers costs nothing."""


@dataclass(frozen=True, slots=True)
class _Kept:
    mark: tuple[object, ...]
    size: int
    summary: CaseSummary | None


class CompanyCounts:
    """Counts of one ledger. Safe for many threads; ``clock`` gives Unix seconds, ``policy`` the bytes of a policy."""

    def __init__(
        self,
        services: Services,
        clock: Callable[[], float] = time.time,
        policy: Callable[[Store, Settings], bytes] = own_policy,
    ) -> None:
        self._services, self.clock, self.policy = services, clock, policy
        self._evidence = Evidence(services.store, services.reader, services.origin)
        self._kept: OrderedDict[bytes, _Kept] = OrderedDict()
        self._made: OrderedDict[str, tuple[State, LedgerCounts]] = OrderedDict()
        self._lock = Lock()

    def made(self, company: str) -> LedgerCounts | None:
        """The counts, where they are made already and nothing has changed since."""
        state, _ = self._state()
        with self._lock:
            found = self._made.get(company)
        return found[1] if found is not None and found[0] == state else None

    def make(self, company: str) -> LedgerCounts:
        """The counts. Raises RefusedBusy where more cases are new than one call reads; the next one goes on."""
        state, policy = self._state()
        cases = [case for case in self._cases(company, state) if not case.quiet]
        if len(cases) > MAX_CASES:
            raise RefusedBusy(
                f"{company} has more than {MAX_CASES:,} cases here; count their bundles with habeas count"
            )
        missing = [case for case in cases if self._summary(case) is None]
        for case in missing[:SLICE]:
            self._keep(company, case, state, policy)
        if len(missing) > SLICE:
            done = len(cases) - len(missing) + SLICE
            raise RefusedBusy(f"the cases are being read: {done} of {len(cases)}; ask again shortly")
        kept = [(case, self._summary(case)) for case in cases]
        summaries = list(_replayed((item for _, item in kept if item is not None), state.replayed))
        none = sum(case.spoken and (item is None or item.summary is None) for case, item in kept)
        counts = count(company, summaries, datetime.fromtimestamp(state.now, UTC))
        found = LedgerCounts(counts, none, state.size, state.policy, state.now)
        with self._lock:
            self._made[company] = (state, found)
            self._made.move_to_end(company)
            while len(self._made) > 1000:
                self._made.popitem(last=False)
        return found

    def _state(self) -> tuple[State, TrustPolicy]:
        services = self._services
        policy = parse_policy(self.policy(services.store, services.settings))
        quorum = policy.ledgers[services.origin].quorum
        enough = select(_COSIGNATURE.c.size).group_by(_COSIGNATURE.c.size).having(func.count() >= max(1, quorum))
        with services.store.read() as session:
            chosen = select(func.max(_ANCHOR.c.size)).where(_ANCHOR.c.genesis == genesis_in_use(session))
            size: int | None = session.execute(chosen).scalar()
            newest = enough.order_by(_COSIGNATURE.c.size.desc()).limit(1)
            replayed: int | None = session.execute(newest).scalar() if quorum else None
            withholding = select(func.max(_ENTRY.c.idx)).where(_ENTRY.c.kind == "entry.withheld", _ENTRY.c.understood)
            withheld: int | None = session.execute(withholding).scalar()
        now = int(self.clock()) // QUARTER_S * QUARTER_S
        return State(size or 0, replayed or 0, withheld or 0, policy.hash, now), policy

    def _cases(self, company: str, state: State) -> Sequence[_Case]:
        """The cases with ``company`` below the anchored size, in the order in which they were opened."""
        opened = (
            select(_ENTRY.c.statement_id)
            .where(_ENTRY.c.company == company, _ENTRY.c.kind == "case.opened", _ENTRY.c.understood)
            .where(_ENTRY.c.idx < state.size)
        )
        spoken = func.max(_ENTRY.c.idx).filter(_ENTRY.c.role == "company")
        chosen = (
            select(
                _ENTRY.c.case_id,
                func.min(_ENTRY.c.idx).label("first"),
                func.max(_ENTRY.c.idx).label("newest"),
                spoken.label("spoken"),
                func.count(_ENTRY.c.author.distinct()).label("authors"),
            )
            .where(_ENTRY.c.case_id.in_(opened), _ENTRY.c.idx < state.size)
            .group_by(_ENTRY.c.case_id)
            .order_by(func.min(_ENTRY.c.idx))
        )
        fortnight = select(func.max(_ANCHOR.c.size)).where(
            _ANCHOR.c.timestamp <= state.now - int(QUIET.total_seconds())
        )
        bound = (_ENTRY.c.kind.in_(_KEY_KINDS) & (_ENTRY.c.company == company)) | (_ENTRY.c.kind == "attester.bound")
        with self._services.store.read() as session:
            rows = session.execute(chosen).all()
            keys = session.execute(select(func.max(_ENTRY.c.idx)).where(bound, _ENTRY.c.idx < state.size)).scalar()
            old = session.execute(fortnight.where(_ANCHOR.c.genesis == genesis_in_use(session))).scalar() or 0
        rest = (keys, state.withheld, state.policy)
        return [
            _Case(row.case_id, (row.newest, *rest), row.spoken is not None, row.authors == 1 and row.first >= old)
            for row in rows
        ]

    def _summary(self, case: _Case) -> _Kept | None:
        with self._lock:
            kept = self._kept.get(case.id)
            if kept is None or kept.mark != case.mark:
                return None
            self._kept.move_to_end(case.id)
            return kept

    def _keep(self, company: str, case: _Case, state: State, policy: TrustPolicy) -> None:
        authors = [item.key for item in policy.attesters]
        authors += [pin.key for pin in policy.company_keys if pin.company == company]
        made = _Kept(case.mark, state.size, self._read(case.id, authors, state, policy))
        with self._lock:
            self._kept[case.id] = made
            self._kept.move_to_end(case.id)
            while len(self._kept) > MAX_CASES:
                self._kept.popitem(last=False)

    def _read(self, case: bytes, authors: Sequence[bytes], state: State, policy: TrustPolicy) -> CaseSummary | None:
        """As ``GET /v1/cases/{case}/assessment``: under the ledger's own policy, asking no chain."""
        try:
            bundle = self._evidence.bundle(case, as_of=state.size, authors=authors)
        except (RefusedNotFound, RefusedWithheld):
            return None
        newest = max(parse_header(shown.proof.header).timestamp for shown in bundle.anchors.values())
        return summarise(assess(bundle, policy, Observed(), max(state.now, newest), shipped_law(bundle)))


def _replayed(kept: Iterator[_Kept], size: int) -> Iterator[CaseSummary]:
    """The summaries; an index that was replayed after its summary was made is replayed."""
    for item in kept:
        if item.summary is not None:
            yield replace(item.summary, replayed=True) if item.size <= size else item.summary
