"""Checks as a tree of three values (docs/spec/assessment.md, "Checks").

A check has an own value: passed, failed or not checked. What it is worth depends on what it hangs
below: under a check that was not made, or was itself only conditional, a pass is *conditional*
("if block 0x... is on Sepolia"); under a failed check nothing is worth anything, so it counts as
not checked. The order is failed < not checked < conditional < passed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from ledger.errors import HabeasError
from ledger.phrases import Said, told
from ledger.words import Language


class Value(IntEnum):
    """The value of a check, ordered from worst to best."""

    FAILED = 0
    NOT_CHECKED = 1
    CONDITIONAL = 2
    PASSED = 3

    @property
    def word(self) -> str:
        """``failed``, ``not checked``, ``conditional`` or ``passed``."""
        return self.name.lower().replace("_", " ")


@dataclass(frozen=True, slots=True)
class Check:
    """One check: ``name`` is a stable path, ``step`` its number in docs/spec/assessment.md."""

    name: str
    step: str
    own: Value
    said: Said
    """What it says; words of one language alone where they are an error's."""
    required: bool = True
    below: tuple[Check, ...] = field(default=())

    @property
    def detail(self) -> str:
        """What it says, in English."""
        return told(self.said, "en")

    def told(self, lang: Language) -> str:
        """What it says, in Korean where there is Korean."""
        return told(self.said, lang)

    def resolved(self, above: Value = Value.PASSED) -> Sequence[ResolvedCheck]:
        """This check and all below it, with the value each is worth below ``above``."""
        found: list[ResolvedCheck] = []
        _resolve(self, above, found)
        return found


@dataclass(frozen=True, slots=True)
class ResolvedCheck:
    """A check and what it is worth where it hangs."""

    check: Check
    value: Value


def _resolve(check: Check, above: Value, found: list[ResolvedCheck]) -> None:
    value = _WORTH[above][check.own]
    found.append(ResolvedCheck(check, value))
    for below in check.below:
        # Nothing below a failed check is worth anything, however deep.
        _resolve(below, Value.FAILED if above is Value.FAILED else value, found)


def _below(above: Value, own: Value) -> Value:
    # A failure below a failure stays a failure: a broken part is broken whatever it hangs on.
    if own is Value.FAILED or above is Value.PASSED:
        return own
    if above is Value.FAILED or own is Value.NOT_CHECKED:
        return Value.NOT_CHECKED
    return Value.CONDITIONAL


_WORTH = tuple(tuple(_below(above, own) for own in Value) for above in Value)
"""``_below`` as a table, because it is asked for every check of every bundle."""


def run(
    name: str,
    step: str,
    verify: Callable[[], object],
    passed: Said,
    *,
    required: bool = True,
    below: Sequence[Check] = (),
) -> Check:
    """A check whose value is whether ``verify`` raises one of our errors; any other is a bug."""
    try:
        verify()
    except HabeasError as error:
        return Check(name, step, Value.FAILED, str(error), required, tuple(below))
    return Check(name, step, Value.PASSED, passed, required, tuple(below))


def not_checked(name: str, step: str, why: Said, *, required: bool = True, below: Sequence[Check] = ()) -> Check:
    """A check that was not made, and why."""
    return Check(name, step, Value.NOT_CHECKED, why, required, tuple(below))


def exit_code(checks: Sequence[ResolvedCheck]) -> int:
    """0 all required checks passed, 1 some check failed, 3 some required check was not made."""
    failed, passed = Value.FAILED, Value.PASSED  # looked up once: an enum's members are dear in Python 3.11
    if any(item.value is failed for item in checks):
        return 1
    return 3 if any(item.check.required and item.value is not passed for item in checks) else 0
