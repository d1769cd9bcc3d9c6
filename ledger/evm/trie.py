"""The receipt trie of a block: building a proof and walking one.

A Merkle-Patricia trie (Yellow Paper, appendix D) maps RLP(transaction index) to receipt bytes.
RLP encodings are prefix-free, so no key ends inside another and a branch never holds a value; both
sides use that.

A proof lists the nodes from the root to the leaf with the receipt. Each is RLP, and stands in its
parent by its Keccak-256, or in person where it is shorter than 32 bytes; such an embedded node is
not listed again. Real receipts carry a bloom of 256 bytes, so theirs never are.
"""

from __future__ import annotations

from collections.abc import Sequence

from ledger.encoding import encode_hex
from ledger.errors import MalformedReceipt, VerificationReceipt
from ledger.evm.keccak import keccak256
from ledger.evm.rlp import Rlp, RlpItem, encode_integer, rlp_decode, rlp_encode

# Four key bytes: eight nibbles, so at most nine nodes. No block holds that many transactions.
MAX_TX_INDEX = 2**24 - 1
MAX_NODES = 9
MAX_RECEIPT = 65_536
# A branch of sixteen hashes has 532 bytes, an extension 38.
MAX_INNER_NODE = 544
_MAX_LEAF = MAX_RECEIPT + 64
_LEAF_FLAG, _ODD_FLAG = 2, 1

EMPTY_ROOT = keccak256(rlp_encode(b""))


def build_receipt_proof(receipts: Sequence[bytes], tx_index: int) -> tuple[bytes, tuple[bytes, ...]]:
    """Root of the trie of all ``receipts`` of a block, in order, and the nodes that prove ``tx_index``.

    Raises MalformedReceipt if there is no receipt with that index.
    """
    if not 0 <= tx_index < len(receipts):
        raise MalformedReceipt(f"there is no transaction {tx_index} among {len(receipts)} receipts")
    entries = sorted((_key(place), receipt) for place, receipt in enumerate(receipts))
    nodes: list[bytes] = []
    root_node = rlp_encode(_node(entries, 0, _key(tx_index), nodes))
    if len(root_node) < 32:
        nodes.append(root_node)
    return keccak256(root_node), tuple(reversed(nodes))


def verify_receipt(root: bytes, tx_index: int, nodes: Sequence[bytes]) -> bytes:
    """The receipt bytes that stand under ``tx_index`` in the trie with ``root`` (32 bytes).

    Raises MalformedReceipt for items on the way that no trie can have and VerificationReceipt for a
    path that leads elsewhere, breaks off, or leaves nodes over. What lies beside the way is bound by the
    hashes and not judged (docs/spec/anchor.md, "Receipt trie").
    """
    if not 0 <= tx_index <= MAX_TX_INDEX:
        raise MalformedReceipt(f"the transaction index is {tx_index}; it must be 0 to {MAX_TX_INDEX}")
    if not 1 <= len(nodes) <= MAX_NODES:
        raise MalformedReceipt(f"the proof has {len(nodes)} nodes; it must have 1 to {MAX_NODES}")
    path, reference, used = _key(tx_index), root, 0
    item: Rlp = root
    while True:
        if isinstance(item, bytes):
            item = _open(nodes, used, reference)
            used += 1
        path, item, found = _step(item, path, used - 1)
        if found:
            break
        if isinstance(item, bytes):
            reference = item
    if used != len(nodes):
        raise VerificationReceipt(f"the proof ends at node {used - 1}, but has {len(nodes)} nodes")
    if not isinstance(item, bytes) or not item:
        raise MalformedReceipt("the value in the leaf must be the bytes of a receipt")
    if len(item) > MAX_RECEIPT:
        raise MalformedReceipt(f"the receipt has {len(item)} bytes; at most {MAX_RECEIPT} are accepted")
    return item


def _open(nodes: Sequence[bytes], place: int, reference: bytes) -> Rlp:
    """Node ``place``, proven to be the one its parent, or the root, names by hash."""
    if place == len(nodes):
        raise VerificationReceipt(f"the proof lacks node {place} with the hash {encode_hex(reference)}")
    node = nodes[place]
    limit = _MAX_LEAF if place == len(nodes) - 1 else MAX_INNER_NODE
    if len(node) > limit:
        raise MalformedReceipt(f"proof node {place} has {len(node)} bytes; it may have {limit} there")
    found = keccak256(node)
    if found != reference:
        raise VerificationReceipt(
            f"proof node {place} has the hash {encode_hex(found)}; its parent names {encode_hex(reference)}"
        )
    return rlp_decode(node, MalformedReceipt, f"proof node {place}")


