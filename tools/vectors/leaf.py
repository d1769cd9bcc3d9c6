"""Vectors of leaves and index keys: ``python -m tools.vectors.leaf`` writes ``tests/vectors/leaf/``.

Nothing here uses ``ledger``: the expected values come from hashlib and json.
"""

from __future__ import annotations

from tools.vectors.statement_facts import OUTSIDE
from tools.vectors.statements import (
    ATTESTER,
    BARE_LEDGER,
    CASE,
    COMPANY,
    OPENED,
    OPERATOR,
    ORIGIN,
    REFUSED,
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

CASES = Cases("leaf")
SUFFIX = bytes.fromhex("0000002001")
PREFIX = b"habeas/index/v1\n"
ZERO = bytes(32)
ROOT = bytes.fromhex("bdcb9d3c0f44fb0237641848633261a6bf68edb1640322ae6b9150c45ff3efb8")


def main() -> None:
    _keys()
    _statements()
    _not_indexable()
    _good_leaves()
    _bad_leaves()
    CASES.write()


def case_key(case: str, author: str) -> bytes:
    return sha256(b"\x05" + bytes.fromhex(case[2:]) + bytes.fromhex(author[2:]))


def company_key(author: str, company: str) -> bytes:
    return sha256(b"\x04" + bytes.fromhex(author[2:]) + company.encode())


def index_leaf(size: int, rule: int, root: bytes) -> bytes:
    return PREFIX + size.to_bytes(8) + rule.to_bytes(8) + root + b"\x00"


def _keys() -> None:
    for name, key in (("requester", bytes([0x11]) * 32), ("company", COMPANY)):
        given = {"case_id": CASE[2:], "author": address(key)[2:]}
        ok = {"key": case_key(CASE, address(key)).hex()}
        CASES.good(f"case-key-{name}", "leaf.case_key", given, ok, f"the list of the {name} in one case")
    for company in (SHOP, "xn--bj0bj06e.xn--3e0b707e", f"{'a' * 63}.{'b' * 63}.{'c' * 63}.{'d' * 58}.kr"):
        given = {"author": address(COMPANY)[2:], "company": company}
        ok = {"key": company_key(address(COMPANY), company).hex()}
        name = f"company-key-{company[:12].rstrip('.-')}"
        CASES.good(name, "leaf.company_key", given, ok, "the list of one author's key bindings for a domain")


def _leaf_of(name: str, given: Object, raw: bytes, key: bytes, description: str) -> None:
    leaf = key + sha256(raw) + SUFFIX
    ok = {"index_key": key.hex(), "digest": sha256(raw).hex(), "leaf": leaf.hex()}
    ok["leaf_hash"] = sha256(b"\x00" + leaf).hex()
    CASES.good(name, "leaf.of_statement", {**given, "origin": ORIGIN}, ok, description)


def _indexed(name: str, text: str, key: bytes, description: str) -> None:
    _leaf_of(name, {"signed": text}, text.encode(), key, description)


def _statements() -> None:
    requester = str(OPENED["author"])
    _indexed("first-case-opened", signed(OPENED), case_key(CASE, requester), "first worked vector 1")
    key = case_key(CASE, address(COMPANY))
    _indexed("first-request-refused", signed(REFUSED, COMPANY), key, "first worked vector 2")
    _indexed("first-ledger-opened", signed(BARE_LEDGER), ZERO, "first worked vector 3: no case, no key")
    for kind, author in (("company.key_bound", ATTESTER), ("company.key_revoked", COMPANY)):
        value = statement(kind, OUTSIDE[kind][0], author)
        key = company_key(address(author), SHOP)
        _indexed(f"indexed-{kind}", signed(value, author), key, f"{kind}: listed under author and domain")
    for kind in ("attester.bound", "citation.recorded", "entry.withheld"):
        value = statement(kind, OUTSIDE[kind][0], OPERATOR, company=...)
        _indexed(f"not-indexed-{kind}", signed(value, OPERATOR), ZERO, f"{kind} is not indexed")
    value = in_case("later.kind", {"a": [1]}, COMPANY)
    _indexed("indexed-unknown-kind", signed(value, COMPANY), case_key(CASE, address(COMPANY)), "any kind")
    value = statement("later.kind", {}, COMPANY)
    _indexed("not-indexed-unknown-kind", signed(value, COMPANY), ZERO, "an unknown kind without a case")
    value = in_case("request.withdrawn", {"any": "facts"})
    _indexed("indexed-wrong-facts", signed(value), case_key(CASE, requester), "facts take no part in the index")
    value = in_case("evidence.attested", {}, COMPANY)
    key = case_key(CASE, address(COMPANY))
    _indexed("indexed-wrong-role", signed(value, COMPANY), key, "roles take no part in the index")
    value = {**REFUSED, "case": "0x" + "00" * 32}
    key = case_key("0x" + "00" * 32, address(COMPANY))
    _indexed("indexed-unknown-case", signed(value, COMPANY), key, "other entries take no part in the index")


def _not_indexable() -> None:
    """Bytes that are a leaf all the same, because somebody submitted them directly, but with a zero key."""
    good = signed(OPENED)
    texts: dict[str, tuple[str, str]] = {
        "other-ledger": ("another origin", signed({**OPENED, "ledger": "habeas.example/test"})),
        "other-signer": ("signed by another key", signed(OPENED, signature=sign(OPENED, COMPANY))),
        "high-s": ("not canonical: high s", signed(OPENED, signature="0x" + "ff" * 64 + "1b")),
        "space": ("not canonical: a space", good + " "),
        "case-in-opening": ("case present in case.opened", signed({**OPENED, "case": CASE})),
        "no-company": ("company absent in case.opened", signed(statement("case.opened", {}, company=...))),
        "too-long": ("more than 8,192 bytes", good + "x" * 8192),
        "one-byte": ("a single byte", "x"),
        "not-json": ("no JSON at all", "hello"),
    }
    for name, (description, text) in texts.items():
        _indexed(f"zero-key-{name}", text, ZERO, description)
    _leaf_of("zero-key-not-utf-8", {"signed_hex": "ff00"}, b"\xff\x00", ZERO, "no text at all")


def _parsed(name: str, leaf: bytes, values: Object, description: str) -> None:
    ok = {**values, "leaf_hash": sha256(b"\x00" + leaf).hex()}
    CASES.good(f"parse-{name}", "leaf.parse", {"leaf": leaf.hex()}, ok, description)


def _index(name: str, size: int, rule: int, root: bytes, description: str) -> None:
    leaf = index_leaf(size, rule, root)
    given: Object = {"size": size, "rule": rule, "root": root.hex()}
    ok = {"leaf": leaf.hex(), "leaf_hash": sha256(b"\x00" + leaf).hex()}
    CASES.good(f"encode-{name}", "leaf.index", given, ok, description)
    _parsed(name, leaf, {"type": "index", **given}, description)


def _good_leaves() -> None:
    leaf = case_key(CASE, str(OPENED["author"])) + sha256(signed(OPENED)) + SUFFIX
    values = {"type": "statement", "key": leaf[:32].hex(), "digest": leaf[32:64].hex()}
    _parsed("first-case-opened", leaf, values, "statement leaf of first worked vector 1")
    leaf = ZERO + sha256(signed(BARE_LEDGER)) + SUFFIX
    values = {"type": "statement", "key": ZERO.hex(), "digest": leaf[32:64].hex()}
    _parsed("first-ledger-opened", leaf, values, "statement leaf with a zero key")
    _index("first-four-leaves", 3, 1, ROOT, "index leaf of first worked vector 4")
    _index("first-empty-trie", 1, 1, ZERO, "index leaf of first worked vector 6: size 1, empty trie, rule 1")
    _index("no-index", 3, 0, ZERO, "rule 0 claims no index")
    _index("size-0", 0, 0, ZERO, "an index leaf as the only leaf")
    _index("greatest-size", 2**53 - 1, 1, ROOT, "the greatest size")


def _bad_leaves() -> None:
    good = sha256(b"key") + sha256(b"digest") + SUFFIX
    index = index_leaf(3, 1, ROOT)
    leaves: dict[str, tuple[str, bytes]] = {
        "empty": ("no bytes", b""),
        "statement-68-bytes": ("a byte is missing", good[1:]),
        "statement-truncated": ("the last byte is missing", good[:-1]),
        "statement-70-bytes": ("a byte too many", good + b"\x01"),
        "statement-no-digest": ("the suffix says that there is no digest", good[:-1] + b"\x00"),
        "statement-two-digests": ("the suffix says two digests", good[:-1] + b"\x02"),
        "statement-offset-0": (
            "the digest said to stand at offset 0",
            good[:64] + bytes.fromhex("0000000001"),
        ),
        "statement-offset-31": (
            "the digest said to stand at offset 31",
            good[:64] + bytes.fromhex("0000001f01"),
        ),
        "statement-offset-little-endian": (
            "the offset in the wrong byte order",
            good[:64] + bytes.fromhex("2000000001"),
        ),
        "statement-suffix-first": ("the suffix before the digest", SUFFIX + good[:64]),
        "index-64-bytes": ("the last byte is missing", index[:-1]),
        "index-66-bytes": ("a byte too many", index + b"\x00"),
        "index-with-digest": ("the suffix says one digest", index[:-1] + b"\x01"),
        "index-version-2": ("another version", index.replace(b"v1", b"v2")),
        "index-capital": ("another first letter", b"H" + index[1:]),
        "index-without-newline": ("a space for the newline", index.replace(b"\n", b" ", 1)),
        "index-rule-2": ("a rule that does not exist", index_leaf(3, 2, ROOT)),
        "index-rule-2-63": ("a rule over every signed integer", index_leaf(3, 2**63, ROOT)),
        "index-rule-little-endian": ("rule 1 in the wrong byte order", index_leaf(3, 1 << 56, ROOT)),
        "index-rule-0-with-root": ("no index claimed, but a root", index_leaf(3, 0, ROOT)),
        "index-rule-0-with-last-bit": (
            "no index claimed, but one bit",
            index_leaf(3, 0, ZERO[:-1] + b"\x01"),
        ),
        "index-size-2-53": ("a size over 2^53-1", index_leaf(2**53, 1, ROOT)),
        "index-size-2-64-minus-1": ("the greatest 64-bit size", index_leaf(2**64 - 1, 1, ROOT)),
        "both-concatenated": ("two leaves", good + index),
        "signed-statement": ("the statement itself, not its leaf", signed(OPENED).encode()),
        "leaf-hash": ("a leaf hash, not a leaf", sha256(b"\x00" + good)),
        "inner-node": ("the input of an inner node", b"\x01" + sha256(good) + sha256(index)),
        "hexadecimal": ("hexadecimal text of a leaf", jcs(good.hex()).encode()),
    }
    values: dict[str, tuple[str, Object]] = {
        "size-negative": ("no tree is smaller than empty", {"size": -1}),
        "size-2-53": ("a size over 2^53-1", {"size": 2**53}),
        "size-2-64": ("a size that 8 bytes do not hold", {"size": 2**64}),
        "rule-2": ("a rule that does not exist", {"rule": 2}),
        "rule-negative": ("a rule that does not exist", {"rule": -1}),
        "rule-0-with-root": ("no index claimed, but a root", {"rule": 0}),
        "root-31-bytes": ("a root has 32 bytes", {"root": ROOT.hex()[2:]}),
        "root-33-bytes": ("a root has 32 bytes", {"root": ROOT.hex() + "00"}),
        "rule-0-root-31-bytes": ("a root has 32 bytes, also a zero one", {"rule": 0, "root": "00" * 31}),
    }
    for name, (description, change) in values.items():
        given = {"size": 3, "rule": 1, "root": ROOT.hex(), **change}
        CASES.bad(f"encode-{name}", "leaf.index", given, "MalformedLeaf", description)
    for name, (description, leaf) in leaves.items():
        CASES.bad(f"bad-{name}", "leaf.parse", {"leaf": leaf.hex()}, "MalformedLeaf", description)


if __name__ == "__main__":
    main()
