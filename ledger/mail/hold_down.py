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


def hold_down(mail: RawMail, check: MailCheck, senders: Senders) -> MailCheck:
    """``check`` with grade D where somebody else at the domain can have sent the mail."""
    reasons = tuple(_reasons(mail, check, senders)) if check.result in GRADES else ()
    return replace(check, result="grade_d", reasons=reasons + check.reasons) if reasons else check


def _reasons(mail: RawMail, check: MailCheck, senders: Senders) -> list[Reason]:
    fields = mail.named("from")
    address = author_address(fields[0].value) if len(fields) == 1 else None
    found = []
    if senders.shared:
        text = "others than the company have mailboxes at its domain; each of them can have sent it"
        found.append(Reason("shared_domain", text, "grade_d"))
    if senders.addresses and address not in senders.addresses:
        text = "From is none of the addresses from which the company writes to people"
        found.append(Reason("sender_unlisted", text, "grade_d"))
    if address is not None and "to" in check.signed_headers and _names(mail, address):
        text = "the mail goes to its own sender: whoever has that mailbox wrote it to himself"
        found.append(Reason("to_sender", text, "grade_d"))
    return found


def _names(mail: RawMail, address: str) -> bool:
    """Whether ``address`` stands among the recipients."""
    word = re.compile(rf"(?<![a-z0-9._+-]){re.escape(address)}(?![a-z0-9.-])")
    return any(word.search(field.value.decode("latin-1").lower()) for field in mail.named("to"))
