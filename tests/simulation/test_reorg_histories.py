"""Histories of chance: statements on both routes, blocks, anchors, reorganisations, deaths, silent nodes."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.runtime.anchorer import Anchorer
from tests.simulation.anchoring import PERIOD_S, Killed, Simulation, check_anchoring, open_simulation

DEPTH = 6
ACTIONS = st.one_of(
    st.tuples(st.just("record"), st.just(0)),
    st.tuples(st.just("submit"), st.integers(0, 2)),
    st.tuples(st.just("round"), st.integers(1, 3)),
    st.tuples(st.just("mine"), st.integers(1, 8)),
    st.tuples(st.just("wait"), st.sampled_from([PERIOD_S, 3700])),
    st.tuples(st.just("reorg"), st.integers(1, DEPTH)),
    st.tuples(st.just("drop"), st.integers(1, DEPTH)),
    st.tuples(st.just("die"), st.integers(1, 40)),
    st.tuples(st.just("silence"), st.integers(1, 40)),
    st.tuples(st.just("dear"), st.sampled_from([1, 30])),
    st.tuples(st.just("sequence"), st.just(0)),
)


class History:
    """Plays actions; ``process`` is the worker that lives now."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation, self.chain = simulation, simulation.chain
        self.process: Anchorer = simulation.process()

    def play(self, action: str, value: int) -> None:
        simulation, chain = self.simulation, self.chain
        match action:
            case "record":
                simulation.record()
            case "submit":
                if chain.blocks[-1].contract.heads.get(simulation.log) is not None:
                    simulation.submit(wrong_key=value == 1, garbage=value == 2)
            case "round":
                for _ in range(value):
                    simulation.round(self.process)
            case "mine":
                chain.mine(value)
            case "wait":
                chain.mine(seconds=value)
            case "reorg" | "drop":
                chain.reorg(value, keep=action == "reorg")
            case "die" | "silence":
                self._fail(value, dies=action == "die")
            case "dear":
                chain.base_fee = value * 10**9
            case _:
                simulation.sequencer().sequence()

    def _fail(self, count: int, *, dies: bool) -> None:
        """At the ``count``-th line or question the process dies, or the node falls silent for a round."""
        left = [count]

        def pass_by(_name: str) -> None:
            left[0] -= 1
            if left[0] == 0:
                if dies:
                    raise Killed
                self.chain.down = True

        self.chain.on_call = pass_by
        process = self.simulation.process(pass_by) if dies else self.process
        try:
            for _ in range(3):
                self.simulation.round(process)
        except Killed:
            pass
        self.chain.on_call, self.chain.down = _silent, False
        if dies:
            self.process = self.simulation.process()


_silent: Callable[[str], None] = lambda name: None  # noqa: E731


@settings(max_examples=25)
@given(st.lists(ACTIONS, min_size=5, max_size=30))
def test_every_history_ends_well(actions: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        simulation = open_simulation(Path(folder) / "home", depth=DEPTH)
        simulation.settle()
        history = History(simulation)
        for action, value in actions:
            history.play(action, value)
            check_anchoring(simulation)
        chain = simulation.chain
        chain.base_fee = 10**9
        # A submission in a block that was dropped for good was never final: nobody was promised anything.
        held = {ticket.leaf_hash27 for ticket in chain.blocks[-1].contract.tickets.values()}
        simulation.direct = [leaf_hash for leaf_hash in simulation.direct if leaf_hash[:27] in held]
        simulation.settle(history.process)
        check_anchoring(simulation, everything=True)
        simulation.world.services.close()
