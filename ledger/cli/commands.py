"""The tree of typer commands. Each subcommand is a module that is imported when it is used."""

from __future__ import annotations

from importlib import import_module
from typing import Annotated

import typer
from typer.core import TyperGroup
from typer.main import get_command

# Command, module of ledger.cli with its ``app``, one line of help. In the order of a person's way.
COMMANDS: tuple[tuple[str, str, str], ...] = (
    ("verify", "", "Check one bundle or fraud proof: what it proves, offline or against a chain."),
    ("key", "key", "Your keys: one seed of 24 words, one key for each case."),
    ("case", "case", "Your cases: open, list, show, prove control, back up."),
    ("letter", "letter", "Write the letter to the company, with the case id in it."),
    ("say", "say", "Record a statement in a case, as requester or as company."),
    ("mail", "mail", "Mails of the company: grade them, record what they say, find them in a mailbox."),
    ("post", "post", "Registered post: keep the tracking record, record the day of arrival."),
    ("page", "page", "Pages and portals: keep a page, for a statement to commit to."),
    ("deadline", "deadline", "When an answer is due under a rule, in two readings, and why."),
    ("authority", "authority", "Authorities: import a register, and list who there is for a place."),
    ("submit", "submit", "Send a signed statement that lies in a file."),
    ("prove", "prove", "Write the bundle of a case, and verify what was written."),
    ("count", "count", "Counts and rates over many bundles, by company, offline."),
    ("accuse", "accuse", "Show what an honest operator cannot have done, as a file for strangers."),
    ("company", "company", "Companies: look them up, make and publish a key, bind it."),
    ("audit", "audit", "Replay a whole log: bytes, signatures, roots, index, anchors, tickets."),
    ("auditor", "auditor", "Auditors: make the key that cosigns, show what it cosigned."),
    ("attester", "attester", "Attesters: run one of your own; as an operator, bind one to your ledger."),
    ("serve", "serve", "Run the API; with the embedded chain, everything in one process."),
    ("worker", "worker", "Run the sequencer and the anchoring."),
    ("chain", "chain", "Deploy the contract, see how the home chain stands."),
    ("withhold", "withhold", "Stop serving the bytes of a statement; the log stays."),
    ("rebuild", "rebuild", "Rebuild the tables from the log."),
    ("demo", "demo_command", "Run the whole way once, on this machine."),
)


class _Commands(TyperGroup):
    """Loads a subcommand's module when it is asked for by name."""

    def list_commands(self, ctx: object) -> list[str]:
        return [name for name, _, _ in COMMANDS]

    def get_command(self, ctx: object, cmd_name: str):  # type: ignore[no-untyped-def]  # the base is untyped here
        for name, module, words in COMMANDS:
            if name == cmd_name and module:  # verify is answered before typer is loaded
                command = get_command(import_module(f"ledger.cli.{module}").app)
                command.name, command.short_help = name, words
                return command
        return None

    def format_commands(self, ctx: object, formatter) -> None:  # type: ignore[no-untyped-def]
        """The list of commands, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, _, words in COMMANDS])


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Requests for one's own data and the companies' answers, on a record that nobody can rewrite.",
)


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        from ledger.cli.output import print_text

        print_text(f"habeas {version('habeas')}")
        raise typer.Exit


@app.callback(epilog="Exit codes: 0 done, 1 failed or refused, 2 wrong use or malformed input, 3 not all was checked.")
def _habeas(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version, and nothing else."),
    ] = False,
) -> None:
    pass
