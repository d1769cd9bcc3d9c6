"""End to end: a worker on a real embedded chain, two authorities on loopback, and a stranger without any node."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from api.health import _stamps
from ledger.cli.main import main
from ledger.runtime import stamper as stamper_module
from ledger.runtime import worker as worker_module
from ledger.runtime.evidence import Evidence
from ledger.runtime.figures import read_figures
from ledger.runtime.metrics import Metrics
from ledger.runtime.stamps import Stamps
from ledger.runtime.trust import own_policy
from ledger.runtime.wiring import Services, open_services
from ledger.runtime.worker import Worker
from ledger.statement import RecentBlock
from tests.stamps.a_time_authority import TimeServer, serving, settings_of
from tests.store.world import World, settings_in
from tools.vectors._authority import Authority


def until(done: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not done():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


@contextmanager
def working(folder: Path, *servers: TimeServer) -> Iterator[World]:
    """A worker as ``habeas worker`` runs it, on its embedded chain."""
    given = settings_of(folder / "roots", *servers)
    services = open_services(settings_in(folder / "home", anchor_period_s=1, **given), create_keys_if_new=True)
    worker, stop = Worker(services), threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    try:
        until(lambda: worker.opened.is_set() or worker.stopped)
        assert worker.home is not None
        final = worker.home.chain.block("finalized")
        assert final is not None
        yield World(services, services.require_ledger(), RecentBlock(final.hash, final.number))
    finally:
        stop.set()
        thread.join()
        services.close()


def stamped(services: Services, name: str) -> int:
    return Stamps(services.store).newest().get(name, 0)


def anchored(services: Services) -> int:
    return read_figures(services.store, time.time()).anchored_size


def readiness(services: Services) -> tuple[bool, str]:
    newest = Stamps(services.store).newest()
    part = _stamps(read_figures(services.store, time.time()), ["alpha", "beta"], newest)
    assert part.required is False
    return part.ready, part.detail


def test_from_two_authorities_to_a_stranger_offline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(worker_module, "_STAMP_S", 0.1)
    monkeypatch.setattr(stamper_module, "_FIRST_PAUSE_S", 0.1)
    monkeypatch.setattr(stamper_module, "_LONGEST_PAUSE_S", 0.5)
    with serving(Authority("alpha")) as alpha, serving(Authority("beta")) as beta:
        alpha.status = 503
        with working(tmp_path, alpha, beta) as world:
            services = world.services
            case = world.opened()
            world.accept(case)
            until(lambda: services.reader.size() > 2 and anchored(services) == services.reader.size())
            size = anchored(services)
            until(lambda: stamped(services, "beta") == size)
            ready, detail = readiness(services)
            assert ready and "alpha (newest stamp: none)" in detail, "an anchor that is young is waited for"
            alpha.status = 200
            until(lambda: stamped(services, "alpha") == size)
            assert readiness(services)[1].endswith("is stamped by alpha, beta.")
            assert f"habeas_stamped_size {float(size)}".encode() in Metrics(services.store).render()
            bundle, trust = tmp_path / "case.habeas.json", tmp_path / "trust.toml"
            bundle.write_bytes(Evidence(services.store, services.reader, services.origin).bundle(case.id).encode())
            trust.write_bytes(own_policy(services.store, services.settings))
    # Ledger, chain and authorities are gone.
    code = main(["verify", str(bundle), "--trust", str(trust), "--json"])
    report = json.loads(capsys.readouterr().out)
    assert code == report["exit"] == 3
    checks = {check["name"]: check["value"] for check in report["checks"]}
    assert checks[f"second-clock/{size}"] == checks[f"stamp/{size}/alpha"] == checks[f"stamp/{size}/beta"] == "passed"
    assert checks[f"anchor/{size}/canonical"] == "not checked"
    [said] = [said for said in report["statements"] if said["kind"] == "case.opened"]
    assert said["recorded_not_after"]["value"] == "conditional"
    # In the order of their stamps: alpha did not answer at first.
    assert sorted(said["stamped_not_after"]["authorities"]) == ["alpha", "beta"]
    assert said["stamped_not_after"]["value"] == "passed"
