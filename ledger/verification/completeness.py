"""Whether every statement of the parties of a case is shown (docs/spec/assessment.md, step 9).

The index leaf of one anchored tree carries the root of a trie; its lists say which leaves each author
wrote in the case. ``IndexSteps`` verifies the lists shown, finds out whose lists are needed, and compares
them with the statements shown. Needed are the lists of the requester, of every company key that the
operator, an attester of the policy, a pin, or such a key ever bound, of the policy's attesters, and
the bindings of all of these: who can bind and whom they bound follows from the lists themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ledger.bundle import Bundle, ShownStatement
from ledger.checkpoint import verify_cosigned_checkpoint
from ledger.encoding import encode_hex, encode_stated_time
from ledger.errors import VerificationIndex
from ledger.index import IndexEntry, parse_list, verify_list
from ledger.leaf import NO_INDEX, IndexLeaf, case_key, company_key, statement_leaf
from ledger.merkle import verify_inclusion
from ledger.phrases import Phrase, Said, joined
from ledger.policy import LedgerTrust, TrustPolicy
from ledger.statement import SignedStatement
from ledger.trie import TrieProof
from ledger.verification.checks import Check, Value, not_checked, run
from ledger.verification.parties import Parties
from ledger.verification.step_words import say

MAX_LIST = 64
"""Most statements of one company key that an assessment weighs; of more it only says how many there are."""
MAX_KEYS = 64
"""Most keys of one company whose lists are asked for."""


@dataclass(frozen=True, slots=True)
class Needed:
    """Whose lists a complete case has. Addresses have 20 bytes."""

    requester: bytes
    company: str
    company_keys: tuple[bytes, ...]
    lists: Mapping[bytes, Phrase]
    """Index key to whose list it is, for people."""


@dataclass(frozen=True, slots=True)
class Complete:
    """What the lists of all parties hold at one index root: nothing of theirs is missing."""

    size: int
    """The index is over the leaves below this size."""
    needed: Needed
    entries: Mapping[bytes, tuple[IndexEntry, ...]]
    """Every list that is needed; () where the index has none."""
    statements: Mapping[int, ShownStatement]
    """The statements of these lists, as far as they are shown and proven to be in the log."""
    parties: Parties
    """Who stands behind these statements by what the lists hold alone, so that no other statement can change it."""
    replayed_by: tuple[str, ...]
    """Auditors of the policy's quorum who replayed the index; () where it is the operator's claim alone."""


@dataclass
class IndexSteps:
    """Step 9 of one assessment: made for one bundle, run for the anchor that ``bundle.index`` names."""

    bundle: Bundle
    policy: TrustPolicy
    ledger: LedgerTrust | None
    operator: bytes | None
    complete: Complete | None = None
    lists: dict[bytes, tuple[IndexEntry, ...]] = field(default_factory=dict)
    _replayed_by: tuple[str, ...] = ()
    _entries: dict[int, IndexEntry] = field(default_factory=dict)

    def checks(self, leaf: IndexLeaf | None, recorded: Mapping[int, SignedStatement]) -> Check:
        """Step 9.1 and what hangs below it.

        ``leaf`` is the verified index leaf of the anchor; ``recorded`` are the statements proven to be in the log
        by anchors that are known as well as this one.
        """
        shown = self.bundle.index
        assert shown is not None, "only a bundle with an index comes here"
        if leaf is None:
            return not_checked("index", "9.1", say("index_leaf_unproven", size=shown.size))
        if leaf.rule == NO_INDEX:
            return not_checked("index", "9.1", say("index_rule_0"))
        listed = [self._list(leaf, key) for key in sorted(shown.lists)]
        replayed = self._replayed(leaf)
        complete = self._complete(leaf, recorded)
        below = [*listed, self._agrees(leaf, recorded), self._with(replayed, complete)]
        return Check("index", "9.1", Value.PASSED, say("index", count=shown.size - 1), True, tuple(below))

    def _list(self, leaf: IndexLeaf, key: bytes) -> Check:
        assert self.bundle.index is not None
        shown = self.bundle.index.lists[key]

        def verify() -> None:
            entries = None if shown.entries is None else parse_list(shown.entries)
            self.lists[key] = verify_list(leaf, key, TrieProof.parse(shown.proof), entries)

        check = run(f"list/{key.hex()}", "9.2", verify, "", required=False)
        found = self.lists.get(key)
        if found is None:
            return check
        detail = say("list", count=len(found)) if found else say("list_none")
        return Check(check.name, check.step, check.own, detail, required=False)

    def _agrees(self, leaf: IndexLeaf, recorded: Mapping[int, SignedStatement]) -> Check:
        """No statement that is proven in the log contradicts a list that is shown."""

        def verify() -> None:
            for index, signed in sorted(recorded.items()):
                key = statement_leaf(signed, self.bundle.ledger).key
                if key in self.lists and index < leaf.size and self._entry(index) not in self.lists[key]:
                    raise VerificationIndex(
                        f"statement {index} is in the log, but not in the list {key.hex()} of the index. If the blocks"
                        " of both anchors are on the chain, the index is false: keep this file, habeas accuse makes a"
                        " fraud proof of it"
                    )
            for key, entries in self.lists.items():
                for entry in entries:
                    if entry.index in recorded and self._entry(entry.index) != entry:
                        raise VerificationIndex(
                            f"the list {key.hex()} of the index names another leaf at {entry.index} than the log holds"
                        )

        return run("index/agrees", "9.3", verify, say("index_agrees"), required=False)

    def _replayed(self, leaf: IndexLeaf) -> Check:
        name, step = "index/replayed", "9.4"
        shown, trust = self.bundle.replay, self.ledger
        if shown is None or trust is None or not trust.auditors:
            return not_checked(name, step, say("not_replayed"))
        found: list[Phrase] = []

        def verify() -> None:
            checkpoint, signed = verify_cosigned_checkpoint(shown.checkpoint, trust.vkey, trust.origin, trust.auditors)
            verify_inclusion(leaf.hash(), leaf.size, checkpoint.size, shown.path, checkpoint.root)
            found.extend(
                say("replayed_up_to", name=item.key.name, last=checkpoint.size - 1, at=encode_stated_time(item.time))
                for item in signed
            )
            self._replayed_by = tuple(item.key.name for item in signed)

        check = run(name, step, verify, "")
        if check.own is not Value.PASSED:
            self._replayed_by = ()
            return check
        if len(found) < trust.quorum:
            self._replayed_by = ()
            why = say("replayed_by_few", count=len(found), quorum=trust.quorum)
            return not_checked(name, step, why)
        return Check(name, step, Value.PASSED, say("replayed", names=joined(found)))

    def _complete(self, leaf: IndexLeaf, recorded: Mapping[int, SignedStatement]) -> Sequence[Check]:
        name, step = "complete", "9.5"
        needed = find_needed(self.bundle, self.policy, self.operator, self.lists)
        if needed is None:
            return [not_checked(name, step, say("whose_lists"))]
        if len(needed.company_keys) > MAX_KEYS:
            many = say("too_many_keys", count=len(needed.company_keys), company=needed.company, most=MAX_KEYS)
            return [not_checked(name, step, many)]
        missing = [whose for key, whose in needed.lists.items() if key not in self.lists]
        if missing:
            return [not_checked(name, step, say("lists_missing", lists=_some(missing)))]
        entries = {key: self.lists[key] for key in needed.lists}
        open_point = self._open_point(self._weighed(needed, entries), recorded)
        if open_point is not None:
            return [not_checked(name, step, open_point)]
        complete = self._completed(leaf, needed, entries, recorded)
        if all(item.signed.id != self.bundle.case for item in complete.statements.values()):
            return [not_checked(name, step, say("not_opened_below", size=leaf.size))]
        self.complete = complete
        count = sum(len(item) for item in entries.values())
        detail = say("complete", size=leaf.size, count=count, lists=len(needed.lists))
        return [Check(name, step, Value.PASSED, detail, True, tuple(self._standings(complete)))]

    def _completed(
        self, leaf: IndexLeaf, needed: Needed, entries: Mapping[bytes, tuple[IndexEntry, ...]],
        recorded: Mapping[int, SignedStatement],
    ) -> Complete:  # fmt: skip
        every = (entry for items in entries.values() for entry in items if entry.index in recorded)
        listed = {entry.index: self.bundle.statements[entry.index] for entry in every if self._is_shown(entry)}
        # Leaf 0 says who opened the ledger and nothing else: a binding put in its place, proven by nobody, would
        # count before the one that is listed.
        opened = self.bundle.statements.get(0)
        is_opening = opened is not None and opened.signed.statement.kind == "ledger.opened"
        first = {0: self.bundle.statements[0]} if is_opening else {}
        parties = Parties.of(replace(self.bundle, statements={**first, **listed}), self.policy)
        return Complete(leaf.size, needed, entries, listed, parties, self._replayed_by)

    def _standings(self, complete: Complete) -> Iterator[Check]:
        """With complete lists of bindings a company key's standing is no longer open to a missing revocation."""
        for index, shown in sorted(complete.statements.items()):
            standing = complete.parties.standing(shown)
            if standing.role == "company":
                name = f"statement/{index}/standing"
                yield Check(name, "9.6", Value.PASSED, say("no_revocation", standing=standing.said), required=False)

    def _weighed(self, needed: Needed, lists: Mapping[bytes, Sequence[IndexEntry]]) -> Iterator[IndexEntry]:
        """What must be shown: all but what a key of the company wrote after its first ``MAX_LIST`` in the case. A leaf
        that stands in the log again counts once: it is the operator who can repeat leaves, not their author."""
        long = {case_key(self.bundle.case, key) for key in needed.company_keys if key != needed.requester}
        for key, entries in lists.items():
            different = set[bytes]()
            for entry in entries:
                different.add(entry.leaf_hash)
                if key in long and len(different) > MAX_LIST:
                    break
                yield entry

    def _open_point(self, weighed: Iterable[IndexEntry], recorded: Mapping[int, SignedStatement]) -> Phrase | None:
        entries = sorted(set(weighed), key=lambda entry: entry.index)
        if hidden := [str(entry.index) for entry in entries if not self._is_shown(entry)]:
            return say("listed_hidden", leaves=_some(hidden))
        if unproven := [str(entry.index) for entry in entries if entry.index not in recorded]:
            return say("listed_unproven", leaves=_some(unproven))
        return None

    def _is_shown(self, entry: IndexEntry) -> bool:
        return entry.index in self.bundle.statements and self._entry(entry.index) == entry

    def _entry(self, index: int) -> IndexEntry:
        """The entry that the statement shown at ``index`` makes."""
        found = self._entries.get(index)
        if found is None:
            leaf = statement_leaf(self.bundle.statements[index].signed, self.bundle.ledger)
            found = self._entries[index] = IndexEntry(index, leaf.hash())
        return found

    @staticmethod
    def _with(check: Check, below: Sequence[Check]) -> Check:
        return Check(check.name, check.step, check.own, check.said, check.required, tuple(below))


