"""The worker's two loops: no fault of anchoring stops recording, and none ends anchoring unseen."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ledger.errors import RuntimeChainUnavailable, RuntimeFinality, RuntimeSetting, VerificationHeader
from ledger.evm import keccak256
from ledger.runtime import worker as module
from ledger.runtime.anchorer import AnchorRules
from ledger.runtime.home import Home
from ledger.runtime.lease import Lease
from ledger.runtime.state import State, read_state, record_state
from ledger.runtime.wiring import Services
from ledger.runtime.worker import Worker
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
