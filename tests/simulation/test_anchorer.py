"""What the anchorer does when the chain is slow, dear, forgetful, reorganised, or not what it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from ledger.anchor import SUBMITTED_TOPIC
from ledger.errors import RuntimeChainUnavailable, RuntimeFinality, RuntimeLog
from ledger.merkle import MemoryTree, hash_leaf
from ledger.runtime.anchorer import Anchorer
from ledger.runtime.chain import Call, RpcRefusal, final_block, read_header
from ledger.runtime.chain_tables import AnchorAttempt, TicketRow
from ledger.runtime.contract import anchor_call, submit_call
from ledger.runtime.follower import RECORD_EVERY_PRACTICE_S
from ledger.runtime.tables import table
from ledger.runtime.transactions import GWEI, estimate_gas
from tests.simulation.anchoring import PERIOD_S, Simulation, check_anchoring, open_simulation
from tests.simulation.fake_chain import CONTRACT, Tx
from tests.simulation.fake_contract import Contract, Revert


@pytest.fixture
def simulation(tmp_path: Path) -> Iterator[Simulation]:
    simulation = open_simulation(tmp_path / "home")
    simulation.settle()
    yield simulation
    simulation.world.services.close()


def attempts(simulation: Simulation) -> list[AnchorAttempt]:
    with simulation.world.services.store.read() as session:
        rows = session.execute(select(table(AnchorAttempt)).order_by(table(AnchorAttempt).c.sent_at))
        return [AnchorAttempt(**row._mapping) for row in rows]


def start_anchor(simulation: Simulation) -> Anchorer:
    """An anchor was sent and waits; gives the process that sent it."""
    simulation.record()
    simulation.sequencer().sequence()
    process = simulation.process()
    assert process.round().word == "sent"
    assert len(simulation.chain.pool) == 1
    return process


def test_nothing_new_costs_nothing(simulation: Simulation) -> None:
    before = len(attempts(simulation))
    process = simulation.process()
    for _ in range(PERIOD_S * 2):
        assert process.round().word == "idle"
        simulation.chain.mine()
    assert len(attempts(simulation)) == before
    assert simulation.world.services.reader.size() == simulation.store.newest_anchor().size  # type: ignore[union-attr]


def test_new_statements_wait_for_the_period(simulation: Simulation) -> None:
    process = simulation.process()
    process.round()
    simulation.record()
    simulation.sequencer().sequence()
    words = []
    for _ in range(PERIOD_S + 1):
        words.append(process.round().word)
        simulation.chain.mine()
    assert words[:PERIOD_S] == ["idle"] * PERIOD_S and words[PERIOD_S] == "sent"


def test_heartbeat(simulation: Simulation) -> None:
    process = simulation.process(heartbeat_s=1000)
    size = simulation.world.services.reader.size()
    simulation.chain.mine(seconds=900)
    assert process.round().word == "idle"
    simulation.chain.mine(seconds=100)
    assert process.round().word == "sent"
    simulation.settle(process)
    assert simulation.store.newest_anchor().size == size + 1, "one index leaf, so that silence can be shown"  # type: ignore[union-attr]


def test_dear_blocks_replaced_by_fee(simulation: Simulation) -> None:
    """The base fee rises tenfold: the same nonce is bid up until a block takes it, and mined once."""
    process = start_anchor(simulation)
    simulation.chain.base_fee = 10 * GWEI
    nonce = attempts(simulation)[-1].nonce
    simulation.settle(process)
    tried = [row for row in attempts(simulation) if row.nonce == nonce]
    assert len(tried) == 2 and tried[0].max_fee < 10 * GWEI <= tried[1].max_fee
    assert tried[1].max_fee * 8 >= tried[0].max_fee * 9 and tried[1].priority_fee * 8 >= tried[0].priority_fee * 9
    check_anchoring(simulation, everything=True)


def test_fee_at_its_limit_waits_and_goes_on(simulation: Simulation) -> None:
    """Nothing is bid beyond the limit; what the node forgets meanwhile is handed in again."""
    process = start_anchor(simulation)
    simulation.chain.base_fee = 1000 * GWEI
    words = set()
    for _ in range(30):
        words.add(process.round().word)
        simulation.chain.mine()
    assert "fee at its limit" in words
    assert max(row.max_fee for row in attempts(simulation)) == 100 * GWEI
    simulation.chain.pool.clear()
    for _ in range(10):
        process.round()
        simulation.chain.mine()
    assert len(simulation.chain.pool) == 1, "handed in again"
    simulation.chain.base_fee = GWEI
    simulation.settle(process)
    check_anchoring(simulation, everything=True)


def test_forgotten_transaction_is_sent_again(simulation: Simulation) -> None:
    process = start_anchor(simulation)
    count = len(attempts(simulation))
    simulation.chain.pool.clear()
    assert process.round().word == "waiting" and len(simulation.chain.pool) == 1
    simulation.settle(process)
    assert len(attempts(simulation)) == count


def test_lost_answer_to_a_send(simulation: Simulation) -> None:
    """The node took it and the answer was lost: it is not sent under another nonce."""
    simulation.record()
    simulation.sequencer().sequence()
    chain = simulation.chain

    def lose(name: str) -> None:
        if name == "sent":
            chain.on_call = lambda name: None
            raise RuntimeChainUnavailable("the connection was cut")

    chain.on_call = lose
    process = simulation.process()
    with pytest.raises(RuntimeChainUnavailable):
        process.round()
    assert process.round().word == "waiting"
    simulation.settle(process)
    assert len({row.nonce for row in attempts(simulation)}) == len(attempts(simulation))
    check_anchoring(simulation, everything=True)


def test_lost_attempt_row_is_outbid(simulation: Simulation) -> None:
    """A database from before the attempt: the unknown transaction is in the way, and replaced at once."""
    start_anchor(simulation)
    newest = attempts(simulation)[-1]
    rows = table(AnchorAttempt)
    simulation.world.services.store.transact(
        lambda session: session.execute(delete(rows).where(rows.c.tx_hash == newest.tx_hash))
    )
    simulation.settle()
    check_anchoring(simulation, everything=True)


def test_nonce_taken_by_another_call(simulation: Simulation) -> None:
    """Sent by hand with the same key: the anchor that it displaced goes out again at once, under the next nonce."""
    process, chain = start_anchor(simulation), simulation.chain
    [tx] = chain.pool.values()
    rival = replace(tx, hash=b"\x02" * 32, data=submit_call(bytes(20), bytes(32), b"to a log that was never born"))
    chain.pool = {rival.hash: rival}
    chain.mine()
    simulation.record()
    simulation.sequencer().sequence()
    assert process.round().word == "sent"
    first, second = attempts(simulation)[-2:]
    assert (second.size, second.nonce) == (first.size, first.nonce + 1)
    simulation.settle(process)
    check_anchoring(simulation, everything=True)


def test_flood_of_tickets(simulation: Simulation) -> None:
    """130 overdue tickets do not brick the log: 64 at a time, block after block."""
    for _ in range(130):
        simulation.submit()
    simulation.chain.mine()
    simulation.chain.mine(seconds=4000)
    process = simulation.process()
    rounds = [simulation.round(process) for _ in range(9)]
    assert [row.forced for row in attempts(simulation)][-3:] == [64, 64, 2]
    assert all(done and done.word in ("sent", "waiting", "idle") for done in rounds)
    simulation.settle(process)
    check_anchoring(simulation, everything=True)


def test_tickets_do_not_wait_for_the_period(simulation: Simulation) -> None:
    process = simulation.process()
    process.round()
    simulation.submit()
    simulation.chain.mine()
    done = process.round()
    assert done.word == "sent" and done.open_tickets == 1
    assert attempts(simulation)[-1].forced == 1


def test_same_statement_on_both_routes_and_twice(simulation: Simulation) -> None:
    """One leaf settles both tickets, and the server's acceptance is the same leaf."""
    simulation.submit()
    simulation.number -= 1
    simulation.submit()
    simulation.number -= 1
    simulation.record()
    simulation.settle()
    assert len(set(simulation.direct + simulation.recorded)) == 1
    check_anchoring(simulation, everything=True)


