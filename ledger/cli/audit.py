"""``habeas audit``: replay a whole log and believe nobody; with --cosign, vouch for what was replayed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.clean import dump_json
from ledger.cli.output import AsJson, Language, Trust, new_app, note, print_json, print_lines, print_text

EXIT_NOT_CHECKED, EXIT_FAULT = 3, 70
app = new_app()


LogUrl = Annotated[
    str, typer.Argument(metavar="LOG_URL", help="The log's prefix, like https://habeas.example/log/, or a folder.")
]
Rpc = Annotated[
    list[str] | None,
    typer.Option(metavar="URL", help="JSON-RPC address of the home chain; several times for several providers."),
]
CosignKey = Annotated[
    Path | None, typer.Option(metavar="KEYFILE", help="Cosign the checkpoint with this key if everything passed.")
]
Post = Annotated[bool, typer.Option("--post", help="Give the cosignature to the ledger's server.")]
State = Annotated[
    Path | None, typer.Option(metavar="FOLDER", help="Keep the audit's state here, so that it can go on later.")
]
Resume = Annotated[
    bool, typer.Option("--resume", help="Go on with the state; only what is new is downloaded and checked.")
]
Jobs = Annotated[int, typer.Option(metavar="N", help="Processes that download and check; 0: one for each core.")]
Server = Annotated[
    str | None,
    typer.Option(metavar="URL", help="The ledger's server; without it, what stands before /log/ in LOG_URL."),
]
Checkpoints = Annotated[
    list[Path] | None,
    typer.Option(metavar="FILE", help="A checkpoint that you saw before; the log must extend it. May be repeated."),
]
FraudOut = Annotated[
    Path | None, typer.Option(metavar="FOLDER", help="Write a fraud proof for each finding that has one.")
]


@app.command()
def audit(
    log_url: LogUrl,
    rpc: Rpc = None,
    trust: Trust = None,
    cosign: CosignKey = None,
    post: Post = False,
    state: State = None,
    resume: Resume = False,
    jobs: Jobs = 0,
    api: Server = None,
    checkpoint: Checkpoints = None,
    fraud_out: FraudOut = None,
    as_json: AsJson = False,
    lang: Annotated[Language, typer.Option(help="Language of the report.")] = Language.en,
) -> None:
    """Replay every leaf of a log: bytes, signatures, roots, index, anchors, tickets.

    Exit codes: 0 every required check passed, 1 something was found, 2 wrong use, 3 something required was not
    checked (withheld bytes, no --rpc), 70 an internal fault.

    Without --state nothing is kept. --resume without --state keeps it in ~/.habeas-audit.
    """
    from ledger.cli.auditing.audit import Options
    from ledger.errors import Malformed, MalformedRequest, RuntimeFault

    if post and cosign is None:
        raise MalformedRequest("--post gives a cosignature away; name the key that makes it with --cosign KEYFILE")
    options = Options(
        log_url, rpc or (), trust, cosign, state, resume, jobs or os.cpu_count() or 1, api, checkpoint or (),
        fraud_out, post,
    )  # fmt: skip
    try:
        code = _run(options, as_json, lang)
    except Malformed:
        raise
    except RuntimeFault as error:
        # Nothing was found, and nothing was checked: not exit code 1, which says that something failed.
        if as_json:
            print_text(dump_json({"exit": EXIT_NOT_CHECKED, "error": error.type, "detail": str(error)}, None))
        note(f"{error.title}: {error}")
        code = EXIT_NOT_CHECKED
    raise typer.Exit(code)


def _run(options: object, as_json: bool, lang: Language) -> int:
    from ledger.cli.auditing.audit import Options
    from ledger.cli.auditing.audit import audit as run
    from ledger.cli.auditing.report import audit_json, audit_text
    from ledger.errors import HabeasError

    assert isinstance(options, Options)
    try:
        report = run(options, note)
    except (HabeasError, KeyboardInterrupt, BrokenPipeError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it is no verdict about the log
        note(f"Internal fault, please report it: {type(error).__name__}: {error}")
        return EXIT_FAULT
    if as_json:
        print_json(audit_json(report))
    else:
        print_lines(audit_text(report, lang.value))
    return report.exit_code
