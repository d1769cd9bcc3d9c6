"""Operations of tests/vectors/authorities."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.deadlines.authorities import Register, authority_json, parse_authorities


def register(given: dict[str, Any]) -> dict[str, Any]:
    made = Register()
    files = [bytes.fromhex(given["file_hex"])] if "file_hex" in given else [text.encode() for text in given["files"]]
    for data in files:
        made = made.with_file(data)
    return {"slugs": [item.slug for item in made.at(given["place"], given["kinds"])]}


def record(given: dict[str, Any]) -> dict[str, Any]:
    [item] = parse_authorities(given["line"].encode(), "vector")
    value: dict[str, Any] = dict(authority_json(item))
    assert value.pop("listed_by") == "vector"
    return value


def named(given: dict[str, Any]) -> dict[str, Any]:
    [item] = parse_authorities(given["line"].encode(), "vector")
    return {"named": item.is_named(given["domain"])}


OPERATIONS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "authorities.register": register,
    "authorities.record": record,
    "authorities.named": named,
}
