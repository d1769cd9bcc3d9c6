"""The demo's third case: the mail, handed to the attesters, and kept as its owner keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ledger.cli import casefolder, kept
from ledger.cli.attested import Attested
from ledger.cli.attesting import MailAnswer, ask_attesters
from ledger.cli.casefile import CaseFile
from ledger.cli.client import ApiClient
from ledger.cli.demo.mail import MailKey
from ledger.cli.demo.story import Scene, Told, tell_mail
from ledger.cli.files import write_new
from ledger.disclosure import Disclosure
from ledger.encoding import encode_hex
from ledger.errors import RuntimeFault
from ledger.statement import SignedStatement

MAIL, CAPTURE = "answer.eml", "dns.json"
"""Left in the demo's folder: with both, the mail can be graded without asking anybody (docs/mail.md)."""


def tell(scene: Scene, key: MailKey, attesters: list[str], api: str, folder: Path, key_index: int) -> Told:
    """Record the case, and keep it under ``folder`` as ``habeas mail add`` would have."""
    answers: list[MailAnswer] = []

    def hand_in(mail: bytes, held: Disclosure, reported: SignedStatement) -> Iterator[str]:
        with ApiClient(api) as client:
            for answer in ask_attesters(attesters, mail, held, client.info(), reported):
                if answer.problem is not None:
                    raise RuntimeFault(f"the attester at {answer.url}: {answer.problem}")
                answers.append(answer)
                yield f"  {encode_hex(answer.attester)}: {answer.result}, case in the {answer.case_in}"

    told, mail = tell_mail(scene, key, hand_in)
    captures = [answer.capture for answer in answers if answer.capture is not None]
    write_new(folder / MAIL, mail)
    write_new(folder / CAPTURE, captures[0])
    mine = folder / "requester"
    attested = tuple(_attested(told.entries[-1].signed.id, answer) for answer in answers)
    case = replace(CaseFile(api, key_index, told.entries), attested=attested)
    for data in (mail, *captures):
        kept.keep(mine, case.case, data)
    casefolder.create(mine, case)
    return told


def _attested(statement: bytes, answer: MailAnswer) -> Attested:
    opened = answer.capture_disclosure
    return Attested(statement, tuple(each.signed for each in answer.attested), (opened,) if opened is not None else ())
