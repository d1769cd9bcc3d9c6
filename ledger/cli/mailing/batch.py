"""``habeas mail check``: many messages, one in memory at a time, with progress; broken off, it goes on.

One line for each message. With ``--out`` the lines are JSON in a file as well; with ``--resume`` what stands
there is not checked again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from ledger.cli.clean import dump_json, pad
from ledger.cli.mailing.boxes import Found, passed_over, walk
from ledger.cli.mailing.grading import KeySource, Remembered, choose, examine
from ledger.cli.mailing.lines import line, result_words
from ledger.cli.mailing.words import examined_json, message_id
from ledger.cli.plainjson import load_json
from ledger.encoding import JsonObject
from ledger.errors import HabeasError, MalformedRequest, MalformedSize
from ledger.mail.grade import PublishedKey
from ledger.words import Language

EVERY = 1_000
"""Messages between two lines of progress."""
_ORDER = (1, 2, 3, 0)


@dataclass(frozen=True, slots=True)
class Task:
    """What all messages of a batch are checked against."""

    domains: frozenset[str]
    case: bytes | None
    source: KeySource
    at: datetime | None
    published: tuple[PublishedKey, ...] = ()
    language: Language = "en"


@dataclass
class Tally:
    """How many messages had which result."""

    counts: dict[str, int] = field(default_factory=dict)
    code: int = 0

    def add(self, value: JsonObject) -> None:
        """Count one line."""
        result = str(value.get("result") or "unreadable")
        self.counts[result] = self.counts.get(result, 0) + 1
        exits = {"failed": 1, "unreadable": 2, "undetermined": 3}
        self.code = min(self.code, exits.get(result, 0), key=_ORDER.index)

    @property
    def total(self) -> int:
        """All messages counted."""
        return sum(self.counts.values())

    def words(self, language: Language = "en") -> str:
        """For people."""
        counted = [
            line("count", language, count=f"{count:,}", result=result_words(result, language))
            for result, count in sorted(self.counts.items())
        ]
        return ", ".join(counted) or line("no_message", language)

    def summary(self, language: Language = "en") -> str:
        """How many there were, and with which result."""
        return line("messages", language, total=f"{self.total:,}", words=self.words(language))


def check(
    paths: Sequence[Path],
    task: Task,
    done: Sequence[JsonObject],
    told: Callable[[str], None],
    each: Callable[[JsonObject], None],
) -> Tally:
    """Check every message of ``paths``; ``each`` gets its line. ``done`` are lines of an earlier run."""
    tally = Tally()
    names = set()
    for value in done:
        names.add(str(value.get("file")))
        tally.add(value)
    kept = replace(task, source=Remembered(task.source))
    for found in _all(paths):
        if found.name in names:
            continue
        value = line_of(found, kept)
        tally.add(value)
        each(value)
        if tally.total % EVERY == 0:
            told(tally.summary(task.language))
    for path in paths:
        if skipped := passed_over(path):
            told(line("passed_over", task.language, count=skipped, path=path))
    if tally.total == 0:
        tally.code = 2  # nothing was checked: that must not look as if all were well
    return tally


def line_of(found: Found, task: Task) -> JsonObject:
    """The line of one message; what cannot be read is a line too."""
    value: JsonObject = {"file": found.name}
    try:
        if found.data is None:
            raise MalformedSize("it has more than 50 MiB")
        reading, read = choose(found)
        examined = examine(reading.data, task.domains, task.source, task.case, task.at, task.published, read)
    except HabeasError as error:
        return {**value, "result": None, "error": error.type, "detail": str(error)}
    return {
        **value,
        "reading": reading.how,
        "body_is_signed": read is not None,
        "message_id": message_id(examined.mail),
        **examined_json(examined),
    }


def line_words(value: JsonObject, language: Language = "en") -> str:
    """One line for people; reasons stand there by their codes."""
    result, file = pad(result_words(str(value["result"] or "unreadable"), language), 13), value["file"]
    if value["result"] is None:
        return line("line_unreadable", language, result=result, file=file, detail=value["detail"])
    signer = value["signed_by"]
    by = line("by_nobody", language)
    if isinstance(signer, dict):
        by = line("by", language, domain=signer["domain"], bits=signer["bits"])
    case = line(f"case_{value['case_in']}", language)
    reasons = value["reasons"]
    codes = [str(item["code"]) for item in reasons if isinstance(item, dict)] if isinstance(reasons, list) else []
    shown = line("line", language, result=result, file=file, by=by, case=case)
    return shown + (f" ({', '.join(codes)})" if codes else "")


def read_done(path: Path) -> list[JsonObject]:
    """The lines of an earlier run. A last line that was not written to its end is cut off; it is checked again."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise MalformedRequest(f"--out {path} cannot be read: {error.strerror}") from None
    whole, _, rest = data.rpartition(b"\n")
    done = []
    for number, encoded in enumerate(whole.split(b"\n") if whole else [], start=1):
        try:
            value = load_json(encoded)
        except ValueError:
            value = None
        if not isinstance(value, dict) or "file" not in value:
            raise MalformedRequest(f"line {number} of {path} is none of habeas mail check; name another file")
        done.append(value)
    if rest:
        with path.open("r+b") as file:
            file.truncate(len(data) - len(rest))
    return done


def encode_line(value: JsonObject) -> str:
    """The line as JSON."""
    return dump_json(value, None)


def _all(paths: Sequence[Path]) -> Iterator[Found]:
    for path in paths:
        yield from walk(path)
