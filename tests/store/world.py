"""A small ledger to test with: real database, real files, people with real keys.

The chain is not needed here: what the store knows of it are rows of final blocks, put there by
``World.final``. Everything is deterministic; each ``World`` has its own folder.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import func, insert, select
from sqlmodel import SQLModel

from ledger.encoding import Json, encode_hex
from ledger.errors import HabeasError
from ledger.leaf import StatementLeaf
from ledger.runtime.acceptor import Acceptor
from ledger.runtime.admission import Admitted, examine
from ledger.runtime.chain_tables import FinalBlock, TicketRow
from ledger.runtime.operator import Operator
from ledger.runtime.sequencer import DirectLeaf
from ledger.runtime.settings import Settings, load_settings
from ledger.runtime.tables import table
from ledger.runtime.wiring import ChainFacts, LedgerFacts, Services, open_ledger, open_services
from ledger.statement import RecentBlock, SignedStatement, Statement, sign

COMPANY = "shop.example"
CONTRACT = bytes.fromhex("c0" * 20)
DAY = 86_400
OPENED: dict[str, Json] = {"regime": "eu-gdpr", "place": "IE", "acting": "self", "related": []}
SENT: dict[str, Json] = {
    "right": "access",
    "sent_on": "2026-11-20",
    "channel": "email",
    "published_contact": True,
}


def key_of(name: str) -> Operator:
    """The key of a person, made from the name; ``Operator`` is any private key with its address."""
    return Operator.of(hashlib.sha256(b"a test person: " + name.encode()).digest())


REQUESTER, OTHER = key_of("requester"), key_of("another requester")
SHOP, SHOP_OLD, ATTESTER = key_of("shop"), key_of("shop, old key"), key_of("attester")


@dataclass
class World:
    """One ledger, opened, with final blocks 7 (newest) and an old one."""

    services: Services
    facts: LedgerFacts
    recent: RecentBlock

    @property
    def operator(self) -> Operator:
        assert self.services.operator is not None
        return self.services.operator

    def final(self, number: int, timestamp: int) -> RecentBlock:
        """Make a block known as final."""
        block = RecentBlock(hashlib.sha256(b"block %d" % number).digest(), number)
        row = {"hash": block.hash, "genesis": bytes(32), "number": number, "timestamp": timestamp, "header": b""}
        with self.services.store.engine.begin() as connection:
            connection.execute(insert(table(FinalBlock)), row)
        return block

    def statement(
        self,
        kind: str,
        author: Operator,
        facts: Mapping[str, Json],
        case: bytes | None = None,
        company: str | None = COMPANY,
        **changes: object,
    ) -> SignedStatement:
        said = Statement(self.services.origin, kind, case, company, self.recent, facts, (), author.address)
        return sign(replace(said, **changes), author.private)  # type: ignore[arg-type]

    def opened(self, author: Operator = REQUESTER, number: int = 0, **changes: object) -> SignedStatement:
        """A case.opened; ``number`` makes different cases of one person."""
        related: list[Json] = [encode_hex(number.to_bytes(32, "big"))] if number else []
        return self.statement("case.opened", author, {**OPENED, "related": related}, **changes)

    def sent(self, case: bytes, author: Operator = REQUESTER, day: int = 20, **changes: object) -> SignedStatement:
        return self.statement("request.sent", author, {**SENT, "sent_on": f"2026-11-{day:02}"}, case, **changes)

    def bound(self, by: Operator, key: Operator, company: str = COMPANY, revoked: bool = False) -> SignedStatement:
        facts: dict[str, Json] = {
            "key": encode_hex(key.address),
            "method": "dns",
            "checked_at": "2026-11-20T09:00:00Z",
        }
        return self.statement(f"company.key_{'revoked' if revoked else 'bound'}", by, facts, company=company)

    def attester(self, key: Operator, scope: Sequence[Json]) -> SignedStatement:
        facts: dict[str, Json] = {"key": encode_hex(key.address), "scope": list(scope)}
        return self.statement("attester.bound", self.operator, facts, company=None)

    def withheld(self, digest: bytes, by: Operator | None = None) -> SignedStatement:
        facts: dict[str, Json] = {"digest": encode_hex(digest), "reason": "erasure"}
        return self.statement("entry.withheld", by or self.operator, facts, company=None)

    def ticket(self, key: bytes, raw: bytes) -> DirectLeaf:
        """A submission over the contract, noted as the follower notes it before the sequencer is told."""
        leaf, rows = StatementLeaf(key, hashlib.sha256(raw).digest()), table(TicketRow)
        with self.services.store.engine.begin() as connection:
            number = connection.execute(select(func.count()).select_from(rows)).scalar()
            noted = TicketRow(
                genesis=bytes(32), block_hash=bytes(32), number=number, tx_hash=bytes(32), block_number=8,
                leaf_hash=leaf.hash(), key=key, raw=raw, submitted_at=10 * DAY,
            )  # fmt: skip
            connection.execute(insert(rows), noted.model_dump())
        return DirectLeaf(key, raw)

    def accept(self, *statements: SignedStatement | bytes) -> list[Admitted | HabeasError]:
        """Accept one group, as a fresh process would."""
        acceptor = Acceptor(self.services.store)
        raws = [item if isinstance(item, bytes) else item.raw for item in statements]
        return acceptor.accept([examine(raw, self.services.origin) for raw in raws])

    def record(self, *statements: SignedStatement) -> None:
        """Accept all of them and put them into the log."""
        for answer in self.accept(*statements):
            if isinstance(answer, HabeasError):
                raise answer
        assert self.services.sequencer is not None
        self.services.sequencer.sequence()

    def dump(self) -> dict[str, list[tuple[object, ...]]]:
        """Every row of every table but the lease and what the index keeps to go on from, sorted."""
        with self.services.store.read() as session:
            return {
                name: sorted((tuple(row) for row in session.execute(select(rows))), key=repr)
                for name, rows in SQLModel.metadata.tables.items()
                if name not in ("lease", "index_head", "index_node")
            }

    def reopened(self) -> World:
        """The same ledger in a new process, as far as that can be told from here."""
        self.services.close()
        return replace(self, services=open_services(self.services.settings))


def settings_in(home: Path, database_url: str = "", **given: object) -> Settings:
    return load_settings(home=home, database_url=database_url, **given)


def open_world(home: Path, database_url: str = "", **given: object) -> World:
    """A new ledger in ``home``."""
    services = open_services(settings_in(home, database_url, **given), create_keys_if_new=True)
    recent = RecentBlock(hashlib.sha256(b"block 7").digest(), 7)
    assert services.operator is not None
    unopened = LedgerFacts(services.origin, 0, b"", b"", b"", services.log_key.verifier, 0)  # type: ignore[union-attr]
    world = World(services, unopened, recent)
    world.final(7, 10 * DAY)
    world.facts = open_ledger(services, ChainFacts(31337, bytes(32), CONTRACT, recent))
    return world


def run_acceptance(world: World, raws: Sequence[bytes]) -> list[object]:
    """``submit_many`` with the sequencer running beside it."""
    import threading

    stop, sequencer = threading.Event(), world.services.sequencer
    assert sequencer is not None

    def loop() -> None:
        while not stop.is_set():
            sequencer.sequence()
            stop.wait(0.02)

    worker = threading.Thread(target=loop)
    world.services.acceptance.start()
    worker.start()
    try:
        return list(asyncio.run(world.services.acceptance.submit_many(raws)))
    finally:
        stop.set()
        worker.join()
