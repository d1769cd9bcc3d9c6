"""DER as time-stamp tokens use it: one element at a time, one spelling, nothing else (ITU-T X.690).

Only what stamps need: tags of one byte, definite lengths in their shortest form, no nesting of its own:
whoever reads opens each level himself. Whatever is wrong is MalformedStamp.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.errors import MalformedStamp

BOOLEAN, INTEGER, OCTETS, NULL, OID, TIME, SEQUENCE, SET = 0x01, 0x02, 0x04, 0x05, 0x06, 0x18, 0x30, 0x31
MAX_ELEMENTS = 64
"""Most elements of one list: a token has one signer and a handful of certificates."""


@dataclass(frozen=True, slots=True)
class Element:
    """One element: its tag, its contents, and all of its bytes."""

    tag: int
    body: bytes
    raw: bytes

    def must_be(self, tag: int, where: str) -> Element:
        """Itself. Raises MalformedStamp for another tag."""
        if self.tag != tag:
            raise MalformedStamp(f"{where} has the tag 0x{self.tag:02x}, not 0x{tag:02x}")
        return self

    def items(self, tag: int, where: str) -> Sequence[Element]:
        """The elements inside a list of this tag."""
        return read_all(self.must_be(tag, where).body, where)

    def only(self, tag: int, where: str) -> Element:
        """The one element inside a wrapper of this tag."""
        found = self.items(tag, where)
        if len(found) != 1:
            raise MalformedStamp(f"{where} holds {len(found)} elements, not one")
        return found[0]

    def integer(self, where: str) -> int:
        """A whole number in its shortest form, of at most 32 bytes and not below zero."""
        body = self.must_be(INTEGER, where).body
        if not 1 <= len(body) <= 33 or body[0] & 0x80 or (len(body) > 1 and not body[0] and not body[1] & 0x80):
            raise MalformedStamp(f"{where} must be a whole number of at most 32 bytes, not {body[:8].hex()}")
        return int.from_bytes(body)

    def oid(self, where: str) -> str:
        """An object identifier in dotted form."""
        return decode_oid(self.must_be(OID, where).body, where)


def read(data: bytes, where: str) -> Element:
    """The one element that ``data`` is."""
    found = read_all(data, where)
    if len(found) != 1:
        raise MalformedStamp(f"{where} is {len(found)} elements, not one")
    return found[0]


def read_all(data: bytes, where: str) -> Sequence[Element]:
    """The elements that ``data`` is, one after the other."""
    found: list[Element] = []
    start = 0
    while start < len(data):
        if len(found) == MAX_ELEMENTS:
            raise MalformedStamp(f"{where} has more than {MAX_ELEMENTS} elements")
        item = _next(data, start, where)
        found.append(item)
        start += len(item.raw)
    return found


def _next(data: bytes, start: int, where: str) -> Element:
    if len(data) - start < 2 or data[start] & 0x1F == 0x1F:
        raise MalformedStamp(f"{where}: no element of a known tag starts at byte {start}")
    length, head = data[start + 1], 2
    if length & 0x80:
        more = length & 0x7F
        coded = data[start + 2 : start + 2 + more]
        length, head = int.from_bytes(coded), 2 + more
        # The shortest form alone: 0x80 is an indefinite length, and no token has 16 MiB.
        if not 1 <= more <= 3 or len(coded) != more or length < 128 or not coded[0]:
            raise MalformedStamp(f"{where}: the length at byte {start + 1} is not in its shortest definite form")
    end = start + head + length
    if end > len(data):
        raise MalformedStamp(f"{where}: the element at byte {start} ends {end - len(data)} bytes after the last")
    return Element(data[start], data[start + head : end], data[start:end])


def decode_oid(body: bytes, where: str) -> str:
    """The contents of an object identifier in dotted form."""
    arcs, value, fresh = list[int](), 0, True
    for byte in body:
        if (fresh and byte == 0x80) or value >> 64:
            raise MalformedStamp(f"{where} is no object identifier in its shortest form")
        value, fresh = value << 7 | byte & 0x7F, not byte & 0x80
        if fresh:
            arcs.append(value)
            value = 0
    if not arcs or not fresh:
        raise MalformedStamp(f"{where} is no whole object identifier")
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))


def encode(tag: int, *parts: bytes) -> bytes:
    """One element."""
    body = b"".join(parts)
    if len(body) < 128:
        return bytes((tag, len(body))) + body
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(length))) + length + body


def encode_integer(value: int) -> bytes:
    """A whole number that is not below zero."""
    return encode(INTEGER, value.to_bytes(value.bit_length() // 8 + 1))


def encode_oid(text: str) -> bytes:
    """An object identifier in dotted form."""
    first, second, *rest = map(int, text.split("."))
    body = bytearray()
    for arc in (40 * first + second, *rest):
        digits = [arc & 0x7F]
        while arc := arc >> 7:
            digits.append(0x80 | arc & 0x7F)
        body += bytes(reversed(digits))
    return encode(OID, bytes(body))
