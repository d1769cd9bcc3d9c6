"""Captures real blocks for the vectors: ``python -m tools.vectors.evm --capture``.

Starts anvil on a free port, deploys the contract, fills blocks with chosen numbers of transactions and
returns blocks and receipts as the node gave them. Run once; its output is checked in, so that nobody
needs a node to rewrite the vectors.
"""

from __future__ import annotations

import json
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from eth_abi.abi import encode
from eth_account import Account

from ledger.encoding import sha256
from ledger.evm import keccak256
from ledger.leaf import StatementLeaf
from ledger.merkle import MemoryTree, hash_leaf

ROOT = Path(__file__).resolve().parents[2]
ANVIL = ROOT / "node_modules" / "@foundry-rs" / "anvil-linux-amd64" / "bin" / "anvil"
DEPLOYMENT = ROOT / "ledger" / "data" / "deployments" / "access_ledger.json"
# What else a node tells of a block follows from these or from the transactions.
DROPPED = frozenset({"size", "totalDifficulty", "transactions", "uncles", "withdrawals"})
RECEIPT_FIELDS = ("type", "status", "cumulativeGasUsed", "logsBloom", "depositNonce", "depositReceiptVersion")
LOG_FIELDS = ("address", "topics", "data")
ZERO_BLOOM = "0x" + "00" * 256
GAS = hex(2_000_000)
Json = dict[str, Any]
# Key 0 of anvil's well-known test phrase; it signs what the node cannot build itself.
TEST_KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"


