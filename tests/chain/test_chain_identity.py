"""Nothing is written to a chain that is not ours: false networks, foreign nodes, other contracts, taken ports."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.encoding import encode_hex
from ledger.errors import RuntimeForeignChain, RuntimeLease, RuntimePortTaken, RuntimeSetting, RuntimeWrongContract
from ledger.runtime import embedded
from ledger.runtime.chain import verify_contract
from ledger.runtime.deploy import deploy
from ledger.runtime.embedded import EmbeddedChain, EmbeddedOptions
from ledger.runtime.networks import deployment, network
from ledger.runtime.transactions import FeeRules
from ledger.runtime.web3_chain import Web3Chain
from ledger.runtime.wiring import open_services
from ledger.runtime.worker import Worker
from tests.chain.live import client, live, node
from tests.store.world import OTHER, settings_in

SEPOLIA = 11155111


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[EmbeddedChain]:
    with node(tmp_path / "node") as chain:
        yield chain


def untouched(chain: EmbeddedChain) -> bool:
    """Nobody has sent anything to it."""
    return chain.ask("eth_blockNumber") == "0x0" and chain.ask("txpool_status") == {"pending": "0x0", "queued": "0x0"}


def test_false_sepolia(tmp_path: Path) -> None:
    """A local node with Sepolia's number: the worker refuses it by its block 0, and goes on recording."""
    with node(tmp_path / "node", chain_id=SEPOLIA) as chain:
        services = open_services(
            settings_in(tmp_path / "home", chain="sepolia", rpc_urls=[chain.url]), create_keys_if_new=True
        )
        worker, stop = Worker(services), threading.Event()
        working = threading.Thread(target=worker.run, args=(stop,))
        working.start()
        deadline = time.monotonic() + 20
        while worker.stopped is None and time.monotonic() < deadline:
            time.sleep(0.05)
        alive = working.is_alive()
        stop.set()
        working.join()
        services.close()
        assert isinstance(worker.stopped, RuntimeForeignChain) and alive
        said = str(worker.stopped)
        assert encode_hex(chain.genesis) in said and encode_hex(network("sepolia").genesis) in said
        assert "another chain with the same id" in said and not worker.opened.is_set() and untouched(chain)


def test_another_chain_id(fresh: EmbeddedChain) -> None:
    with pytest.raises(RuntimeForeignChain, match="serves the chain with id 31337, not 560048; nothing was sent"):
        Web3Chain([fresh.url], 560048, network("hoodi").genesis).identity()


def test_another_chain_on_the_expected_port(tmp_path: Path) -> None:
    """The node dies and somebody else's takes its port between two rounds, and between two requests."""
    with live(tmp_path) as ledger:
        ledger.world.accept(ledger.world.opened(number=1))
        process, port = ledger.settle(), ledger.node.port
        signed = ledger.store.attempts(ledger.home.chain.nonce(ledger.log) - 1)[-1].raw
        ledger.node.stop()
        with node(tmp_path / "foreign", port=port) as foreign:
            for work in (process.round, lambda: ledger.home.chain.send(signed)):
                with pytest.raises(RuntimeForeignChain, match="its block 0 is 0x.* and not 0x.*nothing was sent to it"):
                    work()
            assert untouched(foreign)


def test_wrong_contract(tmp_path: Path) -> None:
    with live(tmp_path) as ledger:
        process, address = ledger.process(), deployment().address
        sent = ledger.home.chain.nonce(ledger.log)
        for code, words in (("0x6000", "has the hash 0x"), ("0x", "is empty")):
            ledger.node.ask("anvil_setCode", encode_hex(address), code)
            with pytest.raises(RuntimeWrongContract, match=f"{encode_hex(address)} {words}.*habeas chain deploy"):
                process.round()
        assert ledger.home.chain.nonce(ledger.log) == sent


def test_deploying_twice(fresh: EmbeddedChain) -> None:
    fresh.fund(OTHER.address)
    chain, what = client(fresh), deployment()
    first = deploy(chain, OTHER.private, FeeRules())
    assert first.tx_hash is not None and first.address == what.address and first.gas_used > 500_000
    verify_contract(chain, what.address, what.code_hash)
    again = deploy(chain, OTHER.private, FeeRules())
    assert (again.address, again.tx_hash, again.gas_used) == (what.address, None, 0)
    fresh.ask("anvil_setCode", encode_hex(what.address), "0x6001")
    with pytest.raises(RuntimeWrongContract):
        deploy(chain, OTHER.private, FeeRules())


def test_deploying_without_funds_or_factory(fresh: EmbeddedChain) -> None:
    chain, what = client(fresh), deployment()
    with pytest.raises(RuntimeSetting, match=f"{encode_hex(OTHER.address)} holds 0.000000 ether .* send it some"):
        deploy(chain, OTHER.private, FeeRules())
    fresh.ask("anvil_setCode", encode_hex(what.factory), "0x")
    with pytest.raises(RuntimeWrongContract, match=f"factory {encode_hex(what.factory)} is not on this chain"):
        deploy(chain, OTHER.private, FeeRules())
    assert untouched(fresh)


def test_taken_port(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(RuntimePortTaken, match=f"port {port} of 127.0.0.1 is taken.*chain_port be 0"):
            embedded.start(tmp_path, EmbeddedOptions(port=port))
    assert embedded.read_endpoint(tmp_path) is None


def test_folder_of_a_running_chain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "_LOCK_S", 0.2)
    with node(tmp_path) as chain:
        with pytest.raises(RuntimeLease, match="another process runs the practice chain"):
            embedded.start(tmp_path)
        assert chain.alive() and embedded.read_endpoint(tmp_path) == chain.url
    assert not chain.alive()
