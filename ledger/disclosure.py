"""Disclosures: how an author opens a private text to whom he chooses (RFC 9901, section 4.2.1).

A disclosure is the base64url text of the JSON array ``[salt, name, value]``; a signed statement
carries only its digest. The digest is over the *encoded* text, so that text is kept verbatim and
JSON white space or escapes never matter. Format and numbered steps: docs/spec/disclosure.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from ledger.encoding import (
    MAX_INTEGER,
    Json,
    JsonObject,
    check_depth,
    encode_base64url,
    is_int,
    parse_base64url,
    require_members,
)
from ledger.encoding import sha256 as hash_bytes
from ledger.errors import Malformed, MalformedDisclosure, MalformedSize, VerificationDisclosure

MAX_ENCODED = 65_536
MAX_NAME = 100
SALT_BYTES = 16
_DEPTH = 32

_SALT = re.compile(r"[A-Za-z0-9_-]{22,128}")
_RESERVED = frozenset({"_sd", "..."})
_FILE_MEMBERS = frozenset({"bytes", "media_type", "name", "sha256"})
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
# An opened value is printed to an auditor's terminal: control characters could rewrite the lines around it.
_NOT_IN_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_NOT_IN_NAME = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class FileValue:
    """A file that the author keeps: only its facts are disclosed, the bytes are handed over beside."""

    length: int
    """Size in bytes (JSON member ``bytes``)."""
    media_type: str
    """Lower-case ``type/subtype`` without parameters, 1 to 127 characters each (RFC 6838, section 4.2)."""
    name: str
    """File name without any folder, 1 to 255 characters."""
    sha256: str
    """SHA-256 of the bytes, 64 lower-case hexadecimal digits."""

    @classmethod
    def of(cls, data: bytes, media_type: str, name: str) -> Self:
        """The facts of ``data``. Raises MalformedDisclosure for an unusable name or media type."""
        value = cls(len(data), media_type, name, hash_bytes(data).hex())
        _check_file(value)
        return value

    def encode(self) -> JsonObject:
        """The value as it stands in the disclosure."""
        return {"bytes": self.length, "media_type": self.media_type, "name": self.name, "sha256": self.sha256}


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One opened private field."""

    salt: str
    """At least 128 random bits as base64url text; without it the digest could be guessed."""
    name: str
    """What the value is, 1 to 100 characters."""
    value: str | FileValue
    encoded: str
    """The base64url text exactly as its author made it; the digest is over these characters."""

    @classmethod
    def parse(cls, encoded: str) -> Self:
        """Read one disclosure. Raises MalformedSize or MalformedDisclosure."""
        # Step 1: the limit first, so that nothing large is ever decoded.
        if len(encoded) > MAX_ENCODED:
            raise MalformedSize(f"the disclosure has {len(encoded)} characters; at most {MAX_ENCODED} are accepted")
        # Step 2
        data = parse_base64url(encoded, MalformedDisclosure, "the disclosure")
        # Steps 3 and 4
        items = _parse_array(data)
        # Step 5
        salt = _check_salt(items[0])
        # Step 6
        name = _check_name(items[1])
        # Step 7
        return cls(salt, name, _parse_value(items[2]), encoded)

    @classmethod
    def make(cls, salt: bytes, name: str, value: str | FileValue) -> Self:
        """A new disclosure in our one spelling: compact JSON, UTF-8, members in alphabetical order.

        ``salt`` is 16 bytes from a cryptographic random source, fresh for every disclosure.
        """
        if len(salt) != SALT_BYTES:
            raise MalformedDisclosure(f"the salt has {len(salt)} bytes; it must have {SALT_BYTES}")
        item: Json
        if isinstance(value, FileValue):
            _check_file(value)
            item = value.encode()
        else:
            item = _check_text(value)
        array = [encode_base64url(salt), _check_name(name), item]
        text = json.dumps(array, separators=(",", ":"), ensure_ascii=False)
        return cls.parse(encode_base64url(text.encode("utf-8")))

    @property
    def digest(self) -> str:
        """The 43 characters that stand in the statement's ``digests``."""
        return digest(self.encoded)


def digest(encoded: str) -> str:
    """base64url SHA-256 of the ASCII characters of an encoded disclosure (RFC 9901, section 4.2.3).

    It is defined for every encoded text, also for values that ``Disclosure.parse`` refuses.
    """
    if not encoded.isascii():
        raise MalformedDisclosure("the disclosure must be ASCII: unpadded base64url")
    return encode_base64url(hash_bytes(encoded.encode("ascii")))


