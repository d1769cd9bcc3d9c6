"""Assessment cases about claims that are there and false."""

from __future__ import annotations

import base64

from ledger.checkpoint import Checkpoint, sign_checkpoint
from ledger.encoding import encode_base64, encode_hex, sha256
from ledger.note import SigningKey
from tools.vectors._assessment_case import (
    FAILED,
    MAKER,
    NOT_CHECKED,
    PASSED,
    POLICY,
    SIZE,
    WHOLE,
    Change,
    Value,
    Writer,
    every,
    missing,
    no_index,
    without,
)
from tools.vectors._assessment_case import (
    base as base_result,
)
from tools.vectors._bundles import LOG_KEY, OPERATOR, ORIGIN, STRANGER, address


def false_claims(w: Writer) -> None:
    """What is there and false fails, wherever it hangs."""
    other = WHOLE["statements"]["4"]["signed"]["signature"]
    bad = missing(dict.fromkeys(("statement/3/signature", "statement/3/recorded"), FAILED))
    bad["statement/3/author"] = NOT_CHECKED
    bad["submitted/0/receipt"] = NOT_CHECKED
    w.add(
        "signature-of-another",
        "The signature of another statement.",
        1,
        bad,
        change=lambda v: v["statements"]["3"]["signed"].update(signature=other),
        grades={"3": "none"},
        finding=None,
    )
    date = {**bad}
    change = lambda v: v["statements"]["3"]["signed"]["statement"]["facts"].update(sent_on="2026-11-19")  # noqa: E731
    w.add(
        "fact-changed",
        "One day earlier than was signed.",
        1,
        date,
        change=change,
        grades={"3": "none"},
        finding=None,
    )
    recorded = missing({"statement/3/recorded": FAILED})
    w.add(
        "path-of-another",
        "The path of another leaf.",
        1,
        recorded,
        change=lambda v: v["statements"]["3"].update(path=v["statements"]["2"]["path"]),
        finding=None,
    )
    w.add(
        "path-longer",
        "One hash too many.",
        1,
        recorded,
        change=lambda v: v["statements"]["3"].update(path=_longer(v["statements"]["3"]["path"])),
        finding=None,
    )
    moved = {
        name.replace("/3/", "/1000/"): value for name, value in base_result(PASSED).items() if "statement/3/" in name
    }
    moved["statement/1000/recorded"] = FAILED
    w.add(
        "index-of-another",
        "The same statement at another index.",
        1,
        missing(without("statement/3/"), moved),
        change=_move,
        grades={"3": None, "1000": "self_stated"},
        finding=None,
    )
    w.add(
        "index-leaf-of-another-size",
        "It names another size.",
        1,
        {f"anchor/{SIZE}/index-leaf": FAILED, **no_index()},
        change=_other_index_leaf,
        finding=None,
    )
    w.add(
        "checkpoint-of-another-root",
        "The log signed another root for this size.",
        1,
        {"checkpoint": FAILED},
        change=_checkpoint(SIZE, sha256(b"fork"), LOG_KEY),
        finding=None,
    )
    stranger = SigningKey(ORIGIN, bytes(32))
    w.add(
        "checkpoint-of-another-key",
        "Another key signed it.",
        1,
        {"checkpoint": FAILED},
        change=_checkpoint(SIZE, MAKER.roots[SIZE], stranger),
        finding=None,
    )
    w.add(
        "checkpoint-without-anchor",
        "Its size has no anchor here: it says nothing.",
        0,
        {"checkpoint": NOT_CHECKED},
        change=_checkpoint(SIZE + 4, sha256(b"later"), LOG_KEY),
    )
    log = POLICY.replace(encode_hex(address(OPERATOR)), encode_hex(address(STRANGER)))
    failing: dict[str, str | None] = {**every("/recorded", NOT_CHECKED), **without("index-leaf")}
    failing |= {f"anchor/{SIZE}/canonical": NOT_CHECKED, f"anchor/{SIZE}/receipt": FAILED}
    failing |= {"submitted/0/canonical": NOT_CHECKED, "submitted/0/receipt": FAILED, "ledger/opened": NOT_CHECKED}
    failing |= {"fresh": NOT_CHECKED, "newest-head": NOT_CHECKED, "checkpoint": NOT_CHECKED}
    failing |= {"statement/0/author": NOT_CHECKED, "statement/1/author": NOT_CHECKED, **no_index()}
    w.add(
        "log-of-another",
        "The policy names another log address.",
        1,
        failing,
        policy=log,
        grades={"4": "none"},
        finding=None,
    )


def _longer(path: str) -> str:
    return encode_base64(base64.b64decode(path) + bytes(32))


def _move(value: Value) -> None:
    value["statements"]["1000"] = value["statements"].pop("3")


def _other_index_leaf(value: Value) -> None:
    leaf = b"habeas/index/v1\n" + (SIZE - 2).to_bytes(8) + bytes(8) + bytes(32) + b"\0"
    value["anchors"][str(SIZE)]["index_leaf"] = encode_base64(leaf)


def _checkpoint(size: int, root: bytes, key: SigningKey) -> Change:
    note = sign_checkpoint(Checkpoint(ORIGIN, size, root), key)
    return lambda value: value.update(checkpoint=encode_base64(note))
