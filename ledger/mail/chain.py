"""Signed record sets: the pieces of a DNSSEC chain, in wire form (docs/spec/dns-capture.md, "Chain").

One piece is a record set and the signatures over it: the records first, then their RRSIGs, each group
ascending, uncompressed (RFC 9102 section 3 puts such records one after the other). ``parse`` looks at
bytes only; what a chain proves is said by ``ledger.mail.dnssec``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
from dns.rdtypes.ANY.RRSIG import RRSIG

from ledger.errors import MalformedCapture

MAX_SETS = 64
MAX_SET_BYTES = 16_384
MAX_CHAIN_BYTES = 65_536
MAX_RECORDS = 64
MAX_SIGNATURES = 8
_FIXED = 10
"""Bytes of a record between its name and its data: type, class, TTL, length."""
TYPES = frozenset(
    {
        dns.rdatatype.TXT,
        dns.rdatatype.MX,
        dns.rdatatype.CNAME,
        dns.rdatatype.DS,
        dns.rdatatype.DNSKEY,
        dns.rdatatype.TLSA,
    }
)


@dataclass(frozen=True, slots=True)
class SignedSet:
    """A record set (one name, one type) with the signatures over it."""

    name: dns.name.Name
    type: dns.rdatatype.RdataType
    records: tuple[dns.rdata.Rdata, ...]
    signatures: tuple[RRSIG, ...]
    encoded: bytes

    @classmethod
    def parse(cls, data: bytes) -> SignedSet:
        """Read one set. Raises MalformedCapture; no other exception leaves this function."""
        return _parse_set(data)

    @classmethod
    def _read(cls, data: bytes) -> SignedSet:
        # 1. Size.
        if not 0 < len(data) <= MAX_SET_BYTES:
            raise MalformedCapture(f"a record set has {len(data)} bytes; 1 to {MAX_SET_BYTES} are accepted")
        # 2. Records, each in its one spelling.
        found = _records(data)
        sets = [record for record in found if not isinstance(record.rdata, RRSIG)]
        signatures = [record for record in found if isinstance(record.rdata, RRSIG)]
        if not 1 <= len(sets) <= MAX_RECORDS or not 1 <= len(signatures) <= MAX_SIGNATURES:
            raise MalformedCapture(
                f"a record set has {len(sets)} records and {len(signatures)} signatures; "
                f"1 to {MAX_RECORDS} and 1 to {MAX_SIGNATURES} are accepted"
            )
        # 3. Records first, each group ascending, nothing twice.
        for group in (sets, signatures):
            texts = [record.encoded for record in group]
            if texts != sorted(set(texts)):
                raise MalformedCapture("the records of a set must be ascending, each once")
        if found != [*sets, *signatures]:
            raise MalformedCapture("the signatures of a record set must stand after its records")
        # 4. One name to the letter and one time to live, or a record could stand twice after all.
        first = sets[0]
        if any((record.name.labels, record.ttl) != (first.name.labels, first.ttl) for record in found):
            raise MalformedCapture("a record set and its signatures have one name and one time to live")
        # 5. One permitted type, and signatures over just that.
        kind = first.rdata.rdtype
        if kind not in TYPES:
            raise MalformedCapture(f"a chain holds no {dns.rdatatype.to_text(kind)} records")
        signed = tuple(record.rdata for record in signatures if isinstance(record.rdata, RRSIG))
        if any(record.rdata.rdtype != kind for record in sets) or any(each.type_covered != kind for each in signed):
            raise MalformedCapture("a record set has one type, and its signatures cover that")
        return cls(first.name, kind, tuple(record.rdata for record in sets), signed, data)

    @classmethod
    def make(cls, name: dns.name.Name, records: Sequence[dns.rdata.Rdata], signatures: Sequence[RRSIG]) -> SignedSet:
        """The set of these records; the TTL of each is the signed one. Raises MalformedCapture."""
        if not signatures:
            raise MalformedCapture(f"{name} has no signature")
        ttl = signatures[0].original_ttl
        groups = [sorted({_wire(name, rdata, ttl) for rdata in group}) for group in (records, signatures)]
        return cls.parse(b"".join(groups[0] + groups[1]))


@lru_cache(256)
def _parse_set(data: bytes) -> SignedSet:
    """Remembered, because the sets of the root and of a top-level domain stand in chain after chain."""
    return SignedSet._read(data)


def parse_chain(items: Sequence[bytes]) -> tuple[SignedSet, ...]:
    """The sets of a chain, as they stand. Raises MalformedCapture."""
    if len(items) > MAX_SETS or sum(map(len, items)) > MAX_CHAIN_BYTES:
        raise MalformedCapture(f"a chain has at most {MAX_SETS} record sets and {MAX_CHAIN_BYTES} bytes")
    sets = tuple(SignedSet.parse(item) for item in items)
    if len({(each.name, each.type) for each in sets}) < len(sets):
        raise MalformedCapture("a chain holds each record set once")
    return sets


def split_stream(data: bytes) -> tuple[bytes, ...]:
    """The sets of an RFC 9102 authentication chain: records one after the other, in any order.

    Raises MalformedCapture.
    """
    if len(data) > MAX_CHAIN_BYTES:
        raise MalformedCapture(f"a chain has at most {MAX_CHAIN_BYTES} bytes")
    groups: dict[tuple[dns.name.Name, int], tuple[list[dns.rdata.Rdata], list[RRSIG]]] = {}
    for record in _records(data):
        rdata = record.rdata
        covered = rdata.type_covered if isinstance(rdata, RRSIG) else rdata.rdtype
        records, signatures = groups.setdefault((record.name, int(covered)), ([], []))
        if isinstance(rdata, RRSIG):
            signatures.append(rdata)
        else:
            records.append(rdata)
    return tuple(SignedSet.make(name, *group).encoded for (name, _), group in groups.items())


@dataclass(frozen=True, slots=True)
class _Record:
    name: dns.name.Name
    ttl: int
    rdata: dns.rdata.Rdata
    encoded: bytes


def _records(data: bytes) -> list[_Record]:
    found: list[_Record] = []
    start = 0
    while start < len(data):
        found.append(_record(data, start))
        start += len(found[-1].encoded)
    return found


def _record(data: bytes, start: int) -> _Record:
    try:
        name, length = dns.name.from_wire(data, start)
        body = start + length + _FIXED
        fixed = data[start + length : body]
        end = body + int.from_bytes(fixed[8:10])
        if len(fixed) < _FIXED or end > len(data):
            raise ValueError("it is cut off")
        rdtype = dns.rdatatype.RdataType.make(int.from_bytes(fixed[0:2]))
        rdclass = dns.rdataclass.RdataClass.make(int.from_bytes(fixed[2:4]))
        if rdclass != dns.rdataclass.IN:
            raise ValueError("its class is not IN")
        rdata = dns.rdata.from_wire(rdclass, rdtype, data, body, end - body)
        record = _Record(name, int.from_bytes(fixed[4:8]), rdata, data[start:end])
        # Compressed names and other second spellings end here.
        if _wire(name, rdata, record.ttl) != record.encoded:
            raise ValueError("it is not in its uncompressed form")
    except (dns.exception.DNSException, ValueError) as error:
        raise MalformedCapture(f"byte {start} of a record set starts no record: {str(error)[:200]}") from None
    return record


def _wire(name: dns.name.Name, rdata: dns.rdata.Rdata, ttl: int) -> bytes:
    body = rdata.to_wire() or b""
    fixed = int(rdata.rdtype).to_bytes(2) + int(rdata.rdclass).to_bytes(2) + ttl.to_bytes(4) + len(body).to_bytes(2)
    return (name.to_wire() or b"") + fixed + body
