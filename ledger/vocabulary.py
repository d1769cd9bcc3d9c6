"""Events and refusal reasons in the words of others: DRP 1.0 and W3C DPV 2.3 (docs/spec/deadlines.md, "Vocabulary").

To DRP and back nothing is lost: where DRP has no word, the nearest state that is *not final* is sent and our own
word stands in ``processing_details``. Silence is never ``expired``: that word means that a message timed out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ledger.encoding import Json, JsonObject
from ledger.errors import MalformedRequest
from ledger.kinds import REFUSAL_REASONS

UNANSWERED = "request.unanswered_past_due"
"""Derived by an assessment, never a statement."""
_PREFIX = "habeas:"
_DPV = "https://w3id.org/dpv#"
_JUSTIFICATIONS = "https://w3id.org/dpv/justifications#"
_GDPR = "https://w3id.org/dpv/legal/eu/gdpr#"


@dataclass(frozen=True, slots=True)
class Reason:
    """A refusal reason: DRP's reason, DPV's justification and the term for GDPR article 12, "" where there is none."""

    drp: str
    dpv: str
    gdpr: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """An event: DRP's status, and the DPV terms for it. ``exact``: the DRP status says all of it."""

    drp: str
    dpv: tuple[str, ...]
    exact: bool = False


REASONS: Mapping[str, Reason] = {
    "identity_unverified": Reason(
        "insuf_verification", "IdentityVerificationFailure", "JustificationA12IdentityFailure"
    ),
    "no_data_found": Reason("no_match", "FulfilmentImpossible"),
    "fraud_suspected": Reason("suspected_fraud", "SecurityImpaired"),
    "not_covered": Reason("claim_not_covered", "LegallyExempted"),
    "outside_jurisdiction": Reason("outside_jurisdiction", "NotRequiredJustification"),
    "excessive": Reason("too_many_requests", "ProcessExcessive", "JustificationA12ManifestlyExcessive"),
    "unfounded": Reason("other", "ProcessUnfounded", "JustificationA12ManifestlyUnfounded"),
    "abusive_intent": Reason("other", "ProcessMalicious", "JustificationA12MaliciousIntent"),
    "third_party_rights": Reason("other", "ThirdPartyRightsImpaired"),
    "confidentiality": Reason("other", "ConfidentialityObligationCompromised"),
    "legal_prohibition": Reason("other", "LegalObligationImpaired"),
    "crime_or_security": Reason("other", "CrimeInvestigationImpaired"),
    "legal_claims": Reason("other", "LegalClaimImpaired"),
    "disproportionate_effort": Reason("other", "DisproportionateEffortRequired"),
    "already_provided": Reason("other", "EntityAlreadyInformed"),
    "reason_not_stated": Reason("other", ""),
}
EVENTS: Mapping[str, Event] = {
    "request.sent": Event("open", ("RequestInitiated", "RightExerciseActivity"), True),
    "request.delivered": Event("open", ("NotificationCompleted",)),
    "request.acknowledged": Event("in_progress", ("RequestAcknowledged",), True),
    "request.action_required": Event("in_progress/need_user_verification", ("RequestRequiresAction",), True),
    "request.action_supplied": Event("in_progress", ("RequestRequiredActionPerformed",)),
    "request.reminded": Event("in_progress", ("RequestStatusQuery",)),
    "deadline.extended": Event("in_progress", ("RequestActionDelayed",)),
    "request.fulfilled": Event("fulfilled", ("RequestFulfilled", "RightFulfilmentNotice"), True),
    "request.partially_fulfilled": Event("in_progress", ("RequestFulfilled", "RightNonFulfilmentNotice")),
    "request.refused": Event("denied", ("RequestRejected", "RightNonFulfilmentNotice"), True),
    "request.withdrawn": Event("revoked", ("RequestUnfulfilled",), True),
    UNANSWERED: Event("in_progress", ("RequestUnfulfilled",)),
}
_FINAL_STATUSES = frozenset({"fulfilled", "revoked", "denied"})
_FROM_DRP = {event.drp: name for name, event in EVENTS.items() if event.exact}
_REASON_FROM_DRP = {reason.drp: name for name, reason in REASONS.items() if reason.drp != "other"}


