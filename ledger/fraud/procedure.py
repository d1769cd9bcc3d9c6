"""The numbered procedure that turns a fraud proof into a tree of checks (docs/spec/fraud.md, "Procedure").

What is *proven* is that no honest operator could have bound himself to what is shown: every honest head is a
prefix of one log, and every honest index is the one that ``ledger.index`` defines. Nothing in the file is
believed; a claim that an honest log can meet fails with VerificationFraud and says why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ledger.anchor import verify_anchor, verify_submission
from ledger.checkpoint import verify_checkpoint
from ledger.encoding import encode_hex, encode_instant, sha256
from ledger.errors import HabeasError, VerificationFraud
from ledger.evm import Header
from ledger.fraud.claims import Shown, Tree, verify_claim
from ledger.fraud.proof import AnchoredHead, FraudProof, Head, IndexPart, LeafPart, SignedHead
from ledger.index import value_of_bytes
from ledger.leaf import INDEX_V1, IndexLeaf, StatementLeaf, index_key_of_bytes, parse_leaf
from ledger.merkle import hash_leaf, verify_consistency, verify_inclusion
from ledger.policy import ChainTrust, LedgerTrust, TrustPolicy
from ledger.trie import TrieProof, verify_lookup
from ledger.verification.checks import Check, ResolvedCheck, Value, exit_code, not_checked, run
from ledger.verification.observed import Canon, Observed

Layer = Callable[[Sequence[Check]], Check]
"""Hangs checks below the one it stands for."""
_NOTHING = Observed()


@dataclass(frozen=True, slots=True)
class FraudAssessment:
    """What a fraud proof is worth under one policy; ``shown`` is what was proven of its parts."""

    proof: FraudProof
    ledger: LedgerTrust | None
    policy_hash: bytes
    root: Check
    checks: tuple[ResolvedCheck, ...]
    shown: Shown
    notes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 proven, 3 proven if what was not checked holds, 1 not shown."""
        return exit_code(self.checks)


def assess_fraud(proof: FraudProof, policy: TrustPolicy, observed: Mapping[bytes, Observed]) -> FraudAssessment:
    """What ``proof`` shows under ``policy``; ``observed`` maps a chain's genesis hash to what is known of it."""
    work = FraudProcedure(proof, policy, observed)
    root = work.check()
    notes = tuple(dict.fromkeys(note for item in observed.values() for note in item.notes))
    return FraudAssessment(proof, work.ledger, policy.hash, root, tuple(root.resolved()), work.shown, notes)


def verify_fraud(proof: FraudProof, policy: TrustPolicy, observed: Mapping[bytes, Observed]) -> FraudAssessment:
    """As ``assess_fraud``, but raises VerificationFraud where the file does not show what it claims."""
    result = assess_fraud(proof, policy, observed)
    for item in result.checks:
        if item.value is Value.FAILED:
            raise VerificationFraud(f"step {item.check.step}, {item.check.name}: {item.check.detail}")
    return result


