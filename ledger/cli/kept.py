"""Files that belong to a case: mails, captures, pages. Their bytes lie beside the case file, untouched.

    <folder>/case-<64 hex>.files/<64 hex>      the bytes, under their own SHA-256

The name is the check: bytes that do not hash to it are a damaged file and are never handed out. Which
file stands behind which private field is said by the field's ``sha256`` (docs/spec/keys.md, "Kept files").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ledger.cli.casefile import CaseFile
from ledger.cli.files import open_folder, read_file, write_new
from ledger.disclosure import Disclosure, FileValue
from ledger.encoding import sha256
from ledger.errors import MalformedKey, MalformedRequest, RefusedOverwrite

_NAME = re.compile(r"[0-9a-f]{64}")
MAX_KEPT = 50 * 2**20
"""As much as a message may have (docs/spec/mail.md)."""


def kept_folder(folder: Path, case: bytes) -> Path:
    """Where the files of a case lie."""
    return folder / f"case-{case.hex()}.files"


def kept_path(folder: Path, case: bytes, digest: bytes) -> Path:
    """Where the bytes with this SHA-256 (32 bytes) lie, or would lie."""
    return kept_folder(folder, case) / digest.hex()


def keep(folder: Path, case: bytes, data: bytes) -> bytes:
    """Keep ``data`` for the case and return its SHA-256. Bytes that are there already stay as they are."""
    digest = sha256(data)
    place = kept_path(folder, case, digest)
    open_folder(place.parent)
    try:
        write_new(place, data)
    except RefusedOverwrite:
        held(folder, case, digest)  # a damaged file under this name is an error now, not on the day it is needed
    return digest


def held(folder: Path, case: bytes, digest: bytes) -> bytes | None:
    """The bytes with this SHA-256; None where the case keeps none. Raises MalformedKey for damaged ones."""
    path = kept_path(folder, case, digest)
    try:
        data = read_file(path, MAX_KEPT)
    except FileNotFoundError:
        return None
    if sha256(data) != digest:
        raise MalformedKey(f"{path} is damaged: its bytes do not have the SHA-256 that is its name")
    return data


def file_of(disclosure: Disclosure) -> FileValue | None:
    """The file that a private field stands for; None for a text."""
    return disclosure.value if isinstance(disclosure.value, FileValue) else None


def all_files(case: CaseFile) -> Iterator[tuple[Disclosure, FileValue]]:
    """Every file that the case knows of: of its statements, of attesters, and what waits for a statement."""
    of_entries = [item for entry in case.entries for item in entry.disclosures]
    of_attesters = [item for answer in case.attested for item in answer.disclosures]
    for item in (*of_entries, *of_attesters, *(waiting.disclosure for waiting in case.waiting)):
        value = file_of(item)
        if value is not None:
            yield item, value


def read_evidence(path: Path, what: str) -> bytes:
    """The bytes of a file that a statement is to commit to. Raises MalformedRequest, also for an empty one."""
    try:
        data = read_file(path, MAX_KEPT)
    except OSError as error:
        raise MalformedRequest(f"{what} {path} cannot be read: {error.strerror}") from None
    if not data:
        raise MalformedRequest(f"{what} {path} is empty: nothing can be shown with it, so nothing is signed")
    return data


def free_name(case: CaseFile, stem: str) -> str:
    """``mail``, ``mail-2`` …: a name of its own among the private fields, so that opening one opens no other."""
    taken = {item.name for entry in case.entries for item in entry.disclosures}
    number = 1
    while (name := stem if number == 1 else f"{stem}-{number}") in taken:
        number += 1
    return name


def is_kept(folder: Path, case: bytes, value: FileValue) -> bool:
    """Whether the bytes lie in the folder. They are not read."""
    return kept_path(folder, case, bytes.fromhex(value.sha256)).is_file()


def sweep(folder: Path, case: bytes, held_case: CaseFile | None) -> int:
    """Remove the files of which the case knows nothing any more, and say how many; all where the case is gone.

    Only after a person removed what they belonged to: nothing else takes bytes away.
    """
    place = kept_folder(folder, case)
    known = {value.sha256 for _, value in all_files(held_case)} if held_case is not None else set()
    gone = [path for path in (place.iterdir() if place.is_dir() else ()) if path.name not in known]
    for path in gone:
        path.unlink()
    if place.is_dir() and not known:
        place.rmdir()
    return sum(_NAME.fullmatch(path.name) is not None for path in gone)


def bytes_of(folder: Path, case: bytes, disclosure: Disclosure) -> bytes | None:
    """The bytes behind a private field; None for a text, or where they are not kept."""
    value = file_of(disclosure)
    return None if value is None else held(folder, case, bytes.fromhex(value.sha256))
