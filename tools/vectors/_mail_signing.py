"""Mails that are signed for the vectors: RFC 6376 once more, without dkimpy and without ``ledger.mail``."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from tools.vectors._mail_keys import Key

CASE = "0x" + "ab" * 32
OTHER = "0x" + "cd" * 32
AT = "2026-11-25T12:00:00Z"
AT_SECONDS = 1_795_608_000
TEXT = "Dear customer,\r\n\r\nwe received your request and  will answer.\r\n"
ALL = ("from", "to", "subject", "date", "message-id", "mime-version", "content-type")
FIELDS = {
    "From": "Shop privacy <privacy@shop.example>",
    "To": "kim@mail.example",
    "Subject": f"Re: access request {CASE}",
    "Date": "Wed, 25 Nov 2026 10:00:00 +0000",
    "Message-ID": "<1@shop.example>",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=utf-8",
}


@dataclass(frozen=True)
class By:
    """Who signs, and how. ``tags`` are written as they are, before ``h=``."""

    key: Key
    selector: str
    domain: str = "shop.example"
    form: str = "relaxed/relaxed"
    hash_name: str = "sha256"
    headers: Sequence[str] = ALL
    tags: str = ""
    length: int | None = None
    signed_header: str | None = None
    """Another spelling of ``h=`` than the names with colons between."""


def mail(body: str = TEXT, **fields: str | None) -> str:
    """A message of the shop; ``Content_Type=None`` leaves a field out. One character is one byte."""
    changed = {name.replace("_", "-"): value for name, value in fields.items()}
    lines = [f"{name}: {value}\r\n" for name, value in {**FIELDS, **changed}.items() if value is not None]
    return "".join(lines) + "\r\n" + body


def sign(message: str, by: By) -> str:
    """``message`` with a DKIM-Signature on top."""
    header, _, body = message.partition("\r\n\r\n")
    header_form, body_form = by.form.split("/")
    content = canonical_body(body, body_form)
    if by.length is not None:
        content = content[: by.length]
    body_hash = _base64(hashlib.new(by.hash_name, content.encode("latin-1")).digest())
    names = by.signed_header if by.signed_header is not None else ":".join(by.headers)
    length = "" if by.length is None else f"l={by.length}; "
    own = (
        f" v=1; a={by.key.kind}-{by.hash_name}; c={by.form}; d={by.domain}; s={by.selector};\r\n"
        f" {by.tags}{length}h={names};\r\n bh={body_hash};\r\n b="
    )
    fields = re.findall(r"^([^\s:]+[ \t]*):((?:.*(?:\r\n[ \t].*)*))(?:\r\n|\Z)", header, re.MULTILINE)
    digest = hashlib.new(by.hash_name, _header_text(fields, own, by.headers, header_form).encode("latin-1")).digest()
    value = _base64(by.key.sign(digest, by.hash_name))
    folded = "\r\n ".join(value[start : start + 72] for start in range(0, len(value), 72))
    return f"DKIM-Signature:{own}{folded}\r\n{message}"


def canonical_body(body: str, form: str) -> str:
    lines = body.split("\r\n")
    if form == "relaxed":
        lines = [re.sub(r"[ \t]+", " ", line).rstrip(" ") for line in lines]
    while lines and not lines[-1]:
        lines.pop()
    if form == "relaxed" and not lines:
        return ""
    return "\r\n".join([*lines, ""]) if lines else "\r\n"


def _header_text(fields: list[tuple[str, str]], own: str, names: Sequence[str], form: str) -> str:
    left = [*reversed(fields)]
    lines = []
    for name in names:
        found = next((field for field in left if field[0].strip().lower() == name.lower()), None)
        if found is not None:
            left.remove(found)
            lines.append(_field(*found, form) + "\r\n")
    return "".join(lines) + _field("DKIM-Signature", own, form)


def _field(name: str, value: str, form: str) -> str:
    if form == "simple":
        return f"{name}:{value}"
    unfolded = re.sub(r"[ \t]+", " ", value.replace("\r\n", "")).strip()
    return f"{name.strip().lower()}:{unfolded}"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
