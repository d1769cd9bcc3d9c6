"""Leaves of the log (docs/spec/log.md, "Leaves"; frozen).

    statement leaf, 69 bytes: index key (32) || SHA-256(signed statement) || 00000020 || 01
    index leaf, 65 bytes:     "habeas/index/v1\\n" || size (8) || rule (8) || trie root (32) || 00

The trailing bytes are the C2SP tlog-addenda suffix: one digest at offset 0x20, or none. The key
stands in the leaf itself, so that withholding the bytes changes neither tree nor index.
"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.encoding import MAX_INTEGER, sha256
from ledger.errors import Malformed, MalformedLeaf, VerificationSignature
from ledger.merkle import hash_leaf
from ledger.statement import SignedStatement, parse, verify_signature

NO_KEY = bytes(32)
STATEMENT_LEAF_BYTES = 69
INDEX_LEAF_BYTES = 65
_SUFFIX = bytes.fromhex("0000002001")
_INDEX_PREFIX = b"habeas/index/v1\n"
NO_INDEX = 0
INDEX_V1 = 1
_COMPANY_KINDS = frozenset({"company.key_bound", "company.key_revoked"})


def case_key(case_id: bytes, author: bytes) -> bytes:
    """Index key of one author's list in one case: SHA-256(05 || case id || author)."""
    return sha256(b"\x05" + case_id + author)


def company_key(author: bytes, company: str) -> bytes:
    """Index key of one author's key bindings for a domain: SHA-256(04 || author || domain)."""
    return sha256(b"\x04" + author + company.encode("ascii"))


def index_key(signed: SignedStatement, origin: str) -> bytes:
    """The index key of a statement in the ledger ``origin``; 32 zero bytes if not indexable.

    Indexable is a property of the bytes and the origin alone (DESIGN 6): the signature must recover
    to the author and the statement must belong to this ledger.
    """
    statement = signed.statement
    if statement.ledger != origin:
        return NO_KEY
    try:
        verify_signature(signed)
    except VerificationSignature:
        return NO_KEY
    case_id = statement.case_id
    if statement.kind in _COMPANY_KINDS and statement.company is not None:
        return company_key(statement.author, statement.company)
    return NO_KEY if case_id is None else case_key(case_id, statement.author)


def index_key_of_bytes(raw: bytes, origin: str) -> bytes:
    """``index_key`` of any bytes at all: zero where they are no canonical signed statement."""
    try:
        return index_key(parse(raw), origin)
    except Malformed:
        return NO_KEY


@dataclass(frozen=True, slots=True)
class StatementLeaf:
    """``key`` and ``digest`` (SHA-256 of the signed statement), 32 bytes each."""

    key: bytes
    digest: bytes

    def encode(self) -> bytes:
        """The 69 bytes. Raises MalformedLeaf."""
        if len(self.key) != 32 or len(self.digest) != 32:
            raise MalformedLeaf(f"key and digest have {len(self.key)} and {len(self.digest)} bytes; each must have 32")
        return self.key + self.digest + _SUFFIX

    def hash(self) -> bytes:
        """The RFC 9162 leaf hash."""
        return hash_leaf(self.encode())


@dataclass(frozen=True, slots=True)
class IndexLeaf:
    """What the operator claims of the index of the first ``size`` leaves.

    Rule 0 claims nothing and has a zero root; rule 1 is the trie of DESIGN 6.
    """

    size: int
    rule: int
    root: bytes

    def encode(self) -> bytes:
        """The 65 bytes. Raises MalformedLeaf for values that ``parse_leaf`` refuses."""
        _check_index_leaf(self)
        return _INDEX_PREFIX + self.size.to_bytes(8) + self.rule.to_bytes(8) + self.root + b"\x00"

    def hash(self) -> bytes:
        """The RFC 9162 leaf hash."""
        return hash_leaf(self.encode())


def statement_leaf(signed: SignedStatement, origin: str) -> StatementLeaf:
    """The leaf of a signed statement in the ledger ``origin``."""
    return StatementLeaf(index_key(signed, origin), signed.digest)


def parse_leaf(data: bytes) -> StatementLeaf | IndexLeaf:
    """Either kind of leaf, by exact length and constant bytes. Raises MalformedLeaf."""
    if len(data) == STATEMENT_LEAF_BYTES and data.endswith(_SUFFIX):
        return StatementLeaf(data[:32], data[32:64])
    if len(data) == INDEX_LEAF_BYTES and data.startswith(_INDEX_PREFIX) and data[64] == 0:
        return _parse_index_leaf(data)
    raise MalformedLeaf(f"{len(data)} bytes are neither a statement leaf (69) nor an index leaf (65) with its suffix")


def _parse_index_leaf(data: bytes) -> IndexLeaf:
    leaf = IndexLeaf(int.from_bytes(data[16:24]), int.from_bytes(data[24:32]), data[32:64])
    _check_index_leaf(leaf)
    return leaf


def _check_index_leaf(leaf: IndexLeaf) -> None:
    if not 0 <= leaf.size <= MAX_INTEGER:
        raise MalformedLeaf(f"index leaf of size {leaf.size}; it must be 0 to 2^53-1")
    if leaf.rule not in (NO_INDEX, INDEX_V1):
        raise MalformedLeaf(f"index rule {leaf.rule} is not known; rules 0 and 1 are")
    if leaf.rule == NO_INDEX and any(leaf.root):
        raise MalformedLeaf("an index leaf of rule 0 claims no index, so its root must be 32 zero bytes")
    if len(leaf.root) != 32:
        raise MalformedLeaf(f"the root in an index leaf has {len(leaf.root)} bytes, not 32")
