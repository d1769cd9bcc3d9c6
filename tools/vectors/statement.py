"""Vectors of the statement: ``python -m tools.vectors.statement`` writes ``tests/vectors/statement/``.

Nothing here uses ``ledger``: the expected values come from hashlib, json and eth_account.
"""

from __future__ import annotations

import base64

from eth_account import Account
from eth_account.messages import SignableMessage, encode_defunct
from eth_utils.crypto import keccak

from tools.vectors import statement_text
from tools.vectors.statement_facts import (
    BAD_FACTS,
    IN_CASE,
    LEAST_IN_CASE,
    LEAST_OUTSIDE,
    LEDGER,
    OUTSIDE,
)
from tools.vectors.statement_members import BAD_MEMBERS
from tools.vectors.statements import (
    BARE_LEDGER,
    CASE,
    COMPANY,
    DOMAIN,
    OPENED,
    OPERATOR,
    REFUSED,
    REQUESTER,
    Object,
    address,
    in_case,
    jcs,
    sha256,
    sign,
    signed,
    statement,
    typed,
)
from tools.vectors.writing import Cases

CASES = Cases("statement")
CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def main() -> None:
    _first_vectors()
    _every_kind()
    _limits()
    _unusual_names()
    for name, (description, kind, facts) in BAD_FACTS.items():
        value = _placed(kind, facts)
        CASES.bad(f"facts-{name}", "statement.verify", {"signed": signed(value)}, "MalformedFacts", description)
    _bad_members()
    _bad_signature_bytes()
    _false_signatures()
    statement_text.add_to(CASES)
    CASES.write()


def _verified(name: str, value: Object, key: bytes, description: str) -> None:
    text = signed(value, key)
    ok = {
        "id": sha256(jcs(value)).hex(),
        "digest": sha256(text).hex(),
        "signing_hash": _signing_hash(value),
        "author": address(key)[2:],
    }
    CASES.good(name, "statement.verify", {"signed": text}, ok, description)


def _parsed(name: str, text: str, value: Object, description: str) -> None:
    own = sha256(jcs(value)).hex()
    case = own if value["kind"] == "case.opened" else value["case"][2:] if "case" in value else None
    ok = {"id": own, "case_id": case, "digest": sha256(text).hex(), "size": len(text)}
    CASES.good(name, "statement.parse", {"signed": text}, ok, description)


def _first_vectors() -> None:
    firsts = (("case-opened", OPENED, REQUESTER), ("request-refused", REFUSED, COMPANY))
    for name, value, key in (*firsts, ("bare-ledger-opened", BARE_LEDGER, REQUESTER)):
        message = typed(value)
        ok = {
            "id": sha256(jcs(value)).hex(),
            "struct_hash": message.body.hex(),
            "signing_hash": _signing_hash(value),
            "signature": sign(value, key),
            "digest": sha256(signed(value, key)).hex(),
            "signed": signed(value, key),
        }
        given = {"statement": jcs(value), "key": key.hex()}
        CASES.good(f"first-sign-{name}", "statement.sign", given, ok, f"first worked vector: {value['kind']}")
    hashes = {"type_hash": "d9b7b560f5c019cfe87c721bc1553089b1f1631a90e36aaf40f5a8b8857e229a"}
    hashes["domain_hash"] = typed(OPENED).header.hex()
    CASES.good("first-constants", "statement.constants", {}, hashes, "EIP-712 type and domain hash")
    _parsed("parse-case-opened", signed(OPENED), OPENED, "the case id of an opening is its own id")
    _parsed("parse-request-refused", signed(REFUSED, COMPANY), REFUSED, "the case id of other kinds is given")
    text = signed(BARE_LEDGER)
    _parsed("parse-bare-ledger-opened", text, BARE_LEDGER, "no case and no company; facts are not judged here")
    CASES.bad("facts-none-in-ledger-opened", "statement.verify", {"signed": text}, "MalformedFacts", "no facts")
    given = {"statement": jcs(OPENED), "key": COMPANY.hex()}
    CASES.bad("sign-with-foreign-key", "statement.sign", given, "VerificationSignature", "not the author's key")


def _placed(kind: str, facts: Object) -> Object:
    """A statement by the requester's key with the members that its kind needs."""
    if kind in OUTSIDE:
        return statement(kind, facts) if OUTSIDE[kind][2] else statement(kind, facts, company=...)
    return statement(kind, facts) if kind == "case.opened" else in_case(kind, facts)


