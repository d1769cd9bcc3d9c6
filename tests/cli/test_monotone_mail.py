"""Opened mail is monotone: whatever is taken out of a bundle, a grade or an arrival is lost, and nothing flips."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import cache

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ledger.bundle import Bundle, parse_bundle
from ledger.finding.case import Finding
from ledger.finding.shown import finding_json
from ledger.policy import TrustPolicy, parse_policy
from ledger.verification.checks import Value
from ledger.verification.observed import Observed
from tests.cli.broken import EXIT_ORDER, Outcome, everything_of, outcome, outcome_of, without_each_part
from tests.cli.parts import parts, without
from tools.vectors._bundles import REQUESTER
from tools.vectors._mail_matter import REFUSED, MailMatter, mail_policy, seen

NOW = 1_803_000_000
CHAIN = seen("2026-10-22T11:50Z")
SEEN = ("everything", "offline")


def _report(m: MailMatter) -> None:
    m.report("2026-10-22T12:00Z", m.write(), CHAIN, seen("2026-10-22T11:55Z", tree=None))


@cache
def matters() -> Mapping[str, Bundle]:
    """Silence after a mail; with an attester who says less; post that proves another day; a refusal by mail, with a
    notice of more time that comes after a month from the day stated and within one from the mail's."""
    made = {name: MailMatter() for name in ("silence", "less", "post", "refused", "twice")}
    for matter in made.values():
        matter.sent("2026-10-20", "2026-10-20")
        _report(matter)
    first = next(item for item in made["less"].maker.statements.values() if item.statement.digests)
    made["less"].attest_mail("2026-10-22T12:30Z", first, "grade_d", seen("2026-10-22T12:30Z", tree=None))
    post = made["post"].say("2026-10-24", "request.delivered", received_on="2026-10-24", basis="registered_post")
    made["post"].attest("2026-10-25", post, "post")
    refused = made["refused"]
    refused.say(
        "2026-11-22", "deadline.extended", notified_on="2026-11-22", reason="complexity", until="2026-12-22",
    )  # fmt: skip
    refused.report(
        "2026-11-26T12:00Z", refused.write(Date="Wed, 25 Nov 2026 09:00:00 +0000"), kind=REFUSED, on="2026-11-25"
    )
    receipt = next(item for item in made["twice"].maker.statements.values() if item.statement.digests)
    again = made["twice"].say(
        "2026-10-25", REFUSED, REQUESTER, receipt.statement.digests, answered_on="2026-10-22", mode="sent", reasons=[]
    )  # fmt: skip
    made["twice"].attest_mail("2026-10-26", again, "grade_a", seen("2026-10-26T12:00Z", tree=None))
    for name in ("silence", "less", "post"):
        made[name].check_in("2026-12-01")
    return {name: matter.bundle("2026-12-02") for name, matter in made.items()}


@cache
def trust() -> TrustPolicy:
    return parse_policy(mail_policy().encode())


def observed(name: str, known: str) -> Observed:
    return everything_of(matters()[name]) if known == "everything" else Observed()


def flipped(after: Outcome, before: Outcome) -> str:
    """What is better, or says something else; losing mail on nobody's word is neither."""
    if EXIT_ORDER[after.exit] > EXIT_ORDER[before.exit]:
        return f"exit {before.exit} became {after.exit}"
    for name, value in after.values.items():
        if name in before.values and value > before.values[name]:
            return f"{name}: {before.values[name].word} became {value.word}"
    if after.finding is None:
        return ""
    return "a finding where none was" if before.finding is None else _another(after.finding, before.finding)


