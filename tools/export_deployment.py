"""Write the compiled contract and its CREATE2 address as data, so that running Habeas never needs a compiler.

python tools/export_deployment.py            build, then write ledger/data/deployments/access_ledger.json
python tools/export_deployment.py --check    build, compare; exit 1 and say what differs
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

ROOT = Path(__file__).resolve().parents[1]
FORGE = ROOT / "node_modules" / "@foundry-rs" / "forge-linux-amd64" / "bin" / "forge"
TARGET = ROOT / "ledger" / "data" / "deployments" / "access_ledger.json"

CONTRACT = "AccessLedger"
# Deployed by one pre-signed transaction whose sender key nobody has: the same address on every chain.
FACTORY = "0x4e59b44847b379578588920cA78FbF26c0B4956C"
# That transaction, for a chain without the factory: pay its sender, then send it as it is. It is signed without a
# chain id. tests/contract sends it to a chain of its own and compares the code.
FACTORY_DEPLOYMENT = {
    "sender": "0x3fAB184622Dc19b6109349B94811493BF2a45362",
    "balance_wei": "10000000000000000",
    "code_hash": "0x2fa86add0aed31f33a762c9d88e807c475bd51d0f52bd0955754b2608f7e4989",
    "transaction": (
        "0xf8a58085174876e800830186a08080b853604580600e600039806000f350fe7fffffffffffffffffffffffffff"
        "ffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082"
        "525050506014600cf31ba02222222222222222222222222222222222222222222222222222222222222222a02222"
        "222222222222222222222222222222222222222222222222222222222222"
    ),
}
# Readable in a block explorer; a second version of the contract takes another name.
SALT = b"habeas/access-ledger/v1".ljust(32, b"\0")


class BuildFailed(RuntimeError):
    """forge did not produce the contract."""


def build(output: Path) -> dict[str, Any]:
    """Compile from nothing into `output`: a stale cache must not pass for the sources."""
    environment = dict(os.environ, FOUNDRY_OUT=str(output / "out"), FOUNDRY_CACHE_PATH=str(output / "cache"))
    command = [str(FORGE), "build", "--offline", "--skip", "test", "--skip", "script", "--root", str(ROOT)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    artifact = output / "out" / f"{CONTRACT}.sol" / f"{CONTRACT}.json"
    if done.returncode != 0 or not artifact.is_file():
        raise BuildFailed(f"forge build failed:\n{done.stdout}{done.stderr}")
    artifact_json: dict[str, Any] = json.loads(artifact.read_text())
    return artifact_json


def create2_address(factory: str, salt: bytes, creation_bytecode: bytes) -> str:
    """EIP-1014: the last 20 bytes of keccak256(ff ‖ factory ‖ salt ‖ keccak256(creation code))."""
    preimage = b"\xff" + bytes.fromhex(factory[2:]) + salt + keccak(creation_bytecode)
    return str(to_checksum_address(keccak(preimage)[12:]))


def describe(artifact: dict[str, Any]) -> dict[str, Any]:
    metadata = artifact["metadata"]
    settings = metadata["settings"]
    creation = bytes.fromhex(artifact["bytecode"]["object"].removeprefix("0x"))
    runtime = bytes.fromhex(artifact["deployedBytecode"]["object"].removeprefix("0x"))
    names = sorted(metadata["sources"])
    sources = {name: hashlib.sha256((ROOT / name).read_bytes()).hexdigest() for name in names}
    return {
        "contract": CONTRACT,
        "solc": metadata["compiler"]["version"],
        "optimizer_runs": settings["optimizer"]["runs"],
        "evm_version": settings["evmVersion"],
        "abi": artifact["abi"],
        "creation_bytecode": "0x" + creation.hex(),
        "runtime_bytecode": "0x" + runtime.hex(),
        "code_hash": "0x" + keccak(runtime).hex(),
        "create2": {
            "factory": FACTORY,
            "salt": "0x" + SALT.hex(),
            "address": create2_address(FACTORY, SALT, creation),
            "factory_deployment": FACTORY_DEPLOYMENT,
        },
        "source_sha256s": sources,
    }


def differences(held: dict[str, Any], fresh: dict[str, Any]) -> list[str]:
    return sorted(name for name in held.keys() | fresh.keys() if held.get(name) != fresh.get(name))


def check(fresh: dict[str, Any]) -> int:
    name = TARGET.relative_to(ROOT)
    if not TARGET.is_file():
        print(f"{name} is missing; write it with: python tools/export_deployment.py")
        return 1
    changed = differences(json.loads(TARGET.read_text()), fresh)
    if changed:
        print(f"{name} differs from a fresh build in: {', '.join(changed)}.")
        print("A changed code hash is a new contract at a new address. Meant? Run without --check.")
        return 1
    print(f"{name} equals a fresh build: {fresh['create2']['address']}, code hash {fresh['code_hash']}")
    return 0


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Export the compiled contract as data.")
    parser.add_argument("--check", action="store_true", help="compare only; exit 1 when the file differs")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as output:
        try:
            fresh = describe(build(Path(output)))
        except BuildFailed as failure:
            print(failure, file=sys.stderr)
            return 1
    if options.check:
        return check(fresh)
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(json.dumps(fresh, indent=2) + "\n")
    print(f"wrote {TARGET.relative_to(ROOT)}: {fresh['create2']['address']}, code hash {fresh['code_hash']}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
