"""The statement: the one thing people and companies write (docs/spec/statement.md, frozen v1).

    signed statement = JCS of {"signature", "statement"}     at most 8,192 bytes, 4 levels
    statement id     = SHA-256(JCS(statement))
    case id          = the id of its case.opened statement
    signature        = EIP-712 over the id and the members a wallet shows

``parse`` accepts exactly the bytes that ``encode`` gives. It checks the envelope of any kind; the
closed facts schema of a known kind is ``check_facts``, because a statement that breaks it is still
a leaf of the log when it was forced in. ``verify_signature`` proves the author.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from coincurve import PrivateKey, PublicKey

from ledger.encoding import (
    MAX_INTEGER,
    Json,
    JsonObject,
    check_limits,
    encode_hex,
    encode_json,
    is_int,
    parse_hex,
    parse_json,
    require_members,
    sha256,
)
from ledger.errors import MalformedFacts, MalformedSignature, MalformedStatement, VerificationSignature
from ledger.evm import keccak256
from ledger.kinds import KINDS, check_facts, is_domain

MAX_SIGNED_BYTES = 8192
MAX_DEPTH = 4
MAX_DIGESTS = 64
VERSION = 1
CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141

_ORIGIN = re.compile(r"[!-*,-~]{1,100}")
_KIND = re.compile(r"[a-z_.]{1,40}")
# The last of 43 characters carries 4 bits of the digest and 2 zero bits: one spelling of four.
_DIGEST = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")

_DOMAIN_TYPE = keccak256(b"EIP712Domain(string name,string version)")
DOMAIN_HASH = keccak256(_DOMAIN_TYPE + keccak256(b"Habeas") + keccak256(b"1"))
TYPE_HASH = keccak256(
    b"Statement(string ledger,string kind,string company,bytes32 caseId,bytes32 recentBlock,bytes32 content)"
)
_STATEMENT_AT = len(b'{"signature":"0x' + bytes(130) + b'","statement":')
_REQUIRED = frozenset({"habeas", "ledger", "kind", "recent_block", "facts", "digests", "author"})
_OPTIONAL = frozenset({"case", "company"})


@lru_cache(maxsize=1024)
def _hash_text(text: str) -> bytes:
    """Keccak-256 of one of the few texts that nearly all statements share."""
    return keccak256(text.encode())


@lru_cache(maxsize=1024)
def _recover(signature: bytes, message: bytes) -> bytes:
    """The address whose key signed the hash ``message``. Remembered, because every bundle of a ledger shows the
    statements that opened it and that bound its keys."""
    recoverable = signature[:64] + bytes([signature[64] - 27])
    try:
        public = PublicKey.from_signature_and_message(recoverable, message, hasher=None)
    except Exception as error:  # noqa: BLE001 - coincurve raises bare Exception when no point is recovered
        raise VerificationSignature(f"no key made this signature: {error}") from None
    return address_of(public)


@dataclass(frozen=True, slots=True)
class RecentBlock:
    """The newest final block that the author was shown: the lower bound of the signature."""

    hash: bytes
    number: int


@dataclass(frozen=True)
class Statement:
    """What is said. ``case`` is 32 bytes, ``author`` 20, ``facts`` plain JSON."""

    ledger: str
    kind: str
    case: bytes | None
    company: str | None
    recent_block: RecentBlock
    facts: Mapping[str, Json]
    digests: tuple[str, ...]
    author: bytes

    def to_json(self) -> JsonObject:
        """The statement as plain JSON."""
        value: JsonObject = {
            "habeas": VERSION,
            "ledger": self.ledger,
            "kind": self.kind,
            "recent_block": {"hash": encode_hex(self.recent_block.hash), "number": self.recent_block.number},
            "facts": dict(self.facts),
            "digests": list(self.digests),
            "author": encode_hex(self.author),
        }
        if self.case is not None:
            value["case"] = encode_hex(self.case)
        if self.company is not None:
            value["company"] = self.company
        return value

    def encode(self) -> bytes:
        """JCS(statement), the bytes that the id hashes."""
        return encode_json(self.to_json())

    @cached_property
    def id(self) -> bytes:
        """SHA-256(JCS(statement)), 32 bytes."""
        return sha256(self.encode())

    @cached_property
    def is_understood(self) -> bool:
        """Whether this version knows the kind and the facts fit its closed schema."""
        try:
            check_facts(self.kind, self.facts)
        except MalformedFacts:
            return False
        return self.kind in KINDS

    @property
    def case_id(self) -> bytes | None:
        """The case this statement belongs to: its own id for ``case.opened``."""
        return self.id if self.kind == "case.opened" else self.case

    def struct_hash(self) -> bytes:
        """EIP-712 ``hashStruct``, 32 bytes; an absent case is 32 zero bytes, an absent company ""."""
        return keccak256(
            TYPE_HASH
            + _hash_text(self.ledger)
            + _hash_text(self.kind)
            + _hash_text(self.company or "")
            + (self.case or bytes(32))
            + self.recent_block.hash
            + self.id
        )

    def signing_hash(self) -> bytes:
        """The EIP-712 hash that the author signs, 32 bytes."""
        return keccak256(b"\x19\x01" + DOMAIN_HASH + self.struct_hash())


@dataclass(frozen=True)
class SignedStatement:
    """A statement and its 65-byte signature r || s || v. ``raw`` are the exact bytes."""

    statement: Statement
    signature: bytes
    raw: bytes

    @property
    def id(self) -> bytes:
        """The statement id."""
        return self.statement.id

    @cached_property
    def digest(self) -> bytes:
        """SHA-256 of the signed statement: the address of its bytes beside the tree."""
        return sha256(self.raw)

    @cached_property
    def signer(self) -> bytes:
        """The 20-byte address that made the signature, whoever the author is said to be.

        Kept once computed: recovery is by far the dearest step of recording and of verifying.
        Raises VerificationSignature where no key made it.
        """
        return _recover(self.signature, self.statement.signing_hash())


def encode(statement: Statement, signature: bytes) -> bytes:
    """JCS of ``{"signature", "statement"}``."""
    return encode_json({"signature": encode_hex(signature), "statement": statement.to_json()})


def parse(data: bytes) -> SignedStatement:
    """Parse a signed statement of any kind: canonical, exact envelope.

    Raises MalformedSize, MalformedJson, MalformedStatement or MalformedSignature.
    """
    return _parse_signed(parse_json(data, limit=MAX_SIGNED_BYTES, depth=MAX_DEPTH), data)  # steps 1 to 4


def parse_embedded(value: Json) -> SignedStatement:
    """A signed statement as a part of canonical JSON that was parsed already: the checks of ``parse``.

    What is inside canonical JSON is canonical, so its bytes need not be parsed again.
    """
    data = encode_json(value)
    check_limits(data, limit=MAX_SIGNED_BYTES, depth=MAX_DEPTH)
    return _parse_signed(value, data)


def _parse_signed(value: Json, data: bytes) -> SignedStatement:
    both = frozenset({"signature", "statement"})
    members = require_members(value, both, frozenset(), MalformedStatement, "the signed statement")  # 5
    signature = parse_signature(members["signature"])  # 6
    statement = parse_statement(members["statement"])  # 7
    # Canonical bytes hold the statement's own at one place, so its id need not wait for another encoding.
    vars(statement)["id"] = sha256(data[_STATEMENT_AT:-1])
    return SignedStatement(statement, signature, data)


def parse_statement(value: Json) -> Statement:
    """The envelope from plain JSON. Raises MalformedStatement."""
    members = require_members(value, _REQUIRED, _OPTIONAL, MalformedStatement, "the statement")
    if not is_int(members["habeas"]) or members["habeas"] != VERSION:
        raise MalformedStatement(f"habeas must be the integer {VERSION}, the format version")
    kind = members["kind"]
    if not isinstance(kind, str) or not _KIND.fullmatch(kind):
        raise MalformedStatement("kind must be 1 to 40 characters of a-z, _ and .")
    facts = members["facts"]
    if not isinstance(facts, dict):
        raise MalformedStatement("facts must be an object, {} where there are none")
    _refuse_null(facts, "facts")
    _check_presence(kind, members)
    return Statement(
        ledger=parse_origin(members["ledger"]),
        kind=kind,
        case=parse_hex(members["case"], 32, MalformedStatement, "case") if "case" in members else None,
        company=_parse_company(members["company"]) if "company" in members else None,
        recent_block=_parse_recent_block(members["recent_block"]),
        facts=facts,
        digests=_parse_digests(members["digests"]),
        author=parse_hex(members["author"], 20, MalformedStatement, "author"),
    )


def parse_origin(value: Json) -> str:
    """A ledger's origin: 1 to 100 bytes U+0021 to U+007E without ``+``."""
    if isinstance(value, str) and _ORIGIN.fullmatch(value):
        return value
    raise MalformedStatement("ledger must be 1 to 100 printable ASCII characters without space and +")


