"""A ledger's operator who logs what nobody signed: attesters check the signatures themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from ledger.disclosure import Disclosure
from ledger.encoding import Json
from ledger.errors import RefusedCase, RuntimeLedger
from ledger.leaf import statement_leaf
from ledger.note import VerifierKey
from ledger.runtime.attester.attest import MailAttester, Question
from ledger.runtime.attester.keys import create_keys
from ledger.runtime.attester.ledgers import Receipt, read_statement
from ledger.runtime.attester.parts import open_parts
from ledger.runtime.attester.settings import load_attester
from ledger.statement import RecentBlock, SignedStatement, Statement, parse, sign
from tests.attester.conftest import disclosed
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


def said_with(company: str, case: bytes, disclosure: Disclosure) -> SignedStatement:
    facts: dict[str, Json] = {"received_on": "2026-11-20"}
    block = RecentBlock(bytes(32), 7)
    said = Statement(
        ORIGIN, "request.acknowledged", case, company, block, facts, (disclosure.digest,), address(REQUESTER)
    )
    return sign(said, REQUESTER)


@dataclass
class Several(Ledger):
    """Each of ``every`` alone in a log."""

    every: Mapping[str, bytes] = field(default_factory=dict)

    def get(self, path: str) -> bytes:
        name = next(name for name in self.every if name in path)
        return Ledger(self.every[name]).get(path)


def test_a_statement_of_another_company_than_its_case(tmp_path: Path) -> None:
    """An honest ledger takes none; else a mail of that company would be evidence in this one's case."""
    case, disclosure = opened(), disclosed(b"From: a@shop.example\r\n\r\nHello.\r\n")
    settings = load_attester(home=tmp_path, name="one", ledgers={ORIGIN: "http://127.0.0.1:9"}, resolvers=["127.0.0.1"])
    create_keys(settings.key_path, settings.secret_path)
    for company in (COMPANY, "other.example"):
        said = said_with(company, case.id, disclosure)
        ledger = Several(b"", every={item.id.hex(): item.raw for item in (case, said)})
        with closing(open_parts(settings, lambda *_, ledger=ledger: ledger)) as parts:  # type: ignore[misc]  # bound now
            question = Question(ORIGIN, said.id, disclosure)
            if company == COMPANY:
                assert MailAttester(parts).prepare(question).company == COMPANY
            else:
                with pytest.raises(RefusedCase, match="names other.example, the case is with shop.example"):
                    MailAttester(parts).prepare(question)


def _resigned(signed: SignedStatement) -> bytes:
    """``signed`` with a signature of somebody else in the place of its own."""
    other = sign(replace(signed.statement, author=address(STRANGER)), STRANGER)
    old, new = (re.findall(rb'"signature":"(0x[0-9a-f]+)"', item.raw)[0] for item in (signed, other))
    assert old != new
    return signed.raw.replace(old, new)
