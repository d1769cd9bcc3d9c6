"""What is refused: files that are no mail, key records, signatures that cannot be read or do not fit."""

from __future__ import annotations

import base64
import hashlib

from tools.vectors._mail_grades import ED, GOOD, RSA, SHORT
from tools.vectors._mail_keys import Key, Rsa, record, rsa
from tools.vectors._mail_signing import ALL, AT, AT_SECONDS, CASE, By, mail, sign
from tools.vectors.writing import Cases


def write(cases: Cases) -> None:
    _files(cases)
    _good_records(cases)
    _bad_records(cases)
    _good_signatures(cases)
    _mismatches(cases)
    _unreadable(cases)


def _parsed(data: str, names: list[str], body: str) -> dict[str, object]:
    return {"sha256": hashlib.sha256(data.encode("latin-1")).hexdigest(), "fields": names, "body": body}


def _files(cases: Cases) -> None:
    good = {
        "crlf": ("From: a\r\nTo: b\r\n\r\nx\r\n", ["From", "To"], "x\r\n", "the usual form"),
        "line-feeds": ("From: a\nTo: b\n\nx\n", ["From", "To"], "x\n", "bare line feeds stay"),
        "mixed": ("From: a\r\nTo: b\n\r\nx\n\r\n", ["From", "To"], "x\n\r\n", "mixed line ends stay"),
        "folded": ("From: a\r\n b\r\n\tc\r\n\r\n", ["From"], "", "continued lines belong to their field"),
        "envelope-line": ("From a Wed\nFrom: a\n\nx", ["From"], "x", "the mbox line is no field, but in the hash"),
        "no-body": ("From: a", ["From"], "", "a header alone, without a line end"),
        "8-bit-value": ("From: sh\xf6p\r\n\r\n", ["From"], "", "values may be 8-bit"),
        "empty-value": ("From:\r\nX:\r\n\r\n", ["From", "X"], "", "values may be empty"),
        "nul-in-body": ("From: a\r\n\r\n\0\r\r", ["From"], "\0\r\r", "a body may hold anything"),
        "spaces-only-line": ("From: a\r\n \r\n\r\nx", ["From"], "x", "a line of spaces continues a field"),
        "name-of-100": (f"{'n' * 100}: a\r\n\r\n", ["n" * 100], "", "the longest name"),
        "thousand-fields": ("a:\r\n" * 1_000 + "\r\n", ["a"] * 1_000, "", "as many fields as there may be"),
    }
    for name, (data, names, body, why) in good.items():
        cases.good(f"parse-{name}", "mail.parse", {"mail": data}, _parsed(data, names, body), why)
    bad = {
        "empty": ("", "no byte"),
        "empty-line-first": ("\r\nFrom: a\r\n\r\nx", "no header before the empty line"),
        "line-ends-only": ("\r\n" * 50, "no header"),
        "text": ("Dear customer,\r\nwe received your request.\r\n", "a text is no mail"),
        "space-first": (" From: a\r\n\r\nx", "continues a field that is not there"),
        "tab-first": ("\tFrom: a\r\n\r\nx", "continues a field that is not there"),
        "no-colon": ("From: a\r\nTo b\r\n\r\nx", "a line without a colon"),
        "space-before-colon": ("From: a\r\nSubject : b\r\n\r\nx", "some programs read it as Subject"),
        "colon-first": (": a\r\n\r\nx", "a field without a name"),
        "name-of-101": (f"{'n' * 101}: a\r\n\r\n", "too long a name"),
        "8-bit-name": ("Fr\xf6m: a\r\n\r\nx", "names are ASCII"),
        "control-in-name": ("Fr\x07om: a\r\n\r\nx", "names are printable"),
        "nul-in-header": ("From: a\r\nTo: \0b\r\n\r\nx", "where some programs end the text"),
        "return-alone": ("From: a\rTo: b\r\n\r\nx", "a line end for some programs"),
        "returns-only": ("From: a\rTo: b\r\rx\r", "line ends of old systems"),
        "double-return": ("From: a\r\r\nTo: b\r\n\r\nx", "a return before CRLF"),
        "byte-order-mark": ("\xef\xbb\xbfFrom: a\r\n\r\nx", "a mark before the first name"),
        "envelope-line-alone": ("From a Wed Nov 25\n", "no message behind it"),
        "envelope-line-later": ("To: b\r\nFrom a Wed\r\n\r\nx", "no field"),
        "json": ('{"mail"}', "no field"),
        "html": ("<html>\n<body>\n", "a saved page is no mail"),
    }
    for name, (data, why) in bad.items():
        cases.bad(f"parse-{name}", "mail.parse", {"mail": data}, "MalformedMail", why)
    for name, data, why in (
        ("fields-1001", "a:\r\n" * 1_001 + "\r\n", "one field too many"),
        ("field-too-long", "a:" + "x" * 131_072 + "\r\n\r\n", "over 131,072 bytes"),
    ):
        cases.bad(f"parse-{name}", "mail.parse", {"mail": data}, "MalformedSize", why)


