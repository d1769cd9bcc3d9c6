"""The audit on bytes in memory: reading statements, replaying the index, from 10^3 to 10^6 cases."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from ledger.audit.replay import IndexReplay, read_addendum
from ledger.encoding import sha256
from ledger.leaf import IndexLeaf, StatementLeaf, case_key
from ledger.statement import RecentBlock, Statement, parse, sign
from tests.bench.figures import Figure, at_least, at_most
from tests.store.world import SENT, key_of

_CASES = (1_000, 10_000, 100_000, 1_000_000)
_STATEMENTS = 20_000
_PIECE = 250
_PROCESSES = 2
_CLOSE_EVERY = 10_000
"""Leaves between two index leaves: twenty seconds of a ledger that takes 500 statements a second."""
_ORIGIN = "habeas.example/bench"


def audit() -> list[Figure]:
    """Statements a second, without signatures on one core and with them on two, and how the replay grows."""
    raws = _raws(_STATEMENTS)
    plain, signed = _read_plain(raws), _read_signed(raws)
    found = [
        at_most("audit_read_us", 1e6 * plain, "us", None, "parse, canonical form, digest and key of one statement"),
        at_most("audit_signature_us", 1e6 * (signed - plain), "us", None, "its signature, beside that"),
    ]
    for cases in _CASES:
        seconds, megabytes = _in_a_process(cases)
        power = len(str(cases)) - 1
        how = (
            f"{cases:,} cases of two statements in random order, an index leaf every {_CLOSE_EVERY:,} leaves; CPU time"
            " of one process"
        )
        last = cases == _CASES[-1]
        found.append(at_most(f"audit_replay_1e{power}_us", 1e6 * seconds, "us", None, f"{how}; tree, list and trie"))
        rate = 1 / (plain + seconds)
        goal = 20_000 if last else None
        found.append(
            at_least(f"audit_unsigned_1e{power}_per_s", rate, "/s", goal, f"{how}; with reading each statement")
        )
        found.append(at_most(f"audit_memory_1e{power}_mb", megabytes, "MB", None, f"{how}; what the replay adds"))
    return [*found, *_both_cores(raws)]


def _raws(count: int) -> list[bytes]:
    people = [key_of(f"person {number} of the bench") for number in range(50)]
    return [
        sign(
            Statement(
                _ORIGIN, "request.sent", sha256(b"case %d" % number), "shop.example", RecentBlock(bytes(32), number),
                SENT, (), people[number % 50].address,
            ),
            people[number % 50].private,
        ).raw
        for number in range(count)
    ]  # fmt: skip


def _read_plain(raws: list[bytes]) -> float:
    start = time.process_time()
    for raw in raws:
        statement = parse(raw).statement
        sha256(raw)
        case_key(statement.case or b"", statement.author)
    return (time.process_time() - start) / len(raws)


def _read_signed(raws: list[bytes]) -> float:
    start = time.process_time()
    for raw in raws:
        sha256(raw)
        read_addendum(raw, _ORIGIN)
    return (time.process_time() - start) / len(raws)


def _in_a_process(cases: int) -> tuple[float, float]:
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(_replay, cases).result()


def _replay(cases: int) -> tuple[float, float]:
    """CPU seconds for each leaf, and the megabytes that the replay holds at the end."""
    order = [number for number in range(cases) for _ in range(2)]
    random.Random(cases).shuffle(order)
    replay, seconds = IndexReplay(), 0.0
    before = _resident()
    for start in range(0, len(order), _CLOSE_EVERY):
        leaves: list[bytes] = []
        keys: list[bytes | None] = []
        for number in order[start : start + _CLOSE_EVERY]:
            key = sha256(b"key %d" % number)
            leaves.append(StatementLeaf(key, sha256(b"bytes %d" % len(leaves))).encode())
            keys.append(key)
        leaves.append(IndexLeaf(replay.size + len(leaves), 1, bytes(32)).encode())
        keys.append(None)
        began = time.process_time()
        for at in range(0, len(leaves), 256):
            replay.feed(leaves[at : at + 256], keys[at : at + 256])
        seconds += time.process_time() - began
    return seconds / len(order), _resident() - before


def _resident() -> float:
    """Megabytes that this process holds now."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def _both_cores(raws: list[bytes]) -> list[Figure]:
    """Everything at once, as the command does it: signatures in processes, the replay in this one."""
    pieces = [raws[at : at + _PIECE] for at in range(0, len(raws), _PIECE)]
    with ProcessPoolExecutor(_PROCESSES, get_context("spawn")) as pool:
        list(pool.map(_cpu_of, range(_PROCESSES)))  # the processes have started
        replay, start, cpu = IndexReplay(), time.perf_counter(), time.process_time()
        for found, spent in pool.map(_read_piece, pieces):
            leaves, keys = list(_leaves(found)), [key for key, _ in found]
            replay.feed(leaves, keys)
            cpu -= spent
        replay.feed([IndexLeaf(replay.size, 1, bytes(32)).encode()], [None])
        seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    assert len(replay.trie) == len(raws)
    how = f"{len(raws):,} statements, read in {_PROCESSES} processes and replayed in a third"
    return [
        at_most("audit_signed_cpu_us", 1e6 * cpu / len(raws), "us", None, f"{how}; CPU time of all three"),
        at_least("audit_signed_per_s", len(raws) / seconds, "/s", 10_000, f"{how}; wall time"),
    ]


def _cpu_of(_: int) -> float:
    return time.process_time()


def _read_piece(raws: list[bytes]) -> tuple[list[tuple[bytes, bytes]], float]:
    start = time.process_time()
    return [(read_addendum(raw, _ORIGIN).key, sha256(raw)) for raw in raws], time.process_time() - start


def _leaves(found: list[tuple[bytes, bytes]]) -> Iterator[bytes]:
    for key, digest in found:
        yield StatementLeaf(key, digest).encode()
