"""A running ledger for the commands, and what the tests of several files say and ask there."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ledger.bundle import Bundle, parse_bundle
from ledger.cli import casefolder
from ledger.cli.client import ApiClient
from ledger.errors import HabeasError
from ledger.leaf import statement_leaf
from ledger.proof import LogProof, verify_proof

COMPANY = "shop.example"
PASSWORD = "correct horse battery staple"
COMPANY_SECRET = bytes([7]) * 32


@dataclass(frozen=True)
class Server:
    """A running ``habeas serve`` with its embedded chain."""

    url: str
    home: Path

    @property
    def chain(self) -> str:
        return str(json.loads((self.home / "chain" / "endpoint.json").read_text())["url"])


def is_ready(url: str) -> bool:
    with ApiClient(url) as client:
        try:
            client.recent_block()
            return client.checkpoint().size > 0
        except HabeasError:
            return False


def await_(done: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not done():
        assert time.monotonic() < until, "waited 60 seconds in vain"
        time.sleep(0.1)


Run = Callable[..., str]
SECRET = ("--password-file", "password")


def open_case(habeas: Run) -> str:
    habeas("key", "new", "--yes")
    return habeas("case", "open", "--company", COMPANY, "--regime", "eu-gdpr", "--place", "IE", "--yes").strip()


def say_sent(habeas: Run) -> None:
    words = ("--right", "access", "--sent-on", "2026-11-20", "--channel", "email", "--published-contact")
    habeas("say", "request.sent", *words, "--private", "account=customer 4711", "--file", "letter.txt", "--yes")


def newest_bundle(server: Server, case: str) -> Bundle | None:
    """The bundle of the case now; None as long as no final anchor holds it."""
    with ApiClient(server.url) as client:
        try:
            return parse_bundle(client.get(f"/v1/cases/{case}/bundle"))
        except HabeasError:
            return None


def statements(server: Server, case: str) -> int:
    """How many statements the bundle of the case shows now; attesters that other tests had bound are no part of it."""
    bundle = newest_bundle(server, case)
    shown = () if bundle is None else bundle.statements.values()
    return sum(item.signed.statement.kind != "attester.bound" for item in shown)


def newest_anchor(server: Server, case: str) -> int:
    """The anchored size that the bundle of the case is as of now."""
    bundle = newest_bundle(server, case)
    assert bundle is not None
    return max(bundle.anchors)


def receipts_hold(folder: Path) -> None:
    """Every receipt proves its statement's leaf under the log's signed checkpoint."""
    [case] = casefolder.list_cases(folder)
    with ApiClient(case.api) as client:
        info = client.info()
    for entry in case.entries:
        assert entry.receipt is not None
        leaf = statement_leaf(entry.signed, info.origin).hash()
        verify_proof(LogProof.parse(entry.receipt), leaf, info.vkey, info.origin)
