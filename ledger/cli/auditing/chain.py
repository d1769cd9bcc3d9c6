"""What nodes of the home chain show of a log: every anchor and every ticket, each proven up to its block.

Each provider is asked for itself; two URLs of one host are one. What is proven by one counts if as many
as the trust policy asks for show exactly the same events up to the same final block.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ledger.anchor import ANCHORED_TOPIC, SUBMITTED_TOPIC, ReceiptProof, verify_anchor, verify_submission
from ledger.anchoring import AnchorSeen, TicketSeen
from ledger.cli.rpc import Node, check_url
from ledger.errors import (
    HabeasError,
    MalformedRequest,
    RuntimeChainUnavailable,
    RuntimeFinality,
)
from ledger.policy import LedgerTrust

TOPICS = (ANCHORED_TOPIC, SUBMITTED_TOPIC)


@dataclass(slots=True)
class ChainRecord:
    """All events up to the final block ``block`` (its hash and time); ``size`` is what the contract holds there."""

    block: int = -1
    block_hash: bytes = b""
    timestamp: int = 0
    size: int = 0
    anchors: list[AnchorSeen] = field(default_factory=list)
    tickets: list[TicketSeen] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ChainView:
    """What was read; ``providers`` agree on it, ``enough`` says whether the policy asks for no more of them."""

    record: ChainRecord
    providers: tuple[str, ...]
    enough: bool
    notes: tuple[str, ...]
    prove: Callable[[AnchorSeen | TicketSeen], ReceiptProof]


def read_chain(urls: Sequence[str], trust: LedgerTrust, record: ChainRecord, say: Callable[[str], None]) -> ChainView:
    """Everything new since ``record``. Raises RuntimeChainUnavailable if no provider showed it, RuntimeFinality."""
    from ledger.cli.auditing.provider import Provider  # web3 is only needed here

    for url in urls:
        check_url(url)
        if url.startswith("/"):
            raise MalformedRequest("--rpc of an audit is an http or https address")
    providers: dict[str, Provider] = {}
    notes: list[str] = []
    for url in urls:
        name = Node(url).name
        if name in providers:
            notes.append(f"{name} is one provider, however often it is named; it counts once.")
            continue
        try:
            providers[name] = Provider(url, trust, record)
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


def check_proof(proof: ReceiptProof, trust: LedgerTrust, topic: bytes, block_hash: bytes) -> AnchorSeen | TicketSeen:
    """The event that ``proof`` shows. Raises as ``ledger.anchor``."""
    if topic == ANCHORED_TOPIC:
        evidence = verify_anchor(proof, trust.contract, trust.log)
        return AnchorSeen(evidence.header.number, block_hash, evidence.header.timestamp, evidence.event)
    header, event = verify_submission(proof, trust.contract, trust.log)
    return TicketSeen(header.number, block_hash, header.timestamp, event)
