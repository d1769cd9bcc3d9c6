"""Notices of more time that came after the time had ended (docs/spec/assessment.md, "Late notices").

A notice after that day does not undo the date that had passed. As with an answer, three things must hold at once: the
company by the policy's own word or an attester's, a signature made after the day, and no earlier day named in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ledger.finding.delivery import Delivery
from ledger.finding.due import Due
from ledger.finding.lateness import ACCEPTED
from ledger.finding.outcome import grade_of
from ledger.finding.timeline import READ, Bound, FindingGrade, Timeline


@dataclass(frozen=True, slots=True)
class LateNotice:
    """The notice at ``entry``, which names ``notified_on``, had to come by the end of ``due``."""

    entry: int
    notified_on: date
    due: date
    source: str
    """Id of the rule's source for the day by which notice must be given."""
    signed: Bound
    grade: FindingGrade


def read_late_notices(timeline: Timeline, delivery: Delivery | None, due: Due) -> tuple[LateNotice, ...]:
    """Only where arrival is proven and a finding may rest on the rule."""
    if delivery is None or not delivery.has_latest or not due.finding:
        return ()
    return tuple(_late(timeline, due))


def _late(timeline: Timeline, due: Due) -> Iterator[LateNotice]:
    said = {item.index: item for item in timeline.of(["deadline.extended"])}
    for notice in due.notices:
        item = said[notice.entry]
        if notice.state != "late" or notice.had_until is None or item.lower is None:
            continue
        if notice.notified_on <= notice.had_until:
            continue
        if (item.grade in ACCEPTED or item.checks & READ) and timeline.is_after(item.lower, notice.had_until):
            yield LateNotice(
                notice.entry, notice.notified_on, notice.had_until, notice.source, item.lower, grade_of(item)
            )