def test_hidden_event_is_noticed(simulation: Simulation) -> None:
    """A node that keeps events back: nothing is anchored past the ticket, and nothing is lost later."""
    simulation.submit()
    simulation.chain.mine()
    simulation.chain.hidden = frozenset({SUBMITTED_TOPIC})
    process, held = simulation.process(), attempts(simulation)
    for _ in range(5):
        with pytest.raises(RuntimeChainUnavailable, match="shows events of 0 tickets .* but the contract took 1"):
            process.round()
        simulation.chain.mine()
    assert attempts(simulation) == held
    simulation.chain.hidden = frozenset()
    simulation.settle(process)
    check_anchoring(simulation, everything=True)


def test_gap_in_final_events_is_noticed(simulation: Simulation) -> None:
    simulation.submit()
    simulation.chain.mine()
    simulation.chain.hidden = frozenset({SUBMITTED_TOPIC})
    simulation.chain.mine(5)
    process = simulation.process()
    with pytest.raises(RuntimeChainUnavailable):
        process.round()
    simulation.chain.hidden = frozenset()
    simulation.submit()
    simulation.chain.mine(5)
    simulation.settle(process)
    check_anchoring(simulation, everything=True)


def test_head_that_is_not_ours(simulation: Simulation) -> None:
    """Somebody else anchors with our key, or the database is older than the log."""
    reader, chain = simulation.world.services.reader, simulation.chain
    held, foreign = reader.size(), hash_leaf(b"another log")
    tree = MemoryTree([hash_leaf(reader.leaf(index)) for index in range(held)])
    tree.append(foreign)
    data = anchor_call(held + 1, tree.root(), tree.consistency(held), ())
    tx = Tx(b"\x01" * 32, simulation.log, chain.blocks[-1].nonces[simulation.log], data, 10**12, GWEI)
    chain.pool[tx.hash] = tx
    chain.mine()
    process = simulation.process()
    with pytest.raises(RuntimeLog, match=f"holds a head of {held + 1} leaves with root .* that this log never had"):
        process.round()
    chain.mine(3)
    with pytest.raises(RuntimeLog, match="another log anchors with the same key, or the database is older"):
        process.round()


