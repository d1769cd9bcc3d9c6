"""``habeas verify BUNDLE``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.output import AsJson, new_app

app = new_app()


class Lang(StrEnum):
    """Languages of the summary."""

    en = "en"
    ko = "ko"


@app.command()
def verify(
    bundle: Annotated[Path, typer.Argument(help="The bundle, a .habeas.json file.")],
    rpc: Annotated[
        list[str] | None,
        typer.Option(
            metavar="URL",
            help="JSON-RPC address (http, https, or a socket path) to ask about blocks; several may be given.",
        ),
    ] = None,
    block: Annotated[
        list[str] | None,
        typer.Option(metavar="HASH", help="Hash of a block that you know to be on the chain and final; several."),
    ] = None,
    dns: Annotated[bool, typer.Option("--dns", help="Accept the keys that the company publishes in DNS now.")] = False,
    trust: Annotated[
        Path | None, typer.Option(help="Trust policy, a trust.toml; without it, the one that ships with Habeas.")
    ] = None,
    now: Annotated[str | None, typer.Option(help="Assess as of this time, like 2026-12-01T00:00:00Z.")] = None,
    as_json: AsJson = False,
    lang: Annotated[Lang, typer.Option(help="Language of the summary.")] = Lang.en,
) -> None:
    """Check one bundle and say what it proves and what not.

    Without --rpc and --block nothing is asked of anybody, and whatever rests on a block stays
    conditional. Exit codes: 0 every required check passed, 1 some check failed, 2 wrong use or a
    malformed file, 3 some required check was not made.
    """
    from ledger.cli.verify import run

    code = run(
        bundle,
        trust=trust,
        rpc=rpc or (),
        blocks=block or (),
        dns=dns,
        now=now,
        as_json=as_json,
        lang=lang.value,
    )
    raise typer.Exit(code)
