"""`habeas serve` on the embedded chain, killed under load: API, sequencer and anchorer at once.

Every acknowledged statement is in the log, at the index that was told, and later in a final anchor. Nobody
repairs anything between two starts. The second time the node is killed with it, as by a power cut.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ledger.encoding import encode_hex
from ledger.merkle import hash_leaf
from ledger.runtime.chain import ChainIdentity
from ledger.runtime.chain_store import ChainStore, current_chain
from ledger.runtime.embedded import read_endpoint
from ledger.runtime.wiring import open_services
from ledger.statement import RecentBlock, SignedStatement, Statement, sign
from tests.store.check_ledger import check_ledger
from tests.store.world import COMPANY, OPENED, REQUESTER, settings_in

ROOT = Path(__file__).resolve().parents[2]
THREADS = 4


@dataclass
class Server:
    """One run of the process."""

    process: subprocess.Popen[str]
    address: str

    def get(self, path: str) -> str:
        with urllib.request.urlopen(self.address + path, timeout=10) as answer:
            return str(answer.read().decode())

    def is_ready(self) -> bool:
        try:
            return '"ready": true' in self.get("/readyz")[:20]
        except OSError:
            return False

    def figure(self, name: str) -> float:
        found = re.search(rf"^{name} (\S+)$", self.get("/metrics"), re.MULTILINE)
        return float(found[1]) if found else -1.0


@dataclass
class Load:
    """Clients that record one case after another; ``told`` maps statement id to the index it was told."""

    told: dict[bytes, int] = field(default_factory=dict)
    sent: dict[bytes, SignedStatement] = field(default_factory=dict)
    number: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, server: Server, stop: threading.Event) -> None:
        try:
            block = json.loads(server.get("/v1/recent-block"))
            recent = RecentBlock(bytes.fromhex(block["hash"][2:]), block["number"])
            while not stop.is_set():
                with self.lock:
                    self.number += 1
                    signed = _case(self.number, recent)
                    self.sent[signed.id] = signed
                self._post(server, signed)
        except OSError:
            return  # killed: what was not answered was not promised

    def _post(self, server: Server, signed: SignedStatement) -> None:
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(server.address + "/v1/statements", signed.raw, headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            index = json.loads(answer.read())["index"]
        self.told[signed.id] = index


def _case(number: int, recent: RecentBlock) -> SignedStatement:
    facts = {**OPENED, "related": [encode_hex(number.to_bytes(32))]}
    said = Statement("localhost/practice", "case.opened", None, COMPANY, recent, facts, (), REQUESTER.address)
    return sign(said, REQUESTER.private)


@contextmanager
def serving(home: Path) -> Iterator[Server]:
    command = [sys.executable, "-c", "from ledger.cli.main import run; run()", "serve", "--home", str(home)]
    environment = {**os.environ, "HABEAS_ANCHOR_PERIOD_S": "1", "HABEAS_COMMIT_PERIOD_MS": "20"}
    with (home.parent / "serve.log").open("a") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None
        try:
            found = next(filter(None, (re.search(r" at (http://[^,]+), described", line) for line in process.stderr)))
            drain = threading.Thread(target=lambda: log.writelines(process.stderr or ()), daemon=True)
            drain.start()
            server = Server(process, found[1])
            _until(server.is_ready)
            yield server
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.wait(40)
            drain.join()


def _until(done: object, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not done():  # type: ignore[operator]
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def _load(server: Server, load: Load) -> tuple[threading.Event, list[threading.Thread]]:
    stop = threading.Event()
    threads = [threading.Thread(target=load.run, args=(server, stop)) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    return stop, threads


def test_killed_under_load(tmp_path: Path) -> None:
    home, load, chance = tmp_path / "home", Load(), random.Random(7)
    for run in range(3):
        with serving(home) as server:
            start = len(load.told)
            stop, threads = _load(server, load)
            _until(lambda start=start: len(load.told) >= start + chance.randrange(20, 60))  # type: ignore[misc]
            if run == 2:
                stop.set()
                for thread in threads:
                    thread.join()
                _until(lambda: server.figure("habeas_anchored_size") > max(load.told.values()))
                _until(lambda: server.figure("habeas_unanchored_entries") == 0)
                assert server.figure("habeas_anchoring_stopped") == 0
                break
            node = int(json.loads((home / "chain" / "endpoint.json").read_text())["pid"])
            server.process.kill()
            if run == 1:
                os.kill(node, signal.SIGKILL)
            stop.set()
            for thread in threads:
                thread.join()
    assert read_endpoint(home / "chain") is None, "the node ended with its owner"
    _check(home, load)


def _check(home: Path, load: Load) -> None:
    services = open_services(settings_in(home))
    receipts = []
    for statement_id, index in load.told.items():
        data = services.reader.leaf(index)
        assert data[32:64] == load.sent[statement_id].digest, "another statement stands at the index that was told"
        receipts.append((hash_leaf(data), services.reader.proof_for(index)))
    check_ledger(services, receipts)
    with services.store.read() as session:
        chain = current_chain(session)
    assert chain is not None
    newest = ChainStore(services.store, ChainIdentity(chain.chain_id, chain.genesis)).newest_anchor()
    assert newest is not None and newest.size > max(load.told.values())
    services.close()
