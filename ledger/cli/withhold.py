"""``habeas withhold``: the operator stops serving the bytes of a statement."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from ledger.cli.output import Settings, Yes, confirm, new_app, parse_id, print_text
from ledger.encoding import encode_hex
from ledger.errors import RuntimeLog

app = new_app()


class Reason(StrEnum):
    """Why bytes are withheld."""

    erasure = "erasure"
    court_order = "court_order"
    unlawful_content = "unlawful_content"
    opaque = "opaque"


@app.command()
def withhold(
    reason: Annotated[Reason, typer.Option(help="Why; it becomes public.")],
    statement: Annotated[str | None, typer.Argument(metavar="[STATEMENT]", help="The statement's id.")] = None,
    digest: Annotated[
        str | None, typer.Option(metavar="SHA256", help="In its place: the digest of bytes that are no statement.")
    ] = None,
    home: Settings = None,
    yes: Yes = False,
) -> None:
    """Record entry.withheld; from then on the bytes are served nowhere, and every proof still holds.

    A running worker records it and deletes the bytes. It cannot be undone: the same words are not
    recorded a second time.
    """
    import asyncio

    from ledger.cli.services import opened
    from ledger.runtime.chain import ChainIdentity
    from ledger.runtime.chain_store import ChainStore, current_chain
    from ledger.runtime.withholding import withholding_of_digest, withholding_statement
    from ledger.statement import RecentBlock

    if (statement is None) == (digest is None):
        raise typer.BadParameter("name either a statement or --digest SHA256")
    with opened(home, new_keys=False, is_there=True) as services:
        services.require_ledger()
        with services.store.read() as session:
            home_chain = current_chain(session)
        if home_chain is None:
            raise RuntimeLog("no final block is known yet; start the worker first")
        final = ChainStore(services.store, ChainIdentity(home_chain.chain_id, home_chain.genesis)).newest_final()
        if final is None:
            raise RuntimeLog("no final block is known yet; start the worker first")
        recent = RecentBlock(final.hash, final.number)
        if statement is not None:
            signed = withholding_statement(services, parse_id(statement, "STATEMENT"), reason.value, recent)
        else:
            signed = withholding_of_digest(services, parse_id(digest or "", "--digest"), reason.value, recent)
        confirm(f"Withhold these bytes for ever ({reason.value})?", yes)
        services.acceptance.start()
        receipt = asyncio.run(services.acceptance.submit(signed.raw))
    print_text(f"Recorded as entry {receipt.index}: {encode_hex(signed.id)}")
