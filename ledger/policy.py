"""The trust policy: whom a verifier believes, and for what (docs/spec/policy.md).

A ``trust.toml`` names ledgers, chains, attesters and pinned company keys. The verifier trusts
nothing that the bundle says of these: a ledger that is not listed keeps every result conditional.
The policy's hash stands in each result, so that two people can see whether they used the same one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar

from ledger.checkpoint import check_auditors
from ledger.encoding import MAX_INTEGER, encode_hex, is_int, sha256
from ledger.errors import Malformed, MalformedPolicy
from ledger.kinds import SCOPES, is_domain
from ledger.mail.trust import MailTrust, encode_anchors, encode_mail_trust, take_mail_trust
from ledger.note import ED25519, VerifierKey
from ledger.stamp.authorities import check_authorities, encode_authorities, parse_authority
from ledger.stamp.verify import TimeAuthority
from ledger.statement import parse_origin
from ledger.toml_table import Table as _Table
from ledger.toml_table import toml_lines as _toml_lines

VERSION = 1
MAX_BYTES = 262_144
DEFAULT_STALENESS_DAYS = 45
MAX_STALENESS_DAYS = 36_500
MAX_CONFIRMATIONS = 100_000
LedgerClass = Literal["public", "test", "practice"]
_CLASSES: tuple[LedgerClass, ...] = ("public", "test", "practice")
Finality: TypeAlias = "Literal['finalized'] | int"
"""Which blocks count as final: the chain's own tag, or how many blocks must lie above one."""
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class ChainTrust:
    """One chain: ``id`` and ``genesis`` (32 bytes) identify it; ``rpc_quorum`` providers must agree."""

    name: str
    id: int
    genesis: bytes
    rpc_quorum: int
    pinned: Mapping[bytes, int]
    """Block hash to block number: blocks that the policy's author vouches for."""


@dataclass(frozen=True, slots=True)
class LedgerTrust:
    """One ledger: its log key, its address on its home chain, the contract and the code it must have."""

    origin: str
    ledger_class: LedgerClass
    vkey: VerifierKey
    chain: ChainTrust
    contract: bytes
    code_hash: bytes
    log: bytes
    first_block: int
    auditors: tuple[VerifierKey, ...]
    """Cosigning keys whose replay of the log counts, each of another owner."""
    quorum: int
    """How many of ``auditors`` must agree: 0 exactly if there are none."""
    finality: Finality = "finalized"


@dataclass(frozen=True, slots=True)
class AttesterTrust:
    """An attester's key (20 bytes) and what it is believed for."""

    name: str
    key: bytes
    scope: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CompanyPin:
    """A company key (20 bytes) that the policy's author confirmed himself."""

    company: str
    key: bytes
    source: str = "that the policy pins"
    """Where it was found, as reports call it; ``habeas verify --dns`` adds keys of the moment."""


@dataclass(frozen=True, slots=True)
class Successor:
    """Ledger ``ledger`` continues the ended ledger ``continues``."""

    ledger: str
    continues: str


@dataclass(frozen=True, slots=True)
class TrustPolicy:
    """A parsed ``trust.toml``; ``hash`` is the SHA-256 of its bytes."""

    hash: bytes
    formats: tuple[int, ...]
    staleness_days: int
    chains: Mapping[str, ChainTrust]
    ledgers: Mapping[str, LedgerTrust]
    attesters: tuple[AttesterTrust, ...]
    attester_quorum: int
    company_keys: tuple[CompanyPin, ...]
    successors: tuple[Successor, ...]
    time_authorities: tuple[TimeAuthority, ...] = ()
    time_quorum: int = 1
    """How many of ``time_authorities`` must have stamped a tree by a time."""
    mail: MailTrust = MailTrust()


