"""The edges of what is read: files, key records, signatures and the reasons of grades."""

from __future__ import annotations

import base64
import hashlib

from tools.vectors._mail_grades import GOOD, RSA, SERVICE, Grades, key
from tools.vectors._mail_keys import record, rsa
from tools.vectors._mail_signing import ALL, AT, TEXT, By, mail, sign
from tools.vectors.writing import Cases

_P = base64.b64encode(RSA.public).decode()


def write(cases: Cases) -> None:
    grades = Grades(cases)
    _files(cases)
    _records(cases, grades)
    _signatures(grades)
    _unreadable(cases)
    _parts(grades)
    _reasons(grades)
    _obsolete(grades)


def _files(cases: Cases) -> None:
    for name, data, names, body, why in (
        ("space-before-colon-unread", "From: a\r\nX-Foo \t: b\r\n\r\nx", ["From", "X-Foo \t"], "x",
         "obsolete, and of a field that decides nothing"),
        ("envelope-lines", "From a Wed\n>From b Wed\n>From c\nFrom: a\n\nx", ["From"], "x", "as mbox files have them"),
        ("envelope-line-quoted", ">From b Wed\r\nFrom: a\r\n\r\nx", ["From"], "x", "the quoted one alone"),
        ("field-of-131072", "a:" + "x" * 131_068 + "\r\n\r\n", ["a"], "", "131,072 bytes with the line end"),
    ):  # fmt: skip
        shown = {"sha256": hashlib.sha256(data.encode()).hexdigest(), "fields": names, "body": body}
        cases.good(f"parse-{name}", "mail.parse", {"mail": data}, shown, why)
    for name, data, error, why in (
        ("field-of-131073", "a:" + "x" * 131_069 + "\r\n\r\n", "MalformedSize", "with the line end a byte too much"),
        (
            "space-before-colon-dkim",
            "DKIM-Signature : v=1\r\nFrom: a\r\n\r\nx",
            "MalformedMail",
            "some programs read it",
        ),
        ("space-before-colon-alone", " : a\r\nFrom: a\r\n\r\nx", "MalformedMail", "no name"),
        ("space-within-name", "X Foo: a\r\nFrom: a\r\n\r\nx", "MalformedMail", "no name"),
        ("envelope-line-quoted-later", "From: a\r\n>From b Wed\r\n\r\nx", "MalformedMail", "some end the header here"),
    ):
        cases.bad(f"parse-{name}", "mail.parse", {"mail": data}, error, why)


def _records(cases: Cases, grades: Grades) -> None:
    for name, text in {
        "padding-too-much": f"p={_P}==",
        "padding-alone": "p====",
        "padding-within": f"p=AA==AAAA{_P}",
    }.items():
        cases.bad(f"key-refuse-{name}", "mail.key", {"record": text}, "MalformedKeyRecord", "base64 of RFC 4648")
    for name, tags in {"services": "s=EMAIL; ", "hashes": "h=SHA256; "}.items():
        grades.signed(f"grade-a-key-{name}-in-capitals", "lists are read in lower case", GOOD, "grade_a",
                      keys=[key(GOOD, text=record(RSA, f"v=DKIM1; {tags}"))])  # fmt: skip
    grades.signed("grade-d-key-testing-in-capitals", "lists are read in lower case", GOOD, "grade_d",
                  ["key_testing"], keys=[key(GOOD, text=record(RSA, "v=DKIM1; t=Y; "))])  # fmt: skip


def _signatures(grades: Grades) -> None:
    for name, by in {
        "selector-dash-at-end": By(RSA, "s_1-._2"),
        "canonical-relaxed-alone": By(RSA, "s2048", form="relaxed/"),
        "query-list": By(RSA, "s2048", tags="q=other : dns/txt; "),
        "identity-utf-8": By(RSA, "s2048", tags="i=pr\xc3\xa4vacy@shop.example; "),
        "own-name-signed": By(RSA, "s2048", headers=(*ALL, "dkim-signature")),
        "16384-bytes": _long(16_384),
    }.items():
        grades.signed(f"grade-a-{name}", "read as RFC 6376 says", by, "grade_a")
    spaces = sign(mail("x "), GOOD)
    grades.add("grade-a-space-at-the-end", "a body that ends with a space and no line end", spaces, GOOD, "grade_a")
    inner, outer = By(SERVICE, "m1", "service.example"), By(RSA, "s2048", headers=(*ALL, "dkim-signature"))
    message = sign(sign(mail(), inner), outer)
    signers = {"signatures": [["grade_a"], ["undetermined", "key_unknown"]]}
    grades.add(
        "grade-a-signature-below-signed", "the field below is signed as well", message, outer, "grade_a", **signers
    )
    changed = message.replace("d=service.example", "d=service.Example")
    grades.add("undetermined-signature-below-changed", "the field below is another", changed, outer, "undetermined",
               ["signature_mismatch", "key_unknown"],
               signatures=[["failed", "signature_mismatch"], ["undetermined", "key_unknown"]])  # fmt: skip


def _long(size: int) -> By:
    """A signature field of so many bytes, with its name and its line end."""
    short = By(RSA, "s2048", tags="z=; ")
    return By(RSA, "s2048", tags=f"z={'x' * (size - len(sign(mail(), short)) + len(mail()))}; ")


