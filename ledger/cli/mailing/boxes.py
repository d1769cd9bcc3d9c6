"""Mails out of files and folders, byte for byte and one at a time: .eml files, Maildir, mbox.

No mail library takes part: reading and writing a message anew breaks real signatures. A Maildir and a
folder of .eml files hold each message as it is. An mbox file does not: it puts a line ``From ...`` before
each message, and most change lines of the message that begin so. Customs differ, and a file does not say
which was followed (docs/mail.md, "mbox"); ``readings`` gives what the message may have been. Where nothing is
changed (mboxcl2), a line ``From ...`` of a message is told from a separator by the date that those end with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import BinaryIO

from ledger.encoding import sha256
from ledger.errors import MalformedRequest

MAX_MAIL = 50 * 2**20
_SEPARATOR = b"From "
_QUOTED = re.compile(rb"^>+From ", re.MULTILINE)
_MBOXRD = re.compile(rb"^>(>*From )", re.MULTILINE)
_MBOXO = re.compile(rb"^>From ", re.MULTILINE)
_DAY, _MONTH = rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)", rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DATED = (
    rb"From .{0,400}?\b" + _DAY + rb",? {1,4}(?:" + _MONTH + rb" {1,4}\d{1,2}|\d{1,2} {1,4}" + _MONTH + rb" {1,4}\d{4})"
    rb" {1,4}\d{1,2}:\d\d\b"
)  # fmt: skip
"""A separator with the time of delivery, as nearly every program writes it (RFC 4155), or as mails write theirs."""
NOT_ORIGINAL = frozenset({".emlx", ".msg"})
_PIECE = 65_536
_FIRST_DATED = re.compile(_DATED)
_NEXT = re.compile(rb"\n\r?\n(From )")
_NEXT_DATED = re.compile(rb"\n\r?\n(" + _DATED + rb")")
_NEXT_SIZE = 512
"""As long as what the two look for can be, and longer."""
_BLANK_END = re.compile(rb"\n\r?\n\Z")
MAX_DOUBTFUL = 6
"""Lines ``>From`` of one message for which both ways are tried, each with each: 64 ways at most."""


@dataclass(frozen=True, slots=True)
class Found:
    """One message: where it was, and its bytes as they lie there."""

    path: Path
    number: int | None
    """Its number in an mbox file, from 1; None where the file is the message."""
    data: bytes | None = field(repr=False)
    """None where the message is over the limit; it is not read then."""

    @property
    def name(self) -> str:
        """What the person calls it: the file, and the number in an mbox."""
        return str(self.path) if self.number is None else f"{self.path}#{self.number}"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a message of an mbox may have been before it was put there."""

    how: str
    """``as_it_lies``, ``mboxrd`` or ``mboxo``."""
    data: bytes = field(repr=False)


def readings(found: Found) -> Iterator[Reading]:
    """The candidates for the bytes that were received, the likeliest first, each once, one in memory at a time.

    mboxrd puts ``>`` before ``From``, ``>From``, ``>>From`` …, so that taking one off is exact; mboxo puts it
    before ``From`` alone, so that each ``>From`` may have been either. Some programs write no mark at all.
    """
    data = found.data or b""
    # What is simple is looked for first: few messages have such a line, and "^" tries every byte.
    if found.number is None or b">From " not in data or not _QUOTED.search(data):
        yield Reading("as_it_lies", data)
        return
    seen: set[bytes] = set()
    for how, candidate in _unquoted(data):
        digest = sha256(candidate)
        if digest not in seen:
            seen.add(digest)
            yield Reading(how, candidate)


def _unquoted(data: bytes) -> Iterator[tuple[str, bytes]]:
    yield "mboxrd", _MBOXRD.sub(rb"\1", data)
    places = [match.start() for match in _MBOXO.finditer(data)]
    if len(places) <= MAX_DOUBTFUL:
        # Every choice of lines whose mark is taken off, the most marks first; none of them is as it lies.
        for count in range(len(places), 0, -1):
            for chosen in combinations(places, count):
                yield "mboxo", _without(data, chosen)
    else:
        yield "mboxo", _MBOXO.sub(_SEPARATOR, data)
    yield "as_it_lies", data


def _without(data: bytes, places: Sequence[int]) -> bytes:
    """The bytes without those at ``places``, ascending."""
    ends = [*places, len(data)]
    return data[: ends[0]] + b"".join(data[at + 1 : end] for at, end in zip(places, ends[1:], strict=True))


