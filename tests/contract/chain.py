"""A private anvil under Osaka rules, and the deployed contract on it."""

from __future__ import annotations

import json
import secrets
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

from web3 import HTTPProvider, Web3
from web3.contract import Contract
from web3.types import TxReceipt

ROOT = Path(__file__).resolve().parents[2]
ANVIL = ROOT / "node_modules" / "@foundry-rs" / "anvil-linux-amd64" / "bin" / "anvil"
DEPLOYMENT = ROOT / "ledger" / "data" / "deployments" / "access_ledger.json"

GAS = 16_000_000  # below the cap of 2^24 for one transaction (EIP-7825)


class ChainNotOurs(RuntimeError):
    """The child died, or somebody else answers on its port."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Chain:
    """One anvil child process. Its chain id is drawn at random, so an answer by another node is noticed."""

    def __init__(self, *arguments: str) -> None:
        self.logs = 0
        self.chain_id = 1_000_000 + secrets.randbelow(1 << 30)
        port = free_port()
        command = [str(ANVIL), "--silent", "--hardfork", "osaka", "--port", str(port)]
        command += ["--chain-id", str(self.chain_id), *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.web3 = Web3(HTTPProvider(f"http://127.0.0.1:{port}", request_kwargs={"timeout": 60}))
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise

    def _wait(self) -> None:
        deadline = time.monotonic() + 20
        while not self.web3.is_connected():
            if self.process.poll() is not None:
                raise ChainNotOurs(f"anvil ended with exit code {self.process.returncode}")
            if time.monotonic() > deadline:
                raise ChainNotOurs("anvil did not answer within 20 seconds")
            time.sleep(0.02)
        if self.web3.eth.chain_id != self.chain_id or self.web3.eth.block_number != 0:
            raise ChainNotOurs("the node on this port is not the fresh chain that was started")

    def stop(self) -> None:
        self.process.kill()
        self.process.wait(timeout=10)

    def account(self, number: int) -> str:
        account: str = self.web3.eth.accounts[number]
        return account

    def rpc(self, method: str, *params: Any) -> Any:
        answer = self.web3.provider.make_request(method, params)  # type: ignore[arg-type]
        assert "error" not in answer, answer
        return answer["result"]

    def wait_seconds(self, seconds: int) -> None:
        """Let the next block be this much later; the clock of the chain keeps the distance."""
        self.rpc("evm_increaseTime", seconds)
        self.rpc("evm_mine")

    def send(self, call: Any, sender: str, gas: int = GAS) -> TxReceipt:
        """Mine one transaction with a fixed gas limit: web3 would add 100,000 gas to its own estimate."""
        sent = call.transact({"from": sender, "gas": gas})
        receipt = self.web3.eth.wait_for_transaction_receipt(sent, poll_latency=0.01)
        assert receipt["status"] == 1, "transaction reverted"
        return receipt


def read_deployment() -> dict[str, Any]:
    deployment: dict[str, Any] = json.loads(DEPLOYMENT.read_text())
    return deployment


def deploy(chain: Chain) -> Contract:
    """Create the contract through the CREATE2 factory, at the address that the deployment file names."""
    deployment = read_deployment()
    create2 = deployment["create2"]
    data = create2["salt"] + deployment["creation_bytecode"].removeprefix("0x")
    sent = chain.web3.eth.send_transaction(
        {"from": chain.account(9), "to": create2["factory"], "data": data, "gas": GAS}
    )
    receipt = chain.web3.eth.wait_for_transaction_receipt(sent, poll_latency=0.01)
    assert receipt["status"] == 1, "the CREATE2 factory refused the code"
    return chain.web3.eth.contract(address=create2["address"], abi=deployment["abi"])


def fresh_log(chain: Chain) -> str:
    """An address that never sent anything, so no storage of it is set. Not random: gas depends on its bytes."""
    chain.logs += 1
    address = Web3.to_checksum_address(Web3.keccak(text=f"habeas log {chain.logs}")[12:])
    chain.rpc("anvil_setBalance", address, hex(10**20))
    chain.rpc("anvil_impersonateAccount", address)
    return address
