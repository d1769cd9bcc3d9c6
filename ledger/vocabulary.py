"""Events and refusal reasons in the words of others: DRP 1.0 and W3C DPV 2.3 (docs/spec/deadlines.md, "Vocabulary").

To DRP and back nothing is lost: where DRP has no word, the nearest state that is *not final* is sent and our own
word stands in ``processing_details``. Silence is never ``expired``: that word means that a message timed out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

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
OTHERS: Mapping[str, tuple[str, ...]] = {
    "account.suspended": ("ActivityHalted",),
    "account.terminated": ("ActivityNotCompleted",),
    "account.restored": ("ActivityOngoing",),
    "service.outage": ("ActivityHalted",),
    "service.restored": ("ActivityOngoing",),
    "complaint.lodged": ("AuthorityInformed",),
}
"""Events that are no state of a request, in DPV terms; DRP has no word for them."""
_IDENTITY = Reason("", "IdentityVerificationRequired", "JustificationA12IdentityRequired")
_INFORMATION = Reason("", "InformationRequired", "JustificationA12InformationRequired")
_WHY: Mapping[tuple[str, str], Reason] = {
    ("request.action_required", "identity_confirmation"): _IDENTITY,
    ("request.action_required", "identity_document"): _IDENTITY,
    ("request.action_required", "clarification"): _INFORMATION,
    ("deadline.extended", "complexity"): Reason("", "ComplexityOfProcess", "JustificationA12Complexity"),
    ("deadline.extended", "number_of_requests"): Reason("", "HighVolumeOfProcesses", "JustificationA12HighVolume"),
}
"""Justifications of other events than refusals, by the fact that says why."""
_ARTICLES: Mapping[str, str] = {
    "access": "A15",
    "rectification": "A16",
    "erasure": "A17",
    "restriction": "A18",
    "portability": "A20",
    "objection": "A21",
    "automated_decision": "A22",
}
_OURS = "urn:habeas:v1:"
_CONTEXT: Mapping[str, Json] = {
    "dpv": _DPV,
    "justifications": _JUSTIFICATIONS,
    "eu-gdpr": _GDPR,
    "dct": "http://purl.org/dc/terms/",
    "habeas": _OURS,
}
_FROM_DRP = {event.drp: name for name, event in EVENTS.items() if event.exact}
_REASON_FROM_DRP = {reason.drp: name for name, reason in REASONS.items() if reason.drp != "other"}


@dataclass(frozen=True, slots=True)
class DrpStatus:
    """What stands in a DRP answer; ``reason`` only with ``denied``."""

    status: str
    reason: str = ""
    processing_details: str = ""


def to_drp(event: str, reasons: Sequence[str] = ()) -> DrpStatus:
    """The DRP status of an event; a refusal with its reasons. Raises MalformedRequest.

    DRP has room for one reason: several are ``other``, and ours stand in ``processing_details``.
    """
    found = EVENTS.get(event)
    if found is None:
        raise MalformedRequest(f"{event[:60]!r} is not among {', '.join(EVENTS)}")
    if event != "request.refused":
        if reasons:
            raise MalformedRequest(f"{event} has no reason; only request.refused has one")
        return DrpStatus(found.drp, "", "" if found.exact else f"{_PREFIX}{event}")
    for reason in reasons:
        if reason not in REASONS:
            raise MalformedRequest(f"{reason[:60]!r} is not among {', '.join(REASONS)}")
    drp = _drp_reason(reasons)
    return DrpStatus(found.drp, drp, f"{_PREFIX}{','.join(reasons) or event}" if drp == "other" else "")


def _drp_reason(reasons: Sequence[str]) -> str:
    return REASONS[reasons[0]].drp if len(reasons) == 1 else "other"


def from_drp(given: DrpStatus) -> tuple[str, tuple[str, ...]]:
    """Event and refusal reasons (none for other events) of a DRP status. Raises MalformedRequest.

    ``expired`` is a note about a message's time and no event of ours. ``other`` without our words is
    ``reason_not_stated``.
    """
    ours = given.processing_details.partition(_PREFIX)[2].split(" ")[0]
    if given.status == "expired":
        raise MalformedRequest("DRP's expired says that a message timed out; it is no answer and no silence")
    event = _FROM_DRP.get(given.status)
    if event is None:
        raise MalformedRequest(f"{given.status[:60]!r} is no status of DRP 1.0")
    if event == "request.refused":
        listed = () if ours == event else tuple(ours.split(","))
        if (listed or ours == event) and set(listed) <= set(REASONS) and _drp_reason(listed) == given.reason:
            return event, listed
        return event, (_REASON_FROM_DRP.get(given.reason, "reason_not_stated"),)
    if ours in EVENTS and EVENTS[ours].drp == given.status:
        return ours, ()
    return event, ()


@dataclass(frozen=True, slots=True)
class Recorded:
    """One event of a case for JSON-LD. ``day``: a date or an instant as text, "" where it names none."""

    name: str
    day: str = ""
    facts: Mapping[str, Json] = field(default_factory=dict)
    more: Mapping[str, Json] = field(default_factory=dict)
    """Further members, as they shall stand."""


def to_dpv(events: Sequence[Recorded], *, case: str, gdpr: bool) -> JsonObject:
    """A case as JSON-LD: its events in DPV terms, and beside each our own name and all its facts.

    ``gdpr`` adds the terms for the articles of the GDPR. DPV has no word for a part of an answer nor for silence,
    and of kinds that it has no word for at all only ours stands there, so nothing is lost.
    Raises MalformedRequest for a refusal reason that is not among REASONS.
    """
    return {
        "@context": dict(_CONTEXT),
        "@id": f"{_OURS}case:{case}",
        "@type": "dpv:RightExerciseRecord",
        "dct:identifier": case,
        "dct:hasPart": [_jsonld(event, gdpr) for event in events],
    }


def _jsonld(event: Recorded, gdpr: bool) -> JsonObject:
    known = EVENTS.get(event.name)
    types = known.dpv if known is not None else OTHERS.get(event.name, ())
    value: JsonObject = {"@type": [f"dpv:{term}" for term in types]} if types else {}
    if event.day:
        value["dct:date"] = event.day
    value["dct:type"] = event.name
    value["habeas:facts"] = {"@type": "@json", "@value": dict(event.facts)}
    if terms := [*_justifications(event, gdpr)]:
        value["dpv:hasJustification"] = terms
    if gdpr and (article := _ARTICLES.get(str(event.facts.get("right")))):
        value["dpv:hasRight"] = {"@id": f"eu-gdpr:{article}"}
    elif gdpr and event.name == "complaint.lodged":
        value["dpv:hasRight"] = {"@id": "eu-gdpr:A77"}
    return {**value, **event.more}


def _justifications(event: Recorded, gdpr: bool) -> Iterator[Json]:
    found: list[Reason] = []
    reasons = event.facts.get("reasons", [])
    assert isinstance(reasons, list), "a list by its schema"
    for reason in reasons:
        if reason not in REASONS:
            raise MalformedRequest(f"{str(reason)[:60]!r} is not among {', '.join(REASONS)}")
        found.append(REASONS[str(reason)])
    for fact in ("what", "reason"):
        if (known := _WHY.get((event.name, str(event.facts.get(fact))))) is not None:
            found.append(known)
    if event.name == "request.withdrawn":
        found.append(Reason("", "LackOfIntent", "JustificationA12LackOfIntent"))
    for item in found:
        if item.dpv:
            yield {"@id": f"justifications:{item.dpv}"}
        if item.gdpr and gdpr:
            yield {"@id": f"eu-gdpr:{item.gdpr}"}


assert set(REASONS) == set(REFUSAL_REASONS), "every refusal reason has its words"
