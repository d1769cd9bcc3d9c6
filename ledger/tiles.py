"""C2SP tlog-tiles and tlog-addenda: the log as static files (docs/spec/log.md, "Tiles", "Addenda").

Names and bytes only; who stores them is not known here. A tile at level L holds up to 256 hashes
of complete subtrees of 256**L leaves. Partial tiles exist for published sizes only, and a
stored file never changes.

``TileEdge`` is for whoever grows a log: it keeps the partial tiles of the right edge and says what
to write. ``TileTree`` is for whoever proves from stored tiles.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ledger.encoding import MAX_INTEGER, chunks
from ledger.errors import MalformedTile
from ledger.merkle import (
    HASH_SIZE,
    Frontier,
    HashReader,
    consistency_path,
    hash_row,
    inclusion_path,
    tree_root,
)

TILE_WIDTH = 256
TILE_HEIGHT = 8  # 2**8 = 256
MAX_LEVEL = 63
MAX_TILE_INDEX = MAX_INTEGER // TILE_WIDTH
MAX_ENTRY = 65_535
CHECKPOINT_PATH = "checkpoint"
ADDENDA_MARKER = "addenda.v1"
"""An empty file of this name says that every entry ends in an addenda suffix."""

_PATH = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)"
    r"/(?P<index>(?:x[0-9]{3}/)*[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)
_ADDENDUM = re.compile(r"addenda/([0-9a-f]{2})/([0-9a-f]{2})/([0-9a-f]{64})")

TileReader: TypeAlias = Callable[[int, int, int], bytes]
"""``read_tile(level, index, width)``: the stored bytes of that tile, 32 * width."""


# --- names ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TilePath:
    """A hash tile: ``level`` 0 to 63, ``index`` within the level, ``width`` 1 to 256 hashes."""

    level: int
    index: int
    width: int = TILE_WIDTH

    def encode(self) -> str:
        return tile_path(self.level, self.index, self.width)


@dataclass(frozen=True, slots=True)
class EntriesPath:
    """An entry bundle: entries 256 * ``index`` onwards, ``width`` of them."""

    index: int
    width: int = TILE_WIDTH

    def encode(self) -> str:
        return entries_path(self.index, self.width)


def tile_path(level: int, index: int, width: int = TILE_WIDTH) -> str:
    """``tile/<level>/<index>[.p/<width>]``, for instance ``tile/0/x001/067.p/112``. Raises MalformedTile."""
    if not 0 <= level <= MAX_LEVEL:
        raise MalformedTile(f"tile levels are 0 to {MAX_LEVEL}, not {level}")
    return f"tile/{level:d}/{_encode_place(index, width)}"


def entries_path(index: int, width: int = TILE_WIDTH) -> str:
    """``tile/entries/<index>[.p/<width>]``. Raises MalformedTile."""
    return f"tile/entries/{_encode_place(index, width)}"


def parse_path(path: str) -> TilePath | EntriesPath:
    """The tile or entry bundle that ``path`` names (below the log's prefix). Raises MalformedTile."""
    match = _PATH.fullmatch(path) if len(path) <= 64 else None
    if not match:
        raise MalformedTile(f"a tile path is like tile/0/x001/067 or tile/entries/067.p/112, not {path[:80]!r}")
    index = int(match["index"].replace("x", "").replace("/", ""))
    width = int(match["width"] or TILE_WIDTH)
    found = EntriesPath(index, width) if match["level"] == "entries" else TilePath(int(match["level"]), index, width)
    # Refuses what the pattern lets through: x000/067, .p/256, level 64.
    if found.encode() != path:
        raise MalformedTile(f"the tile path {path!r} is written {found.encode()}")
    return found


def _encode_place(index: int, width: int) -> str:
    if not 0 <= index <= MAX_TILE_INDEX:
        raise MalformedTile(f"a tile index is 0 to {MAX_TILE_INDEX}, not {index}")
    if not 1 <= width <= TILE_WIDTH:
        raise MalformedTile(f"a tile is 1 to {TILE_WIDTH} wide, not {width}")
    place = f"{index % 1000:03}"
    while index := index // 1000:
        place = f"x{index % 1000:03}/{place}"
    return place if width == TILE_WIDTH else f"{place}.p/{width}"


def addendum_path(digest: bytes) -> str:
    """``addenda/<first byte>/<second byte>/<digest>`` of the SHA-256 digest of the bytes, in hexadecimal."""
    if len(digest) != HASH_SIZE:
        raise MalformedTile(f"an addendum is named by {HASH_SIZE} bytes, not {len(digest)}")
    text = digest.hex()
    return f"addenda/{text[:2]}/{text[2:4]}/{text}"


def parse_addendum_path(path: str) -> bytes:
    """The digest, 32 bytes, that an addendum path names. Raises MalformedTile."""
    match = _ADDENDUM.fullmatch(path)
    if not match or not match[3].startswith(match[1] + match[2]):
        raise MalformedTile(f"an addendum path is addenda/<aa>/<bb>/<aabb and 60 more digits>, not {path[:90]!r}")
    return bytes.fromhex(match[3])


# --- bytes ----------------------------------------------------------------------------------------


def encode_entries(entries: Sequence[bytes]) -> bytes:
    """An entry bundle: each entry behind its length (2 bytes, big-endian). Raises MalformedTile."""
    if not 1 <= len(entries) <= TILE_WIDTH:
        raise MalformedTile(f"an entry bundle holds 1 to {TILE_WIDTH} entries, not {len(entries)}")
    for position, entry in enumerate(entries):
        if len(entry) > MAX_ENTRY:
            raise MalformedTile(f"entry {position} has {len(entry)} bytes; at most {MAX_ENTRY} fit")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def parse_entries(data: bytes, width: int | None = None) -> tuple[bytes, ...]:
    """The entries of a bundle: 1 to 256, or exactly ``width``. Raises MalformedTile."""
    entries: list[bytes] = []
    start = 0
    while start < len(data):
        end = start + 2 + int.from_bytes(data[start : start + 2], "big")
        if end > len(data):
            raise MalformedTile(f"entry {len(entries)} at byte {start} runs past the {len(data)} bytes given")
        entries.append(data[start + 2 : end])
        start = end
    if not 1 <= len(entries) <= TILE_WIDTH:
        raise MalformedTile(f"an entry bundle holds 1 to {TILE_WIDTH} entries, not {len(entries)}")
    if width is not None and len(entries) != width:
        raise MalformedTile(f"this bundle holds {len(entries)} entries, not {width}")
    return tuple(entries)


def parse_tile(data: bytes, width: int) -> tuple[bytes, ...]:
    """The hashes of a tile of ``width``. Raises MalformedTile."""
    if not 1 <= width <= TILE_WIDTH or len(data) != HASH_SIZE * width:
        raise MalformedTile(
            f"a tile of width {width} (1 to {TILE_WIDTH}) has {HASH_SIZE * width} bytes, not {len(data)}"
        )
    return tuple(chunks(data, HASH_SIZE))


def tile_hashes(level: int, index: int, width: int, read: HashReader) -> bytes:
    """The bytes of one tile, from single hashes."""
    first = index * TILE_WIDTH
    return b"".join(read(TILE_HEIGHT * level, first + step) for step in range(width))


# --- which tiles a size needs ---------------------------------------------------------------------


def partial_widths(size: int) -> list[int]:
    """Width of the partial tile at each level of a tree of ``size`` leaves; 0 where there is none.

    Raises MalformedTile for a size that no tree has.
    """
    _check_growth(0, size)
    levels = -(-size.bit_length() // TILE_HEIGHT)
    return [size >> TILE_HEIGHT * level & TILE_WIDTH - 1 for level in range(levels)]


def tiles_between(old_size: int, new_size: int) -> list[tuple[int, int, int]]:
    """(level, index, width) of every hash tile to write when a tree published at ``old_size`` is
    published at ``new_size``: full tiles and the new partial ones, lowest level first."""
    _check_growth(old_size, new_size)
    tiles: list[tuple[int, int, int]] = []
    level = 0
    while new_size >> TILE_HEIGHT * level:
        shift = TILE_HEIGHT * level
        tiles += [(level, index, width) for index, width in _row_between(old_size >> shift, new_size >> shift)]
        level += 1
    return tiles


def entry_bundles_between(old_size: int, new_size: int) -> list[tuple[int, int]]:
    """(index, width) of every entry bundle to write, as in ``tiles_between``."""
    _check_growth(old_size, new_size)
    return _row_between(old_size, new_size)


def _row_between(old: int, new: int) -> list[tuple[int, int]]:
    if old == new:
        return []
    first, last = old // TILE_WIDTH, (new - 1) // TILE_WIDTH
    return [(index, min(TILE_WIDTH, new - index * TILE_WIDTH)) for index in range(first, last + 1)]


def _check_growth(old_size: int, new_size: int) -> None:
    if not 0 <= old_size <= new_size <= MAX_INTEGER:
        raise MalformedTile(f"a tree grows from 0 to 2^53-1 leaves; it cannot go from {old_size} to {new_size}")


# --- growing and proving --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tile:
    """One file to write."""

    path: TilePath
    data: bytes


@dataclass(frozen=True, slots=True)
class TileEdge:
    """The partial tiles on the right edge: all that growing a tiled log needs.

    ``rows[level]`` are the hashes of the partial tile at that level, empty where there is none.
    """

    size: int = 0
    rows: tuple[tuple[bytes, ...], ...] = ()

    @classmethod
    def load(cls, size: int, read_tile: TileReader) -> TileEdge:
        """The edge of a stored tree of ``size`` leaves. Raises MalformedTile for tiles of a wrong length.

        Compare ``frontier().root()`` with the checkpoint before growing it.
        """
        rows = [
            parse_tile(read_tile(level, size >> TILE_HEIGHT * (level + 1), width), width) if width else ()
            for level, width in enumerate(partial_widths(size))
        ]
        return cls(size, tuple(rows))

    def grow(self, leaf_hashes: Sequence[bytes]) -> tuple[TileEdge, list[Tile]]:
        """The edge after appending, and the tiles to write before publishing that size
        (``tiles_between``), lowest level first. Costs about one hash for each leaf."""
        size = self.size + len(leaf_hashes)
        rows: list[tuple[bytes, ...]] = []
        tiles: list[Tile] = []
        new: Sequence[bytes] = leaf_hashes
        while new or len(rows) < len(self.rows):
            level = len(rows)
            row = [*(self.rows[level] if level < len(self.rows) else ()), *new]
            first = (self.size >> TILE_HEIGHT * level) // TILE_WIDTH
            groups = [row[start : start + TILE_WIDTH] for start in range(0, len(row), TILE_WIDTH)]
            if new:
                tiles += [
                    Tile(TilePath(level, first + step, len(group)), b"".join(group))
                    for step, group in enumerate(groups)
                ]
            full = len(row) // TILE_WIDTH
            rows.append(tuple(row[full * TILE_WIDTH :]))
            new = _raise_row(row[: full * TILE_WIDTH])
        return TileEdge(size, tuple(rows)), tiles

    def frontier(self) -> Frontier:
        """The same edge as a compact range."""
        hashes: list[bytes] = []
        for row in reversed(self.rows):
            hashes += Frontier().append_many(row).hashes
        return Frontier(self.size, tuple(hashes))


def _raise_row(row: Sequence[bytes]) -> Sequence[bytes]:
    for _ in range(TILE_HEIGHT):
        row = hash_row(row)
    return row


class TileTree:
    """Proofs from the stored tiles of a tree of ``size`` leaves.

    Every tile is read once and kept for the life of the object, so make one for each request or
    batch. Tiles are not verified here: who hands out a proof verifies it against the checkpoint.
    """

    def __init__(self, size: int, read_tile: TileReader) -> None:
        self.size = size
        self._read_tile = read_tile
        self._tiles: dict[tuple[int, int], list[Sequence[bytes]]] = {}

    def read(self, level: int, index: int) -> bytes:
        """The HashReader over the tiles. Raises MalformedTile for a tile of a wrong length."""
        tile_level, height = divmod(level, TILE_HEIGHT)
        tile_index, place = divmod(index, TILE_WIDTH >> height)
        return self._rows(tile_level, tile_index)[height][place]

    def root(self) -> bytes:
        return tree_root(self.size, self.read)

    def inclusion(self, index: int) -> list[bytes]:
        """Inclusion path of leaf ``index`` in the tree of ``size`` leaves."""
        return inclusion_path(index, self.size, self.read)

    def consistency(self, old: int) -> list[bytes]:
        """Consistency path from ``old`` to ``size`` leaves."""
        return consistency_path(old, self.size, self.read)

    def _rows(self, level: int, index: int) -> list[Sequence[bytes]]:
        rows = self._tiles.get((level, index))
        if rows is None:
            width = min(TILE_WIDTH, (self.size >> TILE_HEIGHT * level) - index * TILE_WIDTH)
            rows = [parse_tile(self._read_tile(level, index, width), width)]
            for _ in range(TILE_HEIGHT - 1):
                rows.append(hash_row(rows[-1]))
            self._tiles[level, index] = rows
        return rows