def parse_signature(value: Json) -> bytes:
    """65 bytes r || s || v, the one canonical spelling. Raises MalformedSignature.

    v is 27 or 28 and s is low: otherwise one signature has four spellings, and each would be
    another leaf for the same words.
    """
    signature = parse_hex(value, 65, MalformedSignature, "signature")
    r, s, v = int.from_bytes(signature[:32]), int.from_bytes(signature[32:64]), signature[64]
    if v not in (27, 28):
        raise MalformedSignature(f"v is {v}; only 27 and 28 are accepted")
    if not 1 <= r < CURVE_ORDER:
        raise MalformedSignature("r is outside 1 to n-1")
    if not 1 <= s <= CURVE_ORDER // 2:
        raise MalformedSignature("s is outside 1 to n/2 (high s); sign with low s")
    return signature


def _refuse_null(value: Json, where: str) -> None:
    if value is None:
        raise MalformedStatement(f"{where} is null; a fact that does not apply is left out")
    if isinstance(value, dict):
        for name, member in value.items():
            if member is None or isinstance(member, (dict, list)):
                _refuse_null(member, f"{where}.{name}")
    elif isinstance(value, list):
        for number, member in enumerate(value):
            _refuse_null(member, f"{where}[{number}]")


def _check_presence(kind: str, members: Mapping[str, Json]) -> None:
    schema = KINDS.get(kind)
    if schema is None:
        return
    if schema.has_case != ("case" in members):
        raise MalformedStatement(f"case must be {'present' if schema.has_case else 'absent'} in {kind}")
    if schema.company != "optional" and (schema.company == "required") != ("company" in members):
        raise MalformedStatement(f"company must be {'present' if schema.company == 'required' else 'absent'} in {kind}")


