"""``check_ledger`` re-verifies everything a ledger shows and holds. It trusts no code of the runtime.

Every leaf, every tile and bundle of every published size, every signed root, every index leaf, every
receipt given, every row of the projection, and that nothing accepted is missing.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from ledger.checkpoint import verify_checkpoint
from ledger.encoding import sha256
from ledger.index import IndexEntry, key_to_list, parse_list, value_of, verify_list
from ledger.leaf import StatementLeaf, parse_leaf
from ledger.merkle import MemoryTree, hash_leaf
from ledger.proof import LogProof, verify_proof
from ledger.runtime.case_index import CaseIndex
from ledger.runtime.chain_tables import TicketRow
from ledger.runtime.tables import (
    Addendum,
    CheckpointRow,
    Entry,
    Leaf,
    Published,
    Submission,
    Waiting,
    Withheld,
    table,
)
from ledger.runtime.wiring import Services
from ledger.tiles import (
    CHECKPOINT_PATH,
    TILE_HEIGHT,
    addendum_path,
    encode_entries,
    entries_path,
    entry_bundles_between,
    tile_hashes,
    tile_path,
    tiles_between,
)
from ledger.trie import TrieProof, build_trie


def rows_of(services: Services, model: type, order: str) -> list[object]:
    columns = table(model)
    with services.store.read() as session:
        return list(session.execute(select(columns).order_by(columns.c[order])))


def check_ledger(
    services: Services, receipts: Iterable[tuple[bytes, bytes]] = (), *, began_without_index: bool = False
) -> int:
    """Check everything; ``receipts`` are (leaf hash, tlog-proof) handed out. Returns the number of leaves.

    ``began_without_index``: index leaves of rule 0 are right before the first of rule 1.
    """
    leaves = rows_of(services, Leaf, "idx")
    assert [row.idx for row in leaves] == list(range(len(leaves))), "a gap in the log"
    tree = MemoryTree([hash_leaf(row.data) for row in leaves])
    assert [row.leaf_hash for row in leaves] == [hash_leaf(row.data) for row in leaves]
    sizes = _check_checkpoints(services, tree)
    _check_files(services, tree, [row.data for row in leaves], sizes)
    _check_bytes(services, [row.data for row in leaves], sizes[-1] if sizes else 0)
    _check_index(services, [row.data for row in leaves], rule_0=began_without_index)
    facts = services.require_ledger()
    for leaf_hash, proof in receipts:
        checkpoint = verify_proof(LogProof.parse(proof), leaf_hash, facts.vkey, facts.origin)
        assert checkpoint.root == tree.root(checkpoint.size), "a receipt under another root: a fork"
    return len(leaves)


def _check_checkpoints(services: Services, tree: MemoryTree) -> list[int]:
    facts = services.require_ledger()
    for row in rows_of(services, CheckpointRow, "size"):
        checkpoint = verify_checkpoint(row.note, facts.vkey, facts.origin)
        assert (checkpoint.size, checkpoint.root) == (row.size, row.root)
        assert row.root == tree.root(row.size), f"checkpoint {row.size} is not of this tree"
    published = [row.size for row in rows_of(services, Published, "size")]
    committed = [row.size for row in rows_of(services, CheckpointRow, "size")]
    assert set(published) <= set(committed)
    return published


def _check_files(services: Services, tree: MemoryTree, leaves: list[bytes], sizes: list[int]) -> None:
    get = services.objects.get
    for old, new in zip([0, *sizes], sizes, strict=False):
        for level, index, width in tiles_between(old, new):
            expected = tile_hashes(level, index, width, tree.read)
            assert get(tile_path(level, index, width)) == expected, tile_path(level, index, width)
        for index, width in entry_bundles_between(old, new):
            expected = encode_entries(leaves[index * 256 : index * 256 + width])
            assert get(entries_path(index, width)) == expected, entries_path(index, width)
    if sizes:
        note = get(CHECKPOINT_PATH)
        assert note is not None
        facts = services.require_ledger()
        shown = verify_checkpoint(note, facts.vkey, facts.origin)
        # The file is written before its row, so a crash in between leaves it one step ahead.
        assert shown.size >= sizes[-1] and shown.root == tree.root(shown.size)
    assert TILE_HEIGHT == 8


def _check_index(services: Services, leaves: list[bytes], *, rule_0: bool) -> None:
    """Each index leaf carries the root over the lists of all leaves before it, and every key of it is provable."""
    addenda = {row.digest: row.raw for row in rows_of(services, Addendum, "digest")}
    sent = {row.leaf_hash: row.raw for row in rows_of(services, TicketRow, "number")}
    lists: dict[bytes, list[IndexEntry]] = {}
    for index, data in enumerate(leaves):
        leaf = parse_leaf(data)
        if isinstance(leaf, StatementLeaf):
            raw = sent.get(leaf.hash(), addenda.get(leaf.digest))
            key = key_to_list(leaf, raw, services.origin)
            if key is not None:
                lists.setdefault(key, []).append(IndexEntry(index, leaf.hash()))
            continue
        if leaf.rule == 0 and rule_0:
            continue
        assert leaf.rule == 1
        rule_0 = False
        assert leaf.root == build_trie(sorted((key, value_of(entries)) for key, entries in lists.items()))
        shown = CaseIndex(services.store).prove([*lists, bytes(32)], leaf.size, leaf.root)
        for key, item in shown.items():
            entries = None if item.entries is None else parse_list(item.entries)
            assert verify_list(leaf, key, TrieProof.parse(item.proof), entries) == tuple(lists.get(key, ()))


def _check_bytes(services: Services, leaves: list[bytes], published: int) -> None:
    addenda = {row.digest: row.raw for row in rows_of(services, Addendum, "digest")}
    withheld = {row.digest: row.statement_idx for row in rows_of(services, Withheld, "digest")}
    accepted = {row.leaf_hash: row for row in rows_of(services, Submission, "leaf_hash")}
    entries = {row.idx for row in rows_of(services, Entry, "idx")}
    for index, data in enumerate(leaves):
        leaf = parse_leaf(data)
        assert isinstance(leaf, StatementLeaf) == (index in entries)
        if not isinstance(leaf, StatementLeaf):
            assert leaf.size == index
            continue
        assert leaf.hash() in accepted
        if leaf.digest in withheld:
            assert leaf.digest not in addenda, "withheld bytes are still in the database"
            if withheld[leaf.digest] < published:
                assert services.objects.get(addendum_path(leaf.digest)) is None, "withheld bytes are still a file"
        else:
            assert sha256(addenda[leaf.digest]) == leaf.digest
            if index < published:
                assert services.objects.get(addendum_path(leaf.digest)) == addenda[leaf.digest]
    waiting = {row.leaf_hash for row in rows_of(services, Waiting, "order_key")}
    in_log = {hash_leaf(data) for data in leaves}
    lost = set(accepted) - in_log - waiting
    assert not lost, f"{len(lost)} accepted statements are neither in the log nor waiting"
