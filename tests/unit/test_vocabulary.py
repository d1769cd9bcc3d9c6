"""DRP 1.0 and DPV 2.3: nothing is lost on the way there and back, and silence is never ``expired``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ledger.errors import MalformedRequest
from ledger.kinds import KINDS, REFUSAL_REASONS
from ledger.vocabulary import EVENTS, REASONS, UNANSWERED, DrpStatus, from_drp, to_dpv, to_drp

STATUSES = {"open", "in_progress", "in_progress/need_user_verification", "fulfilled", "revoked", "denied"}
DRP_REASONS = {
    *("suspected_fraud", "insuf_verification", "no_match", "claim_not_covered", "outside_jurisdiction"),
    *("too_many_requests", "other"),
}
PAGE = Path(__file__).resolve().parents[2] / "docs" / "spec" / "deadlines.md"


@pytest.mark.parametrize("event", sorted(EVENTS))
def test_every_event_comes_back(event: str) -> None:
    for reason in REASONS if event == "request.refused" else ("",):
        drp = to_drp(event, reason)
        assert drp.status in STATUSES and drp.reason in {*DRP_REASONS, ""}
        assert bool(drp.reason) == (drp.status == "denied")
        assert from_drp(drp) == (event, reason)


def test_all_sixteen_reasons_and_only_our_kinds() -> None:
    assert set(REASONS) == set(REFUSAL_REASONS) and len(REASONS) == 16
    assert set(EVENTS) - {UNANSWERED} <= set(KINDS) and UNANSWERED not in KINDS
    assert sum(reason.drp == "other" for reason in REASONS.values()) == 10


def test_what_drp_cannot_say_is_sent_as_not_final() -> None:
    """Silence, and a part of an answer: never a false final state."""
    for event in (UNANSWERED, "request.partially_fulfilled", "deadline.extended"):
        drp = to_drp(event)
        assert drp == DrpStatus("in_progress", "", f"habeas:{event}")


def test_from_a_stranger() -> None:
    """Plain DRP, without our words."""
    assert from_drp(DrpStatus("open")) == ("request.sent", "")
    assert from_drp(DrpStatus("in_progress", "", "we are looking")) == ("request.acknowledged", "")
    assert from_drp(DrpStatus("denied", "no_match")) == ("request.refused", "no_data_found")
    assert from_drp(DrpStatus("denied", "other", "no")) == ("request.refused", "reason_not_stated")
    # A word of ours that contradicts the reason beside it does not count.
    assert from_drp(DrpStatus("denied", "no_match", "habeas:unfounded")) == ("request.refused", "no_data_found")
    assert from_drp(DrpStatus("fulfilled", "", "habeas:request.refused")) == ("request.fulfilled", "")


@pytest.mark.parametrize("given", [DrpStatus("expired"), DrpStatus("done"), DrpStatus("")])
def test_no_event_of_ours(given: DrpStatus) -> None:
    with pytest.raises(MalformedRequest):
        from_drp(given)


@pytest.mark.parametrize(
    ("event", "reason"), [("request.lost", ""), ("request.refused", ""), ("request.sent", "excessive")]
)
def test_wrong_words_are_named(event: str, reason: str) -> None:
    with pytest.raises(MalformedRequest, match="request|reason|among"):
        to_drp(event, reason)


def test_a_case_as_json_ld() -> None:
    day = date(2026, 11, 2)
    events = [("request.sent", day, ()), ("request.refused", date(2026, 11, 12), ("excessive", "reason_not_stated"))]
    value = to_dpv(events, case="0xab", gdpr=True)
    assert value["@context"] == {
        "dpv": "https://w3id.org/dpv#",
        "justifications": "https://w3id.org/dpv/justifications#",
        "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
        "dct": "http://purl.org/dc/terms/",
    }
    parts = value["dct:hasPart"]
    assert isinstance(parts, list)
    assert parts[1] == {
        "@type": ["dpv:RequestRejected", "dpv:RightNonFulfilmentNotice"],
        "dct:date": "2026-11-12",
        "dct:type": "request.refused",
        "dct:description": ["excessive", "reason_not_stated"],
        "dpv:hasJustification": [
            {"@id": "justifications:ProcessExcessive"},
            {"@id": "eu-gdpr:JustificationA12ManifestlyExcessive"},
        ],
    }
    assert "eu-gdpr:" not in str(to_dpv(events, case="0xab", gdpr=False)["dct:hasPart"])
    with pytest.raises(MalformedRequest):
        to_dpv([("request.lost", day, ())], case="0xab", gdpr=False)
    with pytest.raises(MalformedRequest):
        to_dpv([("request.refused", day, ("spite",))], case="0xab", gdpr=False)


def test_the_page_lists_every_word() -> None:
    text = PAGE.read_text("utf-8")
    for name, event in EVENTS.items():
        assert f"| `{name}` | `{event.drp}` | {', '.join(event.dpv)} |" in text
    for name, reason in REASONS.items():
        assert f"| `{name}` | `{reason.drp}` | {reason.dpv or 'none'} | {reason.gdpr or 'none'} |" in text
