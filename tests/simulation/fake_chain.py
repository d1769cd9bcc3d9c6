"""A chain in memory behind the production interface ``ledger.runtime.chain.Chain``.

Blocks have real headers and receipt tries, transactions are really signed, and the contract has the
real rules (``fake_contract.py``). What a test adds: it mines, reorganises, resets, halts or hides
events when told to, and ``on_call`` sees each question before and after it is answered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from eth_account import Account
from eth_account.typed_transactions import TypedTransaction
from hexbytes import HexBytes

from ledger.encoding import encode_hex
from ledger.errors import RuntimeChainUnavailable
from ledger.evm import Log, build_receipt_proof, encode_header, encode_receipt, keccak256
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
from ledger.runtime.contract import Head, Ticket, submit_call
from ledger.runtime.transactions import GWEI
from tests.simulation.fake_contract import UNBORN, Contract, Revert

CODE = b"the code of a contract in memory"
CONTRACT = bytes.fromhex("c0" * 20)
CHAIN_ID = 31337
START = 1_795_000_000
EMPTY_ROOT = keccak256(b"\x80")
_ZERO_BLOOM = "0x" + "00" * 256
_BUMP = 110  # per cent: what a replacement must pay at least


@dataclass(frozen=True, slots=True)
class Tx:
    """A transaction that waits or was mined."""

    hash: bytes
    sender: bytes
    nonce: int
    data: bytes
    max_fee: int
    tip: int


@dataclass(frozen=True, slots=True)
class Block:
    """A block, what it did, and the state after it."""

    info: BlockInfo
    txs: tuple[Tx, ...]
    receipts: tuple[RpcObject, ...]
    logs: tuple[tuple[Log, ...], ...]
    contract: Contract
    nonces: dict[bytes, int]


class FakeChain:
    """One node of one chain. ``depth``: blocks between the newest and the newest final one."""

    def __init__(self, depth: int = 2, seed: int = 0) -> None:
        self.depth = depth
        self.base_fee = GWEI
        self.now = START
        self.on_call: Callable[[str], None] = lambda name: None
        self.down = False
        self.hidden: frozenset[bytes] = frozenset()
        """Topics of events that the node keeps to itself."""
        self.blocks: list[Block] = []
        self.pool: dict[bytes, Tx] = {}
        self._salt = 0
        self.reset(seed)

    # --- what a test does to it -------------------------------------------------------------------

    def reset(self, seed: int) -> None:
        """Everything is gone; another block 0."""
        self._salt += 1
        self.pool.clear()
        self.blocks = []
        self._append(b"genesis %d" % seed, (), Contract(CONTRACT), {})

    def mine(self, count: int = 1, seconds: int = 1, *, include: bool = True) -> None:
        """``count`` blocks; ``include`` False: nothing that waits gets in."""
        for _ in range(count):
            self.now += seconds
            tip = self.blocks[-1]
            contract, nonces = tip.contract.copy(), dict(tip.nonces)
            mined = self._take(nonces) if include else []
            self._append(b"", mined, contract, nonces)

    def reorg(self, depth: int, *, keep: bool) -> None:
        """Replace the newest ``depth`` blocks by empty ones; ``keep``: their transactions wait again."""
        depth = min(depth, len(self.blocks) - 1)
        if depth == 0:
            return
        dropped = self.blocks[-depth:]
        del self.blocks[-depth:]
        self._salt += 1
        if keep:
            for block in dropped:
                self.pool.update({tx.hash: tx for tx in block.txs})
        for _ in range(depth):
            self.mine(include=False)

    def submit(self, log: bytes, key: bytes, raw: bytes, sender: bytes = b"\x51" * 20) -> None:
        """Somebody's direct submission, waiting to be mined."""
        waiting = [tx.nonce + 1 for tx in self.pool.values() if tx.sender == sender]
        nonce = max([self.blocks[-1].nonces.get(sender, 0), *waiting])
        data = submit_call(log, key, raw)
        tx = Tx(hashlib.sha256(sender + nonce.to_bytes(8) + data).digest(), sender, nonce, data, 10**12, GWEI)
        self.pool[tx.hash] = tx

    # --- the interface ----------------------------------------------------------------------------

    def identity(self) -> ChainIdentity:
        self._asked("identity")
        return ChainIdentity(CHAIN_ID, self.blocks[0].info.hash)

    def block(self, ref: BlockRef) -> BlockInfo | None:
        self._asked("block")
        found = self._find(ref)
        return found.info if found else None

    def code(self, address: bytes) -> bytes:
        self._asked("code")
        return CODE if address == CONTRACT else b""

    def balance(self, address: bytes) -> int:
        self._asked("balance")
        return 10**21

    def head(self, contract: bytes, log: bytes, ref: BlockRef = "latest") -> Head:
        self._asked("head")
        found = self._find(ref)
        if found is None:
            raise RpcRefusal("header not found", -32000)
        return found.contract.heads.get(log, UNBORN)

    def ticket(self, contract: bytes, log: bytes, number: int) -> Ticket:
        self._asked("ticket")
        return self.blocks[-1].contract.tickets.get((log, number), Ticket(bytes(27), 0))

    def events(
        self, contract: bytes, log: bytes, topics: Sequence[bytes], first: int, last: int, doubt: int = 0
    ) -> list[Event]:
        self._asked("events")
        wanted = set(topics) - self.hidden
        return [
            Event(block.info.number, block.info.hash, block.txs[place].hash, place, item)
            for block in self.blocks[first : last + 1]
            for place, logs in enumerate(block.logs)
            for item in logs
            if item.topics[0] in wanted and item.topics[1] == bytes(12) + log
        ]

    def receipts(self, block: BlockInfo) -> list[RpcObject]:
        self._asked("receipts")
        found = self._find(block.hash)
        if found is None:
            raise RuntimeChainUnavailable("the node does not know this block")
        return list(found.receipts)

    def nonce(self, address: bytes) -> int:
        self._asked("nonce")
        return self.blocks[-1].nonces.get(address, 0)

    def fees(self) -> Fees:
        self._asked("fees")
        return Fees(self.base_fee, GWEI // 1000)

    def estimate(self, call: Call) -> int:
        self._asked("estimate")
        try:
            self.blocks[-1].contract.copy().call(call.sender, call.data, self.now + 1)
        except Revert as revert:
            raise RpcRefusal("execution reverted", 3, revert.data) from None
        return 60_000

    def send(self, raw: bytes) -> bytes:
        self._asked("send")
        tx = _parse(raw)
        if tx.hash not in self.pool and not self._mined(tx.hash):
            self._admit(tx)
        self._asked("sent")
        return tx.hash

    def known(self, tx_hash: bytes) -> bool:
        self._asked("known")
        return tx_hash in self.pool or self._mined(tx_hash) is not None

    def receipt(self, tx_hash: bytes) -> TxReceipt | None:
        self._asked("receipt")
        found = self._mined(tx_hash)
        if found is None:
            return None
        block, place = found
        status = int(str(block.receipts[place]["status"]), 16)
        return TxReceipt(tx_hash, block.info.number, block.info.hash, status, 60_000)

    # --- inside -----------------------------------------------------------------------------------

    def _asked(self, name: str) -> None:
        self.on_call(name)
        if self.down:
            raise RuntimeChainUnavailable(f"the node did not answer {name}")

    def _find(self, ref: BlockRef) -> Block | None:
        if isinstance(ref, bytes):
            return next((block for block in reversed(self.blocks) if block.info.hash == ref), None)
        if ref == "latest":
            return self.blocks[-1]
        number = max(0, len(self.blocks) - 1 - self.depth) if isinstance(ref, str) else ref
        return self.blocks[number] if number < len(self.blocks) else None

    def _mined(self, tx_hash: bytes) -> tuple[Block, int] | None:
        for block in reversed(self.blocks):
            for place, tx in enumerate(block.txs):
                if tx.hash == tx_hash:
                    return block, place
        return None

    def _admit(self, tx: Tx) -> None:
        if tx.nonce < self.blocks[-1].nonces.get(tx.sender, 0):
            raise RpcRefusal("nonce too low", -32000)
        rival = next((it for it in self.pool.values() if (it.sender, it.nonce) == (tx.sender, tx.nonce)), None)
        if rival is not None:
            if tx.max_fee * 100 < rival.max_fee * _BUMP or tx.tip * 100 < rival.tip * _BUMP:
                raise RpcRefusal("replacement transaction underpriced", -32000)
            del self.pool[rival.hash]
        self.pool[tx.hash] = tx

    def _take(self, nonces: dict[bytes, int]) -> list[Tx]:
        """Transactions that can be mined now: right nonce, fee at least the base fee."""
        taken: list[Tx] = []
        for tx in sorted(self.pool.values(), key=lambda tx: tx.nonce):
            expected = nonces.get(tx.sender, 0)
            if tx.nonce == expected and tx.max_fee >= self.base_fee + min(tx.tip, 1):
                nonces[tx.sender] = expected + 1
                taken.append(tx)
        for tx in taken:
            del self.pool[tx.hash]
        self.pool = {key: tx for key, tx in self.pool.items() if tx.nonce >= nonces.get(tx.sender, 0)}
        return taken

    def _append(self, extra: bytes, txs: Iterable[Tx], contract: Contract, nonces: dict[bytes, int]) -> None:
        number, mined, receipts, logs = len(self.blocks), tuple(txs), list[RpcObject](), list[tuple[Log, ...]]()
        for tx in mined:
            trial = contract.copy()
            try:
                emitted, contract = tuple(trial.call(tx.sender, tx.data, self.now)), trial
                status = 1
            except Revert:
                emitted, status = (), 0
            logs.append(emitted)
            receipts.append(_receipt(status, len(receipts), emitted))
        encoded = [encode_receipt(receipt) for receipt in receipts]
        root = build_receipt_proof(encoded, 0)[0] if encoded else EMPTY_ROOT
        parent = self.blocks[-1].info.hash if self.blocks else bytes(32)
        fields = _header(number, self.now, parent, root, extra + self._salt.to_bytes(4), self.base_fee)
        block_hash = keccak256(encode_header(fields))
        fields = {**fields, "hash": encode_hex(block_hash), "transactions": [encode_hex(tx.hash) for tx in mined]}
        info = BlockInfo(number, block_hash, parent, self.now, self.base_fee, fields)
        self.blocks.append(Block(info, mined, tuple(receipts), tuple(logs), contract, nonces))


def _parse(raw: bytes) -> Tx:
    fields = TypedTransaction.from_bytes(HexBytes(raw)).as_dict()
    sender = bytes.fromhex(Account.recover_transaction(raw)[2:])
    assert fields["chainId"] == CHAIN_ID and bytes(fields["to"]) == CONTRACT
    return Tx(
        keccak256(raw), sender, fields["nonce"], bytes(fields["data"]),
        fields["maxFeePerGas"], fields["maxPriorityFeePerGas"],
    )  # fmt: skip


def _receipt(status: int, place: int, logs: Iterable[Log]) -> RpcObject:
    return {
        "type": "0x2",
        "status": hex(status),
        "cumulativeGasUsed": hex(60_000 * (place + 1)),
        "logsBloom": _ZERO_BLOOM,
        "logs": [
            {
                "address": encode_hex(log.address),
                "topics": [encode_hex(topic) for topic in log.topics],
                "data": encode_hex(log.data),
            }
            for log in logs
        ],
    }


def _header(
    number: int, now: int, parent: bytes, receipts_root: bytes, extra: bytes, base_fee: int
) -> dict[str, object]:
    zero = encode_hex(bytes(32))
    return {
        "parentHash": encode_hex(parent), "sha3Uncles": zero, "miner": encode_hex(bytes(20)), "stateRoot": zero,
        "transactionsRoot": zero, "receiptsRoot": encode_hex(receipts_root), "logsBloom": _ZERO_BLOOM,
        "difficulty": "0x0", "number": hex(number), "gasLimit": hex(30_000_000), "gasUsed": "0x0",
        "timestamp": hex(now), "extraData": encode_hex(extra), "mixHash": zero, "nonce": encode_hex(bytes(8)),
        "baseFeePerGas": hex(base_fee), "withdrawalsRoot": zero, "blobGasUsed": "0x0", "excessBlobGas": "0x0",
        "parentBeaconBlockRoot": zero, "requestsHash": zero,
    }  # fmt: skip
