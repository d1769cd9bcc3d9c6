"""The bundle: one file that convinces a stranger (docs/spec/bundle.md, version 1).

``parse`` reads the container and the statements in it; nothing is proven yet. Parts are addressed
by leaf index, tree size and block hash, never by position, so that taking one part out leaves the
others readable: what is missing is "not checked", never an error and never a pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ledger.anchor import ReceiptProof
from ledger.encoding import (
    MAX_INTEGER,
    Json,
    JsonObject,
    encode_base64,
    encode_hex,
    encode_json,
    is_int,
    parse_base64,
    parse_hex,
    parse_json,
    require_members,
    sha256,
)
from ledger.errors import MalformedBundle, MalformedStatement
from ledger.evm import keccak256
from ledger.parts import RECEIPT, PartReader, encode_path, encode_receipt
from ledger.statement import SignedStatement, parse_embedded, parse_origin

VERSION = 1
MEDIA_TYPE = "application/vnd.habeas.bundle+json"
MAX_BYTES = 8_388_608
MAX_DEPTH = 9
MAX_TOKENS = 16
"""Most time-stamp tokens over one checkpoint."""
MAX_AUTHORS = 16
"""Most authors whom an asker may name, beside the parties that a server knows."""

_NONE: frozenset[str] = frozenset()
_REQUIRED = frozenset({"habeas_bundle", "ledger", "case"})
_PARTS = frozenset({
    "statements", "anchors", "blocks", "checkpoint", "disclosures", "submitted", "index", "replay", "stamps", "files",
})  # fmt: skip
_READ = PartReader(MalformedBundle)


@dataclass(frozen=True, slots=True)
class ShownStatement:
    """A signed statement at leaf ``index``, and its inclusion in the anchored tree of ``size``.

    ``size`` and ``path`` are None where the bundle does not show where it was anchored.
    """

    index: int
    signed: SignedStatement
    size: int | None
    path: tuple[bytes, ...] | None


@dataclass(frozen=True, slots=True)
class ShownAnchor:
    """The anchoring of the tree of ``size``: the receipt, and the index leaf that ends the tree."""

    size: int
    proof: ReceiptProof
    index_leaf: bytes | None
    path: tuple[bytes, ...] | None


@dataclass(frozen=True, slots=True)
class ShownList:
    """What the index says of one key: the search path, and the list it leads to, None where there is none."""

    proof: bytes
    entries: bytes | None


@dataclass(frozen=True, slots=True)
class ShownIndex:
    """The index at the anchored tree of ``size``: lists by key."""

    size: int
    lists: Mapping[bytes, ShownList]


@dataclass(frozen=True, slots=True)
class ShownReplay:
    """A checkpoint that auditors cosigned, and the path of the index leaf of ``index.size`` in its tree."""

    checkpoint: bytes
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class ShownStamps:
    """A checkpoint that the log signed, and time-stamp tokens over it, ascending by SHA-256."""

    checkpoint: bytes
    tokens: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Bundle:
    """Everything shown about one case. ``blocks`` maps block hash to header RLP."""

    ledger: str
    case: bytes
    statements: Mapping[int, ShownStatement]
    anchors: Mapping[int, ShownAnchor]
    blocks: Mapping[bytes, bytes]
    checkpoint: bytes | None
    disclosures: tuple[str, ...]
    submitted: Mapping[int, ReceiptProof]
    """Ticket number to the receipt of its ``Submitted`` event."""
    index: ShownIndex | None = None
    replay: ShownReplay | None = None
    stamps: Mapping[int, ShownStamps] = field(default_factory=dict)
    """Size of a tree to what time-stamp authorities say of it."""
    files: Mapping[bytes, bytes] = field(default_factory=dict)
    """SHA-256 (32 bytes), as an opened file disclosure names it, to the file's bytes."""

    def encode(self) -> bytes:
        """The canonical bytes."""
        value: JsonObject = {"habeas_bundle": VERSION, "ledger": self.ledger, "case": encode_hex(self.case)}
        if self.statements:
            value["statements"] = {str(index): _encode_statement(item) for index, item in self.statements.items()}
        if self.anchors:
            value["anchors"] = {str(size): _encode_anchor(item) for size, item in self.anchors.items()}
        if self.blocks:
            value["blocks"] = [encode_base64(self.blocks[name]) for name in sorted(self.blocks)]
        if self.checkpoint is not None:
            value["checkpoint"] = encode_base64(self.checkpoint)
        if self.disclosures:
            value["disclosures"] = list(self.disclosures)
        if self.submitted:
            value["submitted"] = {str(ticket): encode_receipt(item) for ticket, item in self.submitted.items()}
        if self.index is not None:
            lists: JsonObject = {encode_hex(key): _encode_list(item) for key, item in self.index.lists.items()}
            value["index"] = {"size": self.index.size, "lists": lists}
        if self.replay is not None:
            value["replay"] = {
                "checkpoint": encode_base64(self.replay.checkpoint),
                "path": encode_path(self.replay.path),
            }
        if self.stamps:
            value["stamps"] = {str(size): _encode_stamps(item) for size, item in self.stamps.items()}
        if self.files:
            value["files"] = {encode_hex(name): encode_base64(data) for name, data in self.files.items()}
        return encode_json(value)


