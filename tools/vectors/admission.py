"""Vectors of admission: ``python -m tools.vectors.admission`` writes ``tests/vectors/admission/``.

Each case is a signed statement and the state of the ledger that it meets. Nothing here uses ``ledger``.
"""

from __future__ import annotations

from copy import deepcopy

from tools.vectors.statement_facts import BINDING, SENT
from tools.vectors.statement_facts import LEDGER as OPENING
from tools.vectors.statements import (
    ATTESTER,
    BLOCK,
    CASE,
    COMPANY,
    OPENED,
    OPERATOR,
    ORIGIN,
    REFUSED,
    REQUESTER,
    SHOP,
    Object,
    address,
    in_case,
    jcs,
    sha256,
    sign,
    signed,
    statement,
)
from tools.vectors.writing import Cases

CASES = Cases("admission")
STRANGER = bytes([0x55]) * 32
OLD_BLOCK = {"hash": "0x" + "01" * 32, "number": 1}
NEWEST = {"hash": "0x" + "cd" * 32, "number": 9, "timestamp": 1_800_000_012}
SENT_STATEMENT = in_case("request.sent", SENT)
ZERO_KEY = "00" * 32
CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141

LEDGER: Object = {
    "origin": ORIGIN,
    "operator": address(OPERATOR)[2:],
    "cases": {CASE[2:]: {"company": SHOP, "requester": address(REQUESTER)[2:]}},
    "company_keys": {SHOP: {address(COMPANY)[2:]: [address(ATTESTER)[2:]]}},
    "attesters": {address(ATTESTER)[2:]: ["company_key", "dns"]},
    "final_blocks": [
        NEWEST,
        {"hash": BLOCK["hash"], "number": 7, "timestamp": 1_800_000_000},
        {**OLD_BLOCK, "timestamp": 1_800_000_012 - 86_401},
    ],
    "first": {},
    "withheld": [],
    "recorded_kinds": {},
}


def main() -> None:
    _admitted()
    _company_keys()
    _blocks()
    _cases_and_roles()
    _recorded_before()
    _order()
    CASES.write()


def key_of(value: Object) -> str:
    """The index key of a good statement."""
    author = bytes.fromhex(value["author"][2:])
    if value["kind"] in ("company.key_bound", "company.key_revoked"):
        return sha256(b"\x04" + author + value["company"].encode()).hex()
    case = sha256(jcs(value)) if value["kind"] == "case.opened" else bytes.fromhex(value.get("case", "")[2:])
    return sha256(b"\x05" + case + author).hex() if case else ZERO_KEY


def good(name: str, value: Object, key: bytes, role: str | None, text: str, **state: object) -> None:
    raw = signed(value, key)
    leaf = bytes.fromhex(key_of(value)) + sha256(raw) + bytes.fromhex("0000002001")
    ok = {
        "role": role,
        "repeated": state.pop("repeated", False),
        "leaf": leaf.hex(),
        "leaf_hash": sha256(b"\0" + leaf).hex(),
    }
    CASES.good(name, "admission.admit", {"signed": raw, "ledger": ledger(**state)}, ok, text)


def bad(name: str, value: Object | str, key: bytes, error: str, text: str, **state: object) -> None:
    raw = value if isinstance(value, str) else signed(value, key)
    CASES.bad(name, "admission.admit", {"signed": raw, "ledger": ledger(**state)}, error, text)


def ledger(**changes: object) -> Object:
    state = deepcopy(LEDGER)
    state.update(changes)
    return state


def first_of(value: Object, key: bytes, index: int | None = 3) -> Object:
    """The ``first`` member of a ledger that recorded ``value`` signed by ``key``."""
    raw = signed(value, key)
    leaf = bytes.fromhex(key_of(value)) + sha256(raw) + bytes.fromhex("0000002001")
    held = {"leaf_hash": sha256(b"\0" + leaf).hex(), "digest": sha256(raw).hex(), "index": index}
    return {sha256(jcs(value)).hex(): held}