def _step(item: Rlp, path: tuple[int, ...], place: int) -> tuple[tuple[int, ...], Rlp, bool]:
    """The rest of the path, the child or value under it, and whether that is the value."""
    where = f"proof node {place}"
    if not isinstance(item, list) or len(item) not in (2, 17):
        raise MalformedReceipt(f"{where} must be a list of 2 or 17 items")
    if len(item) == 17:
        if item[16] != b"":
            raise MalformedReceipt(f"{where} is a branch with a value, but no receipt's key ends in a branch")
        if not path:
            raise VerificationReceipt(f"the path of the transaction index ends in the branch {where}")
        return path[1:], _child(item[path[0]], where), False
    leaf, nibbles = _parse_path(item[0], where)
    if leaf:
        if nibbles != path:
            raise VerificationReceipt(f"{where} is the leaf of another transaction index")
        return (), item[1], True
    if not nibbles:
        raise MalformedReceipt(f"{where} is an extension without a path")
    if path[: len(nibbles)] != nibbles:
        raise VerificationReceipt(f"{where} leads away from the transaction index")
    if item[1] == b"":
        raise MalformedReceipt(f"{where} is an extension without a child")
    return path[len(nibbles) :], _child(item[1], where), False


def _child(item: Rlp, where: str) -> Rlp:
    if item == b"":
        raise VerificationReceipt(f"{where} shows that no receipt has this transaction index")
    if isinstance(item, bytes):
        if len(item) != 32:
            raise MalformedReceipt(f"{where} names a child by {len(item)} bytes; a hash has 32")
    elif len(rlp_encode(item)) >= 32:
        raise MalformedReceipt(f"{where} embeds a child of 32 bytes or more; it must be named by its hash")
    return item


def _parse_path(item: Rlp, where: str) -> tuple[bool, tuple[int, ...]]:
    """Leaf flag and nibbles of a hex-prefix encoded path (Yellow Paper, appendix C)."""
    if not isinstance(item, bytes) or not item:
        raise MalformedReceipt(f"{where} must have a path of at least one byte")
    flag, *nibbles = _nibbles(item)
    if flag > (_LEAF_FLAG | _ODD_FLAG) or (not flag & _ODD_FLAG and nibbles[0] != 0):
        raise MalformedReceipt(f"{where} starts its path with 0x{item[0]:02x}; it must be 0x00, 0x1., 0x20 or 0x3.")
    return bool(flag & _LEAF_FLAG), tuple(nibbles if flag & _ODD_FLAG else nibbles[1:])


def _encode_path(nibbles: Sequence[int], leaf: bool) -> bytes:
    odd = len(nibbles) % 2
    flag = _LEAF_FLAG * leaf + odd
    padded = [flag, *nibbles] if odd else [flag, 0, *nibbles]
    return bytes([high << 4 | low for high, low in zip(padded[::2], padded[1::2], strict=True)])


def _nibbles(data: bytes) -> tuple[int, ...]:
    return tuple([nibble for byte in data for nibble in (byte >> 4, byte & 15)])


def _key(tx_index: int) -> tuple[int, ...]:
    return _nibbles(rlp_encode(encode_integer(tx_index)))


_Entries = list[tuple[tuple[int, ...], bytes]]


def _node(entries: _Entries, depth: int, target: tuple[int, ...] | None, nodes: list[bytes]) -> RlpItem:
    """The node over sorted ``entries`` that agree on ``depth`` nibbles.

    Where ``target`` lies below, the nodes on its path are appended to ``nodes``, deepest first.
    """
    first, last = entries[0][0], entries[-1][0]
    if len(entries) == 1:
        return _kept([_encode_path(first[depth:], True), entries[0][1]], target, nodes)
    shared = depth
    while first[shared] == last[shared]:
        shared += 1
    if shared > depth:
        inside = target if target is not None and target[depth:shared] == first[depth:shared] else None
        child = _reference(_node(entries, shared, inside, nodes))
        return _kept([_encode_path(first[depth:shared], False), child], inside, nodes)
    slots: list[RlpItem] = [b""] * 17
    for nibble in {key[depth] for key, _ in entries}:
        below = [entry for entry in entries if entry[0][depth] == nibble]
        inside = target if target is not None and target[depth] == nibble else None
        slots[nibble] = _reference(_node(below, depth + 1, inside, nodes))
    return _kept(slots, target, nodes)


def _kept(node: RlpItem, target: tuple[int, ...] | None, nodes: list[bytes]) -> RlpItem:
    encoded = rlp_encode(node)
    if target is not None and len(encoded) >= 32:
        nodes.append(encoded)
    return node


def _reference(node: RlpItem) -> RlpItem:
    encoded = rlp_encode(node)
    return keccak256(encoded) if len(encoded) >= 32 else node
