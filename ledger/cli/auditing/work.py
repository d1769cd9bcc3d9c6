"""What a worker process does with one entry bundle: download it and the bytes beside it, and read them.

Only keys come back, so that the process that replays gets 32 bytes a statement. Signatures are by far
the dearest part; they are checked here, on every core.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

from ledger.audit.replay import Reading, read_addendum
from ledger.cli.auditing.source import Absent, Source, open_source
from ledger.encoding import sha256
from ledger.errors import MalformedLeaf, MalformedTile
from ledger.leaf import StatementLeaf, parse_leaf
from ledger.merkle import hash_leaf
from ledger.tiles import TILE_WIDTH, addendum_path, entries_path, parse_entries, tile_path

BUNDLE_LIMIT = 1_048_576
TILE_LIMIT = 8192
ADDENDUM_LIMIT = 65_536
THREADS = 8
"""Downloads at a time in one worker."""

Fault = Literal["missing", "withheld", "too long", "other bytes"]


@dataclass(frozen=True, slots=True)
class Piece:
    """The leaves of one bundle from ``start`` on, and the key of the bytes beside each.

    ``absent`` are leaves whose bytes did not come, ``tile`` says what is wrong with the hash tile, and
    ``fault`` why there are no leaves.
    """

    start: int
    leaves: tuple[bytes, ...] = ()
    keys: tuple[bytes | None, ...] = ()
    absent: tuple[tuple[int, Fault], ...] = ()
    withholdings: tuple[Reading, ...] = ()
    opening: bytes | None = None
    tile: Fault | None = None
    fault: str = ""


class Worker:
    """Reads pieces of one log; ``threads`` files at a time."""

    def __init__(self, source: Source, origin: str, threads: int = THREADS) -> None:
        self._source, self._origin, self._threads = source, origin, threads
        self._pool = ThreadPoolExecutor(threads, "audit") if threads > 1 else None

    def piece(self, start: int, end: int) -> Piece:
        """Leaves ``start`` to ``end``, all of one bundle."""
        bundle = start // TILE_WIDTH
        width = end - bundle * TILE_WIDTH
        found = self._bundle(bundle, width)
        if isinstance(found, str):
            return Piece(start, fault=found)
        tile = self._tile(bundle, width, found)
        leaves = found[start - bundle * TILE_WIDTH :]
        wanted = list(_statements(leaves))
        readings: list[Reading | Fault | None] = [None] * len(leaves)
        opening: bytes | None = None
        for (place, _), raw in zip(wanted, self._addenda([leaf.digest for _, leaf in wanted]), strict=True):
            if isinstance(raw, bytes):
                readings[place] = read_addendum(raw, self._origin)
                opening = raw if start + place == 0 else opening
            else:
                readings[place] = raw
        return Piece(
            start,
            leaves,
            tuple(item.key if isinstance(item, Reading) else None for item in readings),
            tuple((start + place, item) for place, item in enumerate(readings) if isinstance(item, str)),
            tuple(item for item in readings if isinstance(item, Reading) and item.withholds is not None),
            opening,
            tile,
        )

    def addendum(self, digest: bytes) -> bytes | Fault:
        """The bytes with this digest, or why there are none."""
        raw = self._source.get(addendum_path(digest), ADDENDUM_LIMIT)
        if isinstance(raw, Absent):
            return raw.how
        return raw if sha256(raw) == digest else "other bytes"

    def _addenda(self, digests: Sequence[bytes]) -> Iterator[bytes | Fault]:
        if self._pool is None or len(digests) < self._threads:
            return map(self.addendum, digests)
        # Each thread takes a row of them: handing over every single one costs as much as asking.
        step = -(-len(digests) // self._threads)
        rows = [digests[at : at + step] for at in range(0, len(digests), step)]
        return (raw for row in self._pool.map(lambda row: [self.addendum(item) for item in row], rows) for raw in row)

    def _bundle(self, bundle: int, width: int) -> tuple[bytes, ...] | str:
        """The first ``width`` leaves of a bundle, or why there are none."""
        path, whole = entries_path(bundle, width), width
        data = self._source.get(path, BUNDLE_LIMIT)
        if isinstance(data, Absent) and width < TILE_WIDTH:
            # A log may drop a partial bundle once the full one is there (C2SP tlog-tiles).
            path, whole = entries_path(bundle), TILE_WIDTH
            data = self._source.get(path, BUNDLE_LIMIT)
        if isinstance(data, Absent):
            return f"{entries_path(bundle, width)} is {data.how}"
        try:
            return parse_entries(data, whole)[:width]
        except MalformedTile as error:
            return f"{path} is malformed: {error}"

    def _tile(self, bundle: int, width: int, leaves: Sequence[bytes]) -> Fault | None:
        """What is wrong with the hash tile of these leaves: others make their proofs from it."""
        data = get_tile(self._source, 0, bundle, width)
        if isinstance(data, Absent):
            return data.how
        return None if data == b"".join(map(hash_leaf, leaves)) else "other bytes"


def get_tile(source: Source, level: int, index: int, width: int) -> bytes | Absent:
    """A hash tile, not compared with anything; a partial one may have given way to the full one."""
    data = source.get(tile_path(level, index, width), TILE_LIMIT)
    if isinstance(data, Absent) and width < TILE_WIDTH:
        full = source.get(tile_path(level, index), TILE_LIMIT)
        return full if isinstance(full, Absent) else full[: 32 * width]
    return data


def _statements(leaves: Sequence[bytes]) -> Iterator[tuple[int, StatementLeaf]]:
    for place, data in enumerate(leaves):
        try:
            leaf = parse_leaf(data)
        except MalformedLeaf:
            continue
        if isinstance(leaf, StatementLeaf):
            yield place, leaf


_worker: Worker | None = None


def start(where: str, origin: str) -> None:
    """Called once in each worker process."""
    global _worker
    _worker = Worker(open_source(where), origin)


def piece(first: int, end: int) -> Piece:
    """``Worker.piece`` of this process."""
    assert _worker is not None, "the process was started with ``start``"
    return _worker.piece(first, end)
