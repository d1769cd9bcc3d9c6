"""Builds whole cases without a node: statements, tree, blocks, receipts, bundle and policy.

Everything is real but the chain: keys sign, the tree hashes, receipts stand in tries of blocks
with as many transactions and header fields as asked for. Used by vectors, tests and the bench.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from coincurve import PrivateKey

from ledger.anchor import ANCHORED_TOPIC, SUBMITTED_TOPIC, ReceiptProof
from ledger.bundle import Bundle, ShownAnchor, ShownIndex, ShownList, ShownReplay, ShownStamps, ShownStatement
from ledger.checkpoint import Checkpoint, sign_checkpoint
from ledger.encoding import Json, encode_hex, sha256
from ledger.evm import build_receipt_proof, keccak256, parse_header, rlp_encode
from ledger.evm.rlp import RlpItem, encode_integer
from ledger.index import IndexEntry, empty_index_leaf, encode_list, index_leaf, value_of
from ledger.leaf import NO_INDEX, NO_KEY, IndexLeaf, StatementLeaf, case_key, company_key, statement_leaf
from ledger.merkle import MemoryTree
from ledger.note import CosigningKey, SigningKey, add_cosignatures, cosign
from ledger.policy import ChainTrust, LedgerTrust, TrustPolicy, encode_policy, parse_policy
from ledger.statement import RecentBlock, SignedStatement, Statement, address_of, sign
from ledger.trie import build_trie, prove_many
from tools.vectors._authority import Authority
from tools.vectors._evm_blocks import header_fields, made_receipt

ORIGIN = "habeas.example/main"
COMPANY = "shop.example"
CONTRACT = bytes.fromhex("c0" * 20)
GENESIS = sha256(b"genesis of a made-up chain")
CHAIN_ID = 31337
START = 1_792_000_000
LOG_KEY = SigningKey(ORIGIN, bytes.fromhex("55" * 32))
OPERATOR, REQUESTER, COMPANY_KEY, STRANGER = (bytes([digit]) * 32 for digit in (0x33, 0x11, 0x22, 0x44))
AUDITOR = CosigningKey("auditor.example/habeas", bytes.fromhex("66" * 32))
SECOND_AUDITOR = CosigningKey("second.example/habeas", bytes.fromhex("77" * 32))


def address(key: bytes) -> bytes:
    """The address of a private key."""
    return address_of(PrivateKey(key).public_key)


def ledger_trust(origin: str = ORIGIN, auditors: Sequence[CosigningKey] = ()) -> LedgerTrust:
    """The policy entry of the made-up ledger; all of ``auditors`` must have replayed its index."""
    chain = ChainTrust("made-up", CHAIN_ID, GENESIS, 1, {})
    code_hash = keccak256(b"code")
    verifier = LOG_KEY.verifier
    keys = tuple(key.verifier for key in auditors)
    return LedgerTrust(origin, "test", verifier, chain, CONTRACT, code_hash, address(OPERATOR), 0, keys, len(keys))


def policy_bytes(auditors: Sequence[CosigningKey] = ()) -> bytes:
    """``trust.toml`` with the made-up ledger."""
    return encode_policy(ledger_trust(auditors=auditors))


def policy() -> TrustPolicy:
    """The parsed policy."""
    return parse_policy(policy_bytes())


@dataclass
class Maker:
    """A made-up ledger: write statements, anchor, and take the bundle of the case."""

    transactions: int = 3
    fields: int = 21
    tree: MemoryTree = field(default_factory=MemoryTree)
    blocks: dict[bytes, bytes] = field(default_factory=dict)
    statements: dict[int, SignedStatement] = field(default_factory=dict)
    anchors: dict[int, ShownAnchor] = field(default_factory=dict)
    submitted: dict[int, ReceiptProof] = field(default_factory=dict)
    disclosures: tuple[str, ...] = ()
    files: dict[bytes, bytes] = field(default_factory=dict)
    """Opened files, by SHA-256."""
    roots: dict[int, bytes] = field(default_factory=dict)
    case: bytes = bytes(32)
    number: int = 100
    salt: int = 0
    rule: int = NO_INDEX
    """Rule of the index leaves; with rule 1 the bundle shows the lists of the parties."""
    others: dict[bytes, bytes] = field(default_factory=dict)
    """Other people's keys in the index, and their values."""
    unlisted: set[int] = field(default_factory=set)
    """Leaves that a lying operator leaves out of the index."""
    forged: dict[int, bytes] = field(default_factory=dict)
    """Leaf hashes that a lying operator lists at these leaves."""
    auditors: tuple[CosigningKey, ...] = ()
    """Who replays the index and cosigns the newest checkpoint."""
    authorities: tuple[Authority, ...] = ()
    """Who stamps each anchored checkpoint, half a minute after its block."""
    wanted: list[bytes] = field(default_factory=list)
    """Keys of further lists that the bundle shows."""
    nodes: dict[bytes, bytes] = field(default_factory=dict)
    claims: dict[int, IndexLeaf] = field(default_factory=dict)
    ahead: int = 0
    """Seconds that the clock of the chain runs ahead of twelve a block."""

    @property
    def time(self) -> int:
        """The time of the newest block, Unix seconds."""
        return START + self.ahead + 12 * self.number

    def wait_until(self, seconds: int) -> None:
        """Let time pass: the next block is at ``seconds``, Unix time."""
        self.ahead = seconds - START - 12 * (self.number + 1)

    def block(self, receipts_root: bytes) -> bytes:
        """The next block's header, twelve seconds after the one before."""
        self.number += 1
        fields = header_fields(min(self.fields, 22))
        if self.fields == 23:
            fields = [*header_fields(22)[:21], sha256(b"access list"), encode_integer(self.number)]
        fields[5], fields[8] = receipts_root, encode_integer(self.number)
        fields[11] = encode_integer(self.time)
        return rlp_encode(fields)

    def recent(self) -> RecentBlock:
        """A new final block, as an author is shown it."""
        header = self.block(sha256(b"receipts"))
        self.blocks[keccak256(header)] = header
        return RecentBlock(keccak256(header), self.number)

    def say(
        self,
        kind: str,
        facts: dict[str, Json],
        key: bytes,
        *,
        company: str | None = COMPANY,
        in_case: bool = True,
        digests: tuple[str, ...] = (),
        recent: RecentBlock | None = None,
    ) -> SignedStatement:
        """Sign a statement and append its leaf; it quotes ``recent``, or else a new final block."""
        case = self.case if in_case else None
        statement = Statement(ORIGIN, kind, case, company, recent or self.recent(), facts, digests, address(key))
        signed = sign(statement, key)
        index = self.tree.append(statement_leaf(signed, ORIGIN).hash())
        self.statements[index] = signed
        if kind == "case.opened":
            self.case = signed.id
        return signed

    def repeat(self, signed: SignedStatement) -> int:
        """Another leaf of the same bytes, which no rule of the log forbids; gives its index."""
        index = self.tree.append(statement_leaf(signed, ORIGIN).hash())
        self.statements[index] = signed
        return index

    def fill(self, size: int) -> None:
        """Other people's leaves, up to ``size``."""
        while self.tree.size < size:
            self.tree.append(self.tree.size.to_bytes(32))

    def anchor(self) -> int:
        """Close the tree with an index leaf and anchor it; gives its size."""
        leaf = empty_index_leaf(self.tree.size) if self.rule == NO_INDEX else self.index_leaf()
        self.tree.append(leaf.hash())
        size = self.tree.size
        data = _words(size, self.tree.root(), 0, 0, self.time)
        log: RlpItem = [CONTRACT, [ANCHORED_TOPIC, address(OPERATOR).rjust(32, b"\0")], data]
        self.anchors[size] = ShownAnchor(size, self._proof(log), leaf.encode(), None)
        self.roots[size] = self.tree.root()
        return size

    def lists(self, size: int) -> dict[bytes, list[IndexEntry]]:
        """The lists that the operator puts into the index of the first ``size`` leaves."""
        found: dict[bytes, list[IndexEntry]] = {}
        for index, signed in sorted(self.statements.items()):
            leaf = statement_leaf(signed, ORIGIN)
            if leaf.key != NO_KEY and index < size and index not in self.unlisted:
                found.setdefault(leaf.key, []).append(IndexEntry(index, self.forged.get(index, leaf.hash())))
        return found

    def index_leaf(self) -> IndexLeaf:
        """The rule-1 index leaf over the leaves so far."""
        size, nodes = self.tree.size, list[tuple[bytes, bytes]]()
        values = {**self.others, **{key: value_of(entries) for key, entries in self.lists(size).items()}}
        leaf = index_leaf(size, build_trie(sorted(values.items()), nodes))
        self.nodes |= dict(nodes)
        self.claims[size + 1] = leaf
        return leaf

    def parties(self) -> list[bytes]:
        """Keys of the lists that a bundle of the case shows."""
        requester, shop, operator = address(REQUESTER), address(COMPANY_KEY), address(OPERATOR)
        keys = [case_key(self.case, requester), case_key(self.case, shop)]
        return [*keys, company_key(operator, COMPANY), company_key(shop, COMPANY), *self.wanted]

    def shown_index(self, size: int, keys: Sequence[bytes]) -> ShownIndex:
        """Lists under ``keys`` at the anchored ``size``."""
        lists = self.lists(size - 1)
        proofs = prove_many(self.claims[size].root, keys, lambda hashes: {item: self.nodes[item] for item in hashes})
        shown = {
            key: ShownList(proofs[key].encode(), encode_list(lists[key]) if key in lists else None) for key in keys
        }
        return ShownIndex(size, shown)

    def submit(self, signed: SignedStatement, key: bytes | None = None) -> int:
        """The receipt of submitting ``signed`` straight to the contract, under its own index key or ``key``; gives its
        ticket."""
        ticket, leaf = len(self.submitted), statement_leaf(signed, ORIGIN)
        if key is not None:
            leaf = StatementLeaf(key, leaf.digest)
        padded = signed.raw + bytes(-len(signed.raw) % 32)
        data = _words(leaf.hash(), leaf.key, 96, len(signed.raw)) + padded
        topics: list[RlpItem] = [SUBMITTED_TOPIC, address(OPERATOR).rjust(32, b"\0"), ticket.to_bytes(32)]
        self.submitted[ticket] = self._proof([CONTRACT, topics, data])
        return ticket

    def _proof(self, log: RlpItem) -> ReceiptProof:
        """A new block with ``log`` among as many transactions as asked for."""
        receipts = [self._other(number) for number in range(self.transactions)]
        place = self.transactions // 2
        receipts[place] = made_receipt([log])
        root, nodes = build_receipt_proof(receipts, place)
        return ReceiptProof(self.block(root), place, 0, nodes)

    def _other(self, number: int) -> bytes:
        self.salt += 1
        topics = [sha256(b"topic %d" % self.salt), sha256(b"other %d" % number)]
        return made_receipt([[sha256(b"%d" % self.salt)[:20], topics, sha256(b"data") * 2]])

    def bundle(self, as_of: int | None = None) -> Bundle:
        """Everything of the case: each statement in its earliest anchored tree, the index at the anchored size
        ``as_of`` or else at the newest one, the replay of the newest one."""
        newest = max(self.anchors)
        size = as_of or newest
        checkpoint = sign_checkpoint(Checkpoint(ORIGIN, newest, self.roots[newest]), LOG_KEY)
        index = self.shown_index(size, self.parties()) if size in self.claims else None
        replay = None
        if self.auditors:
            lines = [cosign(checkpoint, key, self.time) for key in self.auditors]
            path = tuple(self.tree.inclusion(size - 1, newest))
            replay = ShownReplay(add_cosignatures(checkpoint, lines), path)
        return Bundle(
            ledger=ORIGIN,
            case=self.case,
            statements={item.index: item for item in self._shown()},
            anchors={
                size: ShownAnchor(size, anchor.proof, anchor.index_leaf, tuple(self.tree.inclusion(size - 1, size)))
                for size, anchor in self.anchors.items()
            },
            blocks=self.blocks,
            checkpoint=checkpoint,
            disclosures=self.disclosures,
            submitted=self.submitted,
            index=index,
            replay=replay,
            stamps={size: self.stamps(size) for size in self.anchors if self.authorities},
            files=self.files,
        )

    def stamps(self, size: int) -> ShownStamps:
        """The tokens of all ``authorities`` over the checkpoint of an anchored size."""
        note = sign_checkpoint(Checkpoint(ORIGIN, size, self.roots[size]), LOG_KEY)
        time = parse_header(self.anchors[size].proof.header).timestamp + 30
        return ShownStamps(note, tuple(sorted((by.token(note, time) for by in self.authorities), key=sha256)))

    def _shown(self) -> Iterator[ShownStatement]:
        for index, signed in self.statements.items():
            size = min(size for size in self.anchors if size > index)
            yield ShownStatement(index, signed, size, tuple(self.tree.inclusion(index, size)))


