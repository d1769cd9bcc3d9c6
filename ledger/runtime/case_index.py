"""The case index in the database: from listed leaves to roots, and from roots to proofs.

The root over the first n leaves is a function of the log alone. ``catch_up`` computes it in pieces, each
in a transaction of its own and outside the sequencer's lock, so that closing the log has little left to
do. A crash between two pieces leaves a root of an earlier size, from which the next call goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlmodel import Session

from ledger.bundle import ShownList
from ledger.errors import MalformedIndex, RuntimeLog, VerificationIndex
from ledger.index import IndexEntry, encode_list, value_of
from ledger.leaf import INDEX_LEAF_BYTES, NO_INDEX, IndexLeaf, parse_leaf
from ledger.runtime.index_tables import IndexHead, IndexNode, Listed
from ledger.runtime.store import Store, insert_rows, select_in
from ledger.runtime.tables import Leaf, table
from ledger.trie import EMPTY_TRIE, Nodes, build_trie, prove_many, update_trie

_LISTED, _HEAD, _NODE, _LEAF = table(Listed), table(IndexHead), table(IndexNode), table(Leaf)
PIECE = 20_000
"""Leaves in one piece, and nodes in one write."""


@dataclass(frozen=True, slots=True)
class Row:
    """A leaf that is listed: at ``idx``, under ``key``."""

    idx: int
    key: bytes
    leaf_hash: bytes


@dataclass(frozen=True, slots=True)
class Advance:
    """The root over the first ``size`` leaves, and the nodes that are new since the head before."""

    size: int
    root: bytes
    nodes: Nodes


class CaseIndex:
    """The index of one log. Whoever writes holds the sequencer's lease."""

    def __init__(self, store: Store, piece: int = PIECE, step: Callable[[str], None] = lambda name: None) -> None:
        self._store, self._piece, self._step = store, piece, step

    def catch_up(self, size: int) -> None:
        """Compute the root over the first ``size`` leaves, without keeping other writers waiting meanwhile.

        Raises RuntimeStore, RuntimeLog.
        """
        done = 0
        while done < size:
            with self._store.read() as session:
                head = newest_head(session, size)
                if head is None:
                    # By sorting: one pass over all keys, and no node is held for long.
                    found = build_all(session, size, self._keep_nodes, self._piece)
                else:
                    found = advance(session, head, min(size, head.size + self._piece))
                self._step("index piece computed")
            self._keep(found)
            self._step("index piece stored")
            done = found.size

    def _keep_nodes(self, nodes: Nodes) -> None:
        self._keep(Advance(0, EMPTY_TRIE, nodes))
        self._step("index nodes stored")

    def _keep(self, found: Advance) -> None:
        self._store.transact(lambda session: store_advance(session, found))

    def prove(self, keys: Iterable[bytes], size: int, root: bytes) -> dict[bytes, ShownList]:
        """What the index over the first ``size`` leaves, whose root is ``root``, says of each key.

        Raises RuntimeLog where nodes of that root are missing, or the lists are others.
        """
        wanted = list(dict.fromkeys(keys))
        with self._store.read() as session:
            try:
                proofs = prove_many(root, wanted, lambda hashes: _read_nodes(session, hashes))
            except (MalformedIndex, VerificationIndex) as error:
                raise RuntimeLog(
                    f"the index of size {size} cannot be proven here: {error}; run habeas rebuild"
                ) from None
            lists = _lists(session, wanted, size)
        for key in wanted:
            found, shown = proofs[key].leaf, value_of(lists[key]) if key in lists else None
            if shown != (found[1] if found is not None and found[0] == key else None):
                raise RuntimeLog(f"the list {key.hex()} is not the one of the index of size {size}; run habeas rebuild")
        return {
            key: ShownList(proofs[key].encode(), encode_list(lists[key]) if key in lists else None) for key in wanted
        }


def newest_head(session: Session, size: int) -> Advance | None:
    """The newest root computed of at most ``size`` leaves."""
    chosen = select(_HEAD).where(_HEAD.c.size <= size).order_by(_HEAD.c.size.desc()).limit(1)
    row = session.execute(chosen).first()
    return None if row is None else Advance(row.size, row.root, [])


