"""What every command shares: the typer app it makes, and how it writes."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from ledger.encoding import Json

DEFAULT_API = "http://127.0.0.1:8000"
Home = Annotated[
    Path,
    typer.Option(envvar="HABEAS_FOLDER", help="Your own folder: seed, case files. Readable by you alone."),
]
DEFAULT_HOME = Path.home() / ".habeas-cases"
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Api = Annotated[str, typer.Option(envvar="HABEAS_API", help="Address of the ledger's API.")]
Case = Annotated[str, typer.Option("--case", help="Case id, or its first digits; not needed if you have one case.")]


def new_app(words: str = "") -> typer.Typer:
    """A typer app of one subcommand or group: plain text, no completion."""
    return typer.Typer(
        help=words, no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
    )


def print_json(value: Json) -> None:
    """``value`` for programs, on standard output."""
    print(json.dumps(value, indent=1, ensure_ascii=False))


def note(text: str) -> None:
    """A line for the person, on standard error: standard output holds the result alone."""
    print(text, file=sys.stderr)


def confirm(question: str, yes: bool) -> None:
    """Ask; ``yes`` answers beforehand. Whoever does not agree ends with exit code 1."""
    if not yes:
        typer.confirm(question, abort=True, err=True)
