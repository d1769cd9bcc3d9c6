"""From findings of signed, anchored and bundled matters to summaries: what is spoken, quiet, proven, joined."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime

from ledger.counts.counts import count, is_listed
from ledger.counts.read import summarise
from ledger.counts.summary import CaseSummary, encode_summary, parse_summary
from tests.cli.matter import Matter, policy
from tests.vectors_ops.assessment import _assessed
from tools.vectors._bundles import COMPANY, COMPANY_KEY
from tools.vectors.writing import VECTORS

NOW = "2026-12-10"


def summary(matter: Matter, **given: object) -> CaseSummary:
    """The summary now, which is well formed."""
    found = summarise(matter.assessed(NOW, **given))  # type: ignore[arg-type]
    assert found is not None
    assert parse_summary(encode_summary(found)) == found
    return found


def silent(**given: object) -> Matter:
    """Sent on 20 October; nobody answers."""
    matter = Matter(**given)  # type: ignore[arg-type]
    matter.sent("2026-10-20", "2026-10-20")
    return matter


def receipt(matter: Matter) -> Matter:
    """A receipt that an attester checked, and a check-in."""
    said = matter.say("2026-10-23", "request.acknowledged", received_on="2026-10-22")
    matter.attest("2026-10-24", said, "dkim")
    matter.check_in("2026-12-01")
    return matter


def test_claimed() -> None:
    matter = silent()
    matter.check_in("2026-12-01")
    found = summary(matter)
    assert (found.arrival, found.arrived_on, found.overdue, found.spoken) == ("claimed", None, False, False)
    assert found.quiet_until == date(2026, 12, 4), "if it arrived, an answer was due by 20 November"
    assert found.known_until == date(2026, 12, 1)


def test_a_back_dated_sending_opens_nothing_at_once() -> None:
    """Recorded on 1 December, said to be of 2024: quiet until 14 days after the record."""
    matter = Matter(opened_at="2026-12-01")
    matter.sent("2026-12-01", "2024-01-15")
    found = summary(matter)
    assert found.quiet_until == date(2026, 12, 15)
    assert not is_listed(found, datetime(2026, 12, 15, 23, tzinfo=UTC))
    assert is_listed(found, datetime(2026, 12, 16, 0, tzinfo=UTC))


def test_a_way_that_was_not_published_has_no_end_but_the_companys_word() -> None:
    matter = Matter()
    matter.sent("2026-10-20", "2026-10-20", published=False)
    assert summary(matter).quiet_until is None


def test_no_request() -> None:
    found = summary(Matter())
    assert (found.arrival, found.quiet_until, found.known_until) == ("no_request", None, None)


def test_proven_and_overdue() -> None:
    found = summary(receipt(silent()))
    assert (found.arrival, found.arrived_on, found.overdue) == ("proven", date(2026, 10, 22), True)
    assert found.quiet_until == date(2026, 12, 7), "due on Monday 23 November"
    assert found.joined and not found.spoken


def test_a_company_that_has_not_joined_has_no_rate() -> None:
    matter = receipt(silent(joined=False))
    found = summary(matter, trust=policy(pinned=False))
    assert not found.joined and found.arrival == "proven"
    counts = count(COMPANY, [found], datetime(2026, 12, 20, tzinfo=UTC))
    assert (counts.no_rate, counts.rates, counts.curve) == ("not_joined", (), ())


def test_a_key_that_the_operator_alone_vouches_for_joins_nobody() -> None:
    """It binds a key, acknowledges in the company's name: no arrival is proven by it, and no rate is opened."""
    matter = silent()
    matter.company("2026-10-22", "request.acknowledged", received_on="2026-10-22")
    matter.check_in("2026-12-01")
    found = summary(matter, trust=policy(pinned=False))
    assert (found.joined, found.arrival, found.spoken) == (False, "operator_vouched", True)
    counts = count(COMPANY, [found], datetime(2026, 12, 20, tzinfo=UTC))
    assert (counts.cases, counts.no_rate) == (1, "not_joined")
    pinned = summary(matter)
    assert (pinned.joined, pinned.arrival) == (True, "proven")


