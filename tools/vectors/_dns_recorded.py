"""Signed records that others published: RFC 9102's own vector, and a zone as the Internet had it in 2024."""

from __future__ import annotations

from pathlib import Path

import dns.dnssec
import dns.name
import dns.rdata
import dns.rdatatype
from dns.rdtypes.ANY.RRSIG import RRSIG

from ledger.mail.chain import SignedSet
from ledger.mail.dnssec import TrustAnchor

FILE = Path(__file__).with_name("_dns_recorded.txt")


def recorded(section: int) -> list[bytes]:
    """The chain of the first (0) or second (1) section of the file."""
    parts: list[list[str]] = []
    before = ""
    for line in FILE.read_text("ascii").splitlines():
        if line.startswith("#") and not before.startswith("#"):
            parts.append([])
        if not line.startswith("#"):
            parts[-1].append(line)
        before = line
    groups: dict[tuple[dns.name.Name, int], tuple[list[dns.rdata.Rdata], list[RRSIG]]] = {}
    for line in parts[section]:
        owner, _, _, kind, data = line.split(" ", 4)
        rdata = dns.rdata.from_text("IN", kind, data)
        name = dns.name.from_text(owner)
        covered = rdata.type_covered if isinstance(rdata, RRSIG) else rdata.rdtype
        records, signatures = groups.setdefault((name, covered), ([], []))
        if isinstance(rdata, RRSIG):
            signatures.append(rdata)
        else:
            records.append(rdata)
    return [SignedSet.make(name, *group).encoded for (name, _), group in groups.items()]


def root_anchors(chain: list[bytes]) -> tuple[TrustAnchor, ...]:
    """The root's key signing keys in a chain, believed for the sake of the test."""
    (root,) = [each for each in map(SignedSet.parse, chain) if each.name == dns.name.root]
    keys = [key for key in root.records if key.flags == 257]  # type: ignore[attr-defined]
    return tuple(TrustAnchor.parse(str(dns.dnssec.make_ds(dns.name.root, key, "SHA256"))) for key in keys)
