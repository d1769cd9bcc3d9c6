"""The law that an assessment is given: rules by regime, a calendar of holidays, and registers of authorities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.bundle import Bundle
from ledger.deadlines.authorities import Register
from ledger.deadlines.calendars import STANDARD, Calendar
from ledger.deadlines.rulebook import SHIPPED, load_register, load_rule
from ledger.deadlines.rules import Rule


@dataclass(frozen=True, slots=True)
class Law:
    """Rules by regime; a case under a regime that is not here has no due dates."""

    rules: Mapping[str, Rule]
    calendar: Calendar = STANDARD
    authorities: Register = Register()


NO_LAW = Law({})


def shipped_law(bundle: Bundle, calendar: Calendar = STANDARD, authorities: Register | None = None) -> Law:
    """The rule that ships for the regime that the opening of the case names: for whoever stands at the edge.

    Without ``authorities`` they are those that ship.

    Only that one is read, so that looking at one file costs no more than one rule.
    """
    regimes = {
        str(item.signed.statement.facts.get("regime"))
        for item in bundle.statements.values()
        if item.signed.id == bundle.case and item.signed.statement.is_understood
    }
    return Law({name: load_rule(name) for name in regimes if name in SHIPPED}, calendar, authorities or load_register())
