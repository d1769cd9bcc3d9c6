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
    transactions: tuple[bytes, ...]
    """Their hashes, as the node says: names, proven by nothing here."""

    def prove(self, event: Event) -> ReceiptProof:
        """The proof of ``event``. Raises VerificationReceipt if the block does not hold it."""
        root, nodes = build_receipt_proof(self.receipts, event.tx_index)
        self._check_root(root)
        logs = parse_receipt(self.receipts[event.tx_index]).logs
        if event.log not in logs:
            raise VerificationReceipt(
                f"the receipt of transaction {event.tx_index} in block {self.header.number} lacks the event"
                " that the node named"
            )
        return ReceiptProof(self.header.raw, event.tx_index, logs.index(event.log), nodes)

    def events(self, contract: bytes, log: bytes) -> list[Event]:
        """Every event of ``contract`` for ``log`` in this block: the node's index of events has no part in it.

        Raises VerificationReceipt if these are not the block's receipts.
        """
        if not self.receipts:
            return []
        self._check_root(build_receipt_proof(self.receipts, 0)[0])
        found: list[Event] = []
        place = 0
        for tx_index, receipt in enumerate(map(parse_receipt, self.receipts)):
            for item in receipt.logs:
                if item.address == contract and item.topics[1:2] == (bytes(12) + log,) and receipt.status == 1:
                    tx_hash = self.transactions[tx_index]
                    found.append(Event(self.header.number, self.header.hash, tx_hash, tx_index, item, place))
                place += 1
        return found

    def _check_root(self, root: bytes) -> None:
        if root != self.header.receipts_root:
            raise VerificationReceipt(
                f"the receipts that the node gave for block {self.header.number} have the root {encode_hex(root)},"
                f" but its header has {encode_hex(self.header.receipts_root)}"
            )


def capture_block(chain: Chain, number: int, block_hash: bytes | None = None) -> CapturedBlock:
    """The block at ``number`` and its receipts, read from a node; it must have ``block_hash`` where given.

    An event can outlive its block in a node's index: only what stands in the block at its height counts.
    Raises RuntimeChainUnavailable, VerificationHeader or MalformedReceipt.
    """
    block = chain.block(number)
    if block is None:
        raise RuntimeChainUnavailable(f"the node does not have block {number}, of which it showed an event")
    if block_hash not in (None, block.hash):
        raise RuntimeChainUnavailable(
            f"the node shows an event of block {number} with the hash {encode_hex(block_hash or b'')}, but that block"
            f" is {encode_hex(block.hash)}: it was replaced"
        )
    receipts = tuple(encode_receipt(receipt) for receipt in chain.receipts(block))
    hashes = block.fields.get("transactions")
    transactions = tuple(bytes.fromhex(str(item)[2:]) for item in (hashes if isinstance(hashes, list) else ()))
    return CapturedBlock(read_header(block), receipts, transactions)
