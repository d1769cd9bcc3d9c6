"""Vectors of disclosures: RFC 9901's published examples, our own spelling, named bad cases.

Run as ``python -m tools.vectors.disclosure``. Values are published ones or are computed here with
hashlib, base64 and json alone, never with ``ledger.disclosure``.
"""

from __future__ import annotations

import base64
import hashlib
import json

from tools.vectors._rfc9901 import OTHER_SHAPES, RFC, SPELLINGS
from tools.vectors.writing import Cases

SALT = "AAAAAAAAAAAAAAAAAAAAAA"
FILE = {
    "bytes": 3,
    "media_type": "application/pdf",
    "name": "답변.pdf",
    "sha256": hashlib.sha256(b"abc").hexdigest(),
}


def encode(data: bytes | str) -> str:
    raw = data.encode("utf-8") if isinstance(data, str) else data
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def compact(value: object) -> str:
    return encode(json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True))


def digest(encoded: str) -> str:
    return encode(hashlib.sha256(encoded.encode("ascii")).digest())


def parsed(encoded: str, array: tuple[str, str, object]) -> dict[str, object]:
    salt, name, value = array
    return {"salt": salt, "name": name, "value": value, "digest": digest(encoded)}


def published(cases: Cases) -> None:
    for name, (encoded, expected, array) in RFC.items():
        text = f"{name.replace('-', ' ')}: the digest is over the encoded text"
        cases.good(f"digest-{name}", "disclosure.digest", {"encoded": encoded}, {"digest": expected}, text)
        text = f"{name.replace('-', ' ')}: salt, name and value are read as published"
        cases.good(f"parse-{name}", "disclosure.parse", {"encoded": encoded}, parsed(encoded, array), text)
    for name, encoded in SPELLINGS.items():
        text = "another spelling of the same claim has another digest; no canonical form is asked for"
        array = RFC["rfc-section-4-2-1-moebius"][2]
        cases.good(f"parse-{name}", "disclosure.parse", {"encoded": encoded}, parsed(encoded, array), text)
    for name, (encoded, expected) in OTHER_SHAPES.items():
        text = "digest() is defined for every encoded text"
        cases.good(f"digest-{name}", "disclosure.digest", {"encoded": encoded}, {"digest": expected}, text)
        text = "a statement opens object members whose value is a text or a file object, nothing else"
        cases.bad(f"refuse-{name}", "disclosure.parse", {"encoded": encoded}, "MalformedDisclosure", text)


def own(cases: Cases) -> None:
    values: dict[str, tuple[str, object]] = {
        "name": ("name", "Kim"),
        "korean-letter": ("letter", "귀사가 보유한 제 개인정보의 열람을 요구합니다.\n첨부: 신분증 사본\t1부"),
        "outside-the-basic-plane": ("note", "𐍈 🔒"),
        "quotes-and-backslash": ("note", 'a "quoted" \\ text'),
        "empty-text": ("note", ""),
        "file": ("attachment", FILE),
        "largest-file": ("attachment", {**FILE, "bytes": 2**53 - 1}),
        "name-of-100-characters": ("n" * 100, "x"),
        "value-with-line-separators": ("letter", "one\u2028two\u2029three"),
        "media-type-of-63-characters": ("attachment", {**FILE, "media_type": f"{'t' * 63}/{'s' * 63}"}),
        "media-type-of-64-characters": ("attachment", {**FILE, "media_type": f"{'t' * 64}/{'s' * 64}"}),
        "media-type-of-127-characters": ("attachment", {**FILE, "media_type": f"{'t' * 127}/{'s' * 127}"}),
        "media-type-punctuation": ("attachment", {**FILE, "media_type": "1!#$&^_.+-/2!#$&^_.+-"}),
    }
    for title, (name, value) in values.items():
        encoded = compact([SALT, name, value])
        inputs = {"salt": "00" * 16, "name": name, "value": value}
        cases.good(
            f"make-{title}",
            "disclosure.make",
            inputs,
            {"encoded": encoded, "digest": digest(encoded)},
            "compact UTF-8 JSON, members sorted",
        )
        cases.good(
            f"parse-{title}",
            "disclosure.parse",
            {"encoded": encoded},
            parsed(encoded, (SALT, name, value)),
            "our own spelling",
        )
    long_salt = compact(["A" * 128, "name", "Kim"])
    cases.good(
        "parse-salt-of-128-characters",
        "disclosure.parse",
        {"encoded": long_salt},
        parsed(long_salt, ("A" * 128, "name", "Kim")),
        "longer salts are accepted",
    )
    filler = "x" * (49_152 - len(json.dumps([SALT, "letter", ""], separators=(",", ":"))))
    largest = compact([SALT, "letter", filler])
    cases.good(
        "parse-largest",
        "disclosure.parse",
        {"encoded": largest},
        parsed(largest, (SALT, "letter", filler)),
        "65,536 characters, the limit itself",
    )
    cases.bad(
        "parse-over-the-limit",
        "disclosure.parse",
        {"encoded": largest + "A"},
        "MalformedSize",
        "one character more than 65,536; checked before decoding",
    )


