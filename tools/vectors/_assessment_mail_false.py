"""Assessment cases about mail that is shown for more than it shows, and about attesters who say more than they saw."""

from __future__ import annotations

from dataclasses import replace

from ledger.disclosure import Disclosure, FileValue
from ledger.encoding import Json, encode_hex, encode_instant, sha256
from ledger.mail import CAPTURE_TYPE, MAIL_TYPE
from tools.vectors._assessment_case import CONDITIONAL, FAILED, NOT_CHECKED, PASSED, Value
from tools.vectors._assessment_mail import (
    CLAIMED,
    NO_KEY,
    ON_A_WORD,
    PROVEN,
    RECORDED,
    SEEN,
    WEAK,
    WHOLE,
    Mails,
    Tell,
    by_attesters,
    close,
    roots_of,
    shown,
)
from tools.vectors._bundles import REQUESTER, address
from tools.vectors._dns_files import capture as capture_of
from tools.vectors._dns_files import empty, question
from tools.vectors._mail_matter import BY, KEY, NAME, REFUSED, MailMatter, mail_policy, seen, zone_tree
from tools.vectors._mail_signing import ALL, By
from tools.vectors._matter import ATTESTER, seconds
from tools.vectors.writing import Cases

ANSWERED: dict[str, Json] = {"answered_on": "2026-10-22", "mode": "sent", "reasons": []}
STATED = {"outcome": "refused", "grade": "self_stated", "letter": None, "by": None, "lateness": None}
_NO_ID = tuple(name for name in ALL if name != "message-id")
PLAIN = seen("2026-10-23T12:00Z", tree=None)
NOBODY = seen("2026-10-23T12:00Z", tree=None, agree=0)


def mails_reused(cases: Cases) -> None:
    """One mail stands behind one statement, the first that commits to it."""
    w, chain = Mails(cases), seen(SEEN)
    w.add("one-for-two-attested", "A receipt, shown again as a refusal: the attester takes both.", _twice_attested, {},
          by_attesters("A"), answer=STATED)  # fmt: skip
    same: Tell = lambda m: _again(m, m.report(RECORDED, m.write(), chain).statement.digests)  # noqa: E731
    w.add("one-for-two", "The same disclosure under a second statement.", same, WHOLE, PROVEN, answer=STATED)
    salted: Tell = lambda m: (m.report(RECORDED, m.write(), chain), m.report(RECORDED, m.write(), chain, kind=REFUSED))  # noqa: E731
    w.add("one-for-two-salted", "The same mail under another salt.", salted, WHOLE, PROVEN, answer=STATED)
    around: Tell = lambda m: (  # noqa: E731
        m.report(RECORDED, m.write(), chain),
        m.report(RECORDED, b"X-Seen: twice\r\n" + m.write(), chain, kind=REFUSED),
    )
    w.add("one-for-two-around", "The same signature in other bytes.", around, WHOLE, PROVEN, answer=STATED)
    signed: Tell = lambda m: (  # noqa: E731
        m.report(RECORDED, m.write(By(KEY, "s1", headers=_NO_ID)), chain),
        m.report(RECORDED, m.write(By(KEY, "s1", headers=_NO_ID, form="simple/simple")), chain, kind=REFUSED),
    )
    w.add("one-for-two-signatures", "The shop signed one mail twice; each copy has one of the signatures.", signed,
          WHOLE, {**PROVEN, "letter": "C"}, answer=STATED)  # fmt: skip
    named: Tell = lambda m: (  # noqa: E731
        m.report(RECORDED, m.write(Message_ID="<1@shop.example>"), chain),
        m.report(RECORDED, m.write(body="Again.\r\n", Message_ID="<1@shop.example>"), chain, kind=REFUSED),
    )
    w.add("one-for-two-message-id", "Two texts under one signed Message-ID.", named, WHOLE, PROVEN, answer=STATED)
    topped: Tell = lambda m: (  # noqa: E731
        m.report(RECORDED, m.write(Message_ID="<1@shop.example>"), chain),
        m.report(RECORDED, b"Message-ID: <9@shop.example>\r\n" + m.write(body="Again.\r\n",
                 Message_ID="<1@shop.example>"), chain, kind=REFUSED),
    )  # fmt: skip
    w.add("one-for-two-message-id-topped", "Another Message-ID on top, which nothing signs.", topped, WEAK, PROVEN,
          answer=STATED)  # fmt: skip
    two: Tell = lambda m: (  # noqa: E731
        m.report(RECORDED, m.write(Message_ID="<1@shop.example>"), chain),
        m.report(RECORDED, m.write(body="We refuse.\r\n", Message_ID="<2@shop.example>"), chain, kind=REFUSED),
    )
    graded = {"outcome": "refused", "grade": "domain_mail", "letter": "A", "by": "recomputed", "lateness": None}
    w.add("two-for-two", "Two mails of one day stand behind two statements.", two, WHOLE, PROVEN, answer=graded)
    first: Tell = lambda m: _unopened_first(m, chain)  # noqa: E731
    w.add("one-for-two-first-not-attested", "The attester checked the second statement; the mail is the first one's.",
          first, {}, CLAIMED, answer=STATED)  # fmt: skip
    read: Tell = lambda m: _late_read(m)  # noqa: E731
    late = {"outcome": "refused", "grade": "attested", "letter": "A", "by": "attesters", "lateness": "late"}
    w.add("refusal-read-by-an-attester", "Somebody read the document: the answer is late.", read, {},
          by_attesters("A"), answer=late)  # fmt: skip


