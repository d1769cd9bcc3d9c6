"""``habeas case ics``: the dates of a case as a calendar file, from its bundle."""

from __future__ import annotations

from pathlib import Path

from ledger.assessment import NO_FINDING
from ledger.cli.verify import Question, assess_under, read_bytes, read_terms
from ledger.encoding import encode_hex
from ledger.errors import MalformedRequest
from ledger.finding.case import Finding
from ledger.finding.steps import Step
from ledger.finding.told import reasons
from ledger.finding.told_next import step_sentence
from ledger.ics import Entry
from ledger.words import Language, text


def case_entries(path: Path, question: Question, lang: Language) -> tuple[list[Entry], int]:
    """Entries for each step of the finding, and the time of the assessment. Raises MalformedRequest without a date."""
    from ledger.bundle import parse_bundle

    bundle = parse_bundle(read_bytes(path))
    result = assess_under(read_terms(question), bundle)
    if result.finding is None:
        raise MalformedRequest(f"{path} has no dates: {NO_FINDING}")
    entries = [item for step in _steps(result.finding) for item in _entries(bundle.case, result.finding, step, lang)]
    if not entries:
        raise MalformedRequest(f"{path} has no date to write into a calendar file")
    return entries, result.now


def _steps(finding: Finding) -> tuple[Step, ...]:
    return () if finding.next is None else finding.next.steps


def _entries(case: bytes, finding: Finding, step: Step, lang: Language) -> list[Entry]:
    """One event for each date of a step: a person acts by the earlier date, a company has until the later."""
    waiting = step.period.holder == "waiting_time"
    days = {"latest": step.latest} if waiting else {"earliest": step.earliest, "latest": step.latest}
    summary = f"{finding.silence.company} – {step_sentence(step, lang)}"
    why = [*(reasons(finding.due, lang) if step.period is finding.due.period else ()), text("everywhere", lang)]
    return [
        Entry(f"{encode_hex(case)} {step.period.name} {reading}", day, summary, "\n".join(why))
        for reading, day in days.items()
        if day is not None and (reading == "earliest" or day != step.earliest or waiting)
    ]
