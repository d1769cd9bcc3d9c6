"""What a verifier learned of the home chain, and which blocks that makes canonical (step 5.1); step 8.

No bytes of a bundle can say whether a block is on the chain and final. That comes in from outside: from
providers that the verifier asked, from pins of the trust policy, or from himself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ledger.anchor import AnchorEvidence
from ledger.encoding import encode_hex
from ledger.evm import Header
from ledger.policy import LedgerTrust
from ledger.verification.checks import Check, Value, not_checked
from ledger.verification.step_words import say


@dataclass(frozen=True, slots=True)
class Observed:
    """What the verifier learned elsewhere: from its RPC providers, or from its user.

    ``canonical`` maps block hash to who vouches that it is on the home chain and final;
    ``contradicted`` maps block hash to the sentence that says why it is not. ``head_size`` is the
    newest anchored size, and ``code_hash`` the contract's code hash, as the providers say. ``asked``: so many
    providers as the policy asks for answered, or a block was vouched for, whatever that says of this bundle.
    """

    canonical: Mapping[bytes, str] = field(default_factory=dict)
    contradicted: Mapping[bytes, str] = field(default_factory=dict)
    head_size: int | None = None
    code_hash: bytes | None = None
    notes: tuple[str, ...] = ()
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Canon:
    """Which blocks count as canonical and final for one ledger, which may be unlisted (None)."""

    observed: Observed
    ledger: LedgerTrust | None

    def check(self, name: str, step: str, header: Header, below: Sequence[Check], *, required: bool = True) -> Check:
        """The check that the block of ``header`` is on the home chain and final, above ``below``."""
        where = say("chain", name=self.ledger.chain.name) if self.ledger else say("home_chain")
        block = {"number": header.number, "hash": encode_hex(header.hash), "where": where}
        if header.hash in self.observed.contradicted:
            return Check(name, step, Value.FAILED, self.observed.contradicted[header.hash], required, tuple(below))
        by = self.vouched(header)
        if by is None:
            return not_checked(name, step, say("block_if", **block), required=required, below=below)
        return Check(name, step, Value.PASSED, say("block_on", **block, by=by), required, tuple(below))

    def vouched(self, header: Header) -> str | None:
        """Who says that the block is on the home chain and final; None where nobody does."""
        if header.hash in self.observed.contradicted:
            return None
        by = self.observed.canonical.get(header.hash)
        if by is None and self.ledger is not None and self.ledger.chain.pinned.get(header.hash) == header.number:
            return "the trust policy"
        return by

    @property
    def knows_any(self) -> bool:
        """Whether the verifier knows of any block at all. By his own means alone: were it by what the bundle shows,
        whoever changes its bytes could choose."""
        told = self.observed.asked or bool(self.observed.canonical) or bool(self.observed.contradicted)
        return told or (self.ledger is not None and bool(self.ledger.chain.pinned))

    def code(self) -> Check:
        """Step 8.1: the contract has the code that the policy names."""
        code, trust = self.observed.code_hash, self.ledger
        if code is None or trust is None:
            return not_checked("contract", "8.1", say("code_unread"), required=False)
        if code != trust.code_hash:
            why = say("code_other", found=encode_hex(code), stated=encode_hex(trust.code_hash))
            return Check("contract", "8.1", Value.FAILED, why, required=False)
        return Check("contract", "8.1", Value.PASSED, say("code"), False)

    def newest_head(self, anchors: Mapping[int, AnchorEvidence]) -> Check:
        """Step 8.2: the chain holds no newer head than is shown."""
        size = self.observed.head_size
        if size is None:
            return not_checked("newest-head", "8.2", say("head_unasked"), required=False)
        # Only anchors known to be on the chain count, or a made-up one would pass for the newest.
        newest = max((n for n, item in anchors.items() if self.vouched(item.header) is not None), default=0)
        if not 0 < size <= newest:
            why = say("head_newer", size=size, newest=newest)
            return not_checked("newest-head", "8.2", why, required=False)
        return Check("newest-head", "8.2", Value.PASSED, say("head", size=newest), False)
