"""The worker's two loops: no fault of anchoring stops recording, and none ends anchoring unseen."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from ledger.errors import RuntimeChainUnavailable, RuntimeFinality, RuntimeSetting, RuntimeStore, VerificationHeader
from ledger.evm import keccak256
from ledger.runtime import worker as module
from ledger.runtime.anchorer import AnchorRules
from ledger.runtime.home import Home
from ledger.runtime.lease import Lease
from ledger.runtime.sequencer import SequenceResult
from ledger.runtime.state import State, read_state, record_state
from ledger.runtime.wiring import Services
from ledger.runtime.worker import Worker
from ledger.tiles import TileTree, tile_path
from tests.api.conftest import opened as opened_api
from tests.simulation.anchoring import Simulation, open_simulation
from tests.simulation.fake_chain import CODE, CONTRACT


@pytest.fixture
def simulation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulation]:
    monkeypatch.setattr(module, "_IDLE_S", 0.05)
    monkeypatch.setattr(module, "_BUSY_S", 0.05)
    simulation = open_simulation(tmp_path / "home")
    yield simulation
    simulation.world.services.close()


@contextmanager
def running(simulation: Simulation, opener: Callable[[Services], Home] | None = None) -> Iterator[Worker]:
    """The real worker over the chain in memory, which mines on."""
    rules = AnchorRules(contract=CONTRACT, code_hash=keccak256(CODE), period_s=1)
    chain = simulation.chain
    worker = Worker(simulation.world.services, opener or (lambda _: Home(chain, chain.identity(), rules, None)))
    stop = threading.Event()

    def mine() -> None:
        while not stop.wait(0.1):
            chain.mine()

    threads = [threading.Thread(target=worker.run, args=(stop,)), threading.Thread(target=mine)]
    for thread in threads:
        thread.start()
    try:
        yield worker
        assert threads[0].is_alive(), "the process lives on"
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def until(done: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not done():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def state(simulation: Simulation) -> State:
    with simulation.world.services.store.read() as session:
        return read_state(session) or State("", "", 0)


def records(simulation: Simulation) -> None:
    """A statement accepted now gets into the log."""
    simulation.record()
    until(lambda: simulation.world.services.reader.index_of(simulation.recorded[-1]) is not None)


def failing(error: Exception, name: str = "head") -> Callable[[str], None]:
    def on_call(asked: str) -> None:
        if asked == name:
            raise error

    return on_call


@pytest.mark.parametrize(
    "error",
    [
        RuntimeChainUnavailable("the node did not answer"),
        VerificationHeader("the node is lying"),
        RuntimeSetting("the address holds too little ether"),
        RuntimeError("a bug"),
        ConnectionError("cut"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_fault_is_waited_for(simulation: Simulation, error: Exception) -> None:
    with running(simulation) as worker:
        until(lambda: worker.round)
        simulation.chain.on_call = failing(error)
        until(lambda: state(simulation).word == "waiting")
        said = state(simulation).detail
        assert said == str(error) if hasattr(error, "type") else str(error) not in said and "see the log" in said
        records(simulation)
        simulation.chain.on_call = lambda name: None
        size = simulation.world.services.reader.size()
        until(lambda: worker.round and worker.round.final >= size)
        assert state(simulation).word == "anchoring" and worker.stopped is None


@pytest.mark.parametrize(
    "error",
    [RuntimeError("a bug"), OperationalError("x", {}, Exception()), RuntimeStore("gone"), MemoryError()],
    ids=lambda error: type(error).__name__,
)
def test_nothing_ends_sequencing(simulation: Simulation, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    sequencer = simulation.world.services.sequencer
    assert sequencer is not None
    sequence, broken = sequencer.sequence, threading.Event()
    broken.set()

    def breaking(**given: Any) -> SequenceResult:
        if broken.is_set():
            raise error
        return sequence(**given)

    monkeypatch.setattr(sequencer, "sequence", breaking)
    with running(simulation) as worker:
        until(lambda: worker.sequencing_fault)
        assert type(error).__name__ in str(worker.status()["sequencing_fault"])
        broken.clear()
        records(simulation)
        until(lambda: worker.sequencing_fault is None)


def test_storage_trouble_passes_and_a_missing_tile_is_written_again(simulation: Simulation) -> None:
    services = simulation.world.services
    with running(simulation) as worker:
        until(lambda: worker.round)
        simulation.chain.on_call = failing(RuntimeStore("the object store is away"))
        until(lambda: state(simulation).word == "waiting")
        simulation.chain.on_call = lambda name: None
        records(simulation)
        until(lambda: worker.round and worker.round.final == services.reader.size())
        size = services.reader.size()
        services.objects.delete(tile_path(0, 0, size))
        services.reader._tree = TileTree(0, services.reader._read_tile)  # what it read before is forgotten
        with pytest.raises(RuntimeStore, match="is missing"):
            services.reader.inclusion(0, size)
        until(lambda: services.reader.missing is None)
        newest = services.reader.size()
        assert services.objects.get(tile_path(0, 0, newest)) is not None
        assert services.reader.inclusion(0, size) and worker.stopped is None


def test_a_broken_promise_stops_anchoring_alone(simulation: Simulation) -> None:
    with running(simulation) as worker:
        until(lambda: worker.round)
        simulation.chain.on_call = failing(RuntimeFinality("finality violated: block 7 was another"))
        until(lambda: worker.stopped)
        assert state(simulation).word == "stopped" and state(simulation).detail.startswith("finality violated")
        simulation.chain.on_call = lambda name: None
        records(simulation)
        assert worker.stopped is not None and worker.status()["stopped"] == str(worker.stopped)


@pytest.mark.parametrize("error", [RuntimeSetting("rpc_urls is empty"), RuntimeChainUnavailable("not yet")])
def test_opening(simulation: Simulation, error: Exception) -> None:
    """A wrong setting stops anchoring, a chain that is not there yet is waited for."""
    tries: list[int] = []

    def opener(_services: Services) -> Home:
        tries.append(1)
        raise error

    with running(simulation, opener) as worker:
        until(lambda: worker.stopped or len(tries) > 2)
        assert (worker.stopped is error) == isinstance(error, RuntimeSetting)
        records(simulation)


def test_the_lease_goes_to_another_worker(simulation: Simulation) -> None:
    """Who lost the lease neither sequences nor anchors, and takes both up when it is free again."""
    services = simulation.world.services
    now = int(time.time() * 1000)
    rival = Lease(services.store, f"sequencer of {services.origin}", 10, lambda: now + 11_000)
    with running(simulation) as worker:
        until(lambda: worker.round)
        rival.hold()
        services.lease._until = 0  # this process slept through its lease
        until(lambda: state(simulation).word == "waiting" and worker.home is None)
        rival.release()
        until(lambda: state(simulation).word == "anchoring" and worker.home is not None)
        records(simulation)


def test_readiness_and_figures_say_it(tmp_path: Path) -> None:
    with opened_api(tmp_path) as api:
        store = api.world.services.store

        def shown() -> tuple[int, bool, str, bool]:
            answer = api.get("/readyz")
            part = next(part for part in answer.json()["parts"] if part["name"] == "anchoring")
            stopped = "habeas_anchoring_stopped 1.0" in api.get("/metrics").text
            assert stopped or "habeas_anchoring_stopped 0.0" in api.get("/metrics").text
            return answer.status_code, part["ready"], part["detail"], stopped

        assert shown()[3] is False
        record_state(store, "waiting", "the node did not answer")
        assert shown()[3] is False and "the node did not answer" in shown()[2]
        record_state(store, "stopped", "finality violated: block 7")
        assert shown() == (200, False, "Stopped: finality violated: block 7", True)
        record_state(store, "anchoring", "idle")
        assert shown()[3] is False
