"""The home chain of a ledger: opened from the settings, proven, and ready to anchor on.

For the embedded chain this starts anvil, funds the anchoring key and deploys the contract; a public
chain is only ever asked. Nothing is written before the chain's identity is proven.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from ledger.errors import RuntimeSetting
from ledger.runtime import embedded
from ledger.runtime.anchorer import AnchorRules
from ledger.runtime.chain import BlockInfo, Chain, ChainIdentity, final_block, read_header, verify_contract
from ledger.runtime.chain_store import ChainStore
from ledger.runtime.deploy import deploy
from ledger.runtime.follower import RECORD_EVERY_PRACTICE_S, RECORD_EVERY_S
from ledger.runtime.networks import EMBEDDED, deployment, finality_rule, network
from ledger.runtime.settings import Settings
from ledger.runtime.transactions import GWEI, FeeRules
from ledger.runtime.web3_chain import Web3Chain
from ledger.runtime.wiring import ChainFacts, Services, open_ledger
from ledger.statement import RecentBlock, parse


@dataclass(slots=True)
class Home:
    """An open chain and how to anchor on it. ``process`` is the embedded anvil, if it is one."""

    chain: Chain
    identity: ChainIdentity
    rules: AnchorRules
    process: embedded.EmbeddedChain | None

    def stop(self) -> None:
        """End the embedded chain; its state is on disk afterwards."""
        if self.process is not None:
            self.process.stop()


def fee_rules(settings: Settings) -> FeeRules:
    """What a unit of gas may cost."""
    return FeeRules(int(settings.max_fee_gwei * GWEI), int(settings.priority_fee_gwei * GWEI))


def connect(settings: Settings) -> Web3Chain:
    """The public chain of the settings, or the embedded one where it already runs.

    Raises RuntimeSetting; whether the nodes are of that chain is asked with each first answer.
    """
    if settings.chain == EMBEDDED:
        url = embedded.read_endpoint(settings.home / "chain")
        if url is None:
            raise RuntimeSetting("the embedded chain does not run; start `habeas worker`, which starts it")
        return Web3Chain([url], None, None, settings.rpc_timeout_s)
    known = network(settings.chain)
    if not settings.rpc_urls:
        raise RuntimeSetting(f"rpc_urls is empty; name one or more nodes of {known.title}")
    genesis = settings.genesis or known.genesis
    return Web3Chain(settings.rpc_urls, known.chain_id, genesis, settings.rpc_timeout_s)


def open_home(services: Services) -> Home:
    """Open the chain, open the ledger on it if it is new, and record the final block it starts from.

    Raises RuntimeChainUnavailable, after which it may be tried again, and RuntimeForeignChain,
    RuntimeWrongContract, RuntimePortTaken or RuntimeSetting.
    """
    settings = services.settings
    if services.operator is None:
        raise RuntimeSetting(f"the anchoring key {settings.anchor_key_path} is missing")
    process = _start_embedded(services) if settings.chain == EMBEDDED else None
    try:
        chain = (
            Web3Chain([process.url], None, process.genesis, settings.rpc_timeout_s) if process else connect(settings)
        )
        return _prove(services, chain, process)
    except BaseException:
        if process is not None:
            process.stop()
        raise


def _start_embedded(services: Services) -> embedded.EmbeddedChain:
    settings = services.settings
    options = embedded.EmbeddedOptions(port=settings.chain_port, anvil=settings.anvil_path)

    def newest_recorded(genesis: bytes) -> int:
        recorded = ChainStore(services.store, ChainIdentity(embedded.CHAIN_ID, genesis)).newest_recorded()
        return recorded.number if recorded is not None else 0

    return embedded.start(settings.home / "chain", options, newest_recorded)


def _prove(services: Services, chain: Chain, process: embedded.EmbeddedChain | None) -> Home:
    settings, operator, what = services.settings, services.operator, deployment()
    assert operator is not None, "open_home checked it"
    identity = chain.identity()
    contract = settings.contract or what.address
    if process is not None:
        process.fund(operator.address)
        deploy(chain, operator.private, fee_rules(settings), what)
    verify_contract(chain, contract, what.code_hash)
    finality = finality_rule(settings)
    final = final_block(chain, finality)
    store = ChainStore(services.store, identity)
    store.record_home(contract, int(time.time()))
    if store.newest_final() is None:
        store.record_final(read_header(final))
    facts = ChainFacts(identity.chain_id, identity.genesis, contract, RecentBlock(final.hash, final.number))
    open_ledger(services, facts)
    rules = AnchorRules(
        contract=contract,
        code_hash=what.code_hash,
        finality=finality,
        first_block=_first_block(services, chain, final),
        record_every_s=RECORD_EVERY_PRACTICE_S if process is not None else RECORD_EVERY_S,
        period_s=settings.anchor_period_s,
        heartbeat_s=settings.heartbeat_s,
        replace_after_s=settings.replace_after_s,
        fees=fee_rules(settings),
    )
    return Home(chain, identity, rules, process)


def _first_block(services: Services, chain: Chain, final: BlockInfo) -> int:
    """Nothing of this log can stand before the block that leaf 0 quotes; 0 on a chain that starts over."""
    entry = services.reader.leaf(0)
    raw = services.reader.raw(entry[32:64])
    if raw is None:
        return 0
    quoted = parse(raw).statement.recent_block
    there = chain.block(quoted.number) if quoted.number <= final.number else None
    return quoted.number if there is not None and there.hash == quoted.hash else 0
