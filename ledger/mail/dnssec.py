"""DNSSEC without a resolver: from a root key that the caller trusts to one record set, at one time.

Pure: chain, anchors and the time are arguments. Signatures are checked by dnspython (RFC 4034, 4035); what
is allowed and how much is tried is decided here (docs/spec/dns-capture.md, "Verification of a chain").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import dns.dnssec
import dns.exception
import dns.name
import dns.node
import dns.rdataset
import dns.rdatatype
import dns.rrset
from cryptography.exceptions import UnsupportedAlgorithm
from dns.dnssectypes import Algorithm, DSDigest
from dns.rdtypes.ANY.CNAME import CNAME
from dns.rdtypes.ANY.DNSKEY import DNSKEY
from dns.rdtypes.ANY.DS import DS
from dns.rdtypes.ANY.RRSIG import RRSIG
from dns.rdtypes.dnskeybase import Flag

from ledger.errors import VerificationDnssec
from ledger.mail.anchors import ROOT_ANCHORS as ROOT_ANCHORS
from ledger.mail.anchors import TrustAnchor as TrustAnchor
from ledger.mail.chain import SignedSet, parse_chain

MAX_CHECKS = 64
"""Signatures tried for a whole chain: a hostile one costs no more (CVE-2023-50387, "KeyTrap")."""
MAX_SAME_TAG = 4
"""Keys of one zone that may have the tag and algorithm of one signature."""
MAX_CNAMES = 8
_RSA = frozenset({Algorithm.RSASHA256, Algorithm.RSASHA512})
_ALGORITHMS = _RSA | {Algorithm.ECDSAP256SHA256, Algorithm.ECDSAP384SHA384, Algorithm.ED25519, Algorithm.ED448}
_DIGESTS = {DSDigest.SHA256: "SHA256", DSDigest.SHA384: "SHA384"}
_RSA_BITS = range(1024, 4097)


@dataclass(frozen=True, slots=True)
class Proven:
    """What a chain proves: the records at the end of ``cnames``, and the time all its signatures cover."""

    records: tuple[bytes, ...]
    """Record data in wire form, ascending."""
    cnames: tuple[str, ...]
    """The names that aliases led to, in order, lower case without the last dot."""
    valid_from: datetime
    valid_until: datetime


def verify_chain(
    chain: Sequence[bytes], name: str, rdtype: str, anchors: Sequence[TrustAnchor], at: datetime
) -> Proven:
    """The records of ``name`` that ``chain`` proves at the time ``at`` (UTC).

    Raises MalformedCapture where the bytes are no chain, and VerificationDnssec where it proves nothing.
    """
    walk = _Walk(parse_chain(chain), anchors, int(at.timestamp()))
    wanted = dns.rdatatype.from_text(rdtype)
    here = dns.name.from_text(name)
    cnames: list[str] = []
    while walk.holds(here, dns.rdatatype.CNAME) and not walk.holds(here, wanted):
        (alias,) = walk.verify(here, dns.rdatatype.CNAME, one=True).records
        assert isinstance(alias, CNAME), "the set has this type"
        here = alias.target
        cnames.append(here.to_text(omit_final_dot=True).lower())
        if len(cnames) > MAX_CNAMES:
            raise VerificationDnssec(f"{name} leads through more than {MAX_CNAMES} aliases")
    records = tuple(sorted({rdata.to_digestable() for rdata in walk.verify(here, wanted).records}))
    return Proven(records, tuple(cnames), _instant(walk.valid_from), _instant(walk.valid_until))


_Keys = tuple[tuple[int, DNSKEY], ...]
"""Keys with their tags: a tag costs a walk over the whole key, so it is counted once."""


class _Walk:
    """One verification: what was proven so far, and how many signatures were tried."""

    def __init__(self, sets: Sequence[SignedSet], anchors: Sequence[TrustAnchor], now: int) -> None:
        self._sets = {(each.name, each.type): each for each in sets}
        self._anchors = anchors
        self._now = now
        self._keys: dict[dns.name.Name, _Keys] = {}
        self._failed: dict[dns.name.Name, str] = {}
        self._checks = 0
        self.valid_from = 0
        self.valid_until = 2**32 - 1

    def holds(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> bool:
        return (name, rdtype) in self._sets

    def verify(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType, *, one: bool = False) -> SignedSet:
        """The set, proven by the keys of a zone above it. Raises VerificationDnssec."""
        found = self._find(name, rdtype)
        if one and len(found.records) != 1:
            raise VerificationDnssec(f"{name} has {len(found.records)} {_text(rdtype)} records; one is allowed")
        problem = "no signature is of a permitted algorithm"
        for rrsig in found.signatures:
            if rrsig.algorithm not in _ALGORITHMS:
                continue
            try:
                self._check_place(found, rrsig)
                self._check(found, rrsig, self._zone_keys(rrsig.signer))
                return found
            except VerificationDnssec as error:
                problem = str(error)
        raise VerificationDnssec(f"{_text(rdtype)} of {name}: {problem}")

    def _find(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> SignedSet:
        found = self._sets.get((name, rdtype))
        if found is None:
            raise VerificationDnssec(f"the chain lacks the {_text(rdtype)} records of {name}")
        return found

    def _check_place(self, found: SignedSet, rrsig: RRSIG) -> None:
        # A DS belongs to the zone above the cut: a zone that signs its own would vouch for itself.
        above = rrsig.signer != found.name or found.type != dns.rdatatype.DS
        if not found.name.is_subdomain(rrsig.signer) or not above:
            raise VerificationDnssec(f"{rrsig.signer} may not sign the {_text(found.type)} records of {found.name}")

    def _zone_keys(self, zone: dns.name.Name) -> _Keys:
        """All keys of a zone, once one that its parent names has signed them."""
        # A failure is kept too: each name above may be asked for once by every signature below.
        if zone in self._failed:
            raise VerificationDnssec(self._failed[zone])
        if zone not in self._keys:
            try:
                self._keys[zone] = self._prove_keys(zone)
            except VerificationDnssec as error:
                self._failed[zone] = str(error)
                raise
        return self._keys[zone]

    def _prove_keys(self, zone: dns.name.Name) -> _Keys:
        found = self._find(zone, dns.rdatatype.DNSKEY)
        usable = [key for key in found.records if isinstance(key, DNSKEY) and _is_usable(key)]
        keys = tuple((dns.dnssec.key_id(key), key) for key in usable)
        trusted = self._trusted(zone, keys)
        problem = "it has no signature by itself"
        for rrsig in found.signatures:
            if rrsig.signer != zone or rrsig.algorithm not in _ALGORITHMS:
                continue
            try:
                self._check(found, rrsig, trusted)
                return keys
            except VerificationDnssec as error:
                problem = str(error)
        raise VerificationDnssec(f"the keys of {zone}: {problem}")

    def _trusted(self, zone: dns.name.Name, keys: _Keys) -> _Keys:
        if zone == dns.name.root:
            named = [(each.key_tag, each.algorithm, each.digest_type, each.digest) for each in self._anchors]
        else:
            records = self.verify(zone, dns.rdatatype.DS).records
            named = [(ds.key_tag, ds.algorithm, ds.digest_type, ds.digest) for ds in records if isinstance(ds, DS)]
        trusted = tuple(
            (tag, key)
            for tag, key in keys
            for key_tag, algorithm, digest_type, digest in named
            if (tag, key.algorithm) == (key_tag, algorithm) and _is_digest(zone, key, digest_type, digest)
        )
        if not trusted:
            who = "the trust anchors" if zone == dns.name.root else "its DS records"
            raise VerificationDnssec(f"no key of {zone} is named by {who}")
        return trusted

    def _check(self, found: SignedSet, rrsig: RRSIG, keys: _Keys) -> None:
        where = f"the signature of {rrsig.signer} with key {rrsig.key_tag}"
        # Records made from a wildcard need a proof that nothing closer exists; such proofs are not read.
        if rrsig.labels != len(found.name) - 1:
            raise VerificationDnssec(f"{where} is over a wildcard, which is not accepted")
        if not rrsig.inception <= self._now <= rrsig.expiration:
            start, end = _instant(rrsig.inception), _instant(rrsig.expiration)
            raise VerificationDnssec(f"{where} holds from {start:%Y-%m-%d %H:%M:%S} to {end:%Y-%m-%d %H:%M:%S} UTC")
        fitting = [key for tag, key in keys if (tag, key.algorithm) == (rrsig.key_tag, rrsig.algorithm)]
        if len(fitting) > MAX_SAME_TAG:
            raise VerificationDnssec(f"{where}: {len(fitting)} keys have this tag; at most {MAX_SAME_TAG} are tried")
        rrset = dns.rrset.from_rdata_list(found.name, rrsig.original_ttl, found.records)
        if any(self._is_signed(rrset, rrsig, key) for key in fitting):
            self.valid_from = max(self.valid_from, rrsig.inception)
            self.valid_until = min(self.valid_until, rrsig.expiration)
            return
        raise VerificationDnssec(f"{where} is not valid" if fitting else f"{where}: no such key")

    def _is_signed(self, rrset: dns.rrset.RRset, rrsig: RRSIG, key: DNSKEY) -> bool:
        self._checks += 1
        if self._checks > MAX_CHECKS:
            raise VerificationDnssec(f"more than {MAX_CHECKS} signatures would have to be tried")
        keys: dict[dns.name.Name, dns.node.Node | dns.rdataset.Rdataset] = {
            rrsig.signer: dns.rdataset.from_rdata_list(0, [key])
        }
        try:
            dns.dnssec.validate_rrsig(rrset, rrsig, keys, now=self._now)
        except (dns.exception.DNSException, UnsupportedAlgorithm, ValueError):
            return False
        return True


def _is_usable(key: DNSKEY) -> bool:
    """A zone key (RFC 4034 2.1), not revoked (RFC 5011), of a permitted algorithm and size."""
    if not key.flags & Flag.ZONE or key.flags & Flag.REVOKE or key.protocol != 3:
        return False
    return key.algorithm in _ALGORITHMS and (key.algorithm not in _RSA or _rsa_bits(key.key) in _RSA_BITS)


def _rsa_bits(key: bytes) -> int:
    """Bits of the modulus (RFC 3110 section 2); 0 for a key that is none."""
    length, start = (int.from_bytes(key[1:3]), 3) if key[:1] == b"\0" else (int.from_bytes(key[:1]), 1)
    # Exponents of more than 8 bytes make a check slow; nobody uses them.
    return int.from_bytes(key[start + length :]).bit_length() if 0 < length <= 8 else 0


def _is_digest(zone: dns.name.Name, key: DNSKEY, digest_type: int, digest: bytes) -> bool:
    name = next((text for known, text in _DIGESTS.items() if known == digest_type), None)
    return name is not None and dns.dnssec.make_ds(zone, key, name).digest == digest


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _text(rdtype: dns.rdatatype.RdataType) -> str:
    return dns.rdatatype.to_text(rdtype)
