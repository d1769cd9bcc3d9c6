"""The closed schema of every kind, and the page that lists it."""

from __future__ import annotations

import re
from typing import Any, cast

import pytest

from ledger.encoding import Json
from ledger.errors import MalformedFacts
from ledger.kinds import COUNTRIES, KINDS, Check, check_facts, is_domain
from tools import spec_lists
from tools.vectors.statement_facts import IN_CASE, LEAST_IN_CASE, LEAST_OUTSIDE, OUTSIDE

OPENED: dict[str, Json] = {"acting": "self", "place": "IE", "regime": "eu-gdpr", "related": []}
FULL: dict[str, dict[str, Any]] = {
    "case.opened": OPENED,
    **{name: facts for name, (facts, _) in IN_CASE.items()},
    **{name: facts for name, (facts, _, _) in OUTSIDE.items()},
}
LEAST: dict[str, dict[str, Any]] = {
    **FULL,
    **{name: facts for name, (facts, _) in LEAST_IN_CASE.items()},
    **{name: facts for name, (facts, _, _) in LEAST_OUTSIDE.items()},
}
# Who writes what, and the kinds outside a case, as the design page states them.
WRITERS = {
    "case.opened": "requester",
    "request.sent": "requester",
    "request.reminded": "requester",
    "request.delivered": "requester attester",
    "request.acknowledged": "company requester",
    "request.action_required": "company",
    "request.action_supplied": "requester",
    "deadline.extended": "company requester",
    "request.fulfilled": "company requester",
    "request.partially_fulfilled": "company requester",
    "request.refused": "company requester",
    "request.withdrawn": "requester",
    "case.confirmed": "requester",
    "account.suspended": "requester company",
    "account.terminated": "requester company",
    "account.restored": "requester company",
    "loss.stated": "requester",
    "service.outage": "requester attester company",
    "service.restored": "requester attester company",
    "statement.disputed": "requester company",
    "complaint.lodged": "requester attester",
    "complaint.decided": "requester attester",
    "evidence.attested": "attester",
    "company.key_bound": "attester company operator",
    "company.key_revoked": "attester company operator",
    "attester.bound": "operator",
    "citation.recorded": "operator",
    "entry.withheld": "operator",
    "ledger.opened": "operator",
}


def _checks() -> list[tuple[str, str, Check]]:
    return [
        (kind.name, name, check)
        for kind in KINDS.values()
        for mapping in (kind.required, kind.optional)
        for name, check in mapping.items()
    ]


def test_kinds_and_writers() -> None:
    assert {name: frozenset(roles.split()) for name, roles in WRITERS.items()} == {
        name: kind.writers for name, kind in KINDS.items()
    }


def test_presence_is_frozen() -> None:
    outside = {name for name, kind in KINDS.items() if not kind.has_case}
    assert outside == {"case.opened", *OUTSIDE}
    assert {name for name, kind in KINDS.items() if kind.company == "absent"} == {
        "attester.bound",
        "entry.withheld",
        "ledger.opened",
    }
    assert {name for name, kind in KINDS.items() if kind.company == "optional"} == {"citation.recorded"}


@pytest.mark.parametrize("name", sorted(KINDS))
def test_full_and_least_facts(name: str) -> None:
    assert set(FULL[name]) == {*KINDS[name].required, *KINDS[name].optional}
    assert set(LEAST[name]) == set(KINDS[name].required) or LEAST[name] == FULL[name]
    check_facts(name, FULL[name])
    check_facts(name, LEAST[name])


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_fact_is_needed_and_no_other_is_allowed(name: str) -> None:
    for fact in KINDS[name].required:
        with pytest.raises(MalformedFacts, match=f"lacks {fact}"):
            check_facts(name, {key: value for key, value in FULL[name].items() if key != fact})
    with pytest.raises(MalformedFacts, match="unknown member note"):
        check_facts(name, {**FULL[name], "note": "x"})
    for fact in KINDS[name].optional:
        check_facts(name, {key: value for key, value in FULL[name].items() if key != fact})


WRONG: list[Json] = [None, True, -1, 2**53, "", "Kim said so.", "\x00", "é", [""], ["é"], {}, {"a": 1}, ["b", "a"]]


