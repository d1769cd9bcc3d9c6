"""Grading one message for its owner: the keys it names are asked for, or read from captures taken earlier.

The message is read and never written anew. What ``habeas mail`` shows here binds nobody: only what an
attester finds by itself counts in an assessment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from ledger.cli.files import read_file
from ledger.cli.mailing.boxes import Found, Reading, readings
from ledger.cli.mailing.lines import line
from ledger.errors import Malformed, MalformedCapture, MalformedJson, MalformedMail, MalformedRequest, RuntimeSetting
from ledger.kinds import is_domain
from ledger.mail.asked import Resolver, key_question, mail_questions
from ledger.mail.author import in_domain
from ledger.mail.binding import Binding, find_case
from ledger.mail.capture import MAX_BYTES, DnsCapture, KeyFinding
from ledger.mail.dkim import Forms, Signature, read_signature, signature_fields
from ledger.mail.grade import MAX_SIGNATURES, MailCheck, PublishedKey, grade_mail
from ledger.mail.key import KeyAtReceipt
from ledger.mail.raw import RawMail
from ledger.words import Language

MAX_KEYS = 8
"""Keys of one message that are asked for, the company's own first: a capture holds three questions for each."""
Name = tuple[str, str]
"""Domain and selector of a key."""
Read = tuple[RawMail, Forms]
"""A message that was parsed, with the forms in which its body was hashed."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the keys of a message, and the capture that says so."""

    capture: DnsCapture | None
    findings: tuple[KeyFinding, ...]


class KeySource(Protocol):
    """Where keys come from."""

    def find(self, names: Sequence[Name], at: datetime | None) -> Known:
        """The keys as they were at ``at``; at the time of asking where that is None."""
        ...


@dataclass(frozen=True, slots=True)
class Examined:
    """A message, and what it is worth on its owner's machine."""

    mail: RawMail
    check: MailCheck
    binding: Binding
    at: datetime
    """The time of receipt that was assumed."""
    known: Known
    is_time_given: bool = False
    """Whether somebody named the time of receipt, and no clock."""


@dataclass(frozen=True)
class Captures:
    """Keys from captures that lie in files: nothing is asked."""

    captures: tuple[DnsCapture, ...]

    def find(self, names: Sequence[Name], at: datetime | None) -> Known:
        """See ``KeySource``. For each key the capture nearest to ``at`` that asked for it."""
        findings, used = [], None
        for name in names:
            held = [(capture, finding) for capture in self.captures for finding in _finding(capture, name, at)]
            if held:
                used, finding = min(held, key=lambda item: abs(item[0].at - (at or item[0].at)))
                findings.append(finding)
        return Known(used, tuple(findings))


@dataclass(frozen=True)
class Resolvers:
    """Keys from resolvers that are asked now, each key once in the life of this object."""

    resolvers: tuple[Resolver, ...]
    limit_s: float
    told: Callable[[str], None]
    language: Language = "en"

    def find(self, names: Sequence[Name], at: datetime | None) -> Known:
        """See ``KeySource``."""
        from ledger.runtime.resolvers import capture

        asked = [name for name in names if _is_public(name)]
        if not asked:
            return Known(None, ())
        self.told(line("asking", self.language, resolvers=len(self.resolvers), keys=len(asked)))
        taken = capture(mail_questions(asked), self.resolvers, limit_s=self.limit_s)
        return Known(taken, tuple(found for name in asked for found in _finding(taken, name, at)))


class Remembered:
    """A source that asks another one for each key once: a batch of mails names few keys."""

    def __init__(self, source: KeySource) -> None:
        self._source = source
        self._held: dict[Name, tuple[DnsCapture | None, KeyFinding | None]] = {}

    def find(self, names: Sequence[Name], at: datetime | None) -> Known:
        """See ``KeySource``. The capture is the newest that holds one of the keys."""
        missing = [name for name in names if name not in self._held]
        if missing:
            known = self._source.find(missing, at)
            by_name = {(each.key.domain, each.key.selector): each for each in known.findings}
            self._held.update({name: (known.capture, by_name.get(name)) for name in missing})
        held = [self._held[name] for name in names]
        captures = [capture for capture, _ in held if capture is not None]
        newest = max(captures, key=lambda capture: capture.at) if captures else None
        return Known(newest, tuple(finding for _, finding in held if finding is not None))


