"""Asking the server to open a list of its index, by ``/v1/index/{key}?as_of=SIZE``."""

from __future__ import annotations

from ledger.audit.lists import Opening
from ledger.cli.auditing.source import Absent, HttpSource, Source
from ledger.cli.plainjson import load_json
from ledger.encoding import encode_hex, parse_base64
from ledger.errors import HabeasError, MalformedIndex
from ledger.trie import TrieProof

LIMIT = 16_777_216
_LOG = "/log/"


def api_of(where: str) -> str | None:
    """The server's address, where the log is served by one: what stands before ``/log/``."""
    if not where.startswith(("http://", "https://")):
        return None
    prefix = where.rstrip("/") + "/"
    return prefix.removesuffix(_LOG) if prefix.endswith(_LOG) else None


class Openings:
    """Opens lists at one server; after three questions without an answer none is asked any more."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._left = 3

    @classmethod
    def at(cls, url: str | None) -> Openings | None:
        return None if url is None else cls(HttpSource(url, tries=2))

    def ask(self, key: bytes, size: int) -> Opening | None:
        """What the index leaf of ``size`` says of ``key``; None where the server does not open it."""
        if self._left <= 0:
            return None
        try:
            data = self._source.get(f"v1/index/{encode_hex(key)}?as_of={size}", LIMIT)
            if not isinstance(data, Absent):
                return _parse(data)
        except (HabeasError, ValueError):
            pass
        self._left -= 1
        return None


def _parse(data: bytes) -> Opening:
    value = load_json(data)
    if not isinstance(value, dict):
        raise MalformedIndex("the answer is no object")
    proof = TrieProof.parse(parse_base64(value.get("proof"), MalformedIndex, "proof"))
    entries = value.get("entries")
    return Opening(proof, None if entries is None else parse_base64(entries, MalformedIndex, "entries"))
