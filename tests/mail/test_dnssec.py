"""DNSSEC chains: the shipped anchors, other people's chains, weak keys, hostile bytes."""

from __future__ import annotations

import hashlib
import random
from contextlib import suppress
from datetime import UTC, datetime

import dns.dnssec
import dns.name
import dns.rdata
import dns.rdatatype
import dns.rrset
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from dns.rdtypes.ANY.RRSIG import RRSIG
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.encoding import encode_base64
from ledger.errors import MalformedCapture, VerificationDnssec
from ledger.mail.chain import MAX_CHAIN_BYTES, SignedSet, parse_chain, split_stream
from ledger.mail.dnssec import ROOT_ANCHORS, TrustAnchor, _is_usable, verify_chain
from tools.vectors._dns_recorded import recorded, root_anchors
from tools.vectors._dns_zones import END, KSK, START, ZSK, ZoneTree, shop_tree

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
NAME = "s1._domainkey.shop.example"
# The root's key signing keys as IANA publishes them beside their digests, and as resolvers ship them.
KSK_2017 = (
    "257 3 8 AwEAAaz/tAm8yTn4Mfeh5eyI96WSVexTBAvkMgJzkKTOiW1vkIbzxeF3+/4RgWOq7HrxRixHlFlExOLAJr5emLvN7SWXgnLh4+B5xQlN"
    "Vz8Og8kvArMtNROxVQuCaSnIDdD5LKyWbRd2n9WGe2R8PzgCmr3EgVLrjyBxWezF0jLHwVN8efS3rCj/EWgvIWgb9tarpVUDK/b58Da+sqqls3eN"
    "buv7pr+eoZG+SrDK6nWeL3c6H5Apxz7LjVc1uTIdsIXxuOLYA4/ilBmSVIzuDWfdRUfhHdY6+cn8HFRm+2hM8AnXGXws9555KrUB5qihylGa8sub"
    "X2Nn6UwNR1AkUTV74bU="
)
KSK_2024 = (
    "257 3 8 AwEAAa96jeuknZlaeSrvyAJj6ZHv28hhOKkx3rLGXVaC6rXTsDc449/cidltpkyGwCJNnOAlFNKF2jBosZBU5eeHspaQWOmOElZsjICM"
    "QMC3aeHbGiShvZsx4wMYSjH8e7Vrhbu6irwCzVBApESjbUdpWWmEnhathWu1jo+siFUiRAAxm9qyJNg/wOZqqzL/dL/q8PkcRU5oUKEpUge71M3e"
    "j2/7CPqpdVwuMoTvoB+ZOT4YeGyxMvHmbrxlFzGOHOijtzN+u1TQNatX2XBuzZNQ1K+s2CXkPIZo7s6JgZyvaBevYtxPvYLw4z9mR7K2vaF18UYH"
    "9Z9GNUUeayffKC73PYc="
)


@pytest.mark.parametrize(("text", "tag", "place"), [(KSK_2017, 20326, 0), (KSK_2024, 38696, 1)])
def test_the_shipped_anchors_are_the_digests_of_the_published_keys(text: str, tag: int, place: int) -> None:
    key = dns.rdata.from_text("IN", "DNSKEY", text)
    anchor = TrustAnchor.parse(str(dns.dnssec.make_ds(dns.name.root, key, "SHA256")))
    assert anchor == ROOT_ANCHORS[place]
    assert anchor.key_tag == tag == dns.dnssec.key_id(key)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["", "1 8 2 ab", "1 8 2", "20326 8 2 " + "0" * 63, "-1 8 2 " + "0" * 64, "x 8 2 " + "0" * 64]
)
def test_malformed_anchor(text: str) -> None:
    with pytest.raises(MalformedCapture, match="a trust anchor is"):
        TrustAnchor.parse(text)


def test_rfc9102_stream() -> None:
    """The pieces together are the 1,566 bytes of the RFC, in whatever order their records come."""
    chain = recorded(0)
    stream = b"".join(chain)
    assert len(stream) == 1566
    assert list(split_stream(stream)) == chain
    shuffled = b"".join(chain[3:] + chain[:3])
    assert sorted(split_stream(shuffled)) == sorted(chain)
    proven = verify_chain(
        split_stream(shuffled),
        "_443._tcp.www.example.com",
        "TLSA",
        root_anchors(chain),
        datetime(2020, 1, 1, tzinfo=UTC),
    )
    assert proven.records[0].hex().endswith("a7920b922")


