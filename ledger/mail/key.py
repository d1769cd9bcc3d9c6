"""The key record of a DKIM selector, and what is known of it at receipt (docs/spec/mail.md, "Key record")."""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Literal, Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from ledger.ed25519 import check_public_key
from ledger.encoding import sha256
from ledger.errors import Malformed, MalformedKey, MalformedKeyRecord

MAX_RECORD = 8_192
MAX_BITS = 8_192
"""Longer RSA keys cost a verifier milliseconds each and are used by nobody."""

Origin = Literal["dnssec", "quorum", "part_quorum", "single", "archive", "recovered", "none"]
Status = Literal["found", "revoked", "missing", "unknown"]
KeyType = Literal["rsa", "ed25519"]

_TAG = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
# Python calls more bytes white space than mail does, such as a form feed: they would be passed over.
_SPACE = " \t\r\n"
_NOT_IN_TAGS = re.compile(rb"[^\t\r\n -~]")
# Not left to Python: its releases differ in which padding they accept.
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_ED25519_BYTES = 32


@dataclass(frozen=True, slots=True)
class KeyAtReceipt:
    """What is known of one selector's key for the time at which a mail was received."""

    domain: str
    selector: str
    status: Status
    """``missing``: the domain answered that there is none. ``unknown``: nobody could ask or nobody agreed."""
    record: bytes | None
    """The TXT record, its strings joined."""
    origin: Origin
    first_seen: datetime | None


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A TXT record of ``<selector>._domainkey.<domain>`` (RFC 6376, section 3.6.1; RFC 8463)."""

    type: KeyType
    public: bytes
    """The decoded ``p=``; empty for a revoked key."""
    bits: int
    """Of the RSA modulus; 256 for Ed25519; 0 for a revoked key."""
    exponent: int
    """Of an RSA key, 0 otherwise."""
    hashes: frozenset[str] | None
    """``h=``; None allows all."""
    services: frozenset[str]
    testing: bool
    """``t=y``: the domain says that it only tries the key."""
    same_domain: bool
    """``t=s``: the identity ``i=`` must be of exactly the domain ``d=``."""
    digests: frozenset[bytes]
    """SHA-256 of the key in each of its spellings, so that a published key is known in either."""

    @classmethod
    def parse(cls, txt: bytes) -> Self:
        """Read a record. Raises MalformedKeyRecord, and no other exception."""
        if len(txt) > MAX_RECORD:
            raise MalformedKeyRecord(f"the key record has {len(txt)} bytes; at most {MAX_RECORD} are accepted")
        tags = parse_tags(txt, MalformedKeyRecord, "the key record")
        if tags.get("v", "DKIM1") != "DKIM1":
            raise MalformedKeyRecord(f"v= of the key record is {tags['v'][:40]!r}; it must be DKIM1")
        if "v" in tags and next(iter(tags)) != "v":
            raise MalformedKeyRecord("v= of the key record must come first")
        if "p" not in tags:
            raise MalformedKeyRecord("the key record has no p=; a revoked key has an empty one")
        kind = _key_type(tags.get("k", "rsa"))
        public = decode_base64(tags["p"], MalformedKeyRecord, "p= of the key record")
        bits, exponent, digests = _examine(kind, public) if public else (0, 0, frozenset[bytes]())
        flags = _list(tags.get("t", ""))
        return cls(
            type=kind,
            public=public,
            bits=bits,
            exponent=exponent,
            hashes=_list(tags["h"]) if "h" in tags else None,
            services=_list(tags.get("s", "*")),
            testing="y" in flags,
            same_domain="s" in flags,
            digests=digests,
        )

    @property
    def revoked(self) -> bool:
        """Whether ``p=`` is empty: the domain says that this key is no longer its own."""
        return not self.public

    @property
    def digest(self) -> bytes:
        """SHA-256 of the decoded ``p=``, 32 bytes."""
        return sha256(self.public)


def parse_tags(data: bytes, error: type[Malformed], where: str, wide: str = "") -> Mapping[str, str]:
    """The tags of a tag list (RFC 6376, section 3.2) in their order, values without space around them.

    The value of the tag ``wide`` may hold UTF-8 (RFC 8616).
    """
    bad = _NOT_IN_TAGS.search(data if data.isascii() or not wide else _without_utf8(data, wide))
    if bad:
        raise error(f"byte {bad.start()} of {where} is 0x{bad[0][0]:02x}; it must be printable ASCII or folding")
    text = data.decode("utf-8")
    tags: dict[str, str] = {}
    specs = text.split(";")
    if not specs[-1].strip(_SPACE):
        specs.pop()
    for spec in specs:
        name, equals, value = spec.partition("=")
        name = name.strip(_SPACE)
        if not equals or not _TAG.fullmatch(name):
            raise error(f"{spec.strip(_SPACE)[:40]!r} in {where} is no tag: name=value")
        if name in tags:
            raise error(f"{where} has {name}= twice; readers differ in which one counts")
        tags[name] = value.strip(_SPACE)
    return tags


def _without_utf8(data: bytes, wide: str) -> bytes:
    """``data`` with an x for each byte of UTF-8 in the value of one tag."""
    specs = data.split(b";")
    for number, spec in enumerate(specs):
        name, equals, value = spec.partition(b"=")
        if name.strip(b" \t\r\n") == wide.encode("ascii") and _is_utf8(value):
            specs[number] = name + equals + re.sub(rb"[^\x00-\x7f]", b"x", value)
    return b";".join(specs)


def _is_utf8(value: bytes) -> bool:
    try:
        return bool(value.decode("utf-8"))
    except ValueError:
        return False


def decode_base64(text: str, error: type[Malformed], where: str) -> bytes:
    """RFC 4648, section 4, with white space anywhere, as in folded fields; unused bits are not looked at."""
    plain = re.sub(r"[ \t\r\n]+", "", text)
    if not _BASE64.fullmatch(plain):
        raise error(f"{where} is not base64: groups of four characters, and = only as the last one needs it")
    return binascii.a2b_base64(plain)


def _list(value: str) -> frozenset[str]:
    return frozenset(item.strip().lower() for item in value.split(":") if item.strip())


def _key_type(text: str) -> KeyType:
    if text == "rsa":
        return "rsa"
    if text == "ed25519":
        return "ed25519"
    raise MalformedKeyRecord(f"k= of the key record is {text[:40]!r}; rsa and ed25519 are understood")


def _examine(kind: KeyType, public: bytes) -> tuple[int, int, frozenset[bytes]]:
    """Bits, exponent and the digests of all spellings of a key."""
    if kind == "ed25519":
        if len(public) != _ED25519_BYTES:
            raise MalformedKeyRecord(f"the Ed25519 key has {len(public)} bytes; it must have {_ED25519_BYTES}")
        try:
            check_public_key(public, "the record")
        except MalformedKey as error:
            raise MalformedKeyRecord(str(error)) from None
        return 256, 0, frozenset({sha256(public)})
    key = load_rsa(public)
    numbers = key.public_numbers()
    spellings = {
        public,
        key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        key.public_bytes(Encoding.DER, PublicFormat.PKCS1),
    }
    return key.key_size, numbers.e, frozenset(sha256(spelling) for spelling in spellings)


@lru_cache(64)
def load_rsa(public: bytes) -> RSAPublicKey:
    """An RSA key as SubjectPublicKeyInfo or as bare RSAPublicKey. Raises MalformedKeyRecord."""
    try:
        key = load_der_public_key(public)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise MalformedKeyRecord(f"p= of the key record is no RSA key: {str(error)[:120]}") from None
    if not isinstance(key, RSAPublicKey):
        raise MalformedKeyRecord("p= of the key record holds a key of another type than RSA")
    if key.key_size > MAX_BITS:
        raise MalformedKeyRecord(f"the RSA key has {key.key_size} bits; at most {MAX_BITS} are accepted")
    return key