def mails_denied(cases: Cases) -> None:
    """The mail itself contradicts the attester."""
    w = Mails(cases)
    failed = {**ON_A_WORD, "case": NOT_CHECKED, "recomputed": FAILED}
    for name, why, fields in (
        ("another-case", "The subject names another case.", {"Subject": f"Re: access request 0x{'cd' * 32}"}),
        ("no-case", "A newsletter.", {"Subject": "News"}),
        ("another-day", "Written two days after the day that is stated.", {"Date": "Sat, 24 Oct 2026 09:00:00 +0000"}),
    ):
        told: Tell = lambda m, fields=fields: attested(m, "grade_c", PLAIN, **fields)  # type: ignore[misc]  # noqa: E731
        w.add(f"attested-{name}", why, told, failed, CLAIMED, exit_code=1)
    for day, said in (("24", PASSED), ("25", FAILED)):
        later: Tell = lambda m, day=day: _of_day(m, day)  # type: ignore[misc]  # noqa: E731
        why = "Checked on the 23rd: somewhere it was the 24th already, and nowhere the 25th."
        w.add(f"attested-received-on-the-{day}", why, later,
              {**ON_A_WORD, "case": NOT_CHECKED, "recomputed": said}, by_attesters("A") if said == PASSED else CLAIMED,
              exit_code=0 if said == PASSED else 1)  # fmt: skip
    undated: Tell = lambda m: _of_day(m, "23", Date=None)  # noqa: E731
    w.add("attested-no-date-on-the-day-of-the-check", "The mail was there when it was checked, on the 23rd.", undated,
          {**ON_A_WORD, "recomputed": PASSED}, by_attesters("A"))  # fmt: skip
    unseen: Tell = lambda m: attested(m, "grade_c", PLAIN, Date=None)  # noqa: E731
    w.add("attested-no-date", "Nothing signed says when it was written: on the 22nd he had not seen it.", unseen,
          {**ON_A_WORD, "recomputed": FAILED}, CLAIMED, exit_code=1)  # fmt: skip
    passed: Tell = lambda m: attested(m, "passed", PLAIN, Subject="News")  # noqa: E731
    w.add("attested-passed-without-a-case", "Passed counts as grade C.", passed, failed, CLAIMED, exit_code=1)
    weak: Tell = lambda m: attested(m, "grade_d", PLAIN, Subject="News")  # noqa: E731
    w.add("attested-d-without-a-case", "As an attester has to say.", weak, {**failed, "recomputed": PASSED}, CLAIMED)
    several: Tell = lambda m: attested(  # noqa: E731
        m, "grade_a", PLAIN, Subject=f"Re: {encode_hex(m.maker.case)} and 0x{'cd' * 32}"
    )
    w.add("attested-several-cases", "The subject names this case and another.", several, failed, CLAIMED, exit_code=1)
    own: Tell = lambda m: attested(m, "grade_a", PLAIN, To="privacy@shop.example")  # noqa: E731
    w.add("attested-to-its-sender", "Whoever has the mailbox wrote it to himself.", own,
          {**ON_A_WORD, "signature": NOT_CHECKED, "recomputed": FAILED}, CLAIMED, exit_code=1)  # fmt: skip
    for name, alone, check in (
        ("one-resolver", seen("2026-10-23T12:00Z", tree=None, agree=1), ON_A_WORD),
        ("an-archive", seen("2026-10-23T15:00Z", tree=None), ON_A_WORD),
    ):
        lone: Tell = lambda m, alone=alone: attested(m, "grade_c", alone)  # type: ignore[misc]  # noqa: E731
        w.add(f"attested-by-{name}", "An attester has to state grade D of such a key.", lone,
              {**check, "recomputed": FAILED}, CLAIMED, exit_code=1)  # fmt: skip
    evil = By(KEY, "s1", "evil.example")
    theirs = seen("2026-10-23T12:00Z", tree=None, domain="evil.example")
    other: Tell = lambda m: attested(m, "grade_c", theirs, by=evil)  # noqa: E731
    w.add("attested-signed-by-another-domain", "Nobody of the shop signed it.", other,
          {**ON_A_WORD, "signature": NOT_CHECKED, "recomputed": FAILED}, CLAIMED, exit_code=1)  # fmt: skip
    said: Tell = lambda m: attested(m, "grade_a", PLAIN)  # noqa: E731
    listed = (
        f'\n[[published_key]]\ndigest = "{encode_hex(sha256(KEY.public))}"\npublished_at = "2026-10-01T00:00:00Z"\n'
    )
    less = {**ON_A_WORD, "signature": NOT_CHECKED, "recomputed": NOT_CHECKED}
    w.add("attested-a-published-key", "The policy knows that the key was public: a sentence says so.", said, less,
          by_attesters("A"), policy=mail_policy(listed))  # fmt: skip
    listed = '\n[[company_mail]]\ncompany = "shop.example"\ndomains = ["mail.example"]\n'
    w.add("attested-of-another-domain", "The policy names another mail domain: a sentence says so.", said,
          {**less, "case": NOT_CHECKED}, by_attesters("A"), policy=mail_policy(mail=listed))  # fmt: skip


