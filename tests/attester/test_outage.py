"""Faults of the ledger under an attester: what was signed is sent again, and what was not uses up nothing."""

from __future__ import annotations

import pytest

from ledger.encoding import encode_hex
from ledger.errors import RefusedRecentBlockAge, RuntimeFault, RuntimeLedger
from ledger.runtime.attester import attest
from ledger.statement import RecentBlock, SignedStatement
from tests.attester.conftest import Matter, disclosed


def test_a_ledger_that_is_gone(matter: Matter, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was signed is kept, and sent when the ledger is back: no second statement."""
    one = matter.start()
    case = matter.opened()
    disclosure = disclosed(message := matter.mail(case))
    statement = matter.acknowledged(case, disclosure)
    sent: list[SignedStatement] = []

    def gone(signed: SignedStatement) -> object:
        sent.append(signed)
        raise RuntimeFault("the cable is cut")

    with monkeypatch.context() as cut:
        cut.setattr(matter.client, "submit", gone)
        [answer] = matter.ask(message, disclosure, statement)
    assert type(answer.error).__name__ == "RuntimeLedger"
    [answer] = matter.ask(message, disclosure, statement)
    assert answer.result == "grade_a"
    assert answer.attested[0].signed.raw == sent[0].raw
    assert one.url == answer.url


def test_an_outage_uses_up_nothing(matter: Matter, monkeypatch: pytest.MonkeyPatch) -> None:
    """No place among the mails of a case, and no claim: what was not signed was not shown."""
    monkeypatch.setattr(attest, "MAX_MAILS", 1)
    matter.start()
    case = matter.opened()
    disclosure = disclosed(message := matter.mail(case))
    statement = matter.acknowledged(case, disclosure)

    def gone(*_: object) -> RecentBlock:
        raise RuntimeLedger("the cable is cut")

    with monkeypatch.context() as cut:
        cut.setattr(attest, "quote", gone)
        for _ in range(3):
            assert type(matter.ask(message, disclosure, statement)[0].error).__name__ == "RuntimeLedger"
    second = disclosed(message)
    [answer] = matter.ask(message, second, matter.acknowledged(case, second, day=22))
    assert answer.result == "grade_a"


def test_an_answer_that_waited_too_long(matter: Matter, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was recorded stays; only what never came into the log is signed again, over the same facts."""
    matter.start()
    case = matter.opened()
    disclosure = disclosed(message := matter.mail(case))
    statement = matter.acknowledged(case, disclosure)
    real, first = matter.client.submit, list[SignedStatement]()

    def half(signed: SignedStatement) -> object:
        first.append(signed)
        if signed.statement.facts["check"] == "dns":
            raise RuntimeFault("the cable is cut")
        return real(signed)

    def late(signed: SignedStatement) -> object:
        if signed.raw == first[1].raw:
            raise RefusedRecentBlockAge("a day has passed")
        return real(signed)

    with monkeypatch.context() as cut:
        cut.setattr(matter.client, "submit", half)
        assert type(matter.ask(message, disclosure, statement)[0].error).__name__ == "RuntimeLedger"
    matter.chain.grow()
    with monkeypatch.context() as cut:
        cut.setattr(matter.client, "submit", late)
        [answer] = matter.ask(message, disclosure, statement)
    dkim, dns = answer.attested
    assert dkim.signed.raw == first[0].raw
    assert dns.signed.raw != first[1].raw and dns.signed.statement.facts == first[1].statement.facts
    [again] = matter.ask(message, disclosure, statement)
    assert [item.signed.raw for item in again.attested] == [item.signed.raw for item in answer.attested]


def test_an_attester_that_is_not_bound(matter: Matter) -> None:
    one = matter.start(bound=())
    case = matter.opened()
    disclosure = disclosed(message := matter.mail(case))
    statement = matter.acknowledged(case, disclosure)
    [answer] = matter.ask(message, disclosure, statement)
    assert type(answer.error).__name__ == "RefusedRole"
    bound = {"key": encode_hex(one.address), "scope": ["dkim", "dns"]}
    matter.world.record(matter.world.statement("attester.bound", matter.world.operator, bound, company=None))
    assert matter.ask(message, disclosure, statement)[0].result == "grade_a"
