"""``habeas verify FILE...``: its arguments, read by the standard library (see ``ledger.cli.main``)."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from ledger.cli.verify import Question, run

MAX_JOBS = 256
FILE_HELP = (
    "The bundle, a .habeas.json file, or the fraud proof, a .fraud.json file; or several bundles, or a folder of "
    "*.habeas.json."
)
_EPILOG = (
    "Without --rpc and --block nothing is asked of anybody, and whatever rests on a block stays conditional. "
    "Exit codes: 0 every required check passed, 1 some check failed, 2 wrong use or a malformed file, "
    "3 some required check was not made, 70 an internal fault, which says nothing about the file. "
    "Of a fraud proof: 0 proven, 1 not shown, 3 proven if what was not checked holds. With --against: 1 where a "
    "contradiction is proven. "
    "Several bundles or a folder get one line each, beginning with the file's own exit code, or with --json one line "
    "of JSON; the exit code is then the worst, in the order 70, 1, 2, 3, 0. Each bundle is assessed by itself, "
    "and with --rpc the nodes are asked for each."
)


def parser() -> argparse.ArgumentParser:
    """The arguments of the command."""
    made = argparse.ArgumentParser(
        prog="habeas verify",
        description="Check a bundle or many, or a fraud proof, and say what it proves and what not.",
        epilog=_EPILOG,
        allow_abbrev=False,
    )
    made.add_argument("files", type=Path, nargs="+", metavar="FILE", help=FILE_HELP)
    made.add_argument(
        "--rpc",
        action="append",
        default=[],
        metavar="URL",
        help="JSON-RPC address (http, https, or the path of a socket) to ask about blocks; may be given several times.",
    )
    made.add_argument(
        "--block",
        action="append",
        default=[],
        metavar="HASH",
        help="Hash of a block that you know to be on the chain and final; may be given several times.",
    )
    made.add_argument("--dns", action="store_true", help="Accept the keys that the company publishes in DNS now.")
    made.add_argument(
        "--resolver",
        action="append",
        default=[],
        metavar="ADDRESS",
        help="With --dns: ask this DNS resolver; of 3 to 5 one may say something else, of more two. May be repeated.",
    )
    made.add_argument(
        "--file",
        action="append",
        type=Path,
        default=[],
        dest="beside",
        metavar="FILE",
        help="A file that the bundle opens and has no room for, a mail with its original bytes; may be repeated.",
    )
    made.add_argument(
        "--trust",
        type=Path,
        metavar="FILE",
        help="Trust policy, a trust.toml; without it, the one that ships with Habeas.",
    )
    made.add_argument(
        "--against",
        type=Path,
        metavar="BUNDLE",
        help="Another bundle of the same ledger: say what cannot both come from one honest log.",
    )
    made.add_argument(
        "--fraud-out",
        type=Path,
        metavar="FILE",
        help="Write the contradictions that --against finds as fraud proofs, into new files.",
    )
    made.add_argument(
        "--authorities",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="Authorities to name beside those that ship, JSON lines; of several files the later one holds.",
    )
    made.add_argument(
        "--calendar",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="Holidays of your own for the due dates, over those that ship; may be given several times.",
    )
    made.add_argument(
        "--now", metavar="TIME", help="Assess as of this time, like 2026-12-01T00:00:00Z, or the end of a day (UTC)."
    )
    made.add_argument(
        "--jobs",
        type=_count,
        metavar="N",
        help="Processes for many bundles; without it, one for each core, where there are enough bundles.",
    )
    made.add_argument("--json", action="store_true", dest="as_json", help="Print JSON for programs.")
    made.add_argument(
        "--lang",
        choices=("en", "ko"),
        default="en",
        metavar="LANG",
        help="Language of the summary: en (without it) or ko.",
    )
    return made


def main(arguments: Sequence[str]) -> int:
    """Run the command and give its exit code; argparse ends wrong use with exit code 2."""
    given = parser().parse_args(arguments)
    question = Question(
        trust=given.trust,
        rpc=given.rpc,
        blocks=given.block,
        dns=given.dns,
        resolvers=given.resolver,
        files=given.beside,
        now=given.now,
        against=given.against,
        fraud_out=given.fraud_out,
        as_json=given.as_json,
        lang=given.lang,
        authorities=given.authorities,
        calendars=given.calendar,
    )
    if len(given.files) == 1 and not given.files[0].is_dir():
        return run(given.files[0], question)
    from ledger.cli.verify_many import run_many  # whoever has one file need not wait for multiprocessing

    return run_many(given.files, question, given.jobs)


def _count(value: str) -> int:
    if value.isascii() and value.isdecimal() and 1 <= int(value) <= MAX_JOBS:
        return int(value)
    raise argparse.ArgumentTypeError(f"must be a number from 1 to {MAX_JOBS}")
