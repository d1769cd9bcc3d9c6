"""Writes the reference part of docs/cli.md from the commands themselves: ``python -m tools.cli_reference``.

What stands above the marker is written by hand and stays.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

from ledger.cli.commands import COMMANDS, app
from ledger.cli.verify_command import FILE_HELP, parser
from ledger.kinds import KINDS

PAGE = Path(__file__).resolve().parents[1] / "docs" / "cli.md"
MARKER = "<!-- from here on written by tools/cli_reference.py -->"
# The same options stand below every kind; they are listed once.
_ALL_KINDS = "say KIND"


def reference() -> str:
    """The generated part: each command with its arguments and options."""
    os.environ["COLUMNS"] = "100"
    return "\n".join([MARKER, "", *_root(), *_verify(), *_typer_commands()]).rstrip() + "\n"


def _root() -> Iterator[str]:
    """What ``habeas`` takes before any command."""
    root: Any = get_command(app)
    yield from _heading("", "", [str(root.help)])
    yield from _table(_rows(root.params))


def _verify() -> Iterator[str]:
    made = parser()
    yield from _heading("verify", "FILE...", [str(made.description), str(made.epilog)])
    rows = [
        (", ".join(action.option_strings) + (f" {action.metavar}" if action.metavar else ""), str(action.help))
        for action in made._actions
        if action.option_strings and not isinstance(action, argparse._HelpAction)
    ]
    yield from _table([("FILE...", FILE_HELP), *rows])


def _typer_commands() -> Iterator[str]:
    root: Any = get_command(app)
    for name, _, _ in COMMANDS:
        command: Any = root.get_command(None, name)
        if name == "say":
            yield from _say(command)
        elif command is not None:
            yield from _command(name, command)


def _command(path: str, command: Any) -> Iterator[str]:
    if hasattr(command, "commands"):
        for name, sub in command.commands.items():
            yield from _command(f"{path} {name}", sub)
        return
    arguments = [param for param in command.params if param.param_type_name == "argument"]
    yield from _heading(path, " ".join(_argument(param) for param in arguments), _paragraphs(command.help))
    yield from _table(_rows(command.params))


def _say(group: Any) -> Iterator[str]:
    first = next(iter(group.commands.values()))
    common = [param for param in first.params if not param.name.startswith("fact_")]
    words = "Record a statement. The options below belong to every kind; the facts of each kind follow."
    yield from _heading(_ALL_KINDS, "", [words])
    yield from _table(_rows(common))
    for name, command in group.commands.items():
        facts = _rows([param for param in command.params if param.name.startswith("fact_")])
        writers = ", ".join(sorted(KINDS[name].writers))
        yield from _heading(f"say {name}", "", [f"Written by: {writers}." + ("" if facts else " No facts.")])
        if facts:
            yield from _table(facts)


def _heading(path: str, arguments: str, paragraphs: list[str]) -> Iterator[str]:
    yield f"### `{' '.join(word for word in ('habeas', path, arguments) if word)}`"
    yield ""
    for paragraph in paragraphs:
        yield paragraph
        yield ""


def _paragraphs(text: str | None) -> list[str]:
    return [" ".join(part.split()) for part in (text or "").split("\n\n")]


def _argument(param: Any) -> str:
    return str(param.metavar or param.name.upper())


def _rows(params: list[Any]) -> list[tuple[str, str]]:
    return [(_spelling(param), _words(param)) for param in params if param.name != "help"]


def _spelling(param: Any) -> str:
    if param.param_type_name == "argument":
        return _argument(param)
    names = ", ".join(param.opts) + (" / " + ", ".join(param.secondary_opts) if param.secondary_opts else "")
    return names if param.is_flag else f"{names} {param.metavar or 'TEXT'}"


def _words(param: Any) -> str:
    words = str(getattr(param, "help", "") or "")
    if getattr(param, "envvar", None):
        words += f" Environment: `{param.envvar}`."
    return words


def _table(rows: list[tuple[str, str]]) -> Iterator[str]:
    if not rows:
        return
    yield "| Option | Meaning |"
    yield "|---|---|"
    for name, words in rows:
        yield f"| `{name}` | {words.replace('|', chr(92) + '|')} |"
    yield ""


def page(text: str) -> str:
    """``text`` of the page with its generated part made anew."""
    return text.partition(MARKER)[0] + reference()


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
