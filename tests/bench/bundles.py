"""Size of a bundle, and how fast one and ten thousand are verified."""

from __future__ import annotations

import gc
import gzip
import resource
import statistics
import tempfile
import time
from collections.abc import Sequence
from multiprocessing import get_context
from pathlib import Path

from ledger.assessment import assess
from ledger.bundle import parse_bundle
from ledger.checks import Value
from ledger.observed import Observed
from tests.bench.cases import LEAVES, NOW, group, one_bundle, open_ledger
from tests.bench.figures import Figure, at_most
from tools.vectors import _bundles as made

BUNDLES = 10_000
PROCESSES = 2
_GROUP = 500
_ROUNDS = 400
_MADE_UP = (
    "made-up ledger of 2^20 leaves: four statements in four anchors, with leaf 0 and the company's key; "
    "200 transactions a block, 23 header fields, blooms and hashes that do not compress"
)


def sizes() -> list[Figure]:
    """Bytes of one bundle, as such and by gzip -9."""
    four, six = one_bundle()
    both = f"{_MADE_UP}; leaf 0 and the key in their own earliest anchors, so six anchors"
    return [
        at_most("bundle4_bytes", len(four), "bytes", 36_000, _MADE_UP),
        at_most("bundle4_gzip_bytes", len(gzip.compress(four, 9)), "bytes", 26_000, _MADE_UP),
        at_most("bundle6_bytes", len(six), "bytes", None, both),
        at_most("bundle6_gzip_bytes", len(gzip.compress(six, 9)), "bytes", None, both),
    ]


def verify() -> list[Figure]:
    """Milliseconds to parse and assess one bundle in a warm process."""
    raw, _ = one_bundle()
    policy, times = made.policy(), []
    _verify(raw, policy)
    gc.collect()
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        _verify(raw, policy)
        times.append(1000 * (time.perf_counter() - start))
    how = f"parse_bundle and assess of that bundle, median of {_ROUNDS} in one process; policy parsed before"
    return [at_most("verify_ms", statistics.median(times), "ms", 5, how)]


def verify_many() -> list[Figure]:
    """Seconds to verify ten thousand bundles from disk, start of the processes included."""
    with tempfile.TemporaryDirectory(prefix="habeas-bench-") as folder, get_context("spawn").Pool(PROCESSES) as pool:
        share = BUNDLES // PROCESSES
        pool.starmap(_write_bundles, [(folder, number, share) for number in range(PROCESSES)], 1)
        start, before = time.perf_counter(), _cpu_of_children()
        _run_processes(folder)
        seconds, cpu = time.perf_counter() - start, _cpu_of_children() - before
    how = (
        f"{BUNDLES} different bundles in files (own keys, statements and paths; {_GROUP} share four anchors),"
        f" read, parsed and assessed by {PROCESSES} processes; starting them counts; {cpu:.1f} s of CPU in all"
    )
    return [at_most("verify_10k_s", seconds, "s", 15, how)]


def _cpu_of_children() -> float:
    return sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])


def _run_processes(folder: str) -> None:
    context = get_context("spawn")
    workers = [context.Process(target=_verify_files, args=(folder, number)) for number in range(PROCESSES)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        raise SystemExit("a verifying process failed: see its message above")


def _write_bundles(folder: str, number: int, count: int) -> None:
    ledger, common = open_ledger(f"part {number}", LEAVES - 4 * (count + count // _GROUP))
    for start in range(0, count, _GROUP):
        names = [f"{number}/{place}" for place in range(start, start + _GROUP)]
        for name, bundle in zip(names, group(ledger, common, names), strict=True):
            Path(folder, name.replace("/", "-")).write_bytes(bundle.encode())


def _verify_files(folder: str, number: int) -> None:
    policy = made.policy()
    for path in sorted(Path(folder).glob(f"{number}-*")):
        _verify(path.read_bytes(), policy)


def _verify(raw: bytes, policy: made.TrustPolicy) -> None:
    """Assess, and see that it is the good bundle it should be: all that a chain cannot say holds."""
    assessment = assess(parse_bundle(raw), policy, Observed(), NOW)
    failed: Sequence[str] = [item.check.name for item in assessment.checks if item.value is Value.FAILED]
    if failed or assessment.exit_code != 3:
        raise SystemExit(f"a bundle of the bench does not verify: {failed or assessment.exit_code}")
