"""Cases of changing and reading a stored trie: ``trie.update`` and ``trie.prove`` of tests/vectors/trie."""

from __future__ import annotations

from collections.abc import Mapping

from tools.vectors._trie import Trie, nodes_of, proof_of, root_of, sha256, trie_of
from tools.vectors._trie_samples import DEEP, FIVE, LAST, MANY, TRIE, Entries, flip, key_of, pairs
from tools.vectors.leaf import ROOT, ZERO
from tools.vectors.writing import Cases


def add(cases: Cases) -> None:
    _updates(cases)
    _proofs(cases)
    _lies(cases)


def _store(trie: Trie) -> dict[str, str]:
    return {sha256(node).hex(): node.hex() for node in nodes_of(trie)}


def _updates(cases: Cases) -> None:
    four = dict(list(FIVE.items())[:4])
    changes: dict[str, tuple[str, Entries, Entries]] = {
        "first-key": ("a key for the empty trie", {}, {LAST: ROOT}),
        "nothing-to-empty": ("no change of the empty trie", {}, {}),
        "nothing": ("no change", FIVE, {}),
        "same-value": ("a key set to the value it has: nothing is new", FIVE, {LAST: FIVE[LAST]}),
        "value": ("another value for a key", FIVE, {LAST: ROOT}),
        "beside-the-root": (
            "a key that joins above the root",
            {key_of("40"): ROOT, key_of("60"): ROOT},
            {key_of("80"): ROOT},
        ),
        "between": ("a key that joins between two inner nodes", FIVE, {key_of("50"): ROOT, key_of("08"): ROOT}),
        "at-a-leaf": ("a key that joins at a leaf", four, {LAST: FIVE[LAST]}),
        "two-at-one-leaf": ("two keys that join at one leaf", four, {LAST: FIVE[LAST], key_of("", "02"): ROOT}),
        "all-at-once": ("five keys for the empty trie", {}, FIVE),
        "many": ("100 keys for 100 others", dict(list(MANY.items())[:100]), dict(list(MANY.items())[100:])),
    }
    for name, (description, old, new) in changes.items():
        before, after = trie_of(old), trie_of({**old, **new})
        given = {"root": root_of(before).hex(), "nodes": _store(before), "changes": pairs(new.items())}
        fresh = _store(after).keys() - _store(before).keys()
        ok = {"root": root_of(after).hex(), "new": sorted(fresh)}
        cases.good(f"update-{name}", "trie.update", given, ok, description)
    sizes: dict[str, tuple[str, list[tuple[bytes, bytes]]]] = {
        "key-31-bytes": ("a key of 31 bytes", [(LAST[1:], ROOT)]),
        "key-33-bytes": ("a key of 33 bytes", [(LAST + b"\x00", ROOT)]),
        "value-31-bytes": ("a value of 31 bytes", [(LAST, ROOT[1:])]),
        "value-empty": ("a key is not taken out", [(LAST, b"")]),
    }
    for name, (description, listed) in sizes.items():
        given = {"root": root_of(TRIE).hex(), "nodes": _store(TRIE), "changes": pairs(listed)}
        cases.bad(f"update-{name}", "trie.update", given, "MalformedIndex", description)


def _proofs(cases: Cases) -> None:
    for name, trie, key in (
        ("empty", None, LAST),
        ("present", TRIE, LAST),
        ("absent", TRIE, key_of("01")),
        ("every-bit", trie_of(DEEP), ZERO),
    ):
        given = {"root": root_of(trie).hex(), "nodes": _store(trie), "key": key.hex()}
        ok = {"path": proof_of(trie, key).hex()}
        cases.good(f"prove-{name}", "trie.prove", given, ok, f"the search path: {name.replace('-', ' ')}")
    given = {"root": root_of(TRIE).hex(), "nodes": _store(TRIE), "key": LAST[1:].hex()}
    cases.bad("prove-key-31-bytes", "trie.prove", given, "MalformedIndex", "a key of 31 bytes")


def _lies(cases: Cases) -> None:
    """A store that does not hold the nodes of the trie, for reading and for changing alike."""
    store, root = _store(TRIE), root_of(TRIE)
    low, high = (ZERO, FIVE[ZERO]), (key_of("80"), FIVE[key_of("80")])
    end, other = root_of((LAST, FIVE[LAST])).hex(), root_of(high).hex()
    missing = {name: data for name, data in store.items() if name != end}
    stores: dict[str, tuple[str, bytes, Mapping[str, str]]] = {
        "nothing-stored": ("no node at all", root, {}),
        "leaf-missing": ("the leaf is missing", root, missing),
        "leaf-of-another": ("the bytes of another leaf", root, {**store, end: store[other]}),
        "leaf-one-bit": ("one bit of the leaf", root, {**store, end: flip(bytes.fromhex(store[end]), 500).hex()}),
        "root-one-bit": (
            "one bit of the node at the root",
            root,
            {**store, root.hex(): flip(bytes.fromhex(store[root.hex()]), 14).hex()},
        ),
        "root-cut": ("the node at the root without its last byte", root, {**store, root.hex(): store[root.hex()][:-2]}),
    }
    kinds: dict[str, tuple[str, bytes, Mapping[str, str]]] = {
        "swapped": ("children swapped", *_rooted((0, high, low))),
        "bits-inverted": ("bit 0 below bit 1", *_rooted((1, (0, low, high), (key_of("40"), ROOT)))),
        "bit-twice": ("bit 0 below bit 0", *_rooted((0, (0, low, high), high))),
        "leaf-astray": ("a leaf where a search for it does not go", *_rooted((0, (1, high, low), high))),
        "tag-00": ("a node with the tag of a leaf of the log", *_of_bytes(b"\x00" + LAST + ROOT)),
        "tag-03-of-a-leaf": ("a leaf with the tag of an inner node", *_of_bytes(b"\x03" + LAST + ROOT)),
        "tag-02-of-an-inner-node": ("an inner node with the tag of a leaf", *_of_bytes(b"\x02\x00" + LAST + ROOT)),
        "leaf-64-bytes": ("a leaf of 64 bytes", *_of_bytes(b"\x02" + LAST + ROOT[1:])),
        "inner-67-bytes": ("an inner node of 67 bytes", *_of_bytes(b"\x03\x00" + LAST + ROOT + b"\x00")),
        "no-bytes": ("a node without bytes", *_of_bytes(b"")),
        "root-31-bytes": ("a root of 31 bytes", root[1:], store),
    }
    for error, lies in (("VerificationIndex", stores), ("MalformedIndex", kinds)):
        for name, (description, top, nodes) in lies.items():
            given = {"root": top.hex(), "nodes": dict(nodes)}
            changes = pairs([(LAST, ROOT)])
            cases.bad(f"update-{name}", "trie.update", {**given, "changes": changes}, error, description)
            cases.bad(f"prove-{name}", "trie.prove", {**given, "key": LAST.hex()}, error, description)


def _rooted(trie: Trie) -> tuple[bytes, Mapping[str, str]]:
    return root_of(trie), _store(trie)


def _of_bytes(data: bytes) -> tuple[bytes, Mapping[str, str]]:
    return sha256(data), {sha256(data).hex(): data.hex()}
