"""The sequencer dies at every line and every write; the next process loses nothing and forks nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ledger.errors import HabeasError
from ledger.leaf import NO_KEY, index_key
from ledger.merkle import hash_leaf
from ledger.runtime.objects import Objects
from ledger.runtime.sequencer import DirectLeaf, Sequencer
from ledger.runtime.wiring import open_services
from tests.store.check_ledger import check_ledger
from tests.store.world import OTHER, World, open_world

STEPS = (
    "index piece computed",
    "index piece stored",
    "index prepared",
    "lease held",
    "head loaded",
    "leaves gathered",
    "checkpoint signed",
    "committed",
    "addenda written",
    "entries written",
    "tiles written",
    "checkpoint written",
    "published",
)


class Killed(BaseException):
    """The process is gone. No ``except Exception`` sees it."""


class MortalObjects(Objects):
    """A real object store whose process dies at a write: before it, or right after."""

    def __init__(self, url: str, lives: int, after: bool) -> None:
        super().__init__(url)
        self.lives, self.after = lives, after

    def put_many(self, files: object) -> None:
        for path, data in files:  # type: ignore[attr-defined]
            self.put(path, data)

    def put(self, path: str, data: bytes) -> None:
        self._die(lambda: super(MortalObjects, self).put(path, data))

    def delete(self, path: str) -> None:
        self._die(lambda: super(MortalObjects, self).delete(path))

    def _die(self, work: Callable[[], None]) -> None:
        self.lives -= 1
        if self.lives < 0 and not self.after:
            raise Killed
        work()
        if self.lives < 0:
            raise Killed


def killing(name: str) -> Callable[[str], None]:
    def step(passed: str) -> None:
        if passed == name:
            raise Killed

    return step


def sequencer_with(
    world: World, step: Callable[[str], None] = lambda _: None, objects: Objects | None = None
) -> Sequencer:
    services = world.services
    assert services.log_key is not None
    chosen = objects or services.objects
    return Sequencer(services.store, chosen, services.lease, services.log_key, 5000, step, piece=100)


def next_process(world: World) -> World:
    """What a new process finds; the dead one gave nothing back, but its lease is seen to be dead."""
    world.services.lease.release()
    return replace(world, services=open_services(world.services.settings))


@pytest.fixture
def grown(tmp_path: Path, database_url: str) -> Iterator[World]:
    """A ledger of 250 leaves, so that the next ones fill a tile and begin another."""
    world = open_world(tmp_path / "home", database_url)
    world.record(*(world.opened(number=number) for number in range(1, 250)))
    yield world
    world.services.close()


def submit(world: World) -> list[bytes]:
    """Accept ten statements, among them a withholding of a recorded one; returns their leaf hashes."""
    cases = [world.opened(OTHER, number) for number in range(1, 10)]
    answers = world.accept(*cases, world.withheld(world.opened(number=1).digest))
    assert not any(isinstance(answer, HabeasError) for answer in answers)
    return [answer.examined.leaf_hash for answer in answers if not isinstance(answer, HabeasError)]


def direct_leaves(world: World) -> list[DirectLeaf]:
    case = world.opened(OTHER, 77)
    return [DirectLeaf(index_key(case, world.services.origin), case.raw), DirectLeaf(NO_KEY, b"garbage")]


def check_all_recorded(world: World, hashes: list[bytes], receipts: list[tuple[bytes, bytes]]) -> None:
    reader = world.services.reader
    places = [reader.index_of(leaf_hash) for leaf_hash in hashes]
    assert None not in places and places == sorted(places), "lost or reordered"  # type: ignore[type-var]
    for leaf_hash, place in zip(hashes, places, strict=True):
        assert place is not None
        receipts.append((leaf_hash, reader.proof_for(place)))
    check_ledger(world.services, receipts)


# Only the very first index is built by sorting, whose nodes are stored some at a time.
@pytest.mark.parametrize("step", ["index nodes stored", *STEPS])
def test_killed_at_each_line(grown: World, step: str) -> None:
    early = grown.services.reader
    receipts = [(hash_leaf(early.leaf(5)), early.proof_for(5))]
    hashes = submit(grown)
    with pytest.raises(Killed):
        sequencer_with(grown, killing(step)).sequence(close=True, direct=direct_leaves(grown))
    check_ledger(grown.services, receipts)
    world = next_process(grown)
    result = sequencer_with(world).sequence(close=True, direct=direct_leaves(grown))
    committed = step in STEPS[STEPS.index("committed") :]
    assert result.checkpoint.size == 250 + 13 + committed, "only the second index leaf comes on top"
    check_all_recorded(world, hashes, receipts)
    world.services.close()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_each_write(grown: World, after: bool) -> None:
    hashes, receipts, lives = submit(grown), list[tuple[bytes, bytes]](), 0
    url = grown.services.objects.url
    while True:
        mortal = MortalObjects(url, lives, after)
        try:
            sequencer_with(grown, objects=mortal).sequence(close=True)
        except Killed:
            check_ledger(grown.services, receipts)
            lives += 1
            continue
        finally:
            mortal.close()
        break
    assert lives >= 14, "each addendum, bundle, tile, the deletion and the checkpoint are a write"
    check_all_recorded(grown, hashes, receipts)


def test_killed_again_and_again(grown: World) -> None:
    """Every call dies one line later than the last, while statements keep coming."""
    hashes: list[bytes] = []
    receipts: list[tuple[bytes, bytes]] = []
    for number, step in enumerate(STEPS * 2):
        [answer] = grown.accept(grown.opened(OTHER, 1000 + number))
        assert not isinstance(answer, HabeasError)
        hashes.append(answer.examined.leaf_hash)
        with pytest.raises(Killed):
            sequencer_with(grown, killing(step)).sequence(close=True)
        check_ledger(grown.services, receipts)
    sequencer_with(grown).sequence()
    check_all_recorded(grown, hashes, receipts)


def test_two_workers_with_one_lease_cannot_fork(grown: World) -> None:
    """The lease fails (a clock that jumps): the second commit of an index does not happen."""
    submit(grown)
    rival = sequencer_with(grown)

    def overtake(passed: str) -> None:
        if passed == "checkpoint signed" and not overtaken:
            overtaken.append(rival.sequence(close=True).checkpoint.size)

    overtaken: list[int] = []
    result = sequencer_with(grown, overtake).sequence(close=True)
    assert overtaken == [261] and result.checkpoint.size == 262, "it looked again and came second"
    check_ledger(grown.services)


@pytest.mark.parametrize("step", ["index piece computed", "index piece stored", "index prepared", "leaves gathered"])
def test_two_workers_computing_one_index(grown: World, step: str) -> None:
    """Roots are a function of the log: what another stored meanwhile is the same, or of another size."""
    submit(grown)
    rival = sequencer_with(grown)

    def overtake(passed: str) -> None:
        if passed == step and not overtaken:
            overtaken.append(rival.sequence(close=True, direct=direct_leaves(grown)).checkpoint.size)

    overtaken: list[int] = []
    result = sequencer_with(grown, overtake).sequence(close=True)
    assert overtaken == [263] and result.checkpoint.size == 264
    check_ledger(grown.services)


def test_a_slow_worker_finds_its_work_published(grown: World) -> None:
    """Between commit and files another process takes over and finishes them."""
    submit(grown)

    def overtake(passed: str) -> None:
        if passed == "committed" and not overtaken:
            overtaken.append(sequencer_with(grown).sequence().checkpoint.size)

    overtaken: list[int] = []
    result = sequencer_with(grown, overtake).sequence()
    assert overtaken == [260] and result.checkpoint.size == 260
    check_ledger(grown.services)
