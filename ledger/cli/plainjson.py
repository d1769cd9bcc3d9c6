"""JSON from machines that we do not trust: any spelling, but never so deep that the parser's stack is at stake."""

from __future__ import annotations

import json
import re

from ledger.encoding import Json

MAX_DEPTH = 32
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[{}\[\]]', re.DOTALL)


def load_json(data: bytes) -> Json:
    """The value of ``data``. Raises ValueError, and nothing else, for what is no JSON or too deep."""
    opened = 0
    for token in _TOKEN.finditer(data):
        first = token.group()[:1]
        if first in b"{[":
            opened += 1
            if opened > MAX_DEPTH:
                raise ValueError(f"more than {MAX_DEPTH} levels")
        elif first in b"}]":
            opened -= 1
    value: Json = json.loads(data)
    return value
