"""One rule on both sides: what a server projects of a history is what a verifier reads out of a bundle of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.bundle import Bundle, ShownStatement
from ledger.leaf import index_key
from ledger.policy import parse_policy
from ledger.runtime.records import Records
from ledger.runtime.sequencer import DirectLeaf
from ledger.runtime.trust import own_policy
from ledger.statement import SignedStatement
from ledger.verification.parties import Parties
from tests.store.test_refusals import acknowledged
from tests.store.world import ATTESTER, OTHER, REQUESTER, SHOP, SHOP_OLD, World, open_world

Told = list[tuple[SignedStatement, str]]
History = Callable[[World, SignedStatement], Told]
NOBODY = "unknown"


def bound_again(w: World, c: SignedStatement) -> Told:
    return [
        (acknowledged(w, c, SHOP), NOBODY),
        (w.bound(w.operator, SHOP), "operator"),
        (w.statement("request.acknowledged", SHOP, {"received_on": "2026-11-22"}, c.id), "company"),
        (w.bound(SHOP, SHOP, revoked=True), "company"),
        (w.statement("request.acknowledged", SHOP, {"received_on": "2026-11-23"}, c.id), NOBODY),
        (w.bound(w.operator, SHOP, revoked=True), NOBODY),
        (w.statement("company.key_bound", w.operator, binding(SHOP, "2026-11-24")), "operator"),
        (w.statement("request.acknowledged", SHOP, {"received_on": "2026-11-24"}, c.id), "company"),
    ]


def second_key(w: World, c: SignedStatement) -> Told:
    return [
        (w.bound(SHOP_OLD, SHOP), NOBODY),
        (w.bound(w.operator, SHOP_OLD), "operator"),
        (w.statement("company.key_bound", SHOP_OLD, binding(SHOP, "2026-11-22")), "company"),
        (acknowledged(w, c, SHOP), "company"),
        (w.bound(w.operator, SHOP_OLD, revoked=True), "operator"),
        (acknowledged(w, c, SHOP_OLD), NOBODY),
        (w.statement("request.acknowledged", SHOP, {"received_on": "2026-11-23"}, c.id), "company"),
    ]


def attesters(w: World, c: SignedStatement) -> Told:
    return [
        (w.bound(ATTESTER, SHOP), NOBODY),
        (w.attester(ATTESTER, ["dns"]), "operator"),
        (w.statement("company.key_bound", ATTESTER, binding(SHOP, "2026-11-21")), NOBODY),
        (attested(w, c, "dkim"), NOBODY),
        (attested(w, c, "dns"), "attester"),
        (w.attester(ATTESTER, ["company_key"]), "operator"),
        (w.statement("company.key_bound", ATTESTER, binding(SHOP, "2026-11-22")), "attester"),
        (acknowledged(w, c, SHOP), "company"),
        (w.bound(w.operator, SHOP, revoked=True), NOBODY),
        (w.statement("company.key_revoked", ATTESTER, binding(SHOP, "2026-11-23")), "attester"),
        (w.sent(c.id, ATTESTER), NOBODY),
    ]


def other_company(w: World, c: SignedStatement) -> Told:
    return [
        (w.sent(c.id, company="other.example"), NOBODY),
        (w.sent(c.id, OTHER), NOBODY),
        (w.sent(c.id), "requester"),
        (w.bound(w.operator, SHOP, "other.example"), "operator"),
        (acknowledged(w, c, SHOP), NOBODY),
        (w.statement("case.mediated", REQUESTER, {"by": "someone"}, c.id), NOBODY),
        (w.statement("attester.bound", OTHER, {"key": "0x" + "11" * 20, "scope": []}, company=None), NOBODY),
    ]


def operator_in_two_parts(w: World, c: SignedStatement) -> Told:
    """Who is operator and something else writes a binding as the operator."""
    return [
        (w.attester(w.operator, ["company_key"]), "operator"),
        (w.bound(w.operator, w.operator), "operator"),
        (w.bound(w.operator, SHOP), "operator"),
        (acknowledged(w, c, w.operator), "company"),
    ]


def binding(key: object, day: str) -> dict[str, object]:
    return {"key": "0x" + key.address.hex(), "method": "dns", "checked_at": f"{day}T09:00:00Z"}  # type: ignore[attr-defined]


def attested(w: World, case: SignedStatement, check: str) -> SignedStatement:
    facts = {"at": "2026-11-20T09:00:00Z", "check": check, "digest": "0x" + "a1" * 32, "result": "passed"}
    return w.statement("evidence.attested", ATTESTER, {**facts, "statement": "0x" + case.id.hex()}, case.id)


@pytest.mark.parametrize("history", [bound_again, second_key, attesters, other_company, operator_in_two_parts])
def test_both_sides_read_the_same_roles(tmp_path: Path, history: History) -> None:
    world = open_world(tmp_path)
    case = world.opened()
    told: Told = [(case, "requester"), *history(world, case)]
    assert world.services.sequencer is not None
    for signed, _ in told:
        leaf = DirectLeaf(index_key(signed, world.services.origin), signed.raw)
        world.services.sequencer.sequence(direct=[leaf])
    entries = [entry for entry in Records(world.services.store).entries() if entry.idx]
    projected = [(entry.kind, entry.role or NOBODY, entry.understood) for entry in entries]
    expected = [(signed.statement.kind, role, role != NOBODY) for signed, role in told]
    assert projected == expected
    shown = {entry.idx: ShownStatement(entry.idx, told[place][0], None, None) for place, entry in enumerate(entries)}
    read = parties(world, case, shown)
    assert [read.standing(item).role for item in shown.values()] == [role for _, role in told]


def parties(world: World, case: SignedStatement, shown: dict[int, ShownStatement]) -> Parties:
    """The parties under a policy that lists the ledger and knows no key of its own."""
    services = world.services
    trust = own_policy(services.store, services.settings)
    bundle = Bundle(services.origin, case.id, shown, {}, {}, None, (), {})
    return Parties.of(bundle, parse_policy(trust))
