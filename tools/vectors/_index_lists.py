"""Cases of tests/vectors/index about lists: ``index.value``, ``index.verify_list`` and ``index.listed``."""

from __future__ import annotations

from collections.abc import Sequence

from tools.vectors._trie import Trie, proof_of, root_of, trie_of
from tools.vectors._trie_samples import flip
from tools.vectors.leaf import SUFFIX, ZERO, case_key, company_key, index_leaf
from tools.vectors.statements import (
    ATTESTER,
    BARE_LEDGER,
    CASE,
    COMPANY,
    OPENED,
    ORIGIN,
    REFUSED,
    REQUESTER,
    SHOP,
    Object,
    address,
    in_case,
    sha256,
    sign,
    signed,
    statement,
)
from tools.vectors.writing import Cases

Entry = tuple[int, bytes]
SIZE = 12
REQUESTER_KEY, COMPANY_KEY = (case_key(CASE, address(key)) for key in (REQUESTER, COMPANY))
OTHER_CASE = "0x" + sha256(b"another case").hex()
OTHER_CASE_KEY = case_key(OTHER_CASE, address(REQUESTER))
OTHER_AUTHOR_KEY = case_key(CASE, address(ATTESTER))
BOUND_KEY = company_key(address(ATTESTER), SHOP)


def _leaf_hash(number: int) -> bytes:
    return sha256(b"\x00" + sha256(b"key %d" % number) + sha256(b"digest %d" % number) + SUFFIX)


def _entries(*numbers: int) -> list[Entry]:
    return [(number, _leaf_hash(number)) for number in numbers]


LISTS: dict[bytes, list[Entry]] = {
    REQUESTER_KEY: _entries(1, 5, 9),
    COMPANY_KEY: _entries(2, 11),
    BOUND_KEY: _entries(7),
}
MINE = LISTS[REQUESTER_KEY]


def list_bytes(entries: Sequence[Entry]) -> bytes:
    return b"".join(number.to_bytes(8) + leaf_hash for number, leaf_hash in entries)


def value_of(entries: Sequence[Entry]) -> bytes:
    return sha256(b"\x06" + list_bytes(entries))


def trie_with(**changed: bytes) -> Trie:
    """The trie of LISTS; ``mine`` is another value of the requester's list."""
    values = {key: value_of(entries) for key, entries in LISTS.items()}
    return trie_of({**values, REQUESTER_KEY: changed.get("mine", values[REQUESTER_KEY])})


TRIE = trie_with()


def add(cases: Cases) -> None:
    _first(cases)
    _values(cases)
    _claims(cases)
    _false_claims(cases)
    _false_paths(cases)
    _malformed_lists(cases)
    _listed(cases)


def _shown(entries: Sequence[Entry]) -> list[list[object]]:
    return [[number, leaf_hash.hex()] for number, leaf_hash in entries]


def _claim(key: bytes, listed: Sequence[Entry] | bytes | None, trie: Trie = TRIE, **changes: object) -> Object:
    """Input of ``index.verify_list``: the true path of ``key`` in ``trie``, unless changed."""
    data = listed if listed is None or isinstance(listed, bytes) else list_bytes(listed)
    given: Object = {
        "leaf": index_leaf(SIZE, 1, root_of(trie)).hex(),
        "key": key.hex(),
        "path": proof_of(trie, key).hex(),
        "list": None if data is None else data.hex(),
    }
    return {**given, **{name: item.hex() if isinstance(item, bytes) else item for name, item in changes.items()}}


def _first(cases: Cases) -> None:
    """First worked vectors 4 and 6."""
    leaves = {
        REQUESTER_KEY: (1, REQUESTER_KEY + sha256(signed(OPENED)) + SUFFIX),
        COMPANY_KEY: (2, COMPANY_KEY + sha256(signed(REFUSED, COMPANY)) + SUFFIX),
    }
    lists = {key: [(number, sha256(b"\x00" + leaf))] for key, (number, leaf) in leaves.items()}
    first = trie_of({key: value_of(entries) for key, entries in lists.items()})
    for name, key in (("requester", REQUESTER_KEY), ("company", COMPANY_KEY)):
        ok: Object = {"list": list_bytes(lists[key]).hex(), "value": value_of(lists[key]).hex()}
        given: Object = {"entries": _shown(lists[key])}
        cases.good(f"value-first-{name}", "index.value", given, ok, f"first worked vector 4: the list of the {name}")
        given = _claim(key, lists[key], first, leaf=index_leaf(3, 1, root_of(first)))
        ok = {"entries": _shown(lists[key])}
        cases.good(
            f"list-first-{name}", "index.verify_list", given, ok, f"first worked vector 4: the list of the {name}"
        )
    given = _claim(BOUND_KEY, None, first, leaf=index_leaf(3, 1, root_of(first)))
    cases.good("list-first-absent", "index.verify_list", given, {"entries": []}, "first worked vector 4: no such list")
    given = _claim(BOUND_KEY, None, None, leaf=index_leaf(1, 1, ZERO))
    cases.good(
        "list-first-empty-trie", "index.verify_list", given, {"entries": []}, "first worked vector 6: no list at all"
    )


