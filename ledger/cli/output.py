"""What every command shares: the typer app it makes, and how it writes."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.clean import clean_line, clean_lines, dump_json
from ledger.cli.files import read_file
from ledger.encoding import Json, encode_hex, parse_hex
from ledger.errors import MalformedRequest

MAX_INPUT_BYTES = 8_388_608
"""No file that a command reads is larger than a bundle may be."""
DEFAULT_FOLDER = Path.home() / ".habeas-cases"
Folder = Annotated[
    Path,
    typer.Option(
        "--folder",
        envvar="HABEAS_FOLDER",
        metavar="FOLDER",
        show_default=False,
        help="Your own folder: seed and case files, for you alone (~/.habeas-cases).",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Api = Annotated[str | None, typer.Option("--api", envvar="HABEAS_API", metavar="URL", help="The ledger's server.")]
CaseId = Annotated[
    str | None,
    typer.Option("--case", metavar="ID", help="Case id or its first digits; may be left out if you have one case."),
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask; for scripts.")]
PasswordFile = Annotated[
    Path | None, typer.Option("--password-file", metavar="FILE", help="Take the password from the file's first line.")
]
KeyFile = Annotated[
    Path | None, typer.Option("--key-file", metavar="FILE", help="Sign with this V3 keystore instead of a case's key.")
]
Trust = Annotated[
    Path | None, typer.Option("--trust", metavar="FILE", help="Trust policy; without it, the one that ships.")
]
Authorities = Annotated[
    list[Path] | None,
    typer.Option(
        "--authorities", metavar="FILE", help="Authorities to name beside those that ship, JSON lines; may be repeated."
    ),
]
Settings = Annotated[
    Path | None, typer.Option("--home", envvar="HABEAS_HOME", metavar="FOLDER", help="The ledger's folder (.habeas).")
]


class Language(StrEnum):
    """Languages that people read."""

    en = "en"
    ko = "ko"


Lang = Annotated[Language, typer.Option("--lang", help="Language of the text.")]


def new_app(words: str = "") -> typer.Typer:
    """A typer app of one subcommand or group: plain text, no completion."""
    return typer.Typer(
        help=words, no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
    )


def print_json(value: Json) -> None:
    """``value`` for programs, on standard output."""
    print(dump_json(value))


def note(text: str) -> None:
    """A line for the person, on standard error: standard output holds the result alone."""
    print(clean_lines(text), file=sys.stderr)


def show_progress(done: int, total: int) -> None:
    """How far long work is, on one line of a terminal's standard error; at the end the line is closed."""
    if sys.stderr.isatty():
        print(f"\r{done:,} / {total:,}", end="\n" if done == total else "", file=sys.stderr, flush=True)


def print_text(text: str) -> None:
    """A line of the result, on standard output. A server's or a file's words in it move no cursor."""
    print(clean_line(text))


def print_lines(text: str) -> None:
    """As ``print_text``, for a text of several lines; an end of line after the last one is not doubled."""
    print(clean_lines(text.removesuffix("\n")))


def confirm(question: str, yes: bool, otherwise: str = "Nothing was changed.") -> None:
    """Ask; ``yes`` answers beforehand. Whoever does not agree is told what that leaves, and ends with exit code 1."""
    if not yes and not typer.confirm(clean_lines(question), err=True):
        note(otherwise)
        raise typer.Exit(1)


def read_password(file: Path | None, what: str, *, new: bool = False) -> str:
    """A password from a file's first line, or asked for without showing it (twice if ``new``)."""
    if file is None and not sys.stdin.isatty():
        raise MalformedRequest("there is no terminal to ask for the password on; name a file with --password-file FILE")
    if file is None:
        return str(typer.prompt(what, hide_input=True, confirmation_prompt=new, err=True))
    try:
        return file.read_text("utf-8").split("\n")[0]
    except (OSError, UnicodeDecodeError) as error:
        raise MalformedRequest(f"--password-file {file} cannot be read: {error}") from None


def read_input(path: Path, what: str) -> bytes:
    """The bytes of a file that the person named. Raises MalformedRequest, MalformedSize."""
    try:
        return read_file(path, MAX_INPUT_BYTES)
    except OSError as error:
        raise MalformedRequest(f"{what} {path} cannot be read: {error.strerror}") from None


def parse_id(text: str, what: str) -> bytes:
    """A 32-byte id, with 0x or without."""
    digits = text.removeprefix("0x").lower()
    if len(digits) != 64 or digits.strip("0123456789abcdef"):
        raise MalformedRequest(f"{what} must be 64 hexadecimal digits, with or without 0x, not {text[:80]!r}")
    return bytes.fromhex(digits)


def parse_address(text: str, what: str) -> bytes:
    """An address: in lower case, or as wallets show it, where the letters' case is a checksum (EIP-55)."""
    from ledger.evm.keccak import keccak256

    address = parse_hex("0x" + text.removeprefix("0x").lower(), 20, MalformedRequest, what)
    digits = address.hex()
    hashed = keccak256(digits.encode()).hex()
    mixed = "".join(digit.upper() if nibble > "7" else digit for digit, nibble in zip(digits, hashed, strict=False))
    if text not in (f"0x{digits}", f"0x{mixed}"):
        raise MalformedRequest(f"{what} {text!r}: the case of its letters is no checksum of it; a digit may be wrong")
    return address


def short(identifier: bytes) -> str:
    """The start of an id, enough to tell it from one's others."""
    return encode_hex(identifier)[:14]
