"""Promised gas of whole transactions with 2^20 leaves under Osaka rules. Gas is deterministic, so it is asserted."""

from __future__ import annotations

import json

import pytest
from web3.contract import Contract

from tests.bench.gas import measure
from tests.contract.chain import ROOT, Chain, read_deployment

SPEC = ROOT / "docs" / "spec" / "contract.md"
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
    table = SPEC.read_text()
    missing = [name for name, gas in figures.items() if f"| `{name}` | {gas:,} |" not in table]
    assert not missing, f"the gas table of {SPEC.name} is out of date in {missing}: {figures}"


def test_the_specification_names_the_whole_interface() -> None:
    text = " ".join(SPEC.read_text().split())
    for entry in read_deployment()["abi"]:
        if entry["type"] == "error":
            arguments = ", ".join(f"{argument['type']} {argument['name']}" for argument in entry["inputs"])
            assert f"`{entry['name']}({arguments})`" in text
        elif entry["type"] in ("function", "event"):
            assert f"{entry['type']} {entry['name']}(" in text


def test_the_example_of_the_specification_is_the_vector() -> None:
    text = SPEC.read_text()
    case = json.loads((ROOT / "tests" / "vectors" / "merkle" / "consistency-worked-example.json").read_text())
    for digest in (case["new_root"], *case["path"]):
        assert f"0x{digest}" in text
    word = (
        "867ca4e74b1f7f287eecdfcf13d4f7f8897dee0377134f0812dfed00c8c7b324"[:54]
        + (1_790_000_000).to_bytes(5, "big").hex()
    )
    assert f"ticket word  0x{word}" in text