def _values(cases: Cases) -> None:
    lists: dict[str, tuple[str, list[Entry]]] = {
        "three": ("a list of three entries", MINE),
        "first-leaf": ("the leaf at 0 and the one behind it", _entries(0, 1)),
        "greatest": ("the greatest index of a log", _entries(1, 2**53 - 1)),
        "2-64-minus-1": ("the greatest index that 8 bytes hold; no list has it, a digest does", _entries(2**64 - 1)),
        "descending": ("another order is another digest", MINE[::-1]),
        "64": ("64 entries", _entries(*range(3, 67))),
    }
    for name, (description, entries) in lists.items():
        ok = {"list": list_bytes(entries).hex(), "value": value_of(entries).hex()}
        cases.good(f"value-{name}", "index.value", {"entries": _shown(entries)}, ok, description)
    broken: dict[str, tuple[str, Entry]] = {
        "index-negative": ("an index below 0", (-1, ZERO)),
        "index-2-64": ("an index that 8 bytes do not hold", (2**64, ZERO)),
        "hash-31-bytes": ("a leaf hash of 31 bytes", (1, ZERO[1:])),
        "hash-33-bytes": ("a leaf hash of 33 bytes", (1, ZERO + b"\x00")),
        "hash-empty": ("no leaf hash", (1, b"")),
    }
    for name, (description, entry) in broken.items():
        given = {"entries": _shown([MINE[0], entry])}
        cases.bad(f"value-{name}", "index.value", given, "MalformedIndex", description)


def _claims(cases: Cases) -> None:
    present: dict[str, tuple[str, bytes, int]] = {
        "requester": ("three entries", REQUESTER_KEY, SIZE),
        "company": ("the last entry is the last leaf below the index leaf", COMPANY_KEY, SIZE),
        "key-bindings": ("an author's key bindings for a domain", BOUND_KEY, SIZE),
        "greatest-size": ("an index leaf of the greatest size", REQUESTER_KEY, 2**53 - 1),
    }
    for name, (description, key, size) in present.items():
        given = _claim(key, LISTS[key], leaf=index_leaf(size, 1, root_of(TRIE)))
        cases.good(f"list-{name}", "index.verify_list", given, {"entries": _shown(LISTS[key])}, description)
    absent: dict[str, tuple[str, bytes]] = {
        "other-case": ("the requester has nothing in another case", OTHER_CASE_KEY),
        "other-author": ("another author has nothing in the case", OTHER_AUTHOR_KEY),
        "bindings-of-other-domain": (
            "no key bound for another domain",
            company_key(address(ATTESTER), "other.example"),
        ),
        "bindings-by-company": ("nor by another author for this one", company_key(address(COMPANY), SHOP)),
    }
    for name, (description, key) in absent.items():
        cases.good(f"absent-{name}", "index.verify_list", _claim(key, None), {"entries": []}, description)