def _admitted() -> None:
    good("good-case-opened", OPENED, REQUESTER, "requester", "anybody may open a case")
    good("good-by-requester", SENT_STATEMENT, REQUESTER, "requester", "the author of case.opened")
    good("good-by-company", REFUSED, COMPANY, "company", "a key bound to the company")
    reported = {**REFUSED, "author": address(REQUESTER)}
    good("good-reported-by-requester", reported, REQUESTER, "requester", "an answer that the requester reports")
    _unknown_kinds()
    bound = statement("attester.bound", {"key": address(STRANGER), "scope": ["dns"]}, OPERATOR, company=...)
    good("good-attester-bound", bound, OPERATOR, "operator", "the operator binds an attester")
    attested = _attested("dns")
    good("good-attested-in-scope", attested, ATTESTER, "attester", "an attester within its scope")
    bad("role-attested-out-of-scope", _attested("dkim"), ATTESTER, "RefusedRole", "the scope lacks dkim")


def _unknown_kinds() -> None:
    """Kinds of a later version: from parties only, and in single words."""
    parties = {"": REQUESTER, "-by-company": COMPANY, "-by-attester": ATTESTER, "-by-operator": OPERATOR}
    facts = {"by": "someone", "on": ["2026-11-20", 3, True], "a" * 100: {"x": "~" * 100}}
    for name, key in parties.items():
        good(f"good-unknown-kind{name}", in_case("case.mediated", facts, key), key, None, "a party says what is new")
    unknown = in_case("case.mediated", {"by": "someone"}, STRANGER)
    bad("role-unknown-kind-by-stranger", unknown, STRANGER, "RefusedRole", "no party of the case")
    outside = statement("shop.rated", {"stars": 5}, STRANGER)
    bad("role-unknown-kind-without-case", outside, STRANGER, "RefusedRole", "not even a key of the company")
    prose = {
        "in-unknown-kind": {"note": "they laughed"},
        "in-a-list": {"note": ["they", "laughed at me"]},
        "in-an-object": {"note": {"by": "them, at me"}},
        "in-a-name": {"they laughed": True},
        "of-101-characters": {"note": "a" * 101},
    }
    for name, text in prose.items():
        value = in_case("case.mediated", text)
        bad(f"facts-prose-{name}", value, REQUESTER, "MalformedFacts", "prose belongs in a disclosure")


def _attested(check: str) -> Object:
    facts = {
        "at": "2026-11-20T09:00:00Z",
        "check": check,
        "digest": "0x" + "a1" * 32,
        "result": "passed",
        "statement": "0x" + "b2" * 32,
    }
    return in_case("evidence.attested", facts, ATTESTER)


def _company_keys() -> None:
    for name, key, role in (("operator", OPERATOR, "operator"), ("attester", ATTESTER, "attester")):
        bound = statement("company.key_bound", {**BINDING, "key": address(STRANGER)}, key)
        good(f"good-key-bound-by-{name}", bound, key, role, f"the {name} binds a company key")
    bound = statement("company.key_bound", {**BINDING, "key": address(STRANGER)}, COMPANY)
    good("good-key-bound-by-company", bound, COMPANY, "company", "an accepted key binds the next one")
    bad("role-key-bound-by-itself", _binding("bound", STRANGER), STRANGER, "RefusedRole", "a key cannot bind itself")
    elsewhere = statement("company.key_bound", BINDING, COMPANY, company="other.example")
    bad("role-key-of-another-company", elsewhere, COMPANY, "RefusedRole", "accepted, but for another company")
    no_scope = {address(ATTESTER)[2:]: ["dns"]}
    by_attester = statement("company.key_bound", BINDING, ATTESTER)
    bad(
        "role-binder-without-scope", by_attester, ATTESTER, "RefusedRole", "scope lacks company_key", attesters=no_scope
    )
    good("good-key-revoked-by-itself", _binding("revoked", COMPANY), COMPANY, "company", "a key revokes itself")
    by_binder = statement("company.key_revoked", BINDING, ATTESTER)
    good("good-key-revoked-by-binder", by_binder, ATTESTER, "attester", "who bound it revokes it")
    by_operator = statement("company.key_revoked", BINDING, OPERATOR)
    bad("role-revoked-by-other-binder", by_operator, OPERATOR, "RefusedRole", "the operator did not bind this key")
    not_bound = {**LEDGER["company_keys"], SHOP: {}}
    revoked = _binding("revoked", COMPANY)
    bad("role-revoked-not-bound", revoked, COMPANY, "RefusedRole", "no such key is bound", company_keys=not_bound)
    bad(
        "role-answer-after-revocation",
        REFUSED,
        COMPANY,
        "RefusedRole",
        "the key is bound no more",
        company_keys=not_bound,
    )