def parse_bundle(data: bytes) -> Bundle:
    """Parse a bundle: canonical JSON, known members, statements canonical.

    Raises MalformedSize, MalformedJson, MalformedBundle, MalformedStatement or MalformedSignature.
    """
    value = parse_json(data, limit=MAX_BYTES, depth=MAX_DEPTH)  # step 1
    members = require_members(value, _REQUIRED, _PARTS, MalformedBundle, "the bundle")  # step 2
    if not is_int(members["habeas_bundle"]) or members["habeas_bundle"] != VERSION:
        raise MalformedBundle(f"habeas_bundle must be {VERSION}; a newer version needs a newer verifier")
    try:  # step 3
        ledger = parse_origin(members["ledger"])
    except MalformedStatement as error:
        raise MalformedBundle(str(error)) from None
    _refuse_empty(members)
    return Bundle(
        ledger=ledger,
        case=parse_hex(members["case"], 32, MalformedBundle, "case"),
        statements={index: _parse_statement(index, item) for index, item in _numbered(members, "statements")},
        anchors={size: _parse_anchor(size, item) for size, item in _numbered(members, "anchors")},
        blocks=_parse_blocks(_list(members, "blocks")),
        checkpoint=_READ.binary(members, "checkpoint", "the bundle") if "checkpoint" in members else None,
        disclosures=tuple(_parse_texts(_list(members, "disclosures"))),
        submitted={
            ticket: _parse_proof(item, f"submitted {ticket}") for ticket, item in _numbered(members, "submitted")
        },
        index=_parse_index(members["index"]) if "index" in members else None,
        replay=_parse_replay(members["replay"]) if "replay" in members else None,
        stamps={size: _parse_stamps(size, item) for size, item in _numbered(members, "stamps")},
        files=_parse_files(members.get("files", {})),
    )


def _refuse_empty(members: Mapping[str, Json]) -> None:
    """Canonical or rejected: an empty part and no part would be two spellings of one bundle.

    With this, with blocks in order and with each value in its one spelling, what was parsed encodes to
    the same bytes; the tests encode it, because doing so here would take a tenth of all verifying.
    """
    empty = sorted(name for name in _PARTS & members.keys() if members[name] in ({}, []))
    if empty:
        raise MalformedBundle(f"not canonical: {', '.join(empty)} is empty; leave empty parts out")


def _encode_statement(item: ShownStatement) -> JsonObject:
    value: JsonObject = {
        "signed": {
            "signature": encode_hex(item.signed.signature),
            "statement": item.signed.statement.to_json(),
        }
    }
    if item.size is not None:
        value["size"] = item.size
    if item.path is not None:
        value["path"] = encode_path(item.path)
    return value


def _encode_anchor(item: ShownAnchor) -> JsonObject:
    value = encode_receipt(item.proof)
    if item.index_leaf is not None:
        value["index_leaf"] = encode_base64(item.index_leaf)
    if item.path is not None:
        value["path"] = encode_path(item.path)
    return value


def _encode_list(item: ShownList) -> JsonObject:
    value: JsonObject = {"proof": encode_base64(item.proof)}
    if item.entries is not None:
        value["entries"] = encode_base64(item.entries)
    return value


def _encode_stamps(item: ShownStamps) -> JsonObject:
    tokens: list[Json] = [encode_base64(token) for token in sorted(item.tokens, key=sha256)]
    return {"checkpoint": encode_base64(item.checkpoint), "tokens": tokens}


