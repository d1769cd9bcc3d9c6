"""Contradictions between bundles of one ledger, as fraud proofs (docs/spec/fraud.md, "Two bundles").

Two files that cannot both come from one honest log show a stranger what neither shows alone. Every
accusation that the parts of the files allow is put together and then judged by ``ledger.fraud.procedure``:
only what is proven there, or conditional on blocks, is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import combinations

from ledger.anchor import verify_anchor, verify_submission
from ledger.bundle import Bundle
from ledger.checkpoint import verify_checkpoint
from ledger.encoding import sha256
from ledger.errors import HabeasError, Malformed, MalformedIndex
from ledger.fraud.procedure import FraudAssessment, assess_fraud
from ledger.fraud.proof import (
    AnchoredHead,
    FraudProof,
    Head,
    IndexPart,
    LeafPart,
    SignedHead,
    foreign,
    fork,
    fork_at_leaf,
    last_leaf,
    malformed,
    omitted,
    omitted_submission,
    rule_withdrawn,
)
from ledger.index import IndexEntry, check_list, parse_list
from ledger.leaf import (
    INDEX_V1,
    NO_INDEX,
    NO_KEY,
    IndexLeaf,
    StatementLeaf,
    index_key_of_bytes,
    parse_leaf,
    statement_leaf,
)
from ledger.merkle import hash_leaf
from ledger.policy import LedgerTrust, TrustPolicy
from ledger.proof import LogProof
from ledger.verification.checks import Value
from ledger.verification.observed import Observed


@dataclass(frozen=True, slots=True)
class Root:
    """A head of a bundle, and the tree that it names."""

    head: Head
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """A signed statement's bytes, and the receipt that the ledger's server gave for it."""

    raw: bytes
    receipt: LogProof


@dataclass(frozen=True, slots=True)
class ShownLeaf:
    """A leaf of an anchored tree that a bundle shows, or of a signed one; ``raw`` where it is a statement's."""

    head: Head
    size: int
    index: int
    path: tuple[bytes, ...]
    data: bytes
    raw: bytes | None = None

    def part(self) -> LeafPart:
        return LeafPart(self.index, self.path, self.data)


@dataclass(frozen=True, slots=True)
class Listed:
    """A list that a bundle shows, and the index that says it."""

    head: AnchoredHead
    size: int
    part: IndexPart
    entries: frozenset[IndexEntry] | None
    """None where the bytes can be no list."""


def find_contradictions(
    bundles: Sequence[Bundle], policy: TrustPolicy, observed: Mapping[bytes, Observed], kept: Sequence[Kept] = ()
) -> list[FraudAssessment]:
    """What the bundles and the receipts show against the operator of their ledger, the proven before the conditional.

    Bundles of a ledger that the policy does not list show nothing, and bundles of other ledgers than the first are
    left aside.
    """
    first = bundles[0]
    trust = policy.ledgers.get(first.ledger)
    if trust is None:
        return []
    shown = Evidence([item for item in bundles if item.ledger == first.ledger], trust, kept)
    return judge(shown.accusations(), policy, observed)


def judge(
    accusations: Iterable[FraudProof], policy: TrustPolicy, observed: Mapping[bytes, Observed]
) -> list[FraudAssessment]:
    """Those of ``accusations`` of which no step fails, the proven before the conditional, each once."""
    found: dict[bytes, FraudAssessment] = {}
    for proof in accusations:
        result = assess_fraud(proof, policy, observed)
        if all(item.value is not Value.FAILED for item in result.checks):
            found.setdefault(proof.encode(), result)
    return sorted(found.values(), key=lambda result: result.exit_code)


