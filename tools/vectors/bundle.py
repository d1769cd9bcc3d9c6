"""Cases for the container of a bundle: ``python -m tools.vectors.bundle``."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
from collections.abc import Callable
from typing import Any

from ledger.bundle import MAX_BYTES
from ledger.disclosure import Disclosure
from ledger.encoding import encode_base64, encode_json
from ledger.evm import keccak256
from ledger.leaf import INDEX_V1
from ledger.statement import CURVE_ORDER
from tools.vectors._authority import Authority
from tools.vectors._bundle_files import bad_files, files, good_files
from tools.vectors._bundle_index import bad_parts as bad_index_parts
from tools.vectors._bundle_index import good_parts as good_index_parts
from tools.vectors._bundle_stamps import bad_stamps, good_stamps
from tools.vectors._bundles import AUDITOR, OPENED, REQUESTER, SENT, Maker, open_ledger
from tools.vectors.writing import Cases

PARSE = "bundle.parse"
Value = dict[str, Any]
Change = Callable[[Value], object]


def whole() -> Value:
    """A bundle with every part, as plain JSON."""
    maker = Maker(transactions=1, rule=INDEX_V1, auditors=(AUDITOR,), authorities=(Authority("alpha"),))
    open_ledger(maker)
    maker.say("case.opened", OPENED, REQUESTER, in_case=False)
    opened = Disclosure.make(bytes(16), "mail", "kept by its author")
    maker.disclosures = (opened.encoded,)
    maker.submit(maker.say("request.sent", SENT, REQUESTER, digests=(opened.digest,)))
    maker.anchor()
    value: Value = json.loads(maker.bundle().encode())
    return {**value, "files": files()}


WHOLE = whole()
SMALL: Value = {name: WHOLE[name] for name in ("habeas_bundle", "ledger", "case")}
# One statement is enough to show what is wrong in it.
ONE: Value = {**SMALL, "statements": {"2": WHOLE["statements"]["2"]}}
ANCHORED: Value = {**SMALL, "anchors": WHOLE["anchors"]}
SIZE = next(iter(WHOLE["anchors"]))
INDEXED: Value = {**SMALL, "index": WHOLE["index"], "replay": WHOLE["replay"]}
FILED: Value = {**SMALL, "files": WHOLE["files"]}
STAMPED: Value = {**SMALL, "stamps": WHOLE["stamps"]}
LISTED = {"entries" in shown: key for key, shown in WHOLE["index"]["lists"].items()}
"""A key whose list has entries (True), and one that the index does not have (False)."""


def text(value: Value) -> str:
    return encode_json(value).decode("ascii")


def changed(base: Value, change: Change) -> str:
    value = copy.deepcopy(base)
    change(value)
    return text(value)


def expected(value: Value) -> Value:
    """What a reader finds, from the plain JSON and not through ``ledger.bundle``."""
    statements = value.get("statements", {})
    ids = {
        index: hashlib.sha256(encode_json(item["signed"]["statement"])).hexdigest()
        for index, item in statements.items()
    }
    return {
        "ledger": value["ledger"],
        "case": value["case"][2:],
        "statements": dict(sorted(ids.items(), key=lambda item: int(item[0]))),
        "anchors": sorted(map(int, value.get("anchors", {}))),
        "blocks": sorted(keccak256(base64.b64decode(block)).hex() for block in value.get("blocks", [])),
        "checkpoint": "checkpoint" in value,
        "disclosures": len(value.get("disclosures", [])),
        "submitted": sorted(map(int, value.get("submitted", {}))),
        "index": None if "index" not in value else _index(value["index"]),
        "replay": None if "replay" not in value else len(base64.b64decode(value["replay"]["path"])) // 32,
        "stamps": {size: len(item["tokens"]) for size, item in sorted(value.get("stamps", {}).items())},
        "files": {name[2:]: len(base64.b64decode(item)) for name, item in sorted(value.get("files", {}).items())},
    }


def _index(value: Value) -> Value:
    lists = {key[2:]: shown.get("entries") for key, shown in sorted(value["lists"].items())}
    entries = {key: None if text is None else base64.b64decode(text).hex() for key, text in lists.items()}
    return {"size": value["size"], "lists": entries}


def good(cases: Cases) -> None:
    def add(name: str, bundle: str, why: str) -> None:
        cases.good(name, PARSE, {"bundle": bundle}, expected(json.loads(bundle)), why)

    add("whole", text(WHOLE), "Every part.")
    add("nothing-shown", text(SMALL), "The three members that must be there.")
    for part in (
        "statements",
        "anchors",
        "blocks",
        "checkpoint",
        "disclosures",
        "submitted",
        "index",
        "replay",
        "stamps",
        "files",
    ):
        bundle = changed(WHOLE, lambda value, part=part: value.pop(part))  # type: ignore[misc]  # bound in the loop
        add(f"without-{part}", bundle, "A part that is left out is not checked; the rest is read.")
    add(
        "statement-alone",
        changed(ONE, lambda v: (v["statements"]["2"].pop("path"), v["statements"]["2"].pop("size"))),
        "A statement whose place is not shown.",
    )
    add(
        "anchor-without-index-leaf",
        changed(ANCHORED, lambda v: v["anchors"][SIZE].pop("index_leaf")),
        "An anchor whose last leaf is not shown.",
    )
    good_index_parts(lambda name, change, why: add(name, changed(INDEXED, change), why), LISTED[True], LISTED[False])
    good_files(lambda name, change, why: add(name, changed(FILED, change), why))
    good_stamps(lambda name, change, why: add(name, changed(STAMPED, change), why), SIZE)
    add(
        "path-empty",
        changed(ONE, lambda v: v["statements"]["2"].update(path="")),
        "The only leaf of a tree has an empty path.",
    )


def bad_container(cases: Cases) -> None:
    def add(name: str, bundle: str, why: str, error: str = "MalformedBundle", **given: object) -> None:
        cases.bad(name, PARSE, {"bundle": bundle, **given}, error, why)

    small = text(SMALL)
    add("empty", "", "No bytes.", "MalformedJson")
    add("null", "null", "No object.")
    add("list", f"[{small}]", "The object stands in a list.")
    add("line-end", small + "\n", "A line end is a second spelling.", "MalformedJson")
    add("space", small.replace(",", ", ", 1), "A space between tokens.", "MalformedJson")
    add(
        "unsorted",
        json.dumps(dict(reversed(SMALL.items())), separators=(",", ":")),
        "Members out of order.",
        "MalformedJson",
    )
    add("member-twice", small.replace("{", '{"case":"0x",', 1), "Parsers differ in which one wins.", "MalformedJson")
    add(
        "not-ascii",
        changed(SMALL, lambda v: None).replace("habeas.example", "häbeas.example"),
        "No ASCII.",
        "MalformedJson",
    )
    add("cut-off", small[:-1], "The last byte is missing.", "MalformedJson")
    add("too-deep", small[:-1] + ',"x":' + "[" * 9 + "]" * 9 + "}", "Ten levels.", "MalformedSize")
    add("over-limit", small, f"{MAX_BYTES + 1} bytes.", "MalformedSize", spaces_after=MAX_BYTES + 1 - len(small))
    add("unknown-member", changed(SMALL, lambda v: v.update(verdict="late")), "What nobody checks is not carried.")
    for member in SMALL:
        add(
            f"without-{member}",
            text({name: item for name, item in SMALL.items() if name != member}),
            "It must be there.",
        )
    for name, version in (("2", 2), ("true", True), ("text", "1")):
        add(f"version-{name}", text({**SMALL, "habeas_bundle": version}), "Only the integer 1.")
    add("case-short", changed(SMALL, lambda v: v.update(case=v["case"][:-2])), "31 bytes.")
    add("case-upper-case", changed(SMALL, lambda v: v.update(case="0x" + v["case"][2:].upper())), "One spelling.")
    add("ledger-with-space", changed(SMALL, lambda v: v.update(ledger="habeas example")), "No origin.")
    add("ledger-number", changed(SMALL, lambda v: v.update(ledger=1)), "A number.")
    for part, nothing in (("statements", {}), ("anchors", {}), ("submitted", {}), ("blocks", []), ("disclosures", [])):
        add(f"{part}-empty", text({**SMALL, part: nothing}), "Left out is the one spelling.")
        add(f"{part}-null", text({**SMALL, part: None}), "Never null.")
    add("checkpoint-null", changed(SMALL, lambda v: v.update(checkpoint=None)), "Never null.")


def bad_parts(cases: Cases) -> None:
    def add(name: str, bundle: str, why: str, error: str = "MalformedBundle") -> None:
        cases.bad(name, PARSE, {"bundle": bundle}, error, why)

    one = ONE["statements"]["2"]
    for key in ("02", "-2", "2.0", "two", "", "9007199254740992", "+2"):
        name = {"": "nothing", "-2": "negative", "2.0": "fraction", "+2": "plus", "9007199254740992": "over-2-53"}.get(
            key, key
        )
        add(
            f"index-{name}",
            text({**SMALL, "statements": {key: one}}),
            "Keys are decimal numbers, 0 to 2^53-1, no zeros before.",
        )

    def statement(name: str, change: Change, why: str, error: str = "MalformedBundle") -> None:
        add(f"statement-{name}", changed(ONE, lambda v: change(v["statements"]["2"])), why, error)

    statement("unsigned", lambda s: s.pop("signed"), "The signed statement is missing.")
    statement("unknown-member", lambda s: s.update(time="2026-11-20"), "Times come from blocks alone.")
    statement("size-text", lambda s: s.update(size=str(s["size"])), "A text.")
    statement("size-true", lambda s: s.update(size=True), "true is no integer.")
    statement("path-31-bytes", lambda s: s.update(path=encode_base64(bytes(31))), "Hashes have 32 bytes.")
    statement("path-65-hashes", lambda s: s.update(path=encode_base64(bytes(65 * 32))), "At most 64.")
    statement("path-unpadded", lambda s: s.update(path=s["path"].rstrip("=")), "Padded base64 is the one spelling.")
    statement("path-of-texts", lambda s: s.update(path=[s["path"]]), "One text, not a list.")
    statement(
        "kind-upper-case",
        lambda s: s["signed"]["statement"].update(kind="Request.Sent"),
        "No kind.",
        "MalformedStatement",
    )
    statement("author-missing", lambda s: s["signed"]["statement"].pop("author"), "No author.", "MalformedStatement")
    statement(
        "signature-short",
        lambda s: s["signed"].update(signature=s["signed"]["signature"][:-2]),
        "64 bytes.",
        "MalformedSignature",
    )
    statement(
        "signature-high-s",
        lambda s: s["signed"].update(signature=_high_s(s["signed"]["signature"])),
        "The other spelling of the same signature.",
        "MalformedSignature",
    )
    statement(
        "signature-v-0",
        lambda s: s["signed"].update(signature=s["signed"]["signature"][:-2] + "00"),
        "v is 27 or 28.",
        "MalformedSignature",
    )

    def anchor(name: str, change: Change, why: str) -> None:
        add(f"anchor-{name}", changed(ANCHORED, lambda v: change(v["anchors"][SIZE])), why)

    for member in ("header", "transaction", "log", "nodes"):
        anchor(f"without-{member}", lambda a, m=member: a.pop(m), "A receipt is shown whole or not at all.")  # type: ignore[misc]
    anchor("no-nodes", lambda a: a.update(nodes=[]), "At least the root.")
    anchor("65-nodes", lambda a: a.update(nodes=a["nodes"] * 65), "At most 64.")
    anchor("nodes-a-text", lambda a: a.update(nodes=a["nodes"][0]), "A list.")
    anchor("header-hexadecimal", lambda a: a.update(header="0x0"), "Bytes are base64.")
    anchor("log-true", lambda a: a.update(log=True), "true is no integer.")
    anchor("index-leaf-list", lambda a: a.update(index_leaf=[]), "A text.")
    anchor("unknown-member", lambda a: a.update(block=1), "The number stands in the header.")
    add(
        "submitted-with-path",
        text({**SMALL, "submitted": {"0": {**WHOLE["submitted"]["0"], "path": ""}}}),
        "A submission has no path.",
    )
    bad_index_parts(lambda name, change, *told: add(name, changed(INDEXED, change), *told), LISTED[True])
    bad_files(lambda name, change, *told: add(name, changed(FILED, change), *told))
    bad_stamps(lambda name, change, *told: add(name, changed(STAMPED, change), *told), SIZE)
    blocks = WHOLE["blocks"]
    add("blocks-descending", text({**SMALL, "blocks": blocks[::-1]}), "Ascending by hash.")
    add("blocks-twice", text({**SMALL, "blocks": [blocks[0], blocks[0]]}), "Each once.")
    add("blocks-not-base64", text({**SMALL, "blocks": ["f90262"]}), "Canonical base64.")
    add("disclosures-of-objects", text({**SMALL, "disclosures": [{"name": "mail"}]}), "Encoded texts.")
    add(
        "checkpoint-plain",
        text({**SMALL, "checkpoint": "habeas.example/main"}),
        "base64, because a note has line ends.",
    )


def _high_s(signature: str) -> str:
    raw = bytes.fromhex(signature[2:])
    high = CURVE_ORDER - int.from_bytes(raw[32:64])
    return "0x" + (raw[:32] + high.to_bytes(32) + bytes([55 - raw[64]])).hex()


def main() -> None:
    """Write the folder."""
    cases = Cases("bundle")
    good(cases)
    bad_container(cases)
    bad_parts(cases)
    cases.write()


if __name__ == "__main__":
    main()
