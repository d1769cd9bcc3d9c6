"""A ledger on a chain in memory: what the anchoring simulations share.

``Simulation`` holds a real store, a real sequencer and ``FakeChain``; ``check_anchoring`` re-verifies all
that the chain and the tables of the chain show, and trusts neither.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from ledger.anchor import ANCHORED_TOPIC, parse_anchored, verify_anchor, verify_submission
from ledger.encoding import sha256
from ledger.errors import RuntimeChainUnavailable
from ledger.evm import keccak256
from ledger.leaf import NO_KEY, IndexLeaf, StatementLeaf, index_key, parse_leaf
from ledger.merkle import MemoryTree
from ledger.runtime.anchorer import Anchorer, AnchorRules, Round
from ledger.runtime.chain import final_block, read_header
from ledger.runtime.chain_store import ChainStore, anchor_proof
from ledger.runtime.chain_tables import AnchorRow, TicketProof
from ledger.runtime.sequencer import Sequencer
from ledger.runtime.tables import Leaf, Waiting, table
from ledger.runtime.wiring import ChainFacts, open_ledger, open_services
from ledger.statement import RecentBlock
from tests.simulation.fake_chain import CHAIN_ID, CODE, CONTRACT, FakeChain
from tests.store.check_ledger import check_ledger
from tests.store.world import REQUESTER, World, settings_in

PERIOD_S = 10
Step = Callable[[str], None]


class Killed(BaseException):
    """The process is gone. No ``except Exception`` sees it."""


def no_step(_name: str) -> None:
    return None


@dataclass
class Simulation:
    """One ledger, opened on the chain. ``recorded`` and ``direct`` are the leaf hashes promised so far."""

    world: World
    chain: FakeChain
    recorded: list[bytes] = field(default_factory=list)
    direct: list[bytes] = field(default_factory=list)
    number: int = 0

    @property
    def log(self) -> bytes:
        return self.world.operator.address

    @property
    def store(self) -> ChainStore:
        self.chain.on_call, asked = no_step, self.chain.on_call
        store = ChainStore(self.world.services.store, self.chain.identity())
        self.chain.on_call = asked
        return store

    def sequencer(self, step: Step = no_step) -> Sequencer:
        services = self.world.services
        assert services.log_key is not None
        return Sequencer(services.store, services.objects, services.lease, services.log_key, 5000, step)

    def process(self, step: Step = no_step, **rules: int) -> Anchorer:
        """What a worker that starts now has: nothing but the store, the log and the chain."""
        services = self.world.services
        given = AnchorRules(contract=CONTRACT, code_hash=keccak256(CODE), period_s=PERIOD_S, replace_after_s=5, **rules)  # type: ignore[arg-type]
        return Anchorer(
            self.chain, self.store, services.reader, self.sequencer(step), self.world.operator.private, given,
            lambda: float(self.chain.now), step,
        )  # fmt: skip

    # --- what people do ---------------------------------------------------------------------------

    def record(self) -> None:
        """A statement over the server's route: accepted, durable, not in the log yet."""
        self.number += 1
        [answer] = self.world.accept(self.world.opened(number=self.number))
        assert not isinstance(answer, Exception), answer
        self.recorded.append(answer.examined.leaf_hash)

    def submit(self, *, wrong_key: bool = False, garbage: bool = False) -> None:
        """A statement straight to the contract, waiting to be mined."""
        self.number += 1
        case = self.world.opened(REQUESTER, self.number)
        raw = b"garbage %d" % self.number if garbage else case.raw
        key = NO_KEY if wrong_key or garbage else index_key(case, self.world.services.origin)
        self.chain.submit(self.log, key, raw, sha256(b"%d" % self.number)[:20])
        self.direct.append(StatementLeaf(key, sha256(raw)).hash())

    # --- what happens -----------------------------------------------------------------------------

    def round(self, process: Anchorer) -> Round | None:
        """One round and one block. None where the node did not answer: the worker then waits."""
        try:
            done = process.round()
        except RuntimeChainUnavailable:
            done = None
        self.chain.mine()
        return done

    def settle(self, process: Anchorer | None = None) -> Anchorer:
        """Go on until everything promised is in a final anchor, and nothing is under way any more."""
        process = process or self.process()
        for _ in range(120):
            self.sequencer().sequence()
            self.round(process)
            if self.is_settled():
                return process
        raise AssertionError(f"not settled: {self.where()}")

    def is_settled(self) -> bool:
        services, newest = self.world.services, self.store.newest_anchor()
        head = self.chain.blocks[-1].contract.heads.get(self.log)
        with services.store.read() as session:
            waiting = session.execute(select(table(Waiting))).first()
        return (
            waiting is None
            and newest is not None
            and head is not None
            and head.included == head.submitted == newest.included
            and not self.chain.pool
            and head.size == newest.size == services.reader.size()
        )

    def where(self) -> str:
        newest = self.store.newest_anchor()
        head = self.chain.blocks[-1].contract.heads.get(self.log)
        return f"log {self.world.services.reader.size()}, final anchor {newest and newest.size}, contract {head}"


