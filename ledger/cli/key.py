"""``habeas key``: the seed phrase, shown once and confirmed, and keys for other programs."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.output import (
    DEFAULT_FOLDER,
    Api,
    AsJson,
    CaseId,
    Folder,
    PasswordFile,
    Trust,
    Yes,
    new_app,
    note,
    print_json,
    print_text,
    read_password,
)

app = new_app("Your keys: one seed of 24 words, one key for each case.")
_CHECKED_WORDS = 3


@app.command()
def new(folder: Folder = DEFAULT_FOLDER, yes: Yes = False) -> None:
    """Make a seed of 24 words, show it once, and have three words of it typed back.

    All your keys come from it. Write the words on paper: there is no other way back to your cases.
    """
    from ledger.cli.casefolder import held_seed, save_seed
    from ledger.errors import RefusedOverwrite
    from ledger.keys import ENTROPY_BYTES, phrase_from_entropy

    if held_seed(folder) is not None:
        raise RefusedOverwrite(f"{folder} holds a seed already; use it, or take another --folder")
    phrase = phrase_from_entropy(secrets.token_bytes(ENTROPY_BYTES))
    words = phrase.split()
    for row in range(0, len(words), 4):
        print_text(
            "  ".join(f"{row + place + 1:>2} {word:<9}" for place, word in enumerate(words[row : row + 4])).rstrip()
        )
    if not yes:
        note("Write these 24 words on paper now. They are shown this once.")
        _ask_back(words)
    save_seed(folder, phrase)
    note(f"The seed is kept in {folder}. Open a case with: habeas case open")


def _ask_back(words: list[str]) -> None:
    for place in sorted(secrets.SystemRandom().sample(range(len(words)), _CHECKED_WORDS)):
        while typer.prompt(f"Word {place + 1}", err=True).strip().lower() != words[place]:
            note("That is another word; look at your paper.")


@app.command()
def restore(
    folder: Folder = DEFAULT_FOLDER,
    api: Api = None,
    trust: Trust = None,
    phrase_file: Annotated[
        Path | None, typer.Option("--phrase-file", metavar="FILE", help="Take the words from a file.")
    ] = None,
) -> None:
    """Put the 24 words back, and with --api find your cases in the public log.

    The log is downloaded and searched on this machine, until 20 keys in a row are unused; the server
    never learns which addresses are yours. What only your case files held, the private texts and their
    salts, comes back from a backup alone: habeas case restore.
    """
    from ledger.cli.casefolder import held_seed, save_seed
    from ledger.cli.client import open_client
    from ledger.cli.output import read_input
    from ledger.cli.recovery import recover
    from ledger.cli.verify import read_policy
    from ledger.errors import RefusedOverwrite
    from ledger.keys import parse_phrase

    text = (
        read_input(phrase_file, "--phrase-file").decode("utf-8", "replace")
        if phrase_file
        else typer.prompt("The 24 words", err=True)
    )
    seed = parse_phrase(text)
    held = held_seed(folder)
    if held is None:
        save_seed(folder, seed.phrase)
    elif held != seed:
        raise RefusedOverwrite(f"{folder} holds another seed; take an empty --folder")
    note(f"The seed is kept in {folder}.")
    if api is None:
        note("Name the ledger with --api URL to find your cases in its log.")
        return
    with open_client(api, read_policy(trust)) as client:
        for found in recover(client, folder, seed):
            lost = f"; {found.lost} private field(s) come back only from a backup" if found.lost else ""
            print_text(f"{found.case}  {found.company}  {found.statements} statement(s){lost}")


@app.command()
def export(
    out: Annotated[Path, typer.Option(metavar="FILE", help="The new keystore file.")],
    case: CaseId = None,
    folder: Folder = DEFAULT_FOLDER,
    password_file: PasswordFile = None,
) -> None:
    """Write the key of one case as a V3 keystore, for a wallet or for submit --direct."""
    from ledger.cli.cases import case_key, find_case
    from ledger.cli.keystore import write_keystore

    found = find_case(folder, case)
    key = case_key(folder, found)
    write_keystore(out, key, read_password(password_file, "Password for the keystore", new=True))
    note(f"{out} holds the key of case {found.case.hex()[:12]}. Whoever opens it speaks as you in this case.")


@app.command("list")
def list_keys(folder: Folder = DEFAULT_FOLDER, as_json: AsJson = False) -> None:
    """Show the keys that your cases use: number and address."""
    from ledger.cli.casefolder import list_cases
    from ledger.encoding import encode_hex

    cases = list_cases(folder)
    if as_json:
        print_json(
            [
                {"index": held.key_index, "address": encode_hex(held.author), "case": encode_hex(held.case)}
                for held in cases
            ]
        )
        return
    for held in cases:
        print_text(f"{held.key_index:>4}  {encode_hex(held.author)}  {encode_hex(held.case)}")
