"""One ``habeas serve`` for all files of this folder that ask for it, and commands that speak to it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ledger.cli.demo.mail import MailKey, NameServer
from ledger.cli.demo.story import YOURS, FolderSite, Shop
from ledger.cli.main import main
from ledger.keys import address_of
from tests.cli.a_server import COMPANY, COMPANY_SECRET, PASSWORD, Server, await_, is_ready
from tests.store.auditing import AUDITOR


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """``habeas serve`` in a process of its own, on a free port, ended by SIGTERM."""
    home = tmp_path_factory.mktemp("ledger")
    shop, yours = Shop(address_of(COMPANY_SECRET)), FolderSite(home / "company")
    environment = {
        **os.environ,
        "HABEAS_ANCHOR_PERIOD_S": "1",
        "HABEAS_AUDITORS": AUDITOR.verifier.encode(),
        "HABEAS_WELL_KNOWN_OVERRIDES": json.dumps({COMPANY: shop.url, YOURS: yours.url}),
    }
    command = [sys.executable, "-m", "ledger.cli.main", "serve", "--home", str(home), "--port", "0"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        lines = iter(process.stderr.readline, "")
        found = next(match for line in lines if (match := re.search(r" at (http://[^,]+), described at", line)))
        await_(lambda: is_ready(found[1]))
        yield Server(found[1], home)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
        shop.stop()
        yours.stop()
    assert process.returncode == 0


@pytest.fixture
def habeas(
    capsys: pytest.CaptureFixture[str], server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., str]:
    """Run a command; gives what it printed, after checking its exit code."""
    monkeypatch.setenv("HABEAS_API", server.url)
    monkeypatch.setenv("HABEAS_FOLDER", str(tmp_path / "mine"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "password").write_text(PASSWORD + "\n")

    def run(*arguments: str, code: int = 0) -> str:
        found = main(arguments)
        out, err = capsys.readouterr()
        assert found == code, f"habeas {' '.join(arguments)}: exit {found}\n{out}\n{err}"
        return out + (err if code else "")

    return run


@pytest.fixture(scope="module")
def key() -> MailKey:
    return MailKey.make(COMPANY)


@pytest.fixture(scope="module")
def names(key: MailKey) -> Iterator[list[str]]:
    """Three resolvers that agree, as options."""
    servers = [NameServer(key.records()) for _ in range(3)]
    yield [word for server in servers for word in ("--resolver", server.address)]
    for server in servers:
        server.stop()
