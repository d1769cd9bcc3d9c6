"""A mail attested over real HTTP, with real DNS on loopback and a real ledger: good answers and every refusal."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

import httpx2
import pytest

from ledger.cli.demo.mail import MailKey, write_mail
from ledger.disclosure import Disclosure
from ledger.encoding import Json, encode_hex, sha256
from ledger.mail.asked import Answer, Asked, Question, Resolver
from ledger.mail.capture import DnsCapture
from ledger.mail.grade import grade_mail
from ledger.mail.key import KeyAtReceipt, KeyRecord, Origin
from ledger.mail.raw import RawMail
from ledger.runtime.attester import attest
from ledger.runtime.operator import Operator
from tests.attester.conftest import DATE, MAIL, SHOP, Matter, disclosed, refused, size
from tests.store.world import REQUESTER
from tests.store.world import SHOP as SHOP_KEY

KEY_FACTS: dict[str, Json] = {
    "key": encode_hex(SHOP_KEY.address),
    "method": "dns",
    "checked_at": "2026-11-26T09:00:00Z",
}


KEY_NAME = (f"mail._domainkey.{SHOP}", "TXT")


def test_a_mail_that_names_its_case(matter: Matter) -> None:
    one = matter.start()
    case = matter.opened()
    message = matter.mail(case)
    disclosure = disclosed(message)
    statement = matter.acknowledged(case, disclosure)
    [answer] = matter.ask(message, disclosure, statement)
    assert answer.problem is None, answer.problem
    assert (answer.result, answer.case_in, answer.attester) == ("grade_a", "subject", one.address)
    assert [(item.check, item.result) for item in answer.attested] == [("dkim", "grade_a"), ("dns", "passed")]
    dkim, dns = (item.signed.statement for item in answer.attested)
    assert dkim.facts["statement"] == dns.facts["statement"] == encode_hex(statement.id)
    assert dkim.facts["digest"] == encode_hex(sha256(disclosure.encoded.encode()))
    assert dkim.case_id == dns.case_id == case and dkim.digests == ()
    assert answer.capture is not None and answer.capture_disclosure is not None
    assert dns.digests == (answer.capture_disclosure.digest,)
    capture = DnsCapture.parse(answer.capture)
    assert capture.key(SHOP, "mail", capture.at).origin == "quorum"


def test_the_case_in_the_body(matter: Matter) -> None:
    matter.start()
    case = matter.opened()
    message = matter.mail(None, text=f"We received your request {encode_hex(case)} today.")
    [answer] = matter.attested(case, message)
    assert (answer.result, answer.case_in) == ("grade_a", "body")


def test_without_the_case_it_is_grade_d(matter: Matter) -> None:
    """A newsletter is signed as well as an acknowledgement."""
    matter.start()
    [answer] = matter.attested(matter.opened(), matter.mail(None))
    assert (answer.result, answer.case_in) == ("grade_d", "none")
    assert answer.reasons[0][0] == "no_case"
    assert [(item.check, item.result) for item in answer.attested] == [("dkim", "grade_d"), ("dns", "passed")]


def test_a_mail_that_names_two_cases(matter: Matter) -> None:
    """Else it counted in both: another attester does not remember the first."""
    matter.start()
    case, other = matter.opened(), matter.opened(2)
    text = f"We received {encode_hex(case)} and {encode_hex(other)}."
    [answer] = matter.attested(case, matter.mail(None, text=text))
    assert (answer.result, answer.case_in, answer.reasons[0][0]) == ("grade_d", "several_cases", "several_cases")


@pytest.mark.parametrize("domain", [b"junk%d.example", b"junk%d.shop.example"])
def test_signatures_without_a_key_above_the_good_one(matter: Matter, domain: bytes) -> None:
    """Whoever hands the mail on can add them: the company's own are asked for first."""
    matter.start()
    case = matter.opened()
    good = matter.mail(case)
    junk = b"".join(
        good[: good.index(b"\r\nFrom:") + 2].replace(b"d=shop.example", b"d=" + domain % number) for number in range(9)
    )
    assert junk.count(b"d=junk") == 9
    [answer] = matter.attested(case, junk + good)
    assert answer.result == "grade_a", answer.problem


