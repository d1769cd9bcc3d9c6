"""Operations of tests/vectors/keys/ (its README names the members)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.keys import (
    address_of,
    decrypt_backup,
    derive_key,
    encrypt_backup,
    parse_phrase,
    phrase_from_entropy,
)


def _phrase(inputs: dict[str, Any]) -> dict[str, Any]:
    return {"phrase": phrase_from_entropy(bytes.fromhex(inputs["entropy"]))}


def _seed(inputs: dict[str, Any]) -> dict[str, Any]:
    seed = parse_phrase(inputs["phrase"])
    return {"phrase": seed.phrase, "seed": seed.secret.hex()}


def _derive(inputs: dict[str, Any]) -> dict[str, Any]:
    key = derive_key(parse_phrase(inputs["phrase"]), inputs["index"])
    return {"private_key": key.hex(), "address": address_of(key).hex()}


def _address(inputs: dict[str, Any]) -> dict[str, Any]:
    return {"address": address_of(bytes.fromhex(inputs["private_key"])).hex()}


def _encrypt_backup(inputs: dict[str, Any]) -> dict[str, Any]:
    plaintext, salt, nonce = (bytes.fromhex(inputs[name]) for name in ("plaintext", "salt", "nonce"))
    return {"backup": encrypt_backup(plaintext, inputs["password"], salt, nonce).decode("ascii")}


def _decrypt_backup(inputs: dict[str, Any]) -> dict[str, Any]:
    return {"plaintext": decrypt_backup(inputs["backup"].encode("utf-8"), inputs["password"]).hex()}


OPERATIONS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "keys.phrase": _phrase,
    "keys.seed": _seed,
    "keys.derive": _derive,
    "keys.address": _address,
    "keys.encrypt_backup": _encrypt_backup,
    "keys.decrypt_backup": _decrypt_backup,
}
