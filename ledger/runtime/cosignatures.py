"""Cosignatures of auditors who replayed this log (docs/spec/log.md, "Cosignature")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Row, select

from ledger.checkpoint import verify_cosigned_checkpoint
from ledger.errors import RefusedCosignature, RefusedNotFound
from ledger.note import TIME_SIZE, Note, VerifierKey
from ledger.runtime.index_tables import CosignatureRow
from ledger.runtime.log_reader import LogReader
from ledger.runtime.store import Store, insert_rows
from ledger.runtime.tables import table

_COSIGNATURE = table(CosignatureRow)


@dataclass(frozen=True, slots=True)
class Taken:
    """One cosignature: of the checkpoint of ``size``, by the auditor ``name``, at ``time`` (Unix seconds)."""

    size: int
    name: str
    time: int
    line: str


class Cosignatures:
    """Takes and lists cosignatures of one log. ``auditors`` are those whom the ledger's policy lists."""

    def __init__(self, store: Store, log: LogReader, log_key: VerifierKey, auditors: Sequence[VerifierKey]) -> None:
        self._store, self._log, self._log_key, self._auditors = store, log, log_key, auditors

    def take(self, data: bytes) -> list[Taken]:
        """Keep the auditors' lines of a cosigned checkpoint; one that is there already stays as it is.

        Raises RefusedCosignature for a checkpoint that this log did not publish and where no auditor of the policy
        signed; Malformed…, VerificationNote and VerificationCheckpoint as ``verify_cosigned_checkpoint``.
        """
        checkpoint, signed = verify_cosigned_checkpoint(data, self._log_key, self._log_key.name, self._auditors)
        try:
            published = self._log.checkpoint(checkpoint.size) if checkpoint.size <= self._log.size() else None
        except RefusedNotFound:
            published = None
        if published != checkpoint:
            raise RefusedCosignature(f"this log has published no checkpoint of {checkpoint.size} leaves with this root")
        if not signed:
            names = ", ".join(key.name for key in self._auditors) or "nobody"
            raise RefusedCosignature(f"no auditor whom this ledger's policy lists signed; it lists {names}")
        lines = _newest_lines(Note.parse(data))
        rows = [
            {
                "size": checkpoint.size,
                "name": item.key.name,
                "key_id": item.key.key_id,
                "time": item.time,
                "line": lines[item.key.name, item.key.key_id],
            }
            for item in signed
        ]
        self._store.transact(lambda session: insert_rows(session, _COSIGNATURE, rows, if_new=True))
        with self._store.read() as session:  # an earlier one of the same auditor is what stays
            chosen = select(_COSIGNATURE).where(_COSIGNATURE.c.size == checkpoint.size)
            kept = {(row.name, row.key_id): row for row in session.execute(chosen)}
        return [_taken(kept[item.key.name, item.key.key_id]) for item in signed]

    def listing(self, after: int, limit: int) -> list[Taken]:
        """Cosignatures of the first ``limit`` cosigned checkpoints larger than ``after``, ascending by size."""
        with self._store.read() as session:
            sizes = select(_COSIGNATURE.c.size).where(_COSIGNATURE.c.size > after).distinct()
            chosen = session.execute(sizes.order_by(_COSIGNATURE.c.size).limit(limit)).scalars().all()
            if not chosen:
                return []
            rows = select(_COSIGNATURE).where(_COSIGNATURE.c.size >= chosen[0], _COSIGNATURE.c.size <= chosen[-1])
            found = session.execute(rows.order_by(_COSIGNATURE.c.size, _COSIGNATURE.c.name)).all()
        return [_taken(row) for row in found]


def _newest_lines(note: Note) -> dict[tuple[str, bytes], str]:
    """The line of each signer; of several cosignatures by one the latest, as ``verify_cosignature`` takes it."""
    timed = sorted(note.signatures, key=lambda item: item.blob[:TIME_SIZE])
    return {(item.name, item.key_id): item.encode() for item in timed}


def _taken(row: Row[tuple[object, ...]]) -> Taken:
    return Taken(row.size, row.name, row.time, row.line)
