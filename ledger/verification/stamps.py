"""What time-stamp authorities say of the trees shown: a second clock (docs/spec/assessment.md, step 11).

A token over a checkpoint says that the log had signed that tree by then, whatever became of the chain. So these
checks hang below no block. They add a bound of their own to statements and touch nothing else: no finding, no
date and no other check rests on them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ledger.anchor import AnchorEvidence
from ledger.bundle import Bundle, ShownStamps, ShownStatement
from ledger.checkpoint import Checkpoint
from ledger.encoding import Json, encode_instant, sha256
from ledger.errors import HabeasError, Malformed, VerificationStamp
from ledger.leaf import statement_leaf
from ledger.merkle import verify_inclusion
from ledger.phrases import Phrase
from ledger.policy import LedgerTrust, TrustPolicy
from ledger.stamp.token import StampToken
from ledger.stamp.verify import Stamp, TimeAuthority, claims, is_ahead, stamped_note, verify_stamp
from ledger.verification.checks import Check, Value, not_checked
from ledger.verification.words import say

TOLERANCE_S = 60
"""How far blocks and authorities may differ without a word: the time of a block is its producer's."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The tree of ``size`` existed not after ``not_after`` (Unix seconds): so say ``authorities``."""

    size: int
    not_after: int
    authorities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StampBound:
    """A statement existed not after ``time`` (Unix seconds), say ``authorities``; ``value`` is what that is worth."""

    time: int
    authorities: tuple[str, ...]
    value: Value


