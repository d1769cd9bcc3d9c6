"""Real resolvers on loopback: honest, lying, silent, cut off, broken, and what the capture keeps of each."""

from __future__ import annotations

import asyncio
import socket
from datetime import UTC, datetime

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from ledger.errors import MalformedCapture
from ledger.mail.asked import Answer, Question, Resolver, mail_questions
from ledger.mail.capture import DnsCapture
from ledger.runtime.resolvers import capture, take_capture
from tests.mail.asking import PLAIN, SHOP, SHORT_S, ask, five, statuses, take, tree_of_now
from tests.mail.dns_server import (
    Respond,
    TestResolver,
    honest,
    lying,
    reply,
    running,
    saying,
    silent,
    truncating,
)
from tools.vectors._dns_zones import DKIM, ZoneTree

LIE = '"v=DKIM1; k=ed25519; p=AAAA"'


@pytest.fixture
def tree() -> ZoneTree:
    return tree_of_now()


def test_a_whole_mail(tree: ZoneTree) -> None:
    with running(**five(tree)) as servers:
        resolvers = [each.resolver for each in servers.values()]
        before = datetime.now(UTC).replace(microsecond=0)
        taken = capture(
            mail_questions([("shop.example", "s1"), ("shop.example", "svc")]), resolvers, anchors=tree.anchors
        )
        assert before <= taken.at <= datetime.now(UTC)
        assert taken.resolvers == tuple(resolvers)
        assert [str(each.question) for each in taken.asked] == [
            "TXT _dmarc.shop.example",
            "TXT s1._domainkey.shop.example",
            "MX shop.example",
            "TXT svc._domainkey.shop.example",
        ]
        assert all(answer.status == "answer" for each in taken.asked for answer in each.answers)
        assert [len(each.chain) for each in taken.asked] == [0, 6, 0, 9]
        for selector in ("s1", "svc"):
            finding = taken.key_finding("shop.example", selector, taken.at, tree.anchors)
            assert finding.key.origin == "dnssec" and finding.key.record == DKIM.encode("ascii")
            assert finding.agreed == ("one", "two", "three", "four", "five")
        assert DnsCapture.parse(taken.encode()) == taken
        for server in servers.values():
            # Nothing is looked up but what was asked and what proves it: no addresses, no reverse names.
            assert {kind for _, kind, _ in server.asked} <= {"TXT", "MX", "DNSKEY", "DS"}
            assert len(server.origins) == len([each for each in server.asked if not each[2]]), (
                "identifier or port twice"
            )


def test_unsigned_zone(tree: ZoneTree) -> None:
    finding = ask(tree, "plain.example", **five(tree))
    assert (finding.key.status, finding.key.origin, len(finding.agreed)) == ("found", "quorum", 5)


def test_one_resolver(tree: ZoneTree) -> None:
    assert ask(tree, "plain.example", one=honest(tree)).key.origin == "single"


def test_one_liar_of_five(tree: ZoneTree) -> None:
    finding = ask(tree, "plain.example", **five(tree, two=lying(tree, PLAIN, "TXT", LIE)))
    assert finding.key.origin == "part_quorum" and finding.key.record == DKIM.encode("ascii")
    assert finding.agreed == ("one", "three", "four", "five")


def test_two_liars_of_five(tree: ZoneTree) -> None:
    liar = lying(tree, PLAIN, "TXT", LIE)
    finding = ask(tree, "plain.example", **five(tree, two=liar, four=liar))
    assert (finding.key.status, finding.key.origin, finding.key.record) == ("unknown", "none", None)


def test_liars_against_a_signed_zone(tree: ZoneTree) -> None:
    """The one honest answer comes with a proof of what the zone signed, and most say that it is so no more."""
    liar = lying(tree, SHOP, "TXT", LIE)
    finding = ask(tree, "shop.example", **five(tree, one=liar, two=liar, three=liar, four=liar))
    assert finding.key.origin == "archive" and finding.key.record == DKIM.encode("ascii")
    assert finding.agreed == ("five",)
    finding = ask(tree, "shop.example", **five(tree, one=liar, two=liar))
    assert finding.key.origin == "dnssec" and finding.key.record == DKIM.encode("ascii")


