"""``habeas attester``: run an attester of one's own, and, as the operator of a ledger, bind one."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ledger.cli.output import (
    Api,
    AsJson,
    Settings,
    Yes,
    confirm,
    new_app,
    note,
    parse_address,
    print_json,
    print_lines,
    print_text,
)
from ledger.encoding import Json, encode_hex
from ledger.errors import MalformedRequest, Refused, RuntimeLog, RuntimeSetting

if TYPE_CHECKING:
    from ledger.policy import AttesterTrust
    from ledger.runtime.attester.settings import AttesterSettings
    from ledger.runtime.wiring import Services
    from ledger.statement import RecentBlock

app = new_app("Attesters: run one of your own; as an operator, bind one to your ledger.")
AttesterHome = Annotated[
    Path | None,
    typer.Option(
        "--home", envvar="HABEAS_ATTESTER_HOME", metavar="FOLDER", help="The attester's folder (.habeas-attester)."
    ),
]
ENOUGH = 3
"""Resolvers with which one that says something else does no harm."""
Scopes = Annotated[
    list[str] | None,
    typer.Option("--scope", metavar="SCOPE", help="What it attests: company_key, dkim, dns. May be repeated."),
]


@app.command()
def init(
    name: Annotated[str, typer.Option(metavar="NAME", help="Who runs it, as people know it: a domain, best.")],
    ledger: Annotated[
        list[str],
        typer.Option("--ledger", metavar="ORIGIN=URL", help="A ledger that it works for. May be repeated."),
    ],
    resolver: Annotated[
        list[str] | None,
        typer.Option(metavar="[NAME=]ADDRESS", help="A DNS resolver that it asks; three or more, please. Repeated."),
    ] = None,
    scope: Scopes = None,
    home: AttesterHome = None,
) -> None:
    """Make the attester's key, its secret and its settings file. Nothing is overwritten."""
    from ledger.cli.files import write_new
    from ledger.runtime.attester.keys import create_keys
    from ledger.runtime.attester.settings import FILE
    from ledger.runtime.resolvers import parse_resolvers

    given: dict[str, object] = {"name": name, "ledgers": dict(_pair(item) for item in ledger)}
    given |= {word: value for word, value in (("resolvers", resolver), ("scopes", scope)) if value}
    settings = _settings(home, **given)
    if settings.resolvers:
        parse_resolvers(settings.resolvers)
    key = create_keys(settings.key_path, settings.secret_path)
    write_new(settings.home / FILE, _toml(given).encode("utf-8"))
    print_text(encode_hex(key.address))
    start = "habeas attester serve" + (f" --home {shlex.quote(str(home))}" if home is not None else "")
    note(f"Key and settings are in {settings.home}; copy keys/ to a safe place. Start it with: {start}")
    if len(settings.resolvers) < ENOUGH:
        note(
            f"It names {len(settings.resolvers)} resolver(s); without any it asks the first of its machine, and "
            "where one alone gives the key a mail has grade D, unless a DNSSEC chain proves the key. Name three or "
            "more of different operators in its settings file."
        )
    note("It listens on any free port; for an address that stays, set port in its settings file.")
    note("Then ask each ledger's operator to bind this address: habeas attester bind URL --scope ...")


@app.command()
def serve(
    home: AttesterHome = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on; setting host.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port to listen on, 0 for any; setting port.")
    ] = None,
) -> None:
    """Run the attester until Ctrl-C or SIGTERM. Settings: docs/settings.md."""
    from contextlib import ExitStack, closing

    from api.attester.app import AttesterServer
    from ledger.cli.client import ApiClient
    from ledger.cli.verify import read_policy
    from ledger.runtime.attester.parts import open_parts
    from ledger.runtime.logs import configure_logs

    configure_logs("INFO")
    settings = _settings(home, host=host, port=port)
    with ExitStack() as stack:

        def connect(url: str, trust: Path | None) -> ApiClient:
            return stack.enter_context(ApiClient(url, read_policy(trust) if trust else None))

        parts = stack.enter_context(closing(open_parts(settings, connect)))
        server = AttesterServer(parts)
        note(f"{settings.name} ({encode_hex(parts.key.address)}) at {server.address}, described at /docs")
        server.run()


@app.command()
def bind(
    who: Annotated[
        str, typer.Argument(metavar="URL|ADDRESS", help="The attester's server, or the address of its key.")
    ],
    scope: Scopes = None,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Its name in trust policies; by default what its server says.")
    ] = None,
    home: Settings = None,
    yes: Yes = False,
) -> None:
    """As the operator: record attester.bound, and print the entry for trust policies. The newest binding counts alone.

    A running worker records it. From then on the ledger takes what the attester says within its scopes; whether a
    verifier believes it is the decision of his own trust policy.
    """
    import asyncio

    from ledger.cli.services import opened
    from ledger.kinds import check_facts
    from ledger.policy import encode_attester, parse_attester
    from ledger.runtime.records import Records

    address, shown, offered, ledgers = _who(who)
    scopes = sorted(set(scope or offered))
    if offered and not set(scopes) <= set(offered):
        beyond = ", ".join(sorted(set(scopes) - set(offered)))
        raise MalformedRequest(f"{shown} does not attest {beyond}; it says that it attests {', '.join(offered)}")
    if not scopes:
        raise MalformedRequest("name what it may attest with --scope company_key, dkim, dns ...")
    entry = parse_attester(name or shown or encode_hex(address), address, scopes)
    facts: dict[str, Json] = {"key": encode_hex(address), "scope": [*scopes]}
    check_facts("attester.bound", facts)
    with opened(home, new_keys=False, is_there=True) as services:
        if services.operator is None:
            raise RuntimeSetting(f"{services.settings.anchor_key_path} is needed to bind an attester; it is not here")
        if ledgers is not None and services.origin not in ledgers:
            works = ", ".join(sorted(ledgers)) or "no ledger"
            raise Refused(f"{shown} works for {works}, not for {services.origin}; nothing was recorded")
        before = Records(services.store).attesters().get(address)
        if before is not None and set(before) == set(scopes):
            note(f"{entry.name} is bound for {', '.join(scopes)} already; nothing is recorded.")
        else:
            signed = services.operator.say(services.origin, "attester.bound", facts, _recent(services))
            confirm(_question(entry, before), yes)
            services.acceptance.start()
            receipt = asyncio.run(services.acceptance.submit(signed.raw))
            note(f"Recorded as entry {receipt.index}: {encode_hex(signed.id)}")
    note("For your settings, habeas.toml, so that /v1/trust-policy lists it after the next start:")
    note(f"[attesters]\n{_setting(entry)}")
    note("For trust policies, trust.toml:")
    print_lines(encode_attester(entry).decode("utf-8"))


