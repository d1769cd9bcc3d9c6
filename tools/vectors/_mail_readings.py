"""How a body can be read, and where a case id begins and ends."""

from __future__ import annotations

import base64

from tools.vectors._mail_bindings import RSA, Bindings
from tools.vectors._mail_grades import GOOD
from tools.vectors._mail_signing import ALL, CASE, OTHER, By, mail, sign
from tools.vectors.writing import Cases

_HALF = len(CASE) // 2
_FIRST, _SECOND = CASE[:_HALF], CASE[_HALF:]


def write(cases: Cases) -> None:
    bindings = Bindings(cases)
    _spelling(bindings)
    _quoted(bindings)
    _fields(bindings)
    _html(bindings)
    _bounds(bindings)
    _readings(bindings)
    _twice(bindings)
    _boundaries(bindings)
    _signed_type(bindings)


def _spelling(bindings: Bindings) -> None:
    """What may stand within an id, and beside it."""
    rows = {
        "body-0X": (f"Request 0X{CASE[2:]}\r\n", True),
        "body-two-line-ends": (f"{_FIRST}\r\n\r\n{_SECOND}\r\n", False),
        "body-line-end-within-0x": (f"0\r\n{CASE[1:]}\r\n", False),
        "body-line-end-behind-0x": (f"0x\r\n{CASE[2:]}\r\n", True),
        "body-return-alone": (f"{_FIRST}\r{_SECOND}\r\n", False),
        "body-tabs-before-line-end": (f"{_FIRST}\t \t \r\n{_SECOND}\r\n", True),
        "body-five-spaces-before-line-end": (f"{_FIRST}     \r\n{_SECOND}\r\n", False),
        "body-16-marks": (f"{_FIRST}\r\n{'>|' * 7} \t{_SECOND}\r\n", True),
        "body-17-marks": (f"{_FIRST}\r\n{'> ' * 8}>{_SECOND}\r\n", False),
        "body-letters-beside": (f"\xc3\xa4{CASE}\xc3\xa4\r\n", True),
        "body-letters-of-one-byte-beside": (f"\xe4{CASE}\xe4\r\n", True),
        "body-digit-before": (f"1{CASE}\r\n", False),
        "body-letter-behind": (f"{CASE}z\r\n", False),
        "body-underlines-beside": (f"_{CASE}_\r\n", True),
    }
    # Both fields are signed: there is one reading.
    by = By(RSA, "s2048", headers=[*ALL, "content-transfer-encoding"])
    for name, (body, is_named) in rows.items():
        message = sign(mail(body, Subject="Re: request"), by)
        bindings.add(name, "what an id is, to the character", message, "body" if is_named else "none",
                     [CASE] if is_named else [], by)  # fmt: skip
    both = By(RSA, "s2048", headers=("subject", *ALL))
    message = sign(f"Subject: {CASE}\r\n" + mail(Subject=f"Re: {CASE}"), both)
    bindings.add("subject-twice-the-same", "two signed Subjects, one case", message, "subject", by=both)


def _quoted(bindings: Bindings) -> None:
    """Quoted-printable by RFC 2045, section 6.7."""
    rows = {
        "soft-break-and-spaces": (f"{_FIRST}= \t\r\n{_SECOND}\r\n", True),
        "spaces-at-line-end": (f"{_FIRST}{' ' * 9}\t\r\n{_SECOND}\r\n", True),
        "quoted-spaces-at-line-end": (f"{_FIRST}{'=20' * 5}\r\n{_SECOND}\r\n", False),
        "equals-twice": (f"==30x{CASE[2:]}\r\n", True),
        "small-digits": (f"=3{'0'}=78{CASE[2:]} =c3=a4\r\n", True),
        "equals-and-return": (f"{_FIRST}=\rx\r\n{_SECOND}\r\n", False),
        "no-digits": (f"{_FIRST}=zz{_SECOND}\r\n", False),
    }
    by = By(RSA, "s2048", headers=[*ALL, "content-transfer-encoding"])
    for name, (body, is_named) in rows.items():
        message = sign(mail(body, Subject="Re: request", Content_Transfer_Encoding="Quoted-Printable"), by)
        bindings.add(f"quoted-{name}", "quoted-printable as RFC 2045 says", message, "body" if is_named else "none",
                     [CASE] if is_named else [], by)  # fmt: skip
    body = f"{_FIRST}{' ' * 9}\r\n{_SECOND}\r\n"
    bindings.body("reading-quoted-without-a-sign", "without any = it reads differently all the same",
                  body.replace(CASE[2:4], OTHER[2:4], 1), "other_case", [OTHER[:4] + CASE[4:]])  # fmt: skip


