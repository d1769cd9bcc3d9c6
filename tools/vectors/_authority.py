"""A time-stamp authority of the tests: real CMS tokens over real certificates, byte by byte (RFC 3161, RFC 5652).

It shares no code with ``ledger.stamp.verify``, so that writer and reader cannot be wrong together. All keys and
signatures follow from seeds, so that the same call gives the same bytes. Everything that can be wrong in a
token is an argument.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SHA1, SHA256 = "1.3.14.3.2.26", "2.16.840.1.101.3.4.2.1"
SHA512 = "2.16.840.1.101.3.4.2.3"
ECDSA_SHA256 = "1.2.840.10045.4.3.2"
SIGNED_DATA, TST_INFO, DATA = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4", "1.2.840.113549.1.7.1"
CONTENT_TYPE, MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
POLICY = "1.3.6.1.4.1.32473.1"
FROM, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)


def der(tag: int, *parts: bytes) -> bytes:
    """One element: tag, shortest length, contents."""
    body = b"".join(parts)
    if len(body) < 128:
        return bytes([tag, len(body)]) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(length)]) + length + body


def sequence(*parts: bytes) -> bytes:
    return der(0x30, *parts)


def set_of(*parts: bytes) -> bytes:
    return der(0x31, *sorted(parts))


def integer(value: int) -> bytes:
    return der(0x02, value.to_bytes(value.bit_length() // 8 + 1, signed=True))


def oid(text: str) -> bytes:
    first, second, *rest = map(int, text.split("."))
    body = b""
    for arc in (40 * first + second, *rest):
        digits = [arc & 0x7F]
        while arc := arc >> 7:
            digits.append(0x80 | arc & 0x7F)
        body += bytes(reversed(digits))
    return der(0x06, body)


def _key(seed: str, *, short: bool = False) -> ec.EllipticCurvePrivateKey:
    if short:
        return ec.derive_private_key(int.from_bytes(hashlib.sha512(seed.encode()).digest()[:24]) | 1, ec.SECP224R1())
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    return ec.derive_private_key(
        int.from_bytes(hashlib.sha512(seed.encode()).digest()) % (order - 1) + 1, ec.SECP256R1()
    )


def _serial(seed: str) -> int:
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8]) | 1


@dataclass(frozen=True)
class Authority:
    """A root, and under it a certificate that signs tokens. Other values than the defaults make a bad one."""

    name: str
    usage: Sequence[x509.ObjectIdentifier] = (ExtendedKeyUsageOID.TIME_STAMPING,)
    critical: bool = True
    valid: tuple[datetime, datetime] = (FROM, UNTIL)
    root_valid: tuple[datetime, datetime] = (FROM, UNTIL)
    root_of: str = ""
    """Whose key signs as the root; empty: its own."""
    root_short: bool = False
    """Whether the root's key has 224 bits."""
    root: x509.Certificate = field(init=False)
    signer: x509.Certificate = field(init=False)

    def __post_init__(self) -> None:
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{self.name} root")])
        root_key = _key(f"root {self.name}", short=self.root_short)
        root = self._certificate(subject, subject, root_key, f"root {self.name}", self.root_valid)
        root = root.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        object.__setattr__(self, "root", _signed(root, root_key))
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{self.name} signer")])
        signer = self._certificate(subject, name, self.key, f"signer {self.name}", self.valid)
        if self.usage:
            signer = signer.add_extension(x509.ExtendedKeyUsage(self.usage), critical=self.critical)
        object.__setattr__(
            self, "signer", _signed(signer, _key(f"root {self.root_of or self.name}", short=self.root_short))
        )

    @property
    def key(self) -> ec.EllipticCurvePrivateKey:
        """The key that signs tokens."""
        return _key(f"signer {self.name}")

    @property
    def pem(self) -> str:
        """The root, as a policy names it."""
        return self.root.public_bytes(Encoding.PEM).decode("ascii")

    def _certificate(
        self,
        issuer: x509.Name,
        subject: x509.Name,
        key: ec.EllipticCurvePrivateKey,
        seed: str,
        valid: tuple[datetime, datetime],
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .issuer_name(issuer)
            .subject_name(subject)
            .public_key(key.public_key())
            .serial_number(_serial(seed))
            .not_valid_before(valid[0])
            .not_valid_after(valid[1])
        )

    def token(self, message: bytes, time: int, **given: object) -> bytes:
        """A TimeStampToken over SHA-256(``message``) at ``time`` (Unix seconds); ``given`` as ``Token`` has it."""
        return Token(self, message, time, **given).encode()  # type: ignore[arg-type]  # names of Token's fields