@pytest.mark.parametrize("depth", [1, 5, 64])
@pytest.mark.parametrize("keep", [True, False], ids=["transactions kept", "transactions dropped"])
def test_reorganised_below_finality(tmp_path: Path, depth: int, keep: bool) -> None:
    simulation = open_simulation(tmp_path / "home", depth=64)
    process = simulation.settle()
    for _ in range(4):
        simulation.record()
        simulation.submit()
        simulation.sequencer().sequence()
        simulation.chain.mine(seconds=PERIOD_S)
        for _ in range(3):
            simulation.round(process)
    simulation.chain.mine(70 - depth)
    assert simulation.chain.blocks[-1].contract.heads[simulation.log].size
    simulation.chain.reorg(depth, keep=keep)
    simulation.direct = [] if not keep else simulation.direct
    for _ in range(20):
        simulation.round(process)
    check_anchoring(simulation)
    simulation.record()
    for _ in range(2):
        simulation.chain.mine(40)
        simulation.settle(process)
    check_anchoring(simulation, everything=True)
    simulation.world.services.close()


def test_finality_violated(simulation: Simulation) -> None:
    simulation.record()
    process = simulation.settle()
    anchor = simulation.store.newest_anchor()
    assert anchor is not None
    simulation.chain.reorg(len(simulation.chain.blocks) - anchor.block_number, keep=True)
    simulation.chain.mine(3)
    for other in (process, simulation.process()):
        with pytest.raises(RuntimeFinality, match="finality violated: block .* was final.*recording goes on"):
            other.round()
    simulation.record()
    simulation.sequencer().sequence()
    assert simulation.world.services.reader.index_of(simulation.recorded[-1]) is not None, "recording goes on"


