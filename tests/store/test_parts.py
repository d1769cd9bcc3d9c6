"""The small parts: files, lease, transactions, keys that sort by time."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError, OperationalError

from ledger.errors import RuntimeLease, RuntimeSetting, RuntimeStore
from ledger.runtime import uuid7 as uuid7_module
from ledger.runtime.lease import Lease
from ledger.runtime.migrations import migrate
from ledger.runtime.objects import Objects
from ledger.runtime.store import Store, insert_rows, select_in
from ledger.runtime.tables import Leaf, Published, table
from ledger.runtime.tables import Lease as LeaseRow
from ledger.runtime.uuid7 import uuid7

LEAF, PUBLISHED, LEASE = table(Leaf), table(Published), table(LeaseRow)


@pytest.fixture
def store(database_url: str) -> Store:
    store = Store(database_url)
    migrate(store)
    return store


class Clock:
    """Milliseconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 1_000_000

    def __call__(self) -> int:
        return self.now


def test_the_lease_passes_on_when_its_holder_falls_silent(store: Store) -> None:
    clock = Clock()
    first, second = Lease(store, "log", 10, clock), Lease(store, "log", 10, clock)
    first.hold()
    for _ in range(5):
        clock.now += 6_000
        first.hold()
        with pytest.raises(RuntimeLease, match=first.holder):
            second.hold()
    clock.now += 10_001
    second.hold()
    with pytest.raises(RuntimeLease):
        first.hold()
    second.release()
    first.hold()


def test_a_lease_is_renewed_seldom(store: Store) -> None:
    clock = Clock()
    lease = Lease(store, "log", 9, clock)
    lease.hold()

    def until() -> int:
        with store.read() as session:
            return int(session.execute(select(LEASE.c.until)).scalar_one())

    before = until()
    clock.now += 5_000
    lease.hold()
    assert until() == before, "more than a third is left"
    clock.now += 1_001
    lease.hold()
    assert until() == clock.now + 9_000


def test_two_names_are_two_leases(store: Store) -> None:
    Lease(store, "one", 10).hold()
    Lease(store, "two", 10).hold()


def test_nobody_waits_for_a_dead_process_of_this_machine(store: Store) -> None:
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    child.wait()
    dead = Lease(store, "log", 600)
    dead.holder = dead.holder.replace(f"/{os.getpid()}/", f"/{child.pid}/")
    dead.hold()
    Lease(store, "log", 600).hold()


def test_a_dead_process_elsewhere_is_waited_for(store: Store) -> None:
    elsewhere = Lease(store, "log", 600)
    elsewhere.holder = "another-machine/1/00"
    elsewhere.hold()
    with pytest.raises(RuntimeLease, match="another-machine"):
        Lease(store, "log", 600).hold()


def test_one_of_many_gets_the_lease(store: Store) -> None:
    held: list[str] = []

    def take() -> None:
        lease = Lease(store, "log", 600)
        try:
            lease.hold()
        except RuntimeLease:
            return
        held.append(lease.holder)

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(held) == 1


def test_a_transaction_happens_whole_or_not_at_all(store: Store) -> None:
    with pytest.raises(IntegrityError):
        store.transact(lambda session: insert_rows(session, PUBLISHED, [{"size": 1}, {"size": 2}, {"size": 1}]))
    with store.read() as session:
        assert session.execute(select(PUBLISHED)).all() == []


def test_a_transaction_is_repeated_after_a_conflict(store: Store) -> None:
    calls: list[int] = []

    def work(session: object) -> str:
        calls.append(1)
        if len(calls) < 4:
            raise OperationalError("INSERT", {}, Exception("database is locked"))
        return "done"

    assert store.transact(work) == "done" and len(calls) == 4


def test_other_faults_are_told_at_once(store: Store) -> None:
    with pytest.raises(RuntimeStore, match="nowhere"):
        store.transact(lambda session: session.connection().exec_driver_sql("INSERT INTO nowhere VALUES (1)"))
    with pytest.raises(RuntimeStore, match="nowhere"), store.read() as session:
        session.connection().exec_driver_sql("SELECT * FROM nowhere")


