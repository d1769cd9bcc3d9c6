"""One DKIM signature (RFC 6376, 8301, 8463): read, and checked against one key record.

dkimpy takes the value out of the signature's own field and hashes it behind the others; which fields are hashed, and
which signature and which key are accepted at all, is decided here. No clock is read: ``at`` is the time of receipt, an
argument, so two threads can check with two clocks. dkimpy's own ``DKIM.verify`` asks the machine for the time, and
would call every mail whose signature has expired since a forgery; it is not used.

The canonical forms are made here and not by dkimpy: its patterns for bodies need quadratic time on long runs of
spaces, and its relaxed header is more relaxed than RFC 6376.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeVar

import dkim
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA1, SHA256

from ledger.errors import MalformedMail, VerificationMail
from ledger.kinds import is_domain
from ledger.mail.key import KeyRecord, decode_base64, load_rsa, parse_tags
from ledger.mail.raw import Field, RawMail, crlf
from ledger.mail.reasons import code_of, reason_text

MAX_SIGNATURE = 16 * 1024
MAX_SIGNED_NAMES = 256
MIN_BITS = 1_024
CLOCK_SLACK = 36_000
"""Ten hours, as dkimpy: so wrong may the clock of a sending machine be."""

T = TypeVar("T")
Algorithm = Literal["rsa-sha256", "rsa-sha1", "ed25519-sha256"]
Canonical = Literal["simple", "relaxed"]

_ALGORITHMS: Final[dict[str, Algorithm]] = {
    "rsa-sha256": "rsa-sha256", "rsa-sha1": "rsa-sha1", "ed25519-sha256": "ed25519-sha256",
}  # fmt: skip
_CANONICAL: Final[dict[str, Canonical]] = {"simple": "simple", "relaxed": "relaxed"}
_REQUIRED = ("v", "a", "b", "bh", "d", "h", "s")
_SELECTOR = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,62}(?:\.[A-Za-z0-9_][A-Za-z0-9_-]{0,62})*")
_NAME = re.compile(r"[\x21-\x39\x3c-\x7e]+")
_LINE_ENDS = tuple(b"\r\n" * count for count in (65_536, 1_024, 32, 1))
# dkimpy's pattern that takes b= out needs quadratic time on a long run of white space.
_LONG_SPACE = re.compile(rb"[ \t\r\n]{256}")
_hash_headers: Callable[..., object] = dkim.hash_headers


@dataclass(frozen=True, slots=True)
class Signature:
    """What one DKIM-Signature field says; nothing of it is proven yet."""

    number: int
    """Place among the DKIM-Signature fields, 0 is the topmost."""
    field: Field
    algorithm: Algorithm
    header_form: Canonical
    body_form: Canonical
    domain: str
    """``d=``, lower case."""
    selector: str
    """``s=``, lower case."""
    identity_domain: str
    """The domain of ``i=``, lower case; ``d=`` where there is none."""
    headers: tuple[str, ...]
    """``h=`` in lower case; a name stands as often as it is signed."""
    length: int | None
    """``l=``"""
    signed_at: int | None
    """``t=``, Unix seconds."""
    expires: int | None
    """``x=``, Unix seconds."""
    body_hash: bytes
    value: bytes
    """The decoded ``b=``."""


@dataclass(frozen=True, slots=True)
class Verified:
    """A signature that fits the mail and the key."""

    signature: Signature
    record: KeyRecord
    expired: bool
    """``x=`` lies before the time of receipt."""
    early: bool
    """``t=`` lies more than ten hours after the time of receipt."""


class Forms:
    """The canonical header and bodies of one mail and the bodies' hashes, each made once for all its signatures."""

    def __init__(self, mail: RawMail) -> None:
        self._fields = mail.fields
        self._headers: dict[Canonical, dict[str, list[bytes]]] = {}
        self._body = crlf(mail.body)
        self._forms: dict[Canonical, tuple[bytes, int]] = {}
        self._hashes: dict[tuple[Canonical, str, int | None], bytes] = {}

    def header(self, form: Canonical, names: Iterable[str], number: int | None = None) -> Iterator[bytes]:
        """The canonical fields of these lower-case names: of a name that stands twice the lowest field, then the one
        above it; nothing where there is none left (RFC 6376, section 5.4.2). DKIM-Signature ``number``, from the top,
        is none of them: no signature covers itself this way (section 3.5)."""
        if form not in self._headers:
            self._headers[form] = _canonical_fields(self._fields, form)
        fields, taken = self._headers[form], Counter[str]()
        if number is not None:
            others = [*fields["dkim-signature"]]
            del others[number]
            fields = {**fields, "dkim-signature": others}
        for name in names:
            taken[name] += 1
            if taken[name] <= len(fields.get(name, ())):
                yield fields[name][-taken[name]]

    def canonical(self, form: Canonical, length: int | None = None) -> bytes:
        """The first ``length`` bytes of the canonical body, all of it where that is None."""
        return b"".join(self._pieces(form, length))

    def digest(self, form: Canonical, algorithm: Algorithm, length: int | None) -> bytes:
        """Hash of the first ``length`` bytes of the canonical body."""
        name = algorithm.partition("-")[2]
        if (form, name, length) not in self._hashes:
            hasher = hashlib.new(name, usedforsecurity=False)
            for piece in self._pieces(form, length):
                hasher.update(piece)
            self._hashes[form, name, length] = hasher.digest()
        return self._hashes[form, name, length]

    def _pieces(self, form: Canonical, length: int | None) -> tuple[memoryview, memoryview]:
        """The canonical body as text and last line end: a copy of fifty megabytes is spared."""
        if form not in self._forms:
            body = self._body if form == "simple" else _relax(self._body)
            self._forms[form] = body, _before_empty_lines(body)
        body, end = self._forms[form]
        # Without any text the simple form is one line end, the relaxed one nothing (RFC 6376, 3.4.3 and 3.4.4).
        tail = b"" if end == 0 and form == "relaxed" else b"\r\n"
        text = memoryview(body)[:end]
        if length is None:
            return text, memoryview(tail)
        return text[:length], memoryview(tail)[: max(0, length - end)]