def mails_sent(cases: Cases) -> None:
    """Who else can have sent it from the company's domain."""
    w, whole = Mails(cases), shown(seen(SEEN))
    w.add("company-not-in-the-policy", "Nobody says that the shop alone has mailboxes there.", whole, WHOLE, CLAIMED,
          policy=mail_policy(mail=""))  # fmt: skip
    weak: Value = {**WHOLE, "signature": NOT_CHECKED, "case": CONDITIONAL}
    w.add("shared-domain", "At a mail provider every customer can have sent it.", whole, weak, CLAIMED,
          policy=mail_policy("shared = true\n"))  # fmt: skip
    for name, local, delivery in (("listed", "privacy", PROVEN), ("unlisted", "answers", CLAIMED)):
        policy = mail_policy(f'senders = ["{local}@shop.example"]\n')
        checks = WHOLE if name == "listed" else weak
        w.add(f"sender-{name}", "The policy names the addresses from which the shop writes.", whole, checks, delivery,
              policy=policy)  # fmt: skip
    own = shown(seen(SEEN), To="Privacy <Privacy@shop.example>, me@mail.example")
    w.add("to-its-sender", "Whoever has the mailbox wrote it to himself.", own, weak, CLAIMED)
    other = shown(seen(SEEN), To="no-privacy@shop.example")
    w.add("to-another-of-the-domain", "Another address that ends alike.", other, WHOLE, PROVEN)
    said: Tell = lambda m: attested(m, "grade_a", PLAIN)  # noqa: E731
    w.add("attested-of-a-shared-domain", "The policy knows of others with mailboxes there: no attester counts.", said,
          {**ON_A_WORD, "signature": NOT_CHECKED, "recomputed": NOT_CHECKED}, CLAIMED,
          policy=mail_policy("shared = true\n"))  # fmt: skip


def mails_outside(cases: Cases) -> None:
    """Who attests outside of what he may, and a file of another length."""
    w = Mails(cases)
    said: Tell = lambda m: attested(m, "grade_a", NOBODY)  # noqa: E731
    w.add("attested-out-of-scope", "The policy believes the attester for other checks: nothing of it counts.", said,
          NO_KEY, CLAIMED, policy=mail_policy().replace('"dkim", ', ""))  # fmt: skip
    own: Tell = lambda m: (m.attest_mail("2026-10-23T12:00Z", m.report(RECORDED, m.write()), key=REQUESTER), close(m))  # noqa: E731
    entry = f'\n[[attester]]\nname = "c"\nkey = "{encode_hex(address(REQUESTER))}"\nscope = ["dkim"]\n'
    early: Tell = lambda m: _early(m)  # noqa: E731
    w.add("attested-before-the-statement", "Checked two years before there was anything to check.", early,
          {**ON_A_WORD, "recomputed": FAILED}, CLAIMED,
          exit_code=1)  # fmt: skip
    w.add("attested-by-the-requester", "Nobody attests in his own case, whoever names him.", own, {}, CLAIMED,
          policy=mail_policy(entry))  # fmt: skip
    w.add("of-another-length", "Its author committed to one byte more.", lambda m: _longer(m), {"file": FAILED}, None,
          exit_code=1)  # fmt: skip
    w.add("of-two-lengths", "A second disclosure names another length: it opens nothing.",
          lambda m: _longer(m, also=True), WHOLE, PROVEN)  # fmt: skip

    w.add("of-another-case", "A statement of another case shows its mail: nothing of it is checked here.", _elsewhere,
          {"file": PASSED}, None, exit_code=1)  # fmt: skip


