"""One opened mail, checked again from its bytes and the DNS captures shown (docs/spec/assessment.md, step 10).

Apart from ``ledger.verification.mails``, which decides what a result is worth, because this needs the mail and DNS
libraries: a bundle without mail never loads them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime

from ledger.encoding import Json
from ledger.errors import Malformed, MalformedMail
from ledger.mail.anchors import TrustAnchor
from ledger.mail.asked import key_question
from ledger.mail.binding import Where
from ledger.mail.capture import DnsCapture
from ledger.mail.days import days_in, fits_day, is_to_come, stated_day, written_at
from ledger.mail.dkim import Forms, read_signature, signature_fields
from ledger.mail.grade import GRADES, MAX_SIGNATURES, MailCheck, Result
from ledger.mail.hold_down import hold_down
from ledger.mail.key import KeyAtReceipt
from ledger.mail.published import PublishedKey
from ledger.mail.raw import RawMail
from ledger.mail.readings import Pair, Readings
from ledger.mail.reasons import found_said, reason_said
from ledger.mail.senders import Senders
from ledger.phrases import Said

MAX_KEYS = MAX_SIGNATURES
"""Keys of one mail that are looked at: all, because attesters take those of their own list of domains first."""
_ORDER: tuple[Result, ...] = (*GRADES, "undetermined", "failed")


@dataclass(frozen=True, slots=True)
class Terms:
    """What the verifier takes for the company's mail domains, for published keys and for the roots of DNSSEC."""

    domains: frozenset[str]
    senders: Senders
    published: Sequence[PublishedKey]
    anchors: Sequence[TrustAnchor]


@dataclass(frozen=True, slots=True)
class Claim:
    """What a statement says that a mail is shown for."""

    case: bytes
    kind: str
    facts: Mapping[str, Json]
    place: str
    """Where the company must act, by the opening of the case; "" where that is not shown."""


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What the mail is worth by one key at one time of receipt, as the best of the captures gives it."""

    key_name: str
    """``<selector>._domainkey.<domain>``."""
    domain: str
    result: Result
    reasons: tuple[Said, ...]
    """Sentences of the table of reasons."""
    is_key_public: bool
    """Whether anybody could have the private key at the time of receipt, by the verifier's list."""
    key_digest: bytes | None
    """SHA-256 of the public key; None where no signature under it has a grade."""
    capture: int | None
    """The place of the capture that gives the key; None without one."""
    has_key: bool
    """Whether that capture has a key, and does not say that there is none."""
    key_word: Said
    """How that capture knows the key, in words; "" without one."""
    proven: bool
    """Whether a DNSSEC chain proves the key: then it rests on nobody's word."""
    aligned: bool
    """Whether a domain of the company signed. Else whoever has the signing domain can have written the mail."""
    where: Where
    day: bool | None
    """Whether the mail was written on the day that the statement names; None where nothing signed says when."""
    to_come: bool
    """Whether that day had not come at the time of receipt; ``day`` is then False."""
    written: date | None
    """The last date in the place on which it was written, by its sender's signed word."""

    @property
    def counts(self) -> bool:
        """Whether the grade proves something: D is signed in part or weakly, and not aligned it can be anybody's."""
        return self.result in GRADES[:3] and self.aligned

    @property
    def is_bound(self) -> bool:
        """Whether the signed text names the case, and was written on the day that the statement names."""
        return self.where in ("subject", "body") and self.day is True


def recompute(
    data: bytes, captures: Sequence[bytes], claim: Claim, terms: Terms, at: int, readings: Readings | None = None
) -> tuple[Recomputed, ...]:
    """The mail received at ``at`` (Unix seconds): once for each key that it names, under the best that one of
    ``captures`` says of it; ``readings`` are those of the assessment so far.

    Captures that cannot be read are passed over. Raises MalformedMail and MalformedSize.
    """
    readings, received = readings or Readings(), datetime.fromtimestamp(at, UTC)
    shown = list(_read(captures, readings))
    pairs = _keys(readings.mail(data))
    return tuple(_by_key(data, pair, shown, claim, terms, received, readings) for pair in pairs)