def check_aware(at: datetime) -> None:
    """A time without a zone would be read in the zone of the machine: the answer would depend on where it is given."""
    if at.tzinfo is None:
        raise ValueError("the time of receipt needs a time zone")


def signature_fields(mail: RawMail) -> tuple[Field, ...]:
    """The DKIM-Signature fields, top to bottom."""
    return mail.named("dkim-signature")


def read_signature(field: Field, number: int) -> Signature:
    """What a DKIM-Signature field says. Raises MalformedMail where RFC 6376 lets nobody accept it."""
    where = f"DKIM-Signature {number}"
    if len(field.raw) > MAX_SIGNATURE or _LONG_SPACE.search(field.raw):
        raise MalformedMail(f"{where} has {len(field.raw)} bytes or a run of 256 spaces; at most {MAX_SIGNATURE} bytes")
    tags = parse_tags(field.value, MalformedMail, where, "i")
    missing = [name for name in _REQUIRED if name not in tags]
    if missing:
        raise MalformedMail(f"{where} has no {missing[0]}=")
    if tags["v"] != "1" or "dns/txt" not in re.split(r"\s*:\s*", tags.get("q", "dns/txt")):
        raise MalformedMail(f"{where} must have v=1 and, if any, q=dns/txt")
    header_form, _, body_form = tags.get("c", "simple/simple").partition("/")
    signed_at, expires = _number(tags.get("t"), f"t= of {where}"), _number(tags.get("x"), f"x= of {where}")
    if signed_at is not None and expires is not None and expires <= signed_at:
        raise MalformedMail(f"{where} expires at {expires}, not after {signed_at}, when it was made")
    domain = _domain(tags["d"], where)
    return Signature(
        number=number,
        field=field,
        algorithm=_known(_ALGORITHMS, tags["a"], f"a= of {where}"),
        header_form=_known(_CANONICAL, header_form, f"c= of {where}"),
        body_form=_known(_CANONICAL, body_form or "simple", f"c= of {where}"),
        domain=domain,
        selector=_selector(tags["s"], where),
        identity_domain=_identity(tags.get("i"), domain, where),
        headers=_signed_names(tags["h"], where),
        length=_number(tags.get("l"), f"l= of {where}"),
        signed_at=signed_at,
        expires=expires,
        body_hash=decode_base64(tags["bh"], MalformedMail, f"bh= of {where}"),
        value=decode_base64(tags["b"], MalformedMail, f"b= of {where}"),
    )


