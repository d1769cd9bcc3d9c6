"""Each refusal is an error of its own and changes nothing: the whole database is compared."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ledger import errors
from ledger.runtime.acceptance import Receipt
from ledger.runtime.projection import Row
from ledger.statement import SignedStatement, encode
from tests.store.world import (
    ATTESTER,
    DAY,
    OTHER,
    REQUESTER,
    SENT,
    SHOP,
    World,
    key_of,
    run_acceptance,
)

Making = Callable[[World, SignedStatement], SignedStatement | bytes]

BAD: dict[str, tuple[Making, type[errors.HabeasError]]] = {
    "not json": (lambda w, c: b"never", errors.MalformedJson),
    "too large": (lambda w, c: b" " * 8193, errors.MalformedSize),
    "no envelope": (lambda w, c: b"{}", errors.MalformedStatement),
    "prose": (
        lambda w, c: w.statement("request.sent", REQUESTER, {**SENT, "note": "please"}, c.id),
        errors.MalformedFacts,
    ),
    "prose in an unknown kind": (
        lambda w, c: w.statement("case.mediated", REQUESTER, {"note": "they laughed at me"}, c.id),
        errors.MalformedFacts,
    ),
    "stranger in an unknown kind": (
        lambda w, c: w.statement("case.mediated", OTHER, {"by": "someone"}, c.id),
        errors.RefusedRole,
    ),
    "unknown ledger": (lambda w, c: w.sent(c.id, ledger="other.example/log"), errors.RefusedLedger),
    "foreign signature": (
        lambda w, c: encode(w.sent(c.id).statement, w.sent(c.id, OTHER).signature),
        errors.VerificationSignature,
    ),
    "high s": (lambda w, c: high_s(w.sent(c.id)), errors.MalformedSignature),
    "block not final": (
        lambda w, c: w.sent(c.id, recent_block=type(w.recent)(bytes([9]) * 32, 7)),
        errors.RefusedRecentBlock,
    ),
    "block of another number": (
        lambda w, c: w.sent(c.id, recent_block=type(w.recent)(w.recent.hash, 8)),
        errors.RefusedRecentBlock,
    ),
    "old block": (lambda w, c: w.sent(c.id, recent_block=old_block(w)), errors.RefusedRecentBlockAge),
    "unknown case": (lambda w, c: w.sent(bytes(32)), errors.RefusedCase),
    "other company": (lambda w, c: w.sent(c.id, company="other.example"), errors.RefusedCompany),
    "stranger": (lambda w, c: w.sent(c.id, OTHER), errors.RefusedRole),
    "unbound company key": (lambda w, c: acknowledged(w, c, SHOP), errors.RefusedRole),
    "duplicate": (lambda w, c: resigned(c), errors.RefusedDuplicate),
    "nothing to withhold": (lambda w, c: w.withheld(bytes(32)), errors.RefusedNotFound),
    "withholding by others": (lambda w, c: w.withheld(c.digest, OTHER), errors.RefusedRole),
    "attester bound by others": (
        lambda w, c: w.statement("attester.bound", OTHER, {"key": "0x" + "11" * 20, "scope": []}, company=None),
        errors.RefusedRole,
    ),
}


def acknowledged(world: World, case: SignedStatement, author: object) -> SignedStatement:
    return world.statement("request.acknowledged", author, {"received_on": "2026-11-21"}, case.id)  # type: ignore[arg-type]


def old_block(world: World) -> object:
    """A block 24 hours and one second before the newest."""
    return world.final(3, 9 * DAY - 1)


def high_s(signed: SignedStatement) -> bytes:
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    s = order - int.from_bytes(signed.signature[32:64])
    flipped = signed.signature[:32] + s.to_bytes(32) + bytes([55 - signed.signature[64]])
    return encode(signed.statement, flipped)


def resigned(signed: SignedStatement) -> bytes:
    """The same words under another valid signature: a nonce of our own choice instead of RFC 6979's."""
    from coincurve import PrivateKey

    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    nonce, private = 12345, int.from_bytes(REQUESTER.private)
    point = PrivateKey.from_int(nonce).public_key.point()
    r = point[0] % order
    s = pow(nonce, -1, order) * (int.from_bytes(signed.statement.signing_hash()) + r * private) % order
    odd = point[1] & 1
    if s > order // 2:
        s, odd = order - s, odd ^ 1
    return encode(signed.statement, r.to_bytes(32) + s.to_bytes(32) + bytes([27 + odd]))


def settled(world: World) -> SignedStatement:
    case = world.opened()
    world.record(case)
    return case


