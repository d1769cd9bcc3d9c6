"""Operations of tests/vectors/disclosure/ (its README names the members)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.disclosure import Disclosure, FileValue, digest, match_disclosures


def _value(disclosure: Disclosure) -> object:
    value = disclosure.value
    return value.encode() if isinstance(value, FileValue) else value


def _digest(inputs: dict[str, Any]) -> dict[str, Any]:
    return {"digest": digest(inputs["encoded"])}


def _parse(inputs: dict[str, Any]) -> dict[str, Any]:
    disclosure = Disclosure.parse(inputs["encoded"])
    assert disclosure.encoded == inputs["encoded"]
    return {
        "salt": disclosure.salt,
        "name": disclosure.name,
        "value": _value(disclosure),
        "digest": disclosure.digest,
    }


def _make(inputs: dict[str, Any]) -> dict[str, Any]:
    value = inputs["value"]
    if isinstance(value, dict):
        value = FileValue(value["bytes"], value["media_type"], value["name"], value["sha256"])
    disclosure = Disclosure.make(bytes.fromhex(inputs["salt"]), inputs["name"], value)
    return {"encoded": disclosure.encoded, "digest": disclosure.digest}


def _match(inputs: dict[str, Any]) -> dict[str, Any]:
    return {"names": [found.name for found in match_disclosures(inputs["encoded"], inputs["digests"])]}


OPERATIONS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "disclosure.digest": _digest,
    "disclosure.parse": _parse,
    "disclosure.make": _make,
    "disclosure.match": _match,
}