class Node:
    """One anvil child process that mines only when told to."""

    def __init__(self, *options: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [str(ANVIL), "--silent", "--no-mining", "--order", "fifo", "--port", str(port), *options]
        self.process = subprocess.Popen(command)
        self.url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 20
        while True:
            try:
                self.accounts: list[str] = self.call("eth_accounts")
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def call(self, method: str, *params: object) -> Any:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        request = urllib.request.Request(self.url, body, {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as response:
            answer = json.load(response)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]

    def send(self, sender: int, **fields: object) -> str:
        sent: str = self.call("eth_sendTransaction", {"from": self.accounts[sender], **fields})
        return sent

    def mine(self, name: str) -> Json:
        """Mine what waits; the block and its receipts, reduced to what their encodings hold."""
        self.call("evm_mine")
        block = self.call("eth_getBlockByNumber", "latest", False)
        receipts = self.call("eth_getBlockReceipts", block["number"])
        return {
            "name": name,
            "block": {field: value for field, value in block.items() if field not in DROPPED},
            "receipts": [_receipt(receipt) for receipt in receipts],
        }


@contextmanager
def node(*options: str) -> Iterator[Node]:
    child = Node(*options)
    try:
        yield child
    finally:
        child.process.terminate()
        child.process.wait(timeout=10)


def _receipt(receipt: Json) -> Json:
    kept: Json = {field: receipt[field] for field in RECEIPT_FIELDS if receipt.get(field) is not None}
    kept["logs"] = [{field: log[field] for field in LOG_FIELDS} for log in receipt["logs"]]
    # Left out where it is zero: 514 characters in each of 800 receipts.
    if kept["logsBloom"] == ZERO_BLOOM:
        del kept["logsBloom"]
    return kept


def _call(signature: str, *values: object) -> str:
    types = _split(signature[signature.index("(") + 1 : -1])
    return "0x" + (keccak256(signature.encode())[:4] + encode(types, values)).hex()


def _split(types: str) -> list[str]:
    """The top-level members of a list of ABI types."""
    parts, depth = [""], 0
    for character in types:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def _anchor(tree: MemoryTree, held: int, forced: list[tuple[bytes, int]]) -> str:
    proofs = [(leaf, index, tree.inclusion(index, tree.size)) for leaf, index in forced]
    return _call(
        "anchor(uint64,bytes32,bytes32[],(bytes32,uint64,bytes32[])[])",
        tree.size,
        tree.root(),
        tree.consistency(held, tree.size) if held else [],
        proofs,
    )


def capture() -> Json:
    """All captured blocks, the contract's address and the log that anchors there."""
    with node("--hardfork", "osaka") as chain:
        captured = _osaka(chain)
        version = chain.call("web3_clientVersion")
    with node("--network", "optimism") as chain:
        captured["blocks"].append(_deposits(chain))
    return {"source": version, **captured}


def _osaka(chain: Node) -> Json:
    deployment = json.loads(DEPLOYMENT.read_text())
    contract = deployment["create2"]["address"].lower()
    code = deployment["creation_bytecode"].removeprefix("0x")
    chain.send(9, to=deployment["create2"]["factory"], data=deployment["create2"]["salt"] + code, gas=GAS)
    twin_sent = chain.send(8, data="0x" + code, gas=GAS)
    blocks = [chain.mine("contract-and-its-twin")]
    twin = chain.call("eth_getTransactionReceipt", twin_sent)["contractAddress"].lower()
    statements = [b'{"habeas":1}', bytes(range(32, 127)) * 10]
    key = hash_leaf(b"a case")
    tree = MemoryTree()
    tree.append(hash_leaf(b"leaf 0"))
    chain.send(1, to=contract, data=_anchor(tree, 0, []), gas=GAS)
    blocks.append(chain.mine("1-transaction"))
    for statement in statements:
        chain.send(2, to=contract, data=_submit(chain.accounts[1], key, statement), gas=GAS)
    blocks.append(chain.mine("2-transactions"))
    forced = []
    for statement in statements:
        leaf = StatementLeaf(key, sha256(statement)).hash()
        forced.append((leaf, tree.size))
        tree.append(leaf)
    for count in (0, 16, 17, 128, 129, 300):
        _transfers(chain, count)
        blocks.append(chain.mine(f"{count}-transactions"))
    _transfers(chain, 131)
    _call_contract(chain, contract, twin, tree, forced)
    _transfers(chain, 64)
    blocks.append(chain.mine("200-transactions"))
    _signed_types(chain)
    blocks.append(chain.mine("every-type"))
    return {"contract": contract, "twin": twin, "log": chain.accounts[1].lower(), "blocks": blocks}


def _call_contract(chain: Node, contract: str, twin: str, tree: MemoryTree, forced: list[tuple[bytes, int]]) -> None:
    """Transactions 131 to 135: a good anchor and four that must not pass for it."""
    chain.send(1, to=contract, data=_anchor(tree, 1, forced), gas=GAS)
    other = MemoryTree()
    other.append(hash_leaf(b"another log"))
    chain.send(3, to=contract, data=_anchor(other, 0, []), gas=GAS)  # another log
    chain.send(1, to=twin, data=_anchor(tree, 0, []), gas=GAS)  # another contract
    chain.send(1, to=contract, data=_anchor(other, 0, []), gas=GAS)  # reverted: the size shrinks
    chain.send(2, to=contract, data=_submit(chain.accounts[3], bytes(32), b"x"), gas=GAS)  # another event


def _submit(log: str, key: bytes, statement: bytes) -> str:
    return _call("submit(address,bytes32,bytes)", log, key, statement)


def _transfers(chain: Node, count: int) -> None:
    price = hex(10 * 10**9)
    for number in range(count):
        fields: Json = {"to": chain.accounts[number % 10], "value": hex(number), "gas": hex(30_000)}
        if number % 3 == 0:
            fields["gasPrice"] = price
        elif number % 3 == 1:
            fields |= {"gasPrice": price, "accessList": []}
        chain.send(number % 7, **fields)


def _signed_types(chain: Node) -> None:
    """One transaction of each type 0 to 4; a blob and an authorization need a signature made here."""
    _transfers(chain, 3)
    account = Account.from_key(TEST_KEY)
    nonce = int(chain.call("eth_getTransactionCount", account.address, "pending"), 16)
    base: Json = {
        "chainId": 31337,
        "to": account.address,
        "value": 0,
        "gas": 100_000,
        "maxFeePerGas": 10**10,
        "maxPriorityFeePerGas": 10**9,
    }
    blob = {**base, "type": 3, "nonce": nonce, "maxFeePerBlobGas": 10**10}
    signed = account.sign_transaction(blob, blobs=[bytes(131_072)])
    chain.call("eth_sendRawTransaction", "0x" + signed.raw_transaction.hex())
    unsigned = {"chainId": 31337, "address": "0x" + "00" * 20, "nonce": nonce + 2}
    authorization = account.sign_authorization(unsigned)
    code = {**base, "type": 4, "nonce": nonce + 1, "authorizationList": [authorization]}
    signed = account.sign_transaction(code)
    chain.call("eth_sendRawTransaction", "0x" + signed.raw_transaction.hex())


def _deposits(chain: Node) -> Json:
    """A block of an OP Stack chain: one deposit before two plain transfers."""
    deposit: Json = {
        "type": "0x7e",
        "sourceHash": "0x" + "11" * 32,
        "mint": hex(5),
        "isSystemTx": False,
        "to": chain.accounts[1],
        "value": hex(1),
        "gas": hex(100_000),
        "data": "0x",
    }
    chain.send(0, **deposit)
    _transfers(chain, 2)
    return chain.mine("op-stack-deposit")
