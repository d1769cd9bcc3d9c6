"""Vectors of the index trie: ``python -m tools.vectors.trie`` writes ``tests/vectors/trie/``.

Nothing here uses ``ledger``: tries, roots and paths come from ``tools.vectors._trie``.
"""

from __future__ import annotations

from tools.vectors import _trie_stores
from tools.vectors._trie import Step, Trie, bits, path_bytes, path_to, proof_of, root_of, sha256, trie_of
from tools.vectors._trie_samples import (
    COMPANY_KEY,
    DEEP,
    FIRST,
    FIVE,
    LAST,
    MANY,
    REQUESTER_KEY,
    TRIE,
    Entries,
    flip,
    key_of,
    pairs,
)
from tools.vectors.leaf import ROOT, ZERO, case_key
from tools.vectors.statements import CASE, OPENED, Object
from tools.vectors.writing import Cases

CASES = Cases("trie")


def main() -> None:
    _builds()
    _found()
    _paths_changed()
    _lengths()
    _other_claims()
    _malformed_tries()
    _other_hashing()
    _trie_stores.add(CASES)
    CASES.write()


def _builds() -> None:
    tries: dict[str, tuple[str, Entries]] = {
        "empty": ("first worked vector 5: no keys", {}),
        "one-key": ("first worked vector 5: one key, whose leaf is the root", dict(list(FIVE.items())[:1])),
        "two-keys": ("first worked vector 5: two keys, which differ in bit 0", dict(list(FIVE.items())[:2])),
        "five-keys": ("first worked vector 5: five keys, bits 0, 1, 2 and 255", FIVE),
        "first-four-leaves": ("the trie of first worked vector 4", FIRST),
        "share-255-bits": ("two keys that differ in bit 255 only", {key_of("", "00"): ROOT, key_of("", "01"): ZERO}),
        "200-keys": ("keys as they are in life", MANY),
        "every-bit": ("257 keys, of which one has 256 bits tested", DEEP),
    }
    for name, (description, entries) in tries.items():
        given: Object = {"entries": pairs(sorted(entries.items()))}
        CASES.good(f"build-{name}", "trie.build", given, {"root": root_of(trie_of(entries)).hex()}, description)
    ordered = sorted(FIVE.items())
    broken: dict[str, tuple[str, list[tuple[bytes, bytes]]]] = {
        "descending": ("keys from the last to the first", ordered[::-1]),
        "two-exchanged": ("two keys exchanged", [*ordered[:2], ordered[3], ordered[2], ordered[4]]),
        "key-twice": ("a key twice, with one value", [*ordered, ordered[-1]]),
        "key-twice-two-values": ("a key twice, with two values", [*ordered, (ordered[-1][0], ROOT)]),
        "key-31-bytes": ("a key of 31 bytes", [(LAST[1:], ROOT)]),
        "key-33-bytes": ("a key of 33 bytes", [(LAST + b"\x00", ROOT)]),
        "key-empty": ("a key without bytes", [(b"", ROOT)]),
        "value-31-bytes": ("a value of 31 bytes", [(LAST, ROOT[1:])]),
        "value-33-bytes": ("a value of 33 bytes", [(LAST, ROOT + b"\x00")]),
        "border-shifted": ("a key of 31 bytes and a value of 33, the same bytes in all", [(LAST[:-1], b"\x01" + ROOT)]),
    }
    for name, (description, listed) in broken.items():
        CASES.bad(f"build-{name}", "trie.build", {"entries": pairs(listed)}, "MalformedIndex", description)


def _given(root: bytes, key: bytes, path: bytes) -> Object:
    return {"root": root.hex(), "key": key.hex(), "path": path.hex()}


def _of(trie: Trie, key: bytes, path: bytes | None = None) -> Object:
    return _given(root_of(trie), key, proof_of(trie, key) if path is None else path)


