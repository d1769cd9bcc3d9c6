"""``habeas case``: one's own cases, from opening to backup."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.output import (
    DEFAULT_FOLDER,
    Api,
    AsJson,
    CaseId,
    Folder,
    Language,
    PasswordFile,
    Trust,
    Yes,
    confirm,
    new_app,
    note,
    parse_id,
    print_json,
    print_lines,
    print_text,
    read_input,
    read_password,
)
from ledger.encoding import Json, encode_hex
from ledger.errors import VerificationSignature

app = new_app("Your cases: open, list, show, prove control, back up.")


@app.command("open")
def open_case(
    company: Annotated[str, typer.Option(metavar="DOMAIN", help="The company's DNS name, like shop.example.")],
    regime: Annotated[str, typer.Option(help="The law you ask under, like eu-gdpr or kr-pipa; none if you name none.")],
    place: Annotated[str, typer.Option(help="Country or part of it where the company must act, like IE or US-CA.")],
    acting: Annotated[str, typer.Option(help="self, or representative.")] = "self",
    related: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="A case that this one belongs to; up to 8.")
    ] = None,
    folder: Folder = DEFAULT_FOLDER,
    api: Api = None,
    trust: Trust = None,
    yes: Yes = False,
) -> None:
    """Open a case with one company, under a new key of its own, and record it."""
    from ledger.cli import casefolder, cases
    from ledger.cli.casefile import CaseFile, Entry
    from ledger.cli.client import open_client
    from ledger.cli.verify import read_policy
    from ledger.keys import address_of, derive_key

    seed, index = casefolder.load_seed(folder), casefolder.next_key_index(folder)
    key = derive_key(seed, index)
    others: list[Json] = [*sorted({encode_hex(parse_id(item, "--related")) for item in related or ()})]
    facts: dict[str, Json] = {"regime": regime, "place": place, "acting": acting, "related": others}
    with open_client(api, read_policy(trust)) as client:
        signed, _ = cases.sign_statement(client, key, address_of(key), "case.opened", facts, case=None, company=company)
        note(cases.BEFORE_SIGNING[0])
        confirm(f"Record a case with {company} in {client.info().origin}?", yes)
        case = CaseFile(client.url, index, (Entry(signed),))
        casefolder.create(folder, case)
        receipt = cases.record(folder, case, client, signed.id)
    note(f"Recorded as entry {receipt.index}. Next: habeas letter, send it, then: habeas say request.sent")
    print_text(encode_hex(case.case))


@app.command("list")
def list_all(folder: Folder = DEFAULT_FOLDER, as_json: AsJson = False) -> None:
    """List your cases."""
    from ledger.cli.casefolder import list_cases

    cases = list_cases(folder)
    if as_json:
        print_json(
            [
                {
                    "case": encode_hex(case.case),
                    "company": case.company,
                    "ledger": case.ledger,
                    "api": case.api,
                    "statements": len(case.entries),
                    "waiting": sum(entry.receipt is None for entry in case.entries),
                }
                for case in cases
            ]
        )
        return
    if not cases:
        note(f"{folder} holds no case; open one with: habeas case open")
    for case in cases:
        waiting = sum(entry.receipt is None for entry in case.entries)
        print_text(
            f"{encode_hex(case.case)}  {case.company:<24} {len(case.entries)} statement(s)"
            + (f", {waiting} without a receipt" if waiting else "")
        )


@app.command()
def show(case: CaseId = None, folder: Folder = DEFAULT_FOLDER, as_json: AsJson = False) -> None:
    """Show what you keep of a case: statements, receipts, names of private fields, files, attestations, letters."""
    from ledger.cli.case_show import case_json, case_lines
    from ledger.cli.cases import find_case

    found = find_case(folder, case)
    if as_json:
        print_json(case_json(folder, found))
        return
    for line in case_lines(folder, found):
        print_text(line)


@app.command()
def discard(
    statement: Annotated[str, typer.Argument(metavar="STATEMENT", help="The statement's id.")],
    case: CaseId = None,
    folder: Folder = DEFAULT_FOLDER,
    yes: Yes = False,
) -> None:
    """Remove a statement that has no receipt, with its private fields; an opening takes its case with it.

    Nothing else removes one: a server that refuses or does not answer may be wrong.
    """
    from ledger.cli import cases

    found, statement_id = cases.find_case(folder, case), parse_id(statement, "STATEMENT")
    found.entry(statement_id)
    confirm("Remove it from your folder? Its salts exist nowhere else; what it hides can never be opened again.", yes)
    cases.discard(folder, found, statement_id)
    note(f"{encode_hex(statement_id)} is removed.")


@app.command()
def control(
    message: Annotated[
        str | None, typer.Option(metavar="TEXT", help="The text that the other side asked you to sign.")
    ] = None,
    check: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Check a proof of control that somebody gave you.")
    ] = None,
    bundle: Annotated[
        Path | None, typer.Option(metavar="FILE", help="With --check: the case's bundle, which names its requester.")
    ] = None,
    case: CaseId = None,
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """Prove that you hold the key of a case, or check such a proof.

    What is signed is said beforehand: four lines with the ledger, the case and the message, as EIP-191
    personal_sign. It shows who holds the key, and nothing about the case.
    """
    from ledger.cli.cases import case_key, find_case
    from ledger.cli.control import Control, control_text, sign_control, verify_control

    if (message is None) == (check is None):
        raise typer.BadParameter("give either --message TEXT or --check FILE")
    if check is not None:
        proof = Control.parse(read_input(check, "--check"))
        signer = verify_control(proof)
        if bundle is not None:
            _check_requester(proof.case, proof.ledger, signer, bundle)
        print_text(f"{encode_hex(signer)} signed for case {encode_hex(proof.case)} in {proof.ledger}: {proof.message}")
        if bundle is None:
            note("Whether this is the requester's key is not checked: add --bundle FILE.")
            raise typer.Exit(3)
        return
    found = find_case(folder, case)
    text = message or ""
    note("This is signed:\n" + control_text(found.ledger, found.case, text))
    print_lines(sign_control(found.ledger, found.case, text, case_key(folder, found)).encode().decode())


def _check_requester(case: bytes, ledger: str, signer: bytes, path: Path) -> None:
    from ledger.bundle import parse_bundle
    from ledger.statement import verify_signature

    shown = parse_bundle(read_input(path, "--bundle"))
    opened = [item.signed for item in shown.statements.values() if item.signed.id == case]
    if not opened or opened[0].statement.kind != "case.opened" or shown.ledger != ledger:
        raise VerificationSignature(f"{path} does not show the opening of case {encode_hex(case)} in {ledger}")
    if verify_signature(opened[0]) != signer:
        raise VerificationSignature(f"the case was opened by {encode_hex(opened[0].statement.author)}, not this key")


@app.command()
def ics(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="The bundle of a case, a .habeas.json file.")],
    out: Annotated[Path, typer.Argument(metavar="FILE", help="The new calendar file (.ics).")],
    trust: Trust = None,
    rpc: Annotated[list[str] | None, typer.Option(metavar="URL", help="Node to ask about blocks.")] = None,
    now: Annotated[
        str | None, typer.Option(metavar="TIME", help="Assess as of this time, or the end of a day (UTC).")
    ] = None,
    calendar: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Holidays of your own, over those that ship; may be repeated."),
    ] = None,
    lang: Annotated[Language, typer.Option(help="Language of the events.")] = Language.en,
) -> None:
    """Write the dates of a case as a calendar file: until when the company has, and who may do what when.

    The dates are those of the finding, so the lists of the parties must be complete. A calendar program that
    reads a later file replaces the events of an earlier one.
    """
    from ledger.cli.case_ics import case_entries
    from ledger.cli.files import write_new
    from ledger.cli.verify import Question
    from ledger.deadlines.ics import encode_ics

    asked = Question(trust=trust, rpc=rpc or (), now=now, calendars=calendar or ())
    entries, at = case_entries(bundle, asked, lang.value)
    write_new(out, encode_ics(entries, datetime.fromtimestamp(at, UTC)))
    note(f"written: {out}, {len(entries)} date(s). Not a finding of a breach. Not legal advice.")


@app.command()
def jsonld(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="The bundle of a case, a .habeas.json file.")],
    trust: Trust = None,
    rpc: Annotated[list[str] | None, typer.Option(metavar="URL", help="Node to ask about blocks.")] = None,
    now: Annotated[
        str | None, typer.Option(metavar="TIME", help="Assess as of this time, or the end of a day (UTC).")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it to a new file, not to the screen.")] = None,
) -> None:
    """Print a case as JSON-LD in the terms of the W3C Data Privacy Vocabulary 2.3.

    Our own name and all facts of each event stand beside the terms. Nothing in it says that anybody complied or did
    not.
    """
    from ledger.cli.case_jsonld import case_jsonld
    from ledger.cli.clean import dump_json
    from ledger.cli.files import write_new
    from ledger.cli.verify import Question

    value = case_jsonld(bundle, Question(trust=trust, rpc=rpc or (), now=now))
    if out is None:
        print_json(value)
    else:
        write_new(out, dump_json(value, 1).encode("utf-8") + b"\n")
        note(f"written: {out}. Not a finding of a breach. Not legal advice.")


@app.command()
def backup(
    out: Annotated[Path, typer.Argument(metavar="FILE", help="The new backup file.")],
    folder: Folder = DEFAULT_FOLDER,
    password_file: PasswordFile = None,
) -> None:
    """Write one encrypted file with your seed and all your cases, and open it once.

    Kept files (mails, captures, tracking records) go into a second file beside it, FILE.files, under the same password.
    """
    from ledger.cli.casefolder import write_backup
    from ledger.cli.kept_backup import kept_backup_path, kept_files, write_kept
    from ledger.errors import RefusedOverwrite
    from ledger.keys import NONCE_BYTES, SALT_BYTES

    beside = kept_backup_path(out)
    if beside.exists():
        raise RefusedOverwrite(f"{beside}; choose another name or move it away")

    password = read_password(password_file, "Password for the backup (12 characters or more)", new=True)
    salt, nonce = secrets.token_bytes(SALT_BYTES), secrets.token_bytes(NONCE_BYTES)
    write_backup(out, folder, password, salt=salt, nonce=nonce)
    note(f"{out} is written and was opened once. Keep it apart from the password.")
    if next(kept_files(folder), None) is not None:
        count = write_kept(beside, folder, password)
        note(f"{beside} is written too, with {count} kept file(s), and was opened once. Keep both together.")


@app.command()
def restore(
    backup_file: Annotated[Path, typer.Argument(metavar="FILE", help="The backup file.")],
    folder: Folder = DEFAULT_FOLDER,
    password_file: PasswordFile = None,
) -> None:
    """Put the content of a backup into your folder: seed, cases, private texts, and kept files out of FILE.files."""
    from ledger.cli import kept
    from ledger.cli.casefolder import restore as restore_folder
    from ledger.cli.kept_backup import kept_backup_path, restore_kept

    password = read_password(password_file, "Password of the backup")
    cases = restore_folder(read_input(backup_file, "the backup"), password, folder)
    note(f"{len(cases)} case(s) restored into {folder}.")
    beside = kept_backup_path(backup_file)
    if beside.exists():
        note(f"{restore_kept(beside, password, folder)} kept file(s) restored out of {beside}.")
    lost = {
        (case.case, value.sha256)
        for case in cases
        for _, value in kept.all_files(case)
        if not kept.is_kept(folder, case.case, value)
    }
    if lost:
        note(
            f"The bytes of {len(lost)} file(s) that the cases know of are not in your folder: they lie in {beside}, if "
            "you have it. Earlier versions kept none of those that were given with say --file."
        )
