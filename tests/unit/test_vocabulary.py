"""DRP 1.0 and DPV 2.3: nothing is lost on the way there and back, and silence is never ``expired``."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from ledger.assessment import assess
from ledger.encoding import Json
from ledger.errors import MalformedRequest
from ledger.finding.law import shipped_law
from ledger.kinds import KINDS, REFUSAL_REASONS
from ledger.linked import linked_case
from ledger.vocabulary import EVENTS, OTHERS, REASONS, UNANSWERED, DrpStatus, Recorded, from_drp, to_dpv, to_drp
from tests.cli.broken import everything_of
from tests.cli.matter import Matter, policy

STATUSES = {"open", "in_progress", "in_progress/need_user_verification", "fulfilled", "revoked", "denied"}
DRP_REASONS = {
    *("suspected_fraud", "insuf_verification", "no_match", "claim_not_covered", "outside_jurisdiction"),
    *("too_many_requests", "other"),
}
PAGE = Path(__file__).resolve().parents[2] / "docs" / "spec" / "deadlines.md"


@pytest.mark.parametrize("event", sorted(EVENTS))
def test_every_event_comes_back(event: str) -> None:
    lists = [(), *((reason,) for reason in REASONS), ("excessive", "unfounded"), tuple(sorted(REASONS))]
    for reasons in lists if event == "request.refused" else [()]:
        drp = to_drp(event, reasons)
        assert drp.status in STATUSES and drp.reason in {*DRP_REASONS, ""}
        assert bool(drp.reason) == (drp.status == "denied")
        assert from_drp(drp) == (event, reasons)


@pytest.mark.parametrize("status", sorted(STATUSES))
def test_every_status_of_drp_comes_back(status: str) -> None:
    """With whatever stood in its prose; also each reason, of which ``other`` is told apart by our own word."""
    for reason in DRP_REASONS if status == "denied" else ("",):
        for prose in ("", "we are looking into it", "habeas:expired", "habeas:request.refused"):
            again = to_drp(*from_drp(DrpStatus(status, reason, prose)))
            assert (again.status, again.reason) == (status, reason)


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
    assert from_drp(DrpStatus("open")) == ("request.sent", ())
    assert from_drp(DrpStatus("in_progress", "", "we are looking")) == ("request.acknowledged", ())
    assert from_drp(DrpStatus("denied", "no_match")) == ("request.refused", ("no_data_found",))
    assert from_drp(DrpStatus("denied", "other", "no")) == ("request.refused", ("reason_not_stated",))
    # A word of ours that contradicts the reason beside it does not count.
    assert from_drp(DrpStatus("denied", "no_match", "habeas:unfounded")) == ("request.refused", ("no_data_found",))
    assert from_drp(DrpStatus("fulfilled", "", "habeas:request.refused")) == ("request.fulfilled", ())


@pytest.mark.parametrize("given", [DrpStatus("expired"), DrpStatus("done"), DrpStatus("")])
def test_no_event_of_ours(given: DrpStatus) -> None:
    with pytest.raises(MalformedRequest):
        from_drp(given)


@pytest.mark.parametrize(
    ("event", "reasons"), [("request.lost", ()), ("request.refused", ("spite",)), ("request.sent", ("excessive",))]
)
def test_wrong_words_are_named(event: str, reasons: tuple[str, ...]) -> None:
    with pytest.raises(MalformedRequest, match="request|reason|among"):
        to_drp(event, reasons)


def test_events_as_json_ld() -> None:
    refused: dict[str, Json] = {"answered_on": "2026-11-12", "mode": "sent", "reasons": ["excessive", "unfounded"]}
    events = [
        Recorded("request.sent", "2026-11-02", {"right": "access"}),
        Recorded("request.refused", "2026-11-12", refused, {"dct:creator": "company"}),
        Recorded("statement.disputed", "", {"because": "not_sent"}),
    ]
    value = to_dpv(events, case="0xab", gdpr=True)
    assert value["@context"] == {
        "dpv": "https://w3id.org/dpv#",
        "justifications": "https://w3id.org/dpv/justifications#",
        "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
        "dct": "http://purl.org/dc/terms/",
        "habeas": "urn:habeas:v1:",
    }
    parts = value["dct:hasPart"]
    assert isinstance(parts, list)
    assert isinstance(parts[0], dict) and parts[0]["dpv:hasRight"] == {"@id": "eu-gdpr:A15"}
    assert parts[1] == {
        "@type": ["dpv:RequestRejected", "dpv:RightNonFulfilmentNotice"],
        "dct:date": "2026-11-12",
        "dct:type": "request.refused",
        "habeas:facts": {"@type": "@json", "@value": refused},
        "dpv:hasJustification": [
            {"@id": "justifications:ProcessExcessive"},
            {"@id": "eu-gdpr:JustificationA12ManifestlyExcessive"},
            {"@id": "justifications:ProcessUnfounded"},
            {"@id": "eu-gdpr:JustificationA12ManifestlyUnfounded"},
        ],
        "dct:creator": "company",
    }
    # What DPV has no term for keeps its own name and facts.
    facts = {"@type": "@json", "@value": {"because": "not_sent"}}
    assert parts[2] == {"dct:type": "statement.disputed", "habeas:facts": facts}
    assert "eu-gdpr:" not in str(to_dpv(events, case="0xab", gdpr=False)["dct:hasPart"])
    with pytest.raises(MalformedRequest):
        to_dpv([Recorded("request.refused", "", {"reasons": ["spite"]})], case="0xab", gdpr=False)


def test_every_term_is_one_of_dpv() -> None:
    """Looked up in w3c/dpv, 2.3; nothing that is not there may be written, and nothing that judges."""
    terms = {term for event in EVENTS.values() for term in event.dpv} | {
        term for each in OTHERS.values() for term in each
    }
    assert terms <= {
        *("RequestInitiated", "RequestAcknowledged", "RequestRejected", "RequestFulfilled", "RequestUnfulfilled"),
        *("RequestRequiresAction", "RequestRequiredActionPerformed", "RequestActionDelayed", "RequestStatusQuery"),
        *("RightExerciseActivity", "RightFulfilmentNotice", "RightNonFulfilmentNotice", "NotificationCompleted"),
        *("ActivityHalted", "ActivityNotCompleted", "ActivityOngoing", "AuthorityInformed"),
    }
    assert not set(OTHERS) & set(EVENTS) and set(OTHERS) <= set(KINDS)
    for name in OTHERS:
        with pytest.raises(MalformedRequest):
            to_drp(name)  # DRP has no word for it


def a_matter() -> Matter:
    matter = Matter()
    matter.sent("2026-10-20", "2026-10-20")
    matter.company("2026-10-22", "request.acknowledged", received_on="2026-10-22")
    matter.company("2026-10-24", "request.action_required", what="identity_document", on="2026-10-24")
    matter.say("2026-10-24", "request.action_supplied", what="identity_document", on="2026-10-24")
    matter.say("2026-11-01", "account.suspended", on="2026-11-01", stated_reason="security", notice="none")
    matter.say("2026-11-02", "complaint.lodged", authority="dpa.example", on="2026-11-02")
    return matter


def test_a_whole_case_as_json_ld() -> None:
    """Every statement of the case with all its facts, and silence where the finding has a period of it."""
    matter = a_matter()
    matter.check_in("2026-12-20", account="blocked")
    result = matter.assessed("2026-12-21")
    value = linked_case(result)
    parts = value["dct:hasPart"]
    assert isinstance(parts, list) and value["habeas:complete"] == "passed"
    assert linked_case(matter.assessed("2026-12-22", known=False))["habeas:complete"] == "conditional"
    shown = {part["@id"]: part for part in parts if isinstance(part, dict) and "@id" in part}
    in_case = [item for item in result.statements if item.shown.signed.statement.kind in KINDS and item.shown.index > 1]
    assert len(shown) == len(in_case) == 8
    for view in in_case:
        signed = view.shown.signed
        part = shown[f"urn:habeas:v1:statement:0x{signed.id.hex()}"]
        assert part["dct:type"] == signed.statement.kind and part["dct:creator"] == view.standing.role
        assert part["habeas:facts"] == {"@type": "@json", "@value": dict(signed.statement.facts)}
    silence = parts[-1]
    assert isinstance(silence, dict) and silence["dct:type"] == UNANSWERED
    assert silence["dct:date"] == "2026-11-23" and silence["@type"] == ["dpv:RequestUnfulfilled"]
    text = json.dumps(value, separators=(",", ":"))
    assert "expired" not in text and "Complian" not in text and "justifications:IdentityVerificationRequired" in text
    assert '{"@id":"eu-gdpr:A77"}' in text


def test_no_silence_without_a_period_of_it() -> None:
    """No check-in after the date, or lists that are not complete: nothing says that nobody answered."""
    result = a_matter().assessed("2026-12-21")
    assert UNANSWERED not in str(linked_case(result))
    matter = a_matter()
    matter.check_in("2026-12-20")
    bundle = replace(matter.bundle("2026-12-21"), index=None)
    value = linked_case(assess(bundle, policy(), everything_of(bundle), matter.maker.time + 60, shipped_law(bundle)))
    assert UNANSWERED not in str(value) and value["habeas:complete"] == "not checked"


def test_the_page_lists_every_word() -> None:
    text = PAGE.read_text("utf-8")
    for name, event in EVENTS.items():
        assert f"| `{name}` | `{event.drp}` | {', '.join(event.dpv)} |" in text
    for name, terms in OTHERS.items():
        assert f"| `{name}` | {', '.join(terms)} |" in text
    for name, reason in REASONS.items():
        assert f"| `{name}` | `{reason.drp}` | {reason.dpv or 'none'} | {reason.gdpr or 'none'} |" in text
