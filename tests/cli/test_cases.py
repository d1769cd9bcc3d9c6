"""Whatever a server answers, a statement and its salts stay in the case file until their owner discards them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger import errors
from ledger.cli import casefolder, cases
from ledger.cli.client import ApiClient, Receipt
from ledger.statement import SignedStatement
from tests.unit.a_case import API, a_case, a_full_case


class Answering(ApiClient):
    """A client whose server gives one answer to every submission."""

    answer: errors.HabeasError

    def submit(self, signed: SignedStatement) -> Receipt:
        raise self.answer


@pytest.mark.parametrize(
    "answer", [errors.RefusedRole, errors.RefusedBusy, errors.MalformedRequest, errors.RuntimeFault]
)
def test_no_answer_takes_a_statement_away(tmp_path: Path, answer: type[errors.HabeasError]) -> None:
    for case in (a_case(), a_full_case(1)):
        casefolder.create(tmp_path, case)
        waiting = case.entries[-1]
        with Answering(API) as client:
            client.answer = answer("no")
            with pytest.raises(answer, match="kept, not confirmed"):
                cases.record(tmp_path, case, client, waiting.signed.id)
        assert casefolder.load(tmp_path, case.case) == case


def test_only_the_owner_discards(tmp_path: Path) -> None:
    opening, full = a_case(), a_full_case(1)
    for case in (opening, full):
        casefolder.create(tmp_path, case)
    with pytest.raises(errors.RefusedOverwrite):
        cases.discard(tmp_path, full, full.case)
    cases.discard(tmp_path, full, full.entries[-1].signed.id)
    cases.discard(tmp_path, opening, opening.case)
    [left] = casefolder.list_cases(tmp_path)
    assert left.entries == full.entries[:-1]
