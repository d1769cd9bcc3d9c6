"""Captures as a container, and the sentences that come with a key."""

from __future__ import annotations

import base64
import json
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import Malformed, MalformedCapture, MalformedSize
from ledger.mail.asked import Answer, Asked, Question, Resolver, key_question, mail_questions, txt_text
from ledger.mail.capture import MAX_BYTES, NEAR, DnsCapture
from ledger.mail.quorum import View, decide, is_quorum, view_of
from tools.vectors._dns_files import FOUND, capture, failed, question
from tools.vectors._dns_zones import DKIM, shop_tree

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
KEY = Question("s1._domainkey.shop.example", "TXT")
ONE = Resolver("one", "192.0.2.1:53")
RECORD = bytes([len(DKIM)]) + DKIM.encode("ascii")


def of(*answers: Answer, at: datetime = AT, chain: tuple[bytes, ...] = ()) -> DnsCapture:
    resolvers = [Resolver(f"r{number}", f"192.0.2.{number}:53") for number in range(len(answers))]
    return DnsCapture.make(at, resolvers, [Asked(KEY, answers, chain)])


def test_questions_of_a_mail() -> None:
    found = [str(each) for each in mail_questions([("Shop.Example", "S1"), ("shop.example", "s2"), ("b.example", "k")])]
    assert found == [
        "TXT _dmarc.b.example",
        "TXT _dmarc.shop.example",
        "MX b.example",
        "TXT k._domainkey.b.example",
        "TXT s1._domainkey.shop.example",
        "TXT s2._domainkey.shop.example",
        "MX shop.example",
    ]


@pytest.mark.parametrize(
    ("domain", "selector"),
    [("shop.example.", "s1"), ("example", "s1"), ("192.0.2.1", "s1"), ("shop.example", ""), ("shop.example", "a b"),
     ("shop.example", "s1."), ("shop.example", "a" * 64), ("a" * 60 + ".example", ".".join(["a" * 60] * 4)),
     ("printer.local", "s1"), ("caf\u00e9.example", "s1"), ("shop.example", "s\u0131")],
)  # fmt: skip
def test_no_question_for_other_names(domain: str, selector: str) -> None:
    with pytest.raises(MalformedCapture):
        key_question(domain, selector)


def test_questions_of_hostile_mail() -> None:
    """Names that cannot be asked hinder no others, and the first 8 keys are enough."""
    assert mail_questions([("localhost", "s1"), ("shop.example", "a b"), ("printer.local", "s1")]) == ()
    assert len(mail_questions([("localhost", "s1"), ("shop.example", "s1")])) == 3
    pairs = [(f"d{number:03}.example", "s1") for number in range(50)]
    found = mail_questions([pairs[0], *pairs])
    assert len(found) == 24 and {each.name[-12:] for each in found} == {domain for domain, _ in pairs[:8]}


def test_longest_names() -> None:
    name = ".".join(["a" * 63] * 3 + ["a" * 61])
    assert len(name) == 253 and str(Question(name, "TXT")) == f"TXT {name}"


def test_make_sorts_and_keeps_its_bytes() -> None:
    asked = [Asked(Question(name, "TXT"), (Answer("nodata"),)) for name in ("b.example", "a.example")]
    made = DnsCapture.make(AT, [ONE], asked)
    assert [each.question.name for each in made.asked] == ["a.example", "b.example"]
    assert DnsCapture.parse(made.encode()) == made
    assert made.find(Question("b.example", "TXT")) == asked[0] and made.find(KEY) is None


def test_over_limit() -> None:
    with pytest.raises(MalformedSize):
        DnsCapture.parse(b" " * (MAX_BYTES + 1))


def test_the_largest_that_is_taken_fits() -> None:
    """24 questions to 16 resolvers with as much in each answer as may be."""
    records = tuple(sorted(b"\xff" + bytes([65 + n]) * 255 for n in range(16)))
    answers = (Answer("answer", tuple(f"{'a' * 60}.{n}.example" for n in range(8)), records),) * 16
    resolvers = [Resolver(f"r{number}", f"192.0.2.{number}:53") for number in range(16)]
    asked = [Asked(Question(f"n{number}.example", "TXT"), answers) for number in range(24)]
    data = DnsCapture.make(AT, resolvers, asked).encode()
    assert len(data) < MAX_BYTES - 8 * 4 * 65_536 // 3, "eight chains fit beside it"


