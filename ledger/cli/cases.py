"""What the requester's commands share: finding a case, signing in it, recording without losing anything."""

from __future__ import annotations

import mimetypes
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

from ledger.cli import casefolder
from ledger.cli.casefile import CaseFile
from ledger.cli.client import ApiClient, Receipt
from ledger.cli.kept import read_evidence, sweep
from ledger.disclosure import SALT_BYTES, Disclosure, FileValue
from ledger.encoding import Json, encode_hex
from ledger.errors import (
    HabeasError,
    Malformed,
    MalformedRequest,
    Refused,
    RefusedBusy,
    RefusedNotFound,
    Verification,
)
from ledger.evm import Header
from ledger.keys import address_of, derive_key
from ledger.kinds import check_facts
from ledger.statement import RecentBlock, SignedStatement, Statement, sign

BEFORE_SIGNING = (
    "Only dates and choices from lists become public. Say no more elsewhere than you can show. "
    "It does not protect you from a complaint: whoever is named may complain of a public statement, in some countries "
    "even of a true one.",
    "날짜와 목록에서 고른 항목만 공개됩니다. 다른 곳에서는 보여 줄 수 있는 것보다 더 말하지 마십시오. 이 기록이"
    " 고소를 막아 주지는 않습니다. 진술에 이름이 나온 쪽은 고소할 수 있고, 나라에 따라서는 내용이 사실이어도"
    " 그렇습니다.",
)


def find_case(folder: Path, given: str | None) -> CaseFile:
    """The case that ``given``, an id or its first digits, names; the only one where nothing is given."""
    cases = casefolder.list_cases(folder)
    if given is None:
        if len(cases) == 1:
            return cases[0]
        if not cases:
            raise RefusedNotFound(f"{folder} holds no case; open one with: habeas case open")
        raise MalformedRequest(f"you have {len(cases)} cases; name one with --case ID (see: habeas case list)")
    digits = given.removeprefix("0x").lower()
    if not digits or digits.strip("0123456789abcdef"):
        raise MalformedRequest(
            f"--case must be a case id or its first digits, not {given[:80]!r}; see: habeas case list"
        )
    found = [case for case in cases if case.case.hex().startswith(digits)]
    if len(found) == 1:
        return found[0]
    if len(found) > 1:
        raise MalformedRequest(f"--case {given[:80]} fits {len(found)} cases; give more digits")
    raise RefusedNotFound(f"{folder} holds no case {given[:80]}; see: habeas case list")


def make_disclosures(texts: Sequence[str], files: Sequence[str]) -> tuple[tuple[Disclosure, ...], tuple[bytes, ...]]:
    """Private fields from ``NAME=TEXT`` and ``[NAME=]PATH``, each with a fresh salt; and the bytes of the files."""
    made, contents = [], []
    for given in texts:
        name, separator, text = given.partition("=")
        if not separator:
            raise MalformedRequest(f"--private must be NAME=TEXT, not {given[:40]!r}")
        made.append(Disclosure.make(secrets.token_bytes(SALT_BYTES), name, text))
    for given in files:
        name, separator, path = given.partition("=")
        place = Path(path if separator else given)
        data = read_evidence(place, "--file")
        media_type = mimetypes.guess_type(place.name)[0] or "application/octet-stream"
        value = FileValue.of(data, media_type, place.name)
        made.append(Disclosure.make(secrets.token_bytes(SALT_BYTES), name if separator else place.name, value))
        contents.append(data)
    return tuple(made), tuple(contents)


def sign_statement(
    client: ApiClient,
    key: bytes,
    author: bytes,
    kind: str,
    facts: Mapping[str, Json],
    *,
    case: bytes | None,
    company: str | None,
    disclosures: Sequence[Disclosure] = (),
) -> tuple[SignedStatement, Header]:
    """A signed statement of ``kind``, and the newest final block, which it quotes. Raises MalformedFacts and others."""
    check_facts(kind, facts)  # before anything is asked of the server
    digests = tuple(sorted(item.digest for item in disclosures))
    origin, newest = client.info().origin, client.recent_header()
    recent = RecentBlock(newest.hash, newest.number)
    return sign(Statement(origin, kind, case, company, recent, facts, digests, author), key), newest


def case_key(folder: Path, case: CaseFile) -> bytes:
    """The private key of a case of this folder, proven to be the one that opened it."""
    key = derive_key(casefolder.load_seed(folder), case.key_index)
    if address_of(key) != case.author:
        raise MalformedRequest(f"the seed in this folder is not the one of case {encode_hex(case.case)}")
    return key


def record(folder: Path, case: CaseFile, client: ApiClient, statement_id: bytes, then: str | None = None) -> Receipt:
    """Send a statement that the case file holds, and keep the receipt; ``then`` is the command that is to follow.

    Whatever the server answers, the statement stays: its salts exist nowhere else, an answer may be
    wrong or lost, and sending the same bytes again does no harm.
    """
    entry = case.entry(statement_id)
    try:
        receipt = client.submit(entry.signed)
    except HabeasError as error:
        kept = "kept, not confirmed; send it again with: habeas submit" + (f", then: {then}" if then else "")
        if isinstance(error, Refused | Malformed | Verification) and not isinstance(error, RefusedBusy):
            kept += f", or remove it with: habeas case discard {encode_hex(statement_id)}"
        raise type(error)(f"{error} (the statement is {kept})") from None
    keep_receipt(folder, case, statement_id, receipt)
    return receipt


def keep_receipt(folder: Path, case: CaseFile, statement_id: bytes, receipt: Receipt) -> None:
    """Put a receipt beside its statement in the case file."""
    casefolder.update(folder, case.case, lambda held: held.add_receipt(statement_id, receipt.proof))


def holders(folder: Path, statement_id: bytes) -> list[CaseFile]:
    """The cases of the folder that hold a statement: one at most."""
    cases = casefolder.list_cases(folder)
    return [case for case in cases if any(entry.signed.id == statement_id for entry in case.entries)]


def discard(folder: Path, case: CaseFile, statement_id: bytes) -> None:
    """Remove a statement without a receipt, with its salts and files; its case too where it is the opening and alone.

    Only ever by the word of the owner. Raises RefusedNotFound or RefusedOverwrite.
    """
    if case.entry(statement_id) is case.entries[0]:
        casefolder.discard(folder, case.case)
        sweep(folder, case.case, None)
    else:
        left = casefolder.update(folder, case.case, lambda held: held.drop_unrecorded(statement_id))
        sweep(folder, case.case, left)