def _shown(key: Key | None, testing: bool = False, public: bytes | None = None) -> dict[str, object]:
    held = public if public is not None else key.public if key else b""
    return {
        "type": key.kind if key else "rsa",
        "bits": key.bits if key else 0,
        "revoked": key is None,
        "testing": testing,
        "digest": hashlib.sha256(held).hexdigest(),
    }


def _good_records(cases: Cases) -> None:
    bare = base64.b64encode(RSA.bare).decode()
    text = record(RSA)
    folded = text[:80] + "\r\n\t" + text[80:120] + " " + text[120:]
    rows = {
        "rsa": (text, _shown(RSA)),
        "rsa-1024": (record(SHORT), _shown(SHORT)),
        "rsa-512": (record(rsa("shop", 512)), _shown(rsa("shop", 512))),
        "ed25519": (record(ED), _shown(ED)),
        "bare-rsa": (f"p={bare}", _shown(RSA, public=RSA.bare)),
        "folded": (folded, _shown(RSA)),
        "revoked": ("v=DKIM1; p=", _shown(None)),
        "testing": (record(RSA, "v=DKIM1;t=s:y;"), _shown(RSA, testing=True)),
        "trailing-semicolon": (record(RSA, after="; "), _shown(RSA)),
        "exponent-3": (record(_three()), _shown(_three())),
    }
    for name, (given, shown) in rows.items():
        cases.good(f"key-{name}", "mail.key", {"record": given}, shown, "read as RFC 6376 and RFC 8463 say")


def _three() -> Rsa:
    return rsa("three", 1024, 3)


def _bad_records(cases: Cases) -> None:
    p = base64.b64encode(RSA.public).decode()
    one = base64.b64encode(Rsa(RSA.modulus, 1, 1).public).decode()
    long = base64.b64encode(Rsa((1 << 8_200) + 1, 1).public).decode()
    small = base64.b64encode(bytes([1]) + bytes(31)).decode()
    rows = {
        "empty": ("", "no p="),
        "no-p": ("v=DKIM1; k=rsa", "a revoked key has an empty p="),
        "version": (f"v=DKIM2; p={p}", "another version"),
        "version-later": (f"k=rsa; v=DKIM1; p={p}", "v= comes first"),
        "p-twice": (f"p={p}; p={p}", "readers differ in which one counts"),
        "tag-without-value": (f"v=DKIM1; rsa; p={p}", "name=value"),
        "tag-name": (f"v=DKIM1; 1k=rsa; p={p}", "a name begins with a letter"),
        "empty-tag": (f"v=DKIM1;; p={p}", "nothing between semicolons"),
        "not-ascii": (f"v=DKIM1; n=\xf6; p={p}", "ASCII"),
        "form-feed": (f"v=DKIM1;\x0cp={p}", "white space of Python, not of mail"),
        "unknown-type": (f"v=DKIM1; k=dsa; p={p}", "rsa and ed25519"),
        "type-in-capitals": (f"v=DKIM1; k=RSA; p={p}", "one spelling"),
        "not-base64": ("v=DKIM1; p=!!!!", "base64"),
        "padding-missing": (f"v=DKIM1; p={p.rstrip('=')[:-1]}", "base64 without its padding"),
        "no-key": ("v=DKIM1; p=AAAA", "no DER"),
        "cut": (f"v=DKIM1; p={p[:200]}", "a record that lost its second string"),
        "bytes-behind": (f"v=DKIM1; p={base64.b64encode(RSA.public + bytes(3)).decode()}", "bytes behind the key"),
        "exponent-1": (f"p={one}", "every text would be signed"),
        "too-many-bits": (f"p={long}", "over 8,192 bits"),
        "ed25519-in-der": (f"k=ed25519; p={p}", "32 bytes"),
        "ed25519-31-bytes": (f"k=ed25519; p={base64.b64encode(bytes(31)).decode()}", "32 bytes"),
        "ed25519-small-order": (f"k=ed25519; p={small}", "anybody can sign under it"),
        "rsa-holds-ed25519": (f"p={_ed25519_der()}", "a key of another type"),
        "too-long": (f"n={'x' * 8_192}; p={p}", "over 8,192 bytes"),
        "html": ("<html>no such host</html>", "a web page"),
        "spf": ("v=spf1 -all", "another record under the same name"),
    }
    for name, (given, why) in rows.items():
        cases.bad(f"key-refuse-{name}", "mail.key", {"record": given}, "MalformedKeyRecord", why)


