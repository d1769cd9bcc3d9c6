"""A real ledger behind real HTTP on loopback, name servers of our own, and attesters that anybody can ask."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from api.attester.app import AttesterServer
from api.server import ApiServer, AppServer
from ledger.cli.attesting import MailAnswer, ask_attesters
from ledger.cli.client import ApiClient
from ledger.cli.demo.mail import MailKey, NameServer, write_mail
from ledger.disclosure import Disclosure, FileValue
from ledger.encoding import encode_hex
from ledger.runtime.attester.keys import create_keys
from ledger.runtime.attester.parts import Parts, open_parts
from ledger.runtime.attester.settings import load_attester
from ledger.statement import SignedStatement
from tests.api.conftest import sequencing
from tests.api.made_chain import MadeChain, open_made_chain
from tests.store.auditing import AUDITOR, vkeys
from tests.store.world import REQUESTER, World

SHOP = "shop.example"
DATE = "Fri, 20 Nov 2026 09:00:00 +0000"
MAIL = "message/rfc822"


@contextmanager
def serving(server: AppServer) -> Iterator[str]:
    """Run a server in a thread of its own; gives its address."""
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server.address
    finally:
        server.stop()
        thread.join()


@pytest.fixture(scope="session")
def mail_key() -> MailKey:
    """The DKIM key of the shop."""
    return MailKey.make(SHOP)


@pytest.fixture
def names(mail_key: MailKey) -> Iterator[list[NameServer]]:
    """Three resolvers, each with records of its own, equal at first."""
    servers = [NameServer(dict(mail_key.records())) for _ in range(3)]
    yield servers
    for server in servers:
        server.stop()


@dataclass
class Running:
    """One attester: its server's address and its parts."""

    url: str
    parts: Parts

    @property
    def address(self) -> bytes:
        return self.parts.key.address


@dataclass
class Matter:
    """A ledger with its API, and people who use it."""

    chain: MadeChain
    url: str
    client: ApiClient
    names: list[NameServer]
    key: MailKey
    folder: Path
    stack: ExitStack
    attesters: list[Running] = field(default_factory=list)

    @property
    def world(self) -> World:
        return self.chain.world

    @property
    def origin(self) -> str:
        return self.world.services.origin

    def start(
        self, name: str = "one", *, bound: Sequence[str] = ("company_key", "dkim", "dns"), **given: object
    ) -> Running:
        """Start an attester, and bind it for ``bound`` as the operator does."""
        settings = load_attester(
            **{
                "home": self.folder / name,
                "name": name,
                "ledgers": {self.origin: self.url},
                "resolvers": [server.address for server in self.names],
                "client_per_minute": 10_000,
                "all_per_minute": 10_000,
                **given,
            }
        )
        if not settings.key_path.exists():
            create_keys(settings.key_path, settings.secret_path)
        parts = self.stack.enter_context(closing(open_parts(settings, lambda url, _: self.client)))
        running = Running(self.stack.enter_context(serving(AttesterServer(parts))), parts)
        self.attesters.append(running)
        if bound:
            self.world.record(self.world.statement(
                "attester.bound", self.world.operator,
                {"key": encode_hex(running.address), "scope": sorted(bound)}, company=None,
            ))  # fmt: skip
        return running

    def opened(self, number: int = 0) -> bytes:
        """A new case; gives its id."""
        opened = self.world.opened(number=number)
        self.world.record(opened)
        return opened.id

    def mail(self, case: bytes | None, number: int = 1, text: str = "We received your request.") -> bytes:
        """A mail of the shop that names the case in its subject, signed."""
        about = f" [{encode_hex(case)}]" if case else ""
        return self.key.sign(write_mail(f"support@{SHOP}", f"Your request{about}", text, DATE, number))

    def acknowledged(self, case: bytes, *disclosures: Disclosure, day: int = 20) -> SignedStatement:
        """The requester records that the shop acknowledged, with these private fields."""
        signed = self.world.statement(
            "request.acknowledged", REQUESTER, {"received_on": f"2026-11-{day:02}"}, case,
            digests=tuple(sorted(item.digest for item in disclosures)),
        )  # fmt: skip
        self.world.record(signed)
        return signed

    def ask(self, message: bytes, disclosure: Disclosure, statement: SignedStatement) -> tuple[MailAnswer, ...]:
        """Ask all attesters, as the command line does."""
        urls = [item.url for item in self.attesters]
        return ask_attesters(urls, message, disclosure, self.client.info(), statement)

    def attested(self, case: bytes, message: bytes, day: int = 20) -> tuple[MailAnswer, ...]:
        """Record an acknowledgement with this mail, and ask all attesters."""
        disclosure = disclosed(message)
        return self.ask(message, disclosure, self.acknowledged(case, disclosure, day=day))


def disclosed(message: bytes, media_type: str = MAIL, name: str = "answer.eml") -> Disclosure:
    return Disclosure.make(secrets.token_bytes(16), "mail", FileValue.of(message, media_type, name))


def headers(matter: Matter, encoded: str, statement: bytes) -> dict[str, str]:
    """Of a question to ``POST /v1/attest``."""
    return {
        "Content-Type": MAIL,
        "Habeas-Ledger": matter.origin,
        "Habeas-Statement": encode_hex(statement),
        "Habeas-Disclosure": encoded,
    }


@pytest.fixture
def matter(tmp_path: Path, names: list[NameServer], mail_key: MailKey) -> Iterator[Matter]:
    """A new ledger, sequenced, behind its API."""
    chain = open_made_chain(tmp_path / "ledger", commit_period_ms=5, auditors=vkeys(AUDITOR))
    try:
        with ExitStack() as stack:
            stack.enter_context(sequencing(chain.world))
            url = stack.enter_context(serving(ApiServer(chain.world.services)))
            client = stack.enter_context(ApiClient(url))
            # Attesters and their captures go by this machine's clock, so the chain does too.
            chain.maker.wait_until(int(time.time()))
            chain.grow()
            yield Matter(chain, url, client, names, mail_key, tmp_path, stack)
    finally:
        chain.world.services.close()


def size(matter: Matter) -> int:
    return matter.world.services.reader.size()


def refused(answers: Sequence[MailAnswer], error: str, words: str = "") -> None:
    [answer] = answers
    assert type(answer.error).__name__ == error, answer.problem
    assert words in str(answer.error)
    assert answer.attested == ()
