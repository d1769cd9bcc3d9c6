"""``habeas case ics``: the dates of a case as a calendar file, from its bundle."""

from __future__ import annotations

from pathlib import Path

from ledger.assessment import NO_FINDING, Assessment
from ledger.cli.verify import Question, assess_under, read_bytes, read_terms
from ledger.deadlines.ics import Entry
from ledger.deadlines.steps import readings
from ledger.encoding import encode_hex
from ledger.errors import MalformedRequest
from ledger.finding.case import Finding
from ledger.finding.due import ACKNOWLEDGE
from ledger.finding.steps import Step
from ledger.finding.told import reasons, told_due
from ledger.finding.told_next import actor, condition, step_sentence
from ledger.finding.words import word
from ledger.words import Language, text


def case_entries(path: Path, question: Question, lang: Language) -> tuple[list[Entry], int]:
    """Entries for each step of the finding, and the time of the assessment. Raises MalformedRequest without a date."""
    from ledger.bundle import parse_bundle

    bundle = parse_bundle(read_bytes(path))
    result = assess_under(read_terms(question), bundle)
    if result.finding is None:
        raise MalformedRequest(f"{path} has no dates: {_no_finding(result, question)}")
    entries = [item for step in _steps(result.finding) for item in _entries(bundle.case, result.finding, step, lang)]
    if not entries:
        raise MalformedRequest(f"{path} has no date to write: {_no_date(result.finding)}")
    return entries, result.now


def _no_finding(result: Assessment, question: Question) -> str:
    if result.ledger is not None:
        return result.note or NO_FINDING
    which = "the one that ships" if question.trust is None else str(question.trust)
    return (
        f"the trust policy ({which}) does not list the ledger {result.bundle.ledger}; name one that does: --trust FILE"
    )


def _no_date(finding: Finding) -> str:
    outcome = finding.outcome
    if outcome.state == "closed":
        return f"the case is closed ({word(f'outcome.{outcome.word}', 'en')}): nothing is awaited"
    return " ".join(told_due(finding.due, finding.silence.company, "en")) or "nothing that is recorded starts a period"


def _steps(finding: Finding) -> tuple[Step, ...]:
    return () if finding.next is None else finding.next.steps


def _is_answer(step: Step) -> bool:
    return step.who == "company" and step.period.starts == "receipt" and step.period.name != ACKNOWLEDGE


def _entries(case: bytes, finding: Finding, step: Step, lang: Language) -> list[Entry]:
    """One event for each date of a step, each with its reading and with what it hangs on: read without the rest."""
    holder = step.period.holder
    latest = step.if_since[1] if step.if_since is not None else step.latest
    dates = readings(holder, step.earliest, latest, lang)
    if holder == "waiting_time":  # nobody goes by its earlier date
        dates = [item for item in dates[-1:] if latest is not None]
    open_end = condition(step, lang)
    head = f"{finding.silence.company} – {actor(step, lang)}"
    why = [step_sentence(step, lang), *(reasons(finding.due, lang) if _is_answer(step) else ())]
    return [
        Entry(
            f"{encode_hex(case)} {step.period.name} {reading}",
            day,
            f"{head}: {words}" + (f" ({open_end})" if open_end else ""),
            "\n".join([*why, text("everywhere", lang)]),
        )
        for reading, day, words in dates
    ]