def verify(mail: RawMail, number: int, record: bytes, at: datetime) -> Verified:
    """Signature ``number`` of the mail under a key record, with the clock of receipt.

    The record comes first: what does not fit a key that is not known says nothing. Raises MalformedMail for a
    signature that cannot be read, MalformedKeyRecord, and VerificationMail with the code of the step that failed.
    """
    check_aware(at)
    fields = signature_fields(mail)
    if not 0 <= number < len(fields):
        raise MalformedMail(f"the mail has {len(fields)} DKIM signatures; there is none with the number {number}")
    signature = read_signature(fields[number], number)
    return verify_signature(signature, KeyRecord.parse(record), at, Forms(mail))


def verify_signature(signature: Signature, record: KeyRecord, at: datetime, forms: Forms) -> Verified:
    """As ``verify``, for what is read already. Raises VerificationMail."""
    _check_permitted(signature, record)  # step 11
    found = forms.digest(signature.body_form, signature.algorithm, signature.length)  # step 12
    if found != signature.body_hash:
        raise _broken("body_changed", found=found.hex(), domain=signature.domain, signed=signature.body_hash.hex())
    _check_value(signature, record, _header_digest(signature, forms))  # step 13
    now = at.timestamp()
    expired = signature.expires is not None and now > signature.expires
    early = signature.signed_at is not None and signature.signed_at > now + CLOCK_SLACK
    return Verified(signature, record, expired, early)


def _relax(body: bytes) -> bytes:
    """Runs of spaces and tabs as one space, none at line ends; in linear time."""
    return _single_spaces(body).replace(b" \r\n", b"\r\n").removesuffix(b" ")


def _single_spaces(data: bytes) -> bytes:
    data = data.replace(b"\t", b" ")
    while b"  " in data:
        data = data.replace(b"  ", b" ")
    return data


def _before_empty_lines(body: bytes) -> int:
    """Where the line ends begin that end the body, by many at once: there may be millions."""
    end = len(body)
    for ends in _LINE_ENDS:
        while body.endswith(ends, 0, end):
            end -= len(ends)
    return end


def _check_permitted(signature: Signature, record: KeyRecord) -> None:
    kind, _, hash_name = signature.algorithm.partition("-")
    name = f"{signature.selector}._domainkey.{signature.domain}"
    if record.revoked:
        raise _broken("key_revoked/empty", name=name)
    if kind != record.type:
        raise _broken("key_type", name=name, type=record.type, algorithm=signature.algorithm)
    if record.hashes is not None and hash_name not in record.hashes:
        raise _broken("key_hash", name=name, hash=hash_name)
    if not record.services & {"*", "email"}:
        raise _broken("key_service", name=name)
    if record.same_domain and signature.identity_domain != signature.domain:
        raise _broken("key_identity", name=name, identity=signature.identity_domain)
    if record.type == "rsa" and record.bits < MIN_BITS:
        raise _broken("key_short", name=name, bits=record.bits, least=MIN_BITS)


def _broken(entry: str, /, **values: object) -> VerificationMail:
    """The error of a reason, with its sentence."""
    return VerificationMail(reason_text(entry, **values), code_of(entry))


