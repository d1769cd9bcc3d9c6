"""``habeas deadline``: when an answer is due under a rule, in two readings, and why."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.calendar_files import read_calendar
from ledger.cli.files import write_new
from ledger.cli.output import AsJson, Language, new_app, note, print_json, print_text
from ledger.deadlines import Deadline
from ledger.deadlines.as_json import deadline_json
from ledger.deadlines.ics import Entry, encode_ics
from ledger.deadlines.request import DeadlineRequest, answer, standing
from ledger.deadlines.rulebook import SHIPPED, load_rule
from ledger.deadlines.rules import Rule
from ledger.deadlines.steps import cited, readings, sentence, shown_length, word
from ledger.encoding import Json
from ledger.errors import MalformedRequest
from ledger.words import pick, text

app = new_app("When an answer is due under a rule, in two readings, and why.")
_Dates = Annotated[
    list[str] | None,
    typer.Option(
        "--extended-on", metavar="DATE", help="Day on which the person was told of more time; may be repeated."
    ),
]
_Pauses = Annotated[
    list[str] | None,
    typer.Option(
        "--pause",
        metavar="FROM..TO",
        help="The clock stood still; FROM.. while it does; =identity or =clarification behind it. May be repeated.",
    ),
]
_Files = Annotated[
    list[Path] | None,
    typer.Option("--calendar", metavar="FILE", help="Holidays of your own, over those that ship; may be repeated."),
]
_WORDS = {
    "undated": ("the law names no number of days", "법에 며칠 안이라는 기한이 없음"),
    "cause_ends": ("no date until the cause of the postponement ends", "연기 사유가 없어질 때까지 날짜 없음"),
    "paused": ("no date while the clock stands still", "기간이 멈춰 있는 동안 날짜 없음"),
    "beyond_calendar": ("no date: the day named lies beyond the calendar", "밝힌 날이 달력의 범위를 넘어 날짜 없음"),
    "calendar": ("Calendar: {0}", "달력: {0}"),
    "running": ("At {0} the period is still running.", "{0} 현재 기간이 아직 흐르고 있습니다."),
    "between": (
        "At {0} the earlier date has passed, the later one has not.",
        "{0} 현재 이른 날짜는 지났고 늦은 날짜는 지나지 않았습니다.",
    ),
    "over": ("At {0} both dates have passed.", "{0} 현재 두 날짜가 모두 지났습니다."),
    "no_finding": ("No finding may rest on this.", "이것으로 결론을 내리지 않습니다."),
}


@app.command()
def deadline(
    regime: Annotated[str | None, typer.Argument(metavar="REGIME", help="The rule, like eu-gdpr; see --list.")] = None,
    period: Annotated[str | None, typer.Argument(metavar="PERIOD", help="The period of the rule, like answer.")] = None,
    place: Annotated[
        str | None,
        typer.Option(metavar="XX[-YY]", help="Where the company must act: its holidays and time zone count."),
    ] = None,
    start: Annotated[
        str | None, typer.Option("--from", metavar="DATE|INSTANT", help="What starts the period, like the receipt.")
    ] = None,
    pause: _Pauses = None,
    extended_on: _Dates = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="The day that the company named.")] = None,
    cause_ended: Annotated[
        str | None, typer.Option(metavar="DATE", help="When the cause of a postponement ended.")
    ] = None,
    now: Annotated[
        str | None, typer.Option(metavar="DATE|INSTANT", help="Say too how the period stands at that time.")
    ] = None,
    calendar: _Files = None,
    ics: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the dates as a calendar file (.ics).")] = None,
    listing: Annotated[bool, typer.Option("--list", help="List all rules and their periods.")] = False,
    lang: Annotated[Language, typer.Option(help="Language of the reasons.")] = Language.en,
    as_json: AsJson = False,
) -> None:
    """When a period ends under a rule: the strictest reading, the one most favourable to the company, and each
    step with its source. Not a finding of a breach. Not legal advice."""
    if listing:
        _list(lang, as_json)
        return
    if regime is None or period is None or place is None or start is None:
        raise MalformedRequest("give REGIME, PERIOD, --place and --from, or --list to see which there are")
    asked = DeadlineRequest(
        regime, period, place, start, pause or (), extended_on or (), until, cause_ended, option="--"
    )
    rule, found = answer(asked, read_calendar(calendar or []))
    if ics is not None:
        write_new(ics, encode_ics(_entries(rule, found, start, lang), datetime.now(UTC)))
        note(f"written: {ics}")
    stands = None if now is None else standing(found, now, "--now")
    if as_json:
        value = deadline_json(found, rule, lang.value)
        print_json(value if stands is None else {**value, "standing": stands})
    else:
        _print(rule, found, lang, None if now is None else (str(stands), now))


def _list(lang: Language, as_json: bool) -> None:
    rules = [load_rule(name) for name in SHIPPED]
    if as_json:
        listed: list[Json] = [
            {"regime": rule.regime, "version": rule.version, "periods": list(rule.periods)} for rule in rules
        ]
        print_json(listed)
        return
    for rule in rules:
        print_text(f"{rule.regime:<27} {pick((rule.name.en, rule.name.ko), lang.value)}")
        for period in rule.periods.values():
            length = shown_length(period.legs, lang.value) if period.legs else pick(_WORDS["undated"], lang.value)
            print_text(f"    {period.name:<23} {length}")
    note(text("everywhere", lang.value))


def _print(rule: Rule, found: Deadline, lang: Language, stands: tuple[str, str] | None) -> None:
    for line in _dates(found, lang):
        print_text(line)
    if stands is not None:
        print_text(pick(_WORDS[stands[0]], lang.value).format(stands[1]))
    print_text("")
    for number, step in enumerate(found.steps, 1):
        source = cited(step, rule, lang.value)
        print_text(f"  {number}. {sentence(step, lang.value)}" + (f" [{source}]" if source else ""))
    print_text("")
    if not found.finding:
        print_text(pick(_WORDS["no_finding"], lang.value))
    print_text(pick(_WORDS["calendar"], lang.value).format(found.calendar))
    print_text(text("everywhere", lang.value))


def _dates(found: Deadline, lang: Language) -> list[str]:
    lines = [f"{found.rule} {found.period}, {found.place}"]
    lines += [f"  {words}" for _, _, words in readings(found.holder, found.due_earliest, found.due_latest, lang.value)]
    if found.no_date:
        lines.append("  " + pick(_WORDS[found.no_date], lang.value))
    return lines


def _entries(rule: Rule, found: Deadline, start: str, lang: Language) -> list[Entry]:
    entries = []
    name = pick((rule.name.en, rule.name.ko), lang.value)
    reasons = "\n".join([*(sentence(step, lang.value) for step in found.steps), text("everywhere", lang.value)])
    for reading, day, words in readings(found.holder, found.due_earliest, found.due_latest, lang.value):
        key = f"{found.rule} {found.period} {found.place} {start} {reading}"
        what = f"{word(f'holder.{found.holder}', lang.value)}\n{reasons}"
        entries.append(Entry(key, day, f"{name} – {words}", what))
    if not entries:
        raise MalformedRequest("there is no date to write into a calendar file")
    return entries
