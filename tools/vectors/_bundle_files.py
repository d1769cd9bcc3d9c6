"""Bundle cases for the part ``files``: each member, well formed and not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from ledger.encoding import encode_base64

Value = dict[str, Any]
Add = Callable[..., None]
"""Takes the name of a case, what it changes and why."""

MAIL = b"From: Service <service@shop.example>\r\nSubject: Ticket 123\r\n\r\nWe received your request.\r\n"
NAME = "0x" + hashlib.sha256(MAIL).hexdigest()
OTHER = "0x" + hashlib.sha256(b"").hexdigest()


def files() -> Value:
    """The part with one file."""
    return {NAME: encode_base64(MAIL)}


def good_files(add: Add) -> None:
    add("files-alone", lambda v: None, "A part that is left out leaves the others readable.")
    add("files-two", lambda v: v["files"].update({OTHER: ""}), "Two files, one of them empty.")
    add("files-of-another-hash", lambda v: v["files"].update({OTHER: encode_base64(MAIL)}), "10.1 judges the bytes.")


def bad_files(add: Add) -> None:
    def put(name: str, value: object) -> Callable[[Value], object]:
        return lambda v: v["files"].update({name: value})

    add("files-empty", lambda v: v.update(files={}), "Left out is the one spelling.")
    add("files-null", lambda v: v.update(files=None), "Never null.")
    add("files-a-list", lambda v: v.update(files=[v["files"][NAME]]), "An object keyed by SHA-256.")
    add("files-name-31-bytes", put(OTHER[:-2], ""), "A SHA-256 has 32 bytes.")
    add("files-name-upper-case", put("0x" + OTHER[2:].upper(), ""), "Lower-case hexadecimal.")
    add("files-name-no-0x", put(OTHER[2:], ""), "0x is missing.")
    add("files-name-of-a-file", put("mail.eml", ""), "Names stand in disclosures.")
    add("files-null-bytes", put(OTHER, None), "Never null.")
    add("files-plain-text", put(OTHER, "From: Service"), "Bytes are base64.")
    add("files-base64-unpadded", put(OTHER, "QQ"), "Padded.")
    add("files-base64-unused-bits", put(OTHER, "QR=="), "The unused bits are zero.")
    add("files-of-objects", put(OTHER, {"bytes": ""}), "The bytes alone; what else is known stands in the disclosure.")
