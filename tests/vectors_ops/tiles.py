"""Operations of tests/vectors/tiles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.encoding import sha256
from ledger.merkle import hash_leaf
from ledger.tiles import (
    EntriesPath,
    TileEdge,
    addendum_path,
    encode_entries,
    entries_path,
    entry_bundles_between,
    parse_addendum_path,
    parse_entries,
    parse_path,
    parse_tile,
    partial_widths,
    tile_path,
    tiles_between,
)


def path(given: dict[str, Any]) -> dict[str, Any]:
    if given.get("entries"):
        return {"path": entries_path(given["index"], given["width"])}
    return {"path": tile_path(given["level"], given["index"], given["width"])}


def read_path(given: dict[str, Any]) -> dict[str, Any]:
    found = parse_path(given["path"])
    assert found.encode() == given["path"]
    place = {"index": found.index, "width": found.width}
    return {"entries": True, **place} if isinstance(found, EntriesPath) else {"level": found.level, **place}


def write_addendum(given: dict[str, Any]) -> dict[str, Any]:
    return {"path": addendum_path(bytes.fromhex(given["digest"]))}


def read_addendum(given: dict[str, Any]) -> dict[str, Any]:
    return {"digest": parse_addendum_path(given["path"]).hex()}


def widths(given: dict[str, Any]) -> dict[str, Any]:
    return {"widths": partial_widths(given["size"])}


def between(given: dict[str, Any]) -> dict[str, Any]:
    old, new = given["old"], given["new"]
    return {
        "tiles": [list(tile) for tile in tiles_between(old, new)],
        "bundles": [list(bundle) for bundle in entry_bundles_between(old, new)],
    }


def tree(given: dict[str, Any]) -> dict[str, Any]:
    leaves = [hash_leaf(number.to_bytes(8, "big")) for number in range(given["size"])]
    edge, tiles = TileEdge().grow(leaves)
    return {
        "root": edge.frontier().root().hex(),
        "tiles": {tile.path.encode(): sha256(tile.data).hex() for tile in tiles},
    }


def read_tile(given: dict[str, Any]) -> dict[str, Any]:
    return {"hashes": [item.hex() for item in parse_tile(bytes.fromhex(given["data"]), given["width"])]}


def read_entries(given: dict[str, Any]) -> dict[str, Any]:
    data = bytes.fromhex(given["data"])
    entries = parse_entries(data, given.get("width"))
    assert encode_entries(entries) == data
    return {"entries": [entry.hex() for entry in entries]}


OPERATIONS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "tiles.path": path,
    "tiles.parse_path": read_path,
    "tiles.partial_widths": widths,
    "tiles.between": between,
    "tiles.tree": tree,
    "tiles.parse_tile": read_tile,
    "tiles.parse_entries": read_entries,
    "addenda.path": write_addendum,
    "addenda.parse_path": read_addendum,
}
