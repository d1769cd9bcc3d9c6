"""Signing in one's own case: ask, keep what was signed, record it. In this order, so that nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ledger.cli import casefolder, cases
from ledger.cli.casefile import CaseFile
from ledger.cli.client import open_client
from ledger.cli.files import write_new
from ledger.cli.kept import keep
from ledger.cli.output import confirm, note
from ledger.cli.remarks import case_remarks, date_remarks, right_remarks
from ledger.cli.verify import read_policy
from ledger.disclosure import Disclosure
from ledger.encoding import Json
from ledger.errors import RefusedOverwrite, RuntimeFault
from ledger.kinds import Kind
from ledger.phrases import Phrase
from ledger.statement import SignedStatement
from ledger.words import Language, pick

_SIGNED = ("This is signed and becomes public:", "다음에 서명하며, 서명하면 공개됩니다.")
_REMARK = ("Remark: {remark}", "참고: {remark}")
_RECORD = ("Sign and record it?", "서명하고 기록할까요?")
_NOTHING = ("Nothing was signed.", "서명하지 않았습니다.")
_INTO_FILE = ("Sign and write it to the file?", "서명하고 파일에 쓸까요?")


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was signed; ``index`` is its place in the log, None where it went to a file."""

    signed: SignedStatement
    index: int | None
    remarks: tuple[str, ...]


def sign_in_case(
    folder: Path,
    case: CaseFile,
    kind: Kind,
    facts: Mapping[str, Json],
    held: Sequence[Disclosure] = (),
    *,
    files: Sequence[bytes] = (),
    api: str | None = None,
    trust: Path | None = None,
    out: Path | None = None,
    yes: bool = False,
    then: Callable[[bytes], str] | None = None,
    remarks: Sequence[Phrase] = (),
    language: Language = "en",
) -> Recorded:
    """Sign a statement in one's own case, after asking, and record it; with ``out`` into a new file alone.

    ``files`` are the bytes behind the files among ``held``; they are kept before the statement is. ``then``
    gives, of the statement's id, the command that is to follow once it is recorded; ``remarks`` are told with ours.
    ``language`` is that of the question; the remarks of the result are in English, as all of it for programs.
    """
    check_out(out)
    key = cases.case_key(folder, case)
    with open_client(api or case.api, read_policy(trust)) as client:
        with ledger_is_needed():
            signed, newest = cases.sign_statement(
                client, key, case.author, kind.name, facts, case=case.case, company=case.company, disclosures=held
            )
        opened = case.entries[0].signed.statement.facts
        every = (
            *remarks,
            *case_remarks(case, facts, held),
            *date_remarks(kind, facts, newest.timestamp),
            *right_remarks(kind, facts, str(opened["regime"]), str(opened["place"])),
        )
        ask(signed.statement.encode(), every, into_file=out is not None, yes=yes, language=language)
        in_english = tuple(remark.told("en") for remark in every)
        for data in files:
            keep(folder, case.case, data)
        # Before it is sent: a salt that is lost is never found again.
        is_written = out is not None
        kept = casefolder.update(folder, case.case, lambda now: now.add_statement(signed, held, written=is_written))
        if out is not None:
            write_new(out, signed.raw)
            note(f"{out} is written.")
            return Recorded(signed, None, in_english)
        receipt = cases.record(folder, kept, client, signed.id, then(signed.id) if then else None)
    return Recorded(signed, receipt.index, in_english)


@contextmanager
def ledger_is_needed() -> Iterator[None]:
    """A fault in here is the ledger's, before anything is signed: a statement quotes a block that it names."""
    try:
        yield
    except RuntimeFault as error:
        raise type(error)(
            f"{error}. That is the ledger: a statement quotes a new block, which it names. Nothing was signed or kept; "
            "give the same command again once it answers"
        ) from None


def check_out(out: Path | None) -> None:
    """Raises RefusedOverwrite where the file is there already.

    Before anything is signed: what was signed and kept would stay in the case file without its file.
    """
    if out is not None and out.exists():
        raise RefusedOverwrite(f"{out} is there already; name another file")


def ask(
    statement: bytes, remarks: Sequence[Phrase], *, into_file: bool, yes: bool, language: Language = "en"
) -> None:  # fmt: skip
    """Show what is signed, and ask."""
    note(f"{pick(_SIGNED, language)}\n  {statement.decode('ascii')}\n{pick(cases.BEFORE_SIGNING, language)}")
    for remark in remarks:
        note(pick(_REMARK, language).format(remark=remark.told(language)))
    confirm(pick(_INTO_FILE if into_file else _RECORD, language), yes, pick(_NOTHING, language))
