"""What stands in the case index and what does not, also after withholding, rebuild, restore and upgrade."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select

from ledger.encoding import Json, sha256
from ledger.errors import RefusedNotFound, RuntimeLog
from ledger.index import empty_index_leaf, parse_list
from ledger.leaf import NO_KEY, IndexLeaf, StatementLeaf, case_key, company_key, index_key, parse_leaf
from ledger.runtime.case_index import Advance
from ledger.runtime.chain_tables import TicketRow
from ledger.runtime.index_reader import IndexReader
from ledger.runtime.index_tables import IndexHead, IndexNode, Listed
from ledger.runtime.migrations import migrate
from ledger.runtime.rebuild import rebuild, restore
from ledger.runtime.sequencer import Sequencer, _Batch
from ledger.runtime.store import Store
from ledger.runtime.tables import Leaf, table
from ledger.statement import SignedStatement, encode
from tests.store.check_ledger import check_ledger
from tests.store.test_refusals import high_s, resigned
from tests.store.world import OTHER, REQUESTER, SHOP, World

STRANGE_KEY = bytes([7]) * 32
INDEX_TABLES = ("listed", "index_head", "index_node")


def listed(world: World) -> dict[int, bytes]:
    with world.services.store.read() as session:
        return {row.idx: row.key for row in session.execute(select(table(Listed)))}


def close(world: World) -> int:
    assert world.services.sequencer is not None
    return world.services.sequencer.sequence(close=True).checkpoint.size


def found(world: World, key: bytes, size: int) -> list[int]:
    """Places of the leaves that the index of the closed tree of ``size`` leaves lists under ``key``."""
    _, shown = IndexReader(world.services.store, world.services.reader).look_up(key, size)
    return [] if shown.entries is None else [entry.index for entry in parse_list(shown.entries)]


def sent_directly(world: World, *given: tuple[bytes, bytes]) -> None:
    assert world.services.sequencer is not None
    world.services.sequencer.sequence(direct=[world.ticket(key, raw) for key, raw in given])


def test_under_its_own_key_on_either_route(world: World) -> None:
    """One list for each author in each case, one for each binder of a company's keys; any kind, any facts."""
    case, origin = world.opened(), world.services.origin
    prose: dict[str, Json] = {"note": "never read"}
    unknown, bound = world.statement("case.mediated", REQUESTER, prose, case.id), world.bound(world.operator, SHOP)
    world.record(case, bound)
    sent_directly(world, (index_key(unknown, origin), unknown.raw))
    stranger = world.sent(case.id, OTHER)
    sent_directly(world, (index_key(stranger, origin), stranger.raw))
    size = close(world)
    assert found(world, case_key(case.id, REQUESTER.address), size) == [1, 3]
    assert found(world, case_key(case.id, OTHER.address), size) == [4]
    assert found(world, company_key(world.operator.address, "shop.example"), size) == [2]
    assert listed(world).keys() == {1, 2, 3, 4}, "neither leaf 0 nor the index leaf"
    check_ledger(world.services)


def test_not_listed(world: World) -> None:
    """Zero key, another's key, another ledger, a wrong signature, garbage: each under the key it was sent with."""
    case = world.opened()
    world.record(case)
    sent, foreign = world.sent(case.id), world.sent(case.id, ledger="other.example/log")
    forged = encode(sent.statement, world.sent(case.id, OTHER).signature)
    mine = case_key(case.id, REQUESTER.address)
    bad = [
        (NO_KEY, sent.raw),
        (STRANGE_KEY, sent.raw),
        (case_key(case.id, OTHER.address), sent.raw),
        (case_key(bytes(32), REQUESTER.address), sent.raw),
        (mine, foreign.raw),
        (mine, forged),
        (mine, b"garbage"),
        (NO_KEY, b"garbage"),
        (mine, sent.raw + b" "),
        (NO_KEY, world.withheld(sha256(b"nothing")).raw),
    ]
    sent_directly(world, *bad)
    size = close(world)
    assert listed(world) == {1: mine} and size == 2 + len(bad) + 1
    assert found(world, mine, size) == [1]
    assert all(found(world, key, size) == [] for key, _ in bad if key != mine)
    check_ledger(world.services)


def test_several_leaves_of_one_statement(world: World) -> None:
    """The direct route takes each byte string, and all of them are listed."""
    case = world.opened()
    world.record(case)
    key = case_key(case.id, REQUESTER.address)
    sent_directly(world, (key, case.raw), (key, resigned(case)), (key, high_s(case)))
    assert found(world, key, close(world)) == [1, 2], "the same bytes are one leaf; not canonical is not listed"
    check_ledger(world.services)


