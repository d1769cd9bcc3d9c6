"""Receipt-trie cases of ``tests/vectors/evm``: real proofs, and what may be done to them."""

from __future__ import annotations

from ledger.evm import EMPTY_ROOT, build_receipt_proof, keccak256, rlp_encode
from ledger.evm.rlp import RlpItem
from tools.vectors._evm_blocks import Case, Json, block_named, captured_named, case, made_receipt

_INDEXES = {
    "1-transaction": (0,),
    "2-transactions": (0, 1),
    "16-transactions": (0, 15),
    "17-transactions": (16,),
    "128-transactions": (0, 127),
    "129-transactions": (0, 1, 128),
    "200-transactions": (131, 199),
    "300-transactions": (0, 127, 128, 255, 256, 299),
    "every-type": (0, 1, 2, 3, 4),
    "op-stack-deposit": (0, 1),
}
_RECEIPT = made_receipt([])
LEAF_OF_ZERO = b"\x20\x80"  # key RLP(0) = 0x80 as the path of a leaf
_BIG = b"\x99" * 40


def trie_cases() -> dict[str, Case]:
    cases = {}
    for name, indexes in _INDEXES.items():
        root = captured_named(name)["block"]["receiptsRoot"][2:]
        _, receipts = block_named(name)
        for index in indexes:
            _, nodes = build_receipt_proof(receipts, index)
            cases[f"trie-{name}-index-{index}"] = case(
                "evm.verify_receipt",
                f"receipt {index} of the captured block {name}; its header has this root",
                _given(bytes.fromhex(root), index, nodes),
                ok={"receipt": receipts[index].hex()},
            )
    return cases | _embedded() | _changed() | _forged() | _beside_the_way()


def _given(root: bytes, index: int, nodes: tuple[bytes, ...]) -> Json:
    return {"root": root.hex(), "tx_index": index, "nodes": [node.hex() for node in nodes]}


def _bad(description: str, root: bytes, index: int, nodes: tuple[bytes, ...], error: str) -> Case:
    return case("evm.verify_receipt", description, _given(root, index, nodes), error=error)


def _embedded() -> dict[str, Case]:
    """Values so short that leaves stand in their parents; no real receipt is."""
    values = [b"a", b"b", b"c" * 40]
    cases = {}
    for index, value in enumerate(values):
        root, nodes = build_receipt_proof(values, index)
        cases[f"trie-embedded-{index}"] = case(
            "evm.verify_receipt",
            "nodes shorter than 32 bytes stand in their parents",
            _given(root, index, nodes),
            ok={"receipt": value.hex()},
        )
    root, nodes = build_receipt_proof(values, 0)
    listed = (*nodes, rlp_encode([b"\x20", b"a"]))
    cases["trie-embedded-node-listed-again"] = _bad(
        "an embedded node is not listed", root, 0, listed, "VerificationReceipt"
    )
    return cases


