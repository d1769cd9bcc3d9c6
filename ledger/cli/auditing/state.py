"""What an audit keeps, so that the next one replays only what is new: leaves, and what was seen of each.

    leaves       for each leaf: length (2 bytes), what was seen (1 byte), the leaf; only ever appended to
    audit.json   how many of them count, their digest, and what no replay of them gives again

The leaves are hashed again at each start and must give the root of the checkpoint that was audited; the
keys in them give the index again. ``audit.json`` is replaced as a whole, so a killed audit goes on
where it last said how far it was. The digests notice a broken disk and an edited file; who can write
in this folder and knows this page can make any state, so keep it like a key.
"""

from __future__ import annotations

import base64
import hashlib
import os
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ledger.audit.findings import Seen
from ledger.cli.auditing.work import Fault
from ledger.cli.files import open_folder, read_file, replace_file
from ledger.cli.plainjson import load_json
from ledger.encoding import Json, JsonObject, encode_json, is_int, sha256
from ledger.errors import RuntimeSetting
from ledger.merkle import hash_leaf
from ledger.tiles import TILE_WIDTH

VERSION = 1
MAX_JSON_BYTES = 1_073_741_824
_LEAVES, _FACTS = "leaves", "audit.json"
_BATCH = 20 * TILE_WIDTH


@dataclass(slots=True)
class Facts:
    """What ``audit.json`` says beside the leaves. ``note`` is the newest checkpoint whose replay was finished."""

    origin: str
    vkey: str
    note: bytes = b""
    opening: bytes = b""
    tiles_to: int = 0
    """The size up to which the upper hash tiles were compared."""
    withheld: set[bytes] = field(default_factory=set)
    """Digests that an entry.withheld of the operator names."""
    absent: dict[int, Fault] = field(default_factory=dict)
    tile_faults: dict[str, Fault] = field(default_factory=dict)
    later: dict[int, Seen] = field(default_factory=dict)
    """Leaves whose bytes came at a later audit."""


