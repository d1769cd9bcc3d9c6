"""The fraud proof: one small file that shows a stranger what a ledger's operator cannot have done honestly.

A container like the bundle (docs/spec/fraud.md, version 1): ``parse`` reads it and proves nothing; what it is
worth is said by ``ledger.fraud.procedure``. A *head* is what binds the operator to a tree: a checkpoint that
the log's key signed, or the anchoring of its address. The functions below make one proof each; who makes one
verifies it before showing it to anybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ledger.anchor import ReceiptProof
from ledger.encoding import (
    Json,
    JsonObject,
    encode_base64,
    encode_hex,
    encode_json,
    is_int,
    parse_hex,
    parse_json,
    require_members,
)
from ledger.errors import MalformedFraudProof, MalformedStatement
from ledger.parts import RECEIPT, PartReader, encode_path, encode_receipt
from ledger.statement import parse_origin

VERSION = 1
MEDIA_TYPE = "application/vnd.habeas.fraud+json"
MAX_BYTES = 8_388_608
MAX_DEPTH = 5
START = b'{"claim":'
"""How every fraud proof begins and no bundle does: members are sorted, and a bundle has no ``claim``."""

Claim = Literal["omitted", "foreign", "malformed", "fork", "last_leaf"]
CLAIMS: tuple[Claim, ...] = ("omitted", "foreign", "malformed", "fork", "last_leaf")
Path: TypeAlias = tuple[bytes, ...]

_ALWAYS = frozenset({"habeas_fraud", "ledger", "claim"})
_LISTED = frozenset({"head", "index", "leaf"})
_LISTED_FORMS = (_LISTED, _LISTED | {"other_head"}, _LISTED | {"other_head", "consistency"})
_TWO_LEAVES = frozenset({"head", "leaf", "other_head", "other_leaf"})
_FORMS: Mapping[Claim, tuple[frozenset[str], ...]] = {
    "omitted": (*_LISTED_FORMS, frozenset({"head", "index", "submitted"})),
    "foreign": _LISTED_FORMS,
    "malformed": (frozenset({"head", "index"}),),
    "fork": (frozenset({"head", "other_head"}), frozenset({"head", "other_head", "consistency"}), _TWO_LEAVES),
    "last_leaf": (frozenset({"head", "leaf"}), _TWO_LEAVES),
}
_PARTS = frozenset().union(*(form for forms in _FORMS.values() for form in forms))
_READ = PartReader(MalformedFraudProof)
_INDEX = frozenset({"leaf", "path", "key", "proof"})
_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SignedHead:
    """The tree that a checkpoint names; ``note`` is the signed note's bytes."""

    note: bytes


@dataclass(frozen=True, slots=True)
class AnchoredHead:
    """The tree that an ``Anchored`` event names, on the home chain or on the one whose genesis hash is given."""

    proof: ReceiptProof
    genesis: bytes | None = None


Head: TypeAlias = SignedHead | AnchoredHead


@dataclass(frozen=True, slots=True)
class IndexPart:
    """What an index leaf of the head's tree says of one key.

    ``leaf`` are the index leaf's bytes and ``path`` their inclusion at the index that they name; ``proof`` is the
    search path of ``key``; ``entries`` the list's bytes, None where the index is said to have none.
    """

    leaf: bytes
    path: Path
    key: bytes
    proof: bytes
    entries: bytes | None


@dataclass(frozen=True, slots=True)
class LeafPart:
    """The leaf at ``index`` of a head's tree.

    ``leaf`` are its bytes, None where they follow from ``raw``: the signed statement beside the leaf, or any bytes.
    """

    index: int
    path: Path
    leaf: bytes | None = None
    raw: bytes | None = None


@dataclass(frozen=True, slots=True)
class FraudProof:
    """A claim and what shows it. Beside an ``index``, ``leaf`` stands in the tree of ``other_head`` if there is one."""

    ledger: str
    claim: Claim
    head: Head
    other_head: Head | None = None
    consistency: Path | None = None
    index: IndexPart | None = None
    leaf: LeafPart | None = None
    other_leaf: LeafPart | None = None
    submitted: ReceiptProof | None = None

    def encode(self) -> bytes:
        """The canonical bytes; ``parse_fraud`` gives the proof back."""
        value: JsonObject = {
            "habeas_fraud": VERSION,
            "ledger": self.ledger,
            "claim": self.claim,
            "head": _encode_head(self.head),
        }
        if self.other_head is not None:
            value["other_head"] = _encode_head(self.other_head)
        if self.consistency is not None:
            value["consistency"] = encode_path(self.consistency)
        if self.index is not None:
            value["index"] = _encode_index(self.index)
        if self.leaf is not None:
            value["leaf"] = _encode_leaf(self.leaf)
        if self.other_leaf is not None:
            value["other_leaf"] = _encode_leaf(self.other_leaf)
        if self.submitted is not None:
            value["submitted"] = encode_receipt(self.submitted)
        return encode_json(value)