def _parse_company(value: Json) -> str:
    if isinstance(value, str) and is_domain(value):
        return value
    raise MalformedStatement("company must be a lower-case DNS name of two labels or more, IDN as A-labels")


def _parse_recent_block(value: Json) -> RecentBlock:
    both = frozenset({"hash", "number"})
    members = require_members(value, both, frozenset(), MalformedStatement, "recent_block")
    number = members["number"]
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= MAX_INTEGER:
        raise MalformedStatement("recent_block.number must be an integer from 0 to 2^53-1")
    return RecentBlock(parse_hex(members["hash"], 32, MalformedStatement, "recent_block.hash"), number)


def _parse_digests(value: Json) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MAX_DIGESTS:
        raise MalformedStatement(f"digests must be a list of at most {MAX_DIGESTS}")
    digests = []
    for number, digest in enumerate(value):
        if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
            raise MalformedStatement(f"digests[{number}] must be 43 characters of canonical base64url")
        digests.append(digest)
    if digests != sorted(set(digests)):
        raise MalformedStatement("digests must be ascending, each once")
    return tuple(digests)


def address_of(public: PublicKey) -> bytes:
    """The 20-byte address of a secp256k1 public key."""
    return keccak256(public.format(compressed=False)[1:])[-20:]


def sign(statement: Statement, private_key: bytes) -> SignedStatement:
    """Sign with a 32-byte secp256k1 key; the author must be that key's address.

    coincurve signs deterministically (RFC 6979) with low s. What is signed is parsed again, so that
    nobody signs bytes that no verifier accepts; raises what ``parse`` raises.
    """
    key = PrivateKey(private_key)
    if address_of(key.public_key) != statement.author:
        raise VerificationSignature(f"the key is not the key of author {encode_hex(statement.author)}")
    recoverable = key.sign_recoverable(statement.signing_hash(), hasher=None)
    signature = recoverable[:64] + bytes([27 + recoverable[64]])
    return parse(encode(statement, signature))


def verify_signature(signed: SignedStatement) -> bytes:
    """The author's 20-byte address, proven by the signature. Raises VerificationSignature."""
    signer = signed.signer  # step 9
    if signer != signed.statement.author:
        raise VerificationSignature(
            f"signed by {encode_hex(signer)}, but the author is {encode_hex(signed.statement.author)}"
        )
    return signer
