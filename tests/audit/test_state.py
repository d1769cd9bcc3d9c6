"""What an audit keeps: a killed one goes on, only what is new is asked for, and nothing else is taken for it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ledger.cli.auditing import run
from ledger.cli.auditing.audit import Options, audit
from ledger.cli.auditing.report import AuditReport
from ledger.cli.auditing.source import FolderSource
from ledger.cli.auditing.state import AuditState
from ledger.errors import HabeasError, RefusedOverwrite, RuntimeFault, RuntimeSetting
from ledger.leaf import NO_KEY
from ledger.tiles import encode_entries, entries_path, tile_path
from tests.audit.log_operator import LogOperator, opening, person, serve


def grown(log: LogOperator, count: int) -> LogOperator:
    """More cases, closed."""
    start = len(log.leaves)
    for number in range(count):
        log.record(opening(person("ann"), start + number).raw)
    log.close()
    return log


def audited(log: LogOperator, folder: Path, where: Path | None = None, **given: object) -> AuditReport:
    published = where or log.publish(folder / "log")
    options = Options(str(published), trust=log.policy(folder), state=folder / "state", **given)  # type: ignore[arg-type]
    return audit(options, lambda text: None, {"a node": log.chain})


class Counting(FolderSource):
    """Says which files were asked for; after ``left`` of them the machine goes down."""

    asked: list[str] = []
    left = 10**9

    def get(self, path: str, limit: int) -> object:  # type: ignore[override]
        Counting.asked.append(path)
        Counting.left -= 1
        if Counting.left < 0:
            raise RuntimeFault("the network is gone")
        return super().get(path, limit)


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> type[Counting]:
    """Every source of the replay counts."""
    Counting.asked, Counting.left = [], 10**9
    monkeypatch.setattr(run, "open_source", lambda where: Counting(Path(where)))
    return Counting


def test_only_what_is_new_is_asked_for(tmp_path: Path, counting: type[Counting]) -> None:
    log = grown(LogOperator.opened(), 300)
    log.anchor()
    first = audited(log, tmp_path)
    assert first.exit_code == 0 and sum(path.startswith("addenda/") for path in counting.asked) == 301
    grown(log, 5)
    log.anchor()
    counting.asked.clear()
    second = audited(log, tmp_path, resume=True)
    assert second.exit_code == 0 and second.reused == first.replay.size
    assert sum(path.startswith("addenda/") for path in counting.asked) == 5
    assert sum(path.startswith("tile/entries") for path in counting.asked) == 1
    assert second.replay.tally.statements == 306 and len(second.replay.kept) == len(second.chain.record.anchors) + 2  # type: ignore[union-attr]


def test_an_audit_that_is_cut_off_goes_on(
    tmp_path: Path, counting: type[Counting], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever it happens, the next one ends with the same result, and does not begin anew."""
    monkeypatch.setattr(run, "_SAVE_EVERY", 256)
    log = grown(LogOperator.opened(), 700)
    log.anchor()
    where = log.publish(tmp_path / "log")
    counting.left = 300
    for attempt in range(40):
        try:
            report = audited(log, tmp_path, where, resume=attempt > 0)
            break
        except RuntimeFault:
            counting.left = 300
    assert report.exit_code == 0 and report.reused >= 256 and attempt > 1
    assert report.replay.size == len(log.leaves)


