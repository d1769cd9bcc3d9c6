"""RLP, the byte format of headers, receipts and trie nodes (Ethereum Yellow Paper, appendix B).

An item is a byte string or a list of items. ``rlp_decode`` accepts the one canonical spelling:
shortest length form, no byte after the item, and at most ``MAX_DEPTH`` lists inside each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from ledger.errors import Malformed, MalformedReceipt

Rlp: TypeAlias = "bytes | list[Rlp]"
RlpItem: TypeAlias = "bytes | Sequence[RlpItem]"

# A receipt needs four levels; a trie node with nodes embedded in it needs at most four.
MAX_DEPTH = 6
_SHORT = 55


def rlp_encode(item: RlpItem) -> bytes:
    """The canonical RLP of a byte string or of a sequence of items."""
    if isinstance(item, bytes):
        if len(item) == 1 and item[0] < 0x80:
            return item
        return _prefix(0x80, len(item)) + item
    payload = b"".join([rlp_encode(member) for member in item])
    return _prefix(0xC0, len(payload)) + payload


def encode_integer(value: int) -> bytes:
    """A non-negative integer as RLP wants its bytes: big-endian, no leading zero, zero is empty."""
    return value.to_bytes((value.bit_length() + 7) // 8, "big")


def rlp_decode(data: bytes, error: type[Malformed] = MalformedReceipt, where: str = "the RLP item") -> Rlp:
    """The item of which ``data`` is the canonical RLP.

    Raises ``error`` (MalformedReceipt unless the caller says MalformedHeader), naming the byte
    of ``where`` that is wrong. No other exception leaves this function.
    """
    item, end = _Reader(data, error, where).item(0, len(data), 0)
    if end != len(data):
        raise error(f"{where} ends at byte {end}, but {len(data) - end} more follow")
    return item


def _prefix(base: int, length: int) -> bytes:
    if length <= _SHORT:
        return bytes((base + length,))
    size = encode_integer(length)
    return bytes((base + _SHORT + len(size),)) + size


class _Reader:
    """One pass over ``data``; positions are byte offsets, ``end`` is exclusive."""

    __slots__ = ("data", "error", "where")

    def __init__(self, data: bytes, error: type[Malformed], where: str) -> None:
        self.data, self.error, self.where = data, error, where

    def item(self, start: int, end: int, depth: int) -> tuple[Rlp, int]:
        """The item at ``start`` and the position after it; it must end by ``end``."""
        data = self.data
        if start >= end:
            raise self._wrong(start, "is missing: an item was expected")
        first = data[start]
        if first < 0x80:
            return data[start : start + 1], start + 1
        if first < 0xC0:
            body, stop = self._span(start, end, first - 0x80)
            if stop - body == 1 and data[body] < 0x80:
                raise self._wrong(start, "has a length, but one byte below 0x80 stands for itself")
            return data[body:stop], stop
        if depth == MAX_DEPTH:
            raise self._wrong(start, f"opens list level {depth + 1}; at most {MAX_DEPTH} are accepted")
        body, stop = self._span(start, end, first - 0xC0)
        return self._members(body, stop, depth + 1), stop

    def _members(self, start: int, stop: int, depth: int) -> list[Rlp]:
        """The items from ``start`` to ``stop``; short strings, nearly all there are, without a call."""
        data = self.data
        members: list[Rlp] = []
        while start < stop:
            first = data[start]
            end = start + first - 0x7F  # of a short string
            if first < 0x80:
                members.append(data[start : start + 1])
                start += 1
            elif first <= 0x80 + _SHORT and first != 0x81 and end <= stop:
                members.append(data[start + 1 : end])
                start = end
            else:
                member, start = self.item(start, stop, depth)
                members.append(member)
        return members

    def _span(self, start: int, end: int, code: int) -> tuple[int, int]:
        """Where the payload begins and ends; ``code`` is the first byte without its base."""
        if code <= _SHORT:
            body, length = start + 1, code
        else:
            body = start + 1 + code - _SHORT
            size = self.data[start + 1 : min(body, end)]
            length = int.from_bytes(size, "big")
            if len(size) != code - _SHORT or size[0] == 0 or length <= _SHORT:
                raise self._wrong(start, "has a length that is not in its shortest form")
        if body + length > end:
            raise self._wrong(start, f"announces {length} bytes, {max(0, end - body)} are left")
        return body, body + length

    def _wrong(self, position: int, what: str) -> Malformed:
        return self.error(f"byte {position} of {self.where} {what}")
