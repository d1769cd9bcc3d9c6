"""Assembles what convinces a stranger: the bundle of a case, and the trust policy of this ledger.

Only final anchors with a verified receipt are used (``AnchorRow``). A statement that no final anchor
holds yet is left out: a bundle never shows more than it can show. Strangers' statements are left out
too: anybody can pay for leaves that name a case, and nobody may flood or spoil its bundle with them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Row, and_, or_
from sqlalchemy import select as sql
from sqlmodel import Session, col, select

from ledger.anchor import ReceiptProof
from ledger.bundle import MAX_BYTES, Bundle, ShownAnchor, ShownStatement
from ledger.completeness import MAX_LIST
from ledger.encoding import encode_hex
from ledger.errors import RefusedCase, RefusedNotFound, RefusedWithheld
from ledger.runtime.chain_store import anchor_proof, current_chain
from ledger.runtime.chain_tables import AnchorRow, FinalBlock, TicketProof, TicketRow
from ledger.runtime.index_reader import IndexReader, Parties
from ledger.runtime.log_reader import LogReader
from ledger.runtime.store import IN_LIMIT, Store, select_in
from ledger.runtime.tables import Addendum, Attester, CompanyKey, Entry, table
from ledger.statement import SignedStatement, parse

_ENTRY, _ADDENDUM = table(Entry), table(Addendum)
_COMPANY_KEY, _ATTESTER = table(CompanyKey), table(Attester)
_BLOCK = table(FinalBlock)
_KEY_KINDS = ("company.key_bound", "company.key_revoked")
_OPENED = 0


@dataclass(frozen=True, slots=True)
class _Listed:
    """A statement of the bundle as the projection has it."""

    index: int
    digest: bytes


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

        ``authors`` (20 bytes each) are keys whose lists are shown beside those of the parties that this ledger
        knows: attesters and pinned keys of a verifier's policy. Raises RefusedCase for an unknown case,
        RefusedWithheld where its opening is withheld and RefusedNotFound as long as no final anchor holds it, where
        there is none of that size, and where it would be larger than a bundle may be.
        """
        with self._store.read() as session:
            sizes = _sizes_up_to(_anchored_sizes(session), as_of)
            signed = self._signed(session, case_id, sizes[-1] if sizes else 0)
            placed = {index: _earliest(index, sizes) for index in signed}
            if not any(item.id == case_id and placed[index] is not None for index, item in signed.items()):
                raise RefusedNotFound(
                    f"case {encode_hex(case_id)} is recorded, but no final anchor holds it yet; ask again shortly"
                )
            shown = {index: item for index, item in signed.items() if placed[index] is not None}
            blocks = _headers(session, {item.statement.recent_block.hash for item in shown.values()})
            submitted = _submissions(session, {item.raw for item in shown.values()})
            used = {size for size in placed.values() if size is not None} | {sizes[-1]}
            anchors = _anchors(session, used)
            parties = _parties(session, shown, case_id)
        index, replay = self._index.shown(sizes[-1], case_id, parties, authors)
        bundle = Bundle(
            ledger=self._origin,
            case=case_id,
            statements={index: self._shown(index, item, placed[index]) for index, item in shown.items()},
            anchors={size: self._anchor(size, proof) for size, proof in anchors.items()},
            blocks=blocks,
            checkpoint=self._log.note(sizes[-1]),
            disclosures=tuple(disclosures),
            submitted=submitted,
            index=index,
            replay=replay,
        )
        length = len(bundle.encode())
        if length > MAX_BYTES:
            raise RefusedNotFound(
                f"the bundle of case {encode_hex(case_id)} would be too large: {length} bytes, at most {MAX_BYTES}; "
                "read its statements and proofs from the log itself"
            )
        return bundle

    def _signed(self, session: Session, case_id: bytes, size: int) -> Mapping[int, SignedStatement]:
        """Below ``size``: leaf 0, the parties' statements of the case, and of keys and attesters that concern it."""
        opened = session.execute(
            sql(_ENTRY.c.digest, _ENTRY.c.company, _ENTRY.c.author)
            .where(_ENTRY.c.statement_id == case_id, _ENTRY.c.kind == "case.opened")
            .order_by(_ENTRY.c.idx)
            .limit(1)
        ).first()
        if opened is None:
            raise RefusedCase(f"no case {encode_hex(case_id)} was opened in the ledger {self._origin}")
        rows = session.execute(
            sql(_ENTRY.c.idx, _ENTRY.c.digest, _ENTRY.c.author, _ENTRY.c.case_id)
            .where(_wanted(opened, case_id), _ENTRY.c.statement_id.is_not(None), _ENTRY.c.idx < max(size, 1))
            .order_by(_ENTRY.c.idx)
        ).all()
        # Every leaf that is listed is shown, also a second one of the same words (direct route).
        counts, listed = Counter[bytes](), list[_Listed]()
        for row in rows:
            counts[row.author] += 1
            # An author who writes more than a verifier weighs must not decide whether there is a bundle at all.
            if row.author == opened.author or counts[row.author] <= MAX_LIST or row.case_id is None:
                listed.append(_Listed(row.idx, row.digest))
        raws = _raws(session, {item.digest for item in listed})
        if opened.digest not in raws:
            raise RefusedWithheld(
                f"the opening of case {encode_hex(case_id)} is withheld: sha256 {opened.digest.hex()}"
            )
        return {item.index: parse(raws[item.digest]) for item in listed if item.digest in raws}

    def _shown(self, index: int, signed: SignedStatement, size: int | None) -> ShownStatement:
        assert size is not None, "only placed statements are shown"
        return ShownStatement(index, signed, size, tuple(self._log.inclusion(index, size)))

    def _anchor(self, size: int, proof: ReceiptProof) -> ShownAnchor:
        leaf = self._log.leaf(size - 1)
        return ShownAnchor(size, proof, leaf, tuple(self._log.inclusion(size - 1, size)))


