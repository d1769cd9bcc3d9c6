"""Time-stamp tokens of RFC 3161, read strictly (docs/spec/stamp.md, "Reading"). ``verify`` verifies them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ledger.errors import MalformedSize, MalformedStamp
from ledger.stamp import der
from ledger.stamp.der import Element

MAX_BYTES = 16_384
SECOND = 1_000_000
SHA1, SHA256 = "1.3.14.3.2.26", "2.16.840.1.101.3.4.2.1"
_SIGNED_DATA, _TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE, _MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
_CERTIFICATE, _CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"
_TIME = re.compile(r"([0-9]{14})(?:\.([0-9]{0,8}[1-9]))?Z")


@dataclass(frozen=True, slots=True)
class StampToken:
    """A TimeStampToken as it reads; nothing of it is verified. Times are microseconds."""

    raw: bytes
    policy: str
    digest: str
    imprint: bytes
    time: int
    """Since 1970."""
    accuracy: int | None
    nonce: int | None
    certificates: tuple[bytes, ...]
    signer: tuple[bytes, int]
    """Issuer (DER) and serial number of the certificate that signed."""
    algorithms: tuple[str, str]
    """Of the digest and of the signature."""
    listed: tuple[str, ...]
    """The digest algorithms that the token lists before its contents. Nobody signed them."""
    parts: tuple[bytes, bytes, bytes] = field(repr=False)
    """Version, content and signer, without what is not signed."""
    certificate_hashes: Mapping[str, bytes]
    """Hash algorithm to the hash of the certificate that the signed attributes name."""

    @classmethod
    def parse(cls, data: bytes) -> StampToken:
        """Parse a token. Raises MalformedSize or MalformedStamp."""
        if len(data) > MAX_BYTES:  # step 1
            raise MalformedSize(f"the token has {len(data)} bytes; at most {MAX_BYTES} are accepted")
        kind, wrapped = _exactly(der.read(data, "the token").items(der.SEQUENCE, "the token"), 2, "the token")
        if kind.oid("the token's type") != _SIGNED_DATA:  # step 2
            raise MalformedStamp("the token is no signed data")
        version, hashes, content, *rest = _at_least(
            wrapped.only(0xA0, "the token").items(der.SEQUENCE, "the signed data"), 4, "the signed data"
        )
        if version.integer("the version of the signed data") != 3:
            raise MalformedStamp("signed data with a TSTInfo has version 3")
        listed = tuple(_listed(item) for item in hashes.items(der.SET, "the digest algorithms"))
        info = _content(content)
        certificates = rest.pop(0).items(0xA0, "the certificates") if rest[0].tag == 0xA0 else ()
        if rest[0].tag == 0xA1:
            rest.pop(0)  # revocation lists: nobody looks at them, so nobody relies on them
        signers = _exactly(rest, 1, "the end of the signed data")[0].items(der.SET, "the signers")
        if len(signers) != 1:  # step 3
            raise MalformedStamp(f"a token has one signer, not {len(signers)}")
        return _assemble(data, (version.raw, content.raw), listed, info, certificates, signers[0])

    def signed_der(self) -> bytes:
        """The token in strict DER: certificates in order, and without what nobody signed and nobody reads.

        Many authorities list certificates in the order of the chain, which is no DER; the signature does not cover it,
        nor the list of digest algorithms, of which the library needs the signer's.
        """
        version, content, signer = self.parts
        hashes = der.encode(der.SET, der.encode(der.SEQUENCE, der.encode_oid(self.algorithms[0])))
        certificates = der.encode(0xA0, *sorted(set(self.certificates)))
        signed = der.encode(der.SEQUENCE, version, hashes, content, certificates, der.encode(der.SET, signer))
        return der.encode(der.SEQUENCE, der.encode_oid(_SIGNED_DATA), der.encode(0xA0, signed))

    @property
    def shown_time(self) -> str:
        """The time for a person."""
        return datetime.fromtimestamp(self.time // SECOND, UTC).isoformat().removesuffix("+00:00") + "Z"


def _content(content: Element) -> Element:
    kind, held = _exactly(content.items(der.SEQUENCE, "the content"), 2, "the content")
    if kind.oid("the type of the content") != _TST_INFO:
        raise MalformedStamp("the signed content is no TSTInfo")
    octets = held.only(0xA0, "the content").must_be(der.OCTETS, "the content")
    return der.read(octets.body, "the TSTInfo")


def _assemble(
    raw: bytes, before: tuple[bytes, bytes], listed: tuple[str, ...], info: Element, certificates: Sequence[Element],
    signer: Element,
) -> StampToken:  # fmt: skip
    version, policy, imprint, serial, time, *rest = _at_least(info.items(der.SEQUENCE, "the TSTInfo"), 5, "the TSTInfo")
    if version.integer("the version of the TSTInfo") != 1:  # step 4
        raise MalformedStamp("a TSTInfo has version 1")
    serial.integer("the serial number")
    hashed, digest = _exactly(imprint.items(der.SEQUENCE, "the imprint"), 2, "the imprint")
    accuracy, nonce = _optional(rest)
    named, algorithms, hashes, signed = _signer(signer)
    return StampToken(
        raw=raw,
        policy=policy.oid("the policy"),
        digest=_algorithm(hashed, "the hash of the imprint"),
        imprint=digest.must_be(der.OCTETS, "the imprint").body,
        time=_time(time),
        accuracy=accuracy,
        nonce=nonce,
        certificates=tuple(item.must_be(der.SEQUENCE, "a certificate").raw for item in certificates),
        signer=named,
        algorithms=algorithms,
        listed=listed,
        parts=(*before, signed),
        certificate_hashes=hashes,
    )


def _time(element: Element) -> int:
    """Microseconds since 1970 of ``YYYYMMDDHHMMSS[.s]Z``, rounded up."""
    found = _TIME.fullmatch(element.must_be(der.TIME, "the time").body.decode("latin-1"))
    try:
        if found is not None:
            moment = datetime.strptime(found[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
            part = (found[2] or "").ljust(9, "0")
            if moment.year >= 1970:
                return int(moment.timestamp()) * SECOND + -(-int(part) // 1000)
    except ValueError:
        pass
    raise MalformedStamp(f"the time must be like 20261120090000Z, not {element.body[:40]!r}")


def _optional(rest: list[Element]) -> tuple[int | None, int | None]:
    """Accuracy in microseconds, and nonce: the members of a TSTInfo that may be absent, in their order."""
    accuracy = nonce = None
    if rest and rest[0].tag == der.SEQUENCE:
        accuracy = _accuracy(rest.pop(0).items(der.SEQUENCE, "the accuracy"))
    if rest and rest[0].tag == der.BOOLEAN and rest.pop(0).body not in (b"\x00", b"\xff"):
        raise MalformedStamp("ordering must be true or false")
    if rest and rest[0].tag == der.INTEGER:
        nonce = rest.pop(0).integer("the nonce")
    if rest and rest[0].tag == 0xA0:
        rest.pop(0)  # the authority's own name for itself: its certificate says who it is
    if rest and rest[0].tag == 0xA1:
        for extension in rest.pop(0).items(0xA1, "the extensions"):
            if any(part.tag == der.BOOLEAN for part in extension.items(der.SEQUENCE, "an extension")):
                raise MalformedStamp("the TSTInfo has a critical extension, and none is understood")
    _exactly(rest, 0, "the end of the TSTInfo")
    return accuracy, nonce


def _accuracy(parts: Sequence[Element]) -> int:
    total, last = 0, 0
    for part in parts:
        unit, order = {der.INTEGER: (SECOND, 1), 0x80: (1000, 2), 0x81: (1, 3)}.get(part.tag, (0, 0))
        value = Element(der.INTEGER, part.body, b"").integer("the accuracy")
        if order <= last or (order > 1 and not 1 <= value <= 999) or value > 2**31:
            raise MalformedStamp("the accuracy must be seconds, then 1 to 999 milliseconds, then 1 to 999 microseconds")
        total, last = total + value * unit, order
    return total


def _signer(signer: Element) -> tuple[tuple[bytes, int], tuple[str, str], Mapping[str, bytes], bytes]:
    """Who signed, by which algorithms, the certificate named, and the signer without what is not signed."""
    where = "the signer"
    version, sid, digest, attributes, kind, value, *rest = _at_least(signer.items(der.SEQUENCE, where), 6, where)
    if version.integer("the version of the signer") != 1:  # step 5
        raise MalformedStamp("the signer is named by issuer and serial number, version 1")
    issuer, number = _exactly(sid.items(der.SEQUENCE, "the signer's name"), 2, "the signer's name")
    value.must_be(der.OCTETS, "the signature")
    if rest and rest[0].tag == 0xA1:
        rest.pop(0)  # not signed: of no weight
    _exactly(rest, 0, "the end of the signer")
    algorithms = _algorithm(digest, "the digest of the signer"), _algorithm(kind, "the signature's algorithm")
    named = issuer.raw, number.integer("the signer's serial number")
    kept = der.encode(der.SEQUENCE, *(item.raw for item in (version, sid, digest, attributes, kind, value)))
    return named, algorithms, _attributes(attributes), kept


def _attributes(attributes: Element) -> Mapping[str, bytes]:
    """Step 6. The hashes of the signer's certificate that the signed attributes name."""
    found: dict[str, Element] = {}
    for item in attributes.items(0xA0, "the signed attributes"):
        name, values = _exactly(item.items(der.SEQUENCE, "a signed attribute"), 2, "a signed attribute")
        kind = name.oid("the type of a signed attribute")
        if kind in found:
            raise MalformedStamp(f"the signed attribute {kind} stands twice")
        found[kind] = values
    if _MESSAGE_DIGEST not in found or _CONTENT_TYPE not in found:
        raise MalformedStamp("the signed attributes must hold the content type and the message digest")
    if found[_CONTENT_TYPE].only(der.SET, "the content type").oid("the content type") != _TST_INFO:
        raise MalformedStamp("the signed content type is not that of a TSTInfo")
    hashes = {}
    if _CERTIFICATE_V2 in found:
        named = _named_certificate(found[_CERTIFICATE_V2])
        explicit = named[0].tag == der.SEQUENCE
        kind = _algorithm(named[0], "the hash of the certificate") if explicit else SHA256
        hashes[kind] = named[int(explicit)].must_be(der.OCTETS, "the hash of the certificate").body
    elif _CERTIFICATE in found:
        hashes[SHA1] = _named_certificate(found[_CERTIFICATE])[0].must_be(der.OCTETS, "the certificate's hash").body
    if not hashes:
        raise MalformedStamp("the signed attributes do not name the certificate that signed")
    return hashes


