"""Bundle cases for the part ``stamps``: each member, well formed and not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from ledger.encoding import encode_base64

Value = dict[str, Any]
Change = Callable[[Value], object]
Add = Callable[..., None]
"""Takes the name of a case, what it changes and why."""


def tokens(count: int) -> list[str]:
    """As many texts as asked for, in canonical order; what a token is, assessing says."""
    made = sorted((b"token %d" % number for number in range(count)), key=lambda data: hashlib.sha256(data).digest())
    return [encode_base64(token) for token in made]


def good_stamps(add: Add, size: str) -> None:
    add("stamps-alone", lambda v: None, "A part that is left out leaves the others readable.")
    add("stamps-no-token", lambda v: v["stamps"][size].update(tokens=[""]), "What a token is, assessing says.")
    add("stamps-two-tokens", lambda v: v["stamps"][size].update(tokens=tokens(2)), "Ascending by SHA-256.")
    add("stamps-16-tokens", lambda v: v["stamps"][size].update(tokens=tokens(16)), "The most.")
    add("stamps-of-two-sizes", lambda v: v["stamps"].update({"9": v["stamps"][size]}), "Two trees.")


def bad_stamps(add: Add, size: str) -> None:
    def stamps(name: str, change: Change, why: str) -> None:
        add(f"stamps-{name}", lambda v: change(v["stamps"][size]), why)

    for member in ("checkpoint", "tokens"):
        stamps(f"without-{member}", lambda s, m=member: s.pop(m), "Shown whole or not at all.")  # type: ignore[misc]  # bound in the loop
    stamps("unknown-member", lambda s: s.update(time="2026-11-20T09:00:00Z"), "Times stand in the tokens.")
    stamps("checkpoint-plain", lambda s: s.update(checkpoint="habeas.example/main"), "base64: a note has line ends.")
    stamps("checkpoint-null", lambda s: s.update(checkpoint=None), "Never null.")
    stamps("tokens-empty", lambda s: s.update(tokens=[]), "Left out is the one spelling.")
    stamps("tokens-null", lambda s: s.update(tokens=None), "Never null.")
    stamps("tokens-a-text", lambda s: s.update(tokens=s["tokens"][0]), "A list.")
    stamps("tokens-of-objects", lambda s: s.update(tokens=[{"token": s["tokens"][0]}]), "Texts.")
    stamps("token-hexadecimal", lambda s: s.update(tokens=["0x0"]), "Bytes are base64.")
    stamps("17-tokens", lambda s: s.update(tokens=tokens(17)), "At most 16.")
    stamps("tokens-descending", lambda s: s.update(tokens=tokens(2)[::-1]), "Ascending by SHA-256.")
    stamps("token-twice", lambda s: s.update(tokens=s["tokens"] * 2), "Each once.")
    add("stamps-empty", lambda v: v.update(stamps={}), "Left out is the one spelling.")
    add("stamps-null", lambda v: v.update(stamps=None), "Never null.")
    add("stamps-a-list", lambda v: v.update(stamps=[v["stamps"][size]]), "An object keyed by sizes.")
    add("stamps-size-02", lambda v: v["stamps"].update({"02": v["stamps"][size]}), "No zeros before.")
