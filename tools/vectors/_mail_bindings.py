"""Which case a mail names: in the Subject, in the body, broken over lines, encoded; and where it does not count."""

from __future__ import annotations

import base64
import quopri
from collections.abc import Sequence

from tools.vectors._mail_grades import GOOD, key
from tools.vectors._mail_keys import rsa
from tools.vectors._mail_signing import ALL, AT, CASE, OTHER, By, mail, sign
from tools.vectors.writing import Cases

RSA = rsa("shop", 2048)
_HALF = len(CASE) // 2


def write(cases: Cases) -> None:
    bindings = Bindings(cases)
    _subjects(bindings)
    _bodies(bindings)
    _charsets(bindings)
    _hidden(bindings)
    _parts(bindings)
    _parameters(bindings)
    _other(bindings)
    _message_ids(cases)


class Bindings:
    def __init__(self, cases: Cases) -> None:
        self._cases = cases

    def add(self, name: str, why: str, message: str, where: str, cases: Sequence[str] = (CASE,), by: By = GOOD) -> None:
        given = {"mail": message, "domains": ["shop.example"], "keys": [key(by)], "at": AT, "case": CASE}
        self._cases.good(f"bind-{name}", "mail.bind", given, {"where": where, "cases": list(cases)}, why)

    def body(
        self, name: str, why: str, body: str, where: str, cases: Sequence[str] = (CASE,), **fields: str | None
    ) -> None:
        self.add(name, why, sign(mail(body, Subject="Re: request", **fields), GOOD), where, cases)

    def hidden(self, name: str, why: str, subject: str) -> None:
        """The Subject names the other case, the body ours."""
        message = sign(mail(f"Request {CASE}\r\n", Subject=subject), GOOD)
        self.add(f"other-{name}", why, message, "other_case", [OTHER, CASE])


def _subjects(bindings: Bindings) -> None:
    base64_word = base64.b64encode(f"요청 {CASE}".encode()).decode()
    first = base64.b64encode(f"요청 {CASE[:_HALF]}".encode()).decode()
    second = base64.b64encode(CASE[_HALF:].encode()).decode()
    rows = {
        "subject": f"Re: access request {CASE}",
        "subject-capitals": f"Re: {CASE.upper()}",
        "subject-brackets": f"[{CASE}]: received",
        "subject-folded": f"Re: access request\r\n {CASE[:_HALF]}\r\n {CASE[_HALF:]}",
        "subject-base64": f"=?utf-8?B?{base64_word}?=",
        "subject-quoted": f"=?iso-8859-1?q?Re:_{CASE[:_HALF]}=30x?= {CASE}",
        "subject-words": f"=?utf-8?b?{first}?=\r\n =?utf-8?b?{second}?=",
        "subject-unknown-charset": f"=?x-nobody?q?Re:_{CASE}?=",
    }
    for name, subject in rows.items():
        message = sign(mail(Subject=subject), GOOD)
        bindings.add(name, "the Subject names the case, as mail programs write it", message, "subject")
    unsigned = By(RSA, "s2048", headers=[name for name in ALL if name != "subject"])
    bindings.add("subject-unsigned", "anybody can have written it", sign(mail(), unsigned), "none", [], unsigned)
    second_subject = f"Subject: {CASE}\r\n" + sign(mail(Subject="Re: request"), GOOD)
    bindings.add("subject-added", "only the lowest of two Subjects is signed", second_subject, "none", [])
    bindings.add("failed", "a mail without a grade names nothing", sign(mail(), GOOD) + "x\r\n", "none", [])
    rows = {
        "subject-longer": f"Re: {CASE}0",
        "subject-shorter": f"Re: {CASE[:-1]}",
        "subject-inside-a-word": f"Re: a{CASE}",
        "subject-without-0x": f"Re: {CASE[2:]}",
        "subject-two-spaces": f"Re: {CASE[:_HALF]}  {CASE[_HALF:]}",
    }
    for name, subject in rows.items():
        bindings.add(name, "no case id", sign(mail(Subject=subject), GOOD), "none", [])