def _every_kind() -> None:
    for name, (facts, key) in IN_CASE.items():
        _verified(f"kind-{name}", in_case(name, facts, key), key, f"{name} with every fact")
    for name, (facts, key, company) in OUTSIDE.items():
        value = statement(name, facts, key) if company else statement(name, facts, key, company=...)
        _verified(f"kind-{name}", value, key, f"{name} with every fact, outside any case")
    for name, (facts, key) in LEAST_IN_CASE.items():
        _verified(f"least-{name}", in_case(name, facts, key), key, f"{name} with the least facts")
    for name, (facts, key, company) in LEAST_OUTSIDE.items():
        value = statement(name, facts, key) if company else statement(name, facts, key, company=...)
        _verified(f"least-{name}", value, key, f"{name} with the least facts")
    related = [f"0x{number:064x}" for number in range(8)]
    facts = {"acting": "representative", "place": "US-CA", "regime": "us-ca-ccpa", "related": related}
    _verified("kind-case.opened", statement("case.opened", facts), REQUESTER, "case.opened, 8 related cases")
    _verified("least-case.opened", OPENED, REQUESTER, "case.opened with no related case")
    presence: dict[str, Object] = {"both": {"case": CASE}, "neither": {"company": ...}, "company": {}}
    for name, members in presence.items():
        value = statement("later.kind", {"any": ["x", 1, True]}, COMPANY, **members)
        _verified(f"unknown-kind-{name}", value, COMPANY, "an unknown kind: case and company are optional")


def _unusual_names() -> None:
    """Facts of unknown kinds whose names sort or behave otherwise in some languages."""
    facts: dict[str, tuple[str, Object]] = {
        "quote-before-a": ("sorted by the byte of the quote, not of its escape", {'"': 1, "A": 1}),
        "backslash-before-bracket": ("sorted by the byte of the backslash", {"\\": 1, "]": 1}),
        "ten-before-nine": ("sorted as texts, not as numbers", {"10": 1, "9": 1}),
        "capital-before-small": ("capitals come first", {"B": 1, "a": 1}),
        "empty-name": ("a name may be empty", {"": 1}),
        "proto": ("a name like any other", {"__proto__": 1}),
        "proto-object": ("a name like any other", {"__proto__": {"constructor": 1}}),
        "to-string": ("a name like any other", {"hasOwnProperty": 1, "toString": 1}),
    }
    for name, (description, members) in facts.items():
        _verified(f"names-{name}", in_case("later.kind", members), REQUESTER, description)
    for kind in ("__proto__", "constructor", "__", "..."):
        _verified(f"unknown-kind-named-{kind.replace('.', 'dot')}", in_case(kind, {}), REQUESTER, "an unknown kind")
    for name, data in (("82-and-padding", "A" * 82 + "=="), ("84-and-padding", "A" * 84 + "=="), ("4", "AAAA")):
        facts_of = {**LEDGER, "vkey": f"habeas.example/main+01234567+{data}"}
        value = statement("ledger.opened", facts_of, OPERATOR, company=...)
        _verified(f"vkey-of-{name}", value, OPERATOR, "the padding is not counted")
    for day in ("0001-01-01", "9999-12-31", "2000-02-29"):
        value = in_case("request.acknowledged", {"received_on": day})
        _verified(f"date-{day}", value, REQUESTER, "years 0001 to 9999 of the Gregorian calendar")


