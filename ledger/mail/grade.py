"""How strong a mail is as evidence that a company sent it (docs/spec/mail.md, "Grades").

Each passing signature starts at grade A and is held down by what is weak about it; the mail has the grade of
its best signature. ``failed`` needs a key that was seen at receipt: a missing key never makes a mail look
forged, it leaves the question open.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal, Self

from ledger.errors import MalformedKeyRecord, MalformedMail, VerificationMail
from ledger.kinds import is_domain
from ledger.mail.arc import ArcSet, read_arc
from ledger.mail.author import author_domain, in_domain
from ledger.mail.dkim import (
    Forms,
    Signature,
    Verified,
    check_aware,
    read_signature,
    signature_fields,
    verify_signature,
)
from ledger.mail.key import KeyAtReceipt, KeyRecord, Origin
from ledger.mail.published import PublishedKey as PublishedKey
from ledger.mail.raw import SINGLE_USE, Field, RawMail
from ledger.mail.reasons import code_of, reason_text
from ledger.mail.report import is_report
from ledger.mail.text import has_parts, reads_differently

MAX_SIGNATURES = 16

Grade = Literal["grade_a", "grade_b", "grade_c", "grade_d"]
Result = Literal["grade_a", "grade_b", "grade_c", "grade_d", "failed", "undetermined"]
Outcome = Literal["grade_a", "grade_b", "grade_c", "grade_d", "failed", "undetermined", "unusable"]
GRADES: tuple[Grade, ...] = ("grade_a", "grade_b", "grade_c", "grade_d")

_WANTED = ("to", "subject", "date", "message-id")
_MULTIPART = re.compile(rb"\s*multipart/", re.IGNORECASE)
_AT_RECEIPT = frozenset({"dnssec", "quorum", "part_quorum", "single"})


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that was found."""

    code: str
    text: str
    """A sentence for a person."""
    cap: Grade | None = None
    """The best grade that a mail can have with it; None for what changes no grade."""

    @classmethod
    def of(cls, entry: str, cap: Grade | None = None, /, **values: object) -> Self:
        """With the sentence that the table of reasons has for it."""
        return cls(code_of(entry), reason_text(entry, **values), cap)


@dataclass(frozen=True, slots=True)
class Signer:
    """Who made the signature that counts, and under which key."""

    domain: str
    selector: str
    algorithm: str
    bits: int
    key_digest: bytes
    """SHA-256 of the decoded ``p=``, 32 bytes."""
    origin: Origin


@dataclass(frozen=True, slots=True)
class SignatureCheck:
    """What became of one DKIM-Signature field."""

    number: int
    """0 is the topmost."""
    domain: str | None
    selector: str | None
    result: Outcome
    """``unusable``: no verifier may accept it, whatever the mail is."""
    aligned: bool
    reasons: tuple[Reason, ...]
    verified: Verified | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class MailCheck:
    """What a mail is worth."""

    result: Result
    reasons: tuple[Reason, ...]
    signatures: tuple[SignatureCheck, ...]
    """Every DKIM-Signature field, top to bottom."""
    chosen: Signer | None
    """Of the signature that gives the grade; None where the mail has none."""
    chosen_number: int | None
    signed_headers: tuple[str, ...]
    """Names of the fields that are signed in every instance, or signed as absent; lower case, ascending."""
    unsigned_headers: tuple[str, ...]
    """Names of the fields of which some instance is not signed; anybody on the way can have added them."""
    signed_length: int | None
    """``l=``: so many bytes of the canonical body are signed, the rest is nobody's."""
    aligned: bool
    from_domain: str | None
    arc: tuple[ArcSet, ...]
    """What forwarders say of themselves: read, without weight."""


class _Shape:
    """How the body can be read, found out at most once for all signatures."""

    def __init__(self, mail: RawMail) -> None:
        self._mail = mail

    @cached_property
    def is_text(self) -> bool:
        """Whether the mail is a single text, by its field and by what is signed: an unsigned field can be left out."""
        types = (field.value.strip().lower() for field in self._mail.named("content-type"))
        return all(value.startswith(b"text/") for value in types) and not has_parts(self._mail)

    @cached_property
    def reads_differently(self) -> bool:
        """Whether it is no multipart, and another text with another Content-Transfer-Encoding."""
        is_multipart = any(_MULTIPART.match(field.value) for field in self._mail.named("content-type"))
        return not is_multipart and reads_differently(self._mail)


@dataclass(frozen=True, slots=True)
class _Matter:
    counts: Mapping[str, int]
    """How often each field name stands in the header."""
    at: datetime
    keys: Mapping[tuple[str, str], KeyAtReceipt]
    published: Sequence[PublishedKey]
    company: frozenset[str]
    """Those of the company's domains under which the From address lies."""
    shared: tuple[Reason, ...]
    """What holds down every signature of the mail."""
    forms: Forms
    shape: _Shape