def advance(session: Session, head: Advance | None, size: int, fresh: Sequence[Row] = ()) -> Advance:
    """The root over the first ``size`` leaves, from an earlier ``head`` and what was listed since.

    ``fresh`` are listed leaves below ``size`` that are not in the database yet.
    """
    start = 0 if head is None else head.size
    since = select(_LISTED.c.key).where(_LISTED.c.idx >= start, _LISTED.c.idx < size)
    keys = set(session.execute(since).scalars()) | {row.key for row in fresh}
    lists = _lists(session, keys, size)
    for row in fresh:
        lists.setdefault(row.key, []).append(IndexEntry(row.idx, row.leaf_hash))
    changes = {key: value_of(entries) for key, entries in lists.items()}
    root = EMPTY_TRIE if head is None else head.root
    try:
        return Advance(size, *update_trie(root, changes, lambda hashes: _read_nodes(session, hashes)))
    except (MalformedIndex, VerificationIndex) as error:
        raise RuntimeLog(
            f"the index of size {start} is not whole in the database: {error}; run habeas rebuild"
        ) from None


def store_advance(session: Session, done: Advance) -> None:
    """Insert nodes and head; what is there already stays."""
    insert_rows(session, _NODE, [{"hash": digest, "data": data} for digest, data in done.nodes], if_new=True)
    if done.size:
        insert_rows(session, _HEAD, [{"size": done.size, "root": done.root}], if_new=True)


def build_all(session: Session, size: int, keep: Callable[[Nodes], None], piece: int = PIECE) -> Advance:
    """The root over the first ``size`` leaves with nothing to start from.

    Nodes go to ``keep``, ``piece`` at a time, as they are made; the last ones are in the result.
    """
    nodes = _Flushing(keep, piece)
    root = build_trie(_values(session, size), nodes)
    return Advance(size, root, nodes)


class _Flushing(list[tuple[bytes, bytes]]):
    """Nodes that are handed on so many at a time."""

    def __init__(self, keep: Callable[[Nodes], None], piece: int) -> None:
        super().__init__()
        self._keep, self._piece = keep, piece

    def append(self, item: tuple[bytes, bytes]) -> None:
        super().append(item)
        if len(self) >= self._piece:
            self._keep(self)
            self.clear()


def replay_index(session: Session) -> None:
    """Heads anew, and all nodes of every root that an index leaf of the log carries.

    Raises RuntimeLog where an index leaf has another root than the log gives.
    """
    session.execute(delete(_HEAD))
    leaves = select(_LEAF.c.data).where(func.length(_LEAF.c.data) == INDEX_LEAF_BYTES).order_by(_LEAF.c.idx)
    head: Advance | None = None
    for data in session.execute(leaves).scalars().all():
        leaf = parse_leaf(data)
        if not isinstance(leaf, IndexLeaf) or leaf.rule == NO_INDEX:
            continue
        if head is None:
            head = build_all(session, leaf.size, lambda nodes: store_advance(session, Advance(0, EMPTY_TRIE, nodes)))
        else:
            head = advance(session, head, leaf.size)
        if head.root != leaf.root:
            raise RuntimeLog(
                f"the index leaf of size {leaf.size} has root {leaf.root.hex()}, but the log gives {head.root.hex()}"
            )
        store_advance(session, head)


def _values(session: Session, size: int) -> Iterator[tuple[bytes, bytes]]:
    chosen = select(_LISTED.c.key, _LISTED.c.idx, _LISTED.c.leaf_hash).where(_LISTED.c.idx < size)
    rows = session.execute(chosen.order_by(_LISTED.c.key, _LISTED.c.idx))
    key, entries = b"", list[IndexEntry]()
    while batch := rows.fetchmany(PIECE):
        for row in batch:
            if row.key != key and entries:
                yield key, value_of(entries)
                entries = []
            key = row.key
            entries.append(IndexEntry(row.idx, row.leaf_hash))
    if entries:
        yield key, value_of(entries)


def _lists(session: Session, keys: Iterable[bytes], size: int) -> dict[bytes, list[IndexEntry]]:
    rows = select_in(session, [_LISTED.c.key, _LISTED.c.idx, _LISTED.c.leaf_hash], _LISTED.c.key, keys)
    lists: dict[bytes, list[IndexEntry]] = {}
    for row in sorted((row.idx, row.key, row.leaf_hash) for row in rows if row.idx < size):
        lists.setdefault(row[1], []).append(IndexEntry(row[0], row[2]))
    return lists


def _read_nodes(session: Session, hashes: Sequence[bytes]) -> Mapping[bytes, bytes]:
    rows = select_in(session, [_NODE.c.hash, _NODE.c.data], _NODE.c.hash, hashes)
    return {row.hash: row.data for row in rows}
