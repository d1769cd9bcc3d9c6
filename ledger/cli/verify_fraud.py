"""``habeas verify`` on a fraud proof, and on two bundles of one ledger.

Like ``ledger.cli.verify``, offline unless nodes are named, and without the database, web3 or typer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from ledger.bundle import Bundle
from ledger.cli.files import write_new
from ledger.cli.observing import ask_nodes, wanted_blocks
from ledger.errors import Malformed, MalformedRequest
from ledger.evm import parse_header
from ledger.fraud.contradictions import Kept, find_contradictions
from ledger.fraud.procedure import FraudAssessment, assess_fraud
from ledger.fraud.proof import AnchoredHead, FraudProof, parse_fraud
from ledger.policy import ChainTrust, LedgerTrust, TrustPolicy
from ledger.verification.observed import Observed

Blocks = dict[bytes, int]
"""Block hash to number."""


def assess_file(data: bytes, policy: TrustPolicy, rpc: Sequence[str], vouched: Sequence[bytes]) -> FraudAssessment:
    """Read, observe and assess a fraud proof. Raises a Malformed error where the bytes are none."""
    return assess_proof(parse_fraud(data), policy, rpc, vouched)


def assess_proof(
    proof: FraudProof, policy: TrustPolicy, rpc: Sequence[str], vouched: Sequence[bytes]
) -> FraudAssessment:
    """What a fraud proof shows, after asking the nodes ``rpc`` for the blocks that it rests on."""
    trust = policy.ledgers.get(proof.ledger)
    if trust is None:
        return assess_fraud(proof, policy, {})
    wanted: dict[bytes, Blocks] = {}
    for genesis, header in _headers(proof, trust):
        with suppress(Malformed):  # the assessment says so
            found = parse_header(header)
            wanted.setdefault(genesis, {})[found.hash] = found.number
    return assess_fraud(proof, policy, observe_chains(policy, trust, wanted, rpc, vouched))


def observe_chains(
    policy: TrustPolicy,
    trust: LedgerTrust,
    wanted: Mapping[bytes, Blocks],
    rpc: Sequence[str],
    vouched: Sequence[bytes],
) -> dict[bytes, Observed]:
    """What the nodes say of the blocks ``wanted``, by the genesis hash of the chain on which they are looked for."""
    chains: dict[bytes, ChainTrust] = {chain.genesis: chain for chain in policy.chains.values()}
    found = {}
    for genesis, blocks in wanted.items():
        if genesis == trust.chain.genesis:
            found[genesis] = ask_nodes(trust, blocks, rpc, vouched)
        elif genesis in chains:
            # Finality by the ledger's rule is that of its home chain; elsewhere the node's own word is asked for.
            there = replace(trust, chain=chains[genesis], finality="finalized", first_block=0)
            found[genesis] = ask_nodes(there, blocks, rpc, vouched)
    return found


def _headers(proof: FraudProof, trust: LedgerTrust) -> Iterator[tuple[bytes, bytes]]:
    for head in (proof.head, proof.other_head):
        if isinstance(head, AnchoredHead):
            yield head.genesis or trust.chain.genesis, head.proof.header
    if proof.submitted is not None:
        yield trust.chain.genesis, proof.submitted.header


def compare_bundles(
    bundles: Sequence[Bundle],
    policy: TrustPolicy,
    rpc: Sequence[str],
    vouched: Sequence[bytes],
    kept: Sequence[Kept] = (),
) -> list[FraudAssessment]:
    """The contradictions between bundles of one ledger, and with the receipts ``kept``.

    The nodes ``rpc`` are asked for all their blocks.
    Raises MalformedRequest for bundles of different ledgers.
    """
    origins = sorted({item.ledger for item in bundles})
    if len(origins) > 1:
        raise MalformedRequest(f"the files belong to different ledgers, {' and '.join(origins)}; nothing is compared")
    trust = policy.ledgers.get(origins[0])
    if trust is None:
        return []
    return find_contradictions(bundles, policy, observe_bundles(bundles, policy, trust, rpc, vouched), kept)


def observe_bundles(
    bundles: Sequence[Bundle], policy: TrustPolicy, trust: LedgerTrust, rpc: Sequence[str], vouched: Sequence[bytes]
) -> dict[bytes, Observed]:
    """What the nodes say of all blocks of the bundles."""
    blocks = {block: number for item in bundles for block, number in wanted_blocks(item)}
    return observe_chains(policy, trust, {trust.chain.genesis: blocks}, rpc, vouched)


def exit_with(exit_code: int, found: Sequence[FraudAssessment]) -> int:
    """The exit code of a file that is contradicted: 1 if that is proven, 3 if it rests on a block that is not known."""
    if any(result.exit_code == 0 for result in found):
        return 1
    return 3 if found and exit_code == 0 else exit_code


def write_proofs(path: Path, found: Sequence[FraudAssessment]) -> list[Path]:
    """Write each proof into a new file: the first to ``path``, the others numbered beside it."""
    stem, ending = (path.name[:-11], ".fraud.json") if path.name.endswith(".fraud.json") else (path.stem, path.suffix)
    written = []
    for number, result in enumerate(found, 1):
        place = path if number == 1 else path.with_name(f"{stem}-{number}{ending}")
        write_new(place, result.proof.encode())
        written.append(place)
    return written
