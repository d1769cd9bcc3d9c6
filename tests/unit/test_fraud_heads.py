"""Fraud proofs over heads: forks, last leaves, withdrawn rules; and by which conditions a proof is judged."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger.encoding import sha256
from ledger.errors import MalformedFraudProof, VerificationFraud
from ledger.fraud.procedure import assess_fraud, verify_fraud
from ledger.fraud.proof import (
    LeafPart,
    SignedHead,
    fork,
    fork_at_leaf,
    last_leaf,
    omitted,
    parse_fraud,
    rule_withdrawn,
)
from ledger.index import empty_index_leaf
from ledger.leaf import NO_KEY, IndexLeaf, StatementLeaf
from ledger.policy import parse_policy
from ledger.verification.checks import Value
from ledger.verification.observed import Observed
from tests.unit.frauds import not_shown, proven
from tools.vectors._bundles import GENESIS, ORIGIN, policy_bytes
from tools.vectors._fraud_stories import (
    ANSWER,
    ANSWER_KEY,
    CODE,
    OTHER_GENESIS,
    POLICY,
    Story,
    everything_known,
)
from tools.vectors._indexed_log import IndexedLog

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