def test_reasons_name_what_was_seen() -> None:
    lie = Answer("answer", (), (b"\x09v=DKIM1;p",))
    finding = of(*[Answer("answer", (), (RECORD,))] * 4, lie).key_finding("shop.example", "s1", AT)
    assert finding.agreed == ("r0", "r1", "r2", "r3") and finding.asked == 5
    assert finding.reasons == ("4 of 5 resolvers agree",)
    silent = of(*[Answer.failed("timeout")] * 3).key_finding("shop.example", "s1", AT)
    assert silent.reasons == ("no resolver answered",)
    later = of(Answer("answer", (), (RECORD,)), at=AT + timedelta(days=30)).key_finding("shop.example", "s1", AT)
    assert later.key.origin == "archive" and "after the receipt" in later.reasons[-1]


def test_a_chain_of_another_root_says_so() -> None:
    chain = tuple(shop_tree().chain((KEY.name, "TXT")))
    finding = of(Answer("answer", (), (RECORD,)), chain=chain).key_finding("shop.example", "s1", AT)
    assert finding.key.origin == "single"
    assert "the DNSSEC chain proves nothing" in finding.reasons[1] and "trust anchors" in finding.reasons[1]


def test_a_later_capture_is_never_better_than_an_archive() -> None:
    tree = shop_tree()
    chain = tuple(tree.chain((KEY.name, "TXT")))
    for answers in ([Answer("answer", (), (RECORD,))] * 6, [Answer.failed("timeout")]):
        for hours in (1.001, 24, 24 * 365):
            late = of(*answers, at=AT.replace(microsecond=0) + timedelta(seconds=int(hours * 3600)), chain=chain)
            assert late.key("shop.example", "s1", AT, tree.anchors).origin in ("archive", "none")


@given(st.lists(st.sampled_from(["a", "b", ""]), min_size=1, max_size=12))
def test_rule_of_agreement(sides: list[str]) -> None:
    """Compared with the rule as the Baseline Requirements say it."""
    views = [View("found", (side.encode(),)) if side else None for side in sides]
    decision = decide(views)
    most = max(sides.count("a"), sides.count("b"))
    allowed = 0 if len(sides) == 1 else 1 if len(sides) <= 5 else 2
    assert is_quorum(most, len(sides)) == (most >= 2 and len(sides) - most <= max(allowed, 1))
    if decision.origin == "quorum":
        assert most == len(sides) >= 2
    elif decision.origin == "part_quorum":
        assert most >= 2 and 0 < len(sides) - most <= allowed
    elif decision.origin == "single":
        assert most >= 1 and not (sides.count("a") and sides.count("b"))
    else:
        assert most == 0 or (sides.count("a") and sides.count("b") and len(sides) - most > 0)
    assert decision.view is None or decision.agreed == tuple(n for n, view in enumerate(views) if view == decision.view)
    assert (decision.view is None) == (decision.origin == "none")


@given(st.lists(st.sampled_from(["a", "b", ""]), min_size=1, max_size=9))
def test_one_voice_less_never_helps_the_other_side(sides: list[str]) -> None:
    """What a resolver says instead of nothing never makes another's view stronger."""
    views = [View("found", (side.encode(),)) if side else None for side in sides]
    before = decide(views)
    for place, view in enumerate(views):
        if view is None and before.view is not None:
            other = View("found", (b"c",))
            after = decide([*views[:place], other, *views[place + 1 :]])
            assert after.view in (before.view, None) and after.origin in (before.origin, "none")


def test_joined_strings() -> None:
    assert txt_text(b"\x01a\x00\x02bc") == b"abc"
    assert txt_text(b"\x00") == b""


