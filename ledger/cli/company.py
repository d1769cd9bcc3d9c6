"""``habeas company``: reading about companies, and the company's own side: key, publication, binding."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.output import (
    Api,
    AsJson,
    PasswordFile,
    Trust,
    new_app,
    note,
    parse_address,
    print_json,
    print_lines,
    print_text,
    read_password,
)
from ledger.encoding import Json, encode_hex

app = new_app("Companies: look them up, make and publish a key, bind it.")
Domain = Annotated[str, typer.Argument(metavar="DOMAIN", help="The company's DNS name.")]
Key = Annotated[str, typer.Option("--key", metavar="ADDRESS", help="The key's address: 0x and 40 hex digits.")]


@app.command("list")
def list_all(api: Api = None, as_json: AsJson = False) -> None:
    """List the companies that have spoken in the ledger with an accepted key."""
    from urllib.parse import quote

    from ledger.cli.client import open_client

    found: list[Json] = []
    with open_client(api) as client:
        after = ""
        while True:
            page = client.get_json(f"/v1/companies?limit=100&after={quote(after)}").get("companies")
            items = page if isinstance(page, list) else []
            found += items
            if len(items) < 100 or not isinstance(items[-1], dict):
                break
            after = str(items[-1]["company"])
    if as_json:
        print_json(found)
        return
    for item in found:
        if isinstance(item, dict):
            print_text(f"{item['company']!s:<40} {item['statements']} statement(s)")
    note("Statements, not persons. A company that is not listed has not joined this ledger.")


@app.command()
def show(company: Domain, api: Api = None, as_json: AsJson = False) -> None:
    """Show the keys of a company, in the order in which they were bound and revoked."""
    from ledger.cli.client import open_client

    with open_client(api) as client:
        value = dict(client.get_json(f"/v1/companies/{company}"))
    if as_json:
        print_json(value)
        return
    print_text(f"{value['company']}: {value['statements'] or 'no'} statement(s)")
    keys = value.get("keys")
    for item in keys if isinstance(keys, list) else []:
        if isinstance(item, dict):
            did = "revoked" if item["revoked"] else "bound"
            by = "the operator" if item["by_operator"] else str(item["by"])
            print_text(
                f"{item['index']!s:>8}  {item['key']} {did} by {by}, {item['method']}, seen {item['checked_at']}"
            )


@app.command()
def key(
    out: Annotated[Path, typer.Option(metavar="FILE", help="The new V3 keystore.")],
    password_file: PasswordFile = None,
) -> None:
    """Make a company key: a V3 keystore that signs answers with say --key-file."""
    from ledger.cli.keystore import write_keystore
    from ledger.keys import address_of

    made = secrets.token_bytes(32)
    write_keystore(out, made, read_password(password_file, "Password for the keystore", new=True))
    print_text(encode_hex(address_of(made)))
    note("Publish this address with: habeas company publish")


@app.command()
def publish(
    company: Domain,
    key: Key,
    site: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Write the well-known file where a web server of this folder finds it."),
    ] = None,
) -> None:
    """Print what the domain has to publish: the well-known file, or the TXT record. One of them is enough.

    With --site the file is written instead, as a new one: a file that is there may name other keys.
    """
    from ledger.cli.files import write_new
    from ledger.companies import WELL_KNOWN_PATH, encode_txt, encode_well_known, txt_name, well_known_url

    address = parse_address(key, "--key")
    file = encode_well_known(company, [address])
    if site is not None:
        path = site / WELL_KNOWN_PATH.removeprefix("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        write_new(path, file)
        path.chmod(0o644)  # it is for everybody, and often served by another user of the machine
        note(f"{path} is written. It must be found at {well_known_url(company)}")
        return
    print_text(well_known_url(company))
    print_lines(f"\n{file.decode('ascii')}")
    print_lines(f'\n{txt_name(company)}. TXT "{encode_txt(address)}"')


@app.command()
def bind(
    company: Domain,
    key: Key,
    method: Annotated[str, typer.Option(help="Where the key is published: dns or well_known.")] = "well_known",
    api: Api = None,
    trust: Trust = None,
    as_json: AsJson = False,
) -> None:
    """Ask the operator to look at what the domain publishes and to record the key.

    Such a key is operator-vouched. An auditor who looks himself (verify --dns), or whose policy pins the
    key, takes its statements as company-signed.
    """
    from ledger.cli.client import open_client
    from ledger.cli.verify import read_policy

    address = parse_address(key, "--key")
    with open_client(api, read_policy(trust)) as client:
        value = dict(client.ask_for_key(company, address, method))
    if as_json:
        print_json(value)
    else:
        print_text(f"Recorded as entry {value.get('index')}: {company} publishes {encode_hex(address)}")
