"""What ``habeas case show`` prints: all that is kept of a case, without opening any of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from ledger.cli.attested import Attested
from ledger.cli.casefile import CaseFile
from ledger.cli.kept import file_of, is_kept
from ledger.disclosure import Disclosure, FileValue
from ledger.encoding import Json, JsonObject, encode_hex, encode_instant
from ledger.proof import LogProof


def case_json(folder: Path, case: CaseFile) -> JsonObject:
    """For programs."""
    statements: list[Json] = []
    for entry in case.entries:
        said = entry.signed.statement
        statements.append(
            {
                "statement": encode_hex(entry.signed.id),
                "kind": said.kind,
                "facts": dict(said.facts),
                "index": None if entry.receipt is None else LogProof.parse(entry.receipt).index,
                "written": entry.written,
                "private": [disclosure.name for disclosure in entry.disclosures],
                "files": [_file_json(folder, case, *item) for item in _files(entry.disclosures)],
                "attested": [
                    each for item in case.attested if item.statement == entry.signed.id for each in _said(item)
                ],
            }
        )
    value: JsonObject = {
        "case": encode_hex(case.case),
        "company": case.company,
        "ledger": case.ledger,
        "api": case.api,
        "author": encode_hex(case.author),
        "statements": statements,
        "letters": [{"on": item.on.isoformat(), "language": item.language} for item in case.letters],
    }
    if case.waiting:
        waits: list[Json] = []
        for item in case.waiting:
            at = encode_instant(int(item.kept_at.timestamp()))
            waits += [{**_file_json(folder, case, *each), "kept_at": at} for each in _files([item.disclosure])]
        value["waiting"] = waits
    return value


def case_lines(folder: Path, case: CaseFile) -> Iterator[str]:
    """For people."""
    yield f"Case      {encode_hex(case.case)}"
    yield f"Company   {case.company}"
    yield f"Ledger    {case.ledger} at {case.api}"
    yield f"Your key  {encode_hex(case.author)} (number {case.key_index})"
    for entry in case.entries:
        waits = "in a file" if entry.written else "not confirmed"
        place = waits if entry.receipt is None else str(LogProof.parse(entry.receipt).index)
        yield f"{place:>13}  {entry.signed.statement.kind}  {encode_hex(entry.signed.id)}"
        for disclosure in entry.disclosures:
            yield f"            private: {disclosure.name}" + _file_words(folder, case, disclosure)
        for item in case.attested:
            if item.statement == entry.signed.id:
                for signed in item.signed:
                    facts = signed.statement.facts
                    who = encode_hex(signed.statement.author)
                    yield f"            attested: {facts['check']} {facts['result']} by {who} at {facts['at']}"
    for waiting in case.waiting:
        yield f"      waiting  {waiting.disclosure.name}" + _file_words(folder, case, waiting.disclosure)
    for letter in case.letters:
        yield f"    letter  {letter.on.isoformat()} ({letter.language})"


def _files(disclosures: Iterable[Disclosure]) -> Iterator[_Item]:
    for disclosure in disclosures:
        value = file_of(disclosure)
        if value is not None:
            yield disclosure, value


_Item = tuple[Disclosure, FileValue]


def _file_json(folder: Path, case: CaseFile, disclosure: Disclosure, value: FileValue) -> JsonObject:
    return {
        "private": disclosure.name,
        "name": value.name,
        "media_type": value.media_type,
        "bytes": value.length,
        "sha256": value.sha256,
        "kept": is_kept(folder, case.case, value),
    }


def _file_words(folder: Path, case: CaseFile, disclosure: Disclosure) -> str:
    value = file_of(disclosure)
    if value is None:
        return ""
    kept = "kept" if is_kept(folder, case.case, value) else "its bytes are not in your folder"
    return f" ({value.name}, {value.length} bytes, {value.media_type}, {kept})"


def _said(item: Attested) -> list[Json]:
    return [
        {
            "attester": encode_hex(signed.statement.author),
            "statement": encode_hex(signed.id),
            **{name: signed.statement.facts[name] for name in ("check", "result", "at")},
        }
        for signed in item.signed
    ]
