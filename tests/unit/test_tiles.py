"""Tiles: names, which ones a size needs, growing against a plain tree, proofs from stored tiles."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.encoding import sha256
from ledger.errors import MalformedTile
from ledger.merkle import MemoryTree, hash_leaf
from ledger.tiles import (
    ADDENDA_MARKER,
    MAX_TILE_INDEX,
    EntriesPath,
    Tile,
    TileEdge,
    TilePath,
    TileTree,
    addendum_path,
    encode_entries,
    entry_bundles_between,
    parse_addendum_path,
    parse_entries,
    parse_path,
    parse_tile,
    partial_widths,
    tile_hashes,
    tiles_between,
)

LEAVES = [hash_leaf(number.to_bytes(8, "big")) for number in range(70_000)]

indexes = st.integers(0, MAX_TILE_INDEX)
widths = st.integers(1, 256)


class Store:
    """Stored files, written once, and how often each was read."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.reads: list[str] = []

    def write(self, tiles: list[Tile]) -> None:
        for tile in tiles:
            assert tile.path.encode() not in self.files, "a stored file never changes"
            self.files[tile.path.encode()] = tile.data

    def read(self, level: int, index: int, width: int) -> bytes:
        path = TilePath(level, index, width).encode()
        self.reads.append(path)
        return self.files[path]


@pytest.fixture(scope="module")
def plain() -> MemoryTree:
    return MemoryTree(LEAVES)


@given(st.integers(0, 63), indexes, widths)
def test_tile_paths_are_read_back(level: int, index: int, width: int) -> None:
    path = TilePath(level, index, width)
    assert parse_path(path.encode()) == path


@given(indexes, widths)
def test_bundle_paths_are_read_back(index: int, width: int) -> None:
    path = EntriesPath(index, width)
    assert parse_path(path.encode()) == path


@given(st.text("tilenrs/x0123456789.p", max_size=40).map(lambda end: f"tile/{end}"))
def test_a_path_has_one_spelling(path: str) -> None:
    try:
        found = parse_path(path)
    except MalformedTile:
        return
    assert found.encode() == path


@pytest.mark.parametrize("path", ["tile/0/x001/067.p/112", "tile/63/000", "tile/entries/x001/x234/067"])
def test_every_changed_bit_of_a_path_names_another_file_or_none(path: str) -> None:
    for bit in range(7 * len(path)):
        place, change = divmod(bit, 7)
        changed = path[:place] + chr(ord(path[place]) ^ 1 << change) + path[place + 1 :]
        try:
            assert parse_path(changed) != parse_path(path)
        except MalformedTile:
            continue


@given(st.binary(min_size=32, max_size=32))
def test_addendum_paths_are_read_back(digest: bytes) -> None:
    path = addendum_path(digest)
    assert parse_addendum_path(path) == digest
    assert len(path) == 78
    for wrong in (path[:-1], path.upper(), path.replace("addenda/", "addenda/0"), ADDENDA_MARKER):
        with pytest.raises(MalformedTile):
            parse_addendum_path(wrong)


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=256))
def test_entries_are_read_back(entries: list[bytes]) -> None:
    data = encode_entries(entries)
    assert parse_entries(data) == tuple(entries) == parse_entries(data, len(entries))
    with pytest.raises(MalformedTile):
        parse_entries(data, len(entries) + 1)
    with pytest.raises(MalformedTile):
        parse_entries(data + b"\0")


@given(st.binary(max_size=80))
def test_bytes_are_a_bundle_in_one_spelling_or_malformed(data: bytes) -> None:
    try:
        entries = parse_entries(data)
    except MalformedTile:
        return
    assert encode_entries(entries) == data


def test_entry_limits_are_exact() -> None:
    largest = [bytes(65_535)]
    assert parse_entries(encode_entries(largest)) == tuple(largest)
    for entries in ([bytes(65_536)], [], [b""] * 257):
        with pytest.raises(MalformedTile):
            encode_entries(entries)


