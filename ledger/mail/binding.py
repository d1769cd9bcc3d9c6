"""Which case a mail names, in what its signature covers (docs/spec/mail.md, "Case").

A name outside the signature binds nothing: whoever held the mail can have written it there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ledger.mail.charsets import as_seen, ascii_alone
from ledger.mail.dkim import Forms, Signature
from ledger.mail.grade import MailCheck
from ledger.mail.raw import RawMail
from ledger.mail.text import MAX_BOUNDARIES, MAX_SCANNED, Read, begun_boundaries, body_texts, other_texts, subject_texts

MAX_CASES = 32
MAX_READ = 32 * 1024 * 1024
"""Bytes of a body times the boundaries with which it is read: more would take seconds."""

# Mail programs fold, wrap and quote: the digits may go on after a line end, behind marks of quotation. The bounds keep
# the search linear.
_BREAK = r"(?:[ \t]{0,4}\r?\n[ \t>|]{0,16})?"
_CASE = re.compile(rf"(?<![0-9A-Za-z])0[xX]((?:{_BREAK}[0-9a-fA-F]){{64}})(?![0-9A-Za-z])")
_START = re.compile("0[xX]")
_DIGITS = re.compile(rf"0[xX]((?:{_BREAK}[0-9a-fA-F]){{64}})")
_NO_DIGIT = re.compile(r"[^0-9a-f]")

_READ_BY = {"content-type", "content-transfer-encoding"}
"""Fields by which a body is read. Unsigned, they let whoever shows the mail choose what it says."""
_MESSAGE_ID = re.compile(rb"[ \t\r\n]*(<[\x21-\x3b\x3d\x3f-\x7e]{1,998}>)[ \t\r\n]*")

Where = Literal["subject", "body", "none", "other_case", "several_cases"]


@dataclass(frozen=True, slots=True)
class Binding:
    """Where a mail names its case."""

    where: Where
    cases: tuple[bytes, ...]
    """Every case id found in what is signed, 32 bytes each, subject first, each once."""


def find_case(mail: RawMail, check: MailCheck, case: bytes | None = None) -> Binding:
    """Where the signed part of the mail names ``case`` (32 bytes), or any case where that is None.

    ``other_case``: the signed subject, or where that names none the body, names cases, and not this one.
    ``several_cases``: it names this one and another; such a mail would else count once in each.
    """
    signature = _signature(check)
    if signature is None:
        return Binding("none", ())
    subjects = subject_texts(mail, min(signature.headers.count("subject"), len(mail.named("subject"))))
    in_subject = tuple(dict.fromkeys(found for text in subjects for found in _cases(text)))
    body = _signed_body(mail, signature)
    read: Read = {}
    in_body = tuple(dict.fromkeys(found for text in body_texts(mail, body, read) for found in _cases(text)))
    if not in_subject and (doubt := _doubt(mail, check, body, {case, *in_body}, read)):
        return Binding(doubt[0], tuple(dict.fromkeys([*in_body, *sorted(doubt[1])]))[:MAX_CASES])
    found = tuple(dict.fromkeys(in_subject + in_body))[:MAX_CASES]
    places: tuple[tuple[Where, tuple[bytes, ...]], ...] = (("subject", in_subject), ("body", in_body))
    for where, cases in places:
        if cases:
            if case is not None and case not in cases:
                return Binding("other_case", found)
            return Binding(where if len(cases) == 1 else "several_cases", found)
    return Binding("none", ())


def cases_named(mail: RawMail) -> tuple[bytes, ...]:
    """Every case id that subject and body name, each once, signed or not: it sorts mails, and shows nothing."""
    texts = (*subject_texts(mail, len(mail.named("subject"))), *body_texts(mail, mail.body))
    return tuple(dict.fromkeys(found for text in texts for found in _cases(text)))[:MAX_CASES]


def _doubt(
    mail: RawMail, check: MailCheck, body: bytes, known: set[bytes | None], read: Read
) -> tuple[Literal["other_case", "none"], set[bytes]] | None:
    """What the body names besides the ``known`` cases if an unsigned field says how to read it; None if nothing."""
    fixed = {name for name in _READ_BY if name in check.signed_headers and len(mail.named(name)) < 2}
    if fixed == _READ_BY:
        return None
    boundaries = () if "content-type" in fixed else begun_boundaries(body)
    is_bounded = len(boundaries) <= MAX_BOUNDARIES and len(boundaries) * min(len(body), MAX_SCANNED) <= MAX_READ
    texts = other_texts(mail, body, fixed, boundaries if is_bounded else (), read)
    other = {found for text in texts for found in _cases(text)} - known
    if other:
        return "other_case", other
    return None if is_bounded else ("none", other)


def message_id(mail: RawMail, check: MailCheck) -> bytes | None:
    """The signed Message-ID with its angle brackets; None where it is not signed, or there is not exactly one.

    By it one reply counts once. An unsigned one would be no help: whoever shows a mail again can change it.
    """
    fields = mail.named("message-id")
    if len(fields) != 1 or "message-id" not in check.signed_headers:
        return None
    found = _MESSAGE_ID.fullmatch(fields[0].value)
    return found[1] if found else None


def _signature(check: MailCheck) -> Signature | None:
    """The signature that gives the grade."""
    verified = None if check.chosen_number is None else check.signatures[check.chosen_number].verified
    return None if verified is None else verified.signature


def _signed_body(mail: RawMail, signature: Signature) -> bytes:
    """The body, or with ``l=`` the signed length of its canonical form."""
    if signature.length is None:
        return mail.body
    return Forms(mail).canonical(signature.body_form, signature.length)


def _cases(text: str) -> tuple[bytes, ...]:
    alone = ascii_alone(text)
    # What follows a 0x, whatever stands beside it: most texts have none, and to leave out what is invisible takes long.
    # So has a text in which each of them is an id of the ASCII alone: a reader can see no other.
    places = [place for start in _START.finditer(alone) if (place := _DIGITS.match(alone, start.start()))]
    if all(_CASE.match(alone, place.start()) for place in places):
        found = _ids(places)
    else:
        found = tuple(case for reading in as_seen(text) for case in _written(reading))
    return tuple(dict.fromkeys(found))[:MAX_CASES]


def _written(text: str) -> tuple[bytes, ...]:
    # Started at each 0x: with what may stand before it in one pattern, searching takes ten times as long.
    places = (_CASE.match(text, start.start()) for start in _START.finditer(text))
    return _ids(place for place in places if place)


def _ids(places: Iterable[re.Match[str]]) -> tuple[bytes, ...]:
    return tuple(bytes.fromhex(_NO_DIGIT.sub("", place[1].lower())) for place in places)
