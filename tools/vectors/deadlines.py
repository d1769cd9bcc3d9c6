"""Cases for due dates, rule files and calendar files: ``python -m tools.vectors.deadlines``."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tools.vectors._deadline_files import BASE_RULE, changes
from tools.vectors._deadline_refusals import REFUSED
from tools.vectors._deadline_rows import AUTHORITY, DERIVED, Row
from tools.vectors._deadline_rows_edges import EDGES
from tools.vectors._deadline_rows_elsewhere import ELSEWHERE, KR_HOLIDAY
from tools.vectors._deadline_rows_europe import EUROPE
from tools.vectors.writing import Cases

RULES = Path(__file__).resolve().parents[2] / "ledger" / "data" / "rules"
DUE, RULE, CALENDAR = "deadline.due", "deadline.rule", "deadline.calendar"


class Rows(Cases):
    """As every folder, with two members more: ``kind``, and ``source`` of the date."""

    def row(self, row: Row, kind: str) -> None:
        name, source, regime, period, places, given, earliest, latest = row
        asked = {"regime": regime, "period": period, "places": list(places), **given}
        due: dict[str, Any] = {"due_earliest": earliest, "due_latest": latest}
        if "answered_on" in given and latest is not None:
            due["after_due_latest"] = given["answered_on"] > latest
        where = places[0] if len(places) == 1 else f"{len(places)} places"
        self.good(name, DUE, asked, due, f"{name}: {regime} {period} in {where} from {given['from']}")
        self._cases[name] |= {"kind": kind, "source": source}

    def refuse(self, name: str, operation: str, given: dict[str, Any], error: str, words: str) -> None:
        self.bad(name, operation, given, error, words)
        self._cases[name] |= {"kind": "format", "source": "docs/spec/deadlines.md"}

    def accept(self, name: str, operation: str, given: dict[str, Any], ok: dict[str, Any], words: str) -> None:
        self.good(name, operation, given, ok, words)
        self._cases[name] |= {"kind": "format", "source": "docs/spec/deadlines.md"}


def _refused_dates(cases: Rows) -> None:
    for name, given, error, words in REFUSED:
        cases.refuse(f"refused-{name}", DUE, given, error, words)


def _refused_everywhere(cases: Rows) -> None:
    """For each regime a place in which it does not hold, and the day before it may be used."""
    for path in sorted(RULES.glob("*.toml")):
        rule = tomllib.loads(path.read_text("utf-8"))
        first: date = rule["valid"]["from"]
        asked = {"regime": rule["regime"], "period": rule["period"][0]["name"], "places": rule["places"][:1]}
        outside = {**asked, "places": ["AQ"], "from": str(first)}
        cases.refuse(f"refused-outside-{path.stem}", DUE, outside, "MalformedRequest", "it holds in no Antarctica")
        before = {**asked, "from": str(first - timedelta(days=1))}
        cases.refuse(f"refused-before-{path.stem}", DUE, before, "RefusedRule", "a day before the rule may be used")


def _rule_files(cases: Rows) -> None:
    cases.accept(
        "rule-good",
        RULE,
        {"rule": BASE_RULE},
        {
            "regime": "eu-gdpr",
            "version": 3,
            "places": ["IE", "DE-BY"],
            "silence": "breach",
            "periods": {
                "answer": {"mark": "C", "holder": "company_duty"},
                "extended": {"mark": "R", "holder": "company_duty"},
            },
        },
        "the marks of a period are the weakest of its sources",
    )
    mediation = BASE_RULE.replace("\n[valid]", 'authority_kinds = ["supervision", "mediation"]\n\n[valid]', 1)
    lodged = '"authority_aim"\nstarts = "complaint"\nat = "mediation"'
    aim = mediation.replace('"company_duty"\nstarts = "receipt"', lodged, 1)
    cases.accept(
        "rule-good-with-mediation",
        RULE,
        {"rule": aim},
        {
            "regime": "eu-gdpr",
            "version": 3,
            "places": ["IE", "DE-BY"],
            "silence": "breach",
            "periods": {
                "answer": {"mark": "C", "holder": "authority_aim"},
                "extended": {"mark": "R", "holder": "company_duty"},
            },
        },
        "a period that starts with a complaint to an authority of a kind",
    )
    for name, old, new in changes():
        if old not in BASE_RULE:
            raise SystemExit(f"rule-{name} changes nothing")
        cases.refuse(
            f"rule-{name}", RULE, {"rule": BASE_RULE.replace(old, new, 1)}, "MalformedRule", name.replace("-", " ")
        )
    for line in dict.fromkeys(line for line in BASE_RULE.splitlines() if " = " in line):
        name = line.partition(" = ")[0]
        text = BASE_RULE.replace(line, f"{name} = 7.5", 1)
        number = BASE_RULE.splitlines().index(line) + 1
        words = f"a fraction in the place of {name}"
        cases.refuse(f"rule-type-{number}-{name.replace('_', '-')}", RULE, {"rule": text}, "MalformedRule", words)
    wide = {"rule": BASE_RULE, "spaces_after": 70_000}
    cases.refuse("rule-too-large", RULE, wide, "MalformedRule", "over 65,536 bytes")
    cases.refuse(
        "rule-not-utf8", RULE, {"rule_hex": "6e616d65203d2022ff22"}, "MalformedRule", "a byte that is no UTF-8"
    )


def _calendar_files(cases: Rows) -> None:
    asked = {"calendar": KR_HOLIDAY, "day": "2026-11-12"}
    both, none = {"certain": True, "counted": True}, {"certain": False, "counted": False}
    cases.accept("calendar-holiday", CALENDAR, {**asked, "place": "KR"}, both, "a holiday declared late")
    cases.accept("calendar-other-place", CALENDAR, {**asked, "place": "JP"}, none, "and only where it was declared")
    for status, expected in (("disputed", {"certain": False, "counted": True}), ("working", none)):
        text = KR_HOLIDAY.replace('"holiday"', f'"{status}"')
        cases.accept(f"calendar-{status}", CALENDAR, {**asked, "calendar": text, "place": "KR"}, expected, status)
    region = KR_HOLIDAY.replace('"KR"', '"GB-SCT"')
    for place, expected in (("GB-SCT", both), ("GB", {"certain": False, "counted": True}), ("GB-ENG", none)):
        given = {**asked, "calendar": region, "place": place}
        cases.accept(f"calendar-region-{place}", CALENDAR, given, expected, f"a day of Scotland, seen from {place}")
    christmas = region.replace('"holiday"', '"working"').replace("2026-11-12", "2026-12-25")
    part = {"certain": False, "counted": True}
    for place, expected in (("GB-SCT", none), ("GB", part), ("GB-ENG", both)):
        given = {"calendar": christmas, "day": "2026-12-25", "place": place}
        words = f"a working day in Scotland alone, seen from {place}"
        cases.accept(f"calendar-working-in-a-part-{place}", CALENDAR, given, expected, words)
    for name, old, new in (
        ("format-two", "habeas_calendar = 1", "habeas_calendar = 2"),
        ("format-boolean", "habeas_calendar = 1", "habeas_calendar = true"),
        ("id-missing", 'id = "kr-late"\n', ""),
        ("id-with-spaces", '"kr-late"', '"kr late"'),
        ("version-zero", "version = 1\n[[", "version = 0\n[["),
        ("unknown-member", "version = 1\n[[", "version = 1\nby = 1\n[["),
        ("unknown-member-of-day", 'place = "KR"', 'place = "KR"\nby = 1'),
        ("date-as-text", "date = 2026-11-12", 'date = "2026-11-12"'),
        ("date-with-time", "date = 2026-11-12", "date = 2026-11-12T00:00:00"),
        ("place-unknown", '"KR"', '"XX"'),
        ("status-unknown", '"holiday"', '"half"'),
        ("source-empty", 'source = "made up"', 'source = ""'),
        ("no-day", "[[day]]", "[day]"),
        ("no-toml", "habeas_calendar = 1", "habeas_calendar"),
    ):
        text = KR_HOLIDAY.replace(old, new, 1)
        if text == KR_HOLIDAY:
            raise SystemExit(f"calendar-{name} changes nothing")
        cases.refuse(
            f"calendar-{name}", CALENDAR, {**asked, "calendar": text, "place": "KR"}, "MalformedCalendar", name
        )
    twice = KR_HOLIDAY + KR_HOLIDAY.partition("[[day]]")[1] + KR_HOLIDAY.partition("[[day]]")[2]
    cases.refuse(
        "calendar-day-twice",
        CALENDAR,
        {**asked, "calendar": twice, "place": "KR"},
        "MalformedCalendar",
        "one day, one place, twice",
    )


def main() -> None:
    """Write the folder."""
    cases = Rows("deadlines")
    for kind, rows in (("authority", AUTHORITY), ("derived", (*DERIVED, *EUROPE, *ELSEWHERE, *EDGES))):
        for row in rows:
            cases.row(row, kind)
    _refused_dates(cases)
    _refused_everywhere(cases)
    _rule_files(cases)
    _calendar_files(cases)
    cases.write()


if __name__ == "__main__":
    main()
