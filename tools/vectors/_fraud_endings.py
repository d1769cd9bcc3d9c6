"""Anchored trees that do not end in their index leaf, and those that do."""

from __future__ import annotations

from dataclasses import replace

from ledger.encoding import sha256
from ledger.fraud.proof import last_leaf, rule_withdrawn
from ledger.index import empty_index_leaf
from ledger.leaf import NO_KEY, StatementLeaf
from tools.vectors._bundles import ORIGIN
from tools.vectors._fraud_stories import ANSWER, OTHER_GENESIS, Story
from tools.vectors._fraud_writer import bad, good
from tools.vectors._indexed_log import IndexedLog


def endings(honest: Story) -> None:
    """Anchored trees that do not end in their index leaf."""
    log = IndexedLog()
    log.record(ANSWER.raw)
    log.append(StatementLeaf(NO_KEY, sha256(b"last")).encode())
    proof = last_leaf(ORIGIN, log.anchored(), log.leaf_part(1, 2))
    good("last-leaf-statement", proof, "The anchored tree ends in a statement leaf.", "leaf")
    bad("last-leaf-of-a-checkpoint", replace(proof, head=log.signed()), "A checkpoint may end in a statement leaf.")
    bad("last-leaf-not-the-last", replace(proof, leaf=log.leaf_part(0, 2)), "A leaf before the last.")
    wrong = IndexedLog()
    wrong.record(ANSWER.raw)
    wrong.append(empty_index_leaf(2).encode())
    proof = last_leaf(ORIGIN, wrong.anchored(), wrong.leaf_part(1, 2))
    good("last-leaf-other-size", proof, "It names another size.", "leaf")
    unknown = IndexedLog()
    unknown.append(b"habeas/index/v1\n" + bytes(8) + (2).to_bytes(8) + bytes(33))
    proof = last_leaf(ORIGIN, unknown.anchored(), unknown.leaf_part(0, 1))
    good("last-leaf-unknown-rule", proof, "A rule that does not exist.", "leaf")
    n, log = honest.size, honest.log
    bad("last-leaf-good", last_leaf(ORIGIN, log.anchored(n), log.leaf_part(n - 1, n)), "The index leaf as it must be.")
    _withdrawn()


def _withdrawn() -> None:
    log = IndexedLog()
    log.record(ANSWER.raw)
    m = log.close()
    log.append(empty_index_leaf(m).encode())
    n = m + 1
    earlier, later = log.anchored(m), log.anchored(n)
    first, last = log.leaf_part(m - 1, m), log.leaf_part(n - 1, n)
    proof = rule_withdrawn(ORIGIN, later, last, earlier, first)
    good("rule-withdrawn", proof, "Rule 0 was anchored after rule 1.", "leaf", "other_leaf")
    bad(
        "rule-withdrawn-reversed",
        rule_withdrawn(ORIGIN, earlier, first, later, last),
        "The earlier tree is the larger.",
    )
    mirror = log.anchored(m, OTHER_GENESIS)
    bad(
        "rule-withdrawn-two-chains",
        rule_withdrawn(ORIGIN, later, last, mirror, first),
        "Which came first is not shown.",
    )
    third = log.close()
    kept = rule_withdrawn(ORIGIN, log.anchored(), log.leaf_part(third - 1, third), earlier, first)
    bad("rule-kept", kept, "Rule 1 after rule 1.")
    honest = IndexedLog()
    honest.record(ANSWER.raw)
    for _ in range(2):
        honest.append(empty_index_leaf(len(honest.leaves)).encode())
    last = honest.close()
    heads = {size: (honest.anchored(size), honest.leaf_part(size - 1, size)) for size in (2, 3, last)}
    bad("rule-0-kept", rule_withdrawn(ORIGIN, *heads[3], *heads[2]), "Rule 0 after rule 0.")
    bad("rule-0-before-rule-1", rule_withdrawn(ORIGIN, *heads[3], *heads[last]), "Rule 0 first, as every log begins.")