def test_a_killed_process_goes_on(tmp_path: Path) -> None:
    """SIGKILL in the middle of a real run with its worker processes; the next run takes over what was kept."""
    log = LogOperator.opened()
    for number in range(5400):
        log.record(b"opaque %d" % number, NO_KEY)
    log.close()
    folder, policy, state = log.publish(tmp_path / "log"), log.policy(tmp_path), tmp_path / "state"
    stop = threading.Event()

    def gate(path: str) -> None:
        if path.startswith("/log/tile/entries/021"):
            stop.wait(60)

    with serve(log, folder, gate=gate) as url:
        given = [sys.executable, "-m", "ledger.cli.main", "audit", url, "--trust", str(policy), "--state", str(state)]
        with subprocess.Popen([*given, "--jobs", "2"], start_new_session=True) as process:
            try:
                while (
                    not AuditState.exists(state) or json.loads((state / "audit.json").read_text())["audit"]["size"] == 0
                ):
                    assert process.poll() is None
                    time.sleep(0.05)
            finally:
                os.killpg(process.pid, signal.SIGKILL)
        stop.set()
        done = subprocess.run([*given, "--resume", "--json"], capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    assert done.returncode == report["exit"] == 3 and report["findings"] == []
    assert report["replayed"]["of_an_earlier_audit"] == 5120
    assert report["replayed"]["leaves"] == len(log.leaves)


def test_a_state_is_not_overwritten(tmp_path: Path) -> None:
    log = LogOperator.opened()
    audited(log, tmp_path)
    with pytest.raises(RefusedOverwrite):
        audited(log, tmp_path)


def test_the_state_of_another_log(tmp_path: Path) -> None:
    log = LogOperator.opened()
    audited(log, tmp_path)
    facts = json.loads((tmp_path / "state" / "audit.json").read_text())
    for name, value in (("origin", "habeas.example/another"), ("vkey", "habeas.example/audited+00000000+AAAA")):
        with pytest.raises(RuntimeSetting, match="holds the audit of"):
            AuditState.load(tmp_path / "state", **{**{k: facts["audit"][k] for k in ("origin", "vkey")}, name: value})


def _flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(bytes(data))


def test_any_changed_bit_of_the_leaves_is_noticed(tmp_path: Path) -> None:
    log = grown(LogOperator.opened(), 3)
    audited(log, tmp_path)
    path = tmp_path / "state" / "leaves"
    data = path.read_bytes()
    for at in range(len(data)):
        _flip(path, at)
        with pytest.raises(RuntimeSetting, match="damaged or was changed"):
            audited(log, tmp_path, resume=True)
        path.write_bytes(data)
    path.write_bytes(data[:-1])
    with pytest.raises(RuntimeSetting):
        audited(log, tmp_path, resume=True)
    path.write_bytes(data + b"what a killed audit left")
    assert audited(log, tmp_path, resume=True).exit_code == 0


@pytest.mark.parametrize("name", ["audit.json", "events.json"])
def test_changed_facts_are_noticed(name: str, tmp_path: Path) -> None:
    log = grown(LogOperator.opened(), 3)
    log.anchor()
    assert audited(log, tmp_path).exit_code == 0
    path = tmp_path / "state" / name
    data = path.read_bytes()
    for at in range(0, len(data), 7):
        _flip(path, at)
        with pytest.raises(HabeasError):
            audited(log, tmp_path, resume=True)
        path.write_bytes(data)
    assert audited(log, tmp_path, resume=True).exit_code == 0


def test_events_of_another_contract(tmp_path: Path) -> None:
    log, other = LogOperator.opened(), LogOperator.opened()
    audited(log, tmp_path)
    other.chain.reset(7)
    report = audited(log, tmp_path, resume=True)
    assert report.exit_code == 0
    log.chain = other.chain
    with pytest.raises(RuntimeSetting, match="another contract or chain"):
        audited(log, tmp_path, resume=True)


def test_bytes_that_come_late(tmp_path: Path) -> None:
    """What was absent without a word is asked for again, and counts when it is there."""
    log = grown(LogOperator.opened(), 3)
    log.anchor()
    digest = log.leaves[3][32:64]
    log.gone.add(digest)
    assert audited(log, tmp_path).exit_code == 3
    log.gone.clear()
    for _ in range(2):
        report = audited(log, tmp_path, resume=True)
        assert report.exit_code == 0 and report.withheld == []


def test_what_the_log_withholds_later_is_said_by_then(tmp_path: Path) -> None:
    log = grown(LogOperator.opened(), 3)
    log.anchor()
    digest = log.leaves[3][32:64]
    log.gone.add(digest)
    assert audited(log, tmp_path).exit_code == 3
    log.withhold(digest)
    log.close()
    log.anchor()
    report = audited(log, tmp_path, resume=True)
    assert report.exit_code == 0 and [item.said for item in report.withheld] == [True]


def test_what_a_cut_off_audit_was_shown_does_not_stand_against_the_log(tmp_path: Path) -> None:
    """It was killed between a wrong file and the checkpoint that would have shown it; the file is right by now."""
    log = grown(LogOperator.opened(), 600)
    log.anchor()
    where = log.publish(tmp_path / "log")
    first, last = where / entries_path(0), where / entries_path(2, len(log.leaves) - 512)
    held, end = first.read_bytes(), last.read_bytes()
    first.write_bytes(encode_entries([*log.leaves[:5], log.leaves[6], log.leaves[5], *log.leaves[7:256]]))
    last.unlink()
    assert {item.kind for item in audited(log, tmp_path, where).findings} == {"bytes"}
    first.write_bytes(held)
    last.write_bytes(end)
    report = audited(log, tmp_path, where, resume=True)
    assert report.exit_code == 0 and report.replay.size == len(log.leaves)


@pytest.mark.parametrize("wrong", [bytes(32), b""])
@pytest.mark.parametrize("level", [0, 1])
def test_a_tile_that_is_right_by_now(level: int, wrong: bytes, tmp_path: Path) -> None:
    """Whether it had other bytes or was missing; it is asked for again, and only it."""
    log = grown(LogOperator.opened(), 300)
    log.anchor()
    where = log.publish(tmp_path / "log")
    tile = where / (tile_path(0, 1, len(log.leaves) - 256) if level == 0 else tile_path(1, 0, 1))
    held = tile.read_bytes()
    tile.unlink()
    if wrong:
        tile.write_bytes(wrong)
    for resume in (False, True):
        report = audited(log, tmp_path, where, resume=resume)
        assert (report.exit_code, len(report.findings)) == ((1, 1) if wrong else (3, 0))
    tile.write_bytes(held)
    assert audited(log, tmp_path, where, resume=True).exit_code == 0


def test_a_log_that_shows_less_than_before_has_not_passed(tmp_path: Path) -> None:
    """Nothing but an old checkpoint is served any more: that is no finding, and no pass either."""
    log = grown(LogOperator.opened(), 3)
    log.anchor()
    size = len(log.leaves)
    assert audited(grown(log, 3), tmp_path).exit_code == 0
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "checkpoint").write_bytes(log.checkpoint(size))
    report = audited(log, tmp_path, tmp_path / "empty", resume=True)
    assert report.exit_code == 3 and report.findings == []
    assert f"a checkpoint of {size} leaves after one of {len(log.leaves)}" in report.not_checked[0]
