"""What a mail never proves by itself: arrival before the sending, a late answer, a second answer of one mail."""

from __future__ import annotations

from tools.vectors._assessment_case import FAILED
from tools.vectors._assessment_mail import (
    CLAIMED,
    ON_A_WORD,
    RECORDED,
    SEEN,
    WHOLE,
    Mails,
    Tell,
    by_attesters,
    close,
)
from tools.vectors._assessment_mail_false import STATED
from tools.vectors._mail_matter import REFUSED, MailMatter, mail_policy, seen
from tools.vectors._matter import ATTESTER, OTHER_ATTESTER
from tools.vectors.writing import Cases

EARLY = "Fri, 16 Oct 2026 09:00:00 +0000"


def mails_early(cases: Cases) -> None:
    """A mail that names the case and is of a day before the request was sent."""
    w, chain = Mails(cases), seen(SEEN)
    own: Tell = lambda m: m.report(RECORDED, m.write(Date=EARLY), chain, on="2026-10-16")  # noqa: E731
    w.add("before-the-request", "Nothing arrives before it was sent: the mail is about something else.", own, WHOLE,
          CLAIMED)  # fmt: skip
    late: Tell = lambda m: m.report(RECORDED, m.write(Date=EARLY), chain)  # noqa: E731
    w.add("before-the-request-received-later", "Nor does the requester's later day make it one of arrival.", late,
          WHOLE, CLAIMED)  # fmt: skip
    w.add("before-the-request-attested", "Nor by the word of attesters.", _attested_early, {}, CLAIMED)


def mails_compared(cases: Cases) -> None:
    """A receipt and a refusal, each behind a mail that attesters checked and nobody opens."""
    w = Mails(cases)
    graded = {**STATED, "grade": "domain_mail", "letter": "A", "by": "attesters", "lateness": "in_time"}
    one, two = (ATTESTER,), (ATTESTER, OTHER_ATTESTER)
    for name, why, first, second, counts in (
        ("by-one", "One attester has seen both mails, and would have refused the same one.", one, one, True),
        ("by-one-of-two", "One of those who checked the second mail has seen the first.", two, one, True),
        ("by-nobody", "Nobody has seen both: the two may be one mail.", one, (OTHER_ATTESTER,), False),
    ):
        told: Tell = lambda m, first=first, second=second: _two(m, first, second)  # type: ignore[misc]  # noqa: E731
        w.add(f"compared-{name}", why, told, {}, by_attesters("A"), answer=graded if counts else STATED)
    quorum = mail_policy(quorum=2)
    w.add("compared-below-the-quorum", "The first mail has no quorum: it stands behind nothing.",
          lambda m: _two(m, (OTHER_ATTESTER,), two), {}, by_attesters("A"), answer=graded, policy=quorum)  # fmt: skip


def mails_contradicted(cases: Cases) -> None:
    """An attester who is contradicted takes nothing from others, and nothing of his own counts."""
    w = Mails(cases)
    plain = seen("2026-10-23T12:00Z", tree=None)
    checks = {**ON_A_WORD, "recomputed": FAILED}
    liar: Tell = lambda m: _said(m, plain, ("grade_a", ATTESTER), ("failed", OTHER_ATTESTER))  # noqa: E731
    w.add("one-attester-lies", "One states A and one failed: the mail gives A, and the finding stays.", liar, checks,
          by_attesters("A"), exit_code=1)  # fmt: skip
    both: Tell = lambda m: _said(m, plain, ("grade_a", ATTESTER), ("failed", ATTESTER))  # noqa: E731
    w.add("one-attester-lies-later", "His earlier word does not come back.", both, checks, CLAIMED, exit_code=1)


def _said(m: MailMatter, capture: bytes, *said: tuple[str, bytes]) -> None:
    of = m.report(RECORDED, m.write())
    for minute, (result, key) in enumerate(said):
        m.attest_mail(f"2026-10-23T12:{minute:02}Z", of, result, capture, key)


def _two(m: MailMatter, first: tuple[bytes, ...], second: tuple[bytes, ...]) -> None:
    receipt = m.report(RECORDED, m.write())
    refusal = m.report(RECORDED, m.write(Message_ID="<2@shop.example>"), kind=REFUSED)
    for minute, (of, key) in enumerate([*((receipt, key) for key in first), *((refusal, key) for key in second)]):
        m.attest_mail(f"2026-10-23T12:{minute:02}Z", of, key=key)
    close(m)


def _attested_early(m: MailMatter) -> None:
    of = m.report(RECORDED, m.write(Date=EARLY), on="2026-10-16")
    m.attest_mail("2026-10-23T12:00Z", of)
    close(m)