def grade_mail(
    mail: RawMail,
    domains: frozenset[str],
    keys: Mapping[tuple[str, str], KeyAtReceipt],
    at: datetime,
    published: Sequence[PublishedKey] = (),
    forms: Forms | None = None,
) -> MailCheck:
    """The grade of a mail received at ``at`` as a mail of the company with these ``domains``.

    ``forms`` are those of this mail, where somebody has made them already.

    ``keys`` is by (domain, selector), both in lower case. A mail domain with a single label is passed over: it would
    make every address of a top-level domain one of the company's. Raises no error of the tree: what cannot be used is
    reported.
    """
    check_aware(at)
    arc = read_arc(mail)
    senders = mail.named("from")  # steps 7 and 8
    from_domain = author_domain(senders[0].value) if len(senders) == 1 else None
    mine = (domain.lower() for domain in domains if is_domain(domain.lower()))
    company = frozenset(domain for domain in mine if from_domain and in_domain(from_domain, domain))
    counts = Counter(field.key for field in mail.fields)
    matter = _Matter(counts, at, keys, published, company, _shared(mail, counts), forms or Forms(mail), _Shape(mail))
    if len(senders) != 1:
        reason = Reason.of("from_count", count=len(senders))
        return _without_grade("failed" if senders else "undetermined", (reason,), (), None, arc)
    checks = tuple(_check(matter, field, number) for number, field in enumerate(signature_fields(mail)))
    # Step 16
    graded = [check for check in checks if check.result in GRADES]
    if not graded:
        return _undecided(checks, from_domain, company, arc)
    return _decided(counts, min(graded, key=lambda check: (check.result, check.number)), checks, from_domain, arc)


def _check(matter: _Matter, field: Field, number: int) -> SignatureCheck:
    """Steps 9 to 15 for one signature."""
    if number >= MAX_SIGNATURES:
        reason = Reason.of("not_examined", count=MAX_SIGNATURES)
        return SignatureCheck(number, None, None, "undetermined", False, (reason,), None, "none")
    try:
        signature = read_signature(field, number)  # step 9
    except MalformedMail as error:
        unreadable = (Reason.of("unreadable", error=error),)
        return SignatureCheck(number, None, None, "unusable", False, unreadable, None, "none")
    aligned = any(in_domain(signature.domain, domain) for domain in matter.company)
    key = matter.keys.get((signature.domain, signature.selector))
    origin: Origin = key.origin if key else "none"
    verified: Verified | None = None
    result: Outcome = "undetermined"
    record, reasons = _record(signature, key)  # step 10
    if record is not None:
        try:
            verified = verify_signature(signature, record, matter.at, matter.forms)
            result, reasons = _grade(matter, verified, aligned, origin)
        except VerificationMail as error:
            result, reasons = _mismatch(error, record, origin)
    return SignatureCheck(number, signature.domain, signature.selector, result, aligned, reasons, verified, origin)


def _record(signature: Signature, key: KeyAtReceipt | None) -> tuple[KeyRecord | None, tuple[Reason, ...]]:
    name = f"{signature.selector}._domainkey.{signature.domain}"
    if key is None or key.status == "unknown" or (key.status == "found" and key.origin == "none"):
        return None, (Reason.of("key_unknown", name=name),)
    if key.status == "missing":
        return None, (Reason.of("key_missing", name=name),)
    if key.status == "revoked":
        return None, (Reason.of("key_revoked", name=name),)
    try:
        record = KeyRecord.parse(key.record or b"")
    except MalformedKeyRecord as error:
        return None, (Reason.of("key_malformed", error=error),)
    if record.revoked:
        return None, (Reason.of("key_revoked", name=name),)
    return record, ()


def _mismatch(error: VerificationMail, record: KeyRecord, origin: Origin) -> tuple[Outcome, tuple[Reason, ...]]:
    reason = Reason(error.code, str(error))
    if error.code not in {"body_changed", "signature_mismatch"}:
        return "unusable", (reason,)
    if origin not in _AT_RECEIPT:
        return "undetermined", (reason, Reason.of(f"key_uncertain/{origin}"))
    if record.testing:
        return "undetermined", (reason, Reason.of("key_testing/failed"))
    return "failed", (reason,)


def _grade(matter: _Matter, verified: Verified, aligned: bool, origin: Origin) -> tuple[Outcome, tuple[Reason, ...]]:
    domain = verified.signature.domain
    if not matter.company:  # step 14
        return "undetermined", (Reason.of("from_other/signed", domain=domain),)
    # Step 15
    reasons = [*matter.shared, *_key_reasons(matter, verified, origin), *_signature_reasons(verified)]
    reasons += _header_reasons(matter, verified.signature)
    if not aligned:
        reasons.append(Reason.of("not_aligned", "grade_c", domain=domain))
    worst: Grade = max((reason.cap for reason in reasons if reason.cap), default="grade_a")
    worst_first = sorted(reasons, key=lambda reason: reason.code)
    return worst, tuple(sorted(worst_first, key=lambda reason: reason.cap or "", reverse=True))


def _shared(mail: RawMail, counts: Mapping[str, int]) -> tuple[Reason, ...]:
    reasons = []
    twice = sorted(key for key in SINGLE_USE if counts.get(key, 0) > 1)
    if twice:
        reasons.append(Reason.of("duplicate_header", "grade_d", names=", ".join(twice)))
    if is_report(mail):
        reasons.append(Reason.of("report", "grade_d"))
    return tuple(reasons)


