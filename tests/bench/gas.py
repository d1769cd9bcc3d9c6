"""Gas of whole transactions (base, calldata, execution) on a fresh anvil under Osaka rules, with 2^20 leaves.

    python -m tests.bench.gas      prints one JSON object

Gas is deterministic: tests/contract/test_contract_gas.py asserts these figures.
"""

from __future__ import annotations

import json

from web3.contract import Contract

from tests.contract.chain import Chain, deploy, fresh_log
from tests.contract.trees import SparseTree, statement_leaf_hash

FULL = 1 << 20
KEY = bytes(range(32))


def statement(length: int) -> bytes:
    """Printable and without zero bytes, as a signed statement is."""
    return (b'{"signature":"0x' + b"5a" * length)[:length]


class Meter:
    """Each figure gets a log of its own on one chain."""

    def __init__(self, chain: Chain, contract: Contract) -> None:
        self.chain = chain
        self.contract = contract
        self.filler = SparseTree()

    def anchor_gas(self, old: int, new: int, log: str, tickets: int = 0) -> int:
        """Second anchor of a log: `tickets` queued statements stand just behind the held head and are settled."""
        functions = self.contract.functions
        self.chain.send(functions.anchor(old, self.filler.root(old), [], []), log)
        leaves = {}
        for number in range(tickets):
            body = statement(900) + str(number).encode()
            self.chain.send(functions.submit(log, KEY, body), log)
            leaves[old + number] = statement_leaf_hash(KEY, body)
        tree = SparseTree(leaves)
        forced = [(leaves[old + i], old + i, tree.inclusion(old + i, new)) for i in range(tickets)]
        call = functions.anchor(new, tree.root(new), tree.consistency(old, new), forced)
        return self.chain.send(call, log)["gasUsed"]

    def submit_gas(self, length: int, log: str) -> int:
        functions = self.contract.functions
        self.chain.send(functions.anchor(1, self.filler.root(1), [], []), log)
        return self.chain.send(functions.submit(log, KEY, statement(length)), log)["gasUsed"]

    def no_op_gas(self, log: str) -> int:
        call = self.contract.functions.anchor(1, self.filler.root(1), [], [])
        self.chain.send(call, log)
        return self.chain.send(call, log)["gasUsed"]


# Long paths of mostly left siblings, each of which is hashed twice.
WORST_STEPS = [
    (FULL - 1, FULL),
    (FULL - 2, FULL - 1),
    (FULL - 300, FULL),
    (FULL - 1, 2 * FULL - 1),
    (FULL - 2, 2 * FULL - 2),
    (FULL + 1, FULL + 2),
    (FULL, FULL + 1),
    (FULL // 2 + 1, FULL - 1),
    (FULL // 2 - 1, FULL),
    (3, FULL - 1),
]


def measure(chain: Chain, contract: Contract) -> dict[str, int]:
    meter = Meter(chain, contract)
    worst = max(meter.anchor_gas(old, new, fresh_log(chain)) for old, new in WORST_STEPS)
    return {
        "anchor_gas_2_20": meter.anchor_gas(FULL - 300, FULL, fresh_log(chain)),
        "anchor_gas_worst": worst,
        "anchor_gas_typical": meter.anchor_gas(FULL - 5000, FULL - 4700, fresh_log(chain)),
        "anchor_gas_1_ticket": meter.anchor_gas(FULL - 300, FULL, fresh_log(chain), tickets=1),
        "anchor_gas_8_tickets": meter.anchor_gas(FULL - 300, FULL, fresh_log(chain), tickets=8),
        "anchor_gas_64_tickets": meter.anchor_gas(FULL - 300, FULL, fresh_log(chain), tickets=64),
        "anchor_gas_no_op": meter.no_op_gas(fresh_log(chain)),
        "submit_gas_60": meter.submit_gas(60, fresh_log(chain)),
        "submit_gas_900": meter.submit_gas(900, fresh_log(chain)),
        "submit_gas_2000": meter.submit_gas(2000, fresh_log(chain)),
        "submit_gas_8192": meter.submit_gas(8192, fresh_log(chain)),
    }


def main() -> None:
    chain = Chain()
    try:
        print(json.dumps(measure(chain, deploy(chain)), indent=2))
    finally:
        chain.stop()


if __name__ == "__main__":
    main()