def _words(*values: int | bytes) -> bytes:
    return b"".join(value.to_bytes(32) if isinstance(value, int) else value for value in values)


def open_ledger(maker: Maker) -> None:
    """Leaf 0 and the operator's word for the company's key."""
    facts: dict[str, Json] = {
        "chain": CHAIN_ID,
        "contract": encode_hex(CONTRACT),
        "log": encode_hex(address(OPERATOR)),
        "vkey": LOG_KEY.verifier.encode(),
    }
    maker.say("ledger.opened", facts, OPERATOR, company=None, in_case=False)


def bind_company(maker: Maker) -> None:
    """The operator's word for the company's key."""
    binding: dict[str, Json] = {
        "key": encode_hex(address(COMPANY_KEY)),
        "method": "well_known",
        "checked_at": "2026-11-20T09:00:00Z",
    }
    maker.say("company.key_bound", binding, OPERATOR, in_case=False)


OPENED: dict[str, Json] = {"acting": "self", "place": "IE", "regime": "eu-gdpr", "related": []}
SENT: dict[str, Json] = {
    "right": "access",
    "sent_on": "2026-11-20",
    "channel": "email",
    "published_contact": True,
}
REFUSED: dict[str, Json] = {"answered_on": "2026-11-21", "mode": "sent", "reasons": ["identity_unverified"]}
CHECKED_IN: dict[str, Json] = {"on": "2026-11-22", "answer": "recorded", "account": "not_concerned"}


def small_case(transactions: int = 3, fields: int = 21, step: int = 0, rule: int = NO_INDEX) -> Maker:
    """A case of four statements in two anchors (``step`` 0), or in four anchors ``step`` leaves apart."""
    maker = Maker(transactions=transactions, fields=fields, rule=rule)
    open_ledger(maker)
    bind_company(maker)
    for kind, facts, key in (
        ("case.opened", OPENED, REQUESTER),
        ("request.sent", SENT, REQUESTER),
        ("request.refused", REFUSED, COMPANY_KEY),
        ("case.confirmed", CHECKED_IN, REQUESTER),
    ):
        if step:
            maker.fill(maker.tree.size + step)
        maker.say(kind, facts, key, in_case=kind != "case.opened")
        if step or kind in ("request.sent", "case.confirmed"):
            maker.anchor()
    return maker
