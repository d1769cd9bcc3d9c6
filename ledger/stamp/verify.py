"""Time stamps of RFC 3161 over checkpoints, verified against a policy's authority (docs/spec/stamp.md).

A token says that its authority saw a hash at a time. What is stamped here is a checkpoint with the log's own
signature alone, which no later cosignature changes: so a token says that the log had signed that tree by then.
``rfc3161-client`` verifies signature and certificates at the token's own time. What it does not ask for is asked
here: one signer, signed attributes, the certificate that they name, hashes and keys that are strong enough.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha1
from typing import TYPE_CHECKING

from ledger.checkpoint import Checkpoint, verify_checkpoint
from ledger.encoding import LAST_INSTANT, sha256
from ledger.errors import MalformedStamp, VerificationStamp
from ledger.note import Note, VerifierKey
from ledger.stamp import der
from ledger.stamp.token import SECOND, SHA1, SHA256, StampToken

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

AHEAD_S = 60
"""How far a token's time may lie after ``now``: clocks differ."""
_SHA384, _SHA512 = "2.16.840.1.101.3.4.2.2", "2.16.840.1.101.3.4.2.3"
_DIGESTS = (SHA256, _SHA384, _SHA512)
_LISTED = frozenset({SHA1, *_DIGESTS})
_SIGNATURES: Mapping[str, tuple[str, ...]] = {
    # RSA (PKCS #1 v1.5) and elliptic curves with the digest named apart, then with the digest in the name.
    **dict.fromkeys(("1.2.840.113549.1.1.1", "1.2.840.10045.2.1"), _DIGESTS),
    **{f"1.2.840.113549.1.1.{11 + place}": (digest,) for place, digest in enumerate(_DIGESTS)},
    **{f"1.2.840.10045.4.3.{2 + place}": (digest,) for place, digest in enumerate(_DIGESTS)},
}
_STRONG = ("sha256", "sha384", "sha512")
_LEAST_BITS = 256
_LEAST_RSA_BITS = 2048
_WHY = re.compile(r"Verify error: ([^\"\]]+)")


@dataclass(frozen=True, slots=True)
class TimeAuthority:
    """An authority that a policy believes. Each of ``roots`` is DER, each of ``root_hashes`` the SHA-256 of one."""

    name: str
    roots: tuple[bytes, ...]
    root_hashes: tuple[bytes, ...] = ()
    policies: tuple[str, ...] = ()
    """Policies (dotted OIDs) under which its tokens count; () is any."""
    accuracy_s: int = 1
    """Taken for a token that states no accuracy."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A verified token: ``authority`` saw the bytes not after ``not_after`` (Unix seconds, accuracy included)."""

    authority: str
    not_after: int
    not_before: int
    """The earliest time that the token can mean."""


def stamped_note(data: bytes, key: VerifierKey, origin: str) -> tuple[Checkpoint, bytes]:
    """The checkpoint that ``data`` is, and the bytes that authorities stamp: the note with the log's line alone.

    Raises what ``verify_checkpoint`` raises, and VerificationStamp where the log signed more than once.
    """
    checkpoint = verify_checkpoint(data, key, origin)
    note = Note.parse(data)
    own = note.signed_by(key)
    if len(own) != 1:
        raise VerificationStamp(f"the log's key signed the checkpoint {len(own)} times; what is stamped has one line")
    return checkpoint, Note(note.text, own).encode()


