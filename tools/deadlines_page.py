"""Writes docs/deadlines.md from the rules themselves: ``python -m tools.deadlines_page``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from ledger.deadlines import due
from ledger.deadlines.calendars import STANDARD
from ledger.deadlines.rulebook import SHIPPED, load_rule
from ledger.deadlines.rules import UNCONFIRMED, Period, Rule
from ledger.deadlines.steps import shown_length, word

PAGE = Path(__file__).resolve().parents[1] / "docs" / "deadlines.md"
YEAR = 2026
_HOLDERS = {
    "company_duty": "company's duty",
    "person_window": "person's time",
    "waiting_time": "waiting time",
    "authority_aim": "authority's aim",
}
_SILENCE = {
    "deemed_refusal": "counts as a refusal",
    "breach": "is itself against the duty",
    "opens_court": "opens the way to court",
    "none": "has no effect tied to a date",
}
HEAD = f"""# Deadlines by law

Written by `tools/deadlines_page.py` from the rule files in `ledger/data/rules`; change those. How days are counted:
[specification](spec/deadlines.md). On the command line: `habeas deadline REGIME PERIOD --place XX --from DATE`.
**Not legal advice**, and nothing here finds a breach.

Each result has two dates. **`due_earliest`** is the strictest reading: no roll-over at a weekend, no holiday that
somebody may dispute, no step that no source carries. **`due_latest`** is the reading most favourable to the
company. A person plans by the first; nobody may be called late before the second has passed. Where the two differ,
the step that makes the difference is named with its source.

Marks: **C** the primary text was read, **S** a secondary source, **R** recalled and not read. *Unconfirmed* means
that no source that was read says it. What is R or unconfirmed can widen a result and never narrow it; a period that
is R altogether carries no finding. Calendar: {STANDARD.version}.
"""
OWN = """## Use it in your own program

The engine and its rules are Python 3.11 without server, database or chain. Of Habeas' dependencies they need two. In a
clone (pip then names the others as missing, which the engine never imports):

    pip install --no-deps . && pip install holidays==0.109 tzdata==2026.6

```python
from datetime import date

from ledger.deadlines import Extended, Pause, due, ends, load_rule
from ledger.deadlines.rulebook import SHIPPED
from ledger.deadlines.steps import cited, sentence
from ledger.errors import HabeasError

rule = load_rule("eu-gdpr")  # one of SHIPPED
found = due(rule, "answer", "IE", date(2025, 9, 19))  # received on 19 September, by a company in Ireland
print(found.due_earliest, found.due_latest, found.calendar)  # 2025-10-19 2025-10-20 holidays …; tzdata …
for step in found.steps:  # each reason as a sentence, with its source and mark
    print(sentence(step, "en"), cited(step, rule, "en"))
print(ends(found)[1])  # 2025-10-20 23:00:00+00:00: midnight in Ireland

longer = due(rule, "extended", "IE", date(2025, 9, 19), extended=Extended((date(2025, 10, 1),)))
paused = due(load_rule("uk-gdpr"), "answer", "GB", date(2026, 3, 2), pauses=[Pause(date(2026, 3, 5), date(2026, 3, 7))])
print(longer.due_latest, paused.due_latest)  # 2025-12-22 2026-04-07

try:
    due(rule, "reply", "IE", date(2025, 9, 19))
except HabeasError as error:  # MalformedRequest, RefusedRule or RefusedExtension
    print(error)  # … it has answer, extended
```