def test_all_lie(tree: ZoneTree) -> None:
    """What resolvers say together without a proof is what they say: the origin says that it is no more."""
    finding = ask(tree, "shop.example", **dict.fromkeys(("one", "two"), lying(tree, SHOP, "TXT", LIE)))
    assert (finding.key.origin, finding.key.record) == ("quorum", b"v=DKIM1; k=ed25519; p=AAAA")


def test_revoked(tree: ZoneTree) -> None:
    finding = ask(tree, "shop.example", "old", **five(tree))
    assert (finding.key.status, finding.key.origin, finding.key.record) == ("revoked", "dnssec", b"v=DKIM1; p=")


def test_several_key_records(tree: ZoneTree) -> None:
    assert ask(tree, "shop.example", "two", **five(tree)).key.status == "unknown"


def test_no_such_key(tree: ZoneTree) -> None:
    finding = ask(tree, "plain.example", "s9", **five(tree, two=saying(dns.rcode.NXDOMAIN)))
    assert (finding.key.status, finding.key.origin) == ("missing", "quorum")


def test_one_says_no_such_name(tree: ZoneTree) -> None:
    respond = five(tree, three=saying(dns.rcode.NXDOMAIN))
    taken = take(tree, Question(PLAIN, "TXT"), **respond)
    assert statuses(taken) == ["answer", "answer", "nxdomain", "answer", "answer"]
    assert taken.key("plain.example", "s1", taken.at).origin == "part_quorum"


def test_failures_are_kept_apart(tree: ZoneTree) -> None:
    respond: dict[str, Respond] = {
        "honest": honest(tree),
        "servfail": saying(dns.rcode.SERVFAIL),
        "refused": saying(dns.rcode.REFUSED),
        "notimp": saying(dns.rcode.NOTIMP),
        "silent": silent,
    }
    taken = take(tree, Question(PLAIN, "TXT"), SHORT_S, **respond)
    assert statuses(taken) == ["answer", "servfail", "refused", "refused", "timeout"]
    finding = taken.key_finding("plain.example", "s1", taken.at)
    assert finding.key.origin == "single" and finding.reasons[0] == "1 of 5 resolvers agree, the others did not answer"


def test_nobody_there(tree: ZoneTree) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    nobody = Resolver("nobody", f"127.0.0.1:{port}")
    taken = capture([Question(PLAIN, "TXT")], [nobody], limit_s=SHORT_S)
    assert statuses(taken)[0] in ("timeout", "unreachable")
    assert taken.key("plain.example", "s1", taken.at).status == "unknown"


def test_second_try_by_udp(tree: ZoneTree) -> None:
    """A lost packet is no answer."""
    lost: list[int] = []

    def forgetful(query: dns.message.Message, by_tcp: bool) -> bytes | None:
        lost.append(query.id)
        return None if len(lost) == 1 else honest(tree)(query, by_tcp)

    taken = take(tree, Question(PLAIN, "TXT"), 1.5, one=forgetful)
    assert statuses(taken) == ["answer"] and len(set(lost)) == 2


def test_cut_off_answers_come_by_tcp(tree: ZoneTree) -> None:
    with running(one=truncating(tree)) as servers:
        one = servers["one"]
        taken = capture([Question(SHOP, "TXT")], [one.resolver], anchors=tree.anchors)
        assert taken.key("shop.example", "s1", taken.at, tree.anchors).origin == "dnssec"
        assert (SHOP, "TXT", False) in one.asked and (SHOP, "TXT", True) in one.asked
        assert ("example", "DS", True) in one.asked


def test_long_key_by_tcp(tree: ZoneTree) -> None:
    """A key record that fits no packet, in many character-strings."""
    text = "v=DKIM1; p=" + "A" * 2000
    strings = " ".join(f'"{text[start : start + 100]}"' for start in range(0, len(text), 100))
    tree.zones[dns.name.from_text("plain.example")].put(PLAIN, "TXT", strings)
    finding = ask(tree, "plain.example", one=honest(tree), two=honest(tree))
    assert finding.key.record == text.encode("ascii")


