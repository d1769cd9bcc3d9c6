"""``habeas chain``: deploying the contract, and how the home chain stands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.output import (
    AsJson,
    PasswordFile,
    Settings,
    Yes,
    confirm,
    new_app,
    note,
    print_json,
    print_text,
    read_password,
)
from ledger.encoding import Json, encode_hex, encode_instant
from ledger.errors import RuntimeSetting

app = new_app("Deploy the contract, see how the home chain stands.")
Chain = Annotated[
    str | None, typer.Option("--chain", help="sepolia, hoodi, base-sepolia, op-sepolia or embedded; setting chain.")
]
Rpc = Annotated[list[str] | None, typer.Option(metavar="URL", help="A node of the chain; several; setting rpc_urls.")]


@app.command()
def deploy(
    chain: Chain = None,
    rpc: Rpc = None,
    key_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="V3 keystore that pays; without it, the anchoring key.")
    ] = None,
    password_file: PasswordFile = None,
    home: Settings = None,
    yes: Yes = False,
) -> None:
    """Create the contract at the address that it has on every chain, or find it there."""
    from ledger.cli.keystore import read_keystore
    from ledger.cli.services import settings_of
    from ledger.runtime.deploy import deploy as deploy_contract
    from ledger.runtime.home import connect, fee_rules
    from ledger.runtime.networks import deployment
    from ledger.runtime.operator import load_operator

    settings = settings_of(home, chain=chain, rpc_urls=rpc or None)
    if key_file is not None:
        key = read_keystore(key_file, read_password(password_file, "Password of the keystore"))
    else:
        operator = load_operator(settings.anchor_key_path)
        if operator is None:
            raise RuntimeSetting(f"{settings.anchor_key_path} is not there; give a funded keystore with --key-file")
        key = operator.private
    address = encode_hex(deployment().address)
    confirm(f"Deploy AccessLedger at {address} on {settings.chain}?", yes)
    done = deploy_contract(connect(settings), key, fee_rules(settings))
    if done.tx_hash is None:
        note("It was there already, with the right code.")
    else:
        note(f"Transaction {encode_hex(done.tx_hash)}, {done.gas_used} gas.")
    print_text(encode_hex(done.address))


@app.command()
def status(chain: Chain = None, rpc: Rpc = None, home: Settings = None, as_json: AsJson = False) -> None:
    """Show chain, contract, and what the contract holds for this ledger's log."""
    from ledger.cli.services import settings_of
    from ledger.runtime.deploy import status as chain_status
    from ledger.runtime.home import connect
    from ledger.runtime.networks import deployment, finality_rule
    from ledger.runtime.operator import load_operator

    settings = settings_of(home, chain=chain, rpc_urls=rpc or None)
    operator = load_operator(settings.anchor_key_path)
    log = operator.address if operator is not None else bytes(20)
    contract, finality = settings.contract or deployment().address, finality_rule(settings)
    found = chain_status(connect(settings), contract, log, finality)
    value: dict[str, Json] = {
        "chain": settings.chain,
        "chain_id": found.identity.chain_id,
        "genesis": encode_hex(found.identity.genesis),
        "latest": found.latest.number,
        "latest_time": encode_instant(found.latest.timestamp),
        "final": found.final.number,
        "contract": encode_hex(found.contract),
        "deployed": found.head is not None,
        "log": encode_hex(log) if operator is not None else None,
        "balance_wei": str(found.balance),
        "size": found.head.size if found.head else None,
        "tickets_taken": found.head.submitted if found.head else None,
        "tickets_settled": found.head.included if found.head else None,
    }
    if as_json:
        print_json(value)
        return
    for name, item in value.items():
        print_text(f"{name:<16} {'-' if item is None else item}")
