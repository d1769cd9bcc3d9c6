"""Grades: the good mail of each grade, and what holds a grade down."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from tools.vectors._mail_keys import ed25519, record, rsa
from tools.vectors._mail_signing import ALL, AT, AT_SECONDS, TEXT, By, mail, sign
from tools.vectors.writing import Cases

RSA = rsa("shop", 2048)
SHORT = rsa("shop", 1024)
SERVICE = rsa("service", 2048)
ED = ed25519("shop")
GOOD = By(RSA, "s2048")
RAW_LENGTH = len(TEXT.replace("  ", " "))
PARTS = (
    "--b1\r\nContent-Type: text/plain\r\n\r\nWe refuse.\r\n"
    "--b1\r\nContent-Type: text/html\r\n\r\n<p>We refuse.\r\n--b1--\r\n"
)


def key(by: By, origin: str = "quorum", status: str = "found", text: str | None = None) -> dict[str, object]:
    """A key as it is known at receipt."""
    held = (text if text is not None else record(by.key)) if status == "found" else None
    return {"domain": by.domain, "selector": by.selector, "status": status, "record": held, "origin": origin}


class Grades:
    """Writes ``mail.grade`` cases: what is expected of a mail with one passing signature, and what differs."""

    def __init__(self, cases: Cases) -> None:
        self._cases = cases

    def add(
        self,
        name: str,
        why: str,
        message: str,
        by: By | Sequence[By],
        result: str,
        reasons: Sequence[str] = (),
        *,
        keys: Sequence[Mapping[str, object]] | None = None,
        at: str = AT,
        domains: Sequence[str] = ("shop.example",),
        published: Sequence[Mapping[str, str]] = (),
        **expect: object,
    ) -> None:
        signers = [by] if isinstance(by, By) else list(by)
        given: dict[str, object] = {
            "mail": message,
            "domains": list(domains),
            "keys": list(keys) if keys is not None else [key(one) for one in signers],
            "at": at,
        }
        if published:
            given["published"] = list(published)
        graded = result.startswith("grade_")
        first = signers[0]
        wanted: dict[str, object] = {
            "result": result,
            "reasons": list(reasons),
            "signatures": [[result, *reasons]],
            "aligned": graded,
            "signed_length": None,
            "unsigned_headers": [],
            "key": f"{first.selector}._domainkey.{first.domain} {first.key.kind}-{first.hash_name} {first.key.bits}"
            if graded
            else None,
            "arc": [],
        }
        self._cases.good(name, "mail.grade", given, {**wanted, **expect}, why)

    def signed(self, name: str, why: str, by: By, result: str, reasons: Sequence[str] = (), **more: object) -> None:
        """As ``add``, for the plain mail signed by one."""
        self.add(name, why, sign(mail(), by), by, result, reasons, **more)  # type: ignore[arg-type]


def write(cases: Cases) -> None:
    grades = Grades(cases)
    _best(grades)
    _keys(grades)
    _tags(grades)
    _headers(grades)
    _alignment(grades)
    _times(grades)


def _best(grades: Grades) -> None:
    grades.signed("grade-a", "all that grade A asks for", GOOD, "grade_a")
    for form in ("simple/simple", "relaxed/simple", "simple/relaxed"):
        by = By(RSA, "s2048", form=form)
        grades.signed(f"grade-a-{form.replace('/', '-')}", "each pair of canonical forms", by, "grade_a")
    grades.signed("grade-a-ed25519", "RFC 8463", By(ED, "ed"), "grade_a")
    over = By(RSA, "s2048", headers=(*ALL, "subject", "from", "cc"))
    grades.signed("grade-a-over-signed", "a plus: none can be added", over, "grade_a", ["over_signed"])
    grades.signed("grade-a-dnssec", "a DNSSEC chain stands for the key", GOOD, "grade_a", keys=[key(GOOD, "dnssec")])
    message = sign(mail(), GOOD)
    stripped = "Received: from a.example\r\nX-Spam: no\r\n" + message
    grades.add("grade-a-unsigned-on-top", "unsigned fields are shown as unsigned", stripped, GOOD, "grade_a",
               unsigned_headers=["received", "x-spam"])  # fmt: skip
    grades.add("grade-a-bare-line-feeds", "a file saved on Unix", message.replace("\r\n", "\n"), GOOD, "grade_a")
    grades.add("grade-a-mbox-line", "the envelope line of an mbox", "From - Wed Nov 25\r\n" + message, GOOD, "grade_a")
    grades.add("grade-a-other-layout", "relaxed: names in capitals, other folding, spaces at line ends",
               message.replace("Subject: ", "SUBJECT:   ").replace("request and  will", "request and will  "), GOOD,
               "grade_a")  # fmt: skip
    parts = sign(mail(PARTS, Content_Type='multipart/alternative; boundary="b1"'), GOOD)
    grades.add("grade-a-multipart", "parts, with Content-Type signed", parts, GOOD, "grade_a")
    empty = sign(mail(""), GOOD)
    grades.add("grade-a-empty-body", "a body without a line", empty, GOOD, "grade_a")
    grades.add("grade-a-no-body", "a file that ends with its header", empty.removesuffix("\r\n\r\n"), GOOD, "grade_a")
    absent = By(RSA, "s2048", headers=(*ALL, "content-type"))
    message = sign(mail(Content_Type=None), absent)
    grades.add("grade-a-absence-signed", "no Content-Type, and its absence is signed", message, absent, "grade_a",
               ["over_signed"])  # fmt: skip


def _keys(grades: Grades) -> None:
    grades.signed("grade-b-1024", "RSA of 1024 bits", By(SHORT, "s1024"), "grade_b", ["key_1024"])
    below = By(rsa("shop", 2047), "s2047")
    grades.signed("grade-b-2047", "RSA of one bit less than 2048", below, "grade_b", ["key_1024"])
    rows = {
        "part_quorum": ("grade_b", ["key_part_quorum"]),
        "single": ("grade_c", ["key_single"]),
        "archive": ("grade_c", ["key_archive"]),
        "recovered": ("grade_d", ["key_recovered"]),
        "none": ("undetermined", ["key_unknown"]),
    }
    for origin, (result, reasons) in rows.items():
        name = f"{result.replace('_', '-')}-key-{origin.replace('_', '-')}"
        grades.signed(name, f"the key's origin is {origin}", GOOD, result, reasons, keys=[key(GOOD, origin)])
    for status in ("revoked", "missing", "unknown"):
        grades.signed(f"undetermined-key-{status}", "not shown, and never a forged mail", GOOD, "undetermined",
                      [f"key_{status}"], keys=[key(GOOD, "quorum", status)])  # fmt: skip
    grades.signed("undetermined-no-keys", "nobody has the key", GOOD, "undetermined", ["key_unknown"], keys=[])
    records = {
        "undetermined-key-empty": ("v=DKIM1; k=rsa; p=", "key_revoked", "undetermined"),
        "undetermined-key-malformed": ("v=DKIM1; k=rsa; p=AAAA", "key_malformed", "undetermined"),
        "unusable-key-sha1-only": (record(RSA, "v=DKIM1; h=sha1; "), "key_hash", "unusable"),
        "unusable-key-service": (record(RSA, "v=DKIM1; s=tlsrpt; "), "key_service", "unusable"),
        "unusable-key-type": (record(ED), "key_type", "unusable"),
    }
    for name, (text, code, signature) in records.items():
        grades.signed(name, "the key record decides", GOOD, "undetermined", [code],
                      keys=[key(GOOD, text=text)], signatures=[[signature, code]])  # fmt: skip
    for name, text in {
        "hashes": record(RSA, "v=DKIM1; h=sha1:sha256; "),
        "services": record(RSA, "v=DKIM1; s=email:other; "),
        "unknown-tags": record(RSA, "v=DKIM1; n=notes; g=*; "),
        "without-version": record(RSA, ""),
    }.items():
        grades.signed(f"grade-a-key-{name}", "the record allows it", GOOD, "grade_a", keys=[key(GOOD, text=text)])
    testing = record(RSA, "v=DKIM1; t=y; ")
    grades.signed("grade-d-key-testing", "t=y: the domain only tries the key", GOOD, "grade_d", ["key_testing"],
                  keys=[key(GOOD, text=testing)])  # fmt: skip
    inside = By(RSA, "s2048", tags="i=@mail.shop.example; ")
    grades.signed("grade-a-identity-inside", "i= under d=", inside, "grade_a")
    grades.signed("unusable-key-same-domain", "t=s allows no subdomain in i=", inside, "undetermined",
                  ["key_identity"], keys=[key(inside, text=record(RSA, "v=DKIM1; t=s; "))],
                  signatures=[["unusable", "key_identity"]])  # fmt: skip
    for bits in (512, 768, 1023):
        by = By(rsa("shop", bits), f"s{bits}")
        grades.signed(f"unusable-key-{bits}", "anybody can compute the private key", by, "undetermined",
                      ["key_short"], signatures=[["unusable", "key_short"]])  # fmt: skip


def _tags(grades: Grades) -> None:
    sha1 = By(RSA, "s2048", hash_name="sha1")
    grades.signed("grade-d-sha1", "RFC 8301 forbids it", sha1, "grade_d", ["sha1"])
    length = By(RSA, "s2048", length=RAW_LENGTH)
    grades.signed("grade-d-length-whole", "l= of the whole body is an open end all the same", length, "grade_d",
                  ["length"], signed_length=RAW_LENGTH)  # fmt: skip
    refusing = sign(mail(), length) + "We refuse.\r\n"
    grades.add("grade-d-length-appended", "text that refuses, behind the signed length", refusing, length, "grade_d",
               ["length"], signed_length=RAW_LENGTH)  # fmt: skip
    zero = By(RSA, "s2048", length=0)
    grades.signed("grade-d-length-zero", "no byte of the body is signed", zero, "grade_d", ["length"], signed_length=0)
    unread = {
        "version": "v=2; ",
        "identity-outside": "i=@other.example; ",
        "identity-suffix": "i=@evilshop.example; ",
        "expires-before-made": f"t={AT_SECONDS}; x={AT_SECONDS - 1}; ",
        "query": "q=http/txt; ",
        "length-negative": "l=-1; ",
    }
    for name, tags in unread.items():
        by = By(RSA, "s2048", tags=tags)
        message = sign(mail(), by)
        if name == "version":
            message = message.replace(" v=1;", "", 1)
        grades.add(f"unusable-{name}", "no verifier may accept it", message, by, "undetermined", ["unreadable"],
                   signatures=[["unusable", "unreadable"]])  # fmt: skip
    without = By(RSA, "s2048", headers=ALL[1:])
    grades.signed("unusable-from-unsigned", "RFC 6376 requires From in h=", without, "undetermined", ["unreadable"],
                  signatures=[["unusable", "unreadable"]])  # fmt: skip


def _headers(grades: Grades) -> None:
    no_type = By(RSA, "s2048", headers=ALL[:-1])
    unsigned = {"unsigned_headers": ["content-type"]}
    grades.signed("grade-b-content-type-unsigned", "a single part of text", no_type, "grade_b",
                  ["content_type_unsigned"], **unsigned)  # fmt: skip
    message = sign(mail(Content_Type=None), no_type)
    grades.add("grade-b-content-type-absent", "no Content-Type: one could be added", message, no_type, "grade_b",
               ["content_type_unsigned"])  # fmt: skip
    for name, kind in {"multipart": 'multipart/alternative; boundary="b1"', "pdf": "application/pdf"}.items():
        message = sign(mail(PARTS, Content_Type=kind), no_type)
        grades.add(f"grade-c-content-type-unsigned-{name}", "which bytes are shown is not signed", message, no_type,
                   "grade_c", ["content_type_unsigned_parts"], **unsigned)  # fmt: skip
    message = sign(mail(PARTS, Content_Type='multipart/alternative; boundary="b1"'), no_type)
    swapped = message.replace('multipart/alternative; boundary="b1"', "text/html")
    grades.add("grade-c-content-type-swapped", "unsigned, and made a single text; the signed body has parts",
               swapped, no_type, "grade_c", ["content_type_unsigned_parts"], **unsigned)  # fmt: skip
    dropped = message.replace('Content-Type: multipart/alternative; boundary="b1"\r\n', "")
    grades.add("grade-c-content-type-dropped", "unsigned, and left out; the signed body has parts",
               dropped, no_type, "grade_c", ["content_type_unsigned_parts"])  # fmt: skip
    rule = sign(mail("--\r\nThe shop\r\n--Monday: closed\r\n"), no_type)
    grades.add("grade-b-content-type-dashes", "lines with dashes that begin no part", rule, no_type, "grade_b",
               ["content_type_unsigned"], **unsigned)  # fmt: skip
    for name, body, encoding in (
        ("added", TEXT, "base64"),
        ("dropped-quoted", "We do =6Eot refuse.\r\n", None),
        ("dropped-soft", "We do not=\r\n refuse.\r\n", None),
        ("dropped-base64", "V2UgcmVmdXNlLiBXZSByZWZ1c2UuIFdlIHJlZnVzZS4=\r\n", None),
    ):
        message = sign(mail(body, Content_Transfer_Encoding=encoding), GOOD)
        left = ["content-transfer-encoding"] if encoding else []
        grades.add(f"grade-a-transfer-encoding-{name}", "unsigned, it decides how the text reads: said", message, GOOD,
                   "grade_a", ["transfer_encoding_unsigned"], unsigned_headers=left)  # fmt: skip
    plain = sign(mail(Content_Transfer_Encoding="7bit"), GOOD)
    grades.add("grade-a-transfer-encoding-7bit", "unsigned, and the text is the same with each", plain, GOOD,
               "grade_a", unsigned_headers=["content-transfer-encoding"])  # fmt: skip
    for left in ("to", "subject", "date", "message-id"):
        by = By(RSA, "s2048", headers=[name for name in ALL if name != left])
        grades.signed(f"grade-c-{left}-unsigned", "anybody can set it", by, "grade_c", ["header_unsigned"],
                      unsigned_headers=[left])  # fmt: skip
    message = sign(mail(To=None), GOOD)
    grades.add("grade-a-to-absent-signed", "no To, and h= names it", message, GOOD, "grade_a", ["over_signed"])
    both = By(SHORT, "s1024", headers=ALL[:-1])
    grades.signed("grade-b-two-reasons", "the worst counts, all are said", both, "grade_b",
                  ["content_type_unsigned", "key_1024"], **unsigned)  # fmt: skip


def _alignment(grades: Grades) -> None:
    service = By(SERVICE, "m1", "service.example")
    grades.signed("grade-c-service", "a mail service signs for the company", service, "grade_c", ["not_aligned"],
                  aligned=False)  # fmt: skip
    sub = By(RSA, "s2048", "news.shop.example")
    grades.signed("grade-a-signer-under", "d= under the mail domain", sub, "grade_a")
    sister = sign(mail(From="a@help.shop.example"), sub)
    grades.add("grade-a-both-under", "From and d= under the same mail domain", sister, sub, "grade_a")
    parent = ["mail.shop.example"]
    message = sign(mail(From="a@mail.shop.example"), GOOD)
    grades.add("grade-c-signer-above", "the parent of a mail domain is not aligned", message, GOOD, "grade_c",
               ["not_aligned"], domains=parent, aligned=False)  # fmt: skip
    look = By(RSA, "s2048", "evilshop.example")
    grades.signed("grade-c-look-alike", "evilshop.example does not lie under shop.example", look, "grade_c",
                  ["not_aligned"], aligned=False)  # fmt: skip
    other = {"signatures": [["undetermined", "from_other"]]}
    for name, sender, domains in (
        ("other-sender", "kim@service.example", ["shop.example"]),
        ("look-alike-sender", "a@evilshop.example", ["shop.example"]),
        ("top-level-domain", "a@service.example", ["example"]),
        ("no-domains", "privacy@shop.example", []),
    ):
        message = sign(mail(From=sender), service)
        grades.add(f"undetermined-{name}", "a true signature that says nothing about the company", message, service,
                   "undetermined", ["from_other"], domains=domains, **other)  # fmt: skip
    for name, sender in {
        "two-addresses": "privacy@shop.example, a@service.example",
        "address-in-name": "privacy@shop.example <a@service.example>",
        "address-behind": "<privacy@shop.example> a@service.example",
        "group": "Shop: privacy@shop.example;",
        "group-around": "Shop: <privacy@shop.example>",
        "semicolon-in-name": "Shop; <privacy@shop.example>",
        "comma-in-name": "Shop, Kim <privacy@shop.example>",
        "bracket-address": "[a@service.example] <privacy@shop.example>",
        "space-before-at": "privacy @shop.example",
        "comment-behind-at": "Shop <privacy@(x)shop.example>",
        "4097-bytes": f"Shop {'x' * (4_097 - 31)} <privacy@shop.example>",
        "closed-before-open": "Shop> <privacy@shop.example>",
        "group-end": "<privacy@shop.example>;",
        "open-quote": '"Shop <privacy@shop.example>',
        "open-comment": "(Shop <privacy@shop.example>",
        "literal": "a@[127.0.0.1]",
        "two-angles": "<privacy@shop.example><a@service.example>",
        "no-address": "Shop",
        "8-bit-domain": "a@sh\xf6p.example",
        "route": "<@service.example:privacy@shop.example>",
        "escape": "pri\\vacy@shop.example",
    }.items():
        message = sign(mail(From=sender), GOOD)
        grades.add(f"undetermined-from-{name}", "mail programs would show different authors", message, GOOD,
                   "undetermined", ["from_other", "from_unclear"], **other)  # fmt: skip
    for name, sender in {
        "quoted-name": '"a@service.example, \\"x\\"" <privacy@shop.example>',
        "comment": "privacy@shop.example (Shop (Kim) \\) <a@service.example>)",
        "capitals": "Shop <Privacy@SHOP.Example>",
        "quoted-local": '<"a b@service.example"@shop.example>',
        "encoded-name": "=?utf-8?b?7IOB7KCQ?= <privacy@shop.example>",
        "8-bit-name": "Sh\xf6p <privacy@shop.example>",
        "folded": "Shop\r\n <privacy@shop.example>",
        "brackets-in-name": "[Shop] Support <privacy@shop.example>",
        "closed-comment-in-name": "Shop) <privacy@shop.example>",
        "control-in-name": "Sh\x07p <privacy@shop.example>",
        "4096-bytes": f"Shop {'x' * (4_096 - 31)} <privacy@shop.example>",
    }.items():
        message = sign(mail(From=sender), GOOD)
        grades.add(f"grade-a-from-{name}", "one address, however it is written", message, GOOD, "grade_a")


def _times(grades: Grades) -> None:
    expires = By(RSA, "s2048", tags=f"t={AT_SECONDS - 60}; x={AT_SECONDS}; ")
    grades.signed("grade-a-expires-later", "received in the second in which it expires", expires, "grade_a")
    grades.signed("grade-d-expired", "received a second after it expired", expires, "grade_d", ["expired"],
                  at="2026-11-25T12:00:01Z")  # fmt: skip
    for seconds, result, reasons in ((36_000, "grade_a", []), (36_001, "grade_d", ["early"])):
        by = By(RSA, "s2048", tags=f"t={AT_SECONDS + seconds}; ")
        grades.signed(f"{result.replace('_', '-')}-made-{seconds}-later", "ten hours for wrong clocks, no more", by,
                      result, reasons)  # fmt: skip
    rows = {
        "grade-d-key-published": (AT, "grade_d", ["key_published"]),
        "grade-a-key-published-later": ("2026-11-25T12:00:01Z", "grade_a", []),
        "grade-d-key-published-before": ("2026-11-01T00:00:00Z", "grade_d", ["key_published"]),
    }
    spki = hashlib.sha256(RSA.public).hexdigest()
    for name, (when, result, reasons) in rows.items():
        grades.signed(name, "from publication on anybody can sign", GOOD, result, reasons,
                      published=[{"digest": spki, "at": when}])  # fmt: skip
    bare = hashlib.sha256(RSA.bare).hexdigest()
    grades.signed("grade-d-key-published-other-spelling", "the same key as RSAPublicKey", GOOD, "grade_d",
                  ["key_published"], published=[{"digest": bare, "at": AT}])  # fmt: skip
    grades.signed("grade-a-other-key-published", "another key", GOOD, "grade_a",
                  published=[{"digest": "00" * 32, "at": AT}])  # fmt: skip