# --- withholding ----------------------------------------------------------------------------------


def test_a_withheld_leaf_stays_listed(world: World) -> None:
    case, key = world.opened(), case_key(world.opened().id, REQUESTER.address)
    world.record(case, world.sent(case.id))
    first = close(world)
    world.record(world.withheld(case.digest))
    second = close(world)
    assert found(world, key, first) == found(world, key, second) == [1, 2]
    before = world.dump()
    rebuild(world.services.store, world.services.origin)
    assert world.dump() == before and found(world, key, first) == found(world, key, second) == [1, 2]
    check_ledger(world.services)


def wrong_key_withheld(world: World, first: str) -> tuple[SignedStatement, int]:
    """A statement sent under another's key, and withheld: before it came into the log, or after."""
    case = world.opened()
    wrong = (case_key(case.id, OTHER.address), case.raw)
    if first == "withheld":
        # Nothing is withheld before it is there, so the same bytes stood under a zero key before.
        sent_directly(world, (NO_KEY, case.raw))
        world.record(world.withheld(case.digest))
        sent_directly(world, wrong)
    else:
        sent_directly(world, wrong)
        close(world)
        world.record(world.withheld(case.digest))
    return case, close(world)


@pytest.mark.parametrize("first", ["withheld", "recorded"])
def test_a_wrong_key_stays_unlisted_when_it_is_withheld(world: World, first: str) -> None:
    """Its bytes stand in an event for ever, and show that it belongs into no list."""
    case, size = wrong_key_withheld(world, first)
    key = case_key(case.id, OTHER.address)
    assert world.services.reader.raw(case.digest) is None and found(world, key, size) == []
    before = world.dump()
    rebuild(world.services.store, world.services.origin)
    assert world.dump() == before and found(world, key, size) == []
    assert found(world, key, close(world)) == []
    check_ledger(world.services)


@pytest.mark.parametrize("first", ["withheld", "recorded"])
def test_also_in_a_ledger_restored_from_its_files(world: World, tmp_path: Path, first: str) -> None:
    """With the tickets read from the chain first; without them the bytes that decide are missing, and it says so."""
    case, size = wrong_key_withheld(world, first)
    store = Store(f"sqlite:///{tmp_path / 'second.sqlite'}")
    migrate(store)
    with pytest.raises(RuntimeLog, match="the log gives"):
        restore(store, world.services.objects, world.facts)
    ticket = table(TicketRow)
    with world.services.store.read() as session:
        tickets = [dict(row._mapping) for row in session.execute(select(ticket))]
    store.transact(lambda session: session.execute(insert(ticket), tickets))
    restore(store, world.services.objects, world.facts)
    restored = replace(world, services=replace(world.services, store=store))
    assert listed(restored) == listed(world)
    assert found(restored, case_key(case.id, OTHER.address), size) == []
    store.close()


# --- rebuild --------------------------------------------------------------------------------------


def grown(world: World) -> tuple[SignedStatement, list[int]]:
    """A ledger with three closed trees."""
    case, sizes = world.opened(), []
    world.record(case)
    for day in range(1, 4):
        world.record(world.sent(case.id, day=day), world.opened(OTHER, day))
        sizes.append(close(world))
    return case, sizes


@pytest.mark.parametrize("lost", [*INDEX_TABLES, "some nodes", "all"])
def test_rebuild_brings_back_every_root(world: World, lost: str) -> None:
    case, sizes = grown(world)
    store, key = world.services.store, case_key(case.id, REQUESTER.address)
    for name in INDEX_TABLES if lost == "all" else [] if lost == "some nodes" else [lost]:
        store.transact(lambda session, name=name: session.execute(delete(table(_MODELS[name]))))  # type: ignore[misc]
    if lost == "some nodes":
        node, head = table(IndexNode), table(IndexHead)
        store.transact(lambda session: session.execute(delete(node).where(node.c.hash.in_(select(head.c.root)))))
    if lost != "index_head":
        for size in sizes:
            with pytest.raises(RuntimeLog, match="run habeas rebuild"):
                found(world, key, size)
    rebuild(store, world.services.origin)
    assert [found(world, key, size) for size in sizes] == [[1, 2], [1, 2, 5], [1, 2, 5, 8]]
    assert found(world, key, close(world)) == [1, 2, 5, 8]
    check_ledger(world.services)


_MODELS = {"listed": Listed, "index_head": IndexHead, "index_node": IndexNode}


