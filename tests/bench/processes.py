"""A real ledger in two processes of its own: the worker with its chain, and the API.

python -m tests.bench.processes worker|api HOME
"""

from __future__ import annotations

import atexit
import json
import os
import resource
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START_S = 60
STOP_S = 40


@cache
def _folder() -> Path:
    """Removed when the program ends and not earlier: for some seconds after thousands of files were
    deleted, ext4 takes several times as long to make new ones."""
    (ROOT / "build").mkdir(exist_ok=True)
    folder = tempfile.TemporaryDirectory(prefix="bench-", dir=ROOT / "build")
    atexit.register(folder.cleanup)
    return Path(folder.name)


def new_home() -> Path:
    """A folder for one ledger on the disk of this checkout, where fsync costs what it costs."""
    return Path(tempfile.mkdtemp(dir=_folder()))


@dataclass(frozen=True, slots=True)
class Running:
    """A ready service: the API's address, and the two processes."""

    address: str
    worker: int
    api: int

    def cpu_seconds(self) -> dict[str, float]:
        """CPU time that each process has used so far."""
        return {"worker": _cpu_seconds(self.worker), "api": _cpu_seconds(self.api)}


@contextmanager
def service(folder: Path) -> Iterator[Running]:
    """Worker and API over a new ledger in ``folder``, ready to record."""
    _allow_connections()
    address = f"http://127.0.0.1:{_free_port()}"
    with ExitStack() as stack:
        worker = stack.enter_context(_process(folder, "worker"))
        _wait(folder, "worker", worker, (folder / "keys" / "anchor.key").exists)
        port = address.rpartition(":")[2]
        api = stack.enter_context(_process(folder, "serve", "--api-only", "--port", port))
        _wait(folder, "serve", api, lambda: _is_ready(address))
        yield Running(address, worker.pid, api.pid)


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def fsync_ms(folder: Path) -> float:
    """Median milliseconds to write 4 kB and have them on disk."""
    times = []
    with (folder / "fsync").open("wb") as file:
        for _ in range(50):
            start = time.perf_counter()
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())
            times.append(1000 * (time.perf_counter() - start))
    (folder / "fsync").unlink()
    return statistics.median(times)


def run_load(*arguments: object) -> dict[str, float]:
    """One run of the load generator."""
    command = [sys.executable, "-m", "tests.bench.load", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit("the load generator failed: see its message above")
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _allow_connections() -> None:
    """A thousand connections need more files than many systems allow by default."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 16_384 if hard == resource.RLIM_INFINITY else min(16_384, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))


@contextmanager
def _process(folder: Path, command: str, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """A habeas command over the ledger in ``folder``; what it logs goes to a file there."""
    with (folder / f"{command}.log").open("wb") as log:
        arguments = [sys.executable, "-m", "ledger.cli.main", command, "--home", str(folder), *options]
        process = subprocess.Popen(arguments, cwd=ROOT, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(folder: Path, command: str, process: subprocess.Popen[bytes], ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_S
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            log = (folder / f"{command}.log").read_text(encoding="utf-8", errors="replace")
            raise SystemExit(f"`habeas {command}` did not get ready within {START_S} s:\n{log[-3000:]}")
        time.sleep(0.1)


def _is_ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
    return port
