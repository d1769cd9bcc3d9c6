"""The register that ships, and files as large as they may be; tests/vectors/authorities says the rest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.deadlines.authorities import MAX_BYTES, MAX_RECORDS, Register, authority_json, parse_authorities
from ledger.deadlines.rulebook import SHIPPED, load_register, load_rule
from ledger.errors import MalformedAuthorities
from tools.vectors.authorities import MARKED, PLAIN, line

KINDS = ("supervision", "reports", "mediation")


def test_what_ships() -> None:
    """Korea alone; each with quality, day and source, and what was not found is not there."""
    found = {item.slug: item for item in load_register().at("KR", KINDS)}
    assert list(found) == ["pipc", "kisa-privacy-call-centre", "kopico"]
    assert len(load_register().authorities) == 3
    for item in found.values():
        assert item.quality is not None and item.read_on is not None and item.sources
        assert item.name.ko != item.name.en and item.comments
        assert item.register == "habeas"
    assert found["pipc"].address is found["pipc"].phone is found["pipc"].webform is None, "no source gave one"
    assert "pipc.go.kr" in found["kopico"].sources[0], "no stranger's file stands as the source"
    assert found["kopico"].quality == "unconfirmed" and str(found["kopico"].source_date) == "2024-12-16"
    assert found["kopico"].is_named("kopico.go.kr") and not found["pipc"].is_named("kopico.go.kr")


def test_rules_name_kinds_that_they_speak_of() -> None:
    """Where mediation has periods the rule names it, and no rule of another kind of authority names any."""
    for regime in SHIPPED:
        rule = load_rule(regime)
        assert ("mediation" in rule.authority_kinds) == any(item.at == "mediation" for item in rule.periods.values())
    assert load_rule("eu-dsa").authority_kinds == load_rule("us-va").authority_kinds == ()
    assert load_rule("eu-gdpr").authority_kinds == ("supervision",)


def test_a_file_over_what_ships() -> None:
    """It adds, replaces by slug, and each record says from which register it is."""
    register = load_register().with_file((line(MARKED, slug="kopico") + "\n" + line(PLAIN) + "\n").encode())
    [mediator] = register.at("KR", ["mediation"])
    assert mediator.name.en == "Example Mediator"
    assert str(authority_json(mediator)["listed_by"]).startswith("file sha256:")
    assert [item.slug for item in register.at("IE", ["supervision"])] == ["iexample"]
    assert len(load_register().authorities) == 3, "the register that ships is a value"


@pytest.mark.parametrize(("more", "accepted"), [(0, True), (1, False)])
def test_sizes(more: int, accepted: bool) -> None:
    many = "\n".join(line(PLAIN, slug=f"a{number}") for number in range(MAX_RECORDS + more))
    record = line(PLAIN)
    lines = "\n".join(record.replace("iexample", f"a{number}").ljust(1600) for number in range(1300))
    large = lines.ljust(MAX_BYTES + more).encode()
    for data in (many.encode(), large) if more else (many.encode(),):
        if accepted:
            assert len(parse_authorities(data, "test")) == MAX_RECORDS
        else:
            with pytest.raises(MalformedAuthorities, match="at most"):
                parse_authorities(data, "test")


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_no_bytes_crash_it(data: bytes) -> None:
    try:
        Register().with_file(data)
    except MalformedAuthorities as error:
        assert len(str(error)) > 10


@given(st.integers(0, len(line(MARKED).encode()) * 8 - 1))
def test_any_bit_flipped(bit: int) -> None:
    """Refused, or a record that says something else; never another error."""
    data = bytearray(line(MARKED).encode())
    data[bit // 8] ^= 1 << bit % 8
    try:
        [item] = parse_authorities(bytes(data), "test")
    except MalformedAuthorities:
        return
    assert item != parse_authorities(line(MARKED).encode(), "test")[0]
