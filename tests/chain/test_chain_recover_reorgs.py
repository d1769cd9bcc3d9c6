"""Recovering while blocks are replaced: only final ones are taken, and a broken finality is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ledger.encoding import encode_hex
from ledger.runtime.trust import own_policy
from tests.chain.live import Live, live
from tests.chain.test_chain_recover import lines, run
from tests.chain.test_chain_recover_home import database, proven
from tests.store.world import OTHER


def trust_of(ledger: Live, folder: Path) -> Path:
    services = ledger.services
    trust = folder / "trust.toml"
    trust.write_bytes(own_policy(services.store, services.settings))
    return trust


def test_reorganised_below_finality(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What stands in blocks that are not final is left, also what a node showed of blocks replaced since."""
    with live(tmp_path, slots=32) as ledger:
        process = ledger.settle(step=20)
        out = tmp_path / "found"
        arguments = (
            "--from-chain", "--trust", trust_of(ledger, tmp_path), "--rpc", ledger.node.url, "--out", out,
            "--home", tmp_path / "new",
        )  # fmt: skip
        first = run(capsys, *arguments)
        for number in range(3):
            ledger.world.record(ledger.world.opened(number=number))
            ledger.submit(ledger.world.opened(OTHER, 100 + number))
            process.round()
        ledger.mine(2)
        early = run(capsys, *arguments)
        assert (early["size"], early["tickets"]) == (first["size"], 0), "nothing of it is final yet"
        ledger.node.ask("anvil_reorg", 5, [])
        ledger.submit(ledger.world.opened(OTHER, 200))
        ledger.settle(process, step=20)
        run(capsys, *arguments)
        kept = proven(ledger.services.store)
        shown = [(item["size"], item["block_hash"]) for item in lines(out / "heads.jsonl")]
        assert shown == sorted((row[1], encode_hex(row[4])) for row in kept["anchor"])  # type: ignore[arg-type]
        tickets = [(item["ticket"], item["block_hash"]) for item in lines(out / "submissions.jsonl")]
        assert tickets == sorted((row[1], encode_hex(row[2])) for row in kept["ticket_proof"])  # type: ignore[arg-type]

        with database(tmp_path / "new") as store:
            assert proven(store) == kept


def test_finality_violated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with live(tmp_path) as ledger:
        ledger.world.record(ledger.world.opened(number=1))
        ledger.settle()
        ledger.mine(3)
        chain = ("--from-chain", "--trust", trust_of(ledger, tmp_path), "--rpc", ledger.node.url)
        folder, home = ("--out", tmp_path / "found"), ("--home", tmp_path / "new")
        run(capsys, *chain, *folder)
        run(capsys, *chain, *home)
        before = (tmp_path / "found" / "recovered.json").read_bytes()
        ledger.node.ask("anvil_reorg", 4, [])
        ledger.mine(3)
        for sink in (folder, home):
            assert run(capsys, *chain, *sink, code=1)["error"] == "runtime-finality"
        assert (tmp_path / "found" / "recovered.json").read_bytes() == before
        run(capsys, *chain, "--out", tmp_path / "again")
        assert json.loads((tmp_path / "again" / "recovered.json").read_text())["heads"] >= 1
