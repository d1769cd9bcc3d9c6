"""What the record says about an answer, as of one anchor (docs/spec/assessment.md, "Finding").

Only where all lists of the parties are complete at one index root. The claim is the theorem of DESIGN 5
and not one word more: in this ledger, no answer signed with these keys is recorded as of that time. An
answer that was sent elsewhere, or given to a server and not shown, is no subject of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from ledger.bundle import ShownStatement
from ledger.completeness import MAX_LIST, Complete
from ledger.leaf import case_key
from ledger.parties import Parties

ANSWERS = frozenset({"request.fulfilled", "request.partially_fulfilled", "request.refused"})
Said = Literal["none", "recorded", "reported", "undetermined"]


@dataclass(frozen=True, slots=True)
class CheckIn:
    """The requester's newest check-in: on what day, and whether anything had reached them."""

    index: int
    on: str
    answer: str


@dataclass(frozen=True, slots=True)
class Silence:
    """Whether an answer is recorded as of ``as_of`` (Unix seconds), below the leaf ``size``.

    ``said``: *none* recorded; *recorded*, signed with a key of the company; *reported* by the requester;
    *undetermined*, and ``why``. ``answers`` are the leaves that answer.
    """

    said: Said
    size: int
    as_of: int
    company: str
    company_keys: tuple[bytes, ...]
    answers: tuple[int, ...]
    why: str | None
    check_in: CheckIn | None
    replayed_by: tuple[str, ...]
    operator_is_party: bool
    not_counted: tuple[int, ...]
    """Statements in the case by keys that nobody whom the policy trusts has bound, shown all the same."""

    @property
    def has_joined(self) -> bool:
        """Whether any key of the company is known in this ledger."""
        return bool(self.company_keys)


def find_silence(
    case: bytes, statements: Mapping[int, ShownStatement], parties: Parties, complete: Complete, as_of: int,
    operator: bytes | None,
) -> Silence:  # fmt: skip
    """The finding of a complete case. ``statements`` are those shown; later ones than the index do not count."""
    needed = complete.needed
    keys = frozenset(needed.company_keys)
    below = {index: item for index, item in sorted(statements.items()) if index < complete.size}
    in_case = {index: item for index, item in below.items() if item.signed.statement.case_id == case}
    by_company = [index for index, item in in_case.items() if item.signed.statement.author in keys]
    answers = [index for index in by_company if _is_answer(in_case[index], parties, "company")]
    reports = [index for index, item in in_case.items() if _is_answer(item, parties, "requester")]
    why = None if answers or reports else _undetermined(case, complete, parties, by_company, in_case)
    said: Said = "recorded" if answers else "reported" if reports else "undetermined" if why else "none"
    known = keys | {needed.requester}
    return Silence(
        said=said,
        size=complete.size,
        as_of=as_of,
        company=needed.company,
        company_keys=needed.company_keys,
        answers=tuple(answers or reports),
        why=why,
        check_in=_check_in(in_case.values(), parties),
        replayed_by=complete.replayed_by,
        operator_is_party=operator is not None and operator in known,
        not_counted=tuple(
            index
            for index, item in in_case.items()
            if item.signed.statement.author not in known and parties.standing(item).role == "company"
        ),
    )


def _is_answer(shown: ShownStatement, parties: Parties, role: str) -> bool:
    return shown.signed.statement.kind in ANSWERS and parties.standing(shown).role == role


def _undetermined(
    case: bytes, complete: Complete, parties: Parties, by_company: Iterable[int], shown: Mapping[int, ShownStatement]
) -> str | None:
    """Nothing that a company said may vanish: why it cannot be said that it did not answer."""
    for key in complete.needed.company_keys:
        count = len(complete.entries[case_key(case, key)])
        if count > MAX_LIST:
            return f"{complete.needed.company} recorded {count} statements in this case"
    for index in by_company:
        if parties.standing(shown[index]).role == "unknown" and index in parties.by_company:
            return (
                f"statement {index}, signed with a key of {complete.needed.company}, is not understood by this version"
            )
    return None


def _check_in(shown: Iterable[ShownStatement], parties: Parties) -> CheckIn | None:
    found = None
    for item in shown:
        statement = item.signed.statement
        if statement.kind == "case.confirmed" and parties.standing(item).role == "requester":
            found = CheckIn(item.index, str(statement.facts["on"]), str(statement.facts["answer"]))
    return found
