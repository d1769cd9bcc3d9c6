"""The index in the database: the same roots in whatever pieces, each provable for ever, and nobody kept waiting."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import pytest
from sqlalchemy import delete, func, select

from ledger.encoding import sha256
from ledger.errors import HabeasError, RuntimeLog
from ledger.index import IndexEntry, parse_list, value_of, verify_list
from ledger.leaf import INDEX_V1, IndexLeaf
from ledger.runtime.case_index import CaseIndex, Row, advance, build_all, newest_head, store_advance
from ledger.runtime.index_tables import IndexHead, IndexNode, Listed
from ledger.runtime.migrations import migrate
from ledger.runtime.sequencer import Sequencer
from ledger.runtime.store import Store, insert_rows
from ledger.runtime.tables import CheckpointRow, Leaf, table
from ledger.trie import EMPTY_TRIE, TrieProof, build_trie
from tests.store.check_ledger import check_ledger
from tests.store.world import OTHER, World

SIZE = 400
NEIGHBOURS = [bytes(31) + bytes([last]) for last in (1, 2, 3)]
KEYS = [*(sha256(b"key %d" % number) for number in range(60)), *NEIGHBOURS, b"\xff" * 32]
ABSENT = [sha256(b"nobody"), bytes(32), b"\xff" * 31 + b"\xfe"]


def listed_rows(seed: int = 1) -> list[Row]:
    """Leaves of a made-up log: keys come again and again, and some leaves are in no list."""
    chance = random.Random(seed)
    places = [index for index in range(SIZE) if chance.random() < 0.8]
    return [Row(index, chance.choice(KEYS), sha256(b"leaf %d" % index)) for index in places]


def lists_at(rows: Sequence[Row], size: int) -> dict[bytes, tuple[IndexEntry, ...]]:
    found: dict[bytes, tuple[IndexEntry, ...]] = {}
    for row in rows:
        if row.idx < size:
            found[row.key] = (*found.get(row.key, ()), IndexEntry(row.idx, row.leaf_hash))
    return found


def root_at(rows: Sequence[Row], size: int) -> bytes:
    """Computed from the definition, without the database."""
    return build_trie(sorted((key, value_of(entries)) for key, entries in lists_at(rows, size).items()))


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    store = Store(database_url)
    migrate(store)
    rows = [{"idx": row.idx, "key": row.key, "leaf_hash": row.leaf_hash} for row in listed_rows()]
    store.transact(lambda session: insert_rows(session, table(Listed), rows))
    yield store
    store.close()


def heads(store: Store) -> dict[int, bytes]:
    with store.read() as session:
        return {row.size: row.root for row in session.execute(select(table(IndexHead)))}


def forget(store: Store) -> None:
    for model in (IndexHead, IndexNode):
        store.transact(lambda session, model=model: session.execute(delete(table(model))))  # type: ignore[misc]


def check_provable(store: Store, sizes: Sequence[int]) -> None:
    rows = listed_rows()
    for size in sizes:
        root, lists = root_at(rows, size), lists_at(rows, size)
        leaf = IndexLeaf(size, INDEX_V1, root)
        for key, item in CaseIndex(store).prove([*KEYS, *ABSENT], size, root).items():
            entries = None if item.entries is None else parse_list(item.entries)
            assert verify_list(leaf, key, TrieProof.parse(item.proof), entries) == lists.get(key, ())


@pytest.mark.parametrize("piece", [1, 7, 100, 10_000])
def test_pieces_of_any_length_give_the_same_roots(store: Store, piece: int) -> None:
    """From nothing by sorting, or from an earlier root: the root is a function of the log alone."""
    rows, index = listed_rows(), CaseIndex(store, piece)
    for size in (0, 1, 2, 150, 150, 390, SIZE, 3):
        index.catch_up(size)
    found = heads(store)
    assert {1, 2, 150, 390, SIZE} <= found.keys() and len(found) >= (SIZE - 2) // piece
    assert found == {size: root_at(rows, size) for size in found}
    check_provable(store, [1, 2, 150, 390, SIZE])


def test_all_at_once_and_step_by_step(store: Store) -> None:
    """``build_all``, and ``advance`` in random steps, some with leaves that are not in the database yet."""
    rows, chance = listed_rows(), random.Random(7)
    for _ in range(6):
        forget(store)
        sizes = [0, *sorted(chance.sample(range(1, SIZE), 9)), SIZE]
        if chance.random() < 0.5:
            nodes: list[tuple[bytes, bytes]] = []
            with store.read() as session:
                built = build_all(session, sizes[1], nodes.extend, 5)
            assert len(nodes) >= len(built.nodes)
            store.transact(lambda session: store_advance(session, type(built)(0, EMPTY_TRIE, nodes)))  # noqa: B023
            store.transact(lambda session: store_advance(session, built))  # noqa: B023
            assert built.root == root_at(rows, sizes[1])
            sizes = sizes[1:]
        for old, new in pairwise(sizes):
            with store.read() as session:
                step = advance(session, newest_head(session, old) if old else None, new)
                assert step.root == root_at(rows, new)
            store.transact(lambda session: store_advance(session, step))  # noqa: B023
        check_provable(store, sizes[1:])


def test_leaves_that_are_committed_later(store: Store) -> None:
    """What a batch brings is counted before its rows are there, also under keys that are listed already."""
    fresh = [Row(SIZE + place, key, sha256(b"%d" % place)) for place, key in enumerate([KEYS[0], ABSENT[0], KEYS[0]])]
    CaseIndex(store).catch_up(SIZE)
    with store.read() as session:
        step = advance(session, newest_head(session, SIZE), SIZE + 3, fresh)
    assert step.root == root_at([*listed_rows(), *fresh], SIZE + 3)


class Killed(BaseException):
    """The process is gone. No ``except Exception`` sees it."""


def test_a_crash_costs_no_more_than_what_was_under_way(store: Store) -> None:
    """Each life is one step longer than the last; what an earlier one stored is used, and was right."""
    seen, lives = set[str](), 0
    while max(heads(store), default=0) < SIZE:
        left, lives = [lives], lives + 1

        def step(name: str, left: list[int] = left) -> None:
            seen.add(name)
            left[0] -= 1
            if left[0] < 0:
                raise Killed

        try:
            CaseIndex(store, 50, step).catch_up(SIZE if heads(store) else 100)
        except Killed:
            assert heads(store) == {size: root_at(listed_rows(), size) for size in heads(store)}
    assert lives > 5 and seen == {"index nodes stored", "index piece computed", "index piece stored"}
    check_provable(store, list(heads(store)))


def test_missing_nodes_are_noticed(store: Store) -> None:
    """Neither a proof nor a root is made of an index that is not whole; nothing is written."""
    CaseIndex(store).catch_up(200)
    root = heads(store)[200]
    node = table(IndexNode)
    store.transact(lambda session: session.execute(delete(node).where(node.c.hash == root)))
    with pytest.raises(RuntimeLog, match="the index of size 200 cannot be proven here: .* missing; run habeas rebuild"):
        CaseIndex(store).prove([KEYS[0]], 200, root)
    with pytest.raises(RuntimeLog, match="the index of size 200 is not whole in the database"):
        CaseIndex(store).catch_up(SIZE)
    assert list(heads(store)) == [200]


# --- in a ledger ----------------------------------------------------------------------------------


def sequencer_of(world: World, step: Callable[[str], None], limit: int = 5000, piece: int = 5) -> Sequencer:
    services = world.services
    assert services.log_key is not None
    return Sequencer(services.store, services.objects, services.lease, services.log_key, limit, step, piece=piece)


def committed(world: World) -> int:
    with world.services.store.read() as session:
        return session.execute(select(func.max(table(CheckpointRow).c.size))).scalar() or 0


def test_accepting_and_sequencing_go_on_meanwhile(world: World) -> None:
    """While a piece is computed nobody waits: not who accepts, not who sequences, in this process or another."""
    world.record(*(world.opened(number=number) for number in range(1, 40)))
    taken: list[int] = []

    def meanwhile(name: str) -> None:
        if name in ("index piece computed", "index nodes stored") and len(taken) < 8:
            [answer] = world.accept(world.opened(OTHER, 100 + len(taken)))
            assert not isinstance(answer, HabeasError)
            others = threading.Thread(target=lambda: taken.append(closing.sequence().appended), daemon=True)
            others.start()
            others.join(30)
            assert not others.is_alive(), "the sequencer's lock is held while the index is computed"

    closing = sequencer_of(world, meanwhile, limit=2)
    result = closing.sequence(close=True)
    assert taken == [1] * 8 and result.checkpoint.size == 40 + 8 + 1
    check_ledger(world.services)


def test_little_is_left_to_do_under_the_lock(world: World) -> None:
    """However much came since the last anchor, and while catching up: the rest is at most some batches."""
    world.record(*(world.opened(number=number) for number in range(1, 60)))
    left: list[int] = []
    rival, calls = sequencer_of(world, lambda name: None), 0

    def meanwhile(name: str) -> None:
        nonlocal calls
        if name == "index piece computed" and calls < 3:
            calls += 1
            world.accept(*(world.opened(OTHER, 1000 * calls + number) for number in range(1, 30 // calls)))
            rival.sequence()
        if name == "index prepared":
            left.append(committed(world) - max(heads(world.services.store)))

    result = sequencer_of(world, meanwhile, limit=10, piece=1000).sequence(close=True)
    assert calls == 3 and left == [9], "29, 14 and 9 came while it computed; only the last are within the limit"
    leaf = table(Leaf)
    with world.services.store.read() as session:
        assert result.checkpoint.size == session.execute(select(func.count()).select_from(leaf)).scalar()
    check_ledger(world.services)


@pytest.mark.parametrize("count", [20, 200])
def test_the_last_step_does_not_grow_with_the_log(world: World, count: int) -> None:
    """Nodes written with the closing commit: one path for each key of the batch, whatever the log's length."""
    world.record(*(world.opened(number=number) for number in range(1, count)))
    world.accept(world.opened(OTHER, 7))
    before: list[int] = []

    def nodes() -> int:
        with world.services.store.read() as session:
            return session.execute(select(func.count()).select_from(table(IndexNode))).scalar() or 0

    sequencer_of(world, lambda name: before.append(nodes()) if name == "index prepared" else None).sequence(close=True)
    assert nodes() - before[0] <= 24
    check_ledger(world.services)
