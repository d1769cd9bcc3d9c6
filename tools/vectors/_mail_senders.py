"""Who at the domain can have sent a mail: senders that are named, shared domains, mail to oneself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tools.vectors._mail_grades import GOOD, key
from tools.vectors._mail_signing import ALL, AT, By, mail, sign
from tools.vectors.writing import Cases

WITH_CC = replace(GOOD, headers=(*ALL, "cc", "bcc"))
WITHOUT_TO = replace(GOOD, headers=[name for name in ALL if name != "to"])
SELF = "privacy@shop.example"


def write(cases: Cases) -> None:
    _known(cases)
    _to_oneself(cases)
    _to_others(cases)


def _add(
    cases: Cases, name: str, why: str, message: str, by: By, reasons: Sequence[str], result: str = "grade_d",
    *, senders: Sequence[str] = (), shared: bool = False,
) -> None:  # fmt: skip
    given = {"mail": message, "domains": ["shop.example"], "keys": [key(by)], "at": AT, "senders": list(senders)}
    ok = {"result": result, "reasons": list(reasons)}
    cases.good(f"senders-{name}", "mail.hold_down", {**given, "shared": shared}, ok, why)


def _known(cases: Cases) -> None:
    good = sign(mail(), GOOD)
    _add(cases, "nothing-known", "As it is graded.", good, GOOD, [], "grade_a")
    _add(cases, "listed", "From is the company's.", good, GOOD, [], "grade_a", senders=[SELF, "legal@shop.example"])
    _add(cases, "unlisted", "An employee's mailbox.", good, GOOD, ["sender_unlisted"], senders=["legal@shop.example"])
    _add(cases, "shared", "A mail provider's domain.", good, GOOD, ["shared_domain"], shared=True)
    capital = sign(mail(From="Privacy@Shop.Example"), GOOD)
    _add(cases, "listed-capitals", "Case does not matter.", capital, GOOD, [], "grade_a", senders=[SELF])
    quoted = sign(mail(From=f'"privacy"@{SELF[8:]}'), GOOD)
    _add(cases, "unlisted-quoted", "A quoted local part is none of them.", quoted, GOOD, ["sender_unlisted"],
         senders=[SELF])  # fmt: skip


def _to_oneself(cases: Cases) -> None:
    def add(name: str, why: str, by: By = WITH_CC, reasons: Sequence[str] = (), **fields: str) -> None:
        _add(cases, f"self-{name}", why, sign(mail(**fields), by), by, ["to_sender", *reasons])

    over = ["over_signed"]
    add("to", "The plain case.", GOOD, To=SELF)
    rows = {
        "among-others": ("One of two.", {"To": f"kim@mail.example, {SELF}"}),
        "capitals": ("Case does not matter.", {"To": "PRIVACY@SHOP.EXAMPLE"}),
        "quoted": ("The same mailbox.", {"To": '"privacy"@shop.example'}),
        "quoted-escaped": ("The same mailbox.", {"To": '"pri\\vacy"@shop.example'}),
        "folded": ("A line end within the address.", {"To": "<privacy@\r\n shop.example>"}),
        "spaces": ("Spaces around the sign.", {"To": "privacy @ shop . example"}),
        "comment": ("A comment within the address.", {"To": "privacy(me)@(my)shop.example"}),
        "quoted-and-comment": ("Both.", {"To": '"privacy" (me) @shop.example'}),
        "group": ("A group.", {"To": f"all: kim@mail.example, {SELF};"}),
        "route": ("A way, as in old mail.", {"To": f"<@relay.example:{SELF}>"}),
        "name": ("As a name.", {"To": f'"{SELF}" <kim@mail.example>'}),
        "last-dot": ("The root of DNS.", {"To": f"<{SELF}.>"}),
        "open-comment": ("A comment without an end.", {"To": "kim@mail.example (x, privacy @shop.example"}),
        "from-quoted": ("From is quoted, To is not.", {"From": '"privacy"@shop.example', "To": SELF}),
        "both-quoted": ("A name with a space.", {"From": '"my box"@shop.example', "To": '<"my box"@shop.example>'}),
    }
    for name, (why, fields) in rows.items():
        add(name, why, WITH_CC, over, **fields)
    add("cc", "As a copy.", WITH_CC, over, Cc=f"Me <{SELF}>")
    add("bcc", "As a hidden copy.", WITH_CC, over, Bcc=SELF)


def _to_others(cases: Cases) -> None:
    def add(name: str, why: str, by: By, result: str, reasons: Sequence[str], **fields: str) -> None:
        _add(cases, f"others-{name}", why, sign(mail(**fields), by), by, reasons, result)

    over = ["over_signed"]
    for name, to in {
        "longer": "my.privacy@shop.example",
        "longer-domain": "privacy@shop.example.org",
        "under": "privacy@mail.shop.example",
        "plus": "x+privacy@shop.example",
        "underline": "x_privacy@shop.example",
        "dash": "x-privacy@shop.example",
        "digit": "1privacy@shop.example",
        "domain-dash": "privacy@shop.example-mail.org",
        "domain-letter": "privacy@shop.examples",
        "domain-digit": "privacy@shop.example1",
        "quoted-other": '"privacy x"@shop.example',
    }.items():
        add(name, "Another mailbox.", WITH_CC, "grade_a", over, To=to)
    add("to-unsigned", "Whoever shows it could leave To out.", WITHOUT_TO, "grade_c", ["header_unsigned"], To=SELF)
    add("cc-unsigned", "Nor Cc.", GOOD, "grade_a", [], Cc=SELF)
