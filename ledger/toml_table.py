"""Tables of a trust policy, read member by member and written back (docs/spec/policy.md)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from ledger.encoding import MAX_INTEGER, is_int, parse_hex
from ledger.errors import MalformedPolicy


class Table:
    """A TOML table read member by member; what nobody asked for is an error, not ignored."""

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, dict):
            raise MalformedPolicy(f"{where} must be a table")
        self._left: dict[str, object] = dict(value)
        self.where = where

    def take(self, name: str) -> object:
        if name not in self._left:
            raise MalformedPolicy(f"{self.where} lacks {name}")
        return self._left.pop(name)

    def integer(self, name: str, default: int | None = None, least: int = 0, most: int = MAX_INTEGER) -> int:
        value = self._left.pop(name, default) if default is not None else self.take(name)
        if isinstance(value, int) and is_int(value) and least <= value <= most:
            return value
        raise MalformedPolicy(f"{self.where}: {name} must be an integer from {least} to {most}")

    def optional(self, name: str, default: object) -> object:
        return self._left.pop(name, default)

    def text(self, name: str) -> str:
        value = self.take(name)
        if isinstance(value, str) and 0 < len(value) <= 1000:
            return value
        raise MalformedPolicy(f"{self.where}: {name} must be text")

    def hex(self, name: str, length: int) -> bytes:
        return parse_hex(self.take(name), length, MalformedPolicy, f"{self.where}: {name}")

    def list(self, name: str) -> list[object]:
        value = self._left.pop(name, [])
        if isinstance(value, list):
            return value
        raise MalformedPolicy(f"{self.where}: {name} must be a list")

    def done(self) -> None:
        if self._left:
            raise MalformedPolicy(f"{self.where} has the unknown member {', '.join(sorted(self._left))}")


def toml_lines(table: Mapping[str, object]) -> Iterator[str]:
    """The members of a table as lines of TOML."""
    # JSON texts, integers and lists of these are TOML values too.
    return (f"{name} = {json.dumps(value)}" for name, value in table.items())