def test_no_refusal_changes_anything(world: World) -> None:
    case = settled(world)
    made = {name: make(world, case) for name, (make, _) in BAD.items()}
    raws = [item if isinstance(item, bytes) else item.raw for item in made.values()]
    before = world.dump()
    answers = run_acceptance(world, raws)
    found = {name: type(answer) for name, answer in zip(made, answers, strict=True)}
    assert found == {name: error for name, (_, error) in BAD.items()}
    assert world.dump() == before


def test_one_refusal_does_not_touch_its_neighbours(world: World) -> None:
    case = settled(world)
    good = [world.sent(case.id, day=day).raw for day in (1, 2)]
    answers = run_acceptance(world, [good[0], world.sent(bytes(32)).raw, good[1]])
    assert [type(answer) for answer in answers] == [Receipt, errors.RefusedCase, Receipt]


def test_a_duplicate_names_the_first_index(world: World) -> None:
    case = settled(world)
    [answer] = run_acceptance(world, [resigned(case)])
    assert isinstance(answer, errors.RefusedDuplicate) and answer.index == 1
    fresh = world.opened(OTHER)
    first, second = world.accept(fresh, fresh)
    assert not isinstance(second, errors.HabeasError) and second.repeated, "twice in one group is once"


def test_nothing_is_known_of_a_chain_without_final_blocks(world: World) -> None:
    with world.services.store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM final_block")
    [answer] = world.accept(world.opened())
    assert isinstance(answer, errors.RefusedRecentBlock) and "try again" in str(answer)


@pytest.mark.parametrize("later", ["same group", "later group", "other process"])
def test_a_case_is_known_as_soon_as_it_is_accepted(world: World, later: str) -> None:
    case, sent = world.opened(), world.sent(world.opened().id)
    if later == "same group":
        answers = world.accept(case, sent)
    else:
        world.accept(case)
        if later == "other process":
            world.record()
        else:
            assert isinstance(world.accept(sent)[0], errors.RefusedCase), "another process waits for the log"
            world.record()
        answers = world.accept(sent)
    assert not any(isinstance(answer, errors.HabeasError) for answer in answers)


def test_company_keys_over_their_life(world: World) -> None:
    case = settled(world)
    key, next_key, stranger = SHOP, key_of("shop, next key"), key_of("stranger")

    def refused(statement: SignedStatement) -> bool:
        return isinstance(world.accept(statement)[0], errors.RefusedRole)

    assert refused(acknowledged(world, case, key))
    assert refused(world.bound(stranger, stranger))
    world.record(world.bound(world.operator, key))
    world.record(acknowledged(world, case, key), world.bound(key, next_key))
    assert refused(world.bound(key, stranger, company="other.example")), "a key speaks for its company only"
    assert refused(world.bound(stranger, key, revoked=True))
    assert refused(world.bound(key, next_key, company="other.example", revoked=True))
    world.record(world.bound(world.operator, key, revoked=True))
    assert refused(world.statement("deadline.extended", key, EXTENDED, case.id)), "revoked"
    world.record(world.statement("deadline.extended", next_key, EXTENDED, case.id))
    world.record(world.bound(next_key, next_key, revoked=True))
    assert refused(world.statement("deadline.extended", next_key, {**EXTENDED, "reason": "complexity"}, case.id))


EXTENDED = {"until": "2027-01-20", "reason": "legal_cause", "notified_on": "2026-11-25"}


def test_attesters_act_within_their_scope(world: World) -> None:
    case = settled(world)
    facts = {"at": "2026-11-20T09:00:00Z", "check": "dns", "digest": "0x" + "a1" * 32, "result": "passed"}
    attested = world.statement("evidence.attested", ATTESTER, {**facts, "statement": "0x" + "b2" * 32}, case.id)
    assert isinstance(world.accept(attested)[0], errors.RefusedRole)
    world.record(world.attester(ATTESTER, ["dns"]))
    world.record(attested)
    assert isinstance(world.accept(world.bound(ATTESTER, SHOP))[0], errors.RefusedRole), "no scope company_key"


def rows(world: World, name: str) -> list[Row]:
    return [dict(enumerate(row)) for row in world.dump()[name]]


def test_what_waits_can_be_answered_by_another_server(world: World) -> None:
    """Two servers accept the same bytes at the same time: one row, two good answers."""
    case = world.opened()
    first, second = world.accept(case), world.accept(case)
    assert [answer.repeated for answer in (*first, *second) if not isinstance(answer, errors.HabeasError)] == [
        False,
        True,
    ]
    assert len(rows(world, "submission")) == 2 and len(rows(world, "waiting")) == 1
