"""``habeas auditor``: the key with which an auditor cosigns."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.output import new_app, note, print_text

app = new_app("Auditors: make the key that cosigns, show its verifier key.")


@app.command()
def key(
    out: Annotated[Path, typer.Argument(metavar="FILE", help="The new key file; it must not exist yet.")],
    name: Annotated[str, typer.Option(metavar="NAME", help="The key's name, like auditor.example/habeas.")],
) -> None:
    """Make a cosigning key, readable by you alone, and print its verifier key for trust policies."""
    from ledger.cli.auditing.cosigner import create_key

    print_text(create_key(out, name).encode())
    note("Who trusts your audits names this verifier key in the `auditors` of a trust policy. Keep the file secret.")


@app.command()
def show(file: Annotated[Path, typer.Argument(metavar="FILE", help="The key file.")]) -> None:
    """Print the verifier key of a key file, and what it cosigned last of each log."""
    from ledger.cli.auditing.cosigner import open_cosigner

    with open_cosigner(file) as cosigner:
        print_text(cosigner.key.verifier.encode())
        for origin, last in cosigner.logs():
            print_text(f"{origin}  {last.size} leaves  {last.root.hex()}")
