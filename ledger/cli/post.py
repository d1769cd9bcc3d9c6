"""``habeas post``: what a postal service recorded of a registered letter."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import Annotated

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
    print_json,
    print_text,
)
from ledger.encoding import encode_hex, parse_date
from ledger.errors import MalformedRequest

app = new_app("Registered post: keep the tracking record, and record the day of arrival.")


@app.callback()
def _post() -> None:
    pass


@app.command()
def add(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The record, as the postal service gave it: PDF, page.")],
    received_on: Annotated[
        str, typer.Option(metavar="DATE", help="The day on which the record says that the letter arrived.")
    ],
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Name of the private field; post, post-2 ... if left out.")
    ] = None,
    case: CaseId = None,
    folder: Folder = DEFAULT_FOLDER,
    api: Api = None,
    trust: Trust = None,
    yes: Yes = False,
    lang: Lang = Language.en,
    as_json: AsJson = False,
) -> None:
    """Keep the tracking record of a registered letter beside the case file, and record request.delivered.

    Only the day, the basis registered_post and a salted digest become public.
    """
    import secrets

    from ledger.cli import kept
    from ledger.cli.cases import find_case
    from ledger.cli.mailing.lines import line
    from ledger.cli.remarks import mail_remarks
    from ledger.cli.signing import sign_in_case
    from ledger.disclosure import SALT_BYTES, Disclosure, FileValue
    from ledger.kinds import KINDS

    parse_date(received_on, MalformedRequest, "--received-on")
    found = find_case(folder, case)
    name = name or kept.free_name(found, "post")
    data = kept.read_evidence(file, "the tracking record")
    media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    held = Disclosure.make(secrets.token_bytes(SALT_BYTES), name, FileValue.of(data, media_type, file.name))
    facts = {"received_on": received_on, "basis": "registered_post"}
    recorded = sign_in_case(
        folder,
        found,
        KINDS["request.delivered"],
        dict(facts),
        (held,),
        files=(data,),
        api=api,
        trust=trust,
        yes=yes,
        remarks=mail_remarks((held,)),
        language=lang.value,
    )
    if as_json:
        print_json(
            {
                "statement": encode_hex(recorded.signed.id),
                "index": recorded.index,
                "sha256": held.value.sha256 if isinstance(held.value, FileValue) else None,
                "private": name,
                "grade": "self_stated",
                "remarks": [*recorded.remarks],
            }
        )
    else:
        statement = encode_hex(recorded.signed.id)
        print_text(line("recorded", lang.value, index=recorded.index, statement=statement))
        note(line("post_grade", lang.value, name=name))
