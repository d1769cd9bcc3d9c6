"""The numbered procedure that turns a bundle into a tree of checks (docs/spec/assessment.md).

Each method is one step and carries its number. A step never raises for what the bundle claims: it
gives a failed check with the error's sentence. What only a chain can say comes in as ``Observed``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from ledger.anchor import AnchorEvidence, Submitted, verify_anchor, verify_submission
from ledger.bundle import VERSION, Bundle, ShownAnchor, ShownStatement
from ledger.checkpoint import Checkpoint, verify_checkpoint
from ledger.disclosure import match_disclosures
from ledger.encoding import encode_hex, encode_instant
from ledger.errors import HabeasError, MalformedRequest, VerificationAnchor, VerificationSignature
from ledger.evm import Header, parse_header
from ledger.index import verify_index_leaf
from ledger.leaf import IndexLeaf, statement_leaf
from ledger.merkle import verify_inclusion
from ledger.phrases import Said
from ledger.policy import TrustPolicy
from ledger.statement import SignedStatement, verify_signature
from ledger.verification.checks import Check, Value, not_checked, run
from ledger.verification.completeness import IndexSteps
from ledger.verification.mails import MailSteps
from ledger.verification.observed import Canon, Observed
from ledger.verification.parties import Parties, is_understood, operator_of
from ledger.verification.stamps import StampSteps
from ledger.verification.step_words import say


class Procedure:
    """One assessment in progress: each method is a numbered step of the specification."""

    def __init__(self, bundle: Bundle, policy: TrustPolicy, observed: Observed, now: int) -> None:
        self.bundle, self.policy, self.observed, self.now = bundle, policy, observed, now
        self.ledger = policy.ledgers.get(bundle.ledger)
        self.canon = Canon(observed, self.ledger)
        self.addresses = self._addresses()
        self.anchors: dict[int, AnchorEvidence] = {}
        self.index_leaves: dict[int, IndexLeaf] = {}
        self.recorded: dict[int, SignedStatement] = {}
        self.headers: dict[bytes, Header] = {}
        self.submitted: dict[bytes, list[tuple[int, Header]]] = {}
        """Tickets and blocks of the direct submissions proven, by the leaf that the contract took."""
        self.parties = Parties.of(bundle, policy)
        operator = operator_of(bundle, policy)
        self.index = IndexSteps(bundle, policy, self.ledger, operator)
        self.stamps = StampSteps(bundle, policy, self.ledger, now)
        self.mails = MailSteps(bundle, policy, self.canon)
        self.checkpoint = self._verified_checkpoint()

    def _addresses(self) -> tuple[bytes, bytes] | None:
        """Contract and log address: from the policy, or else what the ledger says of itself."""
        if self.ledger is not None:
            return self.ledger.contract, self.ledger.log
        opened = self.bundle.statements.get(0)
        if opened is None or not is_understood(opened.signed) or opened.signed.statement.kind != "ledger.opened":
            return None
        facts = opened.signed.statement.facts
        return bytes.fromhex(str(facts["contract"])[2:]), bytes.fromhex(str(facts["log"])[2:])

    def check(self) -> Check:
        """Step 1: the bundle parsed; every other check hangs below it."""
        chain_part = [
            *self._anchors(),
            *self._recorded_nowhere(),
            *(self._block(name) for name in sorted(self.bundle.blocks)),
            *self._blocks_missing(),
            *(self._submission(ticket) for ticket in sorted(self.bundle.submitted)),
            self.canon.code(),
            self.canon.newest_head(self.anchors),
            *self._no_index(),
            *self.stamps.checks(self.anchors),
        ]
        newest = max((item.header.timestamp for item in self.anchors.values()), default=0)
        if self.now < newest:
            raise MalformedRequest(
                f"now is {encode_instant(self.now)}, before the newest anchor at {encode_instant(newest)};"
                " give a later time"
            )
        below = [
            self._case(),
            self._disclosures(),
            *self.mails.files.checks(),
            *(check for index in sorted(self.bundle.statements) for check in self._statement(index)),
            self._listed(chain_part),
        ]
        if VERSION not in self.policy.formats:
            return not_checked("bundle", "1", say("version", version=VERSION), below=below)
        return Check("bundle", "1", Value.PASSED, say("bundle"), True, tuple(below))

    # Step 2: the case, and what is disclosed of it.

    def _case(self) -> Check:
        opened = [item for item in self.bundle.statements.values() if item.signed.id == self.bundle.case]
        if not opened:
            return not_checked("case", "2.1", say("case_not_opened"))
        every = sorted(self.bundle.statements.items())
        foreign = [index for index, item in every if item.signed.statement.case_id not in (None, self.bundle.case)]

        def verify() -> None:
            if foreign:
                raise VerificationSignature(f"statement {foreign[0]} belongs to another case")

        return run("case", "2.1", verify, say("case"))

    def _disclosures(self) -> Check:
        shown = self.bundle.disclosures
        if not shown:
            return not_checked("disclosures", "2.2", say("opened_none"), required=False)
        digests = [digest for item in self.bundle.statements.values() for digest in item.signed.statement.digests]
        passed = say("opened", count=len(shown))
        return run("disclosures", "2.2", lambda: match_disclosures(shown, digests), passed, required=False)

    # Step 3: each statement by itself: no chain is needed for these.

    def _statement(self, index: int) -> Sequence[Check]:
        shown = self.bundle.statements[index]
        statement = shown.signed.statement

        def verify() -> None:
            if statement.ledger != self.bundle.ledger:
                raise VerificationSignature(f"statement {index} belongs to the ledger {statement.ledger}")
            verify_signature(shown.signed)

        standing = self.parties.standing(shown)
        author = encode_hex(statement.author)
        role_name, role_step = f"statement/{index}/author", "3.2"
        words = standing.said if standing.role != "attester" else self.mails.attesters.who(standing.said, statement)
        role = (
            Check(role_name, role_step, Value.PASSED, words, required=False)
            if standing.proven
            # A binding or a revocation may be missing as long as no complete list is shown.
            else not_checked(role_name, role_step, words, required=False)
        )
        below = [role, *self.mails.attested.checks(shown)]
        return (run(f"statement/{index}/signature", "3.1", verify, say("signed_by", author=author), below=below),)

    # Step 4: the ledger is listed in the policy; whatever rests on its identity hangs below.

    def _listed(self, below: Sequence[Check]) -> Check:
        origin = self.bundle.ledger
        if self.ledger is None:
            return not_checked("ledger", "4.1", say("unlisted", origin=origin), below=[*below, *self._checkpoint()])
        entry = "listed_practice" if self.ledger.ledger_class == "practice" else "listed"
        detail = say(entry, origin=origin, kind=self.ledger.ledger_class)
        opened = [] if 0 in self.recorded else [self._opened()]
        inner = [*opened, *self._checkpoint(), self._fresh(), *below]
        return Check("ledger", "4.1", Value.PASSED, detail, True, tuple(inner))

    def _opened(self) -> Check:
        shown = self.bundle.statements.get(0)
        if shown is None or self.ledger is None:
            return not_checked("ledger/opened", "4.2", say("ledger_not_opened"))
        if 0 not in self.recorded:
            return not_checked("ledger/opened", "4.2", say("ledger_not_proven"))
        trust, statement = self.ledger, shown.signed.statement

        def verify() -> None:
            wanted = {
                "chain": trust.chain.id,
                "contract": encode_hex(trust.contract),
                "log": encode_hex(trust.log),
                "vkey": trust.vkey.encode(),
            }
            if statement.kind != "ledger.opened" or statement.author != trust.log:
                raise VerificationSignature("leaf 0 is not the ledger.opened statement of the log's own address")
            for name, value in wanted.items():
                if statement.facts.get(name) != value:
                    raise VerificationSignature(
                        f"leaf 0 names the {name} {statement.facts.get(name)}, the policy {value}"
                    )

        return run("ledger/opened", "4.2", verify, say("ledger"))

    def _verified_checkpoint(self) -> Checkpoint | str | None:
        """The checkpoint signed by the policy's key; a sentence where it is not, None where there is none."""
        if self.bundle.checkpoint is None or self.ledger is None:
            return None
        try:
            return verify_checkpoint(self.bundle.checkpoint, self.ledger.vkey, self.ledger.origin)
        except HabeasError as error:
            return str(error)

    def _checkpoint(self) -> Sequence[Check]:
        found = self.checkpoint
        if found is None:
            return [not_checked("checkpoint", "4.3", say("checkpoint_none"), required=False)]
        if isinstance(found, str):
            return [Check("checkpoint", "4.3", Value.FAILED, found, required=False)]
        if found.size in self.anchors:
            return []  # it hangs below its anchor's block
        why = say("checkpoint_not_anchored", size=found.size)
        return [not_checked("checkpoint", "4.3", why, required=False)]

    def _anchored_checkpoint(self, evidence: AnchorEvidence) -> Sequence[Check]:
        found, root = self.checkpoint, evidence.event.root
        if not isinstance(found, Checkpoint) or found.size != evidence.event.size:
            return []
        if root != found.root:
            why = f"the checkpoint of size {found.size} has root {found.root.hex()}, its anchor {root.hex()}"
            return [Check("checkpoint", "4.3", Value.FAILED, why, required=False)]
        return [Check("checkpoint", "4.3", Value.PASSED, say("checkpoint"), required=False)]

    def _fresh(self) -> Check:
        # Only blocks known to be on the chain count: anybody can write a header with a later time.
        known = [item.header.timestamp for item in self.anchors.values() if self.canon.vouched(item.header) is not None]
        limit = timedelta(days=self.policy.staleness_days).total_seconds()
        if not known or self.now - max(known) > limit:
            why = say("not_fresh", days=self.policy.staleness_days)
            return not_checked("fresh", "4.4", why, required=False)
        detail = say("fresh", at=encode_instant(max(known)))
        return Check("fresh", "4.4", Value.PASSED, detail, False)

    # Step 5: anchors. What an anchor carries hangs below "its block is canonical and final". None is required by
    # itself: 4.2, 9.1 and 9.5 ask for those that matter. Else leaving out one that nobody knows would improve a result.

    def _anchors(self) -> Sequence[Check]:
        # The one with the index comes last: by then it is known which statements are in the log.
        index = -1 if self.bundle.index is None else self.bundle.index.size
        order = sorted(self.bundle.anchors, key=lambda size: (size == index, size))
        done = {size: self._anchor(self.bundle.anchors[size]) for size in order}
        return [done[size] for size in sorted(done)]

    def _anchor(self, shown: ShownAnchor) -> Check:
        name = f"anchor/{shown.size}"

        def verify(contract: bytes, log: bytes) -> None:
            evidence = verify_anchor(shown.proof, contract, log)
            if evidence.event.size != shown.size:
                raise VerificationAnchor(f"the event anchors size {evidence.event.size}, not {shown.size}")
            self.anchors[shown.size] = evidence

        proven = say("anchor", size=shown.size)
        receipt = self._receipt(f"{name}/receipt", "5.2", verify, proven)
        evidence = self.anchors.get(shown.size)
        if evidence is None:
            why = say("anchor_not_proven")
            return not_checked(f"{name}/canonical", "5.1", why, required=False, below=[receipt])
        recorded = [
            self._recorded(item, evidence)
            for _, item in sorted(self.bundle.statements.items())
            if item.size == shown.size
        ]
        below = [receipt, self._index_leaf(shown, evidence), *self._anchored_checkpoint(evidence), *recorded]
        first = self.bundle.statements.get(0)
        if self.ledger is not None and 0 in self.recorded and first is not None and first.size == shown.size:
            below.append(self._opened())
        if self.bundle.index is not None and self.bundle.index.size == shown.size:
            below.append(self.index.checks(self.index_leaves.get(shown.size), self._in_the_log()))
        return self.canon.check(f"{name}/canonical", "5.1", evidence.header, below, required=False)

    def _in_the_log(self) -> Mapping[int, SignedStatement]:
        """Statements proven to be in the log. Where the verifier knows of blocks, one that he does not know proves
        nothing against an index or for it: anybody can make one up."""
        if not self.canon.knows_any:
            return self.recorded
        known = {size for size, item in self.anchors.items() if self.canon.vouched(item.header) is not None}
        return {number: item for number, item in self.recorded.items() if self.bundle.statements[number].size in known}

    def _receipt(self, name: str, step: str, verify: Callable[[bytes, bytes], object], proven: Said) -> Check:
        addresses = self.addresses
        if addresses is None:
            return not_checked(name, step, say("no_addresses"), required=False)
        return run(name, step, lambda: verify(*addresses), proven, required=False)

    def _index_leaf(self, shown: ShownAnchor, evidence: AnchorEvidence) -> Check:
        name, leaf, path = f"anchor/{shown.size}/index-leaf", shown.index_leaf, shown.path
        if leaf is None or path is None:
            return not_checked(name, "5.3", say("index_leaf_missing"), required=False)

        def verify() -> None:
            self.index_leaves[shown.size] = verify_index_leaf(leaf, shown.size, path, evidence.event.root)

        return run(name, "5.3", verify, say("index_leaf", size=shown.size - 1), required=False)

    def _recorded(self, shown: ShownStatement, evidence: AnchorEvidence) -> Check:
        name, path = f"statement/{shown.index}/recorded", shown.path
        if path is None:
            why, below = say("no_path"), self.mails.mail(shown, None)
            return not_checked(name, "5.4", why, required=False, below=below)
        leaf = statement_leaf(shown.signed, self.bundle.ledger)
        event = evidence.event

        def verify() -> None:
            verify_inclusion(leaf.hash(), shown.index, event.size, path, event.root)
            self.recorded[shown.index] = shown.signed

        at = encode_instant(evidence.header.timestamp)
        bound = say("recorded", index=shown.index, size=event.size, at=at)
        mails = self.mails.mail(shown, evidence.header.timestamp)
        return run(name, "5.4", verify, bound, required=False, below=mails)

    def _recorded_nowhere(self) -> Sequence[Check]:
        why = say("recorded_nowhere")
        return [
            not_checked(f"statement/{index}/recorded", "5.4", why, required=False, below=self.mails.mail(shown, None))
            for index, shown in sorted(self.bundle.statements.items())
            if shown.size is None or shown.size not in self.anchors
        ]

    # Step 6: recent blocks, the lower bounds. They loosen a bound; they never remove a statement.

    def _block(self, block: bytes) -> Check:
        name = f"block/{block.hex()}"
        users = [i for i, s in sorted(self.bundle.statements.items()) if s.signed.statement.recent_block.hash == block]

        def verify() -> None:
            self.headers[block] = parse_header(self.bundle.blocks[block])

        quoted = run(f"{name}/header", "6.2", verify, say("block_header"), required=False)
        header = self.headers.get(block)
        # An author can quote whatever he likes: that costs him his lower bound, and nobody else anything.
        if header is None:
            return self._unusable(name, users, say("block_no_header", error=quoted.said))
        if block in self.observed.contradicted:
            return self._unusable(name, users, self.observed.contradicted[block])
        if not users:
            quoted = not_checked(f"{name}/header", "6.2", say("block_unquoted"), required=False)
        bounds = [self._not_before(index, header) for index in users]
        return self.canon.check(f"{name}/canonical", "6.1", header, [quoted, *bounds], required=False)

    def _unusable(self, name: str, users: Sequence[int], why: Said) -> Check:
        below = [not_checked(f"{name}/header", "6.2", why, required=False), *(self._no_bound(i, why) for i in users)]
        return not_checked(f"{name}/canonical", "6.1", why, required=False, below=below)

    def _not_before(self, index: int, header: Header) -> Check:
        quoted = self.bundle.statements[index].signed.statement.recent_block
        if quoted.number != header.number:
            return self._no_bound(index, say("block_number", index=index, number=header.number, stated=quoted.number))
        bound = say("signed", at=encode_instant(header.timestamp))
        return Check(f"statement/{index}/signed", "6.3", Value.PASSED, bound, required=False)

    def _blocks_missing(self) -> Sequence[Check]:
        return [
            self._no_bound(index, say("block_missing"))
            for index, item in sorted(self.bundle.statements.items())
            if item.signed.statement.recent_block.hash not in self.bundle.blocks
        ]

    def _no_bound(self, index: int, why: Said) -> Check:
        return not_checked(f"statement/{index}/signed", "6.3", why, required=False)

    # Step 7: direct submissions: a record even without the operator.

    def _submission(self, ticket: int) -> Check:
        proof, name = self.bundle.submitted[ticket], f"submitted/{ticket}"
        proven: list[tuple[Header, Submitted]] = []

        def verify(contract: bytes, log: bytes) -> None:
            header, event = verify_submission(proof, contract, log)
            if event.ticket != ticket:
                raise VerificationAnchor(f"the event names ticket {event.ticket}, not {ticket}")
            proven.append((header, event))

        receipt = self._receipt(f"{name}/receipt", "7.2", verify, say("ticket", ticket=ticket))
        if not proven:
            return not_checked(f"{name}/canonical", "7.1", say("ticket_not_proven"), required=False, below=[receipt])
        header, event = proven[0]
        if event.statement not in {item.signed.raw for item in self.bundle.statements.values()}:
            why = say("ticket_unshown", ticket=ticket)
            receipt = not_checked(f"{name}/receipt", "7.2", why, required=False)
        self.submitted.setdefault(event.leaf_hash, []).append((ticket, header))
        return self.canon.check(f"{name}/canonical", "7.1", header, [receipt], required=False)

    # Step 8, what only a chain can say, is ``Canon``'s. Step 9, the index, hangs below its anchor (``IndexSteps``).

    def _no_index(self) -> Sequence[Check]:
        """An index that is shown hangs below its anchor; elsewhere it is not checked."""
        index = self.bundle.index
        if index is None:
            return [not_checked("index", "9.1", say("no_index"))]
        if index.size in self.anchors:
            return []
        why = say("index_not_anchored", size=index.size)
        return [not_checked("index", "9.1", why)]
