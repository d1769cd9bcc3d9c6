"""An auditor and a real ledger: server, sequencer, contract on a real node. And an operator who skips tickets there."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from api.server import ApiServer
from ledger.cli.auditing.cosigner import create_key
from ledger.cli.main import main
from ledger.encoding import sha256
from ledger.leaf import NO_KEY
from ledger.merkle import MemoryTree
from ledger.runtime.chain import Call, RpcRefusal
from ledger.runtime.contract import anchor_call, describe_revert
from ledger.runtime.trust import own_policy
from tests.chain.live import Live, live, passed
from tests.store.world import SHOP

NAME = "auditor.example/habeas"


@contextmanager
def serving(ledger: Live) -> Iterator[str]:
    """The ledger's server; gives its address."""
    server = ApiServer(ledger.services)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server.address
    finally:
        server.stop()
        thread.join()


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Live, str, Path]]:
    """A ledger that saw everything an honest one can, served; and a folder with the policy and an auditor's key."""
    folder = tmp_path_factory.mktemp("audit")
    vkey = create_key(folder / "auditor", NAME)
    with live(folder, auditors=[vkey.encode()]) as ledger:
        world = ledger.world
        case, other = world.opened(), world.opened(number=1)
        world.record(case, other, world.sent(case.id), world.bound(world.operator, SHOP))
        ledger.settle()
        for number, key in enumerate([None, NO_KEY, sha256(b"a key of nobody")]):
            ledger.submit(world.sent(case.id, day=21 + number), key=key)
        ledger.mine(3)
        ledger.settle()
        world.record(world.withheld(world.sent(case.id).digest))
        ledger.settle()
        ledger.mine(3)
        (folder / "trust.toml").write_bytes(own_policy(ledger.services.store, ledger.services.settings))
        with serving(ledger) as address:
            yield ledger, address, folder


def run(
    audited: tuple[Live, str, Path], capsys: pytest.CaptureFixture[str], *more: str
) -> tuple[int, dict[str, object]]:
    ledger, address, folder = audited
    capsys.readouterr()
    given = [f"{address}/log/", "--trust", str(folder / "trust.toml"), "--rpc", ledger.node.url, "--json"]
    code = main(["audit", *given, *more])
    return code, json.loads(capsys.readouterr().out)


def test_a_real_ledger_passes(audited: tuple[Live, str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    code, report = run(audited, capsys)
    assert code == 0, report
    replayed, chain = report["replayed"], report["chain"]
    assert isinstance(replayed, dict) and isinstance(chain, dict)
    assert (replayed["wrong_key"], replayed["without_bytes"]) == (2, 1)
    assert (chain["tickets"], chain["settled"], chain["open"]) == (3, 3, 0)
    assert replayed["index_roots"] == replayed["index_leaves"] == chain["anchors"]
    assert [item["said"] for item in report["withheld"]] == [True]  # type: ignore[attr-defined, index]


def test_the_same_with_processes_and_a_state(
    audited: tuple[Live, str, Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from ledger.cli.auditing import run as running

    monkeypatch.setattr(running, "_INLINE", 0)
    code, report = run(audited, capsys, "--jobs", "2", "--state", str(tmp_path / "state"))
    assert code == 0
    again, more = run(audited, capsys, "--jobs", "2", "--state", str(tmp_path / "state"), "--resume")
    assert again == 0 and more["checkpoint"] == report["checkpoint"]
    assert more["replayed"]["of_an_earlier_audit"] == report["replayed"]["leaves"]  # type: ignore[index]


def test_a_replay_that_is_cosigned_stands_in_the_bundle(
    audited: tuple[Live, str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """The auditor's word reaches who verifies a case: the index is not only the operator's claim any more."""
    ledger, _, folder = audited
    case = ledger.world.opened().id
    assert not passed(ledger.judge(ledger.bundle(case)))("index/replayed")
    code, report = run(audited, capsys, "--cosign", str(folder / "auditor"), "--post")
    assert code == 0 and NAME in str(report["cosignature"]), report
    assert any("was given to" in str(note) for note in report["notes"])  # type: ignore[attr-defined]
    assert passed(ledger.judge(ledger.bundle(case)))("index/replayed")


def test_an_operator_who_skips_a_ticket_cannot_anchor(tmp_path: Path) -> None:
    """The contract stops him, whatever his index says; so there is nothing left for an audit to find."""
    with live(tmp_path) as ledger:
        ledger.world.record(ledger.world.opened())
        ledger.settle()
        held = ledger.home.chain.head(ledger.home.rules.contract, ledger.log)
        ledger.submit(ledger.world.sent(ledger.world.opened().id))
        ledger.node.ask("evm_increaseTime", 3601)
        ledger.mine(3)
        # Next to the honest sequencer: leaves and an anchor that leave the ticket out.
        leaves = [sha256(b"a leaf") for _ in range(2)]
        tree = MemoryTree([*_hashes(ledger, held.size), *leaves])
        data = anchor_call(tree.size, tree.root(), tree.consistency(held.size), [])
        with pytest.raises(RpcRefusal) as caught:
            ledger.home.chain.estimate(Call(ledger.log, ledger.home.rules.contract, data))
        assert describe_revert(caught.value.data)[0] == "Overdue"
        ledger.settle()
        assert ledger.home.chain.head(ledger.home.rules.contract, ledger.log).included == 1


def _hashes(ledger: Live, size: int) -> list[bytes]:
    from ledger.merkle import hash_leaf

    return [hash_leaf(ledger.services.reader.leaf(index)) for index in range(size)]


def test_a_node_that_is_down_is_no_finding(audited: tuple[Live, str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    """Anchors are then not checked; the log itself is."""
    ledger, address, folder = audited
    given = [f"{address}/log/", "--trust", str(folder / "trust.toml"), "--rpc", "http://127.0.0.1:9"]
    assert main(["audit", *given]) == 3
    assert "Anchors and tickets were not read" in capsys.readouterr().out
