"""Captures taken from test resolvers, for the tests beside it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ledger.mail.asked import Question, key_question
from ledger.mail.capture import DnsCapture, KeyFinding
from ledger.runtime.resolvers import capture
from tests.mail.dns_server import Respond, honest, running
from tools.vectors._dns_zones import ZoneTree, shop_tree

SHOP = "s1._domainkey.shop.example"
PLAIN = "s1._domainkey.plain.example"
SHORT_S = 1.5
"""Time limit where somebody stays silent: nothing else depends on it."""


def tree_of_now() -> ZoneTree:
    """Zones whose signatures hold at the time of the test."""
    now = datetime.now(UTC)
    return shop_tree(now - timedelta(days=7), now + timedelta(days=7))


def ask(tree: ZoneTree, domain: str, selector: str = "s1", limit_s: float = 10, **respond: Respond) -> KeyFinding:
    """What a capture by these resolvers says of a key right now."""
    taken = take(tree, key_question(domain, selector), limit_s, **respond)
    return taken.key_finding(domain, selector, taken.at, tree.anchors)


def take(tree: ZoneTree, question: Question, limit_s: float = 10, **respond: Respond) -> DnsCapture:
    with running(**respond) as resolvers:
        return capture(
            [question], [each.resolver for each in resolvers.values()], limit_s=limit_s, anchors=tree.anchors
        )


def statuses(taken: DnsCapture) -> list[str]:
    (asked,) = taken.asked
    return [each.cause or each.status for each in asked.answers]


def five(tree: ZoneTree, **other: Respond) -> dict[str, Respond]:
    """Five resolvers, honest where ``other`` does not say something else."""
    return {name: honest(tree) for name in ("one", "two", "three", "four", "five")} | other