def _changed() -> dict[str, Case]:
    """One real proof, changed in one way each."""
    _, receipts = block_named("200-transactions")
    root, nodes = build_receipt_proof(receipts, 131)
    _, other = build_receipt_proof(receipts, 132)
    flipped = nodes[-1][:-1] + bytes([nodes[-1][-1] ^ 1])
    verification: dict[str, tuple[int, tuple[bytes, ...], str]] = {
        "another-index": (132, nodes, "the path leads to receipt 131"),
        "index-of-the-same-branch": (130, nodes, "the path leads to receipt 131"),
        "index-zero": (0, nodes, "the path leads to receipt 131"),
        "index-beyond-the-block": (200, nodes, "the block has 200 receipts"),
        "first-node-missing": (131, nodes[1:], "starts below the root"),
        "middle-node-missing": (131, (nodes[0], *nodes[2:]), "a level is skipped"),
        "last-node-missing": (131, nodes[:-1], "breaks off before the leaf"),
        "extra-node-behind": (131, (*nodes, nodes[-1]), "the leaf is listed twice"),
        "foreign-node-behind": (131, (*nodes, other[-1]), "a node of no use"),
        "root-twice": (131, (nodes[0], *nodes), "each node is used once"),
        "reordered": (131, (nodes[1], nodes[0], *nodes[2:]), "from the root to the leaf"),
        "reversed": (131, tuple(reversed(nodes)), "from the root to the leaf"),
        "leaf-of-another-index": (131, (*nodes[:-1], other[-1]), "not the node that its parent names"),
        "flipped-bit-in-the-leaf": (131, (*nodes[:-1], flipped), "not the node that its parent names"),
        "node-replaced-by-its-hash": (131, (keccak256(nodes[0]), *nodes[1:]), "a hash stands for no node"),
    }
    cases = {
        f"trie-{name}": _bad(why, root, index, given, "VerificationReceipt")
        for name, (index, given, why) in verification.items()
    }
    cases["trie-another-root"] = _bad("another block", bytes(32), 131, nodes, "VerificationReceipt")
    cases["trie-empty-block"] = _bad("a block without transactions", EMPTY_ROOT, 0, (b"\x80",), "MalformedReceipt")
    cases["trie-no-nodes"] = _bad("a proof has at least the root", root, 131, (), "MalformedReceipt")
    cases["trie-ten-nodes"] = _bad("a key has at most eight nibbles", root, 131, nodes[:1] * 10, "MalformedReceipt")
    cases["trie-negative-index"] = _bad("indexes start at 0", root, -1, nodes, "MalformedReceipt")
    cases["trie-index-over-limit"] = _bad("indexes end at 2^24-1", root, 2**24, nodes, "MalformedReceipt")
    return cases


def _forged() -> dict[str, Case]:
    """Nodes that hash to what their parent or the root says, but that no trie can have."""
    empty: list[RlpItem] = [b""] * 16
    inner = (rlp_encode([LEAF_OF_ZERO, _BIG]),)
    malformed: dict[str, tuple[tuple[bytes, ...], str]] = {
        "node-of-three-items": ((rlp_encode([LEAF_OF_ZERO, _RECEIPT, b""]),), "nodes have 2 or 17 items"),
        "node-a-string": ((rlp_encode(_BIG),), "a node is a list"),
        "node-trailing-byte": ((inner[0] + b"\0",), "a byte follows the node"),
        "node-non-canonical": ((b"\xf8" + b"\x2c" + inner[0][1:],), "a length not in its shortest form"),
        "branch-with-a-value": ((rlp_encode([*empty, _RECEIPT]),), "no receipt's key ends in a branch"),
        "path-empty": ((rlp_encode([b"", _RECEIPT]),), "a path has at least one byte"),
        "path-a-list": ((rlp_encode([[], _RECEIPT]),), "a path is bytes"),
        "path-unknown-flag": ((rlp_encode([b"\x40\x80", _RECEIPT]),), "flags end at 3"),
        "path-dirty-padding": ((rlp_encode([b"\x2f\x80", _RECEIPT]),), "an even path is padded with zero"),
        "extension-empty-path": ((rlp_encode([b"\x00", b"\x11" * 32]),), "an extension has a path"),
        "extension-without-child": ((rlp_encode([b"\x18", b""]),), "an extension has a child"),
        "child-of-31-bytes": ((rlp_encode([b"\x18", b"\x11" * 31]),), "a child is named by 32 bytes"),
        "child-embedded-too-long": ((rlp_encode([b"\x18", [b"\x30", _BIG]]),), "32 bytes or more are hashed"),
        "value-a-list": ((rlp_encode([LEAF_OF_ZERO, [b"\1"]]),), "receipts are bytes"),
        "value-empty": ((rlp_encode([LEAF_OF_ZERO, b""]),), "receipts are not empty"),
        "deep-nesting": ((b"\xc7\xc6\xc5\xc4\xc3\xc2\xc1\xc0",), "at most six lists inside each other"),
        "receipt-over-65536-bytes": ((rlp_encode([LEAF_OF_ZERO, bytes(65_537)]),), "over the limit"),
    }
    cases = {
        f"trie-{name}": _bad(why, keccak256(nodes[0]), 0, nodes, "MalformedReceipt")
        for name, (nodes, why) in malformed.items()
    }
    long_inner = rlp_encode([b"\x18", b"\x11" * 32, bytes(600)])
    cases["trie-inner-node-over-544-bytes"] = _bad(
        "only the last node is long", keccak256(long_inner), 0, (long_inner, inner[0]), "MalformedReceipt"
    )
    absent = rlp_encode([*empty, b""])
    cases["trie-absent-in-a-branch"] = _bad(
        "the branch has no child there", keccak256(absent), 0, (absent,), "VerificationReceipt"
    )
    for name, value in (("empty", b""), ("a-list", [b"\1"])):
        other: RlpItem = value
        foreign = rlp_encode([b"\x20\x01", other])
        cases[f"trie-leaf-elsewhere-value-{name}"] = _bad(
            "the path is compared before the value is judged", keccak256(foreign), 0, (foreign,), "VerificationReceipt"
        )
    leaf = rlp_encode([b"\x30", _RECEIPT])
    away = rlp_encode([b"\x17", keccak256(leaf)])
    cases["trie-extension-leads-away"] = _bad(
        "the receipt of index 112 (key 70) as that of index 0 (key 80)",
        keccak256(away),
        0,
        (away, leaf),
        "VerificationReceipt",
    )
    branch = rlp_encode([keccak256(leaf), *empty])
    ending = rlp_encode([b"\x00\x80", keccak256(branch)])
    cases["trie-key-ends-in-a-branch"] = _bad(
        "keys of receipts never end in a branch", keccak256(ending), 0, (ending, branch, leaf), "VerificationReceipt"
    )
    shorter = rlp_encode([b"\x38", _RECEIPT])
    cases["trie-leaf-too-shallow"] = _bad(
        "the leaf ends before the key does", keccak256(shorter), 0, (shorter,), "VerificationReceipt"
    )
    return cases


