"""``habeas count``: counts and rates over a folder of bundles, by company, offline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer

from ledger.bundle import parse_bundle
from ledger.cli.output import AsJson, Language, Trust, new_app, note, print_json, print_text, show_progress
from ledger.cli.verify import Question, Terms, assess_under, parse_now, read_bytes, read_terms
from ledger.cli.verify_many import WORST_FIRST, find_files, processes_for, results_of
from ledger.counts.counts import Counts, count, is_listed
from ledger.counts.read import summarise
from ledger.counts.summary import CaseSummary
from ledger.counts.told import counts_json, told
from ledger.counts.words import phrase
from ledger.encoding import Json, encode_hex, encode_instant
from ledger.errors import HabeasError

app = new_app("Counts and rates over many bundles, by company: offline, under your own trust policy.")
Why = Literal["fault", "malformed", "failed", "no_finding", "older", "quiet"]
_WORDS: dict[Why, str] = {
    "fault": "internal fault, please report it",
    "malformed": "malformed",
    "failed": "a check failed",
    "no_finding": "no finding: completeness is not shown, or the trust policy does not list the ledger",
    "older": "a newer bundle of the same case is here",
    "quiet": "in its quiet period",
}
_CODES: dict[Why, int] = {"fault": 70, "malformed": 2, "failed": 1, "no_finding": 3, "older": 0, "quiet": 0}
_PROGRESS_STEP = 100


@dataclass(frozen=True, slots=True)
class Read:
    """What one file gives: a summary as of the index ``size``, or why there is none."""

    file: Path
    summary: CaseSummary | None = None
    size: int = 0
    practice: bool = False
    why: Why | None = None
    detail: str = ""


@app.command()
def count_bundles(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Bundles, or a folder of *.habeas.json, subfolders too."),
    ],
    trust: Trust = None,
    block: Annotated[
        list[str] | None,
        typer.Option(
            metavar="HASH", help="Hash of a block that you know to be on the chain and final; may be repeated."
        ),
    ] = None,
    now: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="Count as of this time, like 2026-12-01T00:00:00Z, or the end of a day (UTC)."
        ),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, max=256, metavar="N", help="Processes; without it, one for each core.")
    ] = None,
    lang: Annotated[Language, typer.Option(help="Language of the sentences.")] = Language.en,
    as_json: AsJson = False,
) -> None:
    """Count cases by company: what people state as a plain count, and rates over proven arrival alone. Nobody is asked.

    Of several bundles of one case the newest counts. Every file that is not counted is named, with the reason. Exit
    codes: 0 done; 1 a check failed in some file; 2 some file is malformed; 3 some file gives no finding; 70 an internal
    fault. Of several files the worst: 70, 1, 2, 3, 0.
    """
    terms, paths = read_terms(Question(trust=trust, blocks=block or (), now=now)), find_files(files)
    at = datetime.fromtimestamp(parse_now(now), UTC) if now else datetime.now(UTC)
    read = list(_newest(list(_read_all(terms, paths, jobs)), at))
    made = list(_count(read, at))
    left = [item for item in read if item.why is not None]
    if as_json:
        print_json(_json(made, left, terms, at))
    else:
        _print(made, lang.value)
    for item in left:
        assert item.why is not None
        note(f"{item.file}: not counted: {_WORDS[item.why]}" + (f" ({item.detail})" if item.detail else ""))
    codes = {_CODES[item.why] for item in left if item.why is not None}
    raise typer.Exit(next((code for code in WORST_FIRST if code in codes), 0))


def read_one(terms: Terms, path: Path) -> Read:
    """The summary of one file; a file that is wrong ends the work on no other."""
    try:
        result = assess_under(terms, parse_bundle(read_bytes(path)))
    except HabeasError as error:
        return Read(path, why="malformed", detail=str(error))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is no verdict about the bundle
        return Read(path, why="fault", detail=f"{type(error).__name__}: {error}")
    if result.is_broken:
        return Read(path, why="failed")
    summary = summarise(result)
    if summary is None or result.finding is None or result.ledger is None:
        return Read(path, why="no_finding")
    return Read(path, summary, result.finding.silence.size, result.ledger.ledger_class == "practice")


def _read_all(terms: Terms, paths: Sequence[Path], jobs: int | None) -> Iterator[Read]:
    with closing(results_of(partial(read_one, terms), paths, processes_for(jobs, len(paths)))) as results:
        for number, item in enumerate(results, 1):
            if number % _PROGRESS_STEP == 0 or number == len(paths):
                show_progress(number, len(paths))
            yield item


def _newest(read: Sequence[Read], at: datetime) -> Iterator[Read]:
    """``read``, with a reason where another file of the case is newer, or the case is in its quiet period."""
    best: dict[bytes, Read] = {}
    for item in read:
        if item.summary is not None and item.size > getattr(best.get(item.summary.case), "size", 0):
            best[item.summary.case] = item
    for item in read:
        if item.summary is None:
            yield item
        elif best[item.summary.case] is not item:
            yield Read(item.file, why="older")
        else:
            until = item.summary.quiet_until
            detail = f"until the end of {until}" if until is not None else "until the company speaks in it"
            yield item if is_listed(item.summary, at) else Read(item.file, why="quiet", detail=detail)


def _count(read: Sequence[Read], at: datetime) -> Iterator[tuple[Counts, bool]]:
    """One count for each company; cases of practice ledgers are never mixed with others."""
    groups: dict[tuple[str, bool], list[CaseSummary]] = {}
    for item in read:
        if item.summary is not None:
            groups.setdefault((item.summary.company, item.practice), []).append(item.summary)
    for (company, practice), summaries in sorted(groups.items(), key=lambda group: group[0]):
        yield count(company, summaries, at), practice


def _json(made: Sequence[tuple[Counts, bool]], left: Sequence[Read], terms: Terms, at: datetime) -> Json:
    return {
        "policy": encode_hex(terms.policy.hash),
        "now": encode_instant(int(at.timestamp())),
        "counts": [counts_json(counts, practice=practice) for counts, practice in made],
        "not_counted": [{"file": str(item.file), "why": item.why, "detail": item.detail or None} for item in left],
    }


def _print(made: Sequence[tuple[Counts, bool]], lang: Literal["en", "ko"]) -> None:
    for number, (counts, practice) in enumerate(made):
        if number:
            print_text("")
        print_text(phrase("title", lang, c=counts.company))
        for line in told(counts, lang, practice=practice):
            print_text(f"  {line}")
    if not made:
        print_text(phrase("nothing", lang))
