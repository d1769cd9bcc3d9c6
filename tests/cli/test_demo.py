"""The demo's folder and its citations; the demo as a whole runs in `make demo`."""

from __future__ import annotations

import fcntl
import json
import shutil
from pathlib import Path

import pytest

from ledger.cli.demo.citations import read_citations
from ledger.cli.demo.run import EXAMPLES, run_demo
from ledger.errors import MalformedFacts, RuntimeFault


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
