"""Counts: a real receipt in the middle of five hundred strangers, and what counting their cases costs."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from ledger.counts.counts import count
from ledger.counts.summary import CaseSummary, parse_summary
from ledger.encoding import Json, encode_hex, encode_instant, sha256
from ledger.errors import RefusedBusy
from ledger.runtime.company_counts import CompanyCounts
from ledger.runtime.evidence import Evidence
from ledger.runtime.operator import Operator
from ledger.runtime.trust import own_policy
from ledger.runtime.wiring import Services
from ledger.statement import RecentBlock, SignedStatement, Statement, sign
from tests.api.made_chain import open_made_chain
from tests.bench.figures import Figure, at_most
from tests.bench.load import COMPANY, OPENED, about
from tests.bench.processes import new_home, service

_STRANGERS, _ROUNDS = 500, 20
_MANY = 100_000
_LATER = int(datetime(2027, 2, 1, tzinfo=UTC).timestamp())
_SENT: dict[str, Json] = {"right": "access", "sent_on": "2026-10-13", "channel": "email", "published_contact": True}


def counts() -> list[Figure]:
    """The receipt, the server's counts, the command and the pure function."""
    return [*_receipts(), *_served(), _pure()]


def _receipts() -> list[Figure]:
    """Seconds from sending to the receipt with its proof, while strangers pour in all at once."""
    times: list[float] = []
    with service(new_home()) as running, ThreadPoolExecutor(1) as beside:
        to = about(running.address)
        person = Operator.of(sha256(b"the person"))
        opened = _say(to.origin, to.recent, person, "case.opened", OPENED)
        _post(running.address, opened.raw)
        for number in range(_ROUNDS):
            flood = b"\n".join(item.raw for item in _strangers(to.origin, to.recent, number))
            day: dict[str, Json] = {"received_on": str(date(2026, 10, 1 + number))}
            receipt = _say(to.origin, to.recent, person, "request.acknowledged", day, opened.id)
            pouring = beside.submit(_post, running.address, flood, ":batch", "application/jsonl")
            start = time.perf_counter()
            _post(running.address, receipt.raw)
            times.append(time.perf_counter() - start)
            if pouring.result().count(b'"recorded"') != 2 * _STRANGERS:
                raise SystemExit("the strangers were not all recorded")
    how = (
        f"the real receipt of one requester, sent at the moment in which {_STRANGERS} fresh keys send two statements "
        f"each, over loopback to the service of two processes; {_ROUNDS} floods"
    )
    return [
        at_most("real_receipt_max_s", max(times), "s", 2, how),
        at_most("real_receipt_median_s", statistics.median(times), "s", None, how),
    ]


def _served() -> list[Figure]:
    """The server's counts of 500 strangers' cases when nothing is read, when everything is, and the command's."""
    with tempfile.TemporaryDirectory(prefix="habeas-bench-") as folder:
        chain = open_made_chain(Path(folder, "home"))
        world, services = chain.world, chain.world.services
        every = _strangers(services.origin, world.recent, 0)
        world.record(*every)
        chain.anchor()
        desk, start, calls = CompanyCounts(services, lambda: _LATER), time.perf_counter(), 1
        while True:
            try:
                found = desk.make(COMPANY)
                break
            except RefusedBusy:
                calls += 1
        cold, warm = time.perf_counter() - start, []
        if found.counts.cases != _STRANGERS:
            raise SystemExit(f"{found.counts.cases} cases are counted, not {_STRANGERS}")
        for _ in range(200):
            start = time.perf_counter()
            if desk.made(COMPANY) is None:
                raise SystemExit("the counts were not kept")
            warm.append(1000 * (time.perf_counter() - start))
        command = _command(Path(folder), services, every)
        services.close()
    how = f"{_STRANGERS} cases of two statements, recorded and anchored; SQLite"
    return [
        at_most("counts_cold_500_s", cold, "s", None, f"{how}; nothing is read yet, {calls} calls in one process"),
        at_most(
            "counts_warm_ms", statistics.median(warm), "ms", 10, f"{how}; nothing has changed; median of 200 calls"
        ),
        at_most("count_500_s", command, "s", None, f"{how}; habeas count over their bundles, from start to end"),
    ]


def _command(folder: Path, services: Services, every: Sequence[SignedStatement]) -> float:
    """Seconds of the command, as a watchdog starts it."""
    bundles, evidence = folder / "bundles", Evidence(services.store, services.reader, services.origin)
    bundles.mkdir()
    for signed in every:
        if signed.statement.kind == "case.opened":
            (bundles / f"{encode_hex(signed.id)}.habeas.json").write_bytes(evidence.bundle(signed.id).encode())
    (folder / "trust.toml").write_bytes(own_policy(services.store, services.settings))
    now = encode_instant(_LATER)
    command = [sys.executable, "-m", "ledger.cli.main", "count", str(bundles), "--trust", str(folder / "trust.toml")]
    start = time.perf_counter()
    ended = subprocess.run([*command, "--now", now], capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    if ended.returncode or f"{_STRANGERS} statements, 0 with proven arrival." not in ended.stdout:
        raise SystemExit(f"habeas count ended with {ended.returncode}\n{ended.stderr}")
    return seconds


def _pure() -> Figure:
    """Summaries that are read already."""
    base = parse_summary(
        {
            "case": encode_hex(bytes(32)), "company": COMPANY, "place": "IE", "quiet_until": "2026-11-27",
            "spoken": True, "joined": True, "arrival": "proven", "arrived_on": "2026-10-14", "answer": "recorded",
            "state": "closed", "outcome": "provided", "grade": "company_signed", "answered_on": "2026-10-20",
            "lateness": "in_time", "overdue": False, "known_until": None, "conditional": False, "replayed": True,
            "operator_is_party": False,
        }
    )  # fmt: skip
    many: list[CaseSummary] = [
        replace(base, case=number.to_bytes(32), answered_on=date(2026, 10, 15 + number % 15)) for number in range(_MANY)
    ]
    now = datetime.fromtimestamp(_LATER, UTC)
    start = time.perf_counter()
    found = count(COMPANY, many, now)
    seconds = time.perf_counter() - start
    if found.cases != _MANY:
        raise SystemExit("not all were counted")
    return at_most("count_pure_1e5_ms", 1000 * seconds, "ms", None, f"{_MANY:,} summaries, all with proven arrival")


def _strangers(origin: str, recent: RecentBlock, flood: int) -> list[SignedStatement]:
    found = []
    for number in range(_STRANGERS):
        who = Operator.of(sha256(b"stranger %d of flood %d" % (number, flood)))
        opened = _say(origin, recent, who, "case.opened", OPENED)
        found += [opened, _say(origin, recent, who, "request.sent", _SENT, opened.id)]
    return found


def _say(
    origin: str, recent: RecentBlock, who: Operator, kind: str, facts: dict[str, Json], case: bytes | None = None
) -> SignedStatement:
    return sign(Statement(origin, kind, case, COMPANY, recent, facts, (), who.address), who.private)


def _post(address: str, body: bytes, more: str = "", media_type: str = "application/json") -> bytes:
    request = urllib.request.Request(f"{address}/v1/statements{more}", body, {"Content-Type": media_type})
    with urllib.request.urlopen(request, timeout=60) as answer:
        got: bytes = answer.read()
    return got
