"""Five hundred strangers: the scenario over a real server, chain and files, from the flood to the counts."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from ledger.cli.client import ApiClient
from ledger.cli.main import main
from ledger.encoding import Json, encode_hex, encode_instant, sha256
from ledger.runtime.operator import Operator, load_operator
from ledger.statement import RecentBlock, SignedStatement, Statement, sign
from tests.cli.a_server import Server, await_, is_ready

COMPANY = "shop.example"
STRANGERS = 500
JSONL = {"Content-Type": "application/jsonl"}


@dataclass
class Town:
    """The ledger's server and who speaks there. All of them quote the same block."""

    server: Server
    http: httpx2.Client
    origin: str
    recent: RecentBlock
    today: date

    def say(
        self, who: Operator, kind: str, facts: dict[str, Json], case: bytes | None = None, company: str | None = COMPANY
    ) -> SignedStatement:
        return sign(Statement(self.origin, kind, case, company, self.recent, facts, (), who.address), who.private)

    def ask(self, who: Operator) -> list[SignedStatement]:
        """A case, and a request that was sent yesterday to a published contact."""
        facts: dict[str, Json] = {"acting": "self", "place": "IE", "regime": "eu-gdpr", "related": []}
        opened = self.say(who, "case.opened", facts)
        sent: dict[str, Json] = {
            "right": "access",
            "sent_on": str(self.today - timedelta(days=1)),
            "channel": "web_form",
            "published_contact": True,
        }
        return [opened, self.say(who, "request.sent", sent, opened.id)]

    def get(self, path: str) -> httpx2.Response:
        return self.http.get(path)

    def size(self) -> int:
        with ApiClient(self.server.url) as client:
            return client.checkpoint().size

    def anchored(self) -> int:
        found: list[dict[str, Any]] = self.get("/v1/anchors?limit=1000").json()["anchors"]
        return max((item["size"] for item in found), default=0)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    home = tmp_path / "ledger"
    command = [sys.executable, "-m", "ledger.cli.main", "serve", "--home", str(home), "--port", "0"]
    environment = {**os.environ, "HABEAS_ANCHOR_PERIOD_S": "1"}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        lines = iter(process.stderr.readline, "")
        url = next(match for line in lines if (match := re.search(r" at (http://[^,]+), described at", line)))[1]
        await_(lambda: is_ready(url))
        with ApiClient(url) as client, httpx2.Client(base_url=url, timeout=60) as http:
            recent, today = client.recent_block(), datetime.fromtimestamp(client.recent_header().timestamp, UTC).date()
            yield Town(Server(url, home), http, client.info().origin, recent, today)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def key(name: str) -> Operator:
    return Operator.of(sha256(name.encode()))


def test_five_hundred_strangers(town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No rate, no curve; nothing listed before the quiet period ends; the real receipt is recorded like any."""
    person, attester = key("the person"), key("the attester")
    operator = load_operator(town.server.home / "keys" / "anchor.key")
    assert operator is not None
    scope: dict[str, Json] = {"key": encode_hex(attester.address), "scope": ["dkim"]}
    record(town, town.say(operator, "attester.bound", scope, company=None))
    real = town.ask(person)
    record(town, *real)
    flood = [town.ask(key(f"stranger {number}")) for number in range(STRANGERS)]
    assert len({opened.statement.author for opened, _ in flood}) == STRANGERS

    with ThreadPoolExecutor(1) as beside:
        flooding = beside.submit(pour, town.server.url, [signed for both in flood for signed in both])
        # The company's mail arrives in the middle of it; the person records it and an attester checks its signature.
        said = town.say(person, "request.acknowledged", {"received_on": str(town.today)}, real[0].id)
        facts: dict[str, Json] = {
            "statement": encode_hex(said.id),
            "digest": encode_hex(sha256(b"the mail")),
            "check": "dkim",
            "result": "grade_a",
            "at": encode_instant(int(time.time())),
        }
        with ApiClient(town.server.url) as client:
            assert client.submit(said).created, "with a receipt that verifies"
            assert client.submit(town.say(attester, "evidence.attested", facts, real[0].id)).created
        assert flooding.result() == 2 * STRANGERS

    whole = town.size()
    await_(lambda: town.anchored() >= whole)
    nothing_is_listed(town)
    folder = bundles(town, [real[0], *(opened for opened, _ in flood)], attester, tmp_path / "bundles")
    trust = tmp_path / "trust.toml"
    listed = f'\n[[attester]]\nname = "a notary"\nkey = "{encode_hex(attester.address)}"\nscope = ["dkim"]\n'
    trust.write_bytes(town.get("/v1/trust-policy").content + listed.encode())

    def count(days: int, *more: str) -> str:
        now = f"{town.today + timedelta(days=days)}T12:00:00Z"
        capsys.readouterr()
        assert main(["count", str(folder), "--trust", str(trust), "--now", now, "--jobs", "1", *more]) == 0
        return capsys.readouterr().out

    quiet = json.loads(count(1, "--json"))
    assert quiet["counts"] == [], "in its quiet period a case is counted nowhere, and its company not named"
    assert {item["why"] for item in quiet["not_counted"]} == {"quiet"} and len(quiet["not_counted"]) == 501
    [found] = json.loads(count(60, "--json"))["counts"]
    assert (found["cases"], found["arrival"]["proven"], found["arrival"]["claimed"]) == (501, 1, 500)
    assert (found["no_rate"], found["rates"], found["lateness"], found["curve"]) == ("not_joined", [], [], [])
    told = "\n".join(found["sentences"])
    assert "501 statements, 1 with proven arrival." in told and "Statements, not persons." in told
    assert "Cases people chose to record. Not a sample." in told and "No rate and no curve:" in told
    assert told.index("Practice ledger: proves nothing to a stranger.") < told.index("501 statements")


def record(town: Town, *statements: SignedStatement) -> None:
    with ApiClient(town.server.url) as client:
        for signed in statements:
            assert client.submit(signed).created


def pour(url: str, statements: Sequence[SignedStatement]) -> int:
    """Record many at once; how many were."""
    with httpx2.Client(base_url=url, timeout=60) as http:
        body = b"\n".join(signed.raw for signed in statements)
        answer = http.post("/v1/statements:batch", content=body, headers=JSONL)
    assert answer.status_code == 200
    return sum(json.loads(line).get("status") == "recorded" for line in answer.text.splitlines())


def nothing_is_listed(town: Town) -> None:
    """Neither the company nor a case, by any route that lists or counts; the log itself is complete."""
    assert town.get("/v1/companies").json() == {"companies": []}
    assert town.get(f"/v1/companies/{COMPANY}").status_code == 404
    answer = town.get(f"/v1/companies/{COMPANY}/counts")
    assert answer.status_code == 200, "at once: none of these cases is even read"
    found = answer.json()
    assert found["cases"] == 0 and found["no_finding"] == 0 and found["rates"] == found["curve"] == []
    assert not any(number for name in ("arrival", "states", "outcomes", "grades") for number in found[name].values())
    assert town.size() > 2 * STRANGERS


def bundles(town: Town, opened: Sequence[SignedStatement], attester: Operator, folder: Path) -> Path:
    """The bundle of every case, with what the attester wrote, as any watchdog can download them."""
    folder.mkdir()

    def fetch(signed: SignedStatement) -> None:
        name = encode_hex(signed.id)
        answer = town.get(f"/v1/cases/{name}/bundle?author={encode_hex(attester.address)}")
        assert answer.status_code == 200
        (folder / f"{name}.habeas.json").write_bytes(answer.content)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(fetch, opened))
    return folder
