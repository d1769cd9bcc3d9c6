"""What an attester asks of a ledger, and how it checks the answers: signature, receipt, inclusion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from ledger.encoding import Json, encode_hex
from ledger.errors import (
    HabeasError,
    Malformed,
    MalformedRequest,
    Refused,
    RefusedLedger,
    RefusedNotFound,
    RuntimeFault,
    RuntimeLedger,
    Verification,
)
from ledger.leaf import statement_leaf
from ledger.note import VerifierKey
from ledger.proof import LogProof, verify_proof
from ledger.statement import RecentBlock, SignedStatement, parse, verify_signature


class Info(Protocol):
    """What a ledger is: its origin, and the key of its log."""

    @property
    def origin(self) -> str: ...
    @property
    def vkey(self) -> VerifierKey: ...


class Receipt(Protocol):
    """A recorded statement: its leaf, and the tlog-proof, which was verified."""

    @property
    def index(self) -> int: ...
    @property
    def proof(self) -> bytes: ...


class LedgerApi(Protocol):
    """The public API of one ledger, as ``ledger.cli.client.ApiClient`` has it. Safe for many threads."""

    def info(self) -> Info: ...
    def get(self, path: str) -> bytes: ...
    def get_json(self, path: str) -> Mapping[str, Json]: ...
    def recent_block(self) -> RecentBlock: ...
    def submit(self, signed: SignedStatement) -> Receipt: ...


@dataclass(frozen=True, slots=True)
class Found:
    """A statement of the ledger, proven to be in its log at ``index``."""

    signed: SignedStatement
    index: int


@contextmanager
def asking(origin: str) -> Iterator[None]:
    """What goes wrong at the ledger's server is its fault and not the caller's; refusals are passed on."""
    try:
        yield
    except RuntimeLedger:
        raise
    except (RuntimeFault, Malformed, Verification) as error:
        raise RuntimeLedger(f"the server of {origin}: {error}") from None


def choose(ledgers: Mapping[str, LedgerApi], origin: str) -> LedgerApi:
    """The ledger named. Only those of the settings are asked, never an address that a stranger gives."""
    found = ledgers.get(origin)
    if found is None:
        known = ", ".join(sorted(ledgers)) or "none"
        raise RefusedLedger(f"this attester works for {known}, not for {origin[:100]}")
    return found


def read_statement(ledger: LedgerApi, origin: str, statement_id: bytes) -> Found:
    """The statement, its signature and its place in the log verified.

    Raises RefusedNotFound, RefusedWithheld, RuntimeLedger.
    """
    name = encode_hex(statement_id)
    with asking(origin):
        info = ledger.info()
        if info.origin != origin:
            raise RuntimeLedger(f"the server of {origin} says that it is {info.origin}")
        signed = parse(ledger.get(f"/v1/statements/{name}"))
        if signed.id != statement_id or signed.statement.ledger != origin:
            raise RuntimeLedger(f"the server of {origin} gave another statement than {name}")
        verify_signature(signed)
        proof = LogProof.parse(ledger.get(f"/v1/statements/{name}/proof"))
        verify_proof(proof, statement_leaf(signed, origin).hash(), info.vkey, origin)
    return Found(signed, proof.index)


def record(ledger: LedgerApi, origin: str, signed: SignedStatement) -> Receipt:
    """Record what the attester signed, and verify the receipt. Raises Refused classes and RuntimeLedger."""
    with asking(origin):
        return ledger.submit(signed)


def quote(ledger: LedgerApi, origin: str) -> RecentBlock:
    """The newest final block that the ledger shows."""
    with asking(origin):
        try:
            return ledger.recent_block()
        except RefusedNotFound as error:
            raise RuntimeLedger(f"the server of {origin}: {error}") from None


def read_events(ledger: LedgerApi, origin: str, company: str) -> list[Mapping[str, Json]]:
    """The bindings and revocations of a company's keys, as the ledger lists them; [] for an unknown company."""
    with asking(origin):
        try:
            value = ledger.get_json(f"/v1/companies/{company}").get("keys")
        except RefusedNotFound:
            return []
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def is_ready(ledger: LedgerApi, origin: str) -> str | None:
    """None where the ledger answers; else why not."""
    try:
        with asking(origin):
            if ledger.info().origin != origin:
                raise MalformedRequest("it is another ledger")
            ledger.recent_block()
    except (HabeasError, Refused) as error:
        return str(error)
    return None