def verify_stamp(token: StampToken, message: bytes, authority: TimeAuthority, now: int) -> Stamp:
    """``authority`` stamped ``message``. Raises VerificationStamp, or MalformedStamp for certificates that are none."""
    # 1. The right bytes, by SHA-256.
    if token.digest != SHA256:
        raise VerificationStamp(f"the token is over a hash of the kind {token.digest}, not SHA-256")
    if token.imprint != sha256(message):
        raise VerificationStamp(f"the token stamps {token.imprint.hex()}, not {sha256(message).hex()}")
    # 2. Under a policy that counts.
    if authority.policies and token.policy not in authority.policies:
        raise VerificationStamp(f"the token was made under policy {token.policy}, not {', '.join(authority.policies)}")
    # 3. Not in the future.
    if is_ahead(token, now):
        raise VerificationStamp(f"the token is of {token.shown_time}, after now")
    # 4. The certificate that the token itself names, and hashes and keys that are strong enough.
    roots = [_certificate(raw) for raw in roots_of(token, authority)]
    _check_strength(token, roots)
    # 5. Signature, certificates up to a root of the authority, and their purpose, at the token's own time.
    if not roots:
        raise VerificationStamp(f"no root certificate of {authority.name} is in the token")
    _verify_signed(token, message, roots)
    accuracy = authority.accuracy_s * SECOND if token.accuracy is None else token.accuracy
    not_after = min(-(-(token.time + accuracy) // SECOND), LAST_INSTANT)
    return Stamp(authority.name, not_after, (token.time - accuracy) // SECOND)


def is_ahead(token: StampToken, now: int) -> bool:
    """Whether the token is of a time after ``now``, by more than clocks differ."""
    return token.time > (now + AHEAD_S) * SECOND


def roots_of(token: StampToken, authority: TimeAuthority) -> Sequence[bytes]:
    """The roots of ``authority`` that a token may lead to: the policy's own, and those of its hashes in the token."""
    return [*authority.roots, *(raw for raw in token.certificates if sha256(raw) in authority.root_hashes)]


def claims(token: StampToken, authority: TimeAuthority) -> bool:
    """Whether the token says that it is of ``authority``: by the names in its certificates, which prove nothing."""
    try:
        roots = {_certificate(raw).subject for raw in roots_of(token, authority)}
        return any(_certificate(raw).issuer in roots for raw in token.certificates)
    except MalformedStamp:
        return False


def check_root(data: bytes) -> bytes:
    """``data`` if it is a certificate in DER. Raises MalformedStamp."""
    _certificate(data)
    return data


@lru_cache(maxsize=64)
def _certificate(data: bytes) -> Certificate:
    """Remembered, because all tokens of one authority hold the same few."""
    from cryptography.x509 import load_der_x509_certificate

    try:
        found = load_der_x509_certificate(data)
        _ = found.issuer, found.subject, found.public_key(), found.signature_hash_algorithm, found.extensions
    except Exception as error:  # noqa: BLE001 - the library has several ways to refuse a certificate
        raise MalformedStamp(f"a certificate cannot be read: {str(error)[:200]}") from None
    return found


def _check_strength(token: StampToken, roots: Sequence[Certificate]) -> None:
    held = [(_certificate(raw), raw) for raw in token.certificates]  # also one that plays no part
    digest, signature = token.algorithms
    if digest not in _SIGNATURES.get(signature, ()):
        raise VerificationStamp(
            f"the token is signed by {' and '.join(token.algorithms)}; accepted are RSA and elliptic curves with SHA-2"
        )
    # Otherwise whether it holds would hang on what the library of the day can compute.
    if digest not in token.listed or not _LISTED.issuperset(token.listed):
        raise VerificationStamp(
            f"the token lists {', '.join(token.listed) or 'no digest algorithm'}"
            f"; it must list {digest}, and none but SHA-1 and SHA-2"
        )
    signers = [(item, raw) for item, raw in held if (item.issuer.public_bytes(), item.serial_number) == token.signer]
    if len(signers) != 1:
        raise VerificationStamp(f"the token holds {len(signers)} certificates of its signer, not one")
    signer, raw = signers[0]
    for kind, named in token.certificate_hashes.items():
        hashed = {SHA1: lambda: sha1(raw).digest(), SHA256: lambda: sha256(raw)}.get(kind)
        if hashed is None or hashed() != named:
            raise VerificationStamp("the signed attributes name another certificate than the one that signed")
    way: list[Certificate] = [signer]
    seen: list[Certificate] = []
    while way:
        item = way.pop()
        seen.append(item)
        _check_certificate(item)
        way += [other for other, _ in held if other.subject == item.issuer and other not in seen and other not in way]
    for root in roots:
        _check_key(root)


def _check_certificate(certificate: Certificate) -> None:
    """Its key, and the hash with which others vouch for it; nobody vouches for a root but itself."""
    hashed = certificate.signature_hash_algorithm
    if certificate.issuer != certificate.subject and (hashed is None or hashed.name not in _STRONG):
        name = certificate.subject.rfc4514_string()[:80]
        raise VerificationStamp(f"the certificate of {name} is signed with {hashed.name if hashed else 'no hash'}")
    _check_key(certificate)


def _check_key(certificate: Certificate) -> None:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    key, name = certificate.public_key(), certificate.subject.rfc4514_string()[:80]
    if not isinstance(key, RSAPublicKey | EllipticCurvePublicKey):
        raise VerificationStamp(f"the key of {name} is neither RSA nor of an elliptic curve")
    least = _LEAST_RSA_BITS if isinstance(key, RSAPublicKey) else _LEAST_BITS
    if key.key_size < least:
        raise VerificationStamp(f"the key of {name} has {key.key_size} bits; at least {least} are asked for")


def _verify_signed(token: StampToken, message: bytes, roots: Sequence[Certificate]) -> None:
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    # The library reads whole responses: a granted one around the token.
    granted = der.encode(der.SEQUENCE, der.encode(der.SEQUENCE, der.encode_integer(0)), token.signed_der())
    try:
        response = decode_timestamp_response(granted)
    except Exception as error:  # noqa: BLE001 - it refuses with several classes
        raise MalformedStamp(f"the token cannot be read: {str(error)[:200]}") from None
    try:
        VerifierBuilder(roots=list(roots)).build().verify(response, sha256(message))
    except (VerificationError, ValueError) as error:
        found = _WHY.search(str(error))
        raise VerificationStamp(f"the token does not hold: {found[1] if found else str(error)[:120]}") from None
