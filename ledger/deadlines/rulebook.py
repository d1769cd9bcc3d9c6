"""The rules and authorities that ship with Habeas, read from the package's own files; nothing else of them touches a
disk."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from ledger.deadlines.authorities import Register
from ledger.deadlines.rule_file import parse_rule
from ledger.deadlines.rules import Rule
from ledger.errors import MalformedRequest
from ledger.kinds import REGIMES
from ledger.nearest import did_you_mean

SHIPPED = tuple(sorted(name for name in REGIMES if name != "none"))


@cache
def load_rule(regime: str) -> Rule:
    """The newest rule of a regime. Raises MalformedRequest for an unknown one, naming those that there are."""
    if regime not in SHIPPED:
        meant = did_you_mean(regime, SHIPPED)
        raise MalformedRequest(f"there is no regime {regime[:40]!r}{meant}; there are {', '.join(SHIPPED)}")
    rule = parse_rule(rule_bytes(regime))
    assert rule.regime == regime, f"the file {regime}.toml is about {rule.regime}"
    return rule


@cache
def load_register() -> Register:
    """The authorities that ship."""
    return Register().with_file(files("ledger").joinpath("data", "authorities.jsonl").read_bytes(), "habeas")


def rule_bytes(regime: str) -> bytes:
    """The file of a shipped regime, as it is."""
    return files("ledger").joinpath("data", "rules", f"{regime}.toml").read_bytes()