def match_disclosures(encoded: Sequence[str], digests: Iterable[str]) -> tuple[Disclosure, ...]:
    """The disclosures, in the order given, each proven to belong to one of ``digests``.

    Digests that nobody opens are no error: opening is the author's choice. Raises
    VerificationDisclosure for a disclosure that belongs to no digest or is listed twice
    (RFC 9901, section 7.1), and what ``Disclosure.parse`` raises.
    """
    known = frozenset(digests)
    seen: set[str] = set()
    opened = []
    for position, text in enumerate(encoded):
        disclosure = Disclosure.parse(text)
        # Step 8
        found = disclosure.digest
        if found not in known:
            raise VerificationDisclosure(
                f"disclosure {position} has the digest {found}, which none of the {len(known)} digests shown equals"
            )
        # Step 9
        if found in seen:
            raise VerificationDisclosure(f"disclosure {position} with the digest {found} is listed twice")
        seen.add(found)
        opened.append(disclosure)
    return tuple(opened)


def _parse_array(data: bytes) -> list[Json]:
    try:
        check_depth(data, _DEPTH)
        value: Json = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_unique_members,
            parse_int=_parse_integer,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
        )
    except (ValueError, Malformed) as error:
        raise MalformedDisclosure(f"the disclosure is not UTF-8 JSON: {str(error)[:200]}") from None
    if not isinstance(value, list):
        raise MalformedDisclosure("the disclosure must be a JSON array [salt, name, value]")
    if len(value) == 2:
        raise MalformedDisclosure(
            "the disclosure has 2 members, so it opens an array element (RFC 9901, section 4.2.2); "
            "statements have none: it must be [salt, name, value]"
        )
    if len(value) != 3:
        raise MalformedDisclosure(f"the disclosure has {len(value)} members; it must be [salt, name, value]")
    return value


def _unique_members(pairs: list[tuple[str, Json]]) -> JsonObject:
    members = dict(pairs)
    if len(members) != len(pairs):
        # Parsers differ in which one wins, so two readers could see two different files.
        raise ValueError("an object names a member twice")
    return members


def _parse_integer(text: str) -> int:
    # 17 digits are more than 2^53 - 1 needs; longer ones could cost quadratic time.
    if text.startswith("-") or len(text) > 17 or int(text) > MAX_INTEGER:
        _refuse_number(text)
    return int(text)


def _refuse_number(text: str) -> Json:
    raise ValueError(f"{text[:40]} is not an integer from 0 to 2^53-1")


def _check_salt(item: Json) -> str:
    if not isinstance(item, str) or not _SALT.fullmatch(item):
        raise MalformedDisclosure(
            "the salt must be 22 to 128 base64url characters: 22 hold 128 bits, "
            "and with fewer the value could be guessed"
        )
    return item


def _check_name(item: Json) -> str:
    if not isinstance(item, str) or not 1 <= len(item) <= MAX_NAME:
        raise MalformedDisclosure(f"the name must be a text of 1 to {MAX_NAME} characters")
    if item in _RESERVED:
        raise MalformedDisclosure(f'the name "{item}" is reserved by RFC 9901; choose another')
    bad = _NOT_IN_NAME.search(item)
    if bad:
        raise MalformedDisclosure(
            f"the name holds U+{ord(bad[0]):04X} at {bad.start()}; control characters are refused"
        )
    return item


def _check_text(item: str) -> str:
    bad = _NOT_IN_TEXT.search(item)
    if bad:
        raise MalformedDisclosure(
            f"the value holds U+{ord(bad[0]):04X} at {bad.start()}; "
            "of control characters only tab and line ends are accepted"
        )
    return item


def _parse_value(item: Json) -> str | FileValue:
    if isinstance(item, str):
        return _check_text(item)
    if not isinstance(item, dict):
        raise MalformedDisclosure("the value must be a text or a file object with bytes, media_type, name and sha256")
    members = require_members(item, _FILE_MEMBERS, frozenset(), MalformedDisclosure, "the file value")
    length, media_type = members["bytes"], members["media_type"]
    name, digest_hex = members["name"], members["sha256"]
    if not isinstance(length, int) or not is_int(length):
        raise MalformedDisclosure("bytes of the file value must be an integer from 0 to 2^53-1")
    if not isinstance(media_type, str) or not isinstance(name, str) or not isinstance(digest_hex, str):
        raise MalformedDisclosure("media_type, name and sha256 of the file value must be texts")
    value = FileValue(length, media_type, name, digest_hex)
    _check_file(value)
    return value


def _check_file(value: FileValue) -> None:
    if not 0 <= value.length <= MAX_INTEGER:
        raise MalformedDisclosure("bytes of the file value must be an integer from 0 to 2^53-1")
    if not _MEDIA_TYPE.fullmatch(value.media_type):
        raise MalformedDisclosure(
            "media_type of the file value must be like application/pdf, lower case, no parameters, 127 characters each"
        )
    # A reader may save the file under this name: it must never leave the folder he chose.
    if not 1 <= len(value.name) <= 255 or value.name in {".", ".."} or re.search(r"[/\\]", value.name):
        raise MalformedDisclosure("name of the file value must be 1 to 255 characters without / and \\, not . or ..")
    if _NOT_IN_NAME.search(value.name):
        raise MalformedDisclosure("name of the file value must hold no control characters and no U+2028 or U+2029")
    if not _SHA256.fullmatch(value.sha256):
        raise MalformedDisclosure("sha256 of the file value must be 64 lower-case hexadecimal digits")
