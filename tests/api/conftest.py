"""A real ledger behind the real application: requests go through ASGI, a sequencer runs beside it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import pytest

from api.app import create_app
from ledger.errors import HabeasError
from ledger.runtime.wellknown import KeyFinder
from ledger.statement import SignedStatement
from tests.api.made_chain import MadeChain, open_made_chain
from tests.store.auditing import AUDITOR, replay_and_cosign, vkeys
from tests.store.conftest import database_url, postgres
from tests.store.world import World

__all__ = ["database_url", "postgres"]
_T = TypeVar("_T")
JSON = {"Content-Type": "application/json"}
TEXT = {"Content-Type": "text/plain"}


@contextmanager
def sequencing(world: World) -> Iterator[None]:
    """The worker's part: new leaves get a checkpoint."""
    stop, sequencer = threading.Event(), world.services.sequencer
    assert sequencer is not None

    def loop() -> None:
        while not stop.wait(0.02):
            with suppress(HabeasError):  # the worker, too, goes on after a fault
                sequencer.sequence()

    worker = threading.Thread(target=loop)
    worker.start()
    try:
        yield
    finally:
        stop.set()
        worker.join()


class Api:
    """The application over a world, running in an event loop of its own until the block ends."""

    def __init__(self, chain: MadeChain, finders: Mapping[str, KeyFinder] | None = None) -> None:
        self.chain, self.world = chain, chain.world
        self.app = create_app(self.world.services, finders)
        self._loop = asyncio.new_event_loop()
        self._client: httpx2.AsyncClient

    @contextmanager
    def running(self) -> Iterator[Api]:
        thread = threading.Thread(target=self._loop.run_forever)
        thread.start()
        transport = httpx2.ASGITransport(app=self.app, raise_app_exceptions=False)
        self._client = httpx2.AsyncClient(transport=transport, base_url="http://api.example", timeout=30)
        lifespan = self.app.router.lifespan_context(self.app)
        self._wait(lifespan.__aenter__())
        try:
            yield self
        finally:
            self._wait(lifespan.__aexit__(None, None, None))
            self._wait(self._client.aclose())
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join()
            self._loop.close()

    def _wait(self, work: Coroutine[Any, Any, _T]) -> _T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def run(self, work: Callable[[httpx2.AsyncClient], Coroutine[Any, Any, _T]]) -> _T:
        return self._wait(work(self._client))

    def request(self, method: str, path: str, **given: Any) -> httpx2.Response:
        async def work(client: httpx2.AsyncClient) -> httpx2.Response:
            return await client.request(method, path, **given)

        return self.run(work)

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx2.Response:
        return self.request("GET", path, headers=headers)

    def submit(self, statement: SignedStatement | bytes) -> httpx2.Response:
        raw = statement if isinstance(statement, bytes) else statement.raw
        return self.request("POST", "/v1/statements", content=raw, headers=JSON)

    def cosign(self, note: bytes) -> httpx2.Response:
        return self.request("POST", "/v1/cosignatures", content=note, headers=TEXT)

    def audit(self, size: int) -> None:
        """The auditor of this ledger replays it and cosigns its tree of ``size`` leaves."""
        assert self.cosign(replay_and_cosign(self.world.services, size)).status_code == 200


@pytest.fixture
def api(tmp_path: Path, database_url: str) -> Iterator[Api]:
    """On SQLite and on PostgreSQL."""
    with opened(tmp_path, database_url) as api:
        yield api


@pytest.fixture
def lite(tmp_path: Path) -> Iterator[Api]:
    """On SQLite alone, where the database makes no difference."""
    with opened(tmp_path) as api:
        yield api


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """One ledger for all tests of a file that only read, or are refused."""
    with opened(tmp_path_factory.mktemp("still")) as api:
        yield api


@contextmanager
def opened(
    folder: Path, database_url: str = "", finders: Mapping[str, KeyFinder] | None = None, **given: object
) -> Iterator[Api]:
    """A new ledger with an auditor, sequenced, behind its API."""
    settings = {"commit_period_ms": 5, "auditors": vkeys(AUDITOR), **given}
    chain = open_made_chain(folder / "home", database_url, **settings)
    try:
        with sequencing(chain.world), Api(chain, finders).running() as api:
            yield api
    finally:
        chain.world.services.close()
