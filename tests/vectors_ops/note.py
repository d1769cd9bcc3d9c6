"""Operations of tests/vectors/note."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.note import (
    NOTE_LIMIT,
    CosigningKey,
    Note,
    SigningKey,
    VerifierKey,
    add_cosignatures,
    cosign,
    sign_note,
    verify_cosignature,
    verify_note,
)


def read_bytes(given: dict[str, Any], member: str) -> bytes:
    """``member`` as UTF-8 text, or ``member``_hex where the bytes are no text."""
    text = given.get(member)
    return bytes.fromhex(given[f"{member}_hex"]) if text is None else text.encode("utf-8")


def parse(given: dict[str, Any]) -> dict[str, Any]:
    data = read_bytes(given, "note")
    note = Note.parse(data, limit=given.get("limit", NOTE_LIMIT))
    assert note.encode() == data
    lines = [{"name": line.name, "key_id": line.key_id.hex(), "blob": line.blob.hex()} for line in note.signatures]
    return {"text": note.text, "signatures": lines}


def verify(given: dict[str, Any]) -> dict[str, Any]:
    note = Note.parse(read_bytes(given, "note"))
    verify_note(note, VerifierKey.parse(given["vkey"]))
    return {"text": note.text}


def sign(given: dict[str, Any]) -> dict[str, Any]:
    key = SigningKey(given["name"], bytes.fromhex(given["seed"]))
    return {"note": sign_note(given["text"], [key]).encode().decode("utf-8")}


def parse_vkey(given: dict[str, Any]) -> dict[str, Any]:
    key = VerifierKey.parse(given["vkey"])
    assert key.encode() == given["vkey"]
    return {"name": key.name, "key_id": key.key_id.hex(), "type": key.type, "public": key.public.hex()}


def verify_cosigned(given: dict[str, Any]) -> dict[str, Any]:
    note = Note.parse(read_bytes(given, "note"))
    found = verify_cosignature(note, VerifierKey.parse(given["vkey"]))
    return {"text": note.text, "vkey": found.key.encode(), "time": str(found.time)}


def sign_cosignature(given: dict[str, Any]) -> dict[str, Any]:
    key = CosigningKey(given["name"], bytes.fromhex(given["seed"]))
    return {"line": cosign(read_bytes(given, "note"), key, int(given["time"])).decode("utf-8")}


def add(given: dict[str, Any]) -> dict[str, Any]:
    note = add_cosignatures(read_bytes(given, "note"), [line.encode("utf-8") for line in given["lines"]])
    assert add_cosignatures(note, []) == note
    return {"note": note.decode("utf-8")}


OPERATIONS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "note.parse": parse,
    "note.verify": verify,
    "note.sign": sign,
    "vkey.parse": parse_vkey,
    "cosignature.verify": verify_cosigned,
    "cosignature.sign": sign_cosignature,
    "cosignature.add": add,
}
