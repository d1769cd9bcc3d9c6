"""``Chain`` over JSON-RPC nodes.

web3 carries the requests; its middleware is left out, because it adds gas and picks fees of its
own (100,000 gas are more than one anchor costs, and its smallest tip is 1 gwei).
"""

from __future__ import annotations

from collections.abc import Sequence

from ledger.encoding import encode_hex
from ledger.errors import RuntimeChainUnavailable
from ledger.evm import keccak256
from ledger.runtime.chain import (
    BlockInfo,
    BlockRef,
    Call,
    ChainIdentity,
    Event,
    Fees,
    RpcObject,
    RpcRefusal,
    TxReceipt,
)
from ledger.runtime.contract import Head, Ticket, head_call, parse_head, parse_ticket, ticket_call
from ledger.runtime.log_ranges import WIDEST, LogRanges, joined
from ledger.runtime.rpc import PATIENCE_S, Rpc, read_bytes, read_integer

# A doubted answer is asked for again in pieces of a tenth, a hundredth, a thousandth.
_NARROWER = 10
_METHOD_MISSING = frozenset({-32601, -32600})


class Web3Chain:
    """The chain behind ``urls``; see ``Chain``."""

    def __init__(
        self, urls: Sequence[str], chain_id: int | None, genesis: bytes | None, timeout: float = 10.0,
        patience_s: float = PATIENCE_S,
    ) -> None:  # fmt: skip
        self._rpc = Rpc(urls, chain_id, genesis, timeout, patience_s)
        self._ranges = LogRanges(self._rpc)

    def identity(self) -> ChainIdentity:
        return self._rpc.identity()

    def block(self, ref: BlockRef) -> BlockInfo | None:
        method = "eth_getBlockByHash" if isinstance(ref, bytes) else "eth_getBlockByNumber"
        found = self._rpc.ask(method, _reference(ref), False)
        return None if found is None else _block(_object(found, method))

    def code(self, address: bytes) -> bytes:
        return read_bytes(self._rpc.ask("eth_getCode", encode_hex(address), "latest"), "eth_getCode")

    def balance(self, address: bytes) -> int:
        return read_integer(self._rpc.ask("eth_getBalance", encode_hex(address), "latest"), "eth_getBalance")

    def head(self, contract: bytes, log: bytes, ref: BlockRef = "latest") -> Head:
        return parse_head(self._view(contract, head_call(log), ref))

    def ticket(self, contract: bytes, log: bytes, number: int) -> Ticket:
        return parse_ticket(self._view(contract, ticket_call(log, number), "latest"))

    def events(
        self, contract: bytes, log: bytes, topics: Sequence[bytes], first: int, last: int, doubt: int = 0
    ) -> list[Event]:
        wanted: dict[str, object] = {
            "address": encode_hex(contract),
            "topics": [[encode_hex(topic) for topic in topics], encode_hex(bytes(12) + log)],
        }
        if doubt == 0:
            return joined(self._ranges.read(wanted, first, last))
        return joined(self._ranges.read_all(wanted, first, last, max(1, WIDEST // _NARROWER**doubt)))

    def receipts(self, block: BlockInfo) -> list[RpcObject]:
        try:
            found = self._rpc.ask("eth_getBlockReceipts", encode_hex(block.hash))
        except RpcRefusal as refusal:
            if refusal.code not in _METHOD_MISSING:
                raise
            found = [self._raw_receipt(tx_hash) for tx_hash in _transactions(block)]
        if not isinstance(found, list) or len(found) != len(_transactions(block)):
            raise RuntimeChainUnavailable(f"the node did not give all receipts of block {block.number}")
        return [_object(receipt, "eth_getBlockReceipts") for receipt in found]

    def nonce(self, address: bytes) -> int:
        found = self._rpc.ask("eth_getTransactionCount", encode_hex(address), "latest")
        return read_integer(found, "eth_getTransactionCount")

    def fees(self) -> Fees:
        latest = self.block("latest")
        if latest is None:
            raise RuntimeChainUnavailable("the node has no newest block")
        try:
            tip = read_integer(self._rpc.ask("eth_maxPriorityFeePerGas"), "eth_maxPriorityFeePerGas")
        except RpcRefusal:
            tip = 0
        return Fees(latest.base_fee, tip)

    def estimate(self, call: Call) -> int:
        return read_integer(self._rpc.ask("eth_estimateGas", _call(call)), "eth_estimateGas")

    def send(self, raw: bytes) -> bytes:
        # The node behind an address can change between two requests: prove it, then write.
        self._rpc.identity()
        tx_hash = keccak256(raw)
        try:
            self._rpc.ask("eth_sendRawTransaction", encode_hex(raw))
        except RpcRefusal:
            # "already known" and "nonce too low" are what a second try hears when the first got through.
            if not self.known(tx_hash):
                raise
        return tx_hash

    def known(self, tx_hash: bytes) -> bool:
        return self._rpc.ask("eth_getTransactionByHash", encode_hex(tx_hash)) is not None

    def receipt(self, tx_hash: bytes) -> TxReceipt | None:
        found = self._raw_receipt(encode_hex(tx_hash))
        if found is None:
            return None
        fields = _object(found, "eth_getTransactionReceipt")
        return TxReceipt(
            tx_hash,
            read_integer(fields.get("blockNumber"), "receipt field blockNumber"),
            read_bytes(fields.get("blockHash"), "receipt field blockHash", 32),
            read_integer(fields.get("status"), "receipt field status"),
            read_integer(fields.get("gasUsed"), "receipt field gasUsed"),
        )

    def _raw_receipt(self, tx_hash: str) -> object:
        return self._rpc.ask("eth_getTransactionReceipt", tx_hash)

    def _view(self, contract: bytes, data: bytes, ref: BlockRef) -> bytes:
        call = {"to": encode_hex(contract), "data": encode_hex(data)}
        where = {"blockHash": encode_hex(ref)} if isinstance(ref, bytes) else _reference(ref)
        ask = self._rpc.ask if ref == "latest" else self._rpc.ask_old
        return read_bytes(ask("eth_call", call, where), "eth_call")


def _reference(ref: BlockRef) -> str:
    if isinstance(ref, bytes):
        return encode_hex(ref)
    return hex(ref) if isinstance(ref, int) else ref


def _object(value: object, where: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise RuntimeChainUnavailable(f"the node answered {where} with something that is no object")
    return value


def _block(fields: dict[str, object]) -> BlockInfo:
    return BlockInfo(
        number=read_integer(fields.get("number"), "block field number"),
        hash=read_bytes(fields.get("hash"), "block field hash", 32),
        parent_hash=read_bytes(fields.get("parentHash"), "block field parentHash", 32),
        timestamp=read_integer(fields.get("timestamp"), "block field timestamp"),
        base_fee=read_integer(fields.get("baseFeePerGas", 0), "block field baseFeePerGas"),
        fields=fields,
    )


def _transactions(block: BlockInfo) -> list[str]:
    found = block.fields.get("transactions")
    return [str(tx_hash) for tx_hash in found] if isinstance(found, list) else []


def _call(call: Call) -> dict[str, str]:
    return {"from": encode_hex(call.sender), "to": encode_hex(call.to), "data": encode_hex(call.data)}
