"""Machine reports on a delivery (RFC 3462, 3464, 8098): a bounce quotes the request and says that it did not arrive.

They are signed by the domain like any mail, and name the case where they quote it. What they say is not read.
"""

from __future__ import annotations

import re

from ledger.mail.raw import RawMail

MAX_SCANNED = 8 * 1024 * 1024
_SENDER = re.compile(rb"(?<![a-z0-9._+-])(?:mailer-daemon|postmaster)@", re.IGNORECASE)
_TYPE = re.compile(rb"\s*multipart/report\b", re.IGNORECASE)
_NOT_A_REPLY = re.compile(rb"\s*auto-generated\b[^\r\n]{0,200}\breport\b", re.IGNORECASE)
# With the line end before it: a search for "^" tries every byte.
_PART = re.compile(
    rb"\ncontent-type:[ \t\r\n]{0,80}message/(?:delivery-status|disposition-notification|feedback-report"
    rb"|global-(?:delivery-status|disposition-notification))",
    re.IGNORECASE,
)


def is_report(mail: RawMail) -> bool:
    """Whether the mail is, or may be, a report on a delivery: by its type, its sender or a part of its body.

    Whoever shows it can leave unsigned fields out, so each of these is enough by itself.
    """
    return (
        any(_TYPE.match(field.value) for field in mail.named("content-type"))
        or any(_SENDER.search(field.value) for field in mail.named("from"))
        or any(_NOT_A_REPLY.match(field.value) for field in mail.named("auto-submitted"))
        or bool(mail.named("x-failed-recipients"))
        or _PART.search(mail.data, mail.body_start - 1, mail.body_start + MAX_SCANNED) is not None
    )
