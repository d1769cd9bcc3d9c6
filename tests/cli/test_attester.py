"""``habeas attester``: made, run as a process of its own, bound by the operator, asked by a requester."""

from __future__ import annotations

import io
import re
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest

from ledger.cli import casefolder
from ledger.cli.attesting import ask_attesters, ask_for_key
from ledger.cli.client import ApiClient
from ledger.cli.demo.mail import MailKey, NameServer, write_mail
from ledger.cli.main import main
from ledger.companies import encode_txt
from ledger.disclosure import Disclosure
from ledger.keys import address_of
from ledger.policy import parse_policy
from ledger.runtime.settings import Settings
from tests.cli.a_server import COMPANY, COMPANY_SECRET, Run, Server, open_case


@contextmanager
def attester(home: Path) -> Iterator[str]:
    """``habeas attester serve`` as a process, ended by SIGTERM; gives its address."""
    command = [sys.executable, "-m", "ledger.cli.main", "attester", "serve", "--home", str(home)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        lines = iter(process.stderr.readline, "")
        yield next(match[1] for line in lines if (match := re.search(r" at (http://[^,]+), described at", line)))
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert process.returncode == 0


@pytest.fixture
def names() -> Iterator[list[NameServer]]:
    servers = [NameServer({}) for _ in range(3)]
    yield servers
    for server in servers:
        server.stop()


def test_the_way_of_an_attester(habeas: Run, server: Server, tmp_path: Path, names: list[NameServer]) -> None:
    key, home = MailKey.make(COMPANY), tmp_path / "attester"
    record = encode_txt(address_of(COMPANY_SECRET))
    for name in names:
        name.records = {**key.records(), (f"_habeas.{COMPANY}", "TXT"): [f'"{record}"']}
    with ApiClient(server.url) as client:
        info = client.info()
    resolvers = [part for name in names for part in ("--resolver", name.address)]
    made = ("attester", "init", "--name", "watch.example", "--ledger", f"{info.origin}={server.url}", *resolvers)
    address = habeas(*made, "--home", str(home)).strip()
    assert habeas(*made, "--home", str(home), code=1), "never twice"
    with attester(home) as url:
        shown = habeas("attester", "show", url)
        assert address in shown and 'name = "watch.example"' in shown
        told = habeas("attester", "bind", url, "--scope", "dkim", "--scope", "dns", "--home", str(server.home), "--yes")
        entry = parse_policy(f"habeas_trust = 1\n{told}".encode()).attesters
        assert [(item.name, item.scope) for item in entry] == [("watch.example", ("dkim", "dns"))]
        assert entry[0].key.hex() == address[2:]
        beyond = habeas("attester", "bind", url, "--scope", "post", "--home", str(server.home), "--yes", code=2)
        assert "watch.example does not attest post" in beyond
        case = open_case(habeas)
        subject = f"We received your request [{case}]"
        mail = key.sign(write_mail(f"support@{COMPANY}", subject, "Ticket 7.", format_datetime(datetime.now(UTC))))
        (tmp_path / "answer.eml").write_bytes(mail)
        received = str(datetime.now(UTC).date())
        habeas("say", "request.acknowledged", "--received-on", received, "--file", "mail=answer.eml", "--yes")
        [held] = casefolder.list_cases(tmp_path / "mine")
        reported = held.entries[-1]
        [disclosure] = reported.disclosures
        assert isinstance(disclosure, Disclosure)
        [answer] = ask_attesters([url], mail, disclosure, info, reported.signed)
        assert answer.problem is None and answer.result == "grade_a"
        # It was not bound for company keys, so the ledger does not take one from it.
        [refused] = ask_for_key([url], info, COMPANY, address_of(COMPANY_SECRET), "dns")
        assert refused.problem is not None and "may not write this kind" in refused.problem
        asked = ("attester", "key", COMPANY, "--key", "0x" + address_of(COMPANY_SECRET).hex(), "--attester", url)
        assert "may not write this kind" in habeas(*asked, code=1)
        habeas("attester", "bind", address, "--scope", "company_key", "--home", str(server.home), "--yes")
        assert "recorded as entry" in habeas(*asked)


def test_bind_prints_the_line_of_the_settings_too(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The entry of a trust policy does not fit the settings, where the operator needs it as well."""
    address = "0x" + "77" * 20
    bound = ("attester", "bind", address, "--name", 'a "b"', "--scope", "dns", "--scope", "dkim")
    assert main([*bound, "--home", str(server.home), "--yes"]) == 0
    out, err = capsys.readouterr()
    [entry] = parse_policy(f"habeas_trust = 1\n{out}".encode()).attesters
    table = tomllib.loads(err[err.index("[attesters]") : err.index("For trust policies")])
    assert Settings(home=tmp_path / "any", **table).trusted_attesters == (entry,)


def test_a_second_binding_says_what_it_replaces(
    server: Server, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bound = ("attester", "bind", "0x" + "78" * 20, "--home", str(server.home))
    said = []
    for scopes in (("dkim", "dns"), ("dns", "dkim"), ("dkim",)):
        monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
        words = [word for scope in scopes for word in ("--scope", scope)]
        assert main([*bound, *words]) == 0
        said.append(capsys.readouterr().err)
    assert "Recorded as entry" in said[0] and "already" not in said[0]
    assert "is bound for dkim, dns already; nothing is recorded." in said[1] and "Recorded" not in said[1]
    assert "It is bound for dkim, dns already; from now on only for dkim." in said[2] and "Recorded as entry" in said[2]


def test_wrong_use(habeas: Run, server: Server, tmp_path: Path) -> None:
    home = ("--home", str(tmp_path / "none"))
    nowhere = habeas("attester", "serve", *home, code=1)
    assert "setting name is missing" in nowhere and "there is no attester.toml in" in nowhere
    made = ("attester", "init", "--name", "x", "--ledger", "habeas.example=https://habeas.example", *home)
    assert "must be like 192.0.2.53" in habeas(*made, "--resolver", "nonsense", code=1)
    assert not (tmp_path / "none").exists(), "nothing is written for settings with which it would not start"
    assert "ORIGIN=URL" in habeas("attester", "init", "--name", "x", "--ledger", "habeas.example", *home, code=2)
    assert "--port" in habeas("attester", "serve", *home, "--port", "99999", code=2)
    bound = ("attester", "bind", "0x" + "11" * 20, "--home", str(server.home), "--yes")
    assert "name what it may attest" in habeas(*bound, code=2)
    assert "scope must be among" in habeas(*bound, "--scope", "all", code=2)
    assert "0x" in habeas("attester", "bind", "0x12", "--scope", "dkim", "--home", str(server.home), code=2)
    assert "does not answer" in habeas("attester", "show", "http://127.0.0.1:9", code=1)