def _beside_the_way() -> dict[str, Case]:
    """Nodes that no block's trie holds, but that are right in every item on the way: all else is bound by the hash."""
    leaf = rlp_encode([b"\x30", _RECEIPT])

    def branch(sibling: RlpItem) -> bytes:
        return rlp_encode([sibling, *[b""] * 7, keccak256(leaf), *[b""] * 8])

    below = rlp_encode([b"\x20", _RECEIPT])
    inner = rlp_encode([b"\x10", keccak256(below)])
    short = rlp_encode([b"\x30", b"a"])
    proofs: dict[str, tuple[tuple[bytes, ...], bytes]] = {
        "branch-with-one-child": ((branch(b""), leaf), _RECEIPT),
        "sibling-of-1-byte": ((branch(b"\1"), leaf), _RECEIPT),
        "sibling-of-31-bytes": ((branch(b"\1" * 31), leaf), _RECEIPT),
        "sibling-of-33-bytes": ((branch(b"\1" * 33), leaf), _RECEIPT),
        "sibling-embedded-too-long": ((branch([b"\x30", _BIG]), leaf), _RECEIPT),
        "sibling-an-empty-list": ((branch([]), leaf), _RECEIPT),
        "sibling-of-three-items": ((branch([b"", b"", b""]), leaf), _RECEIPT),
        "extension-to-extension": ((rlp_encode([b"\x18", keccak256(inner)]), inner, below), _RECEIPT),
        "extension-to-leaf": ((rlp_encode([b"\x18", keccak256(leaf)]), leaf), _RECEIPT),
        "short-child-by-its-hash": ((rlp_encode([b"\x18", keccak256(short)]), short), b"a"),
    }
    return {
        f"trie-unjudged-{name}": case(
            "evm.verify_receipt",
            "only the items on the way are judged",
            _given(keccak256(nodes[0]), 0, nodes),
            ok={"receipt": value.hex()},
        )
        for name, (nodes, value) in proofs.items()
    }
