"""Promised gas of whole transactions with 2^20 leaves under Osaka rules. Gas is deterministic, so it is asserted."""

from __future__ import annotations

import json

import pytest
from web3.contract import Contract

from tests.bench.gas import measure
from tests.contract.chain import Chain

# docs/spec/contract.md
PROMISED = {
    "anchor_gas_2_20": 60_000,
    "anchor_gas_worst": 64_000,
    "anchor_gas_1_ticket": 90_000,
    "submit_gas_900": 80_000,
}
BLOCK_SHARE = 16_777_216  # the cap of one transaction (EIP-7825): a full load of tickets must stay far below it


def test_gas(chain: Chain, contract: Contract, capsys: pytest.CaptureFixture[str]) -> None:
    figures = measure(chain, contract)
    with capsys.disabled():
        print("\n" + json.dumps(figures, indent=2))
    too_dear = {name: figures[name] for name, most in PROMISED.items() if figures[name] > most}
    assert not too_dear
    assert figures["anchor_gas_64_tickets"] < BLOCK_SHARE // 4
    assert figures["submit_gas_8192"] < BLOCK_SHARE // 4
