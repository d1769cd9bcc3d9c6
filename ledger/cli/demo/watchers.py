"""The demo's three attesters: real services on loopback, each with a key, a memory and servers of its own.

They ask name servers of the demo's own, which hold the made-up company's mail key. The ledger is a practice one, so
nobody is misled.
"""

from __future__ import annotations

import threading
from contextlib import ExitStack
from pathlib import Path

from api.attester.app import AttesterServer
from ledger.cli.client import ApiClient
from ledger.cli.demo.mail import MailKey, NameServer
from ledger.encoding import encode_hex
from ledger.runtime.attester.keys import create_keys
from ledger.runtime.attester.parts import open_parts
from ledger.runtime.attester.settings import CHECKED, AttesterSettings, load_attester

NAMES = ("one.localhost", "two.localhost", "three.localhost")
QUORUM = 2


class Watchers:
    """Made before the ledger, which names them in its policy; ``start`` when its API has an address."""

    def __init__(self, folder: Path, ledger: str, mail_key: MailKey) -> None:
        self._ledger, self._stack = ledger, ExitStack()
        self._names = [NameServer(mail_key.records()) for _ in NAMES]
        for server in self._names:
            self._stack.callback(server.stop)
        self._homes = [folder / name.partition(".")[0] for name in NAMES]
        self._keys = [create_keys(settings.key_path, settings.secret_path) for settings in map(_empty, self._homes)]
        self.urls: list[str] = []

    @property
    def addresses(self) -> list[bytes]:
        """Of the keys, in the order of ``NAMES``."""
        return [key.address for key in self._keys]

    @property
    def listed(self) -> dict[str, str]:
        """The ledger's setting ``attesters``."""
        scopes = " ".join(CHECKED)
        return {name: f"{encode_hex(key.address)} {scopes}" for name, key in zip(NAMES, self._keys, strict=True)}

    def start(self, api: str) -> None:
        """Run all three; ``urls`` are their addresses from then on."""
        for name, home in zip(NAMES, self._homes, strict=True):
            settings = load_attester(
                home=home,
                name=name,
                ledgers={self._ledger: api},
                resolvers=[server.address for server in self._names],
            )
            parts = open_parts(settings, self._connect)
            self._stack.callback(parts.close)
            server = AttesterServer(parts)
            thread = threading.Thread(target=server.run, name=name)
            thread.start()
            self._stack.callback(thread.join)
            self._stack.callback(server.stop)
            self.urls.append(server.address)

    def _connect(self, url: str, _trust: Path | None) -> ApiClient:
        return self._stack.enter_context(ApiClient(url))

    def stop(self) -> None:
        """End everything that was started, in reverse."""
        self._stack.close()


def _empty(home: Path) -> AttesterSettings:
    return load_attester(home=home)
