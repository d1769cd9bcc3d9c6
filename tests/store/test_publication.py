"""Power loss: the folder lacks files that were written; a start puts them right from the database."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlmodel import Session

from ledger.checkpoint import Checkpoint, sign_checkpoint
from ledger.errors import RuntimeLog, RuntimeStore
from ledger.index import empty_index_leaf
from ledger.merkle import hash_leaf, root_of
from ledger.runtime.publication import Publisher
from ledger.runtime.sequencer import Sequencer
from ledger.runtime.store import insert_rows
from ledger.runtime.tables import CheckpointRow, Leaf, table
from ledger.runtime.wiring import Services, open_services
from ledger.tiles import CHECKPOINT_PATH, addendum_path, entries_path, tile_path
from tests.store.check_ledger import check_ledger
from tests.store.world import World, open_world

LATER = 10_000_000_000


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """600 leaves: two full tiles, a partial one, a level above. SQLite: files are what is tested here."""
    world = open_world(tmp_path_factory.mktemp("grown") / "home")
    for start in range(1, 600, 120):
        world.record(*(world.opened(number=number) for number in range(start, min(600, start + 120))))
    yield world
    world.services.close()


def start(world: World, clock: float | None = None) -> Services:
    """A new process that takes up the log. ``clock`` far in the future: all files count as settled."""
    services = open_services(world.services.settings)
    assert services.log_key is not None
    world.services.lease.release()
    given = {} if clock is None else {"clock": lambda: clock}
    sequencer = Sequencer(services.store, services.objects, services.lease, services.log_key, **given)  # type: ignore[arg-type]
    sequencer.sequence()
    services.lease.release()
    return replace(services, sequencer=sequencer)


def damaged(data: bytes) -> list[bytes | None]:
    return [None, b"", bytes(len(data)), data[:-1]]


@pytest.mark.parametrize(
    "path",
    [
        CHECKPOINT_PATH,
        tile_path(0, 0),
        tile_path(0, 1),
        tile_path(0, 2, 88),
        tile_path(1, 0, 2),
        entries_path(1),
        entries_path(2, 88),
        "addenda",
    ],
)
@pytest.mark.parametrize("loss", range(4), ids=["gone", "empty", "zeros", "short"])
def test_recent_files_are_put_right(grown: World, path: str, loss: int) -> None:
    objects = grown.services.objects
    if path == "addenda":
        path = addendum_path(grown.opened(number=555).digest)
    good = objects.get(path)
    assert good is not None
    bad = damaged(good)[loss]
    if bad is None:
        objects.delete(path)
    else:
        objects.put(path, bad)
    services = start(grown)
    assert objects.get(path) == good
    check_ledger(services)
    services.store.close()


@pytest.mark.parametrize("path", [tile_path(0, 2, 88), tile_path(1, 0, 2)])
def test_the_edge_is_checked_however_old(grown: World, path: str) -> None:
    """The root that was signed proves the tiles on which all growth rests."""
    good = grown.services.objects.get(path)
    assert good is not None
    grown.services.objects.put(path, bytes([good[0] ^ 1]) + good[1:])
    services = start(grown, LATER)
    assert grown.services.objects.get(path) == good
    services.store.close()


def test_a_changed_leaf_in_the_database_stops_everything(tmp_path: Path) -> None:
    world = open_world(tmp_path / "home")
    world.record(*(world.opened(number=number) for number in range(1, 20)))
    with world.services.store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE leaf SET data = (SELECT data FROM leaf WHERE idx = 3) WHERE idx = 4")
    world.services.objects.delete(tile_path(0, 0, 20))
    before = world.services.objects.get(CHECKPOINT_PATH)
    with pytest.raises(RuntimeLog, match="do not give the root"):
        start(world)
    assert world.services.objects.get(CHECKPOINT_PATH) == before
    world.services.close()


@pytest.mark.parametrize("change", ["leaf gone", "checkpoint gone", "other root"])
def test_an_inconsistent_database_publishes_nothing(tmp_path: Path, change: str) -> None:
    world = open_world(tmp_path / "home")
    world.record(*(world.opened(number=number) for number in range(1, 20)))
    with world.services.store.engine.begin() as connection:
        if change == "leaf gone":
            connection.exec_driver_sql("DELETE FROM leaf WHERE idx = 7")
        elif change == "checkpoint gone":
            connection.exec_driver_sql("DELETE FROM checkpoint WHERE size = 20")
        else:
            connection.exec_driver_sql("DELETE FROM published WHERE size = 20")
            note = world.services.reader.note(1)
            connection.execute(update(table(CheckpointRow)).where(table(CheckpointRow).c.size == 20).values(note=note))
    before = world.services.objects.get(CHECKPOINT_PATH)
    with pytest.raises(RuntimeLog):
        start(world)
    assert world.services.objects.get(CHECKPOINT_PATH) == before
    world.services.close()


def test_a_missing_tile_is_said_and_not_guessed(tmp_path: Path) -> None:
    world = open_world(tmp_path / "home")
    world.record(*(world.opened(number=number) for number in range(1, 300)))
    world.services.objects.delete(tile_path(0, 0))
    proof = world.services.reader.proof_for(299)
    with pytest.raises(RuntimeStore, match="tile/0/000 is missing"):
        world.services.reader.proof_for(5)
    assert world.services.reader.missing == tile_path(0, 0)
    assert world.services.sequencer is not None
    world.services.sequencer.repair()
    assert world.services.reader.proof_for(299) == proof and world.services.reader.proof_for(5)
    world.services.close()


def test_upper_tiles_are_checked_against_their_parents(tmp_path: Path) -> None:
    """A full tile of level 1 takes 65,536 leaves; it is lost or damaged, and written again from them."""
    world = open_world(tmp_path / "home")
    _grow_by_index_leaves(world, 65_600)
    path = tile_path(1, 0)
    start(world).store.close()
    good = world.services.objects.get(path)
    assert good is not None and len(good) == 8192
    for bad in (None, good[:32] + bytes(32) + good[64:]):
        if bad is None:
            world.services.objects.delete(path)
        else:
            world.services.objects.put(path, bad)
        services = start(world)
        assert world.services.objects.get(path) == good
        services.store.close()
    world.services.close()


def _grow_by_index_leaves(world: World, size: int) -> None:
    """Rows as of a log that was closed very often: index leaves have no bytes beside them to store."""
    first = world.services.reader.leaf(0)
    leaves = [first, *(empty_index_leaf(index).encode() for index in range(1, size))]
    hashes = [hash_leaf(data) for data in leaves]
    checkpoint = Checkpoint(world.services.origin, size, root_of(hashes))
    assert world.services.log_key is not None
    note = sign_checkpoint(checkpoint, world.services.log_key)
    rows = [{"idx": index, "leaf_hash": hashes[index], "data": leaves[index]} for index in range(1, size)]
    head = {"size": size, "root": checkpoint.root, "note": note, "created_at": int(time.time())}

    def write(session: Session) -> None:
        insert_rows(session, table(Leaf), rows)
        insert_rows(session, table(CheckpointRow), [head])

    world.services.store.transact(write)


def test_publisher_of_an_empty_log(tmp_path: Path) -> None:
    world = open_world(tmp_path / "home")
    with world.services.store.engine.begin() as connection:
        for name in ("leaf", "checkpoint", "published"):
            connection.exec_driver_sql(f"DELETE FROM {name}")
    publisher = Publisher(world.services.store, world.services.objects, lambda _: None)
    assert publisher.catch_up(0) is None and publisher.size == 0
    world.services.close()
