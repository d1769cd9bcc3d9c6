"""What a case file holds beside the owner's statements: answers of attesters, and files that wait for a statement."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from ledger import statement
from ledger.disclosure import Disclosure
from ledger.encoding import (
    Json,
    JsonObject,
    encode_hex,
    encode_instant,
    parse_base64url,
    parse_hex,
    parse_instant,
    require_members,
)
from ledger.errors import HabeasError, MalformedKey
from ledger.statement import SignedStatement

_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Attested:
    """What one attester said of a statement, and what it handed back."""

    statement: bytes
    """Id of the statement that it is about."""
    signed: tuple[SignedStatement, ...]
    """Its ``evidence.attested`` statements, under its own key."""
    disclosures: tuple[Disclosure, ...] = ()
    """Private fields behind the digests that these name, such as the attester's own DNS capture."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A private field for a file that no statement commits to yet."""

    kept_at: datetime
    disclosure: Disclosure


def check_attested(item: Attested, ids: Collection[bytes], ledger: str, case: bytes) -> None:
    """Raises a HabeasError unless the item is consistent with the case's statements ``ids``."""
    if item.statement not in ids:
        raise MalformedKey(f"an attester's answer is about {encode_hex(item.statement)}, which is not in the case file")
    named = {encode_hex(item.statement)}
    digests: set[Json] = set()
    for signed in item.signed:
        said = signed.statement
        statement.verify_signature(signed)
        if said.kind != "evidence.attested" or said.case != case or said.ledger != ledger:
            raise MalformedKey("an attester's answer must be evidence.attested in the same case and ledger")
        if said.facts.get("statement") not in named:
            raise MalformedKey("an attester's statement is about another statement than its place in the case file")
        digests.add(said.facts.get("digest"))
    for disclosure in item.disclosures:
        if digest_hex(disclosure) not in digests:
            raise MalformedKey("a private field of an attester's answer has a digest that no statement of it names")


def digest_hex(disclosure: Disclosure) -> str:
    """The digest of a disclosure as 0x and 64 hexadecimal digits, as ``evidence.attested`` names it."""
    return encode_hex(parse_base64url(disclosure.digest, MalformedKey, "a digest"))


def attested_json(item: Attested) -> JsonObject:
    """As it stands in the case file."""
    return {
        "disclosures": [disclosure.encoded for disclosure in item.disclosures],
        "signed": [signed.raw.decode("ascii") for signed in item.signed],
        "statement": encode_hex(item.statement),
    }


def parse_attested(value: Json) -> Attested:
    """Raises MalformedKey."""
    where = "an attester's answer in the case file"
    members = require_members(value, frozenset({"disclosures", "signed", "statement"}), _NOTHING, MalformedKey, where)
    signed, disclosures = _texts(members["signed"], where), _texts(members["disclosures"], where)
    try:
        return Attested(
            parse_hex(members["statement"], 32, MalformedKey, f"statement of {where}"),
            tuple(statement.parse(text.encode("ascii")) for text in signed),
            tuple(Disclosure.parse(text) for text in disclosures),
        )
    except HabeasError as error:
        raise MalformedKey(f"{where}: {error}") from None


def waiting_json(item: Waiting) -> JsonObject:
    """As it stands in the case file."""
    return {"disclosure": item.disclosure.encoded, "kept_at": encode_instant(int(item.kept_at.timestamp()))}


def parse_waiting(value: Json) -> Waiting:
    """Raises MalformedKey."""
    where = "a waiting file of the case file"
    members = require_members(value, frozenset({"disclosure", "kept_at"}), _NOTHING, MalformedKey, where)
    [text] = _texts([members["disclosure"]], where)
    try:
        disclosure = Disclosure.parse(text)
    except HabeasError as error:
        raise MalformedKey(f"{where}: {error}") from None
    return Waiting(parse_instant(members["kept_at"], MalformedKey, f"kept_at of {where}"), disclosure)


def _texts(value: Json, where: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item.isascii() for item in value):
        raise MalformedKey(f"{where} must hold lists of ASCII texts")
    return [str(item) for item in value]
