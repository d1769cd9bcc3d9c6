"""Assembles what convinces a stranger: the bundle of a case, and the trust policy of this ledger.

Only final anchors with a verified receipt are used (``AnchorRow``). A statement that no final anchor
holds yet is left out: a bundle never shows more than it can show. Strangers' statements are left out
too: anybody can pay for leaves that name a case, and nobody may flood or spoil its bundle with them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy import select as sql
from sqlmodel import Session, col, select

from ledger.anchor import ReceiptProof
from ledger.bundle import MAX_BYTES, Bundle, ShownAnchor, ShownStatement
from ledger.encoding import encode_hex
from ledger.errors import RefusedCase, RefusedNotFound, RefusedWithheld
from ledger.runtime.chain_store import anchor_proof, current_chain
from ledger.runtime.chain_tables import AnchorRow, FinalBlock, TicketProof, TicketRow
from ledger.runtime.index_reader import IndexReader, Parties
from ledger.runtime.log_reader import LogReader
from ledger.runtime.stamps import shown_stamps
from ledger.runtime.store import IN_LIMIT, Store, select_in
from ledger.runtime.tables import Addendum, Attester, CompanyKey, Entry, table
from ledger.statement import SignedStatement, parse
from ledger.verification.completeness import MAX_KEYS, MAX_LIST

_ENTRY, _ADDENDUM = table(Entry), table(Addendum)
_COMPANY_KEY, _ATTESTER = table(CompanyKey), table(Attester)
_ANCHOR, _BLOCK = table(AnchorRow), table(FinalBlock)
_KEY_KINDS = ("company.key_bound", "company.key_revoked")
_OPENED = 0
_FEW = 4
"""Statements of one author in the case, and of keys, where more would leave no room for a bundle."""


@dataclass(frozen=True, slots=True)
class _Case:
    """The case asked for, as of the anchored ``size``: whatever came later takes no part."""

    id: bytes
    digest: bytes
    """Of the opening's bytes."""
    company: str
    requester: bytes
    size: int


class Evidence:
    """Reads one ledger's evidence out of its store and log. Safe for many threads."""

    def __init__(self, store: Store, log: LogReader, origin: str) -> None:
        self._store, self._log, self._origin = store, log, origin
        self._index = IndexReader(store, log)

    def bundle(
        self,
        case_id: bytes,
        disclosures: Sequence[str] = (),
        *,
        as_of: int | None = None,
        authors: Sequence[bytes] = (),
    ) -> Bundle:
        """The bundle of a case at the newest final anchor, or at the one of size ``as_of``.

        ``authors`` (20 bytes each) are attesters and pinned keys of a verifier's policy: their statements in the case
        and lists are shown beside those of the parties that this ledger knows, and so are those of the keys that they
        bound for its company. Raises RefusedCase for an unknown case, RefusedWithheld where its opening is withheld
        and RefusedNotFound as long as no final anchor holds it, where there is none of that size, and where it would
        be larger than a bundle may be even without most of what others than requester and operator wrote.
        """
        length = 0
        for most in (MAX_LIST, _FEW):
            bundle = self._bundle(case_id, disclosures, as_of, authors, most)
            length = len(bundle.encode())
            if length <= MAX_BYTES:
                return bundle
        raise RefusedNotFound(
            f"the bundle of case {encode_hex(case_id)} would be too large: {length} bytes, at most {MAX_BYTES}; "
            "read its statements and proofs from the log itself"
        )

    def _bundle(
        self, case_id: bytes, disclosures: Sequence[str], as_of: int | None, authors: Sequence[bytes], most: int
    ) -> Bundle:
        with self._store.read() as session:
            sizes = _sizes_up_to(_anchored_sizes(session), as_of)
            case = self._case(session, case_id, sizes[-1] if sizes else 0)
            parties = _parties(session, case)
            signed, known = _signed(session, case, parties, authors, most)
            placed = {index: _earliest(index, sizes) for index in signed}
            blocks = _headers(session, {item.statement.recent_block.hash for item in signed.values()})
            submitted = _submissions(session, {item.raw for item in signed.values()}, case.size)
            anchors = _anchors(session, {*placed.values(), case.size})
            in_case = {placed[index] for index, item in signed.items() if _is_of(item, case_id)}
            stamps = {} if most < MAX_LIST else shown_stamps(session, {*in_case, case.size})
        index, replay = self._index.shown(case.size, case_id, parties, known)
        return Bundle(
            ledger=self._origin,
            case=case_id,
            statements={index: self._shown(index, item, placed[index]) for index, item in signed.items()},
            anchors={size: self._anchor(size, proof) for size, proof in anchors.items()},
            blocks=blocks,
            checkpoint=self._log.note(case.size),
            disclosures=tuple(disclosures),
            submitted=submitted,
            index=index,
            replay=replay,
            stamps=stamps,
        )

    def _case(self, session: Session, case_id: bytes, size: int) -> _Case:
        opened = session.execute(
            sql(_ENTRY.c.idx, _ENTRY.c.digest, _ENTRY.c.company, _ENTRY.c.author)
            .where(_ENTRY.c.statement_id == case_id, _ENTRY.c.kind == "case.opened")
            .order_by(_ENTRY.c.idx)
            .limit(1)
        ).first()
        if opened is None:
            raise RefusedCase(f"no case {encode_hex(case_id)} was opened in the ledger {self._origin}")
        if opened.idx >= size:
            when = f"the anchored tree of {size} leaves ends before it" if size else "no final anchor is recorded"
            raise RefusedNotFound(
                f"case {encode_hex(case_id)} is recorded, but no final anchor holds it yet ({when}); ask again shortly"
            )
        return _Case(case_id, opened.digest, opened.company or "", opened.author, size)

    def _shown(self, index: int, signed: SignedStatement, size: int) -> ShownStatement:
        return ShownStatement(index, signed, size, tuple(self._log.inclusion(index, size)))

    def _anchor(self, size: int, proof: ReceiptProof) -> ShownAnchor:
        leaf = self._log.leaf(size - 1)
        return ShownAnchor(size, proof, leaf, tuple(self._log.inclusion(size - 1, size)))