@dataclass(frozen=True, slots=True)
class DrpStatus:
    """What stands in a DRP answer; ``reason`` only with ``denied``."""

    status: str
    reason: str = ""
    processing_details: str = ""


def to_drp(event: str, reason: str = "") -> DrpStatus:
    """The DRP status of an event; a refusal with its reason. Raises MalformedRequest."""
    found = EVENTS.get(event)
    if found is None:
        raise MalformedRequest(f"{event[:60]!r} is not among {', '.join(EVENTS)}")
    if event != "request.refused":
        if reason:
            raise MalformedRequest(f"{event} has no reason; only request.refused has one")
        return DrpStatus(found.drp, "", "" if found.exact else f"{_PREFIX}{event}")
    if reason not in REASONS:
        raise MalformedRequest(f"{reason[:60]!r} is not among {', '.join(REASONS)}")
    drp = REASONS[reason].drp
    return DrpStatus(found.drp, drp, f"{_PREFIX}{reason}" if drp == "other" else "")


def from_drp(given: DrpStatus) -> tuple[str, str]:
    """Event and refusal reason ("" for other events) of a DRP status. Raises MalformedRequest.

    ``expired`` is a note about a message's time and no event of ours. ``other`` without our word is
    ``reason_not_stated``.
    """
    ours = given.processing_details.partition(_PREFIX)[2].split(" ")[0]
    if given.status == "expired":
        raise MalformedRequest("DRP's expired says that a message timed out; it is no answer and no silence")
    event = _FROM_DRP.get(given.status)
    if event is None:
        raise MalformedRequest(f"{given.status[:60]!r} is no status of DRP 1.0")
    if event == "request.refused":
        if ours in REASONS and REASONS[ours].drp == given.reason:
            return event, ours
        return event, _REASON_FROM_DRP.get(given.reason, "reason_not_stated")
    if ours in EVENTS and EVENTS[ours].drp == given.status:
        return ours, ""
    return event, ""


def to_dpv(events: Sequence[tuple[str, date, Sequence[str]]], *, case: str, gdpr: bool) -> JsonObject:
    """A case as JSON-LD: its events (name, day, refusal reasons) in DPV terms, ours beside them.

    ``gdpr`` adds the terms for article 12. DPV has no word for a part of an answer nor for silence; our own
    name always stands beside. Raises MalformedRequest for an event that is not among EVENTS.
    """
    shown: list[Json] = [_jsonld(name, day, reasons, gdpr) for name, day, reasons in events]
    return {
        "@context": {
            "dpv": _DPV,
            "justifications": _JUSTIFICATIONS,
            "eu-gdpr": _GDPR,
            "dct": "http://purl.org/dc/terms/",
        },
        "@type": "dpv:RightExerciseRecord",
        "dct:identifier": case,
        "dct:hasPart": shown,
    }


def _jsonld(name: str, day: date, reasons: Sequence[str], gdpr: bool) -> JsonObject:
    event = EVENTS.get(name)
    if event is None:
        raise MalformedRequest(f"{name[:60]!r} is not among {', '.join(EVENTS)}")
    terms: list[Json] = []
    for reason in reasons:
        if reason not in REASONS:
            raise MalformedRequest(f"{reason[:60]!r} is not among {', '.join(REASONS)}")
        known = REASONS[reason]
        if known.dpv:
            terms.append({"@id": f"justifications:{known.dpv}"})
        if known.gdpr and gdpr:
            terms.append({"@id": f"eu-gdpr:{known.gdpr}"})
    value: JsonObject = {
        "@type": [f"dpv:{term}" for term in event.dpv],
        "dct:date": str(day),
        "dct:type": name,
        "dct:description": list(reasons),
    }
    if terms:
        value["dpv:hasJustification"] = terms
    return value


assert set(REASONS) == set(REFUSAL_REASONS), "every refusal reason has its words"