def _fields(bindings: Bindings) -> None:
    """Which field counts, and what one that cannot be read means."""
    text = f"Request {CASE}\r\n"
    encoded = base64.b64encode(f"Request {CASE}".encode()).decode() + "\r\n"
    bindings.body("type-unreadable", "what is no type is text/plain", text, "body", Content_Type="plain")
    bindings.body("encoding-with-a-parameter", "no word, so no encoding; but the reading is tried", encoded, "none", [],
                  Content_Transfer_Encoding="base64; x=y")  # fmt: skip
    ended = encoded[:40] + "=" + encoded[40:]
    bindings.body("base64-ends-at-its-sign", "behind the first = nothing is read", ended, "none", [],
                  Content_Transfer_Encoding="base64")  # fmt: skip
    message = "Content-Type: image/png\r\n" + sign(mail(text, Subject="Re: request"), GOOD)
    bindings.add("type-twice", "of several the lowest counts", message, "body")
    message = "Content-Transfer-Encoding: 7bit\r\n" + sign(
        mail(encoded, Subject="Re: request", Content_Transfer_Encoding="base64"), GOOD
    )
    bindings.add("encoding-twice", "of several the lowest counts", message, "body")
    kind = 'multipart/mixed; boundary="b 1"'
    first = "Content-Type: text/plain\r\nContent-Type: image/png\r\n\r\n"
    bindings.body("part-type-twice", "in a part the first counts", f"--b 1\r\n{first}{CASE}\r\n--b 1--\r\n", "body",
                  Content_Type=kind)  # fmt: skip
    bindings.body("part-header-without-end", "without an empty line all is body", f"--b 1\r\nX: y\r\n{CASE}\r\n--b 1--",
                  "body", Content_Type=kind)  # fmt: skip
    bindings.body("part-encoding-of-the-whole", "the encoding of a multipart changes nothing",
                  f"--b 1\r\n\r\n{CASE}\r\n--b 1--\r\n", "body", Content_Type=kind,
                  Content_Transfer_Encoding="base64")  # fmt: skip
    for size, where in ((100, "body"), (101, "none")):
        line = "b" * size
        bindings.body(f"boundary-of-{size}", "at most 100 bytes", f"--{line}\r\n\r\n{CASE}\r\n--{line}--\r\n",
                      where, [CASE] if where == "body" else [],
                      Content_Type=f"multipart/mixed;\r\n boundary={line}")  # fmt: skip


def _html(bindings: Bindings) -> None:
    rows = {
        "comment-within": (f"{_FIRST}<!-- > -->{_SECOND}", "body"),
        "block-within": (f"{_FIRST}</p>{_SECOND}", "body"),
        "block-within-0x": (f"0<br>{CASE[1:]}", "none"),
        "two-blocks-within": (f"{_FIRST}<br><br>{_SECOND}", "none"),
        "script-within": (f"{_FIRST}<script>1</script>{_SECOND}", "none"),
        "style": (f"<style>{CASE}</style> x", "none"),
        "open-tag": (f"<b {CASE}", "body"),
        "tag-by-reference": (f"{_FIRST}&lt;b&gt;{_SECOND}", "none"),
        "long-reference": (f"&#{'0' * 4_400}48;{CASE[1:]}", "body"),
        "too-long-reference": (f"&#{'9' * 4_400};{CASE}", "body"),
    }
    by = By(RSA, "s2048", headers=[*ALL, "content-transfer-encoding"])
    for name, (body, where) in rows.items():
        message = sign(mail(body + "\r\n", Subject="Re: request", Content_Type="text/html"), by)
        bindings.add(f"html-{name}", "what a reader sees, in the order of the page", message, where,
                     [CASE] if where == "body" else [], by)  # fmt: skip


def _bounds(bindings: Bindings) -> None:
    for name, before, where in (("within", 8_192 - 1 - len(CASE), "subject"), ("beyond", 8_192, "none")):
        message = sign(mail("x\r\n", Subject="x" * (before - 1) + f" {CASE}"), GOOD)
        bindings.add(f"subject-{name}-8192", "the first 8,192 bytes of a Subject", message, where,
                     [CASE] if where == "subject" else [])  # fmt: skip
    word = base64.b64encode(("x" * 600 + f" {CASE}").encode()).decode()
    bindings.add("subject-long-word", "a longer encoded word than RFC 2047 allows, as real mail has",
                 sign(mail(Subject=f"=?utf-8?b?{word}?="), GOOD), "subject")  # fmt: skip


