"""Korean sentences with numbers in them: which particle follows hangs on how a number is read aloud."""

from __future__ import annotations

import re

import pytest

from ledger.cli.mailing import lines
from ledger.cli.mailing import words as mailing
from ledger.finding import words as finding
from ledger.phrases import Pair
from ledger.verification import step_words, words

_NUMBERS = "size|count|index|number|last|day|newest|quorum|earlier|least|cases|asked|n|m|b"
_PARTICLE = re.compile(rf"\{{(?:{_NUMBERS})\}}(?:\([^)]*\))?(?:[를을가은는와과](?!\()|이 |으?로 )")


@pytest.mark.parametrize("module", [lines, mailing, finding, step_words, words], ids=lambda module: module.__name__)
def test_no_particle_follows_a_number(module: object) -> None:
    tables = [table for table in vars(module).values() if isinstance(table, dict)]
    pairs: list[Pair] = [each for table in tables for each in table.values() if isinstance(each, tuple)]
    found = [pair[1] for pair in pairs if len(pair) == 2 and isinstance(pair[1], str) and _PARTICLE.search(pair[1])]
    assert found == [] and pairs
