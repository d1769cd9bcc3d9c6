"""Opening a ledger's parts: the one place where settings become objects.

``open_services`` gives every process (API, worker, command) the same parts. ``open_ledger`` is done
once in a ledger's life: it writes the ledger row and leaf 0.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from ledger.encoding import JsonObject, encode_hex
from ledger.errors import RuntimeLog, RuntimeSetting
from ledger.leaf import statement_leaf
from ledger.note import SigningKey, VerifierKey
from ledger.runtime.acceptance import Acceptance
from ledger.runtime.lease import Lease
from ledger.runtime.log_reader import LogReader
from ledger.runtime.migrations import migrate
from ledger.runtime.objects import Objects
from ledger.runtime.operator import Operator, create_keys, load_log_key, load_operator
from ledger.runtime.projection import Reading
from ledger.runtime.sequencer import Sequencer, submission_row
from ledger.runtime.settings import Settings
from ledger.runtime.store import Store
from ledger.runtime.tables import Addendum, First, Ledger, Submission, Waiting, table
from ledger.runtime.uuid7 import uuid7
from ledger.standing import claim_of
from ledger.statement import RecentBlock, SignedStatement

_LEDGER = table(Ledger)


@dataclass(frozen=True, slots=True)
class ChainFacts:
    """What leaf 0 says of the home chain. ``recent`` is the newest final block known then."""

    chain_id: int
    genesis_hash: bytes
    contract: bytes
    recent: RecentBlock


@dataclass(frozen=True, slots=True)
class LedgerFacts:
    """The ledger row: what this ledger is, for ever."""

    origin: str
    chain_id: int
    genesis_hash: bytes
    contract: bytes
    log_address: bytes
    vkey: VerifierKey
    created_at: int


@dataclass(slots=True)
class Services:
    """The parts of one process. ``ledger`` is None until the ledger is opened; the keys and the
    sequencer are None in a process without key files (an API replica)."""

    settings: Settings
    store: Store
    objects: Objects
    reader: LogReader
    acceptance: Acceptance
    ledger: LedgerFacts | None
    log_key: SigningKey | None
    operator: Operator | None
    sequencer: Sequencer | None
    lease: Lease

    @property
    def origin(self) -> str:
        return self.settings.ledger

    def require_ledger(self) -> LedgerFacts:
        """The ledger row; also for a process that started before it was written. Raises RuntimeLog."""
        if self.ledger is None:
            self.ledger = read_ledger(self.store)
            check_ledger_row(self.settings, self.ledger, self.log_key, self.operator)
        if self.ledger is None:
            raise RuntimeLog(f"ledger {self.origin} is not opened yet; the worker opens it when its chain answers")
        return self.ledger

    def close(self) -> None:
        """Stop the threads and give the lease back."""
        self.acceptance.stop()
        if self.sequencer is not None:
            self.lease.release()
        self.objects.close()
        self.store.close()


def open_services(settings: Settings, *, create_keys_if_new: bool = False) -> Services:
    """Open database (bringing its structure up to date), files and keys.

    ``create_keys_if_new`` makes the key files of a ledger that is not opened yet. Raises RuntimeSetting
    where the ledger in the database is not the one of the settings.
    """
    store = Store(settings.database)
    migrate(store)
    facts = read_ledger(store)
    objects = Objects(settings.objects)
    if facts is None and create_keys_if_new and not settings.log_key_path.exists():
        create_keys(settings.ledger, settings.log_key_path, settings.anchor_key_path)
    log_key, operator = load_log_key(settings.log_key_path), load_operator(settings.anchor_key_path)
    check_ledger_row(settings, facts, log_key, operator)
    lease = Lease(store, f"sequencer of {settings.ledger}", settings.lease_s)
    acceptance = Acceptance(store, settings.ledger, settings)
    sequencer = None
    if log_key is not None:
        sequencer = Sequencer(store, objects, lease, log_key, settings.sequence_limit)
        sequencer.listeners.append(acceptance.notify_published)
    reader = LogReader(store, objects)
    return Services(settings, store, objects, reader, acceptance, facts, log_key, operator, sequencer, lease)


def read_ledger(store: Store) -> LedgerFacts | None:
    """The ledger row, None in an empty database."""
    with store.read() as session:
        rows = session.execute(select(_LEDGER)).all()
    if len(rows) > 1:
        raise RuntimeSetting(f"the database holds {len(rows)} ledgers; it must hold one")
    for row in rows:
        vkey = VerifierKey.parse(row.vkey)
        return LedgerFacts(
            row.origin, row.chain_id, row.genesis_hash, row.contract, row.log_address, vkey, row.created_at
        )
    return None


def check_ledger_row(
    settings: Settings, facts: LedgerFacts | None, log_key: SigningKey | None, operator: Operator | None
) -> None:
    """Compare the ledger in the database with settings and keys. Raises RuntimeSetting.

    Going on with another key or chain would start a second history under one name.
    """
    if log_key is not None and log_key.name != settings.ledger:
        raise RuntimeSetting(f"the log key {settings.log_key_path} is of {log_key.name}, not of {settings.ledger}")
    if facts is None:
        return
    pairs: list[tuple[str, object, object]] = [("ledger", settings.ledger, facts.origin)]
    if log_key is not None:
        pairs.append(("the log key", log_key.verifier.encode(), facts.vkey.encode()))
    if operator is not None:
        pairs.append(("the anchoring key's address", encode_hex(operator.address), encode_hex(facts.log_address)))
    if settings.contract is not None:
        pairs.append(("contract", encode_hex(settings.contract), encode_hex(facts.contract)))
    if settings.genesis is not None:
        pairs.append(("genesis", encode_hex(settings.genesis), encode_hex(facts.genesis_hash)))
    for name, given, held in pairs:
        if given != held:
            raise RuntimeSetting(f"{name} is {given}, but the ledger in the database was opened with {held}")


def open_ledger(services: Services, chain: ChainFacts, continues: JsonObject | None = None) -> LedgerFacts:
    """Write the ledger row and leaf 0; again, it checks that both say the same and finishes leaf 0.

    Raises RuntimeSetting where keys are missing or the ledger was opened differently.
    """
    if services.log_key is None or services.operator is None or services.sequencer is None:
        raise RuntimeSetting(f"{services.settings.log_key_path} and {services.settings.anchor_key_path} are needed")
    facts = read_ledger(services.store)
    if facts is None:
        facts = _write_ledger(services, services.log_key, services.operator, chain, continues)
    # An embedded practice chain that lost its state starts over under another genesis hash.
    genesis = facts.genesis_hash if services.settings.chain == "embedded" else chain.genesis_hash
    if (chain.chain_id, genesis, chain.contract) != (facts.chain_id, facts.genesis_hash, facts.contract):
        raise RuntimeSetting(
            f"the ledger was opened on chain {facts.chain_id}, genesis {encode_hex(facts.genesis_hash)}, "
            f"contract {encode_hex(facts.contract)}; this is chain {chain.chain_id}, "
            f"genesis {encode_hex(chain.genesis_hash)}, contract {encode_hex(chain.contract)}"
        )
    check_ledger_row(services.settings, facts, services.log_key, services.operator)
    services.objects.mark()
    services.ledger = facts
    if services.reader.size() == 0:
        services.sequencer.sequence()
    return facts


def _write_ledger(
    services: Services, log_key: SigningKey, operator: Operator, chain: ChainFacts, continues: JsonObject | None
) -> LedgerFacts:
    facts = LedgerFacts(
        services.origin,
        chain.chain_id,
        chain.genesis_hash,
        chain.contract,
        operator.address,
        log_key.verifier,
        int(time.time()),
    )
    opened = opening_facts(facts)
    if continues is not None:
        opened["continues"] = continues
    signed = operator.say(services.origin, "ledger.opened", opened, chain.recent)
    try:
        services.store.transact(lambda session: _insert_opening(session, facts, signed))
    except IntegrityError:
        held = read_ledger(services.store)  # another process opened it just now
        if held is not None:
            return held
        raise
    return facts


def opening_facts(facts: LedgerFacts) -> JsonObject:
    """The facts of leaf 0 that come from the ledger row."""
    return {
        "chain": facts.chain_id,
        "contract": encode_hex(facts.contract),
        "log": encode_hex(facts.log_address),
        "vkey": facts.vkey.encode(),
    }


def insert_ledger(session: Session, facts: LedgerFacts) -> None:
    """Write the ledger row."""
    session.execute(
        insert(_LEDGER).values(
            origin=facts.origin,
            chain_id=facts.chain_id,
            genesis_hash=facts.genesis_hash,
            contract=facts.contract,
            log_address=facts.log_address,
            vkey=facts.vkey.encode(),
            created_at=facts.created_at,
        )
    )


def _insert_opening(session: Session, facts: LedgerFacts, signed: SignedStatement) -> None:
    insert_ledger(session, facts)
    leaf, order_key = statement_leaf(signed, facts.origin), uuid7()
    reading = Reading(leaf, leaf.hash(), "server", claim_of(signed.statement), valid=True, listed=False)
    session.execute(insert(table(Addendum)).values(digest=leaf.digest, raw=signed.raw))
    session.execute(insert(table(Submission)).values(submission_row(reading, order_key)))
    session.execute(insert(table(First)).values(statement_id=signed.id, leaf_hash=leaf.hash()))
    session.execute(insert(table(Waiting)).values(order_key=order_key, leaf_hash=leaf.hash()))
