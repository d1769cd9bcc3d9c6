"""Dates, lateness and periods never flip: whatever is taken out of a matter, a bound widens or is lost."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import combinations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ledger.bundle import Bundle
from tests.cli.broken import outcome, outcome_of
from tests.cli.matter import Matter, policy
from tests.cli.parts import knowledge, parts, without
from tools.vectors._assessment_evidence import quotes_the_future
from tools.vectors._matter import ATTESTER

NOW = 1_803_000_000
SAID = {
    "late": "late", "early": "in_time", "undecided": "not_decided", "locked": "in_time", "paused": None,
    "direct": "in_time", "direct and late": "not_decided", "direct against its block": "late",
    "mediated": None,
}  # fmt: skip
# What is flipped is the bundle, not the story; the last matter is about parts that are left out.
FLIPPED = sorted(SAID.keys() - {"mediated"})
KNOWN = ("everything", "index", "others", "offline")


def _asked(regime: str = "eu-gdpr", place: str = "IE") -> Matter:
    matter = Matter(regime, place)
    matter.sent("2026-10-20", "2026-10-20")
    matter.company("2026-10-22", "request.acknowledged", received_on="2026-10-22")
    return matter


def _answered(at: str, on: str) -> Bundle:
    matter = _asked()
    matter.company("2026-11-10", "deadline.extended", notified_on="2026-10-30", reason="complexity", until="2026-11-22")
    matter.company(at, "request.fulfilled", answered_on=on, mode="sent", reasons=[])
    return matter.bundle("2027-01-31")


@cache
def matters() -> Mapping[str, Bundle]:
    """Each of the three values, a lock with an outage, and a question that was never supplied."""
    locked = _asked("kr-pipa", "KR")
    locked.say("2026-10-24", "account.suspended", on="2026-10-23", stated_reason="security", notice="none")
    locked.say("2026-10-25", "service.outage", at="2026-10-25T06:00:00Z", service="all", upstream=[])
    answer = locked.company("2026-10-26", "request.refused", answered_on="2026-10-26", mode="sent", reasons=[])
    locked.company("2026-10-27", "account.restored", on="2026-10-27")
    locked.say("2026-10-28", "statement.disputed", statement="0x" + answer.id.hex(), because="reason_not_accepted")
    locked.check_in("2026-10-30", "recorded", "blocked")
    paused = _asked()
    paused.company("2026-10-25", "request.action_required", what="identity_document", on="2026-10-24")
    paused.say("2026-10-28", "request.action_supplied", what="identity_document", on="2026-10-28")
    paused.check_in("2026-12-20")
    mediated = _asked("kr-pipa", "KR")
    mediated.company(
        "2026-11-05", "deadline.extended", notified_on="2026-11-05", reason="legal_cause", until="cause_ends"
    )
    mediated.say("2026-11-10", "complaint.lodged", authority="kopico.go.kr", on="2026-11-10")
    mediated.say("2026-12-10", "complaint.decided", ATTESTER, authority="kopico.go.kr", on="2026-12-09")
    mediated.check_in("2026-12-20")
    direct = _asked()
    direct.submitted("2026-11-10", "2026-11-26", "deadline.extended", notified_on="2026-11-10", reason="complexity",
                     until="2027-01-20")  # fmt: skip
    direct.submitted("2026-12-10", "2027-01-26", "request.fulfilled", answered_on="2026-12-10", mode="sent", reasons=[])
    late = _asked()
    late.submitted("2026-11-22", "2026-11-25", "request.fulfilled", answered_on="2026-11-22", mode="sent", reasons=[])
    against = _asked()
    quotes_the_future(against)
    return {
        "direct": direct.bundle("2027-01-31"),
        "direct and late": late.bundle("2027-01-31"),
        "direct against its block": against.bundle("2027-01-31"),
        "late": _answered("2027-01-26", "2027-01-26"),
        "early": _answered("2026-11-11", "2026-11-11"),
        "undecided": _answered("2027-01-26", "2027-01-20"),
        "locked": locked.bundle("2026-11-02"),
        "paused": paused.bundle("2026-12-24"),
        "mediated": mediated.bundle("2026-12-24"),
    }


@pytest.mark.parametrize("name", SAID)
def test_what_the_whole_matters_say(name: str) -> None:
    """Otherwise nothing below would test anything."""
    bundle = matters()[name]
    found = outcome_of(bundle, knowledge(bundle)["everything"], policy(), NOW)
    assert found.exit == 0 and found.finding is not None and not found.failed
    assert (found.finding.lateness.said if found.finding.lateness else None) == SAID[name]
    assert len(found.finding.late_notices) == (1 if name == "mediated" else 0)
    assert [item.grade for item in found.finding.complaints] == (
        ["self_stated", "decided"] if name == "mediated" else []
    )
    causes = {"late": 1, "locked": 3, "paused": 1, "mediated": 1, "direct against its block": 1}
    assert len(found.finding.periods) == causes.get(name, 0)


@pytest.mark.parametrize("name", SAID)
@pytest.mark.parametrize("known", KNOWN)
def test_each_part_left_out(name: str, known: str) -> None:
    bundle, trust = matters()[name], policy()
    observed = knowledge(bundle)[known]
    whole = outcome_of(bundle, observed, trust, NOW)
    for part in parts(bundle):
        assert not outcome_of(without(bundle, [part]), observed, trust, NOW).better(whole), part


def test_each_pair_of_blocks_left_out() -> None:
    """Bounds are what a finding of dates can lose."""
    bundle, trust = matters()["late"], policy()
    observed = knowledge(bundle)["everything"]
    whole = outcome_of(bundle, observed, trust, NOW)
    for pair in combinations([part for part in parts(bundle) if part[0] == "blocks"], 2):
        assert not outcome_of(without(bundle, pair), observed, trust, NOW).better(whole), pair


@settings(max_examples=150)
@given(st.data(), st.sampled_from(sorted(SAID)), st.sampled_from(KNOWN))
def test_any_parts_left_out_of_what_is_left(data: st.DataObject, name: str, known: str) -> None:
    bundle, trust = matters()[name], policy()
    every = st.sampled_from(parts(bundle))
    gone, more = data.draw(st.sets(every, max_size=6)), data.draw(st.sets(every, min_size=1, max_size=8))
    observed = knowledge(bundle)[known]
    before = outcome_of(without(bundle, gone), observed, trust, NOW)
    assume(not before.failed)
    assert not outcome_of(without(bundle, gone | more), observed, trust, NOW).better(before)


@settings(max_examples=150)
@given(st.sampled_from(FLIPPED), st.sampled_from(KNOWN), st.integers(min_value=0))
def test_any_bit_flipped(name: str, known: str, place: int) -> None:
    bundle, trust = matters()[name], policy()
    observed = knowledge(bundle)[known]
    before = outcome_of(bundle, observed, trust, NOW)
    data = bytearray(bundle.encode())
    data[place // 8 % len(data)] ^= 1 << place % 8
    assert not outcome(bytes(data), observed, trust, NOW).better(before)