def _found() -> None:
    """What is there, and what is not."""
    one, first, many, deep = trie_of({LAST: ROOT}), trie_of(FIRST), trie_of(MANY), trie_of(DEEP)
    some = sorted(MANY)[57]
    present: dict[str, tuple[str, Trie, bytes, bytes]] = {
        "one-key": ("the only key: no steps", one, LAST, ROOT),
        "first-requester": (
            "the requester's list of first worked vector 4",
            first,
            REQUESTER_KEY,
            FIRST[REQUESTER_KEY],
        ),
        "first-company": ("the company's list of first worked vector 4", first, COMPANY_KEY, FIRST[COMPANY_KEY]),
        "neighbour-zero": ("two keys that share 255 bits: the lower", TRIE, ZERO, FIVE[ZERO]),
        "neighbour-one": ("two keys that share 255 bits: the higher", TRIE, LAST, FIVE[LAST]),
        "of-200": ("one of 200", many, some, MANY[some]),
        "256-steps": ("every bit is tested", deep, ZERO, DEEP[ZERO]),
    }
    for name, (description, trie, key, value) in present.items():
        CASES.good(f"present-{name}", "trie.verify", _of(trie, key), {"value": value.hex()}, description)
    other_case = case_key("0x" + sha256(b"another case").hex(), str(OPENED["author"]))
    absent: dict[str, tuple[str, Trie, bytes]] = {
        "empty": ("nothing is in the empty trie, and its path has no bytes", None, LAST),
        "empty-zero-key": ("32 zero bytes are no key of the empty trie either", None, ZERO),
        "one-key": ("another key is the only one", one, key_of("80")),
        "last-bit": ("the only key differs in bit 255", one, ZERO),
        "five": ("the path ends at a key that differs in bit 7", TRIE, key_of("01")),
        "before-a-step": ("the key differs before the last bit that is tested", TRIE, key_of("0001", "01")),
        "other-case": ("the same author in another case", first, other_case),
        "other-author": ("another author in the same case", first, case_key(CASE, "0x" + "99" * 20)),
        "of-200": ("none of 200", many, sha256(b"key 200")),
        "every-bit": ("none of 257", deep, key_of("1800")),
    }
    for name, (description, trie, key) in absent.items():
        CASES.good(f"absent-{name}", "trie.verify", _of(trie, key), {"value": None}, description)


def _paths_changed() -> None:
    """The path of one key of five, 0^31 || 01, with one thing changed."""
    steps, leaf = path_to(TRIE, LAST)
    assert [bit for bit, _ in steps] == [0, 1, 255]
    false: dict[str, tuple[str, list[Step], bytes]] = {
        "step-0-left-out": ("the step at the root left out", steps[1:], leaf),
        "step-1-left-out": ("the step in the middle left out", [steps[0], steps[2]], leaf),
        "step-2-left-out": ("the last step left out", steps[:2], leaf),
        "steps-left-out": ("only the leaf", [], leaf),
        "step-added": ("a step more, of a bit between", [*steps[:2], (9, ROOT), steps[2]], leaf),
        "bit-1-to-2": ("another bit that would fit", [steps[0], (2, steps[1][1]), steps[2]], leaf),
        "bit-255-to-254": ("the bit before the one tested", [*steps[:2], (254, steps[2][1])], leaf),
        "value-one-bit": ("one bit of the value", steps, flip(leaf, 511)),
        "key-one-bit": ("one bit of the key in the leaf", steps, flip(leaf, 77)),
        "key-and-value-exchanged": ("value before key in the leaf", steps, leaf[32:] + leaf[:32]),
        "siblings-exchanged": ("two siblings exchanged", [(0, steps[1][1]), (1, steps[0][1]), steps[2]], leaf),
        "sibling-is-the-path": (
            "the child that is taken for the one that is not",
            [*steps[:2], (255, sha256(b"\x02" + leaf))],
            leaf,
        ),
    }
    for number, (bit, sibling) in enumerate(steps):
        changed = [*steps[:number], (bit, flip(sibling, 250)), *steps[number + 1 :]]
        false[f"sibling-{number}-one-bit"] = (f"one bit of sibling {number}", changed, leaf)
    for name, (description, path, end) in false.items():
        given = _of(TRIE, LAST, path_bytes(path, end))
        CASES.bad(f"changed-{name}", "trie.verify", given, "VerificationIndex", description)
    malformed: dict[str, tuple[str, list[Step]]] = {
        "steps-reversed": ("from the leaf up", steps[::-1]),
        "bit-twice": ("a bit tested twice", [steps[0], steps[0], *steps[1:]]),
        "bit-descending": ("a bit after a greater one", [steps[0], steps[2], steps[1]]),
        "bit-1-to-0": ("a bit number altered to the one above", [steps[0], (0, steps[1][1]), steps[2]]),
        "step-added-at-the-end": ("a step below bit 255, where there is none", [*steps, (255, ROOT)]),
    }
    for name, (description, path) in malformed.items():
        given = _of(TRIE, LAST, path_bytes(path, leaf))
        CASES.bad(f"changed-{name}", "trie.verify", given, "MalformedIndex", description)