def test_closing_notices_missing_nodes(world: World) -> None:
    """It anchors nothing that it could not prove, and goes on once they are there again."""
    grown(world)
    size = world.services.reader.size()
    world.services.store.transact(lambda session: session.execute(delete(table(IndexNode))))
    world.accept(world.opened(number=9))
    with pytest.raises(RuntimeLog, match="run habeas rebuild"):
        close(world)
    assert world.services.sequencer is not None and world.services.sequencer.sequence().checkpoint.size == size + 1
    rebuild(world.services.store, world.services.origin)
    assert close(world) == size + 2
    check_ledger(world.services)


class FalseIndex(Sequencer):
    """An operator that anchors another root than its log gives."""

    def _close(self, size: int, batch: _Batch) -> None:
        leaf = IndexLeaf(size, 1, sha256(b"as I like it"))
        batch.index = Advance(size, leaf.root, [])
        batch.leaves.append(leaf.encode())
        batch.hashes.append(leaf.hash())


class BeforeTheIndex(Sequencer):
    """The sequencer of a ledger of before the index: it claims none."""

    def _prepare_index(self) -> None:
        pass

    def _close(self, size: int, batch: _Batch) -> None:
        leaf = empty_index_leaf(size)
        batch.leaves.append(leaf.encode())
        batch.hashes.append(leaf.hash())


def with_sequencer(world: World, kind: type[Sequencer]) -> World:
    services = world.services
    assert services.log_key is not None
    return replace(
        world,
        services=replace(services, sequencer=kind(services.store, services.objects, services.lease, services.log_key)),
    )


def test_rebuild_refuses_an_index_leaf_that_the_log_does_not_give(world: World) -> None:
    """That is no damage of the tables; nothing is changed, so that what there is can be looked at."""
    grown(world)
    size = close(with_sequencer(world, FalseIndex))
    before = world.dump()
    with pytest.raises(RuntimeLog, match=f"the index leaf of size {size - 1} has root .*, but the log gives"):
        rebuild(world.services.store, world.services.origin)
    assert world.dump() == before


# --- upgrade --------------------------------------------------------------------------------------


def back_to_before_the_index(world: World) -> None:
    """The database as the release before the index left it."""
    with world.services.store.engine.begin() as connection:
        for name in (*INDEX_TABLES, "cosignature", "stamp"):
            connection.exec_driver_sql(f"DROP TABLE {name}")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0003'")


def test_a_ledger_of_before_the_index_goes_on_with_one(world: World) -> None:
    """What its projection read is listed; the next index leaf has rule 1, and everything is provable from there on."""
    old = with_sequencer(world, BeforeTheIndex)
    case, origin = world.opened(), world.services.origin
    old.record(case, old.sent(case.id), old.bound(old.operator, SHOP))
    first = close(old)
    again = old.opened(OTHER)
    old.record(again)
    sent_directly(old, (STRANGE_KEY, case.raw), (NO_KEY, b"garbage"), (case_key(case.id, OTHER.address), b"garbage"))
    sent_directly(old, (NO_KEY, old.sent(case.id, day=9).raw))
    old.record(old.withheld(again.digest), old.withheld(old.sent(case.id, day=9).digest))
    late = old.sent(case.id, day=9)
    sent_directly(old, (index_key(late, origin), late.raw), (STRANGE_KEY, late.raw))
    close(old)
    back_to_before_the_index(old)
    world = old.reopened()
    late_index = world.services.reader.index_of(StatementLeaf(index_key(late, origin), late.digest).hash())
    again_index = world.services.reader.index_of(StatementLeaf(index_key(again, origin), again.digest).hash())
    assert listed(world).keys() == {1, 2, 3, again_index, late_index}
    for size in (first, world.services.reader.size()):
        with pytest.raises(RefusedNotFound, match="rule 0"):
            found(world, STRANGE_KEY, size)
    size = close(world)
    leaf = parse_leaf(world.services.reader.leaf(size - 1))
    assert isinstance(leaf, IndexLeaf) and leaf.rule == 1
    assert found(world, case_key(case.id, REQUESTER.address), size) == [1, 2, late_index]
    before = world.dump()
    rebuild(world.services.store, origin)
    assert world.dump() == before
    check_ledger(world.services, began_without_index=True)
    world.services.close()


def test_an_empty_database_of_before_the_index(database_url: str) -> None:
    store = Store(database_url)
    migrate(store)
    with store.engine.begin() as connection:
        for name in (*INDEX_TABLES, "cosignature", "stamp"):
            connection.exec_driver_sql(f"DROP TABLE {name}")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0003'")
    migrate(store)
    with store.read() as session:
        assert session.execute(select(table(Leaf))).all() == []
    store.close()
