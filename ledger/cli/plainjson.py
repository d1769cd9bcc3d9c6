"""JSON from machines that we do not trust: any spelling, but never so deep that the parser's stack is at stake."""

from __future__ import annotations

import json

from ledger.encoding import Json, check_depth
from ledger.errors import Malformed

MAX_DEPTH = 32


def load_json(data: bytes) -> Json:
    """The value of ``data``. Raises ValueError, and nothing else, for what is no JSON or too deep."""
    try:
        check_depth(data, MAX_DEPTH)
    except Malformed as error:
        raise ValueError(str(error)) from None
    value: Json = json.loads(data)
    return value
