"""The reading side: what the API and the commands ask."""

from __future__ import annotations

from ledger.runtime.records import CompanyRecord, Records
from tests.store.test_refusals import acknowledged
from tests.store.world import COMPANY, OTHER, REQUESTER, SHOP, World


def test_a_company_is_listed_once_it_has_spoken(world: World) -> None:
    records, case = Records(world.services.store), world.opened()
    world.record(case, world.opened(OTHER), world.bound(world.operator, SHOP))
    assert records.companies() == [] and records.company(COMPANY) is None, "others spoke of it, it did not"
    world.record(acknowledged(world, case, SHOP))
    assert records.companies() == [COMPANY]
    assert records.company(COMPANY) == CompanyRecord(COMPANY, cases=1, statements=1), "the other case is quiet"
    assert records.companies(after=COMPANY) == []


def test_companies_come_in_pages(world: World) -> None:
    records, names = Records(world.services.store), ["a.example", "b.example", "c.example"]
    for number, name in enumerate(names, 1):
        case = world.opened(number=number, company=name)
        world.record(case, world.bound(world.operator, SHOP, name))
        facts = {"received_on": "2026-11-21"}
        world.record(world.statement("request.acknowledged", SHOP, facts, case.id, name))
    assert records.companies(limit=2) == names[:2]
    assert records.companies(after=names[1]) == names[2:]


def test_a_case_in_log_order_and_in_pages(world: World) -> None:
    records, case = Records(world.services.store), world.opened()
    world.record(case, world.opened(OTHER), *(world.sent(case.id, day=day) for day in range(1, 6)))
    found = records.of_case(case.id)
    assert [entry.idx for entry in found] == [1, 3, 4, 5, 6, 7]
    assert [entry.idx for entry in records.of_case(case.id, after=4, limit=2)] == [5, 6]
    assert found[0].author == REQUESTER.address and found[0].role == "requester"
    assert records.of_case(bytes(32)) == []
    assert [entry.idx for entry in records.of_kind("case.opened")] == [1, 2]
    assert [entry.idx for entry in records.of_kind("case.opened", after=1)] == [2]
    assert [entry.idx for entry in records.of_company(COMPANY, after=2, limit=2)] == [3, 4]
    assert [entry.idx for entry in records.of_company(COMPANY, kind="case.opened")] == [1, 2]
    assert [entry.idx for entry in records.entries(after=5)] == [6, 7]


def test_statements_and_their_bytes(world: World) -> None:
    records, case = Records(world.services.store), world.opened()
    world.record(case)
    entry = records.statement(case.id)
    assert entry is not None and entry == records.entry(1)
    assert records.raw(entry.digest) == case.raw and records.raw(bytes(32)) is None
    assert records.raws([entry.digest, bytes(32)]) == {entry.digest: case.raw}
    assert records.statement(bytes(32)) is None and records.entry(2) is None
    assert records.withheld(entry.digest) is None


def test_keys_of_a_company(world: World) -> None:
    records = Records(world.services.store)
    world.record(world.bound(world.operator, SHOP))
    assert records.key_ring(COMPANY).accepts(SHOP.address)
    world.record(world.bound(SHOP, SHOP, revoked=True))
    events = records.key_events(COMPANY)
    assert [(event.idx, event.revoked, event.attester) for event in events] == [
        (1, False, world.operator.address),
        (2, True, SHOP.address),
    ]
    assert (events[0].method, events[0].checked_at) == ("dns", 1_795_165_200)
    assert not records.key_ring(COMPANY).accepts(SHOP.address)
    assert records.key_events("other.example") == []