def test_one_resolvers_word_is_grade_d(matter: Matter) -> None:
    """Two that are silenced and one that lies would else be enough."""
    matter.start(resolvers=[matter.names[0].address])
    case = matter.opened()
    [answer] = matter.attested(case, matter.mail(case))
    assert (answer.result, [code for code, _ in answer.reasons]) == ("grade_d", ["key_single"])
    assert [item.result for item in answer.attested] == ["grade_d", "undetermined"]


def test_a_bounce(matter: Matter) -> None:
    """It quotes the case, is signed by the domain, and says that the request did not arrive."""
    matter.start()
    case = matter.opened()
    plain = write_mail(f"mailer-daemon@{SHOP}", f"Undelivered: {encode_hex(case)}", "User unknown.", DATE)
    [answer] = matter.attested(case, matter.key.sign(plain))
    assert (answer.result, answer.case_in) == ("grade_d", "subject")
    assert [code for code, _ in answer.reasons] == ["report"]


def test_the_same_question_has_the_same_answer(matter: Matter) -> None:
    matter.start()
    case = matter.opened()
    message = matter.mail(case)
    disclosure = disclosed(message)
    statement = matter.acknowledged(case, disclosure)
    [first] = matter.ask(message, disclosure, statement)
    before = size(matter)
    for server in matter.names:
        server.records = {}  # the key is gone by now
    [again] = matter.ask(message, disclosure, statement)
    assert [item.signed.raw for item in again.attested] == [item.signed.raw for item in first.attested]
    assert [item.index for item in again.attested] == [item.index for item in first.attested]
    assert (again.result, again.reasons, again.at) == (first.result, first.reasons, first.at)
    assert (again.capture, again.capture_disclosure) == (first.capture, first.capture_disclosure)
    assert size(matter) == before


def test_other_bytes_than_disclosed(matter: Matter) -> None:
    matter.start()
    case = matter.opened()
    message = matter.mail(case)
    disclosure = disclosed(message)
    statement = matter.acknowledged(case, disclosure)
    refused(matter.ask(message[:-1] + b"x", disclosure, statement), "VerificationDisclosure", "byte for byte")
    refused(matter.ask(message[:-1], disclosure, statement), "VerificationDisclosure")
    refused(matter.ask(message + b"x", disclosure, statement), "MalformedSize")
    refused(matter.ask(message, disclosed(message), statement), "VerificationDisclosure", "does not stand")


def test_what_is_no_mail(matter: Matter) -> None:
    matter.start()
    case = matter.opened()
    text = Disclosure.make(secrets.token_bytes(16), "mail", "They wrote that they received it.")
    refused(matter.ask(b"text", text, matter.acknowledged(case, text)), "RefusedMail", "original bytes")
    picture = disclosed(b"\x89PNG", "image/png", "screen.png")
    refused(matter.ask(b"\x89PNG", picture, matter.acknowledged(case, picture, day=22)), "RefusedMail", "image/png")
    nothing = disclosed(b"no header at all")
    refused(matter.ask(b"no header at all", nothing, matter.acknowledged(case, nothing, day=21)), "MalformedMail")


def test_only_the_requesters_own_evidence(matter: Matter) -> None:
    one = matter.start()
    world, case = matter.world, matter.opened()
    disclosure = disclosed(message := matter.mail(case))
    facts: dict[str, Json] = {"received_on": "2026-11-20"}
    world.record(world.bound(world.operator, SHOP_KEY))
    by_company = world.statement("request.acknowledged", SHOP_KEY, facts, case, digests=(disclosure.digest,))
    world.record(by_company)
    refused(matter.ask(message, disclosure, by_company), "RefusedRole", "not by the requester")
    own = Operator.of(one.parts.key.private)
    world.record(opened := world.opened(own))
    in_own = world.statement("request.acknowledged", own, facts, opened.id, digests=(disclosure.digest,))
    world.record(in_own)
    refused(matter.ask(message, disclosure, in_own), "RefusedRole", "own case")
    bound = world.statement("company.key_bound", own, KEY_FACTS, None, digests=(disclosure.digest,))
    world.record(bound)
    refused(matter.ask(message, disclosure, bound), "RefusedCase", "belongs to no case")


