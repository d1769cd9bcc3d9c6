"""Grades: taking away never helps, publication of a key, exactly the table, and no crash on hostile mails."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import Malformed
from ledger.mail.author import author_domain
from ledger.mail.binding import find_case
from ledger.mail.grade import GRADES, SINGLE_USE, PublishedKey, Result, grade_mail
from ledger.mail.key import KeyAtReceipt, KeyRecord, Origin
from ledger.mail.raw import RawMail
from ledger.mail.reasons import CODES
from tests.unit.mails import AT, CASE, ED, GOOD, RSA, SERVICE, SHOP, By, grade, held, mail, sign
from tests.unit.test_mail_raw import HOSTILE
from tools.vectors._mail_keys import record, rsa

SPEC = (Path(__file__).resolve().parents[2] / "docs" / "spec" / "mail.md").read_text(encoding="utf-8")
ORIGINS: tuple[Origin, ...] = ("dnssec", "quorum", "part_quorum", "single", "archive", "recovered", "none")
"""From the strongest to the weakest."""
RANK: dict[Result, int] = {"grade_a": 0, "grade_b": 1, "grade_c": 2, "grade_d": 3, "undetermined": 4, "failed": 5}
SHORT = By(rsa("shop", 1024), "s1024")
_SIGNERS = (GOOD, ED, SERVICE, SHORT, By(RSA, "sha1", hash_name="sha1"), By(RSA, "sl", length=10))


def test_origins_are_all_origins() -> None:
    assert set(ORIGINS) == set(get_args(Origin))


@given(
    st.lists(st.sampled_from(_SIGNERS), min_size=1, max_size=3, unique_by=lambda by: by.selector),
    st.booleans(),
    st.lists(st.booleans(), min_size=6, max_size=6),
    st.lists(st.sampled_from(ORIGINS), min_size=6, max_size=6),
)
@settings(max_examples=60)
def test_taking_keys_away_never_helps(
    signers: list[By], spoiled: bool, kept: list[bool], origins: list[Origin]
) -> None:
    """No better grade, and never "failed" where it was not failed before."""
    data = mail()
    for number, by in enumerate(signers):
        data = sign(data, by)
        if spoiled and number == 0:
            data = data.replace("answer.", "answer,")
    whole = [held(by, origin) for by, origin in zip(signers, origins, strict=False)]
    fewer = [key for key, keep in zip(whole, kept, strict=False) if keep]
    before, after = grade(data, *whole).result, grade(data, *fewer, _nothing()).result
    assert after == before or RANK[after] > RANK[before] or (before, after) == ("failed", "undetermined")
    assert (after == "failed") <= (before == "failed")


def _nothing() -> KeyAtReceipt:
    return KeyAtReceipt("nobody.example", "x", "unknown", None, "none", None)


@given(st.sampled_from(_SIGNERS), st.booleans())
@settings(max_examples=20)
def test_a_weaker_origin_never_helps(by: By, spoiled: bool) -> None:
    data = sign(mail(), by) + ("x\r\n" if spoiled and by.length is None else "")
    found = [grade(data, held(by, origin)).result for origin in ORIGINS]
    if found[0] == "failed":
        assert found == ["failed"] * 4 + ["undetermined"] * 3
    else:
        assert found == sorted(found, key=RANK.__getitem__)


def test_after_publication_a_hundred_forged_mails_are_worth_nothing_and_earlier_ones_all() -> None:
    """The private key of a test domain is published; whoever has it signs what he likes."""
    digest = KeyRecord.parse(record(RSA).encode()).digest
    published = (PublishedKey(digest, AT),)
    for number in range(100):
        forged = sign(mail(f"We owe you {number}.\r\n", Message_ID=f"<{number}@shop.example>"), GOOD)
        late, early = AT + timedelta(seconds=number), AT - timedelta(seconds=number + 1)
        check = grade(forged, at=late, published=published)
        assert check.result == "grade_d"
        assert check.reasons[0].code == "key_published"
        assert grade(forged, at=early, published=published).result == "grade_a"


def test_the_key_that_counts_is_named() -> None:
    check = grade(sign(sign(mail(), GOOD), SERVICE), held(GOOD, "dnssec"), held(SERVICE))
    assert check.chosen is not None
    assert (check.chosen.domain, check.chosen.selector, check.chosen.bits) == ("shop.example", "s2048", 2048)
    assert check.chosen.key_digest == KeyRecord.parse(record(RSA).encode()).digest
    assert (check.chosen.origin, check.chosen_number, check.from_domain) == ("dnssec", 1, "shop.example")
    assert {"from", "to", "subject", "content-type"} <= set(check.signed_headers)


def test_results_and_reasons_are_those_of_the_page() -> None:
    """Every code that the code can give stands in the specification, with its grade where it caps one."""
    folder = Path(__file__).resolve().parents[2] / "ledger" / "mail"
    text = (folder / "grade.py").read_text(encoding="utf-8")
    pages = SPEC + (Path(__file__).resolve().parents[2] / "docs" / "spec" / "attester.md").read_text(encoding="utf-8")
    missing = sorted(code for code in CODES if f"`{code}`" not in pages)
    assert not missing, f"docs/spec/mail.md and attester.md do not name {missing}"
    rows = re.findall(r"^\| ([BCD]) \| (.*?) \|", SPEC, re.MULTILINE)
    on_page = {code: f"grade_{grade.lower()}" for grade, cell in rows for code in re.findall(r"`([a-z_0-9]+)`", cell)}
    caps = dict(re.findall(r'Reason\.of\("([a-z_0-9]+)", "(grade_[bcd])"', text))
    assert caps and all(on_page[code] == cap for code, cap in caps.items())
    for name in SINGLE_USE - {"from"}:
        assert name.lower() in SPEC.lower()


def test_every_reason_is_a_sentence() -> None:
    check = grade(sign(mail(), By(rsa("shop", 1024), "s", headers=("from",), hash_name="sha1", length=3)),
                  held(By(rsa("shop", 1024), "s"), "recovered", record(rsa("shop", 1024), "t=y; ")))  # fmt: skip
    assert check.result == "grade_d" and len(check.reasons) >= 6
    caps = [reason.cap for reason in check.reasons if reason.cap]
    assert caps == sorted(caps, reverse=True)
    assert all(len(reason.text.split()) > 3 for reason in check.reasons)


@given(HOSTILE)
def test_no_hostile_mail_breaks_the_check(data: bytes) -> None:
    """Whatever the bytes are: a result, never a grade, and no case."""
    try:
        raw = RawMail.parse(data)
    except Malformed:
        return
    keys = {("shop.example", "s2048"): held(GOOD)}
    check = grade_mail(raw, SHOP, keys, AT)
    assert check.result in {"failed", "undetermined"}
    assert find_case(raw, check, bytes.fromhex(CASE[2:])).where == "none"


@given(HOSTILE)
@settings(max_examples=60)
def test_a_hostile_body_under_a_good_signature_is_graded_and_searched(body: bytes) -> None:
    data = sign(mail(body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n").decode("latin-1")), GOOD)
    check = grade(data)
    assert check.result == "grade_a"
    assert find_case(RawMail.parse(data.encode("latin-1")), check).where == "subject"


def test_a_flood_of_fields_and_signatures_is_checked() -> None:
    """As many fields as are accepted, most of them signatures that name many fields."""
    names = ":".join(["from", *(f"x{number}" for number in range(250))])
    junk = f"DKIM-Signature: v=1; a=rsa-sha256; d=shop.example; s=s2048; h={names}; bh=AAAA; b=AAAA\r\n"
    data = junk * 16 + "DKIM-Signature: x\r\n" * 500 + "X: y\r\n" * 470 + sign(mail(), GOOD)
    check = grade(data)
    assert check.result == "undetermined" and len(check.signatures) == 517


@given(st.one_of(st.binary(max_size=80), st.text('"()<>@,;:\\ abc.\r\n', max_size=40).map(str.encode)))
def test_any_from_gives_a_domain_or_none(value: bytes) -> None:
    found = author_domain(value)
    assert found is None or (found == found.lower() and found.encode() in value.lower().replace(b"\r\n", b""))


@pytest.mark.parametrize(
    ("value", "domain"),
    [
        (b"a@shop.example", "shop.example"),
        (b' "x\\"<b@c.example>" <a@shop.example> (c (d) e)', "shop.example"),
        (b"a@shop.example\r\n", "shop.example"),
        (b"a@shop.example.", None),
        (b"a@b@shop.example", None),
        (b"a b@shop.example", None),
        (b"<a@shop.example", None),
        (b"a@shop.example>", None),
        (b"x" * 5_000 + b"@shop.example", None),
        (b"a@shop .example", None),
        (b"", None),
    ],
)
def test_addresses(value: bytes, domain: str | None) -> None:
    assert author_domain(value) == domain


def test_grades_are_in_order_and_frozen() -> None:
    assert list(GRADES) == sorted(GRADES) and set(GRADES) < set(get_args(Result))
    check = grade(sign(mail(), GOOD))
    with pytest.raises(AttributeError):
        setattr(check, fields(check)[0].name, "grade_a")
