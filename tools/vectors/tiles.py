"""Cases for tile and addenda names, tiles and entry bundles: ``python -m tools.vectors.tiles``."""

from __future__ import annotations

import hashlib

from tools.vectors._merkle_tree import root
from tools.vectors.writing import Cases

DIGEST = bytes.fromhex("66355ce23a978172ee8fca2da0a3774b1a24978154c285ed2f73a8f950068715")


def names(cases: Cases) -> None:
    def good(name: str, path: str, ok: dict[str, object], why: str) -> None:
        cases.good(f"path-{name}", "tiles.path", ok, {"path": path}, f"{why} Written.")
        cases.good(f"parse-path-{name}", "tiles.parse_path", {"path": path}, ok, f"{why} Read.")

    good("first", "tile/0/000", {"level": 0, "index": 0, "width": 256}, "The first tile.")
    good("partial", "tile/0/273.p/112", {"level": 0, "index": 273, "width": 112}, "C2SP's size 70,000.")
    good("group-of-two", "tile/1/x001/000", {"level": 1, "index": 1000, "width": 256}, "Index 1,000.")
    good("c2sp-grouping", "tile/0/x001/x234/067", {"level": 0, "index": 1234067, "width": 256}, "C2SP's index.")
    good("level-63", "tile/63/000.p/1", {"level": 63, "index": 0, "width": 1}, "The highest level.")
    largest = (2**53 - 1) // 256
    text = "tile/0/x035/x184/x372/x088/831.p/255"
    good("largest-index", text, {"level": 0, "index": largest, "width": 255}, "The last tile of 2^53-1 leaves.")
    good("entries", "tile/entries/x001/067.p/9", {"entries": True, "index": 1067, "width": 9}, "A bundle.")
    good("entries-full", "tile/entries/999", {"entries": True, "index": 999, "width": 256}, "A full bundle.")

    for name, level, index, width, why in (
        ("level-64", 64, 0, 256, "Levels end at 63."),
        ("level-negative", -1, 0, 256, "No level below 0."),
        ("index-negative", 0, -1, 256, "No index below 0."),
        ("index-over", 0, largest + 1, 256, "Past 2^53-1 leaves."),
        ("width-0", 0, 0, 0, "Empty tiles do not exist."),
        ("width-257", 0, 0, 257, "A tile is 256 wide at most."),
    ):
        given = {"level": level, "index": index, "width": width}
        cases.bad(f"path-{name}", "tiles.path", given, "MalformedTile", why)
    for name, path, why in (
        ("partial-of-full-width", "tile/0/000.p/256", "A tile of 256 is not partial."),
        ("partial-of-width-0", "tile/0/000.p/0", "Empty tiles do not exist."),
        ("width-leading-zero", "tile/0/000.p/01", "A leading zero."),
        ("width-over", "tile/0/000.p/999", "Wider than a tile."),
        ("width-missing", "tile/0/000.p/", "No width."),
        ("level-64-written", "tile/64/000", "Levels end at 63."),
        ("level-leading-zero", "tile/00/000", "A leading zero."),
        ("level-hexadecimal", "tile/a/000", "Not decimal."),
        ("level-missing", "tile//000", "No level."),
        ("index-two-digits", "tile/0/67", "Groups have three digits."),
        ("index-four-digits", "tile/0/1067", "Groups have three digits."),
        ("index-group-without-x", "tile/0/001/067", "Every group but the last begins with x."),
        ("index-last-group-with-x", "tile/0/x001/x067", "The last group does not."),
        ("index-zero-group", "tile/0/x000/067", "A group of zeros in front."),
        ("index-upper-case-x", "tile/0/X001/067", "Another letter."),
        ("index-over-written", "tile/0/x035/x184/x372/x088/832", "Past 2^53-1 leaves."),
        ("index-many-groups", "tile/0/" + "x999/" * 40 + "999", "No number is read before its length."),
        ("index-arabic-digits", "tile/0/٠٠٠", "Decimal digits, but no ASCII ones."),
        ("entries-at-level", "tile/0/entries/000", "Bundles have no level."),
        ("slash-before", "/tile/0/000", "The path is below the prefix."),
        ("slash-after", "tile/0/000/", "A slash after."),
        ("newline-after", "tile/0/000\n", "A newline after."),
        ("parent-folder", "tile/0/../0/000", "No way up."),
        ("query", "tile/0/000?x", "No query."),
        ("data-tile", "tile/data/000", "The older name of entry bundles."),
        ("empty", "", "Nothing."),
    ):
        cases.bad(f"parse-path-{name}", "tiles.parse_path", {"path": path}, "MalformedTile", why)