def _elsewhere(m: MailMatter) -> None:
    data, own = m.write(), m.maker.case
    m.maker.case = bytes(range(32))
    m.report(RECORDED, data, seen(SEEN))
    m.maker.case = own


def mails_dated(cases: Cases) -> None:
    """When an attester says that it checked, between what the statement quotes and its own record, an hour apart."""
    w = Mails(cases)
    for name, at, counts in (
        ("in-an-hour", "2026-10-23T12:59Z", True),
        ("after-its-own-record", "2026-10-23T13:10Z", False),
        ("ten-years-later", "2036-10-23T12:00Z", False),
        ("an-hour-before", "2026-10-22T11:10Z", True),
        ("before-what-it-is-about", "2026-10-22T10:50Z", False),
    ):
        told: Tell = lambda m, at=at: _dated(m, at)  # type: ignore[misc]  # noqa: E731
        why = "Recorded on 23 October at noon, about a statement of the 22nd at noon."
        w.add(f"attested-{name}", why, told, {}, by_attesters("A") if counts else CLAIMED)
    w.add("attested-again-after-its-own-record", "A result that counts for nothing takes back the one before.",
          lambda m: _dated(m, "2026-10-23T12:00Z", "2036-10-23T12:00Z"), {}, CLAIMED)  # fmt: skip


def _dated(m: MailMatter, *every: str) -> None:
    of = m.report(RECORDED, m.write())
    digest = encode_hex(sha256(m.maker.disclosures[-1].encode("ascii")))
    for at in every:
        facts: dict[str, Json] = {"statement": encode_hex(of.id), "digest": digest, "check": "dkim"}
        m.say("2026-10-23T12:00Z", "evidence.attested", ATTESTER, (), **facts, result="grade_a",
              at=encode_instant(seconds(at)))  # fmt: skip
    close(m)


def _early(m: MailMatter) -> None:
    of, past = m.report(RECORDED, m.write()), "2024-10-22T12:00:00Z"
    name = encode_hex(sha256(m.maker.disclosures[-1].encode("ascii")))
    held = m.disclose(seen("2024-10-22T12:00Z", tree=None), CAPTURE_TYPE)
    facts: dict[str, Json] = {"statement": encode_hex(of.id), "at": past}
    m.say("2026-10-23T12:00Z", "evidence.attested", ATTESTER, (), **facts, digest=name, check="dkim", result="grade_a")
    name = encode_hex(sha256(held.encoded.encode("ascii")))
    m.say("2026-10-23T12:01Z", "evidence.attested", ATTESTER, (held.digest,), **facts, digest=name, check="dns",
          result="passed")  # fmt: skip


def _longer(m: MailMatter, *, also: bool = False) -> None:
    data, chain = m.write(), seen(SEEN)
    value = FileValue.of(data, MAIL_TYPE, "mail.eml")
    # Behind the right one: whoever takes the last of them opens nothing.
    right = [m.disclose(data).digest] if also else []
    wrong = Disclosure.make(bytes(range(16)), "file", replace(value, length=value.length + 1))
    m.maker.disclosures += (wrong.encoded,)
    m.maker.files[sha256(data)] = data
    digests = [*right, wrong.digest, m.disclose(chain, CAPTURE_TYPE).digest]
    m.say(RECORDED, "request.acknowledged", REQUESTER, digests, received_on="2026-10-22")


