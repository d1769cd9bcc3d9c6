"""Published cases and the AWS outage as facts of ``citation.recorded`` (examples/*.json).

A citation says what a public document says and names it. Nothing is added: what the file leaves
open stays absent, and an outcome that it does not name in the words of the closed list is "ruling"
where there is a decision and "pending" where there is none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ledger.encoding import Json
from ledger.errors import MalformedRequest
from ledger.kinds import check_facts

_OUTCOMES = {
    "no answer recorded": "no_answer_recorded",
    "partially answered": "partially_answered",
    "unreadable file": "unreadable_file",
}
_DATES = ("requested_on", "complaint_lodged_on", "decided_on")


@dataclass(frozen=True, slots=True)
class Citation:
    """One statement to record: the company where the case names one with a domain, and the facts."""

    company: str | None
    facts: Mapping[str, Json]


def read_citations(folder: Path) -> tuple[Citation, ...]:
    """All citations of the two example files in ``folder``, in file order. Raises MalformedRequest."""
    cases = _load(folder / "published-cases.json")
    outage = _load(folder / "outage-aws-2025-10-20.json")
    citations = (*(item for case in _list(cases, "cases") for item in _case(case)), _outage(outage))
    for citation in citations:
        check_facts("citation.recorded", citation.facts)
    return citations


def _case(case: Mapping[str, object]) -> Iterator[Citation]:
    by_domain = {str(item["domain"]): item for item in _list(case, "outcomes")}
    companies = [company["domain"] for company in _list(case, "companies")] or [None]
    for domain in companies:
        told = by_domain.get(str(domain), by_domain.get("*", {}))
        facts: dict[str, Json] = {
            "source": _source(case),
            "mark": str(case["mark"]),
            "outcome": _outcome(case, told),
            "dates": {name: str(case[name]) for name in _DATES if case.get(name)},
            "regime": str(case["regime"]),
            "right": str(case["right"]),
        }
        place = told.get("jurisdiction", case.get("jurisdiction"))
        if place:
            facts["place"] = str(place)
        yield Citation(str(domain) if domain else None, facts)


def _outcome(case: Mapping[str, object], told: Mapping[str, object]) -> str:
    if told:
        return _OUTCOMES[str(told["outcome"])]
    decision = str(case.get("decision", ""))
    if decision.startswith("fine "):
        return "fined"
    if decision.startswith("well-founded"):
        return "well_founded"
    return "ruling" if decision else "pending"


def _source(case: Mapping[str, object]) -> str:
    parts = [str(case["source"]), str(case["id"]), *([str(case["authority"])] if case.get("authority") else [])]
    return "; ".join(parts)


def _outage(outage: Mapping[str, object]) -> Citation:
    start, end = outage["start"], outage["end"]
    assert isinstance(start, dict) and isinstance(end, dict)
    facts: dict[str, Json] = {
        "source": f"{outage['source']}; {outage['incident']}",
        "mark": str(outage["mark"]),
        "outcome": "outage",
        "dates": {
            "started_not_before": start["not_before"],
            "started_not_after": start["not_after"],
            "ended_not_before": end["not_before"],
            "ended_not_after": end["not_after"],
        },
    }
    return Citation("aws.amazon.com", facts)


def _load(path: Path) -> Mapping[str, object]:
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise MalformedRequest(f"{path} cannot be read: {error}; run the demo from a checkout") from None
    if not isinstance(value, dict):
        raise MalformedRequest(f"{path} must hold an object")
    return value


def _list(value: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    items = value.get(name, [])
    if not isinstance(items, list):
        raise MalformedRequest(f"{name} must be a list")
    return items
