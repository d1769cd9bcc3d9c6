"""Operations of tests/vectors/company_keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ledger.companies import encode_txt, encode_well_known, parse_txt, parse_well_known, txt_name, well_known_url


def _shown(keys: Sequence[bytes]) -> dict[str, Any]:
    return {"keys": [key.hex() for key in keys]}


def well_known(given: dict[str, Any]) -> dict[str, Any]:
    if "file_hex" in given:
        data = bytes.fromhex(given["file_hex"])
    else:
        data = given["file"].encode("utf-8") + b" " * given.get("spaces_after", 0)
    keys = parse_well_known(data, given["company"])
    assert parse_well_known(encode_well_known(given["company"], keys), given["company"]) == keys
    return _shown(keys)


def txt(given: dict[str, Any]) -> dict[str, Any]:
    if "records_hex" in given:
        records = [bytes.fromhex(text) for text in given["records_hex"]]
    else:
        records = [text.encode("ascii") for text in given["records"]]
    keys = parse_txt(records)
    assert parse_txt([encode_txt(key).encode("ascii") for key in keys]) == keys
    return _shown(keys)


def places(given: dict[str, Any]) -> dict[str, Any]:
    return {"txt_name": txt_name(given["company"]), "url": well_known_url(given["company"])}


OPERATIONS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "company_keys.well_known": well_known,
    "company_keys.txt": txt,
    "company_keys.places": places,
}
