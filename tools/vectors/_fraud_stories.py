"""Logs for fraud proofs: a small story, honest or with one lie, and who knows which blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ledger.anchor import ReceiptProof
from ledger.encoding import Json, encode_hex, sha256
from ledger.evm import keccak256
from ledger.fraud.proof import AnchoredHead, FraudProof
from ledger.index import parse_list
from ledger.leaf import case_key
from ledger.policy import parse_policy
from ledger.verification.observed import Observed
from tools.vectors._bundles import (
    CHAIN_ID,
    COMPANY_KEY,
    CONTRACT,
    GENESIS,
    LOG_KEY,
    OPENED,
    OPERATOR,
    REFUSED,
    REQUESTER,
    SENT,
    STRANGER,
    address,
    policy_bytes,
)
from tools.vectors._indexed_log import IndexedLog, Lists, signed_statement

OTHER_GENESIS = sha256(b"genesis of another made-up chain")
OTHER_CHAIN = f'\n[[chain]]\nname = "mirror"\nid = 4242\ngenesis = "0x{OTHER_GENESIS.hex()}"\nrpc_quorum = 1\n'
POLICY_BYTES = policy_bytes() + OTHER_CHAIN.encode()
POLICY = parse_policy(POLICY_BYTES)
CODE = keccak256(b"code")

OPERATED: dict[str, Json] = {
    "chain": CHAIN_ID,
    "contract": encode_hex(CONTRACT),
    "log": encode_hex(address(OPERATOR)),
    "vkey": LOG_KEY.verifier.encode(),
}
LEDGER_OPENED = signed_statement("ledger.opened", OPERATED, OPERATOR, None, company=None)
OPENING = signed_statement("case.opened", OPENED, REQUESTER, None)
CASE = OPENING.id
ASKED = signed_statement("request.sent", SENT, REQUESTER, CASE)
ANSWER = signed_statement("request.refused", REFUSED, COMPANY_KEY, CASE)
SECOND_ANSWER = signed_statement("request.refused", REFUSED, COMPANY_KEY, CASE, salt=1)
REQUESTER_KEY, ANSWER_KEY, STRANGER_KEY = (case_key(CASE, address(key)) for key in (REQUESTER, COMPANY_KEY, STRANGER))


def headers_of(proof: FraudProof) -> Iterator[tuple[bytes, bytes]]:
    """Genesis hash and header of every block that a proof rests on."""
    for head in (proof.head, proof.other_head):
        if isinstance(head, AnchoredHead):
            yield head.genesis or GENESIS, head.proof.header
    if proof.submitted is not None:
        yield GENESIS, proof.submitted.header


def everything_known(proof: FraudProof) -> Mapping[bytes, Observed]:
    """Each block is known to be on its chain, and the contract there has the policy's code."""
    found: dict[bytes, dict[bytes, str]] = {GENESIS: {}, OTHER_GENESIS: {}}
    for genesis, header in headers_of(proof):
        found.setdefault(genesis, {})[keccak256(header)] = "a test"
    return {genesis: Observed(blocks, {}, None, CODE) for genesis, blocks in found.items()}


class Story:
    """One case: opened, asked, answered, a direct submission; then the index leaf, with a lie or without.

    With ``early``, an honest index leaf stands before the submission.
    """

    def __init__(self, lie: str = "", *, early: bool = False) -> None:
        self.log = log = IndexedLog()
        log.record(LEDGER_OPENED.raw)
        self.opened = log.record(OPENING.raw)
        self.asked = log.record(ASKED.raw)
        self.answered = log.record(ANSWER.raw)
        self.early = log.close() if early else 0
        self.ticket: ReceiptProof = log.submit_bytes(SECOND_ANSWER.raw)
        log.settle()
        self.size = log.close(LIES.get(lie))
        self.closed = self.size - 1

    def signed_late(self) -> None:
        """Leaves behind the index leaf."""
        self.log.record(signed_statement("request.sent", SENT, REQUESTER, CASE, salt=7).raw)


def _without(lists: Lists, key: bytes, place: int | None = None) -> None:
    if place is None:
        del lists[key]
    else:
        lists[key] = lists[key][: 40 * place] + lists[key][40 * place + 40 :]


def _other_leaf(lists: Lists) -> None:
    entries = parse_list(lists[ANSWER_KEY])
    lists[ANSWER_KEY] = entries[0].index.to_bytes(8) + sha256(b"no leaf") + lists[ANSWER_KEY][40:]


def _move_in(lists: Lists) -> None:
    lists[STRANGER_KEY] = lists[ANSWER_KEY][:40]


LIES = {
    "list left out": lambda lists: _without(lists, ANSWER_KEY),
    "answer left out": lambda lists: _without(lists, ANSWER_KEY, 0),
    "request left out": lambda lists: _without(lists, REQUESTER_KEY, 1),
    "submission left out": lambda lists: _without(lists, ANSWER_KEY, 1),
    "another leaf": _other_leaf,
    "another author": _move_in,
    "reversed": lambda lists: lists.update({ANSWER_KEY: lists[ANSWER_KEY][40:] + lists[ANSWER_KEY][:40]}),
    "twice": lambda lists: lists.update({ANSWER_KEY: lists[ANSWER_KEY][:40] * 2}),
    "beyond": lambda lists: lists.update({ANSWER_KEY: (1000).to_bytes(8) + bytes(32)}),
    "next leaf": lambda lists: lists.update({ANSWER_KEY: (6).to_bytes(8) + bytes(32)}),
    "no list": lambda lists: lists.update({ANSWER_KEY: b"39 bytes are no list of entries at all."}),
    "empty": lambda lists: lists.update({ANSWER_KEY: b""}),
    "zero key": lambda lists: lists.update({bytes(32): lists[ANSWER_KEY]}),
}
