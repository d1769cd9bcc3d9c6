"""``habeas rebuild``: the tables anew from the log, from its files, from the chain."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ledger.cli.output import AsJson, Settings, new_app, print_json, print_lines, print_text
from ledger.encoding import JsonObject, encode_hex, parse_hex
from ledger.errors import MalformedRequest, RuntimeLog, RuntimeSetting

if TYPE_CHECKING:
    from ledger.note import VerifierKey
    from ledger.policy import LedgerTrust
    from ledger.runtime.rebuild import Rebuilt
    from ledger.runtime.wiring import LedgerFacts, Services

app = new_app()
Policy = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Trust policy that lists the ledger; without it, settings and key files."),
]
Origin = Annotated[
    str | None, typer.Option(metavar="ORIGIN", help="Which ledger of the trust policy, if it lists several.")
]


@app.command()
def rebuild(
    home: Settings = None,
    from_files: Annotated[
        bool,
        typer.Option("--from-files", help="Fill an empty database from tiles and addenda, checked against the root."),
    ] = False,
    from_chain: Annotated[
        bool,
        typer.Option("--from-chain", help="Recover every anchored head and every direct submission from the chain."),
    ] = False,
    trust: Policy = None,
    ledger: Origin = None,
    rpc: Annotated[
        list[str] | None,
        typer.Option(metavar="URL", help="With --from-chain: a node of the chain; several; setting rpc_urls."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="With --from-chain: also write what is found as files for people."),
    ] = None,
    genesis: Annotated[
        str | None,
        typer.Option(metavar="HASH", help="Without --trust, on an embedded chain: its genesis hash."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Drop the projection tables and replay the log into them; the log itself is only read.

    Stop the worker first: beside one that runs it is refused. The rows come out as they were: what a page
    shows follows from the log alone.

    With --from-files and --from-chain an empty database is filled anew, best by both; a log that does not
    contain what was anchored is refused. With --from-chain and --out alone, no database and
    no home are needed.
    """
    from ledger.cli import from_chain as chain

    given = chain.Given(home, trust, ledger, tuple(rpc or ()), out, genesis)
    if not from_chain and (out is not None or rpc):
        raise MalformedRequest("--out and --rpc belong to --from-chain")
    listed = chain.listed(given)
    result: JsonObject = {}
    if from_chain:
        # First: of bytes that are withheld now, only their event says whether they are in the index.
        recovered, words = chain.run(given, listed)
    if from_files or not from_chain:
        done = _from_log(home, from_files, genesis, listed)
        result |= {"leaves": done.leaves, "without_bytes": done.without_bytes}
        if not as_json:
            print_text(f"leaves: {done.leaves}, without_bytes: {done.without_bytes}")
    if from_chain:
        if from_files:
            recovered, words = chain.run(given, listed)  # now with leaves: what statements quote, checkpoints
        result |= recovered
        if not as_json:
            print_lines(words)
    if as_json:
        print_json(result)


def _from_log(home: Path | None, from_files: bool, genesis: str | None, listed: LedgerTrust | None) -> Rebuilt:
    from ledger.cli.services import opened
    from ledger.runtime import rebuild as rebuilding

    # A new key would only make the right one harder to find.
    with opened(home, new_keys=False, is_there=not from_files) as services:
        if not from_files:
            services.lease.hold()  # not beside a worker: it would go on from rows that are being made anew
            try:
                return rebuilding.rebuild(services.store, services.origin)
            finally:
                services.lease.release()
        return rebuilding.restore(services.store, services.objects, _facts_of_files(services, genesis, listed))


def _facts_of_files(services: Services, genesis: str | None, listed: LedgerTrust | None) -> LedgerFacts:
    """The ledger row as leaf 0 says it. Only the log's key makes its checkpoint believed."""
    from ledger.checkpoint import verify_checkpoint
    from ledger.leaf import StatementLeaf, parse_leaf
    from ledger.runtime.networks import networks
    from ledger.runtime.wiring import LedgerFacts
    from ledger.statement import parse
    from ledger.tiles import CHECKPOINT_PATH, TILE_WIDTH, addendum_path, entries_path, parse_entries

    vkey = _vkey(services, listed)
    size = verify_checkpoint(_file(services, CHECKPOINT_PATH), vkey, services.origin).size
    width = min(size, TILE_WIDTH)
    first = parse_leaf(parse_entries(_file(services, entries_path(0, width)), width)[0])
    if not isinstance(first, StatementLeaf):
        raise RuntimeLog(f"leaf 0 in {services.objects.url} is no statement")
    said = parse(_file(services, addendum_path(first.digest))).statement
    chain_id = int(str(said.facts["chain"]))
    known = [network.genesis for network in networks().values() if network.chain_id == chain_id]
    if listed is not None:
        known = [listed.chain.genesis]
    if genesis is not None:
        known = [parse_hex(genesis, 32, MalformedRequest, "--genesis")]
    if not known:
        raise MalformedRequest(f"chain {chain_id} is no public one: give its genesis hash with --genesis")
    contract = parse_hex(said.facts["contract"], 20, MalformedRequest, f"contract of leaf 0 {encode_hex(first.digest)}")
    return LedgerFacts(services.origin, chain_id, known[0], contract, said.author, vkey, int(time.time()))


def _vkey(services: Services, listed: LedgerTrust | None) -> VerifierKey:
    if listed is not None:
        if listed.origin != services.origin:
            raise RuntimeSetting(f"the setting ledger is {services.origin}, to be restored is {listed.origin}")
        return listed.vkey
    if services.log_key is None:
        raise RuntimeSetting(
            f"{services.settings.log_key_path} is needed, or --trust with its public key: the files are believed by"
            " its signature"
        )
    return services.log_key.verifier


def _file(services: Services, path: str) -> bytes:
    data = services.objects.get(path)
    if data is None:
        raise RuntimeLog(f"{path} is missing in {services.objects.url}; nothing was restored")
    return data