def test_too_large(tree: ZoneTree) -> None:
    zone = tree.zones[dns.name.from_text("plain.example")]
    zone.put(PLAIN, "TXT", *(f'"{number} {"x" * 200}"' for number in range(21)))
    assert statuses(take(tree, Question(PLAIN, "TXT"), one=honest(tree))) == ["too_large"]
    zone.put(PLAIN, "TXT", *(f'"{number}"' for number in range(2000)))  # over the limit of a reply by TCP
    assert statuses(take(tree, Question(PLAIN, "TXT"), one=honest(tree))) == ["too_large"]
    zone.put(PLAIN, "TXT", *(f'"{number}"' for number in range(33)))
    assert statuses(take(tree, Question(PLAIN, "TXT"), one=honest(tree))) == ["too_large"]


def _garbage(query: dns.message.Message, by_tcp: bool) -> bytes | None:
    return b"\x00" if by_tcp else query.id.to_bytes(2) + b"\x84\x00\x00\x01\x00\x09" + b"\xff" * 40


def _other_question(query: dns.message.Message, by_tcp: bool) -> bytes | None:
    other = dns.message.make_query("s1._domainkey.other.example.", "TXT", id=query.id)
    made = dns.message.make_response(other)
    made.answer.append(dns.rrset.from_text(other.question[0].name, 60, "IN", "TXT", LIE))
    return made.to_wire()


def _other_identifier(query: dns.message.Message, by_tcp: bool) -> bytes | None:
    made = dns.message.make_response(query)
    made.answer.append(dns.rrset.from_text(query.question[0].name, 60, "IN", "TXT", LIE))
    made.id = query.id ^ 1
    return made.to_wire()


@pytest.mark.parametrize("forged", [_garbage, _other_question, _other_identifier])
def test_what_answers_nothing_is_not_heard(tree: ZoneTree, forged: Respond) -> None:
    """Bytes that anybody on the way could send: the resolver counts as silent."""
    taken = take(tree, Question(PLAIN, "TXT"), SHORT_S, one=forged, two=honest(tree))
    assert statuses(taken) == ["timeout", "answer"]


def _garbage_by_tcp(tree: ZoneTree) -> Respond:
    return lambda query, by_tcp: b"\xff" * 20 if by_tcp else truncating(tree)(query, False)


def _nothing_by_tcp(tree: ZoneTree) -> Respond:
    return lambda query, by_tcp: None if by_tcp else truncating(tree)(query, False)


def test_broken_tcp(tree: ZoneTree) -> None:
    taken = take(tree, Question(PLAIN, "TXT"), one=_garbage_by_tcp(tree), two=_nothing_by_tcp(tree))
    assert statuses(taken) == ["malformed", "unreachable"]


def _records(*texts: str) -> Respond:
    """Answers everything with these records, whatever was asked."""

    def respond(query: dns.message.Message, by_tcp: bool) -> bytes | None:
        made = dns.message.make_response(query)
        for text in texts:
            owner, kind, data = text.split(" ", 2)
            made.answer.append(dns.rrset.from_text(owner, 60, "IN", kind, data))
        return made.to_wire()

    return respond


@pytest.mark.parametrize(
    ("texts", "status", "cnames"),
    [
        ([f"{PLAIN}. CNAME a.example.", f'a.example. TXT "{DKIM}"'], "answer", ("a.example",)),
        ([f"{PLAIN}. CNAME A.Example.", f'a.example. TXT "{DKIM}"'], "answer", ("a.example",)),
        ([f"{PLAIN}. CNAME a.example.", "a.example. CNAME b.example.", f'b.example. TXT "{DKIM}"'], "answer",
         ("a.example", "b.example")),
        ([f"{PLAIN}. CNAME a.example."], "nodata", ("a.example",)),
        ([f'other.example. TXT "{DKIM}"'], "nodata", ()),
        ([f"{PLAIN}. A 192.0.2.1"], "nodata", ()),
        ([f"{PLAIN}. CNAME {PLAIN}."], "malformed", ()),
        ([f"{PLAIN}. CNAME a.example.", f"a.example. CNAME {PLAIN}."], "malformed", ()),
        ([f"{PLAIN}. CNAME n0.example.", *(f"n{n}.example. CNAME n{n + 1}.example." for n in range(8))],
         "malformed", ()),
        ([f"{PLAIN}. CNAME a\\032b.example.", f'a\\032b.example. TXT "{DKIM}"'], "malformed", ()),
        ([f"{PLAIN}. CNAME printer.local.", f'printer.local. TXT "{DKIM}"'], "answer", ("printer.local",)),
    ],
)  # fmt: skip
def test_aliases(tree: ZoneTree, texts: list[str], status: str, cnames: tuple[str, ...]) -> None:
    taken = take(tree, Question(PLAIN, "TXT"), one=_records(*texts))
    assert statuses(taken) == [status]
    assert taken.asked[0].answers[0].cnames == cnames


