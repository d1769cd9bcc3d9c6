"""SIGKILL of an attester's process at every point at which something is said or kept; then the same question again.

The ledger is real; between it and the attester stands a real HTTP server that passes on, and kills on the way.
"""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2

from ledger.cli.attesting import ask_attesters, ask_for_key
from ledger.companies import encode_txt
from ledger.encoding import encode_hex
from ledger.runtime.attester.keys import create_keys
from ledger.statement import parse
from tests.attester.conftest import SHOP, Matter, disclosed
from tests.store.world import SHOP as SHOP_KEY

SAY, QUOTE = "POST /v1/statements", "GET /v1/recent-block"


@dataclass
class Line:
    """The way from an attester to its ledger. ``at`` is where it kills: request, which of these, before or after."""

    ledger: str
    url: str = ""
    at: tuple[str, int, str] | None = None
    process: subprocess.Popen[str] | None = None
    said: list[bytes] = field(default_factory=list)
    """The statements that were sent, in order."""

    def cut(self, request: str, when: str) -> bool:
        """Whether the process has just been killed."""
        if self.at is None or self.at[0] != request or self.at[2] != when:
            return False
        if self.at[1] > 1:
            self.at = (request, self.at[1] - 1, when)
            return False
        assert self.process is not None
        self.at = None
        self.process.kill()
        self.process.wait()
        return True


@contextmanager
def passing_on(ledger: str) -> Iterator[Line]:
    line = Line(ledger)

    class Handler(BaseHTTPRequestHandler):
        def _pass(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            request = f"{self.command} {self.path}"
            if line.cut(request, "before"):
                return
            if request == SAY:
                line.said.append(body)
            given = {"Content-Type": self.headers["Content-Type"]} if body else {}
            answer = httpx2.request(self.command, ledger + self.path, content=body, headers=given, timeout=60)
            if line.cut(request, "after"):
                return
            self.send_response(answer.status_code)
            self.send_header("Content-Type", answer.headers["content-type"])
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        do_GET = do_POST = _pass

        def log_message(self, format: str, *args: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    line.url = f"http://127.0.0.1:{http.server_port}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield line
    finally:
        http.shutdown()
        thread.join()
        http.server_close()


@contextmanager
def attester(home: Path, line: Line) -> Iterator[str]:
    """The process; killed at the end, if it was not before."""
    command = [sys.executable, "-m", "ledger.cli.main", "attester", "serve", "--home", str(home)]
    with (home.parent / "attester.log").open("a") as log:
        line.process = process = subprocess.Popen(command, stdout=log, stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None
        try:
            lines = iter(process.stderr.readline, "")
            yield next(match[1] for said in lines if (match := re.search(r" at (http://[^,]+), described", said)))
        finally:
            process.kill()
            process.wait()
            process.stderr.close()


def made(matter: Matter, line: Line) -> Path:
    """The home of an attester that the ledger's operator has bound."""
    home = matter.folder / "killed"
    key = create_keys(home / "keys" / "attester.key", home / "keys" / "memory.secret")
    resolvers = ", ".join(f'"{name.address}"' for name in matter.names)
    (home / "attester.toml").write_text(
        f'name = "killed"\nresolvers = [{resolvers}]\n\n[ledgers]\n"{matter.origin}" = "{line.url}"\n'
    )
    facts = {"key": encode_hex(key.address), "scope": ["company_key", "dkim", "dns"]}
    matter.world.record(matter.world.statement("attester.bound", matter.world.operator, facts, company=None))
    return home


Ask = Callable[[str], list[bytes]]
"""Asks the attester at an address; the statements that it signed, none where it did not answer."""


def about_a_mail(matter: Matter, number: int) -> Ask:
    case = matter.opened(number)
    disclosure = disclosed(message := matter.mail(case, number))
    statement = matter.acknowledged(case, disclosure)

    def ask(url: str) -> list[bytes]:
        [answer] = ask_attesters([url], message, disclosure, matter.client.info(), statement)
        return [item.signed.raw for item in answer.attested]

    return ask


def about_a_key(matter: Matter, company: str) -> Ask:
    for server in matter.names:
        server.records[f"_habeas.{company}", "TXT"] = [f'"{encode_txt(SHOP_KEY.address)}"']

    def ask(url: str) -> list[bytes]:
        [answer] = ask_for_key([url], matter.client.info(), company, SHOP_KEY.address, "dns")
        return [] if answer.signed is None else [answer.signed.raw]

    return ask


def test_killed_and_asked_again(matter: Matter) -> None:
    """What was sent before the kill is what is answered after it, and stands once in the log."""
    with passing_on(matter.url) as line:
        home = made(matter, line)
        points: list[tuple[Ask, tuple[str, int, str], int]] = [
            (about_a_mail(matter, 1), (QUOTE, 1, "after"), 0),  # checked; nothing signed, nothing kept
            (about_a_mail(matter, 2), (SAY, 1, "before"), 0),  # kept; nothing sent
            (about_a_mail(matter, 3), (SAY, 1, "after"), 1),  # the first is recorded, and nobody was told
            (about_a_mail(matter, 4), (SAY, 2, "before"), 1),  # the first is recorded and known, the second not sent
            (about_a_mail(matter, 5), (SAY, 2, "after"), 2),  # both are recorded, and nobody was told
            (about_a_key(matter, SHOP), (SAY, 1, "before"), 0),
            (about_a_key(matter, "other.example"), (SAY, 1, "after"), 1),
        ]
        reader = matter.world.services.reader
        start, answered = reader.size(), list[tuple[Ask, list[bytes]]]()
        killed: tuple[Ask, list[bytes]] | None = None
        for ask, point, most in (*points, (None, None, 0)):
            with attester(home, line) as url:
                if killed is not None:
                    answer = killed[0](url)
                    assert answer and answer[: len(killed[1])] == killed[1]
                    answered.append((killed[0], answer))
                if ask is None:
                    assert [again(url) for again, _ in answered] == [answer for _, answer in answered]
                    break
                line.said.clear()
                line.at = point
                assert ask(url) == [] and line.at is None, "it was killed over this question"
                assert len(line.said) == most
                killed = ask, list(line.said)
        found = sorted(reader.leaf(index)[32:64] for index in range(start, reader.size()))
        assert found == sorted(parse(raw).digest for _, answer in answered for raw in answer)
        assert [len(answer) for _, answer in answered] == [2, 2, 2, 2, 2, 1, 1]
