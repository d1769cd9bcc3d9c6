"""Readiness says which part is not ready; figures say how far everything is."""

from __future__ import annotations

import re
import time
from pathlib import Path

from ledger.runtime.tables import Waiting
from ledger.runtime.uuid7 import uuid7
from tests.api.conftest import Api
from tests.api.made_chain import open_made_chain
from tests.store.world import OTHER


def parts(api: Api) -> tuple[int, dict[str, bool]]:
    answer = api.get("/readyz")
    value = answer.json()
    assert value["ready"] == (answer.status_code == 200)
    return answer.status_code, {part["name"]: part["ready"] for part in value["parts"]}


def gauges(api: Api) -> dict[str, float]:
    answer = api.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return {name: float(value) for name, value in re.findall(r"^(\S+) (\S+)$", answer.text, re.MULTILINE)}


def test_ready(api: Api) -> None:
    status, found = parts(api)
    assert status == 200
    assert all(found[name] for name in ("database", "ledger", "sequencer", "queue"))


def test_an_old_chain_is_reported_but_recording_goes_on(lite: Api) -> None:
    status, found = parts(lite)
    assert status == 200 and not found["chain"], "the made-up chain's blocks are weeks old"


def test_a_stuck_queue_and_a_lost_lease_are_not_ready(tmp_path: Path) -> None:
    """No worker runs here."""
    chain = open_made_chain(tmp_path / "home")
    services = chain.world.services
    with Api(chain).running() as api:
        services.lease.release()
        status, found = parts(api)
        assert status == 503 and not found["sequencer"] and found["queue"]
        late = int((time.time() - 60) * 1000).to_bytes(6) + uuid7()[6:]
        waiting = Waiting(order_key=late, leaf_hash=bytes(32))
        services.store.transact(lambda session: session.add(waiting))
        status, found = parts(api)
        assert status == 503 and not found["queue"]
    services.close()


def test_figures(api: Api) -> None:
    world = api.world
    case = world.opened()
    api.submit(case)
    api.submit(case)
    api.submit(b"never")
    api.chain.anchor()
    api.chain.submit(world.opened(OTHER))
    assert api.submit(world.sent(case.id)).status_code == 201
    found = gauges(api)
    assert found["habeas_log_size"] == found["habeas_published_size"] == 4
    assert found["habeas_anchored_size"] == 3
    assert found["habeas_unanchored_entries"] == 1
    assert found["habeas_open_tickets"] == 1
    assert found["habeas_oldest_open_ticket_seconds"] >= 0
    assert found["habeas_anchor_lag_seconds"] >= 0
    assert found['habeas_submissions_total{result="recorded"}'] == 2
    assert found['habeas_submissions_total{result="duplicate"}'] == 1
    assert found['habeas_submissions_total{result="malformed-json"}'] == 1
    assert found["habeas_submission_seconds_count"] == 3
    assert found["habeas_commit_seconds_count"] >= 2
    assert found["habeas_database_up"] == 1
    assert "shop.example" not in api.get("/metrics").text
