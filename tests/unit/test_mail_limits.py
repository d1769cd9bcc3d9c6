"""What a mail moves and what it does not: a pause, a signed receipt, a shared domain, the capture of another mail."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ledger.assessment import Assessment, assess
from ledger.bundle import Bundle
from ledger.encoding import encode_instant
from ledger.finding.law import shipped_law
from ledger.finding.letters import Word, read_letters
from ledger.policy import parse_policy
from tests.cli.broken import everything_of
from tests.cli.matter import Matter, policy
from tools.vectors._assessment_mail import RECORDED, SEEN
from tools.vectors._dns_files import answer, capture, question, txt
from tools.vectors._mail_matter import BY, DAY, WRITTEN, By, MailMatter, ed25519, mail_policy, record, seconds, seen
from tools.vectors._mail_signing import ALL
from tools.vectors._matter import REQUESTER

REFUSED = "request.refused"
NO_DATE = tuple(name for name in ALL if name not in ("date", "message-id"))


@pytest.mark.parametrize(
    ("check", "latest", "said"),
    [(None, date(2026, 11, 30), "not_decided"), ("dkim", date(2026, 11, 30), "not_decided"),
     ("document", date(2026, 11, 9), "late")],
)  # fmt: skip
def test_what_ends_a_pause(check: str | None, latest: date, said: str) -> None:
    """Supplied on the 9th by the person's word, recorded on the 30th: any mail of the company may name the case."""
    matter = Matter("eu-gdpr", "IE")
    matter.sent("2026-10-05", "2026-10-05")
    matter.company("2026-10-06", "request.acknowledged", received_on="2026-10-05")
    matter.company("2026-10-08", "request.action_required", on="2026-10-08", what="identity_document")
    supplied = matter.say("2026-10-30", "request.action_supplied", on="2026-10-09", what="identity_document")
    if check is not None:
        matter.attest("2026-10-30", supplied, check, "grade_a" if check == "dkim" else "passed")
    matter.company("2026-11-20", "request.fulfilled", answered_on="2026-11-20", mode="sent", reasons=[])
    finding = matter.finding("2026-12-10", policy(attesters=1))
    assert finding.due.latest is not None and finding.lateness is not None
    assert (finding.due.latest, finding.lateness.said) == (latest, said)


def test_a_mail_beside_the_companys_own_receipt() -> None:
    """Any mailbox may have answered by itself on the 5th; the company signed that it came on the 20th."""
    matter = Matter("eu-gdpr", "IE", opened_at="2026-10-01")
    matter.sent("2026-10-05", "2026-10-05")
    reply = matter.say("2026-10-05", "request.acknowledged", received_on="2026-10-05")
    matter.attest("2026-10-05", reply, "dkim", "grade_c")
    before = matter.finding("2026-10-18", policy(attesters=1)).delivery
    assert before is not None and before.proven_by == date(2026, 10, 5)
    matter.company("2026-10-20", "request.acknowledged", received_on="2026-10-20")
    matter.company("2026-11-18", "request.fulfilled", answered_on="2026-11-18", mode="sent", reasons=[])
    finding = matter.finding("2026-12-10", policy(attesters=1))
    assert finding.delivery is not None and finding.delivery.proven_by == date(2026, 10, 20)
    assert finding.lateness is not None and finding.lateness.said == "not_decided"


def _assess(bundle: Bundle, now: int, more: str = "") -> Assessment:
    trust = parse_policy(mail_policy(more).encode())
    return assess(bundle, trust, everything_of(bundle), now, shipped_law(bundle))


@pytest.mark.parametrize(
    ("more", "basis", "grade"), [("", "acknowledged", "domain_mail"), ("shared = true\n", "claimed", "self_stated")]
)
def test_attesters_at_a_shared_domain(more: str, basis: str, grade: str) -> None:
    """Closed files too: what a verifier knows of the mailboxes does not hang on what is shown."""
    matter = MailMatter(joined=False)
    matter.sent("2026-10-20", "2026-10-20")
    matter.attest_mail("2026-10-22T10:10Z", matter.report("2026-10-22T10:00Z", matter.write(), on=DAY))
    mail = matter.write(body="No.\r\n", **{"Message-ID": "<2@shop.example>"})
    matter.attest_mail("2026-10-22T11:10Z", matter.report("2026-10-22T11:00Z", mail, kind=REFUSED, on=DAY))
    bundle = matter.bundle("2026-12-02")
    finding = _assess(bundle, matter.maker.time + 60, more).finding
    assert finding is not None and finding.delivery is not None
    assert (finding.delivery.basis, finding.delivery.grade, finding.outcome.grade) == (basis, grade, grade)


