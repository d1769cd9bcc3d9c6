"""A ledger's operator who logs what nobody signed: attesters check the signatures themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest

from ledger.encoding import Json
from ledger.errors import RuntimeLedger
from ledger.leaf import statement_leaf
from ledger.note import VerifierKey
from ledger.runtime.attester.ledgers import Receipt, read_statement
from ledger.statement import RecentBlock, SignedStatement, Statement, parse, sign
from tools.vectors._bundles import COMPANY, ORIGIN, REQUESTER, STRANGER, address
from tools.vectors._merkle_tree import inclusion_path
from tools.vectors._signing import LOG, note
from tools.vectors.proof import proof_of, text_of


@dataclass
class Ledger:
    """One statement in a log of this test's own: leaf, checkpoint and proof are as they must be."""

    signed: bytes
    origin: str = ORIGIN
    vkey: VerifierKey = field(default_factory=lambda: VerifierKey.parse(LOG.vkey))

    def info(self) -> Ledger:
        return self

    def get(self, path: str) -> bytes:
        if not path.endswith("/proof"):
            return self.signed
        leaves = [statement_leaf(parse(self.signed), ORIGIN).hash(), bytes(32)]
        return proof_of(0, inclusion_path(0, leaves), note(text_of(leaves), LOG)).encode()

    def get_json(self, path: str) -> Mapping[str, Json]:
        raise NotImplementedError

    def recent_block(self) -> RecentBlock:
        raise NotImplementedError

    def submit(self, signed: SignedStatement) -> Receipt:
        raise NotImplementedError


def opened() -> SignedStatement:
    facts: dict[str, Json] = {"regime": "eu-gdpr", "place": "IE", "acting": "self", "related": []}
    said = Statement(ORIGIN, "case.opened", None, COMPANY, RecentBlock(bytes(32), 7), facts, (), address(REQUESTER))
    return sign(said, REQUESTER)


def test_what_is_signed_is_believed() -> None:
    signed = opened()
    assert read_statement(Ledger(signed.raw), ORIGIN, signed.id).index == 0


def test_a_statement_that_its_author_did_not_sign() -> None:
    """The log has it, and the proof is right: only the signature is a stranger's."""
    signed = opened()
    strangers = _resigned(signed)
    with pytest.raises(RuntimeLedger, match="signed by 0x"):
        read_statement(Ledger(strangers), ORIGIN, parse(strangers).id)


def _resigned(signed: SignedStatement) -> bytes:
    """``signed`` with a signature of somebody else in the place of its own."""
    other = sign(replace(signed.statement, author=address(STRANGER)), STRANGER)
    old, new = (re.findall(rb'"signature":"(0x[0-9a-f]+)"', item.raw)[0] for item in (signed, other))
    assert old != new
    return signed.raw.replace(old, new)