def test_mx_names_are_kept_in_lower_case(tree: ZoneTree) -> None:
    taken = take(tree, Question("plain.example", "MX"), one=_records("plain.example. MX 10 MX.Plain.EXAMPLE."))
    assert taken.asked[0].answers == (Answer("answer", (), (b"\x00\x0a\x02mx\x05plain\x07example\x00",)),)


def test_bad_questions_reach_nobody(tree: ZoneTree) -> None:
    with running(one=honest(tree)) as servers:
        for domain in ("printer.local", "localhost", "shop.example/", "127.0.0.1", "\u2025.example"):
            with pytest.raises(MalformedCapture):
                capture(mail_questions([(domain, "s1")]), [servers["one"].resolver])
        assert servers["one"].asked == []


def test_too_many_questions(tree: ZoneTree) -> None:
    with running(one=honest(tree)) as servers:
        questions = [Question(f"d{number}.example", "MX") for number in range(25)]
        with pytest.raises(MalformedCapture, match="at most 24"):
            capture(questions, [servers["one"].resolver])
        assert servers["one"].asked == [], "nothing is asked that could not be kept"


def test_silent_ones_do_not_hinder_others(tree: ZoneTree) -> None:
    """More questions than a resolver is asked at once, to one that answers and three that never do."""
    tree.zones[dns.name.from_text("plain.example")].put("plain.example", "TXT", '"v=spf1 -all"')
    questions = [Question(f"n{number}.plain.example", "TXT") for number in range(24)]
    with running(one=silent, two=silent, three=silent, four=honest(tree)) as servers:
        taken = capture(questions, [each.resolver for each in servers.values()], limit_s=SHORT_S)
    assert [[answer.status for answer in each.answers] for each in taken.asked] == [["failed"] * 3 + ["nxdomain"]] * 24


def test_inside_an_event_loop(tree: ZoneTree) -> None:
    """Several captures at once, as a server takes them."""

    async def several(one: TestResolver) -> list[DnsCapture]:
        take_one = take_capture([Question(SHOP, "TXT")], [one.resolver], anchors=tree.anchors)
        take_two = take_capture([Question(PLAIN, "TXT")], [one.resolver], anchors=tree.anchors)
        return await asyncio.gather(take_one, take_two)

    with running(one=honest(tree)) as servers:
        first, second = asyncio.run(several(servers["one"]))
    assert first.key("shop.example", "s1", first.at, tree.anchors).origin == "dnssec"
    assert second.key("plain.example", "s1", second.at, tree.anchors).origin == "single"


def test_the_test_server_answers_as_servers_do(tree: ZoneTree) -> None:
    """What the tests above rest on: signatures only where asked for, names that do not exist, cut-off answers."""
    plain = dns.message.make_query("s1._domainkey.shop.example.", "TXT")
    assert [each.rdtype.name for each in reply(plain, tree).answer] == ["TXT"]
    wants = dns.message.make_query("svc._domainkey.shop.example.", "TXT", want_dnssec=True)
    kinds = [each.rdtype.name for each in reply(wants, tree).answer]
    assert kinds == ["CNAME", "RRSIG", "TXT", "RRSIG"]
    assert reply(dns.message.make_query("no.shop.example.", "TXT"), tree).rcode() == dns.rcode.NXDOMAIN
    assert reply(dns.message.make_query("_domainkey.shop.example.", "TXT"), tree).rcode() == dns.rcode.NOERROR
    cut = dns.message.from_wire(truncating(tree)(plain, False) or b"")
    assert cut.flags & dns.flags.TC and not cut.answer
