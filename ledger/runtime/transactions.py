"""Signed transactions: EIP-1559 fees and gas set by us, one sender per key.

``send_call`` is for single calls by hand (deploying, submitting directly). The anchorer keeps a
record of every attempt and has its own way (``sender.py``).
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from coincurve import PrivateKey
from eth_account import Account
from eth_utils.address import to_checksum_address

from ledger.encoding import encode_hex
from ledger.errors import RuntimeChainUnavailable, RuntimeSetting
from ledger.evm import keccak256
from ledger.runtime.chain import Call, Chain, Fees, RpcRefusal, TxReceipt
from ledger.runtime.contract import describe_revert

GWEI = 10**9
# Osaka caps one transaction at 2^24 gas (EIP-7825).
MAX_GAS = 2**24
_LEAST_TIP = 1_000_000  # wei per gas; nodes ask for 1 wei or more and a tip of zero is never mined


@dataclass(frozen=True, slots=True)
class FeeRules:
    """The most that is paid for a unit of gas, in wei: altogether and as a tip."""

    max_fee: int = 100 * GWEI
    max_tip: int = GWEI


@dataclass(frozen=True, slots=True)
class Signed:
    """A transaction ready to send. Fees in wei per gas."""

    tx_hash: bytes
    raw: bytes
    nonce: int
    gas: int
    max_fee: int
    priority_fee: int


def address_of_key(key: bytes) -> bytes:
    """The 20-byte address of a private key (32 bytes)."""
    return keccak256(PrivateKey(key).public_key.format(compressed=False)[1:])[12:]


def first_fees(fees: Fees, rules: FeeRules) -> tuple[int, int]:
    """Fee and tip of a first try: room for the base fee to double, and the tip that the node suggests.

    Both stay within the rules; the fee may then be too low to be mined, and the transaction waits.
    """
    tip = min(max(fees.tip, _LEAST_TIP), rules.max_tip)
    fee = min(2 * fees.base + tip, rules.max_fee)
    return fee, min(tip, fee)


def sign(key: bytes, chain_id: int, nonce: int, call: Call, gas: int, fee: int, tip: int) -> Signed:
    """A signed type-2 transaction that carries no ether."""
    fields: dict[str, object] = {
        "type": 2,
        "chainId": chain_id,
        "nonce": nonce,
        "to": to_checksum_address(call.to),
        "value": 0,
        "data": call.data,
        "gas": gas,
        "maxFeePerGas": fee,
        "maxPriorityFeePerGas": tip,
    }
    signed = Account.sign_transaction(fields, key)
    return Signed(bytes(signed.hash), bytes(signed.raw_transaction), nonce, gas, fee, tip)


def estimate_gas(chain: Chain, call: Call) -> int:
    """What ``call`` would use, and a quarter more: gas rules differ between chains and change.

    Raises RpcRefusal whose message names the contract's own error.
    """
    try:
        estimate = chain.estimate(call)
    except RpcRefusal as refusal:
        _, sentence = describe_revert(refusal.data)
        if not sentence:
            raise
        raise RpcRefusal(f"the contract refuses the call: {sentence}", refusal.code, refusal.data) from None
    return min(estimate + estimate // 4, MAX_GAS)


def check_funds(chain: Chain, address: bytes, cost: int) -> None:
    """Raises RuntimeSetting if ``address`` holds less than ``cost`` wei."""
    held = chain.balance(address)
    if held < cost:
        raise RuntimeSetting(
            f"the address {encode_hex(address)} holds {held / 1e18:.6f} ether of this chain and needs up to"
            f" {cost / 1e18:.6f}; send it some (a faucet, on a test network) and try again"
        )


def send_call(chain: Chain, key: bytes, to: bytes, data: bytes, rules: FeeRules, wait_s: float = 180.0) -> TxReceipt:
    """Send one call and wait until it is mined.

    Raises RuntimeSetting for want of funds, RpcRefusal where the call would revert, and
    RuntimeChainUnavailable if it was not mined in time; it may still be mined later.
    """
    call = Call(address_of_key(key), to, data)
    fee, tip = first_fees(chain.fees(), rules)
    check_funds(chain, call.sender, 21_000 * fee)
    gas = estimate_gas(chain, call)
    check_funds(chain, call.sender, gas * fee)
    signed = sign(key, chain.identity().chain_id, chain.nonce(call.sender), call, gas, fee, tip)
    chain.send(signed.raw)
    deadline = time.monotonic() + wait_s
    while time.monotonic() < deadline:
        receipt = chain.receipt(signed.tx_hash)
        if receipt is not None:
            return receipt
        time.sleep(0.2)
    raise RuntimeChainUnavailable(
        f"transaction {encode_hex(signed.tx_hash)} was sent and is not mined after {wait_s:.0f} s; it may be later"
    )
