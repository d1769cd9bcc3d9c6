"""The summaries of cases that are counted in the vectors, and the counts expected of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

COUNT, SUMMARY = "counts.count", "counts.summary"
COMPANY, NOW = "shop.example", "2026-12-10T12:00:00Z"
Summary = dict[str, Any]
# A sending that nobody else saw, whose quiet period is over; two years without an answer change nothing about that.
CLAIMED: Summary = {
    "company": COMPANY,
    "place": "IE",
    "quiet_until": "2026-12-04",
    "spoken": False,
    "joined": False,
    "arrival": "claimed",
    "arrived_on": None,
    "answer": "none",
    "state": "open",
    "outcome": "none",
    "grade": None,
    "answered_on": None,
    "lateness": None,
    "overdue": False,
    "known_until": "2026-12-01",
    "conditional": False,
    "replayed": True,
    "operator_is_party": False,
}
PROVEN: Summary = {**CLAIMED, "arrival": "proven", "arrived_on": "2026-10-22", "quiet_until": "2026-12-07"}
OVERDUE: Summary = {**PROVEN, "joined": True, "overdue": True}
OPEN: Summary = {**PROVEN, "joined": True, "known_until": "2026-11-11"}
ANSWERED: Summary = {
    **PROVEN,
    "joined": True,
    "spoken": True,
    "answer": "recorded",
    "state": "closed",
    "outcome": "provided",
    "grade": "company_signed",
    "answered_on": "2026-11-11",
    "lateness": "in_time",
    "known_until": None,
}
CONTESTED: Summary = {**ANSWERED, "state": "open", "outcome": "contested", "known_until": "2026-11-20"}
CONTESTED_REQUEST: Summary = {
    **OPEN, "spoken": True, "outcome": "contested", "grade": "company_signed", "known_until": "2026-12-01",
}  # fmt: skip
REPORTED: Summary = {
    **PROVEN,
    "joined": True,
    "answer": "reported",
    "state": "closed",
    "outcome": "refused",
    "grade": "self_stated",
}
UNDETERMINED: Summary = {
    **PROVEN, "joined": True, "spoken": True, "answer": "undetermined", "state": None, "outcome": None,
}  # fmt: skip
WITHDRAWN: Summary = {**PROVEN, "joined": True, "state": "closed", "outcome": "withdrawn", "grade": "self_stated"}
VOUCHED_ANSWER: Summary = {**ANSWERED, "grade": "operator_vouched"}
VOUCHED_ARRIVAL: Summary = {**OPEN, "arrival": "operator_vouched", "spoken": True}
_ROWS = (
    *("provided", "partly_provided", "refused", "contested", "reported", "operator_vouched", "withdrawn"),
    *("overdue", "open", "undetermined"),
)
_LATENESS = ("late", "in_time", "not_decided")
_EMPTY: Mapping[str, Sequence[str]] = {
    "arrival": ("no_request", "claimed", "operator_vouched", "proven"),
    "states": ("open", "closed", "undetermined"),
    "outcomes": ("none", "provided", "partly_provided", "refused", "withdrawn", "contested", "undetermined"),
    "grades": ("self_stated", "domain_mail", "company_signed", "operator_vouched", "attested", "decided"),
}


def case(number: int, base: Summary, **changes: Any) -> Summary:
    """A case with an id of its own."""
    return {"case": f"0x{number:064x}", **base, **changes}


def counted(cases: int, no_rate: str | None = "not_joined", **given: Any) -> dict[str, Any]:
    """The expected counts: everything that is not given is 0 or empty."""
    found: dict[str, Any] = {"company": COMPANY, "cases": cases}
    for name, words in _EMPTY.items():
        found[name] = {word: given.get(name, {}).get(word, 0) for word in words}
    found["no_rate"] = no_rate
    for name, words in (("rates", _ROWS), ("lateness", _LATENESS)):
        used = given.get(name, {})
        total = sum(used.values())
        found[name] = [{"of": word, "numerator": used.get(word, 0), "denominator": total} for word in words if used]
    found["curve"] = [
        {"day": day, "at_risk": at_risk, "answered": answered} for day, at_risk, answered in given.get("curve", ())
    ]
    for name in ("unconfirmed", "conditional", "not_replayed", "operator_is_party"):
        found[name] = given.get(name, 0)
    return found


def asked(*summaries: Summary, now: str = NOW, company: str = COMPANY) -> dict[str, Any]:
    return {"company": company, "now": now, "summaries": list(summaries)}


def one_answer(grade: str = "company_signed", day: int = 20) -> dict[str, Any]:
    """The expected counts of one proven request, provided in time ``day`` days later by an answer of ``grade``."""
    one = {"arrival": {"proven": 1}, "states": {"closed": 1}, "outcomes": {"provided": 1}, "grades": {grade: 1}}
    return counted(1, None, **one, rates={"provided": 1}, lateness={"in_time": 1}, curve=[(day, 1, 1)])
