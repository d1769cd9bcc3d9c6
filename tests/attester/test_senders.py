"""What an attester knows of a company's mailboxes, as a trust policy does: senders, and domains that others share."""

from __future__ import annotations

import pytest

from ledger.cli.demo.mail import write_mail
from ledger.encoding import encode_hex
from tests.attester.conftest import DATE, SHOP, Matter


@pytest.mark.parametrize(
    ("known", "result", "code"),
    [
        ({}, "grade_a", None),
        ({"senders": [f"support@{SHOP}"]}, "grade_a", None),
        ({"senders": [f"privacy@{SHOP}", f"legal@{SHOP}"]}, "grade_d", "sender_unlisted"),
        ({"shared": False}, "grade_a", None),
        ({"shared": True}, "grade_d", "shared_domain"),
        ({"shared": True, "senders": [f"support@{SHOP}"]}, "grade_d", "shared_domain"),
    ],
)
def test_who_at_the_domain_wrote_it(matter: Matter, known: dict[str, object], result: str, code: str | None) -> None:
    """An employee's mailbox, or a customer's, signs like the company's own."""
    matter.start(company_mail=[{"company": SHOP, "domains": [SHOP], **known}])
    case = matter.opened()
    [answer] = matter.attested(case, matter.mail(case))
    assert (answer.result, [found for found, _ in answer.reasons][:1]) == (result, [code] if code else [])
    assert [(item.check, item.result) for item in answer.attested] == [("dkim", result), ("dns", "passed")]


def test_what_is_known_of_another_company(matter: Matter) -> None:
    matter.start(company_mail=[{"company": "post.example", "domains": ["post.example", SHOP], "shared": True}])
    case = matter.opened()
    [answer] = matter.attested(case, matter.mail(case))
    assert answer.result == "grade_a"


def test_an_address_in_capitals_is_the_same(matter: Matter) -> None:
    matter.start(company_mail=[{"company": SHOP, "domains": [SHOP], "senders": [f"support@{SHOP}"]}])
    case = matter.opened()
    plain = write_mail(f"Support@{SHOP}", f"Your request [{encode_hex(case)}]", "We received it.", DATE)
    [answer] = matter.attested(case, matter.key.sign(plain))
    assert answer.result == "grade_a"


@pytest.mark.parametrize(
    "to", [f"support@{SHOP}", f'"support"@{SHOP}', f"support@(x)\r\n {SHOP}", f"a@mail.example, {SHOP}"]
)
def test_mail_to_oneself(matter: Matter, to: str) -> None:
    """Whoever has one mailbox there can have a mail signed that he writes to himself."""
    matter.start()
    case = matter.opened()
    plain = write_mail(f"support@{SHOP}", f"Your request [{encode_hex(case)}]", "We received it.", DATE)
    [answer] = matter.attested(case, matter.key.sign(plain.replace(b"requester@mail.example", to.encode())))
    is_own = "support" in to
    assert answer.result == ("grade_d" if is_own else "grade_a")
    assert [code for code, _ in answer.reasons] == (["to_sender"] if is_own else [])
    assert [item.result for item in answer.attested] == [answer.result, "passed"]