def _lengths() -> None:
    path, root = proof_of(TRIE, LAST), root_of(TRIE)
    for length in (1, 32, 33, 63, 65, 96, 98, 162):
        given = _given(root, LAST, (path * 2)[:length])
        CASES.bad(f"path-{length}-bytes", "trie.verify", given, "MalformedIndex", f"{length} bytes are no path")
    deep = trie_of(DEEP)
    steps, leaf = path_to(deep, ZERO)
    given = _of(deep, ZERO, path_bytes([*steps, (255, ROOT)], leaf))
    CASES.bad("path-257-steps", "trie.verify", given, "MalformedIndex", "257 steps, more than there are bits")
    given = _of(deep, ZERO, path_bytes([*steps[:128], *steps], leaf))
    CASES.bad("path-384-steps", "trie.verify", given, "MalformedIndex", "384 steps")
    for name, key in (("empty", b""), ("31-bytes", LAST[1:]), ("33-bytes", LAST + b"\x00")):
        given = _given(root, key, path)
        CASES.bad(f"key-{name}", "trie.verify", given, "MalformedIndex", f"a key of {len(key)} bytes")
        given = _given(ZERO, key, b"")
        CASES.bad(f"key-{name}-empty-trie", "trie.verify", given, "MalformedIndex", "no key of the empty trie either")
    for name, cut in (("empty", b""), ("31-bytes", root[1:]), ("33-bytes", root + b"\x00")):
        given = _given(cut, LAST, path)
        CASES.bad(f"root-{name}", "trie.verify", given, "MalformedIndex", f"a root of {len(cut)} bytes")
    given = _given(ZERO[1:], LAST, b"")
    CASES.bad("root-31-zero-bytes", "trie.verify", given, "MalformedIndex", "the empty trie has 32 zero bytes")


def _other_claims() -> None:
    """True paths, shown for something else."""
    root, smaller = root_of(TRIE), trie_of(dict(list(FIVE.items())[:4]))
    first = trie_of(FIRST)
    end_of_40 = path_to(TRIE, key_of("40"))[1]
    claims: dict[str, tuple[str, Object]] = {
        "root-one-bit": ("one bit of the root", _given(flip(root, 128), LAST, proof_of(TRIE, LAST))),
        "root-of-other-size": ("the root before the key was added", _of(smaller, LAST, proof_of(TRIE, LAST))),
        "path-of-other-size": ("the path before the key was added", _of(TRIE, LAST, proof_of(smaller, LAST))),
        "root-is-empty": ("a path under the root of the empty trie", _given(ZERO, LAST, proof_of(TRIE, LAST))),
        "leaf-under-empty-root": ("a lone leaf under it", _given(ZERO, LAST, LAST + ROOT)),
        "path-is-empty": ("the path of the empty trie under another root", _given(root, LAST, b"")),
        "other-author": (
            "the requester's path for the company's key",
            _of(first, COMPANY_KEY, proof_of(first, REQUESTER_KEY)),
        ),
        "disagrees-on-a-tested-bit": (
            "a neighbour where a search does not go",
            _of(TRIE, LAST, proof_of(TRIE, key_of("40"))),
        ),
        "disagrees-at-the-root": (
            "a neighbour on the other side of the root",
            _of(TRIE, LAST, proof_of(TRIE, key_of("80"))),
        ),
        "twin-for-absence": ("the neighbour that shares 255 bits", _of(TRIE, LAST, proof_of(TRIE, ZERO))),
        "leaf-of-other-place": (
            "the leaf of another place on this path",
            _of(TRIE, LAST, proof_of(TRIE, LAST)[:-64] + end_of_40),
        ),
        "root-for-leaf": ("the root itself as sibling", _given(root, LAST, path_bytes([(0, root)], LAST + ROOT))),
    }
    for name, (description, given) in claims.items():
        CASES.bad(f"other-{name.removeprefix('other-')}", "trie.verify", given, "VerificationIndex", description)