def addenda(cases: Cases) -> None:
    text = DIGEST.hex()
    path = f"addenda/66/35/{text}"
    given = {"digest": text}
    cases.good("addendum-path", "addenda.path", given, {"path": path}, "The first signed statement, written.")
    cases.good("addendum-parse", "addenda.parse_path", {"path": path}, given, "The same, read.")
    cases.bad("addendum-path-31-bytes", "addenda.path", {"digest": text[2:]}, "MalformedTile", "A byte short.")
    for name, wrong, why in (
        ("wrong-folder", f"addenda/66/36/{text}", "The folder is another digest's."),
        ("folders-swapped", f"addenda/35/66/{text}", "The second byte first."),
        ("upper-case", f"addenda/66/35/{text.upper()}", "Upper-case digits."),
        ("63-digits", f"addenda/66/35/{text[:-1]}", "A digit short."),
        ("one-folder", f"addenda/66/{text}", "A folder is missing."),
        ("marker", "addenda.v1", "The marker is no addendum."),
        ("newline-after", f"{path}\n", "A newline after."),
    ):
        cases.bad(f"addendum-{name}", "addenda.parse_path", {"path": wrong}, "MalformedTile", why)


def sizes(cases: Cases) -> None:
    for size, widths, why in (
        (0, [], "Nothing."),
        (1, [1], "One leaf."),
        (255, [255], "The widest partial tile."),
        (256, [0, 1], "C2SP: a full tile and a partial one above."),
        (257, [1, 1], "One more."),
        (65536, [0, 0, 1], "256 full tiles, one full above, one hash on top."),
        (70000, [112, 17, 1], "C2SP's example."),
    ):
        cases.good(f"widths-{size}", "tiles.partial_widths", {"size": size}, {"widths": widths}, why)
    full = [[0, n, 256] for n in range(273)]
    at_70000 = [*full, [0, 273, 112], [1, 0, 256], [1, 1, 17], [2, 0, 1]]
    for old, new, tiles, why in (
        (0, 0, [], "Nothing grows."),
        (5, 5, [], "Nothing grows."),
        (0, 1, [[0, 0, 1]], "The first leaf."),
        (1, 2, [[0, 0, 2]], "A new partial tile for the new size."),
        (255, 256, [[0, 0, 256], [1, 0, 1]], "The first full tile."),
        (256, 257, [[0, 1, 1]], "The level above does not change."),
        (256, 512, [[0, 1, 256], [1, 0, 2]], "The second full tile."),
        (65535, 65536, [[0, 255, 256], [1, 0, 256], [2, 0, 1]], "Three levels at once."),
        (0, 70000, at_70000, "C2SP's example; partial tiles between are not written."),
    ):
        bundles = [[index, width] for level, index, width in tiles if level == 0]
        given = {"old": old, "new": new}
        ok = {"tiles": tiles, "bundles": bundles}
        cases.good(f"between-{old}-{new}", "tiles.between", given, ok, why)
    cases.bad("between-2-1", "tiles.between", {"old": 2, "new": 1}, "MalformedTile", "A tree never shrinks.")
    largest = 2**53 - 1
    nothing: dict[str, object] = {"tiles": [], "bundles": []}
    given = {"old": largest, "new": largest}
    cases.good("between-largest-and-itself", "tiles.between", given, nothing, "The largest tree.")
    for name, old, new in (("to-2-53", largest, 2**53), ("from-negative", -1, 1)):
        given = {"old": old, "new": new}
        cases.bad(f"between-{name}", "tiles.between", given, "MalformedTile", "No tree has such a size.")
    for name, size in (("negative", -1), ("2-53", 2**53)):
        cases.bad(f"widths-{name}", "tiles.partial_widths", {"size": size}, "MalformedTile", "No tree has this size.")
    widths = [255] * 6 + [31]
    cases.good("widths-largest", "tiles.partial_widths", {"size": largest}, {"widths": widths}, "The largest tree.")


