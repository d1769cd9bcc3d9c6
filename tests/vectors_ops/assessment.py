"""Operations of tests/vectors/assessment (its README names their members)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ledger.assessment import Assessment, assess
from ledger.bundle import parse_bundle
from ledger.deadlines.calendars import STANDARD
from ledger.deadlines.rulebook import load_register
from ledger.disclosure import Disclosure, FileValue
from ledger.finding.law import shipped_law
from ledger.finding.shown import finding_json
from ledger.kinds import check_facts
from ledger.mail import CAPTURE_TYPE
from ledger.policy import parse_policy
from ledger.sentences import silence_json
from ledger.verification.checks import Check
from ledger.verification.observed import Observed

Values = dict[str, Any]


def _assessed(given: Values) -> Assessment:
    observed = Observed(
        canonical={bytes.fromhex(block): "the test" for block in given.get("canonical", [])},
        contradicted={bytes.fromhex(block): "the test says otherwise" for block in given.get("contradicted", [])},
        head_size=given.get("head_size"),
        code_hash=bytes.fromhex(given["code_hash"]) if "code_hash" in given else None,
        asked=given.get("asked", False),
    )
    bundle, policy = parse_bundle(given["bundle"].encode()), parse_policy(given["policy"].encode())
    calendar = STANDARD
    for text in given.get("calendars", []):
        calendar = calendar.with_file(text.encode())
    register = load_register().with_file(given["authorities"].encode()) if "authorities" in given else None
    return assess(bundle, policy, observed, given["now"], shipped_law(bundle, calendar, register))


def _assess(given: Values) -> Values:
    result = _assessed(given)
    checks = {item.check.name: item.value.word for item in result.checks}
    assert len(checks) == len(result.checks), "the name of a check is its own"
    finding = None if result.finding is None else silence_json(result.finding.silence, result.finding_value)
    return {
        "exit": result.exit_code,
        "checks": dict(sorted(checks.items())),
        "grades": {str(view.shown.index): view.standing.grade for view in result.statements},
        "finding": finding,
    }


def _find(given: Values) -> Values:
    """The finding, without entries, reasons, calendar and blocks."""
    result = _assessed(given)
    assert result.finding is not None
    shown: Values = dict(finding_json(result.finding, result.finding_value))
    assert all(line["en"] and line["ko"] and line["en"] != line["ko"] for line in shown["sentences"])
    names = ("answer", "state", "outcome", "grade", "mail", "delivery", "due", "lateness")
    found = {name: shown[name] for name in names}
    if found["delivery"] is not None:
        del found["delivery"]["entries"]
    assert found["due"].pop("calendar") or not found["due"].pop("steps")
    found["due"].pop("steps", None)
    found["due"]["notices"] = [notice["state"] for notice in found["due"]["notices"]]
    found["due"]["unknown_pauses"] = len(found["due"]["unknown_pauses"])
    if found["lateness"] is not None:
        found["lateness"] = {name: found["lateness"][name] for name in ("said", "value", "answered_on")}
    found["periods"] = [{name: item for name, item in each.items() if name != "entries"} for each in shown["periods"]]
    found["back_dated"] = [item["day"] for item in shown["back_dated"]]
    found["late_notices"] = [[item["notified_on"], item["due"], item["grade"]] for item in shown["late_notices"]]
    names = ("said", "authority", "on", "grade")
    found["complaints"] = [[item[name] for name in names] for item in shown["complaints"]]
    if shown["disputes"]:
        found["disputes"] = [[item["by"], item["because"]] for item in shown["disputes"]]
    if shown["withdrawn"] is not None:
        found["withdrawn"] = True
    names = ("who", "period", "earliest", "latest")
    following = shown["next"]
    steps = [] if following is None else following["steps"]
    found["steps"] = None if following is None else [[step[name] for name in names] for step in steps]
    found["acknowledged"] = [step["acknowledged"]["by"] for step in steps if step["acknowledged"] is not None]
    found["authorities"] = None if following is None else [item["slug"] for item in following["authorities"]]
    return found


def _facts(given: Values) -> Values:
    check_facts(given["kind"], given["facts"])
    return {}


def _stamped(given: Values) -> Values:
    result = _assessed(given)
    return {
        "stamped": {
            str(view.shown.index): {
                "time": bound.time,
                "authorities": list(bound.authorities),
                "value": bound.value.word,
            }
            for view in result.statements
            if (bound := view.stamped_not_after) is not None
        },
        "notes": len(result.notes),
    }


def _mail(given: Values) -> Values:
    """Step 10 by the last word of each check, captures left out, and what mail does to the finding."""
    result = _assessed(given)
    checks = [item for item in result.checks if item.check.step.startswith("10.")]
    captures = {name.hex() for name, data in result.bundle.files.items() if data.startswith(b"{")}
    opened = (Disclosure.parse(text).value for text in result.bundle.disclosures)
    captures |= {item.sha256 for item in opened if isinstance(item, FileValue) and item.media_type == CAPTURE_TYPE}
    shown = {
        _last(item.check): item.value.word
        for item in checks
        if item.check.step != "10.1" or item.check.name.removeprefix("file/") not in captures
    }
    if result.finding is None:
        return {"exit": result.exit_code, "checks": dict(sorted(shown.items())), "delivery": None, "answer": None}
    found: Values = dict(finding_json(result.finding, result.finding_value))
    delivery, late = found["delivery"], found["lateness"]
    answer = None
    if found["outcome_entry"] is not None:
        answer = {"outcome": found["outcome"], "grade": found["grade"], **_letter(found["mail"])}
        answer["lateness"] = None if late is None else late["said"]
    return {
        "exit": result.exit_code,
        "checks": dict(sorted(shown.items())),
        "delivery": {"basis": delivery["basis"], "grade": delivery["grade"], **_letter(delivery["mail"])},
        "answer": answer,
    }


def _last(check: Check) -> str:
    if check.step == "10.2":
        return "key" if check.name.count("/") == 3 else "mail"
    return "file" if check.step == "10.1" else check.name.rpartition("/")[2]


def _letter(mail: Values | None) -> Values:
    return {"letter": None, "by": None} if mail is None else dict(mail)


OPERATIONS: dict[str, Callable[[Values], Values]] = {
    "assessment.assess": _assess,
    "assessment.find": _find,
    "assessment.facts": _facts,
    "assessment.stamped": _stamped,
    "assessment.mail": _mail,
}
