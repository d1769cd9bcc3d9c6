"""Operations of tests/vectors/note."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.note import NOTE_LIMIT, Note, SigningKey, VerifierKey, sign_note, verify_note


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


OPERATIONS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "note.parse": parse,
    "note.verify": verify,
    "note.sign": sign,
    "vkey.parse": parse_vkey,
}
