"""The node is gone, silent, comes back, or comes back without its memory."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ledger.cli.verify import verify
from ledger.errors import RuntimeChainUnavailable
from ledger.runtime import embedded
from ledger.runtime.embedded import EmbeddedOptions
from ledger.runtime.evidence import Evidence
from ledger.runtime.state import read_state
from ledger.runtime.trust import own_policy
from ledger.runtime.wiring import Services, open_services
from ledger.runtime.worker import Worker
from ledger.statement import RecentBlock
from tests.chain.live import audit, client, live, node
from tests.store.auditing import AUDITOR, vkeys
from tests.store.check_ledger import check_ledger
from tests.store.world import World, settings_in


def until(done: Callable[[], object], seconds: float = 40.0) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def word(services: Services) -> str:
    with services.store.read() as session:
        state = read_state(session)
    return state.word if state else ""


@contextmanager
def working(home: Path) -> Iterator[tuple[Worker, World]]:
    """A worker on its embedded chain, as `habeas worker` runs it, opened."""
    services = open_services(settings_in(home, anchor_period_s=1, auditors=vkeys(AUDITOR)), create_keys_if_new=True)
    worker, stop = Worker(services), threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    try:
        until(lambda: worker.opened.is_set() or worker.stopped)
        assert worker.stopped is None and worker.home is not None
        final = worker.home.chain.block("finalized")
        assert final is not None
        yield worker, World(services, services.require_ledger(), RecentBlock(final.hash, final.number))
    finally:
        stop.set()
        thread.join()
        services.close()


def anchored(worker: Worker, world: World) -> bool:
    """Everything that was accepted is in a final anchor."""
    newest = worker.round
    index = world.services.reader.size()
    return newest is not None and newest.final == newest.size == index and newest.size > 1


def record(world: World, number: int) -> bytes:
    """Accept a statement; gives the id of its case."""
    case = world.opened(number=number)
    [answer] = world.accept(case)
    assert not isinstance(answer, Exception), answer
    return case.id


def is_recorded(world: World, number: int) -> bool:
    return world.services.reader.raw(world.opened(number=number).digest) is not None and anchored_leaf(world, number)


def anchored_leaf(world: World, number: int) -> bool:
    from ledger.leaf import statement_leaf

    leaf = statement_leaf(world.opened(number=number), world.services.origin)
    return world.services.reader.index_of(leaf.hash()) is not None


def judged(worker: Worker, world: World, case: bytes, folder: Path) -> int:
    """Exit code of `habeas verify --rpc` over a fresh, audited bundle under a fresh policy."""
    services = world.services
    evidence = Evidence(services.store, services.reader, services.origin)
    audit(services, max(evidence.bundle(case).anchors))
    (folder / "case.habeas.json").write_bytes(evidence.bundle(case).encode())
    (folder / "trust.toml").write_bytes(own_policy(services.store, services.settings))
    assert worker.home is not None and worker.home.process is not None
    url = worker.home.process.url
    return verify(folder / "case.habeas.json", trust=folder / "trust.toml", rpc=[url]).exit_code


def _await_stopped(pid: int) -> None:
    """The signal takes hold of one thread after the other; until then the node may answer once more."""
    tasks = Path(f"/proc/{pid}/task")
    deadline = time.monotonic() + 10
    while any(" T " not in (task / "stat").read_text().rpartition(")")[2][:3] for task in tasks.iterdir()):
        assert time.monotonic() < deadline, "the node does not stop"
        time.sleep(0.01)


def test_silent_node(tmp_path: Path) -> None:
    """It takes connections and does not answer; then it does."""
    with live(tmp_path) as ledger:
        ledger.settle()
        ledger.home.chain = client(ledger.node, timeout=0.3)
        process = ledger.process()
        os.kill(ledger.node.pid, signal.SIGSTOP)
        try:
            _await_stopped(ledger.node.pid)
            with pytest.raises(RuntimeChainUnavailable, match=r"http://127.0.0.1:\d+ did not answer eth_chainId"):
                process.round()
            case = ledger.world.opened(number=1)
            ledger.world.record(case)
            assert ledger.index_of(case) is not None, "recording goes on"
        finally:
            os.kill(ledger.node.pid, signal.SIGCONT)
        ledger.settle(process)
        assert ledger.assess(case.id).exit_code == 0


def test_failover_to_the_second_node(tmp_path: Path) -> None:
    with live(tmp_path) as ledger:
        urls = ["http://127.0.0.1:9", ledger.node.url]
        from ledger.runtime.web3_chain import Web3Chain

        ledger.home.chain = Web3Chain(urls, ledger.home.identity.chain_id, ledger.home.identity.genesis, 2.0)
        ledger.world.accept(ledger.world.opened(number=1))
        ledger.settle()
        dead = Web3Chain(urls[:1] * 2, None, None, 2.0)
        with pytest.raises(RuntimeChainUnavailable, match="127.0.0.1:9 did not answer eth_chainId.*;.*did not answer"):
            dead.identity()


def test_embedded_chain_keeps_blocks_and_tells_the_right_time(tmp_path: Path) -> None:
    options = EmbeddedOptions(block_time=0)
    with node(tmp_path, save_every_s=1) as chain:
        chain.ask("anvil_mine", "0x5")
        kept = [chain.ask("eth_getBlockByNumber", hex(number), False)["hash"] for number in range(6)]  # type: ignore[index]
        genesis = chain.genesis
    time.sleep(2.1)
    again = embedded.start(tmp_path, options, lambda found: 5 if found == genesis else 0)
    try:
        assert again.genesis == genesis and not again.fresh
        assert kept == [again.ask("eth_getBlockByNumber", hex(number), False)["hash"] for number in range(6)]  # type: ignore[index]
        again.ask("anvil_mine", "0x1")
        newest = again.ask("eth_getBlockByNumber", "latest", False)
        assert abs(int(newest["timestamp"], 16) - time.time()) <= 2  # type: ignore[index]
    finally:
        again.stop()
    lost = embedded.start(tmp_path, options, lambda found: 100)
    lost.stop()
    assert lost.fresh and lost.genesis != genesis, "a chain without a block that was final is given up"
    assert list(tmp_path.glob("state.lost-*.json")), "and set aside, not deleted"


def test_idle_chain_rests_and_wakes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def newest(chain: embedded.EmbeddedChain) -> int:
        return int(str(chain.ask("eth_blockNumber")), 16)

    with node(tmp_path, block_time=1) as chain:
        chain.pace(False)
        until(lambda: newest(chain) >= 1)
        monkeypatch.setattr(embedded, "_REST_AFTER_S", 0.0)
        chain.pace(False)
        rested = newest(chain)
        time.sleep(3.5)
        assert newest(chain) <= rested + 1, "at most the one that was under way"
        monkeypatch.setattr(embedded, "_REST_AFTER_S", 300.0)
        chain.pace(True)
        until(lambda: newest(chain) >= rested + 2, 10)


def test_killed_node_under_a_worker(tmp_path: Path) -> None:
    """anvil is killed with its newest blocks unsaved, then again; the worker starts it and anchors on."""
    with working(tmp_path / "home") as (worker, world):
        cases = [record(world, 1)]
        until(lambda: anchored(worker, world))
        for number in (2, 3):
            process = worker.home.process  # type: ignore[union-attr]
            assert process is not None
            os.kill(process.pid, signal.SIGKILL)
            cases.append(record(world, number))
            until(lambda number=number: anchored_leaf(world, number))  # type: ignore[misc]
            until(lambda old=process: worker.home and worker.home.process not in (None, old))  # type: ignore[misc]
            until(lambda: anchored(worker, world))
        assert worker.stopped is None and word(world.services) == "anchoring"
        assert [judged(worker, world, case, tmp_path) for case in cases] == [0, 0, 0]
        check_ledger(world.services)


def test_chain_that_starts_over(tmp_path: Path) -> None:
    """The practice chain is lost: deployed again, all anchored again, under another genesis hash."""
    with working(tmp_path / "home") as (worker, world):
        case = record(world, 1)
        until(lambda: anchored(worker, world))
        assert judged(worker, world, case, tmp_path) == 0
        before = worker.home.identity.genesis  # type: ignore[union-attr]
        old = (tmp_path / "case.habeas.json").read_bytes(), (tmp_path / "trust.toml").read_bytes()
    embedded.forget(tmp_path / "home" / "chain")
    with working(tmp_path / "home") as (worker, world):
        other = record(world, 2)
        assert worker.home.identity.genesis != before  # type: ignore[union-attr]
        until(lambda: anchored(worker, world))
        assert [judged(worker, world, item, tmp_path) for item in (case, other)] == [0, 0]
        (tmp_path / "case.habeas.json").write_bytes(old[0])
        (tmp_path / "trust.toml").write_bytes(old[1])
        offline = verify(tmp_path / "case.habeas.json", trust=tmp_path / "trust.toml")
        assert offline.exit_code == 3, "the old bundle still says what it said; nobody can ask that chain any more"
        check_ledger(world.services)