def _is_of(signed: SignedStatement, case_id: bytes) -> bool:
    """Whether it is the case's own: tokens are large, and when a key was bound is nobody's question here."""
    return case_id in (signed.id, signed.statement.case_id)


def _signed(
    session: Session, case: _Case, parties: Parties, authors: Sequence[bytes], most: int
) -> tuple[Mapping[int, SignedStatement], tuple[bytes, ...]]:
    """What is shown, by leaf index; and ``authors``, with the keys that they or a party ever bound for the company.

    Also a binding that counted for nothing where it was made is followed: a verifier follows all that are listed, so
    a list left out here would let a company keep any finding away.
    """
    known = dict.fromkeys(authors)
    held = {parties.operator, *parties.company_keys}
    while True:
        shown = _listed(session, case, tuple(known), most)
        bound = (key for item in shown.values() for key in _bound(item, case.company, held | known.keys()))
        fresh = [key for key in bound if key not in known and key not in held]
        if not fresh or len(known) + len(fresh) > MAX_KEYS:
            return shown, tuple(known)
        known |= dict.fromkeys(fresh)


def _listed(session: Session, case: _Case, authors: Sequence[bytes], most: int) -> Mapping[int, SignedStatement]:
    """Leaf 0, the parties' statements of the case, ``most`` of one author, and of keys and attesters that concern it;
    of these no more either where there is little room."""
    rows = session.execute(
        sql(_ENTRY.c.idx, _ENTRY.c.digest, _ENTRY.c.author, _ENTRY.c.case_id)
        .where(_wanted(case, authors), _ENTRY.c.statement_id.is_not(None), _ENTRY.c.idx < case.size)
        .order_by(_ENTRY.c.idx)
    ).all()
    # Every leaf that is listed is shown, also a second one of the same words (direct route).
    written, listed = dict[tuple[bytes, bool], set[bytes]](), dict[int, bytes]()
    spared = {case.requester, *(row.author for row in rows if row.idx == _OPENED)}
    for row in rows:
        in_case = row.case_id is not None
        if (in_case and row.author != case.requester) or (most < MAX_LIST and row.author not in spared):
            different = written.setdefault((row.author, in_case), set())
            different.add(row.digest)
            if len(different) > most:
                continue  # who writes more than a verifier weighs must not decide whether there is a bundle at all
        listed[row.idx] = row.digest
    raws = _raws(session, set(listed.values()))
    if case.digest not in raws:
        raise RefusedWithheld(f"the opening of case {encode_hex(case.id)} is withheld: sha256 {case.digest.hex()}")
    return {index: parse(raws[digest]) for index, digest in listed.items() if digest in raws}


def _wanted(case: _Case, authors: Sequence[bytes]) -> ColumnElement[bool]:
    """What concerns the case, by those who are or were a party of it then, and by ``authors``."""
    operator = sql(_ENTRY.c.author).where(_ENTRY.c.idx == _OPENED).scalar_subquery()
    keys = sql(_COMPANY_KEY.c.key).where(_COMPANY_KEY.c.company == case.company, _COMPANY_KEY.c.idx < case.size)
    attesters = sql(_ATTESTER.c.key).where(_ATTESTER.c.idx < case.size)
    author = _ENTRY.c.author
    party = or_(
        author == case.requester, author == operator, author.in_(keys), author.in_(attesters), author.in_(authors)
    )  # a revoked key was a party, too: nothing that a company said may vanish
    return or_(
        _ENTRY.c.idx == _OPENED,
        and_(_ENTRY.c.case_id == case.id, party),
        _ENTRY.c.statement_id == case.id,
        and_(_ENTRY.c.kind.in_(_KEY_KINDS), _ENTRY.c.company == case.company, or_(_ENTRY.c.understood, party)),
        and_(_ENTRY.c.kind == "attester.bound", _ENTRY.c.understood),
    )