def test_stream_over_limit() -> None:
    with pytest.raises(MalformedCapture, match="at most"):
        split_stream(bytes(MAX_CHAIN_BYTES + 1))
    with pytest.raises(MalformedCapture, match="at most"):
        parse_chain([bytes(1)] * 65)


def _shop_with(private: object, algorithm: str, rrsig: RRSIG | None = None) -> tuple[ZoneTree, list[bytes]]:
    """The chain of a shop whose records are signed with another key of its own."""
    tree = shop_tree()
    shop = tree.zones[dns.name.from_text("shop.example")]
    key = dns.dnssec.make_dnskey(private.public_key(), algorithm, ZSK)  # type: ignore[attr-defined]
    shop.put(shop.origin, "DNSKEY", shop.key(KSK), key)
    chain = tree.chain((NAME, "TXT"))
    return tree, [*chain[:-1], shop.signed_set(NAME, "TXT", key=key, private=private)]


@pytest.mark.parametrize(("algorithm", "bits"), [("RSASHA256", 1024), ("RSASHA512", 2048), ("RSASHA256", 4096)])
def test_rsa(algorithm: str, bits: int) -> None:
    tree, chain = _shop_with(generate_private_key(65537, bits), algorithm)
    assert verify_chain(chain, NAME, "TXT", tree.anchors, AT).valid_from == START


def _prime(bits: int, seed: random.Random) -> int:
    while True:
        number = seed.getrandbits(bits) | 1 | 3 << bits - 2
        if number % 65537 != 1 and all(pow(base, number - 1, number) == 1 for base in (2, 3, 5, 7, 11, 13)):
            return number


