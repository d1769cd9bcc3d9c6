"""Let tools that others wrote judge the served log.

    python -m tests.interop [STATEMENTS]

Records 100,000 statements over the JSON Lines route of a running service and has two judges read the
log over HTTP: fsck of transparency-dev/tessera, and a program over golang.org/x/mod's note and tlog.
Then one byte is flipped in a copy of the files, in each kind of file, and both judges must reject it.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.load import about
from tests.bench.processes import new_home, run_load, service
from tests.interop import judges
from tests.interop.judges import Verdict
from tests.interop.log import copy_files, files_served, write_proofs

STATEMENTS = 100_000
BATCH, CONNECTIONS = 5000, 2


@dataclass(frozen=True, slots=True)
class Row:
    """One judgement, and what it should be."""

    log: str
    judge: str
    verdict: Verdict
    seconds: float
    expected: bool

    @property
    def right(self) -> bool:
        return self.verdict.accepted is self.expected


def main(arguments: list[str]) -> int:
    """0 if each judge accepts the log and rejects each damaged copy."""
    total = int(arguments[0]) if arguments else STATEMENTS
    batch = min(BATCH, total)
    if total < 300 or total % batch:
        print(f"the number of statements must be at least 300 and a multiple of {BATCH} above it", file=sys.stderr)
        return 2
    print(f"judges built with {judges.build()}", flush=True)
    folder = new_home()
    with tempfile.TemporaryDirectory(prefix="habeas-proofs-") as proofs:
        with service(folder) as running:
            print(f"recording {total} statements over JSON Lines ...", flush=True)
            found = run_load("batches", running.address, total, batch, CONNECTIONS)
            print(f"recorded in {found['seconds']:.0f} s", flush=True)
            size = write_proofs(folder, running.address, Path(proofs))
            vkey = about(running.address).vkey
            rows = _both(f"served, {size} leaves", f"{running.address}/log/", vkey, True, Path(proofs))
        for row in rows:
            print("\n".join([f"\n{row.judge} says of the served log:", *row.verdict.lines]))
        copy = Path(proofs, "copy")
        copy_files(folder, copy)
        rows += _damaged(copy, vkey) + _damaged_proofs(copy, vkey, Path(proofs))
    print("\n" + _table(rows))
    return 0 if all(row.right for row in rows) else 1


def _both(log: str, url: str, vkey: str, expected: bool, proofs: Path | None = None) -> list[Row]:
    rows = []
    for name in ("tessera fsck", "x/mod judge"):
        start = time.perf_counter()
        verdict = judges.fsck(url, vkey) if name == "tessera fsck" else judges.judge(url, vkey, proofs)
        rows.append(Row(log, name, verdict, time.perf_counter() - start, expected))
    return rows


def _damaged(copy: Path, vkey: str) -> list[Row]:
    """The copy as it is, and with one byte flipped in one file of each kind."""
    with files_served(copy) as url:
        rows = _both("copy, untouched", url, vkey, True)
        for what, path in (
            ("a full tile", copy / "tile" / "0" / "000"),
            ("a partial tile", _partial(copy / "tile" / "0")),
            ("an upper tile", _partial(copy / "tile" / "1")),
            ("an entry bundle", copy / "tile" / "entries" / "000"),
            ("the checkpoint", copy / "checkpoint"),
        ):
            with _flipped(path) as place:
                rows += _both(f"copy, one bit of byte {place} of {what}", url, vkey, False)
    return rows


def _damaged_proofs(copy: Path, vkey: str, proofs: Path) -> list[Row]:
    """One bit of one proof; fsck reads none."""
    rows = []
    with files_served(copy) as url:
        for what, path in (
            ("a tlog-proof", max(proofs.glob("served-*.tlog-proof"))),
            ("a consistency proof", proofs / "consistency.json"),
        ):
            with _flipped(path) as place:
                start = time.perf_counter()
                verdict = judges.judge(url, vkey, proofs)
                log = f"copy, one bit of byte {place} of {what}"
                rows.append(Row(log, "x/mod judge", verdict, time.perf_counter() - start, False))
    return rows


def _partial(folder: Path) -> Path:
    """The widest partial tile of the last partial group: the one that the newest checkpoint needs."""
    group = max(folder.rglob("*.p"), key=str)
    return max(group.iterdir(), key=lambda path: int(path.name))


@contextmanager
def _flipped(path: Path) -> Iterator[int]:
    data = path.read_bytes()
    place = len(data) // 2
    path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
    try:
        yield place
    finally:
        path.write_bytes(data)


def _table(rows: list[Row]) -> str:
    lines = [f"{'log':<50}{'judge':<14}{'verdict':<10}{'seconds':>8}  as it should be"]
    for row in rows:
        word = "accepted" if row.verdict.accepted else "rejected"
        good = "yes" if row.right else f"NO: {row.verdict.sentence}"
        lines.append(f"{row.log:<50}{row.judge:<14}{word:<10}{row.seconds:>8.1f}  {good}")
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
