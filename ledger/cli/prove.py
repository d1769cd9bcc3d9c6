"""``habeas prove``: the bundle of a case in one file, and what it proves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ledger.bundle import MAX_AUTHORS, MAX_BYTES, Bundle
from ledger.cli.output import (
    DEFAULT_FOLDER,
    Api,
    AsJson,
    Authorities,
    CaseId,
    Folder,
    Language,
    Trust,
    new_app,
    note,
    parse_id,
    print_json,
    print_lines,
    read_input,
)
from ledger.encoding import Json, encode_hex
from ledger.errors import MalformedRequest, MalformedSize, VerificationDisclosure

if TYPE_CHECKING:
    from ledger.cli.casefile import CaseFile
    from ledger.cli.client import ApiClient
    from ledger.disclosure import Disclosure
    from ledger.policy import TrustPolicy

app = new_app()
MAX_FILES = 5 * 2**20
"""Bytes of opened files in one bundle: in base64 they leave room for the rest (8 MiB)."""
OPENING = (
    "Opening a private field is an act of publication: letters and mails often name other people. "
    "Who receives the file can pass it on."
)


@app.command()
def prove(
    open_: Annotated[
        list[str] | None,
        typer.Option(
            "--open", metavar="NAME", help="Open this private field, a mail with its answers of DNS; several."
        ),
    ] = None,
    disclosures: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Open the private fields that say --keep wrote.")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="The new bundle file.")] = None,
    as_of: Annotated[
        int | None,
        typer.Option(
            "--as-of", metavar="SIZE", min=1, help="As of the anchored tree of so many leaves, not the newest."
        ),
    ] = None,
    case: CaseId = None,
    folder: Folder = DEFAULT_FOLDER,
    api: Api = None,
    trust: Trust = None,
    authorities: Authorities = None,
    lang: Annotated[Language, typer.Option(help="Language of the summary.")] = Language.en,
    as_json: AsJson = False,
) -> None:
    """Fetch the bundle of a case, add the private fields that you open, write it, and verify the file.

    What the attesters and the pinned keys of the trust policy wrote in the case is asked for by their addresses.
    Any case id of the ledger may be named with --case and --api; private fields come from your own. The
    exit code is that of habeas verify, offline, on the file written: 3 where some required check was not made.
    """
    from ledger.cli import report
    from ledger.cli.client import open_client
    from ledger.cli.files import check_new, write_new
    from ledger.cli.verify import read_policy, verify

    if out is not None:
        check_new(out)  # before anything is fetched
    case_id, address, opened, captures = _chosen(folder, case, api, open_ or [])
    opened += _from_file(disclosures)
    policy = read_policy(trust)
    with open_client(address, policy) as client:
        bundle = _fetch(client, case_id, as_of, policy)
    if opened:
        note(OPENING)
        opened += _with_mail(captures, bundle, opened)
        bundle = replace(bundle, disclosures=(*bundle.disclosures, *opened))
        bundle = replace(bundle, files=opened_files(folder, case_id, opened))
        _check(
            bundle.disclosures,
            [digest for item in bundle.statements.values() for digest in item.signed.statement.digests],
        )
    path = out or Path(f"{case_id.hex()[:12]}.habeas.json")
    write_new(path, _encoded(bundle))
    result = verify(path, trust=trust, authorities=authorities or ())
    if as_json:
        value: dict[str, Json] = {"bundle": str(path), "verified": report.report_json(result)}
        print_json(value)
    else:
        print_lines(report.report_text(result, lang.value))
        left_out = _left_out(folder, case_id, bundle)
        if left_out and as_of is None:
            note(f"{left_out} of your own statements are not in a final anchor yet and are left out; ask again later.")
        elif left_out:
            note(f"{left_out} of your own statements are not in the tree of {as_of} leaves and are left out.")
        command = f"habeas verify {path}" + (f" --trust {trust}" if trust else "")
        note(f"{path} is written. Check it, also on another machine, with: {command}")
    raise typer.Exit(result.exit_code)


def _fetch(client: ApiClient, case_id: bytes, as_of: int | None, policy: TrustPolicy) -> Bundle:
    """The server's bundle of a case, with what those wrote whom the policy accepts and the server may not know."""
    from urllib.parse import urlencode

    from ledger.bundle import parse_bundle

    path = f"/v1/cases/{encode_hex(case_id)}"
    asked = [("author", encode_hex(key)) for key in _accepted(client, path, policy)]
    if as_of is not None:
        asked.append(("as_of", str(as_of)))
    bundle = parse_bundle(client.get(f"{path}/bundle" + (f"?{urlencode(asked)}" if asked else "")))
    if bundle.case != case_id:
        raise MalformedRequest(f"the server sent the bundle of case {encode_hex(bundle.case)}")
    if as_of is not None and max(bundle.anchors, default=0) != as_of:
        raise MalformedRequest(f"the server sent the bundle as of {max(bundle.anchors, default=0)}, not of {as_of}")
    return bundle