def _bodies(bindings: Bindings) -> None:
    text = f"Your request {CASE} was received.\r\n"
    wrapped = f"Your request {CASE[:_HALF]}\r\n{CASE[_HALF:]} was received.\r\n"
    quoted = f"> Your request {CASE[:_HALF]} \r\n> {CASE[_HALF:]} was\r\n"
    bindings.body("body", "plain text", text, "body")
    bindings.body("body-wrapped", "a line end in the middle", wrapped, "body")
    bindings.body("body-quoted", "quoted and wrapped", quoted, "body")
    every = "0x" + "".join(f"{digit}\r\n" for digit in CASE[2:])
    bindings.body("body-every-digit", "a line end behind each digit", every, "body")
    soft = quopri.encodestring(f"ü {'x' * 40} {CASE} =\n".encode()).decode().replace("\n", "\r\n")
    assert "=\r\n" in soft
    bindings.body("body-quoted-printable", "soft line breaks", soft, "body",
                  Content_Transfer_Encoding="quoted-printable")  # fmt: skip
    encoded = base64.encodebytes(f"요청 {CASE}\n".encode()).decode().replace("\n", "\r\n")
    bindings.body("body-base64", "base64", encoded, "body", Content_Transfer_Encoding="base64")
    damaged = encoded + "!!=A\r\n"
    bindings.body("body-base64-damaged", "a damaged text is read as far as it goes", damaged, "body",
                  Content_Transfer_Encoding="base64")  # fmt: skip
    wide = base64.encodebytes(CASE.encode("utf-16")).decode().replace("\n", "\r\n")
    bindings.body("body-utf-16", "UTF-16", wide, "body", Content_Type="text/plain; charset=utf-16",
                  Content_Transfer_Encoding="base64")  # fmt: skip
    bindings.body("body-unknown-charset", "a character set that nobody knows", text, "body",
                  Content_Type="text/plain; charset=x-nobody")  # fmt: skip
    bindings.body("body-8-bit", "bytes that are no UTF-8", "\xff\xfe\0" + text, "body")
    invisible = f"{CASE[:_HALF]}\xe2\x80\x8b{CASE[_HALF:]}\r\n"
    bindings.body("body-zero-width", "a zero-width space in UTF-8", invisible, "body")
    html_text = f"<p>Request <b>{CASE[:_HALF]}<wbr>{CASE[_HALF : _HALF + 4]}&#8203;{CASE[_HALF + 4 :]}</b></p>\r\n"
    bindings.body("html", "tags and entities inside", html_text, "body", Content_Type="text/html")
    for name, body in {
        "comment": f"<!-- {CASE} --><p>x",
        "open-comment": f"<p>x<!-- {CASE}",
        "script": f"<script>{CASE}</script>",
        "address": f'<a href="https://shop.example/{CASE}">x</a>',
    }.items():
        bindings.body(f"html-{name}", "no text that a reader sees", body, "none", [], Content_Type="text/html")
    bindings.body("body-attachment", "no text", text, "none", [], Content_Type="application/octet-stream")
    length = By(RSA, "s2048", length=20)
    message = sign(mail(text, Subject="Re: request"), length)
    bindings.add("body-behind-length", "behind l= nothing is signed", message, "none", [], length)
    whole = By(RSA, "s2048", length=len(text))
    message = sign(mail(text, Subject="Re: request"), whole) + f"{OTHER}\r\n"
    bindings.add("body-within-length", "within l= it counts, and nothing behind", message, "body", by=whole)


def _word(charset: str, data: bytes) -> str:
    return f"=?{charset}?b?{base64.b64encode(data).decode()}?="