def _signed(builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    return builder.sign(key, hashes.SHA256(), ecdsa_deterministic=True)


@dataclass(frozen=True)
class Token:
    """What a token says; each field that is not given is right."""

    by: Authority
    message: bytes
    time: int
    nonce: int | None = None
    accuracy: tuple[int, int, int] | None = (1, 0, 0)
    """Seconds, milliseconds, microseconds."""
    fraction: str = ""
    policy: str = POLICY
    algorithm: str = SHA256
    imprint: bytes | None = None
    content: str = TST_INFO
    signs: str = SHA256
    """Digest algorithm of the signature."""
    certificates: tuple[x509.Certificate, ...] | None = None
    bound_to: x509.Certificate | None = None
    """The certificate that the signed attribute names; None: the signer's."""
    attributes: bool = True
    attribute_set: frozenset[str] = frozenset({CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_CERTIFICATE_V2})
    signers: int = 1
    version: int = 1
    listed: bytes | None = None
    """The list of digest algorithms; None: that of the signature alone."""

    def info(self) -> bytes:
        """The TSTInfo."""
        imprint = hashlib.sha256(self.message).digest() if self.imprint is None else self.imprint
        time = datetime.fromtimestamp(self.time, UTC).strftime("%Y%m%d%H%M%S") + self.fraction + "Z"
        parts = [
            integer(self.version),
            oid(self.policy),
            sequence(sequence(oid(self.algorithm), der(0x05)), der(0x04, imprint)),
            integer(_serial(f"token {self.by.name} {self.time}")),
            der(0x18, time.encode()),
        ]
        if self.accuracy is not None:
            seconds, millis, micros = self.accuracy
            inner = [integer(seconds)] if seconds else []
            inner += [der(0x80, integer(millis)[2:])] if millis else []
            inner += [der(0x81, integer(micros)[2:])] if micros else []
            parts.append(sequence(*inner))
        if self.nonce is not None:
            parts.append(integer(self.nonce))
        return sequence(*parts)

    def encode(self) -> bytes:
        """The ContentInfo."""
        info = self.info()
        held = (self.by.signer,) if self.certificates is None else self.certificates
        certificates = der(0xA0, *sorted(item.public_bytes(Encoding.DER) for item in held)) if held else b""
        data = sequence(
            integer(3),
            set_of(sequence(oid(self.signs))) if self.listed is None else self.listed,
            sequence(oid(self.content), der(0xA0, der(0x04, info))),
            certificates,
            set_of(*(self._signer(info, number) for number in range(self.signers))),
        )
        return sequence(oid(SIGNED_DATA), der(0xA0, data))

    def _signer(self, info: bytes, number: int) -> bytes:
        by = self.by.signer
        hashed = {SHA1: hashlib.sha1, SHA256: hashlib.sha256, SHA512: hashlib.sha512}[self.signs]
        hasher = {SHA1: hashes.SHA1, SHA256: hashes.SHA256, SHA512: hashes.SHA512}[self.signs]()
        algorithm = {SHA1: "1.2.840.10045.4.1", SHA256: ECDSA_SHA256, SHA512: "1.2.840.10045.4.3.4"}[self.signs]
        bound = (self.bound_to or by).public_bytes(Encoding.DER)
        certified = sequence(sequence(sequence(der(0x04, hashlib.sha256(bound).digest()))))
        values = {
            CONTENT_TYPE: oid(self.content),
            MESSAGE_DIGEST: der(0x04, hashed(info).digest()),
            SIGNING_CERTIFICATE_V2: certified,
        }
        held = [sequence(oid(name), set_of(values[name])) for name in sorted(self.attribute_set)]
        attributes = set_of(*held)
        covered = attributes if self.attributes else info
        signature = self.by.key.sign(covered, ec.ECDSA(hasher, deterministic_signing=True))
        return sequence(
            integer(1),
            sequence(by.issuer.public_bytes(), integer(by.serial_number)),
            sequence(oid(self.signs), *([der(0x05)] if number else [])),
            b"\xa0" + attributes[1:] if self.attributes else b"",
            sequence(oid(algorithm)),
            der(0x04, signature),
        )


def response(token: bytes, status: int = 0) -> bytes:
    """A TimeStampResp; without a token it is a refusal."""
    return sequence(sequence(integer(status)), token)
