"""Bundle cases for the parts ``index`` and ``replay``: each member, well formed and not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.encoding import encode_base64

Value = dict[str, Any]
Change = Callable[[Value], object]
Add = Callable[..., None]
"""Takes the name of a case, what it changes, why, and the class of the error where it is not MalformedBundle."""


def good_parts(add: Add, key: str, empty: str) -> None:
    """``key`` is that of a list with entries, ``empty`` of one that the index does not have."""
    add(
        "index-no-list",
        lambda v: v["index"].update(lists={}),
        "The size alone; which lists are needed is no matter of form.",
    )
    add("index-size-0", lambda v: v["index"].update(size=0), "A size that no tree has is well formed.")
    add(
        "list-without-entries",
        lambda v: v["index"]["lists"][key].pop("entries"),
        "It says that the index has none there.",
    )
    add(
        "list-entries-empty",
        lambda v: v["index"]["lists"][empty].update(entries=""),
        "A list of no entry: false, not malformed.",
    )
    add(
        "list-entries-39-bytes",
        lambda v: v["index"]["lists"][key].update(entries=_bytes(39)),
        "What a list is, assessing says.",
    )
    add(
        "list-proof-empty",
        lambda v: v["index"]["lists"][empty].update(proof=""),
        "What a search path is, assessing says.",
    )
    add("replay-path-empty", lambda v: v["replay"].update(path=""), "The index leaf would be the only leaf.")
    add("replay-without-index", lambda v: v.pop("index"), "A part that is left out leaves the others readable.")
    add("index-without-replay", lambda v: v.pop("replay"), "Nobody's word for the index.")


def bad_parts(add: Add, key: str) -> None:
    """Almost everything is ``MalformedBundle``."""

    def index(name: str, change: Change, why: str) -> None:
        add(f"index-{name}", lambda v: change(v["index"]), why)

    for member in ("size", "lists"):
        index(f"without-{member}", lambda i, m=member: i.pop(m), "It must be there.")  # type: ignore[misc]  # bound in the loop
    index("unknown-member", lambda i: i.update(root="0x" + "00" * 32), "The root stands in the index leaf.")
    for name, size in (("text", "6"), ("true", True), ("null", None)):
        index(f"size-{name}", lambda i, s=size: i.update(size=s), "An integer from 0 to 2^53-1.")  # type: ignore[misc]
    for name, size in (("negative", -1), ("over-2-53", 2**53)):
        change: Change = lambda v, s=size: v["index"].update(size=s)  # type: ignore[misc]  # noqa: E731
        add(f"index-size-{name}", change, "An integer from 0 to 2^53-1.", "MalformedJson")
    for name, lists in (("a-list", []), ("null", None), ("text", "")):
        index(f"lists-{name}", lambda i, value=lists: i.update(lists=value), "An object keyed by index keys.")  # type: ignore[misc]
    for name, other in (
        ("upper-case", "0x" + key[2:].upper()),
        ("short", key[:-2]),
        ("long", key + "00"),
        ("without-0x", key[2:]),
        ("nothing", ""),
    ):
        index(
            f"key-{name}",
            lambda i, k=other: i["lists"].update({k: i["lists"].pop(key)}),
            "0x and 64 lower-case digits.",
        )  # type: ignore[misc]
    add("index-empty", lambda v: v.update(index={}), "Left out is the one spelling.")
    add("index-null", lambda v: v.update(index=None), "Never null.")
    add("index-a-list", lambda v: v.update(index=[v["index"]]), "One index, at one size.")

    def shown(name: str, change: Change, why: str) -> None:
        add(f"list-{name}", lambda v: change(v["index"]["lists"][key]), why)

    shown("without-proof", lambda s: s.pop("proof"), "Entries without a path would be a bare claim.")
    shown("unknown-member", lambda s: s.update(author="0x" + "11" * 20), "Whose list it is follows from the key.")
    shown("proof-no-base64", lambda s: s.update(proof="0x0"), "Padded base64.")
    shown("proof-unpadded", lambda s: s.update(proof="AA"), "Padded base64 is the one spelling.")
    shown("proof-null", lambda s: s.update(proof=None), "A text.")
    shown("entries-null", lambda s: s.update(entries=None), "Left out is the one spelling of no list.")
    shown("entries-of-texts", lambda s: s.update(entries=[s["entries"]]), "One text, not a list.")
    add("list-empty", lambda v: v["index"]["lists"].update({key: {}}), "A list has a search path.")
    add("list-a-text", lambda v: v["index"]["lists"].update({key: ""}), "An object.")
    _bad_replay(add)


def _bad_replay(add: Add) -> None:
    def replay(name: str, change: Change, why: str) -> None:
        add(f"replay-{name}", lambda v: change(v["replay"]), why)

    for member in ("checkpoint", "path"):
        replay(f"without-{member}", lambda r, m=member: r.pop(m), "Shown whole or not at all.")  # type: ignore[misc]
    replay("unknown-member", lambda r: r.update(auditors=["auditor.example"]), "The lines of the note name them.")
    replay(
        "checkpoint-plain",
        lambda r: r.update(checkpoint="habeas.example/main"),
        "base64, because a note has line ends.",
    )
    replay("checkpoint-null", lambda r: r.update(checkpoint=None), "Never null.")
    replay("path-31-bytes", lambda r: r.update(path=_bytes(31)), "Hashes have 32 bytes.")
    replay("path-65-hashes", lambda r: r.update(path=_bytes(65 * 32)), "At most 64.")
    replay("path-of-texts", lambda r: r.update(path=[r["path"]]), "One text, not a list.")
    add("replay-empty", lambda v: v.update(replay={}), "Left out is the one spelling.")
    add("replay-null", lambda v: v.update(replay=None), "Never null.")
    add("replay-a-list", lambda v: v.update(replay=[v["replay"]]), "One checkpoint bears all lines.")


def _bytes(length: int) -> str:
    return encode_base64(bytes(length))
