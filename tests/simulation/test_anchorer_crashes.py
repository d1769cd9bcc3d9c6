"""The worker dies at every line of anchorer, follower, sender and sequencer, and at every question to the
chain. The next process has only store, log and chain, and goes on with no hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.simulation.anchoring import PERIOD_S, Killed, Simulation, check_anchoring, open_simulation
from tests.simulation.test_sequencer_crashes import STEPS as SEQUENCER_STEPS

STEPS = (
    "events recorded",
    "final block recorded",
    "queue recorded",
    "ticket recorded",
    "anchor recorded",
    "before close",
    "closed",
    "attempt signed",
    "attempt recorded",
    "attempt sent",
    *SEQUENCER_STEPS,
)


@contextmanager
def opened(folder: Path, database_url: str = "") -> Iterator[Simulation]:
    simulation = open_simulation(folder / "home", database_url)
    simulation.settle()
    yield simulation
    simulation.world.services.close()


@pytest.fixture
def simulation(tmp_path: Path) -> Iterator[Simulation]:
    with opened(tmp_path) as simulation:
        yield simulation


def killing(name: str, times: int = 1) -> Callable[[str], None]:
    """Dies when ``name`` is passed for the ``times``-th time."""
    left = [times]

    def step(passed: str) -> None:
        if passed == name:
            left[0] -= 1
            if left[0] == 0:
                raise Killed

    return step


def work(simulation: Simulation) -> None:
    """Something for each line to do: statements on both routes, among them one with a wrong key."""
    simulation.record()
    simulation.submit()
    simulation.submit(wrong_key=True)
    simulation.chain.mine(seconds=PERIOD_S)
    simulation.record()


def die(simulation: Simulation, step: Callable[[str], None]) -> None:
    """Run until the step kills; the dead process gives nothing back."""
    process = simulation.process(step)
    with pytest.raises(Killed):
        for _ in range(60):
            simulation.round(process)
    simulation.chain.on_call = lambda name: None
    check_anchoring(simulation)


def test_killed_at_each_line(simulation: Simulation) -> None:
    for name in STEPS:
        work(simulation)
        die(simulation, killing(name))
        simulation.settle()
        check_anchoring(simulation, everything=True)


def test_killed_at_each_line_with_a_reorganisation(simulation: Simulation) -> None:
    """While no process lives the newest blocks are replaced, and what stood in them waits again."""
    for name in STEPS:
        work(simulation)
        die(simulation, killing(name))
        simulation.chain.reorg(2, keep=True)
        check_anchoring(simulation)
        simulation.settle()
        check_anchoring(simulation, everything=True)


def test_killed_again_and_again(tmp_path: Path, database_url: str) -> None:
    """Nobody ever finishes: each process dies one line later than the last, and work keeps coming."""
    with opened(tmp_path, database_url) as simulation:
        for name in STEPS * 2:
            work(simulation)
            die(simulation, killing(name))
        simulation.settle()
        check_anchoring(simulation, everything=True)


def test_killed_at_each_question_to_the_chain(simulation: Simulation) -> None:
    """Also between sending and hearing that it was sent."""
    asked: list[str] = []
    work(simulation)
    simulation.chain.on_call = asked.append
    process = simulation.process()
    for _ in range(6):
        simulation.round(process)
    assert "sent" in asked and len(asked) > 50
    simulation.chain.on_call = lambda name: None
    for count in range(1, len(asked)):
        if count % 8 == 1:
            work(simulation)
        kill = killing("any", count)
        simulation.chain.on_call = lambda name, kill=kill: kill("any")  # type: ignore[misc]
        die(simulation, lambda name: None)
    simulation.settle()
    check_anchoring(simulation, everything=True)