class AuditState:
    """The state in one folder; hold ``files.locked`` around it."""

    def __init__(self, folder: Path, facts: Facts) -> None:
        self._folder, self.facts = folder, facts
        self.size = 0
        self._digest = hashlib.sha256()
        self._length = 0
        self._bundles = array("q")
        """Where each bundle's first leaf begins in the file."""

    @staticmethod
    def exists(folder: Path) -> bool:
        return (folder / _FACTS).exists()

    @classmethod
    def create(cls, folder: Path, facts: Facts) -> AuditState:
        """A new state; whatever leaves a killed start left behind are dropped."""
        open_folder(folder)
        made = cls(folder, facts)
        (folder / _LEAVES).write_bytes(b"")
        (folder / _LEAVES).chmod(0o600)
        made.save()
        return made

    @classmethod
    def load(cls, folder: Path, origin: str, vkey: str) -> tuple[AuditState, Iterator[tuple[list[bytes], list[Seen]]]]:
        """The state and its leaves in batches, to be read to the end before anything else is done.

        Raises RuntimeSetting for a state of another log, a tampered one or one of another version.
        """
        size, digest, facts = _read_facts(folder / _FACTS)
        if (facts.origin, facts.vkey) != (origin, vkey):
            raise RuntimeSetting(
                f"{folder} holds the audit of {facts.origin} with the key {facts.vkey}; this log is {origin} with"
                f" {vkey}. Take another --state folder"
            )
        made = cls(folder, facts)
        return made, made._batches(size, digest)

    def _batches(self, size: int, digest: bytes) -> Iterator[tuple[list[bytes], list[Seen]]]:
        with (self._folder / _LEAVES).open("rb") as file:
            while self.size < size:
                leaves: list[bytes] = []
                seen: list[Seen] = []
                for _ in range(min(_BATCH, size - self.size)):
                    head = file.read(3)
                    data = file.read(int.from_bytes(head[:2]))
                    if len(head) < 3 or len(data) < int.from_bytes(head[:2]) or head[2] not in _SEEN:
                        raise _tampered(self._folder)
                    self._note(head + data)
                    leaves.append(data)
                    seen.append(Seen(head[2]))
                yield leaves, seen
        if self._digest.digest() != digest:
            raise _tampered(self._folder)
        # What a killed audit wrote and no longer said.
        os.truncate(self._folder / _LEAVES, self._length)

    def append(self, leaves: Sequence[bytes], seen: Sequence[Seen]) -> None:
        """Keep more leaves; they count from the next ``save`` on."""
        records = [len(data).to_bytes(2) + bytes([each]) + data for data, each in zip(leaves, seen, strict=True)]
        with (self._folder / _LEAVES).open("ab") as file:
            file.write(b"".join(records))
            file.flush()
            os.fsync(file.fileno())
        for record in records:
            self._note(record)

    def _note(self, record: bytes) -> None:
        if self.size % TILE_WIDTH == 0:
            self._bundles.append(self._length)
        self._digest.update(record)
        self._length += len(record)
        self.size += 1

    def rollback(self, size: int) -> None:
        """Forget the leaves from ``size`` on."""
        if size < self.size:
            length = sum(len(data) + 3 for data in self.leaves(size // TILE_WIDTH)[: size % TILE_WIDTH])
            self._length = self._bundles[size // TILE_WIDTH] + length
            self._bundles = self._bundles[: -(-size // TILE_WIDTH)]
            self.size = size
            os.truncate(self._folder / _LEAVES, self._length)
            with (self._folder / _LEAVES).open("rb") as file:
                self._digest = hashlib.file_digest(file, "sha256")
        facts = self.facts
        facts.absent = {index: fault for index, fault in facts.absent.items() if index < size}
        facts.later = {index: seen for index, seen in facts.later.items() if index < size}
        facts.tiles_to = min(facts.tiles_to, size)
        if size == 0:
            facts.opening = b""
        self.save()

    def leaves(self, bundle: int) -> list[bytes]:
        """The leaves kept of one bundle."""
        return [data for data, _ in self._records(bundle)]

    def leaf(self, index: int) -> tuple[bytes, Seen]:
        """One leaf, and what was seen of it."""
        return self._records(index // TILE_WIDTH)[index % TILE_WIDTH]

    def leaf_hashes(self, bundle: int) -> list[bytes]:
        """Hashes of the leaves of one bundle."""
        return [hash_leaf(data) for data in self.leaves(bundle)]

    def _records(self, bundle: int) -> list[tuple[bytes, Seen]]:
        end = self._bundles[bundle + 1] if bundle + 1 < len(self._bundles) else self._length
        with (self._folder / _LEAVES).open("rb") as file:
            file.seek(self._bundles[bundle])
            data = file.read(end - self._bundles[bundle])
        found: list[tuple[bytes, Seen]] = []
        at = 0
        while at < len(data):
            start, length = at + 3, int.from_bytes(data[at : at + 2])
            found.append((data[start : start + length], Seen(data[at + 2])))
            at = start + length
        return found

    def save(self) -> None:
        """From now on a new process goes on from here."""
        facts = self.facts
        absent: dict[str, Json] = {str(index): fault for index, fault in sorted(facts.absent.items())}
        tiles: dict[str, Json] = dict(sorted(facts.tile_faults.items()))
        later: dict[str, Json] = {str(index): int(seen) for index, seen in sorted(facts.later.items())}
        value: JsonObject = {
            "habeas_audit": VERSION,
            "origin": facts.origin,
            "vkey": facts.vkey,
            "size": self.size,
            "digest": self._digest.hexdigest(),
            "note": _encode(facts.note),
            "opening": _encode(facts.opening),
            "tiles_to": facts.tiles_to,
            "withheld": [digest.hex() for digest in sorted(facts.withheld)],
            "absent": absent,
            "tile_faults": tiles,
            "later": later,
        }
        body = encode_json({"audit": value, "check": sha256(encode_json(value)).hex()})
        replace_file(self._folder / _FACTS, body + b"\n")


_SEEN = frozenset(map(int, Seen))


def _read_facts(path: Path) -> tuple[int, bytes, Facts]:
    try:
        whole = load_json(read_file(path, MAX_JSON_BYTES))
        assert isinstance(whole, dict)
        value = whole["audit"]
        assert isinstance(value, dict)
        if value["habeas_audit"] != VERSION:
            raise RuntimeSetting(f"{path} is of another version of habeas audit; take another --state folder")
        if whole["check"] != sha256(encode_json(value)).hex():
            raise _tampered(path.parent)
        return _parse_facts(value)
    except (AssertionError, KeyError, ValueError, TypeError, AttributeError, FileNotFoundError):
        raise _tampered(path.parent) from None


def _parse_facts(value: Mapping[str, Json]) -> tuple[int, bytes, Facts]:
    size, tiles_to = value["size"], value["tiles_to"]
    absent, tiles, withheld, later = value["absent"], value["tile_faults"], value["withheld"], value["later"]
    assert isinstance(size, int) and is_int(size) and isinstance(tiles_to, int)
    assert (
        isinstance(absent, dict) and isinstance(tiles, dict) and isinstance(withheld, list) and isinstance(later, dict)
    )
    facts = Facts(
        str(value["origin"]),
        str(value["vkey"]),
        base64.b64decode(str(value["note"])),
        base64.b64decode(str(value["opening"])),
        tiles_to,
        {bytes.fromhex(str(item)) for item in withheld},
        {int(index): _fault(fault) for index, fault in absent.items()},
        {path: _fault(fault) for path, fault in tiles.items()},
        {int(index): Seen(int(str(seen))) for index, seen in later.items()},
    )
    return size, bytes.fromhex(str(value["digest"])), facts


def _fault(value: Json) -> Fault:
    for known in _FAULTS:
        if value == known:
            return known
    raise ValueError("unknown fault")


_FAULTS: tuple[Fault, ...] = ("missing", "withheld", "too long", "other bytes")


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _tampered(folder: Path) -> RuntimeSetting:
    return RuntimeSetting(
        f"the audit state in {folder} is damaged or was changed; it is not used. Take an empty --state folder"
    )