def parse_policy(data: bytes) -> TrustPolicy:
    """Parse a ``trust.toml``: closed, versioned. Raises MalformedPolicy."""
    if len(data) > MAX_BYTES:
        raise MalformedPolicy(f"{len(data)} bytes; a trust policy has at most {MAX_BYTES}")
    try:
        value = tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise MalformedPolicy(f"not TOML: {str(error)[:200]}") from None
    table = _Table(value, "the trust policy")
    version = table.integer("habeas_trust")
    if version != VERSION:
        raise MalformedPolicy(f"habeas_trust is {version}; this version reads {VERSION}")
    chains = _unique((_parse_chain(item) for item in table.list("chain")), lambda chain: chain.name, "chain")
    ledgers = (_parse_ledger(item, chains) for item in table.list("ledger"))
    policy = TrustPolicy(
        hash=sha256(data),
        formats=tuple(_integers(table.list("formats"), "formats")) or (1,),
        staleness_days=table.integer("staleness_days", DEFAULT_STALENESS_DAYS, 1, MAX_STALENESS_DAYS),
        chains=chains,
        ledgers=_unique(ledgers, lambda ledger: ledger.origin, "ledger"),
        attesters=tuple(_parse_attester(item) for item in table.list("attester")),
        attester_quorum=table.integer("attester_quorum", 1, 1),
        company_keys=tuple(_parse_pin(item) for item in table.list("company_key")),
        successors=tuple(_parse_successor(item) for item in table.list("successor")),
        time_authorities=tuple(parse_authority(item) for item in table.list("time_authority")),
        time_quorum=table.integer("time_quorum", 1, 1),
        mail=take_mail_trust(table),
    )
    _check_attesters(policy.attesters, policy.attester_quorum)
    check_authorities(policy.time_authorities, policy.time_quorum)
    table.done()
    return policy


def _unique(items: Iterable[_T], name: Callable[[_T], str], what: str) -> Mapping[str, _T]:
    found: dict[str, _T] = {}
    for item in items:
        if name(item) in found:
            raise MalformedPolicy(f"{what} {name(item)} is listed twice")
        found[name(item)] = item
    return found


def _integers(values: list[object], where: str) -> list[int]:
    for value in values:
        if not isinstance(value, int) or not is_int(value) or not 0 <= value <= MAX_INTEGER:
            raise MalformedPolicy(f"{where} must be a list of integers from 0 to 2^53-1")
    return [value for value in values if isinstance(value, int)]


def _parse_chain(value: object) -> ChainTrust:
    table = _Table(value, "[[chain]]")
    pinned: dict[bytes, int] = {}
    chain = ChainTrust(
        name=table.text("name"),
        id=table.integer("id", least=1),
        genesis=table.hex("genesis", 32),
        rpc_quorum=table.integer("rpc_quorum", 2, 1),
        pinned=pinned,
    )
    for item in table.list("pinned"):
        pin = _Table(item, f"chain {chain.name}: pinned block")
        pinned[pin.hex("hash", 32)] = pin.integer("number")
        pin.done()
    table.done()
    return chain


def _parse_ledger(value: object, chains: Mapping[str, ChainTrust]) -> LedgerTrust:
    table = _Table(value, "[[ledger]]")
    name = table.text("chain")
    if name not in chains:
        raise MalformedPolicy(f"[[ledger]]: chain {name} is not among the [[chain]] entries")
    auditors = tuple(_vkey(item) for item in table.list("auditors"))
    # With auditors the least is 1: a quorum of nobody would pass without anybody.
    least = min(1, len(auditors))
    quorum = table.integer("quorum", least)
    if not least <= quorum <= len(auditors):
        raise MalformedPolicy(
            f"[[ledger]]: quorum is {quorum} with {len(auditors)} auditors; it is 1 to their number, and 0 without any"
        )
    ledger = LedgerTrust(
        origin=_origin(table.text("origin")),
        ledger_class=_parse_class(table.text("class")),
        vkey=_vkey(table.text("vkey")),
        chain=chains[name],
        contract=table.hex("contract", 20),
        code_hash=table.hex("code_hash", 32),
        log=table.hex("log", 20),
        first_block=table.integer("first_block", 0),
        auditors=auditors,
        quorum=quorum,
        finality=parse_finality(table.optional("finality", "finalized"), "[[ledger]]: finality"),
    )
    if ledger.vkey.name != ledger.origin:
        raise MalformedPolicy(f"[[ledger]]: the vkey is named {ledger.vkey.name}, the origin is {ledger.origin}")
    if ledger.vkey.type != ED25519:
        raise MalformedPolicy(f"[[ledger]]: the vkey of a log is of type 0x01, not 0x{ledger.vkey.type:02x}")
    check_auditors(ledger.vkey, auditors, MalformedPolicy)
    table.done()
    return ledger


def parse_finality(value: object, where: str) -> Finality:
    """A finality rule. Raises MalformedPolicy: ``safe`` and ``latest`` name blocks that can still vanish."""
    if value == "finalized":
        return "finalized"
    if isinstance(value, int) and is_int(value) and 0 <= value <= MAX_CONFIRMATIONS:
        return value
    raise MalformedPolicy(f'{where} must be "finalized" or a number of blocks from 0 to {MAX_CONFIRMATIONS}')


def _parse_class(text: str) -> LedgerClass:
    for known in _CLASSES:
        if text == known:
            return known
    raise MalformedPolicy(f"[[ledger]]: class must be one of {', '.join(_CLASSES)}")


