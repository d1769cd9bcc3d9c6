"""Whether a signed tree extends earlier ones, by its own hash tiles: asked where its leaves do not fit."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.checkpoint import Checkpoint
from ledger.cli.auditing.source import Absent, Source
from ledger.cli.auditing.work import TILE_LIMIT
from ledger.errors import HabeasError, MalformedTile
from ledger.findings import Finding, RootClaim
from ledger.merkle import consistency_path, tree_root, verify_consistency
from ledger.tiles import TILE_WIDTH, TileTree, tile_path

_ANCHORS = 4


def find_forks(source: Source, signed: Checkpoint, claims: Iterable[RootClaim]) -> list[Finding]:
    """Earlier trees that the tree ``signed`` does not extend; proven by its tiles, or not said."""

    def read_tile(level: int, index: int, width: int) -> bytes:
        data = source.get(tile_path(level, index, width), TILE_LIMIT)
        if isinstance(data, Absent) and width < TILE_WIDTH:
            full = source.get(tile_path(level, index), TILE_LIMIT)
            data = full if isinstance(full, Absent) else full[: 32 * width]
        if isinstance(data, Absent):
            raise MalformedTile(f"{tile_path(level, index, width)} is {data.how}")
        return data

    tree = TileTree(signed.size, read_tile)
    found: list[Finding] = []
    for claim in _worth(claims, signed.size):
        try:
            root = tree_root(claim.size, tree.read)
            path = consistency_path(claim.size, signed.size, tree.read)
            verify_consistency(claim.size, root, signed.size, signed.root, path)
        except HabeasError:
            continue  # the tiles are not those of the signed tree: nothing is shown
        if root != claim.root:
            detail = (
                f"the tree of {signed.size} leaves that the log signed does not extend the one of {claim.size} with the"
                f" root {claim.root.hex()} ({claim.where}); it has {root.hex()} there"
            )
            found.append(Finding("fork", detail, claim.size, provable=True))
    return found


def _worth(claims: Iterable[RootClaim], size: int) -> list[RootClaim]:
    """Those that others rest on: every checkpoint, and the newest anchors, each newer one extending the older."""
    below = [claim for claim in claims if 0 < claim.size < size and claim.source != "checkpoint"]
    anchors = sorted((claim for claim in below if claim.source == "anchor"), key=lambda claim: claim.size)
    return [claim for claim in below if claim.source != "anchor"] + anchors[-_ANCHORS:]