@dataclass
class FraudProcedure:
    """One assessment in progress: each method is a numbered step of the specification."""

    proof: FraudProof
    policy: TrustPolicy
    observed: Mapping[bytes, Observed]
    ledger: LedgerTrust | None = field(init=False)
    shown: Shown = field(init=False)

    def __post_init__(self) -> None:
        self.ledger = self.policy.ledgers.get(self.proof.ledger)
        self.shown = Shown(self.proof)

    def check(self) -> Check:
        """Step 1: the file parsed; every other check hangs below it."""
        detail = f"The file is a canonical fraud proof of version 1; it claims: {self.proof.claim}."
        return Check("fraud-proof", "1", Value.PASSED, detail, True, (self._listed(),))

    def _listed(self) -> Check:
        """Step 2: whose key and which contract bind the operator is said by the policy alone."""
        origin = self.proof.ledger
        if self.ledger is None:
            why = f"The ledger {origin} is not listed in the trust policy, so nothing here can be laid to its operator."
            return not_checked("ledger", "2", why)
        layers = self._layers(self.ledger)
        inner = self._inner()
        for layer in reversed(layers):
            inner = [layer(inner)]
        practice = " Practice ledger: proves nothing to a stranger." if self.ledger.ledger_class == "practice" else ""
        detail = f"{origin} is listed as class {self.ledger.ledger_class}.{practice}"
        return Check("ledger", "2", Value.PASSED, detail, True, tuple(inner))

    def _layers(self, trust: LedgerTrust) -> list[Layer]:
        layers = [*self._head("head", self.proof.head, trust)]
        if self.proof.other_head is not None:
            layers += self._head("other_head", self.proof.other_head, trust)
        if self.proof.submitted is not None:
            layers.append(self._submission(trust))
        return layers

    # Step 3: heads. Each binds the operator to one tree.

    def _head(self, name: str, head: Head, trust: LedgerTrust) -> list[Layer]:
        if isinstance(head, SignedHead):
            return [self._signed(name, head, trust)]
        return self._anchored(name, head, trust)

    def _signed(self, name: str, head: SignedHead, trust: LedgerTrust) -> Layer:
        try:
            found = verify_checkpoint(head.note, trust.vkey, trust.origin)
        except HabeasError as error:
            why = str(error)
            return lambda below: Check(f"{name}/signed", "3.1", Value.FAILED, why, True, tuple(below))
        self.shown.trees[name] = Tree(found.size, found.root)
        detail = f"The log's key signed the tree of {found.size} leaves with root {found.root.hex()}."
        return lambda below: Check(f"{name}/signed", "3.1", Value.PASSED, detail, True, tuple(below))

    def _anchored(self, name: str, head: AnchoredHead, trust: LedgerTrust) -> list[Layer]:
        try:
            evidence = verify_anchor(head.proof, trust.contract, trust.log)
        except HabeasError as error:
            return [_unproven(f"{name}/canonical", "3.2", Check(f"{name}/receipt", "3.3", Value.FAILED, str(error)))]
        event = evidence.event
        genesis = trust.chain.genesis if head.genesis is None else head.genesis
        self.shown.trees[name] = Tree(
            event.size, event.root, genesis, event.complete_to, genesis == trust.chain.genesis
        )
        detail = f"The log's address anchored the tree of {event.size} leaves with root {event.root.hex()}."
        receipt = Check(f"{name}/receipt", "3.3", Value.PASSED, detail)
        layers = [self._canonical(f"{name}/canonical", "3.2", evidence.header, genesis, trust, [receipt])]
        if genesis != trust.chain.genesis:
            layers.append(self._contract(f"{name}/contract", genesis, trust))
        return layers

    def _chain(self, genesis: bytes, trust: LedgerTrust) -> ChainTrust | None:
        """The chain of a head: the ledger's own, or one that the policy lists with this genesis hash."""
        if genesis == trust.chain.genesis:
            return trust.chain
        return next((chain for chain in self.policy.chains.values() if chain.genesis == genesis), None)

    def _canonical(
        self, name: str, step: str, header: Header, genesis: bytes, trust: LedgerTrust, first: Sequence[Check]
    ) -> Layer:
        """As step 5.1 of the assessment, on the chain with this genesis hash, if the policy knows it."""
        chain = self._chain(genesis, trust)
        if chain is None:
            why = f"The trust policy lists no chain with the genesis hash {encode_hex(genesis)}."
            return lambda below: not_checked(name, step, why, below=[*first, *below])
        canon = Canon(self.observed.get(genesis, _NOTHING), replace(trust, chain=chain))
        return lambda below: canon.check(name, step, header, [*first, *below])

    def _contract(self, name: str, genesis: bytes, trust: LedgerTrust) -> Layer:
        """Step 3.4: the policy speaks of the contract on the home chain only."""
        code = self.observed.get(genesis, _NOTHING).code_hash
        if code is None:
            why = f"If the contract {encode_hex(trust.contract)} has the policy's code there too. Ask with --rpc URL."
            return lambda below: not_checked(name, "3.4", why, below=below)
        if code != trust.code_hash:
            wrong = f"the code hash there is {encode_hex(code)}, the policy's {encode_hex(trust.code_hash)}"
            return lambda below: Check(name, "3.4", Value.FAILED, wrong, True, tuple(below))
        detail = "The contract there has the code that the policy names."
        return lambda below: Check(name, "3.4", Value.PASSED, detail, True, tuple(below))

    # Step 4: a direct submission, on the home chain.

    def _submission(self, trust: LedgerTrust) -> Layer:
        assert self.proof.submitted is not None, "asked for only where there is one"
        try:
            header, event = verify_submission(self.proof.submitted, trust.contract, trust.log)
        except HabeasError as error:
            failed = Check("submitted/receipt", "4.2", Value.FAILED, str(error))
            return _unproven("submitted/canonical", "4.1", failed)
        self.shown.submitted = (header.timestamp, event)
        detail = f"Ticket {event.ticket} submitted {len(event.statement)} bytes at {encode_instant(header.timestamp)}."
        receipt = Check("submitted/receipt", "4.2", Value.PASSED, detail)
        return self._canonical("submitted/canonical", "4.1", header, trust.chain.genesis, trust, [receipt])

    # Steps 5 to 8: what hangs below every head.

    def _inner(self) -> list[Check]:
        if not self.shown.is_complete():
            return [not_checked("claim", "8", "A part that the claim rests on is not proven.")]
        checks = [*self._one_log(), *self._index(), *self._leaves()]
        if any(item.own is Value.FAILED for item in checks):
            return [*checks, not_checked("claim", "8", "A part that the claim rests on is not proven.")]
        claim = self.proof.claim
        return [*checks, run("claim", "8", lambda: verify_claim(self.shown), f"Shown: {_SHOWN[claim]}.")]

    def _one_log(self) -> Sequence[Check]:
        """Step 5: whether leaf and index stand in one log. Not required: if not, that is the worse lie."""
        if self.proof.claim not in ("omitted", "foreign") or self.proof.other_head is None:
            return []
        one, other = self.shown.trees["head"], self.shown.trees["other_head"]
        small, large = sorted((one, other), key=lambda tree: tree.size)
        path = self.proof.consistency
        if path is not None:
            detail = f"The tree of {large.size} leaves extends that of {small.size}."
            return [
                run(
                    "one-log",
                    "5",
                    lambda: verify_consistency(small.size, small.root, large.size, large.root, path),
                    detail,
                    required=False,
                )
            ]
        if one.genesis is not None and one.genesis == other.genesis:
            detail = "Both trees were anchored at one contract, which only lets a log's tree grow."
            return [Check("one-log", "5", Value.PASSED, detail, required=False)]
        why = (
            "Not shown that both trees are of one log. If they are not, the operator gave out two logs under one name."
        )
        return [not_checked("one-log", "5", why, required=False)]

    def _index(self) -> Sequence[Check]:
        """Step 6: what the index leaf claims, and what its trie says of the key."""
        part = self.proof.index
        if part is None:
            return []
        tree = self.shown.trees["head"]
        leaf = run("index/leaf", "6.1", lambda: self._claimed(part, tree), "An index leaf of that tree is shown.")
        if self.shown.index_leaf is None:
            return [leaf]
        detail = "A list of that index is shown." if part.entries is not None else "That index has no list for the key."
        root = self.shown.index_leaf.root
        return [leaf, run("index/list", "6.2", lambda: _verify_list(part, root), detail)]

    def _claimed(self, part: IndexPart, tree: Tree) -> None:
        leaf = parse_leaf(part.leaf)
        if not isinstance(leaf, IndexLeaf):
            raise VerificationFraud("a statement leaf is shown where an index leaf should be")
        verify_inclusion(leaf.hash(), leaf.size, tree.size, part.path, tree.root)
        if leaf.rule != INDEX_V1:
            raise VerificationFraud(f"the index leaf of size {leaf.size} has rule {leaf.rule}, which claims no index")
        self.shown.index_leaf = leaf

    def _leaves(self) -> Sequence[Check]:
        """Step 7: the leaves shown stand where it is said."""
        # Beside an index the leaf may be shown in a tree of its own; elsewhere each head has its leaf.
        beside = "other_head" if self.proof.index is not None and self.proof.other_head is not None else "head"
        found = []
        for name, step, part, tree in (
            ("leaf", "7.1", self.proof.leaf, beside),
            ("other_leaf", "7.2", self.proof.other_leaf, "other_head"),
        ):
            if part is not None:
                found.append(self._leaf(name, step, part, self.shown.trees[tree]))
        return found

    def _leaf(self, name: str, step: str, part: LeafPart, tree: Tree) -> Check:
        data = part.leaf
        if data is None:  # never read from evidence what can be computed
            raw = part.raw or b""
            data = StatementLeaf(index_key_of_bytes(raw, self.proof.ledger), sha256(raw)).encode()
        self.shown.leaves[name] = data
        return run(
            name,
            step,
            lambda: verify_inclusion(hash_leaf(data), part.index, tree.size, part.path, tree.root),
            f"It stands at index {part.index} of {tree.size}.",
        )


_SHOWN = {
    "omitted": "the index leaves out a statement that it must list",
    "foreign": "the index lists what does not belong there",
    "malformed": "the index holds what can be no list",
    "fork": "the two trees are not of one log",
    "last_leaf": "the anchored tree does not end as it must",
}


def _unproven(name: str, step: str, failed: Check) -> Layer:
    return lambda below: not_checked(name, step, "What should be in it is not proven.", below=[failed, *below])


def _verify_list(part: IndexPart, root: bytes) -> None:
    value = verify_lookup(root, part.key, TrieProof.parse(part.proof))
    if (value is None) != (part.entries is None):
        says, shown = ("no list", "one") if value is None else ("a list", "none")
        raise VerificationFraud(f"the index has {says} under {part.key.hex()}, but {shown} is shown")
    if part.entries is not None and value_of_bytes(part.entries) != value:
        raise VerificationFraud(f"the list shown under {part.key.hex()} is not the one of the index")