def _numbered(members: Mapping[str, Json], name: str) -> Iterable[tuple[int, Json]]:
    value = members.get(name, {})
    if not isinstance(value, dict):
        raise MalformedBundle(f"{name} must be an object keyed by decimal numbers")
    for key, item in value.items():
        if not key.isdecimal() or len(key) > 16 or str(int(key)) != key or int(key) > MAX_INTEGER:
            raise MalformedBundle(f"{name} has the key {key[:40]!r}; keys are decimal numbers without leading zeros")
        yield int(key), item


def _parse_statement(index: int, value: Json) -> ShownStatement:
    where = f"statement {index}"
    members = require_members(value, frozenset({"signed"}), frozenset({"size", "path"}), MalformedBundle, where)
    size = _READ.integer(members, "size", where) if "size" in members else None
    path = _READ.path(members, "path", where) if "path" in members else None
    return ShownStatement(index, parse_embedded(members["signed"]), size, path)


def _parse_anchor(size: int, value: Json) -> ShownAnchor:
    where = f"anchor {size}"
    members = dict(require_members(value, RECEIPT, frozenset({"index_leaf", "path"}), MalformedBundle, where))
    leaf = _READ.binary(members, "index_leaf", where) if "index_leaf" in members else None
    path = _READ.path(members, "path", where) if "path" in members else None
    return ShownAnchor(size, _READ.receipt(members, where), leaf, path)


def _parse_proof(value: Json, where: str) -> ReceiptProof:
    return _READ.receipt(require_members(value, RECEIPT, _NONE, MalformedBundle, where), where)


def _parse_index(value: Json) -> ShownIndex:
    members = require_members(value, frozenset({"size", "lists"}), _NONE, MalformedBundle, "index")
    lists = members["lists"]
    if not isinstance(lists, dict):
        raise MalformedBundle("index: lists must be an object keyed by index keys")
    shown = {parse_hex(key, 32, MalformedBundle, "a key of index"): _parse_list(item) for key, item in lists.items()}
    return ShownIndex(_READ.integer(members, "size", "index"), shown)


def _parse_list(value: Json) -> ShownList:
    where = "a list of index"
    members = require_members(value, frozenset({"proof"}), frozenset({"entries"}), MalformedBundle, where)
    entries = _READ.binary(members, "entries", where) if "entries" in members else None
    return ShownList(_READ.binary(members, "proof", where), entries)


def _parse_replay(value: Json) -> ShownReplay:
    members = require_members(value, frozenset({"checkpoint", "path"}), _NONE, MalformedBundle, "replay")
    return ShownReplay(_READ.binary(members, "checkpoint", "replay"), _READ.path(members, "path", "replay"))


def _parse_stamps(size: int, value: Json) -> ShownStamps:
    where = f"stamps {size}"
    members = require_members(value, frozenset({"checkpoint", "tokens"}), _NONE, MalformedBundle, where)
    listed = _list(members, "tokens")
    if not 1 <= len(listed) <= MAX_TOKENS:
        raise MalformedBundle(f"{where}: tokens must be a list of 1 to {MAX_TOKENS}")
    tokens = tuple(parse_base64(token, MalformedBundle, f"{where}: a token") for token in listed)
    hashes = [sha256(token) for token in tokens]
    if hashes != sorted(set(hashes)):
        raise MalformedBundle(f"not canonical: {where}: tokens must be ascending by SHA-256, each once")
    return ShownStamps(_READ.binary(members, "checkpoint", where), tokens)


def _parse_files(value: Json) -> Mapping[bytes, bytes]:
    """Whether the bytes have the SHA-256 under which they stand is a check (10.1), not a matter of form."""
    if not isinstance(value, dict):
        raise MalformedBundle("files must be an object keyed by SHA-256")
    return {
        parse_hex(name, 32, MalformedBundle, "a key of files"): parse_base64(data, MalformedBundle, f"file {name}")
        for name, data in value.items()
    }


def _parse_blocks(values: Sequence[Json]) -> Mapping[bytes, bytes]:
    headers = [parse_base64(value, MalformedBundle, "a block") for value in values]
    blocks = {keccak256(header): header for header in headers}
    if list(blocks) != sorted(blocks) or len(blocks) != len(headers):
        raise MalformedBundle("not canonical: blocks must be ascending by hash, each once")
    return blocks


def _parse_texts(values: Sequence[Json]) -> Iterable[str]:
    for value in values:
        if not isinstance(value, str):
            raise MalformedBundle("disclosures must be a list of base64url texts")
        yield value


def _list(members: Mapping[str, Json], name: str) -> list[Json]:
    value = members.get(name, [])
    if not isinstance(value, list):
        raise MalformedBundle(f"{name} must be a list")
    return value
