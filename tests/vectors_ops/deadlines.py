"""Operations of the cases in ``tests/vectors/deadlines``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from ledger.deadlines import Extended, Pause, due
from ledger.deadlines.calendars import STANDARD, Calendar, is_free
from ledger.deadlines.rule_file import parse_rule
from ledger.deadlines.rulebook import load_rule
from ledger.encoding import parse_date, parse_instant
from ledger.errors import MalformedRequest


def _day(text: str | None) -> date | None:
    return None if text is None else parse_date(text, MalformedRequest, "a day")


def _start(text: str) -> date | datetime:
    return parse_instant(text, MalformedRequest, "from") if "T" in text else parse_date(text, MalformedRequest, "from")


def _calendar(texts: list[str]) -> Calendar:
    calendar = STANDARD
    for text in texts:
        calendar = calendar.with_file(text.encode())
    return calendar


def _due(given: dict[str, Any]) -> dict[str, Any]:
    """One answer for all places, or where they differ one for each."""
    found = {place: _due_in(given, place) for place in given["places"]}
    first, *others = found.values()
    return first if all(other == first for other in others) else found


def _due_in(given: dict[str, Any], place: str) -> dict[str, Any]:
    pauses = [
        Pause(parse_date(item["from"], MalformedRequest, "from"), _day(item.get("to")), item.get("ground"))
        for item in given.get("pauses", [])
    ]
    extended = None
    if "notified" not in given and {"until", "cause_ended", "reason"} & given.keys():
        raise MalformedRequest("until, cause_ended and reason are of a notice: give notified too")
    if "notified" in given:
        notified = tuple(parse_date(text, MalformedRequest, "notified") for text in given["notified"])
        until, ended = _day(given.get("until")), _day(given.get("cause_ended"))
        extended = Extended(notified, until, ended, given.get("reason", ""))
    found = due(
        load_rule(given["regime"]),
        given["period"],
        place,
        _start(given["from"]),
        pauses=pauses,
        extended=extended,
        calendar=_calendar(given.get("calendars", [])),
    )
    earliest, latest = found.due_earliest, found.due_latest
    value: dict[str, Any] = {
        "due_earliest": None if earliest is None else str(earliest),
        "due_latest": None if latest is None else str(latest),
    }
    if "answered_on" in given and latest is not None:
        value["after_due_latest"] = _day(given["answered_on"]) > latest  # type: ignore[operator]
    return value


def _rule(given: dict[str, Any]) -> dict[str, Any]:
    if "rule_hex" in given:
        parse_rule(bytes.fromhex(given["rule_hex"]))
    rule = parse_rule(given["rule"].encode() + b" " * given.get("spaces_after", 0))
    return {
        "regime": rule.regime,
        "version": rule.version,
        "places": list(rule.places),
        "silence": rule.silence,
        "periods": {name: {"mark": item.mark, "holder": item.holder} for name, item in rule.periods.items()},
    }


def _free(given: dict[str, Any]) -> dict[str, Any]:
    calendar = _calendar([given["calendar"]])
    day = parse_date(given["day"], MalformedRequest, "day")
    return {
        name: is_free(calendar, given["place"], day, generous=generous, any_region=True)
        for name, generous in (("certain", False), ("counted", True))
    }


OPERATIONS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "deadline.due": _due,
    "deadline.rule": _rule,
    "deadline.calendar": _free,
}
