"""Size of a bundle, and how fast one and ten thousand are verified."""

from __future__ import annotations

import gc
import gzip
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from multiprocessing import get_context
from pathlib import Path

from ledger import anchor, note, statement
from ledger.assessment import assess
from ledger.bundle import parse_bundle
from ledger.cli.verify_many import SUFFIX
from ledger.encoding import encode_instant
from ledger.evm import header
from ledger.policy import TrustPolicy
from ledger.verification.checks import Value
from ledger.verification.observed import Observed
from tests.bench import cases
from tests.bench.cases import LEAVES, NOW, group, one_bundle, open_ledger
from tests.bench.figures import Figure, at_most

BUNDLES = 10_000
PROCESSES = 2
_GROUP = 500
_ROUNDS = 400
_REMEMBERING = (anchor._verify_anchor, header._parse_header, note._verify_ed25519, statement._recover)
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
    """Milliseconds to parse and assess one bundle in a warm process that remembers nothing of other bundles."""
    raw, _ = one_bundle()
    how = (
        f"parse_bundle and assess of that bundle, median of {_ROUNDS} in one process; policy parsed before,"
        " nothing remembered of other bundles"
    )
    quiet = "the same of a bundle in which nobody answers: four statements by the requester, and a finding of none"
    return [
        at_most("verify_ms", _median(raw), "ms", 5, how),
        at_most("silence_verify_ms", _median(cases.silence_bundle()), "ms", 4, quiet),
    ]


def _median(raw: bytes) -> float:
    policy, times = cases.policy(), []
    _verify(raw, policy)
    gc.collect()
    for _ in range(_ROUNDS):
        for function in _REMEMBERING:
            function.cache_clear()
        start = time.perf_counter()
        _verify(raw, policy)
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def verify_many() -> list[Figure]:
    """Seconds of ``habeas verify FOLDER`` over ten thousand bundles, from its start to its end."""
    with tempfile.TemporaryDirectory(prefix="habeas-bench-") as folder, get_context("spawn").Pool(PROCESSES) as pool:
        share = BUNDLES // PROCESSES
        pool.starmap(_write_bundles, [(folder, number, share) for number in range(PROCESSES)], 1)
        pool.close()
        pool.join()
        start, before = time.perf_counter(), _cpu_of_children()
        _run_command(folder)
        seconds, cpu = time.perf_counter() - start, _cpu_of_children() - before
    how = (
        f"habeas verify FOLDER --jobs {PROCESSES}, from start to end, with {BUNDLES} different bundles (own keys,"
        f" statements and paths; {_GROUP} share four anchors); {cpu:.1f} s of CPU in all"
    )
    return [at_most("verify_10k_s", seconds, "s", 15, how)]


def _cpu_of_children() -> float:
    return sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])


def _run_command(folder: str) -> None:
    """The command as a person starts it; every bundle must hold as far as it can without a chain."""
    trust = Path(folder, "trust.toml")
    trust.write_bytes(cases.policy_bytes())
    options = ["--trust", str(trust), "--now", encode_instant(NOW), "--jobs", str(PROCESSES)]
    command = [sys.executable, "-m", "ledger.cli.main", "verify", folder, *options]
    ended = subprocess.run(command, capture_output=True, check=False)
    good = sum(line.startswith(b" 3  ") for line in ended.stdout.splitlines())
    if ended.returncode != 3 or good != BUNDLES:
        said = ended.stderr.decode(errors="replace")
        raise SystemExit(f"habeas verify ended with {ended.returncode}; {good} of {BUNDLES} bundles hold\n{said}")


def _write_bundles(folder: str, number: int, count: int) -> None:
    ledger, common = open_ledger(f"part {number}", LEAVES - 4 * (count + count // _GROUP))
    for start in range(0, count, _GROUP):
        names = [f"{number}/{place}" for place in range(start, start + _GROUP)]
        for name, bundle in zip(names, group(ledger, common, names), strict=True):
            Path(folder, name.replace("/", "-") + SUFFIX).write_bytes(bundle.encode())


def _verify(raw: bytes, policy: TrustPolicy) -> None:
    """Assess, and see that it is the good bundle it should be: all that a chain cannot say holds."""
    assessment = assess(parse_bundle(raw), policy, Observed(), NOW)
    failed: Sequence[str] = [item.check.name for item in assessment.checks if item.value is Value.FAILED]
    if failed or assessment.exit_code != 3:
        raise SystemExit(f"a bundle of the bench does not verify: {failed or assessment.exit_code}")
