"""A case as JSON-LD in W3C DPV 2.3 terms, from its assessment (docs/spec/deadlines.md, "Vocabulary")."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.assessment import Assessment, StatementView
from ledger.encoding import Json, JsonObject, encode_hex, encode_instant
from ledger.finding.shown import bound_json
from ledger.verification.checks import Value
from ledger.vocabulary import UNANSWERED, Recorded, to_dpv
from ledger.words import text

MEDIA_TYPE = "application/ld+json"
_DAYS = ("sent_on", "received_on", "answered_on", "notified_on", "on", "at", "from")
"""Facts that name the day or instant of an event; a kind has one of them at most."""


def linked_case(result: Assessment) -> JsonObject:
    """Every statement of the case that is shown and understood, with who says so and between which times.

    Silence stands there only where the finding shows a period of it, and never as an end of the request.
    """
    case, ledger = encode_hex(result.bundle.case), result.bundle.ledger
    views = [view for view in result.statements if _counts(view, result.bundle.case)]
    opened = [view.shown.signed.statement for view in views if view.shown.signed.id == result.bundle.case]
    gdpr = any(statement.facts.get("regime") == "eu-gdpr" for statement in opened)
    value = to_dpv([*map(_recorded, views), *_silence(result)], case=case, gdpr=gdpr)
    about: JsonObject = {
        "dct:source": ledger,
        "dpv:hasEntity": [{"dct:identifier": company} for company in sorted({str(item.company) for item in opened})],
        "habeas:complete": _completeness(result),
        "dct:rights": [{"@language": lang, "@value": text("everywhere", lang)} for lang in ("en", "ko")],
    }
    parts = value.pop("dct:hasPart")
    return {**value, **about, "dct:hasPart": parts}


def _completeness(result: Assessment) -> str:
    """The value of the check that the lists are complete, which nobody may take for more than it is."""
    return next((item.value.word for item in result.checks if item.check.name == "complete"), Value.NOT_CHECKED.word)


def _counts(view: StatementView, case: bytes) -> bool:
    signed = view.shown.signed
    in_case = signed.statement.case_id == case or signed.id == case
    return in_case and view.understood and view.signature is not Value.FAILED


def _recorded(view: StatementView) -> Recorded:
    signed = view.shown.signed
    facts = signed.statement.facts
    more: dict[str, Json] = {
        "@id": f"urn:habeas:v1:statement:{encode_hex(signed.id)}",
        "dct:creator": view.standing.role,
        "habeas:grade": view.standing.grade,
        "habeas:entry": view.shown.index,
    }
    for name, bound in (("signedNotBefore", view.signed_not_before), ("recordedNotAfter", view.recorded_not_after)):
        if bound is not None:
            more[f"habeas:{name}"] = {"@type": "@json", "@value": bound_json(bound)}
    day = next((str(facts[name]) for name in _DAYS if name in facts), "")
    return Recorded(signed.statement.kind, day, facts, more)


def _silence(result: Assessment) -> Iterator[Recorded]:
    finding = result.finding
    if finding is None or finding.due.latest is None:
        return
    if any(period.cause == "no_answer" and period.lasting for period in finding.periods):
        as_of = encode_instant(finding.silence.as_of)
        yield Recorded(UNANSWERED, str(finding.due.latest), {}, {"dct:creator": "derived", "habeas:asOf": as_of})