def _key_reasons(matter: _Matter, verified: Verified, origin: Origin) -> list[Reason]:
    record, reasons = verified.record, []
    if record.type == "rsa" and record.bits < 2_048:
        reasons.append(Reason.of("key_1024", "grade_b", bits=record.bits))
    caps: dict[Origin, Grade] = {
        "part_quorum": "grade_b", "single": "grade_c", "archive": "grade_c", "recovered": "grade_d",
    }  # fmt: skip
    if origin in caps:
        reasons.append(Reason.of(f"key_{origin}", caps[origin]))
    if record.testing:
        reasons.append(Reason.of("key_testing", "grade_d"))
    if any(key.digest in record.digests and matter.at >= key.published_at for key in matter.published):
        reasons.append(Reason.of("key_published", "grade_d"))
    return reasons


def _signature_reasons(verified: Verified) -> list[Reason]:
    signature, reasons = verified.signature, []
    if signature.length is not None:
        reasons.append(Reason.of("length", "grade_d", count=signature.length))
    if signature.algorithm == "rsa-sha1":
        reasons.append(Reason.of("sha1", "grade_d"))
    if verified.expired:
        reasons.append(Reason.of("expired", "grade_d"))
    if verified.early:
        reasons.append(Reason.of("early", "grade_d"))
    return reasons


def _header_reasons(matter: _Matter, signature: Signature) -> list[Reason]:
    reasons = []
    signed = _signed_names(matter.counts, signature)
    unsigned = [key for key in _WANTED if key not in signed]
    if unsigned:
        reasons.append(Reason.of("header_unsigned", "grade_c", names=", ".join(unsigned)))
    if "content-type" not in signed:
        if matter.shape.is_text:
            reasons.append(Reason.of("content_type_unsigned", "grade_b"))
        else:
            reasons.append(Reason.of("content_type_unsigned_parts", "grade_c"))
    if "content-transfer-encoding" not in signed and matter.shape.reads_differently:
        # Grade A is what it is everywhere; the case is looked for in every reading instead (``binding``).
        reasons.append(Reason.of("transfer_encoding_unsigned"))
    over = sorted(key for key, count in Counter(signature.headers).items() if count > matter.counts.get(key, 0))
    if over:
        reasons.append(Reason.of("over_signed", names=", ".join(over)))
    return reasons


def _signed_names(counts: Mapping[str, int], signature: Signature) -> frozenset[str]:
    """Names whose every instance is signed; of a field that is not there, whether its absence is."""
    return frozenset(key for key, count in Counter(signature.headers).items() if count >= counts.get(key, 0))


def _decided(
    counts: Mapping[str, int],
    best: SignatureCheck,
    checks: tuple[SignatureCheck, ...],
    from_domain: str | None,
    arc: tuple[ArcSet, ...],
) -> MailCheck:
    assert best.verified is not None and best.result in GRADES
    signature, record = best.verified.signature, best.verified.record
    signed = _signed_names(counts, signature)
    return MailCheck(
        result=best.result,
        reasons=best.reasons + _arc_reason(arc),
        signatures=checks,
        chosen=Signer(
            signature.domain, signature.selector, signature.algorithm, record.bits, record.digest, best.origin
        ),
        chosen_number=best.number,
        signed_headers=tuple(sorted(signed)),
        unsigned_headers=tuple(sorted(counts.keys() - signed - {"dkim-signature"})),
        signed_length=signature.length,
        aligned=best.aligned,
        from_domain=from_domain,
        arc=arc,
    )


def _undecided(
    checks: tuple[SignatureCheck, ...], from_domain: str | None, company: frozenset[str], arc: tuple[ArcSet, ...]
) -> MailCheck:
    # Once by code, with the first sentence: sentences are not public.
    by_code: dict[str, Reason] = {}
    for reason in (reason for check in checks for reason in check.reasons):
        by_code.setdefault(reason.code, reason)
    reasons = list(by_code.values())
    if not checks:
        reasons.append(Reason.of("unsigned"))
    if from_domain is None:
        reasons.append(Reason.of("from_unclear"))
    elif not company and not any(reason.code == "from_other" for reason in reasons):
        reasons.append(Reason.of("from_other"))
    results = {check.result for check in checks}
    failed = "failed" in results and "undetermined" not in results
    return _without_grade("failed" if failed else "undetermined", tuple(reasons), checks, from_domain, arc)


def _without_grade(
    result: Result,
    reasons: tuple[Reason, ...],
    checks: tuple[SignatureCheck, ...],
    from_domain: str | None,
    arc: tuple[ArcSet, ...],
) -> MailCheck:
    return MailCheck(result, reasons + _arc_reason(arc), checks, None, None, (), (), None, False, from_domain, arc)


def _arc_reason(arc: tuple[ArcSet, ...]) -> tuple[Reason, ...]:
    if not arc:
        return ()
    return (Reason.of("arc", count=len(arc)),)