def in_array(value: str) -> str:
    return encode(f'["{SALT}","name",{value}]')


def broken_arrays() -> dict[str, tuple[str, str]]:
    """Name -> (encoded, why it is refused)."""
    good = compact([SALT, "name", "Kim"])
    start = b'["' + SALT.encode() + b'","name","'
    short = compact([SALT, "name", "Ki"])
    return {
        "empty": ("", "no text at all"),
        "padded": (encode(start + b'Ki"]') + "=", "padding is not base64url here"),
        "standard-alphabet": (
            encode(f'["{SALT}","n","??>>"]').replace("_", "/").replace("-", "+"),
            "+ and /",
        ),
        "unused-bits-set": (short[:-1] + "1", "a second spelling of the same bytes"),
        "line-end-in-base64": (good[:40] + "\n" + good[40:], "white space inside the encoded text"),
        "impossible-length": (good[: len(good) // 4 * 4] + "A", "4n+1 characters hold no whole byte"),
        "not-utf-8": (encode(start + b'\xff"]'), "0xff is never UTF-8"),
        "overlong-utf-8": (
            encode(start + b'\xc0\xaf"]'),
            "overlong form of a slash",
        ),
        "surrogate-utf-8": (
            encode(start + b'\xed\xa0\x80"]'),
            "CESU-8 half character",
        ),
        "byte-order-mark": (
            encode(b"\xef\xbb\xbf" + base64.urlsafe_b64decode(good + "=")),
            "BOM before the JSON",
        ),
        "not-json": (encode("name"), "no JSON"),
        "object": (encode('{"name":"Kim"}'), "an object is no array"),
        "string": (encode('"Kim"'), "a string is no array"),
        "empty-array": (encode("[]"), "0 members"),
        "one-member": (encode(f'["{SALT}"]'), "1 member"),
        "four-members": (compact([SALT, "name", "Kim", "more"]), "4 members"),
        "trailing-json": (encode(f'["{SALT}","name","Kim"]1'), "bytes after the array"),
        "trailing-comma": (encode(f'["{SALT}","name","Kim",]'), "not JSON"),
        "deep-nesting": (encode("[" * 40_000), "hostile nesting must not end the parser"),
        "salt-short": (compact(["A" * 21, "name", "Kim"]), "21 characters hold 126 bits"),
        "salt-empty": (compact(["", "name", "Kim"]), "a digest without salt can be guessed"),
        "salt-long": (compact(["A" * 129, "name", "Kim"]), "over 128 characters"),
        "salt-not-base64url": (compact(["+" * 22, "name", "Kim"]), "+ is not base64url"),
        "salt-number": (encode('[1,"name","Kim"]'), "a salt is a text"),
        "name-sd": (compact([SALT, "_sd", "Kim"]), "reserved by RFC 9901"),
        "name-ellipsis": (compact([SALT, "...", "Kim"]), "reserved by RFC 9901"),
        "name-empty": (compact([SALT, "", "Kim"]), "0 characters"),
        "name-long": (compact([SALT, "n" * 101, "Kim"]), "101 characters"),
        "name-number": (compact([SALT, 1, "Kim"]), "a name is a text"),
        "name-with-line-end": (compact([SALT, "name\nverified", "Kim"]), "would forge a line in a report"),
        "name-with-line-separator": (
            compact([SALT, "name\u2028verified", "Kim"]),
            "would forge a line in a report",
        ),
    }


def broken_values() -> dict[str, tuple[str, str]]:
    """Name -> (encoded, why it is refused)."""
    return {
        "value-escape-character": (compact([SALT, "name", "\x1b[2JKim"]), "ESC would rewrite a terminal"),
        "value-c1-control": (compact([SALT, "name", "\x9b2JKim"]), "CSI in one character"),
        "value-nul": (compact([SALT, "name", "Kim\x00"]), "NUL"),
        "value-lone-surrogate": (in_array('"\\ud800"'), "half a character"),
        "value-half-and-whole-character": (in_array('"\\ud83d\\ud83d\\ude00"'), "the first half has no second"),
        "value-null": (in_array("null"), "a text or a file object"),
        "value-false": (in_array("false"), "a text or a file object"),
        "value-nan": (in_array("NaN"), "not JSON, though many parsers take it"),
        "value-infinity": (in_array("-Infinity"), "not JSON, though many parsers take it"),
        "value-float": (in_array("1.5"), "floats have many spellings"),
        "value-exponent": (in_array("1e400"), "overflows to infinity"),
        "value-5000-digits": (in_array("1" * 5000), "a number that some parsers cannot hold"),
        "value-array": (in_array('["Kim"]'), "a text or a file object"),
    }


def broken_files() -> dict[str, tuple[str, str]]:
    """Name -> (encoded, why it is refused)."""
    text = json.dumps(FILE, separators=(",", ":"), ensure_ascii=False, sort_keys=True)
    return {
        "file-member-missing": (in_array('{"bytes":3}'), "three members are missing"),
        "file-member-unknown": (in_array(text[:-1] + ',"url":"x"}'), "the schema is closed"),
        "file-member-twice": (in_array(text[:-1] + ',"bytes":4}'), "two readers could see two sizes"),
        "file-member-twice-escaped": (
            in_array(text[:-1] + ',"\\u0062ytes":3}'),
            "the same name once as it is, once with an escape",
        ),
        "file-bytes-true": (in_array(text.replace(":3,", ":true,")), "a boolean is no number"),
        "file-bytes-text": (in_array(text.replace(":3,", ':"3",')), "a text is no number"),
        "file-bytes-negative": (in_array(text.replace(":3,", ":-3,")), "below 0"),
        "file-bytes-minus-zero": (in_array(text.replace(":3,", ":-0,")), "a second spelling of 0"),
        "file-bytes-over-2-53": (
            in_array(text.replace(":3,", ":9007199254740992,")),
            "not exact in JavaScript",
        ),
        "file-bytes-float": (in_array(text.replace(":3,", ":3.0,")), "floats have many spellings"),
        "file-media-type-upper-case": (in_array(text.replace("application", "Application")), "one spelling"),
        "file-media-type-parameter": (in_array(text.replace("pdf", "pdf; x=1", 1)), "no parameters"),
        "file-media-type-bare": (in_array(text.replace("application/pdf", "application")), "type/subtype"),
        **{
            f"file-media-type-{name}": (in_array(text.replace("application/pdf", media_type)), why)
            for name, media_type, why in (
                ("type-of-128-characters", f"{'t' * 128}/pdf", "at most 127 characters"),
                ("subtype-of-128-characters", f"application/{'s' * 128}", "at most 127 characters"),
                ("subtype-dot-first", "application/.pdf", "a letter or a digit first"),
                ("subtype-underscore-first", "application/_pdf", "a letter or a digit first"),
                ("type-plus-first", "+application/pdf", "a letter or a digit first"),
                ("asterisk", "application/*", "no wildcard"),
                ("two-slashes", "application/pdf/a", "one slash"),
            )
        },
        "file-name-line-separator": (in_array(text.replace("답변", "답\u2028변")), "would forge a line in a report"),
        "file-name-paragraph-separator": (in_array(text.replace("답변", "답\u2029변")), "would forge a line"),
        "file-name-parent-folder": (
            in_array(text.replace("답변", "../../답변")),
            "leaves the folder when saved",
        ),
        "file-name-backslash": (
            in_array(text.replace("답변", "..\\\\답변")),
            "leaves the folder when saved",
        ),
        "file-name-dots": (in_array(text.replace("답변.pdf", "..")), "names a folder"),
        "file-name-empty": (in_array(text.replace("답변.pdf", "")), "0 characters"),
        "file-name-control": (in_array(text.replace("답변", "\\u001b[2J")), "ESC would rewrite a terminal"),
        "file-name-number": (in_array(text.replace('"답변.pdf"', "1")), "a name is a text"),
        "file-sha256-upper-case": (in_array(text.replace("ba7816bf", "BA7816BF")), "one spelling"),
        "file-sha256-short": (in_array(text.replace("ba7816bf", "")), "56 digits"),
    }


def matching(cases: Cases) -> None:
    one, two, three = (compact([SALT, name, "x"]) for name in ("one", "two", "three"))
    digests = sorted([digest(one), digest(two)])
    operation = "disclosure.match"
    moved = compact([SALT, "one", "y"])
    respelled = encode(json.dumps([SALT, "one", "x"]))
    cases.good(
        "match-all",
        operation,
        {"encoded": [two, one], "digests": digests},
        {"names": ["two", "one"]},
        "every digest is opened, in the order given",
    )
    cases.good(
        "match-some",
        operation,
        {"encoded": [one], "digests": digests},
        {"names": ["one"]},
        "opening is the author's choice: unopened digests are no error",
    )
    cases.good("match-none", operation, {"encoded": [], "digests": digests}, {"names": []}, "nothing opened")
    cases.bad(
        "match-foreign",
        operation,
        {"encoded": [one, three], "digests": digests},
        "VerificationDisclosure",
        "a disclosure of no digest shown",
    )
    cases.bad(
        "match-no-digests",
        operation,
        {"encoded": [one], "digests": []},
        "VerificationDisclosure",
        "a statement without digests opens nothing",
    )
    cases.bad(
        "match-twice",
        operation,
        {"encoded": [one, two, one], "digests": digests},
        "VerificationDisclosure",
        "one disclosure listed twice",
    )
    cases.bad(
        "match-changed-value",
        operation,
        {"encoded": [moved], "digests": digests},
        "VerificationDisclosure",
        "salt and name kept, value changed",
    )
    cases.bad(
        "match-respelled",
        operation,
        {"encoded": [respelled], "digests": digests},
        "VerificationDisclosure",
        "the same array with spaces: the digest is over the encoded text",
    )
    cases.bad(
        "match-digest-of-decoded-bytes",
        operation,
        {
            "encoded": [one],
            "digests": [encode(hashlib.sha256(base64.urlsafe_b64decode(one + "=" * (-len(one) % 4))).digest())],
        },
        "VerificationDisclosure",
        "a digest over the decoded JSON is not the digest (RFC 9901, section 4.2.3)",
    )
    cases.bad(
        "match-malformed",
        operation,
        {"encoded": [encode("[]")], "digests": digests},
        "MalformedDisclosure",
        "a malformed disclosure is refused before any digest is compared",
    )


def make_refused(cases: Cases) -> None:
    good = {"salt": "00" * 16, "name": "name", "value": "Kim"}
    changes: dict[str, tuple[dict[str, object], str]] = {
        "salt-of-15-bytes": ({"salt": "00" * 15}, "the salt has 16 bytes"),
        "salt-of-17-bytes": ({"salt": "00" * 17}, "the salt has 16 bytes"),
        "name-sd": ({"name": "_sd"}, "reserved by RFC 9901"),
        "value-control-character": ({"value": "a\x07"}, "BEL"),
        "file-name-with-folder": ({"value": {**FILE, "name": "a/b"}}, "leaves the folder when saved"),
    }
    for name, (change, why) in changes.items():
        cases.bad(f"make-{name}", "disclosure.make", {**good, **change}, "MalformedDisclosure", why)
    inputs = {**good, "value": "가" * 20_000}
    cases.bad("make-over-the-limit", "disclosure.make", inputs, "MalformedSize", "60,000 bytes of UTF-8")


def main() -> None:
    cases = Cases("disclosure")
    published(cases)
    own(cases)
    matching(cases)
    make_refused(cases)
    for name, (encoded, why) in {**broken_arrays(), **broken_values(), **broken_files()}.items():
        cases.bad(f"refuse-{name}", "disclosure.parse", {"encoded": encoded}, "MalformedDisclosure", why)
    given = {"encoded": "Wyë"}
    cases.bad("digest-not-ascii", "disclosure.digest", given, "MalformedDisclosure", "an encoded text is ASCII")
    cases.write()


if __name__ == "__main__":
    main()
