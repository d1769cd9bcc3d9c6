"""The practice chain: anvil as a child process, with its state in the ledger's folder.

It proves nothing to a stranger, and everything says so. Three things make it ours and keep it so:
anvil picks the port itself and tells it on its own output, so no other node is ever taken for it;
its gas limit is drawn at random, so its genesis hash is like no other chain's; and genesis time and
gas limit are kept, because anvil would otherwise write a new block 0 into its state on restart. Its
accounts come from a random seed: nobody else has money on it.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import re
import secrets
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ledger.encoding import encode_hex
from ledger.errors import (
    RuntimeChainUnavailable,
    RuntimeForeignChain,
    RuntimeLease,
    RuntimePortTaken,
    RuntimeSetting,
)
from ledger.runtime.rpc import Endpoint, read_bytes, read_integer

_log = logging.getLogger(__name__)
CHAIN_ID = 31337
_BINARY = Path("node_modules") / "@foundry-rs" / "anvil-linux-amd64" / "bin" / "anvil"
_LISTENING = re.compile(rb"Listening on 127\.0\.0\.1:(\d+)")
_START_S = 20.0
_LOCK_S = 15.0
_GAS_LIMIT = 30_000_000
_REST_AFTER_S = 300.0
_RESTING_BLOCK_S = 12
# Bytes of saved state for each second between two saves: about 5 MB/s at most.
_SAVED_PER_S = 5_000_000
_FUNDS = 10**21  # wei: a thousand ether, which no practice ledger will spend


@dataclass(frozen=True, slots=True)
class EmbeddedOptions:
    """``slots`` sets finality: with 1 a block is final two blocks later, with 32 (anvil's own) 64."""

    port: int = 0
    block_time: int = 1
    """Seconds; 0: a block per transaction, and none without."""
    slots: int = 1
    save_every_s: int = 2
    chain_id: int = CHAIN_ID
    anvil: Path | None = None


class EmbeddedChain:
    """A running anvil. Made by ``start``; ``stop`` ends it and saves its state."""

    def __init__(
        self, process: subprocess.Popen[bytes], lock: IO[str], port: int, block_time: int, fresh: bool
    ) -> None:
        self._process = process
        self._lock = lock
        self._block_time = block_time
        self._worked = time.monotonic()
        self._resting = False
        self.url = f"http://127.0.0.1:{port}"
        self.port = port
        self.genesis = b""
        self.fresh = fresh
        """True if this chain is new: nothing that was anchored before is on it."""
        self._rpc = Endpoint(self.url, 10.0)

    @property
    def pid(self) -> int:
        return self._process.pid

    def alive(self) -> bool:
        return self._process.poll() is None

    def fund(self, address: bytes) -> None:
        """Give ``address`` ether if it has little. Raises RuntimeChainUnavailable."""
        held = read_integer(self._rpc.ask("eth_getBalance", (encode_hex(address), "latest")), "eth_getBalance")
        if held < _FUNDS // 10:
            self._rpc.ask("anvil_setBalance", (encode_hex(address), hex(_FUNDS)))

    def pace(self, busy: bool) -> None:
        """Blocks as usual while there is work; a block every 12 s once there was none for 5 minutes.

        anvil keeps every block, and writes all of them each time it saves: at a block a second an idle
        chain would soon write tens of megabytes a second. Raises RuntimeChainUnavailable.
        """
        now = time.monotonic()
        if busy:
            self._worked = now
        resting = now - self._worked >= _REST_AFTER_S
        if resting != self._resting and self._block_time:
            self._rpc.ask("evm_setIntervalMining", (_RESTING_BLOCK_S if resting else self._block_time,))
            self._resting = resting

    def ask(self, method: str, *params: object) -> object:
        """A method of anvil's own (mining, reorganising), for tests and trials."""
        return self._rpc.ask(method, params)

    def stop(self) -> None:
        """End the chain; its state is on disk afterwards. Safe to call twice."""
        _end(self._process)
        self._lock.close()


def find_anvil(setting: Path | None = None) -> Path:
    """The anvil program: the setting, node_modules of the project or the current folder, or PATH.

    Raises RuntimeSetting naming where it was looked for.
    """
    if setting is not None:
        if setting.is_file():
            return setting
        raise RuntimeSetting(f"anvil_path: there is no program {setting}")
    places = [Path(__file__).resolve().parents[2] / _BINARY, Path.cwd() / _BINARY]
    for place in places:
        if place.is_file():
            return place
    found = shutil.which("anvil")
    if found is None:
        raise RuntimeSetting(
            "the practice chain needs the program anvil, which was not found in node_modules or PATH;"
            " run `npm ci`, or name it with the setting anvil_path"
        )
    return Path(found)


def start(
    folder: Path,
    options: EmbeddedOptions = EmbeddedOptions(),
    needed: Callable[[bytes], int] = lambda genesis: 0,
) -> EmbeddedChain:
    """Start the chain kept in ``folder``, or a new one if there is none that can be read.

    ``needed`` gives the number of a block that the chain with a genesis hash had for certain: a chain
    without it lost its newest state and is given up, because it would grow other blocks in their place.
    Call it from a thread that lives as long as the process: the child is told to end with it.
    Raises RuntimeSetting, RuntimePortTaken, RuntimeLease, RuntimeChainUnavailable.
    """
    anvil = find_anvil(options.anvil)
    folder.mkdir(parents=True, exist_ok=True)
    lock = _take_lock(folder)
    try:
        identity = _read_identity(folder)
        if identity is None:
            return _start_new(anvil, folder, options, lock)
        try:
            return _launch(anvil, folder, options, lock, identity, needed)
        except RuntimeChainUnavailable as error:
            # A state that anvil cannot load (cut off by a crash) is set aside, not deleted.
            _log.warning("the practice chain starts over, its state is set aside: %s", error)
            return _start_new(anvil, folder, options, lock)
    except BaseException:
        lock.close()
        raise


def forget(folder: Path) -> None:
    """Give up the stopped chain in ``folder``: the next start makes a new one. The state is set aside."""
    _set_aside(folder)


def read_endpoint(folder: Path) -> str | None:
    """Address of the chain that runs in ``folder``, None if none does."""
    try:
        endpoint = json.loads((folder / "endpoint.json").read_text("ascii"))
        os.kill(int(endpoint["pid"]), 0)
        return str(endpoint["url"])
    except (OSError, ValueError, KeyError):
        return None


@dataclass(frozen=True, slots=True)
class _Identity:
    """What makes block 0 the same at every start."""

    timestamp: int
    gas_limit: int
    seed: int
    genesis: bytes | None


def _start_new(anvil: Path, folder: Path, options: EmbeddedOptions, lock: IO[str]) -> EmbeddedChain:
    _set_aside(folder)
    identity = _Identity(int(time.time()), _GAS_LIMIT + secrets.randbits(24), secrets.randbits(62), None)
    return _launch(anvil, folder, options, lock, identity)


def _launch(
    anvil: Path, folder: Path, options: EmbeddedOptions, lock: IO[str], identity: _Identity,
    needed: Callable[[bytes], int] = lambda genesis: 0,
) -> EmbeddedChain:  # fmt: skip
    process = subprocess.Popen(
        _command(anvil, folder, options, identity),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=(lock.fileno(),),  # the lock holds as long as anvil lives, even if we are killed
        start_new_session=True,  # Ctrl-C is for us; we end the chain after the last anchor
    )
    try:
        port = _await_port(process, options)
        chain = EmbeddedChain(process, lock, port, options.block_time, identity.genesis is None)
        _prove(chain, identity)
        _write(
            folder / "identity.json",
            {
                "timestamp": identity.timestamp,
                "gas_limit": identity.gas_limit,
                "seed": identity.seed,
                "genesis": encode_hex(chain.genesis),
            },
        )
        _check_state(chain, needed(chain.genesis))  # before the first new block
        _set_clock(chain, options)
        _write(folder / "endpoint.json", {"url": chain.url, "pid": process.pid, "genesis": encode_hex(chain.genesis)})
        return chain
    except BaseException:
        _end(process)
        raise


def _command(anvil: Path, folder: Path, options: EmbeddedOptions, identity: _Identity) -> list[str]:
    setpriv = shutil.which("setpriv")
    follow_us = [setpriv, "--pdeathsig", "TERM"] if setpriv else []
    state = folder / "state.json"
    size = state.stat().st_size if state.exists() else 0
    save_every_s = max(options.save_every_s, size // _SAVED_PER_S)
    return [
        *follow_us, str(anvil), "--host", "127.0.0.1", "--port", str(options.port),
        "--chain-id", str(options.chain_id), "--hardfork", "osaka",
        "--slots-in-an-epoch", str(options.slots), "--no-mining",
        "--accounts", "1", "--mnemonic-seed-unsafe", str(identity.seed),
        "--timestamp", str(identity.timestamp), "--gas-limit", str(identity.gas_limit),
        "--state", str(state), "--state-interval", str(save_every_s),
    ]  # fmt: skip


def _await_port(process: subprocess.Popen[bytes], options: EmbeddedOptions) -> int:
    """The port that our own child says it listens on."""
    said: list[bytes] = []
    found = threading.Event()
    output = process.stdout
    assert output is not None

    def read() -> None:
        # Goes on for the life of the child: a full pipe would stop it.
        for line in output:
            if not found.is_set():
                said.append(line)
                if _LISTENING.search(line):
                    found.set()
        found.set()

    threading.Thread(target=read, name="anvil-output", daemon=True).start()
    found.wait(_START_S)
    text = b"".join(said)
    listening = _LISTENING.search(text)
    if listening is not None:
        return int(listening.group(1))
    process.poll()
    if b"Address already in use" in text:
        raise RuntimePortTaken(
            f"port {options.port} of 127.0.0.1 is taken, so the practice chain cannot listen there;"
            " free it, or let chain_port be 0 for any free port"
        )
    last = text.decode("utf-8", "replace").strip().splitlines()[-1:] or ["nothing"]
    raise RuntimeChainUnavailable(f"anvil did not start; the last it said was: {last[0][:200]}")


def _prove(chain: EmbeddedChain, identity: _Identity) -> None:
    first = chain.ask("eth_getBlockByNumber", "0x0", False)
    genesis = read_bytes(first.get("hash") if isinstance(first, dict) else None, "hash of block 0", 32)
    if not chain.alive():
        raise RuntimeChainUnavailable("anvil ended right after it started")
    if identity.genesis is not None and genesis != identity.genesis:
        raise RuntimeForeignChain(
            f"the practice chain started with block 0 {encode_hex(genesis)} and not {encode_hex(identity.genesis)};"
            " another version of anvil? Use the one that made it, or delete the folder `chain`"
        )
    chain.genesis = genesis


def _check_state(chain: EmbeddedChain, needed: int) -> None:
    newest = read_integer(chain.ask("eth_blockNumber"), "eth_blockNumber")
    if newest < needed:
        raise RuntimeChainUnavailable(
            f"the saved state ends with block {newest}, but block {needed} was final: anvil was killed before it saved"
        )


def _set_clock(chain: EmbeddedChain, options: EmbeddedOptions) -> None:
    """The wall clock again: with a fixed genesis time anvil would go on in the past."""
    latest = chain.ask("eth_getBlockByNumber", "latest", False)
    newest = read_integer(latest.get("timestamp") if isinstance(latest, dict) else None, "block field timestamp")
    if newest < int(time.time()):
        chain.ask("anvil_setTime", int(time.time()))
    if options.block_time:
        chain.ask("evm_setIntervalMining", options.block_time)
    else:
        chain.ask("evm_setAutomine", True)


def _read_identity(folder: Path) -> _Identity | None:
    """None unless both the identity and a saved state are there."""
    try:
        found = json.loads((folder / "identity.json").read_text("ascii"))
        if (folder / "state.json").stat().st_size == 0:
            return None
        genesis = bytes.fromhex(found["genesis"][2:])
        return _Identity(int(found["timestamp"]), int(found["gas_limit"]), int(found["seed"]), genesis)
    except (OSError, ValueError, KeyError):
        return None


def _set_aside(folder: Path) -> None:
    for name in ("state.json", "identity.json"):
        path = folder / name
        if path.exists():
            path.replace(folder / f"{path.stem}.lost-{int(path.stat().st_mtime)}.json")


def _write(path: Path, value: object) -> None:
    temporary = path.with_suffix(".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(json.dumps(value) + "\n")
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _take_lock(folder: Path) -> IO[str]:
    """One chain per folder. A chain whose owner was killed is ended first."""
    lock = (folder / "lock").open("a+")
    if _try(lambda: fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB), 0.5):
        return lock
    _end_orphan(folder)
    if _try(lambda: fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB), _LOCK_S):
        return lock
    lock.close()
    raise RuntimeLease(f"another process runs the practice chain in {folder}; end it, or wait for it to end")


def is_running(folder: Path) -> bool:
    """Whether a chain runs in ``folder`` (or one that outlived its owner): somebody holds its lock."""
    try:
        lock = (folder / "lock").open("r+")
    except FileNotFoundError:
        return False
    with lock:
        return not _try(lambda: fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB), 0.1)


def _try(action: Callable[[], None], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while True:
        try:
            action()
            return True
        except OSError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)


def _end_orphan(folder: Path) -> None:
    """End the anvil of this folder if the process that started it is gone (its parent is then init)."""
    try:
        pid = int(json.loads((folder / "endpoint.json").read_text("ascii"))["pid"])
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        parent = re.search(r"^PPid:\s+(\d+)$", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    except (OSError, ValueError, KeyError):
        return
    if parent is not None and parent.group(1) == "1" and str(folder / "state.json").encode() in command:
        os.kill(pid, signal.SIGTERM)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()  # anvil saves its state on SIGTERM
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=10)
