"""``habeas say KIND``: one command for each kind, with the facts of its closed schema as options.

The options are made from ``ledger.kinds``, so that a fact cannot be missing here or be allowed there.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ledger.cli.output import (
    DEFAULT_FOLDER,
    Api,
    AsJson,
    CaseId,
    Folder,
    KeyFile,
    PasswordFile,
    Trust,
    Yes,
    new_app,
    note,
    parse_id,
    print_json,
    print_text,
    read_password,
)
from ledger.cli.remarks import date_remarks, mail_remarks
from ledger.encoding import Json, encode_hex, encode_json
from ledger.errors import MalformedFacts, MalformedRequest
from ledger.kinds import KINDS, Check, Kind
from ledger.words import KIND

if TYPE_CHECKING:
    from ledger.cli.casefile import CaseFile
    from ledger.disclosure import Disclosure

app = new_app("Record a statement: habeas say KIND --help shows the facts of a kind.")
# Said by other commands, or once in a ledger's life by the operator's worker.
_PREFIX = "fact_"  # a fact may be named like a keyword of Python
ELSEWHERE = frozenset({"case.opened", "ledger.opened", "entry.withheld"})


@dataclass(frozen=True, slots=True)
class Common:
    """The options that every kind has."""

    case: str | None
    company: str | None
    private: Sequence[str]
    file: Sequence[str]
    kept: Sequence[str]
    keep: Path | None
    fact: Sequence[str]
    key_file: Path | None
    password_file: Path | None
    folder: Path
    api: str | None
    trust: Path | None
    out: Path | None
    yes: bool
    as_json: bool


_COMMON: Mapping[str, tuple[Any, Any]] = {
    "case": (CaseId, None),
    "company": (
        Annotated[str | None, typer.Option(metavar="DOMAIN", help="The company; only outside a case.")],
        None,
    ),
    "private": (
        Annotated[
            list[str] | None,
            typer.Option(metavar="NAME=TEXT", help="A private field: only its digest is sent. May be repeated."),
        ],
        None,
    ),
    "file": (
        Annotated[
            list[str] | None,
            typer.Option(
                metavar="[NAME=]PATH", help="A private file, kept beside the case: only its digest is sent. Several."
            ),
        ],
        None,
    ),
    "kept": (
        Annotated[
            list[str] | None,
            typer.Option(metavar="NAME", help="A file that page keep kept: the statement commits to it. Several."),
        ],
        None,
    ),
    "keep": (
        Annotated[
            Path | None,
            typer.Option(metavar="FILE", help="With --key-file: the new file that keeps the private fields."),
        ],
        None,
    ),
    "fact": (
        Annotated[
            list[str] | None,
            typer.Option(metavar="NAME=VALUE", help="A fact by name, as JSON or as plain text. May be repeated."),
        ],
        None,
    ),
    "key_file": (KeyFile, None),
    "password_file": (PasswordFile, None),
    "folder": (Folder, DEFAULT_FOLDER),
    "api": (Api, None),
    "trust": (Trust, None),
    "out": (
        Annotated[
            Path | None,
            typer.Option(metavar="FILE", help="Sign into a new file and send nothing: habeas submit FILE does."),
        ],
        None,
    ),
    "yes": (Yes, False),
    "as_json": (AsJson, False),
}


def _option(name: str, check: Check, required: bool) -> tuple[Any, Any]:
    """Annotation and default of one fact."""
    words = check.words + (f": {', '.join(check.values)}" if check.values else "")
    words += "" if required else " (may be left out)"
    flag = f"--{name.replace('_', '-')}"
    if check.words == "true or false":
        return Annotated[bool | None, typer.Option(f"{flag}/--no-{flag[2:]}", help=words)], None
    if check.words.startswith("ascending list"):
        words += ". May be repeated."
        return Annotated[list[str] | None, typer.Option(flag, metavar="VALUE", help=words)], None
    metavar = "JSON" if check.words.startswith("object") else "VALUE"
    return Annotated[str | None, typer.Option(flag, metavar=metavar, help=words)], None


def _fact_checks(kind: Kind) -> Mapping[str, tuple[Check, bool]]:
    return {
        **{name: (check, True) for name, check in kind.required.items()},
        **{name: (check, False) for name, check in kind.optional.items()},
    }


def read_facts(kind: Kind, given: Mapping[str, object], named: Sequence[str]) -> dict[str, Json]:
    """The facts from options and ``--fact``; their values are checked when the statement is made."""
    facts: dict[str, Json] = {}
    for name, (check, required) in _fact_checks(kind).items():
        value = given.get(name)
        if check.words.startswith("ascending list"):
            items = [str(item) for item in value] if isinstance(value, list) else []
            if items or required:
                facts[name] = [*sorted(set(items))]
        elif value is not None:
            facts[name] = _typed(str(value) if not isinstance(value, bool) else value, check, name)
    for text in named:
        name, separator, value_text = text.partition("=")
        if not separator:
            raise MalformedRequest(f"--fact must be NAME=VALUE, not {text[:60]!r}")
        facts[name] = _loose(value_text)
    missing = [f"--{name.replace('_', '-')}" for name in kind.required if name not in facts]
    if missing:
        raise MalformedFacts(f"{kind.name} needs {', '.join(missing)}; see: habeas say {kind.name} --help")
    return facts


def _typed(value: str | bool, check: Check, name: str) -> Json:
    if isinstance(value, bool):
        return value
    if check.words == "integer":
        return int(value) if value.isascii() and value.isdecimal() and len(value) < 17 else value
    if check.words.startswith("object"):
        try:
            found: Json = json.loads(value)
        except (ValueError, RecursionError) as error:
            raise MalformedRequest(f"--{name} must be JSON: {error}") from None
        return found
    return value


def _loose(text: str) -> Json:
    try:
        value: Json = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value if not isinstance(value, float) else text


def _register(kind: Kind) -> None:
    checks = _fact_checks(kind)

    def command(**given: Any) -> None:
        common: dict[str, Any] = {name: given.pop(name) for name in _COMMON}
        common |= {name: common[name] or [] for name in ("private", "file", "kept", "fact")}
        chosen = Common(**common)
        say(kind, read_facts(kind, {name: given[_PREFIX + name] for name in checks}, chosen.fact), chosen)

    options = {_PREFIX + name: _option(name, check, required) for name, (check, required) in checks.items()}
    members = {**options, **_COMMON}
    command.__signature__ = inspect.Signature(  # type: ignore[attr-defined]  # typer reads it in place of **given
        [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
            for name, (annotation, default) in members.items()
        ]
    )
    command.__annotations__ = {name: annotation for name, (annotation, _) in members.items()}
    english, _ = KIND[kind.name]
    writers = ", ".join(sorted(kind.writers))
    command.__doc__ = f"{english}. Written by: {writers}."
    app.command(kind.name)(command)


def say(kind: Kind, facts: Mapping[str, Json], common: Common) -> None:
    """Sign a statement and record it, as the requester of a case or with a keystore."""
    if common.key_file is not None:
        _say_with_keystore(kind, facts, common)
        return
    from ledger.cli import cases
    from ledger.cli.signing import sign_in_case

    if not kind.has_case:
        raise MalformedRequest(f"{kind.name} belongs to no case and is signed with --key-file")
    case = cases.find_case(common.folder, common.case)
    made, files = cases.make_disclosures(common.private, common.file)
    recorded = sign_in_case(
        common.folder, case, kind, facts, (*made, *_waiting(case, common.kept)), files=files, api=common.api,
        trust=common.trust, out=common.out, yes=common.yes, remarks=mail_remarks(made),
    )  # fmt: skip
    if recorded.index is not None:
        _tell(recorded.signed.id, recorded.index, recorded.remarks, common.as_json)


def _waiting(case: CaseFile, names: Sequence[str]) -> list[Disclosure]:
    """The files of these names that are kept and stand behind no statement yet."""
    known = {item.disclosure.name: item.disclosure for item in case.waiting}
    missing = sorted(set(names) - known.keys())
    if missing:
        listed = ", ".join(sorted(known)) or "none"
        raise MalformedRequest(f"no kept file waits under the name {', '.join(missing)}; waiting: {listed}")
    return [known[name] for name in dict.fromkeys(names)]


def _say_with_keystore(kind: Kind, facts: Mapping[str, Json], common: Common) -> None:
    from ledger.cli import cases
    from ledger.cli.client import open_client
    from ledger.cli.keystore import read_keystore
    from ledger.cli.signing import ask, check_out
    from ledger.cli.verify import read_policy
    from ledger.keys import address_of

    assert common.key_file is not None
    if common.kept:
        raise MalformedRequest("--kept names a file of your own case, which is signed without --key-file")
    held, _ = cases.make_disclosures(common.private, common.file)
    if bool(held) != (common.keep is not None):
        raise MalformedRequest("--keep FILE and private fields go together: nothing else keeps their salts")
    check_out(common.out)
    key = read_keystore(common.key_file, read_password(common.password_file, "Password of the keystore"))
    with open_client(common.api, read_policy(common.trust)) as client:
        case, company = _place(kind, common, client.get_json)
        signed, newest = cases.sign_statement(
            client, key, address_of(key), kind.name, facts, case=case, company=company, disclosures=held
        )
        remarks = date_remarks(kind, facts, newest.timestamp)
        ask(signed.statement.encode(), remarks, into_file=common.out is not None, yes=common.yes)
        if common.keep is not None:
            _write(common.keep, encode_json([item.encoded for item in held]) + b"\n")
        if common.out is not None:
            _write(common.out, signed.raw)
            return
        receipt = client.submit(signed)
    _tell(signed.id, receipt.index, [remark.told("en") for remark in remarks], common.as_json)


def _place(kind: Kind, common: Common, ask: Callable[[str], Mapping[str, Json]]) -> tuple[bytes | None, str | None]:
    """Case and company of a statement that is signed with a keystore."""
    if not kind.has_case:
        return None, common.company
    if common.case is None:
        raise MalformedRequest("name the case with --case ID, the whole id")
    case = parse_id(common.case, "--case")
    return case, str(ask(f"/v1/cases/{encode_hex(case)}").get("company"))


def _write(path: Path, data: bytes) -> None:
    from ledger.cli.files import write_new

    write_new(path, data)
    note(f"{path} is written.")


def _tell(statement_id: bytes, index: int, remarks: Sequence[str], as_json: bool) -> None:
    if as_json:
        print_json({"statement": encode_hex(statement_id), "index": index, "remarks": [*remarks]})
    else:
        print_text(f"Recorded as entry {index}: {encode_hex(statement_id)}")


for _kind in KINDS.values():
    if _kind.name not in ELSEWHERE:
        _register(_kind)
