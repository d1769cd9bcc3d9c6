"""What a policy says of mail, written and read back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ledger.errors import MalformedPolicy
from ledger.mail.anchors import ROOT_ANCHORS, TrustAnchor
from ledger.mail.capture import MEDIA_TYPE
from ledger.mail.dnssec import ROOT_ANCHORS as USED
from ledger.mail.published import PublishedKey
from ledger.mail.senders import Senders
from ledger.mail.trust import MailTrust
from ledger.policy import encode_policy, parse_policy
from tools.vectors._bundles import ledger_trust

OWN = TrustAnchor(12_345, 13, 2, bytes(32))
KEY = PublishedKey(bytes(range(32)), datetime(2026, 11, 20, tzinfo=UTC))
DOMAINS = {"shop.example": frozenset({"shop.example", "mail.example"}), "quiet.example": frozenset({"a.example"})}


@pytest.mark.parametrize(
    "trust",
    [
        MailTrust(),
        MailTrust(anchors=(OWN,)),
        MailTrust(anchors=(*ROOT_ANCHORS, OWN)),
        MailTrust(published=(KEY,)),
        MailTrust(DOMAINS, (KEY,), (OWN,)),
        MailTrust(DOMAINS, senders={"shop.example": Senders(frozenset({"a@mail.example", "b@shop.example"}))}),
        MailTrust(DOMAINS, senders={"quiet.example": Senders(shared=True)}),
    ],
)
def test_a_round_trip(trust: MailTrust) -> None:
    assert parse_policy(encode_policy(ledger_trust(), mail=trust)).mail == trust


def test_what_ships() -> None:
    """A policy that names no root believes those of IANA, and says nothing of them when it is written."""
    text = encode_policy(ledger_trust())
    assert b"root_anchors" not in text and parse_policy(text).mail.anchors == ROOT_ANCHORS == USED
    assert [anchor.key_tag for anchor in ROOT_ANCHORS] == [20_326, 38_696]
    assert all(TrustAnchor.parse(anchor.encode()) == anchor for anchor in ROOT_ANCHORS)


def test_domains_of_a_company() -> None:
    trust = MailTrust(DOMAINS)
    assert trust.domains_of("quiet.example") == {"a.example"}
    assert trust.domains_of("other.example") == {"other.example"}, "its own, where nobody says otherwise"


def test_a_wrong_root_is_named() -> None:
    text = encode_policy(ledger_trust(), mail=MailTrust(anchors=(OWN,))).replace(b"12345 13", b"123456 13")
    with pytest.raises(MalformedPolicy, match="root_anchors: a trust anchor is"):
        parse_policy(text)


def test_the_media_type_of_captures() -> None:
    assert MEDIA_TYPE == "application/vnd.habeas.dns-capture+json"