@dataclass
class StampSteps:
    """Step 11 of one assessment."""

    bundle: Bundle
    policy: TrustPolicy
    ledger: LedgerTrust | None
    now: int
    clocks: dict[int, Clock] = field(default_factory=dict)
    """By size, where enough authorities agree."""

    def checks(self, anchors: Mapping[int, AnchorEvidence]) -> Sequence[Check]:
        """Steps 11.1 to 11.4 for every size that the bundle shows stamps of."""
        return [self._size(size, self.bundle.stamps[size], anchors.get(size)) for size in sorted(self.bundle.stamps)]

    def _size(self, size: int, shown: ShownStamps, anchor: AnchorEvidence | None) -> Check:
        name = f"stamps/{size}"
        if self.ledger is None:
            return not_checked(name, "11.1", say("stamps_of_whom"), required=False)
        try:
            checkpoint, message = stamped_note(shown.checkpoint, self.ledger.vkey, self.ledger.origin)
            if checkpoint.size != size:
                raise VerificationStamp(f"the stamped checkpoint is of {checkpoint.size} leaves, not {size}")
            if anchor is not None and anchor.event.root != checkpoint.root:
                raise VerificationStamp(
                    f"the stamped checkpoint of size {size} has root {checkpoint.root.hex()}, its anchor"
                    f" {anchor.event.root.hex()}"
                )
        except HabeasError as error:
            return Check(name, "11.1", Value.FAILED, str(error), required=False)
        stamps: dict[str, Stamp] = {}
        tokens = list(self._tokens(size, shown, message, stamps))
        below = [*tokens, self._clock(size, checkpoint, stamps.values())]
        detail = say("stamps_signed", size=size)
        return Check(name, "11.1", Value.PASSED, detail, False, tuple(below))

    def _tokens(self, size: int, shown: ShownStamps, message: bytes, stamped: dict[str, Stamp]) -> Iterator[Check]:
        """Step 11.2: a check for each authority whose tokens are shown, and for each token of nobody known.

        ``stamped`` gets the earliest stamp of each authority that passed.
        """
        found: dict[str, list[Stamp | HabeasError | Phrase]] = {}
        for raw in shown.tokens:
            name, outcome = self._token(raw, message)
            found.setdefault(name, []).append(outcome)
        for name, outcomes in sorted(found.items()):
            check = f"stamp/{size}/{name}"
            failed = [item for item in outcomes if isinstance(item, HabeasError)]
            stamps = [item for item in outcomes if isinstance(item, Stamp)]
            if failed:
                yield Check(check, "11.2", Value.FAILED, str(failed[0]), required=False)
            elif stamps:
                first = stamped[name] = min(stamps, key=lambda item: item.not_after)
                detail = say("stamp_by", name=name, at=encode_instant(first.not_after))
                yield Check(check, "11.2", Value.PASSED, detail, required=False)
            else:
                why = next(item for item in outcomes if isinstance(item, Phrase))
                yield not_checked(check, "11.2", why, required=False)

    def _token(self, raw: bytes, message: bytes) -> tuple[str, Stamp | HabeasError | Phrase]:
        """Whose token it is, and what it is worth: a stamp, why it fails, or why it is not checked."""
        nobody = f"sha256:{sha256(raw).hex()[:16]}"
        try:
            token = StampToken.parse(raw)
        except Malformed as error:
            return nobody, error
        claimed: tuple[TimeAuthority, HabeasError] | None = None
        for authority in self.policy.time_authorities:
            if not claims(token, authority):
                continue
            if is_ahead(token, self.now):
                return authority.name, say("stamp_ahead", at=token.shown_time)
            if authority.policies and token.policy not in authority.policies:
                return authority.name, say("stamp_policy", policy=token.policy)
            try:
                return authority.name, verify_stamp(token, message, authority, self.now)
            except HabeasError as error:
                claimed = claimed or (authority, error)
        if claimed is not None:
            return claimed[0].name, claimed[1]
        return nobody, say("stamp_of_nobody")

    def _clock(self, size: int, checkpoint: Checkpoint, stamped: Iterable[Stamp]) -> Check:
        """Step 11.3: the time by which enough authorities had seen the checkpoint."""
        name, quorum = f"second-clock/{size}", self.policy.time_quorum
        below = [self._stamped(item, checkpoint) for item in self._placed(size)]
        stamps = sorted(stamped, key=lambda item: item.not_after)
        if len(stamps) < quorum:
            why = say("clock_too_few", count=len(stamps), size=size, quorum=quorum)
            return not_checked(name, "11.3", why, required=False, below=below)
        counted = stamps[:quorum]
        clock = self.clocks[size] = Clock(size, counted[-1].not_after, tuple(item.authority for item in counted))
        names = ", ".join(clock.authorities)
        detail = say("clock", size=size, at=encode_instant(clock.not_after), names=names)
        return Check(name, "11.3", Value.PASSED, detail, False, tuple(below))

    def _placed(self, size: int) -> Iterator[ShownStatement]:
        return (item for _, item in sorted(self.bundle.statements.items()) if item.size == size)

    def _stamped(self, shown: ShownStatement, checkpoint: Checkpoint) -> Check:
        """Step 11.4: the statement is in the stamped tree. No anchor takes part."""
        name, path = f"statement/{shown.index}/stamped", shown.path
        if path is None:
            return not_checked(name, "11.4", say("stamped_no_path"), required=False)
        try:
            leaf = statement_leaf(shown.signed, self.bundle.ledger).hash()
            verify_inclusion(leaf, shown.index, checkpoint.size, path, checkpoint.root)
        except HabeasError as error:
            return Check(name, "11.4", Value.FAILED, str(error), required=False)
        return Check(name, "11.4", Value.PASSED, say("stamped", index=shown.index), required=False)

    def bound(self, shown: ShownStatement, values: Mapping[str, Value]) -> StampBound | None:
        """The second clock of a statement, in a tree that enough authorities saw."""
        clock = self.clocks.get(shown.size or 0)
        value = values.get(f"statement/{shown.index}/stamped", Value.NOT_CHECKED)
        if clock is None or value < Value.CONDITIONAL:
            return None
        return StampBound(clock.not_after, clock.authorities, value)


def stamped_json(bound: StampBound | None) -> Json:
    """The member ``stamped_not_after`` (docs/spec/assessment.md, "Output")."""
    if bound is None:
        return None
    return {
        "time": encode_instant(bound.time),
        "authorities": list(bound.authorities),
        "value": bound.value.word,
    }


def contradiction(index: int, stamped: StampBound | None, not_before: int | None) -> Sequence[str]:
    """A note where the two clocks cannot both be right: a statement quotes a block, known to be on the chain, that is
    younger than the time stamps over it. A stamp before the anchor's own block is as it should be."""
    if stamped is None or not_before is None or stamped.time + TOLERANCE_S >= not_before:
        return ()
    names = ", ".join(stamped.authorities)
    return (
        f"Two clocks disagree: {names} had seen statement {index} by {encode_instant(stamped.time)}, and it quotes a"
        f" block of {encode_instant(not_before)}. One of them is wrong; nothing here rests on the time stamps.",
    )
