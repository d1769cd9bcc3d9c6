"""The exported contract on a real chain: deployment, the direct route, tickets, errors and events."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import pytest
from eth_abi.abi import decode, encode
from web3 import Web3
from web3.contract import Contract
from web3.exceptions import ContractCustomError

from tests.contract.chain import Chain, deploy, fresh_log, read_deployment
from tests.contract.trees import FILLER, SparseTree, node_hash, statement_leaf_hash

KEY = sha256(b"key").digest()
HELD = 5


def body(number: int) -> bytes:
    return json.dumps({"signature": "0x", "statement": number}).encode()


def head(contract: Contract, log: str) -> tuple[int, bytes, int, int, int]:
    size, root, anchored_at, submitted, included = contract.functions.head(log).call()
    return size, root, anchored_at, submitted, included


def born(chain: Chain, contract: Contract, log: str, size: int = HELD) -> SparseTree:
    tree = SparseTree()
    chain.send(contract.functions.anchor(size, tree.root(size), [], []), log)
    return tree


def queue(chain: Chain, contract: Contract, log: str, count: int) -> SparseTree:
    """Submit `count` statements as a stranger; the tree that holds them right behind the held leaves."""
    leaves = {}
    for number in range(count):
        chain.send(contract.functions.submit(log, KEY, body(number)), chain.account(1))
        leaves[HELD + number] = statement_leaf_hash(KEY, body(number))
    return SparseTree(leaves)


def step(contract: Contract, tree: SparseTree, size: int, settled: int = 0) -> Any:
    """The call that grows HELD to `size` leaves and settles the first tickets."""
    forced = [(tree.leaf(HELD + i), HELD + i, tree.inclusion(HELD + i, size)) for i in range(settled)]
    return contract.functions.anchor(size, tree.root(size), tree.consistency(HELD, size), forced)


def refused(contract: Contract, call: Any, sender: str) -> tuple[str, tuple[Any, ...]]:
    """Name and arguments of the error that a call ends in, decoded with the exported ABI."""
    with pytest.raises(ContractCustomError) as caught:
        call.call({"from": sender})
    data = bytes.fromhex(str(caught.value.data).removeprefix("0x"))
    for entry in contract.abi:
        if entry["type"] == "error":
            types = [argument["type"] for argument in entry["inputs"]]
            signature = f"{entry['name']}({','.join(types)})"
            if Web3.keccak(text=signature)[:4] == data[:4]:
                return entry["name"], decode(types, data[4:])
    raise AssertionError(f"no error of the ABI has the selector {data[:4].hex()}")


def anchored(contract: Contract, receipt: Any) -> dict[str, Any]:
    (event,) = contract.events.Anchored().process_receipt(receipt)
    return dict(event["args"])


def block_time(chain: Chain, receipt: Any) -> int:
    return chain.web3.eth.get_block(receipt["blockNumber"])["timestamp"]


# --- deployment ---------------------------------------------------------------------------------------------------


def test_the_factory_is_there_and_gives_the_named_address(chain: Chain, contract: Contract) -> None:
    deployment = read_deployment()
    assert chain.web3.eth.get_code(deployment["create2"]["factory"]), "anvil carries the CREATE2 factory"
    code = chain.web3.eth.get_code(contract.address)
    assert Web3.keccak(code).to_0x_hex() == deployment["code_hash"]
    assert code.to_0x_hex() == deployment["runtime_bytecode"]


def test_create2_address_follows_from_the_file() -> None:
    deployment = read_deployment()
    create2 = deployment["create2"]
    parts = [
        "ff",
        create2["factory"][2:],
        create2["salt"][2:],
        Web3.keccak(hexstr=deployment["creation_bytecode"]).hex(),
    ]
    assert Web3.to_checksum_address(Web3.keccak(hexstr="".join(parts))[12:]) == create2["address"]


def test_a_chain_without_the_factory_can_get_it() -> None:
    """The pre-signed transaction of the file makes the factory, which then makes the contract at its address."""
    deployment = read_deployment()
    create2 = deployment["create2"]
    given = create2["factory_deployment"]
    bare = Chain("--disable-default-create2-deployer")
    try:
        assert bare.web3.eth.get_code(create2["factory"]) == b""
        bare.rpc("anvil_setBalance", given["sender"], hex(int(given["balance_wei"])))
        sent = bare.web3.eth.send_raw_transaction(given["transaction"])
        receipt = bare.web3.eth.wait_for_transaction_receipt(sent, poll_latency=0.01)
        assert (receipt["from"], receipt["contractAddress"]) == (given["sender"], create2["factory"])
        assert Web3.keccak(bare.web3.eth.get_code(create2["factory"])).to_0x_hex() == given["code_hash"]
        deployed = deploy(bare)
        assert Web3.keccak(bare.web3.eth.get_code(deployed.address)).to_0x_hex() == deployment["code_hash"]
    finally:
        bare.stop()


def test_a_second_deployment_is_impossible(chain: Chain, contract: Contract) -> None:
    deployment = read_deployment()
    data = deployment["create2"]["salt"] + deployment["creation_bytecode"][2:]
    transaction = {"from": chain.account(0), "to": deployment["create2"]["factory"], "data": data, "gas": 4_000_000}
    receipt = chain.web3.eth.wait_for_transaction_receipt(chain.web3.eth.send_transaction(transaction))
    assert receipt["status"] == 0


def test_no_ether(chain: Chain, contract: Contract) -> None:
    transaction = {"from": chain.account(0), "to": contract.address, "value": 1, "gas": 100_000}
    receipt = chain.web3.eth.wait_for_transaction_receipt(chain.web3.eth.send_transaction(transaction))
    assert receipt["status"] == 0
    assert chain.web3.eth.get_balance(contract.address) == 0


# --- anchor without tickets ---------------------------------------------------------------------------------------


def test_a_log_grows(chain: Chain, contract: Contract, log: str) -> None:
    tree = SparseTree({i: sha256(bytes([i])).digest() for i in range(50)})
    steps = [1, 2, 3, 7, 8, 9, 31, 32, 33, 50]
    chain.send(contract.functions.anchor(1, tree.root(1), [], []), log)
    for old, new in zip(steps, steps[1:], strict=False):
        call = contract.functions.anchor(new, tree.root(new), tree.consistency(old, new), [])
        receipt = chain.send(call, log)
        now = block_time(chain, receipt)
        assert anchored(contract, receipt) == {
            "log": log, "size": new, "root": tree.root(new), "included": 0, "submitted": 0, "completeTo": now,
        }  # fmt: skip
        assert head(contract, log) == (new, tree.root(new), now, 0, 0)
    for index in range(50):
        assert contract.functions.verifyInclusion(log, tree.leaf(index), index, tree.inclusion(index, 50)).call()
    assert not contract.functions.verifyInclusion(log, tree.leaf(3), 4, tree.inclusion(3, 50)).call()


def test_the_same_head_is_a_silent_no_op(chain: Chain, contract: Contract, log: str) -> None:
    tree = born(chain, contract, log)
    before = head(contract, log)
    chain.wait_seconds(7200)
    receipt = chain.send(contract.functions.anchor(HELD, tree.root(HELD), [FILLER], []), log)
    assert receipt["logs"] == []
    assert head(contract, log) == before


def test_errors_decode(chain: Chain, contract: Contract, log: str) -> None:
    tree = born(chain, contract, log)
    functions = contract.functions
    other = bytes(32)
    root = tree.root(HELD)
    rival = fresh_log(chain)
    assert refused(contract, functions.anchor(HELD, other, [], []), log) == ("Fork", (HELD, root, other))
    assert refused(contract, functions.anchor(4, tree.root(4), [], []), log) == ("SizeInvalid", (HELD, 4))
    assert refused(contract, functions.anchor(2**53, other, [], []), log) == ("SizeInvalid", (HELD, 2**53))
    assert refused(contract, functions.anchor(6, other, [other], []), log) == ("Inconsistent", (HELD, 6))
    forced = [(other, 0, [])]
    call = functions.anchor(6, tree.root(6), tree.consistency(HELD, 6), forced)
    assert refused(contract, call, log) == ("TooManyForced", (1, 0))
    assert refused(contract, functions.submit(rival, KEY, b"{}"), rival) == ("UnknownLog", (rival.lower(),))
    assert refused(contract, functions.submit(log, KEY, b""), rival) == ("StatementLength", (0,))
    assert refused(contract, functions.submit(log, KEY, bytes(8193)), rival) == ("StatementLength", (8193,))


# --- the direct route ---------------------------------------------------------------------------------------------


def test_submitted_bytes_are_in_the_event(chain: Chain, contract: Contract, log: str) -> None:
    born(chain, contract, log)
    statement = b'{"signature":"0x00","statement":{}}' * 200
    receipt = chain.send(contract.functions.submit(log, KEY, statement), chain.account(3))
    (event,) = contract.events.Submitted().process_receipt(receipt)
    leaf_hash = statement_leaf_hash(KEY, statement)
    assert dict(event["args"]) == {
        "log": log, "ticket": 0, "leafHash": leaf_hash, "key": KEY, "statement": statement,
    }  # fmt: skip
    now = block_time(chain, receipt)
    assert contract.functions.ticket(log, 0).call() == [leaf_hash[:27], now]
    # Part of the specification: the words that a state proof shows.
    queue_slot = Web3.keccak(encode(["address", "uint256"], [log, 1]))
    word = chain.web3.eth.get_storage_at(contract.address, int(Web3.keccak(bytes(32) + queue_slot).hex(), 16))
    assert bytes(word) == leaf_hash[:27] + now.to_bytes(5, "big")


def test_head_word_is_laid_out_as_specified(chain: Chain, contract: Contract, log: str) -> None:
    tree = born(chain, contract, log)
    queue(chain, contract, log, 2)
    slot = int(Web3.keccak(encode(["address", "uint256"], [log, 0])).hex(), 16)
    word = int.from_bytes(chain.web3.eth.get_storage_at(contract.address, slot), "big")
    size, root, anchored_at, submitted, included = head(contract, log)
    assert word == size | anchored_at << 64 | submitted << 128 | included << 192
    assert (submitted, root) == (2, tree.root(HELD))
    assert bytes(chain.web3.eth.get_storage_at(contract.address, slot + 1)) == root


def test_tickets_bound_complete_to(chain: Chain, contract: Contract, log: str) -> None:
    born(chain, contract, log)
    tree = queue(chain, contract, log, 3)
    chain.wait_seconds(600)
    receipt = chain.send(step(contract, tree, 9, settled=1), log)
    event = anchored(contract, receipt)
    assert event["completeTo"] == contract.functions.ticket(log, 1).call()[1] <= block_time(chain, receipt) - 600
    assert (event["included"], event["submitted"]) == (1, 3)


def test_overdue(chain: Chain, contract: Contract, log: str) -> None:
    born(chain, contract, log)
    tree = queue(chain, contract, log, 1)
    chain.wait_seconds(3602)
    submitted_at = contract.functions.ticket(log, 0).call()[1]
    assert refused(contract, step(contract, tree, 9), log) == ("Overdue", (0, submitted_at))
    assert anchored(contract, chain.send(step(contract, tree, 9, settled=1), log))["included"] == 1


def test_ticket_errors_decode(chain: Chain, contract: Contract, log: str) -> None:
    born(chain, contract, log)
    tree = queue(chain, contract, log, 1)
    args = (9, tree.root(9), tree.consistency(HELD, 9))
    path = tree.inclusion(HELD, 9)
    leaf = tree.leaf(HELD)
    parent = node_hash(tree.leaf(4), leaf)
    call = contract.functions.anchor(*args, [(parent, HELD, path)])
    assert refused(contract, call, log) == ("TicketMismatch", (0, parent))
    call = contract.functions.anchor(*args, [(leaf, HELD + 1, path)])
    assert refused(contract, call, log) == ("NotIncluded", (0, HELD + 1))


def test_sixty_four_tickets_and_a_flood(chain: Chain, contract: Contract, log: str) -> None:
    """65 overdue tickets: 63 settled are too few, 64 carry the anchor, and the next one ends the queue."""
    born(chain, contract, log)
    tree = queue(chain, contract, log, 65)
    chain.wait_seconds(4000)
    oldest_left = contract.functions.ticket(log, 63).call()[1]
    assert refused(contract, step(contract, tree, 71, settled=63), log) == ("Overdue", (63, oldest_left))
    assert refused(contract, step(contract, tree, 71, settled=65), log) == ("TooManyForced", (65, 64))
    event = anchored(contract, chain.send(step(contract, tree, 71, settled=64), log))
    assert (event["included"], event["submitted"]) == (64, 65)
    assert event["completeTo"] == contract.functions.ticket(log, 64).call()[1]

    index = HELD + 64
    forced = [(tree.leaf(index), index, tree.inclusion(index, 72))]
    call = contract.functions.anchor(72, tree.root(72), tree.consistency(71, 72), forced)
    receipt = chain.send(call, log)
    assert anchored(contract, receipt)["completeTo"] == block_time(chain, receipt)
    assert head(contract, log)[3:] == (65, 65)


def test_two_tickets_one_leaf(chain: Chain, contract: Contract, log: str) -> None:
    born(chain, contract, log)
    tree = queue(chain, contract, log, 1)
    chain.send(contract.functions.submit(log, KEY, body(0)), chain.account(2))
    shown = (tree.leaf(HELD), HELD, tree.inclusion(HELD, 7))
    call = contract.functions.anchor(7, tree.root(7), tree.consistency(HELD, 7), [shown, shown])
    assert anchored(contract, chain.send(call, log))["included"] == 2
