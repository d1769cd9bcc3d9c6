"""What belongs to one mail, statement, author or block, and says nothing of another."""

from __future__ import annotations

from ledger.encoding import Json, encode_hex, encode_instant, sha256
from ledger.mail import CAPTURE_TYPE
from ledger.statement import SignedStatement
from tools.vectors._assessment_case import FAILED, NOT_CHECKED, PASSED
from tools.vectors._assessment_mail import (
    CLAIMED,
    NO_KEY,
    ON_A_WORD,
    PROVEN,
    RECORDED,
    SEEN,
    WHOLE,
    Mails,
    Tell,
    by_attesters,
)
from tools.vectors._assessment_mail_false import NOBODY, PLAIN, STATED
from tools.vectors._bundles import REQUESTER, STRANGER
from tools.vectors._mail_matter import ACKNOWLEDGED, KEY, REFUSED, MailMatter, seen
from tools.vectors._mail_signing import ALL, By, sign
from tools.vectors._matter import ATTESTER, seconds
from tools.vectors.writing import Cases

CHECKED = "2026-10-23T12:00Z"


def mails_apart(cases: Cases) -> None:
    """Answers of DNS by statement and time, mails by author, times by known blocks."""
    w, chain = Mails(cases), seen(SEEN)
    early: Tell = lambda m: _attest(m, m.report(RECORDED, m.write()), "2026-10-22T10:00Z")  # noqa: E731
    w.add("attested-two-hours-early", "Checked two hours before the block that the statement quotes.", early,
          {**ON_A_WORD, "recomputed": FAILED}, CLAIMED, exit_code=1)  # fmt: skip
    unknown = {**ON_A_WORD, "recomputed": PASSED}
    w.add("attested-before-an-unknown-block", "The same where nobody knows the block: a header can have any time, and "
          "accuses no attester.", early, unknown, CLAIMED, exit_code=3, known=False)  # fmt: skip
    w.add("answers-about-another-statement", "What an attester saw for a refusal opens no key for the receipt.",
          lambda m: _answers_of_another(m, chain), NO_KEY, CLAIMED, answer=STATED)  # fmt: skip
    later: Tell = lambda m: _attest(m, m.report(RECORDED, m.write()), CHECKED, seen_at="2026-10-23T13:00Z")  # noqa: E731
    w.add("attested-and-seen-at-another-time", "What the attester saw an hour later is no ground of what it said.",
          later, {**ON_A_WORD, "recomputed": NOT_CHECKED}, by_attesters("A"))  # fmt: skip
    stranger: Tell = lambda m: _by_a_stranger(m, chain)  # noqa: E731
    w.add("committed-by-another-first", "Somebody else commits to the same disclosure before: it stays the requester's "
          "mail.", stranger, WHOLE, PROVEN)  # fmt: skip


def mails_written(cases: Cases) -> None:
    """What is written in a mail, where not everything that the attester saw is opened."""
    w = Mails(cases)
    failed = {**ON_A_WORD, "case": NOT_CHECKED}
    news: Tell = lambda m: _half_opened(m, m.write(Subject="News"))  # noqa: E731
    w.add("attested-without-a-case-and-half-opened", "No key that is still closed puts the case into the mail.", news,
          {**failed, "recomputed": FAILED}, CLAIMED, exit_code=1)  # fmt: skip
    part = By(KEY, "s1", headers=tuple(name for name in ALL if name != "subject"))
    two: Tell = lambda m: _half_opened(m, sign(m.write(part).decode("latin-1"), By(KEY, "s2")).encode("latin-1"))  # noqa: E731
    w.add("attested-with-a-second-key-closed", "The second signature covers the subject, and its key may be in what is "
          "closed.", two, {**failed, "recomputed": NOT_CHECKED}, by_attesters("A"))  # fmt: skip
    graded = {**STATED, "grade": "domain_mail", "letter": "A", "by": "recomputed"}
    for place, counts in ((16, False), (17, True)):
        told: Tell = lambda m, place=place: _signature_at(m, place)  # type: ignore[misc]  # noqa: E731
        why = f"The signature of the first mail stands as number {place} in the second; sixteen are looked at."
        w.add(f"two-for-two-signature-{place}", why, told, WHOLE, PROVEN, answer=graded if counts else STATED)


def _attest(m: MailMatter, of: SignedStatement, at: str, *, seen_at: str = "") -> None:
    """A word of the attester for the last mail, made at ``at``, and the answers of DNS that it says to have seen."""
    digest = encode_hex(sha256(m.maker.disclosures[-1].encode("ascii")))
    facts: dict[str, Json] = {"statement": encode_hex(of.id)}
    held = m.disclose(seen(seen_at or at, tree=None), CAPTURE_TYPE)
    name = encode_hex(sha256(held.encoded.encode("ascii")))
    m.say("2026-10-23T14:00Z", "evidence.attested", ATTESTER, (), **facts, digest=digest, check="dkim",
          result="grade_a", at=encode_instant(seconds(at)))  # fmt: skip
    m.say("2026-10-23T14:01Z", "evidence.attested", ATTESTER, (held.digest,), **facts, digest=name, check="dns",
          result="passed", at=encode_instant(seconds(seen_at or at)))  # fmt: skip


def _answers_of_another(m: MailMatter, chain: bytes) -> None:
    facts: dict[str, Json] = {"answered_on": "2026-10-22", "mode": "sent", "reasons": []}
    refusal = m.say("2026-10-22T11:55Z", REFUSED, **facts)
    m.report(RECORDED, m.write())
    held = m.disclose(chain, CAPTURE_TYPE)
    name = encode_hex(sha256(held.encoded.encode("ascii")))
    m.say(CHECKED, "evidence.attested", ATTESTER, (held.digest,), statement=encode_hex(refusal.id), digest=name,
          check="dns", result="passed", at=encode_instant(seconds(CHECKED)))  # fmt: skip


def _by_a_stranger(m: MailMatter, chain: bytes) -> None:
    mail = m.disclose(m.write())
    m.say("2026-10-22T11:55Z", ACKNOWLEDGED, STRANGER, (mail.digest,), received_on="2026-10-22")
    digests = (mail.digest, m.disclose(chain, CAPTURE_TYPE).digest)
    m.say(RECORDED, ACKNOWLEDGED, REQUESTER, digests, received_on="2026-10-22")


def _half_opened(m: MailMatter, data: bytes) -> None:
    """The answers of one key are opened; others of the same attester, statement and time are not."""
    of = m.report(RECORDED, data)
    m.attest_mail(CHECKED, of, "grade_a", PLAIN)
    held = m.disclose(NOBODY, CAPTURE_TYPE, shown=False)
    name = encode_hex(sha256(held.encoded.encode("ascii")))
    m.say("2026-10-23T12:01Z", "evidence.attested", ATTESTER, (held.digest,), statement=encode_hex(of.id),
          digest=name, check="dns", result="passed", at=encode_instant(seconds(CHECKED)))  # fmt: skip


def _signature_at(m: MailMatter, place: int) -> None:
    """A receipt and a refusal; the refusal bears the receipt's signature too, below copies of its own."""
    chain = seen(SEEN)
    first, second = (m.write(Message_ID=f"<{n}@shop.example>", body=f"Text {n}.\r\n") for n in (1, 2))
    m.report(RECORDED, first, chain)
    own, rest = _signature(second)
    m.report(RECORDED, own * (place - 1) + _signature(first)[0] + rest, chain, kind=REFUSED)


def _signature(data: bytes) -> tuple[bytes, bytes]:
    """The signature on top, and what is below."""
    end = data.index(b"\r\nFrom:") + 2
    return data[:end], data[end:]
