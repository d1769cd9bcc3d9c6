"""More time: notices, questions, and rules without a date."""

from __future__ import annotations

from ledger.encoding import Json
from tools.vectors._assessment_case import Value
from tools.vectors._assessment_finding import (
    Finding,
)
from tools.vectors._matter import Matter
from tools.vectors.writing import Cases


def more_time(cases: Cases) -> None:
    """Notices, questions, and rules without a date."""
    w = Finding(cases)
    notice: dict[str, Json] = {"notified_on": "2026-11-10", "reason": "complexity", "until": "2027-01-20"}
    moved = {"period": "extended", "due_latest": "2027-01-25"}
    w.add(
        "find-extended-in-time",
        "The notice was recorded within the first month.",
        lambda m: m.company("2026-11-10", "deadline.extended", **notice),
        {
            "due": {**moved, "due_earliest": "2027-01-20", "notices": ["in_time"]},
            "periods": [],
            "steps": [["company", "answer", "2027-01-20", "2027-01-25"]],
        },
    )
    w.add(
        "find-extended-by-a-notice-recorded-later",
        "Signed after the month had ended, naming a day in it: the later date alone moves.",
        lambda m: m.company("2026-11-26", "deadline.extended", **notice),
        {
            "due": {**moved, "notices": ["stated"]},
            "periods": [],
            "back_dated": ["2026-11-10"],
            "steps": [["company", "answer", "2026-11-20", "2027-01-25"]],
        },
    )
    w.add(
        "find-extended-too-late",
        "A notice that names a day after the month does not undo what has passed.",
        lambda m: m.company("2026-11-26", "deadline.extended", **{**notice, "notified_on": "2026-11-26"}),
        {"due": {"notices": ["late"]}, "late_notices": [["2026-11-26", "2026-11-23", "company_signed"]]},
    )
    w.add(
        "find-identity-asked-for",
        "The company asked who it is, and nothing was supplied: no later date.",
        lambda m: m.company("2026-10-25", "request.action_required", what="identity_document", on="2026-10-25"),
        {
            "due": {"due_latest": None, "no_date": "paused"},
            "periods": [],
            "steps": [["company", "answer", "2026-11-20", None]],
        },
    )
    w.add(
        "find-a-fee-asked-for",
        "No source that was read lets a fee stop the time.",
        lambda m: m.company("2026-10-25", "request.action_required", what="fee", on="2026-10-25"),
        {"due": {"unknown_pauses": 1}},
    )
    dateless: Value = {"due_earliest": None, "due_latest": None, "no_date": "not_covered"}
    none: Value = {"period": None, "place": None, "mark": None, "finding": False}
    w.add(
        "find-no-rule",
        "The case names no regime.",
        lambda m: None,
        {
            "due": {**none, **dateless, "rule": None, "rule_version": None, "no_date": "no_rule"},
            "periods": [],
            "steps": None,
            "authorities": None,
        },
        matter=Matter("none"),
    )
    w.add(
        "find-place-not-covered",
        "The GDPR does not hold in Korea.",
        lambda m: None,
        {"due": {**none, **dateless}, "periods": [], "steps": [], "authorities": []},
        matter=Matter(place="KR"),
    )
    china = {"rule": "cn-pipl", "place": "CN", "mark": "S", "finding": False, **dateless, "no_date": "undated"}
    w.add(
        "find-no-day-count",
        "The law names no number of days.",
        lambda m: None,
        {"due": china, "periods": [], "steps": [["company", "answer", None, None]]},
        matter=Matter("cn-pipl", "CN"),
    )
    w.add(
        "find-place-recalled",
        "That the rule holds in Norway was recalled and not read: dates, and no finding.",
        lambda m: None,
        {"due": {"place": "NO", "mark": "R", "finding": False}, "periods": []},
        matter=Matter(place="NO"),
    )
