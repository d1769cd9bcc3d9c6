"""Finding one's own cases in the public log, with nothing but the seed.

The whole log is downloaded and checked against its signed root, so that a server that leaves
something out is noticed, and learns nothing about which addresses are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from ledger.checkpoint import Checkpoint, verify_checkpoint
from ledger.cli import casefolder
from ledger.cli.casefile import CaseFile, Entry
from ledger.cli.client import ApiClient
from ledger.cli.output import note
from ledger.encoding import encode_hex, sha256
from ledger.errors import Malformed, RefusedNotFound, RefusedWithheld, RuntimeFault, Verification
from ledger.keys import Seed, address_of, derive_key
from ledger.leaf import StatementLeaf, parse_leaf, statement_leaf
from ledger.merkle import EMPTY_FRONTIER, hash_leaf, inclusion_path
from ledger.proof import LogProof
from ledger.statement import SignedStatement, parse, verify_signature
from ledger.tiles import TILE_WIDTH, addendum_path, entries_path, parse_entries

UNUSED_IN_A_ROW = 20
_CONNECTIONS = 8


@dataclass(frozen=True, slots=True)
class Recovered:
    """A case that was found. ``lost``: private fields whose text and salt only a backup has."""

    case: str
    company: str
    statements: int
    lost: int


def recover(client: ApiClient, folder: Path, seed: Seed) -> Iterator[Recovered]:
    """Every case of ``seed`` in the client's log; those that ``folder`` lacks are kept there."""
    log = _download(client)
    by_author: dict[bytes, list[SignedStatement]] = {}
    for signed in _statements(client, log):
        by_author.setdefault(signed.statement.author, []).append(signed)
    index, unused = 0, 0
    while unused < UNUSED_IN_A_ROW:
        mine = by_author.get(address_of(derive_key(seed, index)), [])
        opened = [signed for signed in mine if signed.statement.kind == "case.opened"]
        unused = 0 if opened else unused + 1
        for opening in opened[:1]:
            yield _keep(client, log, folder, index, opening, mine)
        index += 1


def _keep(
    client: ApiClient, log: _Log, folder: Path, index: int, opening: SignedStatement, mine: list[SignedStatement]
) -> Recovered:
    rest = {signed.id: signed for signed in mine if signed.statement.case == opening.id}
    entries = tuple(Entry(signed, log.receipt(signed)) for signed in (opening, *rest.values()))
    lost = sum(len(entry.signed.statement.digests) for entry in entries)
    try:
        held = casefolder.load(folder, opening.id)
        lost -= sum(len(entry.disclosures) for entry in held.entries)
        casefolder.update(folder, opening.id, lambda now: _with_receipts(now, log))
    except RefusedNotFound:
        casefolder.create(folder, CaseFile(client.url, index, entries))
    return Recovered(encode_hex(opening.id), opening.statement.company or "-", len(entries), max(lost, 0))


def _with_receipts(case: CaseFile, log: _Log) -> CaseFile:
    for entry in case.entries:
        receipt = log.receipt(entry.signed) if entry.receipt is None else None
        case = case.add_receipt(entry.signed.id, receipt) if receipt is not None else case
    return case


@dataclass(frozen=True, slots=True)
class _Log:
    """The whole log under one signed checkpoint: receipts come from here, so no server is asked for them one by one."""

    origin: str
    note: bytes
    leaves: tuple[bytes, ...]
    rows: Sequence[Sequence[bytes]]
    """``rows[level][k]`` is the hash of the complete subtree ``k`` of 2**level leaves."""
    places: Mapping[bytes, int] = field(repr=False)
    """Leaf hash to its first index."""

    def receipt(self, signed: SignedStatement) -> bytes | None:
        """The tlog-proof of a statement, None where its leaf is not in this log."""
        index = self.places.get(statement_leaf(signed, self.origin).hash())
        if index is None:
            return None
        path = inclusion_path(index, len(self.leaves), lambda level, place: self.rows[level][place])
        return LogProof(index, tuple(path), self.note).encode()


def _download(client: ApiClient) -> _Log:
    """The log, checked against its signed root."""
    info, signed = client.info(), client.get("/log/checkpoint")
    checkpoint = verify_checkpoint(signed, info.vkey, info.origin)
    note(f"Downloading {checkpoint.size} entries of {checkpoint.origin} ...")
    leaves = [leaf for start in range(0, checkpoint.size, TILE_WIDTH) for leaf in _entries(client, start, checkpoint)]
    hashes = [hash_leaf(data) for data in leaves]
    tree, rows = EMPTY_FRONTIER.grow(hashes)
    if tree.root() != checkpoint.root:
        raise RuntimeFault(f"the entries at {client.url} are not those of its signed checkpoint; ask another mirror")
    places = {leaf: index for index, leaf in reversed(list(enumerate(hashes)))}
    return _Log(checkpoint.origin, signed, tuple(leaves), rows, places)


def _statements(client: ApiClient, log: _Log) -> Iterator[SignedStatement]:
    """Every statement of the log whose bytes are served and whose signature holds, in log order."""
    digests = [leaf.digest for leaf in map(parse_leaf, log.leaves) if isinstance(leaf, StatementLeaf)]
    seen: set[bytes] = set()
    with ThreadPoolExecutor(_CONNECTIONS) as pool:
        for raw in pool.map(lambda digest: _addendum(client, digest), digests):
            signed = _parse(raw)
            if signed is not None and signed.id not in seen and signed.statement.ledger == log.origin:
                seen.add(signed.id)
                yield signed


def _entries(client: ApiClient, start: int, checkpoint: Checkpoint) -> tuple[bytes, ...]:
    width = min(TILE_WIDTH, checkpoint.size - start)
    return parse_entries(client.get("/log/" + entries_path(start // TILE_WIDTH, width)), width)


def _addendum(client: ApiClient, digest: bytes) -> bytes | None:
    try:
        raw = client.get("/log/" + addendum_path(digest))
    except (RefusedNotFound, RefusedWithheld):
        return None  # withheld: it can still be proven, but not read
    return raw if sha256(raw) == digest else None


def _parse(raw: bytes | None) -> SignedStatement | None:
    try:
        signed = parse(raw or b"")
        verify_signature(signed)
    except (Malformed, Verification):
        return None
    return signed
