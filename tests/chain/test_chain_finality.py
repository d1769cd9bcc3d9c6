"""``habeas verify --rpc`` on a real node believes a block exactly when the ledger's own finality rule does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ledger.cli.verify import verify
from ledger.errors import RuntimeSetting
from ledger.policy import MAX_CONFIRMATIONS, Finality, encode_policy
from ledger.runtime.chain import final_block
from ledger.runtime.evidence import Evidence
from ledger.runtime.networks import finality_rule, networks
from ledger.runtime.trust import own_trust
from tests.chain.live import Live, live, passed
from tests.store.world import settings_in

CONFIRMATIONS = 3


def judged(ledger: Live, case: bytes, rule: Finality, folder: Path) -> tuple[bool, bool]:
    """Under a policy with ``rule``: whether every anchor's block is final, and whether code and head were found."""
    services = ledger.services
    evidence = Evidence(services.store, services.reader, services.origin)
    (folder / "case.habeas.json").write_bytes(evidence.bundle(case).encode())
    (folder / "trust.toml").write_bytes(
        encode_policy(replace(own_trust(services.store, services.settings), finality=rule))
    )
    result = verify(folder / "case.habeas.json", trust=folder / "trust.toml", rpc=[ledger.node.url])
    is_passed = passed(result)
    anchors = [name for item in result.checks if (name := item.check.name).endswith("/canonical") and "anchor" in name]
    assert anchors and result.exit_code != 1
    return all(map(is_passed, anchors)), is_passed("contract") and is_passed("newest-head")


def test_confirmations_in_place_of_the_tag(tmp_path: Path) -> None:
    """A node whose ``finalized`` lags 64 blocks: the ledger's rule of three settles, and a verifier follows it."""
    with live(tmp_path, finality=CONFIRMATIONS, slots=32) as ledger:
        rule = finality_rule(ledger.services.settings)
        assert rule == ledger.home.rules.finality == CONFIRMATIONS
        case = ledger.world.opened(number=1)
        ledger.world.record(case)
        ledger.settle()
        newest = ledger.store.newest_anchor()
        assert newest is not None
        tagged = ledger.home.chain.block("finalized")
        assert tagged is None or tagged.number < newest.block_number, "the tag is far behind"
        assert newest.block_number <= final_block(ledger.home.chain, rule).number
        assert judged(ledger, case.id, rule, tmp_path) == (True, True)
        assert judged(ledger, case.id, "finalized", tmp_path) == (False, False)
        assert judged(ledger, case.id, 100_000, tmp_path) == (False, False)
        ledger.mine(64)
        assert judged(ledger, case.id, "finalized", tmp_path) == (True, True)


def test_the_last_block_that_counts(tmp_path: Path) -> None:
    """One block fewer above the anchor, and the anchor is not final: for the server and for the verifier alike."""
    with live(tmp_path, finality=CONFIRMATIONS) as ledger:
        case = ledger.world.opened(number=1)
        ledger.world.record(case)
        ledger.settle()
        newest, latest = ledger.store.newest_anchor(), ledger.home.chain.block("latest")
        assert newest is not None and latest is not None
        above = latest.number - newest.block_number
        assert judged(ledger, case.id, above, tmp_path) == (True, True)
        assert final_block(ledger.home.chain, above).number == newest.block_number
        assert not judged(ledger, case.id, above + 1, tmp_path)[0]


def test_rule_of_each_chain(tmp_path: Path) -> None:
    """The setting, or else what the chain calls final; the embedded chain has the tag."""
    for name in ["embedded", *networks()]:
        rpc_urls = [] if name == "embedded" else ["http://127.0.0.1:9"]
        assert finality_rule(settings_in(tmp_path, chain=name, rpc_urls=rpc_urls)) == "finalized"
        for rule in (0, 64, MAX_CONFIRMATIONS):
            assert finality_rule(settings_in(tmp_path, chain=name, rpc_urls=rpc_urls, finality=rule)) == rule


@pytest.mark.parametrize("given", ["safe", "latest", "finalized", -1, MAX_CONFIRMATIONS + 1, 1.5])
def test_settings_take_what_policies_take(tmp_path: Path, given: object) -> None:
    """A server cannot be given a rule that its policy could not name; the tag is what an empty setting means."""
    with pytest.raises(RuntimeSetting, match="finality"):
        settings_in(tmp_path, finality=given)
