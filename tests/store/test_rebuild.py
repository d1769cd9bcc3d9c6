"""Tables are a projection: dropped and replayed they are the same, and an empty database refills."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ledger.errors import RuntimeLog, VerificationCheckpoint
from ledger.leaf import NO_KEY, index_key
from ledger.runtime.migrations import migrate
from ledger.runtime.rebuild import rebuild, restore
from ledger.runtime.records import Records
from ledger.runtime.sequencer import DirectLeaf
from ledger.runtime.store import Store
from ledger.statement import encode
from ledger.tiles import CHECKPOINT_PATH, addendum_path, entries_path
from tests.store.check_ledger import check_ledger
from tests.store.test_refusals import EXTENDED, acknowledged
from tests.store.world import ATTESTER, OTHER, REQUESTER, SENT, SHOP, World

PROJECTION = ("entry", "company_key", "attester", "withheld")


def play(world: World) -> None:
    """A life with everything in it: roles, both routes, wrong roles forced in, garbage, withholding."""
    sequencer, origin = world.services.sequencer, world.services.origin
    assert sequencer is not None
    case, other = world.opened(), world.opened(OTHER)
    world.record(case, other, world.sent(case.id), world.attester(ATTESTER, ["company_key"]))
    world.record(world.bound(ATTESTER, SHOP), world.statement("case.mediated", REQUESTER, {"by": "me"}, case.id))
    world.record(acknowledged(world, case, SHOP))
    wrong_role = world.sent(other.id, REQUESTER)
    prose = world.statement("request.sent", REQUESTER, {**SENT, "note": "please"}, case.id)
    forged = encode(world.sent(case.id, day=9).statement, world.sent(case.id, OTHER).signature)
    foreign = world.sent(case.id, ledger="other.example/log")
    direct = [DirectLeaf(index_key(item, origin), item.raw) for item in (wrong_role, prose)]
    direct += [DirectLeaf(NO_KEY, raw) for raw in (forged, foreign.raw, b"\xff garbage")]
    sequencer.sequence(close=True, direct=direct)
    world.record(world.withheld(other.digest), world.bound(ATTESTER, SHOP, revoked=True))
    late = world.statement("deadline.extended", SHOP, EXTENDED, case.id)
    sequencer.sequence(direct=[DirectLeaf(index_key(late, origin), late.raw)])
    world.record(world.sent(other.id, OTHER, day=21))
    sequencer.sequence(close=True)


def understood(world: World) -> dict[int, tuple[str | None, bool]]:
    entries = Records(world.services.store).entries()
    return {entry.idx: (entry.kind, entry.understood) for entry in entries}


def test_what_is_understood(world: World) -> None:
    play(world)
    assert understood(world) == {
        0: ("ledger.opened", True),
        1: ("case.opened", True),
        2: ("case.opened", True),
        3: ("request.sent", True),
        4: ("attester.bound", True),
        5: ("company.key_bound", True),
        6: ("case.mediated", False),
        7: ("request.acknowledged", True),
        8: ("request.sent", False),
        9: ("request.sent", False),
        10: (None, False),
        11: (None, False),
        12: (None, False),
        14: ("entry.withheld", True),
        15: ("company.key_revoked", True),
        16: ("deadline.extended", False),
        17: ("request.sent", True),
    }
    check_ledger(world.services)


def test_replay_gives_the_same_rows(world: World) -> None:
    play(world)
    before = world.dump()
    done = rebuild(world.services.store, world.services.origin)
    assert (done.leaves, done.without_bytes) == (19, 1)
    assert world.dump() == before


def test_replay_repairs_a_damaged_projection(world: World) -> None:
    play(world)
    before = world.dump()
    with world.services.store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM entry WHERE idx = 7")
        connection.exec_driver_sql("DELETE FROM company_key")
        connection.exec_driver_sql("INSERT INTO published (size) VALUES (99999999)")
        connection.exec_driver_sql("DELETE FROM published WHERE size = 99999999")
    assert world.dump() != before
    rebuild(world.services.store, world.services.origin)
    assert world.dump() == before


def test_missing_bytes_without_a_reason_stop_the_replay(world: World) -> None:
    play(world)
    with world.services.store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM addendum WHERE digest IN (SELECT digest FROM entry WHERE idx = 3)")
    before = world.dump()
    with pytest.raises(RuntimeLog, match="1 leaves are missing"):
        rebuild(world.services.store, world.services.origin)
    assert world.dump() == before, "a replay that fails changes nothing"


@pytest.fixture
def empty(tmp_path: Path) -> Store:
    store = Store(f"sqlite:///{tmp_path / 'second.sqlite'}")
    migrate(store)
    return store


def test_an_empty_database_is_restored_from_the_files(world: World, empty: Store) -> None:
    play(world)
    before = world.dump()
    restore(empty, world.services.objects, world.facts)
    restored = replace(world, services=replace(world.services, store=empty)).dump()
    for name in ("ledger", "leaf", "addendum", "company_key", "attester", "withheld"):
        assert restored[name] == before[name], name
    # The words of a withheld case.opened are gone, and with them what hangs on that case.
    gone = [entry.idx for entry in Records(empty).entries() if entry.idx in (2, 17) and not entry.understood]
    assert gone == [2, 17]
    assert [row for row in restored["entry"] if row[0] in (1, 3, 7, 8)] == [
        row[:10] + ("server",) for row in before["entry"] if row[0] in (1, 3, 7, 8)
    ]
    with pytest.raises(RuntimeLog, match="only fills an empty one"):
        restore(empty, world.services.objects, world.facts)


def test_the_restored_ledger_goes_on(tmp_path: Path, world: World) -> None:
    case = world.opened()
    world.record(case, *(world.opened(number=number) for number in range(1, 300)))
    settings = world.services.settings.model_copy(update={"database_url": f"sqlite:///{tmp_path / 'second.sqlite'}"})
    store = Store(settings.database)
    migrate(store)
    restore(store, world.services.objects, world.facts)
    store.close()
    second = replace(world, services=replace(world.services, settings=settings)).reopened()
    second.final(7, 864_000)
    second.record(second.sent(case.id))
    assert check_ledger(second.services) == 302
    second.services.close()


@pytest.mark.parametrize("damage", ["entry", "addendum", "checkpoint", "missing", "other ledger"])
def test_damaged_files_restore_nothing(world: World, empty: Store, damage: str) -> None:
    case = world.opened()
    world.record(case)
    objects, facts = world.services.objects, world.facts
    bundle = entries_path(0, 2)
    data = objects.get(bundle)
    assert data is not None
    if damage == "entry":
        objects.put(bundle, data[:-20] + bytes([data[-20] ^ 1]) + data[-19:])
    elif damage == "addendum":
        objects.put(addendum_path(case.digest), case.raw[:-1])
    elif damage == "checkpoint":
        objects.put(CHECKPOINT_PATH, world.services.reader.note(2).replace(b"\n2\n", b"\n1\n"))
    elif damage == "missing":
        objects.delete(bundle)
    else:
        facts = replace(facts, contract=bytes(20))
    expected = {"entry": (VerificationCheckpoint, RuntimeLog), "checkpoint": Exception}.get(damage, RuntimeLog)
    with pytest.raises(expected):
        restore(empty, objects, facts)
    assert Records(empty).entry(0) is None
