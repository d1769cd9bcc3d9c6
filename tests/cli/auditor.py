"""An auditor who has nothing but the server's address: downloads the log, replays it, and cosigns."""

from __future__ import annotations

import httpx2

from ledger.checkpoint import verify_checkpoint
from ledger.cli.client import ApiClient
from ledger.encoding import sha256
from ledger.index import IndexEntry, key_to_list, value_of
from ledger.leaf import IndexLeaf, parse_leaf
from ledger.merkle import MemoryTree, hash_leaf
from ledger.note import add_cosignatures, cosign
from ledger.tiles import addendum_path, entries_path, entry_bundles_between, parse_entries
from ledger.trie import build_trie
from tests.store.auditing import AUDITOR, TIME


def audit(url: str, size: int) -> None:
    """Replay the log up to the anchored ``size`` and give the server a cosignature of that tree."""
    with ApiClient(url) as client:
        info, note = client.info(), str(client.get_json(f"/v1/anchors/{size}")["checkpoint"]).encode("utf-8")
        checkpoint = verify_checkpoint(note, info.vkey, info.origin)
        leaves = []
        for index, width in entry_bundles_between(0, size):
            leaves += parse_entries(client.get(f"/log/{entries_path(index, width)}"), width)
    assert (checkpoint.size, checkpoint.root) == (size, MemoryTree([hash_leaf(data) for data in leaves]).root())
    lists: dict[bytes, list[IndexEntry]] = {}
    for index, data in enumerate(leaves):
        leaf = parse_leaf(data)
        if isinstance(leaf, IndexLeaf):
            values = sorted((key, value_of(entries)) for key, entries in lists.items())
            assert leaf == IndexLeaf(index, 1, build_trie(values)), "the index is false"
        elif (key := key_to_list(leaf, _bytes(url, leaf.digest), info.origin)) is not None:
            lists.setdefault(key, []).append(IndexEntry(index, leaf.hash()))
    body = add_cosignatures(note, [cosign(note, AUDITOR, TIME)])
    answer = httpx2.post(f"{url}/v1/cosignatures", content=body, headers={"Content-Type": "text/plain"})
    assert answer.status_code == 200, answer.text


def _bytes(url: str, digest: bytes) -> bytes | None:
    answer = httpx2.get(f"{url}/log/{addendum_path(digest)}")
    if answer.status_code == 410:
        return None
    assert answer.status_code == 200 and sha256(answer.content) == digest
    return answer.content