def _canonical_fields(fields: Iterable[Field], form: Canonical) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    for field in fields:
        name, value = _canonical_field(*_pair(field), form)
        found.setdefault(field.key, []).append(name + b":" + value)
    return found


def _canonical_field(name: bytes, value: bytes, form: Canonical) -> tuple[bytes, bytes]:
    """A header field by RFC 6376, sections 3.4.1 and 3.4.2.

    dkimpy's own relaxed form also takes away form feeds and vertical tabs, which mail does not count as white
    space: a changed header would pass.
    """
    if form == "simple":
        return name, value
    return name.lower().rstrip(b" \t"), _single_spaces(value.replace(b"\r\n", b"")).strip(b" ") + b"\r\n"


class _HeaderForm:
    """A canonical form as dkimpy asks for it."""

    def __init__(self, form: Canonical) -> None:
        self._form = form

    def canonicalize_headers(self, headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        return [_canonical_field(name, value, self._form) for name, value in headers]


def _header_digest(signature: Signature, forms: Forms) -> bytes:
    hasher = hashlib.new(signature.algorithm.partition("-")[2], usedforsecurity=False)
    # One From more than there are: a second one added on top must break the signature (RFC 6376, section 8.15).
    for field in forms.header(signature.header_form, (*signature.headers, "from"), signature.number):
        hasher.update(field)
    _hash_headers(hasher, _HeaderForm(signature.header_form), [], [], _pair(signature.field), None)
    return hasher.digest()


def _pair(field: Field) -> tuple[bytes, bytes]:
    # The last field of a mail without a body may lack its line end; it was signed with one.
    return field.name.encode("ascii"), crlf(field.value).removesuffix(b"\r\n") + b"\r\n"


def _check_value(signature: Signature, record: KeyRecord, digest: bytes) -> None:
    try:
        if signature.algorithm == "ed25519-sha256":
            Ed25519PublicKey.from_public_bytes(record.public).verify(signature.value, digest)
        else:
            hash_type = SHA1() if signature.algorithm == "rsa-sha1" else SHA256()
            load_rsa(record.public).verify(signature.value, digest, PKCS1v15(), Prehashed(hash_type))
    except (InvalidSignature, ValueError):
        raise _broken("signature_mismatch", domain=signature.domain, selector=signature.selector) from None


def _known(values: dict[str, T], text: str, where: str) -> T:
    if text not in values:
        raise MalformedMail(f"{where} is {text[:40]!r}; understood are {', '.join(values)}")
    return values[text]


def _number(text: str | None, where: str) -> int | None:
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise MalformedMail(f"{where} is {text[:40]!r}; it must be a number of at most 18 digits")
    return int(text)


def _domain(text: str, where: str) -> str:
    domain = text.lower()
    if not is_domain(domain):
        raise MalformedMail(f"d= of {where} is {text[:80]!r}; it must be a domain with at least two labels")
    return domain


def _selector(text: str, where: str) -> str:
    if len(text) > 253 or not _SELECTOR.fullmatch(text):
        raise MalformedMail(f"s= of {where} is {text[:80]!r}; it must be a DNS name")
    return text.lower()


def _identity(text: str | None, domain: str, where: str) -> str:
    if text is None:
        return domain
    found = text.rpartition("@")[2].lower()
    # Some letters outside ASCII have a small form within it.
    if (
        "@" not in text
        or not text.rpartition("@")[2].isascii()
        or not (found == domain or found.endswith(f".{domain}"))
    ):
        raise MalformedMail(f"i= of {where} is {text[:80]!r}, which is outside d={domain}")
    return found


def _signed_names(text: str, where: str) -> tuple[str, ...]:
    names = tuple(name.strip().lower() for name in text.split(":"))
    if len(names) > MAX_SIGNED_NAMES or not all(_NAME.fullmatch(name) for name in names):
        raise MalformedMail(f"h= of {where} must be at most {MAX_SIGNED_NAMES} header names with colons between")
    if "from" not in names:
        raise MalformedMail(f"{where} does not sign From, which RFC 6376 requires")
    return names