def _named_certificate(values: Element) -> Sequence[Element]:
    """The first ESSCertID: the signer's own."""
    where = "the named certificate"
    listed = _at_least(values.only(der.SET, where).items(der.SEQUENCE, where), 1, where)
    first = _at_least(listed[0].items(der.SEQUENCE, where), 1, where)[0]
    parts = first.items(der.SEQUENCE, where)
    return _at_least(parts, 2 if parts and parts[0].tag == der.SEQUENCE else 1, where)


def _listed(element: Element) -> str:
    """A digest algorithm without parameters, or with the NULL that some write."""
    where = "a digest algorithm"
    kind, *more = _at_least(element.items(der.SEQUENCE, where), 1, where)
    if [item.raw for item in more] not in ([], [b"\x05\x00"]):
        raise MalformedStamp("a digest algorithm has no parameters")
    return kind.oid(where)


def _algorithm(element: Element, where: str) -> str:
    return _at_least(element.items(der.SEQUENCE, where), 1, where)[0].oid(where)


def _exactly(items: Sequence[Element], count: int, where: str) -> Sequence[Element]:
    if len(items) != count:
        raise MalformedStamp(f"{where} has {len(items)} elements, not {count}")
    return items


def _at_least(items: Sequence[Element], count: int, where: str) -> Sequence[Element]:
    if len(items) < count:
        raise MalformedStamp(f"{where} has {len(items)} elements; it needs {count}")
    return items
