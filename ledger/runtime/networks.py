"""The public chains this version knows, and the one deployed contract.

Both come from package data (``ledger/data/deployments``), so that running Habeas needs neither a
compiler nor a list from elsewhere.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ledger.encoding import parse_hex
from ledger.errors import MalformedPolicy, RuntimeSetting
from ledger.policy import Finality, parse_finality
from ledger.runtime.settings import Settings

EMBEDDED = "embedded"


@dataclass(frozen=True, slots=True)
class Network:
    """A public chain. ``finality`` is its rule, a tag or a depth in blocks; ``genesis`` has 32 bytes."""

    name: str
    title: str
    chain_id: int
    genesis: bytes
    finality: Finality
    block_ms: int
    note: str


@dataclass(frozen=True, slots=True)
class Deployment:
    """The contract as it is deployed everywhere: same factory, salt and code, so same address."""

    address: bytes
    factory: bytes
    salt: bytes
    creation_code: bytes
    code_hash: bytes
    """Keccak-256 of the runtime code, 32 bytes."""


@cache
def networks() -> dict[str, Network]:
    """Every public chain by name."""
    text = files("ledger").joinpath("data/deployments/chains.toml").read_text("ascii")
    return {
        name: Network(
            name=name,
            title=entry["title"],
            chain_id=entry["chain_id"],
            genesis=parse_hex(entry["genesis"], 32, MalformedPolicy, f"genesis of {name} in chains.toml"),
            finality=parse_finality(entry["finality"], f"finality of {name} in chains.toml"),
            block_ms=entry["block_ms"],
            note=entry["note"],
        )
        for name, entry in tomllib.loads(text).items()
    }


def network(name: str) -> Network:
    """The public chain ``name``. Raises RuntimeSetting naming those that are known."""
    found = networks().get(name)
    if found is None:
        known = ", ".join([EMBEDDED, *networks()])
        raise RuntimeSetting(f"the chain {name!r} is not known; known are {known}")
    return found


def finality_rule(settings: Settings) -> Finality:
    """When a block counts as final for this ledger: the setting, or else what its chain calls final."""
    if settings.finality is not None:
        return settings.finality
    return "finalized" if settings.chain == EMBEDDED else network(settings.chain).finality


@cache
def deployment() -> Deployment:
    """The exported contract (``access_ledger.json``)."""
    text = files("ledger").joinpath("data/deployments/access_ledger.json").read_text("ascii")
    exported = json.loads(text)
    create2 = exported["create2"]
    return Deployment(
        address=bytes.fromhex(create2["address"][2:]),
        factory=bytes.fromhex(create2["factory"][2:]),
        salt=bytes.fromhex(create2["salt"][2:]),
        creation_code=bytes.fromhex(exported["creation_bytecode"][2:]),
        code_hash=bytes.fromhex(exported["code_hash"][2:]),
    )
