"""The requester's folder: the seed phrase, one file per case, and one encrypted backup of it all.

    <folder>/seed.json                 {"habeas_seed":1,"phrase":"24 words"}
    <folder>/case-<64 hex>.json        one CaseFile

Nothing is overwritten silently; ``update`` is the one way to change a case. The folder has mode 0700
because it holds private texts and the seed in clear: whoever reads it speaks as its owner.
Formats and numbered steps: docs/spec/keys.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from ledger.cli.casefile import DEPTH, MAX_CASE_FILE, CaseFile
from ledger.cli.files import locked, read_file, replace_file, write_new
from ledger.encoding import Json, encode_hex, encode_json, is_int, parse_json, require_members
from ledger.errors import HabeasError, MalformedKey, RefusedNotFound, RefusedOverwrite
from ledger.keys import Seed, address_of, decrypt_backup, derive_key, encrypt_backup, parse_phrase

MAX_CONTENT = 2**24
_NAME = re.compile(r"case-([0-9a-f]{64})\.json")
_NOTHING: frozenset[str] = frozenset()


def save_seed(folder: Path, phrase: str) -> Seed:
    """Keep the seed phrase in a new file. Raises MalformedKey, or RefusedOverwrite where one is kept."""
    seed = parse_phrase(phrase)
    with locked(folder):
        write_new(folder / "seed.json", _encode_seed(seed))
    return seed


def load_seed(folder: Path) -> Seed:
    """The seed of this folder. Raises RefusedNotFound or MalformedKey."""
    seed = held_seed(folder)
    if seed is None:
        raise RefusedNotFound(f"{folder} holds no seed phrase; make one with: habeas key new")
    return seed


def held_seed(folder: Path) -> Seed | None:
    """The seed of this folder, None where it holds none. Raises MalformedKey."""
    try:
        data = read_file(folder / "seed.json", 1_000)
    except FileNotFoundError:
        return None
    value = parse_json(data, limit=1_000, depth=1)
    names = frozenset({"habeas_seed", "phrase"})
    members = require_members(value, names, _NOTHING, MalformedKey, "the seed file")
    phrase = members["phrase"]
    if not is_int(members["habeas_seed"]) or members["habeas_seed"] != 1 or not isinstance(phrase, str):
        raise MalformedKey("the seed file must have habeas_seed 1 and a text in phrase")
    return parse_phrase(phrase)


def _encode_seed(seed: Seed) -> bytes:
    return encode_json({"habeas_seed": 1, "phrase": seed.phrase})


def next_key_index(folder: Path) -> int:
    """The lowest key number above all that this folder has used."""
    return max((case.key_index for case in list_cases(folder)), default=-1) + 1


def create(folder: Path, case: CaseFile) -> None:
    """Keep a new case. Raises RefusedOverwrite where the case, or another case of its key, is kept."""
    with locked(folder):
        for other in list_cases(folder):
            # One key for two cases would tell everybody that they are of one person.
            if other.author == case.author and other.case != case.case:
                raise RefusedOverwrite(
                    f"key {case.key_index} signs case {encode_hex(other.case)} already; take the next key"
                )
        write_new(_path(folder, case.case), case.encode())


def load(folder: Path, case: bytes) -> CaseFile:
    """The case file of a case id (32 bytes). Raises RefusedNotFound or Malformed errors."""
    path = _path(folder, case)
    try:
        data = read_file(path, MAX_CASE_FILE)
    except FileNotFoundError:
        raise RefusedNotFound(f"{folder} holds no case {encode_hex(case)}; see: habeas case list") from None
    try:
        found = CaseFile.parse(data)
    except HabeasError as error:
        raise type(error)(f"{path}: {error}") from None
    if found.case != case:
        raise MalformedKey(f"{path} holds case {encode_hex(found.case)}; its name must be that of its case")
    return found


def update(folder: Path, case: bytes, change: Callable[[CaseFile], CaseFile]) -> CaseFile:
    """Apply ``change`` to the newest version of a case, alone among all processes, and keep the result.

    ``change`` is quick: others wait for the folder while it runs.
    """
    with locked(folder):
        held = load(folder, case)
        changed = change(held)
        if changed.case != held.case:
            raise MalformedKey("a change must keep the case")
        if changed != held:
            replace_file(_path(folder, case), changed.encode())
        return changed


def discard(folder: Path, case: bytes) -> None:
    """Remove a case whose opening the ledger refused. Raises RefusedOverwrite if it was ever recorded."""
    with locked(folder):
        held = load(folder, case)
        if len(held.entries) > 1 or held.entries[0].receipt is not None:
            raise RefusedOverwrite(f"case {encode_hex(case)} is recorded or holds more than its opening; it stays")
        _path(folder, case).unlink()


def list_cases(folder: Path) -> tuple[CaseFile, ...]:
    """All cases of the folder, by key number. A damaged file is an error, never left out."""
    if not folder.is_dir():
        return ()
    names = (_NAME.fullmatch(path.name) for path in folder.iterdir())
    cases = (load(folder, bytes.fromhex(name[1])) for name in names if name)
    return tuple(sorted(cases, key=lambda case: (case.key_index, case.case)))


def _path(folder: Path, case: bytes) -> Path:
    return folder / f"case-{case.hex()}.json"


@dataclass(frozen=True, slots=True)
class Content:
    """What a backup holds: the whole folder."""

    seed: Seed = field(repr=False)
    cases: tuple[CaseFile, ...]

    def encode(self) -> bytes:
        """Canonical JSON, the plaintext of the backup."""
        cases: list[Json] = [case.to_json() for case in self.cases]
        return encode_json({"cases": cases, "habeas_folder": 1, "phrase": self.seed.phrase})

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read the plaintext. Raises MalformedSize, MalformedJson or MalformedKey."""
        value = parse_json(data, limit=MAX_CONTENT, depth=DEPTH + 2)
        names = frozenset({"cases", "habeas_folder", "phrase"})
        members = require_members(value, names, _NOTHING, MalformedKey, "the content of the backup")
        phrase, cases = members["phrase"], members["cases"]
        if not is_int(members["habeas_folder"]) or members["habeas_folder"] != 1:
            raise MalformedKey("habeas_folder must be 1: this version reads no other format")
        if not isinstance(phrase, str) or not isinstance(cases, list):
            raise MalformedKey("the content of the backup must have a text in phrase and a list in cases")
        content = cls(parse_phrase(phrase), tuple(CaseFile.from_json(case) for case in cases))
        content.check_keys()
        return content

    def check_keys(self) -> None:
        """Raises MalformedKey unless the seed gives the key of each case; nobody could go on with it."""
        for case in self.cases:
            derived = address_of(derive_key(self.seed, case.key_index))
            if derived != case.author:
                raise MalformedKey(
                    f"case {encode_hex(case.case)} is signed by {encode_hex(case.author)}, "
                    f"but key {case.key_index} of the seed phrase is {encode_hex(derived)}"
                )