def _ed25519_der() -> str:
    return base64.b64encode(bytes.fromhex("302a300506032b6570032100") + ED.public).decode()


def _verify_input(message: str, text: str, number: int = 0) -> dict[str, object]:
    return {"mail": message, "number": number, "record": text, "at": AT}


def _good_signatures(cases: Cases) -> None:
    expires = By(RSA, "s2048", tags=f"x={AT_SECONDS - 1}; ")
    early = By(RSA, "s2048", tags=f"t={AT_SECONDS + 36_001}; ")
    spaced = By(RSA, "s2048", signed_header=" :\r\n ".join(ALL))
    rows = {"rsa": GOOD, "ed25519": By(ED, "ed"), "sha1": By(RSA, "s2048", hash_name="sha1"), "expired": expires,
            "early": early, "spaces-in-h": spaced, "exponent-3": By(_three(), "s3")}  # fmt: skip
    for name, by in rows.items():
        ok = {"domain": by.domain, "selector": by.selector, "algorithm": f"{by.key.kind}-{by.hash_name}",
              "expired": name == "expired", "early": name == "early"}  # fmt: skip
        cases.good(f"verify-{name}", "mail.verify", _verify_input(sign(mail(), by), record(by.key)), ok, "it fits")
    second = "DKIM-Signature: v=1\r\n" + sign(mail(), GOOD)
    cases.good("verify-second", "mail.verify", _verify_input(second, record(RSA), 1),
               {"domain": "shop.example", "selector": "s2048", "algorithm": "rsa-sha256", "expired": False,
                "early": False}, "signatures are counted from the top")  # fmt: skip


def _mismatches(cases: Cases) -> None:
    message = sign(mail(), GOOD)
    simple = sign(mail(), By(RSA, "s2048", form="simple/simple"))
    twice = sign(mail(), By(RSA, "s2048", headers=(*ALL, "subject")))
    inside = sign(mail(), By(RSA, "s2048", tags="i=@mail.shop.example; "))
    good = record(RSA)
    rows = {
        "body-byte": (message.replace("answer.", "answer,"), good, "one byte of the body"),
        "body-appended": (message + "x\r\n", good, "a line behind the body"),
        "body-line-first": (message.replace("\r\n\r\n", "\r\n\r\n\r\n", 1), good, "an empty line before the body"),
        "body-space-simple": (simple.replace("and  will", "and will"), good, "simple: a space is a byte"),
        "body-space-joined": (message.replace("and  will", "andwill"), good, "relaxed: a space is not nothing"),
        "subject": (message.replace("Re:", "Fw:"), good, "a signed field"),
        "subject-case": (message.replace("Re: access", "RE: access"), good, "capitals in a value"),
        "subject-form-feed": (message.replace(f"{CASE}\r\nDate", f"{CASE}\x0c\r\nDate"), good, "no space in mail"),
        "subject-tab-inside": (message.replace("access request", "access\x0brequest"), good, "no space in mail"),
        "subject-space-simple": (simple.replace("Subject: ", "Subject:  "), good, "simple: a space is a byte"),
        "name-case-simple": (simple.replace("Subject:", "SUBJECT:"), good, "simple: so is a capital"),
        "second-from": ("From: b@c.example\r\n" + message, good, "one From more than is signed"),
        "second-subject-over-signed": ("Subject: x\r\n" + twice, good, "over-signed"),
        "field-removed": (message.replace("MIME-Version: 1.0\r\n", ""), good, "a signed field"),
        "own-tag-changed": (message.replace("c=relaxed/relaxed", "c=relaxed"), good, "the field signs itself"),
        "length-added": (message.replace("h=from", "l=10; h=from"), good, "the field signs itself"),
        "expiry-added": (message.replace("h=from", "x=1; h=from"), good, "the field signs itself"),
        "selector-changed": (message.replace("s=s2048", "s=s2049"), good, "the field signs itself"),
        "other-key": (message, record(rsa("another", 2048)), "not the key that signed"),
        "key-bit": (message, record(Rsa(RSA.modulus ^ 2, 1)), "one bit of the key"),
        "revoked": (message, "v=DKIM1; p=", "p= is empty"),
        "key-type": (message, record(ED), "an RSA signature and an Ed25519 key"),
        "key-hash": (message, record(RSA, "h=sha1; "), "SHA-256 is not allowed"),
        "key-hash-empty": (message, record(RSA, "h=; "), "no hash is allowed"),
        "key-service": (message, record(RSA, "s=tlsrpt; "), "a key for another service"),
        "key-same-domain": (inside, record(RSA, "t=s; "), "no subdomain in i="),
        "signature-empty": (_value(message, ""), good, "no byte"),
        "signature-short": (_value(message, "AAAA"), good, "three bytes"),
    }
    for name, (data, text, why) in rows.items():
        cases.bad(f"verify-refuse-{name}", "mail.verify", _verify_input(data, text), "VerificationMail", why)
    for bits in (512, 768):
        by = By(rsa("shop", bits), "s")
        cases.bad(f"verify-refuse-rsa-{bits}", "mail.verify", _verify_input(sign(mail(), by), record(by.key)),
                  "VerificationMail", "a key that anybody can compute")  # fmt: skip
    ed = sign(mail(), By(ED, "ed"))
    cases.bad("verify-refuse-ed25519-body", "mail.verify", _verify_input(ed + "x\r\n", record(ED)), "VerificationMail",
              "one line more")  # fmt: skip
    cases.bad("verify-refuse-key-record", "mail.verify", _verify_input(message, "p=AAAA"), "MalformedKeyRecord",
              "the record is no key")  # fmt: skip


