"""DNSSEC chains fetched from resolvers: whole, half, ended, of another root."""

from __future__ import annotations

from datetime import UTC, datetime

import dns.message
import dns.name
import dns.rdatatype
import pytest

from ledger.mail.asked import Question, key_question
from ledger.mail.dnssec import ROOT_ANCHORS
from ledger.runtime.resolvers import capture
from tests.mail.asking import SHOP, SHORT_S, ask, five, statuses, take, tree_of_now
from tests.mail.dns_server import Respond, changing, honest, running
from tools.vectors._dns_zones import DKIM, ZoneTree, shop_tree


@pytest.fixture
def tree() -> ZoneTree:
    return tree_of_now()


def _stripped(made: dns.message.Message) -> None:
    made.answer = [each for each in made.answer if each.rdtype != dns.rdatatype.RRSIG]


def test_chain_from_whoever_has_signatures(tree: ZoneTree) -> None:
    """A resolver that knows no DNSSEC answers, another proves."""
    finding = ask(tree, "shop.example", one=changing(tree, _stripped), two=honest(tree))
    assert finding.key.origin == "dnssec" and finding.agreed == ("one", "two")
    assert ask(tree, "shop.example", one=changing(tree, _stripped)).key.origin == "single"


def _without(kind: str) -> Respond:
    """As an honest one, but silent about one type."""
    tree = tree_of_now()
    return lambda query, by_tcp: None if query.question[0].rdtype.name == kind else honest(tree)(query, by_tcp)


@pytest.mark.parametrize("kind", ["DNSKEY", "DS"])
def test_half_a_chain_is_none(tree: ZoneTree, kind: str) -> None:
    """The answers stand although the proof did not come in time."""
    taken = take(tree, Question(SHOP, "TXT"), SHORT_S, one=_without(kind))
    assert statuses(taken) == ["answer"] and taken.asked[0].chain == ()


def test_a_chain_that_verifies_replaces_one_that_does_not(tree: ZoneTree) -> None:
    ended = shop_tree(datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 2, 1, tzinfo=UTC))
    old = ask(tree, "shop.example", one=honest(ended))
    assert old.key.origin == "single" and "2020-02-01" in old.reasons[1]
    assert ask(tree, "shop.example", one=honest(ended), two=honest(tree)).key.origin == "dnssec"


def test_other_anchors_keep_the_chain(tree: ZoneTree) -> None:
    """Whoever takes a capture may know an older root key than whoever reads it."""
    with running(one=honest(tree)) as servers:
        taken = capture([Question(SHOP, "TXT")], [servers["one"].resolver], anchors=ROOT_ANCHORS)
    assert taken.key("shop.example", "s1", taken.at).origin == "single"
    assert taken.key("shop.example", "s1", taken.at, tree.anchors).origin == "dnssec"


def test_wildcard(tree: ZoneTree) -> None:
    """The answer counts by agreement; a proof would have to show that nothing closer exists."""
    zone = tree.zones[dns.name.from_text("shop.example")]
    zone.put("*._domainkey.shop.example", "TXT", '"v=DKIM1; p="')
    finding = ask(tree, "shop.example", "anything", **five(tree))
    assert (finding.key.status, finding.key.origin) == ("revoked", "quorum")
    assert "wildcard" in finding.reasons[1]


def test_too_many_zones(tree: ZoneTree) -> None:
    origin = "shop.example."
    for number in range(16):
        origin = f"z{number}.{origin}"
        tree.add(origin)
    domain = origin.rstrip(".")
    tree.zones[dns.name.from_text(origin)].put(f"s1._domainkey.{domain}", "TXT", f'"{DKIM}"')
    taken = take(tree, key_question(domain, "s1"), one=honest(tree))
    assert statuses(taken) == ["answer"] and taken.asked[0].chain == ()
