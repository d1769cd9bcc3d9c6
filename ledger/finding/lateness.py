"""Whether an answer was in time, in three values, and the delay between two records (DESIGN 8).

*Late* needs three things at once: whoever answers is the company by the policy's own word or an attester's, the
signature was made after the latest date, and the answer itself names no earlier day. An operator that binds a key
of its own can make nobody late, nor can a mail by its signature alone: that it is the answer is the person's word.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from ledger.finding.disputes import Dispute, is_denied
from ledger.finding.due import Due
from ledger.finding.timeline import ANSWERS, CONFIRMING, READ, Bound, Said, Timeline, tightest
from ledger.verification.checks import Value

Word = Literal["late", "in_time", "not_decided"]
ACCEPTED = frozenset({"company_signed", "attested"})
"""Grades of a key by which the company can be late: by the policy's own word or an attester's."""


@dataclass(frozen=True, slots=True)
class Lateness:
    """``value``: what the bound that it rests on is worth; of what is not decided there is none."""

    said: Word
    answer: Said
    answered_on: date
    value: Value
    upper: Bound | None
    """Recorded not after: the bound that carries *in time*, or else the tightest."""


@dataclass(frozen=True, slots=True)
class Span:
    """Seconds between two bounds, and what the weaker of them is worth."""

    seconds: int
    value: Value


@dataclass(frozen=True, slots=True)
class Delay:
    """Between the record of the request and that of the company's answer; None where a bound is missing."""

    least: Span | None
    most: Span | None


def first_answer(timeline: Timeline) -> Said | None:
    """The company's first answer, or else the first reported one that attesters confirmed."""
    signed = timeline.of(ANSWERS, "company")
    confirmed = tuple(item for item in timeline.of(ANSWERS, "requester") if item.checks & CONFIRMING)
    return next(iter(signed or confirmed), None)


@dataclass(frozen=True, slots=True)
class Against:
    """What is said against the request and its answers."""

    disputes: tuple[Dispute, ...] = ()
    request: Said | None = None
    """The company's own word against the request or its arrival: then *late* would decide between the two."""
    withdrawn: Said | None = None
    """The requester's word that ended the duty."""


def read_withdrawal(timeline: Timeline, due: Due) -> Said | None:
    """The first withdrawal that is not known to have been signed after the time had ended.

    A block that nobody knows can have any time: whoever quotes one does not make the company late.
    """
    for item in timeline.of(["request.withdrawn"], "requester"):
        is_known = item.lower is not None and item.lower.value is Value.PASSED
        if due.latest is None or not (is_known and timeline.is_after(item.lower, due.latest)):
            return item
    return None


def read_lateness(timeline: Timeline, due: Due, answer: Said | None, against: Against) -> Lateness | None:
    """Late, in time or not decided; None where nobody but the requester says that there is an answer, and of an
    answer to what had been withdrawn."""
    if answer is None or (against.withdrawn is not None and against.withdrawn.index < answer.index):
        return None
    denied = is_denied(against.disputes, answer)
    answered_on = answer.day("answered_on")
    if due.finding:
        earliest = date.min if due.earliest is None else due.earliest
        early = tightest(bound for bound in answer.bounds.uppers if timeline.is_within(bound, earliest))
        is_accepted = answer.grade in ACCEPTED or bool(answer.checks & READ)
        is_after = due.latest is not None and answered_on > due.latest and timeline.is_after(answer.lower, due.latest)
        # Both hold only where somebody made a block up: what is known counts, and in doubt for the company.
        if early is not None and not denied and not (is_after and _worth(answer.lower) > early.value):
            return Lateness("in_time", answer, answered_on, early.value, early)
        # A report that the company disputes is decided neither way; of its own answer it says itself when that came.
        undisputed = against.request is None and (answer.role == "company" or not denied)
        if is_accepted and is_after and undisputed:
            return Lateness("late", answer, answered_on, _worth(answer.lower), answer.bounds.recorded)
    return Lateness("not_decided", answer, answered_on, Value.NOT_CHECKED, answer.bounds.recorded)


def read_delay(sent: Said | None, answer: Said | None) -> Delay | None:
    """Of a company-signed answer only: what an attester confirmed was not recorded by the company."""
    if sent is None or answer is None or answer.role != "company":
        return None
    least, most = _span(sent.upper, answer.lower), _span(sent.lower, answer.upper)
    return None if least is None and most is None else Delay(least, most)


def _span(first: Bound | None, last: Bound | None) -> Span | None:
    if first is None or last is None:
        return None
    return Span(max(0, last.seconds - first.seconds), min(first.value, last.value))


def _worth(bound: Bound | None) -> Value:
    return Value.NOT_CHECKED if bound is None else bound.value