def walk(path: Path) -> Iterator[Found]:
    """The messages of a file or folder, in a fixed order, one in memory at a time.

    A folder with ``cur`` and ``new`` is a Maildir (and ``.Name`` folders in it are read too); any other folder is
    searched for .eml and .mbox files. A file that begins with ``From `` is an mbox. Raises MalformedRequest.
    """
    try:
        if path.is_dir():
            yield from _maildir(path) if is_maildir(path) else _tree(path)
        else:
            yield from _file(path)
    except OSError as error:
        raise MalformedRequest(f"{error.filename or path} cannot be read: {error.strerror}") from None


def passed_over(path: Path) -> int:
    """How many files of a folder are mails in a form that holds no original bytes; ``walk`` leaves them out."""
    if not path.is_dir() or is_maildir(path):
        return 0
    return sum(item.suffix.lower() in NOT_ORIGINAL for item in path.rglob("*") if item.is_file())


def is_maildir(path: Path) -> bool:
    """Whether the folder is a Maildir."""
    return (path / "cur").is_dir() and (path / "new").is_dir()


def is_mbox(path: Path) -> bool:
    """Whether a file begins like an mbox. No message does: ``From `` has no colon."""
    with path.open("rb") as file:
        return file.read(len(_SEPARATOR)) == _SEPARATOR


def _maildir(path: Path) -> Iterator[Found]:
    # tmp holds what is still being delivered.
    for folder in (path / "cur", path / "new"):
        for file in sorted(folder.iterdir()):
            if file.is_file() and not file.name.startswith("."):
                yield _whole(file)
    for folder in sorted(path.iterdir()):
        # A link may lead back to where we are.
        if folder.is_dir() and not folder.is_symlink() and folder.name[:1] == "." and is_maildir(folder):
            yield from _maildir(folder)


def _tree(path: Path) -> Iterator[Found]:
    for item in sorted(path.iterdir()):
        if item.is_dir() and not item.is_symlink():
            yield from _maildir(item) if is_maildir(item) else _tree(item)
        elif item.is_file() and item.suffix.lower() in {".eml", ".mbox"}:
            yield from _file(item)


def _file(path: Path) -> Iterator[Found]:
    if not is_mbox(path):
        yield _whole(path)
        return
    with path.open("rb") as file:
        yield from _mbox(path, file)


def _whole(path: Path) -> Found:
    with path.open("rb") as file:
        data = file.read(MAX_MAIL + 1)
    return Found(path, None, data if len(data) <= MAX_MAIL else None)


def _mbox(path: Path, file: BinaryIO) -> Iterator[Found]:
    """The messages of an mbox: one begins at its start, and with each ``From `` line behind an empty line."""
    # Read in blocks: a loop over the lines would take as long as checking the messages.
    held, number, found = bytearray(file.read(_PIECE)), 0, True
    # A program that writes dates writes them always; one that does not leaves nothing to tell lines apart by.
    separator = _NEXT_DATED if _FIRST_DATED.match(held) else _NEXT
    while found:
        number += 1
        # ``held`` then begins with the line end of the separator: an empty line may follow at once.
        if not _skip_line(held, file):
            yield Found(path, number, b"")
            return
        end, found, skipped = _find_end(held, file, separator)
        yield Found(path, number, _message(held, end, skipped))
        del held[:end]


def _find_end(held: bytearray, file: BinaryIO, separator: re.Pattern[bytes]) -> tuple[int, bool, int]:
    """Where in ``held`` the message ends, whether another one follows, and how many bytes were left out before."""
    next_one, skipped = separator.search(held), 0
    while not next_one:
        block = file.read(_PIECE)
        if not block:
            return len(held), False, skipped
        at = max(0, len(held) - _NEXT_SIZE)
        held += block
        next_one = separator.search(held, at)
        if not next_one and len(held) > MAX_MAIL + _NEXT_SIZE:
            # Too long to be given: it must not fill the memory.
            skipped += len(held) - _NEXT_SIZE
            del held[:-_NEXT_SIZE]
    return next_one.start(1), True, skipped


def _skip_line(held: bytearray, file: BinaryIO) -> bool:
    """Take the first line away but for its end: a long separator is no part of the message. Whether it has an end."""
    while (end := held.find(b"\n")) < 0:
        held[:] = file.read(_PIECE)
        if not held:
            return False
    del held[:end]
    return True


def _message(held: bytearray, end: int, skipped: int) -> bytes | None:
    # The format puts one empty line after each message; it was never a part of it.
    last = _BLANK_END.search(held, max(0, end - 3), end)
    size = skipped + (last.start() if last else end - 1)
    return bytes(held[1 : last.start() + 1 if last else end]) if size <= MAX_MAIL else None