def _false_claims(cases: Cases) -> None:
    changed = [MINE[0], (5, flip(MINE[1][1], 3)), MINE[2]]
    claims: dict[str, tuple[str, Object]] = {
        "rule-0": (
            "the index leaf claims no index, and so no absence",
            _claim(REQUESTER_KEY, None, None, leaf=index_leaf(SIZE, 0, ZERO)),
        ),
        "rule-0-list": ("nor a list", _claim(REQUESTER_KEY, MINE, leaf=index_leaf(SIZE, 0, ZERO))),
        "shown-as-absent": ("the path ends at the key that is said to be absent", _claim(REQUESTER_KEY, None)),
        "absent-shown": ("a list of a key that the index does not have", _claim(OTHER_CASE_KEY, MINE)),
        "absent-shown-empty": ("an empty list of such a key", _claim(OTHER_CASE_KEY, b"")),
        "empty-for-list": ("an empty list where there is one", _claim(REQUESTER_KEY, b"")),
        "of-another-key": ("the company's list under the requester's key", _claim(REQUESTER_KEY, LISTS[COMPANY_KEY])),
        "entry-left-out": ("the last entry left out", _claim(REQUESTER_KEY, MINE[:2])),
        "first-left-out": ("the first entry left out", _claim(REQUESTER_KEY, MINE[1:])),
        "entry-added": ("an entry more", _claim(REQUESTER_KEY, _entries(1, 5, 9, 10))),
        "other-index": ("an entry at another index", _claim(REQUESTER_KEY, [MINE[0], (6, MINE[1][1]), MINE[2]])),
        "hash-one-bit": ("one bit of a leaf hash", _claim(REQUESTER_KEY, changed)),
        "order-changed": ("two entries exchanged", _claim(REQUESTER_KEY, [MINE[1], MINE[0], MINE[2]])),
        "entry-twice": ("an entry twice", _claim(REQUESTER_KEY, [*MINE, MINE[2]])),
    }
    for name, (description, given) in claims.items():
        cases.bad(f"list-{name}", "index.verify_list", given, "VerificationIndex", description)
    given = _claim(REQUESTER_KEY, MINE, leaf=index_leaf(SIZE, 2, root_of(TRIE)))
    cases.bad("list-rule-2", "index.verify_list", given, "MalformedLeaf", "a rule that does not exist")


def _false_paths(cases: Cases) -> None:
    earlier = trie_with(mine=value_of(MINE[:2]))
    path, leaf = proof_of(TRIE, REQUESTER_KEY), index_leaf(SIZE, 1, root_of(TRIE))
    false: dict[str, tuple[str, Object]] = {
        "value-one-bit": ("one bit of the value", _claim(REQUESTER_KEY, MINE, path=flip(path, 8 * len(path) - 1))),
        "root-one-bit": ("one bit of the root in the index leaf", _claim(REQUESTER_KEY, MINE, leaf=flip(leaf, 300))),
        "of-other-size": ("list and path of an earlier size", _claim(REQUESTER_KEY, MINE[:2], earlier, leaf=leaf)),
        "under-other-size": (
            "the index leaf of an earlier size",
            _claim(REQUESTER_KEY, MINE, leaf=index_leaf(9, 1, root_of(earlier))),
        ),
        "path-of-another-key": (
            "the path of the company's key",
            _claim(REQUESTER_KEY, MINE, path=proof_of(TRIE, COMPANY_KEY)),
        ),
        "path-of-empty-trie": ("the path of the empty trie", _claim(OTHER_CASE_KEY, None, path=b"")),
        "empty-trie": ("a list in the empty trie", _claim(REQUESTER_KEY, MINE, None)),
    }
    for name, (description, given) in false.items():
        cases.bad(f"list-{name}", "index.verify_list", given, "VerificationIndex", description)
    malformed: dict[str, tuple[str, Object]] = {
        "path-cut": ("a byte of the path is missing", _claim(REQUESTER_KEY, MINE, path=path[:-1])),
        "key-31-bytes": ("a key of 31 bytes", {**_claim(REQUESTER_KEY, MINE), "key": REQUESTER_KEY[1:].hex()}),
        "39-bytes": ("an entry without its last byte", _claim(REQUESTER_KEY, list_bytes(MINE)[:39])),
        "41-bytes": ("an entry and a byte", _claim(REQUESTER_KEY, list_bytes(MINE)[:41])),
        "1-byte": ("a single byte", _claim(REQUESTER_KEY, b"\x00")),
    }
    for name, (description, given) in malformed.items():
        cases.bad(f"list-{name}", "index.verify_list", given, "MalformedIndex", description)


