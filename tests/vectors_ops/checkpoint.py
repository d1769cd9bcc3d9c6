"""Operations of tests/vectors/checkpoint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.checkpoint import Checkpoint, sign_checkpoint, verify_checkpoint, verify_cosigned_checkpoint
from ledger.note import SigningKey, VerifierKey


def show(checkpoint: Checkpoint) -> dict[str, Any]:
    return {"origin": checkpoint.origin, "size": checkpoint.size, "root": checkpoint.root.hex()}


def parse(given: dict[str, Any]) -> dict[str, Any]:
    checkpoint = Checkpoint.parse(given["text"])
    assert checkpoint.encode() == given["text"]
    return show(checkpoint)


def verify(given: dict[str, Any]) -> dict[str, Any]:
    data = given["checkpoint"].encode("utf-8")
    return show(verify_checkpoint(data, VerifierKey.parse(given["vkey"]), given["origin"]))


def sign(given: dict[str, Any]) -> dict[str, Any]:
    key = SigningKey(given.get("key_name", given["origin"]), bytes.fromhex(given["seed"]))
    checkpoint = Checkpoint(given["origin"], given["size"], bytes.fromhex(given["root"]))
    return {"checkpoint": sign_checkpoint(checkpoint, key).decode("utf-8")}


def verify_cosigned(given: dict[str, Any]) -> dict[str, Any]:
    key, auditors = VerifierKey.parse(given["vkey"]), [VerifierKey.parse(item) for item in given["auditors"]]
    data = given["checkpoint"].encode("utf-8")
    checkpoint, found = verify_cosigned_checkpoint(data, key, given["origin"], auditors)
    cosignatures = [{"vkey": item.key.encode(), "time": str(item.time)} for item in found]
    return {**show(checkpoint), "cosignatures": cosignatures}


OPERATIONS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "checkpoint.parse": parse,
    "checkpoint.verify": verify,
    "checkpoint.sign": sign,
    "checkpoint.verify_cosigned": verify_cosigned,
}
