"""An honest log is never accused, whatever its history and whatever an accuser puts together from it.

The accuser has everything: all heads, all bytes, also those that were withheld, every list and every path.
And a proof of a real lie that was changed in any bit is not proven any more.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.anchor import ReceiptProof
from ledger.errors import HabeasError, Malformed
from ledger.fraud.procedure import assess_fraud
from ledger.fraud.proof import (
    AnchoredHead,
    FraudProof,
    Head,
    IndexPart,
    LeafPart,
    foreign,
    fork,
    fork_at_leaf,
    last_leaf,
    malformed,
    omitted,
    omitted_submission,
    parse_fraud,
    rule_withdrawn,
)
from ledger.index import empty_index_leaf
from ledger.leaf import NO_KEY, StatementLeaf, index_key_of_bytes
from tools.vectors._bundles import COMPANY_KEY, ORIGIN, REFUSED, REQUESTER, SENT, STRANGER
from tools.vectors._fraud_stories import (
    ANSWER_KEY,
    CASE,
    OPENING,
    OTHER_GENESIS,
    POLICY,
    REQUESTER_KEY,
    STRANGER_KEY,
    Story,
    everything_known,
)
from tools.vectors._indexed_log import IndexedLog, signed_statement

KEYS = (REQUESTER_KEY, ANSWER_KEY, STRANGER_KEY, NO_KEY)


@dataclass
class History:
    """An honest ledger growing by chance; ``heads`` are all that the operator gave out."""

    chance: random.Random
    log: IndexedLog = field(default_factory=IndexedLog)
    heads: list[tuple[int, Head]] = field(default_factory=list)
    known: dict[int, bytes] = field(default_factory=dict)
    """What an accuser kept: bytes of each leaf, also of those withheld later."""
    count: int = 0
    has_index: bool = False

    def statement(self) -> bytes:
        """Bytes that somebody sends: of the case, of another ledger, or nothing readable."""
        self.count += 1
        kind, facts, key = self.chance.choice(
            [("request.sent", SENT, REQUESTER), ("request.refused", REFUSED, COMPANY_KEY), ("case.odd", {}, STRANGER)]
        )
        ledger = self.chance.choice([ORIGIN] * 4 + ["other.example/main"])
        raw = signed_statement(kind, facts, key, CASE, ledger=ledger, salt=self.count).raw
        return self.chance.choice([raw] * 4 + [raw[:-1], b"%d" % self.count])

    def step(self) -> None:
        """One thing that happens to a ledger."""
        self.chance.choice(
            [self._record, self._record, self._submit, self._submit_again, self._submit_wrong, self._settle]
            + [self._close, self._anchor, self._anchor, self._sign, self._withhold]
        )()
        self.known |= self.log.raws

    def _record(self) -> None:
        raw = self.statement()
        if index_key_of_bytes(raw, ORIGIN) != NO_KEY:  # a server takes nothing else
            self.log.record(raw)

    def _submit(self) -> None:
        self.log.submit_bytes(self.statement())

    def _submit_again(self) -> None:
        if self.known:
            self.log.submit_bytes(self.chance.choice(list(self.known.values())))

    def _submit_wrong(self) -> None:
        raw = self.chance.choice([self.statement(), *self.known.values()])
        self.log.submit_bytes(raw, self.chance.choice(KEYS))

    def _settle(self) -> None:
        self.log.settle(self.chance.randint(0, len(self.log.tickets)))

    def _close(self) -> None:
        """An index leaf; before the first of rule 1, sometimes one that claims nothing."""
        if not self.has_index and self.chance.random() < 0.5:
            self.log.append(empty_index_leaf(len(self.log.leaves)).encode())
            return
        self.log.close()
        self.has_index = True

    def _anchor(self) -> None:
        self._close()
        size = len(self.log.leaves)
        self.heads.append((size, self.log.anchored(size, self.chance.choice([None, None, OTHER_GENESIS]))))

    def _sign(self) -> None:
        if self.log.leaves:
            size = self.chance.randint(1, len(self.log.leaves))
            self.heads.append((size, self.log.signed(size)))

    def _withhold(self) -> None:
        """The operator forgets bytes. Those of a wrong key stay known to him: they stand in an event."""
        for index, raw in list(self.log.raws.items()):
            right = StatementLeaf(index_key_of_bytes(raw, ORIGIN), b"").key == self.log.leaves[index][:32]
            if right and self.chance.random() < 0.2:
                del self.log.raws[index]


@dataclass
class Accuser:
    """Puts together whatever the history gives, in every form of claim."""

    history: History
    chance: random.Random

    def head(self) -> tuple[int, Head]:
        return self.chance.choice(self.history.heads)

    def index_part(self, size: int) -> IndexPart | None:
        log = self.history.log
        closed = [place for place in log.claimed if place < size]
        if not closed:
            return None
        part = log.index_part(self.chance.choice(closed), size, self.chance.choice(KEYS))
        if self.chance.random() < 0.1:
            lists = [entries for held in log.claimed.values() for entries in held.values()]
            part = replace(part, entries=self.chance.choice([None, b"", *lists]))
        return part

    def leaf_part(self, size: int) -> LeafPart:
        log, index = self.history.log, self.chance.randrange(size)
        raw = self.chance.choice([None, self.history.known.get(index), *self.history.known.values()])
        return replace(log.leaf_part(index, size), raw=raw)

    def statement(self, size: int) -> LeafPart:
        part = self.leaf_part(size)
        return replace(part, leaf=None, raw=part.raw or self.history.known.get(part.index, b"?"))

    def beside(self, size: int, head: Head) -> tuple[int, Head | None, tuple[bytes, ...] | None]:
        """Where the leaf is shown: in the same tree or in another one, with or without a path."""
        if self.chance.random() < 0.4:
            return size, None, None
        other, other_head = self.head()
        path = tuple(self.history.log.tree.consistency(*sorted((size, other))))
        return other, other_head, self.chance.choice([None, path])

    def accusations(self, count: int) -> Iterator[FraudProof]:
        makers = (self.omitted, self.submission, self.foreign, self.malformed, self.fork, self.at_leaf, self.last)
        for _ in range(count):
            made = self.chance.choice(makers)()
            if made is not None:
                yield made

    def omitted(self) -> FraudProof | None:
        size, head = self.head()
        index = self.index_part(size)
        where, other, path = self.beside(size, head)
        return index and omitted(ORIGIN, head, index, self.statement(where), other, path)

    def foreign(self) -> FraudProof | None:
        size, head = self.head()
        index = self.index_part(size)
        where, other, path = self.beside(size, head)
        if index is None or index.entries is None:
            return None
        return foreign(ORIGIN, head, index, self.leaf_part(where), other, path)

    def submission(self) -> FraudProof | None:
        size, head = self.head()
        index, tickets = self.index_part(size), list(self.history.log.submitted.values())
        if index is None or not tickets or not isinstance(head, AnchoredHead):
            return None
        ticket: ReceiptProof = self.chance.choice(tickets)
        return omitted_submission(ORIGIN, head, index, ticket)

    def malformed(self) -> FraudProof | None:
        size, head = self.head()
        index = self.index_part(size)
        return malformed(ORIGIN, head, index) if index is not None and index.entries is not None else None

    def fork(self) -> FraudProof:
        (small, head), (large, other) = sorted((self.head(), self.head()), key=lambda item: item[0])
        prefix = tuple(self.history.log.tree.prefix(small, large)) if small < large else None
        return fork(ORIGIN, head, other, self.chance.choice([prefix, prefix, None]))

    def at_leaf(self) -> FraudProof:
        (size, head), (other, other_head) = self.head(), self.head()
        one, two = (replace(self.leaf_part(count), raw=None) for count in (size, other))
        if self.chance.random() < 0.8 and one.index < other:
            two = self.history.log.leaf_part(one.index, other)
        return fork_at_leaf(ORIGIN, head, one, other_head, two)

    def last(self) -> FraudProof | None:
        (size, head), (other, other_head) = self.head(), self.head()
        if not isinstance(head, AnchoredHead) or not isinstance(other_head, AnchoredHead):
            return None
        log = self.history.log
        leaf = log.leaf_part(self.chance.choice([size - 1, self.chance.randrange(size)]), size)
        if self.chance.random() < 0.5:
            return last_leaf(ORIGIN, head, leaf)
        return rule_withdrawn(ORIGIN, head, leaf, other_head, log.leaf_part(other - 1, other))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(5, 30))
def test_no_honest_history_can_be_accused(seed: int, steps: int) -> None:
    chance = random.Random(seed)
    history = History(chance)
    history.log.record(OPENING.raw)
    for _ in range(steps):
        history.step()
    history._anchor()
    history._sign()
    for proof in Accuser(history, chance).accusations(80):
        result = assess_fraud(parse_fraud(proof.encode()), POLICY, everything_known(proof))
        assert result.exit_code == 1, (proof.claim, [item.check.detail for item in result.checks])
        assert assess_fraud(proof, POLICY, {}).exit_code == 1  # nor conditionally


def test_the_accuser_would_accuse_a_liar() -> None:
    """The same accuser proves something against a log with each lie: what is tested above can fail."""
    for lie in ("answer left out", "submission left out", "another leaf", "reversed"):
        chance = random.Random(1)
        history = History(chance, log=Story(lie).log)
        history.known |= history.log.raws
        size = len(history.log.leaves)
        history.heads = [(size, history.log.anchored()), (size, history.log.signed())]
        codes = (
            assess_fraud(proof, POLICY, everything_known(proof)).exit_code
            for proof in Accuser(history, chance).accusations(5000)
        )
        assert 0 in codes, lie


def _true_proofs() -> dict[str, FraudProof]:
    story = Story("answer left out")
    log, n = story.log, story.size
    index = log.index_part(story.closed, n, ANSWER_KEY)
    ticket = Story("submission left out")
    theirs = ticket.log.index_part(ticket.closed, ticket.size, ANSWER_KEY)
    other = Story("another leaf")
    listed = other.log.index_part(other.closed, other.size, ANSWER_KEY)
    bad = Story("reversed")
    return {
        "omitted": omitted(ORIGIN, log.signed(), index, log.statement_part(story.answered, n)),
        "submission": omitted_submission(ORIGIN, ticket.log.anchored(), theirs, ticket.ticket),
        "foreign": foreign(ORIGIN, other.log.signed(), listed, other.log.leaf_part(other.answered, other.size)),
        "malformed": malformed(ORIGIN, bad.log.signed(), bad.log.index_part(bad.closed, bad.size, ANSWER_KEY)),
        "fork": fork(ORIGIN, log.signed(), other.log.signed()),
        "prefix": fork(ORIGIN, log.signed(n), _longer(other).signed(), tuple(other.log.tree.prefix(n, n + 1))),
        "leaves": fork_at_leaf(
            ORIGIN, log.signed(), log.leaf_part(n - 1, n), other.log.signed(n), other.log.leaf_part(n - 1, n)
        ),
        "last_leaf": last_leaf(ORIGIN, log.anchored(n - 1), log.leaf_part(n - 2, n - 1)),
    }


def _longer(story: Story) -> IndexedLog:
    story.signed_late()
    return story.log


TRUE = _true_proofs()


@pytest.mark.parametrize("name", TRUE)
def test_no_bit_can_be_changed(name: str) -> None:
    """Any flipped bit: refused, not shown, or another block that nobody knows; never proven, never a crash."""
    data, known = TRUE[name].encode(), everything_known(TRUE[name])
    assert assess_fraud(parse_fraud(data), POLICY, known).exit_code == 0
    for position in range(0, 8 * len(data), 11):  # each of the eight places of a bit, all over the file
        _check_changed(data, position, lambda changed: assess_fraud(parse_fraud(changed), POLICY, known).exit_code)


def _check_changed(data: bytes, position: int, judge: Callable[[bytes], int]) -> None:
    changed = bytearray(data)
    changed[position // 8] ^= 1 << position % 8
    try:
        code = judge(bytes(changed))
    except HabeasError as error:
        assert isinstance(error, Malformed)
        return
    assert code in (1, 3), f"bit {position}"