def _wanted(opened: Row[tuple[bytes, str, bytes]], case_id: bytes) -> ColumnElement[bool]:
    """What concerns the case whose opening is ``opened``, by those who are or were a party of it."""
    operator = sql(_ENTRY.c.author).where(_ENTRY.c.idx == _OPENED).scalar_subquery()
    keys = sql(_COMPANY_KEY.c.key).where(_COMPANY_KEY.c.company == opened.company)
    author = _ENTRY.c.author
    party = or_(
        author == opened.author, author == operator, author.in_(keys), author.in_(sql(_ATTESTER.c.key))
    )  # a revoked key was a party, too: nothing that a company said may vanish
    return or_(
        _ENTRY.c.idx == _OPENED,
        and_(_ENTRY.c.case_id == case_id, party),
        _ENTRY.c.statement_id == case_id,
        and_(_ENTRY.c.kind.in_(_KEY_KINDS), _ENTRY.c.company == opened.company, or_(_ENTRY.c.understood, party)),
        and_(_ENTRY.c.kind == "attester.bound", _ENTRY.c.understood),
    )


def _parties(session: Session, shown: Mapping[int, SignedStatement], case_id: bytes) -> Parties:
    """Whose lists a verifier asks for, as far as this ledger can know."""
    opened = next(item.statement for item in shown.values() if item.id == case_id)
    keys = sql(_COMPANY_KEY.c.key).where(_COMPANY_KEY.c.company == opened.company).distinct()
    operator = session.execute(sql(_ENTRY.c.author).where(_ENTRY.c.idx == _OPENED)).scalar()
    attesters = session.execute(sql(_ATTESTER.c.key).distinct()).scalars()
    return Parties(
        requester=opened.author,
        company=opened.company or "",
        operator=operator or b"",
        company_keys=tuple(session.execute(keys).scalars()),
        attesters=tuple(attesters),
    )


def _sizes_up_to(sizes: list[int], as_of: int | None) -> list[int]:
    if as_of is None or as_of in sizes:
        return [size for size in sizes if as_of is None or size <= as_of]
    near = [size for size in sizes if size < as_of][-1:] + [size for size in sizes if size > as_of][:1]
    raise RefusedNotFound(
        f"no final anchor has size {as_of}" + (f"; near it are {', '.join(map(str, near))}" if near else "")
    )


def _earliest(index: int, sizes: Sequence[int]) -> int | None:
    """The smallest anchored size that holds leaf ``index``."""
    place = bisect_right(sizes, index)
    return sizes[place] if place < len(sizes) else None


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


def _submissions(session: Session, raws: Collection[bytes]) -> dict[int, ReceiptProof]:
    home = current_chain(session)
    if home is None or len(raws) > IN_LIMIT:
        return {}
    rows = session.exec(
        select(TicketProof)
        .join(
            TicketRow,
            (col(TicketRow.genesis) == TicketProof.genesis)
            & (col(TicketRow.number) == TicketProof.number)
            & (col(TicketRow.block_hash) == TicketProof.block_hash),
        )
        .where(col(TicketProof.genesis) == home.genesis, col(TicketRow.raw).in_(raws))
    )
    return {row.number: anchor_proof(row) for row in rows}