def test_the_capture_of_another_mail_contradicts_nobody() -> None:
    """Two mails of one statement, checked in one second: without the answers about the first it is not checked."""
    matter, by = MailMatter(joined=False), By(second := ed25519("second"), "s2")
    matter.sent("2026-10-20", "2026-10-20")
    one, two = matter.write(), matter.write(by, body="And our ticket.\r\n", **{"Message-ID": "<2@shop.example>"})
    digests = sorted(matter.disclose(data).digest for data in (one, two))
    said = matter.say("2026-10-22T10:00Z", "request.acknowledged", REQUESTER, digests, received_on=DAY)
    at, asked = "2026-10-22T10:10Z", encode_instant(seconds("2026-10-22T10:09Z"))
    other = capture(question([answer(txt(record(second)))] * 3, "s2._domainkey.shop.example"), at=asked)
    matter.attest_mail(at, said, "grade_a", seen("2026-10-22T10:09Z", tree=None), mail_place=0)
    matter.attest_mail(at, said, "grade_a", other.encode("ascii"), mail_place=1)
    bundle, now = matter.bundle("2026-12-02"), matter.maker.time + 60

    def compared(held: Bundle) -> list[str]:
        return [item.value.name for item in _assess(held, now).checks if item.check.step == "10.5"]

    assert compared(bundle) == ["PASSED", "PASSED"]
    of_dns = [
        index for index, item in sorted(bundle.statements.items()) if item.signed.statement.facts.get("check") == "dns"
    ]
    for gone in of_dns:
        less = replace(bundle, statements={i: item for i, item in bundle.statements.items() if i != gone})
        assert sorted(compared(less)) == ["NOT_CHECKED", "PASSED"]


@pytest.mark.parametrize("day", [WRITTEN, "Thu, 22 Oct 2026 09:00:01 +0000", None])
def test_a_second_signature_without_date(day: str | None) -> None:
    """The company signed one mail twice; where Date is not signed, the holder writes what he likes there."""
    matter, undated = MailMatter(), replace(BY, headers=NO_DATE, tags="t=1792659600; ")
    matter.sent("2026-10-20", "2026-10-20")
    chain = seen(SEEN)
    matter.report(RECORDED, matter.write(), chain)
    matter.report(RECORDED, matter.write(undated, Date=day), chain, kind=REFUSED, on=DAY)
    finding = _assess(matter.bundle("2026-12-02"), matter.maker.time + 60).finding
    assert finding is not None and finding.delivery is not None
    assert (finding.delivery.grade, finding.outcome.grade) == ("domain_mail", "self_stated")


def test_a_contradicted_word_raises_no_other_statement() -> None:
    """Attester 2 lied about the second mail: the third, which nobody of its attesters compared, gains nothing."""
    owners = {"d1": "s1", "d2": "s2", "d3": "s3"}
    statements = {name: (index, b"r") for index, name in enumerate(owners.values())}
    by = (("s1", (1, 2), "d1"), ("s2", (2, 3), "d2"), ("s3", (1, 4), "d3"))

    def reached(lied: bool) -> tuple[set[str], dict[str, str]]:
        words = [
            Word(bytes([who]), statement, "dkim", digest, "grade_a", not (lied and (who, statement) == (2, "s2")))
            for statement, every, digest in by
            for who in every
        ]
        found = read_letters(words, 2, owners, statements)
        return {name for name, checks in found.letters.items() if "dkim" in checks}, dict(found.apart)

    assert reached(False) == ({"s1", "s2"}, {"s3": "s2"})
    assert reached(True) == ({"s1"}, {"s3": "s2"})
