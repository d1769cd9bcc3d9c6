"""Builds case files with real keys, signatures, disclosures and receipts."""

from __future__ import annotations

from datetime import date

from ledger.checkpoint import Checkpoint, sign_checkpoint
from ledger.cli.casefile import CaseFile, Entry, Letter
from ledger.disclosure import Disclosure, FileValue
from ledger.encoding import Json
from ledger.keys import address_of, derive_key, parse_phrase
from ledger.merkle import MemoryTree, hash_leaf
from ledger.note import SigningKey
from ledger.proof import LogProof
from ledger.statement import RecentBlock, SignedStatement, Statement, sign

PHRASE = "abandon " * 23 + "art"
SEED = parse_phrase(PHRASE)
PASSWORD = "열람청구 보관용 비밀번호"
SALT, NONCE = bytes(range(16)), bytes(range(12))
API = "http://127.0.0.1:8080"
LETTER = Letter(date(2026, 11, 20), "ko", "개인정보 열람 요구\n사건 번호: …")


def disclosures(*names: str) -> tuple[Disclosure, ...]:
    return tuple(Disclosure.make(name.encode().ljust(16), name, f"{name}: 김하늘") for name in names)


def said(kind: str, index: int, case: bytes | None, held: tuple[Disclosure, ...] = ()) -> SignedStatement:
    key = derive_key(SEED, index)
    facts: dict[str, dict[str, Json]] = {
        "case.opened": {"acting": "self", "place": "KR", "regime": "kr-pipa", "related": []},
        "request.sent": {
            "channel": "email",
            "published_contact": True,
            "right": "access",
            "sent_on": "2026-11-20",
        },
        "request.withdrawn": {},
    }
    statement = Statement(
        ledger="habeas.example/main",
        kind=kind,
        case=case,
        company="shop.example",
        recent_block=RecentBlock(b"\xab" * 32, 7),
        facts=facts[kind],
        digests=tuple(sorted(each.digest for each in held)),
        author=address_of(key),
    )
    return sign(statement, key)


def receipt_of(signed: SignedStatement) -> bytes:
    tree = MemoryTree()
    leaf = hash_leaf(signed.raw)
    tree.append(leaf)
    note = sign_checkpoint(
        Checkpoint("habeas.example/main", 1, tree.root()), SigningKey("habeas.example/main", b"\x01" * 32)
    )
    return LogProof(0, tuple(tree.inclusion(0, 1)), note).encode()


def a_case(index: int = 0) -> CaseFile:
    held = disclosures("name", "account")
    opened = said("case.opened", index, None, held)
    return CaseFile(API, index, (Entry(opened, None, held),))


def a_full_case(index: int = 0) -> CaseFile:
    case = a_case(index)
    letter = disclosures("letter")
    sent = said("request.sent", index, case.case, letter)
    attached = Disclosure.make(b"f" * 16, "attachment", FileValue.of(b"abc", "application/pdf", "답변.pdf"))
    withdrawn = said("request.withdrawn", index, case.case, (attached,))
    case = case.add_receipt(case.case, receipt_of(case.opened)).add_statement(sent, letter)
    return case.add_statement(withdrawn).add_disclosures(withdrawn.id, (attached,)).add_letter(LETTER)
