"""A ledger on a real anvil that does nothing by itself: blocks come when a test mines them.

With ``slots`` 1 a block is final two blocks later, with 32 (anvil's own default) sixty-four.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import select

from ledger.assessment import Assessment, assess
from ledger.bundle import Bundle
from ledger.encoding import sha256
from ledger.errors import RuntimeChainUnavailable
from ledger.evm import parse_header
from ledger.leaf import StatementLeaf, index_key
from ledger.policy import parse_policy
from ledger.runtime import embedded
from ledger.runtime.anchorer import Anchorer, Round
from ledger.runtime.chain import final_block
from ledger.runtime.chain_store import ChainStore
from ledger.runtime.cosignatures import Cosignatures
from ledger.runtime.deploy import Submission, submit_direct
from ledger.runtime.embedded import EmbeddedChain, EmbeddedOptions
from ledger.runtime.evidence import Evidence
from ledger.runtime.home import Home, _prove
from ledger.runtime.tables import Waiting, table
from ledger.runtime.transactions import FeeRules
from ledger.runtime.trust import own_policy
from ledger.runtime.web3_chain import Web3Chain
from ledger.runtime.wiring import Services, open_services
from ledger.statement import RecentBlock, SignedStatement
from ledger.verification.observed import Observed
from tests.store.auditing import AUDITOR, replay_and_cosign, vkeys
from tests.store.check_ledger import check_ledger
from tests.store.world import OTHER, World, settings_in

PERIOD_S = 10


@contextmanager
def node(folder: Path, **options: int) -> Iterator[EmbeddedChain]:
    """An anvil that mines a block per transaction and none without."""
    chain = embedded.start(folder, EmbeddedOptions(**{"block_time": 0, "save_every_s": 60, **options}))
    try:
        yield chain
    finally:
        chain.stop()


def client(chain: EmbeddedChain, timeout: float = 10.0) -> Web3Chain:
    return Web3Chain([chain.url], None, chain.genesis, timeout)


@dataclass
class Live:
    """One ledger on one node. ``now`` is the anchorer's clock."""

    services: Services
    home: Home
    world: World
    now: float = 1_000_000.0

    @property
    def node(self) -> EmbeddedChain:
        assert self.home.process is not None
        return self.home.process

    @property
    def log(self) -> bytes:
        return self.world.operator.address

    @property
    def store(self) -> ChainStore:
        return ChainStore(self.services.store, self.home.identity)

    def process(self, **rules: object) -> Anchorer:
        """What a worker has that starts now."""
        assert self.services.sequencer is not None
        given = replace(self.home.rules, **rules)  # type: ignore[arg-type]
        return Anchorer(
            self.home.chain, self.store, self.services.reader, self.services.sequencer, self.world.operator.private,
            given, lambda: self.now,
        )  # fmt: skip

    def mine(self, blocks: int = 1) -> None:
        self.node.ask("anvil_mine", hex(blocks))

    def settle(self, process: Anchorer | None = None, step: int = 1, rounds: int = 60) -> Anchorer:
        """Go on until everything accepted is in a final anchor."""
        process = process or self.process()
        for _ in range(rounds):
            assert self.services.sequencer is not None
            self.services.sequencer.sequence()
            try:
                done = process.round()
            except RuntimeChainUnavailable:
                done = None
            self.mine(step)
            self.now += 1
            if done is not None and self.is_settled(done):
                return process
        raise AssertionError(f"not settled: {done}")

    def is_settled(self, done: Round) -> bool:
        with self.services.store.read() as session:
            waiting = session.execute(select(table(Waiting))).first()
        newest = self.store.newest_anchor()
        return (
            waiting is None
            and newest is not None
            and done.size == done.anchored == newest.size == self.services.reader.size()
            and done.open_tickets == 0
            and newest.submitted == newest.included == self.store.proven_tickets()
        )

    def submit(self, signed: SignedStatement, key: bytes | None = None) -> Submission:
        """A person's direct submission, mined."""
        self.node.fund(OTHER.address)
        used = index_key(signed, self.services.origin) if key is None else key
        contract = self.home.rules.contract
        return submit_direct(self.home.chain, OTHER.private, contract, self.log, used, signed.raw, FeeRules())

    def index_of(self, signed: SignedStatement, key: bytes | None = None) -> int | None:
        used = index_key(signed, self.services.origin) if key is None else key
        return self.services.reader.index_of(StatementLeaf(used, sha256(signed.raw)).hash())

    def audit(self) -> None:
        """The ledger's auditor replays everything and cosigns the newest anchored tree."""
        newest = self.store.newest_anchor()
        assert newest is not None
        audit(self.services, newest.size)

    def bundle(self, case: bytes, as_of: int | None = None) -> Bundle:
        """What the ledger gives out about the case."""
        return Evidence(self.services.store, self.services.reader, self.services.origin).bundle(case, as_of=as_of)

    def assess(self, case: bytes) -> Assessment:
        """The case's newest bundle after an audit, judged."""
        self.audit()
        return self.judge(self.bundle(case))

    def judge(self, bundle: Bundle) -> Assessment:
        """The judgement of one who asked this chain which blocks are final."""
        policy = parse_policy(own_policy(self.services.store, self.services.settings))
        final = final_block(self.home.chain, self.home.rules.finality)
        canonical: dict[bytes, str] = {}
        for raw in [*(item.proof.header for item in bundle.anchors.values()), *bundle.blocks.values(),
                    *(item.header for item in bundle.submitted.values())]:  # fmt: skip
            header = parse_header(raw)
            shown = self.home.chain.block(header.number)
            if shown is not None and shown.hash == header.hash and header.number <= final.number:
                canonical[header.hash] = "this test"
        head = self.home.chain.head(self.home.rules.contract, self.log)
        observed = Observed(canonical=canonical, head_size=head.size, code_hash=self.home.rules.code_hash)
        newest = max(parse_header(item.proof.header).timestamp for item in bundle.anchors.values())
        return assess(bundle, policy, observed, newest + 60)


def audit(services: Services, size: int) -> None:
    """The ledger's auditor replays everything and cosigns the anchored tree of ``size`` leaves."""
    facts, auditors = services.require_ledger(), services.settings.auditor_keys
    Cosignatures(services.store, services.reader, facts.vkey, auditors).take(replay_and_cosign(services, size))


@contextmanager
def live(folder: Path, finality: int | None = None, auditors: Sequence[str] = (), **options: int) -> Iterator[Live]:
    """A new ledger on a new node; its auditors are ``auditors``, or the one of ``Live.audit``."""
    listed = [*auditors] or vkeys(AUDITOR)
    settings = settings_in(folder / "home", anchor_period_s=PERIOD_S, finality=finality, auditors=listed)
    services = open_services(settings, create_keys_if_new=True)
    with node(folder / "node", **options) as chain:
        chain.ask("anvil_mine", hex(3))
        home = _prove(services, client(chain), chain)
        facts = services.require_ledger()
        block = final_block(home.chain, home.rules.finality)
        yield Live(services, home, World(services, facts, RecentBlock(block.hash, block.number)))
        check_ledger(services)
    services.close()


def passed(assessment: Assessment) -> Callable[[str], bool]:
    """Whether the check of a name is passed."""
    values = {item.check.name: item.value.word for item in assessment.checks}
    return lambda name: values.get(name) == "passed"
