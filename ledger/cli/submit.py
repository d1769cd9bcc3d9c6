"""``habeas submit``: send signed statements that wait in a case file or lie in a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ledger.cli.output import (
    DEFAULT_FOLDER,
    Api,
    CaseId,
    Folder,
    KeyFile,
    PasswordFile,
    Trust,
    Yes,
    confirm,
    new_app,
    note,
    print_text,
    read_input,
    read_password,
)
from ledger.encoding import encode_hex
from ledger.errors import HabeasError, MalformedRequest, RefusedLedger

if TYPE_CHECKING:
    from ledger.cli.casefile import CaseFile, Entry
    from ledger.cli.client import ApiClient, Receipt

app = new_app()
WARNING = (
    "This puts the statement on a public chain for ever, under the address that pays. Nobody can take it back: "
    "not you, not the operator, not a court. The ordinary way, without --direct, can be withheld later."
)


@app.command()
def submit(
    file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="A signed statement, from say --out.")] = None,
    direct: Annotated[bool, typer.Option("--direct", help="Straight to the contract, past the operator.")] = False,
    rpc: Annotated[
        list[str] | None, typer.Option(metavar="URL", help="With --direct: a node of the ledger's home chain; several.")
    ] = None,
    key_file: KeyFile = None,
    password_file: PasswordFile = None,
    written: Annotated[
        bool, typer.Option("--written", help="Without FILE: send what say --out wrote to a file, too.")
    ] = False,
    case: CaseId = None,
    folder: Folder = DEFAULT_FOLDER,
    api: Api = None,
    trust: Trust = None,
    yes: Yes = False,
) -> None:
    """Send FILE, or without FILE every statement of a case that has no receipt yet.

    Sending the same bytes twice does no harm. What say --out wrote to a file is not sent without FILE or
    --written; the ledger is only asked, by the statement's id, whether it has it already.

    With --direct the statement goes to the contract, which refuses the operator's later anchors until it
    is in the log; --key-file pays for the transaction, and the trust policy says where the contract is.
    """
    if direct:
        if file is None or key_file is None or not rpc:
            raise MalformedRequest("--direct needs FILE, --rpc URL and --key-file FILE (a funded V3 keystore)")
        _submit_direct(read_input(file, "the statement"), rpc, key_file, password_file, trust, yes)
    elif file is not None:
        _submit_file(read_input(file, "the statement"), folder, api, trust)
    else:
        _submit_waiting(folder, case, api, trust, written)


def _submit_file(raw: bytes, folder: Path, api: str | None, trust: Path | None) -> None:
    from ledger.cli.cases import holders, keep_receipt
    from ledger.cli.client import open_client
    from ledger.cli.verify import read_policy
    from ledger.statement import parse, verify_signature

    signed = parse(raw)
    verify_signature(signed)
    with open_client(api, read_policy(trust)) as client:
        receipt = client.submit(signed)
    print_text(f"Recorded as entry {receipt.index}: {encode_hex(signed.id)}")
    for case in holders(folder, signed.id):
        keep_receipt(folder, case, signed.id, receipt)


def _submit_waiting(folder: Path, given: str | None, api: str | None, trust: Path | None, written: bool) -> None:
    from ledger.cli.cases import find_case
    from ledger.cli.client import open_client
    from ledger.cli.verify import read_policy

    case = find_case(folder, given)
    waiting = [entry for entry in case.entries if entry.receipt is None]
    with open_client(api or case.api, read_policy(trust)) as client:
        failed: HabeasError | None = None
        for entry in waiting:
            what = f"{entry.signed.statement.kind} {encode_hex(entry.signed.id)}"
            try:
                receipt = _receipt(folder, case, entry, client, written)
            except HabeasError as error:
                note(f"{what}: {error}")
                failed = error
                continue
            if receipt is None:
                note(f"{what} was written to a file and is not sent. Send it with FILE, or with --written.")
            else:
                print_text(f"Recorded as entry {receipt.index}: {what}")
                _tell_of_mail(entry)
    if not waiting:
        note("Every statement of this case has its receipt; there is nothing to send.")
    if failed is not None:
        raise failed


def _tell_of_mail(entry: Entry) -> None:
    """A mail that waited was to be attested once its statement is recorded."""
    from ledger.cli.mailing.handing import attest_command, mail_behind
    from ledger.cli.mailing.lines import line

    if mail_behind(entry.disclosures) is not None:
        note(line("own_word", "en", command=attest_command(entry.signed.id)))


def _receipt(folder: Path, case: CaseFile, entry: Entry, client: ApiClient, written: bool) -> Receipt | None:
    """Send what waits. What its owner took away in a file is only looked for: it may have gone another way."""
    from ledger.cli.cases import keep_receipt, record

    if not entry.written or written:
        return record(folder, case, client, entry.signed.id)
    receipt = client.find(entry.signed)
    if receipt is not None:
        keep_receipt(folder, case, entry.signed.id, receipt)
    return receipt


def _submit_direct(
    raw: bytes, rpc: list[str], key_file: Path, password_file: Path | None, trust: Path | None, yes: bool
) -> None:
    from ledger.cli.keystore import read_keystore
    from ledger.cli.verify import read_policy
    from ledger.leaf import index_key
    from ledger.statement import parse, verify_signature

    signed = parse(raw)
    verify_signature(signed)
    origin = signed.statement.ledger
    listed = read_policy(trust).ledgers.get(origin)
    if listed is None:
        raise RefusedLedger(f"the trust policy does not list {origin}, so its contract is not known; give --trust FILE")
    note(WARNING)
    confirm(f"Put this {signed.statement.kind} on chain {listed.chain.name} for ever?", yes)
    key = read_keystore(key_file, read_password(password_file, "Password of the keystore"))

    from ledger.runtime.deploy import submit_direct
    from ledger.runtime.transactions import FeeRules
    from ledger.runtime.web3_chain import Web3Chain

    chain = Web3Chain(rpc, listed.chain.id, listed.chain.genesis)
    key_of_list = index_key(signed, origin)
    done = submit_direct(chain, key, listed.contract, listed.log, key_of_list, raw, FeeRules())
    print_text(
        f"Ticket {done.ticket} in block {done.block_number}, transaction {encode_hex(done.tx_hash)}. "
        "An anchor more than an hour from now must include it."
    )