def _by_key(
    data: bytes, pair: Pair, shown: Sequence[tuple[int, bytes]], claim: Claim, terms: Terms, received: datetime,
    readings: Readings,
) -> Recomputed:  # fmt: skip
    found: dict[KeyAtReceipt | None, tuple[MailCheck, int | None, str]] = {}
    for place, capture in shown:
        finding = readings.key(capture, pair, received, terms.anchors)
        if finding.asked and finding.key not in found:
            check = _grade(data, terms, [(pair, finding.key)], received, readings)
            found[finding.key] = (check, place, finding.reasons[-1])
    if not found:
        found[None] = (_grade(data, terms, [], received, readings), None, "")
    key, (check, best, word) = min(found.items(), key=lambda item: _rank(item[1][0]))
    domain, selector = pair
    written = written_at(readings.mail(data), check)
    return Recomputed(
        key_name=f"{selector}._domainkey.{domain}",
        domain=domain,
        result=check.result,
        reasons=tuple(reason_said(reason.code, reason.text) for reason in check.reasons),
        is_key_public=any(reason.code == "key_published" for reason in check.reasons),
        key_digest=None if check.chosen is None else check.chosen.key_digest,
        capture=best,
        has_key=key is not None and key.status == "found",
        key_word=found_said(word),
        proven=check.chosen is not None and check.chosen.origin == "dnssec",
        aligned=check.aligned,
        where=readings.where(data, check, claim.case),
        day=fits_day(claim.kind, claim.facts, written, claim.place, received),
        to_come=_is_to_come(claim, received),
        written=None if written is None else days_in(written, claim.place)[1],
    )


def _grade(
    data: bytes, terms: Terms, keys: Sequence[tuple[Pair, KeyAtReceipt]], received: datetime, readings: Readings
) -> MailCheck:
    check = readings.grade(data, terms.domains, keys, received, terms.published)
    return hold_down(readings.mail(data), check, terms.senders)


@dataclass(frozen=True, slots=True)
class Best:
    """The best that an attester can say of a mail by what it saw."""

    result: Result
    """Whatever is taken for the company's domains and for published keys."""
    why: str
    """What holds it down to grade D besides the signature; "" without."""
    is_final: bool
    """Whether that is what is written, so that it holds whatever else is known of its keys."""
    by_terms: Result
    """The same by the domains and the published keys that the verifier names."""
    open_chain: bool
    """Whether a capture has a chain that ends in no root of the verifier's: it may end in one that others believe."""
    is_asked: bool
    """Whether any of the captures asked for a key of the mail: if none did, they belong to another one."""


def best_result(
    data: bytes, captures: Sequence[bytes], claim: Claim, terms: Terms, at: int, readings: Readings | None = None
) -> Best:
    """The best there is under one of the captures: an attester who says more is contradicted by what he saw, or by
    the mail itself, which names another case or another day. Raises a Malformed error."""
    readings, received = readings or Readings(), datetime.fromtimestamp(at, UTC)
    mail = readings.mail(data)
    sender = readings.grade(data, frozenset(), [], received).from_domain
    labels = [] if sender is None else sender.split(".")
    wide = frozenset(".".join(labels[start:]) for start in range(len(labels) - 1))
    best = _Stated(readings.grade(data, wide, [], received).result)
    by_terms, open_chain, is_asked = best.result, False, False
    results: dict[tuple[str, str], Result] = {}
    for capture in captures:
        shown = readings.capture(capture)
        for pair in _keys(mail):
            finding = readings.key(capture, pair, received, terms.anchors)
            key, is_asked = finding.key, is_asked or finding.asked > 0
            open_chain = open_chain or (key.origin != "dnssec" and _has_chain(shown, pair))
            # Who wrote to himself can be read from the mail; whose the mailboxes are is for a policy to say.
            check = hold_down(mail, readings.grade(data, wide, [(pair, key)], received), Senders())
            found = _stated(data, check, claim, received, readings)
            best = min(best, found, key=lambda item: _ORDER.index(item.result))
            results[pair] = min(found.result, results.get(pair, "failed"), key=_ORDER.index)
            own = _stated(data, _grade(data, terms, [(pair, key)], received, readings), claim, received, readings)
            by_terms = min(by_terms, own.result, key=_ORDER.index)
    is_final = best.is_written and all(result in GRADES for result in results.values())
    return Best(best.result, best.why, is_final, by_terms, open_chain, is_asked)


@dataclass(frozen=True, slots=True)
class _Stated:
    """What an attester states of a mail at best, what caps it, and whether that is what is written in the mail."""

    result: Result
    why: str = ""
    is_written: bool = False


