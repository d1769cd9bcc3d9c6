"""Cases of dns_capture.chain: from a root key to a record set, and every way in which that fails."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import dns.dnssec
import dns.name
import dns.rdata
import dns.rdatatype

from ledger.encoding import encode_base64
from ledger.mail.chain import SignedSet
from ledger.mail.dnssec import ROOT_ANCHORS, TrustAnchor
from tools.vectors._dns_files import AT, KEY_NAME, anchor_texts
from tools.vectors._dns_recorded import recorded, root_anchors
from tools.vectors._dns_zones import DKIM, END, KSK, START, ZSK, Zone, ZoneTree, shop_tree
from tools.vectors.writing import Cases

CHAIN = "dns_capture.chain"
ERROR = "VerificationDnssec"
NINJA = "dnssec_proof_tests.bitcoin.ninja"
FEBRUARY = "2024-02-29T12:00:00Z"


def add(cases: Cases) -> None:
    good(cases)
    good_recorded(cases)
    bad_times(cases)
    bad_links(cases)
    bad_bits(cases)
    bad_signers(cases)
    bad_algorithms(cases)
    bad_names(cases)
    bad_floods(cases)


def given(
    chain: Sequence[bytes], anchors: Sequence[TrustAnchor], name: str = KEY_NAME, kind: str = "TXT", at: str = AT
) -> dict[str, Any]:
    pieces = [encode_base64(each) for each in chain]
    return {"chain": pieces, "name": name, "type": kind, "anchors": anchor_texts(anchors), "at": at}


def _good(cases: Cases, name: str, value: dict[str, Any], records: Sequence[bytes], why: str, **shown: Any) -> None:
    ok: dict[str, Any] = {"records": [encode_base64(each) for each in records], "cnames": []}
    ok |= {"valid_from": _text(START), "valid_until": _text(END), **shown}
    cases.good(f"chain-{name}", CHAIN, value, ok, why)


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _wire(*strings: str) -> bytes:
    return b"".join(bytes([len(each)]) + each.encode("ascii") for each in strings)


SPLIT = [_wire(DKIM[:30], DKIM[30:])]
WHOLE = [_wire(DKIM)]


def good(cases: Cases) -> None:
    tree = shop_tree()
    chain = tree.chain((KEY_NAME, "TXT"))
    _good(cases, "signed", given(chain, tree.anchors), SPLIT, "Root, example, shop.example; Ed25519 and P-256.")
    for name, at in {"first-second": START, "last-second": END}.items():
        _good(cases, name, given(chain, tree.anchors, at=_text(at)), SPLIT, "The signatures just hold.")
    _good(cases, "upper-case", given(chain, tree.anchors, KEY_NAME.upper()), SPLIT, "Case does not matter.")
    _good(cases, "any-order", given(chain[::-1], tree.anchors), SPLIT, "The order of record sets is free.")
    extra = [*chain, tree.zones[dns.name.from_text("mailer.example")].signed_set("mailer.example", "DNSKEY")]
    _good(cases, "extra", given(extra, tree.anchors), SPLIT, "A record set that nothing needs is not looked at.")
    chain = tree.chain(("svc._domainkey.shop.example", "CNAME"), ("shop.dkim.mailer.example", "TXT"))
    value = given(chain, tree.anchors, "svc._domainkey.shop.example")
    _good(cases, "alias", value, WHOLE, "An alias into another zone.", cnames=["shop.dkim.mailer.example"])
    mails = [b"\0\x0a\x03mx1\x04shop\x07example\0", b"\0\x14\x03mx2\x04shop\x07example\0"]
    value = given(tree.chain(("shop.example", "MX")), tree.anchors, "shop.example", "MX")
    _good(cases, "mx", value, mails, "MX records at the top of the zone.")
    root = tree.root
    other = TrustAnchor(1, 8, 2, bytes(32))
    chain = tree.chain((KEY_NAME, "TXT"))
    _good(cases, "two-anchors", given(chain, [other, *tree.anchors]), SPLIT, "One of two trusted root keys is there.")
    sha384 = TrustAnchor.parse(str(dns.dnssec.make_ds(dns.name.root, root.key(KSK), "SHA384")))
    _good(cases, "sha384", given(chain, [sha384]), SPLIT, "A digest by SHA-384.")
    last = SignedSet.parse(chain[-1])
    broken = last.signatures[0].replace(signature=bytes(64))
    both = SignedSet.make(last.name, last.records, [broken, *last.signatures]).encoded
    _good(cases, "second-signature", given([*chain[:-1], both], tree.anchors), SPLIT, "One of two signatures is valid.")


def good_recorded(cases: Cases) -> None:
    rfc = recorded(0)
    tlsa = bytes.fromhex("0301018bd1da95272f7fa4ffb24137fc0ed03aae67e5c4d8b3c50734e1050a7920b922")
    value = given(rfc, root_anchors(rfc), "_443._tcp.www.example.com", "TLSA", "2019-06-01T00:00:00Z")
    window = {"valid_from": "2018-11-28T00:00:00Z", "valid_until": "2020-12-02T00:00:00Z"}
    _good(cases, "rfc9102", value, [tlsa], "The vector of RFC 9102, appendix A.1.", **window)
    ninja = recorded(1)
    window = {"valid_from": "2024-02-27T04:00:00Z", "valid_until": "2024-03-09T01:22:17Z"}
    text = [_wire("dnssec_prover_test")]
    value = given(ninja, ROOT_ANCHORS, f"txt_test.{NINJA}", at=FEBRUARY)
    _good(cases, "internet", value, text, "Real records under the real root key of 2017; RSA and P-256.", **window)
    value = given(ninja, ROOT_ANCHORS, f"cname_test.{NINJA}", at=FEBRUARY)
    _good(cases, "internet-alias", value, text, "A real alias.", cnames=[f"txt_test.{NINJA}"], **window)
    value = given(ninja, ROOT_ANCHORS, f"txt_sort_order.{NINJA}", at=FEBRUARY)
    (order,) = [each for each in map(SignedSet.parse, ninja) if str(each.name).startswith("txt_sort_order")]
    records = sorted(each.to_digestable() for each in order.records)
    _good(cases, "internet-order", value, records, "Records that only sort right by their bytes.", **window)
    value = given(ninja, ROOT_ANCHORS, f"asdf.wildcard_test.{NINJA}", at=FEBRUARY)
    _bad(cases, "internet-wildcard", value, "A real answer made from a wildcard.")
    value = given(rfc, ROOT_ANCHORS, "_443._tcp.www.example.com", "TLSA", "2019-06-01T00:00:00Z")
    _bad(cases, "rfc9102-real-root", value, "The vector of RFC 9102 under the real root keys.")


def _bad(cases: Cases, name: str, value: dict[str, Any], why: str) -> None:
    cases.bad(f"bad-proof-{name}", CHAIN, value, ERROR, why)


def bad_times(cases: Cases) -> None:
    tree = shop_tree()
    chain = tree.chain((KEY_NAME, "TXT"))
    second = timedelta(seconds=1)
    _bad(cases, "too-early", given(chain, tree.anchors, at=_text(START - second)), "A second before the signatures.")
    _bad(cases, "too-late", given(chain, tree.anchors, at=_text(END + second)), "A second after the signatures.")
    shop = tree.zones[dns.name.from_text("shop.example")]
    for name, owner, kind in [("keys", "shop.example", "DNSKEY"), ("record", KEY_NAME, "TXT")]:
        short = shop.signed_set(owner, kind, end=datetime(2026, 11, 20, 8, 59, 59, tzinfo=UTC))
        replaced = _replace(chain, short)
        _bad(cases, f"{name}-too-late", given(replaced, tree.anchors), f"Only the signature over the {kind} ended.")


def _replace(chain: Sequence[bytes], piece: bytes) -> list[bytes]:
    new = SignedSet.parse(piece)
    return [
        piece if (each.name, each.type) == (new.name, new.type) else each.encoded
        for each in map(SignedSet.parse, chain)
    ]


def bad_links(cases: Cases) -> None:
    tree = shop_tree()
    chain = tree.chain((KEY_NAME, "TXT"))
    names = ["root-keys", "example-keys", "example-ds", "shop-keys", "shop-ds", "record"]
    for place, name in enumerate(names):
        left = [*chain[:place], *chain[place + 1 :]]
        _bad(cases, f"no-{name}", given(left, tree.anchors), f"The chain lacks one record set: {name}.")
    _bad(cases, "empty", given([], tree.anchors), "No record sets.")
    _bad(cases, "no-anchor", given(chain, []), "No root key is trusted.")
    _bad(cases, "other-anchor", given(chain, ROOT_ANCHORS), "Other root keys are trusted.")
    _bad(
        cases,
        "zone-key-trusted",
        given(chain, [_anchor(tree.root, ZSK, "SHA256")]),
        "The key of the anchor signed nothing.",
    )
    wrong = TrustAnchor(tree.anchors[0].key_tag, tree.anchors[0].algorithm, 2, bytes(32))
    _bad(cases, "anchor-digest", given(chain, [wrong]), "Tag and algorithm of the anchor fit, its digest does not.")
    sha1 = TrustAnchor(tree.anchors[0].key_tag, tree.anchors[0].algorithm, 1, tree.anchors[0].digest)
    _bad(cases, "anchor-sha1", given(chain, [sha1]), "The anchor's digest is by SHA-1.")
    _bad(cases, "other-name", given(chain, tree.anchors, "s2._domainkey.shop.example"), "Another name is asked for.")
    _bad(cases, "other-type", given(chain, tree.anchors, kind="MX"), "Another type is asked for.")


def _anchor(zone: Zone, flags: int, digest: str) -> TrustAnchor:
    return TrustAnchor.parse(str(dns.dnssec.make_ds(zone.origin, zone.key(flags), digest)))


def bad_bits(cases: Cases) -> None:
    tree = shop_tree()
    chain = tree.chain((KEY_NAME, "TXT"))
    names = ["root-keys", "example-keys", "example-ds", "shop-keys", "shop-ds", "record"]
    for place, name in enumerate(names):
        piece = chain[place]
        # The last byte belongs to the signature; the last one of the first record to what is signed.
        first = SignedSet.parse(piece).records[0].to_wire()
        assert first is not None
        end = piece.index(first) + len(first) - 1
        for what, spot in {"signature": len(piece) - 1, "data": end}.items():
            changed = piece[:spot] + bytes([piece[spot] ^ 1]) + piece[spot + 1 :]
            value = given([*chain[:place], changed, *chain[place + 1 :]], tree.anchors)
            _bad(cases, f"bit-{what}-{name}", value, f"One bit of the {what} of {name} is flipped.")


def bad_signers(cases: Cases) -> None:
    tree = shop_tree()
    chain = tree.chain((KEY_NAME, "TXT"))
    shop = tree.zones[dns.name.from_text("shop.example")]
    mailer = tree.zones[dns.name.from_text("mailer.example")]
    whole = [*tree.chain((KEY_NAME, "TXT"), ("shop.dkim.mailer.example", "TXT"))]

    def signed_by(zone: Zone, owner: str, kind: str, **changed: Any) -> list[bytes]:
        rrset = next(
            z for z in tree.zones.values() if (dns.name.from_text(owner), dns.rdatatype.from_text(kind)) in z.records
        )
        found = rrset.records[dns.name.from_text(owner), dns.rdatatype.from_text(kind)]
        piece = SignedSet.make(found.name, list(found), [zone.sign(found, **changed)]).encoded
        return _replace(whole, piece)

    value = given(signed_by(mailer, KEY_NAME, "TXT"), tree.anchors)
    _bad(cases, "sibling", value, "A neighbouring zone signs the record.")
    value = given(signed_by(mailer, KEY_NAME, "TXT", signer=shop.origin), tree.anchors)
    _bad(cases, "sibling-poses", value, "A neighbouring zone signs the record under the name of the zone.")
    value = given(signed_by(shop, "shop.example", "DS"), tree.anchors)
    _bad(cases, "ds-by-itself", value, "The zone signs its own DS records.")
    keys = shop.records[shop.origin, dns.rdatatype.DNSKEY]
    rrsig = dns.dnssec.sign(keys, shop._private(ZSK), shop.origin, shop.key(ZSK), inception=START, expiration=END)
    piece = SignedSet.make(keys.name, list(keys), [rrsig]).encoded
    _bad(
        cases,
        "keys-by-zone-key",
        given(_replace(chain, piece), tree.anchors),
        "No key that the parent names signs the keys.",
    )
    piece = shop.signed_set(KEY_NAME, "TXT", key=mailer.key(ZSK), private=mailer._private(ZSK))
    _bad(
        cases,
        "unknown-key",
        given(_replace(chain, piece), tree.anchors),
        "The record is signed with a key the zone has not.",
    )


def _keys_changed(flags: int, protocol: int = 3) -> tuple[ZoneTree, list[bytes]]:
    """The chain of a shop whose zone signing key has other flags or another protocol."""
    tree = shop_tree()
    shop = tree.zones[dns.name.from_text("shop.example")]
    key = shop.key(ZSK).replace(flags=flags, protocol=protocol)
    shop.put(shop.origin, "DNSKEY", shop.key(KSK), key)
    record = shop.signed_set(KEY_NAME, "TXT", key=key)
    return tree, [*tree.chain((KEY_NAME, "TXT"))[:-1], record]


def bad_algorithms(cases: Cases) -> None:
    for name, flags, protocol, why in [
        ("no-zone-key", 0, 3, "The key is no zone key."),
        ("revoked-key", ZSK | 0x80, 3, "The key is revoked (RFC 5011)."),
        ("protocol", ZSK, 2, "The key is for another protocol."),
    ]:
        tree, chain = _keys_changed(flags, protocol)
        _bad(cases, name, given(chain, tree.anchors), why)
    tree = shop_tree()
    shop = tree.zones[dns.name.from_text("shop.example")]
    revoked = shop.key(KSK).replace(flags=KSK | 0x80)
    shop.put(shop.origin, "DNSKEY", revoked, shop.key(ZSK))
    above = tree.zones[dns.name.from_text("example")]
    above.put(shop.origin, "DS", dns.dnssec.make_ds(shop.origin, revoked, "SHA256"))
    chain = _replace(tree.chain((KEY_NAME, "TXT")), shop.signed_set(shop.origin, "DNSKEY", key=revoked))
    _bad(cases, "revoked-anchor-key", given(chain, tree.anchors), "The key that the zone above names is revoked.")
    tree = shop_tree()
    chain = tree.chain((KEY_NAME, "TXT"))
    last = SignedSet.parse(chain[-1])
    for number, name in [
        (1, "rsamd5"),
        (3, "dsa"),
        (5, "rsasha1"),
        (7, "nsec3-rsasha1"),
        (12, "gost"),
        (253, "private"),
    ]:
        weak = SignedSet.make(last.name, last.records, [last.signatures[0].replace(algorithm=number)]).encoded
        _bad(cases, name, given([*chain[:-1], weak], tree.anchors), f"The signature is by algorithm {number}.")
    ds = SignedSet.parse(chain[4])
    assert ds.type == dns.rdatatype.DS
    shop = tree.zones[ds.name]
    above = tree.zones[dns.name.from_text("example")]
    above.put(ds.name, "DS", dns.dnssec.make_ds(ds.name, shop.key(KSK), "SHA1", policy=dns.dnssec.allow_all_policy))
    piece = above.signed_set(ds.name, "DS")
    _bad(cases, "ds-sha1", given(_replace(chain, piece), tree.anchors), "The zone above names the key by SHA-1.")


def bad_names(cases: Cases) -> None:
    tree = shop_tree()
    mailer = tree.zones[dns.name.from_text("mailer.example")]
    wild = mailer.records[dns.name.from_text("*.wild.mailer.example"), dns.rdatatype.TXT]
    owner = dns.name.from_text("k.wild.mailer.example")
    piece = SignedSet.make(owner, list(wild), [mailer.sign(wild)]).encoded
    chain = tree.chain(("shop.dkim.mailer.example", "TXT"))[:-1]
    value = given([*chain, piece], tree.anchors, "k.wild.mailer.example")
    _bad(cases, "wildcard", value, "A record made from a wildcard: nothing shows that no closer one exists.")
    shop = tree.zones[dns.name.from_text("shop.example")]
    names = [f"c{number}.shop.example" for number in range(10)]
    for number, name in enumerate(names):
        shop.put(name, "CNAME", f"c{(number + 1) % 10}.shop.example.")
    shop.put("self.shop.example", "CNAME", "self.shop.example.")
    shop.put("c9.shop.example", "TXT", '"v=DKIM1; p="')
    value = given(tree.chain(("self.shop.example", "CNAME")), tree.anchors, "self.shop.example")
    _bad(cases, "alias-to-itself", value, "An alias that leads to itself.")
    path = [(name, "CNAME") for name in names[:9]]
    value = given(tree.chain(*path, ("c9.shop.example", "TXT")), tree.anchors, "c0.shop.example")
    _bad(cases, "nine-aliases", value, "Nine aliases before the record.")
    eight = given(tree.chain(*path[1:], ("c9.shop.example", "TXT")), tree.anchors, "c1.shop.example")
    _good(cases, "eight-aliases", eight, [_wire("v=DKIM1; p=")], "Eight aliases before the record.", cnames=names[2:])
    value = given(tree.chain(("svc._domainkey.shop.example", "CNAME")), tree.anchors, "svc._domainkey.shop.example")
    _bad(cases, "alias-alone", value, "The alias is proven, the record is not there.")


def _same_tag(number: int, tag: int, algorithm: int) -> bytes:
    """The public part of a key that has the given tag: nobody has its secret."""
    filler = bytes([number]) * 30
    have = dns.dnssec.key_id(_dnskey(ZSK, filler + b"\0\0", algorithm))
    value = (tag - have) % 0xFFFF
    return filler + value.to_bytes(2)


def _dnskey(flags: int, public: bytes, algorithm: int) -> Any:
    return dns.rdata.from_text("IN", "DNSKEY", f"{flags} 3 {algorithm} {encode_base64(public)}")


def bad_floods(cases: Cases) -> None:
    tree = shop_tree()
    shop = tree.zones[dns.name.from_text("shop.example")]
    key = shop.key(ZSK)
    tag = dns.dnssec.key_id(key)
    twins = [_dnskey(ZSK, _same_tag(number, tag, key.algorithm), key.algorithm) for number in range(1, 6)]
    assert {dns.dnssec.key_id(each) for each in twins} == {tag}
    shop.put(shop.origin, "DNSKEY", shop.key(KSK), key, *twins[:3])
    value = given(tree.chain((KEY_NAME, "TXT")), tree.anchors)
    _good(cases, "four-twins", value, SPLIT, "Four keys of the zone have one tag; one of them signed.")
    shop.put(shop.origin, "DNSKEY", shop.key(KSK), key, *twins[:4])
    value = given(tree.chain((KEY_NAME, "TXT")), tree.anchors)
    _bad(cases, "five-twins", value, "Five keys of the zone have one tag (KeyTrap).")
    _bad(cases, "many-signatures", given(*flood()), "More than 64 signatures would have to be tried (KeyTrap).")


def flood() -> tuple[list[bytes], tuple[TrustAnchor, ...], str]:
    """Eight wrong signatures before the right one, at every step of a long way."""
    tree = shop_tree()
    origin = "shop.example."
    for number in range(4):
        origin = f"z{number}.{origin}"
        tree.add(origin)
    name = f"k.{origin}".rstrip(".")
    tree.zones[dns.name.from_text(origin)].put(name, "TXT", f'"{DKIM}"')
    pieces = []
    for each in map(SignedSet.parse, tree.chain((name, "TXT"))):
        right = each.signatures[0]
        wrong = [right.replace(signature=bytes([number]) * 64) for number in range(7)]
        pieces.append(SignedSet.make(each.name, each.records, [right, *wrong]).encoded)
    return pieces, tree.anchors, name