def _value(message: str, value: str) -> str:
    """The message with another ``b=``."""
    before, _, after = message.partition("\r\n b=")
    return f"{before}\r\n b={value}\r\nFrom: {after.partition(chr(10) + 'From: ')[2]}"


def _unreadable(cases: Cases) -> None:
    message = sign(mail(), GOOD)
    changes = {
        "version": ("v=1;", "v=2;"),
        "version-missing": (" v=1;", ""),
        "algorithm": ("a=rsa-sha256", "a=rsa-sha512"),
        "algorithm-missing": ("a=rsa-sha256;", ""),
        "form": ("c=relaxed/relaxed", "c=relaxed/loose"),
        "form-three": ("c=relaxed/relaxed", "c=relaxed/relaxed/relaxed"),
        "domain-missing": ("d=shop.example;", ""),
        "domain-one-label": ("d=shop.example", "d=example"),
        "domain-8-bit": ("d=shop.example", "d=sh\xf6p.example"),
        "domain-list": ("d=shop.example", "d=shop.example,evil.example"),
        "domain-twice": ("d=shop.example;", "d=shop.example; d=evil.example;"),
        "selector-missing": ("s=s2048;", ""),
        "selector-empty": ("s=s2048;", "s=;"),
        "selector-slash": ("s=s2048", "s=a/b"),
        "selector-dots": ("s=s2048", "s=a..b"),
        "selector-long": ("s=s2048", f"s={'a' * 64}"),
        "names-missing": ("h=from:to:subject:date:message-id:mime-version:content-type;", ""),
        "names-without-from": ("h=from:", "h="),
        "names-empty-one": ("h=from:to", "h=from::to"),
        "names-many": ("h=from:", "h=from:" + "x:" * 250),
        "names-space": ("h=from:to", "h=from:t o"),
        "identity-outside": ("h=from", "i=a@evil.example; h=from"),
        "identity-look-alike": ("h=from", "i=a@evilshop.example; h=from"),
        "identity-without-at": ("h=from", "i=shop.example; h=from"),
        "query": ("h=from", "q=http; h=from"),
        "length-text": ("h=from", "l=all; h=from"),
        "length-negative": ("h=from", "l=-1; h=from"),
        "length-digits": ("h=from", f"l={'9' * 19}; h=from"),
        "time-text": ("h=from", "t=now; h=from"),
        "expiry-fraction": ("h=from", "x=1.5; h=from"),
        "expiry-before": ("h=from", "t=10; x=9; h=from"),
        "expiry-same": ("h=from", "t=10; x=10; h=from"),
        "body-hash-missing": ("bh=", "zz="),
        "body-hash-base64": ("bh=", "bh=!"),
        "value-missing": ("\r\n b=", "\r\n zz="),
        "value-base64": ("\r\n b=", "\r\n b=!"),
        "tag-twice": ("a=rsa-sha256;", "a=rsa-sha256; a=rsa-sha1;"),
        "tag-without-value": ("a=rsa-sha256;", "a=rsa-sha256; x;"),
        "form-feed": ("a=rsa-sha256;", "a=rsa-sha256;\x0c"),
        "long-space": ("a=rsa-sha256;", f"a=rsa-sha256;{' ' * 256}"),
        "too-long": ("a=rsa-sha256;", f"a=rsa-sha256; z={'x' * 16_384};"),
    }  # fmt: skip
    for name, (old, new) in changes.items():
        changed = message.replace(old, new, 1)
        assert changed != message, name
        cases.bad(f"verify-unreadable-{name}", "mail.verify", _verify_input(changed, record(RSA)), "MalformedMail",
                  "no verifier may accept it")  # fmt: skip
    for number in (1, -1):
        cases.bad(f"verify-no-signature-{number}", "mail.verify", _verify_input(message, record(RSA), number),
                  "MalformedMail", "there is one signature, with the number 0")  # fmt: skip
