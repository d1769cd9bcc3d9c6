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
        found.append(Reason.of("shared_domain", "grade_d"))
    if senders.addresses and address not in senders.addresses:
        found.append(Reason.of("sender_unlisted", "grade_d"))
    if address is not None and "to" in check.signed_headers and _names(mail, address):
        found.append(Reason.of("to_sender", "grade_d"))
    return found


def _names(mail: RawMail, address: str) -> bool:
    """Whether ``address`` stands among the recipients."""
    word = re.compile(rf"(?<![a-z0-9._+-]){re.escape(address)}(?![a-z0-9.-])")
    return any(word.search(field.value.decode("latin-1").lower()) for field in mail.named("to"))