@pytest.mark.parametrize("name", sorted(KINDS))
@pytest.mark.parametrize("value", WRONG, ids=repr)
def test_no_fact_takes_anything_at_all(name: str, value: Json) -> None:
    """Each fact refuses each of these, but for the few that may be exactly that."""
    allowed: dict[str, list[Any]] = {
        "published_contact": [True],
        "dates": [{}],
        "source": ["Kim said so."],
    }
    for fact in FULL[name]:
        if value in allowed.get(fact, []):
            continue
        with pytest.raises(MalformedFacts, match=f"facts of {re.escape(name)}.{fact}"):
            check_facts(name, {**FULL[name], fact: value})


def test_unknown_kinds_have_no_schema() -> None:
    check_facts("later.kind", {"anything": ["at", "all"]})


@pytest.mark.parametrize(("kind", "fact", "check"), _checks(), ids=lambda part: part if isinstance(part, str) else "")
def test_every_listed_word_is_accepted_and_well_formed(kind: str, fact: str, check: Check) -> None:
    if not check.values:
        return
    assert len(set(check.values)) == len(check.values)
    in_a_list = isinstance(FULL[kind][fact], list)
    for word in check.values:
        assert re.fullmatch(r"[a-z0-9_-]+|[CS]", word)
        check_facts(kind, {**FULL[kind], fact: [word] if in_a_list else word})
        with pytest.raises(MalformedFacts):
            check_facts(kind, {**FULL[kind], fact: [word + " "] if in_a_list else word + " "})


def test_refusal_reasons_are_the_sixteen() -> None:
    check = KINDS["request.refused"].required["reasons"]
    assert len(check.values) == 16
    check_facts("request.refused", {**FULL["request.refused"], "reasons": cast(Json, sorted(check.values))})


def test_places() -> None:
    assert len(COUNTRIES) == 249
    for place in ("KR", "US-CA", "GB-ENG", "FR-75", "IE-D"):
        check_facts("case.opened", {**OPENED, "place": place})
    wrong: list[Json] = [
        *("XX", "UK", "EU", "kr", "KOR", "K", "US_CA", "US-", "US-CALI", "US-ca", "US-CA ", "US-CA\n", 1, None)
    ]
    for other in wrong:
        with pytest.raises(MalformedFacts, match="country or subdivision"):
            check_facts("case.opened", {**OPENED, "place": other})


@pytest.mark.parametrize(
    "name",
    ["a.b", "shop.example", "xn--bj0bj06e.xn--3e0b707e", "1.2.3.4.in-addr.arpa", "a" * 63 + ".kr", "1-1.3com", "0.a0"],
)
def test_domains(name: str) -> None:
    assert is_domain(name)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            "a",
            "a.",
            ".a.b",
            "a..b",
            "A.b",
            "a.B",
            "a_b.c",
            "-a.b",
            "a-.b",
            "a.b-",
            "a.-b",
            "192.0.2.1",
            "a.1",
            "a.b.",
        ),
        *(
            "a" * 64 + ".kr",
            ".".join(["a" * 60] * 4) + ".abcdefghij",
            "a.b\n",
            " a.b",
            "a b.c",
            "상점.kr",
            "a。b",
            "a.b:443",
            "[::1]",
        ),
        *(None, 1, b"a.b", ["a.b"]),
    ],
)
def test_no_domains(name: object) -> None:
    assert not is_domain(name)


def test_longest_domain() -> None:
    name = f"{'a' * 63}.{'b' * 63}.{'c' * 63}.{'d' * 58}.kr"
    assert len(name) == 253
    assert is_domain(name)
    assert not is_domain("e" + name)


def test_loss_cannot_end_before_it_begins() -> None:
    facts: dict[str, Json] = {"what": "money", "from": "2026-11-03", "until": "2026-11-03"}
    check_facts("loss.stated", facts)
    with pytest.raises(MalformedFacts, match="until lies before from"):
        check_facts("loss.stated", {**facts, "until": "2026-11-02"})


def test_the_page_lists_what_the_code_accepts() -> None:
    page = spec_lists.PAGE.read_text(encoding="utf-8")
    assert page == spec_lists.replaced(page), "run python -m tools.spec_lists"
    for kind, fact, check in _checks():
        assert f"`{kind}`" in page and f"`{fact}`" in page
        assert all(f"`{word}`" in page for word in check.values)


def test_the_page_without_its_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="lacks the marks"):
        spec_lists.replaced("no marks here")
