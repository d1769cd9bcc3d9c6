"""Two bundles of one ledger: what contradicts is found and proven, what an honest ledger gives out never is."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.bundle import Bundle, parse_bundle
from ledger.checkpoint import Checkpoint, sign_checkpoint
from ledger.encoding import sha256
from ledger.errors import Malformed
from ledger.evm import keccak256
from ledger.fraud.contradictions import Kept, find_contradictions
from ledger.fraud.procedure import verify_fraud
from ledger.fraud.proof import AnchoredHead, parse_fraud
from ledger.index import empty_index_leaf
from ledger.leaf import INDEX_V1, NO_KEY, IndexLeaf
from ledger.policy import parse_policy
from ledger.proof import LogProof
from ledger.statement import parse
from ledger.verification.observed import Observed
from tests.unit.test_fraud_honest import History
from tools.vectors._bundles import GENESIS, LOG_KEY, ORIGIN
from tools.vectors._fraud_stories import (
    ANSWER,
    ANSWER_KEY,
    CASE,
    OPENING,
    POLICY,
    REQUESTER_KEY,
    STRANGER_KEY,
    Story,
)
from tools.vectors._indexed_log import IndexedLog

KEYS = (REQUESTER_KEY, ANSWER_KEY, STRANGER_KEY)


def known(bundles: Sequence[Bundle]) -> Mapping[bytes, Observed]:
    headers = [anchor.proof.header for item in bundles for anchor in item.anchors.values()]
    headers += [proof.header for item in bundles for proof in item.submitted.values()]
    return {GENESIS: Observed({keccak256(header): "a test" for header in headers})}


def claims(*bundles: Bundle, exit_code: int = 0, blocks: bool = True) -> set[str]:
    """The claims that are found, after a round through bytes; each verifies by itself."""
    again = [parse_bundle(item.encode()) for item in bundles]
    observed = known(again) if blocks else {}
    found = find_contradictions(again, POLICY, observed)
    for result in found:
        assert result.exit_code == exit_code
        assert verify_fraud(parse_fraud(result.proof.encode()), POLICY, observed).exit_code == exit_code
    return {result.proof.claim for result in found}


def two_views(lie: str) -> tuple[Story, Bundle, Bundle]:
    """What the operator shows with the index, and what the answer's author kept from an earlier anchor."""
    story = Story(lie, early=True)
    log = story.log
    mine = log.bundle_of(CASE, [story.opened], {story.size: log.anchored()}, keys=KEYS)
    theirs = log.bundle_of(CASE, [story.answered], {story.early: log.anchored(story.early)})
    return story, mine, theirs


@pytest.mark.parametrize(
    ("lie", "expected"),
    [
        ("", set()),
        ("list left out", {"omitted"}),
        ("answer left out", {"omitted"}),
        ("another leaf", {"foreign", "omitted"}),
        ("another author", {"foreign"}),
        ("reversed", {"malformed"}),
        ("no list", {"malformed"}),
    ],
)
def test_the_list_of_one_and_the_statement_of_the_other(lie: str, expected: set[str]) -> None:
    _, mine, theirs = two_views(lie)
    assert claims(mine, theirs) == claims(theirs, mine) == expected
    assert claims(mine, theirs, exit_code=3, blocks=False) == expected
    assert claims(theirs) == set()


def test_a_submission_that_the_other_list_lacks() -> None:
    """The receipt of a ticket taken before ``completeTo`` is enough."""
    story, mine, _ = two_views("submission left out")
    theirs = Bundle(ORIGIN, CASE, {}, {}, {}, None, (), {0: story.ticket})
    assert claims(mine, theirs) == {"omitted"}
    honest, mine, _ = two_views("")
    assert claims(mine, Bundle(ORIGIN, CASE, {}, {}, {}, None, (), {0: honest.ticket})) == set()


def test_a_receipt_that_a_server_gave() -> None:
    """A signed checkpoint and a path: the list lacks the statement, or another leaf stands in its place."""
    story, mine, _ = two_views("answer left out")
    early = story.answered + 1
    receipt = LogProof(
        story.answered, tuple(story.log.tree.inclusion(story.answered, early)), note_of(story.log, early)
    )
    kept = [Kept(ANSWER.raw, receipt)]
    found = find_contradictions([mine], POLICY, known([mine]), kept)
    assert [result.proof.claim for result in found] == ["omitted"]
    honest, fair, _ = two_views("")
    assert find_contradictions([fair], POLICY, known([fair]), kept) == []
    other = IndexedLog()
    other.record(ANSWER.raw)
    wrong = [Kept(ANSWER.raw, LogProof(0, (), note_of(other, 1)))]
    # Left out of this log's list, or of another log: which of the two is shown once the bundle has leaf 0.
    found = find_contradictions([fair], POLICY, known([fair]), wrong)
    assert [result.proof.claim for result in found] == ["omitted"]
    with_first = honest.log.bundle_of(CASE, [0], {honest.size: honest.log.anchored()})
    found = find_contradictions([with_first], POLICY, known([with_first]), wrong)
    assert [result.proof.claim for result in found] == ["fork"]
    for bad in (
        LogProof(story.answered, (), receipt.checkpoint),
        LogProof(0, receipt.path, receipt.checkpoint),
        LogProof(story.answered, receipt.path, b"no note"),
    ):
        assert find_contradictions([mine], POLICY, known([mine]), [Kept(ANSWER.raw, bad)]) == []


