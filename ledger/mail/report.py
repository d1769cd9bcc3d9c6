"""Machine reports on a delivery (RFC 3462, 3464, 8098): a bounce quotes the request and says that it did not arrive.

They are signed by the domain like any mail, and name the case where they quote it. What they say is not read. Nothing
obliges a mail system to say that it wrote one, so this is a list of what they are known to write.
"""

from __future__ import annotations

import re

from ledger.mail.author import author_address
from ledger.mail.parameters import read_type
from ledger.mail.raw import RawMail
from ledger.mail.text import subject_texts

MAX_SCANNED = 8 * 1024 * 1024
_SENDER = re.compile(
    r"(?:mail(?:er)?[-_.]?daemon|mdaemon|postmaster|microsoftexchange[0-9a-z]*)(?:\+.*)?|(?:double-)?bounces?(?:[-+=].*)?",
    re.DOTALL,
)
_QUOTED_LOCAL = re.compile(rb'"((?:[^"\\]|\\.)*+)"@', re.DOTALL)
_PARTS = (
    rb"(?:text/rfc822-headers|message/(?:delivery-status|disposition-notification|feedback-report"
    rb"|global-(?:delivery-status|disposition-notification|headers)))"
)
_TYPE = re.compile(rb"multipart/report|" + _PARTS)
_NOT_A_REPLY = re.compile(rb"[ \t\r\n]*auto-generated\b.*\b(?:report|failure|bounce)\b", re.IGNORECASE | re.DOTALL)
_SUBJECT = re.compile(
    r"\s*(?:undeliver(?:able|ed)|delivery status notification|mail delivery (?:failed|failure)|returned mail"
    r"|failure notice|delivery (?:failure|has failed))\b",
    re.IGNORECASE,
)
# With the line end before it: a search for "^" tries every byte.
_PART = re.compile(
    rb"\ncontent-type:(?:[ \t\r\n]{1,80}+|\([^()]{0,200}+\)){0,9}+" + _PARTS + rb"(?![!#-'*+.0-9A-Z^-~-])",
    re.IGNORECASE,
)


def is_report(mail: RawMail) -> bool:
    """Whether the mail is, or may be, a report on a delivery: by its type, its sender, Subject or a part of its body.

    Whoever shows it can leave unsigned fields out, so each of these is enough by itself.
    """
    return (
        any(_TYPE.fullmatch(read_type(field.value)[0] or b"") for field in mail.named("content-type"))
        or any(_is_system(field.value) for field in mail.named("from"))
        or any(_NOT_A_REPLY.match(field.value) for field in mail.named("auto-submitted"))
        or bool(mail.named("x-failed-recipients"))
        or any(map(_SUBJECT.match, subject_texts(mail, len(mail.named("subject")))))
        or _PART.search(mail.data, mail.body_start - 1, mail.body_start + MAX_SCANNED) is not None
    )


def _is_system(value: bytes) -> bool:
    local = (author_address(value) or "").rpartition("@")[0]
    locals_ = [quoted.decode("latin-1") for quoted in _QUOTED_LOCAL.findall(value)] if local == '"' else [local]
    return any(_SENDER.fullmatch(re.sub(r"\\(.)", r"\1", each).lower()) for each in locals_)