def _malformed_tries() -> None:
    """Roots that an operator could anchor. In none of them does a path verify that is not the search itself."""
    low, high = (ZERO, FIVE[ZERO]), (key_of("80"), FIVE[key_of("80")])
    swapped: Trie = (0, high, low)
    given = _of(swapped, low[0])
    CASES.bad(
        "malformed-swapped-taken", "trie.verify", given, "VerificationIndex", "children swapped: the search's way"
    )
    given = _of(swapped, low[0], proof_of((0, low, high), low[0]))
    CASES.bad(
        "malformed-swapped", "trie.verify", given, "VerificationIndex", "children swapped: the path of the right one"
    )
    given = _of(swapped, low[0], path_bytes([(0, root_of(high))], low[0] + low[1]))
    CASES.bad(
        "malformed-swapped-leaf", "trie.verify", given, "VerificationIndex", "children swapped: the leaf is in it"
    )
    inverted: Trie = (1, (0, low, high), (key_of("40"), ROOT))
    CASES.bad("malformed-bits-inverted", "trie.verify", _of(inverted, ZERO), "MalformedIndex", "bit 0 below bit 1")
    twice: Trie = (0, (0, low, low), high)
    CASES.bad("malformed-bit-twice", "trie.verify", _of(twice, ZERO), "MalformedIndex", "bit 0 below bit 0")
    astray: Trie = (0, (1, low, high), (key_of("c0"), ROOT))
    given = _of(astray, key_of("40"))
    CASES.bad(
        "malformed-leaf-astray", "trie.verify", given, "VerificationIndex", "a leaf where its own search does not go"
    )
    given = _of(astray, high[0], path_bytes(path_to(astray, key_of("40"))[0], high[0] + high[1]))
    CASES.bad("malformed-leaf-astray-shown", "trie.verify", given, "VerificationIndex", "that leaf shown as present")
    late: Trie = (7, low, high)
    description = "bit 7 tested where keys differ in bit 0: the search for the first key finds it"
    CASES.good("malformed-reached", "trie.verify", _of(late, low[0]), {"value": low[1].hex()}, description)
    given = _of(late, high[0])
    description = "and the search for the second one ends at the first, by every path"
    CASES.good("malformed-unreached", "trie.verify", given, {"value": None}, description)


def _other_hashing() -> None:
    """The path is right, the root was computed in another way."""
    steps, leaf = path_to(TRIE, LAST)
    roots: dict[str, tuple[str, bytes]] = {
        "leaf-tag-00": ("a leaf hashed as a leaf of the log", _fold(steps, leaf, leaf_tag=b"\x00")),
        "inner-tag-01": ("inner nodes hashed as those of the log", _fold(steps, leaf, inner_tag=b"\x01")),
        "no-tags": ("without tags", _fold(steps, leaf, leaf_tag=b"", inner_tag=b"")),
        "no-bit": ("without the bit", _fold(steps, leaf, width=0)),
        "bit-in-two-bytes": ("the bit in two bytes", _fold(steps, leaf, width=2)),
        "always-left": ("the path always on the left", _fold(steps, leaf, key=ZERO)),
        "least-significant-first": ("the bits of a byte from the least significant", root_of(_mirrored(FIVE))),
        "uncompressed": ("an inner node for each bit", _uncompressed(FIVE)),
    }
    for name, (description, root) in roots.items():
        given = _given(root, LAST, path_bytes(steps, leaf))
        CASES.bad(f"hash-{name}", "trie.verify", given, "VerificationIndex", description)
    mirrored = _mirrored(FIVE)
    given = _given(root_of(mirrored), LAST, path_bytes(*_mirrored_path(mirrored)))
    CASES.bad(
        "hash-least-significant-first-path", "trie.verify", given, "VerificationIndex", "and the path of that trie"
    )


def _fold(
    steps: list[Step],
    leaf: bytes,
    *,
    leaf_tag: bytes = b"\x02",
    inner_tag: bytes = b"\x03",
    width: int = 1,
    key: bytes = LAST,
) -> bytes:
    node = sha256(leaf_tag + leaf)
    for bit, sibling in reversed(steps):
        pair = sibling + node if bits(key)[bit] == "1" else node + sibling
        number = bit.to_bytes(width) if width else b""
        node = sha256(inner_tag + number + pair)
    return node


def _mirror(key: bytes) -> bytes:
    return bytes(int(f"{byte:08b}"[::-1], 2) for byte in key)


def _mirrored(entries: Entries) -> Trie:
    return _relabelled(trie_of({_mirror(key): value for key, value in entries.items()}))


def _relabelled(trie: Trie) -> Trie:
    if trie is None:
        return None
    if len(trie) == 2:
        return _mirror(trie[0]), trie[1]
    return trie[0], _relabelled(trie[1]), _relabelled(trie[2])


def _mirrored_path(trie: Trie) -> tuple[list[Step], bytes]:
    steps, _ = path_to(trie, _mirror(LAST))
    return steps, LAST + FIVE[LAST]


def _uncompressed(entries: Entries, bit: int = 0) -> bytes:
    if len(entries) < 2:
        return root_of(trie_of(entries))
    sides = [{key: value for key, value in entries.items() if bits(key)[bit] == side} for side in "01"]
    left, right = (_uncompressed(side, bit + 1) for side in sides)
    return sha256(b"\x03" + bytes([bit]) + left + right)


if __name__ == "__main__":
    main()
