"""Accepting a group of statements: decide with one set of queries, write all of it in one transaction.

What is Admitted is on disk: it will be in the log whatever happens to this process.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from ledger.errors import HabeasError, RuntimeStore
from ledger.leaf import NO_KEY
from ledger.runtime.admission import Admitted, Examined, decide
from ledger.runtime.projection import Reading, Row
from ledger.runtime.roles import FACTS_DECIDE, First
from ledger.runtime.sequencer import submission_row
from ledger.runtime.store import Store, insert_rows, select_in
from ledger.runtime.tables import Addendum, Leaf, Submission, Waiting, table
from ledger.runtime.tables import First as FirstRow
from ledger.runtime.uuid7 import uuid7
from ledger.runtime.view import Overlay, StoreView
from ledger.standing import Claim

_ADDENDUM, _SUBMISSION, _FIRST = table(Addendum), table(Submission), table(FirstRow)
_WAITING, _LEAF = table(Waiting), table(Leaf)
_ATTEMPTS = 4


class Acceptor:
    """The synchronous part: decides and commits groups. One thread at a time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._view = StoreView()
        self._pending: list[tuple[Claim, First]] = []
        """Accepted here, not yet sequenced, and changing who may write what."""

    def accept(self, group: Sequence[Examined]) -> list[Admitted | HabeasError]:
        """Decide and commit; the answers stand in the order of ``group``.

        What is Admitted is on disk. Raises RuntimeStore, and then nothing was accepted.
        """
        for _ in range(_ATTEMPTS):
            overlay = self._load(group)
            answers, accepted = _decide(group, overlay)
            if not accepted:
                return answers
            rows = _rows(accepted)
            try:
                self._store.transact(lambda session, rows=rows: _insert(session, rows))  # type: ignore[misc]
            except IntegrityError:
                continue  # another process accepted one of them just now: decide again
            self._remember(accepted, overlay)
            return answers
        raise RuntimeStore("the same statements are being accepted elsewhere; send them again")

    def _load(self, group: Sequence[Examined]) -> Overlay:
        statements = [examined.signed.statement for examined in group]
        with self._store.read() as session:
            self._forget_sequenced(session)
            claims = [examined.claim for examined in group]
            self._view.load(session, claims, [examined.leaf.digest for examined in group])
            self._view.load_firsts(session, [claim.statement_id for claim in claims])
            self._view.load_blocks(session, [statement.recent_block.hash for statement in statements])
        overlay = Overlay(self._view)
        for claim, first in self._pending:
            overlay.note(claim, first)
        return overlay

    def _forget_sequenced(self, session: Session) -> None:
        if self._pending:
            hashes = [first.leaf_hash for _, first in self._pending]
            done = {row.leaf_hash for row in select_in(session, [_LEAF.c.leaf_hash], _LEAF.c.leaf_hash, hashes)}
            self._pending = [(claim, first) for claim, first in self._pending if first.leaf_hash not in done]

    def _remember(self, accepted: Sequence[Examined], overlay: Overlay) -> None:
        for case_id, case in overlay.cases.items():
            self._view.remember_case(case_id, case)
        for examined in accepted:
            if examined.claim.kind in FACTS_DECIDE:
                self._pending.append((examined.claim, First(examined.leaf_hash, examined.leaf.digest, None)))


def _decide(group: Sequence[Examined], overlay: Overlay) -> tuple[list[Admitted | HabeasError], list[Examined]]:
    answers: list[Admitted | HabeasError] = []
    accepted: list[Examined] = []
    for examined in group:
        try:
            admitted = decide(examined, overlay)
        except HabeasError as error:
            answers.append(error)
            continue
        answers.append(admitted)
        if not admitted.repeated:
            accepted.append(examined)
            overlay.note(examined.claim, First(examined.leaf_hash, examined.leaf.digest, None))
    return answers, accepted


@dataclass(frozen=True, slots=True)
class _Rows:
    addendum: list[Row]
    submission: list[Row]
    first: list[Row]
    waiting: list[Row]


def _rows(accepted: Sequence[Examined]) -> _Rows:
    rows = _Rows([], [], [], [])
    for examined in accepted:
        signed, order_key = examined.signed, uuid7()
        leaf = examined.leaf
        listed = leaf.key != NO_KEY
        reading = Reading(leaf, examined.leaf_hash, "server", examined.claim, valid=True, listed=listed)
        rows.addendum.append({"digest": examined.leaf.digest, "raw": signed.raw})
        rows.submission.append(submission_row(reading, order_key))
        rows.first.append({"statement_id": signed.id, "leaf_hash": examined.leaf_hash})
        rows.waiting.append({"order_key": order_key, "leaf_hash": examined.leaf_hash})
    return rows


def _insert(session: Session, rows: _Rows) -> None:
    # The same bytes may stand there already under a wrong key, from the direct route.
    digests = [row["digest"] for row in rows.addendum]
    held = {row.digest for row in select_in(session, [_ADDENDUM.c.digest], _ADDENDUM.c.digest, digests)}
    addenda = [row for row in rows.addendum if row["digest"] not in held] if held else rows.addendum
    insert_rows(session, _ADDENDUM, addenda)
    insert_rows(session, _SUBMISSION, rows.submission)
    insert_rows(session, _FIRST, rows.first)
    insert_rows(session, _WAITING, rows.waiting)
