"""Deploying the contract, asking how it stands, and submitting to it directly.

The contract is created through the CREATE2 factory that stands at the same address on every chain,
so it has one address everywhere and deploying it twice is impossible.
"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.anchor import SUBMITTED_TOPIC, parse_submitted
from ledger.encoding import encode_hex
from ledger.errors import RuntimeChainUnavailable, RuntimeWrongContract
from ledger.policy import Finality
from ledger.runtime.chain import BlockInfo, Chain, ChainIdentity, final_block, verify_contract
from ledger.runtime.contract import Head, submit_call
from ledger.runtime.networks import Deployment, deployment
from ledger.runtime.transactions import FeeRules, send_call


@dataclass(frozen=True, slots=True)
class Deployed:
    """Where the contract is. ``tx_hash`` is None if it was there already."""

    address: bytes
    tx_hash: bytes | None
    gas_used: int


@dataclass(frozen=True, slots=True)
class ChainStatus:
    """What ``habeas chain status`` shows. ``head`` is None where the contract is not deployed."""

    identity: ChainIdentity
    latest: BlockInfo
    final: BlockInfo
    contract: bytes
    head: Head | None
    balance: int
    """Wei of the log's address."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A statement that was put into the contract's queue."""

    ticket: int
    leaf_hash: bytes
    tx_hash: bytes
    block_number: int
    gas_used: int


def deploy(chain: Chain, key: bytes, rules: FeeRules, what: Deployment | None = None) -> Deployed:
    """Create the contract with the ether of ``key``, or find it in place.

    Raises RuntimeWrongContract if the factory is missing or other code stands at the address,
    RuntimeSetting for want of funds, RuntimeChainUnavailable.
    """
    what = what or deployment()
    if chain.code(what.address):
        verify_contract(chain, what.address, what.code_hash)
        return Deployed(what.address, None, 0)
    if not chain.code(what.factory):
        raise RuntimeWrongContract(
            f"the CREATE2 factory {encode_hex(what.factory)} is not on this chain, so the contract cannot get the"
            " address that it has everywhere; have the factory deployed first (EIP-7997), or use another chain"
        )
    receipt = send_call(chain, key, what.factory, what.salt + what.creation_code, rules)
    if receipt.status != 1:
        raise RuntimeWrongContract(f"the deployment {encode_hex(receipt.tx_hash)} was mined, but reverted")
    verify_contract(chain, what.address, what.code_hash)
    return Deployed(what.address, receipt.tx_hash, receipt.gas_used)


def status(chain: Chain, contract: bytes, log: bytes, finality: Finality = "finalized") -> ChainStatus:
    """How the chain and the log's head on it stand. Raises RuntimeWrongContract for foreign code."""
    identity = chain.identity()
    latest = chain.block("latest")
    if latest is None:
        raise RuntimeChainUnavailable("the node has no newest block")
    head = None
    if chain.code(contract):
        verify_contract(chain, contract, deployment().code_hash)
        head = chain.head(contract, log)
    return ChainStatus(identity, latest, final_block(chain, finality), contract, head, chain.balance(log))


def submit_direct(
    chain: Chain, key: bytes, contract: bytes, log: bytes, index_key: bytes, raw: bytes, rules: FeeRules
) -> Submission:
    """Put a signed statement (``raw``) into the queue of ``log``, paid by ``key``; wait until mined.

    ``index_key`` is ``ledger.leaf.index_key`` of the statement: with a wrong one the leaf is in the
    log but in no list. Raises RpcRefusal, RuntimeSetting, RuntimeChainUnavailable.
    """
    verify_contract(chain, contract, deployment().code_hash)
    receipt = send_call(chain, key, contract, submit_call(log, index_key, raw), rules)
    if receipt.status != 1:
        raise RuntimeChainUnavailable(f"the submission {encode_hex(receipt.tx_hash)} was mined, but reverted")
    # Of every node: one whose index of events lags behind its blocks is no reason to have to ask again.
    found = chain.events(contract, log, [SUBMITTED_TOPIC], receipt.block_number, receipt.block_number, doubt=1)
    for event in found:
        if event.tx_hash == receipt.tx_hash:
            taken = parse_submitted(event.log, contract)
            return Submission(taken.ticket, taken.leaf_hash, receipt.tx_hash, receipt.block_number, receipt.gas_used)
    raise RuntimeChainUnavailable(
        f"transaction {encode_hex(receipt.tx_hash)} is mined, but the node does not show its event; ask again"
    )