def contents(cases: Cases) -> None:
    for size in (1, 255, 256, 300):
        leaves = [hashlib.sha256(b"\0" + number.to_bytes(8, "big")).digest() for number in range(size)]
        tiles = {f"tile/0/{n:03}" + width_of(len(part)): b"".join(part) for n, part in enumerate(groups(leaves))}
        if size >= 256:
            tiles["tile/1/000.p/1"] = root(leaves[:256])
        ok = {
            "root": root(leaves).hex(),
            "tiles": {name: hashlib.sha256(data).hexdigest() for name, data in tiles.items()},
        }
        why = "Leaf i is 8 bytes, big-endian; each tile by the SHA-256 of its bytes."
        cases.good(f"tree-{size}", "tiles.tree", {"size": size}, ok, why)
    two = {"data": (DIGEST + bytes(32)).hex(), "width": 2}
    cases.good("parse-tile", "tiles.parse_tile", two, {"hashes": [DIGEST.hex(), "00" * 32]}, "Two hashes.")
    for name, data, width, why in (
        ("short", DIGEST[:-1], 1, "A byte short."),
        ("long", DIGEST + b"\0", 1, "A byte too many."),
        ("narrower", DIGEST, 2, "One hash where two are named."),
        ("wider", DIGEST * 2, 1, "Two hashes where one is named."),
        ("empty", b"", 0, "Empty tiles do not exist."),
        ("257", DIGEST * 257, 257, "Wider than a tile."),
    ):
        given = {"data": data.hex(), "width": width}
        cases.bad(f"parse-tile-{name}", "tiles.parse_tile", given, "MalformedTile", why)
    entries(cases)


def entries(cases: Cases) -> None:
    def good(name: str, data: bytes, found: list[bytes], why: str) -> None:
        ok = {"entries": [entry.hex() for entry in found]}
        cases.good(f"entries-{name}", "tiles.parse_entries", {"data": data.hex(), "width": len(found)}, ok, why)

    good("one", b"\x00\x03abc", [b"abc"], "Length, big-endian, then the entry.")
    good("empty-entry", b"\x00\x00\x00\x01z", [b"", b"z"], "An entry may be empty.")
    good("length-two-bytes", b"\x01\x00" + b"y" * 256, [b"y" * 256], "A length over 255.")
    for name, data, width, why in (
        ("none", b"", None, "No entry."),
        ("length-cut", b"\x00\x01a\x00", None, "Half a length."),
        ("entry-cut", b"\x00\x04abc", None, "The entry runs past the end."),
        ("trailing-byte", b"\x00\x01ab", None, "A byte after the last entry."),
        ("length-little-endian", b"\x03\x00abc", None, "The length's bytes swapped."),
        ("fewer", b"\x00\x01a", 2, "One entry where two are named."),
        ("more", b"\x00\x01a\x00\x01b", 1, "Two entries where one is named."),
        ("257", b"\x00\x00" * 257, None, "More than a bundle holds."),
    ):
        given: dict[str, object] = {"data": data.hex()}
        given |= {} if width is None else {"width": width}
        cases.bad(f"entries-{name}", "tiles.parse_entries", given, "MalformedTile", why)


def groups(leaves: list[bytes]) -> list[list[bytes]]:
    return [leaves[start : start + 256] for start in range(0, len(leaves), 256)]


def width_of(width: int) -> str:
    return "" if width == 256 else f".p/{width}"


def main() -> None:
    cases = Cases("tiles")
    names(cases)
    addenda(cases)
    sizes(cases)
    contents(cases)
    cases.write()


if __name__ == "__main__":
    main()
