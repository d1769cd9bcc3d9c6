"""What nodes of the home chain show of a log: every anchor and every ticket, each proven up to its block.

Each provider is asked for itself; two URLs of one host are one. What is proven by one counts if as many
as the trust policy asks for show exactly the same events up to the same final block.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ledger.anchor import ReceiptProof
from ledger.audit.anchoring import AnchorSeen, TicketSeen
from ledger.cli.auditing.provider import ChainRecord, Provider
from ledger.cli.rpc import Node, check_url
from ledger.errors import (
    HabeasError,
    MalformedRequest,
    RuntimeChainUnavailable,
    RuntimeFinality,
)
from ledger.policy import LedgerTrust
from ledger.runtime.chain import Chain


@dataclass(frozen=True, slots=True)
class ChainView:
    """What was read; ``providers`` agree on it, ``enough`` says whether the policy asks for no more of them."""

    record: ChainRecord
    providers: tuple[str, ...]
    enough: bool
    notes: tuple[str, ...]
    prove: Callable[[AnchorSeen | TicketSeen], ReceiptProof]


def open_chains(urls: Sequence[str], trust: LedgerTrust) -> tuple[dict[str, Chain], list[str]]:
    """A chain for each provider, and what is to be said of the addresses. Nothing is asked yet."""
    from ledger.runtime.web3_chain import Web3Chain  # web3 is only needed here

    chains: dict[str, Chain] = {}
    notes: list[str] = []
    for url in urls:
        check_url(url)
        if url.startswith("/"):
            raise MalformedRequest("--rpc of an audit is an http or https address")
        name = Node(url).name
        if name in chains:
            notes.append(f"{name} is one provider, however often it is named; it counts once.")
            continue
        chains[name] = Web3Chain([url], trust.chain.id, trust.chain.genesis)
    return chains, notes


def read_chain(chains: Mapping[str, Chain], trust: LedgerTrust, record: ChainRecord, say: Callable[[str], None],
               said: Sequence[str] = ()) -> ChainView:  # fmt: skip
    """Everything new since ``record``. Raises RuntimeChainUnavailable if no provider showed it, RuntimeFinality."""
    notes = list(said)
    providers: dict[str, Provider] = {}
    for name, chain in chains.items():
        try:
            providers[name] = Provider(chain, trust, record)
        except RuntimeFinality:
            raise
        except HabeasError as error:
            notes.append(f"{name} was not believed: {error}")
    if not providers:
        raise RuntimeChainUnavailable(f"no provider could be asked: {' '.join(notes)}")
    last = min(item.final.number for item in providers.values())
    agreed: list[str] = []
    first: Provider | None = None
    for name, item in list(providers.items()):
        say(f"Reading events from {name} up to block {last} ...")
        try:
            item.read(last)
        except HabeasError as error:
            notes.append(f"{name} did not show all events: {error}")
            continue
        first = first or item
        if item.view() == first.view():
            agreed.append(name)
        else:
            notes.append(f"{name} shows other events than {agreed[0]}; it was not counted.")
    if first is None:
        raise RuntimeChainUnavailable(f"no provider showed every event: {' '.join(notes)}")
    done = first.proven(record, say)
    enough = len(agreed) >= trust.chain.rpc_quorum
    return ChainView(done, tuple(agreed), enough, tuple(notes), first.prove)