def test_what_the_attester_does_not_know(matter: Matter) -> None:
    one = matter.start()
    case = matter.opened()
    disclosure = disclosed(message := matter.mail(case))
    unknown = matter.world.sent(case, digests=(disclosure.digest,))
    refused(matter.ask(message, disclosure, unknown), "RefusedNotFound")
    headers = {
        "Content-Type": MAIL,
        "Habeas-Ledger": "other.example/main",
        "Habeas-Statement": encode_hex(unknown.id),
        "Habeas-Disclosure": disclosure.encoded,
    }
    answer = httpx2.post(f"{one.url}/v1/attest", content=message, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/refused-ledger")
    del headers["Habeas-Disclosure"]
    answer = httpx2.post(f"{one.url}/v1/attest", content=message, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/malformed-request")


def test_resolvers_that_do_not_answer(matter: Matter) -> None:
    """Undetermined is no statement: it may be decided later."""
    matter.start(dns_timeout_s=0.3)
    case = matter.opened()
    message = matter.mail(case)
    disclosure = disclosed(message)
    statement = matter.acknowledged(case, disclosure)
    before = size(matter)
    for server in matter.names:
        server.is_silent = True
    [answer] = matter.ask(message, disclosure, statement)
    assert (answer.problem, answer.result, answer.attested) == (None, "undetermined", ())
    assert answer.capture is not None and answer.capture_disclosure is None
    assert size(matter) == before
    for server in matter.names:
        server.is_silent = False
    assert matter.ask(message, disclosure, statement)[0].result == "grade_a"


def test_an_outage_spoils_no_mail(matter: Matter) -> None:
    """One of three answers: its word is not enough, and nothing that would stand in the way later is recorded."""
    matter.start(dns_timeout_s=0.5)
    case = matter.opened()
    disclosure = disclosed(message := matter.mail(case))
    statement = matter.acknowledged(case, disclosure)
    before = size(matter)
    for server in matter.names[1:]:
        server.is_silent = True
    [answer] = matter.ask(message, disclosure, statement)
    assert (answer.problem, answer.result, answer.attested) == (None, "undetermined", ())
    assert "key_single" in [code for code, _ in answer.reasons]
    copy = disclosed(message)
    [other] = matter.ask(message, copy, matter.acknowledged(case, copy, day=23))
    assert other.result == "undetermined", "no claim was left by the first question"
    assert size(matter) == before + 1, "the second acknowledgement alone"
    for server in matter.names:
        server.is_silent = False
    assert matter.ask(message, disclosure, statement)[0].result == "grade_a"


def test_one_that_lies_while_the_others_are_silent(matter: Matter) -> None:
    """Under its key the mail is *failed*: recorded, that would stand against the mail for ever."""
    matter.start(dns_timeout_s=0.5)
    case = matter.opened()
    disclosure = disclosed(message := matter.mail(case))
    statement = matter.acknowledged(case, disclosure)
    honest = matter.names[0].records
    matter.names[0].records = {place: list(texts) for place, texts in MailKey.make(SHOP).records().items()}
    for server in matter.names[1:]:
        server.is_silent = True
    [answer] = matter.ask(message, disclosure, statement)
    assert (answer.problem, answer.result, answer.attested) == (None, "undetermined", ())
    assert [code for code, _ in answer.reasons][0] == "key_single"
    matter.names[0].records = honest
    for server in matter.names:
        server.is_silent = False
    assert matter.ask(message, disclosure, statement)[0].result == "grade_a"


def test_failed_under_the_only_resolver(matter: Matter) -> None:
    """Whoever asks one resolver alone has nobody to wait for."""
    matter.start(resolvers=[matter.names[0].address])
    case = matter.opened()
    forged = matter.mail(case).replace(b"We received", b"We refuse")
    [answer] = matter.attested(case, forged)
    assert (answer.result, [item.result for item in answer.attested]) == ("failed", ["failed"])


def test_resolvers_that_disagree(matter: Matter) -> None:
    matter.start()
    case = matter.opened()
    del matter.names[0].records[KEY_NAME]
    [answer] = matter.attested(case, matter.mail(case))
    assert answer.result == "grade_b" and "key_part_quorum" in [code for code, _ in answer.reasons]
    matter.names[1].records[KEY_NAME] = ['"v=DKIM1; k=rsa; p="']
    [answer] = matter.attested(case, matter.mail(case, 2), day=22)
    assert answer.result == "undetermined"


def test_one_resolver_alone(matter: Matter) -> None:
    matter.start(resolvers=[matter.names[0].address])
    case = matter.opened()
    [answer] = matter.attested(case, matter.mail(case))
    assert [(item.check, item.result) for item in answer.attested] == [("dkim", "grade_d"), ("dns", "undetermined")]


def test_a_published_key(matter: Matter) -> None:
    digest = KeyRecord.parse(matter.key.record.encode()).digest
    listed = matter.folder / "published.toml"
    listed.write_text(f'[[key]]\ndigest = "{encode_hex(digest)}"\npublished_at = "2001-01-01T00:00:00Z"\n')
    matter.start(published_keys=listed)
    case = matter.opened()
    [answer] = matter.attested(case, matter.mail(case))
    assert answer.result == "grade_d" and "key_published" in [code for code, _ in answer.reasons]


def test_a_mail_that_anybody_could_have_written(matter: Matter) -> None:
    """From names the shop, the subject the case, the signature is right: and the domain is the requester's own."""
    matter.start()
    own = MailKey.make("requester.example")
    for server in matter.names:
        server.records |= {place: list(texts) for place, texts in own.records().items()}
    case = matter.opened()
    subject = f"Your request [{encode_hex(case)}]"
    message = own.sign(write_mail(f"support@{SHOP}", subject, "We received your request.", DATE))
    [answer] = matter.attested(case, message)
    codes = [code for code, _ in answer.reasons]
    assert answer.result == "grade_d" and codes[0] == "not_own" and "not_aligned" in codes


def test_mail_of_another_domain(matter: Matter) -> None:
    """From is no address of the company: undetermined; where the attester knows the domain as the company's, graded."""
    matter.start("strict")
    matter.start("knows", company_mail=[{"company": "company.example", "domains": ["company.example", SHOP]}])
    opened = matter.world.opened(company="company.example")
    matter.world.record(opened)
    case = opened.id
    message = matter.mail(case)
    disclosure = disclosed(message)
    statement = matter.world.statement(
        "request.acknowledged", REQUESTER, {"received_on": "2026-11-20"}, case, "company.example",
        digests=(disclosure.digest,),
    )  # fmt: skip
    matter.world.record(statement)
    strict, knows = matter.ask(message, disclosure, statement)
    assert (strict.result, knows.result) == ("undetermined", "grade_a")
    assert strict.attested == ()


def test_several_signatures(matter: Matter) -> None:
    """A signature of somebody else on top takes nothing away."""
    matter.start()
    case = matter.opened()
    message = matter.mail(case)
    other = b"DKIM-Signature: v=1; a=rsa-sha256; d=relay.example; s=x; h=from; bh=AAAA; b=AAAA\r\n"
    [answer] = matter.attested(case, other + message)
    assert answer.result == "grade_a"


def test_korean_mail(matter: Matter) -> None:
    matter.start()
    case = matter.opened()
    text = f"문의 주셔서 감사합니다. 접수 번호 {encode_hex(case)}"
    message = matter.key.sign(
        write_mail(f"support@{SHOP}", "=?utf-8?B?7KCR7IiY?=", text, DATE, more=["Content-Transfer-Encoding: 8bit"])
    )
    [answer] = matter.attested(case, message)
    assert (answer.result, answer.case_in) == ("grade_a", "body")


@pytest.mark.parametrize(
    ("origin", "resolvers", "result"),
    [
        ("quorum", 3, "grade_a"),
        ("part_quorum", 3, "grade_b"),
        ("dnssec", 3, "grade_a"),
        ("single", 1, "grade_c"),
        ("single", 2, "undetermined"),
        ("archive", 3, "undetermined"),
    ],
)
def test_what_is_settled(mail_key: MailKey, origin: Origin, resolvers: int, result: str) -> None:
    """A chain that most resolvers contradict is no more settled than one resolver of several."""
    at = datetime(2026, 11, 26, 12, tzinfo=UTC)
    mail = RawMail.parse(mail_key.sign(write_mail(f"support@{SHOP}", "Your request", "We received it.", DATE)))
    key = KeyAtReceipt(SHOP, "mail", "found", mail_key.record.encode(), origin, at)
    asked = [Resolver(f"r{number}", f"192.0.2.{number + 1}:53") for number in range(resolvers)]
    answers = Asked(Question(KEY_NAME[0], "TXT"), tuple(Answer.failed("timeout") for _ in asked))
    capture = DnsCapture.make(at, asked, [answers])
    check = attest.settled(grade_mail(mail, frozenset({SHOP}), {(SHOP, "mail"): key}, at), capture)
    assert (check.result, check.chosen is None) == (result, result == "undetermined")
