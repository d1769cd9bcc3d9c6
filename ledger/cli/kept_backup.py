"""The kept files of all cases in one encrypted file beside the backup (docs/spec/keys.md, "Kept files in a backup").

The backup itself stays small and as it was; mails and captures may be large, so they are written one by one
and never held together.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.cli import casefolder, kept
from ledger.encoding import encode_hex, sha256
from ledger.errors import MalformedKey, RefusedOverwrite, VerificationBackup
from ledger.keys import NONCE_BYTES, SALT_BYTES, backup_key

MAGIC = b"habeas-kept-files 1\n"
_FILE, _END = b"\x00", b"\x01"
_LENGTH_BYTES, _ID_BYTES, _TAG_BYTES = 8, 32, 16
_MOST = kept.MAX_KEPT + 2 * _ID_BYTES + _TAG_BYTES


def kept_backup_path(backup: Path) -> Path:
    """Where the kept files of a backup lie: beside it."""
    return backup.with_name(backup.name + ".files")


def kept_files(folder: Path) -> Iterator[tuple[bytes, bytes]]:
    """Case id and SHA-256 of every kept file that some case knows of, each once."""
    for case in casefolder.list_cases(folder):
        for digest in dict.fromkeys(bytes.fromhex(value.sha256) for _, value in kept.all_files(case)):
            if kept.kept_path(folder, case.case, digest).is_file():
                yield case.case, digest


def write_kept(path: Path, folder: Path, password: str) -> int:
    """Write the kept files to a new file, mode 0600, open it once, and return how many there are.

    Raises RefusedOverwrite, and MalformedKey for a damaged file.
    """
    salt = secrets.token_bytes(SALT_BYTES)
    key = AESGCM(backup_key(password, salt))
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        raise RefusedOverwrite(f"{path}; choose another name or move it away") from None
    count = 0
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(MAGIC + salt)
            for case, digest in kept_files(folder):
                _write_record(file, key, salt, count, _FILE, case + digest + (kept.held(folder, case, digest) or b""))
                count += 1
            _write_record(file, key, salt, count, _END, b"")
            file.flush()
            os.fsync(file.fileno())
        # A backup that was never opened is a hope.
        if sum(1 for _ in _read(path, lambda _: key)) != count:
            raise MalformedKey("the kept files do not open to what was put in")
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return count


def restore_kept(path: Path, password: str, folder: Path) -> int:
    """Put the kept files of a backup beside their cases, which are restored already; returns how many.

    Raises VerificationBackup for a wrong password or a changed or cut file, and MalformedKey. The files before
    the place of an error are put back: each is whole, and each has the SHA-256 of its name.
    """
    cases = {case.case for case in casefolder.list_cases(folder)}
    count = 0
    for case, data in _read(path, lambda salt: AESGCM(backup_key(password, salt))):
        if case not in cases:
            raise MalformedKey(f"{path} holds a file of case {encode_hex(case)}, which is not in {folder}")
        kept.keep(folder, case, data)
        count += 1
    return count


def _read(path: Path, key_of: Callable[[bytes], AESGCM]) -> Iterator[tuple[bytes, bytes]]:
    """Case id and bytes of each file."""
    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise MalformedKey(f"{path} does not begin like the kept files of a backup")
        salt = _exactly(file, SALT_BYTES, path)
        key = key_of(salt)
        number = 0
        while True:
            nonce = _exactly(file, NONCE_BYTES, path)
            length = int.from_bytes(_exactly(file, _LENGTH_BYTES, path))
            if length > _MOST:
                raise MalformedKey(f"{path}: a file of {length} bytes; at most {_MOST} are read")
            sealed = _exactly(file, length, path)
            plain = _open(key, nonce, sealed, _about(salt, number, _FILE))
            if plain is None:
                # The end is sealed too: a file that was cut between two records is not taken for a whole one.
                if _open(key, nonce, sealed, _about(salt, number, _END)) != b"" or file.read(1):
                    raise VerificationBackup(f"the password is wrong, or {path} was changed at file {number}")
                return
            case, digest, data = plain[:_ID_BYTES], plain[_ID_BYTES : 2 * _ID_BYTES], plain[2 * _ID_BYTES :]
            if sha256(data) != digest:
                raise MalformedKey(f"{path}: file {number} does not have its SHA-256")
            yield case, data
            number += 1


def _write_record(file: BinaryIO, key: AESGCM, salt: bytes, number: int, kind: bytes, plain: bytes) -> None:
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = key.encrypt(nonce, plain, _about(salt, number, kind))
    file.write(nonce + len(sealed).to_bytes(_LENGTH_BYTES) + sealed)


def _about(salt: bytes, number: int, kind: bytes) -> bytes:
    """What is authenticated with a record: its place, so that none can be moved, and whether it is the end."""
    return MAGIC + salt + number.to_bytes(_LENGTH_BYTES) + kind


def _open(key: AESGCM, nonce: bytes, sealed: bytes, about: bytes) -> bytes | None:
    try:
        return key.decrypt(nonce, sealed, about)
    except InvalidTag:
        return None


def _exactly(file: BinaryIO, length: int, path: Path) -> bytes:
    data = file.read(length)
    if len(data) != length:
        raise VerificationBackup(f"{path} ends in the middle of a file")
    return data
