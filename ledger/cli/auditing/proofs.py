"""From findings to fraud proofs (docs/spec/fraud.md): the parts that a replay and its sources can show.

Each proof is judged by ``ledger.fraud.procedure`` before it is written; what does not pass there is left
out, and the finding stands in the report alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ledger.audit.findings import Finding, ListFault, RootClaim
from ledger.cli.auditing.chain import ChainView
from ledger.cli.auditing.run import Replayed
from ledger.cli.auditing.source import Source
from ledger.cli.auditing.work import Worker
from ledger.cli.files import write_new
from ledger.errors import HabeasError
from ledger.fraud import proof as fraud
from ledger.fraud.procedure import assess_fraud
from ledger.fraud.proof import AnchoredHead, FraudProof, Head, IndexPart, LeafPart, SignedHead
from ledger.merkle import HashReader, inclusion_path, prefix_path
from ledger.policy import LedgerTrust, TrustPolicy
from ledger.verification.observed import Observed

MAX_PROOFS = 20


@dataclass(slots=True)
class Prover:
    """Makes the fraud proofs of one audit."""

    done: Replayed
    trust: LedgerTrust
    policy: TrustPolicy
    chain: ChainView | None
    source: Source

    def write(self, findings: list[Finding], folder: Path) -> list[str]:
        """Write a proof for each finding that has one, into new files; their names."""
        folder.mkdir(parents=True, exist_ok=True)
        names: list[str] = []
        for finding in findings:
            if len(names) >= MAX_PROOFS:
                break
            proof = self.prove(finding)
            if proof is not None:
                name = f"{finding.kind}-{len(names) + 1}.fraud.json"
                write_new(folder / name, proof.encode())
                names.append(name)
        return names

    def prove(self, finding: Finding) -> FraudProof | None:
        """The proof of a finding; None where there is none that a stranger would accept."""
        try:
            proof = self._make(finding)
            if proof is None:
                return None
            code = assess_fraud(proof, self.policy, {self.trust.chain.genesis: self._observed()}).exit_code
        except HabeasError:
            return None
        return None if code == 1 else proof

    def _observed(self) -> Observed:
        if self.chain is None or not self.chain.enough:
            return Observed()
        record = self.chain.record
        by = ", ".join(self.chain.providers)
        blocks = {item.block_hash: by for item in record.anchors} | {item.block_hash: by for item in record.tickets}
        return Observed(canonical=blocks, code_hash=self.trust.code_hash, asked=True)

    def _make(self, finding: Finding) -> FraudProof | None:
        if finding.fault is not None:
            return self._list(finding.fault)
        if finding.kind == "fork":
            return self._fork(finding)
        if finding.kind == "last_leaf" and finding.claims:
            head = self._anchored(finding.claims[0])
            return None if head is None else fraud.last_leaf(self.trust.origin, head, self._last(finding.claims[0]))
        if finding.kind == "rule":
            earlier, later = finding.claims
            head, before = self._anchored(later), self._anchored(earlier)
            if head is None or before is None:
                return None
            return fraud.rule_withdrawn(self.trust.origin, head, self._last(later), before, self._last(earlier))
        return None

    # --- heads ---

    def _head(self, claim: RootClaim) -> Head | None:
        return SignedHead(claim.note) if claim.note else self._anchored(claim)

    def _anchored(self, claim: RootClaim) -> AnchoredHead | None:
        for anchor in self.chain.record.anchors if self.chain is not None else ():
            if (anchor.event.size, anchor.event.root) == (claim.size, claim.root):
                assert self.chain is not None, "it has anchors"
                return AnchoredHead(self.chain.prove(anchor))
        return None

    def _bound(self, size: int) -> tuple[Head, int] | None:
        """A head whose tree holds the leaf at ``size``: a signed one if there is one."""
        kept = [claim for claim in self.done.replay.kept if claim.size > size]
        for claim in sorted(kept, key=lambda item: (not item.note, item.size)):
            head = self._head(claim)
            if head is not None:
                return head, claim.size
        return None

    # --- claims ---

    def _list(self, fault: ListFault) -> FraudProof | None:
        bound = self._bound(fault.size)
        if bound is None:
            return None
        head, size = bound
        leaf = self.done.state.leaf(fault.size)[0]
        index = IndexPart(leaf, self._path(fault.size, size), fault.key, fault.proof.encode(), fault.entries)
        if fault.kind == "malformed":
            return fraud.malformed(self.trust.origin, head, index)
        if fault.index is None:
            return None
        path, shown = self._path(fault.index, size), self.done.state.leaf(fault.index)[0]
        if fault.kind == "foreign":
            return fraud.foreign(self.trust.origin, head, index, LeafPart(fault.index, path, shown))
        raw = Worker(self.source, self.trust.origin, 1).addendum(shown[32:64])
        if isinstance(raw, str):
            return None
        if fault.kind == "wrong_key":
            return fraud.foreign(self.trust.origin, head, index, LeafPart(fault.index, path, shown, raw))
        return fraud.omitted(self.trust.origin, head, index, LeafPart(fault.index, path, raw=raw))

    def _fork(self, finding: Finding) -> FraudProof | None:
        small, large = sorted(finding.claims, key=lambda claim: claim.size)
        head, other = self._head(small), self._head(large)
        if head is None or other is None:
            return None
        if small.size == large.size:
            return fraud.fork(self.trust.origin, head, other)
        prefix = finding.prefix or tuple(prefix_path(small.size, large.size, self._read()))
        return fraud.fork(self.trust.origin, head, other, prefix)

    def _last(self, claim: RootClaim) -> LeafPart:
        index = claim.size - 1
        return LeafPart(index, self._path(index, claim.size), self.done.state.leaf(index)[0])

    def _path(self, index: int, size: int) -> tuple[bytes, ...]:
        return tuple(inclusion_path(index, size, self._read()))

    def _read(self) -> HashReader:
        return self.done.replay.reader(self.done.state.leaf_hashes)
