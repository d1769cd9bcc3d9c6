"""Private files: only their owner reads them, a crash never halves them, two commands never mix them."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ledger.errors import MalformedRequest, MalformedSize, RefusedBusy, RefusedOverwrite, RuntimeSetting

LOCK_WAIT_SECONDS = 10.0
_LOCK_NAME = ".lock"
_FIRST_READ = 65_536
"""Nearly every file is smaller; memory for the largest one allowed would be asked of the kernel for each."""


def open_folder(folder: Path) -> None:
    """Make ``folder`` with mode 0700, or check that nobody else can read the one that is there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    mode = folder.stat().st_mode & 0o777
    if mode & 0o077:
        raise RuntimeSetting(
            f"the folder {folder} has mode {mode:03o}, so other users of this machine can read it; "
            f"run: chmod 700 {folder}"
        )


@contextmanager
def locked(folder: Path, wait: float = LOCK_WAIT_SECONDS) -> Iterator[None]:
    """Hold the folder alone among all processes; waits up to ``wait`` seconds, then RefusedBusy.

    The kernel drops the lock when the holder dies, so a crash leaves nothing to clean up.
    """
    open_folder(folder)
    descriptor = os.open(folder / _LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        _take(descriptor, folder, time.monotonic() + wait)
        for left in folder.glob(".*.new"):
            # What a killed command left behind: private texts that nothing would ever remove.
            left.unlink(missing_ok=True)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def locked_file(path: Path, wait: float = LOCK_WAIT_SECONDS) -> Iterator[None]:
    """Hold an existing file alone among all processes; waits up to ``wait`` seconds, then RefusedBusy."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        _take(descriptor, path, time.monotonic() + wait)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, folder: Path, until: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= until:
                raise RefusedBusy(
                    f"another habeas command is working with {folder}; try again when it has ended"
                ) from None
            time.sleep(0.02)


def read_file(path: Path, limit: int) -> bytes:
    """All bytes of a file of at most ``limit`` bytes; FileNotFoundError where there is none."""
    with path.open("rb") as file:
        data = file.read(min(_FIRST_READ, limit + 1))
        if len(data) == _FIRST_READ:
            data += file.read(limit + 1 - len(data))
    if len(data) > limit:
        raise MalformedSize(f"{path} has more than {limit} bytes")
    return data


def write_new(path: Path, data: bytes) -> None:
    """Write a file that must not exist yet, mode 0600, whole or not at all, and read it back.

    Raises RefusedOverwrite where something has that name already, MalformedRequest where no file can be made.
    """
    check_new(path)
    try:
        temporary = _write_beside(path, data)
    except OSError as error:
        raise MalformedRequest(f"{path} cannot be written: {error.strerror}") from None
    try:
        # A link, unlike a rename, fails if another process made the file in the meantime.
        os.link(temporary, path)
    except FileExistsError:
        raise RefusedOverwrite(f"{path} was made by another command meanwhile") from None
    except OSError:
        # Memory sticks know no links.
        temporary.rename(path)
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(path.parent)
    if path.read_bytes() != data:
        raise OSError(f"{path} does not read back as it was written; the disk is full or broken")


def check_new(path: Path) -> None:
    """Whether a file can get that name, asked before there is something to lose. Raises as ``write_new``."""
    try:
        is_taken, is_folder = os.path.lexists(path), path.parent.is_dir()
    except OSError as error:
        raise MalformedRequest(f"{path} cannot be written: {error.strerror}") from None
    if is_taken:
        raise RefusedOverwrite(f"{path}; choose another name or move it away")
    if not is_folder:
        raise MalformedRequest(f"{path} cannot be written: there is no folder {path.parent}; make it first")


def replace_file(path: Path, data: bytes) -> None:
    """Put a new version in the place of a file; a reader sees the old bytes or the new ones."""
    _write_beside(path, data).replace(path)
    _sync_folder(path.parent)


def _write_beside(path: Path, data: bytes) -> Path:
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    with suppress(FileNotFoundError):
        temporary.unlink()
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
