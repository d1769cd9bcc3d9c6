"""A fraud proof has at most 12 kB beside the statements that it shows, also in a large log on a busy chain."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from ledger.encoding import encode_base64, sha256
from ledger.fraud.procedure import assess_fraud
from ledger.fraud.proof import FraudProof, foreign, fork, last_leaf, malformed, omitted, omitted_submission
from ledger.leaf import StatementLeaf
from ledger.merkle import MemoryTree, hash_leaf
from tools.vectors._bundles import COMPANY_KEY, ORIGIN, REFUSED
from tools.vectors._fraud_stories import ANSWER_KEY, CASE, POLICY, everything_known
from tools.vectors._indexed_log import IndexedLog, Lists, signed_statement

LEAVES = 2**20
LIMIT = 12_000
STEPS = 24
"""Of the search path: what a key has among some ten million of them."""
ENTRIES = 8


class BigLog(IndexedLog):
    """Leaves of others count by their hashes alone, so that a million of them fit in a test."""

    def honest_lists(self, size: int) -> Lists:
        """Our own list, and those of others that make its search path long."""
        others = {flipped(ANSWER_KEY, bit): sha256(b"%d" % bit)[:40] for bit in range(STEPS)}
        entries = b"".join(place.to_bytes(8) + self.tree.read(0, place) for place in sorted(self.raws))
        return {**others, ANSWER_KEY: entries}


def flipped(key: bytes, bit: int) -> bytes:
    changed = bytearray(key)
    changed[bit // 8] ^= 0x80 >> bit % 8
    return bytes(changed)


def answer(salt: int) -> bytes:
    return signed_statement("request.refused", REFUSED, COMPANY_KEY, CASE, salt=salt).raw


@pytest.fixture(scope="module")
def proofs() -> Mapping[str, FraudProof]:
    log = BigLog(transactions=200, fields=23)
    answers = [
        signed_statement("request.refused", REFUSED, COMPANY_KEY, CASE, salt=salt).raw for salt in range(ENTRIES)
    ]
    places = [log.record(raw) for raw in answers]
    ticket = log.submit_bytes(signed_statement("request.refused", REFUSED, COMPANY_KEY, CASE, salt=99).raw)
    log.tickets.clear()  # settled, and left out of the list below
    early = log.anchored()
    _fill(log, LEAVES - 2)
    last = log.record(answer(100))
    wrong = (last).to_bytes(8) + bytes(32)
    n = log.close(lambda lists: lists.update({ANSWER_KEY: lists[ANSWER_KEY][40:-40] + wrong}))
    assert n == LEAVES
    index, head = log.index_part(n - 1, n, ANSWER_KEY), log.anchored()
    assert len(index.proof) == 33 * STEPS + 64 and len(index.entries or b"") == 40 * ENTRIES
    statement = log.statement_part(places[0], places[0] + 1)
    shorter = log.anchored(places[0] + 1)
    other = MemoryTree([sha256(b"%d" % place) for place in range(1000)])
    prefix = tuple(log.tree.prefix(1000, n))
    return {
        "omitted, two anchors": omitted(ORIGIN, head, index, statement, shorter),
        "omitted, one anchor": omitted(ORIGIN, early, index, statement),
        "omitted submission": omitted_submission(ORIGIN, head, index, ticket),
        "foreign, two anchors": foreign(ORIGIN, head, index, log.leaf_part(last, n), log.anchored(n)),
        "malformed": malformed(ORIGIN, head, index),
        "fork, prefix": fork(ORIGIN, log.signed(1000, other.root()), head, prefix),
        "fork, two anchors": fork(ORIGIN, log.anchored(1000), head, prefix),
        "last leaf": last_leaf(ORIGIN, head, log.leaf_part(n - 1, n)),
    }


def _fill(log: IndexedLog, size: int) -> None:
    for place in range(len(log.leaves), size):
        log.tree.append(hash_leaf(StatementLeaf(bytes(32), place.to_bytes(32)).encode()))
        log.leaves.append(b"")


def shown_bytes(proof: FraudProof) -> int:
    """Bytes of the statements in a proof: base64 where they are the leaf's, in a receipt where submitted."""
    shown = len(encode_base64(proof.leaf.raw)) if proof.leaf is not None and proof.leaf.raw is not None else 0
    if proof.submitted is not None:
        shown += len(encode_base64(answer(99)))
    return shown


def test_sizes(proofs: Mapping[str, FraudProof]) -> None:
    sizes = {name: len(proof.encode()) - shown_bytes(proof) for name, proof in proofs.items()}
    assert all(size <= LIMIT for size in sizes.values()), sizes
    assert max(sizes.values()) > LIMIT // 2, "the largest forms are measured"


def test_they_are_proofs(proofs: Mapping[str, FraudProof]) -> None:
    """What is measured is what is proven, and not a shorter thing."""
    for name in ("omitted, two anchors", "omitted submission", "foreign, two anchors", "fork, prefix"):
        proof = proofs[name]
        result = assess_fraud(proof, POLICY, everything_known(proof))
        assert result.exit_code == 0, [item.check.detail for item in result.checks]