@given(st.binary(min_size=1, max_size=256))
def test_tiles_have_exactly_their_width(fill: bytes) -> None:
    hashes = tuple(sha256(bytes([byte])) for byte in fill)
    data = b"".join(hashes)
    assert parse_tile(data, len(fill)) == hashes
    for wrong in (data[:-1], data + b"\0", data + bytes(32)):
        with pytest.raises(MalformedTile):
            parse_tile(wrong, len(fill))


def test_the_published_example_of_size_70000() -> None:
    assert partial_widths(70_000) == [112, 17, 1]
    tiles = tiles_between(0, 70_000)
    full = [(0, index, 256) for index in range(273)]
    assert tiles == [*full, (0, 273, 112), (1, 0, 256), (1, 1, 17), (2, 0, 1)]
    assert entry_bundles_between(0, 70_000) == [(index, width) for level, index, width in tiles if level == 0]


@given(st.integers(0, 2**40), st.integers(0, 5_000))
def test_growing_touches_only_what_grows(old: int, more: int) -> None:
    tiles = tiles_between(old, old + more)
    assert len(tiles) <= more // 256 + 2 + sum(more // 256**level + 2 for level in range(1, 6))
    for level, index, width in tiles:
        before, after = old >> 8 * level, (old + more) >> 8 * level
        assert before < index * 256 + width <= after  # each holds something new, and nothing that is not there
        assert width == 256 or index * 256 + width == after


@pytest.mark.parametrize("seed", range(3))
def test_growing_writes_the_tiles_of_a_plain_tree(plain: MemoryTree, seed: int) -> None:
    choose, store, edge = random.Random(seed), Store(), TileEdge()
    while edge.size < 70_000:
        size = min(70_000, edge.size + choose.choice([0, 1, 2, 255, 256, 257, 1_000, 20_000]))
        needed = tiles_between(edge.size, size)
        edge, tiles = edge.grow(LEAVES[edge.size : size])
        store.write(tiles)
        assert [(tile.path.level, tile.path.index, tile.path.width) for tile in tiles] == needed
        for tile in tiles[-3:]:
            assert tile.data == tile_hashes(tile.path.level, tile.path.index, tile.path.width, plain.read)
        assert edge.frontier().root() == plain.root(size)
        assert TileEdge.load(size, store.read) == edge
        if size:
            tree, index = TileTree(size, store.read), choose.randrange(size)
            assert tree.root() == plain.root(size)
            assert tree.inclusion(index) == plain.inclusion(index, size)
            assert tree.consistency(index + 1) == plain.consistency(index + 1, size)


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 512, 513, 600])
def test_small_trees_prove_every_leaf(plain: MemoryTree, size: int) -> None:
    store = Store()
    store.write(TileEdge().grow(LEAVES[:size])[1])
    tree = TileTree(size, store.read)
    for index in range(size):
        assert tree.inclusion(index) == plain.inclusion(index, size)
        assert tree.consistency(index + 1) == plain.consistency(index + 1, size)


def test_a_tree_reads_each_tile_once() -> None:
    store = Store()
    store.write(TileEdge().grow(LEAVES[:3_000])[1])
    tree = TileTree(3_000, store.read)
    for index in range(0, 3_000, 7):
        tree.inclusion(index)
    assert len(store.reads) == len(set(store.reads)) == 13


def test_a_stored_tile_of_another_length_is_refused() -> None:
    store = Store()
    store.write(TileEdge().grow(LEAVES[:300])[1])
    store.files["tile/0/001.p/44"] += bytes(32)
    with pytest.raises(MalformedTile, match="1408 bytes, not 1440"):
        TileEdge.load(300, store.read)
    with pytest.raises(MalformedTile, match="1408 bytes, not 1440"):
        TileTree(300, store.read).inclusion(299)


def test_a_tree_never_shrinks() -> None:
    for between in (tiles_between, entry_bundles_between):
        with pytest.raises(MalformedTile, match="cannot go from 2 to 1"):
            between(2, 1)


@pytest.mark.parametrize("size", [-1, 2**53, 2**200])
def test_no_tile_belongs_to_a_size_that_no_tree_has(size: int) -> None:
    for tiles_of in (partial_widths, lambda size: tiles_between(0, size), lambda size: entry_bundles_between(0, size)):
        with pytest.raises(MalformedTile, match="from 0 to 2"):
            tiles_of(size)
