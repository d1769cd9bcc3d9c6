"""A real ledger in two processes of its own: the worker with its chain, and the API.

python -m tests.bench.processes worker|api HOME
"""

from __future__ import annotations

import json
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

ROOT = Path(__file__).resolve().parents[2]
START_S = 60
STOP_S = 40


@contextmanager
def home() -> Iterator[Path]:
    """A folder for one ledger on the disk of this checkout, where fsync costs what it costs."""
    (ROOT / "build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=ROOT / "build") as folder:
        yield Path(folder)


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
    with ExitStack() as stack:
        worker = stack.enter_context(_process("worker", folder))
        _wait_for_keys(folder)
        api = stack.enter_context(_process("api", folder))
        assert api.stdout is not None
        address = api.stdout.readline().strip()
        _wait_until_ready(address)
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
def _process(what: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.bench.processes", what, str(folder)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for_keys(folder: Path) -> None:
    deadline = time.monotonic() + START_S
    while not (folder / "keys" / "anchor.key").exists():
        if time.monotonic() > deadline:
            raise SystemExit("the worker did not start: see its message above")
        time.sleep(0.1)


def _wait_until_ready(address: str) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise SystemExit(f"the API at {address} did not get ready within {START_S} s")


def _run_worker(folder: Path) -> None:
    from ledger.runtime.settings import load_settings
    from ledger.runtime.wiring import open_services
    from ledger.runtime.worker import Worker

    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    services = open_services(load_settings(home=folder), create_keys_if_new=True)
    try:
        Worker(services).run(stop)
    finally:
        services.close()


def _run_api(folder: Path) -> None:
    from api.server import ApiServer
    from ledger.runtime.settings import load_settings
    from ledger.runtime.wiring import open_services

    services = open_services(load_settings(home=folder))
    server = ApiServer(services)
    print(server.address, flush=True)
    try:
        server.run()
    finally:
        services.close()


if __name__ == "__main__":
    {"worker": _run_worker, "api": _run_api}[sys.argv[1]](Path(sys.argv[2]))
