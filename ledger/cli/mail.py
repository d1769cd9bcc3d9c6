"""``habeas mail``: mails of the company as evidence. Bytes are read, hashed, kept and never written anew."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ledger.cli.output import (
    DEFAULT_FOLDER,
    Api,
    AsJson,
    CaseId,
    Folder,
    Lang,
    Language,
    Trust,
    Yes,
    new_app,
    note,
    parse_id,
    print_json,
    print_lines,
    print_text,
)
from ledger.encoding import Json, JsonObject, encode_hex, parse_instant
from ledger.errors import MalformedRequest

if TYPE_CHECKING:
    from ledger.cli.casefile import CaseFile

app = new_app("Mails of the company: grade them, record what they say, find them in a mailbox.")
Domains = Annotated[
    list[str] | None,
    typer.Option(
        "--mail-domain",
        metavar="DOMAIN",
        help="A domain from which the company sends mail, beside its own. May be repeated.",
    ),
]
Attesters = Annotated[
    list[str] | None,
    typer.Option("--attester", metavar="URL", help="Hand the mail to this attester, who checks it by itself. Several."),
]
ResolverList = Annotated[
    list[str] | None,
    typer.Option(
        "--resolver",
        metavar="ADDRESS",
        help="Ask this DNS resolver, [name=]address[:port], in place of those of the settings. Several.",
    ),
]
CaptureFiles = Annotated[
    list[Path] | None,
    typer.Option("--capture", metavar="FILE", help="Ask nobody: take the keys from this DNS capture. Several."),
]
At = Annotated[
    str | None, typer.Option("--at", metavar="TIME", help="Time of receipt; without it, when the keys were asked for.")
]

Published = Annotated[
    Path | None,
    typer.Option("--published", metavar="FILE", help="Keys whose private half is known to be public, and since when."),
]


class As(StrEnum):
    """What a mail of the company says."""

    acknowledged = "acknowledged"
    extended = "extended"
    fulfilled = "fulfilled"
    partially_fulfilled = "partially_fulfilled"
    refused = "refused"


@app.command()
def add(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The original message, an .eml file.")],
    as_: Annotated[As, typer.Option("--as", help="What the company says in it.")],
    on: Annotated[
        str | None,
        typer.Option(
            "--on", metavar="DATE", help="Day of receipt, notice or answer; the day of the mail's Date if left out."
        ),
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="With extended: until when, or cause_ends.")] = None,
    reason: Annotated[
        list[str] | None, typer.Option(metavar="WORD", help="With extended, refused: a word of the list. Several.")
    ] = None,
    mode: Annotated[
        str | None, typer.Option(metavar="WORD", help="With an answer: sent, download, in_account_only or post.")
    ] = None,
    mail_domain: Domains = None,
    attester: Attesters = None,
    resolver: ResolverList = None,
    capture: CaptureFiles = None,
    case: CaseId = None,
    folder: Folder = DEFAULT_FOLDER,
    api: Api = None,
    trust: Trust = None,
    yes: Yes = False,
    lang: Lang = Language.en,
    as_json: AsJson = False,
) -> None:
    """Record what a mail of the company says, with it as evidence. Exit code 3: some attester did not attest.

    The bytes are hashed before anything is read from them and kept untouched beside the case file; what several DNS
    resolvers say of the signing key is kept with them. The grade is shown before anything is signed. Public
    become case, company, kind, its day, what you chose, and salted digests; the mail goes to nobody but the attesters
    that you name. They are asked who they are before anything is signed. Their program keeps no mail; whoever runs one
    could.
    """
    from ledger.cli.cases import find_case
    from ledger.cli.mailing.adding import Said, Where, added_json, answer_lines, attest, read_original
    from ledger.cli.mailing.adding import add as add_mail
    from ledger.cli.mailing.grading import key_source
    from ledger.cli.mailing.handing import attest_command
    from ledger.cli.mailing.lines import line

    data = read_original(file, lang.value)
    where = Where(folder, case, api, trust, yes)
    said = Said(as_.value, on, until, reason or (), mode)
    source = key_source(capture or (), resolver or (), note, lang.value)
    added = add_mail(
        data, file.name, said, where, mail_domain or (), source, attesters=attester or (), language=lang.value
    )
    recorded, statement = added.recorded, encode_hex(added.recorded.signed.id)
    if not as_json:
        print_text(line("recorded", lang.value, index=recorded.index, statement=statement))
    answers = attest(where, find_case(folder, case), recorded.signed.id, added.attesters) if attester else []
    if as_json:
        print_json(added_json(added, answers))
    else:
        for each in answer_lines(answers, lang.value):
            print_text(each)
    if _is_left_open(answers):
        _tell_next(recorded.signed.id, answers, lang)
        raise typer.Exit(3)
    if not answers and not as_json:
        note(line("own_word", lang.value, command=attest_command(recorded.signed.id)))


@app.command()
def attest(
    statement: Annotated[str, typer.Argument(metavar="STATEMENT", help="Your statement that the mail stands behind.")],
    attester: Attesters = None,
    case: CaseId = None,
    folder: Folder = DEFAULT_FOLDER,
    api: Api = None,
    trust: Trust = None,
    lang: Lang = Language.en,
    as_json: AsJson = False,
) -> None:
    """Hand a mail that is on record to attesters, and keep what they answer. Exit code 3: not all of them attested.

    They are asked who they are before a byte of the mail leaves.
    """
    from ledger.cli.cases import find_case
    from ledger.cli.mailing.adding import Where, answer_lines
    from ledger.cli.mailing.adding import attest_later as ask

    if not attester:
        raise MalformedRequest("name one attester or more with --attester URL")
    found, about = find_case(folder, case), parse_id(statement, "STATEMENT")
    answers = ask(Where(folder, case, api, trust, True), found, about, attester)
    if as_json:
        print_json({"statement": statement, "attesters": answers})
    else:
        for each in answer_lines(answers, lang.value):
            print_text(each)
    if _is_left_open(answers):
        _tell_next(about, answers, lang)
        raise typer.Exit(3)


@app.command()
def show(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The original message, an .eml file.")],
    mail_domain: Domains = None,
    resolver: ResolverList = None,
    capture: CaptureFiles = None,
    keep_capture: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write what the resolvers answered to a new file.")
    ] = None,
    at: At = None,
    published: Published = None,
    case: CaseId = None,
    folder: Folder = DEFAULT_FOLDER,
    lang: Lang = Language.en,
    as_json: AsJson = False,
) -> None:
    """Grade a mail and say why. Nothing is signed, kept or sent; with --capture nobody is asked.

    Exit code 0: it has a grade; 1: it is not as it was signed; 3: nothing shows who sent it.
    """
    from ledger.cli.files import write_new
    from ledger.cli.mailing.adding import read_original
    from ledger.cli.mailing.grading import company_domains, examine, key_source, published_keys
    from ledger.cli.mailing.words import examined_json, report
    from ledger.cli.signing import check_out

    check_out(keep_capture)
    data = read_original(file, lang.value)
    found = _case(folder, case, mail_domain)
    domains = company_domains(found.company if found else None, mail_domain or ())
    source = key_source(capture or (), resolver or (), note, lang.value)
    examined = examine(data, domains, source, found.case if found else None, _time(at), published_keys(published))
    if keep_capture is not None:
        if examined.known.capture is None:
            raise MalformedRequest("there is no capture to keep: the mail names no key that could be asked for")
        write_new(keep_capture, examined.known.capture.encode())
    if as_json:
        print_json({"file": str(file), **examined_json(examined)})
    else:
        for line in report(examined, lang.value):
            print_text(line)
    raise typer.Exit({"failed": 1, "undetermined": 3}.get(examined.check.result, 0))


@app.command()
def check(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", help="Messages (.eml), mbox files, Maildirs, folders of them.")
    ],
    mail_domain: Domains = None,
    resolver: ResolverList = None,
    capture: CaptureFiles = None,
    at: At = None,
    published: Published = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the lines to FILE too, as JSON.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="With --out: go on where an earlier run broke off.")] = False,
    case: CaseId = None,
    folder: Folder = DEFAULT_FOLDER,
    lang: Lang = Language.en,
    as_json: AsJson = False,
) -> None:
    """Grade many mails, a line for each; one is in memory at a time, and each key is asked for once.

    Exit code: 1 if one is not as it was signed, else 2 if one cannot be read or there is none, else 3 if nothing shows
    who sent one.
    """
    from ledger.cli.files import write_new
    from ledger.cli.mailing import batch
    from ledger.cli.mailing.grading import company_domains, key_source, published_keys

    if resume and out is None:
        raise MalformedRequest("--resume goes on with the lines of a file: name it with --out FILE")
    found = _case(folder, case, mail_domain)
    domains = company_domains(found.company if found else None, mail_domain or ())
    source = key_source(capture or (), resolver or (), note, lang.value)
    task = batch.Task(domains, found.case if found else None, source, _time(at), published_keys(published), lang.value)
    done = batch.read_done(out) if out is not None and resume else []
    if out is not None and not (resume and out.exists()):
        write_new(out, b"")
    with ExitStack() as stack:
        file = stack.enter_context(out.open("a", encoding="utf-8", buffering=1)) if out is not None else None

        def each(value: JsonObject) -> None:
            line = batch.encode_line(value)
            if as_json:
                print_lines(line)
            else:
                print_text(batch.line_words(value, lang.value))
            if file is not None:
                file.write(line + "\n")

        tally = batch.check(paths, task, done, note, each)
    note(tally.summary(lang.value))
    raise typer.Exit(tally.code)


@app.command()
def find(
    mailbox: Annotated[Path, typer.Argument(metavar="MBOX|MAILDIR", help="An mbox file, a Maildir, a folder.")],
    mail_domain: Domains = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write each as an .eml file, byte for byte, into FOLDER.")
    ] = None,
    case: CaseId = None,
    folder: Folder = DEFAULT_FOLDER,
    lang: Lang = Language.en,
    as_json: AsJson = False,
) -> None:
    """List the mails of a mailbox that name the case or come from the company, and take them out unchanged.

    An mbox file changes lines that begin with "From "; each way in which it may have done so is tried, and the one
    whose body is the signed one is taken. A Maildir holds the exact bytes. Nothing is signed or sent.
    """
    from ledger.cli.cases import find_case
    from ledger.cli.mailing import finding
    from ledger.cli.mailing.grading import company_domains
    from ledger.words import pick

    found = find_case(folder, case)
    domains = company_domains(found.company, mail_domain or ())
    if out is not None:
        finding.check_folder(out)
    count = 0
    for hit in finding.find(mailbox, found.case, domains, note, lang.value):
        count += 1
        written = None if out is None else finding.write_out(hit, out)
        if as_json:
            print_lines(_line(finding.hit_json(hit, written)))
        else:
            for line in finding.hit_words(hit, written, lang.value):
                print_text(line)
    note(pick(finding.FOUND if count else finding.NOTHING, lang.value).format(count=count))


@app.command()
def original(lang: Lang = Language.en) -> None:
    """Say how to get the original of a message out of the usual mail services."""
    from ledger.cli.mailing.originals import how_to

    print_lines(how_to(lang.value))


def _tell_next(statement: bytes, answers: list[Json], lang: Language) -> None:
    from ledger.cli.mailing.adding import next_line

    again = next_line(statement, answers, lang.value)
    if again is not None:
        note(again)


def _is_left_open(answers: list[Json]) -> bool:
    """Whether some attester did not attest: it did not answer, refused, or found nothing that it could say."""
    return any(isinstance(answer, dict) and not answer["attested"] for answer in answers)


def _case(folder: Path, given: str | None, domains: list[str] | None) -> CaseFile | None:
    """The case that is meant; none where only domains are named, or where there is no case at all."""
    from ledger.cli.casefolder import list_cases
    from ledger.cli.cases import find_case

    if given is None and (domains or len(list_cases(folder)) != 1):
        return None
    return find_case(folder, given)


def _time(text: str | None) -> datetime | None:
    return None if text is None else parse_instant(text, MalformedRequest, "--at")


def _line(value: JsonObject) -> str:
    from ledger.cli.clean import dump_json

    whole: Json = value
    return dump_json(whole, None)