def test_answered() -> None:
    matter = silent()
    matter.company("2026-10-22", "request.acknowledged", received_on="2026-10-22")
    matter.company("2026-11-10", "request.fulfilled", answered_on="2026-11-10", mode="sent", reasons=[])
    found = summary(matter)
    assert (found.outcome, found.grade, found.lateness) == ("provided", "company_signed", "in_time")
    assert (found.answered_on, found.spoken, found.answer) == (date(2026, 11, 10), True, "recorded")
    counts = count(COMPANY, [found], datetime(2026, 11, 11, tzinfo=UTC))
    assert [(point.day, point.at_risk, point.answered) for point in counts.curve] == [(19, 1, 1)]


def test_contested_and_reported() -> None:
    matter = silent()
    said = matter.say("2026-11-10", "request.refused", answered_on="2026-11-10", mode="sent", reasons=[])
    assert summary(matter).outcome == "refused" and summary(matter).grade == "self_stated"
    matter.company("2026-12-11", "statement.disputed", statement="0x" + said.id.hex(), because="not_sent")
    found = summary(matter)
    assert (found.outcome, found.state, found.spoken) == ("contested", "open", True)


def test_undetermined_is_a_word_of_the_company() -> None:
    matter = silent()
    matter.say("2026-11-10", "request.shouted", COMPANY_KEY, volume=11)
    found = summary(matter)
    assert (found.answer, found.outcome, found.state, found.spoken) == ("undetermined", None, None, True)
    counts = count(COMPANY, [found], datetime(2026, 11, 11, tzinfo=UTC))
    assert counts.outcomes["undetermined"] == 1


def test_unknown_blocks_make_it_conditional() -> None:
    matter = receipt(silent())
    found = summarise(matter.assessed(NOW, known=False))
    assert found is not None and found.conditional and not summary(matter).conditional


def test_no_finding_no_summary() -> None:
    """A ledger that the policy does not list has no finding, so there is nothing to count."""
    matter = receipt(silent())
    assert summarise(matter.assessed(NOW, trust=replace(policy(), ledgers={}))) is None


def test_answered_after_a_withdrawal_is_answered() -> None:
    """No summary is withdrawn with an answer, in whichever order and by whomever, so none is left out of a count."""
    answer = {"answered_on": "2026-11-10", "mode": "sent", "reasons": []}
    for first in ("request.withdrawn", "request.fulfilled"):
        matter = silent()
        for day, kind in (("2026-11-10", first), ("2026-11-12", "request.withdrawn")):
            if kind == "request.fulfilled":
                matter.company(day, kind, **answer)
            else:
                matter.say(day, kind)
        if first == "request.withdrawn":
            assert summary(matter).outcome == "withdrawn"
            matter.say("2026-11-14", "request.fulfilled", **answer)
            assert (summary(matter).outcome, summary(matter).answer) == ("provided", "reported")
            matter.company("2026-11-16", "request.refused", **answer)
        assert summary(matter).answer == "recorded" and summary(matter).state == "closed"


def test_every_finding_of_the_vectors_gives_a_summary_that_reads() -> None:
    """Whatever an assessment finds can be counted: nothing is dropped because a rule of the summary forgot it."""
    outcomes = set()
    for path in (VECTORS / "assessment").glob("*.json"):
        case = json.loads(path.read_bytes())
        if (
            case["operation"] not in ("assessment.assess", "assessment.find", "assessment.mail")
            or "ok" not in case["expect"]
        ):
            continue
        found = summarise(_assessed(case["input"]))
        if found is not None:
            assert parse_summary(encode_summary(found)) == found, path.name
            outcomes.add((found.answer, found.outcome, found.overdue))
    assert len(outcomes) >= 9, outcomes
