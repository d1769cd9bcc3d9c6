"""What the parties dispute of each other's statements, and have not resolved (docs/spec/assessment.md, "Disputes").

Nothing that a party said may vanish: each dispute is told, whatever it concerns, and this record decides none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ledger.finding.delivery import Delivery
from ledger.finding.timeline import Said, Timeline

_REQUEST = frozenset({"case.opened", "request.sent", "request.reminded", "request.delivered", "evidence.attested"})
"""Who disputes one of these disputes the request, that it arrived, or what proves it."""


@dataclass(frozen=True, slots=True)
class Dispute:
    """``said`` disputes ``of``; None where that is no statement that counts in the case."""

    said: Said
    of: Said | None

    @property
    def because(self) -> str:
        """A word of the closed list."""
        return self.said.text("because")


def read_disputes(timeline: Timeline) -> tuple[Dispute, ...]:
    """Each side's newest word about each statement, where it is not that the matter is resolved; in their order."""
    by_id = {"0x" + item.id.hex(): item for item in timeline.said}
    newest: dict[tuple[str, str], Said] = {}
    for item in timeline.of(["statement.disputed"], "requester", "company"):
        newest[item.role, item.text("statement")] = item
    open_ones = [item for item in newest.values() if item.text("because") != "resolved"]
    return tuple(
        Dispute(item, by_id.get(item.text("statement"))) for item in sorted(open_ones, key=lambda item: item.index)
    )


def against_request(disputes: Iterable[Dispute], delivery: Delivery | None) -> Said | None:
    """The company's newest word against the request or its arrival."""
    entries = () if delivery is None else delivery.entries
    found = None
    for item in disputes:
        of = item.of
        if item.said.role == "company" and of is not None and of.role != "company":
            found = item.said if of.kind in _REQUEST or of.index in entries else found
    return found


def against(disputes: Iterable[Dispute], answer: Said) -> Said | None:
    """The other side's newest word against ``answer``."""
    found = None
    for item in disputes:
        if item.of is not None and item.of.id == answer.id and item.said.role != answer.role:
            found = item.said
    return found


def is_denied(disputes: Iterable[Dispute], answer: Said) -> bool:
    """Whether the other side says that ``answer`` did not come as it says. Who does not accept the reason of a refusal
    has the refusal all the same."""
    found = against(disputes, answer)
    if found is None:
        return False
    return answer.kind != "request.refused" or found.text("because") != "reason_not_accepted"
