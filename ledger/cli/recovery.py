"""Finding one's own cases in the public log, with nothing but the seed.

The whole log is downloaded and checked against its signed root, so that a server that leaves
something out is noticed, and learns nothing about which addresses are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ledger.checkpoint import Checkpoint
from ledger.cli import casefolder
from ledger.cli.casefile import CaseFile, Entry
from ledger.cli.client import ApiClient
from ledger.cli.output import note
from ledger.encoding import encode_hex, sha256
from ledger.errors import Malformed, RefusedNotFound, RefusedWithheld, RuntimeFault, Verification
from ledger.keys import Seed, address_of, derive_key
from ledger.leaf import StatementLeaf, parse_leaf
from ledger.merkle import hash_leaf, root_of
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
    by_author: dict[bytes, list[SignedStatement]] = {}
    for signed in _statements(client):
        by_author.setdefault(signed.statement.author, []).append(signed)
    index, unused = 0, 0
    while unused < UNUSED_IN_A_ROW:
        mine = by_author.get(address_of(derive_key(seed, index)), [])
        opened = [signed for signed in mine if signed.statement.kind == "case.opened"]
        unused = 0 if opened else unused + 1
        for opening in opened[:1]:
            yield _keep(client, folder, index, opening, mine)
        index += 1


def _keep(
    client: ApiClient, folder: Path, index: int, opening: SignedStatement, mine: list[SignedStatement]
) -> Recovered:
    rest = {signed.id: signed for signed in mine if signed.statement.case == opening.id}
    entries = tuple(Entry(signed) for signed in (opening, *rest.values()))
    lost = sum(len(entry.signed.statement.digests) for entry in entries)
    try:
        held = casefolder.load(folder, opening.id)
        lost -= sum(len(entry.disclosures) for entry in held.entries)
    except RefusedNotFound:
        casefolder.create(folder, CaseFile(client.url, index, entries))
    return Recovered(encode_hex(opening.id), opening.statement.company or "-", len(entries), max(lost, 0))


def _statements(client: ApiClient) -> Iterator[SignedStatement]:
    """Every statement of the log whose bytes are served and whose signature holds, in log order."""
    checkpoint = client.checkpoint()
    note(f"Downloading {checkpoint.size} entries of {checkpoint.origin} ...")
    leaves = [leaf for start in range(0, checkpoint.size, TILE_WIDTH) for leaf in _entries(client, start, checkpoint)]
    if root_of([hash_leaf(data) for data in leaves]) != checkpoint.root:
        raise RuntimeFault(f"the entries at {client.url} are not those of its signed checkpoint; ask another mirror")
    digests = [leaf.digest for leaf in map(parse_leaf, leaves) if isinstance(leaf, StatementLeaf)]
    seen: set[bytes] = set()
    with ThreadPoolExecutor(_CONNECTIONS) as pool:
        for raw in pool.map(lambda digest: _addendum(client, digest), digests):
            signed = _parse(raw)
            if signed is not None and signed.id not in seen and signed.statement.ledger == checkpoint.origin:
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
