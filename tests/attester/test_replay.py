"""One mail stands behind one statement, and one reply counts once, whatever is done to the copies."""

from __future__ import annotations

import dkim
import pytest

from ledger.cli.demo.mail import MailKey, write_mail
from ledger.encoding import Json, encode_hex
from ledger.runtime.attester import attest
from tests.attester.conftest import DATE, SHOP, Matter, disclosed, refused, size
from tests.store.world import REQUESTER


def test_one_mail_is_evidence_of_one_statement(matter: Matter) -> None:
    """Else one "we received your request" proves that the request was refused, too, and granted."""
    matter.start()
    case, world = matter.opened(), matter.world
    message = matter.mail(case)
    assert matter.attested(case, message)[0].result == "grade_a"
    refused(matter.attested(case, message, day=22), "RefusedMail", "another statement")
    for kind, reasons in (("request.refused", ["reason_not_stated"]), ("request.fulfilled", [])):
        disclosure = disclosed(message)
        facts: dict[str, Json] = {"answered_on": "2026-11-20", "mode": "sent", "reasons": [*reasons]}
        said = world.statement(kind, REQUESTER, facts, case, digests=(disclosure.digest,))
        world.record(said)
        before = size(matter)
        refused(matter.ask(message, disclosure, said), "RefusedMail", "another statement")
        assert size(matter) == before


def test_a_second_signature_makes_no_second_mail(matter: Matter) -> None:
    """Two signatures of the company: shown with one, then with the other, then with both."""
    matter.start()
    other = MailKey.make(f"mail.{SHOP}")
    for server in matter.names:
        server.records.update(other.records())
    first, second = matter.opened(), matter.opened(2)
    plain = write_mail(f"support@mail.{SHOP}", "Your request", "We received it.", DATE)
    one, two = (key.sign(plain).removesuffix(plain) for key in (matter.key, other))
    assert matter.attested(first, one + two + plain)[0].result == "grade_d"
    refused(matter.attested(second, two + one + plain), "RefusedMail", "in another case")
    refused(matter.attested(second, two + plain, day=22), "RefusedMail", "in another case")
    plain = write_mail(f"support@mail.{SHOP}", "Your request", "We received it.", DATE, 2)
    one, two = (key.sign(plain).removesuffix(plain) for key in (matter.key, other))
    assert matter.attested(first, one + plain, day=21)[0].result == "grade_d"
    refused(matter.attested(second, two + plain, day=21), "RefusedMail", "Message-ID")


def signed_over(matter: Matter, plain: bytes, *names: bytes) -> bytes:
    """A signature of the shop over these fields, to be set above ``plain``."""
    found: bytes = dkim.sign(plain, b"mail", SHOP.encode(), matter.key.private, canonicalize=(b"relaxed", b"relaxed"),
                             include_headers=list(names))  # fmt: skip
    return found


WITHOUT_ID = (b"from", b"to", b"subject", b"date", b"mime-version", b"content-type")


@pytest.mark.parametrize("name", [f"<1@{SHOP}>", "a@x", "<a b@x>", f"<1@{SHOP}> (c)"])
@pytest.mark.parametrize("is_turned", [False, True])
def test_a_second_signature_that_covers_no_message_id(matter: Matter, name: str, is_turned: bool) -> None:
    """Either signature alone is a mail that verifies, and both are one mail, whatever its Message-ID is."""
    matter.start()
    case = matter.opened()
    plain = write_mail(f"support@{SHOP}", f"Your request [{encode_hex(case)}]", "We received it.", DATE)
    plain = plain.replace(f"<1@{SHOP}>".encode(), name.encode())
    full, part = signed_over(matter, plain, *WITHOUT_ID, b"message-id"), signed_over(matter, plain, *WITHOUT_ID)
    other = plain.replace(name.encode(), b"<2@other.example>")
    first, second = (part + other, full + plain) if is_turned else (full + plain, part + other)
    assert matter.attested(case, first)[0].result == ("grade_c" if is_turned else "grade_a")
    refused(matter.attested(case, second, day=23), "RefusedMail", "this sender, text and date")
    later = plain.replace(b"09:00:00", b"09:00:01")
    assert matter.attested(case, signed_over(matter, later, *WITHOUT_ID) + later, day=24)[0].result == "grade_c"


@pytest.mark.parametrize("name", ["a@x", "<a b@x>", f"<1@{SHOP}> (c)"])
def test_two_mails_under_one_malformed_message_id(matter: Matter, name: str) -> None:
    matter.start()
    case = matter.opened()
    for number, text in enumerate(("One text.", "Another text.")):
        plain = write_mail(f"support@{SHOP}", f"Your request [{encode_hex(case)}]", text, DATE)
        answers = matter.attested(
            case, matter.key.sign(plain.replace(f"<1@{SHOP}>".encode(), name.encode())), 22 + number
        )
        if number:
            refused(answers, "RefusedMail", "Message-ID")
        else:
            assert answers[0].result == "grade_a"