# --- making ---------------------------------------------------------------------------------------


def omitted(
    ledger: str,
    head: Head,
    index: IndexPart,
    statement: LeafPart,
    other_head: Head | None = None,
    consistency: Path | None = None,
) -> FraudProof:
    """The index of ``head`` lacks a statement (``raw`` without ``leaf``) that the log held before it.

    The statement's place is shown in the tree of ``other_head`` where there is one; ``consistency`` leads from
    the smaller of the two trees to the larger.
    """
    return FraudProof(ledger, "omitted", head, other_head, consistency, index, statement)


def omitted_submission(ledger: str, head: AnchoredHead, index: IndexPart, submitted: ReceiptProof) -> FraudProof:
    """The index of the anchored ``head`` lacks a direct submission that its ``completeTo`` covers."""
    return FraudProof(ledger, "omitted", head, index=index, submitted=submitted)


def foreign(
    ledger: str,
    head: Head,
    index: IndexPart,
    leaf: LeafPart,
    other_head: Head | None = None,
    consistency: Path | None = None,
) -> FraudProof:
    """The index of ``head`` lists at ``leaf.index`` what does not stand there, or does not belong under the key."""
    return FraudProof(ledger, "foreign", head, other_head, consistency, index, leaf)


def malformed(ledger: str, head: Head, index: IndexPart) -> FraudProof:
    """The index of ``head`` holds under a key what can be no list, or holds anything under the zero key."""
    return FraudProof(ledger, "malformed", head, index=index)


def fork(ledger: str, head: Head, other_head: Head, prefix: Path | None = None) -> FraudProof:
    """Two trees of which the larger (``other_head``) does not extend the smaller.

    ``prefix`` is the larger tree's own prefix path (``merkle.prefix_path``); None for trees of one size.
    """
    return FraudProof(ledger, "fork", head, other_head, prefix)


def fork_at_leaf(ledger: str, head: Head, leaf: LeafPart, other_head: Head, other_leaf: LeafPart) -> FraudProof:
    """Two trees that hold different leaves at one index: shown without any help of the operator."""
    return FraudProof(ledger, "fork", head, other_head, leaf=leaf, other_leaf=other_leaf)


def last_leaf(ledger: str, head: AnchoredHead, leaf: LeafPart) -> FraudProof:
    """The anchored tree of ``head`` does not end in the index leaf that names its size."""
    return FraudProof(ledger, "last_leaf", head, leaf=leaf)


def rule_withdrawn(
    ledger: str, head: AnchoredHead, leaf: LeafPart, earlier: AnchoredHead, earlier_leaf: LeafPart
) -> FraudProof:
    """The anchored tree of ``head`` ends in rule 0, although the ``earlier`` one ended in rule 1."""
    return FraudProof(ledger, "last_leaf", head, earlier, leaf=leaf, other_leaf=earlier_leaf)


# --- reading --------------------------------------------------------------------------------------


def is_fraud_proof(data: bytes) -> bool:
    """Whether ``data`` can only be a fraud proof; a canonical bundle never begins like this."""
    return data.startswith(START)


def parse_fraud(data: bytes) -> FraudProof:
    """Parse a fraud proof; steps 1 to 5 of docs/spec/fraud.md, "Reading".

    Raises MalformedSize, MalformedJson or MalformedFraudProof.
    """
    value = parse_json(data, limit=MAX_BYTES, depth=MAX_DEPTH)  # step 1
    members = require_members(value, _ALWAYS, _PARTS, MalformedFraudProof, "the fraud proof")  # step 2
    if not is_int(members["habeas_fraud"]) or members["habeas_fraud"] != VERSION:
        raise MalformedFraudProof(f"habeas_fraud must be {VERSION}; a newer version needs a newer verifier")
    try:
        ledger = parse_origin(members["ledger"])
    except MalformedStatement as error:
        raise MalformedFraudProof(str(error)) from None
    claim = _parse_claim(members)  # step 3
    proof = FraudProof(  # step 4
        ledger=ledger,
        claim=claim,
        head=_parse_head(members["head"], "head"),
        other_head=_parse_head(members["other_head"], "other_head") if "other_head" in members else None,
        consistency=_READ.path(members, "consistency", "the fraud proof") if "consistency" in members else None,
        index=_parse_index(members["index"], claim) if "index" in members else None,
        leaf=_parse_leaf(members["leaf"], claim, "leaf") if "leaf" in members else None,
        other_leaf=_parse_leaf(members["other_leaf"], claim, "other_leaf") if "other_leaf" in members else None,
        submitted=_parse_receipt(members["submitted"], "submitted") if "submitted" in members else None,
    )
    if proof.encode() != data:  # step 5
        raise MalformedFraudProof("not canonical: encoding what was read gives other bytes")
    return proof


