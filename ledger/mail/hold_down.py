"""Who at a company's domain can have sent a mail (docs/spec/mail.md, "Senders").

A domain signs for everybody who has a mailbox there: employees, and at a mail provider every customer. Which
addresses speak for the company no mail says; whoever judges it has to name them.
"""

from __future__ import annotations

import re
from dataclasses import replace

from ledger.mail.author import author_address
from ledger.mail.grade import GRADES, MailCheck, Reason
from ledger.mail.raw import RawMail
from ledger.mail.senders import Senders

_RECIPIENTS = ("to", "cc", "bcc")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*+)"', re.DOTALL)
_ENDS, _SIGN = re.compile(r'[\s<>,;:()@"]'), "\x1a"
# Begun only where a word begins: a long one without @ would else be read once for each of its letters.
_ADDRESS = re.compile(r'(?<![^\s<>,;:()@"])[^\s<>,;:()@"]++@[^\s<>,;:()@"]+')


def hold_down(mail: RawMail, check: MailCheck, senders: Senders) -> MailCheck:
    """``check`` with grade D where somebody else at the domain can have sent the mail."""
    reasons = tuple(_reasons(mail, check, senders)) if check.result in GRADES else ()
    return replace(check, result="grade_d", reasons=reasons + check.reasons) if reasons else check


def _reasons(mail: RawMail, check: MailCheck, senders: Senders) -> list[Reason]:
    fields = mail.named("from")
    address = author_address(fields[0].value) if len(fields) == 1 else None
    found = []
    if senders.shared:
        found.append(Reason.of("shared_domain", "grade_d"))
    if senders.addresses and address not in senders.addresses:
        found.append(Reason.of("sender_unlisted", "grade_d"))
    if len(fields) == 1 and _is_to_itself(mail, check, fields[0].value):
        found.append(Reason.of("to_sender", "grade_d"))
    return found


def _is_to_itself(mail: RawMail, check: MailCheck, sender: bytes) -> bool:
    """Whether the address of ``sender``, the value of From, stands among the signed recipients.

    In whatever spelling: a spelling that says less would be the one that is used.
    """
    author = author_address(sender)
    addresses = _addresses(sender) if author is None or author.startswith('"') else {author}
    signed = [mail.named(name) for name in _RECIPIENTS if name in check.signed_headers]
    # A field that stands twice has held the mail down to grade D already.
    values = [fields[0].value for fields in signed if len(fields) == 1]
    return any(addresses & _addresses(value) or _as_written(addresses, value) for value in values)


def _as_written(addresses: set[str], value: bytes) -> bool:
    """Also inside a comment or a name: a mail program may show it as the recipient."""
    text = re.sub(r"\s+", " ", value.decode("latin-1").lower())
    return any(re.search(rf"(?<![a-z0-9._+-]){re.escape(item)}(?![a-z0-9.-])", text) for item in addresses)


def _addresses(value: bytes) -> set[str]:
    """The addresses in a field, lower case, without what RFC 5322 lets stand around and within them: comments, folding,
    spaces at ``@`` and dots, and quotation marks about a local part that needs none."""
    text = _unquoted(_uncommented(re.sub(r"\s+", " ", value.decode("latin-1"))))
    text = re.sub(r" ?([@.]) ?", r"\1", re.sub(r" +", " ", text))
    return {found.lower().rstrip(".") for found in _ADDRESS.findall(text)}


def _uncommented(text: str) -> str:
    """``text`` with a space for each comment; with all parentheses as spaces where one is left open."""
    out, depth, position = [], 0, 0
    while position < len(text):
        quoted = _QUOTED.match(text, position) if not depth and text[position] == '"' else None
        if quoted is not None:
            out.append(quoted[0])
            position = quoted.end()
            continue
        sign = text[position]
        if sign == "\\":
            position += 1
            out.append(text[position : position + 1] if not depth else "")
        elif sign == "(" or (sign == ")" and depth):
            depth += 1 if sign == "(" else -1
            out.append(" ")
        elif not depth:
            out.append(sign)
        position += 1
    return text.translate({ord("("): " ", ord(")"): " "}) if depth else "".join(out)


def _unquoted(text: str) -> str:
    """``text`` without quotation marks; what would end an address inside them is another sign."""
    return _QUOTED.sub(lambda found: _ENDS.sub(_SIGN, re.sub(r"\\(.)", r"\1", found[1])), text)
