"""Complaints to an authority, and its decisions as attesters saw them (docs/spec/assessment.md, "Complaints").

Grade *decided* says that an authority decided, and when: the statement has no word for what was decided, so nothing
else of a finding rests on it. It is never given on the word of a party.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from ledger.deadlines.authorities import Register
from ledger.deadlines.rules import Text
from ledger.finding.timeline import FindingGrade, Said, Timeline

ComplaintWord = Literal["lodged", "decided"]
_KINDS: tuple[tuple[str, ComplaintWord], ...] = (("complaint.lodged", "lodged"), ("complaint.decided", "decided"))
_CHECK = "document"


@dataclass(frozen=True, slots=True)
class Complaint:
    """``authority`` is the DNS name in the statement, ``name`` that of the register, where it knows one."""

    word: ComplaintWord
    authority: str
    name: Text | None
    on: date
    grade: FindingGrade
    entries: tuple[int, ...]

    @property
    def is_proven(self) -> bool:
        """Whether attesters stand behind it, and not the requester alone."""
        return self.grade != "self_stated"


def read_complaints(timeline: Timeline, register: Register) -> tuple[Complaint, ...]:
    """Each complaint and each decision once, by the authority and the day that are named; in the order of the log."""
    found = [item for kind, word in _KINDS for item in _each(timeline, kind, word, register)]
    return tuple(sorted(found, key=lambda item: (item.on, item.word == "decided", item.entries)))


def _each(timeline: Timeline, kind: str, word: ComplaintWord, register: Register) -> Iterator[Complaint]:
    said = timeline.of([kind], "requester", "attester")
    for authority, on in dict.fromkeys((item.text("authority"), item.day("on")) for item in said):
        same = [item for item in said if (item.text("authority"), item.day("on")) == (authority, on)]
        seen = _seen(timeline, same)
        if seen:
            grade: FindingGrade = "decided" if word == "decided" else "attested"
            yield Complaint(word, authority, _name(register, authority), on, grade, seen)
        elif word == "lodged" and (own := tuple(item.index for item in same if item.role == "requester")):
            # Of a decision that only a party, or too few attesters, speak of nothing is said.
            yield Complaint(word, authority, _name(register, authority), on, "self_stated", own)


def _seen(timeline: Timeline, same: list[Said]) -> tuple[int, ...]:
    """The entries by which a quorum of the policy's attesters saw it; none where they did not."""
    by = {item.author: item.index for item in reversed(same) if item.role == "attester"}
    checked = [item.index for item in same if item.role == "requester" and _CHECK in item.checks]
    attested = list(by.values()) if len(by) >= timeline.quorum else []
    return tuple(sorted([*attested, *checked]))


def _name(register: Register, domain: str) -> Text | None:
    return next((item.name for item in register.authorities if item.is_named(domain)), None)