def _stated(data: bytes, check: MailCheck, claim: Claim, received: datetime, readings: Readings) -> _Stated:
    """By docs/spec/attester.md, steps 7 and 8."""
    if check.result not in GRADES:
        return _Stated(check.result)
    where = readings.where(data, check, claim.case)
    day = fits_day(claim.kind, claim.facts, written_at(readings.mail(data), check), claim.place, received)
    why = (
        "its signed text names another case" if where == "other_case"
        else "its signed text names this case and another" if where == "several_cases"
        else "its signed text names no case" if where == "none"
        else "the statement names a day that had not come when it was checked" if _is_to_come(claim, received)
        else "it was written on another day than the statement names" if day is False
        else "nothing signed says when it was written" if day is None
        else "the domain of its sender did not sign it" if not check.aligned
        else "its sender is among its recipients" if any(reason.code == "to_sender" for reason in check.reasons)
        else ""
    )  # fmt: skip
    if why:
        return _Stated("grade_d", why, is_written=True)
    if check.chosen is not None and check.chosen.origin in ("single", "archive"):
        return _Stated("grade_d", "one resolver alone, or an archive, gave its key")
    return _Stated(check.result)


def _is_to_come(claim: Claim, at: datetime) -> bool:
    stated = stated_day(claim.kind, claim.facts)
    return stated is not None and is_to_come(stated, at)


def marks(data: bytes) -> frozenset[bytes]:
    """By each of these it is the same mail, whatever is written around it: a signature, a signed Message-ID, and the
    body with its date.

    A company can sign one mail twice, and whoever holds it can leave one signature out. Nor are two mails of one
    Message-ID two: it names a mail.
    """
    found, is_dated = set(), True
    with suppress(Malformed):
        mail = RawMail.parse(data)
        for number, field in enumerate(signature_fields(mail)[:MAX_SIGNATURES]):
            with suppress(MalformedMail):
                signature = read_signature(field, number)
                # Of a field that stands twice the lowest is signed first: one on top changes nothing.
                named, count = mail.named("message-id"), signature.headers.count("message-id")
                found |= {b"message-id " + item.value.strip() for item in named[max(0, len(named) - count) :]}
                found.add(signature.value)
                is_dated = is_dated and "date" in signature.headers
        if found:
            dates = b"".join(item.value.strip() for item in mail.named("date")[-1:])
            body = Forms(mail).digest("relaxed", "rsa-sha256", None)
            found |= {b"body " + body + b" " + dates, _TEXT + body}
            if not is_dated:
                found.add(_UNDATED + body)
    return frozenset(found)


_TEXT, _UNDATED = b"text ", b"undated "


def is_one_mail(one: frozenset[bytes], other: frozenset[bytes]) -> bool:
    """Whether two mails, by their ``marks``, are one. Of a body alone only where a signature of one of them leaves Date
    out: then anybody who holds the mail can write another one there."""
    shared = {mark for mark in one & other if not mark.startswith(_TEXT)}
    return bool(shared or _any_day(one) & other or _any_day(other) & one)


def _any_day(marks: frozenset[bytes]) -> frozenset[bytes]:
    return frozenset(_TEXT + mark.removeprefix(_UNDATED) for mark in marks if mark.startswith(_UNDATED))


def _has_chain(capture: DnsCapture, pair: Pair) -> bool:
    with suppress(Malformed):
        asked = capture.find(key_question(*pair))
        return asked is not None and bool(asked.chain)
    return False


def is_beyond(stated: str, best: Result) -> bool:
    """Whether an attester's result says more for the mail than the best there is, or *failed* of one that has a grade.

    ``passed`` names no letter and counts as C. An attester may always say less: he may know that a key was published.
    """
    if stated in ("failed", "undetermined"):
        return stated == "failed" and best in GRADES
    order: tuple[str, ...] = _ORDER
    return order.index("grade_c" if stated == "passed" else stated) < order.index(best)


def _rank(check: MailCheck) -> tuple[bool, int]:
    """A key that needs nobody's word comes first, if the mail then has a grade that proves something."""
    counts = check.result in GRADES[:3] and check.aligned
    is_proven = counts and check.chosen is not None and check.chosen.origin == "dnssec"
    return not is_proven, _ORDER.index(check.result)


def _read(captures: Sequence[bytes], readings: Readings) -> Iterator[tuple[int, bytes]]:
    for place, data in enumerate(captures):
        with suppress(Malformed):
            readings.capture(data)
            yield place, data


def _keys(mail: RawMail) -> tuple[Pair, ...]:
    """Domain and selector of the signatures that are examined, the first ones, each once."""
    found: dict[tuple[str, str], None] = {}
    for number, field in enumerate(signature_fields(mail)[:MAX_SIGNATURES]):
        with suppress(MalformedMail):
            signature = read_signature(field, number)
            found[signature.domain, signature.selector] = None
    return tuple(found)[:MAX_KEYS]
