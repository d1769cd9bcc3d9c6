"""The worked example of docs/spec/index.md is what the code writes and accepts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ledger.encoding import chunks, sha256
from ledger.index import index_leaf, parse_list, value_of, verify_list
from ledger.leaf import IndexLeaf, StatementLeaf, case_key, company_key, parse_leaf
from ledger.merkle import hash_leaf
from ledger.tiles import parse_entries
from ledger.trie import EMPTY_TRIE, Nodes, TrieProof, build_trie, prove_many, update_trie, verify_lookup

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "spec" / "index.md").read_text(encoding="utf-8")
LOG = (ROOT / "docs" / "spec" / "log.md").read_text(encoding="utf-8")
CASE = bytes.fromhex("934c60d0973bececda1d1db134625b0aa6577cfe2d1d3b3801f7cc301a9205d6")
REQUESTER = bytes.fromhex("19e7e376e7c213b7e7e7e46cc70a5dd086daff2a")
COMPANY = bytes.fromhex("1563915e194d8cfba1943570603f7606a3115508")


def block(name: str, text: str = TEXT) -> str:
    found = re.findall(rf"^```{name}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert len(found) == 1, f"the page has {len(found)} blocks named {name}"
    return str(found[0])


def data(name: str) -> bytes:
    return bytes.fromhex(block(name))


# Three lines for each of two lists: key, list, value. What follows the digits is a word.
LISTS = [bytes.fromhex(line.split()[0]) for line in block("lists").splitlines()]
CLAIM = parse_leaf(data("index-leaf"))
LEAVES = parse_entries(bytes.fromhex(block("entries", LOG)), 4)


def test_the_keys_are_those_of_the_case() -> None:
    assert [LISTS[0], LISTS[3]] == [case_key(CASE, REQUESTER), case_key(CASE, COMPANY)]


def test_the_lists_name_the_leaves_of_the_log() -> None:
    for key, raw, value in (LISTS[:3], LISTS[3:]):
        entries = parse_list(raw)
        assert value_of(entries) == value
        for entry in entries:
            leaf = parse_leaf(LEAVES[entry.index])
            assert isinstance(leaf, StatementLeaf) and leaf.key == key
            assert hash_leaf(LEAVES[entry.index]) == entry.leaf_hash


def test_the_nodes_are_those_of_the_trie() -> None:
    shown = []
    for line in block("nodes").splitlines():
        digest, _, rest = line.partition(" ")
        shown.append((bytes.fromhex(digest), bytes.fromhex(rest)))
    nodes: Nodes = []
    root = build_trie([(LISTS[0], LISTS[2]), (LISTS[3], LISTS[5])], nodes)
    assert nodes == shown
    assert isinstance(CLAIM, IndexLeaf)
    assert root == CLAIM.root
    assert index_leaf(3, root).encode() == data("index-leaf") == LEAVES[3]


def test_the_path_proves_the_list() -> None:
    assert isinstance(CLAIM, IndexLeaf)
    path, entries = data("path-present"), parse_list(LISTS[1])
    assert f", {len(path)} bytes" in TEXT
    assert verify_list(CLAIM, LISTS[0], TrieProof.parse(path), entries) == entries


def test_the_path_proves_absence() -> None:
    assert isinstance(CLAIM, IndexLeaf)
    key = company_key(COMPANY, "shop.example")
    assert f"`{key.hex()}`" in TEXT
    assert verify_list(CLAIM, key, TrieProof.parse(data("path-absent")), None) == ()


def test_five_keys() -> None:
    entries = [tuple(chunks(item, 32)) for item in chunks(data("five"), 64)]
    roots = {int(line[0]): bytes.fromhex(line[1:]) for line in block("five-roots").splitlines()}
    store: dict[bytes, bytes] = {}
    root = EMPTY_TRIE
    for count, (key, value) in enumerate(entries, 1):
        assert value == sha256(b"\x06" + count.to_bytes(8) + bytes([count]) * 32)
        assert roots.get(count - 1, root) == root
        root, nodes = update_trie(root, {key: value}, lambda hashes: {item: store[item] for item in hashes})
        store.update(nodes)
    assert root == roots[5]
    proof = prove_many(root, [entries[4][0]], lambda hashes: {item: store[item] for item in hashes})[entries[4][0]]
    assert proof.encode() == data("five-path")
    assert f", {len(proof.encode())} bytes" in TEXT
    assert verify_lookup(root, entries[4][0], proof) == entries[4][1]


def test_the_empty_index() -> None:
    leaf = index_leaf(1, EMPTY_TRIE)
    assert leaf.encode() == data("index-leaf-empty")
    assert f"`{leaf.hash().hex()}`" in TEXT


@pytest.mark.parametrize(
    ("source", "function", "heading"),
    [
        ("trie.py", "verify_lookup", "### Verifying a lookup"),
        ("index.py", "verify_list", "## Verifying a list"),
        ("index.py", "key_to_list", "### Which leaves are listed"),
    ],
)
def test_every_step_of_the_page_stands_in_the_code(source: str, function: str, heading: str) -> None:
    """Numbered alike, each once and in order."""
    body = (
        (ROOT / "ledger" / source).read_text(encoding="utf-8").partition(f"def {function}(")[2].partition("\ndef ")[0]
    )
    section = TEXT.partition(f"{heading}\n")[2].partition("\n#")[0]
    steps = re.findall(r"^ ([0-9]+)\. ", section, re.MULTILINE)
    assert steps and re.findall(r"# step ([0-9]+)", body) == steps


def test_every_class_is_named() -> None:
    for name in ("MalformedIndex", "VerificationIndex"):
        assert f"`{name}`" in TEXT