def _binding(verb: str, key: bytes) -> Object:
    return statement(f"company.key_{verb}", {**BINDING, "key": address(key)}, key)


def _blocks() -> None:
    unknown = {**SENT_STATEMENT, "recent_block": {"hash": "0x" + "ee" * 32, "number": 7}}
    bad("block-not-known", unknown, REQUESTER, "RefusedRecentBlock", "never seen as final")
    number = {**SENT_STATEMENT, "recent_block": {**BLOCK, "number": 8}}
    bad("block-other-number", number, REQUESTER, "RefusedRecentBlock", "the hash is block 7's")
    bad("block-none-known", SENT_STATEMENT, REQUESTER, "RefusedRecentBlock", "no final block yet", final_blocks=[])
    old = {**SENT_STATEMENT, "recent_block": OLD_BLOCK}
    bad("block-86401-seconds-old", old, REQUESTER, "RefusedRecentBlockAge", "one second more than 24 hours")
    blocks = [NEWEST, {**OLD_BLOCK, "timestamp": NEWEST["timestamp"] - 86_400}]
    good("good-block-86400-seconds-old", old, REQUESTER, "requester", "just 24 hours", final_blocks=blocks)
    alone = [{**OLD_BLOCK, "timestamp": 5}]
    good("good-block-on-a-silent-chain", old, REQUESTER, "requester", "the newest one known", final_blocks=alone)


def _cases_and_roles() -> None:
    bad("case-unknown", SENT_STATEMENT, REQUESTER, "RefusedCase", "its case.opened is not recorded", cases={})
    unknown_kind = in_case("case.mediated", {})
    bad("case-unknown-of-unknown-kind", unknown_kind, REQUESTER, "RefusedCase", "also for unknown kinds", cases={})
    company = {**SENT_STATEMENT, "company": "other.example"}
    bad("company-not-of-the-case", company, REQUESTER, "RefusedCompany", "the case is with shop.example")
    by_stranger = in_case("request.sent", SENT, STRANGER)
    bad("role-stranger-in-a-case", by_stranger, STRANGER, "RefusedRole", "not the author of case.opened")
    by_company = in_case("request.sent", SENT, COMPANY)
    bad("role-company-sends-request", by_company, COMPANY, "RefusedRole", "only the requester says that")
    answered = {**REFUSED, "author": address(STRANGER)}
    bad("role-answer-by-stranger", answered, STRANGER, "RefusedRole", "no key of the company")
    bound = statement("attester.bound", {"key": address(STRANGER), "scope": []}, COMPANY, company=...)
    bad("role-attester-bound-by-company", bound, COMPANY, "RefusedRole", "only the operator binds attesters")
    facts = {"digest": "0x" + "a1" * 32, "reason": "erasure"}
    withheld = statement("entry.withheld", facts, OPERATOR, company=...)
    kinds = {"a1" * 32: "request.sent"}
    good("good-withheld", withheld, OPERATOR, "operator", "the operator withholds recorded bytes", recorded_kinds=kinds)
    bad("withheld-nothing-recorded", withheld, OPERATOR, "RefusedNotFound", "no leaf has this digest")
    roles = {"a1" * 32: "company.key_bound"}
    bad("withheld-key-binding", withheld, OPERATOR, "RefusedRole", "roles hang on it", recorded_kinds=roles)
    by_company = {**withheld, "author": address(COMPANY)}
    bad("role-withheld-by-company", by_company, COMPANY, "RefusedRole", "only the operator", recorded_kinds=kinds)
    again = statement("ledger.opened", OPENING, OPERATOR, company=...)
    bad("role-ledger-opened-again", again, OPERATOR, "RefusedRole", "leaf 0 and nothing else")