def _parse_claim(members: Mapping[str, Json]) -> Claim:
    given = members["claim"]
    for claim in CLAIMS:
        if given == claim:
            shown = members.keys() - _ALWAYS
            if shown in _FORMS[claim]:
                return claim
            forms = "; or ".join(", ".join(sorted(form)) for form in _FORMS[claim])
            raise MalformedFraudProof(
                f"{claim} is shown with {forms}; not with {', '.join(sorted(shown)) or 'nothing'}"
            )
    raise MalformedFraudProof(f"claim must be {', '.join(CLAIMS[:-1])} or {CLAIMS[-1]}, not {str(given)[:40]!r}")


def _parse_head(value: Json, where: str) -> Head:
    members = require_members(value, _NONE, frozenset({"checkpoint", "anchor", "genesis"}), MalformedFraudProof, where)
    if set(members) == {"checkpoint"}:
        return SignedHead(_READ.binary(members, "checkpoint", where))
    if set(members) not in ({"anchor"}, {"anchor", "genesis"}):
        raise MalformedFraudProof(f"{where} is a checkpoint, or an anchor on the home chain or on that of a genesis")
    proof = _parse_receipt(members["anchor"], f"{where}: anchor")
    if "genesis" not in members:
        return AnchoredHead(proof)
    return AnchoredHead(proof, parse_hex(members["genesis"], 32, MalformedFraudProof, f"{where}: genesis"))


def _parse_index(value: Json, claim: Claim) -> IndexPart:
    # Only an omission can be shown by the absence of a whole list.
    required = _INDEX if claim == "omitted" else _INDEX | {"entries"}
    members = require_members(value, required, frozenset({"entries"}), MalformedFraudProof, "index")
    return IndexPart(
        leaf=_READ.binary(members, "leaf", "index"),
        path=_READ.path(members, "path", "index"),
        key=parse_hex(members["key"], 32, MalformedFraudProof, "index: key"),
        proof=_READ.binary(members, "proof", "index"),
        entries=_READ.binary(members, "entries", "index") if "entries" in members else None,
    )


def _parse_leaf(value: Json, claim: Claim, where: str) -> LeafPart:
    # An omitted statement's leaf is computed from its bytes; a leaf that is shown may come without any.
    required = frozenset({"index", "path", "bytes" if claim == "omitted" else "leaf"})
    optional = frozenset({"bytes"}) if claim == "foreign" else _NONE
    members = require_members(value, required, optional, MalformedFraudProof, where)
    return LeafPart(
        index=_READ.integer(members, "index", where),
        path=_READ.path(members, "path", where),
        leaf=_READ.binary(members, "leaf", where) if "leaf" in members else None,
        raw=_READ.binary(members, "bytes", where) if "bytes" in members else None,
    )


def _parse_receipt(value: Json, where: str) -> ReceiptProof:
    return _READ.receipt(require_members(value, RECEIPT, _NONE, MalformedFraudProof, where), where)


def _encode_head(head: Head) -> JsonObject:
    if isinstance(head, SignedHead):
        return {"checkpoint": encode_base64(head.note)}
    value: JsonObject = {"anchor": encode_receipt(head.proof)}
    if head.genesis is not None:
        value["genesis"] = encode_hex(head.genesis)
    return value


def _encode_index(part: IndexPart) -> JsonObject:
    value: JsonObject = {
        "leaf": encode_base64(part.leaf),
        "path": encode_path(part.path),
        "key": encode_hex(part.key),
        "proof": encode_base64(part.proof),
    }
    if part.entries is not None:
        value["entries"] = encode_base64(part.entries)
    return value


def _encode_leaf(part: LeafPart) -> JsonObject:
    value: JsonObject = {"index": part.index, "path": encode_path(part.path)}
    if part.leaf is not None:
        value["leaf"] = encode_base64(part.leaf)
    if part.raw is not None:
        value["bytes"] = encode_base64(part.raw)
    return value
