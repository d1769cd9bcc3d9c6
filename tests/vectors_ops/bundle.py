"""Operations of tests/vectors/bundle (its README names their members)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.bundle import ShownIndex, parse_bundle

Values = dict[str, Any]


def _parse(given: Values) -> Values:
    bundle = parse_bundle(given["bundle"].encode() + b" " * given.get("spaces_after", 0))
    return {
        "ledger": bundle.ledger,
        "case": bundle.case.hex(),
        "statements": {str(index): item.signed.id.hex() for index, item in sorted(bundle.statements.items())},
        "anchors": sorted(bundle.anchors),
        "blocks": sorted(block.hex() for block in bundle.blocks),
        "checkpoint": bundle.checkpoint is not None,
        "disclosures": len(bundle.disclosures),
        "submitted": sorted(bundle.submitted),
        "index": None if bundle.index is None else _index(bundle.index),
        "replay": None if bundle.replay is None else len(bundle.replay.path),
        "stamps": {str(size): len(item.tokens) for size, item in bundle.stamps.items()},
        "files": {name.hex(): len(data) for name, data in sorted(bundle.files.items())},
    }


def _index(index: ShownIndex) -> Values:
    entries = {key: shown.entries for key, shown in sorted(index.lists.items())}
    return {
        "size": index.size,
        "lists": {key.hex(): None if data is None else data.hex() for key, data in entries.items()},
    }


OPERATIONS: dict[str, Callable[[Values], Values]] = {"bundle.parse": _parse}