def _recorded_before() -> None:
    held = first_of(SENT_STATEMENT, REQUESTER)
    again = {"first": held, "repeated": True}
    good("good-same-bytes-again", SENT_STATEMENT, REQUESTER, None, "a lost answer is given again", **again)
    old = {**again, "final_blocks": [{**NEWEST, "timestamp": 1_900_000_000}]}
    good("good-same-bytes-again-much-later", SENT_STATEMENT, REQUESTER, None, "its block is long too old", **old)
    identity = sha256(jcs(SENT_STATEMENT)).hex()
    other = {identity: {"leaf_hash": "aa" * 32, "digest": "bb" * 32, "index": 3}}
    bad(
        "duplicate-other-signature",
        SENT_STATEMENT,
        REQUESTER,
        "RefusedDuplicate",
        "same words, other bytes",
        first=other,
    )
    waiting = {identity: {**other[identity], "index": None}}
    bad(
        "duplicate-not-sequenced", SENT_STATEMENT, REQUESTER, "RefusedDuplicate", "accepted a moment ago", first=waiting
    )
    gone = {"first": other, "withheld": ["bb" * 32]}
    bad("duplicate-of-withheld", SENT_STATEMENT, REQUESTER, "RefusedWithheld", "the words are withheld", **gone)
    same = {"first": held, "withheld": [sha256(signed(SENT_STATEMENT, REQUESTER)).hex()]}
    bad("withheld-same-bytes", SENT_STATEMENT, REQUESTER, "RefusedWithheld", "the bytes are withheld", **same)
    bare = {"withheld": same["withheld"]}
    bad("withheld-opaque-before", SENT_STATEMENT, REQUESTER, "RefusedWithheld", "withheld under another key", **bare)


def _order() -> None:
    """Bytes before facts before ledger before signature before policy."""
    bad("bytes-not-canonical", signed(OPENED) + " ", REQUESTER, "MalformedJson", "a trailing space")
    bad("bytes-over-8192", "{" + "a" * 8192, REQUESTER, "MalformedSize", "8,193 bytes")
    bad("bytes-envelope", jcs({"statement": OPENED}), REQUESTER, "MalformedStatement", "no signature member")
    prose = in_case("request.sent", {**SENT, "note": "they never answer"})
    bad("facts-prose", prose, REQUESTER, "MalformedFacts", "public facts have no free text", cases={})
    elsewhere = {**SENT_STATEMENT, "ledger": "other.example/log"}
    bad("ledger-unknown", elsewhere, REQUESTER, "RefusedLedger", "a statement belongs to one ledger", cases={})
    bad("signature-foreign", SENT_STATEMENT, STRANGER, "VerificationSignature", "signed by another key", cases={})
    bad("signature-high-s", _high_s(SENT_STATEMENT), REQUESTER, "MalformedSignature", "s over n/2")
    changed = signed({**SENT_STATEMENT, "company": "other.example"}, REQUESTER, sign(SENT_STATEMENT, REQUESTER))
    bad("signature-of-other-words", changed, REQUESTER, "VerificationSignature", "the company was exchanged")
    late = {**SENT_STATEMENT, "recent_block": OLD_BLOCK}
    bad("block-before-case", late, REQUESTER, "RefusedRecentBlockAge", "both wrong: the block comes first", cases={})
    company = {**in_case("request.sent", SENT, STRANGER), "company": "other.example"}
    bad("company-before-role", company, STRANGER, "RefusedCompany", "both wrong: the company comes first")
    other = {sha256(jcs(SENT_STATEMENT)).hex(): {"leaf_hash": "aa" * 32, "digest": "bb" * 32, "index": 3}}
    bad(
        "case-before-duplicate",
        SENT_STATEMENT,
        REQUESTER,
        "RefusedCase",
        "both: the case comes first",
        cases={},
        first=other,
    )


def _high_s(value: Object) -> str:
    raw = bytes.fromhex(sign(value, REQUESTER)[2:])
    s = CURVE_ORDER - int.from_bytes(raw[32:64])
    return signed(value, REQUESTER, "0x" + (raw[:32] + s.to_bytes(32) + bytes([55 - raw[64]])).hex())


if __name__ == "__main__":
    main()
