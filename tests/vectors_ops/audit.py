"""Operations of tests/vectors/audit (its README names their members)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.audit.findings import RootClaim
from ledger.audit.replay import IndexReplay

Values = dict[str, Any]


def _replay(given: Values) -> Values:
    claims = [RootClaim(item["source"], item["size"], bytes.fromhex(item["root"]), "") for item in given["claims"]]
    replay = IndexReplay(claims)
    keys = [None if key is None else bytes.fromhex(key) for key in given["keys"]]
    replay.feed([bytes.fromhex(leaf) for leaf in given["leaves"]], keys)
    return {
        "root": replay.frontier.root().hex(),
        "findings": [[item.kind, item.index] for item in replay.findings],
        "wrong_roots": [item.size for item in replay.wrong_roots],
        "undecided": replay.undecided,
        "unlisted_withheld": replay.unlisted_withheld,
        "broken": [claim.size for claim, _ in replay.broken],
    }


OPERATIONS: dict[str, Callable[[Values], Values]] = {"audit.replay": _replay}
