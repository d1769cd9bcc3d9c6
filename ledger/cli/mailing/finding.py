"""``habeas mail find``: the mails of a mailbox that belong to a case, taken out byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ledger.cli.files import write_new
from ledger.cli.mailing.boxes import Reading, passed_over, readings, walk
from ledger.cli.mailing.grading import choose, signatures
from ledger.cli.mailing.headers import shown_field
from ledger.cli.mailing.lines import line
from ledger.encoding import Json, JsonObject, encode_hex
from ledger.errors import Malformed, MalformedRequest, RefusedOverwrite
from ledger.mail.author import author_domain, in_domain
from ledger.mail.binding import cases_named
from ledger.mail.charsets import as_seen
from ledger.mail.raw import RawMail
from ledger.mail.text import body_texts, subject_texts
from ledger.words import Language, pick

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
    others: tuple[bytes, ...] = ()
    """Other cases that it names; ``mail add`` refuses it where that is signed."""


class Written(NamedTuple):
    """Where the bytes of a hit lie, and whether they lay there before."""

    path: Path
    was_there: bool


def find(
    path: Path, case: bytes, domains: frozenset[str], told: Callable[[str], None], language: Language = "en"
) -> Iterator[Hit]:
    """The hits in a mailbox, in its order. What cannot be read is said and passed over."""
    count = 0
    was_read = False
    for found in walk(path):
        count += 1
        if count % EVERY == 0:
            told(line("messages_read", language, count=f"{count:,}"))
        if found.data is None:
            told(line("too_long", language, name=found.name))
            continue
        # Any reading says who wrote it; which one was signed is asked of the few that belong here.
        first = next(readings(found))
        try:
            mail = RawMail.parse(first.data)
        except Malformed as error:
            told(line("no_mail", language, name=found.name, error=error))
            continue
        was_read = True
        why = tuple(reasons(mail, case, domains))
        if why:
            reading, read = choose(found)
            own = read[0] if read else RawMail.parse(reading.data)
            others = tuple(each for each in cases_named(own) if each != case)
            yield Hit(found.name, reading, read is not None, own, why, tuple(signers(mail, domains)), others)
    if skipped := passed_over(path):
        told(line("passed_over", language, count=skipped, path=path))
    if not was_read:
        raise MalformedRequest(pick(NO_MAILBOX, language).format(path=path))


def reasons(mail: RawMail, case: bytes, domains: frozenset[str]) -> Iterator[str]:
    """Why a message belongs to the case. Signed or not: this finds, and proves nothing."""
    digits = case.hex()
    texts = (*subject_texts(mail, len(mail.named("subject"))), *body_texts(mail, mail.body))
    if any(digits in reading.translate(_BETWEEN).lower() for text in texts for reading in as_seen(text)):
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


def hit_json(hit: Hit, written: Written | None) -> JsonObject:
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
        "written": None if written is None else str(written.path),
        "was_there": None if written is None else written.was_there,
        "other_cases": [encode_hex(each) for each in hit.others],
    }


def hit_words(hit: Hit, written: Written | None, language: Language = "en") -> Iterator[str]:
    """For people."""
    values = {
        "domains": ", ".join(hit.signers),
        "how": hit.reading.how,
        "path": None if written is None else written.path,
    }
    values["cases"] = ", ".join(encode_hex(each) for each in hit.others[:3])
    yield f"{hit.name}: {'; '.join(pick(_WORDS[each], language).format(**values) for each in hit.why)}"
    yield f"  {shown_field(hit.mail, 'date')}  {shown_field(hit.mail, 'from')}"
    yield f"  {shown_field(hit.mail, 'subject')}"
    names = ["signed_body" if hit.is_body_signed else "changed" if hit.mail.named("dkim-signature") else "unsigned"]
    names += ["reading"] if hit.reading.how != "as_it_lies" else []
    names += ["other_case"] if hit.others else []
    names += ["was_there" if written.was_there else "written"] if written is not None else []
    yield from ("  " + pick(_WORDS[name], language).format(**values) for name in names)


_WORDS = {
    "case": ("names the case", "사건 번호가 있음"),
    "from": ("its From is an address of the company (not checked)", "보낸 사람이 회사의 주소(확인하지 않음)"),
    "signature": (
        "bears a signature that names {domains} (not checked; habeas mail show checks it)",
        "{domains}을(를) 적은 서명이 있음(확인하지 않음, habeas mail show로 확인)",
    ),
    "signed_body": (
        "its body has the hash that a signature names (habeas mail show checks the signature)",
        "본문이 서명에 적힌 해시와 맞음(서명은 habeas mail show로 확인)",
    ),
    "changed": (
        "its body is NOT the one that was signed: get the original another way (habeas mail original)",
        "본문이 서명된 것과 다름: 다른 방법으로 원본을 받으십시오(habeas mail original --lang ko)",
    ),
    "unsigned": (
        "it has no signature: by itself it proves nothing (self_stated); the original: habeas mail original",
        "서명이 없음: 이것만으로는 아무것도 증명하지 못함(self_stated). 원본: habeas mail original --lang ko",
    ),
    "reading": ("lines that begin with >From were read as {how}", ">From으로 시작하는 줄을 {how} 방식으로 읽음"),
    "other_case": (
        "it names ANOTHER case: {cases}; if that is signed, habeas mail add refuses it for this one",
        "다른 사건 번호가 있음: {cases}. 서명된 부분에 있으면 habeas mail add가 이 사건에는 거절함",
    ),
    "written": ("written: {path}", "저장: {path}"),
    "was_there": ("already there, unchanged: {path}", "이미 있음(그대로 둠): {path}"),
}
NO_MAILBOX = (
    "{path} holds no message that can be read; a mailbox is an mbox file, a Maildir, or a folder of .eml files",
    "{path}에는 읽을 수 있는 메일이 없습니다. mbox 파일, Maildir, .eml 파일이 있는 폴더를 지정하십시오",
)
FOUND = (
    "{count} mail(s) found. What they prove: habeas mail show FILE",
    "메일 {count}통을 찾았습니다. 증명력 확인: habeas mail show 파일",
)
NOTHING = (
    "No mail found that names the case or the company. Of a forwarded or pasted mail only one that still names them is "
    "found; further domains of the company: --mail-domain.",
    "사건 번호나 회사를 적은 메일을 찾지 못했습니다. 회사의 다른 도메인은 --mail-domain으로 지정하십시오.",
)


def write_out(hit: Hit, folder: Path) -> Written:
    """Write the bytes of a hit as an .eml file named by their SHA-256. The same bytes there already are left alone."""
    check_folder(folder)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{hit.mail.sha256.hex()[:24]}.eml"
    try:
        write_new(path, hit.reading.data)
    except RefusedOverwrite:
        if path.read_bytes() != hit.reading.data:
            raise
        return Written(path, True)
    return Written(path, False)


def check_folder(folder: Path) -> None:
    """Raises MalformedRequest where a file lies in the way."""
    for part in (folder, *folder.parents):
        if part.exists() and not part.is_dir():
            raise MalformedRequest(f"{part} is a file; name a folder with --out FOLDER")
