"""An operator of a log for tests of the audit, honest or lying, on a chain in memory and in a folder of files.

Leaves, signatures, tiles, index and transactions are real; what lies says so by its arguments. ``serve``
puts the folder and the openings of the index behind HTTP, as a server has them.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TypeAlias

from ledger.checkpoint import Checkpoint, sign_checkpoint
from ledger.encoding import Json, encode_base64, encode_hex, sha256
from ledger.errors import MalformedLeaf
from ledger.evm import keccak256
from ledger.index import IndexEntry, encode_list, key_to_list
from ledger.leaf import INDEX_V1, IndexLeaf, StatementLeaf, index_key_of_bytes, parse_leaf
from ledger.merkle import MemoryTree, hash_leaf
from ledger.note import SigningKey
from ledger.policy import ChainTrust, LedgerTrust, encode_policy
from ledger.runtime.contract import Inclusion, anchor_call
from ledger.runtime.operator import Operator
from ledger.runtime.transactions import GWEI
from ledger.statement import RecentBlock, SignedStatement, Statement, sign
from ledger.tiles import (
    addendum_path,
    encode_entries,
    entries_path,
    entry_bundles_between,
    tile_hashes,
    tile_path,
    tiles_between,
)
from ledger.trie import build_trie, prove_many
from tests.simulation.fake_chain import CHAIN_ID, CODE, CONTRACT, FakeChain, Tx

ORIGIN = "habeas.example/audited"
LOG_KEY = SigningKey(ORIGIN, b"\x33" * 32)
RECENT = RecentBlock(sha256(b"recent"), 7)
COMPANY = "shop.example"
OPENED: dict[str, Json] = {"regime": "eu-gdpr", "place": "IE", "acting": "self", "related": []}
Lists: TypeAlias = "dict[bytes, bytes]"
"""Key to the bytes of its list."""
Lie: TypeAlias = Callable[[Lists], object]


def person(name: str) -> Operator:
    """A key made from a name."""
    return Operator.of(sha256(b"person " + name.encode()))


def said(
    kind: str,
    author: Operator,
    facts: dict[str, Json] | None = None,
    case: bytes | None = None,
    company: str | None = COMPANY,
    origin: str = ORIGIN,
    number: int = 7,
) -> SignedStatement:
    """A statement; ``number`` (of the recent block) makes another of the same words."""
    recent = RecentBlock(RECENT.hash, number)
    return sign(Statement(origin, kind, case, company, recent, facts or {}, (), author.address), author.private)


def opening(author: Operator, number: int = 7) -> SignedStatement:
    """A case.opened."""
    return said("case.opened", author, OPENED, number=number)


@dataclass
class LogOperator:
    """One log. ``published`` are the sizes with a checkpoint; ``gone`` digests that are not served."""

    chain: FakeChain = field(default_factory=FakeChain)
    operator: Operator = field(default_factory=lambda: person("operator"))
    leaves: list[bytes] = field(default_factory=list)
    tree: MemoryTree = field(default_factory=MemoryTree)
    raws: dict[bytes, bytes] = field(default_factory=dict)
    tickets: list[tuple[StatementLeaf, bytes]] = field(default_factory=list)
    gone: set[bytes] = field(default_factory=set)
    claimed: dict[int, Lists] = field(default_factory=dict)
    published: int = 0
    anchored: int = 0
    nonce: int = 0

    @classmethod
    def opened(cls, **facts: Json) -> LogOperator:
        """A log with leaf 0, closed and anchored."""
        made = cls()
        given: dict[str, Json] = {
            "chain": CHAIN_ID,
            "contract": encode_hex(CONTRACT),
            "log": encode_hex(made.operator.address),
            "vkey": LOG_KEY.verifier.encode(),
            **facts,
        }
        made.record(said("ledger.opened", made.operator, given, company=None).raw)
        made.close()
        made.anchor()
        return made

    # --- what the log grows by ---

    def append(self, leaf: bytes) -> int:
        """Any bytes as the next leaf."""
        self.leaves.append(leaf)
        return self.tree.append(hash_leaf(leaf))

    def record(self, raw: bytes, key: bytes | None = None) -> int:
        """The server's route: the key is that of the bytes."""
        self.raws[sha256(raw)] = raw
        given = index_key_of_bytes(raw, ORIGIN) if key is None else key
        return self.append(StatementLeaf(given, sha256(raw)).encode())

    def submit(self, raw: bytes, key: bytes | None = None) -> None:
        """Somebody's direct submission, under the right key or another."""
        given = index_key_of_bytes(raw, ORIGIN) if key is None else key
        self.chain.submit(self.operator.address, given, raw)
        self.chain.mine()
        self.tickets.append((StatementLeaf(given, sha256(raw)), raw))

    def take(self) -> None:
        """The open tickets' leaves into the log, where it lacks them."""
        for leaf, raw in self.tickets:
            if leaf.encode() not in self.leaves:
                self.raws[leaf.digest] = raw
                self.append(leaf.encode())

    def withhold(self, digest: bytes, *, silently: bool = False) -> None:
        """Serve these bytes no longer; an honest operator says so."""
        if not silently:
            facts: dict[str, Json] = {"digest": encode_hex(digest), "reason": "erasure"}
            self.record(said("entry.withheld", self.operator, facts, company=None).raw)
        self.gone.add(digest)

    def honest_lists(self) -> Lists:
        """The index by its definition: bytes decide, wherever they were ever known."""
        lists: dict[bytes, list[IndexEntry]] = {}
        for index, data in enumerate(self.leaves):
            try:
                leaf = parse_leaf(data)
            except MalformedLeaf:
                continue
            if isinstance(leaf, StatementLeaf):
                key = key_to_list(leaf, self.raws.get(leaf.digest), ORIGIN)
                if key is not None:
                    lists.setdefault(key, []).append(IndexEntry(index, leaf.hash()))
        return {key: encode_list(entries) for key, entries in lists.items()}

    def close(self, lie: Lie | None = None, rule: int = INDEX_V1, root: bytes | None = None) -> int:
        """Append the index leaf; gives its place."""
        size, lists = len(self.leaves), self.honest_lists()
        if lie is not None:
            lie(lists)
        self.claimed[size] = lists
        self.append(IndexLeaf(size, rule, bytes(32) if not rule else root or self._trie(lists)[0]).encode())
        return size

    def _trie(self, lists: Lists) -> tuple[bytes, dict[bytes, bytes]]:
        nodes: list[tuple[bytes, bytes]] = []
        root = build_trie(((key, sha256(b"\x06" + entries)) for key, entries in sorted(lists.items())), nodes)
        return root, dict(nodes)

    def anchor(self, settle: bool = True) -> bool:
        """Anchor the log as it is; False where the contract refused it."""
        size, root = len(self.leaves), self.tree.root()
        consistency = self.tree.consistency(self.anchored) if self.anchored else []
        forced = [
            Inclusion(leaf.hash(), place, tuple(self.tree.inclusion(place)))
            for leaf, _ in (self.tickets if settle else [])
            for place in [self.leaves.index(leaf.encode())]
        ]
        self._send(anchor_call(size, root, consistency, forced))
        refused = self.chain.blocks[-1].receipts[-1]["status"] != "0x1"
        if not refused:
            self.anchored, self.tickets = size, [] if settle else self.tickets
        return not refused

    def _send(self, data: bytes) -> None:
        tx = Tx(keccak256(data + bytes([self.nonce])), self.operator.address, self.nonce, data, 10**12, GWEI)
        self.nonce += 1
        self.chain.pool[tx.hash] = tx
        self.chain.mine()

    # --- what the log shows ---

    def checkpoint(self, size: int | None = None, root: bytes | None = None) -> bytes:
        count = len(self.leaves) if size is None else size
        return sign_checkpoint(Checkpoint(ORIGIN, count, root or self.tree.root(count)), LOG_KEY)

    def publish(self, folder: Path) -> Path:
        """Write the files of the log as it is; nothing that was written before is removed but ``gone`` bytes."""
        files: dict[str, bytes] = {"checkpoint": self.checkpoint(), "addenda.v1": b""}
        size = len(self.leaves)
        for level, index, width in tiles_between(self.published, size):
            files[tile_path(level, index, width)] = tile_hashes(level, index, width, self.tree.read)
        for index, width in entry_bundles_between(self.published, size):
            files[entries_path(index, width)] = encode_entries(self.leaves[256 * index : 256 * index + width])
        files.update({addendum_path(digest): raw for digest, raw in self.raws.items()})
        for path, data in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
        for digest in self.gone:
            (folder / addendum_path(digest)).unlink(missing_ok=True)
        self.published = size
        self.chain.mine(self.chain.depth)
        return folder

    def open_list(self, size: int, key: bytes) -> dict[str, Json] | None:
        """What ``/v1/index/{key}?as_of=SIZE`` answers."""
        lists = self.claimed.get(size - 1)
        if lists is None:
            return None
        root, nodes = self._trie(lists)
        proof = prove_many(root, [key], lambda hashes: {item: nodes[item] for item in hashes})[key]
        entries = lists.get(key)
        return {
            "size": size,
            "key": encode_hex(key),
            "proof": encode_base64(proof.encode()),
            "entries": None if entries is None else encode_base64(entries),
        }

    def trust(self, quorum: int = 1) -> LedgerTrust:
        identity = self.chain.identity()
        home = ChainTrust("in memory", identity.chain_id, identity.genesis, quorum, {})
        return LedgerTrust(
            ORIGIN, "test", LOG_KEY.verifier, home, CONTRACT, keccak256(CODE), self.operator.address, 0, (), 0
        )  # fmt: skip

    def policy(self, folder: Path, quorum: int = 1) -> Path:
        """A trust.toml that lists the log."""
        path = folder / "trust.toml"
        path.write_bytes(encode_policy(self.trust(quorum)))
        return path


@contextmanager
def serve(
    operator: LogOperator, folder: Path, opens: bool = True, gate: Callable[[str], object] = lambda path: None
) -> Iterator[str]:
    """The log at a server of its own; ``opens`` False: no list of the index is shown. ``gate`` sees each path."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            gate(path)
            if path.startswith("/v1/index/0x"):
                size = int(query.removeprefix("as_of="))
                found = operator.open_list(size, bytes.fromhex(path[len("/v1/index/0x") :])) if opens else None
                self._answer(404 if found is None else 200, json.dumps(found).encode())
                return
            file = folder / path.removeprefix("/log/")
            if path.startswith("/log/addenda/") and bytes.fromhex(path[-64:]) in operator.gone:
                self._answer(410, b"{}")
            elif file.is_file():
                self._answer(200, file.read_bytes())
            else:
                self._answer(404, b"{}")

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/log/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
