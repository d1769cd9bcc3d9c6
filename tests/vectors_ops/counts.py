"""Operations of tests/vectors/counts (its README names their members)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.counts.counts import count
from ledger.counts.summary import encode_summary, parse_summary
from ledger.counts.told import counts_json
from ledger.encoding import parse_instant
from ledger.errors import MalformedRequest

Values = dict[str, Any]


def _count(given: Values) -> Values:
    now = parse_instant(given["now"], MalformedRequest, "now")
    found = count(given["company"], [parse_summary(item) for item in given["summaries"]], now)
    shown = counts_json(found, practice=False)
    return {name: value for name, value in shown.items() if name not in ("practice", "heading", "sentences")}


def _summary(given: Values) -> Values:
    return encode_summary(parse_summary(given["summary"]))


OPERATIONS: dict[str, Callable[[Values], Values]] = {"counts.count": _count, "counts.summary": _summary}
