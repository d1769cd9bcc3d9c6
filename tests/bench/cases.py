"""Made-up cases at the size of a large ledger, as bundles that are honest to measure.

Signatures, tree, receipt tries and headers are real; the chain is not. What would compress better
than on a busy chain is filled with bytes that do not: blooms, hashes and extra data of headers. The
receipt of our own transaction has the bloom that its event really gives.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import shake_256
from typing import TypeAlias

from ledger.anchor import ANCHORED_TOPIC, ReceiptProof
from ledger.bundle import Bundle, ShownAnchor, ShownReplay, ShownStatement
from ledger.checkpoint import Checkpoint, sign_checkpoint
from ledger.disclosure import Disclosure
from ledger.encoding import Json, sha256
from ledger.evm import build_receipt_proof, keccak256, rlp_encode
from ledger.evm.rlp import encode_integer
from ledger.index import IndexEntry, index_leaf, value_of
from ledger.leaf import NO_KEY, IndexLeaf, case_key, company_key, statement_leaf
from ledger.note import CosigningKey, add_cosignatures, cosign
from ledger.policy import TrustPolicy, encode_policy, parse_policy
from ledger.statement import RecentBlock, SignedStatement
from ledger.trie import EMPTY_TRIE, build_trie, update_trie
from tools.vectors import _bundles as made

LEAVES = 2**20
TRANSACTIONS = 200
FIELDS = 23
NOW = made.START + 10_000_000
_FIRST_BLOCK = 9_400_000
AUDITOR = CosigningKey("auditor.example", sha256(b"an auditor"))

Saying: TypeAlias = tuple[str, dict[str, Json], tuple[str, ...]]
_SAYINGS: Sequence[Saying] = (
    ("case.opened", made.OPENED, ("name", "account", "contact")),
    ("request.sent", made.SENT, ("letter", "attachment")),
    ("request.refused", made.REFUSED, ("answer",)),
    ("case.confirmed", made.CHECKED_IN, ()),
)
_SILENT: Sequence[Saying] = (
    *_SAYINGS[:2],
    ("request.reminded", made.SENT, ("letter",)),
    ("case.confirmed", {**made.CHECKED_IN, "answer": "nothing"}, ()),
)


def policy_bytes() -> bytes:
    """``trust.toml`` with the made-up ledger and its auditor."""
    return encode_policy(replace(made.ledger_trust(), auditors=(AUDITOR.verifier,), quorum=1))


def policy() -> TrustPolicy:
    """The parsed policy."""
    return parse_policy(policy_bytes())


def noise(seed: str, length: int) -> bytes:
    """Bytes that no compressor shortens, the same for the same seed."""
    return shake_256(seed.encode()).digest(length)


@dataclass
class Ledger(made.Maker):
    """A ledger in which many cases speak in turn; one header is quoted by all of a turn."""

    transactions: int = TRANSACTIONS
    fields: int = FIELDS
    number: int = _FIRST_BLOCK
    seed: str = "ledger"
    quoted: RecentBlock | None = None
    places: dict[bytes, int] = field(default_factory=dict)
    root: bytes = EMPTY_TRIE
    changed: set[bytes] = field(default_factory=set)
    listed: dict[bytes, list[IndexEntry]] = field(default_factory=dict)

    def block(self, receipts_root: bytes) -> bytes:
        """The next header: 23 fields, each as long and as random as on a busy chain."""
        self.number += 1
        name = f"{self.seed}/{self.number}"
        hashes = iter(noise(name + place, 32) for place in "abcdefghijkl")
        return rlp_encode(
            [
                *(next(hashes), next(hashes), noise(name + "miner", 20), next(hashes), next(hashes), receipts_root),
                *(noise(name + "bloom", 256), b"", encode_integer(self.number), encode_integer(60_000_000)),
                *(encode_integer(31_415_926), encode_integer(made.START + 12 * (self.number - _FIRST_BLOCK))),
                *(noise(name + "extra", 32), next(hashes), bytes(8), encode_integer(1_234_567_890), next(hashes)),
                *(encode_integer(786_432), encode_integer(95_158_272), next(hashes), next(hashes), next(hashes)),
                encode_integer(self.number + 2_000_000),
            ]
        )

    def fill(self, size: int) -> None:
        """Other people's leaves, up to ``size``."""
        while self.tree.size < size:
            self.tree.append(sha256(self.tree.size.to_bytes(8)))

    def recent(self) -> RecentBlock:
        """The block that authors of this turn are shown."""
        if self.quoted is None:
            self.quoted = super().recent()
        return self.quoted

    def say(
        self,
        kind: str,
        facts: dict[str, Json],
        key: bytes,
        *,
        company: str | None = made.COMPANY,
        in_case: bool = True,
        digests: tuple[str, ...] = (),
    ) -> SignedStatement:
        """As ``Maker.say``; the place of the leaf is kept by statement id."""
        signed = super().say(kind, facts, key, company=company, in_case=in_case, digests=digests)
        index = self.places[signed.id] = self.tree.size - 1
        leaf = statement_leaf(signed, made.ORIGIN)
        if leaf.key != NO_KEY:
            self.changed.add(leaf.key)
            self.listed.setdefault(leaf.key, []).append(IndexEntry(index, leaf.hash()))
        return signed

    def open_index(self, keys: int) -> None:
        """Other people's lists."""
        nodes: list[tuple[bytes, bytes]] = []
        others = sorted((sha256(b"key %d" % number), sha256(b"value %d" % number)) for number in range(keys))
        self.root = build_trie(others, nodes)
        self.nodes = dict(nodes)

    def index_leaf(self) -> IndexLeaf:
        """As ``Maker.index_leaf``, from the lists that changed."""
        changes = {key: value_of(self.listed[key]) for key in self.changed}
        self.root, nodes = update_trie(self.root, changes, self._read)
        self.nodes |= dict(nodes)
        self.changed = set()
        return index_leaf(self.tree.size, self.root)

    def _read(self, hashes: Sequence[bytes]) -> Mapping[bytes, bytes]:
        return {item: self.nodes[item] for item in hashes}

    def anchor(self) -> int:
        """Anchor what was said, in a block of its own; the next turn quotes a new block."""
        leaf = self.index_leaf()
        self.tree.append(leaf.hash())
        size, root = self.tree.size, self.tree.root()
        self.claims[size] = leaf
        seconds = made.START + 12 * (self.number - _FIRST_BLOCK)
        data = made._words(size, root, 0, 0, seconds)
        emitter, topics = made.CONTRACT, [ANCHORED_TOPIC, made.address(made.OPERATOR).rjust(32, b"\0")]
        receipts = [noise(f"{self.seed}/{size}/{place}", 700) for place in range(self.transactions)]
        place = self.transactions * 3 // 4  # above 127 the path is longer
        gas = encode_integer(15_000_000)
        receipts[place] = b"\2" + rlp_encode([b"\1", gas, _bloom(emitter, *topics), [[emitter, topics, data]]])
        receipts_root, nodes = build_receipt_proof(receipts, place)
        proof = ReceiptProof(self.block(receipts_root), place, 0, nodes)
        self.anchors[size] = ShownAnchor(size, proof, leaf.encode(), tuple(self.tree.inclusion(size - 1, size)))
        self.roots[size], self.quoted = root, None
        return size

    def bundle_of(self, case: bytes, said: Sequence[SignedStatement], sizes: Sequence[int]) -> Bundle:
        """The statements ``said``, each in the earliest of the anchored ``sizes``."""
        newest = max(sizes)
        requester, shop, operator = (
            said[-1].statement.author,
            made.address(made.COMPANY_KEY),
            made.address(made.OPERATOR),
        )
        keys = [case_key(case, requester), case_key(case, shop)]
        keys += [company_key(operator, made.COMPANY), company_key(shop, made.COMPANY)]
        checkpoint = sign_checkpoint(Checkpoint(made.ORIGIN, newest, self.roots[newest]), made.LOG_KEY)
        lines = [cosign(checkpoint, AUDITOR, NOW)]
        return Bundle(
            ledger=made.ORIGIN,
            case=case,
            statements={item.index: item for item in self._placed(said, sizes)},
            anchors={size: self.anchors[size] for size in sizes},
            blocks={block: self.blocks[block] for block in {item.statement.recent_block.hash for item in said}},
            checkpoint=checkpoint,
            disclosures=(),
            submitted={},
            index=self.shown_index(newest, keys),
            replay=ShownReplay(add_cosignatures(checkpoint, lines), tuple(self.tree.inclusion(newest - 1, newest))),
        )

    def lists(self, size: int) -> dict[bytes, list[IndexEntry]]:
        """The lists of those who spoke, below ``size``."""
        return {
            key: below for key, items in self.listed.items() if (below := [item for item in items if item.index < size])
        }

    def _placed(self, said: Sequence[SignedStatement], sizes: Sequence[int]) -> Iterator[ShownStatement]:
        for signed in said:
            index = self.places[signed.id]
            size = min(size for size in sizes if size > index)
            yield ShownStatement(index, signed, size, tuple(self.tree.inclusion(index, size)))