@pytest.mark.parametrize(
    ("texts", "status"),
    [
        ([], "missing"),
        ([b""], "missing"),
        ([b"v=DKIM1; p=AA=="], "found"),
        ([b" v = DKIM1 ; p = AA== "], "found"),
        ([b"p="], "revoked"),
        ([b"k=rsa; p=\t"], "revoked"),
        ([b"v=DKIM2; p=AA=="], "missing"),
        ([b"v=DKIM1; p=AA==", b"v=DKIM1; p="], "broken"),
        ([b"v=DKIM1; p=AA==", b"\xff\xfe"], "found"),
        ([b"sp=none"], "missing"),
    ],
)
def test_views(texts: list[bytes], status: str) -> None:
    assert view_of(texts).status == status


_ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(0, 9)
    | st.sampled_from(["", "TXT", "answer", "failed", "AAAA", "a.example"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "type", "status"]), inner),
    max_leaves=6,
)
_WHOLE = json.loads(capture(question([FOUND, failed()], chain=shop_tree().chain((KEY.name, "TXT")))))


def _places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in items for place in _places(item, (*path, key)))]


@given(st.sampled_from(_places(_WHOLE)[1:]), _ANY)
def test_any_value_in_any_place(path: tuple[str | int, ...], value: object) -> None:
    changed = json.loads(json.dumps(_WHOLE))
    inner = changed
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    data = json.dumps(changed, sort_keys=True, separators=(",", ":")).encode("ascii")
    with suppress(Malformed):
        parsed = DnsCapture.parse(data)
        assert parsed.encode() == data
        assert parsed.key("shop.example", "s1", AT).domain == "shop.example"


@given(st.binary(max_size=60))
def test_any_record(data: bytes) -> None:
    for kind in ("TXT", "MX"):
        asked = question([FOUND], kind=kind)
        asked["answers"][0]["records"] = [base64.b64encode(data).decode("ascii")]
        with suppress(Malformed):
            assert DnsCapture.parse(capture(asked).encode("ascii"))


def test_near_is_an_hour() -> None:
    assert timedelta(hours=1) == NEAR, "docs/spec/dns-capture.md says so"


SPEC = Path(__file__).resolve().parents[2] / "docs" / "spec" / "dns-capture.md"


def test_the_table_of_agreement_is_what_the_code_does() -> None:
    """For 1 to 8 resolvers, each number that agrees, with the others silent and with the others differing."""
    rows = re.findall(
        r"^   \| (?:`(\w+)`[^|]*|\*n\*) \|((?: [0-9\u2013]+ \|){8})$", SPEC.read_text(encoding="utf-8"), re.M
    )
    cells = {
        name: [int(cell) if cell.isdigit() else 99 for cell in row.replace("|", " ").split()] for name, row in rows
    }
    assert cells.pop("") == list(range(1, 9)) and set(cells) == {"quorum", "part_quorum", "single"}
    found, lie = View("found", (b"v=DKIM1; p=AAAA",)), View("found", (b"v=DKIM1; p=BBBB",))
    for asked in range(1, 9):
        quorum, part, single = (cells[name][asked - 1] for name in ("quorum", "part_quorum", "single"))
        for agreed in range(1, asked + 1):
            silent = decide([found] * agreed + [None] * (asked - agreed))
            wanted = "quorum" if agreed >= quorum else "part_quorum" if agreed >= part else "single"
            assert agreed >= single and (silent.origin, silent.view) == (wanted, found), (asked, agreed)
            if agreed < asked:
                against = decide([found] * agreed + [lie] + [None] * (asked - agreed - 1))
                assert against.origin == ("part_quorum" if agreed >= part else "none"), (asked, agreed)
        assert decide([None] * asked).origin == "none"


def test_one_resolver_does_not_agree_with_itself_and_none_is_said() -> None:
    none, found = Answer("nxdomain", (), ()), Answer("answer", (), (RECORD,))
    said = [of(*answers).key_finding("shop.example", "s1", AT).reasons[0] for answers in ([found], [none], [none] * 3)]
    assert said[0] == "one resolver was asked, and it says so"
    assert said[1] == "one resolver was asked, and it says that there is none"
    assert said[2] == "3 of 3 resolvers agree that there is none"