def _charsets(bindings: Bindings) -> None:
    """Charsets in which ASCII is not ASCII, and names of charsets that nobody knows; the other case in most of them."""
    rows = {
        "utf-16": _word("utf-16", CASE.encode("utf-16")),
        "utf-7": f"=?utf-7?q?+ADA-{CASE[1:]}?=",
        "words-of-two-charsets": f"{_word('utf-16be', 'Re: '.encode('utf-16-be'))} =?utf-8?q?{CASE}?=",
        "unknown-charset-byte": f"=?x-nobody?q?{CASE[:_HALF]}=9F{CASE[_HALF:]}?=",
    }
    for name, subject in rows.items():
        bindings.add(f"subject-{name}", "an encoded word in another charset", sign(mail(Subject=subject), GOOD),
                     "subject")  # fmt: skip
    rows = {
        "utf-16": _word("utf-16", OTHER.encode("utf-16")),
        "utf-16-without-mark": _word("UTF-16", OTHER.encode("utf-16-be")),
        "utf-16le": _word("utf-16le*en", OTHER.encode("utf-16-le")),
        "utf-32": _word("utf-32", OTHER.encode("utf-32")),
        "utf-7": f"=?utf-7?q?+ADA-{OTHER[1:]}?=",
        "wide-under-no-name": _word("x-nobody", OTHER.encode("utf-16-le")),
        "unknown-charset-byte": f"=?x-nobody?q?{OTHER[:_HALF]}=9F{OTHER[_HALF:]}?=",
    }
    for name, subject in rows.items():
        bindings.hidden(f"subject-{name}", "the other case, in another charset", subject)
    bodies = {
        "utf16be": ("utf16be", OTHER.encode("utf-16-be")),
        "utf-16-without-mark": ("utf-16", f"{OTHER[:_HALF]}\u2060{OTHER[_HALF:]}".encode("utf-16-le")),
        "utf-7": ("utf-7", f"+ADA-{OTHER[1:]}".encode()),
        "wide-under-no-name": ("x-nobody", OTHER.encode("utf-32-be")),
        "ascii-called-utf-16": ("utf-16", OTHER.encode()),
        "iso-2022": ("iso-2022-kr", f"\x1b$)C{OTHER[:_HALF]}\x1b(B{OTHER[_HALF:]}".encode()),
    }
    for name, (charset, data) in bodies.items():
        encoded = base64.encodebytes(data).decode().replace("\n", "\r\n")
        bindings.body(f"other-body-{name}", "the other case, in another charset", encoded, "other_case", [OTHER],
                      Content_Type=f"text/plain; charset={charset}", Content_Transfer_Encoding="base64")  # fmt: skip


def _hidden(bindings: Bindings) -> None:
    """Characters between the digits that no reader sees: whoever searches bytes finds no case, or only ours."""
    ours = f"{CASE[:_HALF]}\u2060{CASE[_HALF:]}".encode().decode("latin-1")
    bindings.add("subject-word-joiner", "a character that nobody sees", sign(mail(Subject=f"Re: {ours}"), GOOD),
                 "subject")  # fmt: skip
    bindings.body("body-word-joiner", "a character that nobody sees", f"Request {ours}\r\n", "body")
    for name, between in {
        "word-joiner": "\u2060",
        "soft-hyphen": "\xad",
        "left-to-right": "\u200e",
        "grapheme-joiner": "\u034f",
        "hangul-filler": "\u3164",
        "tag": "\U000e0041",
    }.items():
        other = f"{OTHER[:_HALF]}{between}{OTHER[_HALF:]}"
        raw = other.encode().decode("latin-1")
        bindings.hidden(f"subject-{name}", "the other case, with a character that nobody sees", f"Re: {raw}")
        bindings.hidden(f"subject-encoded-{name}", "the same in an encoded word", _word("utf-8", other.encode()))
        bindings.body(f"other-body-{name}", "a character that nobody sees", f"Request {raw}\r\n", "other_case", [OTHER])
        entity = f"{OTHER[:_HALF]}&#{ord(between)};{OTHER[_HALF:]}"
        bindings.body(f"other-html-{name}", "the same as an entity", f"<p>{entity}</p>\r\n", "other_case", [OTHER],
                      Content_Type="text/html")  # fmt: skip