def mails_seen(cases: Cases) -> None:
    """Several captures and several disclosures of one attestation."""
    w = Mails(cases)
    both: Tell = lambda m: _seen_twice(m, NOBODY, PLAIN)  # noqa: E731
    w.add("attested-with-two-captures", "Two mails of one second: either capture may be the one.", both,
          {**ON_A_WORD, "recomputed": PASSED}, by_attesters("A"))  # fmt: skip
    none: Tell = lambda m: _seen_twice(m, NOBODY, seen("2026-10-23T12:01Z", tree=None, agree=0))  # noqa: E731
    w.add("attested-against-two-captures", "None of them gives the key.", none, {**NO_KEY, "recomputed": FAILED},
          CLAIMED, exit_code=1)  # fmt: skip
    closed: Tell = lambda m: _seen_twice(m, NOBODY, PLAIN, opened=False)  # noqa: E731
    w.add("attested-with-a-closed-capture", "One of two is opened, and it is not the one.", closed,
          {**NO_KEY, "recomputed": NOT_CHECKED}, by_attesters("A"))  # fmt: skip
    twice: Tell = lambda m: _disclosed_twice(m)  # noqa: E731
    w.add("attested-and-disclosed-twice", "A second disclosure of the same bytes hides nothing.", twice,
          {**NO_KEY, "recomputed": FAILED}, CLAIMED, exit_code=1)  # fmt: skip
    gone = roots_of(zone_tree())
    w.add("withdrawn-key", "The zone had signed the key; three resolvers say that it is gone.",
          shown(_withdrawn()), {**ON_A_WORD}, CLAIMED, policy=gone)  # fmt: skip


def attested(m: MailMatter, result: str, capture: bytes, by: By = BY, **fields: str | None) -> None:
    m.attest_mail("2026-10-23T12:00Z", m.report(RECORDED, m.write(by, **fields)), result, capture)


def _of_day(m: MailMatter, day: str, **fields: str | None) -> None:
    m.attest_mail("2026-10-23T12:00Z", m.report(RECORDED, m.write(**fields), on=f"2026-10-{day}"), "grade_a", PLAIN)


def _again(m: MailMatter, digests: tuple[str, ...]) -> None:
    m.say(RECORDED, REFUSED, REQUESTER, digests, **ANSWERED)


def _twice_attested(m: MailMatter) -> None:
    first = m.report(RECORDED, m.write())
    m.attest_mail("2026-10-23T12:00Z", first)
    second = m.say("2026-10-23T12:10Z", REFUSED, REQUESTER, first.statement.digests, **ANSWERED)
    m.attest_mail("2026-10-23T12:20Z", second)
    close(m)


def _unopened_first(m: MailMatter, chain: bytes) -> None:
    first = m.report(RECORDED, m.write(), chain)
    m.attest_mail("2026-10-23T12:20Z", m.say(RECORDED, REFUSED, REQUESTER, first.statement.digests, **ANSWERED))
    close(m)


def _late_read(m: MailMatter) -> None:
    m.attest_mail("2026-10-22T13:00Z", m.report(RECORDED, m.write()))
    of = m.report("2026-11-26T12:00Z", m.write(Date="Wed, 25 Nov 2026 09:00:00 +0000"),
                  kind=REFUSED, on="2026-11-25")  # fmt: skip
    m.attest_mail("2026-11-26T13:00Z", of)
    m.attest("2026-11-26T14:00Z", of, "document")
    close(m)


def _seen_twice(m: MailMatter, first: bytes, second: bytes, *, opened: bool = True) -> None:
    of = m.report(RECORDED, m.write())
    m.attest_mail("2026-10-23T12:00Z", of, "grade_a", first)
    held = m.disclose(second, CAPTURE_TYPE, shown=opened)
    name = encode_hex(sha256(held.encoded.encode("ascii")))
    facts: dict[str, Json] = {"statement": encode_hex(of.id), "at": "2026-10-23T12:00:00Z", "check": "dns"}
    m.say("2026-10-23T12:01Z", "evidence.attested", ATTESTER, (held.digest,), **facts, digest=name, result="passed")


def _disclosed_twice(m: MailMatter) -> None:
    data = m.write()
    digests = [m.disclose(data).digest, m.disclose(data).digest]
    of = m.say(RECORDED, "request.acknowledged", REQUESTER, digests, received_on="2026-10-22")
    m.attest_mail("2026-10-23T12:00Z", of, "grade_a", NOBODY)
    m.attest_mail("2026-10-23T12:10Z", of, "grade_a", NOBODY, mail_place=1)


def _withdrawn() -> bytes:
    chain = zone_tree().chain((NAME, "TXT"))
    asked = question([empty("nxdomain")] * 3, NAME, chain=chain)
    return capture_of(asked, at="2026-10-22T11:50:00Z").encode("ascii")
