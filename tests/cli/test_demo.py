"""The demo's folder and its citations; the demo as a whole runs in `make demo`."""

from __future__ import annotations

import fcntl
import json
import shutil
import socket
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest

from ledger.cli.demo.citations import read_citations
from ledger.cli.demo.run import EXAMPLES, run_demo
from ledger.errors import MalformedFacts, RuntimeFault
from ledger.runtime.lease import is_held
from ledger.runtime.wiring import open_services
from tests.store.world import settings_in


def test_a_folder_whose_ledger_runs_is_not_emptied(tmp_path: Path) -> None:
    (tmp_path / ".habeas-demo").touch()
    (tmp_path / "chain").mkdir()
    kept = tmp_path / "habeas.sqlite"
    kept.write_text("kept")
    with (tmp_path / "chain" / "lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(RuntimeFault, match="a ledger runs in"):
            run_demo(tmp_path, once=True)
    assert kept.read_text() == "kept"


@pytest.mark.parametrize("home", [{}, {"database_url": "sqlite:///{folder}/habeas.sqlite"}])
def test_a_folder_whose_lease_is_held_is_not_emptied(tmp_path: Path, home: dict[str, str]) -> None:
    """A worker without a chain of its own, or before it starts one; once it has let go, or died, the folder is free."""
    given = {name: value.format(folder=tmp_path) for name, value in home.items()}
    services = open_services(settings_in(tmp_path, **given), create_keys_if_new=True)
    (tmp_path / ".habeas-demo").touch()
    services.lease.hold()
    with pytest.raises(RuntimeFault, match="a ledger runs in"):
        run_demo(tmp_path, once=True)
    assert (tmp_path / "habeas.sqlite").exists() and is_held(tmp_path / "habeas.sqlite")
    services.lease.release()
    assert not is_held(tmp_path / "habeas.sqlite")
    services.close()


def test_whose_lease_counts(tmp_path: Path) -> None:
    """A dead process of this machine holds nothing, one elsewhere may; what is no database of ours is nobody's."""
    database = tmp_path / "habeas.sqlite"
    assert not is_held(database)
    database.write_bytes(b"no database")
    assert not is_held(database)
    database.unlink()
    ended = subprocess.Popen(["true"])
    ended.wait()
    ahead = time.time_ns() // 1_000_000 + 60_000
    with closing(sqlite3.connect(database)) as connection:
        assert not is_held(database), "no table yet"
        connection.execute("CREATE TABLE lease (name TEXT, holder TEXT, until INTEGER)")
        for holder, until, held in (
            (f"{socket.gethostname()}/{ended.pid}/x", ahead, False),
            ("elsewhere/1/x", 1, False),
            ("elsewhere/1/x", ahead, True),
        ):
            connection.execute("INSERT INTO lease VALUES ('sequencer', ?, ?)", (holder, until))
            connection.commit()
            assert is_held(database) is held, holder


def test_the_mark_of_the_outage_comes_from_its_file(tmp_path: Path) -> None:
    for path in EXAMPLES.glob("*.json"):
        shutil.copy(path, tmp_path)
    place = tmp_path / "outage-aws-2025-10-20.json"
    outage = json.loads(place.read_bytes())
    assert read_citations(tmp_path)[-1].facts["mark"] == outage["mark"] == "C"
    place.write_text(json.dumps(outage | {"mark": "S"}))
    assert read_citations(tmp_path)[-1].facts["mark"] == "S"
    place.write_text(json.dumps(outage | {"mark": "?"}))
    with pytest.raises(MalformedFacts):
        read_citations(tmp_path)
