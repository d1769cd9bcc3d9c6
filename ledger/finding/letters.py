"""What a quorum of attesters says of a mail, a document or a letter (docs/spec/assessment.md, "Checked by attesters").

One mail stands behind one statement. Under another salt, and not opened, only an attester who checked both mails can
have seen that they are one: so of mails that nobody compared only the first counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Letter = Literal["A", "B", "C"]
_SHOWN: Mapping[str, Letter] = {"grade_a": "A", "grade_b": "B", "grade_c": "C", "passed": "C"}
"""Results of a check with which an attester stands behind a statement, best first; ``passed`` names no letter and
counts as the least. Of grade D only a part is signed, or weakly."""
NO_EVIDENCE = frozenset({"dns"})
"""Which key a domain had says nothing of what was written: alone, it confirms no statement."""


@dataclass(frozen=True, slots=True)
class Word:
    """What an attester states of a statement, which it names by ``0x`` and its id."""

    author: bytes
    statement: str
    check: str
    digest: str
    result: str
    counts: bool = True
    """Whether nothing that is shown contradicts it. What does can be left out: so it is compared all the same."""


@dataclass(frozen=True, slots=True)
class Reached:
    """``letters``: by statement and check, the best letter that a quorum reaches of one and the same thing.

    ``apart``: statements whose mail does not count, and an earlier statement whose mail none of those who checked it
    have seen.
    """

    letters: Mapping[str, Mapping[str, Letter]]
    apart: Mapping[str, str]


def read_letters(
    words: Iterable[Word], quorum: int, first: Mapping[str, str], statements: Mapping[str, tuple[int, bytes]]
) -> Reached:
    """Of ``words`` in the order of the log; ``first`` is the first statement that commits to a digest, ``statements``
    are place and author of each."""
    by = _newest(words)
    found: dict[str, dict[str, Letter]] = {}
    apart: dict[str, str] = {}
    owners = dict(first)
    mails: list[tuple[str, frozenset[bytes]]] = []
    for statement, check, digest in sorted(by, key=lambda key: statements.get(key[0], (-1,))[0]):
        every = by[statement, check, digest]
        if len(every) < quorum:
            continue
        letters = {author: letter for author, (letter, counts) in every.items() if counts}
        if check == "dkim":
            if owners.setdefault(digest, statement) != statement:
                continue
            own = [item for item in mails if _author(statements, item[0]) == _author(statements, statement)]
            # Whoever is among both has compared the two mails, and refuses one that he has seen.
            alien = next((item for item, who in own if item != statement and not who & every.keys()), None)
            if alien is not None:
                apart.setdefault(statement, alien)
                continue
            mails.append((statement, frozenset(every)))
        if len(letters) < quorum:
            continue
        reached, checks = sorted(letters.values())[quorum - 1], found.setdefault(statement, {})
        checks[check] = min(reached, checks.get(check, reached))
    return Reached(found, {one: other for one, other in apart.items() if "dkim" not in found.get(one, {})})


def _newest(words: Iterable[Word]) -> Mapping[tuple[str, str, str], Mapping[bytes, tuple[Letter, bool]]]:
    """By statement, check and digest, the newest result of each attester that has a letter, and whether it counts."""
    by: dict[tuple[str, str, str], dict[bytes, tuple[Letter, bool]]] = {}
    for item in words:
        own = by.setdefault((item.statement, item.check, item.digest), {})
        # In the order of the log: whoever finds that he was wrong takes it back.
        own.pop(item.author, None)
        if item.result in _SHOWN:
            own[item.author] = _SHOWN[item.result], item.counts
    return by


def _author(statements: Mapping[str, tuple[int, bytes]], statement: str) -> bytes:
    return statements[statement][1] if statement in statements else b""
