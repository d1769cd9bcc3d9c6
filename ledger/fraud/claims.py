"""What each claim of a fraud proof must show (docs/spec/fraud.md, "Claims").

By now the parts are proven: whose trees they are, what the index says, where the leaves stand. Each function
raises VerificationFraud for what an honest log can meet too, and returns where none can.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ledger.anchor import Submitted
from ledger.encoding import encode_instant, sha256
from ledger.errors import HabeasError, Malformed, MalformedIndex, VerificationFraud
from ledger.fraud.proof import FraudProof, IndexPart, LeafPart
from ledger.index import IndexEntry, check_list, parse_list
from ledger.leaf import INDEX_V1, NO_INDEX, NO_KEY, IndexLeaf, StatementLeaf, index_key_of_bytes, parse_leaf
from ledger.merkle import hash_leaf, roots_from_prefix


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree that the operator is bound to; ``genesis`` and ``complete_to`` where he anchored it."""

    size: int
    root: bytes
    genesis: bytes | None = None
    complete_to: int | None = None
    at_home: bool = False


@dataclass
class Shown:
    """What was proven of a fraud proof's parts so far; the claim is judged by this alone."""

    proof: FraudProof
    trees: dict[str, Tree] = field(default_factory=dict)
    """By the name of the head: ``head``, ``other_head``."""
    submitted: tuple[int, Submitted] | None = None
    """Time of the block, and the event."""
    index_leaf: IndexLeaf | None = None
    leaves: dict[str, bytes] = field(default_factory=dict)
    """Bytes of ``leaf`` and ``other_leaf``."""

    def is_complete(self) -> bool:
        """Whether every head and submission of the file is proven."""
        heads = 1 if self.proof.other_head is None else 2
        return len(self.trees) == heads and (self.proof.submitted is None) == (self.submitted is None)


def verify_claim(shown: Shown) -> None:
    """Raise VerificationFraud unless what is shown is what no honest operator can have made."""
    {
        "omitted": _omitted,
        "foreign": _foreign,
        "malformed": _malformed,
        "fork": _fork,
        "last_leaf": _last_leaf,
    }[shown.proof.claim](shown)


# --- step 8.1 -------------------------------------------------------------------------------------


def _omitted(shown: Shown) -> None:
    if shown.submitted is not None:
        _omitted_submission(shown, *shown.submitted)
        return
    claim, part, leaf = _index_leaf(shown), _index(shown), _leaf(shown)
    raw = leaf.raw or b""
    _check_key(raw, part, shown.proof.ledger)  # (a)
    if leaf.index >= claim.size:  # (b)
        raise VerificationFraud(f"leaf {leaf.index} is not among the first {claim.size}, which the index covers")
    entry = IndexEntry(leaf.index, hash_leaf(shown.leaves["leaf"]))
    if entry in _entries(part):  # (c)
        raise VerificationFraud(f"the statement at index {leaf.index} stands in the list, so nothing was left out")


def _omitted_submission(shown: Shown, seconds: int, event: Submitted) -> None:
    claim, part, tree = _index_leaf(shown), _index(shown), shown.trees["head"]
    _check_key(event.statement, part, shown.proof.ledger)  # (a)
    if event.key != part.key:
        raise VerificationFraud(f"ticket {event.ticket} was given another key than that of its bytes; it is not listed")
    if tree.complete_to is None or not tree.at_home:  # (b)
        raise VerificationFraud("only an anchor on the home chain says how far direct submissions are in its tree")
    if claim.size != tree.size - 1:  # (c)
        raise VerificationFraud(f"the index of size {claim.size} does not end the anchored tree of {tree.size} leaves")
    if seconds >= tree.complete_to:  # (d)
        raise VerificationFraud(
            f"ticket {event.ticket} was taken at {encode_instant(seconds)}; the anchor is complete only to before"
            f" {encode_instant(tree.complete_to)}"
        )
    if event.leaf_hash in {entry.leaf_hash for entry in _entries(part)}:  # (e)
        raise VerificationFraud(f"the submission of ticket {event.ticket} stands in the list, so nothing was left out")


def _check_key(raw: bytes, part: IndexPart, origin: str) -> None:
    key = index_key_of_bytes(raw, origin)
    if key == NO_KEY:
        raise VerificationFraud("the bytes shown are not indexable, so no list has to name them")
    if key != part.key:
        raise VerificationFraud(f"the statement belongs under key {key.hex()}, the list shown under {part.key.hex()}")


# --- step 8.2 -------------------------------------------------------------------------------------


def _foreign(shown: Shown) -> None:
    claim, part, leaf = _index_leaf(shown), _index(shown), _leaf(shown)
    data = shown.leaves["leaf"]
    listed = {entry.leaf_hash for entry in _entries(part) if entry.index == leaf.index}
    if not listed:  # (a)
        raise VerificationFraud(f"the list does not name index {leaf.index}")
    if leaf.index >= claim.size:
        raise VerificationFraud(f"leaf {leaf.index} is not among the first {claim.size}; that is the claim malformed")
    if listed != {hash_leaf(data)}:  # (b)
        return
    try:
        parsed = parse_leaf(data)
    except Malformed:
        return
    if isinstance(parsed, IndexLeaf) or parsed.key != part.key:  # (c)
        return
    _check_raw(parsed, leaf, part, shown.proof.ledger)  # (d)


