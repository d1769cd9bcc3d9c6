"""``habeas verify`` of several files or a folder: one line for each file, one exit code for all.

Each bundle is assessed exactly as if it were alone. What is read once are the terms; what the processes remember are
answers of pure functions (signatures, headers, receipt proofs), which bundles of one ledger have in common.
"""

from __future__ import annotations

import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from ledger.assessment import Assessment
from ledger.cli.clean import clean_line, dump_json
from ledger.cli.report import report_json
from ledger.cli.verify import Question, Terms, assess_under, parse_now, read_bundle, read_bytes, read_terms
from ledger.errors import HabeasError, MalformedRequest
from ledger.fraud.proof import is_fraud_proof
from ledger.verification.checks import Value
from ledger.words import Language, text

_T = TypeVar("_T")
SUFFIX = ".habeas.json"
WORST_FIRST = (70, 1, 2, 3, 0)
"""A fault of ours says nothing; a failed check says more than a file that is no bundle."""
_FOR_A_PROCESS = 100
"""So many bundles take about as long as starting a process."""
_CHUNK = 16
_PROGRESS_STEP = 100


def run_many(paths: Sequence[Path], asked: Question, jobs: int | None) -> int:
    """Print a line for each file in the order given, and give the worst exit code of all.

    Raises a Malformed error, before any line, for what is wrong with the question itself.
    """
    if asked.against is not None or asked.fraud_out is not None:
        raise MalformedRequest("--against and --fraud-out compare one bundle with another; name one FILE")
    if asked.files:
        raise MalformedRequest("--file stands beside one bundle; name one FILE")
    terms, files, lang = read_terms(asked), find_files(paths), asked.lang
    if terms.now is not None:
        parse_now(terms.now)
    found: Counter[int] = Counter()
    progress = sys.stderr.isatty() and not sys.stdout.isatty()
    work = partial(verify_one, terms, asked.as_json, lang)
    with closing(results_of(work, files, processes_for(jobs, len(files)))) as results:
        for number, (code, line) in enumerate(results, 1):
            print(line)
            found[code] += 1
            if progress and (number % _PROGRESS_STEP == 0 or number == len(files)):
                print(f"\r{number} / {len(files)}", end="", file=sys.stderr, flush=True)
    counts = ", ".join(f"exit {code}: {found[code]}" for code in WORST_FIRST if found[code])
    print("\n" * progress + text("many", lang).format(total=len(files), counts=counts), file=sys.stderr)
    print(text("everywhere", lang), file=sys.stderr)
    return min(found, key=WORST_FIRST.index)


def find_files(paths: Sequence[Path]) -> list[Path]:
    """The files named, and in the place of a folder all its ``*.habeas.json``, subfolders too, in order of their names.

    Raises MalformedRequest for a folder that holds none or cannot be read: nothing is left out in silence.
    """
    return [file for path in paths for file in (_in_folder(path) if path.is_dir() else [path])]


def _in_folder(folder: Path) -> list[Path]:
    def refuse(error: OSError) -> None:
        raise MalformedRequest(f"{error.filename} cannot be read: {error.strerror}")

    found = [
        Path(place, name)
        for place, _, names in os.walk(folder, onerror=refuse)
        for name in names
        if name.endswith(SUFFIX)
    ]
    if not found:
        raise MalformedRequest(f"the folder {folder} holds no file *{SUFFIX}")
    return sorted(found)


def verify_one(terms: Terms, as_json: bool, lang: Language, path: Path) -> tuple[int, str]:
    """Exit code and line of one file. No file ends the work on the others."""
    try:
        data = read_bytes(path)
        if is_fraud_proof(data):
            raise MalformedRequest("this is a fraud proof, whose exit codes mean something else; verify it alone")
        result = assess_under(terms, read_bundle(path, data))
        code = result.exit_code
        line = dump_json({"file": str(path), **report_json(result)}, None) if as_json else _verdict(result, code, lang)
    except HabeasError as error:
        code, line = 2, f"{error.title}: {error}"
        if as_json:
            line = dump_json({"file": str(path), "exit": code, "error": error.type, "detail": str(error)}, None)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is no verdict about the bundle
        code, line = 70, f"Internal fault, please report it: {type(error).__name__}: {error}"
        if as_json:
            line = dump_json({"file": str(path), "exit": code, "error": None, "detail": line}, None)
    return code, line if as_json else clean_line(f"{code:>2}  {path}: {line}")


def _verdict(result: Assessment, code: int, lang: Language) -> str:
    words = text(f"line_{code}", lang)
    if code == 1:
        words += f" ({', '.join(item.check.name for item in result.checks if item.value is Value.FAILED)})"
    if result.ledger is None:
        return f"{words}. {text('unlisted', lang)}"
    return f"{words}. {text('practice', lang)}" if result.ledger.ledger_class == "practice" else words


def processes_for(jobs: int | None, files: int) -> int:
    """As many processes as were asked for, or else as many as pay for their start."""
    if jobs is not None:
        return min(jobs, files)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, files // _FOR_A_PROCESS))


def results_of(work: Callable[[Path], _T], files: Sequence[Path], processes: int) -> Generator[_T, None, None]:
    """What ``work`` gives of each file, in their order."""
    if processes == 1:
        yield from map(work, files)
        return
    # Spawned, not forked: a fork of a program with threads, which some platforms' libraries start, can hang.
    with ProcessPoolExecutor(processes, get_context("spawn"), _leave_interrupts_to_the_parent) as pool:
        yield from pool.map(work, files, chunksize=_CHUNK)


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
