"""Values as a node's JSON-RPC gives them: hexadecimal strings, or what web3 made of them.

web3 turns the fields it knows into ``int`` and ``HexBytes`` and leaves newer ones as strings, so
both forms are read everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ledger.encoding import is_int
from ledger.errors import Malformed

_HEX = re.compile(r"0x(?:[0-9a-fA-F]{2})*")
_QUANTITY = re.compile(r"0x[0-9a-fA-F]+")


def present(values: Mapping[str, object], name: str) -> bool:
    """True where the node gave ``name`` a value; nodes write an unused field as null or not at all."""
    return values.get(name) is not None


def rpc_bytes(value: object, error: type[Malformed], where: str, length: int | None = None) -> bytes:
    """Bytes of a data field, of exactly ``length`` where that is given."""
    data = bytes.fromhex(value[2:]) if isinstance(value, str) and _HEX.fullmatch(value) else value
    if isinstance(data, bytes) and length in (None, len(data)):
        return bytes(data)
    wanted = "whole bytes" if length is None else f"{length} bytes"
    raise error(f"{where} must be {wanted} in 0x hexadecimal, not {str(value)[:80]!r}")


def rpc_integer(value: object, error: type[Malformed], where: str) -> int:
    """A quantity field as a non-negative integer."""
    if isinstance(value, str) and _QUANTITY.fullmatch(value):
        return int(value, 16)
    if isinstance(value, int) and is_int(value) and value >= 0:
        return value
    raise error(f"{where} must be a non-negative quantity in 0x hexadecimal, not {str(value)[:80]!r}")
