"""A mail that stands behind a statement of one's own already: refused where it counts there, said where it does not.

What counts is an attester's grade: from then on attesters refuse the mail for another case, and another mail with its
Message-ID for any. A first try that no attester graded, with the wrong file or the wrong day, takes no place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ledger.cli import casefolder, kept
from ledger.cli.attested import digest_hex
from ledger.cli.casefile import CaseFile, Entry
from ledger.cli.mailing.handing import attest_command
from ledger.cli.mailing.lines import line
from ledger.cli.mailing.words import message_id
from ledger.cli.output import note
from ledger.disclosure import Disclosure
from ledger.encoding import Json, encode_hex
from ledger.errors import Malformed, RefusedMail
from ledger.mail import MAIL_TYPE
from ledger.mail.raw import RawMail
from ledger.words import Language


def refuse_replay(
    folder: Path, case: CaseFile, mail: RawMail, attesters: Sequence[str] = (), language: Language = "en"
) -> None:
    """Raises RefusedMail for a mail, or a Message-ID, that an attester graded behind a statement of one's own cases.

    So for one behind a statement that waits to be sent: signed anew it would be on record twice. Of any other that
    stands there without a grade it is said: that statement stays on record, and takes no other's place.
    """
    mine = message_id(mail)
    for other in casefolder.list_cases(folder):
        where = "this case" if other.case == case.case else f"your case {encode_hex(other.case)}"
        for entry in other.entries:
            for item in _mails(entry.disclosures):
                value = kept.file_of(item)
                is_same = value is not None and value.sha256 == mail.sha256.hex()
                if not is_same and (mine is None or mine != _held_id(folder, other, item)):
                    continue
                said = f"stands behind {entry.signed.statement.kind} {encode_hex(entry.signed.id)} of {where} already"
                named = "this very mail" if is_same else "a mail with the same Message-ID"
                if is_graded(other, entry.signed.id, item):
                    rule = "one mail is evidence once" if is_same else "one reply counts once"
                    raise RefusedMail(f"{named} {said}, and an attester has graded it there; {rule}")
                if entry.receipt is None:
                    raise RefusedMail(f"{named} {said}; {_waiting(entry, attesters)}")
                known = line(
                    "this_case" if other.case == case.case else "your_case", language, case=encode_hex(other.case)
                )
                note(
                    line(
                        "used_here" if is_same else "used_id", language, kind=entry.signed.statement.kind,
                        statement=encode_hex(entry.signed.id), where=known,
                    )
                )  # fmt: skip


def refuse_same(
    case: CaseFile, mail: RawMail, kind: str, facts: Mapping[str, Json], attesters: Sequence[str] = ()
) -> None:
    """Raises RefusedMail where this very mail stands behind a statement that says the same already."""
    for entry in case.entries:
        said = entry.signed.statement
        is_same = (said.kind, dict(said.facts)) == (kind, dict(facts))
        values = (kept.file_of(item) for item in _mails(entry.disclosures))
        if is_same and any(value is not None and value.sha256 == mail.sha256.hex() for value in values):
            raise RefusedMail(
                f"this very mail stands behind {kind} {encode_hex(entry.signed.id)} of this case already, which says "
                "the same; a second one would show nothing more, and nothing was signed. To have that one checked: "
                f"{attest_command(entry.signed.id, attesters)}"
            )


def _waiting(entry: Entry, attesters: Sequence[str]) -> str:
    send = "habeas submit --written" if entry.written else "habeas submit"
    return (
        f"that statement is signed and has no receipt yet. Send it with: {send}, then: "
        f"{attest_command(entry.signed.id, attesters)}; or, if it was wrong, remove it with: "
        f"habeas case discard {encode_hex(entry.signed.id)}"
    )


def is_graded(case: CaseFile, statement: bytes, mail: Disclosure) -> bool:
    """Whether the case file holds an attester's grade of this very mail behind this statement."""
    digest = digest_hex(mail)
    every = (said.statement.facts for item in case.attested if item.statement == statement for said in item.signed)
    return any(
        (facts.get("check"), facts.get("digest")) == ("dkim", digest) and str(facts.get("result")).startswith("grade_")
        for facts in every
    )


def _mails(held: tuple[Disclosure, ...]) -> Iterator[Disclosure]:
    for item in held:
        value = kept.file_of(item)
        if value is not None and value.media_type == MAIL_TYPE:
            yield item


def _held_id(folder: Path, case: CaseFile, item: Disclosure) -> str | None:
    data = kept.bytes_of(folder, case.case, item)
    if data is None:
        return None
    try:
        return message_id(RawMail.parse(data))
    except Malformed:
        return None
