"""The case index: checking a search path, and bringing the index up to date, from 10^3 to 10^6 cases."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ledger.encoding import sha256
from ledger.index import parse_list, verify_list
from ledger.leaf import INDEX_V1, IndexLeaf
from ledger.runtime.case_index import CaseIndex, newest_head
from ledger.runtime.index_tables import Listed
from ledger.runtime.migrations import migrate
from ledger.runtime.store import Store, insert_rows
from ledger.runtime.tables import table
from ledger.trie import TrieProof
from tests.bench.figures import Figure, at_most

_SIZES = (1_000, 10_000, 100_000, 1_000_000)
_CHANGED = 1_000
_CHECKS = 2_000
_BATCH = 50_000


def index() -> list[Figure]:
    """One figure of each sort for each number of cases; the goals are for a million."""
    return [figure for cases in _SIZES for figure in _measure(cases)]


def _measure(cases: int) -> Iterator[Figure]:
    power = len(str(cases)) - 1
    last = cases == _SIZES[-1]
    with tempfile.TemporaryDirectory(prefix="habeas-bench-") as folder:
        store = Store(f"sqlite:///{Path(folder) / 'index.sqlite'}")
        try:
            migrate(store)
            _fill(store, 0, cases, lambda number: number)
            kept = CaseIndex(store)
            seconds, root = _catch_up(kept, store, cases)
            how = f"{cases:,} cases of one statement; SQLite with fsync"
            yield at_most(f"index_build_1e{power}_s", seconds, "s", None, f"{how}; from nothing, by sorting")
            update, root = _update(kept, store, cases)
            goal = 1.0 if last else None
            yield at_most(
                f"index_update_1000_of_1e{power}_s",
                update,
                "s",
                goal,
                f"{how}; a second statement in {_CHANGED} of them",
            )
            size = cases + min(_CHANGED, cases)
            checked, steps = _check(kept, cases, IndexLeaf(size, INDEX_V1, root))
            what = f"{how}; parse and verify path and list, median of {_CHECKS} paths of {steps:.1f} steps on average"
            yield at_most(f"trie_check_1e{power}_ms", checked, "ms", 0.1 if last else None, what)
        finally:
            store.close()


def _key(number: int) -> bytes:
    return sha256(b"a case of the bench" + number.to_bytes(8))


def _fill(store: Store, start: int, count: int, case: Callable[[int], int]) -> None:
    rows = table(Listed)
    for first in range(start, start + count, _BATCH):
        piece = [
            {"idx": index, "key": _key(case(index)), "leaf_hash": sha256(index.to_bytes(8))}
            for index in range(first, min(first + _BATCH, start + count))
        ]
        store.transact(lambda session, piece=piece: insert_rows(session, rows, piece))  # type: ignore[misc]


def _catch_up(kept: CaseIndex, store: Store, size: int) -> tuple[float, bytes]:
    start = time.perf_counter()
    kept.catch_up(size)
    seconds = time.perf_counter() - start
    with store.read() as session:
        head = newest_head(session, size)
    assert head is not None and head.size == size
    return seconds, head.root


def _update(kept: CaseIndex, store: Store, cases: int) -> tuple[float, bytes]:
    changed = min(_CHANGED, cases)
    step = cases // changed
    _fill(store, cases, changed, lambda index: (index - cases) * step)
    return _catch_up(kept, store, cases + changed)


def _check(kept: CaseIndex, cases: int, leaf: IndexLeaf) -> tuple[float, float]:
    keys = [_key(number * cases // _CHECKS) for number in range(_CHECKS)]
    shown = kept.prove(keys, leaf.size, leaf.root)
    times, steps = [], []
    for key, item in shown.items():
        start = time.perf_counter()
        proof = TrieProof.parse(item.proof)
        entries = verify_list(leaf, key, proof, parse_list(item.entries or b""))
        times.append(1000 * (time.perf_counter() - start))
        steps.append(len(proof.steps))
        assert entries
    return statistics.median(times), statistics.mean(steps)