def backup(folder: Path, password: str, *, salt: bytes, nonce: bytes) -> bytes:
    """The backup file of the whole folder, opened once with the password before it is returned.

    ``salt`` (16 bytes) and ``nonce`` (12) are fresh random bytes. Raises RefusedNotFound where there
    is no seed, and MalformedKey for a weak password or a case of another seed.
    """
    with locked(folder):
        content = Content(load_seed(folder), list_cases(folder))
    content.check_keys()
    data = encrypt_backup(content.encode(), password, salt, nonce)
    # A backup that was never opened is a hope; this also parses every case and derives every key.
    if Content.parse(decrypt_backup(data, password)) != content:
        raise MalformedKey("the backup does not open to what was put in; it is not written")
    return data


def write_backup(path: Path, folder: Path, password: str, *, salt: bytes, nonce: bytes) -> None:
    """Write ``backup`` to a new file, mode 0600, and read it back. Raises RefusedOverwrite."""
    write_new(path, backup(folder, password, salt=salt, nonce=nonce))


def restore(data: bytes, password: str, folder: Path) -> tuple[CaseFile, ...]:
    """Put the content of a backup into ``folder`` and return its cases.

    Raises VerificationBackup for a wrong password, and RefusedOverwrite, with nothing written, where
    the folder holds another seed or another state of a case. What is there already and equal stays,
    so that a restore that broke off is simply done again.
    """
    content = Content.parse(decrypt_backup(data, password))
    with locked(folder):
        _refuse_conflicts(folder, content)
        if not (folder / "seed.json").exists():
            write_new(folder / "seed.json", _encode_seed(content.seed))
        for case in content.cases:
            if not _path(folder, case.case).exists():
                write_new(_path(folder, case.case), case.encode())
    return content.cases


def _refuse_conflicts(folder: Path, content: Content) -> None:
    if held_seed(folder) not in (None, content.seed):
        raise RefusedOverwrite(f"{folder} holds another seed phrase; restore into an empty folder")
    for case in content.cases:
        path = _path(folder, case.case)
        if path.exists() and load(folder, case.case) != case:
            raise RefusedOverwrite(
                f"{path} differs from the case in the backup and may be newer; restore into an empty folder"
            )
