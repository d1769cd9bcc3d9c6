"""Dates that have not come yet are remarked upon, by the day of the newest block and not by this machine's clock."""

from __future__ import annotations

import pytest

from ledger.cli.remarks import date_remarks, right_remarks
from ledger.encoding import Json
from ledger.kinds import KINDS

NEWEST = 1_795_305_599  # 2026-11-21T23:59:59Z


@pytest.mark.parametrize(
    ("kind", "facts", "named"),
    [
        ("request.sent", {"sent_on": "2026-11-21"}, []),
        ("request.sent", {"sent_on": "2026-11-22"}, ["sent_on"]),
        ("request.sent", {"sent_on": "2126-01-01"}, ["sent_on"]),
        ("deadline.extended", {"until": "2027-01-01", "notified_on": "2026-11-22"}, ["notified_on"]),
        ("deadline.extended", {"until": "cause_ends", "notified_on": "2026-11-20"}, []),
        ("loss.stated", {"from": "2026-12-01", "until": "2026-12-02"}, ["from"]),
        ("service.outage", {"at": "2026-11-22T00:00:00Z"}, ["at"]),
        ("service.outage", {"at": "2026-11-21T23:59:59Z"}, []),
        ("request.withdrawn", {}, []),
    ],
)
def test_each_date(kind: str, facts: dict[str, Json], named: list[str]) -> None:
    found = date_remarks(KINDS[kind], facts, NEWEST)
    remarks = [remark.told("en") for remark in found]
    assert all(name in remark.told("ko") for name, remark in zip(named, found, strict=True))
    assert [remark.split(" ")[0] for remark in remarks] == named
    assert all("after 2026-11-21, the day (UTC)" in remark for remark in remarks)


@pytest.mark.parametrize(
    ("right", "regime", "place", "said"),
    [
        ("erasure", "kr-pipa", "KR", ["kr-pipa-correction"]),
        ("access", "kr-pipa", "KR", []),
        ("erasure", "eu-gdpr", "IE", []),
        ("erasure", "none", "IE", []),
        ("access", "eu-gdpr", "KR", []),
    ],
)
def test_a_right_that_the_rule_does_not_cover(right: str, regime: str, place: str, said: list[str]) -> None:
    """It is recorded all the same; but nothing would be due, and nobody would know why."""
    facts: dict[str, Json] = {"right": right}
    remarks = [remark.told("en") for remark in right_remarks(KINDS["request.sent"], facts, regime, place)]
    assert len(remarks) == len(said) and all(word in line for word, line in zip(said, remarks, strict=True))
    assert all(f"right is {right}: the rule {regime} has no time" in line for line in remarks)
    assert right_remarks(KINDS["request.reminded"], facts, regime, place) == []


def test_no_other_fact_is_taken_for_a_date() -> None:
    facts: dict[str, Json] = {"service": "9999-12-31", "upstream": ["9999-12-31"], "unknown": "9999-12-31"}
    assert date_remarks(KINDS["service.outage"], facts, NEWEST) == []