def note_of(log: IndexedLog, size: int) -> bytes:
    return sign_checkpoint(Checkpoint(ORIGIN, size, log.tree.root(size)), LOG_KEY)


def test_two_trees_of_one_size() -> None:
    one, other = Story("answer left out"), Story()
    for log in (one.log, other.log):
        assert log.tree.root() == log.tree.root(one.size)
    first = one.log.bundle_of(CASE, [one.opened], {one.size: one.log.anchored()})
    second = other.log.bundle_of(CASE, [other.opened], {other.size: other.log.anchored()})
    assert claims(first, second) == {"fork"}
    assert len(find_contradictions([first, second], POLICY, known([first, second]))) == 2  # by the roots, by the leaf
    note = sign_checkpoint(Checkpoint(ORIGIN, one.size, one.log.tree.root()), LOG_KEY)
    assert claims(replace(second, checkpoint=note)) == {"fork"}


def test_endings() -> None:
    """A tree whose last leaf names another size, a statement at the end, and a rule that was withdrawn."""
    log = IndexedLog()
    log.record(OPENING.raw)
    log.append(IndexLeaf(5, INDEX_V1, sha256(b"root")).encode())
    wrong = log.bundle_of(CASE, [0], {2: log.anchored()})
    assert claims(wrong) == {"last_leaf"}
    log = IndexedLog()
    for raw in (OPENING.raw, ANSWER.raw):
        log.record(raw)
    bare = log.bundle_of(CASE, [0, 1], {2: log.anchored()})
    assert claims(bare) == {"last_leaf"}
    log = IndexedLog()
    log.record(OPENING.raw)
    m = log.close()
    log.append(empty_index_leaf(m).encode())
    heads = {m: log.anchored(m), m + 1: log.anchored(m + 1)}
    assert claims(log.bundle_of(CASE, [0], heads)) == {"last_leaf"}


def test_ledgers_that_are_not_compared() -> None:
    """One that the policy does not list, and bundles of different ledgers."""
    _, mine, theirs = two_views("answer left out")
    assert find_contradictions([mine, theirs], parse_policy(b"habeas_trust = 1\n"), {}) == []
    assert claims(mine, replace(theirs, ledger="other.example/main")) == set()


def test_broken_bundles_accuse_nobody() -> None:
    """Whatever is exchanged between two honest bundles, nothing is found."""
    story, mine, theirs = two_views("")
    assert mine.index is not None
    for wrong in (
        replace(mine, index=replace(mine.index, lists={ANSWER_KEY: mine.index.lists[REQUESTER_KEY]})),
        replace(mine, index=replace(mine.index, lists={NO_KEY: mine.index.lists[ANSWER_KEY]})),
        replace(mine, index=replace(mine.index, size=1)),
        replace(mine, anchors={story.size: replace(mine.anchors[story.size], index_leaf=b"x")}),
        replace(mine, anchors={story.size: replace(mine.anchors[story.size], path=())}),
        replace(mine, anchors={}, checkpoint=b"no note"),
        replace(mine, statements={7: replace(theirs.statements[story.answered], index=7)}),
        replace(mine, submitted={0: mine.anchors[story.size].proof}),
    ):
        assert claims(wrong, theirs) == set()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(5, 25))
def test_no_honest_history_contradicts_itself(seed: int, steps: int) -> None:
    """Any two bundles of an honest ledger, each with other statements, anchors, lists, tickets and checkpoints."""
    chance = random.Random(seed)
    history = History(chance)
    history.log.record(OPENING.raw)
    for _ in range(steps):
        history.step()
    log = history.log
    size = log.close()
    history.heads.append((size, log.anchored()))
    # An anchor counts as of when it was made: its completeTo says which tickets were settled then.
    anchored = {
        count: head
        for count, head in history.heads
        if isinstance(head, AnchoredHead) and head.genesis is None and count - 1 in log.claimed
    }
    readable = [place for place, raw in log.raws.items() if _is_statement(raw)]
    bundles = [_some_of(chance, log, anchored, readable) for _ in range(2)]
    assert find_contradictions(bundles, POLICY, known(bundles)) == []


def _some_of(
    chance: random.Random, log: IndexedLog, anchored: Mapping[int, AnchoredHead], readable: Sequence[int]
) -> Bundle:
    heads = dict(chance.sample(sorted(anchored.items()), chance.randint(1, len(anchored))))
    places = [place for place in readable if place < max(heads) and chance.random() < 0.7]
    size = chance.randint(1, len(log.leaves))
    note = sign_checkpoint(Checkpoint(ORIGIN, size, log.tree.root(size)), LOG_KEY)
    tickets = {number: proof for number, proof in log.submitted.items() if chance.random() < 0.7}
    return log.bundle_of(CASE, places, heads, keys=KEYS, checkpoint=note, submitted=tickets)


def _is_statement(raw: bytes) -> bool:
    try:
        parse(raw)
    except Malformed:
        return False
    return True
