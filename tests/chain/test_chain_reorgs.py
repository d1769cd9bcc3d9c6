"""Reorganised blocks on a real node: survived below finality, and a broken finality stops anchoring."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.errors import RuntimeFinality
from tests.chain.live import live
from tests.store.world import OTHER


def test_reorganised_1_5_and_64_blocks(tmp_path: Path) -> None:
    """Default epochs: a block is final 64 blocks later. Anchors and submissions vanish and come back."""
    with live(tmp_path, slots=32) as ledger:
        process = ledger.settle(step=20)
        number = 0
        for depth in (1, 5, 64):
            for _ in range(3):
                number += 1
                ledger.world.accept(ledger.world.opened(number=number))
                ledger.submit(ledger.world.opened(OTHER, 100 + number))
                process.round()
                ledger.mine(max(0, depth // 3 - 2))
                process.round()
            before = ledger.home.chain.head(ledger.home.rules.contract, ledger.log)
            ledger.node.ask("anvil_reorg", depth, [])
            after = ledger.home.chain.head(ledger.home.rules.contract, ledger.log)
            assert depth == 1 or after.size < before.size, "the reorganisation took anchors away"
            ledger.settle(process, step=20)
            for recorded in range(1, number + 1):
                case = ledger.world.opened(number=recorded)
                assert ledger.index_of(case) is not None
                assert ledger.assess(case.id).exit_code == 0
        process = ledger.settle(ledger.process(), step=20)
        assert process.follower.failed == {}


def test_finality_violated(tmp_path: Path) -> None:
    """With epochs of one slot a deeper reorganisation breaks final blocks: stop, and record on."""
    with live(tmp_path) as ledger:
        ledger.mine(10)
        ledger.world.accept(ledger.world.opened(number=1))
        process = ledger.settle()
        ledger.mine(1)
        ledger.node.ask("anvil_reorg", 6, [])
        ledger.mine(3)
        for again in (process, ledger.process()):
            with pytest.raises(RuntimeFinality, match=r"finality violated: block \d+ was final .* recording goes on"):
                again.round()
        case = ledger.world.opened(number=2)
        ledger.world.record(case)
        assert ledger.index_of(case) is not None