def open_simulation(home: Path, database_url: str = "", depth: int = 2) -> Simulation:
    """A new ledger on a new chain."""
    services = open_services(settings_in(home, database_url), create_keys_if_new=True)
    chain = FakeChain(depth)
    chain.mine(3)
    final = final_block(chain, "finalized")
    store = ChainStore(services.store, chain.identity())
    store.record_home(CONTRACT, chain.now)
    store.record_final(read_header(final))
    recent = RecentBlock(final.hash, final.number)
    facts = open_ledger(services, ChainFacts(CHAIN_ID, chain.identity().genesis, CONTRACT, recent))
    return Simulation(World(services, facts, recent), chain)


def check_anchoring(simulation: Simulation, *, everything: bool = False) -> None:
    """Verify the ledger, the contract's whole history, and every row with a proof.

    ``everything``: also that all that was promised is in the log, in order, and under a final anchor.
    """
    services, chain = simulation.world.services, simulation.chain
    check_ledger(services)
    with services.store.read() as session:
        leaves = [bytes(row.data) for row in session.execute(select(table(Leaf)).order_by(table(Leaf).c.idx))]
    tree = MemoryTree([])
    for data in leaves:
        tree.append(_hash(data))
    for block in chain.blocks:
        head = block.contract.heads.get(simulation.log)
        assert head is None or head.root == tree.root(head.size), "the contract holds a root that is not ours"
    _check_rows(simulation, tree, leaves)
    if everything:
        _check_promises(simulation, leaves)


def _hash(data: bytes) -> bytes:
    return parse_leaf(data).hash()


def _check_rows(simulation: Simulation, tree: MemoryTree, leaves: list[bytes]) -> None:
    genesis, chain = simulation.store.genesis, simulation.chain
    with simulation.world.services.store.read() as session:
        anchors = list(session.execute(select(table(AnchorRow)).where(table(AnchorRow).c.genesis == genesis)))
        proofs = list(session.execute(select(table(TicketProof)).where(table(TicketProof).c.genesis == genesis)))
    final = len(chain.blocks) - 1 - chain.depth
    for row in anchors:
        shown = verify_anchor(anchor_proof(row), CONTRACT, simulation.log)
        assert (shown.event.size, shown.event.root) == (row.size, row.root) and row.root == tree.root(row.size)
        assert isinstance(parse_leaf(leaves[row.size - 1]), IndexLeaf), "an anchored tree ends in an index leaf"
        assert row.block_number <= final and chain.blocks[row.block_number].info.hash == row.block_hash
    for row in proofs:
        header, taken = verify_submission(anchor_proof(row), CONTRACT, simulation.log)
        assert taken.ticket == row.number and chain.blocks[header.number].info.hash == header.hash


def _check_promises(simulation: Simulation, leaves: list[bytes]) -> None:
    places = {_hash(data): place for place, data in enumerate(leaves)}
    promised = [*simulation.recorded, *simulation.direct]
    assert all(leaf_hash in places for leaf_hash in promised), "a promised statement is not in the log"
    order = [places[leaf_hash] for leaf_hash in simulation.recorded]
    assert order == sorted(order), "statements of the server's route stand in order of acceptance"
    store, chain, log = simulation.store, simulation.chain, simulation.log
    newest = store.newest_anchor()
    assert newest is not None and newest.size == len(leaves)
    head = chain.blocks[-1].contract.heads[log]
    assert (newest.size, newest.included) == (head.size, head.submitted)
    final = chain.blocks[: len(chain.blocks) - chain.depth]
    shown = {
        parse_anchored(item, CONTRACT).size
        for block in final
        for logs in block.logs
        for item in logs
        if item.topics[0] == ANCHORED_TOPIC
    }
    assert all(store.has_anchor(size) for size in shown), "a final anchor without its proof"
    with simulation.world.services.store.read() as session:
        proven = {row.number for row in session.execute(select(table(TicketProof))) if row.genesis == store.genesis}
    assert proven == set(range(head.submitted)), "a final ticket without its proof"
