"""Silence can be shown because the log is anchored also when nothing is new."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.leaf import case_key
from ledger.runtime.index_reader import IndexReader
from tests.simulation.anchoring import Simulation, check_anchoring, open_simulation
from tests.store.world import OTHER, REQUESTER


@pytest.fixture
def simulation(tmp_path: Path) -> Iterator[Simulation]:
    simulation = open_simulation(tmp_path / "home")
    simulation.settle()
    yield simulation
    simulation.world.services.close()


def test_heartbeats_carry_the_index(simulation: Simulation) -> None:
    """Each anchored tree ends in an index leaf of its own size, and absence is provable at each of them."""
    simulation.record()
    process, services = simulation.process(heartbeat_s=1000), simulation.world.services
    simulation.settle(process)
    sizes = []
    for _ in range(3):
        simulation.chain.mine(seconds=1000)
        simulation.settle(process)
        newest = simulation.store.newest_anchor()
        assert newest is not None and newest.complete_to == newest.timestamp
        sizes.append(newest.size)
    assert sizes == [sizes[0], sizes[0] + 1, sizes[0] + 2]
    case = simulation.world.opened(number=simulation.number)
    reader, roots = IndexReader(services.store, services.reader), set[bytes]()
    for size in sizes:
        for author, there in ((REQUESTER, True), (OTHER, False)):
            leaf, shown = reader.look_up(case_key(case.id, author.address), size)
            assert (leaf.size, leaf.rule, shown.entries is not None) == (size - 1, 1, there)
        roots.add(leaf.root)
    assert len(roots) == 1, "nothing was said meanwhile"
    check_anchoring(simulation, everything=True)
