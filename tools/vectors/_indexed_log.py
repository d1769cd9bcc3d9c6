"""A whole log with its case index, honest or not, and the parts of fraud proofs that it gives.

As ``_bundles.Maker``, everything is real but the chain. An honest log comes from ``record``, ``submit_bytes``,
``close`` and ``anchor`` alone; what lies says so by its arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from ledger.anchor import ANCHORED_TOPIC, SUBMITTED_TOPIC, ReceiptProof
from ledger.bundle import Bundle, ShownAnchor, ShownIndex, ShownList, ShownStatement
from ledger.checkpoint import Checkpoint, sign_checkpoint
from ledger.encoding import Json, sha256
from ledger.evm.rlp import RlpItem
from ledger.fraud.proof import AnchoredHead, IndexPart, LeafPart, SignedHead
from ledger.index import IndexEntry, encode_list, key_to_list, value_of_bytes
from ledger.leaf import INDEX_V1, IndexLeaf, StatementLeaf, index_key_of_bytes, parse_leaf
from ledger.merkle import hash_leaf
from ledger.statement import RecentBlock, SignedStatement, Statement, parse, sign
from ledger.trie import build_trie, prove_many
from tools.vectors._bundles import COMPANY, CONTRACT, LOG_KEY, OPERATOR, ORIGIN, START, Maker, _words, address

Lists: TypeAlias = "dict[bytes, bytes]"
"""Key to the bytes of its list."""
Lie: TypeAlias = Callable[[Lists], object]


def signed_statement(
    kind: str,
    facts: dict[str, Json],
    key: bytes,
    case: bytes | None,
    *,
    ledger: str = ORIGIN,
    company: str | None = COMPANY,
    salt: int = 0,
) -> SignedStatement:
    """A statement that quotes block 0; ``salt`` makes it another one."""
    recent = RecentBlock(sha256(b"recent %d" % salt), salt)
    return sign(Statement(ledger, kind, case, company, recent, facts, (), address(key)), key)


@dataclass
class IndexedLog(Maker):
    """Leaves with the bytes beside them, index leaves, and every list that was ever claimed."""

    transactions: int = 1
    leaves: list[bytes] = field(default_factory=list)
    raws: dict[int, bytes] = field(default_factory=dict)
    tickets: list[tuple[int, StatementLeaf, bytes]] = field(default_factory=list)
    """Direct submissions not settled yet: block time, leaf, bytes."""
    claimed: dict[int, Lists] = field(default_factory=dict)
    """Lists of the index leaf that stands at this index."""

    def append(self, leaf: bytes, raw: bytes | None = None) -> int:
        """Any bytes as the next leaf; gives its index."""
        index = self.tree.append(hash_leaf(leaf))
        self.leaves.append(leaf)
        if raw is not None:
            self.raws[index] = raw
        return index

    def record(self, raw: bytes) -> int:
        """A statement by the server's route: the server computes the key."""
        return self.append(StatementLeaf(index_key_of_bytes(raw, ORIGIN), sha256(raw)).encode(), raw)

    def submit_bytes(self, raw: bytes, key: bytes | None = None) -> ReceiptProof:
        """Any bytes straight to the contract, under ``key`` or else the right one."""
        given = index_key_of_bytes(raw, ORIGIN) if key is None else key
        leaf = StatementLeaf(given, sha256(raw))
        data = _words(leaf.hash(), leaf.key, 96, len(raw)) + raw + bytes(-len(raw) % 32)
        number = len(self.submitted)
        topics: list[RlpItem] = [SUBMITTED_TOPIC, address(OPERATOR).rjust(32, b"\0"), number.to_bytes(32)]
        proof = self.submitted[number] = self._proof([CONTRACT, topics, data])
        self.tickets.append((START + 12 * self.number, leaf, raw))
        return proof

    def settle(self, count: int | None = None) -> None:
        """Take the oldest open tickets into the log; a leaf that is there already settles its ticket."""
        taken = len(self.tickets) if count is None else count
        for _, leaf, raw in self.tickets[:taken]:
            if leaf.encode() not in self.leaves:
                self.append(leaf.encode(), raw)
        del self.tickets[:taken]

    def honest_lists(self, size: int) -> Lists:
        """What the index of the first ``size`` leaves says by its definition."""
        lists: dict[bytes, list[IndexEntry]] = {}
        for index, data in enumerate(self.leaves[:size]):
            leaf = parse_leaf(data)
            key = key_to_list(leaf, self.raws.get(index), ORIGIN) if isinstance(leaf, StatementLeaf) else None
            if key is not None:
                lists.setdefault(key, []).append(IndexEntry(index, leaf.hash()))
        return {key: encode_list(entries) for key, entries in lists.items()}

    def close(self, lie: Lie | None = None) -> int:
        """Append the index leaf; gives the size of the tree that it ends."""
        size = len(self.leaves)
        lists = self.honest_lists(size)
        if lie is not None:
            lie(lists)
        self.claimed[size] = lists
        self.append(IndexLeaf(size, INDEX_V1, self._trie(lists)[0]).encode())
        return size + 1

    def _trie(self, lists: Lists) -> tuple[bytes, dict[bytes, bytes]]:
        nodes: list[tuple[bytes, bytes]] = []
        root = build_trie(((key, value_of_bytes(entries)) for key, entries in sorted(lists.items())), nodes)
        return root, dict(nodes)

    # What binds the operator.

    def signed(self, size: int | None = None, root: bytes | None = None) -> SignedHead:
        """The checkpoint of the first ``size`` leaves."""
        count = len(self.leaves) if size is None else size
        return SignedHead(sign_checkpoint(Checkpoint(ORIGIN, count, root or self.tree.root(count)), LOG_KEY))

    def anchored(self, size: int | None = None, genesis: bytes | None = None) -> AnchoredHead:
        """The anchoring of the first ``size`` leaves in a new block, complete as the contract computes it."""
        count = len(self.leaves) if size is None else size
        now = START + 12 * (self.number + 1)
        complete = self.tickets[0][0] if self.tickets else now
        data = _words(count, self.tree.root(count), 0, 0, complete)
        log: RlpItem = [CONTRACT, [ANCHORED_TOPIC, address(OPERATOR).rjust(32, b"\0")], data]
        return AnchoredHead(self._proof(log), genesis)

    # Parts of fraud proofs.

    def index_part(self, claimed: int, size: int, key: bytes) -> IndexPart:
        """What the index leaf at ``claimed`` says of ``key``, shown in the tree of ``size`` leaves."""
        root, nodes = self._trie(self.claimed[claimed])
        proof = prove_many(root, [key], lambda hashes: {item: nodes[item] for item in hashes})[key]
        path = tuple(self.tree.inclusion(claimed, size))
        return IndexPart(self.leaves[claimed], path, key, proof.encode(), self.claimed[claimed].get(key))

    def leaf_part(self, index: int, size: int, *, raw: bool = False) -> LeafPart:
        """The leaf at ``index`` in the tree of ``size`` leaves, with the bytes beside it if asked for."""
        beside = self.raws.get(index) if raw else None
        return LeafPart(index, tuple(self.tree.inclusion(index, size)), self.leaves[index], beside)

    def statement_part(self, index: int, size: int, raw: bytes | None = None) -> LeafPart:
        """The statement at ``index``: its bytes, or those given; its leaf is computed from them."""
        return LeafPart(index, tuple(self.tree.inclusion(index, size)), None, raw or self.raws[index])

    def bundle_of(
        self,
        case: bytes,
        places: Sequence[int],
        heads: Mapping[int, AnchoredHead],
        *,
        keys: Sequence[bytes] = (),
        checkpoint: bytes | None = None,
        submitted: Mapping[int, ReceiptProof] | None = None,
    ) -> Bundle:
        """A bundle of the statements at ``places``, each in the earliest of ``heads``, with the lists of ``keys`` at
        the newest; as a server or a holder might give it."""
        statements = {}
        for index in places:
            size = min(count for count in heads if count > index)
            path = tuple(self.tree.inclusion(index, size))
            statements[index] = ShownStatement(index, parse(self.raws[index]), size, path)
        anchors = {}
        for size, head in heads.items():
            path = tuple(self.tree.inclusion(size - 1, size))
            anchors[size] = ShownAnchor(size, head.proof, self.leaves[size - 1], path)
        newest = max(heads)
        parts = {key: self.index_part(newest - 1, newest, key) for key in keys}
        lists = {key: ShownList(part.proof, part.entries) for key, part in parts.items()}
        index_shown = ShownIndex(newest, lists) if keys else None
        return Bundle(ORIGIN, case, statements, anchors, {}, checkpoint, (), submitted or {}, index_shown)
