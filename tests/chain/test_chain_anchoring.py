"""Anchors and direct submissions on a real node, with the real contract, up to the bundle."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from ledger.anchor import verify_anchor, verify_submission
from ledger.encoding import sha256
from ledger.evm import parse_header
from ledger.leaf import NO_KEY
from ledger.runtime.anchorer import Anchorer
from ledger.runtime.chain import Call, RpcRefusal
from ledger.runtime.chain_store import anchor_proof
from ledger.runtime.chain_tables import AnchorAttempt, TicketProof
from ledger.runtime.contract import anchor_call
from ledger.runtime.tables import table
from ledger.runtime.transactions import GWEI, estimate_gas
from tests.chain.live import PERIOD_S, Live, live, passed
from tests.store.world import OTHER


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """One ledger for all tests of this file; each brings its own case."""
    with live(tmp_path_factory.mktemp("chain")) as ledger:
        yield ledger


def attempts(ledger: Live) -> list[AnchorAttempt]:
    rows = table(AnchorAttempt)
    with ledger.services.store.read() as session:
        found = session.execute(select(rows).order_by(rows.c.nonce, rows.c.max_fee))
        return [AnchorAttempt(**row._mapping) for row in found]


def test_anchor_is_captured_when_it_is_final(ledger: Live) -> None:
    case = ledger.world.opened(number=1)
    ledger.world.accept(case)
    ledger.settle()
    newest = ledger.store.newest_anchor()
    assert newest is not None
    shown = verify_anchor(anchor_proof(newest), ledger.home.rules.contract, ledger.log)
    assert (shown.event.size, shown.event.root) == (newest.size, ledger.services.reader.root(newest.size))
    assert shown.event.complete_to == shown.header.timestamp == newest.timestamp
    result = ledger.assess(case.id)
    assert result.exit_code == 0, [item for item in result.checks if item.value.word != "passed"]
    [view] = [view for view in result.statements if view.shown.signed.id == case.id]
    assert view.signed_not_before and view.recorded_not_after
    assert view.signed_not_before.seconds <= view.recorded_not_after.seconds


def test_nothing_is_recorded_before_it_is_final(ledger: Live) -> None:
    ledger.settle()
    ledger.world.accept(ledger.world.opened(number=2))
    process, before = ledger.process(), ledger.store.newest_anchor()
    ledger.services.sequencer.sequence()  # type: ignore[union-attr]
    assert process.round().word == "sent"
    for _ in range(2):
        done = process.round()
        assert done.anchored > done.final and ledger.store.newest_anchor() == before
        ledger.mine()
    process.round()
    assert ledger.store.newest_anchor() != before, "two blocks later it is final"


def test_direct_submission_up_to_the_bundle(ledger: Live) -> None:
    """Followed, forced into the log, settled, its receipt kept, and shown in the bundle."""
    case = ledger.world.opened(OTHER, 3)
    taken = ledger.submit(case)
    process = ledger.process()
    done = process.round()
    assert done.word == "sent" and done.open_tickets == 1
    assert ledger.index_of(case) is not None, "in the log at once"
    ledger.settle(process)
    with ledger.services.store.read() as session:
        row = session.get(TicketProof, (ledger.home.identity.genesis, taken.ticket))
    assert row is not None
    _, event = verify_submission(anchor_proof(row), ledger.home.rules.contract, ledger.log)
    assert event.statement == case.raw and event.leaf_hash == taken.leaf_hash
    result = ledger.assess(case.id)
    assert list(result.bundle.submitted) == [taken.ticket]
    ok = passed(result)
    assert ok(f"submitted/{taken.ticket}/receipt") and ok(f"submitted/{taken.ticket}/canonical")
    assert result.exit_code == 0
    [view] = [view for view in result.statements if view.shown.signed.id == case.id]
    [direct] = view.bounds.submitted
    assert direct.block == parse_header(result.bundle.submitted[taken.ticket].header).hash
    assert view.bounds.upper is not None and view.recorded_not_after is not None
    assert view.recorded_not_after.seconds == direct.seconds <= view.bounds.upper.seconds


def test_submission_of_what_the_server_has(ledger: Live) -> None:
    """The leaf that is there settles the ticket; the log does not hold the statement twice."""
    case = ledger.world.opened(OTHER, 4)
    ledger.world.accept(case)
    ledger.settle()
    size, taken = ledger.services.reader.size(), ledger.submit(case)
    ledger.settle()
    assert ledger.services.reader.size() == size + 1, "the index leaf alone"
    assert list(ledger.assess(case.id).bundle.submitted) == [taken.ticket]


def test_submission_under_a_wrong_key(ledger: Live) -> None:
    """It hurts nobody but its sender: in the log, in no list, and the same statement can still be recorded."""
    case = ledger.world.opened(OTHER, 5)
    wrong = sha256(b"a key of his own")
    ledger.submit(case, wrong)
    ledger.submit(case, NO_KEY)
    ledger.settle()
    assert ledger.index_of(case, wrong) is not None and ledger.index_of(case) is None
    [answer] = ledger.world.accept(case)
    assert not isinstance(answer, Exception), "nobody can block a statement by sending it wrongly"
    ledger.settle()
    result = ledger.assess(case.id)
    assert result.exit_code == 0 and ledger.index_of(case) in result.bundle.statements
    assert not result.bundle.submitted or passed(result)(f"submitted/{max(result.bundle.submitted)}/receipt")


@pytest.mark.parametrize("dear", [False, True], ids=["waited too long", "too cheap for the node"])
def test_replaced_by_fee(ledger: Live, dear: bool) -> None:
    """The same nonce with a higher fee, and one of the two is mined."""
    ledger.settle()
    node = ledger.node
    node.ask("evm_setAutomine", False)
    try:
        ledger.world.accept(ledger.world.opened(number=60 + dear))
        ledger.services.sequencer.sequence()  # type: ignore[union-attr]
        process = ledger.process(replace_after_s=30)
        assert process.round().word == "sent"
        if dear:
            node.ask("anvil_setNextBlockBaseFeePerGas", hex(20 * GWEI))
            ledger.mine()
            assert process.round().word == "waiting", "this node has dropped it and does not take it back"
        else:
            assert process.round().word == "waiting"
            ledger.now += 31
        assert process.round().word == "sent"
    finally:
        node.ask("evm_setAutomine", True)
    first, second = attempts(ledger)[-2:]
    assert first.nonce == second.nonce and second.max_fee * 8 >= first.max_fee * 9
    ledger.settle(process)
    assert [row for row in (first, second) if ledger.home.chain.receipt(row.tx_hash)] == [second]


def test_the_contract_holds_the_operator_to_the_queue(ledger: Live) -> None:
    """An operator that leaves a ticket out for more than an hour cannot anchor any more."""
    ledger.settle()
    taken = ledger.submit(ledger.world.opened(OTHER, 7))
    head = ledger.services.sequencer.sequence(close=True).checkpoint  # type: ignore[union-attr]
    reader, held = ledger.services.reader, ledger.home.chain.head(ledger.home.rules.contract, ledger.log)
    data = anchor_call(head.size, head.root, reader.consistency(held.size, head.size), ())
    call = Call(ledger.log, ledger.home.rules.contract, data)
    assert estimate_gas(ledger.home.chain, call), "within the hour a ticket may wait"
    ledger.node.ask("evm_increaseTime", 3602)
    ledger.mine()
    with pytest.raises(RpcRefusal, match=rf"the contract refuses the call: Overdue\({taken.ticket}, \d+\)"):
        estimate_gas(ledger.home.chain, call)
    ledger.settle()
    assert ledger.store.newest_anchor().included == taken.ticket + 1  # type: ignore[union-attr]


def test_a_new_process_reads_again_from_the_last_anchor(ledger: Live) -> None:
    """Many blocks and a submission while nobody followed."""
    ledger.settle()
    case = ledger.world.opened(OTHER, 8)
    ledger.submit(case)
    ledger.mine(300)
    process: Anchorer = ledger.process()
    ledger.now += PERIOD_S
    ledger.settle(process)
    assert ledger.assess(case.id).bundle.submitted