A start, a pause or a notice is a `date`; a start may be a `datetime` with a time zone, which is a day in the place.
Nothing here reads a clock or the network. The same over HTTP: `GET /v1/deadline` ([API](api.md#due-dates)).
"""
SILENT = """## What the law does not say

- **No number of days**: {undated}. Such a period has no due date, is never late, and is in no rate.
- **No sanction for silence** is computed here, and none follows from a date that has passed. Where a law gives
  silence an effect of its own, the table below says so.
- **No duty while an account is locked.** No source that was read, in any regime, gives a duty of its own for that
  time, and none excuses it. Korea says something close to it: asking must be no harder than the collection was, and
  the same window stays usable (PIPA art. 38(4), Decree art. 41(2)). The general periods run on.
- **No more time for an outage.** No source that was read lets an outage of the company extend a period for
  answering a request. Korea's transfer duty (PIPA art. 35-2) may wait while systems have failed; it has no number
  of days anyway.
- **Holidays of regions.** EU law speaks of the holidays of the Member State: where a place names only the country,
  regional holidays move nothing. Name the region (`ES-IB`, not `ES`) where the company sits in one; its holidays
  then move the later date alone.
"""


def page() -> str:
    """The whole page."""
    rules = [load_rule(name) for name in SHIPPED]
    parts = [HEAD, OWN, *_table(rules), *_silent(rules), *_flat(rules), "## Each regime", ""]
    for rule in rules:
        parts += _regime(rule)
    return "\n".join(parts).rstrip() + "\n"


def _table(rules: list[Rule]) -> Iterator[str]:
    yield "## All periods"
    yield ""
    yield "| Regime | Period | Whose | Length | Counting | After a weekend or holiday | More time | Pauses | Mark |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for rule in rules:
        for period in rule.periods.values():
            length = shown_length(period.legs, "en") if period.legs else "no number of days"
            counting = period.counting or "–"
            cells = [
                f"[{rule.regime}](#{rule.regime})",
                f"`{period.name}`",
                "company's waiting time" if period.binds_company else _HOLDERS[period.holder],
                length,
                counting,
            ]
            cells += [_rolls(rule, period), _more(rule, period), _stops(rule, period), period.mark]
            yield f"| {' | '.join(cells)} |"
    yield ""


def _rolls(rule: Rule, period: Period) -> str:
    if not period.legs or period.legs[0].unit == "working_days":
        return "–"
    return "unconfirmed" if period.roll_over == UNCONFIRMED else f"next working day ({rule.mark_of(period.roll_over)})"


def _more(rule: Rule, period: Period) -> str:
    extension = period.extension
    if period.extends:
        return f"needs a notice within `{'`, `'.join(period.extends)}`"
    if extension is None:
        return "none known"
    marks = f"({rule.mark_of(extension.source)}; notice {rule.mark_of(extension.notice)})"
    if extension.kind == "period":
        return f"`{extension.period}` {marks}"
    if extension.adds is not None and extension.kind == "adds":
        return f"{shown_length((extension.adds,), 'en')} more {marks}"
    return (
        "the day that the company names" if extension.kind == "named_date" else "until the cause ends"
    ) + f" {marks}"


def _stops(rule: Rule, period: Period) -> str:
    if not period.pauses:
        return "none known"
    shown = (
        f"{pause.ground} ({rule.mark_of(pause.source)}{'' if pause.certain else ', later date only'})"
        for pause in period.pauses
    )
    return ", ".join(shown)


def _silent(rules: list[Rule]) -> Iterator[str]:
    undated = [
        f"`{rule.regime}` {period.name}" for rule in rules for period in rule.periods.values() if not period.legs
    ]
    yield SILENT.format(undated=", ".join(undated))
    yield "| Silence | Regimes |"
    yield "|---|---|"
    for effect, words in _SILENCE.items():
        yield f"| {words} | {', '.join(_silence(rule) for rule in rules if rule.silence == effect)} |"
    yield ""


def _silence(rule: Rule) -> str:
    return f"{rule.regime} {_mark(rule, rule.silence_source)}"


def _mark(rule: Rule, source: str) -> str:
    return "(R, unconfirmed)" if source == UNCONFIRMED else f"({rule.mark_of(source)})"


def _flat(rules: list[Rule]) -> Iterator[str]:
    yield '## Where a flat "30 or 31 days" would differ'
    yield ""
    yield f"Periods of about a month, for each of the 365 days of {YEAR} as the start: on how many the flat count lies"
    yield "before `due_earliest` (time would seem to be up too early), between the two dates, or after `due_latest`."
    yield ""
    yield "| Regime | Place | 30 days: before | between | after | 31 days: before | between | after |"
    yield "|---|---|---|---|---|---|---|---|"
    for rule in rules:
        period = rule.periods.get("answer")
        if period is None or not period.legs or rule.valid_from.year > YEAR:
            continue
        unit = period.legs[0]
        if unit.length * {"days": 1, "weeks": 7, "months": 30, "working_days": 1.4}[unit.unit] not in range(25, 33):
            continue
        place = "IE" if "IE" in rule.places else rule.places[0]
        counted = [_compare(rule, place, days) for days in (30, 31)]
        cells = [str(found[where]) for found in counted for where in ("before", "between", "after")]
        yield f"| {rule.regime} | {place} | {' | '.join(cells)} |"
    yield ""
    shorter = [
        f"{rule.regime} ({shown_length(rule.periods['answer'].legs, 'en')})" for rule in rules if _is_short(rule)
    ]
    yield f"Where the answer is due much earlier or later a flat month is wrong on every day: {', '.join(shorter)}."
    yield ""


def _is_short(rule: Rule) -> bool:
    period = rule.periods.get("answer")
    if period is None or not period.legs:
        return False
    leg = period.legs[0]
    return leg.unit == "days" and leg.length != 30


def _compare(rule: Rule, place: str, days: int) -> Counter[str]:
    found: Counter[str] = Counter()
    day = date(YEAR, 1, 1)
    while day.year == YEAR:
        result, flat = due(rule, "answer", place, day), day + timedelta(days=days)
        assert result.due_earliest is not None and result.due_latest is not None
        where = "before" if flat < result.due_earliest else "after" if flat > result.due_latest else "between"
        found[where] += 1
        day += timedelta(days=1)
    return found


def _regime(rule: Rule) -> Iterator[str]:
    yield f"### {rule.regime}"
    yield ""
    yield f"**{rule.name.en}** ({rule.name.ko}). {rule.cite.en}. Rule version {rule.version}."
    yield ""
    yield f"- Who may ask: {rule.who.en}"
    places = ", ".join(rule.places) + (
        f"; unconfirmed: {', '.join(rule.places_unconfirmed)}" if rule.places_unconfirmed else ""
    )
    yield f"- Holds in: {places}"
    until = "" if rule.valid_until is None else f" to {rule.valid_until}"
    yield f"- Periods that start from {rule.valid_from}{until}: {rule.valid_why.en.rstrip('.')}."
    for period in rule.periods.values():
        yield f"- `{period.name}` ({period.title.en}), from {word(f'start.{period.starts}', 'en')}: {_said(period)}"
    yield f"- Refusal {_mark(rule, rule.refusal_source)}: {rule.refusal.en}" + (
        f" Grounds: {', '.join(rule.refusal_grounds)}." if rule.refusal_grounds else ""
    )
    yield f"- Authority: {rule.authority.en} {_mark(rule, rule.authority_source)}"
    yield f"- Next step: {rule.next_step.en.rstrip('.')} {_mark(rule, rule.next_step_source)}."
    for note in (*rule.notes, *rule.not_said):
        yield f"- {note.en}"
    shown = "; ".join(f"{source.cite.en} ({source.mark})" for source in rule.sources.values())
    yield f"- Sources: {shown}"
    yield ""


def _said(period: Period) -> str:
    said = (
        shown_length(period.legs, "en")
        if period.legs
        else f"no number of days: {period.undated.en if period.undated else ''}"
    )
    if period.answered is not None:
        said += "; only after an answer in time" if period.answered == "in_time" else "; where no answer came in time"
    if period.until_refused:
        said += "; after a refusal nobody has to wait"
    if period.no_finding is not None:
        said += f". No finding: {period.no_finding.en}"
    if period.closed is not None:
        said += "; from {:02}-{:02} to {:02}-{:02} no working days for the later date".format(
            *period.closed.first, *period.closed.last
        )
    return said.rstrip(".") + "."


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