def _malformed_lists(cases: Cases) -> None:
    """Lists that are the operator's own, under a root that leads to them, and yet none of the index."""
    lists: dict[str, tuple[str, list[Entry]]] = {
        "empty": ("a list without entries", []),
        "descending": ("out of order", MINE[::-1]),
        "last-two-exchanged": ("the last two exchanged", [MINE[0], MINE[2], MINE[1]]),
        "duplicate": ("an entry twice", [MINE[0], MINE[1], MINE[1], MINE[2]]),
        "index-twice": ("an index twice, with two leaves", [MINE[0], (1, MINE[1][1])]),
        "at-size": ("the index leaf itself", _entries(1, SIZE)),
        "beyond-size": ("a leaf that the tree of this size does not have", _entries(1, SIZE + 1)),
        "2-53": ("an index over every size", _entries(1, 2**53)),
        "2-64-minus-1": ("the greatest index that 8 bytes hold", _entries(1, 2**64 - 1)),
    }
    for name, (description, entries) in lists.items():
        given = _claim(REQUESTER_KEY, entries, trie_with(mine=value_of(entries)))
        cases.bad(f"malformed-{name}", "index.verify_list", given, "MalformedIndex", description)
    trie = trie_with(mine=value_of(_entries(0)))
    given = _claim(REQUESTER_KEY, _entries(0), trie, leaf=index_leaf(0, 1, root_of(trie)))
    cases.bad("malformed-size-0", "index.verify_list", given, "MalformedIndex", "a list of the first 0 leaves")


def _listed(cases: Cases) -> None:
    """Which leaves are listed, with and without their bytes."""
    bound = statement("company.key_bound", {"key": address(COMPANY)}, ATTESTER)
    texts: dict[str, tuple[str, str, bytes]] = {
        "opening": ("case.opened, in the case of its own id", signed(OPENED), REQUESTER_KEY),
        "answer": ("a statement in a case", signed(REFUSED, COMPANY), COMPANY_KEY),
        "key-binding": ("a key binding", signed(bound, ATTESTER), BOUND_KEY),
        "unknown-kind": ("a kind that nobody knows", signed(in_case("later.kind", {}, COMPANY), COMPANY), COMPANY_KEY),
        "wrong-facts": (
            "facts outside the schema",
            signed(in_case("request.withdrawn", {"any": "facts"})),
            REQUESTER_KEY,
        ),
    }
    for name, (description, text, key) in texts.items():
        leaf = key + sha256(text) + SUFFIX
        given: Object = {"leaf": leaf.hex(), "signed": text, "origin": ORIGIN}
        cases.good(f"listed-{name}", "index.listed", given, {"key": key.hex()}, description)
        if name in ("opening", "key-binding"):
            given = {**given, "signed": None}
            cases.good(f"listed-{name}-withheld", "index.listed", given, {"key": key.hex()}, f"{description}, withheld")
    other = signed(OPENED, signature=sign(OPENED, COMPANY))
    unlisted: dict[str, tuple[str, str | None, bytes]] = {
        "no-key": ("no case, and a zero key", signed(BARE_LEDGER), ZERO),
        "no-key-withheld": ("a zero key, withheld", None, ZERO),
        "zero-key": ("an indexable statement under a zero key", signed(OPENED), ZERO),
        "key-of-another": ("a statement under the key of another author", signed(REFUSED, COMPANY), REQUESTER_KEY),
        "key-of-other-case": ("a statement under the key of another case", signed(OPENED), OTHER_CASE_KEY),
        "other-ledger": (
            "a statement of another ledger",
            signed({**OPENED, "ledger": "habeas.example/test"}),
            REQUESTER_KEY,
        ),
        "other-signer": ("a statement that its author did not sign", other, REQUESTER_KEY),
        "space": ("bytes that are not canonical", signed(OPENED) + " ", REQUESTER_KEY),
        "not-json": ("bytes that are no statement", "hello", REQUESTER_KEY),
    }
    for name, (description, shown, key) in unlisted.items():
        leaf = key + sha256(shown or "withheld") + SUFFIX
        given = {"leaf": leaf.hex(), "signed": shown, "origin": ORIGIN}
        cases.good(f"unlisted-{name}", "index.listed", given, {"key": None}, description)
    leaf = REQUESTER_KEY + sha256(signed(OPENED)) + SUFFIX
    strangers: dict[str, tuple[str, str]] = {
        "foreign-bytes": ("the bytes of another leaf, which would unlist this one", "hello"),
        "foreign-statement": ("another statement of the same list", signed(in_case("request.withdrawn", {}))),
        "no-bytes": ("no bytes are other bytes; withheld ones are not shown at all", ""),
    }
    for name, (description, shown) in strangers.items():
        given = {"leaf": leaf.hex(), "signed": shown, "origin": ORIGIN}
        cases.bad(f"listed-{name}", "index.listed", given, "VerificationIndex", description)
    given = {"leaf": index_leaf(3, 1, ZERO).hex(), "signed": None, "origin": ORIGIN}
    cases.bad("listed-index-leaf", "index.listed", given, "MalformedLeaf", "an index leaf is in no list")
