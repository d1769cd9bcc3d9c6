"""Fraud proofs: every lie of an operator is shown, and what is shown is judged by its conditions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger.checks import Value
from ledger.encoding import sha256
from ledger.errors import MalformedFraudProof, VerificationFraud
from ledger.fraud import (
    FraudProof,
    LeafPart,
    SignedHead,
    foreign,
    fork,
    fork_at_leaf,
    is_fraud_proof,
    last_leaf,
    malformed,
    omitted,
    omitted_submission,
    parse_fraud,
    rule_withdrawn,
)
from ledger.fraud_procedure import FraudAssessment, assess_fraud, verify_fraud
from ledger.index import empty_index_leaf
from ledger.leaf import NO_KEY, IndexLeaf, StatementLeaf
from ledger.observed import Observed
from ledger.policy import parse_policy
from tools.vectors._bundles import COMPANY_KEY, GENESIS, ORIGIN, REFUSED, policy_bytes
from tools.vectors._fraud_stories import (
    ANSWER,
    ANSWER_KEY,
    CASE,
    CODE,
    OTHER_GENESIS,
    POLICY,
    REQUESTER_KEY,
    STRANGER_KEY,
    Story,
    everything_known,
)
from tools.vectors._indexed_log import IndexedLog, signed_statement


def judged(proof: FraudProof) -> FraudAssessment:
    """The assessment after a round through bytes, every block being known."""
    again = parse_fraud(proof.encode())
    assert again == proof and is_fraud_proof(proof.encode())
    return assess_fraud(again, POLICY, everything_known(again))


def proven(proof: FraudProof) -> None:
    result = judged(proof)
    failed = [f"{item.check.name}: {item.check.detail}" for item in result.checks if item.value is Value.FAILED]
    assert result.exit_code == 0, failed
    for check in (item.check for item in result.checks if item.check.step != "1"):
        assert check.detail
    verify_fraud(proof, POLICY, everything_known(proof))
    offline = assess_fraud(proof, POLICY, {})
    has_blocks = any("canonical" in item.check.name for item in offline.checks)
    assert offline.exit_code == (3 if has_blocks else 0)


def not_shown(proof: FraudProof, why: str) -> None:
    assert judged(proof).exit_code == 1
    with pytest.raises(VerificationFraud, match=why):
        verify_fraud(proof, POLICY, everything_known(proof))


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


# --- fork -----------------------------------------------------------------------------------------


def forked(common: int = 3, more: int = 4) -> tuple[IndexedLog, IndexedLog]:
    """Two logs that part after ``common`` leaves."""
    logs = IndexedLog(), IndexedLog()
    for side, log in enumerate(logs):
        for place in range(common + more):
            word = b"common %d" % place if place < common else b"%d on side %d" % (place, side)
            log.append(StatementLeaf(NO_KEY, sha256(word)).encode())
    return logs


def test_two_roots_of_one_size() -> None:
    one, other = forked()
    for head in (one.signed(), one.anchored(), one.anchored(genesis=OTHER_GENESIS)):
        for against in (other.signed(), other.anchored(), other.anchored(genesis=OTHER_GENESIS)):
            proven(fork(ORIGIN, head, against))
    not_shown(fork(ORIGIN, one.signed(), one.anchored()), "same tree")


@pytest.mark.parametrize("common", [1, 2, 3])
def test_a_tree_that_extends_another(common: int) -> None:
    """The prefix path of the larger tree shows another root of the smaller size, also of a power of two."""
    one, other = forked(common, 6)
    n = len(one.leaves)
    for m in range(1, n):
        prefix = tuple(one.tree.prefix(m, n))
        proof = fork(ORIGIN, other.signed(m), one.anchored(n), prefix)
        if m > common:
            proven(proof)
            not_shown(fork(ORIGIN, other.signed(m), one.anchored(n)), "a path must relate them")
        else:
            not_shown(proof, "extends the one of")
        not_shown(fork(ORIGIN, one.signed(m), one.signed(n), prefix), "extends the one of")
        not_shown(replace(proof, consistency=prefix[:-1]), "hashes")
        not_shown(replace(proof, consistency=(sha256(b"?"), *prefix[1:])), "leads to root")


def test_two_leaves_at_one_place() -> None:
    one, other = forked()
    place, n = 5, len(one.leaves)
    proof = fork_at_leaf(ORIGIN, one.signed(n), one.leaf_part(place, n), other.anchored(6), other.leaf_part(place, 6))
    proven(proof)
    same = fork_at_leaf(ORIGIN, one.signed(n), one.leaf_part(1, n), other.signed(6), other.leaf_part(1, 6))
    not_shown(same, "the same leaf at index 1")
    moved = fork_at_leaf(ORIGIN, one.signed(n), one.leaf_part(1, n), other.signed(6), other.leaf_part(2, 6))
    not_shown(moved, "different places")
    invented = LeafPart(place, proof.leaf.path if proof.leaf else (), b"any bytes")
    not_shown(replace(proof, leaf=invented), "leads to root")


# --- last leaf ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "leaf",
    [
        StatementLeaf(NO_KEY, sha256(b"x")).encode(),
        IndexLeaf(2, 1, bytes(32)).encode(),
        IndexLeaf(3, 0, bytes(32)).encode(),
        b"x",
    ],
    ids=["statement", "too small", "too large", "no leaf"],
)
def test_an_anchored_tree_that_ends_otherwise(leaf: bytes) -> None:
    log = IndexedLog()
    log.record(ANSWER.raw)
    log.append(leaf)
    proven(last_leaf(ORIGIN, log.anchored(), log.leaf_part(1, 2)))
    not_shown(
        replace(last_leaf(ORIGIN, log.anchored(), log.leaf_part(1, 2)), head=log.signed()), "only an anchored tree"
    )
    not_shown(last_leaf(ORIGIN, log.anchored(), log.leaf_part(0, 2)), "is not the last of 2")


def test_a_rule_that_was_withdrawn() -> None:
    log = IndexedLog()
    log.record(ANSWER.raw)
    m = log.close()
    log.append(empty_index_leaf(m).encode())
    n = m + 1
    earlier, later = log.anchored(m), log.anchored(n)
    proven(rule_withdrawn(ORIGIN, later, log.leaf_part(m, n), earlier, log.leaf_part(m - 1, m)))
    not_shown(rule_withdrawn(ORIGIN, earlier, log.leaf_part(m - 1, m), later, log.leaf_part(m, n)), "before this one")
    mirror = log.anchored(m, OTHER_GENESIS)
    not_shown(rule_withdrawn(ORIGIN, later, log.leaf_part(m, n), mirror, log.leaf_part(m - 1, m)), "same chain")
    third = log.close() - 1
    not_shown(
        rule_withdrawn(ORIGIN, log.anchored(), log.leaf_part(third, third + 1), earlier, log.leaf_part(m - 1, m)),
        "rule 1 and then in rule 0",
    )
    not_shown(last_leaf(ORIGIN, later, log.leaf_part(m, n)), "ends in the index leaf")


# --- conditions -----------------------------------------------------------------------------------


def test_a_ledger_that_the_policy_does_not_list() -> None:
    one, other = forked()
    nobody = parse_policy(b"habeas_trust = 1\n")
    result = assess_fraud(fork(ORIGIN, one.signed(), other.signed()), nobody, {})
    assert result.exit_code == 3 and [item.check.name for item in result.checks] == ["fraud-proof", "ledger"]


def test_blocks_that_are_not_on_the_chain() -> None:
    """Unknown: conditional. Contradicted: not shown. Pinned by the policy: proven."""
    story = Story("answer left out")
    log, n = story.log, story.size
    index = log.index_part(story.closed, n, ANSWER_KEY)
    proof = omitted(ORIGIN, log.anchored(), index, log.statement_part(story.answered, n))
    known = everything_known(proof)[GENESIS].canonical
    assert {item.value for item in assess_fraud(proof, POLICY, {}).checks} == {
        Value.PASSED,
        Value.NOT_CHECKED,
        Value.CONDITIONAL,
    }
    contradicted = {GENESIS: Observed({}, dict.fromkeys(known, "another block is there"))}
    with pytest.raises(VerificationFraud, match=r"3\.2, head/canonical: another block"):
        verify_fraud(proof, POLICY, contradicted)
    # What is known of another chain says nothing about this one.
    assert assess_fraud(proof, POLICY, {OTHER_GENESIS: Observed(known)}).exit_code == 3
    number = log.number
    pin = f'rpc_quorum = 1\npinned = [{{ hash = "0x{next(iter(known)).hex()}", number = {number} }}]\n'
    pinned = parse_policy(policy_bytes().replace(b"rpc_quorum = 1\n", pin.encode(), 1))
    assert assess_fraud(proof, pinned, {}).exit_code == 0


def test_an_anchor_on_another_chain() -> None:
    """The chain must be listed, and the contract there must have the policy's code."""
    one, other = forked()
    proof = fork(ORIGIN, one.anchored(), other.anchored(genesis=OTHER_GENESIS))
    known = everything_known(proof)
    assert assess_fraud(proof, POLICY, known).exit_code == 0
    without_code = {**known, OTHER_GENESIS: replace(known[OTHER_GENESIS], code_hash=None)}
    assert assess_fraud(proof, POLICY, without_code).exit_code == 3
    other_code = {**known, OTHER_GENESIS: replace(known[OTHER_GENESIS], code_hash=sha256(CODE))}
    assert assess_fraud(proof, POLICY, other_code).exit_code == 1
    unlisted = parse_policy(policy_bytes())
    assert assess_fraud(proof, unlisted, known).exit_code == 3
    assert assess_fraud(fork(ORIGIN, one.anchored(genesis=GENESIS), other.anchored()), unlisted, known).exit_code == 3


def test_heads_of_others() -> None:
    """Another key, another contract, another log bind nobody."""
    one, other = forked()
    stranger = parse_policy(policy_bytes().replace(b'contract = "0xc0', b'contract = "0xc1'))
    proof = fork(ORIGIN, one.anchored(), other.anchored())
    assert assess_fraud(proof, stranger, everything_known(proof)).exit_code == 1
    not_shown(fork(ORIGIN, SignedHead(b"no note"), other.signed()), "head/signed")
    named = replace(fork(ORIGIN, one.signed(), other.signed()), ledger="other.example/main")
    assert assess_fraud(named, POLICY, {}).exit_code == 3


# --- the container --------------------------------------------------------------------------------


def test_forms() -> None:
    """Each claim has its parts, no more and no fewer."""
    one, other = forked()
    proof = fork(ORIGIN, one.signed(), other.signed())
    for wrong in (
        replace(proof, claim="last_leaf"),
        replace(proof, claim="omitted"),
        replace(proof, other_head=None),
        replace(proof, leaf=one.leaf_part(0, 7)),
    ):
        with pytest.raises(MalformedFraudProof, match="is shown with"):
            parse_fraud(wrong.encode())