def test_writers_queue_up(store: Store) -> None:
    """Eight threads read a number and write the next one; none is lost, none fails."""

    def count() -> None:
        for _ in range(10):
            while True:
                try:
                    store.transact(lambda session: session.execute(insert(PUBLISHED).values(size=_next(session))))
                    break
                except IntegrityError:
                    continue

    def _next(session: object) -> int:
        rows = session.execute(select(PUBLISHED.c.size)).scalars()  # type: ignore[attr-defined]
        return max(rows, default=0) + 1

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as session:
        assert sorted(session.execute(select(PUBLISHED.c.size)).scalars()) == list(range(1, 81))


def test_select_in_takes_any_number(store: Store) -> None:
    rows = [{"idx": number, "leaf_hash": b"%032d" % number, "data": b"x"} for number in range(12_000)]
    store.transact(lambda session: insert_rows(session, LEAF, rows))
    with store.read() as session:
        assert select_in(session, [LEAF.c.idx], LEAF.c.idx, []) == []
        wanted = [b"%032d" % number for number in range(0, 24_000, 2)]
        found = select_in(session, [LEAF.c.idx, LEAF.c.leaf_hash], LEAF.c.leaf_hash, [*wanted, *wanted])
    assert sorted(row.idx for row in found) == list(range(0, 12_000, 2))
    assert all(isinstance(row.leaf_hash, bytes) for row in found)


@pytest.mark.parametrize("kind", ["file", "memory"])
def test_files(tmp_path: Path, kind: str) -> None:
    objects = Objects((tmp_path / "a log").as_uri() if kind == "file" else "memory:///")
    assert objects.get("checkpoint") is None
    objects.put("checkpoint", b"one")
    objects.put("checkpoint", b"two")
    assert objects.get("checkpoint") == b"two"
    files = [(f"addenda/{number % 7:02x}/00/{number}", b"%d" % number) for number in range(1000)]
    objects.put_many(files)
    objects.put_many([])
    assert [objects.get(path) for path, _ in files] == [data for _, data in files]
    objects.delete(files[3][0])
    objects.delete(files[3][0])
    assert objects.get(files[3][0]) is None
    objects.mark()
    objects.mark()
    assert objects.get("addenda.v1") == b""
    objects.close()


def test_a_folder_holds_the_files_by_their_names(tmp_path: Path) -> None:
    """Any web server can serve the folder; nothing half written is left in it."""
    objects = Objects(tmp_path.as_uri())
    objects.put_many([("tile/0/x001/067.p/112", b"tile"), ("tile/entries/000", b"entries")])
    found = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert found == {"tile/0/x001/067.p/112", "tile/entries/000"}


def test_trouble_with_files_is_ours_and_named(tmp_path: Path) -> None:
    with pytest.raises(RuntimeSetting, match="objects_url"):
        Objects("nonsense://x")
    (tmp_path / "file").write_text("")
    with pytest.raises(RuntimeSetting, match="objects_url"):
        Objects((tmp_path / "file" / "below").as_uri())
    objects = Objects(tmp_path.as_uri())
    with pytest.raises(RuntimeStore, match="file/below"):
        objects.put("file/below", b"x")
    with pytest.raises(RuntimeStore):
        objects.put_many([("ok", b"x"), ("file/below", b"x")])


def test_uuid7_sorts_by_time_and_never_repeats(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [uuid7() for _ in range(20_000)]
    assert keys == sorted(set(keys))
    assert all(len(key) == 16 and key[6] >> 4 == 7 and key[8] >> 6 == 2 for key in keys)
    monkeypatch.setattr(uuid7_module.time, "time_ns", lambda: 1)
    assert uuid7() > keys[-1], "a clock that jumps back does not reorder"


def test_uuid7_carries_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uuid7_module, "_last", 0)
    monkeypatch.setattr(uuid7_module.time, "time_ns", lambda: 1_645_557_742_000_000_000)
    assert uuid7()[:6].hex() == "017f22e279b0", "the example of RFC 9562 A.6"
