"""EVM evidence without a node: Keccak-256, RLP, block headers, receipts and the receipt trie.

Everything here is pure and checks bytes against a block hash that somebody else vouches for.
Whether that block is canonical and final is never answered here (docs/spec/anchor.md).
"""

from ledger.evm.header import (
    FIELD_COUNTS,
    MAX_HEADER,
    MAX_TIMESTAMP,
    Header,
    encode_header,
    parse_header,
    verify_header,
)
from ledger.evm.keccak import keccak256
from ledger.evm.receipt import Log, Receipt, encode_receipt, parse_receipt
from ledger.evm.rlp import Rlp, rlp_decode, rlp_encode
from ledger.evm.trie import EMPTY_ROOT, MAX_RECEIPT, MAX_TX_INDEX, build_receipt_proof, verify_receipt

__all__ = [
    "EMPTY_ROOT",
    "FIELD_COUNTS",
    "MAX_HEADER",
    "MAX_RECEIPT",
    "MAX_TIMESTAMP",
    "MAX_TX_INDEX",
    "Header",
    "Log",
    "Receipt",
    "Rlp",
    "build_receipt_proof",
    "encode_header",
    "encode_receipt",
    "keccak256",
    "parse_header",
    "parse_receipt",
    "rlp_decode",
    "rlp_encode",
    "verify_header",
    "verify_receipt",
]