def _readings(bindings: Bindings) -> None:
    """Fields that say how a body is read, unsigned: whoever shows the mail wrote them, or left them out."""
    by = By(RSA, "s2048", headers=ALL[:-1])
    signed = By(RSA, "s2048", headers=[*ALL, "content-transfer-encoding"])
    html_body = f"<p>Request {OTHER}</p><script>{CASE}</script>\r\n"
    parts = f"--b\r\nContent-Type: text/plain\r\n\r\n{OTHER}\r\n--b--\r\n"
    encoded = base64.encodebytes(OTHER.encode()).decode().replace("\n", "\r\n")
    soft = f"{OTHER[:_HALF]}=\r\n{OTHER[_HALF:]} and {CASE}\r\n"
    hidden = f"{CASE}\r\n<!-- {OTHER} -->\r\n"
    for name, body, wanted, fields in (
        ("html-as-text", html_body, [CASE, OTHER], {"Content_Type": "text/plain"}),
        ("text-as-html", hidden, [CASE, OTHER], {"Content_Type": "text/html"}),
        ("parts-as-image", parts, [OTHER], {"Content_Type": "image/png"}),
        ("base64-left-out", encoded, [OTHER], {}),
        ("soft-break-left-out", soft, [CASE, OTHER], {}),
    ):
        message = sign(mail(body, Subject="Re: request", **fields), by)
        in_order = [OTHER, CASE] if name == "html-as-text" else wanted
        where = "several_cases" if name == "html-as-text" else "other_case"
        bindings.add(f"reading-{name}", "the signed bytes name another case in another reading", message, where,
                     in_order, by)  # fmt: skip
    message = sign(mail(hidden, Subject="Re: request", Content_Type="text/html",
                        Content_Transfer_Encoding="7bit"), signed)  # fmt: skip
    bindings.add("reading-signed", "both fields are signed: there is one reading", message, "body", by=signed)


def _twice(bindings: Bindings) -> None:
    by = By(RSA, "s2048", headers=(*ALL, "content-type", "content-transfer-encoding"))
    body = f"{CASE}<!-- {OTHER} -->\r\n"
    message = mail(body, Subject="Re: request", Content_Type="text/html")
    message = sign(f"Content-Type: text/plain\r\n{message}", by)
    unsigned = By(RSA, "s2048", headers=ALL[:-1])
    decided = sign(mail(f"<!-- {OTHER} -->x\r\n", Content_Type="text/html"), unsigned)
    bindings.add("reading-subject-decides", "a Subject that names ours: the body is not read in other ways", decided,
                 "subject", by=unsigned)  # fmt: skip
    bindings.add("reading-type-twice-signed", "both are signed, and nobody knows which one is read", message,
                 "other_case", [CASE, OTHER], by)  # fmt: skip


def _boundaries(bindings: Bindings) -> None:
    """Content-Type unsigned: whoever shows the mail names the boundary."""
    by = By(RSA, "s2048", headers=[*ALL[:-1], "content-transfer-encoding"])
    fakes = [f"--f{number}\r\nContent-Type: image/png\r\n\r\nx\r\n" for number in range(16)]
    hidden = base64.b64encode(OTHER.encode()).decode()
    part = f"--b\r\nContent-Transfer-Encoding: base64\r\n\r\n{hidden}\r\n--b--\r\n"
    later = part.replace("Content", "X-Part: 1\r\n folded\r\nMIME-Version: 1.0\r\nContent", 1)
    for name, body, where, cases in (
        ("sixteenth-boundary", "".join(fakes[:15]) + part, "other_case", [CASE, OTHER]),
        ("seventeenth-boundary", "".join(fakes) + part, "none", [CASE]),
        ("part-field-later", later, "other_case", [CASE, OTHER]),
        ("part-behind-an-empty-line", part.replace("--b\r\n", "--b\r\n\r\n", 1), "body", [CASE]),
    ):
        message = sign(mail(f"{CASE}\r\n{body}", Subject="Re: request"), by)
        bindings.add(f"reading-{name}", "the signed bytes name another case in another reading", message, where, cases,
                     by)  # fmt: skip


def _signed_type(bindings: Bindings) -> None:
    """Content-Type signed and Content-Transfer-Encoding not, as most mail is."""
    kind = 'multipart/mixed; boundary="b 1"'
    table = f"Content-Type: text/csv\r\n\r\nkim,{OTHER}\r\n"
    body = f"--b 1\r\nContent-Type: text/plain\r\n\r\n{CASE}\r\n--b 1\r\n{table}--b 1--\r\n"
    for encoding in (None, "7bit"):
        bindings.body(f"encoding-unsigned-parts{'-' + encoding if encoding else ''}",
                      "an export is attached; the encoding of the whole changes nothing in its parts", body, "body",
                      Content_Type=kind, Content_Transfer_Encoding=encoding)  # fmt: skip
    link = f'<p>{CASE} <a href="https://shop.example/{OTHER}">x</a>\r\n'
    bindings.body("encoding-unsigned-html", "it is HTML in each encoding, and the address is not read", link, "body",
                  Content_Type="text/html")  # fmt: skip
    hidden = base64.b64encode(f"{OTHER} ".encode()).decode() + "\r\n"
    bindings.body("encoding-unsigned-base64", "the encoding was left out: it names another case", hidden, "other_case",
                  [OTHER])  # fmt: skip
    bindings.body("other-transaction", "a transaction has a name like a case; the body does not say which is which",
                  f"{CASE} and {OTHER}\r\n", "several_cases", [CASE, OTHER])  # fmt: skip
