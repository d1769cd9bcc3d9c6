"""Throughput of the running service: single submissions, JSON Lines, and the sequencer alone."""

from __future__ import annotations

import time
from collections.abc import Mapping
from itertools import islice
from pathlib import Path

from ledger.errors import HabeasError
from ledger.runtime.acceptor import Acceptor
from ledger.runtime.admission import examine
from ledger.runtime.settings import load_settings
from tests.bench.figures import Figure, at_least, at_most
from tests.bench.load import statements
from tests.bench.processes import fsync_ms, new_home, run_load, service
from tests.store.world import World, open_world

CONNECTIONS = 1000
WARM_S, MEASURED_S = 4, 15
BATCH, BATCHES, BATCH_CONNECTIONS = 5000, 8, 2
LEAVES = 30_000


def submit_single() -> list[Figure]:
    """Answers with receipt and proof, over many connections."""
    folder = new_home()
    disk = _disk(folder)
    with service(folder) as running:
        before = running.cpu_seconds()
        found = run_load("single", running.address, CONNECTIONS, WARM_S, MEASURED_S)
        cpu = _cpu(before, running.cpu_seconds(), found)
    how = (
        f"{CONNECTIONS} TCP connections on loopback, each sending its next statement when the last is answered 201 "
        f"with index and proof; {found['answers']:.0f} answers in {MEASURED_S} s after {WARM_S} s, statements of "
        f"{found['bytes']:.0f} bytes with valid signatures, checked; {disk}; generator on the same cores; {cpu}"
    )
    return [
        at_least("submit_single_rps", found["rps"], "1/s", 500, how),
        at_most("submit_single_p99_ms", found["p99_ms"], "ms", 2000, how),
        at_most("submit_single_p50_ms", found["p50_ms"], "ms", None, how),
        at_most("submit_single_max_ms", found["max_ms"], "ms", None, how),
    ]


def submit_jsonl() -> list[Figure]:
    """Statements over the JSON Lines route."""
    folder = new_home()
    disk = _disk(folder)
    with service(folder) as running:
        before = running.cpu_seconds()
        found = run_load("batches", running.address, BATCH * BATCHES, BATCH, BATCH_CONNECTIONS)
        cpu = _cpu(before, running.cpu_seconds(), found)
    how = (
        f"{BATCHES} batches of {BATCH} lines over {BATCH_CONNECTIONS} connections, {found['bytes']:.0f} bytes a line, "
        f"signatures checked, all answered as recorded at their index; {disk}; {cpu}"
    )
    return [at_least("submit_jsonl_rps", found["rps"], "1/s", 2000, how)]


def sequence() -> list[Figure]:
    """Leaves that the sequencer puts into the log, nothing else running."""
    folder = new_home()
    disk = _disk(folder)
    world = open_world(folder / "home")
    accept(world, LEAVES)
    sequencer = world.services.sequencer
    assert sequencer is not None
    start, appended = time.perf_counter(), 0
    while count := sequencer.sequence().appended:
        appended += count
    seconds = time.perf_counter() - start
    world.services.close()
    if appended != LEAVES:
        raise SystemExit(f"{appended} leaves were sequenced, not {LEAVES}")
    limit = load_settings(home=Path(folder)).sequence_limit
    how = (
        f"{LEAVES} accepted statements, {limit} to a checkpoint: leaves, checkpoint and projection in one "
        f"transaction, then addenda, bundles, tiles and the checkpoint file; {disk}"
    )
    return [at_least("sequence_rps", appended / seconds, "1/s", None, how)]


def accept(world: World, total: int) -> None:
    acceptor, recent = Acceptor(world.services.store), world.recent
    for start in range(0, total, 1000):
        signed = islice(statements(world.services.origin, recent, f"sequence {start}"), 1000)
        for answer in acceptor.accept([examine(one.raw, world.services.origin) for one in signed]):
            if isinstance(answer, HabeasError):
                raise answer


def _cpu(before: Mapping[str, float], after: Mapping[str, float], found: Mapping[str, float]) -> str:
    """Microseconds of CPU for a statement: what another machine, or a loaded one, would still need."""
    spent = {name: after[name] - before[name] for name in after} | {"generator": found["cpu_seconds"]}
    each = ", ".join(f"{name} {1e6 * seconds / found['sent']:.0f}" for name, seconds in spent.items())
    return f"CPU for a statement in microseconds: {each}"


def _disk(folder: Path) -> str:
    settings = load_settings(home=folder)
    return (
        f"SQLite WAL synchronous=FULL, commit period {settings.commit_period_ms} ms, "
        f"checkpoint period {settings.checkpoint_period_ms} ms, fsync of 4 kB {fsync_ms(folder):.2f} ms"
    )
