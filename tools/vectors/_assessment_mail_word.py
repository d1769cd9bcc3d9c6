"""Assessment cases about what a mail never proves by itself: arrival before the sending, and a late answer."""

from __future__ import annotations

from tools.vectors._assessment_mail import CLAIMED, RECORDED, SEEN, WHOLE, Mails, Tell, close
from tools.vectors._mail_matter import MailMatter, seen
from tools.vectors.writing import Cases

EARLY = "Fri, 16 Oct 2026 09:00:00 +0000"


def mails_early(cases: Cases) -> None:
    """A mail that names the case and is of a day before the request was sent."""
    w, chain = Mails(cases), seen(SEEN)
    own: Tell = lambda m: m.report(RECORDED, m.write(Date=EARLY), chain, on="2026-10-16")  # noqa: E731
    w.add("before-the-request", "Nothing arrives before it was sent: the mail is about something else.", own, WHOLE,
          CLAIMED)  # fmt: skip
    w.add("before-the-request-attested", "Nor by the word of attesters.", _attested_early, {}, CLAIMED)


def _attested_early(m: MailMatter) -> None:
    of = m.report(RECORDED, m.write(Date=EARLY), on="2026-10-16")
    m.attest_mail("2026-10-23T12:00Z", of)
    close(m)
