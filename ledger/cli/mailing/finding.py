"""``habeas mail find``: the mails of a mailbox that belong to a case, taken out byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ledger.cli.files import write_new
from ledger.cli.mailing.boxes import Reading, readings, walk
from ledger.cli.mailing.grading import choose, signatures
from ledger.cli.mailing.headers import shown_field
from ledger.encoding import Json, JsonObject
from ledger.errors import Malformed, RefusedOverwrite
from ledger.mail.author import author_domain, in_domain
from ledger.mail.raw import RawMail
from ledger.mail.text import body_texts, subject_texts

EVERY = 1_000
_BETWEEN = str.maketrans("", "", " \t\r\n>|\u00ad\u200b")


@dataclass(frozen=True, slots=True)
class Hit:
    """A message that belongs to the case, or may."""

    name: str
    reading: Reading
    is_body_signed: bool
    mail: RawMail
    why: tuple[str, ...]
    """``case``: it names the case id; ``from``: From is of the company; ``signature``: it names the company as signer.

    Anybody can write any of the three; nothing is checked here.
    """
    signers: tuple[str, ...] = ()
    """Domains of the company that its signatures name."""


def find(path: Path, case: bytes, domains: frozenset[str], told: Callable[[str], None]) -> Iterator[Hit]:
    """The hits in a mailbox, in its order. What cannot be read is said and passed over."""
    count = 0
    for found in walk(path):
        count += 1
        if count % EVERY == 0:
            told(f"{count:,} messages read")
        if found.data is None:
            told(f"{found.name} has more than 50 MiB and is passed over")
            continue
        # Any reading says who wrote it; which one was signed is asked of the few that belong here.
        first = next(readings(found))
        try:
            mail = RawMail.parse(first.data)
        except Malformed as error:
            told(f"{found.name} is no message: {error}")
            continue
        why = tuple(reasons(mail, case, domains))
        if why:
            reading, is_signed = choose(found)
            yield Hit(found.name, reading, is_signed, RawMail.parse(reading.data), why, tuple(signers(mail, domains)))


def reasons(mail: RawMail, case: bytes, domains: frozenset[str]) -> Iterator[str]:
    """Why a message belongs to the case. Signed or not: this finds, and proves nothing."""
    digits = case.hex()
    texts = (*subject_texts(mail, len(mail.named("subject"))), *body_texts(mail, mail.body))
    if any(digits in text.translate(_BETWEEN).lower() for text in texts):
        yield "case"
    senders = mail.named("from")
    authors = {author_domain(field.value) for field in senders} - {None}
    if any(in_domain(author or "", domain) for author in authors for domain in domains):
        yield "from"
    if signers(mail, domains):
        yield "signature"


def signers(mail: RawMail, domains: frozenset[str]) -> list[str]:
    """The domains of the company that signatures name, each once. Whether they verify is not asked."""
    named = (each.domain for each in signatures(mail) if any(in_domain(each.domain, domain) for domain in domains))
    return list(dict.fromkeys(named))


def hit_json(hit: Hit, written: Path | None) -> JsonObject:
    """For programs."""
    why: list[Json] = [*hit.why]
    return {
        "file": hit.name,
        "why": why,
        "from": shown_field(hit.mail, "from"),
        "subject": shown_field(hit.mail, "subject"),
        "date": shown_field(hit.mail, "date"),
        "sha256": hit.mail.sha256.hex(),
        "bytes": len(hit.mail.data),
        "reading": hit.reading.how,
        "body_is_signed": hit.is_body_signed,
        "written": None if written is None else str(written),
    }


def hit_words(hit: Hit, written: Path | None) -> Iterator[str]:
    """For people."""
    yield f"{hit.name}: {'; '.join(_why(hit, each) for each in hit.why)}"
    yield f"  {shown_field(hit.mail, 'date')}  {shown_field(hit.mail, 'from')}"
    yield f"  {shown_field(hit.mail, 'subject')}"
    if hit.is_body_signed:
        yield "  its body is the one that was signed"
    elif hit.mail.named("dkim-signature"):
        yield "  its body is NOT the one that was signed: get the original another way (habeas mail original)"
    else:
        yield "  it has no signature: by itself it proves nothing (self_stated)"
    if hit.reading.how != "as_it_lies":
        yield f"  lines that begin with >From were read as {hit.reading.how}"
    if written is not None:
        yield f"  written: {written}"


def _why(hit: Hit, why: str) -> str:
    if why == "signature":
        signs = "bears a signature that names" if len(hit.signers) == 1 else "bears signatures that name"
        return f"{signs} {', '.join(hit.signers)} (not checked; habeas mail show checks it)"
    return {"case": "names the case", "from": "its From is an address of the company (not checked)"}[why]


def write_out(hit: Hit, folder: Path) -> Path:
    """Write the bytes of a hit as an .eml file named by their SHA-256. The same bytes there already are left alone."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{hit.mail.sha256.hex()[:24]}.eml"
    try:
        write_new(path, hit.reading.data)
    except RefusedOverwrite:
        if path.read_bytes() != hit.reading.data:
            raise
    return path
