"""Vectors of fraud proofs: ``python -m tools.vectors.fraud`` writes ``tests/vectors/fraud/``.

Expected values are written by hand: which checks a form has, and what each is worth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ledger.checkpoint import Checkpoint, sign_checkpoint
from ledger.encoding import sha256
from ledger.evm import keccak256
from ledger.fraud.proof import (
    FraudProof,
    Head,
    SignedHead,
    foreign,
    fork,
    fork_at_leaf,
    malformed,
    omitted,
    omitted_submission,
)
from ledger.index import empty_index_leaf
from ledger.leaf import NO_KEY, IndexLeaf, StatementLeaf
from ledger.note import SigningKey
from tools.vectors._bundles import COMPANY_KEY, GENESIS, LOG_KEY, ORIGIN, REFUSED, policy_bytes
from tools.vectors._fraud_endings import endings
from tools.vectors._fraud_files import containers
from tools.vectors._fraud_stories import (
    ANSWER,
    ANSWER_KEY,
    CASE,
    OTHER_GENESIS,
    REQUESTER_KEY,
    STRANGER_KEY,
    Story,
    headers_of,
)
from tools.vectors._fraud_writer import (
    CASES,
    CONDITIONAL,
    INDEXED,
    NOT_CHECKED,
    PASSED,
    VERIFY,
    bad,
    checks,
    given_for,
    good,
    observed,
)
from tools.vectors._indexed_log import IndexedLog, signed_statement

LIAR = Story("answer left out")
HONEST = Story()
N = LIAR.size
LEFT_OUT = LIAR.log.index_part(LIAR.closed, N, ANSWER_KEY)
LISTED = HONEST.log.index_part(HONEST.closed, N, ANSWER_KEY)


def omissions() -> None:
    """A statement that the log holds, or that was submitted, and that the index leaves out."""
    log, place = LIAR.log, LIAR.answered
    here, signed, anchored = log.statement_part(place, N), log.signed(), log.anchored()
    plain = omitted(ORIGIN, signed, LEFT_OUT, here)
    good("omitted", plain, "A checkpoint's index lacks an answer of the same tree.", *INDEXED, "leaf")
    proof = omitted(ORIGIN, anchored, LEFT_OUT, here)
    good("omitted-anchored", proof, "The same in an anchored tree.", *INDEXED, "leaf")
    nothing = Story("list left out")
    absent = nothing.log.index_part(nothing.closed, N, ANSWER_KEY)
    proof = omitted(ORIGIN, nothing.log.signed(), absent, nothing.log.statement_part(place, N))
    good("omitted-list", proof, "The index says that there is no list at all.", *INDEXED, "leaf")
    early = place + 1
    short, path = log.statement_part(place, early), tuple(log.tree.consistency(early, N))
    proof = omitted(ORIGIN, signed, LEFT_OUT, short, log.signed(early), path)
    good("omitted-earlier-tree", proof, "The answer is shown in an earlier tree.", *INDEXED, "leaf", "one-log")
    proof = omitted(ORIGIN, anchored, LEFT_OUT, short, log.anchored(early))
    good("omitted-two-anchors", proof, "One contract lets a log only grow.", *INDEXED, "leaf", "one-log")
    apart = omitted(ORIGIN, anchored, LEFT_OUT, short, log.signed(early))
    why = "Whether both are one log is not shown: if not, the operator gave out two."
    good("omitted-two-heads", apart, why, *INDEXED, "leaf", one_log=NOT_CHECKED)
    wrong = replace(apart, consistency=(bytes(32), *path[1:]))
    bad("omitted-path-of-no-tree", wrong, "A path that does not relate the two trees.")
    log.record(ANSWER.raw + b" ")
    later, size = log.signed(), len(log.leaves)
    index = log.index_part(LIAR.closed, size, ANSWER_KEY)
    proof = omitted(ORIGIN, later, index, log.statement_part(place, size))
    good("omitted-older-index", proof, "An older index leaf in the tree of a newer checkpoint.", *INDEXED, "leaf")
    _conditions(omitted(ORIGIN, anchored, LEFT_OUT, here))
    _no_omission(plain)


def _conditions(proof: FraudProof) -> None:
    block = keccak256(next(header for _, header in headers_of(proof))).hex()
    values = checks(proof, *INDEXED, "leaf")
    open_ = {name: CONDITIONAL for name in values if name not in ("fraud-proof", "ledger")}
    offline = {"exit": 3, "checks": values | open_ | {"head/canonical": NOT_CHECKED}}
    CASES.good("offline", VERIFY, given_for(proof, observed={}), offline, "If the anchor's block is on the chain.")
    other = {OTHER_GENESIS.hex(): {"canonical": [block]}}
    why = "What is known of another chain says nothing about the home chain."
    CASES.good("known-on-another-chain", VERIFY, given_for(proof, observed=other), offline, why)
    gone = {GENESIS.hex(): {"contradicted": [block]}}
    bad("block-contradicted", proof, "Every provider has another block there.", observed=gone)
    unlisted = {"exit": 3, "checks": {"fraud-proof": PASSED, "ledger": NOT_CHECKED}}
    why = "Nothing can be laid to the operator of a ledger that the policy does not list."
    CASES.good("ledger-unlisted", VERIFY, given_for(proof, b"habeas_trust = 1\n"), unlisted, why)
    contract = policy_bytes().replace(b'contract = "0xc0', b'contract = "0xc1')
    bad("contract-of-another", proof, "The event is of another contract than the policy's.", policy=contract)
    log = policy_bytes().replace(b'log = "0x5c', b'log = "0x5d')
    bad("log-of-another", proof, "The event is of another log than the policy's.", policy=log)


def _no_omission(plain: FraudProof) -> None:
    log, place = HONEST.log, HONEST.answered
    signed, here = log.signed(N), log.statement_part(place, N)
    bad("omitted-but-listed", omitted(ORIGIN, signed, LISTED, here), "The answer stands in the list.")
    absent = log.index_part(HONEST.closed, N, STRANGER_KEY)
    bad("omitted-other-key", omitted(ORIGIN, signed, absent, here), "The absence of a stranger's list.")
    requester = log.index_part(HONEST.closed, N, REQUESTER_KEY)
    bad("omitted-other-list", omitted(ORIGIN, signed, requester, here), "The list of another author.")
    hidden = replace(LISTED, entries=None)
    bad("omitted-list-hidden", omitted(ORIGIN, signed, hidden, here), "The index has a list; none is shown.")
    invented = replace(absent, entries=LISTED.entries)
    bad("omitted-list-invented", omitted(ORIGIN, signed, invented, here), "The index has no list; one is shown.")
    shorter = replace(LISTED, entries=(LISTED.entries or b"")[40:])
    bad("omitted-list-shortened", omitted(ORIGIN, signed, shorter, here), "Not the list of the index.")
    moved = replace(here, index=place - 1)
    bad("omitted-elsewhere", omitted(ORIGIN, signed, LEFT_OUT, moved), "The index is of another tree.")
    bad("leaf-elsewhere", replace(plain, leaf=replace(plain.leaf or here, index=0)), "It does not stand there.")
    bad("leaf-not-recorded", replace(plain, leaf=replace(plain.leaf or here, raw=ANSWER.raw[:-1])), "Other bytes.")
    statement = replace(LEFT_OUT, leaf=HONEST.log.leaves[0])
    bad("index-leaf-is-a-statement", replace(plain, index=statement), "A statement leaf for an index leaf.")
    empty = replace(LEFT_OUT, leaf=IndexLeaf(N - 1, 1, bytes(32)).encode(), proof=b"", entries=None)
    bad("index-leaf-invented", replace(plain, index=empty), "An index leaf that is in no tree of the operator.")
    flipped = replace(LEFT_OUT, proof=LEFT_OUT.proof[:-1] + b"\0")
    bad("search-path-changed", replace(plain, index=flipped), "The search path is of another trie.")
    later = IndexedLog()
    later.record(ANSWER.raw)
    size = later.close()
    late = later.record(signed_statement("request.refused", REFUSED, COMPANY_KEY, CASE, salt=5).raw)
    index = later.index_part(size - 1, size + 1, ANSWER_KEY)
    proof = omitted(ORIGIN, later.signed(), index, later.statement_part(late, size + 1))
    bad("omitted-after-the-index", proof, "It stands behind the index leaf.")
    _not_indexable()


def _not_indexable() -> None:
    log = IndexedLog()
    other = signed_statement("request.refused", REFUSED, COMPANY_KEY, CASE, ledger="other.example/main").raw
    log.record(other)
    log.record(b"no statement")
    wrong = log.submit_bytes(ANSWER.raw, STRANGER_KEY)
    log.settle()
    n = log.close()
    zero = log.index_part(n - 1, n, NO_KEY)
    for place, name, why in (
        (0, "other-ledger", "A statement of another ledger is not indexed here."),
        (1, "no-statement", "Bytes that are no statement are not indexed."),
    ):
        bad(f"omitted-{name}", omitted(ORIGIN, log.signed(), zero, log.statement_part(place, n)), why)
    for key, name in ((ANSWER_KEY, "right"), (STRANGER_KEY, "stated")):
        index = log.index_part(n - 1, n, key)
        why = f"Submitted under a wrong key, it is not indexable; searched under the {name} one."
        bad(f"submitted-wrong-key-{name}", omitted_submission(ORIGIN, log.anchored(), index, wrong), why)
    bare = IndexedLog()
    bare.record(ANSWER.raw)
    bare.claimed[1] = {}
    bare.append(empty_index_leaf(1).encode())
    index = bare.index_part(1, 2, ANSWER_KEY)
    bad("rule-0", omitted(ORIGIN, bare.signed(), index, bare.statement_part(0, 2)), "Rule 0 claims no index.")


def submissions() -> None:
    """What was given to the contract before ``completeTo``."""
    story = Story("submission left out")
    log = story.log
    index = log.index_part(story.closed, N, ANSWER_KEY)
    proof = omitted_submission(ORIGIN, log.anchored(), index, story.ticket)
    good("submission-omitted", proof, "A direct submission that the anchor covers is not listed.", *INDEXED)
    bad("submission-signed-head", replace(proof, head=log.signed()), "A checkpoint says nothing of tickets.")
    mirror = log.anchored(genesis=OTHER_GENESIS)
    bad("submission-other-chain", replace(proof, head=mirror), "Tickets count on the home chain only.")
    log.record(ANSWER.raw + b" ")
    late = log.anchored()
    older = log.index_part(story.closed, len(log.leaves), ANSWER_KEY)
    bad(
        "submission-older-index", omitted_submission(ORIGIN, late, older, story.ticket), "Not the index of that anchor."
    )
    honest = Story()
    listed = honest.log.index_part(honest.closed, N, ANSWER_KEY)
    head = honest.log.anchored()
    bad("submission-listed", omitted_submission(ORIGIN, head, listed, honest.ticket), "It stands in the list.")
    ticket = honest.log.submit_bytes(signed_statement("request.refused", REFUSED, COMPANY_KEY, CASE, salt=9).raw)
    now = honest.log.anchored(N)
    bad("submission-too-late", omitted_submission(ORIGIN, now, listed, ticket), "Taken at completeTo, not before it.")
    bad("submission-no-receipt", replace(proof, submitted=head.proof), "Another event than a submission.")


def foreigners() -> None:
    """Entries that name what does not stand there or does not belong there."""
    story = Story("another leaf")
    log, place = story.log, story.answered
    index = log.index_part(story.closed, N, ANSWER_KEY)
    proof = foreign(ORIGIN, log.signed(), index, log.leaf_part(place, N))
    good("foreign-other-leaf", proof, "Another leaf stands at the index that is listed.", *INDEXED, "leaf")
    early = place + 1
    proof = foreign(ORIGIN, log.anchored(), index, log.leaf_part(place, early), log.anchored(early))
    good("foreign-two-anchors", proof, "The leaf is shown in an earlier anchored tree.", *INDEXED, "leaf", "one-log")
    theirs = Story("another author")
    index = theirs.log.index_part(theirs.closed, N, STRANGER_KEY)
    proof = foreign(ORIGIN, theirs.log.signed(), index, theirs.log.leaf_part(place, N))
    good("foreign-other-key", proof, "The leaf belongs under another key.", *INDEXED, "leaf")
    _foreign_bytes()
    signed = HONEST.log.signed(N)
    for raw, name in ((True, "with-bytes"), (False, "without-bytes")):
        own = HONEST.log.leaf_part(place, N, raw=raw)
        bad(f"foreign-own-{name}", foreign(ORIGIN, signed, LISTED, own), "The leaf belongs where it is listed.")
    beyond = Story("next leaf")
    beyond.signed_late()
    size = len(beyond.log.leaves)
    index = beyond.log.index_part(beyond.closed, size, ANSWER_KEY)
    proof = foreign(ORIGIN, beyond.log.signed(), index, beyond.log.leaf_part(N, size))
    bad("foreign-beyond", proof, "What is not covered makes the list malformed, not foreign.")
    first = HONEST.log.leaf_part(0, N)
    bad("foreign-not-listed", foreign(ORIGIN, signed, LISTED, first), "The list does not name that index.")


def _foreign_bytes() -> None:
    log = IndexedLog()
    log.record(ANSWER.raw)
    first = log.close() - 1
    entry = first.to_bytes(8) + log.tree.read(0, first)
    n = log.close(lambda lists: lists.update({ANSWER_KEY: lists[ANSWER_KEY] + entry}))
    index = log.index_part(n - 1, n, ANSWER_KEY)
    proof = foreign(ORIGIN, log.signed(), index, log.leaf_part(first, n))
    good("foreign-index-leaf", proof, "An index leaf is listed as a statement.", *INDEXED, "leaf")
    log = IndexedLog()
    log.submit_bytes(ANSWER.raw, STRANGER_KEY)
    log.settle()
    entry = bytes(8) + log.tree.read(0, 0)
    n = log.close(lambda lists: lists.update({STRANGER_KEY: entry}))
    index = log.index_part(n - 1, n, STRANGER_KEY)
    proof = foreign(ORIGIN, log.signed(), index, log.leaf_part(0, n, raw=True))
    good("foreign-bytes", proof, "The leaf has the key, its bytes have another.", *INDEXED, "leaf")
    bad("foreign-bytes-missing", replace(proof, leaf=log.leaf_part(0, n)), "Without the bytes nothing is shown.")
    other = replace(log.leaf_part(0, n), raw=b"other bytes")
    bad("foreign-bytes-of-another", replace(proof, leaf=other), "The leaf does not commit to these bytes.")


def no_lists() -> None:
    """Values that can be no list."""
    words = {
        "reversed": "A list that descends.",
        "twice": "One entry twice.",
        "beyond": "An index that is not below the size.",
        "no list": "Bytes that are not whole entries.",
        "empty": "A list without an entry.",
        "zero key": "A list under the zero key.",
    }
    for lie, why in words.items():
        story = Story(lie)
        index = story.log.index_part(story.closed, N, NO_KEY if lie == "zero key" else ANSWER_KEY)
        good(f"malformed-{lie.replace(' ', '-')}", malformed(ORIGIN, story.log.signed(), index), why, *INDEXED)
    signed = HONEST.log.signed(N)
    bad("malformed-but-a-list", malformed(ORIGIN, signed, LISTED), "The list has the form of a list.")
    other = replace(LISTED, entries=b"39 bytes are no list of entries at all.")
    bad("malformed-not-committed", malformed(ORIGIN, signed, other), "Not what the index holds.")
    zero = replace(HONEST.log.index_part(HONEST.closed, N, NO_KEY), entries=b"")
    bad("malformed-zero-key-absent", malformed(ORIGIN, signed, zero), "The index has nothing under the zero key.")


def forks() -> None:
    """Two trees that are not of one log."""
    one, other = _parted(2), _parted(2, b"other")
    n = len(one.leaves)
    heads: Mapping[str, tuple[Head, Head]] = {
        "fork-two-checkpoints": (one.signed(), other.signed()),
        "fork-checkpoint-and-anchor": (one.signed(), other.anchored()),
        "fork-two-anchors": (one.anchored(), other.anchored()),
        "fork-two-chains": (one.anchored(), other.anchored(genesis=OTHER_GENESIS)),
    }
    for name, (head, against) in heads.items():
        good(name, fork(ORIGIN, head, against), "Two roots of one size.")
    _other_chain(fork(ORIGIN, *heads["fork-two-chains"]))
    for m in (3, 4, 6):
        prefix = tuple(other.tree.prefix(m, n))
        proof = fork(ORIGIN, one.signed(m), other.signed(), prefix)
        good(f"fork-{m}-of-{n}", proof, f"The larger tree has another root of {m} leaves.")
    bad("fork-path-missing", replace(proof, consistency=None), "Trees of two sizes differ.")
    bad("fork-path-short", replace(proof, consistency=prefix[:-1]), "A hash is missing.")
    bad("fork-path-long", replace(proof, consistency=(*prefix, bytes(32))), "A hash too many.")
    made_up = (sha256(b"?"), *prefix[1:])
    bad("fork-path-made-up", replace(proof, consistency=made_up), "The path leads to no tree of the operator.")
    same = fork(ORIGIN, other.signed(6), other.signed(), prefix)
    bad("fork-but-extended", same, "The larger tree extends the smaller.")
    bad("fork-sizes-exchanged", fork(ORIGIN, other.signed(), one.signed(6), prefix), "The smaller head stands first.")
    bad("fork-same-tree", fork(ORIGIN, one.signed(), one.anchored()), "Both heads name one tree.")
    common = fork(ORIGIN, one.signed(2), other.signed(), tuple(other.tree.prefix(2, n)))
    bad("fork-before-they-part", common, "The first two leaves are the same.")
    stranger = SignedHead(_signed_by_another(one))
    bad("fork-signed-by-another", fork(ORIGIN, stranger, other.signed()), "Another key signed the checkpoint.")
    _forks_at_a_leaf(one, other)


def _forks_at_a_leaf(one: IndexedLog, other: IndexedLog) -> None:
    n = len(one.leaves)
    proof = fork_at_leaf(ORIGIN, one.signed(), one.leaf_part(3, n), other.anchored(5), other.leaf_part(3, 5))
    good("fork-at-a-leaf", proof, "Two leaves at one index.", "leaf", "other_leaf")
    same = fork_at_leaf(ORIGIN, one.signed(), one.leaf_part(1, n), other.signed(5), other.leaf_part(1, 5))
    bad("fork-at-a-leaf-same", same, "One leaf at one index.")
    moved = fork_at_leaf(ORIGIN, one.signed(), one.leaf_part(1, n), other.signed(5), other.leaf_part(2, 5))
    bad("fork-at-two-places", moved, "Leaves of two places.")
    invented = replace(proof, other_leaf=replace(other.leaf_part(3, 5), leaf=b"invented"))
    bad("fork-at-an-invented-leaf", invented, "The leaf does not stand there.")


def _other_chain(proof: FraudProof) -> None:
    names = {"other_head/contract": NOT_CHECKED, "claim": CONDITIONAL}
    ok = {"exit": 3, "checks": dict(sorted({**checks(proof), **names}.items()))}
    without = given_for(proof, observed=observed(proof, code=False))
    CASES.good("fork-other-chain-code-unknown", VERIFY, without, ok, "Which contract stands there is not known.")
    names = {f"other_head/{name}": CONDITIONAL for name in ("receipt",)}
    names |= {"other_head/canonical": NOT_CHECKED, "other_head/contract": CONDITIONAL, "claim": CONDITIONAL}
    ok = {"exit": 3, "checks": dict(sorted({**checks(proof), **names}.items()))}
    why = "The policy does not list that chain."
    CASES.good("fork-other-chain-unlisted", VERIFY, given_for(proof, policy_bytes()), ok, why)
    wrong = observed(proof)
    wrong[OTHER_GENESIS.hex()]["code_hash"] = sha256(b"other code").hex()
    bad("fork-other-chain-other-code", proof, "Another contract stands there.", observed=wrong)


def _signed_by_another(log: IndexedLog) -> bytes:
    return sign_checkpoint(Checkpoint(ORIGIN, len(log.leaves), log.tree.root()), SigningKey(LOG_KEY.name, bytes(32)))


def _parted(common: int, side: bytes = b"one") -> IndexedLog:
    log = IndexedLog()
    for place in range(7):
        word = b"common" if place < common else side
        log.append(StatementLeaf(NO_KEY, sha256(word + bytes([place]))).encode())
    return log


def main() -> None:
    """Write the folder."""
    for group in (omissions, submissions, foreigners, no_lists, forks):
        group()
    endings(HONEST)
    left_out = omitted(ORIGIN, LIAR.log.signed(N), LEFT_OUT, LIAR.log.statement_part(LIAR.answered, N))
    containers(left_out, HONEST.log)
    CASES.write()


if __name__ == "__main__":
    main()
