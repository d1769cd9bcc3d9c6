"""Final blocks, anchors and tickets of a chain that no node runs, put into a world's tables.

Headers, receipts and tries are real, and ``ledger.anchor`` verifies each before it is recorded, as
the worker does it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from sqlmodel import SQLModel

from ledger.anchor import ReceiptProof, verify_anchor, verify_submission
from ledger.encoding import encode_hex, sha256
from ledger.evm import parse_header
from ledger.leaf import statement_leaf
from ledger.runtime.chain_tables import AnchorRow, FinalBlock, HomeChain, TicketProof, TicketRow
from ledger.runtime.wiring import ChainFacts, LedgerFacts, open_ledger, open_services
from ledger.statement import RecentBlock, SignedStatement
from tests.store.world import CONTRACT, World, settings_in
from tools.vectors import _bundles as made

GENESIS = bytes(32)


@dataclass
class MadeChain:
    """The home chain of ``world``; its newest final block is what people quote from now on."""

    world: World
    maker: made.Maker = field(default_factory=made.Maker)
    tickets: int = 0

    def grow(self) -> RecentBlock:
        """One more final block."""
        header = parse_header(self.maker.block(sha256(b"receipts")))
        self._add(
            FinalBlock(
                hash=header.hash, genesis=GENESIS, number=header.number, timestamp=header.timestamp, header=header.raw
            )
        )
        self.world.recent = RecentBlock(header.hash, header.number)
        return self.world.recent

    def anchor(self) -> int:
        """Close the log with an index leaf and anchor it; gives the size."""
        sequencer = self.world.services.sequencer
        assert sequencer is not None
        head = sequencer.sequence(close=True).checkpoint
        data = made._words(head.size, head.root, 0, self.tickets, self.maker.time)
        proof = self._proof([CONTRACT, [made.ANCHORED_TOPIC, self._log()], data])
        shown = verify_anchor(proof, CONTRACT, self.world.operator.address)
        self._add(
            AnchorRow(
                genesis=GENESIS,
                size=head.size,
                root=head.root,
                block_number=shown.header.number,
                block_hash=shown.header.hash,
                timestamp=shown.header.timestamp,
                header=proof.header,
                tx_hash=sha256(proof.header),
                tx_index=proof.tx_index,
                log_index=proof.log_index,
                nodes=_nodes(proof),
                included=0,
                submitted=self.tickets,
                complete_to=shown.event.complete_to,
            )
        )
        return head.size

    def submit(self, signed: SignedStatement) -> int:
        """A direct submission in a final block; gives its ticket."""
        number, leaf = self.tickets, statement_leaf(signed, self.world.services.origin)
        padded = signed.raw + bytes(-len(signed.raw) % 32)
        data = made._words(leaf.hash(), leaf.key, 96, len(signed.raw)) + padded
        proof = self._proof([CONTRACT, [made.SUBMITTED_TOPIC, self._log(), number.to_bytes(32)], data])
        header, _ = verify_submission(proof, CONTRACT, self.world.operator.address)
        self._add(
            TicketRow(
                genesis=GENESIS,
                block_hash=header.hash,
                number=number,
                tx_hash=sha256(proof.header),
                block_number=header.number,
                leaf_hash=leaf.hash(),
                key=leaf.key,
                raw=signed.raw,
                submitted_at=header.timestamp,
            )
        )
        self._add(
            TicketProof(
                genesis=GENESIS,
                number=number,
                block_hash=header.hash,
                header=proof.header,
                tx_index=proof.tx_index,
                log_index=proof.log_index,
                nodes=_nodes(proof),
            )
        )
        self.tickets += 1
        return number

    def reorganised(self, number: int) -> None:
        """Another row of ticket ``number``, of a block that is no longer part of the chain."""
        row = {"genesis": GENESIS, "block_hash": b"\x01" * 32, "number": number, "tx_hash": bytes(32)}
        rest = {"block_number": 1, "leaf_hash": b"\x02" * 32, "key": bytes(32), "raw": b"gone", "submitted_at": 1}
        self._add(TicketRow(**row, **rest))

    def _log(self) -> bytes:
        return self.world.operator.address.rjust(32, b"\0")

    def _proof(self, log: made.RlpItem) -> ReceiptProof:
        return self.maker._proof(log)

    def _add(self, row: SQLModel) -> None:
        self.world.services.store.transact(lambda session: session.add(type(row)(**row.model_dump())))


def open_made_chain(home: Path, database_url: str = "", **given: object) -> MadeChain:
    """A new ledger on a made-up chain."""
    services = open_services(settings_in(home, database_url, **given), create_keys_if_new=True)
    assert services.log_key is not None
    unopened = LedgerFacts(services.origin, 0, b"", b"", b"", services.log_key.verifier, 0)
    world = World(services, unopened, RecentBlock(bytes(32), 0))
    chain = MadeChain(world)
    chain._add(HomeChain(genesis=GENESIS, chain_id=31337, contract=CONTRACT, seen_at=1))
    chain.grow()
    world.facts = open_ledger(services, ChainFacts(31337, GENESIS, CONTRACT, world.recent))
    return chain


def _nodes(proof: ReceiptProof) -> str:
    return json.dumps([encode_hex(node) for node in proof.nodes])