def open_ledger(seed: str, leaves: int) -> tuple[Ledger, list[SignedStatement]]:
    """A ledger of ``leaves`` leaves, and what every bundle carries: leaf 0 and the company's key."""
    ledger = Ledger(seed=seed)
    ledger.open_index(leaves // 2)
    made.open_ledger(ledger)
    ledger.anchor()
    ledger.fill(leaves // 3)
    made.bind_company(ledger)
    ledger.anchor()
    ledger.fill(leaves)
    return ledger, list(ledger.statements.values())


def group(
    ledger: Ledger, common: Sequence[SignedStatement], names: Sequence[str], before: int = 0, after: int = 0
) -> Iterator[Bundle]:
    """A bundle of four statements in four anchors for each name; all names share the four anchors.

    ``before`` and ``after`` are other people's leaves before the statements and up to their anchor.
    """
    said, sizes = speak(ledger, names, before, after)
    for items in said.values():
        yield ledger.bundle_of(items[0].id, [*common, *items], sizes)


def speak(
    ledger: Ledger, names: Sequence[str], before: int, after: int, sayings: Sequence[Saying] = _SAYINGS
) -> tuple[Mapping[str, Sequence[SignedStatement]], Sequence[int]]:
    """Four statements for each name, and the sizes of the four anchors."""
    keys = {name: sha256(b"requester " + name.encode()) for name in names}
    said: dict[str, list[SignedStatement]] = {name: [] for name in names}
    sizes = []
    for kind, facts, private in sayings:
        ledger.fill(ledger.tree.size + before)
        for name, key in keys.items():
            ledger.case = said[name][0].id if said[name] else bytes(32)
            author = made.COMPANY_KEY if kind == "request.refused" else key
            digests = tuple(sorted(_digest(name, item) for item in private))
            signed = ledger.say(kind, facts, author, in_case=kind != "case.opened", digests=digests)
            said[name].append(signed)
        ledger.fill(ledger.tree.size + after)
        sizes.append(ledger.anchor())
    return said, sizes


def silence_bundle() -> bytes:
    """Four statements in four anchors, the last of them of 2^20 leaves, and nobody answers."""
    before, after = 100_000, 298
    ledger, common = open_ledger("silence", LEAVES - 4 * (before + after + 2))
    said, sizes = speak(ledger, ["silence"], before, after, _SILENT)
    return ledger.bundle_of(said["silence"][0].id, [*common, *said["silence"]], sizes).encode()


def one_bundle() -> tuple[bytes, bytes]:
    """The bundle that is measured: four statements in four anchors, the last of them of 2^20 leaves.

    The anchors lie far apart, so that the inclusion paths share little. The second bundle is of the same
    case, but shows leaf 0 and the company's key in the earliest anchors that hold them: six anchors.
    """
    before, after = 100_000, 298
    ledger, common = open_ledger("one", LEAVES - 4 * (before + after + 2))
    earlier = list(ledger.anchors)
    said, sizes = speak(ledger, ["one"], before, after)
    assert max(sizes) == LEAVES
    items = said["one"]
    four, six = (ledger.bundle_of(items[0].id, [*common, *items], chosen) for chosen in (sizes, [*earlier, *sizes]))
    return four.encode(), six.encode()


def _digest(name: str, member: str) -> str:
    return Disclosure.make(noise(name + member, 16), member, f"{member} of {name}").digest


def _bloom(*items: bytes) -> bytes:
    """The logs bloom of these address and topics (Yellow Paper, 4.3.1)."""
    bits = 0
    for item in items:
        digest = keccak256(item)
        for start in (0, 2, 4):
            bits |= 1 << (int.from_bytes(digest[start : start + 2]) & 2047)
    return bits.to_bytes(256)