def _rsa(bits: int) -> tuple[int, int, int]:
    """Two primes and the secret exponent for 65537; libraries make none of less than 1,024 bits."""
    if bits >= 1024:
        numbers = generate_private_key(65537, bits).private_numbers()
        return numbers.p, numbers.q, numbers.d
    seed = random.Random(bits)
    p, q = _prime(bits // 2, seed), _prime(bits // 2, seed)
    return p, q, pow(65537, -1, (p - 1) * (q - 1))


@pytest.mark.parametrize(("bits", "fits"), [(512, False), (1016, False), (1024, True), (4104, False)])
def test_rsa_of_other_sizes(bits: int, fits: bool) -> None:
    """Signatures made by hand, because libraries rightly make none with such keys."""
    p, q, secret = _rsa(bits)
    public = b"\x03\x01\x00\x01" + (p * q).to_bytes(bits // 8)
    tree = shop_tree()
    shop = tree.zones[dns.name.from_text("shop.example")]
    key = dns.rdata.from_text("IN", "DNSKEY", f"256 3 8 {encode_base64(public)}")
    shop.put(shop.origin, "DNSKEY", shop.key(KSK), key)
    chain = tree.chain((NAME, "TXT"))
    last = SignedSet.parse(chain[-1])
    blank = last.signatures[0].replace(algorithm=8, key_tag=dns.dnssec.key_id(key))  # type: ignore[arg-type]
    rrset = dns.rrset.from_rdata_list(last.name, 3600, list(last.records))
    digest = hashlib.sha256(dns.dnssec._make_rrsig_signature_data(rrset, blank)).digest()  # type: ignore[attr-defined]
    info = bytes.fromhex("3031300d060960864801650304020105000420") + digest
    padded = b"\0\x01" + b"\xff" * (bits // 8 - 3 - len(info)) + b"\0" + info
    signature = pow(int.from_bytes(padded), secret, p * q).to_bytes(bits // 8)
    chain[-1] = SignedSet.make(last.name, last.records, [blank.replace(signature=signature)]).encoded
    if fits:
        assert verify_chain(chain, NAME, "TXT", tree.anchors, AT).valid_until == END
    else:
        with pytest.raises(VerificationDnssec, match="no such key"):
            verify_chain(chain, NAME, "TXT", tree.anchors, AT)


def test_signatures_by_every_zone_above_end() -> None:
    """Without keeping failures, each zone is asked for again by every signature below it: 8 to the power of 20."""
    tree = ZoneTree()
    origin = ""
    for number in range(20):
        origin = f"z{number}.{origin}"
        tree.add(origin)
    name = f"k.{origin}".rstrip(".")
    tree.zones[dns.name.from_text(origin)].put(name, "TXT", '"v=DKIM1; p="')
    chain = []
    for each in map(SignedSet.parse, tree.chain((name, "TXT"))):
        signatures = list(each.signatures)
        if each.type != dns.rdatatype.DNSKEY:
            above = [each.name]
            while above[-1] != dns.name.root:
                above.append(above[-1].parent())
            signatures = [signatures[0].replace(signer=signer) for signer in above[1:9]]
        chain.append(SignedSet.make(each.name, each.records, signatures).encoded)
    with pytest.raises(VerificationDnssec, match="trust anchors"):
        verify_chain(chain, name, "TXT", ROOT_ANCHORS, AT)


def test_two_aliases_at_one_name() -> None:
    """A zone's software would refuse them; bytes made by hand do not."""
    tree = shop_tree()
    piece = tree.chain(("svc._domainkey.shop.example", "CNAME"))[-1]
    start = piece.index(b"\0\0\x05\0\x01") + 1  # after the name: type, class, TTL, length, data
    record = piece[: start + 10 + int.from_bytes(piece[start + 8 : start + 10])]
    other = record.replace(b"\x04shop\x04dkim", b"\x04swap\x04dkim")
    both = b"".join(sorted([record, other])) + piece[len(record) :]
    assert len(SignedSet.parse(both).records) == 2
    with pytest.raises(VerificationDnssec, match="has 2 CNAME records"):
        verify_chain(
            [*tree.chain(("svc._domainkey.shop.example", "CNAME"))[:-1], both],
            "svc._domainkey.shop.example",
            "TXT",
            tree.anchors,
            AT,
        )


TREE = shop_tree()
CHAIN = TREE.chain(("svc._domainkey.shop.example", "CNAME"), ("shop.dkim.mailer.example", "TXT"))
PROVEN = verify_chain(CHAIN, "svc._domainkey.shop.example", "TXT", TREE.anchors, AT)


@settings(max_examples=300)
@given(st.integers(0, sum(map(len, CHAIN)) - 1), st.integers(0, 7))
def test_a_flipped_bit_never_proves_anything_else(place: int, bit: int) -> None:
    """Times to live and the case of names are not signed; all else is, or is not looked at."""
    number = 0
    while place >= len(CHAIN[number]):
        place -= len(CHAIN[number])
        number += 1
    piece = CHAIN[number]
    changed = piece[:place] + bytes([piece[place] ^ 1 << bit]) + piece[place + 1 :]
    chain = [*CHAIN[:number], changed, *CHAIN[number + 1 :]]
    try:
        proven = verify_chain(chain, "svc._domainkey.shop.example", "TXT", TREE.anchors, AT)
    except (MalformedCapture, VerificationDnssec):
        return
    assert proven == PROVEN


@settings(max_examples=300)
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    for made in (lambda: SignedSet.parse(data).encoded == data, lambda: split_stream(data)):
        with suppress(MalformedCapture):
            assert made() is not False


@settings(max_examples=200)
@given(st.sampled_from(CHAIN), st.integers(0, 2000), st.binary(min_size=1, max_size=6))
def test_changed_bytes(piece: bytes, place: int, patch: bytes) -> None:
    place %= len(piece)
    data = piece[:place] + patch + piece[place + len(patch) :]
    with suppress(MalformedCapture):
        assert SignedSet.parse(data).encoded == data


@settings(max_examples=200)
@given(st.lists(st.sampled_from(CHAIN), unique=True))
def test_less_never_proves_more(chain: list[bytes]) -> None:
    """Any part of the chain, in any order: the same, or nothing."""
    try:
        proven = verify_chain(chain, "svc._domainkey.shop.example", "TXT", TREE.anchors, AT)
    except VerificationDnssec:
        assert len(chain) < len(CHAIN)
    else:
        assert proven == PROVEN and len(chain) == len(CHAIN)


@pytest.mark.parametrize(
    ("flags", "protocol", "usable"),
    [(ZSK, 3, True), (KSK, 3, True), (ZSK, 2, False), (0, 3, False), (ZSK | 0x80, 3, False)],
)
def test_keys_that_count(flags: int, protocol: int, usable: bool) -> None:
    """By ourselves: that the DNS library passes over other protocols too hides a rule that is gone here."""
    key = shop_tree().root.key(ZSK).replace(flags=flags, protocol=protocol)
    assert _is_usable(key) is usable