def _parameters(bindings: Bindings) -> None:
    """What is a parameter of Content-Type, and what only looks like one."""
    ours = f"Content-Type: text/plain\r\n\r\n{CASE}\r\n"
    other = f"Content-Type: text/plain\r\n\r\n{OTHER}\r\n"
    both = f"--y\r\n{other}--y--\r\n--b 1\r\n{ours}--b 1--\r\n"
    alone = f"--y\r\n{ours}--y--\r\n"
    rows = {
        "in-quoted-name": ('name="x; boundary=y"; boundary="b 1"', both, "body"),
        "in-quoted-charset": ('charset="utf-8; boundary=y"', alone, "none"),
        "in-escaped-quote": ('name="x\\"; boundary=y; \\""', alone, "none"),
        "in-comment": ("(; boundary=y)", alone, "none"),
        "behind-a-comment": ("(x (\\) y)) boundary (z) = (z) y (z)", alone, "body"),
        "escaped": ('boundary="\\y"', alone, "body"),
        "open-quote": ('name="x; boundary=y', alone, "none"),
        "open-comment": ("boundary=y (x", alone, "none"),
        "with-something-behind": ("boundary=y z", alone, "none"),
        "with-something-behind-its-quote": ('boundary="y"z', alone, "none"),
        "with-a-comma": ("boundary=y, x", alone, "none"),
        "from-the-second-part-on": ("boundary*1=y", alone, "none"),
        "of-no-number": ("boundary*x=y", alone, "none"),
        "without-value": ("boundary", alone, "none"),
        "without-a-value": ("boundary=; x=y", alone, "none"),
        "twice": ("boundary=y; BOUNDARY=z", alone, "none"),
        "twice-the-same-name-other-case": ('boundary="b 1"; Boundary=y', both, "none"),
        "empty": ('boundary=""', alone, "none"),
        "two-semicolons": ("; boundary=y", alone, "body"),
        "without-semicolon": ("charset=utf-8 boundary=y", alone, "none"),
        "folded": ("\r\n boundary=\r\n\ty", alone, "body"),
        "continued": ('boundary*0="b "; boundary*1=1', both, "body"),
        "continued-with-a-gap": ('boundary*0="b "; boundary*2=1', both, "none"),
        "continued-and-whole": ("boundary=y; boundary*0=y", alone, "none"),
        "extended": ("boundary*=us-ascii'en'%79", alone, "body"),
        "behind-64-others": ("; ".join(f"p{number}=x" for number in range(64)) + "; boundary=y", alone, "none"),
    }
    # Both fields are signed: else every reading would be searched.
    by = By(RSA, "s2048", headers=[*ALL, "content-transfer-encoding"])
    for name, (parameters, body, where) in rows.items():
        kind = f"multipart/mixed; {parameters}"
        message = sign(mail(body, Subject="Re: request", Content_Type=kind), by)
        bindings.add(f"boundary-{name}", "parameters as RFC 2045 and RFC 2231 say", message, where,
                     [CASE] if where == "body" else [], by)  # fmt: skip
    bindings.body("charset-in-quoted-name", "the text is no UTF-16", f"Request {CASE}\r\n", "body",
                  Content_Type='text/plain; name="x; charset=utf-16"')  # fmt: skip


