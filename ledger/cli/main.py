"""The program ``habeas``: one command line for requesters, companies, auditors and operators.

``habeas verify`` is answered with the standard library alone. typer checks every argument through
pydantic, whose import takes longer than the whole verification; an auditor's machine starts cold.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

from ledger.cli.clean import clean_line, dump_json
from ledger.errors import HabeasError, Malformed

# Titles speak of a server that answers; here the same errors come from a folder, an address or a line as well.
_HEADS = {"runtime": "Not possible now", "refused-not-found": "Not found"}
EXIT_FAILED, EXIT_WRONG_USE, EXIT_FAULT, EXIT_INTERRUPTED = 1, 2, 70, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give the exit code. An error of the tree is one sentence, no stack."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if given[:1] == ["verify"]:
            from ledger.cli.verify_command import main as verify

            return _without_fault(verify, given[1:])
        from ledger.cli.commands import app

        app(given, prog_name="habeas")
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except HabeasError as error:
        code = EXIT_WRONG_USE if isinstance(error, Malformed) else EXIT_FAILED
        if "--json" in given:
            print(dump_json({"exit": code, "error": error.type, "detail": str(error)}, None))
        print(clean_line(f"{_HEADS.get(error.type, error.title)}: {error}"), file=sys.stderr)
        return code
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python's own flush at the end must not complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAILED
    return 0


def _without_fault(command: Callable[[Sequence[str]], int], arguments: Sequence[str]) -> int:
    """The command's exit code. A fault of ours must not look like exit code 1, a check that failed."""
    try:
        return command(arguments)
    except (HabeasError, BrokenPipeError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it is no verdict about the bundle
        print(clean_line(f"Internal fault, please report it: {type(error).__name__}: {error}"), file=sys.stderr)
        return EXIT_FAULT


def run() -> None:
    """Entry point of the package."""
    sys.exit(main())


if __name__ == "__main__":
    run()
