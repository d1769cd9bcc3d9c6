"""What the record says about an answer, as of one anchor (docs/spec/assessment.md, "Finding").

Only where all lists of the parties are complete at one index root. The claim is the theorem of DESIGN 5
and not one word more: in this ledger, no answer signed with these keys is recorded as of that time. An
answer that was sent elsewhere, or given to a server and not shown, is no subject of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from ledger.bundle import ShownStatement
from ledger.leaf import case_key
from ledger.verification.completeness import MAX_LIST, Complete
from ledger.verification.parties import Parties

ANSWERS = frozenset({"request.fulfilled", "request.partially_fulfilled", "request.refused"})
Said = Literal["none", "recorded", "reported", "undetermined"]


@dataclass(frozen=True, slots=True)
class CheckIn:
    """The requester's check-in for the latest day: which, and whether anything had reached them."""

    index: int
    on: str
    answer: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why nobody can say that no answer of the company is recorded: it recorded too many statements (``number``
    of them) to be weighed, or the one at leaf ``number`` is not understood, or signed with a key of the company
    that was not accepted there."""

    reason: Literal["too_many", "not_understood", "not_accepted"]
    number: int


@dataclass(frozen=True, slots=True)
class Silence:
    """Whether an answer is recorded as of ``as_of`` (Unix seconds), below the leaf ``size``.

    ``said``: *none* recorded; *recorded*, signed with a key of the company; *reported* by the requester;
    *undetermined*, and ``why``. ``answers`` are the leaves that answer. A report can have a ``why`` too.
    """

    said: Said
    size: int
    as_of: int
    company: str
    company_keys: tuple[bytes, ...]
    answers: tuple[int, ...]
    why: Doubt | None
    check_in: CheckIn | None
    replayed_by: tuple[str, ...]
    operator_is_party: bool
    not_counted: tuple[int, ...]
    """Statements shown of the case and below ``size`` that stand under the company's name, but whose standing does
    not follow from the lists."""

    @property
    def has_joined(self) -> bool:
        """Whether any key was ever accepted for the company in this ledger."""
        return bool(self.company_keys)


def find_silence(
    case: bytes, shown: Mapping[int, ShownStatement], parties: Parties, complete: Complete, as_of: int,
    operator: bytes | None,
) -> Silence:  # fmt: skip
    """The finding of a complete case: by what its lists hold, and by nothing else that is shown.

    ``shown`` and ``parties`` are all that the bundle shows: whatever of it stands under the company's name and is
    not counted is named. The check-in is none of its business: which counts hangs on when each was recorded.
    """
    in_case = [item for _, item in sorted(complete.statements.items()) if item.signed.statement.case_id == case]
    answers = tuple(item.index for item in _said(in_case, complete.parties, "company", ANSWERS))
    reports = tuple(item.index for item in _said(in_case, complete.parties, "requester", ANSWERS))
    why = None if answers else _doubt(case, complete, in_case)
    said: Said = "recorded" if answers else "reported" if reports else "undetermined" if why else "none"
    keys = complete.parties.company_keys
    return Silence(
        said=said,
        size=complete.size,
        as_of=as_of,
        company=complete.needed.company,
        company_keys=keys,
        answers=answers or reports,
        why=why,
        check_in=None,
        replayed_by=complete.replayed_by,
        operator_is_party=operator is not None and operator in {*keys, complete.needed.requester},
        not_counted=tuple(_not_counted(case, shown, parties, complete)),
    )


def _said(
    shown: Iterable[ShownStatement], parties: Parties, role: str, kinds: frozenset[str]
) -> Iterable[ShownStatement]:
    """What ``role`` said of ``kinds``: of several leaves of the same words the lowest."""
    found: dict[bytes, ShownStatement] = {}
    for item in shown:
        if item.signed.statement.kind in kinds and parties.standing(item).role == role:
            found.setdefault(item.signed.id, item)
    return found.values()


def _doubt(case: bytes, complete: Complete, shown: Iterable[ShownStatement]) -> Doubt | None:
    """Nothing that a company said may vanish: why it cannot be said that it did not answer."""
    # A company can bind any address without asking: that does not make the requester's words its own.
    requester, parties = complete.needed.requester, complete.parties
    for key in parties.company_keys:
        count = len({entry.leaf_hash for entry in complete.entries[case_key(case, key)]})
        if count > MAX_LIST and key != requester:
            return Doubt("too_many", count)
    # The finding names these keys, so it must not say that nothing is signed with them where something is: before its
    # binding and after its revocation, which may be the operator's word alone, a key's statement stands all the same.
    said = [item for item in shown if item.signed.statement.author in parties.company_keys]
    counted = {item.signed.id for item in said if parties.standing(item).role != "unknown"}
    for item in said:
        if item.signed.id not in counted and item.signed.statement.author != requester:
            return Doubt("not_understood" if item.index in parties.by_company else "not_accepted", item.index)
    return None


def _not_counted(
    case: bytes, shown: Mapping[int, ShownStatement], parties: Parties, complete: Complete
) -> Iterator[int]:
    for index, item in sorted(shown.items()):
        if index < complete.size and item.signed.statement.case_id == case and parties.standing(item).role == "company":
            listed = complete.statements.get(index)
            if listed is None or complete.parties.standing(listed).role != "company":
                yield index