def find_needed(
    bundle: Bundle, policy: TrustPolicy, operator: bytes | None, lists: Mapping[bytes, Sequence[IndexEntry]]
) -> Needed | None:
    """Whose lists a complete case has, as far as ``lists`` (by index key) show; None without an opening.

    Bindings by attesters that the operator bound and the policy does not name are not followed: those
    attesters are in no list, so nobody could tell whether one is missing.
    """
    opened = [item.signed.statement for item in bundle.statements.values() if item.signed.id == bundle.case]
    if not opened or opened[0].company is None or not opened[0].is_understood:
        return None
    requester, company = opened[0].author, opened[0].company
    pinned = [pin.key for pin in policy.company_keys if pin.company == company]
    binders = [] if operator is None else [operator]
    binders += [item.key for item in policy.attesters if "company_key" in item.scope] + pinned
    wanted, keys = dict[bytes, Phrase](), dict.fromkeys(pinned)
    waiting = list(dict.fromkeys(binders))
    seen = set(waiting)
    while waiting and len(keys) <= MAX_KEYS:
        binder = waiting.pop(0)
        key = company_key(binder, company)
        wanted[key] = say("list_of_bindings", company=company, key=encode_hex(binder))
        for bound in _bound_keys(bundle, lists.get(key, ()), company):
            keys[bound] = None
            if bound not in seen:
                seen.add(bound)
                waiting.append(bound)
    wanted[case_key(bundle.case, requester)] = say("list_of_requester")
    for key in keys:
        wanted[case_key(bundle.case, key)] = say("list_of_company", company=company, key=encode_hex(key))
    for attester in policy.attesters:
        wanted[case_key(bundle.case, attester.key)] = say("list_of_attester", name=attester.name)
    return Needed(requester, company, tuple(keys), wanted)


def _bound_keys(bundle: Bundle, entries: Sequence[IndexEntry], company: str) -> Iterator[bytes]:
    for entry in entries:
        shown = bundle.statements.get(entry.index)
        if shown is None or not shown.signed.statement.is_understood:
            continue
        statement = shown.signed.statement
        if statement.kind == "company.key_bound" and statement.company == company:
            yield bytes.fromhex(str(statement.facts["key"])[2:])


def _some(words: Sequence[Said]) -> Phrase:
    first = joined(words[:3])
    return say("some", first=first, count=len(words) - 3) if len(words) > 3 else first
