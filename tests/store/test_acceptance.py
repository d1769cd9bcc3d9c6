"""The asynchronous front: groups, limits, repetition, stopping, several servers at once."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from ledger.errors import HabeasError, RefusedBusy, RuntimeLog, RuntimeStore
from ledger.runtime.acceptance import Acceptance, Receipt
from ledger.runtime.acceptor import Acceptor
from ledger.runtime.admission import Admitted, examine
from ledger.runtime.records import Records
from ledger.runtime.wiring import open_services
from tests.store.check_ledger import check_ledger
from tests.store.world import OTHER, World, open_world, run_acceptance


def sequence(world: World) -> int:
    assert world.services.sequencer is not None
    return world.services.sequencer.sequence().appended


def test_a_receipt_waits_for_publication(world: World) -> None:
    acceptance = world.services.acceptance
    acceptance.start()

    async def story() -> Receipt:
        task = asyncio.create_task(acceptance.submit(world.opened().raw))
        while not world.dump()["waiting"]:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        assert not task.done(), "on disk, but not in the log yet"
        await asyncio.to_thread(sequence, world)
        return await task

    receipt = asyncio.run(story())
    assert (receipt.index, receipt.created) == (1, True)


def test_requests_of_one_period_share_a_commit(world: World) -> None:
    groups: list[int] = []
    world.services.acceptance.listeners.append(lambda size, seconds: groups.append(size))

    async def story() -> list[Receipt]:
        acceptance = world.services.acceptance
        acceptance.start()
        tasks = [asyncio.create_task(acceptance.submit(world.opened(number=number).raw)) for number in range(1, 41)]
        while len(world.dump()["waiting"]) < 40:
            await asyncio.sleep(0.01)
        await asyncio.to_thread(sequence, world)
        return await asyncio.gather(*tasks)

    receipts = asyncio.run(story())
    assert sorted(receipt.index for receipt in receipts) == list(range(1, 41))
    assert sum(groups) == 40 and len(groups) <= 4, groups


def test_receipts_also_come_from_another_process_sequencing(world: World) -> None:
    """No listener tells this server of the publication; it sees it in the database."""
    replica = open_services(world.services.settings)
    replica.acceptance.start()

    async def story() -> Receipt:
        task = asyncio.create_task(replica.acceptance.submit(world.opened().raw))
        while not task.done():
            await asyncio.to_thread(sequence, world)
            await asyncio.sleep(0.02)
        return await task

    assert asyncio.run(story()).index == 1
    replica.acceptance.stop()
    replica.store.close()


def test_the_same_bytes_while_they_wait(world: World) -> None:
    raw = world.opened().raw
    answers = run_acceptance(world, [raw, raw, raw])
    assert [(item.index, item.created) for item in answers if isinstance(item, Receipt)] == [
        (1, True),
        (1, False),
        (1, False),
    ]


def run(world: World, story: Callable[[Acceptance], Awaitable[object]], **settings: object) -> object:
    """Run with an acceptance of other settings, and nobody sequencing."""
    acceptance = Acceptance(
        world.services.store, world.services.origin, world.services.settings.model_copy(update=settings)
    )
    acceptance.start()
    try:
        return asyncio.run(story(acceptance))  # type: ignore[arg-type]
    finally:
        acceptance.stop()


def test_too_much_waiting_is_refused_and_nothing_is_lost(world: World) -> None:
    async def story(acceptance: Acceptance) -> None:
        raws = [world.opened(number=number).raw for number in range(1, 5)]
        tasks = [asyncio.create_task(acceptance.submit(raw)) for raw in raws]
        done, _ = await asyncio.wait(tasks, timeout=5, return_when=asyncio.FIRST_EXCEPTION)
        assert [type(task.exception()) for task in done] == [RefusedBusy]
        while len(world.dump()["waiting"]) < 3:
            await asyncio.sleep(0.01)
        for task in tasks:
            task.cancel()

    run(world, story, queue_limit=3, commit_period_ms=300)
    sequence(world)
    assert check_ledger(world.services) == 4


def test_a_list_longer_than_the_queue_waits_for_room(world: World) -> None:
    stop = threading.Event()

    async def story(acceptance: Acceptance) -> list[Receipt | HabeasError]:
        return await acceptance.submit_many([world.opened(number=number).raw for number in range(1, 400)])

    def loop() -> None:
        while not stop.wait(0.02):
            sequence(world)

    worker = threading.Thread(target=loop)
    worker.start()
    answers = run(world, story, queue_limit=64, commit_period_ms=5)
    stop.set()
    worker.join()
    assert isinstance(answers, list) and all(isinstance(answer, Receipt) for answer in answers)


def test_no_worker_no_receipt_but_safe(world: World) -> None:
    raw = world.opened().raw

    async def story(acceptance: Acceptance) -> None:
        with pytest.raises(RuntimeLog, match="accepted and safe"):
            await acceptance.submit(raw)

    run(world, story, receipt_timeout_s=0.2, commit_period_ms=5)
    [receipt] = run_acceptance(world, [raw])
    assert isinstance(receipt, Receipt) and (receipt.index, receipt.created) == (1, False)


def test_stopping_answers_everybody(world: World) -> None:
    async def story() -> None:
        acceptance = Acceptance(world.services.store, world.services.origin, world.services.settings)
        acceptance.start()
        task = asyncio.create_task(acceptance.submit(world.opened().raw))
        while not world.dump()["waiting"]:
            await asyncio.sleep(0.01)
        await asyncio.to_thread(acceptance.stop)
        with pytest.raises(RuntimeStore, match="send the same bytes again"):
            await task
        with pytest.raises(RuntimeStore, match="stopping"):
            await acceptance.submit(world.opened(OTHER).raw)

    asyncio.run(story())
    assert sequence(world) == 1, "it was accepted all the same"


def test_a_client_that_goes_away_is_no_trouble(world: World) -> None:
    async def story() -> None:
        world.services.acceptance.start()
        gone = asyncio.create_task(world.services.acceptance.submit(world.opened().raw))
        await asyncio.sleep(0)
        gone.cancel()
        stays = asyncio.create_task(world.services.acceptance.submit(world.opened(OTHER).raw))
        while not stays.done():
            await asyncio.to_thread(sequence, world)
        assert (await stays).index == 2

    asyncio.run(story())


def test_a_fault_costs_one_group_only(world: World) -> None:
    """The database is gone for a moment: that group is told so, the next one is accepted."""

    async def story(acceptance: Acceptance) -> None:
        store = world.services.store
        with store.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE final_block RENAME TO final_block_away")
        with pytest.raises(RuntimeStore):
            await acceptance.submit(world.opened().raw)
        with store.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE final_block_away RENAME TO final_block")
        task = asyncio.create_task(acceptance.submit(world.opened().raw))
        while not task.done():
            await asyncio.to_thread(sequence, world)
        assert (await task).index == 1

    run(world, story, commit_period_ms=5)


def test_several_servers_accept_the_same_statements(tmp_path: Path, database_url: str) -> None:
    """Four servers, overlapping groups, all at once: every answer is good, every statement stands once."""
    world = open_world(tmp_path / "home", database_url)
    examined = [examine(world.opened(number=number).raw, world.services.origin) for number in range(1, 121)]
    answers: list[list[Admitted | HabeasError]] = []

    def serve(offset: int) -> None:
        acceptor = Acceptor(world.services.store)
        order = examined[offset:] + examined[:offset]
        for start in range(0, len(order), 10):
            answers.append(acceptor.accept(order[start : start + 10]))

    threads = [threading.Thread(target=serve, args=(offset,)) for offset in (0, 3, 30, 31)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    given = [answer for group in answers for answer in group]
    assert len(given) == 480 and all(isinstance(answer, Admitted) for answer in given)
    assert sum(not answer.repeated for answer in given if isinstance(answer, Admitted)) == 120
    while sequence(world):
        time.sleep(0)
    assert check_ledger(world.services) == 121
    assert len(Records(world.services.store).of_kind("case.opened", limit=500)) == 120
    world.services.close()
