"""An auditor's key, and what it cosigned last: one tree of one log never contradicts another.

The record stands beside the key (``<key file>.cosigned``), not in the audit's state: whoever starts an
audit anew must not forget it. It is on disk before a line is given out, so that no crash can make a
key sign two trees that contradict each other.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ledger.checkpoint import Checkpoint
from ledger.cli.files import locked_file, read_file, replace_file, write_new
from ledger.cli.plainjson import load_json
from ledger.encoding import JsonObject, encode_base64, encode_hex, encode_json, is_int, parse_base64, parse_hex
from ledger.errors import Malformed, MalformedKey, RefusedCosignature, RuntimeSetting
from ledger.note import COSIGNATURE, CosigningKey, VerifierKey, cosign

MAX_KEY_BYTES = 4096
MAX_RECORD_BYTES = 1_048_576
_SKEY = "PRIVATE+KEY"


@dataclass(frozen=True, slots=True)
class Cosigned:
    """The newest tree of one log that a key cosigned, and the line that was given out."""

    size: int
    root: bytes
    line: bytes
    note: bytes
    """The checkpoint as the log signed it."""


def create_key(path: Path, name: str) -> VerifierKey:
    """Make a key file, mode 0600. Raises RefusedOverwrite, MalformedKey for a name that no key can have."""
    key = CosigningKey(name, secrets.token_bytes(32))
    encoded = encode_base64(bytes([COSIGNATURE]) + key.seed)
    write_new(path, f"{_SKEY}+{name}+{key.verifier.key_id.hex()}+{encoded}\n".encode("ascii"))
    return key.verifier


def load_key(path: Path) -> CosigningKey:
    """The key in a file. Raises MalformedKey; the key is not in the message."""
    try:
        parts = read_file(path, MAX_KEY_BYTES).decode("ascii").strip().split("+", 4)
    except (OSError, UnicodeDecodeError) as error:
        raise MalformedKey(f"{path} cannot be read: {error}") from None
    if len(parts) != 5 or "+".join(parts[:2]) != _SKEY:
        raise MalformedKey(f"{path} is no key of an auditor; make one with: habeas auditor key")
    try:
        data = parse_base64(parts[4], MalformedKey, "the key")
    except MalformedKey:
        raise MalformedKey(f"the last part of {path} is not canonical base64") from None
    if len(data) != 33 or data[0] != COSIGNATURE:
        raise MalformedKey(f"{path} holds no cosigning key (type 0x04); a log's key cannot cosign")
    key = CosigningKey(parts[2], data[1:])
    if key.verifier.key_id.hex() != parts[3]:
        raise MalformedKey(f"the key id in {path} does not belong to its key")
    return key


class Cosigner:
    """One key and its record; use it within ``open_cosigner``, which keeps other processes out."""

    def __init__(self, key_path: Path, key: CosigningKey) -> None:
        self.key = key
        self._path = key_path.with_name(key_path.name + ".cosigned")
        self._records = _load(self._path, key)

    def last(self, origin: str) -> Cosigned | None:
        """What the key cosigned last of this log."""
        return self._records.get(origin)

    def logs(self) -> list[tuple[str, Cosigned]]:
        """Every log of which the key cosigned something."""
        return sorted(self._records.items())

    def cosign(self, checkpoint: Checkpoint, note: bytes, replayed: bool, now: int) -> bytes:
        """The signature line over ``note``, the signed note of ``checkpoint``; of the newest tree the same line again.

        ``replayed`` says whether the replay passed and the last cosigned tree was found in it. Raises
        RefusedCosignature.
        """
        origin, last = checkpoint.origin, self.last(checkpoint.origin)
        if not replayed:
            raise RefusedCosignature("not all of the log was replayed without a finding, so it is not cosigned")
        if last is not None and checkpoint.size < last.size:
            raise RefusedCosignature(
                f"this key cosigned {last.size} leaves of {origin}; it does not cosign {checkpoint.size}"
            )
        if last is not None and checkpoint.size == last.size:
            if checkpoint.root != last.root:
                raise RefusedCosignature(
                    f"this key cosigned another tree of {last.size} leaves of {origin}: {last.root.hex()}, not"
                    f" {checkpoint.root.hex()}"
                )
            return last.line
        line = cosign(note, self.key, now)
        self._records[origin] = Cosigned(checkpoint.size, checkpoint.root, line, note)
        self._save()
        return line

    def _save(self) -> None:
        logs: JsonObject = {
            origin: {
                "size": item.size,
                "root": encode_hex(item.root),
                "line": encode_base64(item.line),
                "note": encode_base64(item.note),
            }
            for origin, item in sorted(self._records.items())
        }
        value: JsonObject = {"habeas_cosigned": 1, "vkey": self.key.verifier.encode(), "logs": logs}
        replace_file(self._path, encode_json(value) + b"\n")


@contextmanager
def open_cosigner(path: Path) -> Iterator[Cosigner]:
    """The cosigner of a key file, alone among all processes. Raises MalformedKey, RefusedBusy, RuntimeSetting."""
    key = load_key(path)
    with locked_file(path):
        yield Cosigner(path, key)


def _load(path: Path, key: CosigningKey) -> dict[str, Cosigned]:
    try:
        data = read_file(path, MAX_RECORD_BYTES)
    except FileNotFoundError:
        return {}
    try:
        value = load_json(data)
        assert isinstance(value, dict)
        logs = value["logs"]
        assert value["habeas_cosigned"] == 1 and value["vkey"] == key.verifier.encode() and isinstance(logs, dict)
        return {origin: _record(item) for origin, item in logs.items()}
    except (AssertionError, KeyError, ValueError, TypeError, Malformed):
        raise RuntimeSetting(
            f"{path} is damaged or of another key. It says what the key cosigned; without it the key must not cosign"
            " any more"
        ) from None


def _record(item: object) -> Cosigned:
    assert isinstance(item, dict)
    size = item["size"]
    assert isinstance(size, int) and is_int(size)
    root = parse_hex(item["root"], 32, MalformedKey, "root")
    line, note = (parse_base64(item[name], MalformedKey, name) for name in ("line", "note"))
    return Cosigned(size, root, line, note)
