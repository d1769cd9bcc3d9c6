"""Taking the proof of an event from a node, once its block is final.

Nodes forget: state proofs within hours, receipts when history expires. So the proof is taken when
the block becomes final and never on demand, and only what ``ledger/anchor.py`` accepts is kept.
"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.anchor import ReceiptProof
from ledger.encoding import encode_hex
from ledger.errors import RuntimeChainUnavailable, VerificationReceipt
from ledger.evm import Header, build_receipt_proof, encode_receipt, parse_receipt
from ledger.runtime.chain import Chain, Event, read_header


@dataclass(frozen=True, slots=True)
class CapturedBlock:
    """A block with all its receipts as they stand in its receipt trie."""

    header: Header
    receipts: tuple[bytes, ...]

    def prove(self, event: Event) -> ReceiptProof:
        """The proof of ``event``. Raises VerificationReceipt if the block does not hold it."""
        root, nodes = build_receipt_proof(self.receipts, event.tx_index)
        if root != self.header.receipts_root:
            raise VerificationReceipt(
                f"the receipts that the node gave for block {self.header.number} have the root {encode_hex(root)},"
                f" but its header has {encode_hex(self.header.receipts_root)}"
            )
        logs = parse_receipt(self.receipts[event.tx_index]).logs
        if event.log not in logs:
            raise VerificationReceipt(
                f"the receipt of transaction {event.tx_index} in block {self.header.number} lacks the event"
                " that the node named"
            )
        return ReceiptProof(self.header.raw, event.tx_index, logs.index(event.log), nodes)


def capture_block(chain: Chain, block_hash: bytes) -> CapturedBlock:
    """The block and its receipts, read from a node.

    Raises RuntimeChainUnavailable, VerificationHeader or MalformedReceipt.
    """
    block = chain.block(block_hash)
    if block is None:
        raise RuntimeChainUnavailable(f"the node does not know block {encode_hex(block_hash)}, which it named before")
    receipts = tuple(encode_receipt(receipt) for receipt in chain.receipts(block))
    return CapturedBlock(read_header(block), receipts)
