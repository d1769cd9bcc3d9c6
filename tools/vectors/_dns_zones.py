"""Small signed zones from the root down, the same bytes every time: for vectors and for the tests' DNS server."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import dns.dnssec
import dns.name
import dns.rdata
import dns.rdataset
import dns.rdatatype
import dns.rrset
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, derive_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from dns.rdtypes.ANY.DNSKEY import DNSKEY
from dns.rdtypes.ANY.RRSIG import RRSIG

from ledger.mail.chain import SignedSet
from ledger.mail.dnssec import TrustAnchor

START = datetime(2026, 11, 15, tzinfo=UTC)
END = datetime(2026, 12, 6, tzinfo=UTC)
"""The time that the signatures cover, unless a zone says otherwise."""
KSK, ZSK = 257, 256
PrivateKey = Ed25519PrivateKey | EllipticCurvePrivateKey


def private_key(seed: str, algorithm: str) -> PrivateKey:
    """A key made from a text."""
    secret = hashlib.sha256(seed.encode("ascii")).digest()
    if algorithm == "ED25519":
        return Ed25519PrivateKey.from_private_bytes(secret)
    return derive_private_key(int.from_bytes(secret), SECP256R1())


@dataclass
class Zone:
    """One zone: its keys, its records, and the time its signatures cover."""

    origin: dns.name.Name
    algorithm: str = "ED25519"
    start: datetime = START
    end: datetime = END
    signed: bool = True
    records: dict[tuple[dns.name.Name, int], dns.rrset.RRset] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.signed:
            self.put(self.origin, "DNSKEY", *(self.key(flags) for flags in (KSK, ZSK)))

    def _private(self, flags: int) -> PrivateKey:
        return private_key(f"{self.origin} {self.algorithm} {flags}", self.algorithm)

    def key(self, flags: int) -> DNSKEY:
        """The zone's key signing key (257) or zone signing key (256)."""
        return dns.dnssec.make_dnskey(self._private(flags).public_key(), self.algorithm, flags)

    def put(self, name: dns.name.Name | str, rdtype: str, *data: dns.rdata.Rdata | str, ttl: int = 3600) -> None:
        """Replace the records of a name and type."""
        owner = dns.name.from_text(name) if isinstance(name, str) else name
        kind = dns.rdatatype.from_text(rdtype)
        rdatas = [each if isinstance(each, dns.rdata.Rdata) else dns.rdata.from_text("IN", kind, each) for each in data]
        self.records[owner, kind] = dns.rrset.from_rdata_list(owner, ttl, rdatas)

    def sign(self, rrset: dns.rrset.RRset, **changed: object) -> RRSIG:
        """The zone's signature over a record set: by the key signing key over its keys, else by the other."""
        flags = KSK if rrset.rdtype == dns.rdatatype.DNSKEY else ZSK
        key = changed.pop("key", self.key(flags))
        signer = changed.pop("private", self._private(flags))
        start, end = changed.pop("start", self.start), changed.pop("end", self.end)
        zone = changed.pop("signer", self.origin)
        assert not changed, changed
        return dns.dnssec.sign(rrset, signer, zone, key, inception=start, expiration=end)  # type: ignore[arg-type]

    def signed_set(self, name: dns.name.Name | str, rdtype: str, **changed: object) -> bytes:
        """The records of a name with their signature, as a piece of a chain."""
        owner = dns.name.from_text(name) if isinstance(name, str) else name
        rrset = self.records[owner, dns.rdatatype.from_text(rdtype)]
        return SignedSet.make(rrset.name, list(rrset), [self.sign(rrset, **changed)]).encoded


class ZoneTree:
    """Zones under one root. Each signed one is named in the zone above it."""

    def __init__(self, algorithm: str = "ED25519", start: datetime = START, end: datetime = END) -> None:
        self.zones: dict[dns.name.Name, Zone] = {}
        self.start, self.end = start, end
        self.root = self.add(".", algorithm=algorithm)

    def add(self, origin: str, algorithm: str = "ED25519", signed: bool = True) -> Zone:
        """A new zone, with its DS records in the zone above."""
        zone = Zone(dns.name.from_text(origin), algorithm, self.start, self.end, signed)
        if zone.origin != dns.name.root:
            above = self.zone_of(zone.origin.parent())
            if signed and above.signed:
                above.put(zone.origin, "DS", dns.dnssec.make_ds(zone.origin, zone.key(KSK), "SHA256"))
        self.zones[zone.origin] = zone
        return zone

    @property
    def anchors(self) -> tuple[TrustAnchor, ...]:
        """What a verifier of this tree must believe."""
        return (TrustAnchor.parse(str(dns.dnssec.make_ds(dns.name.root, self.root.key(KSK), "SHA256"))),)

    def zone_of(self, name: dns.name.Name, rdtype: int = 0) -> Zone:
        """The zone that answers for a name; for DS the one above the cut."""
        fitting = [
            zone
            for origin, zone in self.zones.items()
            if name.is_subdomain(origin) and not (rdtype == dns.rdatatype.DS and name == origin)
        ]
        return max(fitting, key=lambda zone: len(zone.origin))

    def chain(self, *path: tuple[str, str]) -> list[bytes]:
        """The whole chain for names and types: zones from the root down, then the records."""
        names = [(dns.name.from_text(name), kind) for name, kind in path]
        zones = sorted({self.zone_of(name).origin for name, _ in names}, key=len)
        above = {each for zone in zones for each in self._line(zone)}
        pieces = []
        for origin in sorted(above, key=lambda each: (len(each), each)):
            zone = self.zones[origin]
            pieces.append(zone.signed_set(origin, "DNSKEY"))
            if origin != dns.name.root:
                pieces.append(self.zone_of(origin, dns.rdatatype.DS).signed_set(origin, "DS"))
        return pieces + [self.zone_of(name).signed_set(name, kind) for name, kind in names]

    def _line(self, origin: dns.name.Name) -> Sequence[dns.name.Name]:
        return [each for each in self.zones if origin.is_subdomain(each)]


DKIM = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
"""The public key of RFC 8463 A.2: a record as mail services publish it."""


def shop_tree(start: datetime = START, end: datetime = END) -> ZoneTree:
    """A shop that signs its zone, a mail service to which one of its selectors leads, and a shop without DNSSEC."""
    tree = ZoneTree(start=start, end=end)
    tree.add("example.", algorithm="ECDSAP256SHA256")
    shop = tree.add("shop.example.")
    shop.put("s1._domainkey.shop.example.", "TXT", f'"{DKIM[:30]}" "{DKIM[30:]}"')
    shop.put("old._domainkey.shop.example.", "TXT", '"v=DKIM1; p="')
    shop.put("two._domainkey.shop.example.", "TXT", f'"{DKIM}"', '"v=DKIM1; p=AAAA"')
    shop.put("svc._domainkey.shop.example.", "CNAME", "shop.dkim.mailer.example.")
    shop.put("_dmarc.shop.example.", "TXT", '"v=DMARC1; p=reject"')
    shop.put("shop.example.", "MX", "10 mx1.shop.example.", "20 mx2.shop.example.")
    mailer = tree.add("mailer.example.", algorithm="ECDSAP256SHA256")
    mailer.put("shop.dkim.mailer.example.", "TXT", f'"{DKIM}"')
    mailer.put("*.wild.mailer.example.", "TXT", f'"{DKIM}"')
    plain = tree.add("plain.example.", signed=False)
    plain.put("s1._domainkey.plain.example.", "TXT", f'"{DKIM}"')
    plain.put("plain.example.", "MX", "0 .")
    return tree
