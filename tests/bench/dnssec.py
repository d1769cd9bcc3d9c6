"""What proving a mail's key costs: DNSSEC chains, and reading a capture."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from ledger.errors import VerificationDnssec
from ledger.mail.asked import Answer, Asked, Resolver, mail_questions
from ledger.mail.capture import DnsCapture
from ledger.mail.dnssec import ROOT_ANCHORS, verify_chain
from tests.bench.figures import Figure, at_most
from tools.vectors._dns_chain_cases import flood
from tools.vectors._dns_recorded import recorded, root_anchors
from tools.vectors._dns_zones import shop_tree

ROUNDS = 60
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
FEBRUARY = datetime(2024, 2, 29, 12, tzinfo=UTC)


def dnssec() -> list[Figure]:
    """Milliseconds of CPU in one process, least of all rounds."""
    rfc, internet, tree = recorded(0), recorded(1), shop_tree()
    anchors = root_anchors(rfc)
    alias = tree.chain(("svc._domainkey.shop.example", "CNAME"), ("shop.dkim.mailer.example", "TXT"))
    many, many_anchors, many_name = flood()
    name = "cname_test.dnssec_proof_tests.bitcoin.ninja"
    work: dict[str, tuple[str, Callable[[], object]]] = {
        "dnssec_rfc9102_ms": (
            "the vector of RFC 9102: 6 signatures, P-256",
            lambda: verify_chain(rfc, "_443._tcp.www.example.com", "TLSA", anchors, datetime(2019, 6, 1, tzinfo=UTC)),
        ),
        "dnssec_internet_ms": (
            "a TXT record behind an alias as the Internet had it: 7 signatures, RSA and P-256; reading 11 record sets",
            lambda: verify_chain(internet, name, "TXT", ROOT_ANCHORS, FEBRUARY),
        ),
        "dnssec_alias_ms": (
            "a key behind an alias into another zone: 9 signatures, Ed25519 and P-256",
            lambda: verify_chain(alias, "svc._domainkey.shop.example", "TXT", tree.anchors, AT),
        ),
        "dnssec_hostile_ms": (
            "as many wrong signatures as are tried: 64",
            lambda: _refused(lambda: verify_chain(many, many_name, "TXT", many_anchors, AT)),
        ),
        "dns_capture_ms": ("reading a capture of five resolvers and one mail with chain, and its key", _capture()),
    }
    how = f"CPU time of one process, least of {ROUNDS}"
    goals = {"dnssec_rfc9102_ms": 10.0}
    return [at_most(name, _least(each), "ms", goals.get(name), f"{what}; {how}") for name, (what, each) in work.items()]


def _capture() -> Callable[[], object]:
    tree = shop_tree()
    chain = tuple(tree.chain(("s1._domainkey.shop.example", "TXT")))
    zone = next(each for each in tree.zones.values() if str(each.origin) == "shop.example.")
    answers = {}
    for question in mail_questions([("shop.example", "s1")]):
        found = next(
            rrset for (owner, _), rrset in zone.records.items() if _is(question, str(owner), rrset.rdtype.name)
        )
        records = tuple(sorted(rdata.to_digestable() for rdata in found))
        answers[question] = (Answer("answer", (), records),) * 5
    resolvers = [Resolver(f"r{number}", f"192.0.2.{number}:53") for number in range(5)]
    asked = [
        Asked(question, given, chain if "_domainkey" in question.name else ()) for question, given in answers.items()
    ]
    data = DnsCapture.make(AT, resolvers, asked).encode()

    def read() -> object:
        key = DnsCapture.parse(data).key("shop.example", "s1", AT, tree.anchors)
        assert key.origin == "dnssec"
        return key

    return read


def _is(question: object, owner: str, kind: str) -> bool:
    return str(question) == f"{kind} {owner.rstrip('.')}"


def _refused(work: Callable[[], object]) -> None:
    try:
        work()
    except VerificationDnssec as error:
        assert "more than 64" in str(error)
    else:
        raise AssertionError("the flood was not refused")


def _least(work: Callable[[], object]) -> float:
    return 1000 * min(_timed(work) for _ in range(ROUNDS))


def _timed(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start
