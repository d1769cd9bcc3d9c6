"""What a verifier asks of nodes before it assesses: blocks of a bundle, or of a fraud proof.

Without ``--rpc`` nothing is asked, and the network's libraries are not even loaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from ledger.bundle import Bundle
from ledger.errors import Malformed
from ledger.evm import parse_header
from ledger.policy import LedgerTrust, TrustPolicy
from ledger.verification.observed import Observed


def observe_bundle(bundle: Bundle, policy: TrustPolicy, rpc: Sequence[str], vouched: Sequence[bytes]) -> Observed:
    """What the nodes ``rpc`` say of the blocks of ``bundle``, and what its reader vouches for."""
    trust = policy.ledgers.get(bundle.ledger)
    if trust is not None or not rpc:
        return ask_nodes(trust, dict(wanted_blocks(bundle)), rpc, vouched)
    why = f"No node was asked (--rpc): the trust policy does not list {bundle.ledger}, so its chain is not known."
    return Observed(canonical=_mine(vouched), notes=(why,), asked=bool(vouched))


def ask_nodes(
    trust: LedgerTrust | None, blocks: Mapping[bytes, int], rpc: Sequence[str], vouched: Sequence[bytes]
) -> Observed:
    """What the nodes ``rpc`` say of ``blocks`` (hash to number) on the chain of ``trust``, and what is vouched for."""
    if not rpc or trust is None:
        return Observed(canonical=_mine(vouched), asked=bool(vouched))
    from ledger.cli.rpc import observe  # ssl and http are only needed here

    return observe(rpc, trust, blocks, vouched)


def _mine(vouched: Sequence[bytes]) -> Mapping[bytes, str]:
    return dict.fromkeys(vouched, "the person who verifies (--block)")


def wanted_blocks(bundle: Bundle) -> Iterator[tuple[bytes, int]]:
    """Hash and number of the blocks that some check rests on."""
    quoted = {item.signed.statement.recent_block.hash for item in bundle.statements.values()}
    headers = [anchor.proof.header for anchor in bundle.anchors.values()]
    headers += [proof.header for proof in bundle.submitted.values()]
    headers += [raw for block, raw in bundle.blocks.items() if block in quoted]
    for raw in headers:
        with suppress(Malformed):  # the assessment says so
            header = parse_header(raw)
            yield header.hash, header.number