def _limits() -> None:
    value = in_case("request.withdrawn", {})
    digests = sorted(_base64url(sha256(str(number))) for number in range(64))
    _verified("limit-64-digests", {**value, "digests": digests}, REQUESTER, "the most digests")
    companies = {
        "253-characters": f"{'a' * 63}.{'b' * 63}.{'c' * 63}.{'d' * 58}.kr",
        "a-label": "xn--bj0bj06e.xn--3e0b707e",
    }
    companies |= {"digits-and-hyphens": "1-2--3.4a", "63-character-label": "a" * 63 + ".example"}
    for name, company in companies.items():
        _verified(f"company-{name}", {**value, "company": company}, REQUESTER, "a company at its limit")
    for name, origin in {
        "100-characters": "o" * 100,
        "punctuation": "!\"#$%&'()*,-./:;<=>?@[\\]^_`{|}~",
    }.items():
        _verified(f"ledger-{name}", {**value, "ledger": origin}, REQUESTER, "an origin at its limit")
    block = {"hash": "0x" + "00" * 32, "number": 2**53 - 1}
    _verified("number-2-53-minus-1", {**value, "recent_block": block}, REQUESTER, "the greatest integer")
    _verified("kind-40-characters", {**value, "kind": "_." * 20}, REQUESTER, "the longest kind")
    filled = in_case("later.kind", {"text": ""})
    room = 8192 - len(signed(filled))
    full = in_case("later.kind", {"text": "x" * room})
    _verified("limit-8192-bytes", full, REQUESTER, "the most bytes")
    over = in_case("later.kind", {"text": "x" * (room + 1)})
    CASES.bad("limit-8193-bytes", "statement.verify", {"signed": signed(over)}, "MalformedSize", "a byte too many")
    inside = in_case("later.kind", {"text": '{"[[[[[[[[[[[[[[\\"{{{{'})
    _verified("depth-inside-a-string", inside, REQUESTER, "brackets inside a string open no level")
    _verified("depth-4", in_case("later.kind", {"a": [1]}), REQUESTER, "four levels are open at once")
    deep = in_case("later.kind", {"a": [[1]]})
    CASES.bad(
        "depth-5",
        "statement.verify",
        {"signed": signed(deep)},
        "MalformedSize",
        "five levels are open at once",
    )


def _bad_members() -> None:
    for name, (description, changes, base) in BAD_MEMBERS.items():
        start = {"opened": OPENED, "refused": REFUSED, "ledger": BARE_LEDGER}[base]
        value = {key: member for key, member in {**start, **changes}.items() if member is not ...}
        CASES.bad(name, "statement.verify", {"signed": signed(value)}, "MalformedStatement", description)
    wrong: dict[str, object] = {"list": [BARE_LEDGER], "text": jcs(BARE_LEDGER), "null": None}
    for name, given_statement in wrong.items():
        text = jcs({"signature": sign(BARE_LEDGER), "statement": given_statement})
        CASES.bad(f"statement-{name}", "statement.verify", {"signed": text}, "MalformedStatement", f"a {name}")
    envelopes: dict[str, object] = {
        "bare-statement": BARE_LEDGER,
        "no-signature": {"statement": BARE_LEDGER},
        "no-statement": {"signature": sign(BARE_LEDGER)},
        "extra-member": {"signature": sign(BARE_LEDGER), "statement": BARE_LEDGER, "version": 1},
        "in-a-list": [{"signature": sign(BARE_LEDGER), "statement": BARE_LEDGER}],
        "null": None,
        "text": "statement",
    }
    for name, envelope in envelopes.items():
        given = {"signed": jcs(envelope)}
        CASES.bad(f"envelope-{name}", "statement.verify", given, "MalformedStatement", "not {signature, statement}")


def _bad_signature_bytes() -> None:
    r, s, v = sign(OPENED)[2:66], sign(OPENED)[66:130], sign(OPENED)[130:]
    n, half = CURVE_ORDER, CURVE_ORDER // 2
    other_v = "1b" if v == "1c" else "1c"
    spellings: dict[str, tuple[str, object]] = {
        "v-0": ("recovery id 0 instead of 27", f"0x{r}{s}00"),
        "v-1": ("recovery id 1 instead of 28", f"0x{r}{s}01"),
        "v-26": ("v below 27", f"0x{r}{s}1a"),
        "v-29": ("v above 28", f"0x{r}{s}1d"),
        "v-chain-id": ("v as in a transaction of chain 1", f"0x{r}{s}25"),
        "r-0": ("r is 0", f"0x{0:064x}{s}{v}"),
        "r-n": ("r is the group order", f"0x{n:064x}{s}{v}"),
        "r-all-ones": ("r is 2^256-1", f"0x{'f' * 64}{s}{v}"),
        "s-0": ("s is 0", f"0x{r}{0:064x}{v}"),
        "s-n": ("s is the group order", f"0x{r}{n:064x}{v}"),
        "s-high": ("the same signature with n-s and the other v", f"0x{r}{n - int(s, 16):064x}{other_v}"),
        "s-half-n-plus-1": ("the smallest high s", f"0x{r}{half + 1:064x}{v}"),
        "upper-case": ("hexadecimal digits are lower case", "0x" + (r + s + v).upper()),
        "capital-x": ("the prefix is 0x", "0X" + r + s + v),
        "without-0x": ("the prefix is missing", r + s + v),
        "64-bytes": ("v is missing", f"0x{r}{s}"),
        "66-bytes": ("a byte too many", f"0x{r}{s}{v}00"),
        "compact": ("EIP-2098 form", f"0x{r}{int(s, 16) | (int(v, 16) - 27) << 255:064x}"),
        "v-first": ("v before r and s", f"0x{v}{r}{s}"),
        "empty": ("an empty text", ""),
        "null": ("no signature", None),
        "list": ("r, s and v apart", [r, s, v]),
    }
    for name, (description, signature) in spellings.items():
        text = jcs({"signature": signature, "statement": OPENED})
        CASES.bad(f"signature-{name}", "statement.verify", {"signed": text}, "MalformedSignature", description)
    text = signed(OPENED, signature=f"0x{r}{half:064x}{v}")
    given = {"signed": text}
    _parsed("signature-s-half-n", text, OPENED, "the greatest low s is well formed; whose it is, is not asked")
    CASES.bad("false-s-half-n", "statement.verify", given, "VerificationSignature", "well formed, but of nobody")
    # x = 5 is no x coordinate of the curve: 5^3 + 7 is no square.
    given = {"signed": signed(OPENED, signature=f"0x{5:064x}{s}{v}")}
    CASES.bad("false-r-not-on-curve", "statement.verify", given, "VerificationSignature", "no point has this r")
    given = {"signed": signed(OPENED, signature=f"0x{r}{s}{other_v}")}
    CASES.bad("false-v-flipped", "statement.verify", given, "VerificationSignature", "27 and 28 exchanged")


