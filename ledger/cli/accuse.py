"""``habeas accuse``: what an operator's own records show against him, in a file for strangers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ledger.cli.output import DEFAULT_FOLDER, AsJson, Folder, Language, Trust, new_app, note, print_json, print_text
from ledger.encoding import Json

if TYPE_CHECKING:
    from ledger.bundle import Bundle
    from ledger.cli.accusing import ReadFile
    from ledger.fraud.contradictions import Evidence, Kept
    from ledger.fraud.procedure import FraudAssessment
    from ledger.fraud.proof import FraudProof
    from ledger.policy import LedgerTrust, TrustPolicy

app = new_app()
EXIT_NOTHING = 1


@app.command()
def accuse(
    bundle: Annotated[list[Path], typer.Option("--bundle", metavar="FILE", help="A bundle of the ledger; several.")],
    case: Annotated[
        str | None, typer.Option("--case", metavar="ID", help="Compare with your own receipts of this case, too.")
    ] = None,
    folder: Folder = DEFAULT_FOLDER,
    log: Annotated[
        str | None, typer.Option(metavar="URL", help="The log's files, to compare with: an address, or a folder.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The new file; without it, named after the claim.")
    ] = None,
    rpc: Annotated[
        list[str] | None, typer.Option(metavar="URL", help="Node to ask whether blocks are on the chain; several.")
    ] = None,
    block: Annotated[
        list[str] | None,
        typer.Option(metavar="HASH", help="Block that you know to be on the chain; several."),
    ] = None,
    trust: Trust = None,
    lang: Annotated[Language, typer.Option(help="Language of the summary.")] = Language.en,
    as_json: AsJson = False,
) -> None:
    """Look for what an honest operator cannot have done, and write it as a fraud proof.

    Bundles are compared with each other, with --case with the receipts that you keep of your statements, and with --log
    with the log itself: two trees under one name, lists that
    leave a statement out or name what does not belong there. A log is then read up to the newest list. Each
    file is verified before it is written. It shows that, and not why: see docs/spec/fraud.md.

    The exit code is that of habeas verify on the first file written: 0 proven, 3 proven if its blocks are on the
    chain. It is 1 where nothing was found: nothing is written then, and nothing is shown about what was not compared.
    """
    from ledger.bundle import parse_bundle
    from ledger.cli import fraud_report
    from ledger.cli.verify import check_nodes, read_bytes, read_policy
    from ledger.cli.verify_fraud import write_proofs

    policy = read_policy(trust)
    vouched = check_nodes(rpc or [], block or [])
    bundles = [parse_bundle(read_bytes(path)) for path in bundle]
    kept = _kept(folder, case, bundles[0].ledger) if case is not None else []
    found, notes = _find(bundles, kept, policy, log, rpc or [], vouched)
    first = out or Path(f"{found[0].proof.claim}.fraud.json") if found else None
    written = write_proofs(first, found) if first is not None else []
    code = found[0].exit_code if found else EXIT_NOTHING
    if as_json:
        proofs: list[Json] = [fraud_report.fraud_json(item) for item in found]
        print_json({"exit": code, "proofs": proofs, "written": [str(path) for path in written], "notes": list(notes)})
        raise typer.Exit(code)
    for line in fraud_report.accusation_lines(found, written, lang.value):
        print_text(line)
    for text in notes:
        note(text)
    raise typer.Exit(code)


def _find(
    bundles: Sequence[Bundle],
    kept: Sequence[Kept],
    policy: TrustPolicy,
    log: str | None,
    rpc: Sequence[str],
    vouched: Sequence[bytes],
) -> tuple[list[FraudAssessment], list[str]]:
    """The proofs found, the proven first, and what could not be compared."""
    from ledger.cli.verify_fraud import compare_bundles, observe_bundles
    from ledger.errors import MalformedRequest
    from ledger.fraud.contradictions import Evidence, judge

    found = compare_bundles(bundles, policy, rpc, vouched, kept)
    trust = policy.ledgers.get(bundles[0].ledger)
    if trust is None:
        raise MalformedRequest(
            f"the trust policy does not list {bundles[0].ledger}, so nothing can be laid to its operator;"
            " name a policy with --trust FILE"
        )
    if log is None:
        return found, []
    with _reader(log) as read:
        more, notes = _by_log(Evidence(bundles, trust, kept), trust, read)
        observed = observe_bundles(bundles, policy, trust, rpc, vouched)
        found += judge(more, policy, observed)
    return sorted(found, key=lambda item: item.exit_code), notes


def _kept(folder: Path, case: str, ledger: str) -> list[Kept]:
    """The statements of the person's own case that have a receipt."""
    from ledger.cli.cases import find_case
    from ledger.errors import MalformedRequest
    from ledger.fraud.contradictions import Kept
    from ledger.proof import LogProof

    held = find_case(folder, case)
    if held.ledger != ledger:
        raise MalformedRequest(f"the case is of the ledger {held.ledger}, the bundle of {ledger}; nothing is compared")
    return [
        Kept(entry.signed.raw, LogProof.parse(entry.receipt)) for entry in held.entries if entry.receipt is not None
    ]


def _by_log(evidence: Evidence, trust: LedgerTrust, read: ReadFile) -> tuple[list[FraudProof], list[str]]:
    from ledger.cli.accusing import LogAccuser

    accuser = LogAccuser(evidence, trust, read)
    made = list(accuser.accusations())
    return made, list(dict.fromkeys(accuser.notes))


@contextmanager
def _reader(log: str) -> Iterator[ReadFile]:
    from ledger.cli.accusing import files_in
    from ledger.cli.client import ApiClient

    if log.startswith(("http://", "https://")):
        with ApiClient(log) as client:
            yield lambda path: client.get(f"/{path}")
        return
    yield files_in(Path(log))