def examine(
    data: bytes,
    domains: frozenset[str],
    source: KeySource,
    case: bytes | None = None,
    at: datetime | None = None,
    published: Sequence[PublishedKey] = (),
    read: Read | None = None,
) -> Examined:
    """Grade a message as a mail of the company with these ``domains``. ``read`` is what ``choose`` read of it.

    ``at`` is the time of receipt; without it, the time at which the keys were asked for. ``published`` are keys
    whose private half is known to be public. Raises MalformedMail or MalformedSize.
    """
    mail, forms = read or (RawMail.parse(data), None)
    known = source.find(key_names(mail, domains), at)
    moment = at or (known.capture.at if known.capture else datetime.now(UTC).replace(microsecond=0))
    keys: dict[Name, KeyAtReceipt] = {(each.key.domain, each.key.selector): each.key for each in known.findings}
    check = grade_mail(mail, domains, keys, moment, published, forms)
    return Examined(mail, check, find_case(mail, check, case), moment, known, at is not None)


def signatures(mail: RawMail) -> list[Signature]:
    """The signatures of a message that can be read."""
    found = []
    for number, field in enumerate(signature_fields(mail)[:MAX_SIGNATURES]):
        try:
            found.append(read_signature(field, number))
        except MalformedMail:
            continue
    return found


def key_names(mail: RawMail, domains: frozenset[str]) -> tuple[Name, ...]:
    """The keys that the signatures name, each once, the company's own first."""
    names = dict.fromkeys((each.domain, each.selector) for each in signatures(mail))
    own = [name for name in names if any(in_domain(name[0], domain) for domain in domains)]
    return tuple(dict.fromkeys([*own, *names]))[:MAX_KEYS]


def choose(found: Found) -> tuple[Reading, Read | None]:
    """The reading of a message whose body is the signed one, and what was read of it; None where there is none.

    No key is needed for that: a signature names the hash of its body.
    """
    first = None
    for reading in readings(found):
        first = first or reading
        if read := _read_signed(reading.data):
            return reading, read
    assert first is not None, "there is always a reading"
    return first, None


def _read_signed(data: bytes) -> Read | None:
    """A mail of which some signature's body hash is that of the body."""
    try:
        mail = RawMail.parse(data)
    except Malformed:
        return None
    forms = Forms(mail)
    signed = (forms.digest(one.body_form, one.algorithm, one.length) == one.body_hash for one in signatures(mail))
    return (mail, forms) if any(signed) else None


def company_domains(company: str | None, given: Iterable[str]) -> frozenset[str]:
    """The domains from which the company sends mail: its own, and those that the person names.

    Raises MalformedRequest.
    """
    domains = {domain.lower() for domain in given} | ({company} if company else set())
    for domain in sorted(domains):
        if not is_domain(domain):
            raise MalformedRequest(f"--mail-domain must be a DNS name like mail.shop.example, not {domain[:80]!r}")
    if not domains:
        raise MalformedRequest("name the domain from which the company sends mail with --mail-domain, or a --case")
    return frozenset(domains)


def key_source(
    captures: Sequence[Path], resolvers: Sequence[str], told: Callable[[str], None], language: Language = "en"
) -> KeySource:
    """Captures from files where some are named, else resolvers: those named, or those of the settings."""
    if captures and resolvers:
        raise MalformedRequest("--capture reads what was answered earlier, --resolver asks now: give one of them")
    if captures:
        return Captures(tuple(read_capture(path) for path in captures))
    from ledger.runtime.resolvers import parse_resolvers
    from ledger.runtime.settings import load_settings

    settings = load_settings()
    try:
        asked = parse_resolvers(resolvers or settings.mail_resolvers)
    except RuntimeSetting as error:
        if not resolvers:
            raise
        raise MalformedRequest(f"--resolver{str(error).removeprefix('mail_resolvers')}") from None
    return Resolvers(asked, settings.mail_dns_timeout_s, told, language)


def published_keys(path: Path | None) -> tuple[PublishedKey, ...]:
    """The file of published keys, in the form that attesters read. Raises MalformedRequest."""
    from ledger.runtime.attester.published import read_published

    try:
        return () if path is None else read_published(path)
    except RuntimeSetting as error:
        raise MalformedRequest(f"--published{str(error).removeprefix('published_keys')}") from None


def read_capture(path: Path) -> DnsCapture:
    """A DNS capture from a file."""
    try:
        data = read_file(path, MAX_BYTES)
    except OSError as error:
        raise MalformedRequest(f"--capture {path} cannot be read: {error.strerror}") from None
    try:
        return DnsCapture.parse(data)
    except MalformedJson as error:
        raise MalformedJson(
            f"--capture {path} is no DNS capture, as habeas mail show --keep-capture writes one: {error}"
        ) from None


def _finding(capture: DnsCapture, name: Name, at: datetime | None) -> list[KeyFinding]:
    finding = capture.key_finding(*name, at or capture.at)
    return [finding] if finding.asked else []


def _is_public(name: Name) -> bool:
    try:
        key_question(*name)
    except MalformedCapture:
        return False
    return True