def _origin(text: str) -> str:
    try:
        return parse_origin(text)
    except Malformed as error:
        raise MalformedPolicy(str(error)) from None


def _vkey(text: object) -> VerifierKey:
    try:
        return VerifierKey.parse(text)
    except Malformed as error:
        raise MalformedPolicy(f"a vkey is malformed: {error}") from None


def _parse_attester(value: object) -> AttesterTrust:
    table = _Table(value, "[[attester]]")
    attester = AttesterTrust(
        table.text("name"), table.hex("key", 20), tuple(_parse_scope(item) for item in table.list("scope"))
    )
    table.done()
    return attester


def _check_attesters(attesters: Sequence[AttesterTrust], quorum: int) -> None:
    """Whoever stands twice would be two of a quorum. Raises MalformedPolicy."""
    _unique(attesters, lambda item: item.name, "attester")
    _unique(attesters, lambda item: encode_hex(item.key), "the attester's key")
    most = max(1, len(attesters))
    if quorum > most:
        raise MalformedPolicy(f"attester_quorum is {quorum} with {len(attesters)} attesters; it is at most {most}")


def _parse_scope(value: object) -> str:
    if isinstance(value, str) and value in SCOPES:
        return value
    raise MalformedPolicy(f"[[attester]]: scope must be among {', '.join(SCOPES)}")


def _parse_pin(value: object) -> CompanyPin:
    table = _Table(value, "[[company_key]]")
    pin = CompanyPin(table.text("company"), table.hex("key", 20))
    if not is_domain(pin.company):
        raise MalformedPolicy("[[company_key]]: company must be a lower-case DNS name")
    table.done()
    return pin


def _parse_successor(value: object) -> Successor:
    table = _Table(value, "[[successor]]")
    successor = Successor(_origin(table.text("ledger")), _origin(table.text("continues")))
    table.done()
    return successor


def parse_attester(name: str, key: bytes, scope: Sequence[str]) -> AttesterTrust:
    """An attester as a policy lists it. Raises MalformedPolicy."""
    return _parse_attester({"name": name, "key": encode_hex(key), "scope": list(scope)})


def encode_attester(attester: AttesterTrust) -> bytes:
    """The ``[[attester]]`` entry, to be put into a ``trust.toml``."""
    table = {"name": attester.name, "key": encode_hex(attester.key), "scope": [*attester.scope]}
    return "\n".join(["[[attester]]", *_toml_lines(table), ""]).encode("utf-8")


def encode_policy(
    ledger: LedgerTrust,
    authorities: Sequence[TimeAuthority] = (),
    time_quorum: int = 1,
    *,
    attesters: Sequence[AttesterTrust] = (),
    attester_quorum: int = 1,
    mail: MailTrust | None = None,
) -> bytes:
    """The ``trust.toml`` of one ledger, as the demo and ``/v1/trust-policy`` give it out."""
    chain = ledger.chain
    lines = ["# Whom a verifier believes, and for what. Read it before you use it."]
    if ledger.ledger_class == "practice":
        lines.append("# Practice ledger: proves nothing to a stranger.")
    top: dict[str, object] = {
        "habeas_trust": VERSION,
        "formats": [VERSION],
        "staleness_days": DEFAULT_STALENESS_DAYS,
    }
    if authorities:
        top["time_quorum"] = time_quorum
    if attesters:
        top["attester_quorum"] = attester_quorum
    mail = mail or MailTrust()
    top |= encode_anchors(mail)
    chain_table = {
        "name": chain.name,
        "id": chain.id,
        "genesis": encode_hex(chain.genesis),
        "rpc_quorum": chain.rpc_quorum,
    }
    ledger_table = {
        "origin": ledger.origin,
        "class": ledger.ledger_class,
        "vkey": ledger.vkey.encode(),
        "chain": chain.name,
        "contract": encode_hex(ledger.contract),
        "code_hash": encode_hex(ledger.code_hash),
        "log": encode_hex(ledger.log),
        "first_block": ledger.first_block,
        "finality": ledger.finality,
    }
    if ledger.auditors:
        ledger_table["auditors"] = [key.encode() for key in ledger.auditors]
        ledger_table["quorum"] = ledger.quorum
    lines += [
        *_toml_lines(top),
        "",
        "[[chain]]",
        *_toml_lines(chain_table),
        "",
        "[[ledger]]",
        *_toml_lines(ledger_table),
        *encode_authorities(authorities),
        *encode_mail_trust(mail),
    ]
    entries = [b"\n" + encode_attester(attester) for attester in attesters]
    return ("\n".join(lines) + "\n").encode("utf-8") + b"".join(entries)
