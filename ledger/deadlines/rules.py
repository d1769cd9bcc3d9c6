"""What a rule file says, as frozen types; ``rule_file`` reads them (docs/spec/deadlines.md, "Rule file").

A rule says nothing about how days are added; that is ``ledger.deadlines``. What a source does not
say is absent here or ``unconfirmed``, and an unconfirmed step may widen a result but never narrow it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

UNCONFIRMED = "unconfirmed"
"""In the place of a source: no source that was read says it."""

Mark = Literal["C", "S", "R"]
Holder = Literal["company_duty", "person_window", "waiting_time", "authority_aim"]
Counting = Literal["EU-1182", "UK-ICO", "KR-CIV", "US-CAL", "NZ-WD", "CAL"]
Unit = Literal["days", "weeks", "months", "working_days"]
Start = Literal[
    "receipt", "appeal", "answer", "notice", "complaint", "proposal", "outage", "restored", "notice_end",
    "transition_end",
]  # fmt: skip
AuthorityKind = Literal["supervision", "reports", "mediation"]
Silence = Literal["deemed_refusal", "breach", "opens_court", "none"]
Answered = Literal["in_time", "not_in_time"]
Ground = Literal["identity", "clarification"]
ExtensionKind = Literal["period", "adds", "named_date", "cause_ends"]


@dataclass(frozen=True, slots=True)
class Text:
    """The same sentence in both languages."""

    en: str
    ko: str


@dataclass(frozen=True, slots=True)
class Source:
    """What was read: C the primary text, S a secondary source, R recalled and not read."""

    id: str
    cite: Text
    mark: Mark


@dataclass(frozen=True, slots=True)
class Leg:
    """A length of time, 1 to 3,660 units."""

    length: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Closed:
    """Days of each year, from ``first`` to ``last`` (month, day), that are no working days."""

    first: tuple[int, int]
    last: tuple[int, int]
    source: str


@dataclass(frozen=True, slots=True)
class Extension:
    """How a period may become longer, besides the named periods that ``extends`` another."""

    kind: ExtensionKind
    period: str
    """kind ``period``: the name of the longer period."""
    adds: Leg | None
    """kind ``adds``: the further time; kind ``cause_ends``: the time after its end, where a source says it."""
    source: str
    notice: str
    """Source of the rule that the notice must come within the period."""
    before_last_day: bool = False
    """The notice must come before the last day of the period, not on it."""
    reasons: str = ""
    """Source of the rule that the notice must give a reason; "" where none was read."""
    later_alone: bool = False
    """kind ``cause_ends``: the time after the cause has ended counts for the later date alone."""
    open_for: tuple[str, ...] = ()
    """kind ``period``: reasons for which the law lets it take longer still, without a number of days."""


@dataclass(frozen=True, slots=True)
class PauseRule:
    """A ground on which the clock stands still."""

    ground: Ground
    source: str
    certain: bool
    """False: only the reading most favourable to the company reckons with it."""
    restart: bool
    """That reading may also count the whole period again from the day on which the pause ends."""
    since: date | None


@dataclass(frozen=True, slots=True)
class Period:
    """One named period. Without ``legs`` the law names no number of days and ``undated`` is its word."""

    name: str
    title: Text
    holder: Holder
    starts: Start
    sources: tuple[str, ...]
    mark: Mark
    """The weakest of its sources."""
    rights: tuple[str, ...]
    undated: Text | None
    legs: tuple[Leg, ...]
    counting: Counting | None
    roll_over: str
    """Source of the rule for a last day that is no working day."""
    closed: Closed | None
    extends: tuple[str, ...]
    """Of an extended period: the periods within which its notices must come, in order."""
    extension: Extension | None
    pauses: tuple[PauseRule, ...]
    no_finding: Text | None
    """Why no finding may rest on this period."""
    at: AuthorityKind | None = None
    """Of a period that starts with a complaint: the kind of authority at which it must be lodged."""
    answered: Answered | None = None
    """Of a person's window: it runs only after an answer in time, or only where none came in time."""
    until_refused: bool = False
    """Of a waiting time: after a refusal nobody has to wait."""
    binds_company: bool = False
    """Of a waiting time: it is the company that must wait."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One regime. ``valid_from`` is the first day on which a period of this version may start."""

    regime: str
    version: int
    name: Text
    cite: Text
    who: Text
    places: tuple[str, ...]
    places_unconfirmed: tuple[str, ...]
    valid_from: date
    valid_until: date | None
    valid_why: Text
    silence: Silence
    silence_source: str
    """Source of what silence means, of ``refusal``, of ``authority`` and of ``next_step``; or ``unconfirmed``."""
    refusal_grounds: tuple[str, ...]
    refusal: Text
    refusal_source: str
    authority: Text
    authority_source: str
    next_step: Text
    next_step_source: str
    notes: tuple[Text, ...]
    not_said: tuple[Text, ...]
    sources: Mapping[str, Source]
    periods: Mapping[str, Period]
    authority_kinds: tuple[AuthorityKind, ...] = ()
    """Which authorities of a register are those of this rule; none where it names others."""

    def source(self, name: str) -> Source | None:
        """The source ``name``; None where nothing that was read says it."""
        return self.sources.get(name)

    def mark_of(self, name: str) -> Mark:
        """The mark of a source, R for what is unconfirmed."""
        found = self.sources.get(name)
        return "R" if found is None else found.mark


def weakest(marks: tuple[Mark, ...]) -> Mark:
    """R before S before C."""
    return max(marks, key="CSR".index)