@app.command()
def show(
    url: Annotated[str, typer.Argument(metavar="URL", help="The attester's server.")], as_json: AsJson = False
) -> None:
    """Show what an attester says of itself, and the entry for a trust policy."""
    from ledger.cli.attesting import ask_about, read_about
    from ledger.policy import encode_attester, parse_attester

    if as_json:
        print_json(dict(ask_about(url)))
        return
    who = read_about(url)
    print_lines(encode_attester(parse_attester(who.name, who.address, who.scopes)).decode("utf-8"))
    note("What it says of itself. Ask its owner for the address by another way before you believe it.")


@app.command()
def key(
    company: Annotated[str, typer.Argument(metavar="DOMAIN", help="The company's DNS name.")],
    address: Annotated[str, typer.Option("--key", metavar="ADDRESS", help="The key's address: 0x and 40 hex digits.")],
    attester: Annotated[
        list[str], typer.Option("--attester", metavar="URL", help="An attester's server. May be repeated.")
    ],
    method: Annotated[str, typer.Option(help="Where the key is published: dns or well_known.")] = "dns",
    api: Api = None,
    as_json: AsJson = False,
) -> None:
    """Ask attesters to look at what a domain publishes and to record the key. Enough of them make it attested."""
    from ledger.cli.attesting import ask_for_key
    from ledger.cli.client import open_client

    wanted = parse_address(address, "--key")
    with open_client(api) as client:
        asked = ask_for_key(attester, client.info(), company, wanted, method)
    if as_json:
        print_json([{"attester": item.url, "index": item.index, "problem": item.problem} for item in asked])
    else:
        for item in asked:
            said = f"recorded as entry {item.index}" if item.problem is None else item.problem
            print_text(f"{item.url}: {said}")
    if not any(item.problem is None for item in asked):
        raise typer.Exit(1)


def _question(entry: AttesterTrust, before: Sequence[str] | None) -> str:
    question = f"Bind {entry.name}, {encode_hex(entry.key)}, for {', '.join(entry.scope)}?"
    if before is None:
        return question
    return f"It is bound for {', '.join(before)} already; from now on only for {', '.join(entry.scope)}.\n{question}"


def _setting(entry: AttesterTrust) -> str:
    """The line of the setting ``attesters``: another form than that of trust policies."""
    words = " ".join((encode_hex(entry.key), *entry.scope))
    return f"{json.dumps(entry.name, ensure_ascii=False)} = {json.dumps(words)}"


def _settings(home: Path | None, **given: object) -> AttesterSettings:
    from ledger.runtime.attester.settings import load_attester

    return load_attester(**{word: value for word, value in {"home": home, **given}.items() if value is not None})


def _pair(text: str) -> tuple[str, str]:
    origin, separator, url = text.partition("=")
    if not separator:
        raise MalformedRequest(f"--ledger must be ORIGIN=URL, not {text[:80]!r}")
    return origin, url


def _toml(given: Mapping[str, object]) -> str:
    # JSON texts and lists of texts are TOML values too; a table must stand last.
    lines = [f"{word} = {json.dumps(value)}" for word, value in given.items() if not isinstance(value, dict)]
    for word, value in given.items():
        if isinstance(value, dict):
            lines += ["", f"[{word}]", *(f"{json.dumps(name)} = {json.dumps(item)}" for name, item in value.items())]
    return "\n".join(lines) + "\n"


def _who(who: str) -> tuple[bytes, str, tuple[str, ...], frozenset[str] | None]:
    """Address, name, scopes and ledgers of an attester named by its address alone, or by its server."""
    if "://" not in who:
        return parse_address(who, "URL|ADDRESS"), "", (), None
    from ledger.cli.attesting import read_about

    about = read_about(who)
    return about.address, about.name, about.scopes, about.ledgers


def _recent(services: Services) -> RecentBlock:
    from ledger.runtime.chain import ChainIdentity
    from ledger.runtime.chain_store import ChainStore, current_chain
    from ledger.statement import RecentBlock

    services.require_ledger()
    with services.store.read() as session:
        home = current_chain(session)
    final = None
    if home is not None:
        final = ChainStore(services.store, ChainIdentity(home.chain_id, home.genesis)).newest_final()
    if final is None:
        raise RuntimeLog("no final block is known yet; start the worker first")
    return RecentBlock(final.hash, final.number)
