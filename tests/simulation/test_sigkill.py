"""A real process under load, killed with SIGKILL at moments of chance, several times over.

Statements are sent again and again until their receipt came, as a client would. Then every receipt that
was ever printed must hold, and every statement must stand in the log just once.
"""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from pathlib import Path

from ledger.runtime.admission import examine
from ledger.runtime.records import Records
from ledger.runtime.wiring import open_services
from tests.store.check_ledger import check_ledger
from tests.store.world import REQUESTER, World, open_world

KILLS = {"sqlite": 6, "postgresql": 3}
STATEMENTS = 800
ROOT = Path(__file__).resolve().parents[2]


class Recorder:
    """One run of the recording process."""

    def __init__(self, home: Path, database: str) -> None:
        command = [sys.executable, "-m", "tests.simulation.recorder", str(home), database]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def send(self, raws: list[bytes]) -> threading.Thread:
        """Feed the statements from a thread; a broken pipe is the end of it."""

        def feed() -> None:
            assert self.process.stdin is not None
            try:
                for raw in raws:
                    self.process.stdin.write(raw.decode() + "\n")
                self.process.stdin.close()
            except (BrokenPipeError, ValueError):
                pass

        feeder = threading.Thread(target=feed)
        feeder.start()
        return feeder

    def receipts(self, kill_after: int | None) -> list[tuple[bytes, bytes]]:
        """Read receipts and kill the process after so many lines; a line cut short is no promise."""
        assert self.process.stdout is not None
        lines: list[str] = []
        for line in self.process.stdout:
            lines.append(line)
            if len(lines) == kill_after:
                self.process.kill()
        self.process.wait()
        parts = [line.split() for line in lines if line.endswith("\n")]
        return [(bytes.fromhex(leaf_hash), bytes.fromhex(proof)) for leaf_hash, _, proof in parts]


def test_nothing_acknowledged_is_lost(tmp_path: Path, database_url: str) -> None:
    world = open_world(tmp_path / "home", database_url)
    raws = [world.opened(number=number).raw for number in range(1, STATEMENTS + 1)]
    open_raws = {examine(raw, world.services.origin).leaf_hash: raw for raw in raws}
    world.services.close()
    kills, chance = KILLS[database_url.split(":")[0]], random.Random(database_url.split(":")[0])
    receipts: list[tuple[bytes, bytes]] = []
    for kill in range(kills + 1):
        recorder = Recorder(tmp_path / "home", database_url)
        feeder = recorder.send(list(open_raws.values()))
        seen = recorder.receipts(chance.randrange(1, 150) if kill < kills else None)
        feeder.join()
        receipts += seen
        for leaf_hash, _ in seen:
            open_raws.pop(leaf_hash, None)
        _check(world, receipts)
    assert not open_raws, "the last run answered everything"
    _check(world, receipts, everything=True)


def _check(world: World, receipts: list[tuple[bytes, bytes]], everything: bool = False) -> None:
    services = open_services(world.services.settings)
    assert services.sequencer is not None
    services.sequencer.sequence()
    check_ledger(services, receipts)
    if everything:
        openings = Records(services.store).of_kind("case.opened", limit=2 * STATEMENTS)
        assert len(openings) == STATEMENTS == len({entry.statement_id for entry in openings})
        assert {entry.author for entry in openings} == {REQUESTER.address}
    services.close()
