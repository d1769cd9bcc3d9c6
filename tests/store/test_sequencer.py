"""Accepting and sequencing on a real database."""

from __future__ import annotations

import pytest

from ledger.encoding import sha256
from ledger.errors import HabeasError, RefusedCase, RefusedNotFound, RuntimeLease
from ledger.leaf import NO_KEY, IndexLeaf, StatementLeaf, index_key, parse_leaf
from ledger.merkle import verify_consistency, verify_inclusion
from ledger.proof import LogProof, verify_proof
from ledger.runtime.acceptance import Receipt
from ledger.runtime.records import Records
from ledger.runtime.sequencer import DirectLeaf, Sequencer
from ledger.runtime.wiring import open_services
from tests.store.check_ledger import check_ledger
from tests.store.world import OTHER, REQUESTER, World, run_acceptance


def sequencer_of(world: World) -> Sequencer:
    assert world.services.sequencer is not None
    return world.services.sequencer


def test_leaf_zero_opens_the_ledger(world: World) -> None:
    entry = Records(world.services.store).entry(0)
    assert entry is not None and entry.kind == "ledger.opened" and entry.author == world.operator.address
    assert entry.understood and entry.role == "operator"
    assert check_ledger(world.services) == 1


def test_receipts_prove_inclusion(world: World) -> None:
    case = world.opened()
    raws = [case.raw, world.sent(case.id).raw, world.opened(OTHER).raw]
    receipts = [item for item in run_acceptance(world, raws) if isinstance(item, Receipt)]
    assert [receipt.index for receipt in receipts] == [1, 2, 3], "order of acceptance is order of the log"
    proofs = [world.services.reader.proof_for(receipt.index, receipt.size) for receipt in receipts]
    for receipt, proof in zip(receipts, proofs, strict=True):
        assert receipt.created
        verify_proof(LogProof.parse(proof), receipt.leaf_hash, world.facts.vkey, world.services.origin)
    check_ledger(world.services, [(receipt.leaf_hash, proof) for receipt, proof in zip(receipts, proofs, strict=True)])


def test_many_in_order_with_refusals_between(world: World) -> None:
    cases = [world.opened(number=number) for number in range(1, 301)]
    raws = [raw for case in cases for raw in (case.raw, world.sent(case.id).raw)]
    raws[5] = world.sent(bytes(32)).raw
    raws[9] = b"{}"
    answers = run_acceptance(world, raws)
    assert isinstance(answers[5], RefusedCase) and isinstance(answers[9], HabeasError)
    places = [answer.index for answer in answers if isinstance(answer, Receipt)]
    assert places == list(range(1, 599))
    assert check_ledger(world.services) == 599


def test_closing_appends_the_index_leaf_last(world: World) -> None:
    world.accept(world.opened())
    result = sequencer_of(world).sequence(close=True)
    assert (result.appended, result.checkpoint.size) == (2, 3)
    leaf = parse_leaf(world.services.reader.leaf(2))
    assert isinstance(leaf, IndexLeaf) and leaf.size == 2 and leaf.rule == 1
    again = sequencer_of(world).sequence(close=True)
    assert (again.appended, again.checkpoint.size) == (1, 4), "a heartbeat grows the tree even without news"
    assert sequencer_of(world).sequence().appended == 0
    check_ledger(world.services)


def test_the_batch_limit_leaves_the_rest_for_the_next_call(world: World) -> None:
    small = Sequencer(
        world.services.store, world.services.objects, world.services.lease, world.services.log_key, limit=3
    )
    world.accept(*(world.opened(number=number) for number in range(1, 9)))
    assert [small.sequence().appended for _ in range(4)] == [3, 3, 2, 0]
    check_ledger(world.services)


def test_direct_leaves_are_taken_once(world: World) -> None:
    case = world.opened()
    direct = DirectLeaf(index_key(case, world.services.origin), case.raw)
    result = sequencer_of(world).sequence(direct=[direct, direct, DirectLeaf(NO_KEY, b"no statement at all")])
    assert result.appended == 2
    assert sequencer_of(world).sequence(direct=[direct]).appended == 0
    records = Records(world.services.store)
    good, opaque = records.entry(1), records.entry(2)
    assert good is not None and good.understood and good.route == "direct" and good.case_id == case.id
    assert opaque is not None and opaque.statement_id is None and not opaque.understood
    assert world.services.reader.raw(sha256(b"no statement at all")) == b"no statement at all"
    check_ledger(world.services)


def test_the_same_leaf_over_both_routes_stands_once(world: World) -> None:
    case = world.opened()
    world.accept(case)
    direct = DirectLeaf(index_key(case, world.services.origin), case.raw)
    assert sequencer_of(world).sequence(direct=[direct]).appended == 1
    assert sequencer_of(world).sequence().appended == 0
    [admitted] = world.accept(case)
    assert not isinstance(admitted, HabeasError) and admitted.repeated
    check_ledger(world.services)


def test_a_direct_leaf_under_a_wrong_key_harms_only_its_sender(world: World) -> None:
    case = world.opened()
    sequencer_of(world).sequence(direct=[DirectLeaf(bytes([7]) * 32, case.raw)])
    entry = Records(world.services.store).entry(1)
    assert entry is not None and entry.statement_id is None
    world.record(case)
    entry = Records(world.services.store).statement(case.id)
    assert entry is not None and entry.idx == 2 and entry.understood
    check_ledger(world.services)


def test_a_second_worker_waits_for_the_lease(world: World) -> None:
    rival = open_services(world.services.settings)
    assert rival.sequencer is not None
    world.record(world.opened())
    with pytest.raises(RuntimeLease, match="takes over"):
        rival.sequencer.sequence()
    world.services.lease.release()
    assert rival.sequencer.sequence(close=True).checkpoint.size == 3
    rival.lease.release()
    world.record(world.opened(OTHER))
    assert check_ledger(world.services) == 4
    rival.close()


def test_the_reader_proves_growth_between_any_sizes(world: World) -> None:
    reader = world.services.reader
    for start in range(1, 700, 175):
        world.record(*(world.opened(number=number) for number in range(start, start + 175)))
    size = reader.size()
    assert size == 701
    for old in (1, 2, 255, 256, 257, 400, 512, 700, 701):
        verify_consistency(old, reader.root(old), size, reader.root(size), reader.consistency(old, size))
        leaf = StatementLeaf(*_key_and_digest(reader.leaf(old - 1)))
        verify_inclusion(leaf.hash(), old - 1, size, reader.inclusion(old - 1, size), reader.root(size))
        assert reader.index_of(leaf.hash()) == old - 1
    for question in (lambda: reader.inclusion(701, 701), lambda: reader.leaf(701), lambda: reader.note(5)):
        with pytest.raises(RefusedNotFound):
            question()
    with pytest.raises(RefusedNotFound, match="701 published"):
        reader.root(702)
    check_ledger(world.services)


def _key_and_digest(data: bytes) -> tuple[bytes, bytes]:
    return data[:32], data[32:64]


def test_a_lost_answer_is_repeated_for_ever(world: World) -> None:
    case = world.opened(REQUESTER)
    [first] = run_acceptance(world, [case.raw])
    world = world.reopened()
    world.final(90, 100 * 86_400)
    [again] = run_acceptance(world, [case.raw])
    assert isinstance(first, Receipt) and isinstance(again, Receipt)
    assert (again.index, again.created) == (first.index, False), "also when its recent block is long too old"
    world.services.close()