def _bound(signed: SignedStatement, company: str, binders: Collection[bytes]) -> Iterator[bytes]:
    """The key that ``signed`` binds for ``company``, where it is of one of ``binders``."""
    said = signed.statement
    if said.kind == "company.key_bound" and said.company == company and said.author in binders and said.is_understood:
        yield bytes.fromhex(str(said.facts["key"])[2:])


def _parties(session: Session, case: _Case) -> Parties:
    """Whose lists a verifier asks for, as far as this ledger could know at that size."""
    keys = sql(_COMPANY_KEY.c.key).where(_COMPANY_KEY.c.company == case.company, _COMPANY_KEY.c.idx < case.size)
    operator = session.execute(sql(_ENTRY.c.author).where(_ENTRY.c.idx == _OPENED)).scalar()
    attesters = session.execute(sql(_ATTESTER.c.key).where(_ATTESTER.c.idx < case.size).distinct()).scalars()
    return Parties(
        requester=case.requester,
        company=case.company,
        operator=operator or b"",
        company_keys=tuple(session.execute(keys.distinct()).scalars()),
        attesters=tuple(attesters),
    )


def _sizes_up_to(sizes: list[int], as_of: int | None) -> list[int]:
    if as_of is None or as_of in sizes:
        return [size for size in sizes if as_of is None or size <= as_of]
    near = [size for size in sizes if size < as_of][-1:] + [size for size in sizes if size > as_of][:1]
    raise RefusedNotFound(
        f"no final anchor has size {as_of}" + (f"; near it are {', '.join(map(str, near))}" if near else "")
    )


def _earliest(index: int, sizes: Sequence[int]) -> int:
    """The smallest of the anchored ``sizes`` that holds leaf ``index``; the largest does."""
    return sizes[bisect_right(sizes, index)]


def _anchored_sizes(session: Session) -> list[int]:
    """The sizes of all final anchors on the chain in use, ascending."""
    home = current_chain(session)
    if home is None:
        return []
    rows = session.exec(
        select(AnchorRow.size).where(col(AnchorRow.genesis) == home.genesis).order_by(col(AnchorRow.size))
    )
    return list(rows)


def _anchors(session: Session, sizes: Collection[int]) -> dict[int, ReceiptProof]:
    home = current_chain(session)
    genesis = home.genesis if home else b""
    rows = session.exec(select(AnchorRow).where(col(AnchorRow.genesis) == genesis, col(AnchorRow.size).in_(sizes)))
    return {row.size: anchor_proof(row) for row in rows}


def _raws(session: Session, digests: Collection[bytes]) -> dict[bytes, bytes]:
    rows = select_in(session, (_ADDENDUM.c.digest, _ADDENDUM.c.raw), _ADDENDUM.c.digest, digests)
    return {row.digest: row.raw for row in rows}


def _headers(session: Session, hashes: Collection[bytes]) -> dict[bytes, bytes]:
    home = current_chain(session)
    rows = select_in(session, (_BLOCK.c.hash, _BLOCK.c.header, _BLOCK.c.genesis), _BLOCK.c.hash, hashes)
    # A block of a chain that started over can never be shown to be canonical: no bound is better than a false one.
    return {row.hash: row.header for row in rows if home is not None and row.genesis == home.genesis}


def _submissions(session: Session, raws: Collection[bytes], size: int) -> dict[int, ReceiptProof]:
    """Receipts of the tickets that the contract had taken when the tree of ``size`` leaves was anchored."""
    home = current_chain(session)
    if home is None or len(raws) > IN_LIMIT:
        return {}
    taken = sql(_ANCHOR.c.submitted).where(_ANCHOR.c.genesis == home.genesis, _ANCHOR.c.size == size)
    rows = session.exec(
        select(TicketProof)
        .join(
            TicketRow,
            (col(TicketRow.genesis) == TicketProof.genesis)
            & (col(TicketRow.number) == TicketProof.number)
            & (col(TicketRow.block_hash) == TicketProof.block_hash),
        )
        .where(
            col(TicketProof.genesis) == home.genesis,
            col(TicketProof.number) < taken.scalar_subquery(),
            col(TicketRow.raw).in_(raws),
        )
    )
    return {row.number: anchor_proof(row) for row in rows}