def _false_signatures() -> None:
    hashed = bytes.fromhex(_signing_hash(OPENED))
    spoken = encode_defunct(hexstr=sha256(jcs(OPENED)).hex())
    signatures: dict[str, tuple[str, str]] = {
        "other-key": ("signed by another key", sign(OPENED, COMPANY)),
        "other-statement": ("the signature of another statement", sign({**OPENED, "company": "b.example"})),
        "domain-name": ("another domain name", sign(OPENED, domain={**DOMAIN, "name": "habeas"})),
        "domain-version": ("another domain version", sign(OPENED, domain={**DOMAIN, "version": "2"})),
        "domain-chain": ("a domain with a chain id", sign(OPENED, domain={**DOMAIN, "chainId": 1})),
        "personal-message": ("the id signed as a personal message", "0x" + _signature(spoken, REQUESTER)),
        "raw-id": ("the id signed without EIP-712", "0x" + _raw_signature(sha256(jcs(OPENED)))),
        "hashed-twice": ("the signing hash hashed again", "0x" + _raw_signature(sha256(hashed))),
    }
    for name, (description, signature) in signatures.items():
        given = {"signed": signed(OPENED, signature=signature)}
        CASES.bad(f"false-{name}", "statement.verify", given, "VerificationSignature", description)
    changes: dict[str, Object] = {
        "author": {"author": address(COMPANY)},
        "company": {"company": "other.example"},
        "digests": {"digests": ["bOBACi9zIR8lUCXM6kV3MUfKDo-aQtvo1wEEOP-abNI"]},
        "facts": {"facts": {**OPENED["facts"], "place": "DE"}},
        "ledger": {"ledger": "habeas.example/test"},
        "number": {"recent_block": {**OPENED["recent_block"], "number": 8}},
        "hash": {"recent_block": {**OPENED["recent_block"], "hash": "0x" + "0c" * 32}},
    }
    for name, change in changes.items():
        given = {"signed": signed({**OPENED, **change}, signature=sign(OPENED))}
        description = f"{name} changed after signing"
        CASES.bad(f"changed-{name}", "statement.verify", given, "VerificationSignature", description)
    given = {"signed": signed({**REFUSED, "case": "0x" + "0c" * 32}, signature=sign(REFUSED, COMPANY))}
    CASES.bad("changed-case", "statement.verify", given, "VerificationSignature", "case changed after signing")


def _signing_hash(value: Object) -> str:
    message = typed(value)
    return keccak(b"\x19\x01" + message.header + message.body).hex()


def _signature(message: SignableMessage, key: bytes) -> str:
    return bytes(Account.sign_message(message, key).signature).hex()


def _raw_signature(digest: bytes) -> str:
    return bytes(Account.unsafe_sign_hash(digest, REQUESTER).signature).hex()


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


if __name__ == "__main__":
    main()