def test_node_that_is_behind(simulation: Simulation) -> None:
    process = simulation.settle()
    blocks = simulation.chain.blocks
    simulation.chain.blocks = blocks[:-6]
    with pytest.raises(RuntimeChainUnavailable, match="the node is behind"):
        process.round()
    simulation.chain.blocks = blocks
    simulation.chain.mine()
    assert process.round().word == "idle"


def test_chain_starts_over(simulation: Simulation) -> None:
    """Another genesis: everything is anchored again there; the old rows stay and are not touched."""
    simulation.record()
    simulation.submit()
    simulation.settle()
    old = simulation.store.newest_anchor()
    assert old is not None
    simulation.chain.reset(1)
    simulation.chain.mine(3)
    store = simulation.store
    store.record_home(CONTRACT, simulation.chain.now)
    store.record_final(read_header(final_block(simulation.chain, "finalized")))
    assert store.newest_anchor() is None
    simulation.record()
    simulation.settle()
    newest = simulation.store.newest_anchor()
    assert newest is not None and newest.genesis != old.genesis and newest.size > old.size
    check_anchoring(simulation, everything=True)


def test_ticket_of_a_replaced_block_has_two_rows(simulation: Simulation) -> None:
    """The contract's own 27 bytes say which of them counts."""
    process = simulation.process()
    simulation.submit()
    simulation.chain.mine()
    process.follower.follow()
    simulation.chain.reorg(1, keep=False)
    simulation.direct.clear()
    simulation.submit()
    simulation.settle(process)
    with simulation.world.services.store.read() as session:
        rows = session.execute(select(table(TicketRow))).all()
    assert [row.number for row in rows] == [0, 0] and len({row.leaf_hash for row in rows}) == 2
    check_anchoring(simulation, everything=True)


def test_an_operator_that_would_skip_a_ticket(simulation: Simulation) -> None:
    """The simulated contract refuses as the real one does: this is what the anchorer is held by."""
    simulation.submit()
    simulation.chain.mine()
    simulation.sequencer().sequence(close=True)
    reader, log = simulation.world.services.reader, simulation.log
    contract: Contract = simulation.chain.blocks[-1].contract
    held, size = contract.heads[log].size, reader.size()
    data = anchor_call(size, reader.root(size), reader.consistency(held, size), ())
    assert contract.copy().call(log, data, simulation.chain.now + 3600), "within the hour it may wait"
    with pytest.raises(Revert, match="Overdue"):
        contract.copy().call(log, data, simulation.chain.now + 3601)
    simulation.chain.now += 3601
    with pytest.raises(RpcRefusal, match=r"the contract refuses the call: Overdue\(0, \d+\)"):
        estimate_gas(simulation.chain, Call(log, CONTRACT, data))


def test_the_practice_chain_records_every_final_block(simulation: Simulation) -> None:
    """Its blocks come each second, and bounds within a demo are to move with them."""

    def recorded(process: Anchorer) -> int:
        numbers = set()
        for _ in range(6):
            simulation.chain.mine()
            process.round()
            newest = simulation.store.newest_final()
            assert newest is not None
            numbers.add(newest.number)
        return len(numbers)

    simulation.settle()
    assert recorded(simulation.process(record_every_s=1000)) == 1
    assert recorded(simulation.process(record_every_s=RECORD_EVERY_PRACTICE_S)) == 6