def _another(now: Finding, before: Finding) -> str:
    one, other = (finding_json(item, Value.PASSED) for item in (now, before))
    for name in ("answer", "state", "outcome", "outcome_entry", "contested_by", "company_keys"):
        if one[name] != other[name]:
            return f"{name} changed"
    if one["grade"] not in (other["grade"], "self_stated"):
        return "another grade"
    late, was = now.lateness, before.lateness
    if late is not None and (was is None or late.said not in (was.said, "not_decided")):
        return f"lateness became {late.said}"
    notices = {item.entry: item.state for item in before.due.notices}
    if any(item.state == "late" != notices.get(item.entry) for item in now.due.notices):
        return "a notice became late"
    if (now.due.earliest or date.min) > (before.due.earliest or date.max):
        return "the earliest date is later"
    if (now.due.latest or date.max) < (before.due.latest or date.max):
        return "the latest date is earlier"
    causes = {(item.cause, item.entries) for item in before.periods}
    if any((item.cause, item.entries) not in causes for item in now.periods):
        return "a period appeared"
    if now.delivery is None or before.delivery is None:
        return "" if now.delivery is before.delivery else "a delivery appeared or vanished"
    if now.delivery.stated_on != before.delivery.stated_on:
        return "arrival is stated on another day"
    return "" if now.delivery.basis in (before.delivery.basis, "claimed") else "another basis"


@pytest.mark.parametrize("name", ["silence", "less", "post", "refused", "twice"])
def test_what_the_whole_matters_say(name: str) -> None:
    """Otherwise nothing below would test anything."""
    found = outcome_of(matters()[name], observed(name, "everything"), trust(), NOW)
    assert found.exit == 0 and not found.failed and found.finding is not None
    delivery = found.finding.delivery
    assert delivery is not None
    basis = "registered_post" if name == "post" else "acknowledged"
    assert (delivery.basis, delivery.mail is not None) == (basis, name != "post")


@pytest.mark.parametrize("name", ["silence", "less", "post", "refused", "twice"])
def test_each_file_and_field_left_out(name: str) -> None:
    """Each loses the mail and changes nothing that something else carries."""
    whole = outcome_of(matters()[name], observed(name, "everything"), trust(), NOW)
    count = 0
    for path, data in without_each_part(matters()[name].encode()):
        if path.startswith(("files/", "disclosures/", "blocks", "files", "disclosures")):
            count += 1
            result = outcome(data, observed(name, "everything"), trust(), NOW)
            assert not flipped(result, whole), path
            assert not result.failed, path
    assert count > 6


@pytest.mark.parametrize("name", ["silence", "refused", "twice"])
@pytest.mark.parametrize("known", SEEN)
def test_each_part_left_out(name: str, known: str) -> None:
    bundle, seen_now = matters()[name], observed(name, known)
    whole = outcome_of(bundle, seen_now, trust(), NOW)
    for part in parts(bundle):
        assert not flipped(outcome_of(without(bundle, [part]), seen_now, trust(), NOW), whole), part


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(["silence", "less", "post", "refused", "twice"]), st.sampled_from(SEEN))
def test_any_parts_left_out_of_what_is_left(data: st.DataObject, name: str, known: str) -> None:
    bundle, seen_now = matters()[name], observed(name, known)
    every = st.sampled_from(parts(bundle))
    gone, more = data.draw(st.sets(every, max_size=4)), data.draw(st.sets(every, min_size=1, max_size=5))
    before = outcome_of(without(bundle, gone), seen_now, trust(), NOW)
    assume(not before.failed)
    assert not flipped(outcome_of(without(bundle, gone | more), seen_now, trust(), NOW), before)


@settings(max_examples=120, deadline=None)
@given(st.integers(min_value=0))
def test_any_bit_of_the_files_flipped(place: int) -> None:
    data = bytearray(matters()["less"].encode())
    start, end = data.index(b'"files":'), data.index(b'"habeas_bundle"')
    data[start + place // 8 % (end - start)] ^= 1 << place % 8
    whole = outcome_of(matters()["less"], observed("less", "everything"), trust(), NOW)
    assert not flipped(outcome(bytes(data), observed("less", "everything"), trust(), NOW), whole)


def test_files_survive_a_round_trip() -> None:
    bundle = matters()["less"]
    assert parse_bundle(bundle.encode()).files == bundle.files
    assert len(json.loads(bundle.encode())["files"]) == 4
