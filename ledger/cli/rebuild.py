"""``habeas rebuild``: the tables anew from the log."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from ledger.cli.output import AsJson, Settings, new_app, print_json, print_text
from ledger.encoding import encode_hex, parse_hex
from ledger.errors import MalformedRequest, RuntimeLog, RuntimeSetting

if TYPE_CHECKING:
    from ledger.runtime.wiring import LedgerFacts, Services

app = new_app()


@app.command()
def rebuild(
    home: Settings = None,
    from_files: Annotated[
        bool,
        typer.Option("--from-files", help="Fill an empty database from tiles and addenda, checked against the root."),
    ] = False,
    genesis: Annotated[
        str | None,
        typer.Option(metavar="HASH", help="With --from-files on an embedded chain: its genesis hash."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Drop the projection tables and replay the log into them; the log itself is only read.

    Stop the worker first. The rows come out as they were: what a page shows follows from the log alone.
    """
    from dataclasses import asdict

    from ledger.cli.services import opened
    from ledger.runtime import rebuild as rebuilding

    with opened(home) as services:
        if from_files:
            done = rebuilding.restore(services.store, services.objects, _facts_of_files(services, genesis))
        else:
            done = rebuilding.rebuild(services.store, services.origin)
    if as_json:
        print_json(asdict(done))
    else:
        print_text(", ".join(f"{name}: {value}" for name, value in asdict(done).items()))


def _facts_of_files(services: Services, genesis: str | None) -> LedgerFacts:
    """The ledger row as leaf 0 says it. Only the key files of this ledger make its checkpoint believed."""
    from ledger.checkpoint import verify_checkpoint
    from ledger.leaf import StatementLeaf, parse_leaf
    from ledger.runtime.networks import networks
    from ledger.runtime.wiring import LedgerFacts
    from ledger.statement import parse
    from ledger.tiles import CHECKPOINT_PATH, TILE_WIDTH, addendum_path, entries_path, parse_entries

    if services.log_key is None:
        raise RuntimeSetting(f"{services.settings.log_key_path} is needed: the files are believed by its signature")
    vkey = services.log_key.verifier
    size = verify_checkpoint(_file(services, CHECKPOINT_PATH), vkey, services.origin).size
    width = min(size, TILE_WIDTH)
    first = parse_leaf(parse_entries(_file(services, entries_path(0, width)), width)[0])
    if not isinstance(first, StatementLeaf):
        raise RuntimeLog(f"leaf 0 in {services.objects.url} is no statement")
    said = parse(_file(services, addendum_path(first.digest))).statement
    chain_id = int(str(said.facts["chain"]))
    known = [network.genesis for network in networks().values() if network.chain_id == chain_id]
    if genesis is not None:
        known = [parse_hex(genesis, 32, MalformedRequest, "--genesis")]
    if not known:
        raise MalformedRequest(f"chain {chain_id} is no public one: give its genesis hash with --genesis")
    contract = parse_hex(said.facts["contract"], 20, MalformedRequest, f"contract of leaf 0 {encode_hex(first.digest)}")
    return LedgerFacts(services.origin, chain_id, known[0], contract, said.author, vkey, int(time.time()))


def _file(services: Services, path: str) -> bytes:
    data = services.objects.get(path)
    if data is None:
        raise RuntimeLog(f"{path} is missing in {services.objects.url}; nothing was restored")
    return data
