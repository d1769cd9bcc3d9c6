"""What a person should hear before signing, and nobody is refused for: dates that have not come yet, and a right
for whose answer the rule of the case has no time."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.deadlines.rulebook import SHIPPED, load_rule
from ledger.encoding import Json, encode_instant
from ledger.finding.due import answer_period
from ledger.kinds import Kind

_DATED = ("date", "instant", "date, or one of")
# A deadline and the end of a loss may well lie ahead; everything else is told after it happened.
_MAY_LIE_AHEAD = frozenset({"until"})


def right_remarks(kind: Kind, facts: Mapping[str, Json], regime: str, place: str) -> list[str]:
    """A sentence where a request is for a right that the rule of the case does not cover, and which rules do."""
    if kind.name != "request.sent" or regime not in SHIPPED:
        return []
    right = str(facts.get("right"))
    if answer_period(load_rule(regime), right) is not None:
        return []
    others = [name for name in SHIPPED if name != regime and _covers(name, right, place)]
    better = f"; in {place} there is {', '.join(others)}, for a case of its own" if others else ""
    return [f"right is {right}: the rule {regime} has no time for an answer to that, so nothing will be due{better}."]


def _covers(regime: str, right: str, place: str) -> bool:
    rule = load_rule(regime)
    held = {*rule.places, *rule.places_unconfirmed}
    return bool({place, place.partition("-")[0]} & held) and answer_period(rule, right) is not None


def date_remarks(kind: Kind, facts: Mapping[str, Json], newest: int) -> list[str]:
    """A sentence for each date after the day (UTC) of the newest block known, which is of ``newest`` seconds.

    The block's clock and not this machine's: a record's bounds are times of blocks, too.
    """
    today = encode_instant(newest)[:10]
    checks = {**kind.required, **kind.optional}
    return [
        f"{name} is {value}: that lies after {today}, the day (UTC) of the newest block known. Is it right?"
        for name, value in sorted(facts.items())
        if name in checks and checks[name].words in _DATED and name not in _MAY_LIE_AHEAD
        # Facts were checked: a date is ten digits and dashes, an instant begins with one, a word has no digit.
        if isinstance(value, str) and value[:1].isdigit() and value[:10] > today
    ]
