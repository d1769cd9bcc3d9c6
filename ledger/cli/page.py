"""``habeas page``: keep a page of a portal as it was sent, without cookies, or take in a capture made elsewhere."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ledger.cli.output import (
    DEFAULT_FOLDER,
    AsJson,
    CaseId,
    Folder,
    Lang,
    Language,
    Yes,
    confirm,
    new_app,
    note,
    print_json,
    print_text,
)
from ledger.encoding import Json, encode_hex, sha256
from ledger.errors import Malformed, MalformedRequest, RefusedOverwrite
from ledger.kinds import is_domain

if TYPE_CHECKING:
    from ledger.cli.warc import Checked
    from ledger.words import Language as Words

app = new_app("Pages and portals: keep a page as a WARC file, for a statement to commit to.")


@app.command()
def keep(
    source: Annotated[
        str, typer.Argument(metavar="URL|FILE", help="Address of a public page, or a capture (.warc, .warc.gz).")
    ],
    name: Annotated[str, typer.Option(metavar="NAME", help="Name of the private field.")] = "page",
    as_taken: Annotated[
        bool, typer.Option("--with-cookies", help="Take in a capture although it holds cookies or passwords.")
    ] = False,
    case: CaseId = None,
    folder: Folder = DEFAULT_FOLDER,
    lang: Lang = Language.en,
    as_json: AsJson = False,
) -> None:
    """Fetch a page from this machine and keep it as a WARC file beside the case file, or check a capture and keep it.

    The page is fetched without cookies and without your being logged in, only from public addresses, and never through
    a redirect into a private network. A page behind a login is captured with your browser (a WARC extension), and taken
    in as FILE. Nothing is signed or sent: habeas say KIND --kept NAME commits to it.
    """
    import secrets

    from ledger.cli import casefolder, kept
    from ledger.cli.attested import Waiting
    from ledger.cli.cases import find_case
    from ledger.cli.mailing.lines import line
    from ledger.cli.warc import MEDIA_TYPE, check_warc
    from ledger.disclosure import SALT_BYTES, Disclosure, FileValue

    found = find_case(folder, case)
    if any(item.disclosure.name == name for item in found.waiting):
        raise RefusedOverwrite(f"a kept file waits under the name {name} already; choose another with --name")
    is_fetched = source.startswith(("http://", "https://"))
    if "://" in source and not is_fetched:
        raise MalformedRequest(f"{source[:80]} is neither http:// nor https://; only such a page is fetched")
    data = _fetched(source) if is_fetched else _read(Path(source))
    try:
        checked = check_warc(data)
    except Malformed as error:
        raise type(error)(f"{source}: {error}") from None
    if checked.secrets and not as_taken:
        raise MalformedRequest(
            f"the capture holds {checked.secrets[0]} ({len(checked.secrets)} in all): whoever is shown it could act as "
            "you. Make it again without being logged in, or end that session first and give --with-cookies"
        )
    file_name = f"{name}.warc.gz" if is_fetched else Path(source).name
    held = Disclosure.make(secrets.token_bytes(SALT_BYTES), name, FileValue.of(data, MEDIA_TYPE, file_name))
    kept.keep(folder, found.case, data)
    waiting = Waiting(datetime.now(UTC).replace(microsecond=0), held)
    casefolder.update(folder, found.case, lambda now: now.add_waiting(waiting))
    if as_json:
        print_json(_json(data, name, checked))
        return
    values = {"name": name, "records": checked.records, "count": len(data), "digest": sha256(data).hex()}
    print_text(line("page_kept", lang.value, **values))
    for address in checked.addresses:
        print_text(f"  {address}")
    for remark in remarks(checked, is_fetched, lang.value):
        note(remark)
    note(line("page_next", lang.value, name=shlex.quote(name)))


@app.command()
def drop(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of a kept page that no statement commits to.")],
    case: CaseId = None,
    folder: Folder = DEFAULT_FOLDER,
    lang: Lang = Language.en,
    yes: Yes = False,
) -> None:
    """Remove a kept page that no statement commits to yet, with its bytes."""
    from ledger.cli import casefolder, kept
    from ledger.cli.cases import find_case
    from ledger.cli.mailing.lines import line

    found = find_case(folder, case)
    found.drop_waiting(name)
    confirm(line("page_drop", lang.value, name=name), yes)
    left = casefolder.update(folder, found.case, lambda now: now.drop_waiting(name))
    kept.sweep(folder, found.case, left)
    note(line("page_dropped", lang.value, name=name))


def remarks(checked: Checked, is_fetched: bool, language: Words = "en") -> list[str]:
    """What the person should know of the capture."""
    from ledger.cli.mailing.lines import line

    said = [line("page_worth", language)]
    if is_fetched:
        said.append(line("page_look", language))
    for name, count in (("page_without_digest", checked.without_digest), ("page_weak_digest", checked.weak_digest)):
        if count:
            said.append(line(name, language, count=count, records=checked.records))
    if checked.secrets:
        said.append(line("page_secrets", language, names=", ".join(checked.secrets)))
    return said


def _json(data: bytes, name: str, checked: Checked) -> dict[str, Json]:
    return {
        "private": name,
        "sha256": encode_hex(sha256(data))[2:],
        "bytes": len(data),
        "records": checked.records,
        "records_without_digest": checked.without_digest,
        "records_with_weak_digest": checked.weak_digest,
        "addresses": [*checked.addresses],
        "secrets": [*checked.secrets],
        "grade": "self_stated",
    }


def _fetched(url: str) -> bytes:
    from importlib.metadata import version

    from ledger.cli.warc import encode_warc
    from ledger.runtime.webpage import PageFetcher

    return encode_warc(PageFetcher().fetch(url), f"habeas {version('habeas')}")


def _read(path: Path) -> bytes:
    from ledger.cli.files import read_file
    from ledger.cli.kept import MAX_KEPT

    try:
        return read_file(path, MAX_KEPT)
    except OSError as error:
        hint = (
            f"; for a page on the web give its address: https://{path}"
            if is_domain(str(path).partition("/")[0])
            else ""
        )
        raise MalformedRequest(f"the capture {path} cannot be read: {error.strerror}{hint}") from None
