"""What is counted of a finding: one case in a few words of closed lists (docs/spec/counts.md, "Summary")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar, get_args

from ledger.deadlines.places import split_place
from ledger.encoding import Json, JsonObject, encode_hex, parse_date, parse_hex, require_members
from ledger.errors import MalformedRequest, MalformedSummary
from ledger.kinds import is_domain

Arrival = Literal["no_request", "claimed", "operator_vouched", "proven"]
Standing = Literal["none", "recorded", "reported", "undetermined"]
State = Literal["open", "closed"]
Outcome = Literal["none", "provided", "partly_provided", "refused", "withdrawn", "contested"]
Grade = Literal["self_stated", "domain_mail", "company_signed", "operator_vouched", "attested", "decided"]
Lateness = Literal["late", "in_time", "not_decided"]
_Word = TypeVar("_Word", bound=str)
_MEMBERS = frozenset(
    {
        *("case", "company", "place", "quiet_until", "spoken", "joined", "arrival", "arrived_on", "answer", "state"),
        *("outcome", "grade", "answered_on", "lateness", "overdue", "known_until", "conditional", "replayed"),
        "operator_is_party",
    }
)


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """One case as of one anchor. Bytes and dates; None where the finding has none."""

    case: bytes
    company: str
    place: str
    """Where a day is a day."""
    quiet_until: date | None
    """Last day of the quiet period; None where only a word of the company ends it."""
    spoken: bool
    """Whether the company has spoken in the case with one of its keys."""
    joined: bool
    """Whether a key of the company is accepted by the policy itself, and not by the operator's word alone."""
    arrival: Arrival
    arrived_on: date | None
    """The day by which arrival is proven."""
    answer: Standing
    state: State | None
    outcome: Outcome | None
    grade: Grade | None
    """Who stands behind the answer."""
    answered_on: date | None
    """The day that the answer names, of which ``lateness`` speaks."""
    lateness: Lateness | None
    overdue: bool
    """A check-in for a day after the latest due date says that nothing had come, and no answer is recorded."""
    known_until: date | None
    """The last check-in: after it nothing is known."""
    conditional: bool
    """The anchor's block is not known to be on the chain."""
    replayed: bool
    """Auditors replayed the index; otherwise it is the operator's claim."""
    operator_is_party: bool


def parse_summary(value: Json) -> CaseSummary:
    """Strict: exact members, types and words, and no two that contradict each other. Raises MalformedSummary."""
    given = require_members(value, _MEMBERS, frozenset(), MalformedSummary, "the summary")
    found = CaseSummary(
        case=parse_hex(given["case"], 32, MalformedSummary, "case"),
        company=_company(given["company"]),
        place=_place(given["place"]),
        quiet_until=_day(given, "quiet_until"),
        spoken=_flag(given, "spoken"),
        joined=_flag(given, "joined"),
        arrival=_word(given, "arrival", get_args(Arrival)),
        arrived_on=_day(given, "arrived_on"),
        answer=_word(given, "answer", get_args(Standing)),
        state=_word_or_none(given, "state", get_args(State)),
        outcome=_word_or_none(given, "outcome", get_args(Outcome)),
        grade=_word_or_none(given, "grade", get_args(Grade)),
        answered_on=_day(given, "answered_on"),
        lateness=_word_or_none(given, "lateness", get_args(Lateness)),
        overdue=_flag(given, "overdue"),
        known_until=_day(given, "known_until"),
        conditional=_flag(given, "conditional"),
        replayed=_flag(given, "replayed"),
        operator_is_party=_flag(given, "operator_is_party"),
    )
    _check(found)
    return found


def encode_summary(summary: CaseSummary) -> JsonObject:
    """The same as JSON; ``parse_summary`` gives it back."""
    return {
        "case": encode_hex(summary.case),
        "company": summary.company,
        "place": summary.place,
        "quiet_until": _text(summary.quiet_until),
        "spoken": summary.spoken,
        "joined": summary.joined,
        "arrival": summary.arrival,
        "arrived_on": _text(summary.arrived_on),
        "answer": summary.answer,
        "state": summary.state,
        "outcome": summary.outcome,
        "grade": summary.grade,
        "answered_on": _text(summary.answered_on),
        "lateness": summary.lateness,
        "overdue": summary.overdue,
        "known_until": _text(summary.known_until),
        "conditional": summary.conditional,
        "replayed": summary.replayed,
        "operator_is_party": summary.operator_is_party,
    }


def _check(found: CaseSummary) -> None:
    """What no finding gives: a count made of it would say something that no record shows."""
    is_proven = found.arrival in ("proven", "operator_vouched")
    is_answer = found.outcome not in (None, "none", "withdrawn")
    wrong = (
        (is_proven != (found.arrived_on is not None), "arrived_on stands exactly where arrival is not just claimed"),
        ((found.state is None) != (found.outcome is None), "state and outcome are both null or neither"),
        (
            found.outcome is not None and (found.state == "open") != (found.outcome in ("none", "contested")),
            "open is exactly what has the outcome none or contested",
        ),
        (found.outcome is None and found.answer != "undetermined", "only what is undetermined has no outcome"),
        (found.answer == "undetermined" and found.outcome is not None, "what is undetermined has no outcome"),
        # What the company says against the request contests a case without any answer.
        (
            is_answer != (found.answer in ("recorded", "reported"))
            and not (found.outcome == "contested" and found.answer == "none"),
            "the outcome of an answer needs an answer",
        ),
        (
            found.outcome == "contested" and found.answer == "none" and not found.spoken,
            "where no answer is recorded the company's own word contests",
        ),
        (is_answer and found.grade is None, "an answer has a grade"),
        (found.answer == "recorded" and not found.spoken, "an answer of the company is a word of the company"),
        ((found.lateness is None) != (found.answered_on is None), "lateness speaks of the day answered_on"),
        (
            found.lateness is not None and found.answer not in ("recorded", "reported"),
            "only an answer is late or in time",
        ),
        (found.overdue and (not is_proven or found.outcome != "none"), "overdue needs proven arrival and no answer"),
        (found.overdue and found.known_until is None, "overdue needs a check-in"),
    )
    for is_wrong, rule in wrong:
        if is_wrong:
            raise MalformedSummary(f"the summary of case {encode_hex(found.case)} contradicts itself: {rule}")


def _company(value: Json) -> str:
    if isinstance(value, str) and is_domain(value):
        return value
    raise MalformedSummary("company must be a lower-case DNS name of two labels or more")


def _place(value: Json) -> str:
    if not isinstance(value, str):
        raise MalformedSummary("place must be an ISO 3166 country or region, like IE or US-CA")
    try:
        split_place(value)
    except MalformedRequest as error:
        raise MalformedSummary(str(error)) from None
    return value


def _day(given: Mapping[str, Json], name: str) -> date | None:
    return None if given[name] is None else parse_date(given[name], MalformedSummary, name)


def _flag(given: Mapping[str, Json], name: str) -> bool:
    value = given[name]
    if isinstance(value, bool):
        return value
    raise MalformedSummary(f"{name} must be true or false")


def _word(given: Mapping[str, Json], name: str, words: Sequence[_Word]) -> _Word:
    for word in words:
        if given[name] == word:
            return word
    raise MalformedSummary(f"{name} must be one of {', '.join(words)}")


def _word_or_none(given: Mapping[str, Json], name: str, words: Sequence[_Word]) -> _Word | None:
    return None if given[name] is None else _word(given, name, words)


def _text(day: date | None) -> str | None:
    return None if day is None else str(day)