def _check_raw(parsed: StatementLeaf, leaf: LeafPart, part: IndexPart, origin: str) -> None:
    if leaf.raw is None:
        raise VerificationFraud(f"leaf {leaf.index} is the one listed and has the list's key; no bytes show another")
    if sha256(leaf.raw) != parsed.digest:
        raise VerificationFraud(f"the bytes shown are not those that leaf {leaf.index} commits to")
    if index_key_of_bytes(leaf.raw, origin) == part.key:
        raise VerificationFraud(f"leaf {leaf.index} and its bytes belong under the key, so nothing foreign is listed")


# --- step 8.3 -------------------------------------------------------------------------------------


def _malformed(shown: Shown) -> None:
    claim, part = _index_leaf(shown), _index(shown)
    if part.key == NO_KEY:  # (a)
        return
    try:
        check_list(parse_list(part.entries or b""), claim.size)  # (b)
    except MalformedIndex:
        return
    raise VerificationFraud(f"the list under {part.key.hex()} has a form that a list can have")


# --- step 8.4 -------------------------------------------------------------------------------------


def _fork(shown: Shown) -> None:
    small, large, path = shown.trees["head"], shown.trees["other_head"], shown.proof.consistency
    if shown.proof.leaf is not None and shown.proof.other_leaf is not None:  # (a)
        if shown.proof.leaf.index != shown.proof.other_leaf.index:
            raise VerificationFraud("the two leaves stand at different places")
        if shown.leaves["leaf"] == shown.leaves["other_leaf"]:
            raise VerificationFraud(f"both trees hold the same leaf at index {shown.proof.leaf.index}")
        return
    if path is None:  # (b)
        if small.size != large.size:
            raise VerificationFraud(f"trees of {small.size} and {large.size} leaves differ; a path must relate them")
        if small.root == large.root:
            raise VerificationFraud(f"both heads name the same tree of {small.size} leaves")
        return
    try:
        old, new = roots_from_prefix(small.size, large.size, path)  # (c)
    except HabeasError as error:
        raise VerificationFraud(str(error)) from None
    if new != large.root:
        raise VerificationFraud(f"the path leads to root {new.hex()}, not to that of the tree of {large.size} leaves")
    if old == small.root:
        raise VerificationFraud(f"the tree of {large.size} leaves extends the one of {small.size}")


# --- step 8.5 -------------------------------------------------------------------------------------


def _last_leaf(shown: Shown) -> None:
    tree = shown.trees["head"]
    last = _ending(shown, "leaf", _leaf(shown), tree)  # (a)
    if shown.proof.other_leaf is None:
        if last is not None and last.size == tree.size - 1:  # (b)
            raise VerificationFraud(f"the tree of {tree.size} leaves ends in the index leaf that names {last.size}")
        return
    earlier = shown.trees["other_head"]
    before = _ending(shown, "other_leaf", shown.proof.other_leaf, earlier)
    if earlier.genesis != tree.genesis or earlier.size >= tree.size:  # (c)
        raise VerificationFraud("the other tree was not anchored before this one on the same chain")
    if before is None or before.rule != INDEX_V1 or last is None or last.rule != NO_INDEX:
        raise VerificationFraud("the anchored trees do not end in rule 1 and then in rule 0")


def _ending(shown: Shown, name: str, part: LeafPart, tree: Tree) -> IndexLeaf | None:
    """The index leaf that ends an anchored tree; None where what ends it is none."""
    if tree.genesis is None:
        raise VerificationFraud("only an anchored tree must end in an index leaf")
    if part.index != tree.size - 1:
        raise VerificationFraud(f"leaf {part.index} is not the last of {tree.size}")
    try:
        leaf = parse_leaf(shown.leaves[name])
    except Malformed:
        return None
    return leaf if isinstance(leaf, IndexLeaf) else None


# --- parts ----------------------------------------------------------------------------------------


def _entries(part: IndexPart) -> Sequence[IndexEntry]:
    try:
        return parse_list(part.entries or b"")
    except MalformedIndex as error:
        raise VerificationFraud(f"{error}; that is the claim malformed") from None


def _index_leaf(shown: Shown) -> IndexLeaf:
    assert shown.index_leaf is not None, "step 6.1 passed"
    return shown.index_leaf


def _index(shown: Shown) -> IndexPart:
    assert shown.proof.index is not None, "the claim's form has one"
    return shown.proof.index


def _leaf(shown: Shown) -> LeafPart:
    assert shown.proof.leaf is not None, "the claim's form has one"
    return shown.proof.leaf
