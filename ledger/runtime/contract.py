"""Calls of the AccessLedger contract as bytes: arguments, results, revert reasons.

The interface is that of docs/spec/contract.md; events are read in ``ledger/anchor.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eth_abi.abi import decode, encode

from ledger.errors import RuntimeWrongContract
from ledger.evm import keccak256

MAX_FORCED = 64
MAX_ANCHORED_SIZE = 2**53 - 1

_ANCHOR = ("uint64", "bytes32", "bytes32[]", "(bytes32,uint64,bytes32[])[]")
_SUBMIT = ("address", "bytes32", "bytes")
_HEAD = ("uint64", "bytes32", "uint64", "uint64", "uint64")
_TICKET = ("bytes27", "uint40")
_ERRORS = {
    "UnknownLog": ("address",),
    "StatementLength": ("uint256",),
    "Fork": ("uint64", "bytes32", "bytes32"),
    "SizeInvalid": ("uint64", "uint64"),
    "Inconsistent": ("uint64", "uint64"),
    "TooManyForced": ("uint256", "uint256"),
    "TicketMismatch": ("uint64", "bytes32"),
    "NotIncluded": ("uint64", "uint64"),
    "Overdue": ("uint64", "uint64"),
}


@dataclass(frozen=True, slots=True)
class Head:
    """What the contract holds for one log. ``size`` 0: it has never anchored."""

    size: int
    root: bytes
    anchored_at: int
    """Unix seconds of the block that anchored it, by the chain's clock."""
    submitted: int
    """Tickets taken so far."""
    included: int
    """Tickets settled so far; tickets ``included`` to ``submitted`` - 1 are open."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """One direct submission as the contract keeps it: 27 of the 32 bytes of the leaf hash, and when."""

    leaf_hash27: bytes
    submitted_at: int


@dataclass(frozen=True, slots=True)
class Inclusion:
    """Shows that the statement of one ticket stands at ``index`` of the tree being anchored."""

    leaf_hash: bytes
    index: int
    path: tuple[bytes, ...]


def _selector(name: str, types: Sequence[str]) -> bytes:
    return keccak256(f"{name}({','.join(types)})".encode())[:4]


ANCHOR_SELECTOR = _selector("anchor", _ANCHOR)
SUBMIT_SELECTOR = _selector("submit", _SUBMIT)
HEAD_SELECTOR = _selector("head", ("address",))
TICKET_SELECTOR = _selector("ticket", ("address", "uint64"))
_BY_SELECTOR = {_selector(name, types): (name, types) for name, types in _ERRORS.items()}


def anchor_call(size: int, root: bytes, consistency: Sequence[bytes], forced: Sequence[Inclusion]) -> bytes:
    """Calldata of ``anchor``."""
    shown = [(item.leaf_hash, item.index, list(item.path)) for item in forced]
    return ANCHOR_SELECTOR + encode(_ANCHOR, (size, root, list(consistency), shown))


def parse_anchor_call(data: bytes) -> tuple[int, bytes, tuple[bytes, ...], tuple[Inclusion, ...]]:
    """Size, root, consistency path and inclusions of calldata of ``anchor``."""
    size, root, consistency, forced = decode(_ANCHOR, data[4:])
    return (
        size,
        root,
        tuple(consistency),
        tuple(Inclusion(leaf, index, tuple(path)) for leaf, index, path in forced),
    )


def submit_call(log: bytes, key: bytes, statement: bytes) -> bytes:
    """Calldata of ``submit``: ``log`` 20 bytes, ``key`` 32, ``statement`` 1 to 8,192."""
    return SUBMIT_SELECTOR + encode(_SUBMIT, (log, key, statement))


def parse_submit_call(data: bytes) -> tuple[bytes, bytes, bytes]:
    """Log, key and statement of calldata of ``submit``."""
    log, key, statement = decode(_SUBMIT, data[4:])
    return bytes.fromhex(log[2:]), key, statement


def head_call(log: bytes) -> bytes:
    """Calldata of ``head``."""
    return HEAD_SELECTOR + encode(("address",), (log,))


def ticket_call(log: bytes, number: int) -> bytes:
    """Calldata of ``ticket``."""
    return TICKET_SELECTOR + encode(("address", "uint64"), (log, number))


def parse_head(data: bytes) -> Head:
    """The result of ``head``. Raises RuntimeWrongContract for anything but five words."""
    if len(data) != 160:
        raise RuntimeWrongContract(f"head() answered with {len(data)} bytes; AccessLedger answers with 160")
    return Head(*decode(_HEAD, data))


def parse_ticket(data: bytes) -> Ticket:
    """The result of ``ticket``. Raises RuntimeWrongContract for anything but two words."""
    if len(data) != 64:
        raise RuntimeWrongContract(f"ticket() answered with {len(data)} bytes; AccessLedger answers with 64")
    return Ticket(*decode(_TICKET, data))


def describe_revert(data: bytes) -> tuple[str, str]:
    """Name and sentence of a custom error; ("", "") where the bytes are none of ours."""
    found = _BY_SELECTOR.get(data[:4])
    if found is None:
        return "", ""
    name, types = found
    values = decode(types, data[4:])
    shown = ", ".join("0x" + value.hex() if isinstance(value, bytes) else str(value) for value in values)
    return name, f"{name}({shown})"