def _parts(bindings: Bindings) -> None:
    plain = f"Content-Type: text/plain\r\n\r\n{CASE}\r\n"
    other = "Content-Type: text/plain\r\n\r\nhello\r\n"
    html_part = f"Content-Type: text/html\r\nContent-Transfer-Encoding: 8bit\r\n\r\n<p>{CASE}</p>\r\n"
    image = f"Content-Type: image/png\r\n\r\n{CASE}\r\n"
    message = f"Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\n{CASE}\r\n"
    kind = 'multipart/mixed; boundary="b 1"'
    rows = {
        "second-part": (f"--b 1\r\n{other}--b 1\r\n{plain}--b 1--\r\n", "body", [CASE]),
        "html-part": (f"--b 1\r\n{other}--b 1\r\n{html_part}--b 1--\r\n", "body", [CASE]),
        "part-without-header": (f"--b 1\r\n\r\n{CASE}\r\n--b 1--\r\n", "body", [CASE]),
        "unclosed": (f"--b 1\r\n{plain}", "body", [CASE]),
        "preamble": (f"{CASE}\r\n--b 1\r\n{other}--b 1--\r\n", "none", []),
        "epilogue": (f"--b 1\r\n{other}--b 1--\r\n{CASE}\r\n", "none", []),
        "image": (f"--b 1\r\n{image}--b 1--\r\n", "none", []),
        "attached-message": (f"--b 1\r\n{message}--b 1--\r\n", "none", []),
        "no-boundary-line": (f"{CASE}\r\n", "none", []),
    }
    for name, (body, where, cases) in rows.items():
        bindings.body(f"part-{name}", "parts of a multipart", body, where, cases, Content_Type=kind)
    for name, levels, where in (("depth-8", 7, "body"), ("depth-9", 8, "none")):
        inner = plain
        for depth in range(levels):
            inner = f"Content-Type: multipart/mixed; boundary=n{depth}\r\n\r\n--n{depth}\r\n{inner}--n{depth}--\r\n"
        bindings.body(f"part-{name}", "multiparts to a depth of 8", f"--b 1\r\n{inner}--b 1--\r\n", where,
                      [CASE] if where == "body" else [], Content_Type=kind)  # fmt: skip
    many = "".join(f"--b 1\r\n{other}" for _ in range(99))
    bindings.body("part-101st", "100 parts, the whole one counted", f"{many}--b 1\r\n{plain}--b 1--\r\n", "none", [],
                  Content_Type=kind)  # fmt: skip


def _other(bindings: Bindings) -> None:
    message = sign(mail(Subject=f"Re: {OTHER}"), GOOD)
    bindings.add("other-subject", "it answers another request", message, "other_case", [OTHER])
    bindings.body("other-body", "it answers another request", f"Request {OTHER}\r\n", "other_case", [OTHER])
    message = sign(mail(f"> {CASE}\r\n", Subject=f"Re: {OTHER}"), GOOD)
    bindings.add("other-subject-ours-quoted", "the Subject decides", message, "other_case", [OTHER, CASE])
    message = sign(mail(f"> {OTHER}\r\n", Subject=f"Re: {CASE}"), GOOD)
    bindings.add("ours-subject-other-quoted", "the Subject decides", message, "subject", [CASE, OTHER])
    bindings.body("both-in-body", "it would count once in each", f"{OTHER} {CASE}\r\n", "several_cases", [OTHER, CASE])
    message = sign(mail(Subject=f"Re: {CASE} {OTHER}"), GOOD)
    bindings.add("both-in-subject", "it would count once in each", message, "several_cases", [CASE, OTHER])
    bindings.body("ours-twice", "one case, named twice", f"{CASE}\r\n> {CASE.upper()}\r\n", "body")


def _message_ids(cases: Cases) -> None:
    unsigned = By(RSA, "s2048", headers=[name for name in ALL if name != "message-id"])
    message = sign(mail(), GOOD)
    rows = {
        "signed": (message, GOOD, "<1@shop.example>"),
        "folded": (sign(mail(Message_ID="\r\n <2@shop.example>"), GOOD), GOOD, "<2@shop.example>"),
        "unsigned": (sign(mail(), unsigned), unsigned, None),
        "twice": ("Message-ID: <3@shop.example>\r\n" + message, GOOD, None),
        "two-in-one": (sign(mail(Message_ID="<1@a.example> <2@a.example>"), GOOD), GOOD, None),
        "without-brackets": (sign(mail(Message_ID="1@shop.example"), GOOD), GOOD, None),
        "absent-signed": (sign(mail(Message_ID=None), GOOD), GOOD, None),
        "failed": (message + "x\r\n", GOOD, None),
    }
    for name, (data, by, found) in rows.items():
        given = {"mail": data, "domains": ["shop.example"], "keys": [key(by)], "at": AT}
        cases.good(f"message-id-{name}", "mail.message_id", given, {"message_id": found}, "by it one reply counts once")
