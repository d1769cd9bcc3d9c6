"""docs/cli.md names every command and option, because its reference is made from them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from ledger.cli.commands import COMMANDS, app
from ledger.cli.main import main
from tools.cli_reference import PAGE, page


def test_the_page_is_what_the_commands_say() -> None:
    """Otherwise run: python -m tools.cli_reference."""
    text = PAGE.read_text("utf-8")
    assert text == page(text)


def test_every_command_is_on_the_page() -> None:
    """Counted from the tree of commands, not from the generator."""
    text = PAGE.read_text("utf-8")
    root: Any = get_command(app)
    for name, module, _ in COMMANDS:
        command: Any = root.get_command(None, name) if module else None
        for sub in getattr(command, "commands", {"": None}):
            assert f"`habeas {name} {sub}".rstrip() in text
        for sub in getattr(command, "commands", {}).values():
            assert all(option in text for param in sub.params for option in param.opts if option.startswith("--"))


@pytest.mark.parametrize("name", [name for name, _, _ in COMMANDS])
def test_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each command explains itself, with exit code 0."""
    assert main([name, "--help"]) == 0
    assert "--help" in capsys.readouterr().out


def test_the_list_of_commands(capsys: pytest.CaptureFixture[str]) -> None:
    """``habeas`` alone lists all commands."""
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(f"  {name} " in out for name, _, _ in COMMANDS)


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    """That of the package which is installed, on one line."""
    project = tomllib.loads((Path(__file__).resolve().parents[2] / "pyproject.toml").read_text("utf-8"))["project"]
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"habeas {project['version']}\n"
    assert "`--version`" in PAGE.read_text("utf-8")
