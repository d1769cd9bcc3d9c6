"""Whether a signed tree extends earlier ones, by its own hash tiles: asked where its leaves do not fit."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.audit.findings import Finding, RootClaim
from ledger.cli.auditing.source import Absent, Source
from ledger.cli.auditing.work import get_tile
from ledger.errors import HabeasError, MalformedTile
from ledger.merkle import prefix_path, roots_from_prefix
from ledger.tiles import TileTree, tile_path

_ANCHORS = 4


def find_forks(source: Source, signed: RootClaim, claims: Iterable[RootClaim]) -> list[Finding]:
    """Earlier trees that the tree ``signed`` does not extend; proven by its tiles, or not said.

    Tiles that are not those of the signed tree show nothing.
    """

    def read_tile(level: int, index: int, width: int) -> bytes:
        data = get_tile(source, level, index, width)
        if isinstance(data, Absent):
            raise MalformedTile(f"{tile_path(level, index, width)} is {data.how}")
        return data

    tree = TileTree(signed.size, read_tile)
    found: list[Finding] = []
    for claim in _worth(claims, signed.size):
        try:
            prefix = tuple(prefix_path(claim.size, signed.size, tree.read))
            shown = roots_from_prefix(claim.size, signed.size, prefix)
        except HabeasError:
            continue
        root = shown[0]
        if shown[1] == signed.root and root != claim.root:
            detail = (
                f"the tree of {signed.size} leaves that the log signed does not extend the one of {claim.size} with the"
                f" root {claim.root.hex()} ({claim.where}); it has {root.hex()} there"
            )
            found.append(Finding("fork", detail, claim.size, provable=True, claims=(claim, signed), prefix=prefix))
    return found


def _worth(claims: Iterable[RootClaim], size: int) -> list[RootClaim]:
    """Those that others rest on: every checkpoint, and the newest anchors, each newer one extending the older."""
    below = [claim for claim in claims if 0 < claim.size < size and claim.source != "checkpoint"]
    anchors = sorted((claim for claim in below if claim.source == "anchor"), key=lambda claim: claim.size)
    return [claim for claim in below if claim.source != "anchor"] + anchors[-_ANCHORS:]
