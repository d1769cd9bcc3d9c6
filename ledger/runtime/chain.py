"""What Habeas asks of a chain, and the answers as values.

``Chain`` is the interface: ``Web3Chain`` (``web3_chain.py``) speaks to real nodes, the simulation in
the tests implements the same methods. All trouble with a node is RuntimeChainUnavailable; a node
of another chain is RuntimeForeignChain, found before anything is written to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from ledger.encoding import encode_hex
from ledger.errors import MalformedHeader, RuntimeChainUnavailable, RuntimeWrongContract, VerificationHeader
from ledger.evm import Header, Log, encode_header, keccak256, verify_header
from ledger.policy import Finality
from ledger.runtime.contract import Head, Ticket

Tag: TypeAlias = Literal["latest", "finalized"]
BlockRef: TypeAlias = "int | bytes | Tag"
RpcObject: TypeAlias = "Mapping[str, object]"


class RpcRefusal(RuntimeChainUnavailable):
    """The node answered, with an error of JSON-RPC. ``data`` holds the revert bytes, if any."""

    def __init__(self, message: str, code: int = 0, data: bytes = b"") -> None:
        super().__init__(message)
        self.code = code
        self.data = data


@dataclass(frozen=True, slots=True)
class ChainIdentity:
    """Which chain this is. The number alone proves nothing: any local node can be given it."""

    chain_id: int
    genesis: bytes


@dataclass(frozen=True, slots=True)
class BlockInfo:
    """A block as a node describes it. ``fields`` is the whole JSON-RPC object."""

    number: int
    hash: bytes
    parent_hash: bytes
    timestamp: int
    base_fee: int
    fields: RpcObject


@dataclass(frozen=True, slots=True)
class Event:
    """An event and where it stands."""

    block_number: int
    block_hash: bytes
    tx_hash: bytes
    tx_index: int
    log: Log
    log_index: int = 0
    """Its place among the logs of the block, as the node says: good for the order, proven by nothing."""


@dataclass(frozen=True, slots=True)
class TxReceipt:
    """What became of a mined transaction. ``status`` 0: reverted."""

    tx_hash: bytes
    block_number: int
    block_hash: bytes
    status: int
    gas_used: int


@dataclass(frozen=True, slots=True)
class Fees:
    """Wei per unit of gas: the newest block's base fee and what the node suggests as a tip."""

    base: int
    tip: int


@dataclass(frozen=True, slots=True)
class Call:
    """A call or transaction from ``sender`` (20 bytes) to ``to``."""

    sender: bytes
    to: bytes
    data: bytes


class Chain(Protocol):
    """A chain. Block references are a number, a 32-byte hash, or a tag."""

    def identity(self) -> ChainIdentity:
        """Chain id and genesis hash, asked anew. Raises RuntimeForeignChain if not the expected ones."""

    def block(self, ref: BlockRef) -> BlockInfo | None:
        """The block, or None if the node has none (also for ``finalized`` before the first finality)."""

    def code(self, address: bytes) -> bytes:
        """The code at ``address``, empty if there is none."""

    def balance(self, address: bytes) -> int:
        """Wei that ``address`` holds."""

    def head(self, contract: bytes, log: bytes, ref: BlockRef = "latest") -> Head:
        """What the contract holds for ``log``. Raises RuntimeWrongContract for another answer."""

    def ticket(self, contract: bytes, log: bytes, number: int) -> Ticket:
        """One ticket as the contract keeps it; zeros if it was never taken."""

    def events(
        self, contract: bytes, log: bytes, topics: Sequence[bytes], first: int, last: int, doubt: int = 0
    ) -> list[Event]:
        """Events of ``contract`` for ``log`` with one of ``topics`` in blocks ``first`` to ``last``, in order.

        ``doubt``: how often answers about these blocks were found wanting. With each the questions are
        narrower, and from the first on every node is asked and the answers are joined.
        """

    def receipts(self, block: BlockInfo) -> list[RpcObject]:
        """All receipts of a block, in order of their transactions."""

    def nonce(self, address: bytes) -> int:
        """Transactions of ``address`` in mined blocks."""

    def fees(self) -> Fees:
        """Current prices."""

    def estimate(self, call: Call) -> int:
        """Gas that ``call`` would use now. Raises RpcRefusal, with the revert bytes if it would revert."""

    def send(self, raw: bytes) -> bytes:
        """Hand in a signed transaction; its hash. Proves the chain's identity just before.

        A node that has the transaction already counts as success. Raises RpcRefusal.
        """

    def known(self, tx_hash: bytes) -> bool:
        """True if the node has the transaction, mined or waiting."""

    def receipt(self, tx_hash: bytes) -> TxReceipt | None:
        """The receipt of a mined transaction, None if it is not mined."""


def read_header(block: BlockInfo) -> Header:
    """The header of ``block``, whose Keccak-256 is the hash that the node named.

    Raises VerificationHeader: the chain has header fields unknown here, or the node is lying.
    """
    try:
        return verify_header(encode_header(block.fields), block.hash)
    except MalformedHeader as error:
        raise VerificationHeader(f"block {block.number} has a header of an unknown form: {error}") from None


def final_block(chain: Chain, finality: Finality) -> BlockInfo:
    """The newest final block; block 0 where nothing is final yet.

    ``finality`` is a tag or a number of blocks below the newest. Nodes answer null or an error
    before the first finality, and only then is block 0 right: an error that is no refusal passes.
    """
    found: BlockInfo | None = None
    if isinstance(finality, int):
        latest = chain.block("latest")
        if latest is not None and latest.number > finality:
            found = chain.block(latest.number - finality)
    else:
        try:
            found = chain.block(finality)
        except RpcRefusal:
            found = None
    found = found or chain.block(0)
    if found is None:
        raise RuntimeChainUnavailable("the node serves no block 0; a node with the whole chain of blocks is needed")
    return found


def verify_contract(chain: Chain, contract: bytes, code_hash: bytes) -> None:
    """Prove that code with ``code_hash`` (Keccak-256) is at ``contract``. Raises RuntimeWrongContract."""
    code = chain.code(contract)
    found = f"has the hash {encode_hex(keccak256(code))}" if code else "is empty"
    if keccak256(code) != code_hash:
        raise RuntimeWrongContract(
            f"the code at {encode_hex(contract)} {found}, but AccessLedger has {encode_hex(code_hash)};"
            " check the setting `contract`, or deploy it with `habeas chain deploy`"
        )
