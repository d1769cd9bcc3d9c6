"""Statements whose envelope is wrong: the members, their types and their presence.

name: (what is wrong, changed members, which good statement they change). ``...`` leaves a member out.
"""

from __future__ import annotations

from tools.vectors.statements import BLOCK, CASE, Object

DIGEST = "bOBACi9zIR8lUCXM6kV3MUfKDo-aQtvo1wEEOP-abNI"
OTHER = "2fdJYzXWKuWRaGFvRqFoJJ7ls-VRLQXuSO9ADZ0jmqw"
HASH = str(BLOCK["hash"])
LONG_COMPANY = f"{'a' * 63}.{'b' * 63}.{'c' * 63}.{'d' * 59}.kr"

_REQUIRED = ("author", "digests", "facts", "habeas", "kind", "ledger", "recent_block")
_VALUES: dict[str, dict[str, tuple[str, object]]] = {
    "habeas": {
        "true": ("true equals 1 in some languages", True),
        "text": ("a version is no text", "1"),
        "0": ("no such version", 0),
        "2": ("a later version", 2),
        "null": ("a version is no null", None),
    },
    "ledger": {
        "empty": ("an origin is not empty", ""),
        "plus": ("a plus sign separates the parts of a verifier key", "habeas.example+main"),
        "space": ("a space separates the parts of a signature line", "habeas.example main"),
        "101-characters": ("at most 100 bytes", "o" * 101),
        "number": ("an origin is a text", 1),
    },
    "kind": {
        "capital": ("lower case only", "Case.opened"),
        "hyphen": ("only a-z, _ and .", "case-opened"),
        "digit": ("only a-z, _ and .", "case.opened2"),
        "space": ("only a-z, _ and .", "case.opened "),
        "empty": ("a kind is not empty", ""),
        "41-characters": ("at most 40", "a" * 41),
        "list": ("a kind is a text", ["case.opened"]),
    },
    "company": {
        "capital": ("lower case only", "Shop.example"),
        "one-label": ("at least two labels", "localhost"),
        "trailing-dot": ("no trailing dot", "shop.example."),
        "leading-dot": ("no empty label", ".shop.example"),
        "two-dots": ("no empty label", "shop..example"),
        "ipv4": ("an IP address is no domain", "192.0.2.1"),
        "ipv6": ("an IP address is no domain", "2001:db8::1"),
        "64-character-label": ("at most 63 characters a label", "a" * 64 + ".example"),
        "254-characters": ("at most 253 characters", LONG_COMPANY),
        "underscore": ("an underscore is for records, not for hosts", "_habeas.example"),
        "hyphen-first": ("a label starts with a letter or digit", "-shop.example"),
        "hyphen-last": ("a label ends with a letter or digit", "shop-.example"),
        "numeric-top-label": ("a number is no top level", "shop.123"),
        "port": ("a domain has no port", "shop.example:443"),
        "url": ("a domain is no address of a page", "https://shop.example"),
        "mail": ("a domain is no mail address", "privacy@shop.example"),
        "wildcard": ("one domain, not many", "*.shop.example"),
        "space": ("no space", "shop.example "),
        "empty": ("absent is left out", ""),
        "null": ("absent is left out", None),
        "name": ("a company is named by its domain", "Shop Ltd"),
    },
    "recent_block": {
        "null": ("block 0 where none is final", None),
        "hash-only": ("the number is missing", {"hash": HASH}),
        "number-only": ("the hash is missing", {"number": 7}),
        "timestamp": ("a member too many", {**BLOCK, "timestamp": 1}),
        "short-hash": ("32 bytes", {"hash": HASH[:-2], "number": 7}),
        "capital-hash": ("hexadecimal digits are lower case", {"hash": "0x" + "AB" * 32, "number": 7}),
        "bare-hash": ("the prefix 0x", {"hash": HASH[2:], "number": 7}),
        "number-boolean": ("true is no integer", {"hash": HASH, "number": True}),
        "number-text": ("a number is no text", {"hash": HASH, "number": "7"}),
        "number-hexadecimal": ("a number is no text", {"hash": HASH, "number": "0x7"}),
    },
    "facts": {
        "null": ("{} where there are none", None),
        "list": ("facts are an object", []),
        "text": ("facts are an object", "{}"),
        "null-inside": ("a fact that does not apply is left out", {"acting": None}),
        "null-deep-inside": ("no null at any depth", {"related": [None]}),
    },
    "digests": {
        "null": ("[] where there are none", None),
        "object": ("digests are a list", {}),
        "text": ("digests are a list", DIGEST),
        "65": ("at most 64", [f"{number:0>42}A" for number in range(65)]),
        "unsorted": ("digests must ascend", [DIGEST, OTHER]),
        "duplicate": ("each digest once", [OTHER, OTHER]),
        "42-characters": ("43 characters", [DIGEST[:-1]]),
        "44-characters": ("43 characters", [DIGEST + "A"]),
        "padded": ("no padding", [DIGEST + "="]),
        "standard-alphabet": ("- and _, not + and /", [DIGEST.replace("-", "+")]),
        "43rd-character": ("another spelling of the same 32 bytes", [DIGEST[:-1] + "J"]),
        "hexadecimal": ("base64url, not hexadecimal", ["ab" * 32]),
        "number": ("a digest is a text", [0]),
    },
    "author": {
        "null": ("an author is always there", None),
        "checksummed": ("lower case, not EIP-55", "0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A"),
        "upper-case": ("lower case", "0x19E7E376E7C213B7E7E7E46CC70A5DD086DAFF2A"),
        "39-digits": ("40 digits", "0x19e7e376e7c213b7e7e7e46cc70a5dd086daff2"),
        "public-key": ("an address, not a public key", "0x02" + "ab" * 32),
        "without-0x": ("the prefix 0x", "19e7e376e7c213b7e7e7e46cc70a5dd086daff2a"),
        "name": ("an address, not a name", "requester.eth"),
    },
}
_CASES: dict[str, tuple[str, object]] = {
    "null": ("absent is left out", None),
    "upper-case": ("hexadecimal digits are lower case", "0x" + CASE[2:].upper()),
    "63-digits": ("64 digits", CASE[:-1]),
    "65-digits": ("64 digits", CASE + "0"),
    "without-0x": ("the prefix 0x", CASE[2:]),
    "number": ("a case is a text", 7),
}
_PRESENCE: dict[str, tuple[str, Object, str]] = {
    "case-in-case.opened": ("an opening is its own case", {"case": CASE}, "opened"),
    "case-absent-in-request.refused": ("an answer belongs to a case", {"case": ...}, "refused"),
    "case-in-ledger.opened": ("no case outside cases", {"case": CASE}, "ledger"),
    "company-absent-in-case.opened": ("a case is with a company", {"company": ...}, "opened"),
    "company-absent-in-request.refused": ("an answer names its company", {"company": ...}, "refused"),
    "company-in-ledger.opened": ("a ledger has no company", {"company": "shop.example"}, "ledger"),
    "member-extra": ("a member too many", {"note": "x"}, "opened"),
    "member-capital": ("names are exact", {"Company": "shop.example"}, "opened"),
    "member-empty-name": ("names are exact", {"": 1}, "opened"),
}

BAD_MEMBERS: dict[str, tuple[str, Object, str]] = {
    **{f"{name}-missing": (f"{name} is missing", {name: ...}, "opened") for name in _REQUIRED},
    **{
        f"{member}-{name}": (description, {member: value}, "opened")
        for member, values in _VALUES.items()
        for name, (description, value) in values.items()
    },
    **{f"case-{name}": (text, {"case": value}, "refused") for name, (text, value) in _CASES.items()},
    **_PRESENCE,
}
