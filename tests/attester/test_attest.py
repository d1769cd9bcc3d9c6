"""A mail attested over real HTTP, with real DNS on loopback and a real ledger."""

from __future__ import annotations

from ledger.encoding import encode_hex, sha256
from ledger.mail.capture import DnsCapture
from tests.attester.conftest import Matter, disclosed


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
    assert capture.key("shop.example", "mail", capture.at).origin == "quorum"