def _accepted(client: ApiClient, path: str, policy: TrustPolicy) -> list[bytes]:
    """The attesters of the policy, and the keys that it pins for the company of the case at ``path``."""
    keys = [attester.key for attester in policy.attesters]
    if policy.company_keys:
        company = client.get_json(f"{path}?limit=1").get("company")
        keys += [pin.key for pin in policy.company_keys if pin.company == company]
    keys = list(dict.fromkeys(keys))
    if len(keys) > MAX_AUTHORS:
        note(
            f"The trust policy names {len(keys)} attesters and keys; a server shows the lists of {MAX_AUTHORS} of them "
            "at most. Where those of the others are needed, the file is not complete."
        )
    return keys[:MAX_AUTHORS]


def _chosen(
    folder: Path, given: str | None, api: str | None, names: list[str]
) -> tuple[bytes, str | None, list[str], list[Disclosure]]:
    """Case id, server, the encoded disclosures of ``names``, and the captures of DNS that belong to mails of them."""
    from ledger.cli.cases import find_case
    from ledger.errors import RefusedNotFound

    try:
        found = find_case(folder, given)
    except RefusedNotFound:
        if given is None or names:
            raise
        return parse_id(given, "--case"), api, [], []
    return found.case, api or found.api, [item.encoded for item in found.select(names)], _captures_of(found, names)


def _captures_of(case: CaseFile, names: list[str]) -> list[Disclosure]:
    """The owner's own answers of DNS, and those of the attesters, about each mail of ``names``."""
    from ledger.cli.kept import file_of
    from ledger.mail import CAPTURE_TYPE, MAIL_TYPE

    found: list[Disclosure] = []
    for entry in case.entries:
        types = [(item, value.media_type) for item in entry.disclosures if (value := file_of(item)) is not None]
        if any(kind == MAIL_TYPE and item.name in names for item, kind in types):
            found += [item for item, kind in types if kind == CAPTURE_TYPE]
            found += [item for said in case.attested if said.statement == entry.signed.id for item in said.disclosures]
    return found


def _with_mail(captures: list[Disclosure], bundle: Bundle, opened: list[str]) -> list[str]:
    """The captures that a statement of the bundle commits to: without them nobody can compute a signature again."""
    shown = {digest for item in bundle.statements.values() for digest in item.signed.statement.digests}
    more = [item for item in captures if item.encoded not in opened]
    for item in more:
        if item.digest not in shown:
            note(f"{item.name}: its statement is not in this bundle, so these answers of DNS are left out.")
    taken = [item for item in more if item.digest in shown]
    if taken:
        note(
            f"Opened with the mail: {', '.join(item.name for item in taken)}; answers of DNS, without which nobody can "
            "compute its signature again."
        )
    return [item.encoded for item in taken]


def opened_files(folder: Path, case_id: bytes, opened: list[str]) -> dict[bytes, bytes]:
    """The bytes of opened files by SHA-256: those that the case keeps, up to ``MAX_FILES`` bytes together.

    What is not among them is named, with the place from which it can be handed over beside the bundle.
    """
    from ledger.cli import kept
    from ledger.disclosure import Disclosure

    files: dict[bytes, bytes] = {}
    for text in opened:
        item = Disclosure.parse(text)
        value = kept.file_of(item)
        if value is None:
            continue
        digest = bytes.fromhex(value.sha256)
        path = kept.kept_path(folder, case_id, digest)
        data = kept.held(folder, case_id, digest)
        if data is None:
            note(f"{item.name}: the bytes of {value.name} are not kept here; hand them over yourself, unchanged.")
        elif sum(map(len, files.values())) + len(data) > MAX_FILES:
            note(
                f"{item.name}: {value.name} has {len(data)} bytes, a bundle has room for {MAX_FILES} bytes of files;"
                f" hand it over beside: habeas verify BUNDLE --file {path}"
            )
        else:
            files[digest] = data
    return files


def _encoded(bundle: Bundle) -> bytes:
    """The file's bytes. Raises MalformedSize where no verifier would take it, with the reason."""
    data, held = bundle.encode(), sum(map(len, bundle.files.values()))
    if len(data) > MAX_BYTES:
        raise MalformedSize(
            f"the bundle would have {len(data)} bytes, {held} of them of opened files; at most {MAX_BYTES}"
            " are accepted: open fewer fields, and hand the files over beside (habeas verify --file)"
        )
    return data


def _left_out(folder: Path, case_id: bytes, bundle: Bundle) -> int:
    """How many statements of the case file the bundle does not show."""
    from ledger.cli.casefolder import load
    from ledger.errors import RefusedNotFound

    try:
        mine = load(folder, case_id)
    except RefusedNotFound:
        return 0
    shown = {item.signed.id for item in bundle.statements.values()}
    return sum(entry.signed.id not in shown for entry in mine.entries)


def _from_file(path: Path | None) -> list[str]:
    if path is None:
        return []
    from ledger.encoding import parse_json

    value = parse_json(read_input(path, "--disclosures").rstrip(b"\n"), limit=1_000_000, depth=1)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise MalformedRequest(f"{path} must be a list of encoded disclosures, as say --keep writes it")
    return [str(item) for item in value]


def _check(disclosures: tuple[str, ...], digests: list[str]) -> None:
    from ledger.disclosure import match_disclosures

    try:
        match_disclosures(disclosures, digests)
    except VerificationDisclosure as error:
        raise VerificationDisclosure(
            f"{error}; the statement that it belongs to may not be anchored yet: try again in some minutes"
        ) from None
