"""Fraud proofs over lists: what the index leaves out, lists that are foreign or malformed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger.fraud.proof import (
    foreign,
    malformed,
    omitted,
    omitted_submission,
)
from ledger.index import empty_index_leaf
from ledger.leaf import NO_KEY
from ledger.verification.checks import Value
from tests.unit.frauds import judged, not_shown, proven
from tools.vectors._bundles import COMPANY_KEY, ORIGIN, REFUSED
from tools.vectors._fraud_stories import (
    ANSWER,
    ANSWER_KEY,
    CASE,
    OTHER_GENESIS,
    REQUESTER_KEY,
    STRANGER_KEY,
    Story,
)
from tools.vectors._indexed_log import IndexedLog, signed_statement

# --- omitted --------------------------------------------------------------------------------------


@pytest.mark.parametrize("lie", ["list left out", "answer left out"])
def test_a_statement_that_the_index_leaves_out(lie: str) -> None:
    """Shown under one checkpoint, under one anchor, and with the statement in an earlier or later tree."""
    story = Story(lie)
    log, n = story.log, story.size
    index, place = log.index_part(story.closed, n, ANSWER_KEY), story.answered
    for head in (log.signed(), log.anchored()):
        proven(omitted(ORIGIN, head, index, log.statement_part(place, n)))
    early = place + 1
    path = tuple(log.tree.consistency(early, n))
    here = log.statement_part(place, early)
    proven(omitted(ORIGIN, log.signed(n), index, here, log.signed(early), path))
    proven(omitted(ORIGIN, log.anchored(n), index, here, log.anchored(early)))
    story.signed_late()
    late = len(log.leaves)
    path = tuple(log.tree.consistency(n, late))
    proven(omitted(ORIGIN, log.anchored(n), index, log.statement_part(place, late), log.signed(late), path))
    # An older index under a newer head.
    proven(
        omitted(
            ORIGIN, log.signed(late), log.index_part(story.closed, late, ANSWER_KEY), log.statement_part(place, late)
        )
    )


def test_two_trees_of_unknown_relation_are_a_lie_all_the_same() -> None:
    """A receipt and an anchor are enough: either the index leaves it out, or there are two logs."""
    story = Story("answer left out")
    log, n, early = story.log, story.size, story.answered + 1
    index = log.index_part(story.closed, n, ANSWER_KEY)
    proof = omitted(ORIGIN, log.anchored(n), index, log.statement_part(story.answered, early), log.signed(early))
    proven(proof)
    values = {item.check.name: item.value for item in judged(proof).checks}
    assert values["one-log"] is Value.NOT_CHECKED
    wrong = replace(proof, consistency=(bytes(32),))
    not_shown(wrong, "one-log")
    signed = replace(proof, head=log.signed(n))
    values = {item.check.name: item.value for item in judged(signed).checks}
    assert values["one-log"] is Value.NOT_CHECKED and values["claim"] is Value.PASSED


def test_a_submission_that_the_index_leaves_out() -> None:
    story = Story("submission left out")
    log, n = story.log, story.size
    index = log.index_part(story.closed, n, ANSWER_KEY)
    proven(omitted_submission(ORIGIN, log.anchored(), index, story.ticket))
    # The index of an anchor before the ticket is right not to name it.
    story.signed_late()
    late = log.anchored()
    here = log.index_part(story.closed, len(log.leaves), ANSWER_KEY)
    not_shown(omitted_submission(ORIGIN, late, here, story.ticket), "does not end the anchored tree")
    not_shown(
        replace(omitted_submission(ORIGIN, log.anchored(n), index, story.ticket), head=log.signed(n)), "home chain"
    )
    mirror = log.anchored(n, OTHER_GENESIS)
    not_shown(omitted_submission(ORIGIN, mirror, index, story.ticket), "home chain")


def test_a_submission_that_came_too_late_is_not_left_out() -> None:
    """Only what was taken before ``completeTo`` must be in the tree."""
    story = Story()
    log, n = story.log, story.size
    raw = signed_statement("request.refused", REFUSED, COMPANY_KEY, CASE, salt=9).raw
    late = log.submit_bytes(raw)
    index = log.index_part(story.closed, n, ANSWER_KEY)
    not_shown(omitted_submission(ORIGIN, log.anchored(n), index, late), "complete only to before")


def test_what_stands_in_the_list_was_not_left_out() -> None:
    story = Story()
    log, n = story.log, story.size
    index, statement = log.index_part(story.closed, n, ANSWER_KEY), log.statement_part(story.answered, n)
    not_shown(omitted(ORIGIN, log.signed(), index, statement), "stands in the list")
    not_shown(omitted_submission(ORIGIN, log.anchored(), index, story.ticket), "stands in the list")
    other = log.index_part(story.closed, n, REQUESTER_KEY)
    not_shown(omitted(ORIGIN, log.signed(), other, statement), "belongs under key")
    absent = log.index_part(story.closed, n, STRANGER_KEY)
    not_shown(omitted(ORIGIN, log.signed(), absent, statement), "belongs under key")
    not_shown(omitted(ORIGIN, log.signed(), replace(index, entries=None), statement), "but none is shown")
    not_shown(omitted(ORIGIN, log.signed(), replace(absent, entries=index.entries), statement), "but one is shown")
    fewer = replace(index, entries=(index.entries or b"")[40:])
    not_shown(omitted(ORIGIN, log.signed(), fewer, statement), "is not the one of the index")


def test_what_came_after_the_index_was_not_left_out() -> None:
    story = Story()
    log = story.log
    late = log.record(signed_statement("request.refused", REFUSED, COMPANY_KEY, CASE, salt=5).raw)
    n = len(log.leaves)
    index = log.index_part(story.closed, n, ANSWER_KEY)
    not_shown(omitted(ORIGIN, log.signed(n), index, log.statement_part(late, n)), "which the index covers")


def test_bytes_that_are_not_indexable_were_not_left_out() -> None:
    """Of another ledger, or no statement at all, or under a key that is not theirs."""
    foreign_raw = signed_statement("request.refused", REFUSED, COMPANY_KEY, CASE, ledger="other.example/main").raw
    log = IndexedLog()
    for raw in (foreign_raw, b"no statement"):
        place = log.record(raw)
        log.submit_bytes(raw)
    log.submit_bytes(ANSWER.raw, STRANGER_KEY)
    ticket = log.submitted[2]
    log.settle()
    n = log.close()
    for key in (ANSWER_KEY, NO_KEY, STRANGER_KEY):
        index = log.index_part(n - 1, n, key)
        for place in range(2):
            not_shown(omitted(ORIGIN, log.signed(), index, log.statement_part(place, n)), "not indexable")
            not_shown(omitted_submission(ORIGIN, log.anchored(), index, log.submitted[place]), "not indexable")
        not_shown(omitted(ORIGIN, log.signed(), index, log.statement_part(2, n)), "leads to root")
        not_shown(omitted_submission(ORIGIN, log.anchored(), index, ticket), "another key|belongs under key")


# --- foreign --------------------------------------------------------------------------------------


def test_a_list_that_names_another_leaf() -> None:
    story = Story("another leaf")
    log, n = story.log, story.size
    index = log.index_part(story.closed, n, ANSWER_KEY)
    proven(foreign(ORIGIN, log.signed(), index, log.leaf_part(story.answered, n)))
    early = story.answered + 1
    proven(foreign(ORIGIN, log.anchored(), index, log.leaf_part(story.answered, early), log.anchored(early)))


def test_a_list_that_names_a_leaf_of_another_key() -> None:
    story = Story("another author")
    log, n = story.log, story.size
    index = log.index_part(story.closed, n, STRANGER_KEY)
    proven(foreign(ORIGIN, log.signed(), index, log.leaf_part(story.answered, n)))


def test_a_list_that_names_an_index_leaf() -> None:
    log = IndexedLog()
    log.record(ANSWER.raw)
    first = log.close() - 1
    n = log.close(
        lambda lists: lists.update({ANSWER_KEY: lists[ANSWER_KEY] + first.to_bytes(8) + leaf_hash(log, first)})
    )
    index = log.index_part(n - 1, n, ANSWER_KEY)
    proven(foreign(ORIGIN, log.signed(), index, log.leaf_part(first, n)))


def leaf_hash(log: IndexedLog, index: int) -> bytes:
    return log.tree.read(0, index)


def test_a_list_that_names_bytes_of_another_key() -> None:
    """The leaf says the key, its bytes do not: shown with the bytes only."""
    log = IndexedLog()
    log.submit_bytes(ANSWER.raw, STRANGER_KEY)
    log.settle()
    entry = (0).to_bytes(8) + leaf_hash(log, 0)
    n = log.close(lambda lists: lists.update({STRANGER_KEY: entry}))
    index = log.index_part(n - 1, n, STRANGER_KEY)
    proven(foreign(ORIGIN, log.signed(), index, log.leaf_part(0, n, raw=True)))
    not_shown(foreign(ORIGIN, log.signed(), index, log.leaf_part(0, n)), "no bytes show another")
    other = replace(log.leaf_part(0, n), raw=b"other bytes")
    not_shown(foreign(ORIGIN, log.signed(), index, other), "not those that leaf 0 commits to")


def test_what_belongs_in_the_list_is_not_foreign() -> None:
    story = Story()
    log, n = story.log, story.size
    index = log.index_part(story.closed, n, ANSWER_KEY)
    for raw, why in ((True, "nothing foreign is listed"), (False, "no bytes show another")):
        not_shown(foreign(ORIGIN, log.signed(), index, log.leaf_part(story.answered, n, raw=raw)), why)
    not_shown(foreign(ORIGIN, log.signed(), index, log.leaf_part(story.opened, n)), "does not name index")
    absent = replace(log.index_part(story.closed, n, STRANGER_KEY), entries=b"")
    not_shown(foreign(ORIGIN, log.signed(), absent, log.leaf_part(story.answered, n)), "index has no list")


# --- malformed ------------------------------------------------------------------------------------


@pytest.mark.parametrize("lie", ["reversed", "twice", "beyond", "no list", "empty", "zero key"])
def test_what_can_be_no_list(lie: str) -> None:
    story = Story(lie)
    log, n = story.log, story.size
    key = NO_KEY if lie == "zero key" else ANSWER_KEY
    index = log.index_part(story.closed, n, key)
    proven(malformed(ORIGIN, log.signed(), index))
    proven(malformed(ORIGIN, log.anchored(), index))


def test_an_honest_list_is_not_malformed() -> None:
    story = Story()
    log, n = story.log, story.size
    not_shown(malformed(ORIGIN, log.signed(), log.index_part(story.closed, n, ANSWER_KEY)), "a list can have")
    nothing = replace(log.index_part(story.closed, n, NO_KEY), entries=b"")
    not_shown(malformed(ORIGIN, log.signed(), nothing), "index has no list")


def test_rule_0_claims_nothing_that_could_be_wrong() -> None:
    log = IndexedLog()
    log.record(ANSWER.raw)
    log.claimed[1] = {}
    log.append(empty_index_leaf(1).encode())
    index = log.index_part(1, 2, ANSWER_KEY)
    not_shown(omitted(ORIGIN, log.signed(), index, log.statement_part(0, 2)), "claims no index")