def _unreadable(cases: Cases) -> None:
    given = {"number": 0, "record": record(RSA), "at": AT}
    rows = {
        "16385-bytes": sign(mail(), _long(16_385)),
        "value-padding": sign(mail(), GOOD).replace("\r\n b=", "\r\n b=AAAA==\r\n zz="),
        "domain-underline": sign(mail(), By(RSA, "s2048", "_a.example")),
        "domain-number": sign(mail(), By(RSA, "s2048", "1.2.3.4")),
        "selector-dash": sign(mail(), By(RSA, "-s2048")),
        "selector-dash-later": sign(mail(), By(RSA, "s._.-2048")),
        "identity-utf-8-domain": sign(mail(), By(RSA, "s2048", tags="i=a@\xc3\xa4.shop.example; ")),
        "identity-no-utf-8": sign(mail(), By(RSA, "s2048", tags="i=\xe4@shop.example; ")),
        "utf-8-elsewhere": sign(mail(), By(RSA, "s2048", tags="n=\xc3\xa4; ")),
    }
    for name, message in rows.items():
        cases.bad(f"verify-unreadable-{name}", "mail.verify", {"mail": message, **given}, "MalformedMail",
                  "no verifier may accept it")  # fmt: skip
    message = sign(mail(), GOOD)
    before, _, after = message.partition("==\r\nFrom")
    assert before[-1] in "AQgw"
    message = f"{before[:-1]}{chr(ord(before[-1]) + 1)}==\r\nFrom{after}"
    ok = {"domain": "shop.example", "selector": "s2048", "algorithm": "rsa-sha256", "expired": False, "early": False}
    cases.good("verify-unused-bits", "mail.verify", {"mail": message, **given}, ok, "unused bits are not looked at")


def _parts(grades: Grades) -> None:
    """Content-Type unsigned: what begins a part."""
    by = By(RSA, "s2048", headers=ALL[:-1])
    part = "--x\r\nX: y\r\nContent-Type: text/html\r\n\r\n<p>\r\n"
    for name, body, has_parts in (
        ("part-field-later", part, True),
        ("part-mime-version", "--x\r\nMime-Version: 1.0\r\n", True),
        ("part-any-lines", "--x\r\nwords\r\n folded\r\ncontent-x:\r\n", True),
        ("part-empty-line", part.replace("X: y\r\n", "\r\n"), False),
        ("part-dash-and-space", part.replace("--x", "-- x"), False),
        ("part-long-boundary", part.replace("--x", f"--{'x' * 101}"), False),
        ("part-other-field", part.replace("Content-Type", "Contents"), False),
    ):
        letter, code = ("c", "content_type_unsigned_parts") if has_parts else ("b", "content_type_unsigned")
        grades.add(f"grade-{letter}-{name}", "what begins a part, whatever the header says", sign(mail(body), by), by,
                   f"grade_{letter}", [code], unsigned_headers=["content-type"])  # fmt: skip
    for size, codes in ((39, []), (40, ["transfer_encoding_unsigned"])):
        message = sign(mail("A" * size + "\r\n"), GOOD)
        grades.add(f"grade-a-base64-line-of-{size}", "a line that can be base64", message, GOOD, "grade_a", codes)


def _reasons(grades: Grades) -> None:
    """The order of reasons, each code once."""
    other = rsa("another", 2048)
    grades.signed("undetermined-testing-in-an-archive", "the archive is said, not that the key is tried", GOOD,
                  "undetermined", ["signature_mismatch", "key_uncertain"],
                  keys=[key(GOOD, "archive", text=record(other, "t=y; "))])  # fmt: skip
    seals = "".join(f"ARC-Seal: i={i}; a=rsa-sha256; cv={cv}; d=list.example; s=x; b=AAAA\r\n" for i, cv in (
        (2, "pass"), (1, "none"), (3, "maybe"), (0, "pass"), (51, "pass"),
    ))  # fmt: skip
    message = seals + sign(mail(From="kim@service.example"), GOOD).replace("answer.", "answer,")
    grades.add("undetermined-every-kind-of-reason", "of signatures, of From, of ARC", message, GOOD, "undetermined",
               ["body_changed", "key_uncertain", "from_other", "arc"], keys=[key(GOOD, "archive")],
               arc=["1 list.example none", "2 list.example pass"],
               signatures=[["undetermined", "body_changed", "key_uncertain"]])  # fmt: skip
    weak = By(
        RSA, "s2048", headers=[*[name for name in ALL if name != "to"], "cc"], length=len(TEXT.replace("  ", " "))
    )
    grades.signed("grade-d-reasons-in-order", "worst first, then by code; what changes no grade last", weak, "grade_d",
                  ["length", "header_unsigned", "key_archive", "over_signed"], keys=[key(weak, "archive")],
                  signed_length=len(TEXT.replace("  ", " ")), unsigned_headers=["to"])  # fmt: skip


def _obsolete(grades: Grades) -> None:
    message = "X-Foo : y\r\n" + sign(mail(), GOOD)
    grades.add("grade-a-space-before-colon", "an unsigned field in obsolete spelling", message, GOOD, "grade_a",
               unsigned_headers=["x-foo"])  # fmt: skip
    for form in ("simple/simple", "relaxed/relaxed"):
        by = By(RSA, "s2048", form=form, headers=(*ALL, "x-foo"))
        message = sign("X-Foo : y\r\n" + mail(), by)
        kind = form.partition("/")[0]
        grades.add(f"grade-a-space-before-colon-signed-{kind}", "signed as RFC 6376 says", message, by, "grade_a")
        changed = message.replace("X-Foo :", "X-Foo:")
        if kind == "simple":
            grades.add("failed-space-before-colon-gone", "the simple form has the space", changed, by, "failed",
                       ["signature_mismatch"])  # fmt: skip
        else:
            grades.add("grade-a-space-before-colon-gone", "the relaxed form has none", changed, by, "grade_a")
