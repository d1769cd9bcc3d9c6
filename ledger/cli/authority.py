"""``habeas authority``: who a person can complain to, by place; the register that ships and files that are imported."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.output import DEFAULT_FOLDER, AsJson, Folder, Language, new_app, note, print_json, print_text
from ledger.deadlines.authorities import MAX_BYTES, Authority, Register, authority_json
from ledger.errors import MalformedRequest
from ledger.words import text

app = new_app("Authorities: import a register, and list who there is for a place.")
IMPORTED = "authorities.jsonl"


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="JSON lines in the schema of datenanfragen/data.")],
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """Keep a register of authorities in your own folder, in the place of the one imported before.

    Each record is checked first; nothing of it is checked against the world. The file is what habeas verify
    --authorities and the setting `authorities` of a server take, too.
    """
    from ledger.cli.files import locked, replace_file
    from ledger.cli.verify import read_bytes

    data = read_bytes(file, MAX_BYTES)
    found = Register().with_file(data).authorities
    with locked(folder):
        replace_file(folder / IMPORTED, data)
    places = sorted({country for item in found for country in item.countries})
    print_text(f"{len(found)} record(s), for {', '.join(places)}")
    note(f"Kept in {folder / IMPORTED}. For findings: habeas verify --authorities {folder / IMPORTED} FILE")


@app.command("list")
def list_all(
    place: Annotated[str | None, typer.Option(metavar="XX", help="Only those for this country or region.")] = None,
    folder: Folder = DEFAULT_FOLDER,
    lang: Annotated[Language, typer.Option(help="Language of the list.")] = Language.en,
    as_json: AsJson = False,
) -> None:
    """List the authorities that ship and those that you imported, with the quality and source of each record.

    A register says who is there. Which authority is competent, it does not say.
    """
    from ledger.finding.told_next import authority_sentence

    register = _register(folder)
    found = register.authorities if place is None else _at(register, place)
    if as_json:
        print_json([authority_json(item) for item in found])
        return
    for item in found:
        print_text(authority_sentence(item, ", ".join(item.countries), lang.value))
    if not found:
        note(f"No register that is here names an authority for {place}." if place else "No register is here.")
    note(text("everywhere", lang.value))


def _register(folder: Path) -> Register:
    from ledger.cli.files import read_file
    from ledger.deadlines.rulebook import load_register

    try:
        return load_register().with_file(read_file(folder / IMPORTED, MAX_BYTES))
    except FileNotFoundError:
        return load_register()


def _at(register: Register, place: str) -> tuple[Authority, ...]:
    from ledger.kinds import COUNTRIES

    if place.partition("-")[0] not in COUNTRIES:
        raise MalformedRequest(f"--place {place!r}: give an ISO 3166 code like KR or DE-BY")
    return register.at(place, ("supervision", "reports", "mediation"))