def test_a_strangers_mail_takes_no_message_id_away(matter: Matter) -> None:
    """He knows the Message-ID of an answer, has a domain and a case of his own, and is faster."""
    matter.start()
    own = MailKey.make("stranger.example")
    for server in matter.names:
        server.records |= {place: list(texts) for place, texts in own.records().items()}
    victim, strangers = matter.opened(), matter.opened(2)
    good = matter.mail(victim)
    subject = f"Your request [{encode_hex(victim)}]"
    for case in (strangers, victim):
        name = f"Your request [{encode_hex(case)}]"
        forged = own.sign(write_mail(f"support@{SHOP}", name, "We received your request.", DATE))
        assert matter.attested(case, forged)[0].result == "grade_d"
    assert subject.encode() in good and b"<1@shop.example>" in good
    assert matter.attested(victim, good, day=23)[0].result == "grade_a"


def test_a_mail_that_names_another_case(matter: Matter) -> None:
    matter.start()
    case, other = matter.opened(), matter.opened(2)
    disclosure = disclosed(message := matter.mail(other))
    statement = matter.acknowledged(case, disclosure)
    before = size(matter)
    refused(matter.ask(message, disclosure, statement), "RefusedMail", "names another case")
    assert size(matter) == before


def test_a_mail_shown_for_another_case(matter: Matter) -> None:
    matter.start()
    message = matter.mail(None)
    matter.attested(matter.opened(), message)
    case = matter.opened(2)
    refused(matter.attested(case, message), "RefusedMail", "in another case")
    more = b"X-Added: anybody can write this\r\n" + message
    refused(matter.attested(case, more, day=22), "RefusedMail", "in another case")


def test_the_same_mail_with_other_unsigned_fields(matter: Matter) -> None:
    """Two copies of one mail by two ways are one mail."""
    matter.start()
    case = matter.opened()
    message = matter.mail(case)
    copy = b"Received: from mx.mail.example by other.mail.example\r\n" + message
    first, second = disclosed(message), disclosed(copy)
    statement = matter.acknowledged(case, first, second)
    assert matter.ask(message, first, statement)[0].result == "grade_a"
    assert matter.ask(copy, second, statement)[0].result == "grade_a"
    refused(matter.attested(case, copy, day=22), "RefusedMail", "another statement")


def test_two_mails_under_one_message_id(matter: Matter) -> None:
    matter.start()
    case = matter.opened()
    assert matter.attested(case, matter.mail(case))[0].result == "grade_a"
    refused(matter.attested(case, matter.mail(case, text="Another text."), day=22), "RefusedMail", "Message-ID")
    assert matter.attested(case, matter.mail(case, 2, text="Another text."), day=21)[0].result == "grade_a"


def test_more_mails_than_a_bundle_holds(matter: Matter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attest, "MAX_MAILS", 2)
    matter.start()
    case = matter.opened()
    for number in (1, 2):
        assert matter.attested(case, matter.mail(case, number))[0].result == "grade_a"
    refused(matter.attested(case, matter.mail(case, 3)), "RefusedMail", "attests 2 mails in one case")
    other = matter.opened(2)
    assert matter.attested(other, matter.mail(other, 4))[0].result == "grade_a"


def test_a_forged_mail_takes_no_message_id_away(matter: Matter) -> None:
    """Else whoever guesses a Message-ID could keep the real mail out."""
    matter.start()
    case = matter.opened()
    message = matter.mail(case)
    forged = message.replace(b"We received", b"We refuse")
    [answer] = matter.attested(case, forged)
    assert answer.result == "failed" and [item.result for item in answer.attested] == ["failed"]
    assert matter.attested(case, message, day=22)[0].result == "grade_a"


def test_a_copy_without_the_companys_signature_locks_nothing_out(matter: Matter) -> None:
    """A mail service signed it too, and the copy has that signature alone: it proves nothing, and takes nothing."""
    matter.start()
    service = MailKey.make("mailer.example")
    for server in matter.names:
        server.records.update(service.records())
    case = matter.opened()
    copy = service.sign(write_mail(f"support@{SHOP}", f"Your request [{encode_hex(case)}]", "We received it.", DATE))
    assert matter.attested(case, copy)[0].result == "grade_d"
    assert matter.attested(case, matter.key.sign(copy), day=21)[0].result == "grade_a"
