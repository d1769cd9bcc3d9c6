"""Header fields as people read them, each encoded word in its own charset.

For display alone: what a mail proves is read by ``ledger.mail.text``, which knows no charset, so that no table of
characters decides which case it names.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from contextlib import suppress

from ledger.mail.raw import RawMail

MAX_SHOWN = 200
_MAX_READ = 4_096
_WORD = re.compile(r"=\?([^?\s]{1,40})\?([BbQq])\?([^?\s]{0,400})\?=")
# Text encodings only: Python knows some that are none, and some of which a short text takes long.
_CHARSETS = ("utf-8", "us-ascii", "iso-8859", "iso-2022", "euc-", "windows-", "cp", "shift_jis", "gb", "big5", "koi8")
# What calls itself by these names is written with the larger table, by the mail programs that still write it.
_LARGER = {"euc-kr": "cp949", "ks_c_5601-1987": "cp949", "ks_c_5601": "cp949", "ksc5601": "cp949", "gb2312": "gb18030"}


def shown_field(mail: RawMail, key: str) -> str:
    """A header field as a person reads it: the first of its name, decoded, in one line, at most 200 characters."""
    fields = mail.named(key)
    if not fields:
        return ""
    text = "".join(_decoded(fields[0].value[:_MAX_READ].decode("latin-1")))
    return re.sub(r"\s+", " ", text).strip()[:MAX_SHOWN]


def _decoded(text: str) -> Iterator[str]:
    """The pieces of a field: plain text, and neighbouring words of one charset together, since some programs cut a
    character in two."""
    charset, held, end = "", b"", 0
    for word in _WORD.finditer(text):
        between, of_word = text[end : word.start()], word[1].lower().partition("*")[0]
        if held and (between.strip(" \t\r\n") or of_word != charset):
            yield _text(held, charset)
            held = b""
        if not held and not (end and not between.strip(" \t\r\n")):
            yield _text(between.encode("latin-1"), "")
        charset, held, end = of_word, held + _bytes(word[2], word[3]), word.end()
    if held:
        yield _text(held, charset)
    yield _text(text[end:].encode("latin-1"), "")


def _bytes(encoding: str, text: str) -> bytes:
    data = text.encode("latin-1", "replace")
    if encoding in "qQ":
        return binascii.a2b_qp(data, header=True)
    plain = re.sub(rb"[^A-Za-z0-9+/]", b"", data.partition(b"=")[0])
    return binascii.a2b_base64(plain + b"A" * (-len(plain) % 4))[: len(plain) * 3 // 4]


def _text(data: bytes, charset: str) -> str:
    """In its charset where that is known; else UTF-8 or, as in many Korean mails that name none, EUC-KR."""
    named = _LARGER.get(charset, charset)
    if named.startswith(_CHARSETS):
        with suppress(LookupError):
            return data.decode(named, "replace")
    for guess in ("utf-8", "euc_kr"):
        with suppress(UnicodeError):
            return data.decode(guess)
    return data.decode("latin-1")