class Evidence:
    """The parts of some bundles and receipts, laid out for comparing."""

    def __init__(self, bundles: Sequence[Bundle], trust: LedgerTrust, kept: Sequence[Kept] = ()) -> None:
        self.trust, self.bundles, self.kept = trust, bundles, kept
        self.anchors = [(anchor, AnchoredHead(anchor.proof)) for item in bundles for anchor in item.anchors.values()]
        self.roots = list(self._roots())
        self.leaves = list(self._leaves())
        self.lists = list(self._lists())

    def accusations(self) -> Iterator[FraudProof]:
        """Every form of claim that the parts allow; most are not true, and the procedure says so."""
        yield from self._forks()
        for listed in self.lists:
            yield from self._against_list(listed)
        yield from self._endings()

    # What is there.

    def _roots(self) -> Iterator[Root]:
        for anchor, head in self.anchors:
            with suppress(HabeasError):
                event = verify_anchor(anchor.proof, self.trust.contract, self.trust.log).event
                yield Root(head, event.size, event.root)
        replays = [item.replay for item in self.bundles if item.replay is not None]
        notes = [item.checkpoint for item in self.bundles if item.checkpoint is not None]
        notes += [item.checkpoint for item in replays] + [item.receipt.checkpoint for item in self.kept]
        for note in notes:
            with suppress(HabeasError):
                found = verify_checkpoint(note, self.trust.vkey, self.trust.origin)
                yield Root(SignedHead(note), found.size, found.root)

    def _leaves(self) -> Iterator[ShownLeaf]:
        heads = {anchor.size: head for anchor, head in self.anchors}
        for bundle in self.bundles:
            own = {**heads, **{size: AnchoredHead(anchor.proof) for size, anchor in bundle.anchors.items()}}
            for shown in bundle.statements.values():
                if shown.size is not None and shown.path is not None and shown.size in own:
                    data = statement_leaf(shown.signed, bundle.ledger).encode()
                    yield ShownLeaf(own[shown.size], shown.size, shown.index, shown.path, data, shown.signed.raw)
            for size, anchor in bundle.anchors.items():
                if anchor.index_leaf is not None and anchor.path is not None:
                    yield ShownLeaf(own[size], size, size - 1, anchor.path, anchor.index_leaf)

        for kept in self.kept:
            with suppress(HabeasError):
                proof = kept.receipt
                size = verify_checkpoint(proof.checkpoint, self.trust.vkey, self.trust.origin).size
                data = StatementLeaf(index_key_of_bytes(kept.raw, self.trust.origin), sha256(kept.raw)).encode()
                yield ShownLeaf(SignedHead(proof.checkpoint), size, proof.index, proof.path, data, kept.raw)

    def _lists(self) -> Iterator[Listed]:
        for bundle in self.bundles:
            anchor = bundle.anchors.get(bundle.index.size) if bundle.index is not None else None
            if bundle.index is None or anchor is None or anchor.index_leaf is None or anchor.path is None:
                continue
            for key, shown in bundle.index.lists.items():
                part = IndexPart(anchor.index_leaf, anchor.path, key, shown.proof, shown.entries)
                yield Listed(AnchoredHead(anchor.proof), anchor.size, part, _parsed(shown.entries))

    # What contradicts it.

    def _forks(self) -> Iterator[FraudProof]:
        for one, other in combinations(self.roots, 2):
            if one.size == other.size and one.root != other.root:
                yield fork(self.trust.origin, one.head, other.head)
        by_index: dict[int, dict[bytes, ShownLeaf]] = {}
        for leaf in self.leaves:
            by_index.setdefault(leaf.index, {}).setdefault(leaf.data, leaf)
        for different in by_index.values():
            for first, second in combinations(different.values(), 2):
                yield fork_at_leaf(self.trust.origin, first.head, first.part(), second.head, second.part())

    def _against_list(self, listed: Listed) -> Iterator[FraudProof]:
        origin, part = self.trust.origin, listed.part
        if part.entries is not None and _can_be_no_list(part, listed.size - 1):
            yield malformed(origin, listed.head, part)
        if listed.entries is None:
            return
        hashes = {entry.leaf_hash for entry in listed.entries}
        places = {entry.index for entry in listed.entries}
        for leaf in self._covered(listed):
            other = None if leaf.head == listed.head else leaf.head
            entry = IndexEntry(leaf.index, hash_leaf(leaf.data))
            if entry in listed.entries and leaf.data[:32] == part.key:
                continue
            if leaf.index in places:
                yield foreign(origin, listed.head, part, leaf.part(), other)
            if leaf.raw is not None and leaf.data[:32] == part.key:
                yield omitted(origin, listed.head, part, LeafPart(leaf.index, leaf.path, None, leaf.raw), other)
        for bundle in self.bundles:
            for proof in bundle.submitted.values():
                with suppress(HabeasError):
                    event = verify_submission(proof, self.trust.contract, self.trust.log)[1]
                    if event.key == part.key and event.leaf_hash not in hashes:
                        yield omitted_submission(origin, listed.head, part, proof)

    def _covered(self, listed: Listed) -> Iterable[ShownLeaf]:
        return (leaf for leaf in self.leaves if leaf.index < listed.size - 1)

    def _endings(self) -> Iterator[FraudProof]:
        origin = self.trust.origin
        rules: list[tuple[int, AnchoredHead, LeafPart, int]] = []
        for leaf in self.leaves:
            head = leaf.head
            if leaf.index != leaf.size - 1 or not isinstance(head, AnchoredHead):
                continue
            ending = _index_leaf(leaf.data)
            if ending is None or ending.size != leaf.index:
                yield last_leaf(origin, head, leaf.part())
            else:
                rules.append((leaf.size, head, leaf.part(), ending.rule))
        rules.sort(key=lambda item: item[0])
        for (_, earlier, first, before), (_, later, last, after) in combinations(rules, 2):
            if (before, after) == (INDEX_V1, NO_INDEX):
                yield rule_withdrawn(origin, later, last, earlier, first)


def _parsed(entries: bytes | None) -> frozenset[IndexEntry] | None:
    try:
        return frozenset(parse_list(entries or b""))
    except MalformedIndex:
        return None


def _can_be_no_list(part: IndexPart, size: int) -> bool:
    try:
        check_list(parse_list(part.entries or b""), size)
    except MalformedIndex:
        return True
    return part.key == NO_KEY


def _index_leaf(data: bytes) -> IndexLeaf | None:
    try:
        leaf = parse_leaf(data)
    except Malformed:
        return None
    return leaf if isinstance(leaf, IndexLeaf) else None
