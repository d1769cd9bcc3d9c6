"""``habeas demo``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.output import new_app

app = new_app()


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="End afterwards, in place of serving on.")] = False,
    folder: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where everything of the demo is; made anew each time.")
    ] = Path(".habeas-demo"),
) -> None:
    """Run the whole way once, on this machine: chain, ledger, a case from both sides, bundle, verification."""
    from ledger.cli.demo.run import run_demo

    raise typer.Exit(run_demo(folder, once=once))
